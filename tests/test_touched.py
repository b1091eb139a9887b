"""``gitops-lint check --staged`` and FILES: the whole graph, and of the findings those that a change touches."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command import run, write

FIXTURES = Path(__file__).parent / "fixtures"
GOTK = "clusters/prod/flux-system/gotk-sync.yaml"
OWNER = "apps/api/deployment.yaml"

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n"
FAULTY = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [nothing.yaml]\n"


@pytest.fixture(autouse=True)
def outside_of_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "PRE_COMMIT"]:
        monkeypatch.delenv(name)


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *identity, "-C", root, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one fault in it, everything committed."""
    root = tmp_path / "repository"
    shutil.copytree(FIXTURES / "flux-only", root)
    write(root, {"old/kustomization.yaml": FAULTY})
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all of it")
    return root


def rules(root: Path, *words: str | Path, cwd: Path | None = None) -> list[str]:
    """The rules of the warnings and errors that a run shows; nothing reaches most of what these tests write."""
    done = run("check", root, *words, "--output-format", "json", "--fail-on", "warning", cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    found = [one["rule"] for one in report["findings"] if one["severity"] != "info"]
    assert done.returncode == (1 if found else 0)
    return found


def test_what_is_wrong_already_does_not_stop_a_commit(repository: Path) -> None:
    write(repository, {"notes/a.yaml": "a: 1\n"})
    git(repository, "add", "-A")
    done = run("check", repository, "--staged")
    assert done.returncode == 0, done.stdout
    assert "No findings (1 elsewhere)" in done.stdout
    assert (
        json.loads(run("check", repository, "--staged", "--output-format", "json").stdout)["summary"]["elsewhere"] == 1
    )
    assert rules(repository) == ["missing-kustomize-entry"]


@pytest.mark.parametrize("how", ["edited", "deleted", "moved"])
def test_what_a_commit_breaks_stops_it(repository: Path, how: str) -> None:
    write(repository, {"new/kustomization.yaml": FAULTY.replace("nothing", "a"), "new/a.yaml": NAMESPACE})
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "another")
    assert rules(repository, repository / "new") == []
    if how == "edited":
        write(repository, {"new/kustomization.yaml": FAULTY})
        git(repository, "add", "-A")
    elif how == "deleted":
        git(repository, "rm", "-q", "new/a.yaml")
    else:
        git(repository, "mv", "new/a.yaml", "new/b.yaml")
    done = run("check", repository, "--staged", "--output-format", "concise", "--fail-on", "warning")
    assert done.returncode == 1
    assert "new/kustomization.yaml:3" in done.stdout
    assert "old/" not in done.stdout


def test_where_nothing_is_staged_everything_is_judged(repository: Path) -> None:
    """`pre-commit run --all-files` in a pipeline must not be green because nobody commits there."""
    write(repository, {"unstaged.yaml": "a: 1\n"})
    done = run("check", repository, "--staged", "--fail-on", "warning")
    assert done.returncode == 1
    assert "note: nothing is staged: the whole repository is judged" in done.stdout


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(FIXTURES / "double-owner", root)
    git(root, "init", "-q")
    git(root, "add", "-A")
    assert rules(root, "--staged") == ["two-controllers"]


def test_a_directory_of_a_repository(repository: Path) -> None:
    """Git tells paths as the directory sees them; what is staged beside it touches nothing in it."""
    write(repository, {"notes/a.yaml": "a: 1\n"})
    git(repository, "add", "-A")
    assert rules(repository / "old", "--staged") == ["missing-kustomize-entry"]  # nothing is staged there
    write(repository, {"old/kustomization.yaml": FAULTY + "# more\n"})
    git(repository, "add", "-A")
    assert rules(repository / "old", "--staged") == ["missing-kustomize-entry"]
    assert rules(repository / "old", "../notes/a.yaml", cwd=repository / "old") == []


def test_staged_needs_git(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    shutil.copytree(FIXTURES / "double-owner", root)
    done = run("check", root, "--staged", GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("error: --staged: what is staged in")


# -- FILES -------------------------------------------------------------------------------------------------------------


def test_files_filter_the_report_and_not_the_graph() -> None:
    """The fault is seen only by who reads both trees, and it stands in none of the two files alone."""
    root = FIXTURES / "double-owner"
    for file in ("apps/kustomization.yaml", "argocd-apps/api.yaml", GOTK, OWNER, "apps/api"):
        assert rules(Path(), file, cwd=root) == ["two-controllers"], file
    assert rules(Path(), "apps/shop/deployment.yaml", cwd=root) == []
    assert rules(root, "apps/shop", "apps/api", cwd=root) == ["two-controllers"]
    assert rules(Path("apps/.."), "argocd-apps/api.yaml", cwd=root) == ["two-controllers"]


def test_a_file_where_the_repository_belongs() -> None:
    done = run("check", "apps/kustomization.yaml", cwd=FIXTURES / "double-owner")
    assert done.returncode == 2
    assert "gitops-lint check . apps/kustomization.yaml" in done.stderr


def test_a_mistyped_file_is_not_green() -> None:
    done = run("check", ".", "apps/kustomisation.yaml", cwd=FIXTURES / "double-owner")
    assert done.returncode == 2
    assert "apps/kustomisation.yaml is not in" in done.stderr


def test_a_file_that_is_gone_was_there_for_git(repository: Path) -> None:
    write(repository, {"new/kustomization.yaml": FAULTY.replace("nothing", "a"), "new/a.yaml": NAMESPACE})
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "another")
    (repository / "new/a.yaml").unlink()
    assert rules(Path(), "new/a.yaml", cwd=repository) == ["missing-kustomize-entry"]


@pytest.mark.parametrize("repair", ["--fix", "--diff"])
@pytest.mark.parametrize("which", ["--staged", "apps"])
def test_repairs_are_about_everything(repair: str, which: str) -> None:
    done = run("check", ".", which, repair, cwd=FIXTURES / "double-owner")
    assert done.returncode == 2
    assert "repair the whole repository" in done.stderr
