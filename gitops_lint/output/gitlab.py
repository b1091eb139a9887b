"""Code Quality of GitLab: what a merge request shows beside its diff (GitLab, "Code Quality report format").

A report must give every finding a path and a line. Without a file it stands at the root of the repository, for a
finding that is left out would count as repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.finding import Severity, every
from gitops_lint.output.text import clean, dump

if TYPE_CHECKING:
    from gitops_lint.finding import Finding, Report
    from gitops_lint.location import Location

LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}
ROOT = "."
"""The path of what has none."""
MAX_DESCRIPTION = 1_000
"""Characters; the widget shows a description on one line."""


def render(report: Report, *, severity: Severity = Severity.WARNING) -> str:
    """The findings of at least ``severity`` as one JSON array, consequences after their cause."""
    return dump([_issue(finding) for finding in every(report.findings) if finding.severity >= severity], indent=2)


def _issue(finding: Finding) -> dict[str, object]:
    return {
        "description": clean(finding.message)[:MAX_DESCRIPTION],
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": LEVELS[finding.severity],
        "location": _location(finding.mark.location if finding.mark else None),
    }


def _location(location: Location | None) -> dict[str, object]:
    """Path and line, and only these: a widget that reads positions shows no column of them."""
    path = location.path if location and not location.revision else ROOT
    return {"path": path or ROOT, "lines": {"begin": (location.line if location and path != ROOT else None) or 1}}
