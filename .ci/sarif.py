"""The SARIF of whole repositories, judged by Microsoft's validator with the rules of GitHub code scanning.

The validator ends with 0 whatever it finds, so its log is read, and a log that is broken on purpose has to be found
broken. It comes from npm into a temporary directory; where that cannot be, the judgement is skipped, and that is said.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PACKAGE = "@microsoft/sarif-multitool"
VERSION = "5.7.0"
FLAGS = ("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--log", "ForceOverwrite")
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: the validator would ask the network for every address in a log."""


def main(repositories: list[str]) -> int:
    """Judge the logs of the repositories; 1 where one has an error or a warning."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        if not (validator := _installed(scratch)):
            return 0
        logs = [scratch / f"{number}.sarif" for number in range(len(repositories))]
        with ThreadPoolExecutor(os.cpu_count()) as workers:
            list(workers.map(_lint, repositories, logs))
        control = _write_control(logs[0], scratch / "control.sarif")
        if not _judged(validator, [control], scratch):
            print("FAILED: the validator takes a result without a location")
            return 1
        faults = _judged(validator, logs, scratch)
    for fault in faults:
        print(fault)
    print(f"SARIF: {len(repositories)} repositories, {len(faults)} faults")
    return 1 if faults else 0


def _installed(scratch: Path) -> Path | None:
    """The program of the validator, freshly installed; None, and a line that says so, where that cannot be."""
    if not shutil.which("npm") or not shutil.which("node"):
        print("SKIPPED: no SARIF is validated, because npm is not here")
        return None
    flags = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    done = subprocess.run(["npm", "install", "--prefix", scratch, *flags, f"{PACKAGE}@{VERSION}"], check=False)
    if done.returncode:
        print(f"SKIPPED: no SARIF is validated, because npm cannot install {PACKAGE}")
        return None
    asked = ["node", "--print", f"require('{PACKAGE}')"]
    program = Path(subprocess.run(asked, cwd=scratch, capture_output=True, text=True, check=True).stdout.strip())
    program.chmod(0o755)
    return program


def _lint(repository: str, log: Path) -> None:
    """Write the log of a repository; findings are no failure here."""
    command = [sys.executable, "-m", "gitops_lint", "check", repository, "--exit-zero", "-o", f"sarif={log}"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _write_control(log: Path, target: Path) -> Path:
    """The log with a result that is nowhere, which makes GitHub refuse all of it."""
    data = json.loads(log.read_text(encoding="utf-8"))
    data["runs"][0]["results"] = [{"ruleId": "nowhere", "message": {"text": "Nowhere."}, "locations": []}]
    target.write_text(json.dumps(data), encoding="utf-8")
    return target


def _judged(validator: Path, logs: list[Path], scratch: Path) -> list[str]:
    """What the validator finds in the logs, a line each. Fails where it has not looked at all of them."""
    verdict = scratch / "verdict.sarif"
    done = subprocess.run(
        [str(validator), "validate", *map(str, logs), *FLAGS, "--output", str(verdict)],
        env={
            **os.environ,
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
            **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or f"{len(logs)} files scanned" not in done.stdout:
        raise SystemExit(f"FAILED: the validator did not look at every log\n{done.stdout}{done.stderr}")
    runs = json.loads(verdict.read_text(encoding="utf-8"))["runs"]
    return [
        f"{result['ruleId']} {result.get('level')} {result['message'].get('id')} {result['message'].get('arguments')}"
        for run in runs
        for result in run.get("results", [])
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
