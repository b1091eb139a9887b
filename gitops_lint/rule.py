"""A rule is a page: front matter is the law, prose is the why, fenced examples are the tests.

Everything that a check imports is here: ``check``, ``Context`` and ``Hit``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from gitops_lint.appproject import is_literal, names_kind, permits_destination, permits_kind, permits_source
from gitops_lint.builders.kustomize import FILE_NAMES as KUSTOMIZATION_FILES
from gitops_lint.builders.kustomize import packed_files
from gitops_lint.builders.substitution import is_resolved
from gitops_lint.config import FILE_NAMES, ClauseSettings, rules_directory
from gitops_lint.controllers import is_suspended, leaves_alone
from gitops_lint.controllers.appsource import sources
from gitops_lint.controllers.argocd import is_cluster_scoped
from gitops_lint.document import read
from gitops_lint.environment import Environment, environment_of
from gitops_lint.example import Example, examples_of
from gitops_lint.expression import Expression, ExpressionError
from gitops_lint.expression import ExpressionError as Unanswered
from gitops_lint.finding import Confidence, Severity
from gitops_lint.glob import glob, head
from gitops_lint.graph import Miss, Need, Ownership, nearest_miss
from gitops_lint.location import Location, Route, Span
from gitops_lint.matrix import Clause, Component, Match, Traits
from gitops_lint.model import (
    OPAQUE,
    RELEASE,
    REMOTE_BASE,
    Build,
    Built,
    Controller,
    Hop,
    Manifest,
    Node,
    Place,
    Reach,
    Reconciler,
    Ref,
    Spot,
    Subject,
    dig,
)
from gitops_lint.nearest import did_you_mean
from gitops_lint.repo import looks_like_template, normalise_url
from gitops_lint.shape import mapping_at, text_at
from gitops_lint.traits import needed_by, traits_of, traits_of_manifest
from gitops_lint.validation import ConfigError, Globs, Mistake, validate
from gitops_lint.walk import Applied

__all__ = [  # all that a check imports
    "FILE_NAMES",
    "KUSTOMIZATION_FILES",
    "OPAQUE",
    "RELEASE",
    "REMOTE_BASE",
    "Applied",
    "Build",
    "Built",
    "Clause",
    "Component",
    "Confidence",
    "Context",
    "Controller",
    "Environment",
    "Hit",
    "Hop",
    "Location",
    "Manifest",
    "Match",
    "Miss",
    "Need",
    "Node",
    "Ownership",
    "Place",
    "Policy",
    "Reach",
    "Reconciler",
    "Ref",
    "Route",
    "Spot",
    "Subject",
    "Traits",
    "Unanswered",
    "check",
    "did_you_mean",
    "dig",
    "glob",
    "head",
    "is_cluster_scoped",
    "is_literal",
    "is_resolved",
    "is_suspended",
    "leaves_alone",
    "looks_like_template",
    "names_kind",
    "needed_by",
    "normalise_url",
    "order_to",
    "packed_files",
    "permits_destination",
    "permits_kind",
    "permits_source",
    "sources",
    "text_at",
    "traits_of",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.graph import Graph
    from gitops_lint.matrix import Matrix
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Walked

Level = Literal["info", "warning", "error"]
FILTER = "filter"
"""In place of a check: rules whose findings come from the comments in the linted files."""
EXPRESSION = "compliance"
"""The check of a page that has an expression."""
START = Span(1, 1, 1, 1)
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
    effect: str | None = None
    confidence: Confidence = Confidence.CERTAIN
    reach: Reach = Reach.LIVE
    cuts: tuple[str, ...] = ()
    """Directories and files that reach no cluster because of this."""
    stems: tuple[str, ...] = ()
    """Directories and files whose absence from the clusters is all that this says."""
    wrong_turn: bool = False
    """Whether ``at`` is a step that no chain should take: what is applied through it follows from this."""


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

    @cached_property
    def expression(self) -> Expression:
        """The expression, compiled when it is first asked: most pages are for no object of a repository.

        Raises Unanswered where it cannot be compiled.
        """
        return Expression(self.text, VARIABLES)

    def is_for(self, traits: Traits) -> bool:
        """Whether an object is one that the page is for."""
        return not self.clauses or any(clause.matches(traits) for clause in self.clauses)


@dataclass(frozen=True, slots=True)
class Context:
    """All that a check may see: the world, the law, and the parameters of its page."""

    repo: Repo
    walked: Walked
    graph: Graph
    settings: Settings
    matrix: Matrix | None
    params: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy | None = None
    """The expression of the page, if it has one."""

    def tree(self, controller: Controller) -> tuple[str, ...]:
        """The globs of the tree that belongs to a controller; empty where none is declared."""
        trees = self.settings.trees
        return tuple(trees.flux if controller is Controller.FLUX else trees.argocd)

    def environment(self, reconciler: Reconciler) -> Environment | None:
        """The declared environment that an Application belongs to, and what tells it."""
        clusters = self.graph.destinations(reconciler)
        labels = self._namespace_labels(reconciler, clusters)
        return environment_of(reconciler.subject, clusters, self.settings.environments, labels)

    def _namespace_labels(self, reconciler: Reconciler, clusters: Iterable[str]) -> Mapping[str, str]:
        """The labels of an Application's destination namespace, where that is applied from here."""
        name = dig(reconciler.subject.data, ("spec", "destination", "namespace"))
        for cluster in sorted(clusters):
            for ownership in self.graph.owners((cluster, Ref("", "Namespace", "", str(name)))):
                return mapping_at(ownership.built.data, ("metadata", "labels"))
        return {}

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


