"""Workflow commands: annotations of GitHub Actions at the lines of a pull request.

A step may make ten annotations of each level, and the runner drops the rest without a word. So the findings of one
rule in one file are one annotation, and so are those of several rules at one line; the worst come first, and a last
notice counts those that found no room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.finding import Severity
from gitops_lint.output.text import changed, clean, plural, title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitops_lint.finding import Finding, Mark, Owner, Report

LIMITS = {Severity.ERROR: 10, Severity.WARNING: 10, Severity.INFO: 9}
"""The annotations of a step, by level; the last notice is kept for what is left out."""
COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
MAX_BODY = 600
"""Characters: what is read at a glance; the full report has the rest."""
REMEDIES = ("Found at: ", "Changed: ", "Help: ")
"""The lines that find room before the others."""
MAX_TITLE = 120
MAX_HOPS = 4
"""The hops of a chain; a longer one loses its middle."""
MAX_LINES = 5
"""The other lines that a merged annotation names."""


def render(report: Report, *, severity: Severity = Severity.WARNING) -> str:
    """A command a line for the findings of at least ``severity``; consequences are told with their cause."""
    titles = {rule.id: f"{rule.id}: {rule.title}" for rule in report.rules}
    places = _places(_groups(finding for finding in report.findings if finding.severity >= severity))
    law = report.comparison.law if report.comparison else ()
    lines, left_out = [], 0
    for level in reversed(Severity):
        room = LIMITS[level] - (1 if law and level is Severity.INFO else 0)
        same = [groups for groups in places if groups[0][0].severity == level]
        lines += [_command(groups, titles) for groups in same[:room]]
        left_out += sum(len(group) for groups in same[room:] for group in groups)
    if law:
        lines.append(f"::notice title=gitops-lint::{_data(_law(law))}")
    if left_out:
        text = f"{plural(left_out, 'more finding')} than fit into annotations: the full report has all of them."
        lines.append(f"::notice title=gitops-lint::{text}")
    return "".join(f"{line}\n" for line in lines)


def _groups(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings that share a rule, a level and a file, in the order of the first of each group."""
    groups: dict[tuple[str, Severity, str | None], list[Finding]] = {}
    for finding in findings:
        path = finding.shown.location.path if finding.shown else None
        groups.setdefault((finding.rule, finding.severity, path), []).append(finding)
    return list(groups.values())


def _places(groups: Iterable[list[Finding]]) -> list[list[list[Finding]]]:
    """The groups that begin at the same line, the worst first; what has no line stands alone."""
    places: dict[object, list[list[Finding]]] = {}
    for index, group in enumerate(groups):
        location = group[0].shown.location if group[0].shown else None
        is_line = location is not None and location.line is not None and not location.revision
        key = (location.path, location.line) if location and is_line else index
        places.setdefault(key, []).append(group)
    return [sorted(found, key=lambda group: -group[0].severity) for found in places.values()]


def _command(groups: Sequence[Sequence[Finding]], titles: dict[str, str]) -> str:
    first = groups[0][0]
    properties = {**_position(first), "title": _shorten(clean(titles.get(first.rule, first.rule)), MAX_TITLE)}
    text = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{COMMANDS[first.severity]} {text}::{_data(_body(groups))}"


def _position(finding: Finding) -> dict[str, str | int]:
    """The properties that place an annotation; columns only within one line, as the Checks API asks for.

    A commit has no place in a file: its annotation stands at the run.
    """
    if finding.shown is None or not finding.shown.location.path:
        return {}
    path, span, revision = finding.shown.location
    if revision is not None:
        return {}
    if span is None:
        return {"file": clean(path)}
    if span.end_line != span.line:
        return {"file": clean(path), "line": span.line}
    columns = {"col": span.column, "endColumn": span.end_column}
    return {"file": clean(path), "line": span.line, "endLine": span.line, **columns}


def _body(groups: Sequence[Sequence[Finding]]) -> str:
    """The message, those of other rules at the same line, and of the lines that explain it those that find room."""
    first, others = groups[0][0], groups[0][1:]
    where = first.mark.location if first.mark else None
    named = f"{where.path}: " if where and where.revision else ""
    body = _shorten(clean(named + first.message), MAX_BODY)
    besides = (f"{group[0].severity.word}[{group[0].rule}]: {group[0].message}" for group in groups[1:])
    lines = list(map(clean, (*besides, *_lines(first, others))))
    kept, room = set[str](), MAX_BODY - len(body)
    for line in sorted(lines, key=lambda line: not line.startswith(REMEDIES)):
        if len(line) + len("\n") <= room:
            kept.add(line)
            room -= len(line) + len("\n")
    return "\n".join((body, *(line for line in lines if line in kept)))


def _lines(finding: Finding, others: Sequence[Finding]) -> Iterator[str]:
    if others:
        numbers = [str(other.shown.location.line) for other in others if other.shown and other.shown.location.line]
        more = ", …" if len(numbers) > MAX_LINES else ""
        at = f", at line {', '.join(numbers[:MAX_LINES])}{more}" if numbers else ""
        yield f"and {len(others)} more in this file{at}"
    if finding.mark and finding.shown is finding.cause:
        yield f"Found at: {finding.mark.location}"
    elif told := changed(finding):
        yield f"Changed: {told}"
    yield from (f"{title(owner.controller)}: {_chain(owner)}" for owner in finding.owners)
    if finding.folded or finding.consequences:
        yield f"Because of this: {finding.consequences or plural(len(finding.folded), 'more finding')}"
    if finding.effect:
        yield f"Effect: {finding.effect}"
    if finding.help:
        yield f"Help: {finding.help}"


def _chain(owner: Owner) -> str:
    """The places of a chain on one line: ``clusters/prod/apps.yaml:1 → apps/kustomization.yaml:4``."""
    places = [str(step.location) for step in owner.chain]
    if len(places) > MAX_HOPS:
        places[2:-1] = ["…"]
    return " → ".join(places) or owner.reconciler


def _law(marks: Sequence[Mark]) -> str:
    """What a reviewer must know before anything else: the change is judged by what it brings along."""
    return _shorten(
        clean(f"this change alters the law: {', '.join(f'{m.location} {m.message}' for m in marks)}"), MAX_BODY
    )


def _shorten(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _data(text: str) -> str:
    """Text behind the second ``::`` (actions/toolkit, packages/core/src/command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The value of a property, which a colon or a comma would end too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
