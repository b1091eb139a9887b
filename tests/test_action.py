"""The GitHub Action without GitHub: a stand-in plays gitops-lint where its answers matter, the real one where they must fit."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gitops_lint.location import Location
from gitops_lint.output import github
from tests.command import HOUSE, environment
from tests.command import run as gitops_lint
from tests.runner import Run, run_action
from tests.unit.output import samples

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTION = yaml.safe_load((HOUSE / "action.yml").read_text(encoding="utf-8"))
SCRIPTS = sorted((HOUSE / "action").glob("*.sh"))
MEBIBYTE = 1 << 20
PIN = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

STAND_IN = """#!{python} -I
import json, pathlib, sys
part = json.loads(pathlib.Path({part!r}).read_text())
words = sys.argv[1:]
with open({calls!r}, "a") as calls:
    calls.write(json.dumps(words) + "\\n")
if words[0] == "check":
    for word in words:
        name, _, file = word.partition("=")
        if name in part["files"]:
            pathlib.Path(file).write_text(part["files"][name])
sys.stdout.write(part["said"].get(words[0], ""))
sys.stderr.write(part["complaints"].get(words[0], ""))
sys.exit(part["code"] if words[0] == "check" else part["codes"].get(words[0], 0))
"""
REAL = """#!{python}
import sys
sys.path.insert(0, {house!r})
from gitops_lint.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Stage:
    """A workspace, an installed gitops-lint that is none, and the action between them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.workspace = directory / "work space"
        self.workspace.mkdir()
        self.installed = directory / "installed"
        (self.installed / "venv/bin").mkdir(parents=True)
        (self.installed / "venv/bin/python").symlink_to(sys.executable)
        self.part: dict[str, Any] = {
            "code": 0,
            "codes": {},
            "said": {"matrix": "traefik  by hand\n"},
            "complaints": {},
            "files": {
                "json": json.dumps({"summary": {"errors": 1, "warnings": 3}}),
                "sarif": json.dumps({"runs": []}),
                "github": "",
                "markdown": "### One error\n",
            },
        }
        self.runs = 0

    def play(
        self,
        given: Mapping[str, str] | None = None,
        *,
        real: bool = False,
        github: dict[str, Any] | None = None,
        **inputs: str,
    ) -> Run:
        """Run the action on an event; the environment is what the runner would derive from it."""
        self.runs += 1
        tool = self.installed / "venv/bin/gitops-lint"
        names = {"part": str(self.directory / "part.json"), "calls": str(self.directory / "calls")}
        text = REAL if real else STAND_IN
        tool.write_text(text.format(python=sys.executable, house=str(HOUSE), **names))
        tool.chmod(0o755)
        Path(names["part"]).write_text(json.dumps(self.part))
        Path(names["calls"]).write_text("")
        (self.installed / "notices").unlink(missing_ok=True)
        event = {"event_name": "push", "repository": "we/ours", "actor": "we", "sha": "f" * 40, **(github or {})}
        return run_action(
            HOUSE,
            self.workspace,
            self.directory / f"run{self.runs}",
            inputs={name.replace("_", "-"): value for name, value in {**(given or {}), **inputs}.items()},
            github=event,
            environment={
                **{f"GITHUB_{name.upper()}": str(event[name]) for name in ("event_name", "repository", "actor", "sha")}
            },
            ready={"install": {"directory": str(self.installed), "version": "1.2.3"}},
        )

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.directory / "calls").read_text().splitlines()]

    @property
    def check(self) -> list[str]:
        [call] = [call for call in self.calls if call[0] == "check"]
        return call


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def git(*words: str | Path, cwd: Path) -> str:
    identity = [part for key in ("user.name", "user.email") for part in ("-c", f"{key}=test@example.com")]
    done = subprocess.run(
        ["git", *identity, "-c", "protocol.file.allow=always", *words],
        cwd=cwd,
        env={name: value for name, value in environment().items() if not name.startswith("GIT_")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def pull_request(base: str, repository: str | None = "we/ours") -> dict[str, Any]:
    head = {"repo": {"full_name": repository} if repository else None}
    return {"event_name": "pull_request", "event": {"pull_request": {"base": {"sha": base}, "head": head}}}


# -- the file itself ---------------------------------------------------------------------------------------------------


def test_what_is_used_is_pinned_by_the_id_of_a_commit() -> None:
    text = (HOUSE / "action.yml").read_text(encoding="utf-8")
    used = [line.strip() for line in text.splitlines() if re.search(r"\buses:", line)]
    assert [re.sub("@.*", "", line) for line in used] == [
        "uses: actions/setup-python",
        "uses: github/codeql-action/upload-sarif",
    ]
    assert all(PIN.fullmatch(line) for line in used)


def test_the_workflow_of_the_readme_is_pinned_and_grants_what_is_needed() -> None:
    section = (HOUSE / "README.md").read_text(encoding="utf-8").split("### In GitHub Actions")[1].split("\n## ")[0]
    [block, *_] = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    workflow = yaml.load(block, yaml.BaseLoader)
    assert workflow["permissions"] == {}
    [job] = workflow["jobs"].values()
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    assert {"pull_request", "push"} <= workflow["on"].keys()
    assert not any("paths" in (one or {}) for one in workflow["on"].values())
    [checkout, ours] = job["steps"]
    assert checkout["with"] == {"fetch-depth": "2", "persist-credentials": "false"}
    assert ours["uses"].startswith("gitops-lint/gitops-lint@")
    assert PIN.search(next(line for line in block.splitlines() if "actions/checkout" in line))


def test_every_input_is_told_of_in_the_readme() -> None:
    section = (HOUSE / "README.md").read_text(encoding="utf-8").split("### In GitHub Actions")[1].split("\n## ")[0]
    assert all(f"`{name}`" in section for name in (*ACTION["inputs"], *ACTION["outputs"]))


def test_no_script_holds_an_expression_and_every_input_is_read() -> None:
    steps = ACTION["runs"]["steps"]
    for step in steps:
        if "run" in step:
            assert re.fullmatch(r'bash "\$GITHUB_ACTION_PATH/action/\w+\.sh"', step["run"])
    text = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    assert "${{" not in text
    assert not re.search(r"\beval\b", text)
    passed = json.dumps([{**step.get("env", {}), **step.get("with", {})} for step in steps])
    for name in ACTION["inputs"]:
        assert f"inputs.{name} " in passed
    for variable in re.findall(r'"(INPUT_\w+)"', passed):
        assert f"${variable}" in text or f"${{{variable}" in text


def test_the_gate_comes_last_and_always() -> None:
    *_, upload, gate = ACTION["runs"]["steps"]
    assert "upload-sarif" in upload["uses"]
    assert "gate.sh" in gate["run"]
    assert gate["if"] == "${{ !cancelled() }}"


def _tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    return found or pytest.skip(f"{name} is not here")


@pytest.mark.parametrize(
    "words",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.github-actions", HOUSE / "action.yml"),
        ("zizmor", "--offline", "--no-progress", "--pedantic", HOUSE / "action.yml"),
        ("shellcheck", "--external-sources", *SCRIPTS),
    ],
    ids=lambda words: str(words[0]),
)
def test_judged_by_others(words: tuple[str | Path, ...]) -> None:
    done = subprocess.run([_tool(str(words[0])), *words[1:]], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_the_scripts_stop_at_the_first_fault(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert script.name == "lib.sh" or "\nset -euo pipefail\n" in text
    assert not re.search(r"mapfile|readarray|declare -A|\$\{\w+(,,|\^\^)", text), "not in bash 3.2"


# -- the run -----------------------------------------------------------------------------------------------------------


def test_one_run_gives_everything(stage: Stage) -> None:
    run = stage.play()
    assert run.code == 0
    assert stage.check[-1] == "."
    written = [word.partition("=")[0] for flag, word in zip(stage.check, stage.check[1:], strict=False) if flag == "-o"]
    assert sorted(written) == ["github", "json", "markdown", "sarif"]
    assert run.outputs == {
        "sarif-file": str(stage.installed / "gitops-lint.sarif"),
        "errors": "1",
        "warnings": "3",
        "exit-code": "0",
        "version": "1.2.3",
    }
    assert (upload := run.used("github/codeql-action/upload-sarif"))
    assert upload.given == {
        "sarif_file": run.outputs["sarif-file"],
        "checkout_path": str(stage.workspace),
        "category": "gitops-lint",
    }
    summary = run.step("Write").summary.decode()
    assert summary.startswith("### One error\n")
    assert "    traefik  by hand\n" in summary
    assert "impact" not in {call[0] for call in stage.calls}


def test_python_is_set_up_aside(stage: Stage) -> None:
    setup = stage.play(python_version="3.12").used("actions/setup-python")
    assert setup
    assert setup.given == {"python-version": "3.12", "update-environment": "False"}


def test_inputs_reach_the_command_line(stage: Stage) -> None:
    (stage.workspace / "repo").mkdir()
    run = stage.play(
        path="repo", config="lint.yaml", args="--ignore layout\n  -v ", fail_on="warning", sarif_file="out/x.sarif"
    )
    assert stage.check[stage.check.index("--fail-on") :] == [
        "--fail-on",
        "warning",
        "--config=lint.yaml",
        "repo",
        "--ignore",
        "layout",
        "-v",
    ]
    assert run.outputs["sarif-file"] == "out/x.sarif"
    assert (stage.workspace / "out/x.sarif").is_file()
    assert ["matrix", "--color", "never", "repo", "--config=lint.yaml"] in stage.calls


@pytest.mark.parametrize("code", [1, 2, 3, 4, 139])
def test_the_exit_code_of_the_tool_is_the_job_s(stage: Stage, code: int) -> None:
    stage.part |= {"code": code, "complaints": {"check": "error: key 'rulez'\nat line 3: 50% sure\n"}}
    run = stage.play()
    assert run.code == code
    assert run.outputs["exit-code"] == str(code)
    assert run.step("Check").code == 0
    assert "50% sure" in run.step("Check").log
    [(level, _, text)] = run.step("Fail").annotations
    assert level == "error"
    assert ("1 error and 3 warnings" in text) == (code == 1)
    assert ("key 'rulez'%0Aat line 3: 50%25 sure" in text) == (code > 1)
    whole = code == 1
    assert bool(run.outputs["sarif-file"]) == whole
    assert bool(run.used("github/codeql-action/upload-sarif")) == whole
    assert bool(run.outputs["errors"]) == whole


def test_findings_may_be_let_through(stage: Stage) -> None:
    run = stage.play(fail_on="never")
    assert "--exit-zero" in stage.check
    assert "--fail-on" not in stage.check
    assert run.code == 0


@pytest.mark.parametrize(
    "inputs",
    [
        {"fail_on": "note"},
        {"annotations": "yes"},
        {"summary": ""},
        {"upload_sarif": "maybe"},
        {"path": "no/such"},
        {"path": ".\nexit-code=0"},
        {"sarif_file": "a.sarif\nupload=false"},
        {"config": "x\r"},
        {"diff_base": "main\n"},
    ],
    ids=str,
)
def test_an_input_that_cannot_be_used_fails_the_job(stage: Stage, inputs: dict[str, str]) -> None:
    run = stage.play(inputs)
    assert run.code == 2
    assert run.step("Check").annotations[0][0] == "error"
    assert stage.calls == []
    assert run.step("Check").outputs == {}


@pytest.mark.parametrize(
    "text", ["$(touch pwned)", "`touch pwned`", "; touch pwned", "' \" && touch pwned #", "*", "${IFS}", "--x"]
)
def test_an_input_is_a_word_and_never_a_script(stage: Stage, text: str) -> None:
    (stage.workspace / text).mkdir()
    run = stage.play(path=text, config=text, args=text, diff_base=text, sarif_file=f"{text}.sarif", category=text)
    assert run.code == 0
    assert not list(stage.directory.rglob("pwned"))
    assert f"--config={text}" in stage.check
    assert f"--diff-base={text}" in stage.check
    at = stage.check.index(f"--diff-base={text}")
    assert stage.check[at + 1].removeprefix("./") == text
    assert stage.check[at + 2 :] == text.split()
    assert (stage.workspace / f"{text}.sarif").is_file()
    assert ["impact", "--output-format", "markdown", *stage.calls[1][3:]] == stage.calls[1]
    assert stage.calls[1][3].removeprefix("./") == text


def test_a_path_is_never_taken_for_an_option(stage: Stage) -> None:
    (stage.workspace / "-v").mkdir()
    stage.play(path="-v")
    assert stage.check[-1] == "./-v"


def test_what_is_printed_commands_nothing(stage: Stage) -> None:
    hostile = "::error::forged\n::set-env name=PATH::x\n##[error]forged\r::stop-commands::x\n::warning::no line end"
    stage.part |= {"code": 1, "said": dict.fromkeys(("check", "matrix", "impact"), hostile)}
    stage.part["complaints"] = dict.fromkeys(("check", "matrix", "impact"), hostile)
    stage.part["codes"] = {"matrix": 3, "impact": 2}
    run = stage.play(diff_base="main")
    assert "forged" in run.step("Check").log
    assert [step.commands for step in run.steps[:-1]] == [[]] * (len(run.steps) - 1)
    assert len(run.step("Fail").commands) == 1
    assert all(step.environment == "" for step in run.steps)
    assert all("forged" not in step.summary.decode() for step in run.steps)


def test_a_complaint_is_one_annotation(stage: Stage) -> None:
    stage.part |= {"code": 2, "complaints": {"check": "one\n::error::two\r\n" + "x" * 100_000}}
    [(_, _, text)] = stage.play().step("Fail").commands
    assert "one%0A::error::two%0D%0A" in text
    assert len(text) < 4_000


# -- annotations and the summary ---------------------------------------------------------------------------------------


def many(count: int) -> str:
    """The annotations of so many faults of each level, each in a file of its own."""
    findings = [
        replace(one, mark=replace(one.mark, location=Location(f"{number}.yaml")))
        for one in (samples.DOUBLE_OWNER, samples.WHOLE_FILE, samples.NOTE)
        for number in range(count)
        if one.mark
    ]
    return github.render(samples.report(*findings))


def test_no_step_makes_more_annotations_than_github_takes(stage: Stage) -> None:
    stage.part["files"]["github"] = many(40)
    stage.part["code"] = 1
    run = stage.play(github=pull_request("0" * 40, "they/fork"))
    for step in run.steps:
        levels = Counter(level for level, _, _ in step.annotations)
        assert all(number <= 10 for number in levels.values()), step.name
    assert len(run.step("Check").annotations) > 10
    assert sum(len(step.annotations) for step in run.steps) <= 50


def test_annotations_may_be_left_out(stage: Stage) -> None:
    stage.part["files"]["github"] = many(3)
    assert stage.play(annotations="false").step("Check").annotations == []
    assert stage.play(annotations="true").step("Check").annotations != []


def test_a_summary_is_never_larger_than_github_takes(stage: Stage) -> None:
    row = "| 🔴 `ü` | text |\n"
    stage.part["files"]["markdown"] = "### Verdict\n<details>\n\n```mermaid\n" + row * 100_000 + "```\n</details>\n"
    stage.part["said"] = {"matrix": "x" * 100 + "\n", "impact": row * 100_000}
    stage.part["said"]["matrix"] *= 20_000
    run = stage.play(diff_base="main")
    summary = run.step("Write").summary
    assert len(summary) < MEBIBYTE * 0.95
    text = summary.decode("utf-8")
    assert text.count("<details>") == text.count("</details>") == 3
    assert text.count("```") == 2
    assert text.count("the log has all of it") == 3
    assert text.startswith("### Verdict")


def test_a_small_summary_is_whole(stage: Stage) -> None:
    stage.part["said"]["impact"] = "### Cluster prod\n"
    summary = stage.play(diff_base="main").step("Write").summary.decode()
    assert "the log has all of it" not in summary
    assert summary.index("One error") < summary.index("### Cluster prod") < summary.index("traefik")


def test_no_table_breaks_out_of_its_block(stage: Stage) -> None:
    stage.part["said"]["matrix"] = "a\n```\n</details>\n<img src=x>\n"
    summary = stage.play().step("Write").summary.decode()
    assert "\n    ```\n    </details>\n    <img src=x>\n" in summary


def test_what_cannot_be_summarised_fails_nothing(stage: Stage) -> None:
    stage.part |= {"codes": {"matrix": 3, "impact": 2}, "complaints": {"impact": "no such commit"}}
    run = stage.play(diff_base="main")
    assert run.code == 0
    assert run.step("Write").summary.decode().strip() == "### One error"
    assert "no such commit" in run.step("Write").log


def test_a_summary_may_be_left_out(stage: Stage) -> None:
    run = stage.play(summary="false")
    assert all(step.summary == b"" for step in run.steps)
    assert [call[0] for call in stage.calls] == ["check"]


# -- the upload --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (pull_request("0" * 40, "they/fork"), "fork"),
        (pull_request("0" * 40, None), "fork"),
        ({**pull_request("0" * 40), "actor": "dependabot[bot]"}, "Dependabot"),
    ],
    ids=["fork", "deleted fork", "dependabot"],
)
def test_where_the_token_may_only_read_the_gate_still_stands(stage: Stage, event: dict[str, Any], told: str) -> None:
    stage.part["code"] = 1
    run = stage.play(github=event)
    assert run.used("github/codeql-action/upload-sarif") is None
    assert run.code == 1
    assert any(level == "notice" and told in text for level, _, text in run.step("Fail").annotations)
    assert run.outputs["sarif-file"]
    assert stage.play(github=event, upload_sarif="true").used("github/codeql-action/upload-sarif")


@pytest.mark.parametrize(
    "event", [{}, pull_request("0" * 40), {"event_name": "merge_group"}], ids=["push", "pull request", "queue"]
)
def test_the_log_is_uploaded_unless_that_is_refused(stage: Stage, event: dict[str, Any]) -> None:
    stage.part["code"] = 1
    run = stage.play(github=event, category="prod")
    upload = run.used("github/codeql-action/upload-sarif")
    assert upload
    assert upload.given["category"] == "prod"
    assert run.code == 1
    assert stage.play(github=event, upload_sarif="false").used("github/codeql-action/upload-sarif") is None


@pytest.mark.parametrize("nested", ["", "re%po, a/"])
def test_paths_begin_at_the_root_of_the_checkout(stage: Stage, nested: str) -> None:
    """A directory of a repository, and one of a repository that was checked out beside others."""
    checkout = stage.workspace / nested
    (checkout / "platform/a b,c:d").mkdir(parents=True)
    git("init", "-q", cwd=checkout)
    uri = {"physicalLocation": {"artifactLocation": {"uri": "x%20y.yaml"}}}
    stage.part["files"]["sarif"] = json.dumps({"runs": [{"results": [{"locations": [uri]}]}]})
    stage.part["files"]["github"] = "::error file=x y.yaml,line=1,title=t::b file=x\n::notice title=t::c\n"
    run = stage.play(path=f"{nested}platform/a b,c:d")
    log = json.loads(Path(run.outputs["sarif-file"]).read_text())
    [location] = log["runs"][0]["results"][0]["locations"]
    moved = "platform/a%20b%2Cc%3Ad/x%20y.yaml"
    assert location["physicalLocation"]["artifactLocation"]["uri"] == moved
    upload = run.used("github/codeql-action/upload-sarif")
    assert upload
    assert upload.given["checkout_path"] == str(checkout).rstrip("/")
    assert run.step("Check").annotations == [
        ("error", "file=platform/a b%2Cc%3Ad/x y.yaml,line=1,title=t", "b file=x"),
        ("notice", "title=t", "c"),
    ]


# -- what the change is compared with ----------------------------------------------------------------------------------


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository whose branch ``change`` breaks it, with the merge that GitHub would make of the two."""
    path = tmp_path / "origin"
    shutil.copytree(HOUSE / "tests/fixtures/reference", path)
    git("init", "-q", "-b", "main", cwd=path)
    commits = (
        ("add", "-A"),
        ("commit", "-qm", "base"),
        ("checkout", "-qb", "change"),
        ("commit", "-q", "--allow-empty", "-m", "a"),
    )
    for words in commits:
        git(*words, cwd=path)
    git("rm", "-q", min(map(str, path.glob("applications/**/*deployment.yaml"))), cwd=path)
    git("commit", "-qm", "b", cwd=path)
    git("checkout", "-q", "--detach", "main", cwd=path)
    git("merge", "-q", "--no-ff", "-m", "merge", "change", cwd=path)
    git("branch", "merged", cwd=path)
    return path


