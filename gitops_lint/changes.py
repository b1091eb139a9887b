"""What lies between two trees of one repository: files that moved, and lines that were added or edited."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from gitops_lint.paths import upwards
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.location import Location
    from gitops_lint.tree import Tree

MAX_LINES = 2_000
"""The lines between the first and the last difference of a file beyond which all of these count as changed: to compare
them takes time that grows with their square."""
_LINE_END = re.compile(r"\r\n|\r|\n")
"""Lines as places count them. What else Python takes for a line end would let somebody shift the numbers."""


class Changes:
    """The way from a base to a head. Files are read where somebody asks about them."""

    def __init__(self, base: Tree, head: Tree, renames: Mapping[str, str] | None = None) -> None:
        """``renames`` are files that git knows to have moved, old paths by new ones."""
        self.base, self.head = base, head
        self._known = renames or {}
        self._lines: dict[str, frozenset[int] | None] = {}

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """Where moved files stood, by their paths now: as git says, and of what it does not track the unedited ones."""
        gone = {path for path in self.base.below("") if not self.head.is_file(path)}
        come = [path for path in self.head.below("") if not self.base.is_file(path)]
        found = {new: self._known[new] for new in come if self._known.get(new) in gone}
        left = sorted(gone - {*found.values()}, reverse=True)
        by_content: dict[bytes, list[str]] = {}
        for old in left if len(found) < len(come) else ():
            if content := _bytes(self.base, old):
                by_content.setdefault(content, []).append(old)
        for new in come if by_content else ():
            same = by_content.get(_bytes(self.head, new) or b"") if new not in found else None
            if same:
                best = next((old for old in reversed(same) if _name(old) == _name(new)), same[-1])
                same.remove(best)
                found[new] = best
        return found

    @cached_property
    def moves(self) -> Mapping[str, str]:
        """New paths by old ones: of files, and of directories that moved with all that was in them."""
        moved = {old: new for new, old in self.origins.items()}
        directories: dict[str, set[str]] = {}
        for old, new in moved.items():
            for before, after in zip(upwards(old), upwards(new), strict=False):
                if before != old:
                    directories.setdefault(before, set()).add(after)
                    if _name(before) != _name(after):
                        break
        whole = {old: new.pop() for old, new in directories.items() if len(new) == 1}
        return {**{old: new for old, new in whole.items() if old != new and not self.head.is_directory(old)}, **moved}

    def touches(self, location: Location) -> bool:
        """Whether the line of a location was added or edited; a file as a whole where any of its lines was."""
        if location.revision or not self.head.is_file(location.path):
            return False
        lines = self.lines(location.path)
        return lines is None or (bool(lines) if location.line is None else location.line in lines)

    def place_of(self, path: str, line: int) -> int:
        """The line of a file of the head at which a line of its old content would stand now, from 1."""
        old, new = _bytes(self.base, self.origins.get(path, path)), _bytes(self.head, path)
        before, after = _split(old or b""), _split(new or b"")
        if max(len(before), len(after)) > MAX_LINES:
            return min(line, len(after))
        shift = 0
        for tag, first, last, start, _ in SequenceMatcher(None, before, after).get_opcodes():
            if first < line <= last:
                shift = start - first if tag == "equal" else min(start + 1, len(after)) - line
                break
        return max(line + shift, 1)

    def lines(self, path: str) -> frozenset[int] | None:
        """The numbers of the lines of a file that were added or edited; None for all of them."""
        if path not in self._lines:
            self._lines[path] = self._changed(path)
        return self._lines[path]

    def _changed(self, path: str) -> frozenset[int] | None:
        old, new = _bytes(self.base, self.origins.get(path, path)), _bytes(self.head, path)
        if old is None or new is None:
            return None
        return frozenset() if old == new else frozenset(_edited(_split(old), _split(new)))

    def differing(self, wanted: Callable[[str], bool]) -> Iterator[str]:
        """The paths of those files that are new, gone or other than they were, sorted."""
        for path in sorted(filter(wanted, {*self.base.files, *self.head.files})):
            if _bytes(self.base, path) != _bytes(self.head, path):
                yield path


def _edited(before: list[str], after: list[str]) -> Iterator[int]:
    """The numbers of the lines that are new or other, counted from 1. What only lies elsewhere now is new there."""
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    old, new = before[first : len(before) - last], after[first : len(after) - last]
    if max(len(old), len(new)) > MAX_LINES:
        yield from range(first + 1, first + len(new) + 1)
        return
    for tag, _, _, start, end in SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield from range(first + start + 1, first + end + 1)


def _split(content: bytes) -> list[str]:
    return _LINE_END.split(content.decode(errors="replace"))


def _bytes(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except Unreadable:
        return None


def _name(path: str) -> str:
    return path.rpartition("/")[2]
