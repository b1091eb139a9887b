"""How a whole run compares with a process that only loads the same files: ratios, never seconds to be held to.

    python bench/whole_run.py [--runs N] [--check] REPOSITORY...

A cold run keeps nothing and takes up nothing, a warm one takes up what the one before it read and built. Ours and the
baseline run in alternation, as processes of their own; the medians of their CPU times are compared, and the peak memory
is that of the largest process. With ``--check`` the exit code is 1 where a cold run is above MAX_RATIO or MAX_MEMORY.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
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
    """The ratio of the median CPU times of a cold run, and our peak memory in MiB."""
    warm = [sys.executable, "-m", "gitops_lint", "check", "--exit-zero", str(repository)]
    commands = ([*warm, "--no-cache"], warm, [sys.executable, "-c", BASELINE, *manifests(repository)])
    measure(warm)
    used = [[measure(command) for command in commands] for _ in range(runs)]
    cold, again, loading = (statistics.median(usage.seconds for usage in column) for column in zip(*used, strict=True))
    memory = max(usage.memory for row in used for usage in row[:2])
    seconds = f"{cold:6.2f} s {again:6.2f} s {loading:6.2f} s"
    print(f"{repository.name:<45} {seconds}   {cold / loading:5.2f} {again / loading:5.2f}   {memory:6.0f} MiB")
    return cold / loading, memory


def main() -> int:
    """Compare on each repository that was named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path, metavar="REPOSITORY")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail above the limits")
    options = parser.parse_args()
    print(f"{'repository':<45} {'cold':>8} {'warm':>8} {'loading':>8}   {'ratios':>11}")
    with tempfile.TemporaryDirectory() as directory:
        ENVIRONMENT["GITOPS_LINT_CACHE_DIR"] = directory
        results = [compare(repository, options.runs) for repository in options.repositories]
    too_much = [r for r in results if r[0] > MAX_RATIO or r[1] > MAX_MEMORY]
    if too_much and options.check:
        print(f"{len(too_much)} above {MAX_RATIO}x or {MAX_MEMORY} MiB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
