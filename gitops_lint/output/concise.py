"""One line a finding, in the form that editors and grep know: ``path:line:column: severity[rule] message``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.finding import Severity, every
from gitops_lint.output.text import Pen, place, summary

if TYPE_CHECKING:
    from gitops_lint.finding import Finding, Report


def render(
    report: Report,
    *,
    color: bool = False,
    unicode: bool = True,
    severity: Severity = Severity.WARNING,
    quiet: bool = False,
) -> str:
    """The findings of at least ``severity``, consequences after their cause; then the summary unless ``quiet``."""
    pen = Pen(color, unicode)
    shown = (finding for finding in every(report.findings) if finding.severity >= severity)
    lines = [_line(pen, finding) for finding in shown]
    lines += [] if quiet else [summary(report, severity)]
    return "".join(f"{line}\n" for line in lines)


def _line(pen: Pen, finding: Finding) -> str:
    at = pen.text(place(finding.mark.location)) if finding.mark else "-"
    return f"{at}: {pen.heading(finding)} {pen.text(finding.message)}"
