"""The command line: exit codes, what goes where, and what a mistyped word is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import gitops_lint.checks  # noqa: F401 - makes the checks known, so that one of them can be broken
from gitops_lint.cli import main
from gitops_lint.config import load
from gitops_lint.context import CHECKS
from gitops_lint.rule import Rule, shipped
from tests.command import SECONDS, command, environment, run, write

FIXTURES = Path(__file__).parent / "fixtures"
DOUBLE = FIXTURES / "double-owner"
CLEAN = FIXTURES / "reference"


def contents(directory: Path) -> dict[str, str | bytes]:
    """The files of a fixture."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


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
        (("-q", "check", CLEAN), 0),
        (("--verbose", "matrix", CLEAN), 0),
        ((DOUBLE / "README.md",), 2),
        (("check", ""), 2),
        ((CLEAN, "--config", FIXTURES / "nowhere.yaml"), 2),
        ((CLEAN, "--config", FIXTURES), 2),
        ((CLEAN, "--severity", "fatal"), 2),
        (("why", "Deployment/web/api", DOUBLE, "--cluster", "prod"), 0),
        (("why", "Deployment/web/api", DOUBLE, "--cluster", "prd"), 2),
        (("matrix", CLEAN, "--cluster", "nowhere"), 2),
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
        ((DOUBLE, "--sevrity", "info"), "did you mean '--severity'?"),
        ((DOUBLE, "--format", "json"), "did you mean '--output-format'?"),
        (("why", "Deployment/web/apu", DOUBLE), "did you mean 'Deployment/web/api'?"),
        (("matrix", DOUBLE, "--cluster", "prd"), "unknown cluster 'prd'; did you mean 'prod'?"),
    ],
)
def test_a_mistyped_word_is_guessed(words: tuple[str | Path, ...], said: str) -> None:
    assert said in run(*words).stderr


def test_every_mistake_of_a_configuration_is_told_at_once(tmp_path: Path) -> None:
    mistakes = (
        "profil: strict\ntrees: {flux: 1}\nrules: {two-controler: off, wrong-owner: fatal}\nextends: dual-gitop\n"
    )
    done = run(write(tmp_path, {".gitops-lint.yaml": mistakes, "a.yaml": ""}))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error: .gitops-lint.yaml:1:1: unknown key 'profil'; did you mean 'profile'?" in done.stderr
    assert "error: .gitops-lint.yaml:2:15: trees.flux" in done.stderr
    assert "error: .gitops-lint.yaml:3:" in done.stderr


def test_a_glob_in_the_parameters_of_a_rule_that_cannot_be_used(tmp_path: Path) -> None:
    config = "rules:\n  unreached-application:\n    params: {aside: ['{a']}\n"
    done = run(write(tmp_path, {**contents(DOUBLE), ".gitops-lint.yaml": config}))
    assert done.returncode == 2
    assert done.stderr == "error: .gitops-lint.yaml:3:13: the braces of the glob '{a' do not match\n"


def test_an_unknown_rule_in_a_configuration(tmp_path: Path) -> None:
    done = run(
        write(tmp_path, {".gitops-lint.yaml": "rules: {two-controler: off, prod-autosync: off}\n", "a.yaml": ""})
    )
    assert done.returncode == 2
    assert ".gitops-lint.yaml:1:9: unknown rule 'two-controler'; did you mean 'two-controllers'?" in done.stderr
    assert ".gitops-lint.yaml:1:29: unknown rule 'prod-autosync'; did you mean 'prod-auto-sync'?" in done.stderr


def broken(_: object) -> object:
    raise ZeroDivisionError("never\x1b mind")


