"""What a check may see, the world, the law, and what both answer together, and how it makes itself known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gitops_lint.builders.kustomize import packed_files
from gitops_lint.controllers import is_suspended
from gitops_lint.externals import Externals
from gitops_lint.glob import glob
from gitops_lint.graph import Miss, Ownership, nearest_miss
from gitops_lint.history import History, MemoryHistory
from gitops_lint.identity import NAMESPACED
from gitops_lint.model import (
    Controller,
    Manifest,
    Reach,
    Reconciler,
    Ref,
)
from gitops_lint.precedence import Precedence, precedence_of
from gitops_lint.providers import Providers, providers_of
from gitops_lint.texts.markdown import Markdown, read_markdown
from gitops_lint.traits import traits_of, traits_of_manifest
from gitops_lint.tree import Unreadable
from gitops_lint.visibility import homes_of_flux

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.config import Settings
    from gitops_lint.context.hit import Hit, Policy
    from gitops_lint.environment import (
        Environment,
        Environments,
    )
    from gitops_lint.graph import Graph
    from gitops_lint.installation import Installation
    from gitops_lint.matrix import Match, Matrix, Traits
    from gitops_lint.model import Node
    from gitops_lint.repo import Repo
    from gitops_lint.texts.scripts import Script
    from gitops_lint.walk import Walked

MAX_DOCUMENT = 1024 * 1024
"""The longest Markdown document that is read, in bytes."""


@dataclass(frozen=True)
class Context:
    """All that a check may see: the world, the law, and the parameters of its page."""

    repo: Repo
    walked: Walked
    graph: Graph
    installation: Installation
    environments: Environments
    settings: Settings
    matrix: Matrix | None
    params: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy | None = None
    """The expression of the page, if it has one."""
    history: History = field(default_factory=MemoryHistory)
    """The commits to judge; none where files are judged."""

    @property
    def clusters(self) -> frozenset[str]:
        """The clusters that the repository or its configuration knows; others are names that an Argo CD has for one."""
        return frozenset(root.cluster for root in self.walked.roots) | frozenset(self.settings.clusters)

    @property
    def precedence(self) -> Precedence:
        """What is applied before what."""
        return precedence_of(self.graph)

    @property
    def providers(self) -> Providers:
        """Who brings namespaces and definitions."""
        return providers_of(self.repo, self.walked, self.graph)

    @property
    def externals(self) -> Externals:
        """What is there without being applied from here."""
        return Externals(self.settings.externals, self.matrix)

    def tree(self, controller: Controller) -> tuple[str, ...]:
        """The globs of the tree that belongs to a controller; empty where none is declared."""
        trees = self.settings.trees
        return tuple(trees.flux if controller is Controller.FLUX else trees.argocd)

    def is_in_layout(self, path: str) -> bool:
        """Whether the declared layout has a path: that it is missing is told there."""
        return any(f"{entry}/".startswith(f"{path}/") for entry in self.settings.layout)

    def environment(self, reconciler: Reconciler) -> Environment | None:
        """The declared environment that a reconciler belongs to, and what tells it."""
        return self.environments.of(reconciler)

    def is_at_work(self, node: Node) -> bool:
        """Whether a reconciler is reached by a root, and not suspended."""
        return self.graph.reach(node) is Reach.LIVE and not is_suspended(self.graph.reconcilers[node].subject)

    def orders_to_flux(self, kind: str) -> Iterator[Reconciler]:
        """The orders to Flux of a kind that are at work, in clusters where it is known that Flux runs."""
        homes = homes_of_flux(self.walked)
        for node, reconciler in self.graph.reconcilers.items():
            is_meant = reconciler.controller is Controller.FLUX and node[1].kind == kind
            if is_meant and node[0] in homes and self.is_at_work(node):
                yield reconciler

    @property
    def scripts(self) -> Iterator[Script]:
        """What people and pipelines run by hand; not what is packed into ConfigMaps, which runs in the cluster."""
        scripts = self.repo.scripts
        packed = set(packed_files(self.repo)) if scripts else set()
        return (script for script in scripts if script.path not in packed)

    @property
    def documents(self) -> Iterator[tuple[str, Markdown]]:
        """The Markdown documents that the configuration names, by their paths."""
        named = glob(*self.settings.documents)
        for path in sorted(self.repo.tree.files) if self.settings.documents else ():
            if path.endswith(".md") and named(path) and (document := self.markdown(path)):
                yield path, document

    def markdown(self, path: str) -> Markdown | None:
        """A document, taken apart; None where it cannot be read, or is too long to be one."""
        try:
            content = self.repo.tree.read(path)
        except Unreadable:
            return None
        return read_markdown(content.decode("utf-8-sig", "replace")) if len(content) <= MAX_DOCUMENT else None

    def nearest_miss(self, path: str) -> Miss | None:
        """What would have to list a file for it to be applied."""
        return nearest_miss(path, self.repo, self.walked.reads)

    def component(self, ownership: Ownership) -> Match | None:
        """The component of an applied object; None for orders to controllers, which are no component themselves."""
        traits = self.traits(ownership)
        return self.matrix.match(traits) if self.matrix and traits else None

    def traits(self, ownership: Ownership) -> Traits | None:
        """What the matrix can ask of an applied object; None for an order to a controller."""
        built = ownership.built
        return None if order_to(built.ref) else traits_of(built, ownership.delivery.cluster)

    def traits_as_written(self, manifest: Manifest) -> Traits | None:
        """What the matrix could ask of an object if somebody applied it as it is written."""
        if order_to(manifest.ref) and manifest.ref.kind not in CHART_ORDERS:
            return None
        return traits_of_manifest(manifest)


def order_to(ref: Ref) -> Controller | None:
    """The controller that an object is an order to; None for one that is applied for its own sake.

    Argo Workflows, Events and Rollouts share Argo CD's group: their objects are workload.
    """
    if ref.group == "argoproj.io":
        return Controller.ARGOCD if ref.kind in ARGOCD_ORDERS else None
    is_flux = ref.group.endswith(".toolkit.fluxcd.io") or ref.group in FLUX_EXTENSIONS
    return Controller.FLUX if is_flux else None


def is_namespaced(ref: Ref) -> bool:
    """Whether a kind is known to live in a namespace: a built-in one, or an order to a controller."""
    return ref.kind in NAMESPACED.get(ref.group, ()) or order_to(ref) is not None


ARGOCD_ORDERS = frozenset({"Application", "ApplicationSet", "AppProject"})
FLUX_EXTENSIONS = frozenset({"source.extensions.fluxcd.io", "fluxcd.controlplane.io"})

CHART_ORDERS = frozenset({"HelmRelease", "Application"})
"""Orders that name a chart."""


CHECKS: dict[str, Callable[[Context], Iterator[Hit]]] = {}


def check(function: Callable[[Context], Iterator[Hit]]) -> Callable[[Context], Iterator[Hit]]:
    """Make a generator over hits available to pages, under the function's name."""
    CHECKS[function.__name__] = function
    return function
