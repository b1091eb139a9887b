"""The report of GitLab's Code Quality: what it demands of every finding, and that none is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gitops_lint.finding import Mark, Severity
from gitops_lint.location import Location, Revision, Span
from gitops_lint.output import gitlab
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden

if TYPE_CHECKING:
    from gitops_lint.finding import Report


def issues(report: Report, severity: Severity = Severity.WARNING) -> list[Any]:
    found: list[Any] = json.loads(gitlab.render(report, severity=severity))
    return found


def test_a_whole_report() -> None:
    assert_golden("gitlab.json", gitlab.render(samples.FULL))


def test_every_finding_has_what_gitlab_demands() -> None:
    for report in (samples.FULL, samples.FOREIGN, samples.SEVERAL_CLUSTERS):
        for issue in issues(report, Severity.INFO):
            assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            assert issue["location"]["path"]
            assert issue["location"]["lines"]["begin"] >= 1


def test_consequences_and_what_has_no_file_are_there() -> None:
    found = issues(samples.report(samples.CAUSE, samples.NOWHERE))
    assert len(found) == 5
    assert [issue["location"] for issue in found][1::3] == [
        {"path": "infrastructure/storage", "lines": {"begin": 1}},
        {"path": ".", "lines": {"begin": 1}},
    ]


def test_a_commit_is_no_file() -> None:
    mark = Mark(Location("commit 1", Span(7, 1, 7, 2), Revision(0, "abc")), "")
    [issue] = issues(samples.report(samples.plain("no-root", Severity.ERROR, "m", mark)))
    assert issue["location"] == {"path": ".", "lines": {"begin": 1}}


def test_the_level_is_heeded_and_an_empty_report_is_an_empty_list() -> None:
    assert issues(samples.report(samples.NOTE)) == []
    assert [issue["severity"] for issue in issues(samples.report(samples.NOTE), Severity.INFO)] == ["info"]


def test_hostile_text_is_escaped_and_a_path_stays_what_it_is() -> None:
    text = gitlab.render(samples.FOREIGN)
    assert text.isascii()
    assert "##[" not in text
    first = json.loads(text)[0]
    assert first["description"].isprintable()
    assert samples.HOSTILE.mark
    assert first["location"]["path"] == samples.HOSTILE.mark.location.path
