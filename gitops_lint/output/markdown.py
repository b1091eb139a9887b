"""Markdown for the summary of a job or a comment on a pull request: counts, a table, and the details folded away.

A comment holds 65,536 characters and the host refuses a longer one as a whole, so what finds no room is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.finding import Severity
from gitops_lint.output.gfm import code, escaped, fenced, fitting, in_html, length, quoted
from gitops_lint.output.text import changed, place, plural, summary, title, with_causes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.finding import Finding, Owner, Report

MAX_LENGTH = 60_000
"""Characters of the whole."""
MAX_TABLE = 30_000
"""Characters of the table: the details need some room, too."""
MAX_TEXT = 500
"""Characters of a foreign text."""
MAX_OWNERS, MAX_HOPS = 4, 8
SIGNS = {Severity.ERROR: "🔴 error", Severity.WARNING: "🟡 warning", Severity.INFO: "🔵 info"}


def render(report: Report, *, severity: Severity = Severity.WARNING) -> str:
    """The findings of at least ``severity``, consequences after their cause, then notes."""
    found = [pair for pair in with_causes(report.findings) if pair[0].severity >= severity]
    causes = [finding for finding in report.findings if finding.severity >= severity]
    head = [f"### gitops-lint: {_verdict(causes, report)}", "", escaped(summary(report, severity)), ""]
    tail = quoted(map(_short, report.notes))
    table = fitting([[_row(finding, cause)] for finding, cause in found], MAX_TABLE)
    if table:
        head += ["| | where | finding |", "|---|---|---|", *table]
    if len(table) < len(found):
        head.append(f"| | … | {plural(len(found) - len(table), 'more finding')} |")
    head += [""] if table else []
    room = MAX_LENGTH - length([*head, *tail]) - MAX_TEXT
    blocks = [list(_details(finding)) for finding in causes]
    details = fitting(blocks, room)
    left = len(blocks) - details.count("</details>")
    if left:
        details += [f"The details of {plural(left, 'more finding')} found no room here.", ""]
    return "".join(f"{line}\n" for line in (*head, *details, *tail)).rstrip("\n") + "\n"


def _verdict(findings: Sequence[Finding], report: Report) -> str:
    new = "new " if report.comparison else ""
    counts = [(level, sum(finding.severity is level for finding in findings)) for level in reversed(Severity)]
    told = ", ".join(plural(number, f"{new}{level.word}") for level, number in counts if number)
    return told or f"nothing {new}found"


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _row(finding: Finding, cause: Finding | None) -> str:
    """A line of the table; a consequence is set off from the finding above it that it comes of."""
    where = code(_short(str(finding.mark.location) or ".")) if finding.mark else ""
    what = f"{'↳ ' if cause else ''}{escaped(_short(finding.message))} {code(finding.rule)}"
    return f"| {SIGNS[finding.severity]} | {where} | {what} |"


def _details(finding: Finding) -> Iterator[str]:
    """One finding in full, behind its message; a blank line lets Markdown begin again inside of HTML."""
    yield f"<details><summary>{in_html(_short(finding.message))} (<code>{in_html(finding.rule)}</code>)</summary>"
    yield ""
    yield from _source(finding)
    for owner in finding.owners[:MAX_OWNERS]:
        yield f"- **{escaped(title(owner.controller))}:** {_chain(owner)}"
    if len(finding.owners) > MAX_OWNERS:
        yield f"- … and {plural(len(finding.owners) - MAX_OWNERS, 'more owner')}"
    told = finding.consequences or (plural(len(finding.folded), "more finding") if finding.folded else None)
    repair = finding.repair.title if finding.repair else None
    texts = (
        ("changed", changed(finding)),
        ("effect", finding.effect),
        ("because of this", told),
        ("help", finding.help),
        ("fix", repair),
    )
    for label, text in texts:
        if text:
            yield f"- **{label}:** {escaped(_short(text))}"
    yield f"- **docs:** {code(f'gitops-lint explain {finding.rule}')}"
    yield ""
    yield "</details>"
    yield ""


def _source(finding: Finding) -> Iterator[str]:
    marks = [mark for mark in (finding.mark, *finding.related) if mark and mark.snippet]
    for mark in marks[:2]:
        if mark.snippet:
            numbered = enumerate(mark.snippet.lines, mark.snippet.first_line)
            width = len(str(mark.snippet.first_line + len(mark.snippet.lines)))
            lines = (f"{number:>{width}} | {_short(line)}".rstrip() for number, line in numbered)
            yield f"{code(_short(place(mark.location)))} {escaped(_short(mark.message))}".rstrip()
            yield from ("", *fenced(lines), "")


def _chain(owner: Owner) -> str:
    steps = [f"{code(_short(str(step.location)))} {escaped(_short(step.text))}" for step in owner.chain]
    if len(steps) > MAX_HOPS:
        steps[2 : 3 - MAX_HOPS] = ["…"]
    return " → ".join(steps) or escaped(_short(owner.reconciler))
