"""From hits to findings: severity, owners in words, fingerprint, folding and suppression."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from posixpath import relpath
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.exemptions import Exemptions
from gitops_lint.filter import EXPIRED, UNKNOWN, UNUSED, Suppressions
from gitops_lint.finding import IN_BASELINE, Confidence, Finding, Mark, Repair, Severity, Snippet
from gitops_lint.fix import is_possible, repair_of
from gitops_lint.fold import Candidate, fold
from gitops_lint.glob import glob
from gitops_lint.location import Location
from gitops_lint.model import Place, Reach, dig
from gitops_lint.owners import owner_of
from gitops_lint.paths import join
from gitops_lint.repo import MANIFEST_SUFFIXES
from gitops_lint.snippet import one_line, snippet

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from gitops_lint.config import Config
    from gitops_lint.context import Hit
    from gitops_lint.document import File
    from gitops_lint.fix import Fix
    from gitops_lint.graph import Graph
    from gitops_lint.history import History
    from gitops_lint.losses import Losses
    from gitops_lint.model import Spot
    from gitops_lint.repo import Repo
    from gitops_lint.rule import Rule

COMMENTED = (UNKNOWN, EXPIRED, UNUSED)
"""The rules that ask the comments of files."""
MAX_RELATED = 100
"""Related locations of one finding; code scanning shows no more."""


class Terms(NamedTuple):
    """On what terms a state of a repository is judged and compared with another one.

    ``renames`` are the paths that its files have there; ``obeys`` says of a line, by path and number, whether a comment
    that silences a finding counts.
    """

    renames: Mapping[str, str] = MappingProxyType({})
    obeys: Callable[[str, int], bool] | None = None
    known: Container[str] = ()
    """The fingerprints that the baseline holds."""
    today: date = date.min
    """The day by which suppressions end."""


class Finder:
    """Collects the hits of all rules and turns them into findings; with ``repairs`` these hold the edits of theirs."""

    def __init__(
        self,
        repo: Repo,
        graph: Graph,
        config: Config,
        losses: Losses,
        history: History,
        *,
        repairs: bool = False,
        terms: Terms | None = None,
    ) -> None:
        self._repo = repo
        self._graph = graph
        self._config = config
        self._losses = losses
        self._repairs = repairs
        self._terms = terms or Terms()
        self._history = history
        self._candidates: list[Candidate] = []
        self._ran: set[str] = set()

    def take(self, rule: Rule, hits: Iterable[Hit]) -> None:
        """Take all hits of a rule."""
        self._ran.add(rule.id)
        self._candidates += self._judged(rule, hits)

    def level(self, rule: Rule, case: str | None = None) -> Severity:
        """The level of a rule's case: its page's, or the configured one."""
        configured = self._config.rule(rule.id, rule.category).severity
        if configured is not None and configured != "off":
            return Severity[configured.upper()]
        return rule.severity(case) if case is not None or not isinstance(rule.law.severity, dict) else rule.worst

    def finish(
        self, enabled: Mapping[str, Rule], known: Sequence[Rule]
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Findings and hidden findings, both in the order in which they are to be read.

        A rule that was taken and is not ``enabled`` shows nothing: it only tells which comments are needed.
        """
        suppressions = self._suppressions(enabled, known)
        exemptions = Exemptions(self._config.settings.ignores, self._config.file, known, self._terms.today)
        shown, hidden = [], []
        for candidate in _with_ordinals(self._candidates):
            finding = candidate.finding
            why = suppressions.why_hidden(finding) or exemptions.why_hidden(finding) or self._why_known(finding)
            if finding.rule not in enabled:
                continue
            if why is None:
                shown.append(candidate)
            else:
                hidden.append(replace(finding, hidden=why))
        for rule_id, hits in (
            (UNKNOWN, suppressions.unknown()),
            (EXPIRED, (*suppressions.expired(), *exemptions.expired())),
            (UNUSED, (*suppressions.unused(self._ran), *exemptions.unused(self._ran))),
        ):
            for candidate in _with_ordinals(self._judged(enabled[rule_id], hits)) if rule_id in enabled else ():
                if why := self._why_known(candidate.finding):
                    hidden.append(replace(candidate.finding, hidden=why))
                else:
                    shown.append(candidate)
        shown.sort(key=lambda candidate: order(candidate.finding))
        return tuple(fold(shown, self._losses)), tuple(sorted(hidden, key=order))

    def _suppressions(self, enabled: Container[str], known: Sequence[Rule]) -> Suppressions:
        reason = self._config.settings.suppressions.reason
        files = commented(self._repo) if self._reads_comments(enabled) else ()
        message = self._history.message
        obeys, today = self._terms.obeys, self._terms.today
        return Suppressions(files, known, message, reason_required=reason == "required", obeys=obeys, today=today)

    def _why_known(self, finding: Finding) -> str | None:
        return IN_BASELINE if finding.fingerprint in self._terms.known else None

    def _reads_comments(self, enabled: Container[str]) -> bool:
        """Whether the comments of the files matter; a run that judges commits alone reads no file for them."""
        marks = (candidate.finding.mark for candidate in self._candidates)
        return any(mark and not mark.location.revision for mark in marks) or any(rule in enabled for rule in COMMENTED)

    # -- one finding -------------------------------------------------------------------------------------------

    def _judged(self, rule: Rule, hits: Iterable[Hit]) -> list[Candidate]:
        """The hits of a rule where it is to look; those of one case at one place become one finding."""
        wanted = self._config.rule(rule.id, rule.category).paths
        looks_at = glob(*wanted) if wanted else None
        groups: dict[tuple[object, ...], list[Hit]] = {}
        for hit in hits:
            location = hit.at.location if hit.at else None
            # Which commits a rule is to look at was decided by what they change, before it was asked.
            if looks_at is None or (location is not None and (location.revision or looks_at(location.path))):
                groups.setdefault((hit.case, location, hit.message if location is None else None), []).append(hit)
        return [self._candidate(rule, group) for group in groups.values()]

    def _candidate(self, rule: Rule, hits: Sequence[Hit]) -> Candidate:
        hit = hits[0]
        owners = {id(owner): owner for h in hits for owner in h.owners}
        related = {(spot.location, text): (spot, text) for h in hits for spot, text in h.related}
        finding = Finding(
            rule=rule.id,
            case=hit.case,
            severity=_capped(self.level(rule, hit.case), hit),
            confidence=Confidence.POSSIBLE if hit.reach is not Reach.LIVE else hit.confidence,
            reach=hit.reach.value,
            message=hit.message,
            mark=self._mark(hit.at, hit.label),
            object=str(hit.subject) if hit.subject else None,
            clusters=tuple(sorted({cluster for h in hits for cluster in h.clusters})),
            owners=tuple(owner_of(self._graph, owner) for owner in owners.values()),
            related=tuple(m for s, t in list(related.values())[:MAX_RELATED] if (m := self._mark(s, t))),
            fingerprint=_fingerprint(rule.id, hits, self._terms.renames),
            help=hit.help,
            effect=hit.effect,
            repair=self._repair(hit.fix) if hit.fix else None,
        )
        cuts = tuple(path for h in hits for path in h.cuts)
        stems = tuple(path for h in hits for path in h.stems)
        return Candidate(finding, cuts, stems, any(h.wrong_turn for h in hits))

    def _repair(self, fix: Fix) -> Repair | None:
        """What can be offered: in words where nobody asked for the edits, which take longer than many a run."""
        if self._repairs:
            return repair_of(fix, self._repo.file)
        return Repair(fix.title, fix.safe) if is_possible(fix, self._repo.file) else None

    def _mark(self, spot: Spot | None, text: str) -> Mark | None:
        if spot is None:
            return None
        location = spot.location
        if location.revision and location.span:
            lines = self._history.message(location.revision).split("\n")
            return Mark(location, text, Snippet(location.span.line, tuple(lines[location.span.line - 1 :][:1])))
        file = self._repo.file(location.path) if location.span and self._repo.tree.is_file(location.path) else None
        if location.span:
            location = Location(location.path, one_line(file, location.span))
        return Mark(location, text, snippet(file, location))


