"""What is applied before what.

Flux: a Kustomization begins when those that it names in ``dependsOn`` are ready, and those are ready when their own
objects are applied or, with ``wait`` or ``healthChecks``, when these work (kustomize-controller, checkDependencies and
checkHealth). Inside of one, definitions and Namespaces come first, then classes, then the rest
(fluxcd/pkg, ssa/manager_apply.go, ApplyAllStaged). Argo CD: inside of an Application by wave and then by kind
(argo-cd, docs/user-guide/sync-waves.md); between Applications there is no order. What applies an order comes before
what the order applies.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from gitops_lint.model import Controller, dig
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitops_lint.graph import Graph
    from gitops_lint.model import Data, Node, Reconciler

WAVE = ("metadata", "annotations", "argocd.argoproj.io/sync-wave")


MAX_STEPS = 2_000_000
"""How far the order is followed in all: a real repository takes some ten thousand steps."""


class Precedence:
    """The order that the reconcilers of a graph keep, as far as anything makes them keep it.

    Where that takes too long to tell, everything counts as ordered, so that nothing is said of it.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._waits: dict[Node, list[Node]] = {}
        for need in graph.waits:
            self._waits.setdefault(need.owner, []).append(need.target)
        self._before: dict[Node, frozenset[Node]] = {}
        self._along: dict[Node, set[Node]] = {}
        self._steps = 0

    def before(self, node: Node) -> frozenset[Node]:
        """The reconcilers whose objects are there when one begins: what it waits for, what orders it, and so on.

        A ``readyExpr`` is taken for a wait: what it asks is not known here. Of what is waited for and does not wait
        for its own objects, the releases count all the same: ``dependency-without-wait`` tells of those.
        """
        if node not in self._before and self._steps <= MAX_STEPS:
            self._before[node] = frozenset(self._closure([node], self._sooner)) - {node}
        return self._before[node] if self._steps <= MAX_STEPS else self._all

    @cached_property
    def _all(self) -> frozenset[Node]:
        return frozenset(self._graph.reconcilers)

    def _closure(self, start: Iterable[Node], step: Callable[[Node], Iterable[Node]]) -> set[Node]:
        """All that is reached from some nodes; counts the steps."""
        found = set(start)
        queue = list(found)
        while queue and self._steps <= MAX_STEPS:
            for other in step(queue.pop()):
                self._steps += 1
                if other in self._graph.reconcilers and other not in found:
                    found.add(other)
                    queue.append(other)
        return found

    def _sooner(self, node: Node) -> Iterator[Node]:
        """One step back: what orders a reconciler, what it waits for, and what is ready along with that."""
        yield from self._orderers(node)
        for target in self._waits.get(node, ()):
            yield target
            if target not in self._along:
                self._along[target] = self._closure([target], self._ready_with)
            yield from self._along[target]

    def _orderers(self, node: Node) -> Iterator[Node]:
        return (owner.reconciler.node for owner in self._graph.owners(node))

    def _ready_with(self, node: Node) -> Iterator[Node]:
        """The reconcilers directly below one that are ready when it is."""
        reconciler = self._graph.reconcilers.get(node)
        if reconciler is not None:
            waits = waits_for_its_own(reconciler.subject.data)
            yield from (below for below in self.orders_of(reconciler) if waits or below[1].kind == "HelmRelease")

    def orders_of(self, reconciler: Reconciler) -> Iterator[Node]:
        """The reconcilers that another one applies the orders of."""
        for ownership in self._graph.applied_by(reconciler):
            node = (ownership.delivery.cluster, ownership.built.ref)
            if node in self._graph.reconcilers:
                yield node

    def is_before(self, first: Node, second: Node) -> bool:
        """Whether what the first reconciler applies is there when the second one begins; it is before itself."""
        return first == second or first in self.before(second)

    def waits_for(self, node: Node, other: Node) -> bool:
        """Whether a reconciler, or what orders it, waits until another one is ready."""
        above = self._closure([node], self._orderers) - {other}
        targets = {target for each in above for target in self._waits.get(each, ())}
        return other in self._closure(targets, lambda each: self._waits.get(each, ()))


@lru_cache(maxsize=1)
def precedence_of(graph: Graph) -> Precedence:
    """The order in a graph, worked out once for all who ask."""
    return Precedence(graph)


def waits_for_its_own(data: Data) -> bool:
    """Whether a Kustomization is ready only when what it applies is (kustomization_types.go, wait and healthChecks)."""
    return dig(data, ("spec", "wait")) is True or bool(dig(data, ("spec", "healthChecks")))


def wave(controller: Controller, data: Data) -> int:
    """The wave of an object that Argo CD applies; 0 where it names none, or no number."""
    text = str(dig(data, WAVE) or "0") if controller is Controller.ARGOCD else "0"
    return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() else 0


def is_dry_run_skipped(data: Data) -> bool:
    """Whether Argo CD is told not to mind a kind that is not known yet (docs/user-guide/sync-options.md)."""
    options = text_at(data, ("metadata", "annotations", "argocd.argoproj.io/sync-options"))
    return "SkipDryRunOnMissingResource=true" in [option.strip() for option in options.split(",")]