def clone(stage: Stage, origin: Path, branch: str, depth: int | None = None) -> None:
    stage.workspace.rmdir()
    shallow = ("--depth", str(depth)) if depth else ()
    git("clone", "-q", *shallow, "--branch", branch, origin.as_uri(), stage.workspace, cwd=stage.directory)


@pytest.mark.parametrize(
    ("branch", "depth", "known"),
    [("merged", 2, True), ("merged", None, True), ("merged", 1, False), ("change", None, True), ("change", 2, False)],
)
def test_a_pull_request_is_compared_with_what_it_is_merged_into(
    stage: Stage, origin: Path, branch: str, depth: int | None, known: bool
) -> None:
    clone(stage, origin, branch, depth)
    base = git("rev-parse", "main", cwd=origin)
    event = {**pull_request(base), "sha": git("rev-parse", "merged", cwd=origin)}
    run = stage.play(github=event)
    assert (f"--diff-base={base}" in stage.check) == known
    assert any(call[0] == "impact" and base in call for call in stage.calls) == known
    told = [text for level, _, text in run.step("Fail").annotations if level == "notice"]
    assert bool(told) != known
    assert all("fetch-depth: 2" in text for text in told)
    assert run.code == 0


def test_a_merge_that_github_did_not_make_tells_no_base(stage: Stage, origin: Path) -> None:
    """The head of a branch may be a merge of its own; its first parent is a commit of that branch."""
    clone(stage, origin, "merged", 2)
    run = stage.play(github={**pull_request("0" * 40), "sha": "1" * 40})
    assert not any(word.startswith("--diff-base") for word in stage.check)
    assert len(run.step("Fail").annotations) == 1


