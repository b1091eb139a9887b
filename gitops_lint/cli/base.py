"""The base that a work tree is compared with, as several commands name it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint import revisions
from gitops_lint.cli import UsageError
from gitops_lint.git import Git, Refused
from gitops_lint.nearest import did_you_mean
from gitops_lint.tree import GitTree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_lint.tree import Tree

DEEPER = "fetch more of the history (fetch-depth: 0 in actions/checkout, GIT_DEPTH: 0 in GitLab, git fetch --unshallow)"

ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
SHORT = 10
"""The characters of the id of a commit that people are shown."""


class Base(NamedTuple):
    """A commit to compare with, and what it is called."""

    path: str
    git: Git
    name: str
    commit: str

    @property
    def label(self) -> str:
        """Its name, and which commit that is."""
        short = self.commit[:SHORT]
        return self.name if self.name == short else f"{self.name} ({short})"

    def tree(self, beside: Tree, exclude: Sequence[str] = ()) -> GitTree:
        """Its files, those left out that are to be excluded. Raises UsageError."""
        try:
            return GitTree(self.git, self.commit, beside=beside, exclude=exclude)
        except Refused as refusal:
            raise refused(self.path, refusal) from refusal

    def renames(self) -> Mapping[str, str]:
        """Its files that have moved since: old paths by new ones. Raises UsageError."""
        try:
            return self.git.renames(self.commit)
        except Refused as refusal:
            raise refused(self.path, refusal) from refusal


def find_base(path: str, revision: str | None) -> Base:
    """The base of the repository at ``path``, where HEAD left ``revision``. Raises UsageError."""
    if revision == "":
        raise UsageError("the name of the base is empty: an unset variable, perhaps")
    try:
        git = Git(Path(path))
        commit, name = revisions.base_of(git, revision)
        return Base(path, git, name[:SHORT] if ID.fullmatch(name) else name, commit)
    except revisions.UnknownRevision as error:
        raise UsageError(f"git knows no commit {str(error)!r} here{_way_out(git, str(error))}") from error
    except revisions.NoCommit as error:
        raise UsageError(f"nothing was committed in {path} yet: there is no base to compare with") from error
    except revisions.TooShallow as error:
        raise UsageError(f"this clone does not go back to where HEAD left {str(error)!r}: {DEEPER}") from error
    except Refused as refusal:
        raise refused(path, refusal) from refusal


def _way_out(git: Git, name: str) -> str:
    """What to do about a commit that is not known: a name that may have been meant, or more of the history."""
    if hint := did_you_mean(name, git.branches()):
        return hint
    return f": {DEEPER}, or correct the name" if git.is_shallow() else ": correct the name, or fetch it (git fetch)"


def refused(path: str, refusal: Refused) -> UsageError:
    """What is told where git gives no answer about the history."""
    if refusal.expected:
        return UsageError(f"{path} is in no git repository: there is no history to read")
    return UsageError(f"the history of {path} cannot be read: {refusal}")
