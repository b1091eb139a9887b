"""``gitops-lint check``: find what is wrong."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

from gitops_lint.cli.cached import open_store
from gitops_lint.cli.compared import check_words, open_compared
from gitops_lint.cli.known import Known
from gitops_lint.cli.progress import progress
from gitops_lint.cli.repairs import show_diff, write
from gitops_lint.cli.report import files_of, naming_rules, publish
from gitops_lint.cli.touched import Asked
from gitops_lint.cli.world import is_empty, say_empty
from gitops_lint.engine import Selection, check
from gitops_lint.mending import mend
from gitops_lint.novelty import only_new

if TYPE_CHECKING:
    import argparse

    from gitops_lint.engine import World
    from gitops_lint.finding import Report


def run(options: argparse.Namespace) -> int:
    """Lint a repository, print the report, write the files that were asked for."""
    check_words(options)
    files, store = files_of(options.files), open_store(options)
    asked = Asked(options)
    with progress(options):
        began = perf_counter()
        tree, settings, world, base = open_compared(options, store)
        known = Known(options, tree, base.world.repo.tree if base and base.is_law else None)
        selection = Selection(options.select, options.ignore, known.fingerprints)
        if is_empty(world):
            return say_empty(options)
        analysed = perf_counter()
        with naming_rules():
            if options.fix or options.diff:
                mended = mend(world, settings, selection, unsafe=options.unsafe_fixes)
                report = mended.report
            elif base:
                report = asked.only(only_new(world, base, selection), world)
            else:
                report = asked.only(check(world, selection), world)
        checked = perf_counter()
    if options.diff:
        return show_diff(mended, tree, options)
    if options.fix:
        write(mended, tree)
    code = publish(known.noted(report), options, files, world.repo)
    code = 1 if known.fails(report) else code
    if options.statistics:
        sys.stdout.flush()
        _print_statistics(world, report, analysed - began, checked - analysed)
    if store:
        sys.stdout.flush()  # whoever reads the report need not wait for this
        store.keep(world.repo)
    return code


def _print_statistics(world: World, report: Report, analysing: float, checking: float) -> None:
    """What was done, on standard error: no format of a report changes by it. The times are in seconds."""
    builds, counts = world.repo.builds, report.counts
    for name, text in (
        ("read", f"{counts.files} files, {len(world.repo.manifests)} objects in them"),
        (
            "built",
            f"{builds.made} builds for {builds.asked} that were asked for, {builds.asked - builds.made} used again",
        ),
        ("applied", f"{counts.objects} objects by {counts.reconcilers} reconcilers"),
        ("findings", f"{len(report.findings)}, {len(report.hidden)} hidden"),
        ("seconds", f"{analysing:.2f} to read and build, {checking:.2f} to check"),
    ):
        print(f"{name:<9} {text}", file=sys.stderr)
