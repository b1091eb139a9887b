"""What the commands that find faults end with: the report in a format, the files asked for, the exit code."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.parser import FORMATS, wants_unicode
from gitops_lint.cli.world import columns, wants_color
from gitops_lint.finding import Severity
from gitops_lint.linehash import hasher
from gitops_lint.output import renderer
from gitops_lint.rule import UnknownRule

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.finding import Report
    from gitops_lint.repo import Repo


@contextmanager
def naming_rules() -> Iterator[None]:
    """A name on the command line that is no rule becomes a UsageError."""
    try:
        yield
    except UnknownRule as error:
        raise UsageError(str(error.args[0])) from error


def publish(report: Report, options: argparse.Namespace, files: Sequence[tuple[str, str]], repo: Repo) -> int:
    """Write the files, print the report, and give the exit code. Raises UsageError where a file cannot be written."""
    shown = render(report, options.output_format, options, repo, shown=True)
    _write({file: render(report, name, options, repo) for name, file in files})
    sys.stdout.write(shown)
    return _code(report, options)


def render(report: Report, name: str, options: argparse.Namespace, repo: Repo, *, shown: bool = False) -> str:
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
            "columns": columns(),
        },
        "concise": {**look, "quiet": options.quiet},
        "json": {},
        "sarif": {"category": options.sarif_category, "line_hash": hasher(repo.content)},
        "github": {"severity": severity},
        "gitlab": {"severity": severity},
        "junit": {"severity": severity, "fail_on": Severity[options.fail_on.upper()]},
        "markdown": {"severity": severity},
    }
    return renderer(name)(report, **chosen[name])


def files_of(words: list[str]) -> list[tuple[str, str]]:
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
