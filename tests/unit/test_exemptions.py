"""``ignores`` in the configuration: what they hide, and what is said of those that hide nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from gitops_lint.config import load
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.tree import MemoryTree
from gitops_lint.validation import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.finding import Report

MISSING = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{}.yaml]\n"
RULES = ("missing-kustomize-entry", "unused-suppression", "expired-suppression")
FILES = {f"apps/{name}/kustomization.yaml": MISSING.format(name) for name in ("a", "b")}


def report(
    ignores: str, *, select: tuple[str, ...] = RULES, today: date = date(2026, 1, 1), files: Mapping[str, str] = FILES
) -> Report:
    tree = {**files, ".gitops-lint.yaml": f"ignores:\n{ignores}"}
    return check(analyse(MemoryTree(tree)), Selection(select=select, today=today))


def shown(found: Report) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding.mark.location) if finding.mark else "") for finding in found.findings]


def test_what_stands_below_a_path_is_hidden_with_the_reason() -> None:
    found = report("  - {paths: apps/a, rules: [missing-kustomize-entry], reason: made by CI}\n")
    assert shown(found) == [("missing-kustomize-entry", "apps/b/kustomization.yaml:3")]
    assert [(hidden.rule, hidden.hidden) for hidden in found.hidden] == [("missing-kustomize-entry", "made by CI")]


def test_a_category_and_a_former_name_select_rules_too() -> None:
    found = report("  - {paths: [apps/**], rules: [kustomize]}\n", select=("kustomize",))
    assert found.findings == ()
    assert {hidden.hidden for hidden in found.hidden} == {"ignored by the configuration"}


@pytest.mark.parametrize(
    ("today", "rules"),
    [(date(2026, 6, 30), []), (date(2026, 7, 1), ["expired-suppression", *["missing-kustomize-entry"] * 2])],
)
def test_an_entry_holds_up_to_and_with_its_last_day(today: date, rules: list[str]) -> None:
    found = report("  - {paths: apps/**, rules: [missing-kustomize-entry], until: 2026-06-30}\n", today=today)
    assert sorted(rule for rule, _ in shown(found)) == rules


def test_a_rule_that_hides_nothing_is_told_at_its_place() -> None:
    ignores = "  - paths: apps/**\n    rules:\n      - missing-kustomize-entry\n  - paths: gone/**\n    rules:\n"
    found = report(f"{ignores}      - missing-kustomize-entry\n")
    assert shown(found) == [("unused-suppression", ".gitops-lint.yaml:7")]
    assert "the ignore of missing-kustomize-entry hides nothing" in found.findings[0].message


def test_two_entries_about_one_finding_are_both_needed() -> None:
    entry = "  - {paths: apps/**, rules: [missing-kustomize-entry]}\n"
    assert shown(report(entry * 2)) == []


def test_only_a_rule_that_ran_makes_an_entry_unused() -> None:
    found = report("  - {paths: gone/**, rules: [prod-auto-sync]}\n")
    assert ("unused-suppression", ".gitops-lint.yaml:2") not in shown(found)


def test_a_comment_comes_first_so_that_an_entry_without_work_is_told() -> None:
    comment = " # gitops-lint: ignore[missing-kustomize-entry] by hand\n"
    files = {f"apps/{name}/kustomization.yaml": MISSING.format(name).rstrip("\n") + comment for name in ("a", "b")}
    found = report("  - {paths: apps/**, rules: [missing-kustomize-entry]}\n", files=files)
    assert [rule for rule, _ in shown(found)] == ["unused-suppression"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "ignores: [{paths: a, rules: [mising-kustomize-entry]}]",
            "1:30: unknown rule 'mising-kustomize-entry'; did you",
        ),
        ("ignores: [{paths: a, rules: []}]", "1:29: ignores[0].rules names no rule"),
        ("ignores: [{paths: a}]", "ignores[0].rules is missing"),
        ("ignores: [{rules: [yaml]}]", "ignores[0].paths is missing"),
        ("ignores: [{paths: '', rules: [yaml]}]", "an empty glob"),
        ("ignores: [{paths: a, rules: [yaml], until: soon}]", "1:44: ignores[0].until is "),
        ("ignores: [{paths: a, rules: [yaml], untill: 2026-12-31}]", "did you mean 'until'?"),
        ("ignores: [{paths: a, rules: [yaml]}]\nsuppressions: {reason: required}", "1:11: ignores[0] gives no reason"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        analyse(MemoryTree(FILES), load(".gitops-lint.yaml", text.encode()))
    assert said in str(caught.value)
