"""Only what is new: the findings of one state of a repository that another one, its base, does not have.

A finding is known by its fingerprint, whose place does not depend on the change. What the change did shows in the
*cause*: the first place of a finding that lies on a line which was added or edited, else what was taken away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.baseline import FILE_NAME as BASELINE
from gitops_lint.changes import Changes
from gitops_lint.config import FILE_NAMES
from gitops_lint.engine import OWN_RULES, check
from gitops_lint.filter import IGNORE
from gitops_lint.finding import Comparison, Mark, every
from gitops_lint.location import Location, Span
from gitops_lint.removals import Removals
from gitops_lint.reporting import Terms, commented, order
from gitops_lint.snippet import snippet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.engine import Selection, World
    from gitops_lint.finding import Finding, Report


class Against(NamedTuple):
    """The base of a comparison."""

    world: World
    name: str
    renames: Mapping[str, str]
    """Files that git knows to have moved: old paths by new ones."""
    is_law: bool = False
    """Whether only those comments silence anything that the base has, too."""


def only_new(head: World, base: Against, selection: Selection) -> Report:
    """What is wrong with a repository and was not yet, or was less severe, in its base. Raises CheckFailed."""
    changes = Changes(base.world.repo.tree, head.repo.tree, base.renames)
    obeys = (lambda path, line: not changes.touches(_at(path, line))) if base.is_law else None
    before = check(base.world, selection, terms=Terms(renames=changes.moves))
    report = check(head, selection, terms=Terms(obeys=obeys))
    known = _known(report, before, changes)
    new: list[Finding] = []
    old: list[Finding] = []
    for finding in report.findings:
        if finding.fingerprint in known:
            old += [replace(one, folded=()) for one in every([finding]) if one.fingerprint in known]
            new += [one for one in every(finding.folded) if one.fingerprint not in known]
        else:
            new.append(finding)
    law = tuple(
        sorted(
            (*_rewritten(changes), *_silenced(head, base.world, changes)),
            key=lambda mark: (mark.location.path, mark.location.line or 0),
        )
    )
    told = [f"this change alters the law: {mark.location} {mark.message}" for mark in law]
    told += [f"both are judged by the law of {base.name}"] if base.is_law else []
    removals = Removals(changes, base.world.repo, head.repo)
    comparison = Comparison(base.name, len(old), _fixed(report, before), law)
    return replace(
        report,
        findings=tuple(_with_cause(one, changes, head, removals) for one in sorted(new, key=order)),
        hidden=(*report.hidden, *(replace(one, hidden=comparison.reason) for one in old)),
        notes=(*report.notes, *told),
        comparison=comparison,
    )


# -- what is known ------------------------------------------------------------------------------------------------


def _known(head: Report, base: Report, changes: Changes) -> set[str]:
    """The fingerprints of the findings that the base has at least as severe, and of at least as much.

    Of several with one identity, which only an ordinal tells apart, those count as known first that the change did
    not touch: a new one may stand above the old.
    """
    before, after = _by_identity(every(base.findings)), _by_identity(every(head.findings))
    found: set[str] = set()
    for identity, findings in after.items():
        were = sorted(before.get(identity, ()), key=lambda one: -one.severity)
        for finding in sorted(findings, key=lambda one: (_is_touched(one, changes), order(one))):
            if were and finding.severity <= were[0].severity and not _has_grown(finding, were[0], changes):
                found.add(finding.fingerprint)
                were.pop(0)
    return found


def _has_grown(finding: Finding, was: Finding, changes: Changes) -> bool:
    """Whether the change brought one more of what a finding is about: one stands for all of a kind."""
    more = len(finding.related) > len(was.related)
    return more and any(changes.touches(mark.location) for mark in finding.related)


def _fixed(head: Report, base: Report) -> int:
    """How many findings of the base are gone; one that is silenced now is not."""
    after = _by_identity((*every(head.findings), *head.hidden))
    before = _by_identity(every(base.findings))
    return sum(max(len(findings) - len(after.get(identity, ())), 0) for identity, findings in before.items())


def _by_identity(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.fingerprint.partition(":")[0], []).append(finding)
    return groups


def _is_touched(finding: Finding, changes: Changes) -> bool:
    return finding.mark is not None and changes.touches(finding.mark.location)


# -- what the change did ------------------------------------------------------------------------------------------


def _with_cause(finding: Finding, changes: Changes, world: World, removals: Removals) -> Finding:
    """The finding with the changed line that brought it about, or else with what the change took away."""
    finding = replace(finding, folded=tuple(_with_cause(one, changes, world, removals) for one in finding.folded))
    steps = (Mark(step.location, step.text) for owner in finding.owners for step in owner.chain)
    marks = (*((finding.mark,) if finding.mark else ()), *finding.related, *steps)
    cause = next((mark for mark in marks if changes.touches(mark.location)), None)
    if cause is None:
        return replace(finding, cause=removals.behind(finding))
    if cause is finding.mark:
        return finding
    file = world.repo.file(cause.location.path) if cause.location.span else None
    return replace(finding, cause=replace(cause, snippet=cause.snippet or snippet(file, cause.location)))


def _rewritten(changes: Changes) -> Iterator[Mark]:
    """The files by which a repository is judged otherwise than before, each at the first line that changed."""
    for path in changes.differing(lambda path: path in (*FILE_NAMES, BASELINE) or path.startswith(f"{OWN_RULES}/")):
        if not changes.head.is_file(path):
            yield Mark(Location(path), "is gone")
        elif not changes.base.is_file(path):
            yield Mark(Location(path), "is new")
        else:
            first = min(changes.lines(path) or (), default=None)
            yield Mark(_at(path, first) if first else Location(path), "changes")


def _silenced(head: World, base: World, changes: Changes) -> Iterator[Mark]:
    """The comments that silence something and did not stand in the base."""
    for file in commented(head.repo):
        if file is base.repo.file(file.path):  # the same content is read once
            continue
        for directive in file.directives:
            location = Location(file.path, directive.span)
            if directive.verb == IGNORE and directive.rules and changes.touches(location):
                yield Mark(location, f"silences {', '.join(directive.rules)}")


def _at(path: str, line: int) -> Location:
    return Location(path, Span(line, 1, line, 2))
