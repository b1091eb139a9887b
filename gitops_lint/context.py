"""Everything that a check imports: ``check``, ``Context`` and ``Hit``, and the words that it asks in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitops_lint import assessed, charts, conventional, credentials
from gitops_lint.appproject import (
    fits,
    is_literal,
    names_kind,
    permits_destination,
    permits_everything,
    permits_kind,
    permits_namespace,
    permits_source,
)
from gitops_lint.builders.kustomize import FILE_NAMES as KUSTOMIZATION_FILES
from gitops_lint.builders.kustomize import packed_files
from gitops_lint.builders.substitution import is_resolved
from gitops_lint.commands import Command, Word, value_of
from gitops_lint.config import FILE_NAMES
from gitops_lint.controllers import is_suspended, leaves_alone
from gitops_lint.controllers.appsource import sources
from gitops_lint.controllers.argocd import PINNED, is_cluster_scoped
from gitops_lint.controllers.bootstrap import bootstraps, cluster_name
from gitops_lint.document import Fault, File, read
from gitops_lint.environment import (
    Environment,
    Environments,
    Overlay,
    has_word,
    reads_of,
    value_files_of,
    without_word,
)
from gitops_lint.expression import Expression
from gitops_lint.expression import ExpressionError as Unanswered
from gitops_lint.externals import Externals
from gitops_lint.finding import Confidence
from gitops_lint.fix import Change, Fix, Move, Put, Remove, Reword, Write, annotation
from gitops_lint.glob import crossing, glob, head
from gitops_lint.graph import Miss, Need, Ownership, nearest_miss
from gitops_lint.history import Commit, FileChange, History, MemoryHistory
from gitops_lint.installation import Config
from gitops_lint.invocations import Call, Install, Thing, Work, argocd, helm, kubectl
from gitops_lint.location import Location, Route, Span, describe
from gitops_lint.markdown import Markdown, Piece, Table, read_markdown
from gitops_lint.matrix import Clause, Component, Match, Traits
from gitops_lint.model import (
    OPAQUE,
    RELEASE,
    REMOTE_BASE,
    Build,
    Built,
    Controller,
    Data,
    Hop,
    Manifest,
    Node,
    Place,
    Problem,
    Reach,
    Reconciler,
    Ref,
    Spot,
    Subject,
    dig,
)
from gitops_lint.nearest import closest, did_you_mean
from gitops_lint.paths import join, normalise, upwards
from gitops_lint.podsecurity import violations
from gitops_lint.precedence import Precedence, is_dry_run_skipped, precedence_of, waits_for_its_own, wave
from gitops_lint.providers import Provider, Providers, providers_of, sets_namespace
from gitops_lint.references import references_of, storage_classes_of
from gitops_lint.repo import MANIFEST_SUFFIXES as MANIFESTS
from gitops_lint.repo import NAMESPACED, is_built_in, looks_like_template, normalise_url, objects
from gitops_lint.routing import Claim, claims_of, meet
from gitops_lint.scripts import Script, bases_of, commands_in
from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at, words
from gitops_lint.snippet import MASK
from gitops_lint.syncpolicy import AUTOMATED, is_automated, is_rolling, keeps_applications, prunes
from gitops_lint.traits import POD_SPECS, containers_of, needed_by, traits_of, traits_of_manifest
from gitops_lint.tree import Unreadable
from gitops_lint.versions import Pinned, is_newer, tag_of, versions_of
from gitops_lint.visibility import Shadow, homes_of_flux, may_be_hidden, shadow_of
from gitops_lint.walk import Applied

__all__ = [  # all that a check imports
    "AUTOMATED",
    "FILE_NAMES",
    "KUSTOMIZATION_FILES",
    "MANIFESTS",
    "MASK",
    "OPAQUE",
    "PINNED",
    "POD_SPECS",
    "RELEASE",
    "REMOTE_BASE",
    "Applied",
    "Build",
    "Built",
    "Call",
    "Change",
    "Claim",
    "Clause",
    "Command",
    "Commit",
    "Component",
    "Confidence",
    "Config",
    "Context",
    "Controller",
    "Data",
    "Environment",
    "Environments",
    "Fault",
    "File",
    "FileChange",
    "Fix",
    "Hit",
    "Hop",
    "Install",
    "Location",
    "Manifest",
    "Markdown",
    "Match",
    "Miss",
    "Move",
    "Need",
    "Node",
    "Overlay",
    "Ownership",
    "Piece",
    "Pinned",
    "Place",
    "Policy",
    "Problem",
    "Provider",
    "Providers",
    "Put",
    "Reach",
    "Reconciler",
    "Ref",
    "Remove",
    "Reword",
    "Route",
    "Script",
    "Shadow",
    "Span",
    "Spot",
    "Subject",
    "Table",
    "Thing",
    "Traits",
    "Unanswered",
    "Word",
    "Work",
    "Write",
    "annotation",
    "argocd",
    "assessed",
    "bases_of",
    "bootstraps",
    "charts",
    "check",
    "claims_of",
    "closest",
    "cluster_name",
    "commands_in",
    "containers_of",
    "conventional",
    "credentials",
    "crossing",
    "describe",
    "did_you_mean",
    "dig",
    "fits",
    "glob",
    "has_word",
    "head",
    "helm",
    "homes_of_flux",
    "is_automated",
    "is_built_in",
    "is_cluster_scoped",
    "is_dry_run_skipped",
    "is_literal",
    "is_namespaced",
    "is_newer",
    "is_resolved",
    "is_rolling",
    "is_suspended",
    "join",
    "keeps_applications",
    "kubectl",
    "leaves_alone",
    "list_at",
    "looks_like_template",
    "mapping_at",
    "mappings_at",
    "may_be_hidden",
    "meet",
    "names_kind",
    "needed_by",
    "normalise",
    "normalise_url",
    "objects",
    "order_to",
    "packed_files",
    "permits_destination",
    "permits_everything",
    "permits_kind",
    "permits_namespace",
    "permits_source",
    "prunes",
    "read",
    "reads_of",
    "references_of",
    "sets_namespace",
    "shadow_of",
    "sources",
    "storage_classes_of",
    "tag_of",
    "text_at",
    "traits_of",
    "upwards",
    "value_files_of",
    "value_of",
    "versions_of",
    "violations",
    "waits_for_its_own",
    "wave",
    "without_word",
    "words",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.config import Settings
    from gitops_lint.graph import Graph
    from gitops_lint.installation import Installation
    from gitops_lint.matrix import Matrix
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Walked

MAX_DOCUMENT = 1024 * 1024
"""The longest Markdown document that is read, in bytes."""
VARIABLES = ("object", "params", "path", "cluster", "environment", "owners", "component")
"""What an expression may speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a check found. The engine adds rule, severity and fingerprint; a check knows none of them."""

    message: str
    at: Spot | None
    label: str = ""
    case: str | None = None
    subject: Ref | None = None
    clusters: tuple[str, ...] = ()
    owners: tuple[Ownership, ...] = ()
    related: tuple[tuple[Spot, str], ...] = ()
    help: str | None = None
    fix: Fix | None = None
    effect: str | None = None
    confidence: Confidence = Confidence.CERTAIN
    reach: Reach = Reach.LIVE
    cuts: tuple[str, ...] = ()
    """Directories and files that reach no cluster because of this."""
    stems: tuple[str, ...] = ()
    """Directories and files whose absence from the clusters is all that this says."""
    wrong_turn: bool = False
    """Whether ``at`` is a step that nobody should take: what comes about through it follows from this."""


@dataclass(frozen=True)
class Policy:
    """What a page asks by an expression."""

    text: str
    on: str
    clauses: tuple[Clause, ...]
    message: str
    at: Route
    ships: bool
    """Whether the page is ours: what it cannot be asked of, for its odd shape, is none of the user's concern."""
    remove: tuple[Route, ...] = ()
    """Fields that an object loses when it is repaired."""
    put: tuple[tuple[Route, Any], ...] = ()
    """Fields that it gets, with their values."""

    @cached_property
    def expression(self) -> Expression:
        """The expression, compiled when it is first asked: most pages are for no object of a repository.

        Raises Unanswered where it cannot be compiled.
        """
        return Expression(self.text, VARIABLES)

    def is_for(self, traits: Traits) -> bool:
        """Whether an object is one that the page is for."""
        return not self.clauses or any(clause.matches(traits) for clause in self.clauses)


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
