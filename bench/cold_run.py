"""How a whole cold run compares with a process that only loads the same files: ratios, never seconds to be held to.

    python bench/cold_run.py [--runs N] [--check] REPOSITORY...

Ours and the baseline run in alternation, as processes of their own; the medians of their CPU times are compared, and
the peak memory is that of the largest process. With ``--check`` the exit code is 1 above MAX_RATIO or MAX_MEMORY.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

MAX_RATIO = 4.0
MAX_MEMORY = 150
"""MiB."""

BASELINE = """
import sys, pathlib, yaml
for path in sys.argv[1:]:
    try:
        for _ in yaml.load_all(pathlib.Path(path).read_bytes(), Loader=yaml.CSafeLoader):
            pass
    except (yaml.YAMLError, ValueError):
        pass
"""


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Both sides may keep their bytecode, as an installed package does."""


class Usage(NamedTuple):
    """What one process took: CPU seconds, and peak memory in MiB."""

    seconds: float
    memory: float


def measure(command: list[str]) -> Usage:
    """Run a command to its end, its output thrown away. Linux counts memory in KiB, macOS in bytes."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=quiet)
    _, _, used = os.wait4(process, 0)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss / unit)


def manifests(repository: Path) -> list[str]:
    """The YAML files that the baseline loads."""
    return sorted(
        str(path)
        for path in repository.rglob("*")
        if path.suffix in (".yaml", ".yml") and path.is_file() and ".git" not in path.parts
    )


def compare(repository: Path, runs: int) -> tuple[float, float]:
    """The ratio of the median CPU times, and our peak memory in MiB."""
    ours = [sys.executable, "-m", "gitops_lint", "check", "--exit-zero", str(repository)]
    baseline = [sys.executable, "-c", BASELINE, *manifests(repository)]
    measure(ours)
    pairs = [(measure(ours), measure(baseline)) for _ in range(runs)]
    mine = statistics.median(pair[0].seconds for pair in pairs)
    theirs = statistics.median(pair[1].seconds for pair in pairs)
    memory = max(pair[0].memory for pair in pairs)
    print(f"{repository.name:<45} {mine:6.2f} s {theirs:6.2f} s   ratio {mine / theirs:5.2f}   {memory:6.0f} MiB")
    return mine / theirs, memory


def main() -> int:
    """Compare on each repository that was named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail above the limits")
    options = parser.parse_args()
    print(f"{'repository':<45} {'ours':>8} {'loading':>8}")
    results = [compare(repository, options.runs) for repository in options.repositories]
    too_much = [r for r in results if r[0] > MAX_RATIO or r[1] > MAX_MEMORY]
    if too_much and options.check:
        print(f"{len(too_much)} above {MAX_RATIO}x or {MAX_MEMORY} MiB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
