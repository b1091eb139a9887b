"""What is installed is whole: the wheel holds the rules, and the hook runs from a clone of this repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gitops_lint.rule import shipped

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FIXTURE = ROOT / "tests" / "fixtures" / "double-owner"
UNREACHABLE = "No matching distribution found|Could not fetch URL|Connection(Error|RefusedError)|ConnectTimeout"

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


def build(clone: Path, target: Path) -> Path:
    """The wheel of a clone."""
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", target, ".", cwd=clone)
    skip_without_index(built)
    assert built.returncode == 0, built.stderr
    (wheel,) = target.glob("*.whl")
    return wheel


def skip_without_index(done: subprocess.CompletedProcess[str]) -> None:
    """Skip where pip could not fetch what a build needs; any other failure is one of ours."""
    if done.returncode != 0 and re.search(UNREACHABLE, done.stdout + done.stderr):
        pytest.skip("no package index is reachable, so nothing can be built")


def install(target: Path, *what: str | Path) -> Path:
    """An environment of its own with gitops-lint in it; returns its Python. What it depends on comes from this one."""
    assert run(sys.executable, "-m", "venv", "--without-pip", target, cwd=ROOT).returncode == 0
    python = target / "bin" / "python"
    done = run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", *what, cwd=ROOT)
    skip_without_index(done)
    assert done.returncode == 0, done.stderr
    return python


def assert_whole(python: Path, home: Path) -> None:
    """That the package below ``home`` is what runs, and that it finds its pages and its preset."""
    libraries = os.pathsep.join(site.getsitepackages())
    where = run(python, "-c", "import gitops_lint; print(gitops_lint.__file__)", cwd=home, PYTHONPATH=libraries)
    assert Path(where.stdout.strip()).is_relative_to(home.resolve()), where.stdout + where.stderr
    listed = run(python.parent / "gitops-lint", "rules", "--output-format", "json", cwd=home, PYTHONPATH=libraries)
    assert [one["id"] for one in json.loads(listed.stdout)] == [rule.id for rule in shipped()]
    judged = run(python.parent / "gitops-lint", ROOT / "tests/fixtures/reference", cwd=home, PYTHONPATH=libraries)
    assert judged.returncode == 0, judged.stderr
    assert judged.stdout.startswith("matrix dual-gitops")


@needs_git
def test_the_wheel_holds_rules_presets_schemas_and_types(clone: Path, tmp_path: Path) -> None:
    wheel = build(clone, tmp_path / "wheels")
    names = set(zipfile.ZipFile(wheel).namelist())
    pages = {f"gitops_lint/_{path.relative_to(ROOT)}" for path in (ROOT / "rules").rglob("*.*")}
    assert pages <= names
    assert {"gitops_lint/py.typed", "gitops_lint/config.schema.json", "gitops_lint/output/report.schema.json"} <= names
    assert_whole(install(tmp_path / "venv", wheel), tmp_path / "venv")


@needs_git
def test_an_editable_install_finds_its_pages_beside_the_package(clone: Path, tmp_path: Path) -> None:
    assert_whole(install(tmp_path / "venv", "--editable", clone), clone)


@needs_git
def test_the_hook_sees_a_fault_and_a_commit_that_only_deletes(clone: Path, tmp_path: Path) -> None:
    user = tmp_path / "user"
    shutil.copytree(FIXTURE, user)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all of it")):
        assert run("git", *command, cwd=user).returncode == 0
    hook = (sys.executable, "-m", "pre_commit", "try-repo", clone, "gitops-lint", "--verbose")
    cache = {"PRE_COMMIT_HOME": str(tmp_path / "cache")}
    bad = run(*hook, cwd=user, **cache)
    skip_without_index(bad)
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "error[two-controllers]" in bad.stdout
    run("git", "rm", "-q", "argocd-apps/api.yaml", cwd=user)
    good = run(*hook, cwd=user, **cache)
    assert good.returncode == 0, good.stdout
    assert "Skipped" not in good.stdout
    assert "No findings" in good.stdout
    run("git", "commit", "-qm", "one owner", cwd=user)
    run("git", "rm", "-q", "apps/shop/kustomization.yaml", cwd=user)
    worse = run(*hook, cwd=user, **cache)
    assert worse.returncode == 1
    assert "error[kustomize-build-fails]" in worse.stdout
