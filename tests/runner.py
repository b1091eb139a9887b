"""A composite action without GitHub: its scripts are run, the actions that it uses are noted.

It does what the runner documents and no more: expressions as `action.yml` has them, the files of commands, the stop of
commands in a log, and `if` with its hidden `success()`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
TOKEN = re.compile(r"\s*(?:'([^']*)'|(&&|\|\||==|!=|!|\(|\))|([A-Za-z_][\w-]*(?:\.[\w-]+)*))")
COMMAND = re.compile(r"::(\w[\w-]*)(?: ([^:]*))?::(.*)|##\[(\w+)\](.*)")
STATUS = ("cancelled", "always", "success", "failure")


@dataclass
class Step:
    """What came of a step."""

    name: str
    uses: str = ""
    given: dict[str, str] = field(default_factory=dict)
    code: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: bytes = b""
    environment: str = ""

    @property
    def annotations(self) -> list[tuple[str, str, str]]:
        """The commands that the runner would obey: name, properties and text."""
        return [one for one in _commands(self.log) if one[0] in ("error", "warning", "notice")]

    @property
    def commands(self) -> list[tuple[str, str, str]]:
        return _commands(self.log)


@dataclass
class Run:
    """What came of the whole action."""

    steps: list[Step]
    outputs: dict[str, str]

    @property
    def code(self) -> int:
        """The exit code of the step that failed the job; 0 where none did."""
        return next((step.code for step in reversed(self.steps) if step.code), 0)

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name.startswith(name))

    def used(self, action: str) -> Step | None:
        return next((step for step in self.steps if step.uses.startswith(f"{action}@")), None)

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps)


def run_action(
    action: Path,
    workspace: Path,
    scratch: Path,
    *,
    inputs: dict[str, str] | None = None,
    github: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
    ready: dict[str, dict[str, str]] | None = None,
) -> Run:
    """Run an action in a workspace. ``ready`` has the outputs of steps, by id, that are not to be run."""
    data = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
    given = {name: str(one.get("default", "")) for name, one in data["inputs"].items()} | (inputs or {})
    assert given.keys() == data["inputs"].keys(), "an input that is not declared"
    context: dict[str, Any] = {"inputs": given, "github": github or {}, "steps": {}}
    steps: list[Step] = []
    for number, raw in enumerate(data["runs"]["steps"]):
        failed = any(step.code for step in steps)
        if not _wanted(str(raw.get("if", "")), context, failed):
            continue
        step = Step(raw["name"], raw.get("uses", ""))
        if raw.get("id") in (ready or {}):
            step.outputs = (ready or {})[raw["id"]]
        elif step.uses:
            step.given = {name: _filled(str(value), context) for name, value in raw.get("with", {}).items()}
            step.outputs = {"python-path": sys.executable} if "setup-python" in step.uses else {}
        else:
            env = {name: _filled(str(value), context) for name, value in raw.get("env", {}).items()}
            _execute(step, raw, {**(environment or {}), **env}, action, workspace, scratch / str(number))
        context["steps"][raw.get("id", f"__{number}")] = {"outputs": step.outputs}
        steps.append(step)
    return Run(steps, {name: _filled(one["value"], context) for name, one in data["outputs"].items()})


def _execute(step: Step, raw: dict[str, Any], env: dict[str, str], action: Path, workspace: Path, files: Path) -> None:
    assert raw["shell"] == "bash"
    files.mkdir(parents=True)
    (temporary := files.parent / "temp").mkdir(exist_ok=True)
    commands = {name: files / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")}
    for file in commands.values():
        file.touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_", "GIT_"))}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", raw["run"]],
        cwd=workspace,
        env={
            **kept,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(action),
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_TEMP": str(temporary),
            **{name: str(file) for name, file in commands.items()},
            **env,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    step.code = done.returncode
    step.log = done.stdout.decode("utf-8", "replace")
    step.outputs = _outputs(commands["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
    step.summary = commands["GITHUB_STEP_SUMMARY"].read_bytes()
    step.environment = commands["GITHUB_ENV"].read_text(encoding="utf-8") + commands["GITHUB_PATH"].read_text()


def _outputs(text: str) -> dict[str, str]:
    """``name=value`` lines, the later wins; the form over several lines is used by no script of ours."""
    pairs = [line.partition("=") for line in text.splitlines()]
    assert all(separator and "<<" not in name for name, separator, _ in pairs), text
    return {name: value for name, _, value in pairs}


def _commands(log: str) -> list[tuple[str, str, str]]:
    """What the runner obeys in a log; between ``::stop-commands::TOKEN`` and ``::TOKEN::`` nothing is."""
    found, token = [], None
    for line in re.split(r"\r\n|\r|\n", log):
        if token:
            token = None if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
            assert re.fullmatch(r"[0-9a-f]{32}", token)
        elif match := COMMAND.match(line.lstrip()):
            found.append((match[1] or match[4], match[2] or "", match[3] or match[5] or ""))
    assert token is None, "commands were never resumed"
    return found


# -- expressions -------------------------------------------------------------------------------------------------------


def _wanted(condition: str, context: dict[str, Any], failed: bool) -> bool:
    text = EXPRESSION.sub(lambda match: match[1], condition).strip()
    asks = any(f"{name}()" in text for name in STATUS)
    return (asks or not failed) and (not text or bool(_value(text, context)))


def _filled(text: str, context: dict[str, Any]) -> str:
    return EXPRESSION.sub(lambda match: _shown(_value(match[1], context)), text)


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _value(text: str, context: dict[str, Any]) -> object:
    """An expression of the few kinds that an action of ours has."""
    words, position = [], 0
    text = text.strip().replace("cancelled()", "false")
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match, f"an expression that the runner of the tests does not know: {text}"
        literal, operator, name = match.groups()
        if operator:
            words.append({"&&": " and ", "||": " or ", "!": " not "}.get(operator, operator))
        else:
            words.append(repr(literal if literal is not None else _looked_up(name, context)))
        position = match.end()
    return eval("".join(words), {"__builtins__": {}})


def _looked_up(name: str, context: dict[str, Any]) -> object:
    if name in ("true", "false"):
        return name == "true"
    node: Any = context
    for part in name.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node
