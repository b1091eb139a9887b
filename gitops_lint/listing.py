"""What exists in a tree: files, directories and links, answered from memory.

Links are followed inside the tree only, and no file is found twice: a link counts for what exists (``files``
holds the links to files; ``is_file``, ``is_directory`` and ``entries`` see what is behind one), but ``below``
leaves links out. What counts is where a link leads in the repository, not on this machine: one to an absolute
path, out of the repository or to something left out is in ``passed``.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.nearest import nearest
from gitops_lint.paths import directories, follow, upwards

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


class Passed(NamedTuple):
    """A file or a whole directory that discovery left out, and why."""

    path: str
    reason: str


class Listing:
    """The paths of a tree, and the questions about them. Directories are those that something lies below."""

    files: frozenset[str]
    """Every regular file, and every link to one inside the tree."""
    links: Mapping[str, str]
    """Where links lead, as it is written in them."""
    reasons: dict[str, str]
    """Why something was left out, by its path."""
    passed: tuple[Passed, ...]
    """What discovery left out and why, sorted; without what git ignores, which nobody expects to be read."""

    def __init__(
        self,
        files: Iterable[str],
        links: Mapping[str, str] | None = None,
        passed: Mapping[str, str] | None = None,
    ) -> None:
        """``links`` maps links to their targets as written, ``passed`` paths to why they are left out."""
        self._regular = tuple(sorted(files))
        self.links = links or {}
        self.reasons = dict(passed or {})
        inside = directories([*self._regular, *self.links])
        self.files = frozenset(self._regular)
        self.files |= self._links_to_files(inside)
        self.passed = tuple(Passed(*item) for item in sorted(self.reasons.items()))
        self._entries = {directory: tuple(sorted(names)) for directory, names in inside.items()}

    def is_file(self, path: str) -> bool:
        """Whether a file is there, or a link to one."""
        return path in self.files or self.resolve(path) in self.files

    def is_directory(self, path: str) -> bool:
        """Whether a directory is there, or a link to one."""
        return self.resolve(path) in self._entries

    def entries(self, directory: str) -> tuple[str, ...]:
        """The names of all files and directories directly inside, sorted; none where there is no directory.

        Recurse with `below`: a link to a directory further up would lead a walk over entries in a circle.
        """
        return self._entries.get(self.resolve(directory), ())

    def below(self, directory: str) -> tuple[str, ...]:
        """The paths of all files at any depth below, sorted; without links and what is behind them.

        Only the directory itself may be reached through a link; the paths are those behind it.
        """
        real = self.resolve(directory)
        if not real:
            return self._regular
        first = bisect_left(self._regular, f"{real}/")
        return self._regular[first : bisect_left(self._regular, f"{real}0", first)]  # "0" comes after "/"

    def resolve(self, path: str) -> str:
        """The path behind all links on the way; the same where there are none, or where one leads nowhere."""
        return follow(path, self.links)[0] if self.links else path

    def left_out(self, path: str) -> str | None:
        """Why discovery left out this path or a directory above it; None where it did not.

        What was left out may well exist: it is unknown, not missing.
        """
        return next((self.reasons[above] for above in upwards(path) if above in self.reasons), None)

    def unkept(self, path: str) -> str | None:
        """Why git keeps what lies at a path out of every clone; None where it does not, or nothing is there."""
        return None

    def nearest(self, path: str, without: Collection[str] = ()) -> str | None:
        """The existing file or directory most like a missing one; None where nothing is close.

        ``without`` are paths that cannot be meant.
        """
        directory, slash, name = path.rpartition("/")
        namesakes = [one for one in self._by_name.get(name, ()) if one not in without]
        siblings = [one for one in self.entries(directory) if f"{directory}{slash}{one}" not in without]
        return nearest(path, namesakes, siblings)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Files and directories by their last segment; only a missing path needs it."""
        paths: dict[str, list[str]] = {}
        for path in sorted(self.files.union(self._entries)):
            paths.setdefault(path.rpartition("/")[2], []).append(path)
        return paths

    def _links_to_files(self, inside: dict[str, set[str]]) -> set[str]:
        """The links to regular files; those that lead nowhere are passed over and taken out of ``inside``."""
        found = set()
        for link in self.links:
            real, reason = follow(link, self.links)
            if reason is None and real in self.files:
                found.add(link)
            elif reason or real not in inside:
                self.reasons[link] = reason or "the link leads to nothing in the tree"
                directory, _, name = link.rpartition("/")
                inside[directory].discard(name)
        return found
