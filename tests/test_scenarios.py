"""Whole repositories: what their owners are told, word for word.

``fixtures/<name>/`` is a repository with its console output beside it. ``fixtures/broken/<rule-id>[--<what>]/``
is a variant: the files that break one statement in the reference repository, as somebody would break it by mistake,
with ``DELETED`` (files and directories that are gone, one a line) and ``expected.txt``. ``HISTORY.md`` holds the commits
that lead from the one to the other, in fences as on a rule page: a change without a content led to what stands there.

``UPDATE_EXPECTED=1 pytest tests/test_scenarios.py`` writes the outputs anew.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_lint.cli import main
from gitops_lint.config import load
from gitops_lint.engine import analyse, check
from gitops_lint.example import records_of
from gitops_lint.history import FileChange, MemoryHistory
from gitops_lint.output.console import render
from gitops_lint.rule import shipped
from gitops_lint.store import LEAST_FILES, Store
from gitops_lint.touching import change_of, touched
from gitops_lint.tree import MemoryTree, WorkTree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.engine import World
    from gitops_lint.finding import Report
    from gitops_lint.touching import Change

FIXTURES = Path(__file__).parent / "fixtures"
BROKEN = FIXTURES / "broken"
REPOSITORIES = sorted(path for path in FIXTURES.iterdir() if path.is_dir() and path != BROKEN)
VARIANTS = sorted(path for path in BROKEN.iterdir() if path.is_dir())

SOUND = ("argo-only", "before-bootstrap", "flux-only", "reference", "three-clusters")
"""Repositories in which nothing is wrong: every finding there, whatever its severity, is a false one."""

EXPECTED, DELETED, README, HISTORY = "expected.txt", "DELETED", "README.md", "HISTORY.md"
ABOUT_THE_VARIANT = frozenset({EXPECTED, DELETED, README, HISTORY})
"""Files at the top of a variant that tell about it and are no part of the repository."""
ALSO = "also:"
"""Begins the line of a variant's README that names the further rules whose findings the law itself implies."""


@pytest.mark.parametrize("directory", REPOSITORIES, ids=lambda path: path.name)
def test_a_repository(directory: Path) -> None:
    report = check(analyse(WorkTree(directory)))
    assert_shown(report, FIXTURES / f"{directory.name}.{EXPECTED}")


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_repository_is_clean(name: str) -> None:
    report = check(analyse(WorkTree(FIXTURES / name)))
    assert [(finding.rule, finding.message) for finding in report.findings] == []


def test_the_reference_is_clean_under_strict() -> None:
    settings = load(".gitops-lint.yaml", b"extends: dual-gitops\nprofile: strict\n")
    report = check(analyse(WorkTree(FIXTURES / "reference"), settings))
    assert [(finding.rule, finding.message) for finding in report.findings] == []


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: path.name)
def test_a_broken_one_has_one_finding(variant: Path) -> None:
    world = analyse(broken(variant), history=history(variant))
    report = check(world)
    assert sorted(finding.rule for finding in report.findings) == sorted(allowed(variant))
    assert_shown(report, variant / EXPECTED)
    if not (variant / HISTORY).exists():  # what breaks a sound repository is told to whoever commits it
        assert touched(report, change(world), world.repo.tree).elsewhere == ()


def test_every_rule_has_a_variant() -> None:
    assert {rule_id(variant) for variant in VARIANTS} == {rule.id for rule in shipped()}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """What is kept on disk of the reference repository."""
    store, repo = (
        Store(FIXTURES / "reference", tmp_path_factory.mktemp("cache")),
        analyse(MemoryTree(contents(FIXTURES / "reference"))).repo,
    )
    assert repo.file_count >= LEAST_FILES
    store.keep(repo)
    return store


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: path.name)
def test_what_is_kept_of_the_sound_one_changes_nothing(variant: Path, kept: Store) -> None:
    former = kept.recall()
    assert former is not None
    world = analyse(broken(variant), history=history(variant), like=former)
    assert world.repo.builds.made < world.repo.builds.asked / 2
    assert_shown(check(world), variant / EXPECTED)


@pytest.mark.parametrize("name", ["two-controllers", "wrong-owner", "traefik-in-gitops--remote-base"])
def test_the_command_at_the_end_answers(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names a plain object, a release or a remote base: ``why`` knows all of them."""
    tree = broken(BROKEN / name)
    for path in tree.files:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(tree.read(path))
    monkeypatch.chdir(tmp_path)
    *_, last = lines(BROKEN / name / EXPECTED)
    _, program, *words = shlex.split(last)
    assert (program, words[0]) == ("gitops-lint", "why")
    assert main(words) == 0


# -- variants ----------------------------------------------------------------------------------------------------------


def broken(variant: Path) -> MemoryTree:
    """The reference repository with a variant laid over it."""
    files = {**contents(FIXTURES / "reference"), **contents(variant, without=ABOUT_THE_VARIANT)}
    for gone in lines(variant / DELETED):
        left = {path: text for path, text in files.items() if path != gone and not path.startswith(f"{gone}/")}
        assert len(left) < len(files), f"{variant.name}/{DELETED}: there is no {gone}"
        files = left
    return MemoryTree(files)


def change(world: World) -> Change:
    """What leads from the reference repository to a variant of it."""
    base, tree = contents(FIXTURES / "reference"), world.repo.tree
    now = {path: tree.read(path) for path in tree.files}
    changes = [
        FileChange("M" if path in base and path in now else "A" if path in now else "D", path, path)
        for path in sorted({*base, *now})
        if base.get(path) != now.get(path)
    ]
    return change_of(changes, base, world.repo)


def history(variant: Path) -> MemoryHistory:
    """The commits of a variant; none where it is about files alone."""
    tree = broken(variant)
    records = records_of("\n".join(lines(variant / HISTORY)))
    today = {path: tree.read(path) for path in tree.files}
    return MemoryHistory(records, today, contents(FIXTURES / "reference"))


def contents(directory: Path, without: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """The files below a directory by their paths."""
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in without}


def rule_id(variant: Path) -> str:
    """The rule that a variant breaks."""
    return variant.name.partition("--")[0]


def allowed(variant: Path) -> Iterator[str]:
    """The rules whose findings a variant has: its own, and those that its README says are implied."""
    yield rule_id(variant)
    for line in lines(variant / README):
        if line.startswith(ALSO):
            yield from line.removeprefix(ALSO).replace(",", " ").split()


def lines(file: Path) -> list[str]:
    """The lines of a file that may be missing."""
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def assert_shown(report: Report, file: Path) -> None:
    """Compare what the console shows with a file, or write it there."""
    shown = render(report, color=False, unicode=True, columns=120)
    if os.environ.get("UPDATE_EXPECTED"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")
