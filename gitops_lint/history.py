"""What was committed, and why: the commits that are judged, and what git knows of those before them.

As with a tree, everything above asks a `History` and cannot tell a repository from an example on a rule page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.example import commit_id
from gitops_lint.git import Git, Refused
from gitops_lint.location import Location, Revision, Span
from gitops_lint.model import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from gitops_lint.example import Record

MAX_COMMITS = 1000
"""How many commits are judged at once: the newest ones."""
SHORT = 10
"""The characters of an id that are shown."""
PENDING = "commit message"
"""What a commit is called that is not made yet."""
_FIELDS = 5


class FileChange(NamedTuple):
    """What a commit did to a file: A(dded), M(odified), D(eleted), T(ype changed), or R(enamed, with the same content).

    ``before`` and ``after`` name the contents, and are empty where there is none or it is unknown.
    """

    status: str
    path: str
    before: str = ""
    after: str = ""
    origin: str = ""
    """Where a renamed file stood."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, or one that is about to be made: that has no id."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    message: str
    changes: tuple[FileChange, ...] = ()
    """None for a merge: what it brings stands in the commits that it merges."""
    is_known: bool = True
    """Whether its changes and its parents are known; not so at the edge of a shallow clone."""
    number: int = 0

    @property
    def path(self) -> str:
        """What it is called where a file would be named by its path."""
        return f"commit {self.id[:SHORT]}" if self.id else PENDING

    @property
    def ref(self) -> Ref | None:
        """Its identity; None before it is made."""
        return Ref("git", "Commit", "", self.id) if self.id else None

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1

    @property
    def lines(self) -> list[str]:
        return self.message.split("\n")

    @property
    def subject(self) -> str:
        """The first line of its message."""
        return self.lines[0]

    def at(self, line: int = 1) -> Location:
        """A line of its message, counted from 1."""
        end = max(len(self.lines[line - 1]), 1) + 1
        return Location(self.path, Span(line, 1, line, end), Revision(self.number, self.id))


