"""``gitops-lint check --diff-base``: the two worlds, and by whose law both are judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.cli import UsageError
from gitops_lint.cli.base import find_base
from gitops_lint.cli.world import open_configured, open_tree
from gitops_lint.engine import analyse, own_rules, read_settings
from gitops_lint.history import GitHistory
from gitops_lint.novelty import Against

if TYPE_CHECKING:
    import argparse

    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.engine import World
    from gitops_lint.store import Store
    from gitops_lint.tree import WorkTree


class Opened(NamedTuple):
    """What is to be judged: the work tree with its settings, its world, and what that is compared with, if anything."""

    tree: WorkTree
    settings: tuple[Settings, File] | None
    world: World
    base: Against | None = None


def check_words(options: argparse.Namespace) -> None:
    """Raises UsageError for options that do not go together."""
    if options.diff_base is None and options.law_from == "base":
        raise UsageError("--law-from base needs a base: --diff-base REF")
    if options.diff_base is not None and (options.fix or options.diff):
        raise UsageError("--diff-base shows what is new, but --fix and --diff repair all: give one of them")


def open_compared(options: argparse.Namespace, store: Store | None) -> Opened:
    """The work tree and its base, of which only one is read where none is named.

    ``store`` is what is kept of the last run. The configuration of the head is checked even where it judges nothing:
    merged, it would. Raises UsageError, Unreadable and ConfigError.
    """
    tree, settings = open_configured(options)
    history, like = GitHistory(Path(options.path)), store.recall() if store else None
    if options.diff_base is None:
        return Opened(tree, settings, analyse(tree, settings, history, like))
    base = find_base(options.path, options.diff_base)
    is_law = options.law_from == "base"
    if is_law:
        own_rules(tree)
        settings = settings if options.config is not None else read_settings(base.tree(tree))
        tree = open_tree(options, settings[0].exclude if settings else ())
    before = base.tree(tree, settings[0].exclude if settings else ())
    if is_law:
        old = analyse(before, settings, history, like)
        world = analyse(tree, history=history, like=old.repo, law=old)
    else:
        world = analyse(tree, settings, history, like)
        old = analyse(before, history=history, like=world.repo, law=world)
    return Opened(tree, settings, world, Against(old, base.name, base.renames(), is_law))
