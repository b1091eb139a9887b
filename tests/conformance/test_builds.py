"""The real kustomize as judge of whole repositories: every kustomization builds to the same objects, or neither does."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.repo import Repo
from gitops_lint.tree import WorkTree
from tests.conformance.build_judge import difference, ours, real

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

FIXTURES = Path(__file__).parent.parent / "fixtures"
CORPUS = Path(__file__).parent.parent.parent.parent / "shared" / "corpus"
"""Real repositories, where somebody put them beside the checkout."""


def repositories() -> Iterator[ParameterSet]:
    for top in (FIXTURES, CORPUS):
        if top.is_dir():
            for path in sorted(path for path in top.iterdir() if path.is_dir() and path.name != "broken"):
                yield pytest.param(path, id=path.name)
        else:
            yield pytest.param(
                top, id=top.name, marks=pytest.mark.skip(reason="no real repositories beside the checkout")
            )


def directories(repo: Repo) -> list[str]:
    """The directories that hold a kustomization."""
    return sorted(
        {path.rpartition("/")[0] for path in repo.tree.files if path.rpartition("/")[2] in kustomize.FILE_NAMES}
    )


@pytest.mark.parametrize("repository", list(repositories()))
def test_the_same_objects(repository: Path) -> None:
    repo = Repo(WorkTree(repository))
    listed = directories(repo)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda directory: real(repository / directory), listed))
    differences = [
        f"{directory or '.'}: {text}"
        for directory, theirs in zip(listed, verdicts, strict=True)
        for text in difference(theirs, ours(repo, directory))
    ]
    assert not differences, "\n".join(differences[:20])