def commented(repo: Repo) -> Iterator[File]:
    """The files whose comments count: everything that is read as manifests."""
    for path in repo.tree.below(""):
        if path.endswith(MANIFEST_SUFFIXES) and not repo.chart_of_template(path) and (file := repo.file(path)):
            yield file


def order(finding: Finding) -> tuple[object, ...]:
    """Errors first, then by place; commits as they came to be, behind the files."""
    location = finding.mark.location if finding.mark else Location("")
    place = (location.revision.number + 1, "") if location.revision else (0, location.path)
    return (-finding.severity, *place, location.span or (0,), finding.rule, finding.message)


def _capped(level: Severity, hit: Hit) -> Severity:
    """What is not certain is at most a warning; what no root reaches is one step less."""
    if hit.confidence is not Confidence.CERTAIN:
        level = min(level, Severity.WARNING)
    if hit.reach is not Reach.LIVE:
        level = max(Severity(level - 1) if level > Severity.INFO else level, Severity.INFO)
    return level


class _Identity(NamedTuple):
    rule: str
    subjects: tuple[str, ...]
    route: str


def _fingerprint(rule_id: str, hits: Sequence[Hit], renames: Mapping[str, str]) -> str:
    """Stable against moved lines: rule, identities (the path only where there is none) and the route by names."""
    hit = hits[0]
    subjects = sorted({str(h.subject) for h in hits if h.subject} | {str(o.built.ref) for h in hits for o in h.owners})
    path = renames.get(hit.at.path, hit.at.path) if hit.at else hit.message
    identity = _Identity(rule_id, tuple(subjects or [path]), _named_route(hit.at, renames))
    return hashlib.sha256(repr(tuple(identity)).encode()).hexdigest()[:32]


