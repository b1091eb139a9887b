"""The real kustomize as judge of random stacks: the same objects to the last field, or both refuse."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gitops_lint.repo import Repo
from gitops_lint.tree import WorkTree
from tests.command import write
from tests.conformance.build_judge import difference, ours, real
from tests.conformance.stacks import stacks

if TYPE_CHECKING:
    from tests.conformance.stacks import Files


def differences(files: Files) -> list[str]:
    """What differs, in words."""
    with tempfile.TemporaryDirectory() as name:
        root = write(Path(name), files)
        return list(difference(real(root / "top"), ours(Repo(WorkTree(root)), "top")))


@given(st.lists(stacks(), min_size=8, max_size=8))
@settings(
    max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_random_stacks(drawn: list[Files]) -> None:
    with ThreadPoolExecutor(4) as pool:
        for files, found in zip(drawn, pool.map(differences, drawn), strict=True):
            assert not found, "\n".join([*found, *(f"# {name}\n{text}" for name, text in files.items())])