def test_a_merge_queue_is_compared_with_its_base(stage: Stage, origin: Path) -> None:
    clone(stage, origin, "merged")
    base = git("rev-parse", "main", cwd=origin)
    stage.play(github={"event_name": "merge_group", "event": {"merge_group": {"base_sha": base}}})
    assert f"--diff-base={base}" in stage.check


@pytest.mark.parametrize(("given", "expected"), [("", None), ("auto", None), ("origin/main", "origin/main")])
def test_a_push_is_checked_whole_unless_a_base_is_named(stage: Stage, given: str, expected: str | None) -> None:
    run = stage.play(diff_base=given)
    named = [word.partition("=")[2] for word in stage.check if word.startswith("--diff-base")]
    assert named == ([expected] if expected else [])
    assert run.step("Fail").annotations == []


def test_no_program_that_the_checkout_names_is_run(stage: Stage, origin: Path) -> None:
    clone(stage, origin, "merged", 2)
    for name in ("venv", "pip", "json", "re", "pathlib", "gitops_lint"):
        (stage.workspace / f"{name}.py").write_text("open('pwned', 'w')\n")
    for setting in ("core.fsmonitor", "core.pager", "core.sshCommand"):
        git("config", setting, f"touch {stage.directory}/pwned", cwd=stage.workspace)
    stage.play(github={**pull_request("0" * 40), "sha": git("rev-parse", "merged", cwd=origin)})
    assert not list(stage.directory.rglob("pwned"))


