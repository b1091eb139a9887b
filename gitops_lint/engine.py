"""The whole flow on one screen.

    tree -> document -> repo -> walk <-> controllers, builders -> graph      analyse: what is
    graph -> checks -> findings -> folding, suppression -> Report             check: what is wrong

A finding never asks the world again; a renderer needs nothing but the Report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint import __version__, checks
from gitops_lint.config import FILE_NAMES, Config, Settings, combine, load, matrix_of, preset
from gitops_lint.context import CHECKS, Context, Hit
from gitops_lint.controllers.argocd import IN_CLUSTER as HERE
from gitops_lint.environment import Environments
from gitops_lint.expression import ExpressionError
from gitops_lint.filter import UNUSED
from gitops_lint.finding import ClusterText, Counts, Report, RuleText, Skipped
from gitops_lint.glob import BadGlob, glob
from gitops_lint.graph import Graph
from gitops_lint.history import MemoryHistory
from gitops_lint.installation import Installation
from gitops_lint.law import observed_law
from gitops_lint.location import Location, Span
from gitops_lint.losses import Losses
from gitops_lint.model import Controller
from gitops_lint.repo import Repo
from gitops_lint.reporting import Finder, Terms
from gitops_lint.roots import explore
from gitops_lint.rule import FILTER, HISTORY, Rule, by_name, read_page, shipped
from gitops_lint.tree import MemoryTree
from gitops_lint.validation import ConfigError, Mistake
from gitops_lint.walk import IN_CLUSTER, Layout, Walked

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from gitops_lint.document import File
    from gitops_lint.history import History
    from gitops_lint.location import Route
    from gitops_lint.repo import Like
    from gitops_lint.tree import Tree

OWN_RULES = ".gitops-lint/rules"
HOME = "https://github.com/gitops-lint/gitops-lint"


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is known of a repository; commands that judge nothing ask it and need no report."""

    repo: Repo
    config: Config
    walked: Walked
    graph: Graph
    installation: Installation
    environments: Environments
    rules: tuple[Rule, ...]
    """Every rule that exists, enabled or not: those that ship, and the repository's own."""
    history: History = field(default_factory=MemoryHistory)
    built: bool = True
    """Whether the files are judged, too: they were read, and all that they apply is known."""


class CheckFailed(Exception):
    """A check broke: a bug of gitops-lint, named by its rule."""

    def __init__(self, rule: str, cause: Exception) -> None:
        self.rule = rule
        super().__init__(f"the check of rule {rule} broke: {type(cause).__name__}: {cause}")


def analyse(
    tree: Tree,
    settings: tuple[Settings, File] | None = None,
    history: History | None = None,
    like: Like | None = None,
    law: World | None = None,
) -> World:
    """What the repository applies, and by whom. Raises ConfigError for a configuration that cannot be used.

    ``like`` is another state of the repository: what is equal in both is read and built once. ``law`` is the world by
    whose configuration and rules it is judged, if that is another one.
    """
    repo = Repo(tree, like)
    rules = law.rules if law else (*shipped(), *own_rules(tree))
    config = law.config if law else _configure(repo, settings or read_settings(tree), rules)
    walked = explore(repo, _layout(config))
    return _world(repo, config, walked, rules, history or MemoryHistory())


def recall(tree: Tree, settings: tuple[Settings, File] | None, history: History) -> World:
    """The same for a run that judges the history alone: nothing is built for it. Raises ConfigError."""
    repo = Repo(tree)
    rules = (*shipped(), *own_rules(tree))
    config = _configure(repo, settings or read_settings(tree), rules)
    nothing = explore(Repo(MemoryTree({})), Layout())
    return replace(_world(repo, config, nothing, rules, history), built=False)


def _world(repo: Repo, config: Config, walked: Walked, rules: tuple[Rule, ...], history: History) -> World:
    graph = Graph(walked)
    installation = Installation(repo, walked, graph, glob(*config.settings.trees.applications))
    environments = Environments(graph, config.settings.environments, repo.tree)
    return World(repo, config, walked, graph, installation, environments, rules, history)


def check(
    world: World,
    selection: Selection | None = None,
    *,
    repairs: bool = False,
    terms: Terms | None = None,
) -> Report:
    """What is wrong with it; with ``repairs``, the edits that would repair it too. Raises CheckFailed.

    ``terms`` are those on which it is compared with another state of the repository.
    """
    selection = selection or Selection()
    rules = enabled_rules(world, selection)
    today = selection.today or datetime.now(UTC).date()
    terms = (terms or Terms())._replace(known=selection.known, today=today)
    losses = Losses(world.repo, world.walked, world.graph, world.config.matrix)
    finder = Finder(world.repo, world.graph, world.config, losses, world.history, repairs=repairs, terms=terms)
    for rule in (*rules, *_witnesses(world, rules, selection)):
        finder.take(rule, _hits(rule, world))
    enabled = {rule.id: rule for rule in rules}
    findings, hidden = finder.finish(enabled, world.rules)
    return Report(
        version=__version__,
        law=world.config.law,
        matrix=world.config.matrix.name if world.config.matrix else None,
        clusters=tuple(_clusters(world.walked)),
        findings=findings,
        hidden=hidden,
        notes=tuple(_notes(world)),
        skipped=tuple(_skipped(world)),
        counts=_counts(world),
        rules=tuple(_rule_text(rule, finder.level(rule), rule.id in enabled) for rule in world.rules),
    )


