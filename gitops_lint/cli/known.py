"""The baseline of a run: what it hides, and whether it holds what is repaired."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint import baseline
from gitops_lint.cli import UsageError
from gitops_lint.cli.world import content_of
from gitops_lint.output.text import clean, place

if TYPE_CHECKING:
    import argparse

    from gitops_lint.baseline import Baseline
    from gitops_lint.finding import Report
    from gitops_lint.tree import Tree

MAX_STALE = 5
"""The entries that are named one by one."""


class Known:
    """The findings that are known: those of ``--baseline``, else of the repository, else none."""

    def __init__(self, options: argparse.Namespace, tree: Tree, law: Tree | None = None) -> None:
        """``law`` is the base by whose rules a change is judged. Raises Unreadable and ConfigError."""
        self._baseline = _opened(options, law or tree)
        self._is_ours = law is None
        """Whether it can be written anew: that of a base cannot, and a change that repairs something is no fault."""
        self._exit_zero = options.exit_zero

    @property
    def fingerprints(self) -> frozenset[str]:
        return self._baseline.known if self._baseline else frozenset()

    def noted(self, report: Report) -> Report:
        """The report, saying how much of it is not shown."""
        if self._baseline is None:
            return report
        return replace(report, notes=(*report.notes, self._baseline.note(report)))

    def fails(self, report: Report) -> bool:
        """Whether an entry is repaired, told on standard error: left there, its finding could come back unseen."""
        stale = list(self._baseline.stale(report)) if self._baseline and self._is_ours else []
        if not stale or self._baseline is None:
            return False
        sys.stdout.flush()
        for at, entry in stale[:MAX_STALE]:
            print(
                clean(f"{place(at)}: repaired: {entry.rule} in {entry.path or '.'}: {entry.message}"), file=sys.stderr
            )
        if len(stale) > MAX_STALE:
            print(f"… and {len(stale) - MAX_STALE} more", file=sys.stderr)
        what = "an entry that hides" if len(stale) == 1 else f"{len(stale)} entries that hide"
        said = f"error: {self._baseline.file.path} has {what} nothing any more: gitops-lint baseline writes it anew"
        print(clean(said), file=sys.stderr)
        return not self._exit_zero


def _opened(options: argparse.Namespace, tree: Tree) -> Baseline | None:
    if options.no_baseline:
        return None
    if options.baseline is not None:
        if not Path(options.baseline).exists():
            way = f"gitops-lint baseline --baseline {options.baseline}"
            raise UsageError(f"there is no baseline {options.baseline}; {way} writes one")
        return baseline.load(options.baseline, content_of(options.baseline))
    return (
        baseline.load(baseline.FILE_NAME, tree.read(baseline.FILE_NAME)) if tree.is_file(baseline.FILE_NAME) else None
    )
