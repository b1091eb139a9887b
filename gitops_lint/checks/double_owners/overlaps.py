"""Paths that overlap: a directory that one reconciler applies, and another one takes in by mere descent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import OPAQUE, Context, Hit, Location, Reach, check, is_resolved, is_suspended, upwards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Applied, Built, Place


class Take(NamedTuple):
    """An object as one reconciler would apply it, with the edge that brings it."""

    applied: Applied
    built: Built


@check
def overlapping_paths(context: Context) -> Iterator[Hit]:
    """A directory inside of another one's path whose files land in a cluster twice, under different identities.

    Where the identities are the same, the objects have two owners, and that says more. What a kustomization lists is
    meant to be there: only a generated kustomization and a recursive directory take in what nobody has named.
    """
    pairs: dict[tuple[str, str, str], tuple[Take, Take, int]] = {}
    for (cluster, _), takes in _by_origin(context).items():
        for below, inner in takes.items():
            for top in (*upwards(below), ""):
                outer = takes.get(top)
                if outer is None or outer.built.ref == inner.built.ref or not _swallows(outer, below):
                    continue
                first, second, count = pairs.get((cluster, top, below), (outer, inner, 0))
                pairs[cluster, top, below] = first, second, count + 1
    for outer, inner, count in pairs.values():
        if not _have_an_object_in_common(outer.applied, inner.applied):
            yield _hit(outer, inner, count)


def _by_origin(context: Context) -> dict[tuple[str, Place], dict[str, Take]]:
    """What is taken from each manifest to each cluster, by the live path that it is taken through, if by several."""
    found: dict[tuple[str, Place], dict[str, Take]] = {}
    for applied in context.walked.applied:
        path, cluster = applied.delivery.path, applied.delivery.cluster
        if applied.reach is not Reach.LIVE or path is None or is_suspended(applied.reconciler.subject):
            continue
        for built in applied.delivery.build.objects:
            if built.ref.group != OPAQUE and is_resolved(built.ref):
                found.setdefault((cluster, built.origin), {}).setdefault(path, Take(applied, built))
    return {origin: takes for origin, takes in found.items() if len(takes) > 1}


def _swallows(outer: Take, below: str) -> bool:
    """Whether the outer one gets into a directory of its path without anybody naming it."""
    hops = outer.built.via.walk() if outer.built.via else ()
    above = [hop.place for hop in hops if hop.place.path != below and not hop.place.path.startswith(f"{below}/")]
    if not above:
        return False
    last = above[-1]
    return last == outer.applied.delivery.hop.place or (isinstance(last, Location) and last.span is None)


def _have_an_object_in_common(one: Applied, other: Applied) -> bool:
    refs = {built.ref for built in one.delivery.build.objects}
    return any(built.ref in refs for built in other.delivery.build.objects)


def _hit(outer: Take, inner: Take, count: int) -> Hit:
    name, other = outer.applied.reconciler.subject.ref, inner.applied.reconciler.subject.ref
    path, below = outer.applied.delivery.path or ".", inner.applied.delivery.path
    more = f" and {count - 1} more" if count > 1 else ""
    return Hit(
        message=f"{name} reads all of {path}, and so {below} as well, which {other} applies as {inner.built.ref}{more}",
        at=outer.applied.delivery.hop.place,
        label=f"takes in {below} without naming it",
        subject=name,
        clusters=(outer.applied.delivery.cluster,),
        related=((inner.applied.delivery.hop.place, f"{other} applies {below}"),),
        help=f"list in a kustomization.yaml of {path} what {name} is to apply, or move {below} out of it",
        effect=f"{outer.built.path} is applied twice, as {outer.built.ref} and as {inner.built.ref}",
    )
