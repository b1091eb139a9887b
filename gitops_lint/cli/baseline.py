"""``gitops-lint baseline``: what is wrong today, written down, so that a run tells only what is new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint import baseline
from gitops_lint.cli import UsageError
from gitops_lint.cli.progress import progress
from gitops_lint.cli.world import is_empty, open_configured, open_world, say, say_empty
from gitops_lint.engine import check
from gitops_lint.output.text import plural
from gitops_lint.tree import put
from gitops_lint.validation import ConfigError

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Write the file anew, whatever it held, and tell what became of it."""
    with progress(options):
        world = open_world(options)
        if is_empty(world):
            return say_empty(options)
        entries = baseline.of_report(check(world))
    target = Path(options.path) / baseline.FILE_NAME if options.baseline is None else Path(options.baseline)
    old, new = _known(target), frozenset(entry.fingerprint for entry in entries)
    if not entries and not target.exists():
        say(f"nothing is wrong: {target} is not needed")
        return 0
    try:
        put(target, baseline.render(entries).encode())
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error
    changes = "" if old is None else f" ({len(new - old)} of them new, {len(old - new)} gone)"
    empty = "" if entries else ": nothing is wrong any more, so the file can go"
    say(f"wrote {target}: {plural(len(entries), 'known finding')}{changes}{empty}")
    if options.baseline is None and not open_configured(options)[0].is_file(baseline.FILE_NAME):
        say("no file of the repository, so check will not heed it: git ignores it, or the configuration excludes it")
    return 0


def _known(target: Path) -> frozenset[str] | None:
    """What the file held; None where there is none, or none that can be read: a merge may have left it in pieces."""
    try:
        return baseline.load(str(target), target.read_bytes()).known
    except (OSError, ConfigError):
        return None
