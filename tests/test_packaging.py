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
from collections.abc import Callable
from pathlib import Path

import pytest

from gitops_lint.rule import shipped
from tests.command import write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
ABOUT = shutil.ignore_patterns("expected.txt", "README.md", "DELETED", "HISTORY.md")
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


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds the working tree as it is now."""
    target = tmp_path_factory.mktemp("clone") / "clone"
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


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """The reference repository, committed."""
    user = tmp_path / "user"
    shutil.copytree(FIXTURES / "reference", user)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all of it")):
        assert run("git", *command, cwd=user).returncode == 0
    return user


RUNNERS = {"pre-commit": "PRE_COMMIT_HOME", "prek": "PREK_HOME"}
"""The programs that run hooks, and what tells them where to keep the environments that they make."""


Hook = Callable[[str, Path], subprocess.CompletedProcess[str]]


@pytest.fixture(params=RUNNERS, scope="module")
def runner(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A program that runs hooks, where it is installed, and its variable."""
    beside = Path(sys.executable).parent / request.param
    program = str(beside) if beside.exists() else shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    return program, RUNNERS[request.param]


@pytest.fixture(scope="module")
def hook(runner: tuple[str, str], clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Hook:
    """Runs a hook of the clone in a repository, in an environment that is made once."""
    program, variable = runner
    home = tmp_path_factory.mktemp("home")
    head = run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip()
    hooks = "".join(f"      - id: {name}\n" for name in ("gitops-lint-changed", "gitops-lint"))
    write(home, {"hooks.yaml": f"repos:\n  - repo: {clone}\n    rev: {head}\n    hooks:\n{hooks}"})

    def made(name: str, user: Path) -> subprocess.CompletedProcess[str]:
        words = ("run", "--config", home / "hooks.yaml", "--verbose", name)
        done = run(program, *words, cwd=user, **{variable: str(home / "cache")})
        skip_without_index(done)
        return done

    return made


@needs_git
def test_a_hook_passes_what_is_sound_and_stops_what_is_broken(hook: Hook, sound: Path) -> None:
    """What was wrong before stops nobody who uses the hook that judges the change."""
    write(sound, {"notes.md": "Nothing of importance.\n"})
    run("git", "add", "-A", cwd=sound)
    for name in ("gitops-lint-changed", "gitops-lint"):
        good = hook(name, sound)
        assert good.returncode == 0, good.stdout + good.stderr
        assert "No findings" in good.stdout
    shutil.copytree(FIXTURES / "broken" / "wrong-owner", sound, dirs_exist_ok=True, ignore=ABOUT)
    run("git", "add", "-A", cwd=sound)
    for name in ("gitops-lint-changed", "gitops-lint"):
        bad = hook(name, sound)
        assert bad.returncode == 1, bad.stdout + bad.stderr
        assert "error[wrong-owner]" in bad.stdout
    run("git", "commit", "-qm", "broken all the same", cwd=sound)
    write(sound, {"notes.md": "Still nothing.\n"})
    run("git", "add", "-A", cwd=sound)
    assert hook("gitops-lint", sound).returncode == 1
    other = hook("gitops-lint-changed", sound)
    assert other.returncode == 0, other.stdout
    assert "1 elsewhere" in other.stdout


@needs_git
def test_a_hook_runs_where_a_commit_only_deletes(hook: Hook, sound: Path) -> None:
    run("git", "rm", "-q", "infrastructure/base/namespaces/media-dev.yaml", cwd=sound)
    for name in ("gitops-lint-changed", "gitops-lint"):
        done = hook(name, sound)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Skipped" not in done.stdout
        assert "error[missing-kustomize-entry]" in done.stdout


@needs_git
def test_a_hook_can_be_tried_without_a_configuration(
    runner: tuple[str, str], clone: Path, sound: Path, tmp_path: Path
) -> None:
    write(sound, {"notes.md": "Nothing of importance.\n"})
    run("git", "add", "-A", cwd=sound)
    words = ("try-repo", clone, "gitops-lint-changed", "--verbose")
    done = run(runner[0], *words, cwd=sound, **{runner[1]: str(tmp_path / "cache")})
    skip_without_index(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout
