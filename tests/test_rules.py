"""Every rule page tests itself: each bad example fires exactly where it says, each good one is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.config import rules_directory
from gitops_lint.context import CHECKS
from gitops_lint.rule import FILTER, Rule, read_page, shipped
from gitops_lint.trial import faults_of, repaired, try_example

if TYPE_CHECKING:
    from gitops_lint.example import Example

EXAMPLES = [(rule, example) for rule in shipped() for example in rule.examples]
CASES = [pytest.param(rule, example, id=f"{rule.id}-{example.heading}") for rule, example in EXAMPLES]
BAD = [pytest.param(rule, one, id=f"{rule.id}-{one.heading}") for rule, one in EXAMPLES if one.wants]


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.id)
def test_a_page_has_bad_and_good_examples(rule: Rule) -> None:
    assert list(faults_of(rule)) == []


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    assert try_example(rule, example) == ((), ()), f"{rule.path}:{example.line}"


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_a_repair_does_what_the_page_shows(rule: Rule, example: Example) -> None:
    """A page shows at least one of its repairs; each of them has to last, shown or not."""
    changed = repaired(rule, example)
    shown = [one.fixed for one in rule.examples if one.fixed is not None]
    if example.fixed is not None or (changed and not shown):
        assert changed == (example.fixed or {}), f"{rule.path}:{example.line}"


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.id)
def test_the_front_matter_is_valid(rule: Rule) -> None:
    """Shipped pages are trusted at run time, so that no run waits for their validation."""
    text = (rules_directory().parent / rule.path).read_text()
    assert read_page(rule.path, text).law == rule.law
    assert rule.law.check == FILTER or rule.question in CHECKS