def _named_route(spot: Spot | None, renames: Mapping[str, str]) -> str:
    """A route whose list elements are named by what they hold, so that inserting one above changes nothing."""
    if not isinstance(spot, Place):
        return ""
    data = getattr(spot.document, "data", None)
    names = []
    for index, step in enumerate(spot.route):
        name = _element_name(dig(data, spot.route[: index + 1])) if isinstance(step, int) else step
        names.append(_renamed(name, spot.path, renames) if renames and isinstance(step, int) else name)
    return "/".join(names)


def _renamed(value: str, path: str, renames: Mapping[str, str]) -> str:
    """A path in a list, as seen from its file, under the name that it has after a move: of what it leads to."""
    target = join(path.rpartition("/")[0], value)
    if target is None or target not in renames:
        return value
    directory = renames.get(path, path).rpartition("/")[0]
    return relpath(f"/{renames[target]}", f"/{directory}")


def _element_name(value: object) -> str:
    if isinstance(value, dict):
        return str(next((value[key] for key in ("name", "path", "alias", "repoURL") if key in value), "*"))
    return str(value)


def _with_ordinals(candidates: list[Candidate]) -> list[Candidate]:
    """Equal fingerprints get an ordinal, in the order of their places."""
    seen: dict[str, int] = {}
    result = []
    for candidate in sorted(candidates, key=lambda c: order(c.finding)):
        count = seen[candidate.finding.fingerprint] = seen.get(candidate.finding.fingerprint, 0) + 1
        if count > 1:
            finding = replace(candidate.finding, fingerprint=f"{candidate.finding.fingerprint}:{count}")
            candidate = candidate._replace(finding=finding)
        result.append(candidate)
    return result
