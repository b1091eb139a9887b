"""Code Quality of GitLab: what a merge request shows beside its diff (GitLab, "Code Quality report format").

A report must give every finding a path and a line. Without a file it stands at the root of the repository, for a
finding that is left out would count as repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.finding import Severity
from gitops_lint.output.text import because, changed, clean, dump, with_causes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.finding import Finding, Report
    from gitops_lint.location import Location

LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}
ROOT = "."
"""The path of what has none."""
MAX_DESCRIPTION = 1_000
"""Characters; the widget shows a description on one line."""


def render(report: Report, *, severity: Severity = Severity.WARNING) -> str:
    """The findings of at least ``severity`` as one JSON array, consequences after their cause."""
    found = [pair for pair in with_causes(report.findings) if pair[0].severity >= severity]
    return dump([_issue(finding, cause) for finding, cause in found], indent=2)


def _issue(finding: Finding, cause: Finding | None) -> dict[str, object]:
    return {
        "description": clean(" ".join(_description(finding, cause)))[:MAX_DESCRIPTION],
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": LEVELS[finding.severity],
        "location": _location(finding.shown.location if finding.shown else None),
    }


def _description(finding: Finding, cause: Finding | None) -> Iterator[str]:
    """The message, and in brackets what it comes of: it stands at the changed line, if that is known."""
    yield finding.message
    if finding.mark and finding.shown is finding.cause:
        yield f"(found at {finding.mark.location})"
    elif told := changed(finding):
        yield f"(changed: {told})"
    if cause:
        yield f"(because of {because(cause)})"


def _location(location: Location | None) -> dict[str, object]:
    """Path and line, and only these: a widget that reads positions shows no column of them."""
    path = location.path if location and not location.revision else ROOT
    return {"path": path or ROOT, "lines": {"begin": (location.line if location and path != ROOT else None) or 1}}
