"""Builds are made once for all who ask for the same, in one world or in two that share their builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import Rules, shared_build
from gitops_lint.repo import Repo
from gitops_lint.tree import MemoryTree
from tests.unit.worlds import config_map, kustomization

if TYPE_CHECKING:
    from gitops_lint.model import Build

FILES = {
    "apps/kustomization.yaml": kustomization("a.yaml", "../base"),
    "apps/a.yaml": config_map("a"),
    "base/kustomization.yaml": kustomization("b.yaml"),
    "base/b.yaml": config_map("b"),
    "other/c.yaml": config_map("c"),
}


def two_worlds(change: dict[str, str | None]) -> tuple[Build, Build, int]:
    """The build of ``apps`` before and after a change, and how many builds were made."""
    files = {path: text for path, text in {**FILES, **change}.items() if text is not None}
    before = Repo(MemoryTree(FILES))
    after = Repo(MemoryTree(files), before)
    builds = [shared_build(repo, "apps", Rules()) for repo in (before, after)]
    return builds[0], builds[1], before.builds.made


def test_one_build_for_all_who_ask_for_the_same() -> None:
    repo = Repo(MemoryTree(FILES))
    assert shared_build(repo, "apps", Rules()) is shared_build(repo, "apps", Rules())
    assert shared_build(repo, "apps", Rules()) is not shared_build(repo, "apps", Rules(files_below_root=False))
    assert (repo.builds.asked, repo.builds.made) == (4, 2)


def test_a_change_elsewhere_leaves_the_build_as_it_is() -> None:
    before, after, made = two_worlds({"other/c.yaml": config_map("d")})
    assert before is after
    assert made == 1


def test_a_change_in_what_was_read_is_built_anew() -> None:
    before, after, made = two_worlds({"base/b.yaml": config_map("changed")})
    assert sorted(built.ref.name for built in before.objects) == ["a", "b"]
    assert sorted(built.ref.name for built in after.objects) == ["a", "changed"]
    assert made == 2


def test_so_is_a_file_that_appears_where_there_was_none() -> None:
    _, after, made = two_worlds({"base/Kustomization": kustomization("b.yaml")})
    assert made == 2
    assert [problem.case for problem in after.problems] == ["several-kustomization-files"]


def test_and_one_that_goes() -> None:
    _, after, _ = two_worlds({"base/b.yaml": None})
    assert [problem.kind for problem in after.problems] == ["missing-kustomize-entry"]
