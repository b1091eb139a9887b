"""``.gitops-lint.yaml``: what the repository says about itself. Strict: every mistake is told, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date  # noqa: TC003 - the annotation is resolved when a file is validated
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gitops_lint.document import File, read
from gitops_lint.location import Location
from gitops_lint.matrix import Clause, Component, Matrix, default_clauses
from gitops_lint.model import Controller
from gitops_lint.nearest import did_you_mean
from gitops_lint.validation import ConfigError, Globs, Mistake, schema_of, validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route

FILE_NAMES = (".gitops-lint.yaml", ".gitops-lint.yml")

# -- the settings ----------------------------------------------------------------------------------------------
#
# Plain dataclasses: pydantic, which validates them, is imported only where there is a file to validate.

Level = Literal["off", "info", "warning", "error"]
NO_GLOBS = Globs()


@dataclass(frozen=True)
class RepositorySettings:
    """Which URLs are this repository, besides its git remotes."""

    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterSettings:
    """A cluster: the directory that its Flux reads, and the destinations by which Argo CD calls it.

    Argo CD itself runs in the cluster that has the destination ``in-cluster``.
    """

    root: str | None = None
    destinations: tuple[str, ...] = ()


@dataclass(frozen=True)
class EnvironmentSettings:
    """An environment: how to tell what belongs to it, and how its Applications sync."""

    clusters: tuple[str, ...] = ()
    paths: Globs = NO_GLOBS
    namespaces: Globs = NO_GLOBS
    sync: Literal["auto", "manual", "any"] = "any"


@dataclass(frozen=True)
class TreeSettings:
    """Which directories belong to whom; ``applications`` is where the Application objects are to stand."""

    flux: Globs = NO_GLOBS
    argocd: Globs = NO_GLOBS
    applications: Globs = NO_GLOBS


@dataclass(frozen=True)
class ClauseSettings:
    """A clause of ``match``: all of its keys must hold."""

    path: Globs | None = None
    kind: Globs | None = None
    name: Globs | None = None
    namespace: Globs | None = None
    chart: Globs | None = None
    image: Globs | None = None
    source: Globs | None = None
    cluster: Globs | None = None

    def clause(self) -> Clause:
        """The clause that can be asked."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return Clause({key: globs for key, globs in named.items() if globs is not None})


@dataclass(frozen=True)
class RowSettings:
    """A row of the matrix. A member without clauses is recognised by a directory, chart or image of its name."""

    component: str
    owner: Controller
    match: tuple[ClauseSettings, ...] = ()
    members: dict[str, tuple[ClauseSettings, ...] | None] = field(default_factory=dict)
    why: str = ""
    planned: bool = False
    allow: tuple[ClauseSettings, ...] = ()
    via: Literal["HelmRelease"] | None = None
    """How the component is to be installed; None for any way."""


@dataclass(frozen=True)
class RuleSettings:
    """What to do with a rule: its level, its parameters, and the paths that it looks at."""

    severity: Level | None = None
    params: dict[str, Any] = field(default_factory=dict)
    paths: Globs = NO_GLOBS


@dataclass(frozen=True)
class VersionSettings:
    """The versions that run in the clusters, where the repository does not tell them."""

    kubernetes: str | None = None
    flux: str | None = None
    argocd: str | None = None


@dataclass(frozen=True)
class SuppressionSettings:
    """What a comment must bring along to silence a finding."""

    reason: Literal["optional", "required"] = "optional"


@dataclass(frozen=True)
class IgnoreSettings:
    """What is not told below some paths: the findings of rules, by ids or categories, up to and with a day."""

    paths: Globs
    rules: tuple[str, ...]
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Settings:
    """The whole file."""

    extends: str | None = None
    profile: Literal["default", "strict"] = "default"
    repository: RepositorySettings = RepositorySettings()
    clusters: dict[str, ClusterSettings] = field(default_factory=dict)
    environments: dict[str, EnvironmentSettings] = field(default_factory=dict)
    trees: TreeSettings = TreeSettings()
    responsibilities: tuple[RowSettings, ...] = ()
    tiers: dict[str, Globs] = field(default_factory=dict)
    externals: Globs = NO_GLOBS
    versions: VersionSettings = VersionSettings()
    documents: Globs = NO_GLOBS
    layout: Globs = NO_GLOBS
    """Files and directories (these with a slash at the end) that are to be there, as globs."""
    adoption: bool = False
    exclude: Globs = NO_GLOBS
    suppressions: SuppressionSettings = SuppressionSettings()
    ignores: tuple[IgnoreSettings, ...] = ()
    rules: dict[str, Level | RuleSettings] = field(default_factory=dict)


