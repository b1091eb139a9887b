"""``gitops-lint commits`` in real repositories: which commits it judges, as a hook, and in every format."""

from __future__ import annotations

import contextlib
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gitops_lint.cli import main
from gitops_lint.engine import analyse, check
from gitops_lint.example import records_of
from gitops_lint.finding import Severity
from gitops_lint.history import GitHistory
from gitops_lint.revisions import SCISSORS, cleaned, of_range
from gitops_lint.tree import WorkTree
from tests.command import run, write
from tests.test_scenarios import FIXTURES, HISTORY, VARIANTS, broken, contents, history

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.example import Record

DEV, PROD = (f"applications/shop/overlays/{name}/kustomization.yaml" for name in ("dev", "prod"))
LAW = {".gitops-lint.yaml": "extends: dual-gitops\n"}


@pytest.fixture(autouse=True)
def _only_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the user's and no variables of a hook that runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "PRE_COMMIT"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com")
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path, message: str, files: Mapping[str, str | bytes] | None = None) -> str:
    """A commit of these files and of all else that changed; its id."""
    write(root, files or {})
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--no-verify", "--cleanup=verbatim", f"--message={message}")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with its first commit on the branch main."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    commit(root, "first of all", LAW)
    return root


def said(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A run in this process, which is faster; what it writes, and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as end:
            code = int(str(end.code))
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def report_of(root: Path, *words: str) -> dict[str, Any]:
    """What is said in the format for programs."""
    done = said("commits", *words, "--output-format", "json", cwd=root)
    assert done.returncode in (0, 1), done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def told(root: Path, *words: str) -> list[tuple[str, str]]:
    """The rules that found something, each with the commit."""
    return [(one["rule"], one["commit"]) for one in report_of(root, *words)["findings"]]


# Which commits.


def test_a_branch_is_what_the_default_branch_lacks(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create=work")
    bad = commit(repository, "no type")
    commit(repository, "fix: a type")
    report = report_of(repository)
    assert [finding["commit"] for finding in report["findings"]] == [bad]
    assert report["summary"]["commits"] == 2
    assert report["notes"] == ["no RANGE is given: these are the commits that main lacks"]


def test_the_branch_of_the_remote_goes_first(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    bad = commit(tmp_path / "clone", "not pushed yet")
    assert told(tmp_path / "clone") == [("unconventional-commit", bad)]


def test_where_nothing_is_new_it_is_head(repository: Path) -> None:
    commit(repository, "no type")
    bad = commit(repository, "no type either")
    assert told(repository) == [("unconventional-commit", bad)]


def test_of_a_merge_what_it_brought(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create=work")
    bad = commit(repository, "no type")
    git(repository, "switch", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--message=brings work", "work")
    assert told(repository) == [("unconventional-commit", bad)]
    git(repository, "checkout", "--quiet", "--detach")
    assert told(repository) == [("unconventional-commit", bad)]


def test_a_range_and_a_single_commit(repository: Path) -> None:
    one, two, three = (commit(repository, f"number {number}") for number in (1, 2, 3))
    assert [name for _, name in told(repository, f"{one}..{three}")] == [two, three]
    assert [name for _, name in told(repository, f"{one}..")] == [two, three]
    assert [name for _, name in told(repository, "HEAD~2...HEAD")] == [two, three]
    assert [name for _, name in told(repository, two)] == [two]


@pytest.mark.parametrize(
    "words", [["nothing"], ["main..nothing"], ["main~50"], [""], ["HEAD^@"], ["HEAD@{5000}"], ["@{u}"], ["--", "-p"]]
)
def test_what_git_does_not_know_is_refused(repository: Path, words: list[str]) -> None:
    done = said("commits", *words, cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert "git knows no commit" in done.stderr


def test_an_option_is_no_range(repository: Path) -> None:
    done = said("commits", "--output=/tmp/x", cwd=repository)
    assert done.returncode == 2


def test_a_repository_without_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    report = report_of(tmp_path)
    assert (report["findings"], report["notes"]) == ([], ["there is no commit yet"])
    assert said("commits", "HEAD", cwd=tmp_path).returncode == 2


def test_outside_of_git(tmp_path: Path) -> None:
    done = run("commits", cwd=tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == 2
    assert "error: . is in no git repository" in done.stderr


def test_a_shallow_clone(repository: Path, tmp_path: Path) -> None:
    commit(repository, "no type", {DEV: "", PROD: "resources: []\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "clone")
    report = report_of(tmp_path / "clone", "--select", "commits")
    assert [finding["rule"] for finding in report["findings"]] == ["unconventional-commit"]
    assert "the clone is shallow: what its oldest commit changes is not known here" in report["notes"]


def test_a_directory_inside_a_repository_is_asked_about_its_own(repository: Path) -> None:
    write(repository, {f"{name}/{path}": text for name in "ab" for path, text in LAW.items()})
    commit(repository, "feat: two of them")
    one = commit(repository, "no type", {f"a/{DEV}": "a", f"a/{PROD}": "a"})
    commit(repository, "no type", {f"b/{DEV}": "b"})
    found = told(repository / "a", "HEAD~2..HEAD", "--select=commits")
    assert sorted(found) == sorted([("unconventional-commit", one), ("dev-and-prod-in-one-commit", one)])


def test_only_the_newest_of_very_many(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitops_lint.revisions.MAX_COMMITS", 2)
    monkeypatch.chdir(repository)
    commits = [commit(repository, f"fix: {number}") for number in range(4)]
    found = of_range(repository, f"{commits[0]}..")
    assert [one.id for one in found.commits] == commits[2:]
    assert found.notes == ("only the newest 2 commits are judged",)


# What git can and cannot do here.


def test_paths_and_messages_of_any_shape(repository: Path) -> None:
    message = "feat: \u00fcber\n\n:100644 100644 a b M\n\x1b[31mred"
    commit(repository, message, {"a\nb/\u00fc\tx.yaml": "x", "-.yaml": "y"})
    found = GitHistory(repository).newest()
    assert found is not None
    assert found.message == message
    assert {change.path for change in found.changes} == {"a\nb/\u00fc\tx.yaml", "-.yaml"}


def test_contents_come_by_their_ids(repository: Path) -> None:
    commit(repository, "feat: x", {"a.yaml": "one", "b.yaml": "\n\nx"})
    commit(repository, "feat: y", {"a.yaml": "two"})
    git(repository, "mv", "b.yaml", "c.yaml")
    commit(repository, "feat: z")
    read = GitHistory(repository)
    head = read.newest()
    assert head is not None
    assert [(change.status, change.origin, change.path) for change in head.changes] == [("R", "b.yaml", "c.yaml")]
    (change,) = of_range(repository, "HEAD~1").commits[0].changes
    assert read.contents([change.before, change.after, "0" * 40]) == {change.before: b"one", change.after: b"two"}


def test_nothing_that_the_repository_names_is_run(repository: Path) -> None:
    """Settings by which `git log` and `git diff` would run programs."""
    trap = repository.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {repository.parent}/sprung\ncat\n")
    trap.chmod(trap.stat().st_mode | stat.S_IXUSR)
    commit(repository, "feat: x", {".gitattributes": "*.yaml diff=trap filter=trap\n", DEV: "a", PROD: "a"})
    commit(repository, "feat: y", {DEV: "b", PROD: "b"})
    for name in (
        "diff.external",
        "diff.trap.command",
        "diff.trap.textconv",
        "gpg.program",
        "core.pager",
        "core.fsmonitor",
    ):
        git(repository, "config", name, str(trap))
    git(repository, "config", "log.showSignature", "true")
    (repository.parent / "sprung").unlink(missing_ok=True)
    write(repository, {DEV: "c"})
    write(repository.parent, {"message": "no type"})
    assert told(repository, "HEAD~1..", "--select=dev-and-prod-in-one-commit")
    assert told(repository, "--message-file", "../message")
    assert not (repository.parent / "sprung").exists()


def test_settings_of_git_change_nothing(repository: Path) -> None:
    for setting in (
        "log.showRoot=false",
        "diff.renames=false",
        "log.decorate=full",
        "color.ui=always",
        "core.abbrev=4",
        "diff.relative=true",
        "core.quotePath=true",
        "log.follow=true",
        "format.pretty=oneline",
    ):
        git(repository, "config", *setting.split("="))
    bad = commit(repository, "no type", {DEV: "a", PROD: "a"})
    assert sorted(told(repository, "HEAD", "--select=commits")) == [
        ("dev-and-prod-in-one-commit", bad),
        ("no-release-tag", bad),
        ("unconventional-commit", bad),
    ]


# The rules of the pages and of the scenarios say the same of real commits.


@pytest.mark.parametrize(
    "variant", [path for path in VARIANTS if (path / HISTORY).exists()], ids=lambda path: path.name
)
def test_a_scenario_in_a_real_repository(variant: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    tree = broken(variant)
    before = commit(tmp_path, "feat: all of it", {**contents(FIXTURES / "reference"), **_about(tree)})
    for number, record in enumerate(records_of((variant / HISTORY).read_text())):
        _commit_record(tmp_path, record, {path: tree.read(path) for path in tree.files}, number)
        before = git(tmp_path, "rev-parse", "HEAD") if record.earlier else before
    expected = check(analyse(tree, history=history(variant))).findings
    found = report_of(tmp_path, f"{before}..")["findings"]
    assert [(one["rule"], one["message"]) for one in found] == [(one.rule, one.message) for one in expected]
    assert all(one.severity >= Severity.WARNING for one in expected)


def _about(tree: Any) -> dict[str, bytes]:
    return {path: tree.read(path) for path in tree.files if path.startswith(".gitops-lint")}


def _commit_record(root: Path, record: Record, today: Mapping[str, bytes], number: int) -> None:
    files: dict[str, str | bytes] = {}
    for status, path, content in record.changes:
        assert status in "AM", "only these are written in a scenario so far"
        old = (root / path).read_bytes() if (root / path).exists() else b""
        new = content.encode() or today.get(path, b"")
        files[path] = new if new != old else old + f"# {number}\n".encode()
    commit(root, record.message, files)
    for tag in record.tags:
        git(root, "tag", tag)


def test_tags_are_those_of_head(repository: Path) -> None:
    assert GitHistory(repository).tags() == []
    git(repository, "tag", "v1.0.0")
    git(repository, "switch", "--quiet", "--orphan", "other")
    commit(repository, "feat: other", LAW)
    assert GitHistory(repository).tags() == []
    git(repository, "switch", "--quiet", "main")
    assert GitHistory(repository).tags() == ["v1.0.0"]
    git(repository, "config", "remote.origin.tagOpt", "--no-tags")
    assert GitHistory(repository).tags() is None
    write(repository, {"inside/x.yaml": ""})
    assert GitHistory(repository / "inside").tags() is None


def test_check_asks_about_tags_where_it_is_told_to(repository: Path) -> None:
    deployment = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    bad = commit(repository, "no type", {"kustomization.yaml": deployment})
    found = json.loads(said("check", "--output-format=json", cwd=repository).stdout)["findings"]
    assert not [one for one in found if "commit" in one]
    done = said("check", "--output-format=json", "--select=commits", cwd=repository)
    assert [(one["rule"], one["commit"]) for one in json.loads(done.stdout)["findings"]] == [("no-release-tag", bad)]
    git(repository, "tag", "v1")
    assert (
        json.loads(said("check", "--output-format=json", "--select=commits", cwd=repository).stdout)["findings"] == []
    )


def test_check_asks_nothing_else(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even whether there is a history."""
    write(repository, {"kustomization.yaml": "kind: Kustomization\n"})

    def refuse(_: GitHistory) -> None:
        raise AssertionError("git was asked")

    monkeypatch.setattr(GitHistory, "_git", property(refuse))
    found = check(analyse(WorkTree(repository), history=GitHistory(repository))).findings
    assert not [one for one in found if one.mark and one.mark.location.revision]


# The hook.


def test_the_hook_gets_the_file_behind_its_entry(repository: Path) -> None:
    """pre-commit runs ``entry``, then ``args:``, then the name of the file."""
    hooks = yaml.safe_load((Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text())
    (hook,) = (hook for hook in hooks if hook["id"] == "gitops-lint-commits")
    program, *words = hook["entry"].split()
    assert (program, hook["stages"]) == ("gitops-lint", ["commit-msg"])
    (repository / ".git" / "COMMIT_EDITMSG").write_text("no type\n\n# a comment\n")
    for arguments in ([], ["--select", "commits"], ["--fail-on=warning", "-q"]):
        done = run(*words, *arguments, ".git/COMMIT_EDITMSG", cwd=repository, PRE_COMMIT="1")
        assert done.returncode == 1
        assert " --> commit message:1:1\n" in done.stdout
    (repository / ".git" / "COMMIT_EDITMSG").write_text("fix: a type\n")
    assert run(*words, ".git/COMMIT_EDITMSG", cwd=repository, PRE_COMMIT="1").returncode == 0


def test_git_itself_runs_it(repository: Path) -> None:
    script = repository / ".git" / "hooks" / "commit-msg"
    house = Path(__file__).parent.parent
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{house}" exec "{sys.executable}" -m gitops_lint commits --message-file "$1"\n'
    )
    script.chmod(0o755)
    write(repository, {DEV: "a"})
    git(repository, "add", "--all")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        git(repository, "commit", "--quiet", "--message=no type")
    assert "unconventional-commit" in caught.value.stderr + caught.value.stdout
    git(repository, "commit", "--quiet", "--message=feat: a type")


def test_what_is_staged_belongs_to_the_message(repository: Path, tmp_path: Path) -> None:
    write(tmp_path, {"message": "feat(shop): 1.4.2\n"})
    commit(repository, "feat: shop", {DEV: "a", PROD: "a"})
    write(repository, {DEV: "b", PROD: "b"})
    words = ("--message-file", str(tmp_path / "message"), "--select=dev-and-prod-in-one-commit")
    assert told(repository, *words) == []
    git(repository, "add", DEV, PROD)
    assert told(repository, *words) == [("dev-and-prod-in-one-commit", "")]


def test_a_merge_that_is_being_made(repository: Path, tmp_path: Path) -> None:
    write(tmp_path, {"message": "brings work\n"})
    git(repository, "switch", "--quiet", "--create=work")
    commit(repository, "feat: work")
    git(repository, "switch", "--quiet", "main")
    git(repository, "merge", "--quiet", "--no-ff", "--no-commit", "work")
    assert told(repository, "--message-file", str(tmp_path / "message")) == []


def test_the_first_commit_of_all(tmp_path: Path) -> None:
    root = tmp_path / "new"
    root.mkdir()
    git(root, "init", "--quiet")
    write(root, {**LAW, DEV: "a", PROD: "a"})
    git(root, "add", "--all")
    write(tmp_path, {"message": "everything\n"})
    words = ("--message-file", str(tmp_path / "message"), "--select=commits")
    assert told(root, *words) == [("unconventional-commit", "")]


def test_a_message_from_standard_input_and_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "gitops_lint", "commits", "--message-file", "-"]
    house = str(Path(__file__).parent.parent)
    around = {**os.environ, "PYTHONPATH": house, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    for title, code in (("no type", 1), ("fix: a type", 0), ("", 0)):
        done = subprocess.run(
            command, cwd=tmp_path, env=around, input=title, text=True, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--message-file"], "write one FILE"),
        (["--message-file", "a", "b"], "write one FILE"),
        (["--message-file", "nowhere"], "nowhere: does not exist"),
        (["--select", "two-controllers"], "two-controllers is no rule about commits: gitops-lint check asks it"),
        (
            ["--select", "unconventional-comit"],
            "unknown rule 'unconventional-comit'; did you mean 'unconventional-commit'?",
        ),
        (["-o", "sarif"], "write FORMAT=FILE"),
    ],
)
def test_usage(repository: Path, words: list[str], message: str) -> None:
    done = said("commits", *words, cwd=repository)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_message_is_cleaned_as_git_does() -> None:
    scissors = f"#{SCISSORS}\nno comment, but a diff\n"
    assert cleaned(f"\n\nfix: x  \n# comment\n\nbody\r\n\n{scissors}") == "fix: x\n\nbody"
    assert cleaned("; comment\n# no comment", ";") == "# no comment"


def test_a_line_of_the_message_excuses(repository: Path) -> None:
    excuse = "gitops-lint: ignore[unconventional-commit] vendored"
    commit(repository, f"no type\n\n{excuse}")
    report = report_of(repository)
    assert report["findings"] == []
    assert [one["hidden"] for one in report["hidden"]] == ["vendored"]


def test_paths_of_a_rule_choose_commits(repository: Path) -> None:
    law = "extends: dual-gitops\nrules:\n  unconventional-commit: {paths: [applications/**]}\n"
    one = commit(repository, "no type", {".gitops-lint.yaml": law, DEV: "a"})
    commit(repository, "no type", {"README.md": "a"})
    assert told(repository, "HEAD~2..") == [("unconventional-commit", one)]


# The formats.


def test_every_format(repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    bad = commit(repository, "no type")
    formats = {name: str(repository.parent / name) for name in ("full", "concise", "json", "sarif", "github")}
    assert main(["commits", *(f"-o{name}={file}" for name, file in formats.items()), "-q"]) == 1
    capsys.readouterr()
    shown = {name: Path(file).read_text() for name, file in formats.items()}
    assert f" --> commit {bad[:10]}:1:1\n" in shown["full"]
    assert shown["concise"].startswith(f"commit {bad[:10]}:1:1: warning[unconventional-commit] ")
    assert json.loads(shown["json"])["findings"][0]["path"] is None
    command = shown["github"].splitlines()[0]
    assert command.startswith(
        "::warning title=unconventional-commit%3A a commit message that is no Conventional Commit::"
    )
    assert f"::commit {bad[:10]}: 'no type'" in command
    (log,) = json.loads(shown["sarif"])["runs"]
    assert log["results"] == []
    (notification,) = log["invocations"][0]["toolExecutionNotifications"]
    (location,) = notification["locations"]
    assert location == {
        "logicalLocations": [{"name": f"commit {bad[:10]}", "kind": "commit", "fullyQualifiedName": bad}]
    }


@pytest.mark.parametrize("message", ["", "x" * 5000, "\x1b[31m::error::no\n::warning::type", "a\tb\u202ec"])
def test_no_message_upsets_a_format(repository: Path, message: str) -> None:
    git(
        repository,
        "commit",
        "--quiet",
        "--allow-empty",
        "--allow-empty-message",
        "--cleanup=verbatim",
        f"--message={message}",
    )
    for name in ("full", "concise", "github", "sarif", "json"):
        done = said("commits", "--output-format", name, cwd=repository)
        assert (done.returncode, done.stderr) == (1, "")
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout
        assert "\n::error::no" not in done.stdout


def test_formats_are_valid(repository: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for number in range(12):
        commit(repository, f"number {number}")
    schema = json.loads((Path(__file__).parent.parent / "gitops_lint/output/report.schema.json").read_text())
    report = report_of(repository, "HEAD~12..HEAD")
    assert len(report["findings"][0]["related"]) == 11
    jsonschema.validate(report, schema)
    sarif = json.loads((Path(__file__).parent / "unit/output/schema/sarif-2.1.0.json").read_text())
    log = said("commits", "HEAD~12..HEAD", "--output-format=sarif", cwd=repository).stdout
    jsonschema.Draft202012Validator(sarif).validate(json.loads(log))