# -- the real one ------------------------------------------------------------------------------------------------------


def test_a_pull_request_from_end_to_end(stage: Stage, origin: Path) -> None:
    clone(stage, origin, "merged", 2)
    event = {**pull_request("0" * 40), "sha": git("rev-parse", "HEAD", cwd=stage.workspace)}
    run = stage.play(real=True, github=event)
    assert run.code == int(run.outputs["exit-code"]) <= 1, run.log
    assert int(run.outputs["errors"]) + int(run.outputs["warnings"]) > 0
    assert run.step("Check").annotations
    log = json.loads(Path(run.outputs["sarif-file"]).read_text())
    assert log["runs"][0]["results"]
    summary = run.step("Write").summary.decode()
    assert "What the change does to each cluster" in summary
    assert "Who should own what, and who does" in summary
    assert len(summary) < MEBIBYTE


def test_what_was_there_before_fails_no_pull_request(stage: Stage) -> None:
    shutil.copytree(HOUSE / "tests/fixtures/double-owner", stage.workspace, dirs_exist_ok=True)
    git("init", "-q", "-b", "main", cwd=stage.workspace)
    for words in (("add", "-A"), ("commit", "-qm", "base"), ("commit", "-q", "--allow-empty", "-m", "change")):
        git(*words, cwd=stage.workspace)
    base = git("rev-parse", "HEAD^", cwd=stage.workspace)
    assert stage.play(real=True).code == 1
    run = stage.play(real=True, github=pull_request(base))
    assert run.code == 0, run.log
    assert run.outputs["errors"] == "0"


