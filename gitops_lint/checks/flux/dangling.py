"""What waits for something that is not there: ``dependsOn`` that names nothing.

Semantics: kustomize-controller and helm-controller, checkDependencies: a dependency is of the own kind, in the own
namespace unless another one is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    Confidence,
    Context,
    Hit,
    Reach,
    check,
    did_you_mean,
    homes_of_flux,
    is_resolved,
    may_be_hidden,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.context import Manifest, Need, Node, Reconciler, Ref

    Orders = Mapping[Ref, Reconciler]

NAME = ("metadata", "name")
DONE = {"Kustomization": "applied", "HelmRelease": "installed or upgraded"}


@check
def dangling_dependency(context: Context) -> Iterator[Hit]:
    """A ``dependsOn`` that names nothing: who waits for it is never applied. One hit for all who wait for the same.

    Who is not applied itself waits for nobody. Where something is applied that cannot be seen from here, the object
    may be in that, and the hit is not certain.
    """
    homes = homes_of_flux(context.walked)
    orders: dict[str, Orders] = {}
    vain: dict[tuple[Node, str], list[Need]] = {}
    for need in context.graph.waits:
        (cluster, _), (_, target) = need.owner, need.target
        if context.graph.reach(need.owner) is Reach.LIVE and target.namespace and is_resolved(target):
            if cluster not in orders:
                orders[cluster] = _orders(context, cluster, homes)
            if target not in orders[cluster]:
                vain.setdefault((need.target, need.owner[1].kind), []).append(need)
    for needs in vain.values():
        needs.sort(key=lambda need: context.graph.place_of(need).location)
        yield _dangling(context, needs, orders[needs[0].owner[0]])


def _orders(context: Context, cluster: str, homes: set[str]) -> Orders:
    """What Flux takes orders from in a cluster; those in a cluster that nobody knows may be in any."""
    return {
        ref: reconciler
        for (where, ref), reconciler in context.graph.reconcilers.items()
        if (where == cluster or cluster not in homes or where not in homes)
        and context.graph.reach(reconciler.node) is Reach.LIVE
    }


def _dangling(context: Context, needs: Sequence[Need], orders: Orders) -> Hit:
    need, *others = needs
    (cluster, subject), (_, target) = need.owner, need.target
    namesake = _of_other_kind(target, orders)
    written = None if namesake else _written(context, target, orders)
    other = namesake.subject if namesake else written
    what = f"but {namesake.subject.ref} is of another kind" if namesake else "which nothing applies"
    found = f"a {namesake.subject.ref.kind}" if namesake else "stands here, and is not applied"
    who, wait = (f"{subject} and {len(others)} more", "wait") if others else (f"{subject}", "waits")
    return Hit(
        message=f"{who} {wait} for {target}, {what}",
        at=context.graph.place_of(need),
        label=f"there is no such {target.kind}",
        case="wrong-kind" if namesake else "missing",
        subject=subject,
        clusters=(cluster,),
        related=(
            *(((other.locate(NAME), found),) if other else ()),
            *((context.graph.place_of(one), f"{one.owner[1].name} waits for it, too") for one in others),
        ),
        help=_right_place(context, need, namesake) if namesake else _advice(target, written, orders),
        effect=f"they wait for ever: nothing of them is {DONE[subject.kind]}"
        if others
        else f"{subject.name} waits for ever: nothing of it is {DONE[subject.kind]}",
        confidence=Confidence.LIKELY
        if may_be_hidden(context.repo, context.walked, need.target)
        else Confidence.CERTAIN,
        stems=(written.path,) if written else _unreadable(context, target),
    )


def _of_other_kind(target: Ref, orders: Orders) -> Reconciler | None:
    """What has the name and is of the other kind, unless the name exists in the right kind elsewhere."""
    named = [ref for ref in orders if ref.name == target.name and ref.kind in DONE]
    if any(ref.kind == target.kind for ref in named):
        return None
    best = min(named, key=lambda ref: (ref.namespace != target.namespace, ref), default=None)
    return orders[best] if best else None


def _written(context: Context, target: Ref, orders: Orders) -> Manifest | None:
    """The object as it stands in this repository, in a file of which nothing is applied as an order."""
    applied = {reconciler.subject.locate(()).path for reconciler in orders.values()}
    for manifest in context.repo.of_kind(target.group, target.kind):
        ref = manifest.ref
        if ref.name == target.name and ref.namespace in ("", target.namespace) and manifest.path not in applied:
            return manifest
    return None


def _unreadable(context: Context, target: Ref) -> tuple[str, ...]:
    """The first file that cannot be read as YAML and has the name in its text: the object probably stands in there."""
    broken = (fault.file for fault in context.repo.faults if fault.manifest)
    return tuple(file.path for file in broken if target.name in file.text)[:1]


def _right_place(context: Context, need: Need, namesake: Reconciler) -> str:
    """Between which two Kustomizations a wait of a release, or for one, has to be told."""
    release = namesake.node if need.owner[1].kind == "Kustomization" else need.owner
    owners = (ownership.reconciler.subject.ref for ownership in context.graph.owners(release))
    bringer = next((ref for ref in owners if ref.kind == "Kustomization" and ref != need.owner[1]), None)
    if bringer is None:
        return "name an object of the same kind, or take the entry out"
    if release == need.owner:
        return f"let {bringer} wait for {namesake.subject.ref} instead: it brings this release"
    return f"name {bringer} instead: it brings that release"


def _advice(target: Ref, written: Manifest | None, orders: Orders) -> str:
    if written:
        return f"let something apply {written.path}, or take the entry out"
    alike = [ref for ref in orders if ref.kind == target.kind]
    elsewhere = sorted(ref.namespace for ref in alike if ref.name == target.name)
    if elsewhere:
        return f"there is one in another namespace: add namespace: {elsewhere[0]}"
    guess = did_you_mean(target.name, [ref.name for ref in alike if ref.namespace == target.namespace])
    return guess.removeprefix("; ") or f"name a {target.kind} that is applied here, or take the entry out"
