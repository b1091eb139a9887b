"""``gitops-lint test-rules``: a repository's own rule pages, tried on their examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.world import say
from gitops_lint.engine import OWN_RULES, own_rules
from gitops_lint.tree import WorkTree
from gitops_lint.trial import Unlasting, faults_of, repaired, try_example

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from gitops_lint.example import Example
    from gitops_lint.rule import Rule


def run(options: argparse.Namespace) -> int:
    """Try every example of every page; 0 where all come true, 1 where one does not."""
    tree = WorkTree(options.path)
    rules = own_rules(tree)
    if not rules:
        raise UsageError(f"there is no rule page in {OWN_RULES}/")
    failures, examples = 0, 0
    for rule in rules:
        faults = list(_faults(rule, tree.read(rule.path).decode("utf-8", "replace")))
        failures += len(faults)
        examples += len(rule.examples)
        for fault in faults:
            say(fault)
    verdict = f"{failures} failed" if failures else "all as they say"
    say(f"{len(rules)} rules, {examples} examples: {verdict}")
    return 1 if failures else 0


def _faults(rule: Rule, page: str) -> Iterator[str]:
    yield from (f"{rule.path}:1: {fault}" for fault in faults_of(rule))
    for example in rule.examples:
        outcome = try_example(rule, example, page)
        for want in outcome.unmet:
            yield f"{rule.path}:{example.line}: {example.heading}: {want.path}:{want.line} should say {want.text!r}"
        for told in outcome.unwanted:
            yield f"{rule.path}:{example.line}: {example.heading}: {told.path}:{told.line} says {told.message!r}"
        if example.fixed is not None:
            yield from _misrepaired(rule, example, page)


def _misrepaired(rule: Rule, example: Example, page: str) -> Iterator[str]:
    where = f"{rule.path}:{example.line}: {example.heading}"
    try:
        changed = repaired(rule, example, page)
    except Unlasting as error:
        yield f"{where}: {error}"
        return
    for path in sorted({*changed, *(example.fixed or {})}):
        if changed.get(path) != (example.fixed or {}).get(path):
            yield f"{where}: {path} is not what stands below ## Fixed after the repair"
