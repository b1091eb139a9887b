"""What is applied before what.

Flux: a Kustomization begins when those that it names in ``dependsOn`` are ready, and those are ready when their own
objects are applied or, with ``wait`` or ``healthChecks``, when these work (kustomize-controller, checkDependencies and
checkHealth). Inside of one, definitions and Namespaces come first, then classes, then the rest
(fluxcd/pkg, ssa/manager_apply.go, ApplyAllStaged). Argo CD: inside of an Application by wave and then by kind
(argo-cd, docs/user-guide/sync-waves.md); between Applications there is no order. What applies an order comes before
what the order applies.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gitops_lint.model import Controller, dig
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.graph import Graph, Need
    from gitops_lint.model import Data, Node, Reconciler

WAVE = ("metadata", "annotations", "argocd.argoproj.io/sync-wave")


class Precedence:
    """The order that the reconcilers of a graph keep, as far as anything makes them keep it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._waits: dict[Node, list[Need]] = {}
        for need in graph.waits:
            self._waits.setdefault(need.owner, []).append(need)
        self._before: dict[Node, frozenset[Node]] = {}

    def before(self, node: Node) -> frozenset[Node]:
        """The reconcilers whose objects are there when one begins: what it waits for, what orders it, and so on.

        A ``readyExpr`` is taken for a wait: what it asks is not known here. Of what is waited for and does not wait
        for its own objects, the releases count all the same: ``dependency-without-wait`` tells of those.
        """
        if node not in self._before:
            self._before[node] = frozenset(self._collect(node)) - {node}
        return self._before[node]

    def _collect(self, start: Node) -> set[Node]:
        found = {start}
        queue = [start]
        while queue:
            node = queue.pop()
            near = [owner.reconciler.node for owner in self._graph.owners(node)]
            for need in self._waits.get(node, ()):
                near += [need.target, *self._ready_with(need.target)]
            for other in near:
                if other in self._graph.reconcilers and other not in found:
                    found.add(other)
                    queue.append(other)
        return found

    def _ready_with(self, node: Node) -> Iterator[Node]:
        """The reconcilers below one that are ready when it is."""
        seen = {node}
        queue = [node]
        while queue:
            reconciler = self._graph.reconcilers.get(queue.pop())
            if reconciler is None:
                continue
            waits = waits_for_its_own(reconciler.subject.data)
            for below in self.orders_of(reconciler):
                if below not in seen and (waits or below[1].kind == "HelmRelease"):
                    seen.add(below)
                    queue.append(below)
                    yield below

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
        above = {node}
        queue = [node]
        while queue:
            for owner in self._graph.owners(queue.pop()):
                if owner.reconciler.node not in above:
                    above.add(owner.reconciler.node)
                    queue.append(owner.reconciler.node)
        return any(self.chain(each, other) for each in above - {other})

    def chain(self, first: Node, second: Node) -> tuple[Need, ...]:
        """The shortest way by ``dependsOn`` from a reconciler to one that it waits for; empty where there is none."""
        ways: dict[Node, tuple[Need, ...]] = {first: ()}
        queue = [first]
        while queue and second not in ways:
            node = queue.pop(0)
            for need in self._waits.get(node, ()):
                if need.target not in ways:
                    ways[need.target] = (*ways[node], need)
                    queue.append(need.target)
        return ways.get(second, ())


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
