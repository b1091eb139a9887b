"""``gitops-lint init``: up in a minute. A configuration that today's repository follows, the hook, and the workflow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint import __version__, baseline
from gitops_lint.cli import UsageError
from gitops_lint.cli.progress import progress
from gitops_lint.cli.world import is_empty, open_tree, say, say_empty
from gitops_lint.config import FILE_NAMES, load
from gitops_lint.engine import HOME, analyse, check
from gitops_lint.finding import Severity, every
from gitops_lint.history import GitHistory
from gitops_lint.output.text import plural
from gitops_lint.proposal import sections, text_of, word

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from gitops_lint.engine import World
    from gitops_lint.finding import Report
    from gitops_lint.proposal import Lines, Section
    from gitops_lint.tree import Tree

HOOK_FILE = ".pre-commit-config.yaml"
WORKFLOW_FILES = (".github/workflows/gitops-lint.yaml", ".github/workflows/gitops-lint.yml")

HOOK = f"""\
repos:
  - repo: {HOME}
    rev: v{__version__}
    hooks:
      - id: gitops-lint-changed
      - id: gitops-lint-commits # needs: pre-commit install --hook-type commit-msg
"""
WORKFLOW = """\
name: gitops-lint
on:
  pull_request:
  push:
    branches: [{branch}]
permissions: {{}}
jobs:
  gitops-lint:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - run: pipx run gitops-lint=={version} --output-format github
"""


class Part(NamedTuple):
    """A file that init writes: what it is for, and whether others keep their things in it, too."""

    path: str
    text: str
    purpose: str
    shared: bool = False


def run(options: argparse.Namespace) -> int:
    """Write the files into the repository, or print them; nothing is overwritten that was not asked for."""
    root = Path(options.path)
    existing = next((root / name for name in FILE_NAMES if (root / name).exists()), None)
    if existing and not options.print and not options.force:
        raise UsageError(
            f"{existing} is there already; gitops-lint init overwrites nothing "
            "(--print shows what it would write, --force writes it anew)"
        )
    with progress(options):
        tree = open_tree(options, exclude=FILE_NAMES)
        world = analyse(tree, history=GitHistory(root))
        if is_empty(world):
            return say_empty(options)
        text, report = _settled(world, root)
    parts = list(_parts(world.repo.tree, text, report, existing.name if existing else FILE_NAMES[0]))
    if options.print:
        sys.stdout.write("\n".join(f"# ---- {part.path}: {part.purpose}\n{part.text}" for part in parts))
        return 0
    for part in parts:
        _place(root, part, force=options.force)
    _say_next(options.path, parts, report)
    return 0


# -- what the repository follows -------------------------------------------------------------------------------


def _settled(world: World, root: Path) -> tuple[str, Report]:
    """The configuration that finds no fault which is not found without it, and what is found with it."""
    proposed = sections(world)
    last: list[tuple[Section, Lines]] = [(section, section.wordings[-1]) for section in proposed]
    known, report = _faults(check(world)), None
    for index, section in enumerate(proposed):
        for wording in section.wordings:
            last[index] = (section, wording)
            text = text_of(world, last)
            report = check(
                analyse(world.repo.tree, load(FILE_NAMES[0], text.encode()), GitHistory(root), like=world.repo)
            )
            if _faults(report) <= known:
                break
    assert report is not None
    return text, report


def _faults(report: Report) -> set[str]:
    """What a repository is told, whatever the order of its lines."""
    return {finding.fingerprint for finding in every(report.findings) if finding.severity >= Severity.WARNING}


# -- the files -------------------------------------------------------------------------------------------------


def _parts(tree: Tree, text: str, report: Report, name: str) -> Iterator[Part]:
    yield Part(name, text, "who owns what today; read it, and correct it")
    yield Part(HOOK_FILE, HOOK, "the hook, which judges what a commit touches", shared=True)
    if _is_on_github(tree):
        path = next((path for path in WORKFLOW_FILES if tree.is_file(path)), WORKFLOW_FILES[0])
        workflow = WORKFLOW.format(branch=word(tree.branch or "main"), version=__version__)
        yield Part(path, workflow, "the whole repository, on every pull request")
    if entries := baseline.of_report(report):
        yield Part(baseline.FILE_NAME, baseline.render(entries), "what is wrong today, and not to be told again")


def _is_on_github(tree: Tree) -> bool:
    """Whether workflows would run: on a host of that name, or where nothing tells of another one."""
    return tree.is_directory(".github") or not tree.remotes or any("github" in remote for remote in tree.remotes)


def _place(root: Path, part: Part, *, force: bool) -> None:
    """Write a file and say so, or say why not. Raises UsageError where it cannot be written."""
    target = root / part.path
    if part.shared and target.exists() and not target.is_symlink():
        say(f"kept  {target}, where others have their hooks; add {part.purpose}:")
        say("\n".join(f"        {line}" for line in part.text.splitlines()[1:]))
        return
    if target.exists() and not force:
        say(f"kept  {target} as it is (--force writes it anew)")
        return
    _write(root, target, part.text)
    say(f"wrote {target}: {part.purpose}")


def _write(root: Path, target: Path, text: str) -> None:
    """Write a file through no link. Raises UsageError."""
    try:
        if target.is_symlink() or not target.parent.resolve().is_relative_to(root.resolve()):
            raise UsageError(f"{target} cannot be written: it is a link, or behind one")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error


def _say_next(path: str, parts: list[Part], report: Report) -> None:
    errors = sum(1 for finding in every(report.findings) if finding.severity is Severity.ERROR)
    if errors and not any(part.path == baseline.FILE_NAME for part in parts):
        say(f"{plural(errors, 'error')} were there before: gitops-lint {path} tells them")
    say(f"Next: read {parts[0].path}, run gitops-lint {path}, and once in every clone:")
    say("      pre-commit install --hook-type pre-commit --hook-type commit-msg")