@pytest.mark.parametrize(
    ("files", "code", "told"),
    [
        ({".gitops-lint.yaml": "rulez: {}\n"}, 2, "did you mean"),
        ({"README.md": "nothing\n"}, 4, "nothing of Flux"),
    ],
)
def test_a_failure_is_not_hidden(stage: Stage, files: dict[str, str], code: int, told: str) -> None:
    for name, text in files.items():
        (stage.workspace / name).write_text(text)
    run = stage.play(real=True, fail_on="never")
    assert run.code == code, run.log
    [(_, _, text)] = run.step("Fail").annotations
    assert told in text
    assert "\x1b" not in text
    assert run.used("github/codeql-action/upload-sarif") is None


@pytest.mark.slow
def test_the_code_of_the_action_is_installed_and_nothing_of_the_checkout(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    for name in ("venv", "pip", "ensurepip", "json"):
        (workspace / f"{name}.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')\n")
    run = run_action(HOUSE, workspace, tmp_path / "run", environment={"GITHUB_EVENT_NAME": "push"})
    installed = run.step("Install")
    if installed.code and re.search("No matching distribution|Could not fetch|Connection", installed.log):
        pytest.skip("no package index is reachable, so nothing can be installed")
    assert installed.code == 0, installed.log
    assert run.outputs["version"] in gitops_lint("--version").stdout
    assert run.outputs["exit-code"]
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("version", ["1.0; touch pwned", "git+https://example.com/x", "1.0\n2.0", "-r x", "latest"])
def test_a_version_is_a_version(tmp_path: Path, version: str) -> None:
    run = run_action(HOUSE, tmp_path, tmp_path / "run", inputs={"version": version})
    assert run.code == 2
    assert run.step("Install").annotations[0][0] == "error"
    assert not list(tmp_path.rglob("venv"))
