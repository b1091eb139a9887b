"""``gitops-lint baseline`` and the runs after it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gitops_lint.baseline import FILE_NAME
from tests.command import run, write

FIXTURES = Path(__file__).parent / "fixtures"
KUSTOMIZATION = "apps/kustomization.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / "double-owner", tmp_path / "repository"))


def test_after_it_a_run_is_green_and_says_why(root: Path) -> None:
    assert run(root).returncode == 1
    written = run("baseline", root)
    assert (written.returncode, written.stderr) == (0, "")
    assert written.stdout == f"wrote {root / FILE_NAME}: 1 known finding\n"
    done = run(root)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"note: 1 known finding not shown, by {FILE_NAME} (--no-baseline)" in done.stdout
    assert run(root, "--no-baseline").returncode == 1


def test_nothing_known_leaves_any_report(root: Path) -> None:
    run("baseline", root)
    for name in ("sarif", "github", "gitlab", "junit"):
        assert "Deployment web/api" not in run(root, "--output-format", name).stdout
    [hidden] = json.loads(run(root, "--output-format", "json").stdout)["hidden"]
    assert hidden["hidden"] == "in the baseline"


def test_a_repaired_entry_fails_until_the_file_is_written_anew(root: Path) -> None:
    run("baseline", root)
    (root / "argocd-apps" / "api.yaml").unlink()
    done = run(root)
    assert done.returncode == 1
    told, error = done.stderr.splitlines()
    assert told.startswith(f"{FILE_NAME}:4:5: repaired: two-controllers in argocd-apps/api.yaml: ")
    assert error == (
        f"error: {FILE_NAME} has an entry that hides nothing any more: gitops-lint baseline writes it anew"
    )
    assert "1 of its entries repaired since" in done.stdout
    assert run(root, "--exit-zero").returncode == 0
    assert run(root, "--select", "yaml").returncode == 0
    assert "0 known findings (0 of them new, 1 gone): nothing is wrong any more" in run("baseline", root).stdout
    assert run(root).returncode == 0


def test_writing_it_again_changes_nothing(root: Path) -> None:
    run("baseline", root)
    first = (root / FILE_NAME).read_bytes()
    assert "1 known finding (0 of them new, 0 gone)" in run("baseline", root).stdout
    assert (root / FILE_NAME).read_bytes() == first
    assert not list(root.glob(".*.gitops-lint"))


def test_a_file_that_is_named(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    run("baseline", root, "--baseline", file)
    assert not (root / FILE_NAME).exists()
    assert run(root).returncode == 1
    assert run(root, "--baseline", file).returncode == 0


@pytest.mark.parametrize("text", ["{", '{"version": 1, "findings": [{}]}', "<<<<<<< ours\n"])
def test_one_that_is_malformed_is_an_error_that_writing_it_repairs(text: str, root: Path) -> None:
    write(root, {FILE_NAME: text})
    done = run(root)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {FILE_NAME}:1:")
    assert run(root, "--no-baseline").returncode == 1
    assert run("baseline", root).returncode == 0
    assert run(root).returncode == 0


def test_one_that_is_named_must_be_there(root: Path, tmp_path: Path) -> None:
    done = run(root, "--baseline", tmp_path / "nowhere.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no baseline {tmp_path / 'nowhere.json'}" in done.stderr
    assert run(root, "--baseline", "x", "--no-baseline").returncode == 2
    assert run("baseline", root, "--baseline", tmp_path / "no" / "where.json").returncode == 2


def test_one_that_git_ignores_is_told(root: Path) -> None:
    write(root, {".gitignore": "*.json\n"})
    subprocess.run(["git", "init", "-q", root], check=True)
    assert "git ignores it" in run("baseline", root).stdout


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", root, "-c", "user.name=a", "-c", "user.email=a@b.c", *words], check=True)


def test_a_change_judged_by_its_base_cannot_hide_what_it_brings(root: Path) -> None:
    api = (root / "argocd-apps" / "api.yaml").read_bytes()
    (root / "argocd-apps" / "api.yaml").unlink()
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "feat: before")
    write(root, {"argocd-apps/api.yaml": api})
    run("baseline", root)
    assert run(root, "--diff-base", "HEAD").returncode == 0
    assert run(root, "--diff-base", "HEAD", "--law-from", "base").returncode == 1


def test_a_change_judged_by_its_base_may_repair_what_that_knows(root: Path) -> None:
    run("baseline", root)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "feat: before")
    (root / "argocd-apps" / "api.yaml").unlink()
    assert run(root, "--diff-base", "HEAD").returncode == 1
    assert run(root, "--diff-base", "HEAD", "--law-from", "base").returncode == 0


def test_where_nothing_is_wrong_nothing_is_written(tmp_path: Path) -> None:
    root = Path(shutil.copytree(FIXTURES / "reference", tmp_path / "repository"))
    assert "is not needed" in run("baseline", root).stdout
    assert not (root / FILE_NAME).exists()
    assert run("baseline", tmp_path / "repository" / "bootstrap" / "argocd").returncode == 4


def test_a_link_is_not_followed(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("mine", encoding="utf-8")
    (root / FILE_NAME).symlink_to(outside)
    assert run("baseline", root).returncode == 0
    assert outside.read_text(encoding="utf-8") == "mine"
    assert not (root / FILE_NAME).is_symlink()


def test_of_many_repaired_entries_the_first_are_named(root: Path) -> None:
    names = "".join(f"  - gone-{number}\n" for number in range(9))
    text = (root / KUSTOMIZATION).read_text(encoding="utf-8")
    write(root, {KUSTOMIZATION: f"{text.rstrip()}\n{names}"})
    run("baseline", root)
    write(root, {KUSTOMIZATION: text})
    done = run(root)
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [FILE_NAME] * 5 + ["… and 4 more", "error"]
