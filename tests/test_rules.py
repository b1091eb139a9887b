"""Every rule page tests itself: each bad example fires exactly where it says, each good one is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.config import rules_directory
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.rule import CHECKS, FILTER, Rule, read_page, shipped
from gitops_lint.tree import MemoryTree
from tests.examples import example_settings

if TYPE_CHECKING:
    from gitops_lint.example import Example
    from gitops_lint.finding import Finding

CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{example.heading}") for rule in shipped() for example in rule.examples
]


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.id)
def test_a_page_has_bad_and_good_examples(rule: Rule) -> None:
    headings = {example.heading.partition(":")[0] for example in rule.examples}
    assert headings == {"Bad", "Good"}
    for example in rule.examples:
        assert bool(example.wants) is example.heading.startswith("Bad"), example.heading


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    tree = MemoryTree(example.files, remotes=("https://example.com/repo",))
    report = check(analyse(tree, example_settings(example)), Selection(select=(rule.id,)))
    findings = [inner for finding in report.findings for inner in (finding, *finding.folded)]
    found = sorted(told(finding) for finding in findings)
    unmet = [
        want
        for want in example.wants
        if not any((path, line) == (want.path, want.line) and want.text in message for path, line, message in found)
    ]
    unwanted = [
        (path, line, message)
        for path, line, message in found
        if not any((path, line) == (want.path, want.line) and want.text in message for want in example.wants)
    ]
    assert (unmet, unwanted) == ([], []), f"{rule.path}:{example.line}"


def told(finding: Finding) -> tuple[str, int, str]:
    location = finding.mark.location if finding.mark else None
    return (
        location.path if location else "",
        location.span.line if location and location.span else 0,
        finding.message,
    )


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.id)
def test_the_front_matter_is_valid(rule: Rule) -> None:
    """Shipped pages are trusted at run time, so that no run waits for their validation."""
    text = (rules_directory().parent / rule.path).read_text()
    assert read_page(rule.path, text).law == rule.law
    assert rule.law.check == FILTER or rule.law.check in CHECKS
