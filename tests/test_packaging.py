"""What is installed is whole: the wheel holds the rules, and the hook runs from a clone of this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIXTURE = ROOT / "tests" / "fixtures" / "double-owner"

needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="this is no git checkout"
)


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with git told who commits."""
    identity = {
        f"GIT_{who}_{what}": "test@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**kept, **identity, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository that holds the working tree as it is now."""
    target = tmp_path / "clone"
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all of it")):
        assert run("git", *command, cwd=target).returncode == 0
    return target


@needs_git
def test_the_wheel_holds_rules_presets_schemas_and_types(clone: Path, tmp_path: Path) -> None:
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path / "wheels", ".", cwd=clone)
    if built.returncode != 0 and "hatchling" in built.stderr:
        pytest.skip("no package index is reachable, so nothing can be built")
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    pages = {f"gitops_lint/_{path.relative_to(ROOT)}" for path in (ROOT / "rules").rglob("*.*")}
    assert pages <= names
    assert {"gitops_lint/py.typed", "gitops_lint/config.schema.json", "gitops_lint/output/report.schema.json"} <= names


@needs_git
def test_the_hook_sees_a_fault_and_a_commit_that_only_deletes(clone: Path, tmp_path: Path) -> None:
    user = tmp_path / "user"
    shutil.copytree(FIXTURE, user)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all of it")):
        assert run("git", *command, cwd=user).returncode == 0
    hook = (sys.executable, "-m", "pre_commit", "try-repo", clone, "gitops-lint", "--verbose")
    cache = {"PRE_COMMIT_HOME": str(tmp_path / "cache")}
    bad = run(*hook, cwd=user, **cache)
    if "InstallError" in bad.stdout or "pip" in bad.stderr:
        pytest.skip("no package index is reachable, so the hook cannot be installed")
    assert bad.returncode == 1
    assert "error[two-controllers]" in bad.stdout
    run("git", "rm", "-q", "argocd-apps/api.yaml", cwd=user)
    good = run(*hook, cwd=user, **cache)
    assert good.returncode == 0
    assert "Skipped" not in good.stdout
    assert "No findings" in good.stdout
