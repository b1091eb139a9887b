"""Routes: one host and path goes to one backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import Claim, Context, Hit, Reach, check, claims_of, leaves_alone, meet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Node, Ownership, Spot


MAX_COMPARED = 100
"""Claims to one address that every other one is held against; more than a few are no honest repository's."""


class Claimed(NamedTuple):
    """An object that claims a host and a path, as it is applied."""

    ownership: Ownership
    claim: Claim


@check
def route_conflict(context: Context) -> Iterator[Hit]:
    """A host and path that two live objects of one cluster send to different backends.

    One hit for all that the same two reconcilers bring into conflict: an overlay that forgets to set its hosts does so
    for every application.
    """
    table: dict[tuple[str, ...], list[Claimed]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        first = owners[0]
        if first.reach is not Reach.LIVE or leaves_alone(first.controller, first.built.data):
            continue
        for claim in claims_of(ref, first.built.data):
            key = cluster, claim.proxy, claim.host, claim.path, claim.priority
            table.setdefault(key, []).append(Claimed(first, claim))
    conflicts: dict[tuple[Node, Node], list[tuple[Claimed, Claimed]]] = {}
    for claims in table.values():
        for pair in _rivals(sorted(claims, key=lambda each: (each.ownership.built.ref, each.claim.route))):
            one, other = (each.ownership.reconciler.node for each in pair)
            conflicts.setdefault((min(one, other), max(one, other)), []).append(pair)
    for pairs in conflicts.values():
        yield _hit(pairs)


def _rivals(claims: Sequence[Claimed]) -> Iterator[tuple[Claimed, Claimed]]:
    """Each object that sends what an earlier one has claimed elsewhere, with that one."""
    for index, later in enumerate(claims):
        for earlier in claims[: min(index, MAX_COMPARED)]:
            if (
                earlier.ownership.built.ref != later.ownership.built.ref
                and earlier.claim.backends != later.claim.backends
                and meet(earlier.claim, later.claim)
            ):
                yield earlier, later
                break


def _hit(pairs: Sequence[tuple[Claimed, Claimed]]) -> Hit:
    one, other = min(pairs, key=lambda pair: pair[0].ownership.built.ref)
    address = f"{one.claim.host}{one.claim.path.lstrip('=')}"
    more = f", and {len(pairs) - 1} more" if len(pairs) > 1 else ""
    refs = one.ownership.built.ref, other.ownership.built.ref
    return Hit(
        message=f"{refs[0]} and {refs[1]} both answer for {address}{more}",
        at=_place(one),
        label=f"{refs[0]} sends it to {_backends(one)}",
        subject=refs[0],
        clusters=(one.ownership.delivery.cluster,),
        owners=(one.ownership, other.ownership),
        related=((_place(other), f"{refs[1]} sends it to {_backends(other)}"),),
        help="let each overlay set a host of its own"
        if _place(one) == _place(other)
        else "give each its own host or path",
        effect="which of them a request reaches depends on the proxy, and may change with its next restart",
    )


def _place(claimed: Claimed) -> Spot:
    return claimed.ownership.built.locate(claimed.claim.route)


def _backends(claimed: Claimed) -> str:
    return ", ".join(f"{namespace}/{name}" if namespace else name for namespace, name in sorted(claimed.claim.backends))
