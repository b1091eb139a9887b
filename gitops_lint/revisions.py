"""Which commits are judged: those that somebody names, those that are new here, or the one that is being made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_lint.git import Git, Refused
from gitops_lint.history import MAX_COMMITS, Commit, GitHistory, read_changes, read_commits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TRUNKS = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master")
"""The branch that changes are merged into, as the remote has it."""
UPSTREAM = "@{upstream}"
OWN_TRUNKS = ("refs/heads/main", "refs/heads/master")
"""The same where nobody publishes it."""
SCISSORS = " ------------------------ >8 ------------------------"
"""What `git commit --verbose` writes behind the comment character above the diff (git, wt-status.c)."""
DEFAULT_COMMENT = "#"


class UnknownRevision(Exception):
    """A name that git knows no commit by."""


class NoCommit(Exception):
    """A repository in which nothing was committed yet."""


class TooShallow(Exception):
    """A clone that does not go back to where HEAD left the commit of this name."""


def of_range(root: Path, text: str) -> GitHistory:
    """The commits of ``A..B`` or ``A...B``, or one commit by its name. Raises UnknownRevision and Refused."""
    git = Git(root)
    first, dots, last = text.partition("..")
    if not dots:
        return _alone(root, git, _resolved(git, text))
    base, tip = _resolved(git, first or "HEAD"), _resolved(git, last.removeprefix(".") or "HEAD")
    return _between(root, git, base, tip)


def by_default(root: Path) -> GitHistory:
    """What HEAD has and the trunk lacks; where that is nothing, the newest commit. Raises Refused."""
    git = Git(root)
    tip = git.commit_id("HEAD")
    if tip is None:
        return GitHistory(root, notes=("there is no commit yet",))
    base, name = _trunk(git)
    if base and base != tip:
        history = _between(root, git, base, tip)
        if history.commits:
            history.notes = (f"no RANGE is given: these are the commits that {name} lacks", *history.notes)
            return history
    history = _alone(root, git, tip)
    history.notes = ("no RANGE is given, and nothing here is new to the default branch: this is HEAD", *history.notes)
    return history


def base_of(git: Git, name: str | None) -> tuple[str, str]:
    """The commit that a work tree is compared with, and what it is called.

    With a name the place where its history and that of HEAD part, as in ``git diff name...``; without one the same for
    the trunk, and HEAD itself where nothing was committed since. Raises UnknownRevision, NoCommit, TooShallow, Refused.
    """
    tip = git.commit_id("HEAD")
    if tip is None:
        raise NoCommit
    found, called = (_resolved(git, name), name) if name else _trunk(git)
    if not found:
        return tip, "HEAD"
    base = git.merge_base(found, tip)
    if base is None and git.is_shallow():
        raise TooShallow(called)
    base = base or found
    return (base, called) if name or base != tip else (tip, "HEAD")


def of_message(root: Path, text: str) -> GitHistory:
    """The commit that is being made: its message as git will clean it, and what is staged. Never raises.

    Without git, or where it refuses, the message alone is judged; git itself refuses an empty one.
    """
    try:
        git = Git(root)
        parents = [name for name in (git.commit_id("HEAD"), git.commit_id("MERGE_HEAD")) if name]
        comment = git.setting("core.commentString") or git.setting("core.commentChar") or DEFAULT_COMMENT
        changes = () if len(parents) > 1 else read_changes(git.staged())
    except Refused as refusal:
        notes = () if refusal.expected else (f"{refusal}; the message alone is judged",)
        alone = Commit("", (), "", "", cleaned(text), is_known=False)
        return GitHistory(root, [alone] if alone.message else (), notes)
    comment = DEFAULT_COMMENT if comment == "auto" else comment
    commit = Commit("", tuple(parents), "", "", cleaned(text, comment), changes)
    return GitHistory(root, [commit] if commit.message else (), before=parents[:1])


def cleaned(text: str, comment: str = DEFAULT_COMMENT) -> str:
    """A message without what git takes out of an edited one: comments, all below the scissors, blank lines around."""
    kept: list[str] = []
    for line in text.split("\n"):
        if line.rstrip() == comment + SCISSORS:
            break
        if not line.startswith(comment):
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n")


def _trunk(git: Git) -> tuple[str | None, str]:
    """The commit of the branch that this one will be merged into, and what it is called."""
    for name in (*TRUNKS, UPSTREAM, *OWN_TRUNKS):
        try:
            found = git.commit_id(name)
        except Refused:  # so git says that there is no upstream
            continue
        if found:
            return found, name.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    return None, ""


def _resolved(git: Git, name: str) -> str:
    try:
        found = git.commit_id(name)
    except Refused as error:  # a log of references that does not go so far back, a branch without an upstream
        raise UnknownRevision(name) from error
    if found is None:
        raise UnknownRevision(name)
    return found


def _between(root: Path, git: Git, base: str, tip: str) -> GitHistory:
    found = read_commits(git, f"^{base}", tip, limit=MAX_COMMITS + 1)
    notes = list(_edge(found))
    if len(found) > MAX_COMMITS:
        notes.append(f"only the newest {MAX_COMMITS:,} commits are judged")
    return GitHistory(root, _numbered(found[:MAX_COMMITS][::-1]), tuple(notes), before=(base,))


def _alone(root: Path, git: Git, tip: str) -> GitHistory:
    """One commit; of a merge, what it brought."""
    found = read_commits(git, tip, limit=1)
    if found and found[0].is_merge:
        return _between(root, git, found[0].parents[0], tip)
    commits = [commit for commit in found if commit.id == tip]
    return GitHistory(root, _numbered(commits), tuple(_edge(commits)), before=found[0].parents if commits else ())


def _edge(commits: Sequence[Commit]) -> Sequence[str]:
    known = all(commit.is_known for commit in commits)
    return () if known else ("the clone is shallow: what its oldest commit changes is not known here",)


def _numbered(commits: Sequence[Commit]) -> list[Commit]:
    return [replace(commit, number=number) for number, commit in enumerate(commits)]
