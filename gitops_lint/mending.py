"""Makes the repairs that findings offer, round by round: one can make room for the next, or be in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.engine import analyse, check
from gitops_lint.finding import every
from gitops_lint.fix import splice
from gitops_lint.tree import Overlay, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.engine import Selection, World
    from gitops_lint.finding import Edit, Finding, Repair, Report
    from gitops_lint.tree import Tree

MAX_ROUNDS = 10
"""After so many rounds, repairs that still make work for each other are left to a human."""
_MARK = b"\xef\xbb\xbf"


class Mended(NamedTuple):
    """What the repairs made of a repository: the last report, what was repaired, and the files that changed."""

    report: Report
    repaired: tuple[Finding, ...]
    contents: Mapping[str, bytes]
    """Changed files by their path in the end."""
    moves: Mapping[str, str]


def mend(
    world: World,
    settings: tuple[Settings, File] | None = None,
    selection: Selection | None = None,
    *,
    unsafe: bool = False,
) -> Mended:
    """Make the safe repairs of all findings, the ``unsafe`` ones too where asked; nothing is written to disk.

    Raises ConfigError and CheckFailed, as ``analyse`` and ``check`` do.
    """
    contents: dict[str, bytes] = {}
    moves: dict[str, str] = {}
    repaired: dict[str, Finding] = {}
    tree: Tree = world.repo.tree
    current = tree
    report = check(world, selection, repairs=True)
    for _ in range(MAX_ROUNDS):
        chosen = list(_chosen(report, unsafe, repaired, current))
        if not chosen:
            break
        repaired |= {finding.fingerprint: finding for finding, _ in chosen}
        edits = [edit for _, repair in chosen for edit in repair.edits]
        for path in dict.fromkeys(edit.path for edit in edits):
            contents[path] = _edited(current.read(path), (edit for edit in edits if edit.path == path))
        for old, new in (move for _, repair in chosen for move in repair.moves):
            moves[old] = new
            if old in contents:
                contents[new] = contents.pop(old)
        current = Overlay(tree, contents, moves)
        report = check(analyse(current, settings, world.history), selection, repairs=True)
    left = {finding.fingerprint for finding in every(report.findings)}
    gone = tuple(finding for finding in repaired.values() if finding.fingerprint not in left)
    return Mended(report, gone, contents, moves)


def _chosen(report: Report, unsafe: bool, done: Mapping[str, Finding], tree: Tree) -> Iterator[tuple[Finding, Repair]]:
    """The repairs of one round: those in the way of another wait for the next, and none is made twice."""
    taken: list[Edit] = []
    moved: set[str] = set()
    for finding in every(report.findings):
        repair = finding.repair
        if repair is None or finding.fingerprint in done or not (repair.safe or unsafe):
            continue
        touched = {edit.path for edit in repair.edits} | {path for move in repair.moves for path in move}
        blocked = touched & moved or any(_meets(edit, other) for edit in repair.edits for other in taken)
        crowded = repair.moves and touched & {edit.path for edit in taken}
        if blocked or crowded or not all(_is_plain(tree, edit.path) for edit in repair.edits):
            continue
        taken += repair.edits
        moved |= {path for move in repair.moves for path in move}
        yield finding, repair


def _meets(edit: Edit, other: Edit) -> bool:
    """Whether two edits touch the same text; the very same edit is made once, and is in nobody's way."""
    return edit != other and edit.path == other.path and edit.start <= other.end and other.start <= edit.end


def _is_plain(tree: Tree, path: str) -> bool:
    """Whether a file is UTF-8 as it was read, so that what is not edited keeps its bytes."""
    try:
        content = tree.read(path).removeprefix(_MARK)
        return "\ufeff" not in content.decode("utf-8")
    except (Unreadable, UnicodeDecodeError):
        return False


def _edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    mark = _MARK if content.startswith(_MARK) else b""
    return mark + splice(content.removeprefix(_MARK).decode("utf-8"), edits).encode("utf-8")
