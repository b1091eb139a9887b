"""The bad examples of the rule pages, asked for more than the pages can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.engine import Selection, analyse, check
from gitops_lint.rule import shipped
from gitops_lint.tree import MemoryTree
from gitops_lint.trial import settings_of

if TYPE_CHECKING:
    from gitops_lint.finding import Finding


def findings(rule_id: str, heading: str) -> tuple[Finding, ...]:
    """The findings of a rule in one of its bad examples."""
    (rule,) = (rule for rule in shipped() if rule.id == rule_id)
    (example,) = (example for example in rule.examples if example.heading == f"Bad: {heading}")
    tree = MemoryTree(example.files, remotes=("https://example.com/repo",))
    return check(analyse(tree, settings_of(example)), Selection(select=(rule_id,))).findings


def levels(rule_id: str, heading: str) -> set[tuple[str, str, str | None]]:
    """Severity, confidence and case of the findings in a bad example."""
    return {(f.severity.word, f.confidence.value, f.case) for f in findings(rule_id, heading)}
