"""What ``--fix`` writes and ``--diff`` shows."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING

from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.world import wants_color
from gitops_lint.document import read
from gitops_lint.output.text import BOLD, CYAN, GREEN, RED, Pen, plural
from gitops_lint.snippet import masked

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from gitops_lint.mending import Mended
    from gitops_lint.tree import Tree, WorkTree

_TINTS = {"+": GREEN, "-": RED, "@": CYAN}


def write(mended: Mended, tree: WorkTree) -> None:
    """Write what was repaired and tell how much that is. Raises Unreadable."""
    for old, new in mended.moves.items():
        tree.move(old, new)
    for path, content in mended.contents.items():
        tree.write(path, content)
    files = {*mended.contents, *mended.moves.values()}
    if files:
        print(f"Fixed {plural(len(mended.repaired), 'finding')} in {plural(len(files), 'file')}.", file=sys.stderr)


def show_diff(mended: Mended, tree: Tree, options: argparse.Namespace) -> int:
    """Print what would be written, as a patch in which Secrets are masked; 1 where there is anything."""
    pen = Pen(wants_color(options), wants_unicode())
    lines = list(_lines(mended, tree))
    for line in lines:
        tint = BOLD if line.startswith(("+++ ", "--- ")) else _TINTS.get(line[:1], "")
        print(pen.paint(pen.text(line), tint) if tint else pen.text(line))
    sys.stdout.flush()
    print(f"Would fix {plural(len(mended.repaired), 'finding')}.", file=sys.stderr)
    return 1 if lines else 0


def _lines(mended: Mended, tree: Tree) -> Iterator[str]:
    origins = {new: old for old, new in mended.moves.items()}
    for path in sorted({*mended.contents, *origins}):
        before = origins.get(path, path)
        old = masked(read(before, tree.read(before)))
        new = masked(read(path, mended.contents.get(path, tree.read(before) if before != path else b"")))
        if before != path:
            yield from (f"rename from {before}", f"rename to {path}")
        if old is None or new is None:
            yield f"{path}: changes, which are not shown: it may hold Secrets that cannot be told"
            continue
        diff = difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{before}", f"b/{path}", lineterm="")
        yield from diff
