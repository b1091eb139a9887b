"""Owners in words: the chain of an ownership as steps that can be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.finding import Owner, Step

if TYPE_CHECKING:
    from gitops_lint.graph import Graph, Ownership


def owner_of(graph: Graph, ownership: Ownership) -> Owner:
    """Who applies an object, and through which chain: one step a hop, from the root to the object."""
    steps: list[Step] = []
    for link in graph.chain(ownership):
        first, *rest = link.hops
        steps.append(Step(first.place.location, str(link.reconciler.subject.ref), first.text))
        steps += [Step(hop.place.location, hop.text) for hop in rest]
    steps.append(Step(ownership.built.origin.location, str(ownership.built.ref)))
    return Owner(
        controller=ownership.controller.value,
        cluster=ownership.delivery.cluster,
        reconciler=str(ownership.reconciler.subject.ref),
        reach=ownership.reach.value,
        chain=tuple(steps),
    )
