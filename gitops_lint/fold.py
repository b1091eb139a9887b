"""Causes first: a finding that only says what another one causes is folded under it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.losses import is_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.finding import Finding
    from gitops_lint.losses import Losses


class Candidate(NamedTuple):
    """A finding on its way, with what it causes and what causes it (see Hit)."""

    finding: Finding
    cuts: tuple[str, ...]
    stems: tuple[str, ...]
    wrong_turn: bool = False


def fold(candidates: Sequence[Candidate], losses: Losses) -> Iterator[Finding]:
    """The findings with all their consequences inside, near and far, in the order given."""
    causes = _causes(candidates)
    under: dict[int, list[Candidate]] = {}
    for index, candidate in enumerate(candidates):
        if index in causes:
            under.setdefault(_first_cause(index, causes), []).append(candidate)
    for index, candidate in enumerate(candidates):
        if index not in causes:
            below = under.get(index, [])
            cuts = [cut for one in (candidate, *below) for cut in one.cuts]
            yield replace(
                candidate.finding,
                folded=tuple(one.finding for one in below),
                consequences=losses.told(cuts) if cuts else None,
            )


def _causes(candidates: Sequence[Candidate]) -> dict[int, int]:
    """For each finding that another one explains the index of that one; nothing explains itself in a circle."""
    causes: dict[int, int] = {}
    possible = [index for index, candidate in enumerate(candidates) if candidate.cuts or candidate.wrong_turn]
    for index, candidate in enumerate(candidates):
        for cause in possible:
            if _first_cause(cause, causes) == index or not _explains(candidates[cause], candidate):
                continue
            if not (_explains(candidate, candidates[cause]) and _goes_first(index, cause, candidates)):
                causes[index] = cause
                break
    return causes


def _goes_first(one: int, other: int, candidates: Sequence[Candidate]) -> bool:
    """Of two that explain each other, whether ``one`` is the cause: it cuts off more, or as much and stands first."""
    here, there = candidates[one].cuts, candidates[other].cuts
    if all(is_below(cut, there) for cut in here):
        return one < other and all(is_below(cut, here) for cut in there)
    return True


def _first_cause(index: int, causes: dict[int, int]) -> int:
    while index in causes:
        index = causes[index]
    return index


def _explains(cause: Candidate, candidate: Candidate) -> bool:
    if candidate.stems and all(is_below(stem, cause.cuts) for stem in candidate.stems):
        return True
    return cause.wrong_turn and not candidate.wrong_turn and _passes(candidate.finding, cause.finding)


def _passes(finding: Finding, turn: Finding) -> bool:
    """Whether a finding comes about by the step that another one says nobody should take: in a chain, or beside it."""
    if turn.mark is None:
        return False
    steps = (step.location for owner in finding.owners for step in owner.chain)
    where = (turn.mark.location.path, turn.mark.location.line)
    return any((at.path, at.line) == where for at in (*steps, *(mark.location for mark in finding.related)))