# -- configuration ---------------------------------------------------------------------------------------------


def read_settings(tree: Tree) -> tuple[Settings, File] | None:
    """The settings of the linted repository, if it has any. Raises ConfigError."""
    for name in FILE_NAMES:
        if tree.is_file(name):
            return load(name, tree.read(name))
    return None


def _configure(repo: Repo, found: tuple[Settings, File] | None, rules: Sequence[Rule]) -> Config:
    """The settings in force and the matrix that they make."""
    if found is None:
        law = observed_law(repo)
        settings = preset(law.preset)[0] if law.preset else Settings()
        return Config(settings, None, matrix_of(settings, law.preset or ""), law.text)
    settings, file = found
    _check_rule_names(settings, file, rules)
    name = file.path
    if settings.extends:
        name = f"{settings.extends} with {file.path}" if settings.responsibilities else settings.extends
        settings = combine(settings, preset(settings.extends)[0])
    matrix = matrix_of(settings, name)
    text = f"matrix {name}, by {file.path}" if matrix else f"no matrix: {file.path} declares no responsibilities"
    return Config(settings, file, matrix, text)


def _check_rule_names(settings: Settings, file: File, rules: Sequence[Rule]) -> None:
    mistakes = []
    for route, name in _rule_names(settings):
        try:
            by_name(rules, name)
        except KeyError as error:
            span = file.documents[0].locate(route, key=route[0] == "rules")
            mistakes.append(Mistake(Location(file.path, span), str(error.args[0])))
    if mistakes:
        raise ConfigError(mistakes)


def _rule_names(settings: Settings) -> Iterator[tuple[Route, str]]:
    """The names of rules in a configuration, with where they stand."""
    yield from ((("rules", name), name) for name in settings.rules)
    for index, ignored in enumerate(settings.ignores):
        yield from ((("ignores", index, "rules", number), name) for number, name in enumerate(ignored.rules))


def _layout(config: Config) -> Layout:
    settings = config.settings
    return Layout(
        roots={name: c.root.strip("./") for name, c in settings.clusters.items() if c.root},
        destinations={d: name for name, c in settings.clusters.items() for d in (*c.destinations, name)},
        argocd=next((name for name, c in settings.clusters.items() if set(c.destinations) & set(HERE)), None),
        urls=tuple(settings.repository.urls),
        flux=settings.versions.flux,
        is_application_root=glob(*settings.trees.applications),
    )


# -- rules -----------------------------------------------------------------------------------------------------


class Selection(NamedTuple):
    """What the command line says about rules (ids, aliases or categories), and what is shown of their findings."""

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    known: Container[str] = ()
    """The fingerprints of the findings in the baseline, which are not shown."""
    today: date | None = None
    """The day by which suppressions end; None for the day that it is, in UTC: everywhere the same one."""


def own_rules(tree: Tree) -> list[Rule]:
    """The pages in ``.gitops-lint/rules`` of the linted repository: expressions only, never Python.

    Raises ConfigError with the mistakes of all of them.
    """
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    known = {rule.id for rule in shipped()}
    for path in sorted(tree.below(OWN_RULES)):
        if not path.endswith(".md"):
            continue
        try:
            rule = read_page(path, tree.read(path).decode("utf-8", "replace"))
            _check_own(rule, known)
        except ConfigError as error:
            mistakes += error.mistakes
        else:
            known.add(rule.id)
            rules.append(rule)
    if mistakes:
        raise ConfigError(mistakes)
    return rules


def _check_own(rule: Rule, known: set[str]) -> None:
    at = Location(rule.path, Span(1, 1, 1, 1))
    if rule.id in known:
        raise ConfigError([Mistake(at, f"there is a rule {rule.id} already: name the file otherwise")])
    policy = rule.policy()
    if policy is None:
        raise ConfigError([Mistake(at, "a rule of a repository asks by an expression; check is for those that ship")])
    try:
        policy.expression  # noqa: B018 - what cannot be compiled is told before anything runs
    except ExpressionError as error:
        raise rule.mistaken(error) from None


def enabled_rules(world: World, selection: Selection) -> list[Rule]:
    """The rules to run. Raises KeyError, with a did-you-mean, for a name that selects none."""
    chosen = {rule.id for name in selection.select for rule in by_name(world.rules, name)}
    ignored = {rule.id for name in selection.ignore for rule in by_name(world.rules, name)}
    return [
        rule
        for rule in world.rules
        if rule.id not in ignored
        and (rule.id in chosen if chosen else _is_on(rule, world))
        and _is_possible(rule, world)
    ]


