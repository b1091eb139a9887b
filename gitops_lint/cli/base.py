"""The base that a work tree is compared with, as several commands name it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint import revisions
from gitops_lint.cli import UsageError
from gitops_lint.git import Git, Refused
from gitops_lint.tree import GitTree

if TYPE_CHECKING:
    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.tree import Tree


class Base(NamedTuple):
    """The files of the base, and what it is called."""

    tree: GitTree
    name: str
    commit: str


def open_base(path: str, revision: str | None, beside: Tree, settings: tuple[Settings, File] | None) -> Base:
    """The base of the repository at ``path``, where HEAD left ``revision``. Raises UsageError."""
    try:
        git = Git(Path(path))
        commit, name = revisions.base_of(git, revision)
        return Base(GitTree(git, commit, beside=beside, exclude=settings[0].exclude if settings else ()), name, commit)
    except revisions.UnknownRevision as error:
        hint = "fetch more of the history (fetch-depth: 0 in actions/checkout), or correct the name"
        raise UsageError(f"git knows no commit {str(error)!r} here: {hint}") from error
    except Refused as refusal:
        raise UsageError(f"the history of {path} cannot be read: {refusal}") from refusal
