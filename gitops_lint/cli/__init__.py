"""The command line: one file a command. The only code that prints or exits.

Exit codes: 0 clean, 1 findings at or above ``--fail-on``, 2 usage or configuration, 3 a bug of gitops-lint,
4 nothing of Flux, Argo CD or kustomize found, 130 interrupted.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING

from gitops_lint.cli.parser import COMMANDS, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE, BUG, INTERRUPTED = 2, 3, 130
YOUNG = 1_000_000
"""How many new objects bring the collector of garbage to work: nearly all that a run makes live until its end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; never raises, never prints a traceback unless asked to.

    Only what argparse does ends the process: ``--help``, ``--version`` and usage errors.
    """
    gc.set_threshold(YOUNG, 20, 100)
    for name in ("stdout", "stderr"):  # a stream that was closed before we began
        if getattr(sys, name) is None:
            setattr(sys, name, io.StringIO())
    if isinstance(sys.stdout, io.TextIOWrapper):  # what the encoding lacks is escaped, as standard error does anyway
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(list(sys.argv[1:] if arguments is None else arguments))
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`gitops-lint | head`): nothing is left to say, not even by Python at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: standard output cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(words: list[str]) -> int:
    options = parse(words)
    try:
        return COMMANDS[options.command](options)
    except Exception as error:  # the outermost place: whatever it is, the user gets one message
        if isinstance(error, OSError) and error.filename is None:
            raise  # not of a file: of standard output
        return _told(error, verbose=options.verbose)


def _told(error: Exception, *, verbose: bool) -> int:
    from gitops_lint.engine import CheckFailed
    from gitops_lint.output.text import clean
    from gitops_lint.tree import Unreadable
    from gitops_lint.validation import ConfigError

    if isinstance(error, ConfigError):
        for mistake in error.mistakes:
            print(f"error: {clean(str(mistake))}", file=sys.stderr)
        return USAGE
    if isinstance(error, Unreadable):
        print(f"error: {clean(error.path)}: {clean(error.reason)}", file=sys.stderr)
        return USAGE
    if isinstance(error, UsageError):
        print(f"error: {clean(str(error))}", file=sys.stderr)
        return USAGE
    if verbose:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            print(clean(line), file=sys.stderr)
    what = str(error) if isinstance(error, CheckFailed) else f"{type(error).__name__}: {error}"
    print(f"error: this is a bug of gitops-lint: {clean(what)}", file=sys.stderr)
    print("Please report it, with the output of the same command and --verbose.", file=sys.stderr)
    return BUG


class UsageError(Exception):
    """What was asked for cannot be done; the message says why."""
