"""The command as its users run it: a process of its own, with a deadline."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 300
"""How long any run may take: a hang is a failure, not a nuisance."""
HOUSE = Path(__file__).parent.parent
_ASIDE = {"NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "CI", "GITHUB_ACTIONS", "COLUMNS"}
"""What the environment of the test run must not decide."""


def environment(**variables: str) -> dict[str, str]:
    """This environment without what changes the output, and with the variables given."""
    kept = {name: value for name, value in os.environ.items() if name not in _ASIDE}
    return {**kept, "PYTHONPATH": str(HOUSE), "PYTHONIOENCODING": "utf-8", **variables}


def command(*words: str | Path) -> list[str]:
    """The command line of a run."""
    return [sys.executable, "-m", "gitops_lint", *map(str, words)]


def run(*words: str | Path, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run gitops-lint to its end; fails where that takes longer than `SECONDS`."""
    return subprocess.run(
        command(*words),
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """The files on disk, below ``root``."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
