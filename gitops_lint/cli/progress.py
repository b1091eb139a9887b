"""A sign of life for long runs: on a terminal, after a second, and gone when the run is over."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gitops_lint.output.text import clean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

DELAY = 1.0
"""Seconds without a sign: most runs are over by then."""


@contextmanager
def progress(options: argparse.Namespace) -> Iterator[None]:
    """Show a spinner on standard error while the body runs, if it runs for long and a terminal is there."""
    if options.quiet or not sys.stderr.isatty() or os.environ.get("CI"):
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_spin, args=(done, options.path), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _spin(done: threading.Event, path: str) -> None:
    if done.wait(DELAY):
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(f"reading {clean(path)}"), spinner="line"):
        done.wait()