class History(ABC):
    """The commits to judge, the oldest first, and what can be asked about the others."""

    commits: Sequence[Commit] = ()
    notes: tuple[str, ...] = ()
    """What the user should know, such as which commits were chosen."""

    def touching(self, looks_at: Callable[[str], bool]) -> History:
        """The same history, of which only those commits are to be judged that change certain paths."""
        part = copy(self)
        part.commits = [one for one in self.commits if any(looks_at(change.path) for change in one.changes)]
        return part

    @abstractmethod
    def earlier(self, limit: int) -> Sequence[Commit] | None:
        """Up to so many commits before those that are judged, the newest first; None where they cannot be known."""

    @abstractmethod
    def contents(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """The contents that changes name, as far as they can be had."""

    @abstractmethod
    def tags(self) -> Sequence[str] | None:
        """The tags that the newest commit descends from; None where they cannot be known."""

    @abstractmethod
    def newest(self) -> Commit | None:
        """The commit that is checked out; None where there is none."""

    def message(self, revision: Revision) -> str:
        """The message of a commit that something was said about: one that is judged, or the newest."""
        found = self._messages.get(revision.id)
        if found is None:
            newest = self.newest()
            found = newest.message if newest and newest.id == revision.id else ""
        return found

    @cached_property
    def _messages(self) -> Mapping[str, str]:
        return {commit.id: commit.message for commit in self.commits}


# -- examples --------------------------------------------------------------------------------------------------


class MemoryHistory(History):
    """A history out of what an example writes down; without any, that of a directory which git does not know."""

    def __init__(
        self,
        records: Sequence[Record] = (),
        today: Mapping[str, bytes] | None = None,
        before: Mapping[str, bytes] | None = None,
    ) -> None:
        """Files as they are ``before`` the first commit, and ``today``: a change without a content led to that."""
        self._today = today or {}
        self._contents = {f"file {path}": content for path, content in (before or {}).items()}
        self._state = {path: f"file {path}" for path in before or {}}
        commits = [self._commit(number, record) for number, record in enumerate(records, 1)]
        judged = [commit for commit, record in zip(commits, records, strict=True) if not record.earlier]
        self.commits = [replace(commit, number=number) for number, commit in enumerate(judged)]
        self._earlier = [commit for commit, record in zip(commits, records, strict=True) if record.earlier][::-1]
        self._shallow = any(record.shallow for record in records)
        self._tags = [tag for record in records for tag in record.tags]

    @property
    def files(self) -> Mapping[str, bytes]:
        """What the commits leave behind; empty where nobody wrote down the content of a file."""
        return {path: self._contents.get(name, b"") for path, name in self._state.items()}

    def earlier(self, limit: int) -> Sequence[Commit] | None:
        return None if self._shallow else self._earlier[:limit]

    def contents(self, names: Iterable[str]) -> Mapping[str, bytes]:
        return {name: self._contents[name] for name in names if name in self._contents}

    def tags(self) -> Sequence[str] | None:
        return None if self._shallow or not self.commits else self._tags

    def newest(self) -> Commit | None:
        return self.commits[-1] if self.commits else None

    def _commit(self, number: int, record: Record) -> Commit:
        parents = (commit_id(number - 1),) if number > 1 or self._state else ()
        changes = tuple(self._change(number, *change) for change in record.changes)
        author, _, email = record.author.partition(" <")
        merged = (*parents, "") if record.merge else parents
        return Commit(commit_id(number), merged, author, email.rstrip(">"), record.message, changes)

    def _change(self, number: int, status: str, path: str, content: str) -> FileChange:
        origin, _, path = path.rpartition(" -> ")
        before = self._state.pop(origin or path, "")
        after = before if origin else ""
        if status != "D" and not origin and (content or path in self._today):
            after = f"{number} {path}"
            self._contents[after] = content.encode() or self._today[path]
        if status != "D":
            self._state[path] = after
        return FileChange(status, path, before, after, origin)


# -- git -------------------------------------------------------------------------------------------------------


class GitHistory(History):
    """The history of a work tree. Git is asked when somebody asks."""

    def __init__(
        self, root: Path, commits: Sequence[Commit] = (), notes: tuple[str, ...] = (), before: Sequence[str] = ()
    ) -> None:
        """``before`` are the ids of the commits behind which those that are judged begin."""
        self._root = root
        self.commits = commits
        self.notes = notes
        self._before = tuple(before)

    @cached_property
    def _git(self) -> Git:
        return Git(self._root)

    def earlier(self, limit: int) -> Sequence[Commit] | None:
        try:
            found = read_commits(self._git, *self._before, limit=limit) if self._before else []
        except Refused:
            return None
        return found if all(commit.is_known for commit in found) else None

    def contents(self, names: Iterable[str]) -> Mapping[str, bytes]:
        try:
            return self._git.contents(names)
        except Refused:  # a partial clone lacks them
            return {}

    def tags(self) -> Sequence[str] | None:
        """None also for a directory inside a repository: the tags are about all of that."""
        try:
            return self._git.tags() if self._git.is_top else None
        except Refused:
            return None

    def newest(self) -> Commit | None:
        try:
            return next(iter(read_commits(self._git, "HEAD", limit=1)), None)
        except Refused:
            return None


def read_commits(git: Git, *ids: str, limit: int = MAX_COMMITS) -> list[Commit]:
    """Commits that ids reach, the newest first. Raises Refused."""
    shallow = git.is_shallow()
    fields = iter(git.log(*ids, limit=limit))
    found: list[tuple[Commit, list[FileChange]]] = []
    for first in fields:
        if first.lstrip("\n").startswith(":"):
            found[-1][1].append(_change(first, fields))
        else:
            found.append((_commit(first, fields, shallow), []))
    # The edge of a shallow clone looks like the commit that brought everything.
    return [replace(commit, changes=tuple(changes)) if commit.is_known else commit for commit, changes in found]


def _commit(name: str, fields: Iterator[str], shallow: bool) -> Commit:
    parents, author, email, message = (next(fields) for _ in range(_FIELDS - 1))
    return Commit(
        name, tuple(parents.split()), author, email, message.rstrip("\n"), is_known=bool(parents) or not shallow
    )


def _change(raw: str, fields: Iterator[str]) -> FileChange:
    """A raw line, ``:100644 100644 <id> <id> M``, and its path, or for a renamed file two of them."""
    _, _, before, after, status = raw.lstrip("\n:").split(" ")
    path = next(fields)
    origin, path = (path, next(fields)) if status.startswith("R") else ("", path)
    before, after = (name if name.strip("0") else "" for name in (before, after))
    return FileChange(status[0], path, before, after, origin)


def read_changes(fields: Sequence[str]) -> tuple[FileChange, ...]:
    """The changes of the next commit, from the fields in which git tells them."""
    rest = iter(fields)
    return tuple(_change(raw, rest) for raw in rest)