ARGOCD_ORDERS = frozenset({"Application", "ApplicationSet", "AppProject"})
FLUX_EXTENSIONS = frozenset({"source.extensions.fluxcd.io", "fluxcd.controlplane.io"})

CHART_ORDERS = frozenset({"HelmRelease", "Application"})
"""Orders that name a chart."""

CHECKS: dict[str, Callable[[Context], Iterator[Hit]]] = {}


def check(function: Callable[[Context], Iterator[Hit]]) -> Callable[[Context], Iterator[Hit]]:
    """Make a generator over hits available to pages, under the function's name."""
    CHECKS[function.__name__] = function
    return function


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The law of a page, as written."""

    title: str
    severity: Level | dict[str, Level]
    check: str = ""
    """The name of a function in ``checks/``; every page has this or an expression."""
    expression: str = ""
    """CEL, as in a ValidatingAdmissionPolicy: true means compliant."""
    on: Literal["built", "written"] = "built"
    """What the expression is asked of: every object that is applied, or every manifest as it stands in its file."""
    match: tuple[ClauseSettings, ...] = ()
    """Which of these it is for, in the clauses of the matrix; without any it is for all."""
    message: str = ""
    """What a finding says; ``{object}`` stands for the object. Without it, the title says it."""
    at: str = "metadata.name"
    """The field that a finding points to."""
    params: dict[str, Any] = field(default_factory=dict)
    needs: Literal["matrix", "environments"] | None = None
    profile: Literal["default", "strict"] = "default"
    since: str = "0.1"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A page, read: its id is the file's name, its category the folder's."""

    id: str
    category: str
    law: FrontMatter
    body: str
    """The page below its front matter, as Markdown."""
    body_line: int
    path: str
    begin: Span = START
    """Where the text of its expression begins on the page."""

    @property
    def question(self) -> str:
        """The name of the check that the rule asks."""
        return self.law.check or EXPRESSION

    def policy(self) -> Policy | None:
        """What the page asks by an expression; None where it has none."""
        if not self.law.expression:
            return None
        clauses = tuple(each.clause() for each in self.law.match)
        at = tuple(int(step) if step.isdecimal() else step for step in self.law.at.split("."))
        return Policy(
            self.law.expression,
            self.law.on,
            clauses,
            self.law.message or self.law.title,
            at,
            self.path.startswith("rules/"),
        )

    def mistaken(self, error: ExpressionError) -> ConfigError:
        """What is wrong with the expression, at its place on the page."""
        line, column = self.begin.line + error.line - 1, self.begin.column + error.column - 1
        span = Span(line, column, line, column + 1)
        return ConfigError([Mistake(Location(self.path, span), f"expression{error.about}: {error.message}")])

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples of the page, in its order."""
        return tuple(examples_of(self.body, self.body_line))

    @property
    def prose(self) -> str:
        """The text before the first example."""
        return self.body.partition("\n## ")[0].strip()

    def severity(self, case: str | None) -> Severity:
        """The level of a case; a page with one level has it for every case."""
        levels = self.levels
        if None in levels:
            return levels[None]
        if case not in levels:
            raise KeyError(f"{self.id} has no level for the case {case!r}")
        return levels[case]

    @property
    def levels(self) -> Mapping[str | None, Severity]:
        """The level of each case; that of None where all cases have one."""
        written = self.law.severity
        named = written if isinstance(written, dict) else {None: written}
        return {case: Severity[level.upper()] for case, level in named.items()}

    @property
    def worst(self) -> Severity:
        """The highest level that the rule can have by its page."""
        return max(self.levels.values())


# -- reading pages ---------------------------------------------------------------------------------------------


def read_page(path: str, text: str, *, trusted: bool = False) -> Rule:
    """A page as a rule. Raises ConfigError with every mistake in its front matter.

    ``trusted`` pages ship and are validated by the tests; validating them at every start takes longer than a run.
    """
    parts = path.split("/")
    category, rule_id = parts[-2], parts[-1].removesuffix(".md")
    if not text.startswith("---\n") or "\n---\n" not in text[4:]:
        mistake = "a rule page begins with its front matter, between two lines of ---"
        raise ConfigError([Mistake(Location(path, Span(1, 1, 1, 1)), mistake)])
    head, _, body = text[4:].partition("\n---\n")
    file = read(path, f"\n{head}\n".encode())
    if file.faults or not file.documents:
        faults = [Mistake(Location(path, fault.span), fault.message) for fault in file.faults]
        raise ConfigError(faults or [Mistake(Location(path, Span(1, 1, 1, 1)), "the front matter is empty")])
    law = _trusted(file) if trusted else validate(FrontMatter, file)
    if bool(law.check) is bool(law.expression):
        mistake = "a page has either a check or an expression"
        raise ConfigError([Mistake(Location(path, file.documents[0].locate(("title",))), mistake)])
    first = head.count("\n") + 4
    return Rule(rule_id, category, law, body, first, path, _begin(file))


def _begin(file: File) -> Span:
    """Where the text of the expression begins: that of a block on the line behind its indicator."""
    span = file.documents[0].locate(("expression",))
    if span.end_line == span.line:
        return span
    line = file.text.split("\n")[span.line]
    column = len(line) - len(line.lstrip()) + 1
    return Span(span.line + 1, column, span.line + 1, column)


def _trusted(file: File) -> FrontMatter:
    written = file.documents[0].data
    law: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
    if "match" in law:
        clauses = ({key: Globs.of(globs) for key, globs in clause.items()} for clause in law["match"])
        law["match"] = tuple(ClauseSettings(**clause) for clause in clauses)
    return FrontMatter(**law)


# -- the shipped rules -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """Every rule page that ships, by category and id."""
    return tuple(load_pages(rules_directory(), "rules", trusted=True))


def load_pages(directory: Path, shown: str, *, trusted: bool = False) -> list[Rule]:
    """The pages below a directory. Raises ConfigError with the mistakes of all of them."""
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for path in sorted(directory.glob("*/*.md")):
        name = f"{shown}/{path.parent.name}/{path.name}"
        try:
            rules.append(read_page(name, path.read_text(encoding="utf-8"), trusted=trusted))
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return rules


class UnknownRule(KeyError):
    """A name that is no rule; the message may hold a guess."""


def by_name(rules: Iterable[Rule], name: str) -> list[Rule]:
    """The rules that a name selects: an id, an alias or a category. Raises UnknownRule with a did-you-mean."""
    listed = list(rules)
    found = [rule for rule in listed if name in (rule.id, rule.category, *rule.law.aliases)]
    if not found:
        known = [rule.id for rule in listed] + sorted({rule.category for rule in listed})
        raise UnknownRule(f"unknown rule {name!r}{did_you_mean(name, known)}")
    return found
