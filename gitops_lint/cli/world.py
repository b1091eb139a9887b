"""What several commands begin with: open the repository, read its configuration, analyse it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint.builders import kustomize
from gitops_lint.cli import UsageError
from gitops_lint.cli.cached import recalled
from gitops_lint.cli.parser import COMMANDS, wants_unicode
from gitops_lint.config import load
from gitops_lint.engine import World, analyse, read_settings
from gitops_lint.history import GitHistory
from gitops_lint.nearest import did_you_mean
from gitops_lint.output.text import Pen
from gitops_lint.tree import Unreadable, WorkTree

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from gitops_lint.config import Settings
    from gitops_lint.document import File

EMPTY = 4
"""The exit code where there is nothing of Flux, Argo CD or kustomize: a mistyped path must not be green."""


def open_tree(options: argparse.Namespace, exclude: Sequence[str] = ()) -> WorkTree:
    """The files below ``options.path``. Raises UsageError and Unreadable."""
    if not options.path:
        raise UsageError("the path of the repository is empty: an unset variable, perhaps")
    if options.command == "check" and "/" not in options.path and not os.path.lexists(options.path):
        hint = did_you_mean(options.path, COMMANDS)
        raise UsageError(f"{options.path} is no command, and no such directory exists{hint}")
    return WorkTree(options.path, exclude=exclude)


def open_world(options: argparse.Namespace) -> World:
    """The world of ``options.path``. Raises UsageError, Unreadable and ConfigError."""
    tree, settings = open_configured(options)
    return analyse(tree, settings, GitHistory(Path(options.path)), like=recalled(options))


def open_configured(options: argparse.Namespace) -> tuple[WorkTree, tuple[Settings, File] | None]:
    """The files below ``options.path`` and their configuration. Raises UsageError, Unreadable and ConfigError."""
    tree = open_tree(options)
    settings = _settings(options, tree)
    if settings is not None and settings[0].exclude:
        tree = open_tree(options, settings[0].exclude)
    return tree, settings


def content_of(name: str) -> bytes:
    """What is in a file that the command line names. Raises Unreadable."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Unreadable(name, error.strerror or "cannot be read") from error


def _settings(options: argparse.Namespace, tree: WorkTree) -> tuple[Settings, File] | None:
    if options.config is None:
        return read_settings(tree)
    return load(options.config, content_of(options.config))


def is_empty(world: World) -> bool:
    """Whether the repository holds nothing that this tool knows."""
    groups = {manifest.ref.group for manifest in world.repo.manifests}
    known = any(group.endswith((".toolkit.fluxcd.io", "argoproj.io", "fluxcd.controlplane.io")) for group in groups)
    kustomized = any(path.rpartition("/")[2] in kustomize.FILE_NAMES for path in world.repo.tree.files)
    return not known and not kustomized


def say(text: str) -> None:
    """Print a line that holds text from the repository, made safe for whatever shows it."""
    print(Pen(color=False, unicode=wants_unicode()).text(text))


def check_cluster(world: World, name: str | None) -> None:
    """Raises UsageError, with a did-you-mean, for a cluster that is none."""
    known = {cluster for cluster, _ in world.graph.objects} | set(world.config.settings.clusters)
    known |= {reconciler.cluster for reconciler in world.walked.reconcilers}
    if name is not None and name not in known:
        raise UsageError(f"unknown cluster {name!r}{did_you_mean(name, sorted(known))}")


def wants_color(options: argparse.Namespace) -> bool:
    """Whether to colour: --color, then NO_COLOR, then FORCE_COLOR, then whether a terminal listens."""
    if options.color != "auto":
        return bool(options.color == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """How many columns a line may have: those of the terminal that listens, else what is well to read."""
    if not sys.stdout.isatty():
        return 120
    import shutil  # with it come libraries for archives: only where it is asked

    return shutil.get_terminal_size((100, 24)).columns


def say_empty(options: argparse.Namespace) -> int:
    """Tell that there is nothing here, and give the exit code for it."""
    print(f"error: nothing of Flux, Argo CD or kustomize is in {options.path}", file=sys.stderr)
    return EMPTY
