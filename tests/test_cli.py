"""The command line: exit codes, what goes where, and what a mistyped word is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import gitops_lint.checks  # noqa: F401 - makes the checks known, so that one of them can be broken
from gitops_lint.cli import main
from gitops_lint.rule import CHECKS
from tests.command import command, environment, run, write

FIXTURES = Path(__file__).parent / "fixtures"
DOUBLE = FIXTURES / "double-owner"
CLEAN = FIXTURES / "reference"
BAD_CONFIG = {".gitops-lint.yaml": "profil: strict\ntrees: {flux: 1}\n", "a.yaml": "a: 1\n"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((CLEAN,), 0),
        (("check", CLEAN), 0),
        ((DOUBLE,), 1),
        ((DOUBLE, "--exit-zero"), 0),
        ((DOUBLE, "--ignore", "two-controllers"), 0),
        ((DOUBLE, "--select", "yaml"), 0),
        (("nowhere",), 2),
        ((DOUBLE, "--select", "two-controler"), 2),
        ((DOUBLE, "-o", "sarif"), 2),
        ((FIXTURES / "reference" / "bootstrap" / "argocd",), 4),
        (("explain", "two-controllers"), 0),
        (("explain", "two-controler"), 2),
        (("why", "Deployment/web/api", DOUBLE), 0),
        (("why", "Deployment/web/nobody", DOUBLE), 2),
        (("matrix", CLEAN), 0),
        (("rules",), 0),
    ],
)
def test_exit_code(words: tuple[str | Path, ...], code: int) -> None:
    done = run(*words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_warnings_fail_only_when_asked_to(tmp_path: Path) -> None:
    bad = {"apps/kustomization.yaml": "resources: [missing.yaml]\n"}
    root = write(tmp_path, bad)
    assert run(root).returncode == 0
    assert run(root, "--fail-on", "warning").returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((DOUBLE, "--select", "two-controler"), "did you mean 'two-controllers'?"),
        (("explain", "prod-autosync"), "did you mean 'prod-auto-sync'?"),
        ((DOUBLE, "--sevrity", "info"), "did you mean --severity?"),
        (("why", "Deployment/web/apu", DOUBLE), "did you mean Deployment/web/api?"),
    ],
)
def test_a_mistyped_word_is_guessed(words: tuple[str | Path, ...], said: str) -> None:
    assert said in run(*words).stderr


def test_a_bad_configuration_outranks_findings_and_writes_no_report(tmp_path: Path) -> None:
    root = write(tmp_path, BAD_CONFIG)
    report = tmp_path / "report.json"
    done = run(root, "-o", f"json={report}")
    assert done.returncode == 2
    assert ".gitops-lint.yaml:1:1: unknown key 'profil'; did you mean 'profile'?" in done.stderr
    assert ".gitops-lint.yaml:2:15: trees.flux" in done.stderr
    assert not report.exists()


def test_a_check_that_breaks_is_a_bug_named_by_its_rule(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(_: object) -> object:
        raise ZeroDivisionError("never mind")

    monkeypatch.setitem(CHECKS, "two_owners", broken)
    report = tmp_path / "report.json"
    assert main([str(DOUBLE), "-o", f"json={report}"]) == 3
    assert "the check of rule two-applications broke" in capsys.readouterr().err
    assert not report.exists()


def test_several_files_from_one_run(tmp_path: Path) -> None:
    done = run(DOUBLE, "-o", f"json={tmp_path / 'a.json'}", "-o", f"sarif={tmp_path / 'a.sarif'}")
    assert "error[two-controllers]" in done.stdout
    assert json.loads((tmp_path / "a.json").read_text())["findings"][0]["rule"] == "two-controllers"
    assert json.loads((tmp_path / "a.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "two-controllers"


@pytest.mark.parametrize(
    ("words", "variables", "coloured"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(words: tuple[str, ...], variables: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[" in run(DOUBLE, *words, cwd=None, **variables).stdout) is coloured


def test_without_utf8_there_is_nothing_but_ascii() -> None:
    assert run(DOUBLE, PYTHONIOENCODING="ascii").stdout.isascii()


def test_a_reader_that_goes_away_is_no_fault() -> None:
    with subprocess.Popen(
        command(DOUBLE), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_directory_named_like_a_command(tmp_path: Path) -> None:
    root = write(tmp_path, {"rules/kustomization.yaml": "resources: []\n"})
    assert "No findings" in run("./rules", cwd=root).stdout


def test_infos_are_counted_and_shown_on_demand() -> None:
    few, all_of_them = run(CLEAN, "--quiet").stdout, run(CLEAN, "--severity", "info", "--show-skipped").stdout
    assert few == ""
    assert "the content of the Helm chart" in all_of_them


def test_nothing_applies_it_and_the_nearest_miss(tmp_path: Path) -> None:
    files = {
        "clusters/home/flux-system/kustomization.yaml": "resources: [a.yaml]\n",
        "clusters/home/flux-system/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n",
        "clusters/home/flux-system/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: x}\n",
    }
    root = write(tmp_path, files)
    done = run("why", "clusters/home/flux-system/b.yaml", root)
    assert done.returncode == 1
    assert "nothing applies it" in done.stdout
    assert "clusters/home/flux-system/kustomization.yaml does not list it" in done.stdout


def test_init_writes_what_it_sees_and_overwrites_nothing(tmp_path: Path) -> None:
    root = write(tmp_path, {p.relative_to(CLEAN).as_posix(): p.read_bytes() for p in CLEAN.rglob("*") if p.is_file()})
    assert run("init", root).returncode == 0
    text = (root / ".gitops-lint.yaml").read_text()
    assert "homelab-single" in text
    assert run(root).returncode == 0
    again = run("init", root)
    assert again.returncode == 2
    assert "overwrites nothing" in again.stderr
    assert (root / ".gitops-lint.yaml").read_text() == text
    assert run("init", "--print", root).stdout == text or run("init", "--print", root).returncode == 0


HEAVY = ("networkx", "pydantic", "rich", "ruamel", "cel_expr_python")


def imported(*words: str | Path) -> set[str]:
    """The heavy libraries that a run imports."""
    script = f"import sys; from gitops_lint.cli import main\ntry: main({[str(word) for word in words]!r})\n"
    script += f"except SystemExit: pass\nprint('@', *[name for name in {(*HEAVY, 'yaml')!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.rpartition("@")[2].split())


def test_a_run_imports_what_it_needs() -> None:
    assert imported("--version") == set()
    assert imported("check", DOUBLE) == {"yaml"}
