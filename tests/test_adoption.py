"""What makes a team start: ``init``, completion, and a README that names what there is."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from gitops_lint.cli.init import HOOK
from gitops_lint.cli.parser import COMMANDS, parsers
from gitops_lint.config import load
from gitops_lint.rule import shipped
from tests.command import run, write
from tests.test_cli import contents
from tests.test_scenarios import VARIANTS
from tests.test_scenarios import broken as variant_of

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
VARIANTS_BY_NAME = {variant.name: variant for variant in VARIANTS}
BASELINE = ".gitops-lint-baseline.json"
SOUND = ("argo-only", "before-bootstrap", "flux-only", "reference", "three-clusters")
CONFIGURATION, HOOKS, WORKFLOW = ".gitops-lint.yaml", ".pre-commit-config.yaml", ".github/workflows/gitops-lint.yaml"


def fixture(name: str, root: Path) -> Path:
    """A fixture without the configuration that it may have."""
    return write(root, {path: text for path, text in contents(FIXTURES / name).items() if path != CONFIGURATION})


# -- init --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOUND)
def test_after_init_nothing_is_found_that_was_not_found_before(name: str, tmp_path: Path) -> None:
    root = fixture(name, tmp_path)
    before = run(root, "--severity", "warning", "--output-format", "concise", "-q")
    assert run("init", root).returncode == 0
    after = run(root, "--severity", "warning", "--output-format", "concise", "-q")
    assert after.returncode == 0
    assert set(after.stdout.splitlines()) <= set(before.stdout.splitlines())


BROKEN = ("two-controllers", "wrong-owner", "invalid-yaml", "kustomize-build-fails", "flux-path-not-found", "expired-suppression",
          "missing-component--absent", "traefik-in-gitops--remote-base", "plaintext-secret", "unused-suppression")  # fmt: skip


@pytest.mark.parametrize("name", ["double-owner", *BROKEN])
def test_after_init_the_first_run_is_green(name: str, tmp_path: Path) -> None:
    """What is wrong already stands in a baseline; what comes to it is told."""
    variant = VARIANTS_BY_NAME.get(name)
    tree = variant_of(variant) if variant else None
    files = {path: tree.read(path).decode() for path in tree.files} if tree else contents(FIXTURES / name)
    root = write(tmp_path, {path: text for path, text in files.items() if path != CONFIGURATION})
    subprocess.run(["git", "init", "--quiet", root], check=True)
    assert run(root).returncode == 1 or name.startswith(("unused", "missing", "expired"))
    done = run("init", root)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"wrote {root / BASELINE}: what is wrong today" in done.stdout
    first = run(root)
    assert (first.returncode, first.stderr) == (0, "")
    assert "No findings" in first.stdout
    write(root, {"clusters/more/flux-system/gotk-sync.yaml": "a: [\n"})
    assert run(root).returncode == 1


def test_the_matrix_is_the_one_that_is_followed(tmp_path: Path) -> None:
    """Both controllers, each with its directories; what leaves them is found from then on."""
    root = fixture("three-clusters", tmp_path)
    assert run("init", root).returncode == 0
    settings, _ = load(CONFIGURATION, (root / CONFIGURATION).read_bytes())
    assert {row.owner.value for row in settings.responsibilities} == {"flux", "argocd"}
    table = run("matrix", root).stdout
    assert "wrong owner" not in table
    assert "missing" not in table
    assert table.count(" ok") == len(settings.responsibilities)


def test_init_says_what_it_wrote_and_each_file_is_what_it_should_be(tmp_path: Path) -> None:
    root = fixture("three-clusters", tmp_path)
    done = run("init", root)
    for name in (CONFIGURATION, HOOKS, WORKFLOW):
        assert f"wrote {root / name}: " in done.stdout
    assert "pre-commit install --hook-type" in done.stdout
    (repository,) = yaml.safe_load((root / HOOKS).read_text())["repos"]
    declared = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for hook in repository["hooks"]} <= declared
    workflow = yaml.safe_load((root / WORKFLOW).read_text())
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["gitops-lint"]["permissions"] == {"contents": "read"}


def test_the_hooks_of_others_are_never_overwritten(tmp_path: Path) -> None:
    root = fixture("three-clusters", tmp_path)
    mine = "repos: [] # mine\n"
    write(root, {HOOKS: mine, WORKFLOW: "name: mine\n"})
    first = run("init", root)
    assert (root / HOOKS).read_text() == mine
    assert (root / WORKFLOW).read_text() == "name: mine\n"
    assert "- id: gitops-lint-changed" in first.stdout
    write(root, {CONFIGURATION: "profile: strict\n"})
    assert run("init", root).returncode == 2
    assert run("init", root, "--force").returncode == 0
    assert (root / HOOKS).read_text() == mine
    assert (root / WORKFLOW).read_text().startswith("name: gitops-lint\n")
    assert "responsibilities:" in (root / CONFIGURATION).read_text()


def test_no_workflow_where_it_would_not_run(tmp_path: Path) -> None:
    root = fixture("three-clusters", tmp_path)
    subprocess.run(["git", "init", "-q", root], check=True)
    subprocess.run(["git", "-C", root, "remote", "add", "origin", "https://gitlab.com/a/b"], check=True)
    assert run("init", root).returncode == 0
    assert not (root / ".github").exists()


def test_init_writes_no_workflow_through_a_link(tmp_path: Path) -> None:
    root = fixture("three-clusters", tmp_path / "root")
    (tmp_path / "outside").mkdir()
    (root / ".github").symlink_to(tmp_path / "outside")
    run("init", root)
    assert not any((tmp_path / "outside").iterdir())


def test_what_is_printed_is_what_would_be_written(tmp_path: Path) -> None:
    root = fixture("three-clusters", tmp_path)
    printed = run("init", "--print", root).stdout
    assert not (root / CONFIGURATION).exists()
    run("init", root)
    for name in (CONFIGURATION, HOOKS, WORKFLOW):
        assert f"# ---- {name}: " in printed
        assert (root / name).read_text() in printed


# -- completion --------------------------------------------------------------------------------------------------------


def completed(*words: str, cwd: Path = FIXTURES / "double-owner") -> list[str]:
    """What bash offers for the last of these words."""
    script = (
        'eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gitops_lint; '
        "[ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    made = run("completion", "bash").stdout
    command = ["bash", "--norc", "-c", script, "bash", made, "gitops-lint", *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("ch",), {"check"}),
        (("explain", "two-con"), {"two-controllers"}),
        (("check", "--select", "two-con"), {"two-controllers"}),
        (("--ignore", "ownersh"), {"ownership"}),
        (("check", "--sta"), {"--staged", "--statistics"}),
        (("--sta",), {"--staged", "--statistics"}),
        (("graph", "--format", ""), {"mermaid", "dot", "json"}),
        (("impact", "--output-format", ""), {"text", "json", "markdown"}),
        (("completion", ""), {"bash", "zsh", "fish"}),
        (("check", ""), {"apps", "argocd-apps", "clusters"}),
        (("check", ".", "apps/kust"), {"apps/kustomization.yaml"}),
        (("graph", "--sta"), set()),
    ],
)
def test_bash_completes(words: tuple[str, ...], offered: set[str]) -> None:
    assert set(completed(*words)) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_offers_every_command_option_and_rule(shell: str) -> None:
    script = run("completion", shell).stdout
    words = set(re.findall(r"[\w-]+", script))
    assert set(COMMANDS) <= words
    assert {rule.id for rule in shipped()} <= words
    assert {name if shell != "fish" else name.removeprefix("--") for name in options() if name[:2] == "--"} <= words


@pytest.mark.parametrize(
    ("shell", "words"), [("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])]
)
def test_a_shell_can_read_its_script(shell: str, words: list[str], tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    script = write(tmp_path, {"script": run("completion", shell).stdout}) / "script"
    assert subprocess.run([*words, script], capture_output=True, check=False).returncode == 0


# -- README and --help -------------------------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text()


def options() -> set[str]:
    """Every option of every command."""
    parser, commands = parsers()
    return {name for one in (parser, *commands.values()) for action in one._actions for name in action.option_strings}


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"gitops-lint {name}" not in README] == []


def test_every_command_that_the_readme_names_is_there() -> None:
    """In code: behind the name of the program stands a command, an option, or a path."""
    code = [*re.findall(r"`(gitops-lint [^`\n]+)`", README), *re.findall(r"(?m)^(?:\$ )?(gitops-lint [^\n#]+)", README)]
    words = {line.split()[1] for line in code if len(line.split()) > 1}
    assert len(words) > len(COMMANDS) // 2
    assert {word for word in words if re.fullmatch(r"[a-z][a-z-]+", word)} <= set(COMMANDS)


def test_every_option_that_the_readme_names_is_there() -> None:
    foreign = {"--hook-type", "--all-files"}  # of pre-commit
    named = set(re.findall(r"`(--[a-z-]+)", README))
    for line in re.findall(r"gitops-lint [^\n`]*", README):
        named |= set(re.findall(r"(?<!\S)(--[a-z][a-z-]+)", line.partition(" #")[0]))
    assert named - foreign <= options()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_explains_itself(name: str) -> None:
    """Each command says what it does, each word and option what it is for."""
    command = parsers()[1][name]
    shown = [action for action in command._actions if action.help != argparse.SUPPRESS]
    assert [action.dest for action in shown if not action.help] == []
    assert command.description
    assert run(name, "--help").returncode == 0


def test_the_readme_shows_the_hook_that_init_writes() -> None:
    assert f"```yaml\n{HOOK}```" in README
