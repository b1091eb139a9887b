"""Whether a run takes up what the last one read and built, and where that lies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.store import Store

if TYPE_CHECKING:
    import argparse

    from gitops_lint.store import Former

DIRECTORY = "GITOPS_LINT_CACHE_DIR"


def open_store(options: argparse.Namespace) -> Store | None:
    """The store of the repository at ``options.path``; None where there is none to be. Raises UsageError."""
    if options.no_cache:
        return None
    root, named = Path(options.path).resolve(), os.environ.get(DIRECTORY)
    directory = Path(named) if named else _default()
    if directory is not None and directory.resolve().is_relative_to(root):
        if named:
            raise UsageError(f"{DIRECTORY}={named} lies in the repository: whoever writes there decides what is found")
        return None
    return Store(root, directory) if directory is not None else None


def recalled(options: argparse.Namespace) -> Former | None:
    """What the last run read and built, for a command that writes nothing itself. Raises UsageError."""
    store = open_store(options)
    return store.recall() if store else None


def _default() -> Path | None:
    """Where programs keep what they can make anew (XDG Base Directory Specification); None without a home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if Path(base).is_absolute():
        return Path(base) / "gitops-lint"
    try:
        return Path.home() / ".cache" / "gitops-lint"
    except RuntimeError:
        return None
