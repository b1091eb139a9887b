"""The format for programs. Its schema, version 1, is ``report.schema.json`` beside this file.

Nothing is left out and nothing is made visible: JSON escapes what a terminal must not see, and a path stays the
path of a file.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitops_lint.finding import Severity, every
from gitops_lint.output.text import dump

if TYPE_CHECKING:
    from gitops_lint.finding import Comparison, Finding, Mark, Owner, Report
    from gitops_lint.location import Location

VERSION = 1
"""The version of the format: it grows when a key changes its meaning or goes, not when one is added."""

Object = dict[str, object]


def render(report: Report) -> str:
    """The whole report as one JSON object: of every severity, with what is hidden and what was not analysed."""
    return dump(
        {
            "version": VERSION,
            "tool_version": report.version,
            "law": report.law,
            "matrix": report.matrix,
            "clusters": [{"name": one.name, "roots": list(one.roots)} for one in report.clusters],
            "findings": [_finding(finding) for finding in report.findings],
            "hidden": [_finding(finding) for finding in report.hidden],
            "notes": list(report.notes),
            "skipped": [{**_place(one.location), "reason": one.reason} for one in report.skipped],
            "comparison": _comparison(report.comparison) if report.comparison else None,
            "summary": _summary(report),
        },
        indent=2,
    )


def _comparison(comparison: Comparison) -> Object:
    law = [{**_place(mark.location), "message": mark.message} for mark in comparison.law]
    return {**comparison._asdict(), "law": law}


def _summary(report: Report) -> Object:
    """The counts of findings as the exit code sees them: consequences and hidden ones stand apart."""
    tally = Counter(finding.severity for finding in report.findings)
    return {
        **{f"{level.word}s": tally[level] for level in reversed(Severity)},
        "consequences": sum(1 for _ in every(report.findings)) - len(report.findings),
        "hidden": len(report.hidden),
        "skipped": len(report.skipped),
        "files": report.counts.files,
        "objects": report.counts.objects,
        "reconcilers": report.counts.reconcilers,
        **({} if report.counts.commits is None else {"commits": report.counts.commits}),
        **({"elsewhere": len(report.elsewhere)} if report.elsewhere else {}),
    }


def _finding(finding: Finding) -> Object:
    return {
        "rule": finding.rule,
        "case": finding.case,
        "severity": finding.severity.word,
        "confidence": finding.confidence.value,
        "reach": finding.reach,
        "message": finding.message,
        **_primary(finding.mark),
        "object": finding.object,
        "clusters": list(finding.clusters),
        "owners": [_owner(owner) for owner in finding.owners],
        "related": [{**_place(mark.location), "message": mark.message} for mark in finding.related],
        "fingerprint": finding.fingerprint,
        "effect": finding.effect,
        "help": finding.help,
        "cause": {**_place(finding.cause.location), "message": finding.cause.message} if finding.cause else None,
        "fix": {"title": finding.repair.title, "safe": finding.repair.safe} if finding.repair else None,
        "consequences": finding.consequences,
        "hidden": finding.hidden,
        "folded": [_finding(consequence) for consequence in finding.folded],
    }


def _primary(mark: Mark | None) -> Object:
    """The primary location; line and columns count from 1, columns in code points, an end is exclusive."""
    span = mark.location.span if mark else None
    return {
        **(_file_or_commit(mark.location) if mark else {"path": None}),
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "label": mark.message if mark else None,
    }


def _owner(owner: Owner) -> Object:
    return {
        "controller": owner.controller,
        "cluster": owner.cluster,
        "reconciler": owner.reconciler,
        "reach": owner.reach,
        "chain": [{**_place(step.location), "text": step.text, "field": step.field} for step in owner.chain],
    }


def _place(location: Location) -> Object:
    return {**_file_or_commit(location), "line": location.line}


def _file_or_commit(location: Location) -> Object:
    """A path, or where the place is a line of a commit's message, the id of that: "" before it is made."""
    return {"path": None, "commit": location.revision.id} if location.revision else {"path": location.path}
