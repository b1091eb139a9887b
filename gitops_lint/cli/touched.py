"""``--staged`` and FILES: which change a report is to be about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.git import Git, Refused
from gitops_lint.history import FileChange, read_changes
from gitops_lint.touching import change_of, touched

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.engine import World
    from gitops_lint.finding import Report

NOTHING_STAGED = "nothing is staged: the whole repository is judged"


class Asked:
    """The change that the command line asks about."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Raises UsageError for what cannot be asked, before any work is done."""
        self._root = Path(options.path)
        self._words: Sequence[str] = options.touching
        if self._root.is_file():
            raise UsageError(f"{self._root} is a file: write the repository first, gitops-lint check . {self._root}")
        wanted = options.staged or options.touching
        if wanted and (options.fix or options.diff):
            raise UsageError("--fix and --diff repair the whole repository: neither --staged nor FILES go with them")
        self._staged, self._contents = _staged(self._root) if options.staged else ([], {})
        self._empty = options.staged and not self._staged and not options.touching

    def only(self, report: Report, world: World) -> Report:
        """The report about the change alone; all of it where nobody asks for a change, or there is none."""
        if self._empty:
            return replace(report, notes=(*report.notes, NOTHING_STAGED))
        if not self._staged and not self._words:
            return report
        changes = [*self._staged, *self._named(world)]
        return touched(report, change_of(changes, self._contents, world.repo), world.repo.tree)

    def _named(self, world: World) -> Iterator[FileChange]:
        """FILES as changes. One outside of the repository touches nothing there: a hook is given all of them."""
        missing = []
        for word in self._words:
            path = self._inside(word)
            if path is None:
                continue
            if world.repo.tree.is_directory(path) or path == "":
                yield from (FileChange("M", below) for below in world.repo.tree.below(path))
            elif (self._root / path).is_symlink() or (self._root / path).exists():
                yield FileChange("M", path)
            else:
                missing.append(path)
        yield from self._deleted(missing)

    def _inside(self, word: str) -> str | None:
        """A path of the current directory as one of the repository; the last step may be a link."""
        path = Path(word)
        real = path.resolve() if path.name in ("", "..") else path.parent.resolve() / path.name
        try:
            found = real.relative_to(self._root.resolve()).as_posix()
        except ValueError:
            return None
        return "" if found == "." else found

    def _deleted(self, missing: Sequence[str]) -> Iterator[FileChange]:
        """Files that are gone and that git still has. Raises UsageError: a mistyped name must not be green."""
        known = _committed(self._root) if missing else set()
        for path in missing:
            deleted = [one for one in known if one == path or one.startswith(f"{path}/")]
            if not deleted:
                raise UsageError(f"{path} is not in {self._root}, and git had no such file")
            yield from (FileChange("D", one) for one in deleted)


def _staged(root: Path) -> tuple[Sequence[FileChange], Mapping[str, bytes]]:
    """What is staged, and the contents of before. Raises UsageError."""
    try:
        git = Git(root)
        changes = read_changes(git.staged())
        return changes, git.contents(change.before for change in changes if change.before)
    except Refused as refusal:
        raise UsageError(f"--staged: what is staged in {root} cannot be told: {refusal}") from refusal


def _committed(root: Path) -> set[str]:
    try:
        git = Git(root)
        head = git.commit_id("HEAD")
        return {entry.path for entry in git.entries(head)} if head else set()
    except Refused:
        return set()