def _witnesses(world: World, rules: Sequence[Rule], selection: Selection) -> Iterator[Rule]:
    """Rules that run although nobody selected them: only they can tell whether a comment that names them is needed."""
    selected = {rule.id for rule in rules}
    if selection.select and UNUSED in selected:
        yield from (r for r in enabled_rules(world, Selection(ignore=selection.ignore)) if r.id not in selected)


def _is_on(rule: Rule, world: World) -> bool:
    level = world.config.rule(rule.id, rule.category).severity
    if level is not None:
        return level != "off"
    return rule.law.profile == "default" or world.config.settings.profile == "strict"


def _is_possible(rule: Rule, world: World) -> bool:
    if not world.built and rule.category != HISTORY:
        return False
    if rule.law.needs == "matrix":
        return world.config.matrix is not None
    return rule.law.needs != "environments" or bool(world.config.settings.environments)


def _hits(rule: Rule, world: World) -> Iterator[Hit]:
    if rule.law.check == FILTER:
        return
    configured = world.config.rule(rule.id, rule.category)
    params = {**rule.law.params, **configured.params}
    history = world.history.touching(glob(*configured.paths)) if configured.paths else world.history
    known = (world.repo, world.walked, world.graph, world.installation, world.environments)
    context = Context(*known, world.config.settings, world.config.matrix, params, rule.policy(), history)
    try:
        yield from CHECKS[rule.question](context)
    except ExpressionError as error:
        raise rule.mistaken(error) from error
    except BadGlob as error:
        raise ConfigError([Mistake(_params_of(rule, world), str(error))]) from error
    except Exception as error:
        raise CheckFailed(rule.id, error) from error


def _params_of(rule: Rule, world: World) -> Location:
    """Where the parameters of a rule are written: in the configuration, else on its page."""
    file = world.config.file
    if file is None or not world.config.rule(rule.id, rule.category).params:
        return Location(rule.path, Span(1, 1, 1, 1))
    return Location(file.path, file.documents[0].locate(("rules", rule.id, "params")))


def _rule_text(rule: Rule, level: object, enabled: bool) -> RuleText:
    url = f"{HOME}/blob/main/{rule.path}"
    return RuleText(rule.id, rule.category, rule.law.title, rule.worst, rule.prose, url, enabled)


# -- what the report says besides findings ---------------------------------------------------------------------


def _clusters(walked: Walked) -> Iterator[ClusterText]:
    roots: dict[str, list[str]] = {}
    for root in walked.roots:
        roots.setdefault(root.cluster, []).append(f"{root.subject.ref} ({root.root})")
    for name, texts in sorted(roots.items()):
        yield ClusterText(name, tuple(texts))


def _notes(world: World) -> Iterator[str]:
    walked = world.walked
    yield from world.repo.tree.notes
    yield from world.history.notes
    if walked.guess:
        yield (
            f"{walked.guess.url} is taken for this repository: {walked.guess.hits} of the {walked.guess.paths} paths "
            "that it is asked for exist here (set repository.urls to say so)"
        )
    for controller in sorted(walked.assumed):
        yield (
            f"no root of {controller.label} is in this repository: its top-most reconcilers are taken for roots, "
            "and nothing of it is called unreached"
        )
    for destination in sorted(walked.unmapped):
        yield (
            f"no cluster is known for the destination {destination}: add it to "
            f"clusters.<name>.destinations in .gitops-lint.yaml"
        )
    argocd = {one.cluster for one in walked.reconcilers if one.controller is Controller.ARGOCD}
    if IN_CLUSTER in argocd and len(walked.roots) > 1:
        clusters = {root.cluster for root in walked.roots} - {IN_CLUSTER}
        if clusters:
            yield (
                "nobody says in which cluster Argo CD runs: add in-cluster to clusters.<name>.destinations "
                "in .gitops-lint.yaml"
            )


def _counts(world: World) -> Counts:
    if not world.built:
        return Counts(commits=len(world.history.commits))
    return Counts(world.repo.file_count, world.graph.object_count, len(world.walked.reconcilers))


def _skipped(world: World) -> Iterator[Skipped]:
    yield from world.repo.skipped if world.built else ()
    places = dict.fromkeys((opaque.place, opaque.reason) for opaque in world.walked.opaque)
    alike = Counter((place.path, reason) for place, reason in places)
    # Where a file has several, their lines tell whether they are one: behind an alias, say.
    spots = ((place if alike[place.path, reason] == 1 else place.location, reason) for place, reason in places)
    yield from (Skipped(spot, reason) for spot, reason in dict.fromkeys(spots))


__all__ = ["CheckFailed", "Selection", "World", "analyse", "check", "checks", "recall"]
