"""What is applied and stands in no row of the matrix."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitops_lint.context import RELEASE, Context, Hit, Reach, check, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Node, Ownership, Reconciler, Spot

WORKLOAD = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
PART_OF = ("metadata", "labels", "app.kubernetes.io/part-of")
FLUX = ("flux", "flux2", "flux-operator", "flux-instance")
"""What the objects of Flux call themselves a part of, and the charts that install it."""
MAX_NAMES = 4
"""Components that a message names; the others are counted."""


@check
def unassigned_component(context: Context) -> Iterator[Hit]:
    """Releases and workloads that no row covers, one hit for all that one reconciler brings.

    The workloads of one directory are one component: where a row covers one of them, it means the others, too. Flux
    itself is nobody's component.
    """
    covered: set[str] = set()
    found: dict[str, Ownership] = {}
    for (_, ref), owners in context.graph.objects.items():
        first = owners[0]
        if first.reach is Reach.LIVE and (ref.kind == RELEASE or ref.kind in WORKLOAD) and not _is_flux(first):
            component = first.read_from.rpartition("/")[0] or first.read_from
            found.setdefault(component, first)
            if _is_covered(context, first):
                covered.add(component)
    numbers = Counter(_bringer(context, first).node for first in found.values())
    groups: dict[Node, list[Ownership]] = {}
    for component, first in found.items():
        if component not in covered:
            groups.setdefault(_parent(context, first, numbers).node, []).append(first)
    for node, components in groups.items():
        alone = len(components) == 1
        yield _hit(_bringer(context, components[0]) if alone else context.graph.reconcilers[node], components)


def _is_flux(ownership: Ownership) -> bool:
    data = ownership.built.data
    return text_at(data, PART_OF) in FLUX or text_at(data, ("chart",)) in FLUX


def _is_covered(context: Context, ownership: Ownership) -> bool:
    """Whether a row covers an object, be it only to say that it is none of it."""
    traits = context.traits(ownership)
    if traits is None or context.matrix is None or context.component(ownership) is not None:
        return True
    return any(clause.matches(traits) for component in context.matrix.components for clause in component.allow)


def _bringer(context: Context, ownership: Ownership) -> Reconciler:
    """Who brings a component: for a release the one who applies the order."""
    above = context.graph.owners(ownership.reconciler.node)
    return above[0].reconciler if above and ownership.built.ref.kind == RELEASE else ownership.reconciler


def _parent(context: Context, ownership: Ownership, numbers: Counter[Node]) -> Reconciler:
    """Who brings a component together with others: one that brings it alone is a wrapper around it.

    Some roots stand in no file, and nothing can be said there.
    """
    reconciler = _bringer(context, ownership)
    above = [owner.reconciler for owner in context.graph.owners(reconciler.node)[:1]]
    is_wrapper = numbers[reconciler.node] == 1 and above
    return above[0] if is_wrapper and context.repo.tree.is_file(above[0].subject.locate(()).path) else reconciler


def _hit(parent: Reconciler, components: Sequence[Ownership]) -> Hit:
    places = sorted(components, key=lambda ownership: ownership.built.origin.location)
    names = sorted({ownership.built.ref.name for ownership in components})
    shown = names if len(names) <= MAX_NAMES else [*names[: MAX_NAMES - 1], f"{len(names) - MAX_NAMES + 1} more"]
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    return Hit(
        message=f"{parent.subject.ref} applies {listed}, which no row of the matrix gives to anybody",
        at=parent.subject.locate(("metadata", "name")),
        label="in no row",
        subject=parent.subject.ref,
        clusters=(places[0].delivery.cluster,),
        related=tuple((_place(o), f"{o.built.ref}, applied by {o.controller.label}") for o in places),
        help="give it a row in the matrix, or list it among the members of one",
    )


def _place(ownership: Ownership) -> Spot:
    is_release = ownership.built.ref.kind == RELEASE
    return ownership.built.origin if is_release else ownership.built.locate(("metadata", "name"))
