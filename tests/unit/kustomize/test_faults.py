"""Every fault that a build can note has a level, and an example of it, on its page."""

from __future__ import annotations

from gitops_lint.builders.kustomize.faults import LABELS
from gitops_lint.engine import analyse, check
from gitops_lint.rule import by_name, shipped
from gitops_lint.tree import MemoryTree

OF_FLUX = "foreign-component"
"""Noted by Flux before it builds."""
(PAGE,) = by_name(shipped(), "kustomize-build-fails")


def test_every_case_has_a_level() -> None:
    assert set(LABELS) == set(PAGE.levels) - {OF_FLUX}


def test_every_case_is_shown() -> None:
    shown = set()
    for example in PAGE.examples:
        world = analyse(MemoryTree(example.files, remotes=("https://example.com/repo",)))
        shown |= {fault.problem.case for fault in world.walked.faults if fault.problem.kind == PAGE.id}
        assert check(world)
    assert set(LABELS) - shown <= {"too-large"}, "no example shows them"
