"""``gitops-lint check``: find what is wrong."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.parser import FORMATS, wants_unicode
from gitops_lint.cli.progress import progress
from gitops_lint.cli.repairs import show_diff, write
from gitops_lint.cli.world import is_empty, open_configured, say_empty, wants_color
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.finding import Severity
from gitops_lint.mending import mend
from gitops_lint.output import renderer
from gitops_lint.rule import UnknownRule

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from gitops_lint.engine import World
    from gitops_lint.finding import Report


def run(options: argparse.Namespace) -> int:
    """Lint a repository, print the report, write the files that were asked for."""
    files = _files(options.files)
    selection = Selection(options.select, options.ignore)
    with progress(options):
        began = perf_counter()
        tree, settings = open_configured(options)
        world = analyse(tree, settings)
        if is_empty(world):
            return say_empty(options)
        analysed = perf_counter()
        try:
            if options.fix or options.diff:
                mended = mend(world, settings, selection, unsafe=options.unsafe_fixes)
                report = mended.report
            else:
                report = check(world, selection)
        except UnknownRule as error:
            raise UsageError(str(error.args[0])) from error
        checked = perf_counter()
    if options.diff:
        return show_diff(mended, tree, options)
    if options.fix:
        write(mended, tree)
    shown = render(report, options.output_format, options, shown=True)
    _write({file: render(report, name, options) for name, file in files})
    sys.stdout.write(shown)
    if options.statistics:
        sys.stdout.flush()
        _print_statistics(world, report, analysed - began, checked - analysed)
    return _code(report, options)


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


def render(report: Report, name: str, options: argparse.Namespace, *, shown: bool = False) -> str:
    """The report in a format; ``shown`` on standard output rather than in a file."""
    severity = Severity[options.severity.upper()]
    look = {"color": shown and wants_color(options), "unicode": not shown or wants_unicode(), "severity": severity}
    chosen: dict[str, dict[str, object]] = {
        "full": {
            **look,
            "fold": not options.no_fold,
            "quiet": options.quiet,
            "show_skipped": options.show_skipped,
            "verbose": options.verbose,
            "columns": shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 120,
        },
        "concise": {**look, "quiet": options.quiet},
        "json": {},
        "sarif": {"category": options.sarif_category},
        "github": {"severity": severity},
    }
    return renderer(name)(report, **chosen[name])


def _files(words: list[str]) -> list[tuple[str, str]]:
    """``FORMAT=FILE`` pairs. Raises UsageError, before any work is done, also for a file that cannot be written."""
    pairs = []
    for word in words:
        name, separator, file = word.partition("=")
        if not separator or not file or name not in FORMATS:
            raise UsageError(f"-o {word}: write FORMAT=FILE, with one of the formats {', '.join(FORMATS)}")
        if Path(file).is_dir():
            raise UsageError(f"{file} cannot be written: it is a directory")
        if not Path(file).parent.is_dir():
            raise UsageError(f"{file} cannot be written: there is no directory {Path(file).parent}")
        pairs.append((name, file))
    return pairs


def _write(texts: Mapping[str, str]) -> None:
    """Write all of the files or none: a report that lacks findings would close alerts. Raises UsageError."""
    begun: list[Path] = []
    for file, text in texts.items():
        path = Path(file)
        try:
            if not path.exists():
                begun.append(path)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            for other in begun:
                other.unlink(missing_ok=True)
            raise UsageError(f"{file} cannot be written: {error.strerror}") from error


def _code(report: Report, options: argparse.Namespace) -> int:
    limit = Severity[options.fail_on.upper()]
    failing = [f for finding in report.findings for f in (finding, *finding.folded) if f.severity >= limit]
    return 1 if failing and not options.exit_zero else 0
