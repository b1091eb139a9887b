"""``gitops-lint commits``: what the messages of commits leave out, and what is changed together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint import revisions
from gitops_lint.cli import UsageError
from gitops_lint.cli.base import refused
from gitops_lint.cli.report import files_of, naming_rules, publish
from gitops_lint.cli.world import open_configured
from gitops_lint.engine import Selection, check, recall
from gitops_lint.git import Refused, plainly
from gitops_lint.rule import HISTORY, by_name
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    import argparse

    from gitops_lint.engine import World
    from gitops_lint.history import History

MAX_MESSAGE = 1024 * 1024
"""The longest message that is read, in bytes."""
STDIN = "-"


def run(options: argparse.Namespace) -> int:
    """Judge commits, print the report, write the files that were asked for."""
    files = files_of(options.files)
    tree, settings = open_configured(options)
    world = recall(tree, settings, _history(options))
    _check_names(world, options)
    with naming_rules():
        report = check(world, Selection(options.select, options.ignore))
    return publish(report, options, files, world.repo)


def _history(options: argparse.Namespace) -> History:
    """The commits that are asked for. Raises UsageError and Unreadable."""
    root = Path(options.path)
    if options.message_file is not None:
        return revisions.of_message(root, _message(options))
    try:
        return revisions.by_default(root) if options.range is None else revisions.of_range(root, options.range)
    except revisions.UnknownRevision as error:
        raise UsageError(f"git knows no commit {str(error)!r} here: a shallow clone, perhaps, or a typo") from error
    except Refused as refusal:
        raise refused(options.path, refusal) from refusal


def _message(options: argparse.Namespace) -> str:
    """The text of the message. The file may come as RANGE: pre-commit puts its ``args:`` in front of it."""
    name = options.message_file or options.range
    if name is None or (options.message_file and options.range):
        raise UsageError("--message-file: write one FILE, and no RANGE with it")
    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(MAX_MESSAGE + 1)
        else:
            with Path(name).open("rb") as stream:
                content = stream.read(MAX_MESSAGE + 1)
    except OSError as error:
        raise Unreadable(name, plainly(error)) from error
    if len(content) > MAX_MESSAGE:
        raise Unreadable(name, "is too long for a commit message")
    return content.decode("utf-8", "backslashreplace")


def _check_names(world: World, options: argparse.Namespace) -> None:
    """Raises UsageError for a selected rule that says nothing about commits; one that is none is told by ``check``."""
    for name in options.select:
        known = any(name in (rule.id, rule.category, *rule.law.aliases) for rule in world.rules)
        if known and not any(rule.category == HISTORY for rule in by_name(world.rules, name)):
            raise UsageError(f"{name} is no rule about commits: gitops-lint check asks it")
