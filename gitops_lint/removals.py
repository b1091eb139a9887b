"""What a change took away, and which findings come of it: files that are gone, and entries that no list has any more.

What is gone stands on no line that was added or edited, so that nothing else leads from such a finding to its cause.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gitops_lint.finding import Mark
from gitops_lint.location import Location, Span
from gitops_lint.paths import upwards
from gitops_lint.repo import MANIFEST_SUFFIXES
from gitops_lint.touching import entries, meant, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.changes import Changes
    from gitops_lint.document import File
    from gitops_lint.finding import Finding
    from gitops_lint.repo import Repo


class Removals:
    """What is there in the base and not in the head. Files are compared where somebody asks."""

    def __init__(self, changes: Changes, base: Repo, head: Repo) -> None:
        self._changes = changes
        self._base = base
        self._head = head

    def behind(self, finding: Finding) -> Mark | None:
        """What of it a finding comes of: the path that it names, the object, or the entry that led to its place."""
        named = words_of(finding)
        for path in named.paths:
            if mark := self._lost(path):
                return mark
        for pair in named.objects:
            if pair in self._objects:
                return self._lost(self._objects[pair])
        places = [mark.location.path for mark in (finding.mark, *finding.related) if mark]
        led = [self._entries[above] for path in places for above in upwards(path) if above in self._entries]
        led += [self._left_out[pair] for pair in named.objects if pair in self._left_out]
        return led[0] if led else None

    def _lost(self, path: str) -> Mark | None:
        """A file or directory that was there, and what became of it."""
        head, base = self._head.tree, self._base.tree
        if head.is_file(path) or head.is_directory(path) or not (base.is_file(path) or base.is_directory(path)):
            return None
        moved = self._changes.moves.get(path)
        return Mark(Location(path), f"was moved to {moved}" if moved else "was deleted", gone=True)

    @cached_property
    def _objects(self) -> Mapping[tuple[str, str], str]:
        """The files that held objects and are gone, not moved, by kind and name of these."""
        moved = set(self._changes.origins.values())
        gone = {path for path in self._base.tree.files if not self._head.tree.is_file(path)} - moved
        return {
            _pair(manifest.ref.kind, manifest.ref.name): manifest.path
            for manifest in self._base.manifests
            if manifest.path in gone
        }

    @cached_property
    def _entries(self) -> Mapping[str, Mark]:
        """Where the entries stood that no longer lead to a path, by these paths."""
        differing = self._changes.differing(lambda path: path.endswith(MANIFEST_SUFFIXES))
        found: dict[str, Mark] = {}
        for path in differing:
            old, new = self._file(self._base, self._changes.origins.get(path, path)), self._file(self._head, path)
            if old and new:
                for led, mark in self._taken_out(old, new):
                    found.setdefault(led, mark)
        return found

    @cached_property
    def _left_out(self) -> Mapping[tuple[str, str], Mark]:
        """The same by the objects that stand where the entries led."""
        return {
            _pair(manifest.ref.kind, manifest.ref.name): self._entries[above]
            for manifest in self._head.manifests
            for above in upwards(manifest.path)
            if above in self._entries
        }

    def _taken_out(self, old: File, new: File) -> Iterator[tuple[str, Mark]]:
        kept = {word for document in new.documents for _, word in entries(document.data)}
        for document in old.documents:
            for route, word in entries(document.data):
                if word not in kept:
                    line = self._changes.place_of(new.path, document.locate(route).line)
                    mark = Mark(Location(new.path, Span(line, 1, line, 2)), f"{word} was taken out", gone=True)
                    yield from ((path, mark) for path in meant(word, old.path))

    def _file(self, repo: Repo, path: str) -> File | None:
        return repo.file(path) if repo.tree.is_file(path) else None


def _pair(kind: str, name: str) -> tuple[str, str]:
    return kind.casefold(), name.casefold()
