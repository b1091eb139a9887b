"""Folding: causes come first, what follows from them stands under them."""

from __future__ import annotations

from gitops_lint.finding import Confidence, Finding, Mark, Owner, Severity, Step
from gitops_lint.fold import Candidate, fold
from gitops_lint.graph import Graph
from gitops_lint.location import Location, Span
from gitops_lint.losses import Losses
from gitops_lint.repo import Repo
from gitops_lint.tree import MemoryTree
from gitops_lint.walk import Walked


def candidate(name: str, cuts: str = "", stems: str = "", *, passes: str = "", wrong_turn: bool = False) -> Candidate:
    """A finding at line 1 of the file of its name; its owner's chain passes line 1 of another one."""
    steps = (Step(line_one(passes), ""),) if passes else ()
    finding = Finding(
        rule=name,
        case=None,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        reach="live",
        message="",
        mark=Mark(line_one(name), ""),
        object=None,
        clusters=(),
        owners=(Owner("flux", "home", "Kustomization a", "live", steps),),
        related=(),
        fingerprint=name,
        help=None,
    )
    return Candidate(finding, tuple(cuts.split()), tuple(stems.split()), wrong_turn)


def line_one(path: str) -> Location:
    return Location(path, Span(1, 1, 1, 2))


def folded(*candidates: Candidate) -> dict[str, list[str]]:
    """The findings that stand on top, each with those under it."""
    walked = Walked()
    losses = Losses(Repo(MemoryTree({})), walked, Graph(walked), None)
    return {top.rule: [one.rule for one in top.folded] for top in fold(candidates, losses)}


def test_what_a_cause_cuts_off_stands_under_it() -> None:
    assert folded(candidate("gone", stems="apps/a"), candidate("cause", cuts="apps")) == {"cause": ["gone"]}


def test_a_finding_is_no_consequence_while_one_of_its_files_is_not_cut_off() -> None:
    found = folded(candidate("cause", cuts="apps/a"), candidate("gone", stems="apps/a apps/b"))
    assert found == {"cause": [], "gone": []}


def test_a_name_that_only_begins_alike_is_not_cut_off() -> None:
    assert folded(candidate("cause", cuts="apps/a"), candidate("gone", stems="apps/ab")) == {"cause": [], "gone": []}


def test_the_consequence_of_a_consequence_stands_under_the_first_cause() -> None:
    near, far = candidate("near", cuts="b", stems="a"), candidate("far", stems="b")
    assert folded(far, near, candidate("cause", cuts="a")) == {"cause": ["far", "near"]}


def test_of_two_that_explain_each_other_the_wider_is_the_cause() -> None:
    narrow = candidate("narrow", cuts="apps/a/x", stems="apps/a/x")
    wide = candidate("wide", cuts="apps/a", stems="apps/a/x")
    assert folded(narrow, wide) == folded(wide, narrow) == {"wide": ["narrow"]}


def test_of_two_equals_that_explain_each_other_the_first_is_the_cause() -> None:
    one, other = candidate("one", cuts="a", stems="a"), candidate("other", cuts="a", stems="a")
    assert folded(one, other) == {"one": ["other"]}


def test_three_that_explain_each_other_in_a_circle_are_all_kept() -> None:
    found = folded(*(candidate(name, cuts=name, stems=before) for name, before in ("ac", "ba", "cb")))
    assert sorted([*found, *(name for names in found.values() for name in names)]) == ["a", "b", "c"]


def test_what_is_applied_through_a_wrong_turn_follows_from_it() -> None:
    turn, other_way = candidate("turn", wrong_turn=True), candidate("elsewhere", passes="fine")
    assert folded(turn, candidate("after", passes="turn"), other_way) == {"turn": ["after"], "elsewhere": []}
