"""JUnit XML: red exactly where the run is, and readable whatever a repository holds."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from gitops_lint.finding import Severity
from gitops_lint.output import junit
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden

if TYPE_CHECKING:
    from gitops_lint.finding import Report


def parsed(
    report: Report, severity: Severity = Severity.WARNING, fail_on: Severity = Severity.ERROR
) -> ElementTree.Element:
    return ElementTree.fromstring(junit.render(report, severity=severity, fail_on=fail_on).encode())


def names(report: Report, tag: str, fail_on: Severity = Severity.ERROR) -> list[str | None]:
    """The rules of the tests that hold an element."""
    return [
        case.get("classname") for case in parsed(report, fail_on=fail_on).iter("testcase") if case.find(tag) is not None
    ]


def test_a_whole_report() -> None:
    assert_golden("junit.xml", junit.render(samples.FULL))


def test_a_rule_without_findings_has_passed_and_one_that_is_off_is_no_test() -> None:
    cases = [case.get("classname") for case in parsed(samples.EMPTY).iter("testcase")]
    assert cases == ["no-interval", "two-controllers", "no-root", "unreachable-directory", "missing-path"]
    assert names(samples.EMPTY, "failure") == []


def test_tests_fail_where_the_run_fails() -> None:
    report = samples.report(samples.NOWHERE, samples.WHOLE_FILE)
    assert (names(report, "failure"), names(report, "skipped")) == (["no-root"], ["unreachable-directory"])
    assert names(report, "failure", Severity.WARNING) == ["no-root", "unreachable-directory"]
    assert names(report, "skipped", Severity.WARNING) == []


def test_the_counts_are_those_of_the_tests() -> None:
    root = parsed(samples.FULL)
    for suite in (root, *root.iter("testsuite")):
        cases = list(suite.iter("testcase"))
        assert suite.get("tests") == str(len(cases))
        for key, tag in (("failures", "failure"), ("skipped", "skipped")):
            assert suite.get(key) == str(sum(case.find(tag) is not None for case in cases))


def test_a_name_does_not_change_with_the_line() -> None:
    mark = samples.DOUBLE_OWNER.mark
    assert mark
    moved = replace(mark, location=samples.at(mark.location.path, 99))
    there, here = (
        [case.get("name") for case in parsed(samples.report(replace(samples.DOUBLE_OWNER, mark=one))).iter("testcase")]
        for one in (mark, moved)
    )
    assert there == here


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\ud800", "\ufffe", "\uffff", "&", "<", '"', "]]>"])
def test_no_character_breaks_the_report(character: str) -> None:
    report = samples.report(replace(samples.NOWHERE, message=f"a{character}b", help=character))
    [case] = [case for case in parsed(report).iter("testcase") if case.find("failure") is not None]
    assert re.fullmatch(r"a(.+)b", case.get("name") or "")


def test_hostile_text_stays_text() -> None:
    root = parsed(samples.FOREIGN)
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure"}
    text = junit.render(samples.FOREIGN)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::") or not line.isprintable()]