class Config(NamedTuple):
    """Settings with the place that each came from, and the matrix that they make."""

    settings: Settings
    file: File | None
    matrix: Matrix | None
    law: str
    """Which matrix is in force and why, in one line."""

    def rule(self, rule_id: str, category: str) -> RuleSettings:
        """The settings of a rule: those of its category, then its own."""
        merged = RuleSettings()
        for key in (category, rule_id):
            found = self.settings.rules.get(key)
            if isinstance(found, RuleSettings):
                merged = RuleSettings(
                    severity=found.severity or merged.severity,
                    params={**merged.params, **found.params},
                    paths=found.paths or merged.paths,
                )
            elif found is not None:
                merged = replace(merged, severity=found)
        return merged


# -- reading ---------------------------------------------------------------------------------------------------


def load(path: str, content: bytes) -> tuple[Settings, File]:
    """The settings of a file. Raises ConfigError with every mistake, each with line and column."""
    file = read(path, content)
    if file.faults:
        raise ConfigError(Mistake(Location(path, fault.span), fault.message) for fault in file.faults)
    if len(file.documents) > 1:
        span = file.documents[1].locate(())
        raise ConfigError([Mistake(Location(path, span), "a second document: a configuration is one")])
    settings = validate(Settings, file)
    if settings.extends is not None and settings.extends not in preset_names():
        hint = did_you_mean(settings.extends, preset_names())
        span = file.documents[0].locate(("extends",))
        raise ConfigError([Mistake(Location(path, span), f"unknown preset {settings.extends!r}{hint}")])
    mistakes = [Mistake(Location(path, file.documents[0].locate(route)), text) for route, text in _idle(settings)]
    if mistakes:
        raise ConfigError(mistakes)
    return settings, file


def _idle(settings: Settings) -> Iterator[tuple[Route, str]]:
    """What in ``ignores`` could hide nothing, or must not."""
    for index, ignored in enumerate(settings.ignores):
        if not ignored.rules:
            yield ("ignores", index, "rules"), f"ignores[{index}].rules names no rule, so it hides nothing"
        if settings.suppressions.reason == "required" and not ignored.reason.strip():
            yield ("ignores", index), f"ignores[{index}] gives no reason, and suppressions.reason is required"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``.gitops-lint.yaml``, for editors; it ships as ``config.schema.json``."""
    schema = schema_of(Settings)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": ".gitops-lint.yaml"}


# -- presets ---------------------------------------------------------------------------------------------------


def rules_directory() -> Path:
    """The shipped rule pages and presets: in the wheel, or beside the package in a checkout."""
    packaged = Path(__file__).parent / "_rules"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "rules"


@lru_cache(maxsize=1)
def preset_names() -> tuple[str, ...]:
    """The names of the shipped presets."""
    return tuple(sorted(path.stem for path in (rules_directory() / "presets").glob("*.yaml")))


@lru_cache(maxsize=8)
def preset(name: str) -> tuple[Settings, File]:
    """A shipped preset: a configuration file like any other."""
    path = rules_directory() / "presets" / f"{name}.yaml"
    return load(f"rules/presets/{name}.yaml", path.read_bytes())


def combine(settings: Settings, base: Settings) -> Settings:
    """A configuration over the preset that it extends: what it sets wins; rows and exclusions add up."""
    untouched = Settings()
    taken = {
        f.name: getattr(base, f.name)
        for f in fields(Settings)
        if getattr(settings, f.name) == getattr(untouched, f.name)
    }
    replaced = {row.component for row in settings.responsibilities}
    kept = (row for row in base.responsibilities if row.component not in replaced)
    taken["responsibilities"] = (*settings.responsibilities, *kept)
    taken["exclude"] = Globs((*base.exclude, *settings.exclude))
    taken["rules"] = {**base.rules, **settings.rules}
    taken["extends"] = settings.extends
    return replace(settings, **taken)


def matrix_of(settings: Settings, name: str) -> Matrix | None:
    """The matrix that the rows make; None without a row."""
    components: list[Component] = []
    for row in settings.responsibilities:
        allow = tuple(clause.clause() for clause in row.allow)
        for member, clauses in row.members.items():
            found = tuple(c.clause() for c in clauses) if clauses else default_clauses(member)
            components.append(
                Component(member, row.component, row.owner, found, row.why, row.planned, True, allow, row.via)
            )
        whole = tuple(c.clause() for c in row.match)
        if whole or not row.members:
            required = not row.members and row.owner is not Controller.MANUAL
            clauses_ = whole or default_clauses(row.component)
            components.append(
                Component(
                    row.component, row.component, row.owner, clauses_, row.why, row.planned, required, allow, row.via
                )
            )
    return Matrix(name, tuple(components)) if components else None