@pytest.fixture
def broken_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that raises, as only a bug of ours makes one."""
    monkeypatch.setitem(CHECKS, "two_owners", broken)


@pytest.mark.usefixtures("broken_check")
def test_a_check_that_breaks_is_a_bug_named_by_its_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(DOUBLE)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "this is a bug of gitops-lint: the check of rule two-applications broke" in said.err
    assert "Traceback" not in said.err
    assert main([str(DOUBLE), "--verbose"]) == 3
    traced = capsys.readouterr().err
    assert "Traceback" in traced
    assert "\x1b" not in traced


def test_a_bug_that_looks_like_a_mistyped_word_is_still_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_level(*_: object) -> None:
        raise KeyError("no level")

    monkeypatch.setattr(Rule, "severity", no_level)
    assert main([str(DOUBLE)]) == 3


@pytest.mark.usefixtures("broken_check")
def test_a_mistake_of_the_user_outranks_a_bug_and_that_outranks_findings(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("before")
    repository = write(tmp_path, {**contents(DOUBLE), ".gitops-lint.yaml": "profil: strict\n"})
    assert main([str(repository), "-o", f"json={report}"]) == 2
    assert main([str(DOUBLE), "-o", f"json={report}"]) == 3
    assert report.read_text() == "before"


@pytest.mark.parametrize("second", ["sarif=nowhere/report", "sarif=directory"])
def test_of_several_reports_all_are_written_or_none(second: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    done = run(DOUBLE, "-o", "json=report.json", "-o", second, cwd=tmp_path)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "report.json").exists()


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


@pytest.mark.parametrize(
    "words", [(DOUBLE,), ("--help",), ("rules",), ("matrix", CLEAN), ("explain", "two-controllers")]
)
def test_a_reader_that_goes_away_is_no_fault(words: tuple[str | Path, ...]) -> None:
    with subprocess.Popen(
        command(*words), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("words", [(DOUBLE,), ("rules",), ("matrix", CLEAN), ("check", DOUBLE, "-o", "json=/dev/full")])
def test_an_output_that_is_full_is_no_bug(words: tuple[str | Path, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(*words),
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 2
    assert "cannot be written: No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_stream_that_is_closed_is_not_missed(closed: str) -> None:
    words = " ".join(command(DOUBLE))
    done = subprocess.run(["sh", "-c", f"exec {words} {closed}"], env=environment(), timeout=SECONDS, check=False)
    assert done.returncode == 1


@pytest.mark.parametrize("name", ["rules", "check", "why"])
def test_a_directory_named_like_a_command(name: str, tmp_path: Path) -> None:
    root = write(tmp_path, {f"{name}/kustomization.yaml": "resources: []\n"})
    assert "No findings" in run(f"./{name}", cwd=root).stdout
    assert "No findings" in run("check", name, cwd=root).stdout


def test_check_is_the_default() -> None:
    assert run(".", cwd=DOUBLE).stdout == run("check", ".", cwd=DOUBLE).stdout == run(cwd=DOUBLE).stdout


def test_infos_are_counted_and_shown_on_demand(tmp_path: Path) -> None:
    root = write(tmp_path, {**contents(DOUBLE), ".gitops-lint.yaml": "rules: {two-controllers: info}\n"})
    assert "No findings (1 info not shown)" in run(root).stdout
    assert "info[two-controllers]" in run(root, "--severity", "info").stdout
    assert run(root, "--fail-on", "info").returncode == 1


def test_statistics_tell_what_was_built_and_used_again() -> None:
    quiet, told = run(CLEAN), run(CLEAN, "--statistics")
    assert told.stdout == quiet.stdout
    lines = dict(line.split(maxsplit=1) for line in told.stderr.splitlines())
    assert list(lines) == ["read", "built", "applied", "findings", "seconds"]
    assert lines["built"].endswith("used again")


def test_less_and_more_is_said_on_demand() -> None:
    assert run(CLEAN, "--quiet").stdout == ""
    assert "the content of the Helm chart" not in run(CLEAN).stdout
    assert "the content of the Helm chart" in run(CLEAN, "--show-skipped").stdout
    assert run("--version").stdout.startswith("gitops-lint ")
    assert "--output-format" in run("check", "--help").stdout


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ((), ["two-controllers"]),
        (("--select", "double-owners"), ["two-controllers"]),
        (("--select", "yaml", "--select", "two-controllers"), ["two-controllers"]),
        (("--select", "yaml"), []),
        (("--ignore", "double-owners"), []),
        (("--select", "double-owners", "--ignore", "two-controllers"), []),
    ],
)
def test_rules_are_chosen_by_id_and_by_category(words: tuple[str, ...], rules: list[str]) -> None:
    found = json.loads(run(DOUBLE, "--output-format", "json", *words).stdout)["findings"]
    assert [finding["rule"] for finding in found] == rules


# -- why ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["apps/api/deployment.yaml", "apps/api", "./apps/api/", "Deployment/web/api", "deployment/api"]
)
def test_why_names_both_owners_and_their_chains(asked: str) -> None:
    done = run("why", asked, DOUBLE)
    assert done.returncode == 0
    for part in (
        "Flux",
        "Argo CD",
        "clusters/prod/apps.yaml",
        "argocd-apps/api.yaml:",
        "Kustomization flux-system/apps",
    ):
        assert part in done.stdout


def test_why_of_one_cluster() -> None:
    fixture = FIXTURES / "three-clusters"
    everywhere, one = (
        run("why", "Deployment/shop/shop", fixture),
        run("why", "Deployment/shop/shop", fixture, "--cluster", "prod"),
    )
    assert "staging" in everywhere.stdout
    assert "staging" not in one.stdout


def test_why_of_what_is_read_without_being_an_object() -> None:
    done = run("why", "apps/kustomization.yaml", DOUBLE)
    assert done.returncode == 0
    assert "it is read by Kustomization flux-system/apps" in done.stdout


FORGOTTEN = {
    "clusters/home/flux-system/kustomization.yaml": "resources: [a.yaml]\n# - c.yaml\n",
    "clusters/home/flux-system/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\n",
    "clusters/home/flux-system/b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: x}\n",
    "clusters/home/flux-system/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x}\n",
}


@pytest.mark.parametrize(
    ("asked", "miss"),
    [
        ("clusters/home/flux-system/b.yaml", "does not list it"),
        ("ConfigMap/x/b", "does not list it"),
        ("ConfigMap/c", "lists it in a comment only"),
    ],
)
def test_nothing_applies_it_and_the_nearest_miss(asked: str, miss: str, tmp_path: Path) -> None:
    done = run("why", asked, write(tmp_path, FORGOTTEN))
    assert done.returncode == 1
    assert "nothing applies it" in done.stdout
    assert f"clusters/home/flux-system/kustomization.yaml {miss}" in done.stdout


# -- matrix, explain, rules --------------------------------------------------------------------------------------------


def test_the_matrix_with_and_without_a_law() -> None:
    judged, observed = run("matrix", CLEAN).stdout, run("matrix", DOUBLE).stdout
    assert "should be owned by" in judged
    assert "observability / graylog" in judged
    assert "should be owned by" not in observed
    assert "apps/" in observed
    assert "Argo CD and Flux" in observed


def test_the_matrix_of_one_cluster() -> None:
    fixture = FIXTURES / "three-clusters"
    assert run("matrix", fixture, "--cluster", "dev").stdout != run("matrix", fixture, "--cluster", "prod").stdout


def test_a_page_explains_its_rule() -> None:
    for encoding in ("utf-8", "ascii"):
        page = run("explain", "two-controllers", PYTHONIOENCODING=encoding)
        assert page.returncode == 0, page.stderr
        assert "ignore[two-controllers]" in page.stdout
        assert "Both controllers take the object for theirs." in page.stdout


def test_the_table_of_rules() -> None:
    table = run("rules").stdout
    listed = json.loads(run("rules", "--output-format", "json").stdout)
    assert [one["id"] for one in listed] == [rule.id for rule in shipped()]
    assert all(one["id"] in table and one["title"] in table for one in listed)


# -- init --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reference", "three-clusters"])
def test_init_writes_what_it_sees_and_overwrites_nothing(name: str, tmp_path: Path) -> None:
    root = write(
        tmp_path, {path: text for path, text in contents(FIXTURES / name).items() if path != ".gitops-lint.yaml"}
    )
    printed = run("init", "--print", root).stdout
    assert run("init", root).returncode == 0
    text = (root / ".gitops-lint.yaml").read_text()
    assert text in printed
    assert text.startswith("# yaml-language-server: $schema=https://")
    checked = run(root, "--fail-on", "warning")
    assert checked.returncode == 0, checked.stdout
    again = run("init", root)
    assert again.returncode == 2
    assert "overwrites nothing" in again.stderr
    assert (root / ".gitops-lint.yaml").read_text() == text


def test_init_writes_through_no_link(tmp_path: Path) -> None:
    root = write(tmp_path / "root", contents(DOUBLE))
    (root / ".gitops-lint.yaml").symlink_to(tmp_path / "outside.yaml")
    assert run("init", root).returncode == 2
    assert not (tmp_path / "outside.yaml").exists()


def test_init_quotes_the_names_that_it_finds(tmp_path: Path) -> None:
    evil = 'x: {y}\nrules: {wrong-owner: off} #"\\\u202e'
    sync = (DOUBLE / "clusters/prod/flux-system/gotk-sync.yaml").read_text()
    files = {
        f"clusters/{name}/flux-system/gotk-sync.yaml": sync.replace("clusters/prod", f"clusters/{name}")
        for name in ("on", "1e3")
    }
    files["clusters/it/flux-system/gotk-sync.yaml"] = sync.replace(
        "./clusters/prod", f"{json.dumps('clusters/' + evil)}"
    )
    files["app.yaml"] = (
        (DOUBLE / "argocd-apps/api.yaml").read_text().replace("https://kubernetes.default.svc", json.dumps(evil)[1:-1])
    )
    printed = run("init", "--print", write(tmp_path, {**files, "x{y/a.yaml": ""})).stdout
    text = printed.partition("# ---- .pre-commit-config.yaml")[0]
    settings, _ = load(".gitops-lint.yaml", text.encode())
    assert {"on", "1e3"} < set(settings.clusters)
    assert settings.rules == {}
    assert "\u202e" not in text


# -- imports -----------------------------------------------------------------------------------------------------------

HEAVY = ("networkx", "pydantic", "rich", "ruamel", "cel_expr_python")


def imported(*words: str | Path) -> set[str]:
    """The heavy libraries that a run imports."""
    script = f"import sys; from gitops_lint.cli import main\ntry: main({[str(word) for word in words]!r})\n"
    script += f"except SystemExit: pass\nprint('@', *[name for name in {(*HEAVY, 'yaml')!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stdout.rpartition("@")[2].split())


def test_a_run_imports_what_it_needs(tmp_path: Path) -> None:
    assert imported("--version") == set()
    assert imported("check", DOUBLE) == {"yaml", "cel_expr_python"}
    configured = tmp_path / "configured.yaml"
    configured.write_text("extends: dual-gitops\nrules: {two-controllers: {severity: error}}\n")
    assert imported("check", DOUBLE, "--config", configured) == {"yaml", "cel_expr_python"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("impcat",), "impcat is no command, and no such directory exists; did you mean 'impact'?"),
        (("--output-format", "jsno"), "did you mean 'json'?"),
        (("--baseline", "known.json"), "there is no baseline known.json; gitops-lint baseline --baseline known.json"),
    ],
)
def test_a_mistake_of_the_command_line_is_told_with_the_way_out(words: tuple[str, ...], told: str) -> None:
    done = run(*words, cwd=FIXTURES / "double-owner")
    assert done.returncode == 2
    assert told in done.stderr


def test_help_tells_the_exit_codes_and_breaks_no_name() -> None:
    for words in (("--help",), ("check", "--help")):
        assert "Exit codes: 0 nothing at or above --fail-on" in run(*words).stdout
    assert "\n.pre-commit-config.yaml" in run("init", "--help").stdout
