"""The baseline: what it hides, when an entry of it is stale, and what is said of a file that is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitops_lint import baseline
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.finding import IN_BASELINE, Mark, Report, Severity
from gitops_lint.location import Location, Revision, Span
from gitops_lint.tree import MemoryTree
from gitops_lint.validation import ConfigError
from tests.unit.output import samples

NAME = baseline.FILE_NAME
RULES = ("missing-kustomize-entry", "unused-suppression")


def report(entries: str, *, known: frozenset[str] = frozenset(), select: tuple[str, ...] = RULES) -> Report:
    text = f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{entries}"
    return check(analyse(MemoryTree({"apps/kustomization.yaml": text})), Selection(select=select, known=known))


def loaded(found: Report) -> baseline.Baseline:
    return baseline.load(NAME, baseline.render(baseline.of_report(found)).encode())


def rules(found: Report) -> list[str]:
    return [finding.rule for finding in found.findings]


# -- what is known -----------------------------------------------------------------------------------------------------


def test_known_findings_are_hidden_and_new_ones_are_shown() -> None:
    known = loaded(report("  - a.yaml\n")).known
    found = report("  - a.yaml\n  - b.yaml\n", known=known)
    assert [finding.message for finding in found.findings] == [
        "apps/kustomization.yaml names b.yaml in resources, but it does not exist"
    ]
    assert [finding.hidden for finding in found.hidden] == [IN_BASELINE]


def test_what_moves_is_still_known() -> None:
    known = loaded(report("  - a.yaml\n")).known
    assert rules(report("  # a remark\n\n  - a.yaml # moved\n", known=known)) == []


def test_a_comment_that_silences_nothing_can_be_known_too() -> None:
    unneeded = "  # gitops-lint: ignore[missing-kustomize-entry] x\n  []\n"
    first = report(unneeded)
    assert rules(first) == ["unused-suppression"]
    assert rules(report(unneeded, known=loaded(first).known)) == []


def test_consequences_are_known_as_well_and_commits_are_not() -> None:
    mark = Mark(Location("commit 1", Span(1, 1, 1, 2), Revision(0, "abc")), "")
    commit = samples.plain("no-root", Severity.ERROR, "m", mark)
    entries = baseline.of_report(samples.report(samples.CAUSE, samples.NOWHERE, commit))
    assert [entry.rule for entry in entries] == [
        "missing-path",
        "unreachable-directory",
        "unreachable-directory",
        "missing-path",
        "no-root",
    ]


# -- what is stale -----------------------------------------------------------------------------------------------------


def test_an_entry_that_hides_nothing_is_stale_at_its_line() -> None:
    known = loaded(report("  - a.yaml\n  - b.yaml\n"))
    found = report("  - a.yaml\n", known=known.known)
    [(at, entry)] = known.stale(found)
    assert str(at) == f"{NAME}:5"
    assert "b.yaml" in entry.message
    assert known.note(found).startswith(f"1 known finding not shown, by {NAME} (--no-baseline); 1 of its entries")


def test_an_entry_whose_rule_did_not_run_may_still_be_needed() -> None:
    known = loaded(report("  - a.yaml\n"))
    assert list(known.stale(report("  []\n", known=known.known, select=("yaml",)))) == []


def test_an_entry_of_a_rule_that_is_no_more_is_stale() -> None:
    text = baseline.render([baseline.Entry("0", "no-such-rule", "a.yaml", "m")])
    assert len(list(baseline.load(NAME, text.encode()).stale(report("  []\n")))) == 1


def test_what_a_comment_hides_needs_no_entry() -> None:
    known = loaded(report("  - a.yaml\n"))
    found = report("  - a.yaml # gitops-lint: ignore[missing-kustomize-entry] by CI\n", known=known.known)
    assert len(list(known.stale(found))) == 1


# -- the file ----------------------------------------------------------------------------------------------------------


def test_an_entry_a_line_in_an_order_of_its_own() -> None:
    findings = (samples.DOUBLE_OWNER, samples.CAUSE, samples.NOWHERE, samples.HOSTILE)
    there, back = (baseline.render(baseline.of_report(samples.report(*some))) for some in (findings, findings[::-1]))
    assert there == back
    assert len(there.splitlines()) == 5 + len(baseline.of_report(samples.report(*findings)))


def test_what_is_written_is_read_again_whatever_a_message_holds() -> None:
    finding = replace(samples.HOSTILE, message=f"{samples.HOSTILE_TEXT} 😀 ü \ufffe\uffff")
    entries = baseline.of_report(samples.report(finding))
    text = baseline.render(entries)
    assert all(line.isprintable() or "\ufffe" in line for line in text.splitlines())
    assert set(baseline.load(NAME, text.encode()).entries) == set(entries)
    assert baseline.load(NAME, baseline.render([]).encode()).entries == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: a baseline is one JSON object"),
        ("[]", "1:1: the file: keys and values are expected here"),
        ('{"version": 2, "findings": []}', "1:13: version is 2; it must be 1"),
        ('{"version": 1}', "1:1: findings is missing"),
        ('{"version": 1, "findings": [\n{"rule": 1}]}', "2:10: findings[0].rule: should be a valid string"),
        ('{"version": 1, "findings": [],\n "extra": 1}', "2:2: unknown key 'extra'"),
        ('{"version": 1,\n "findings": [}', f"{NAME}:2:15: "),
        ('{"version": 1,\n<<<<<<< ours\n"findings": []}', "2:1: an unresolved merge conflict"),
        ("\x00", f"{NAME}:1:1: "),
    ],
)
def test_a_mistake_is_told_with_line_and_column(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        baseline.load(NAME, text.encode())
    assert said in str(caught.value)
