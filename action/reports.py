"""Count a report for the outputs of the action, and let its paths begin where the repository does.

``reports.py DIRECTORY SARIF PREFIX``: gitops-lint names files from the directory that it checks, GitHub from the root
of the repository. PREFIX is the way from there, empty where they are the same.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from urllib.parse import quote


def main(directory: Path, sarif: Path, prefix: str) -> None:
    """Print the counts as outputs of a step, and change the files in place."""
    summary = json.loads((directory / "report.json").read_text(encoding="utf-8"))["summary"]
    for name in ("errors", "warnings"):
        print(f"{name}={int(summary[name])}")
    if prefix:
        log = json.loads(sarif.read_text(encoding="utf-8"))
        _move(log, quote(prefix, errors="surrogateescape"))
        sarif.write_text(json.dumps(log), encoding="utf-8")
        annotations = directory / "annotations"
        text = annotations.read_text(encoding="utf-8")
        annotations.write_text(_moved(text, prefix), encoding="utf-8")


def _move(node: object, prefix: str) -> None:
    """Put a prefix before every place in a SARIF log."""
    if isinstance(node, dict):
        place = node.get("artifactLocation")
        if isinstance(place, dict) and "uri" in place:
            place["uri"] = f"{prefix}/{place['uri']}"
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            _move(child, prefix)


def _moved(commands: str, prefix: str) -> str:
    """The annotations with a prefix before each file (escapes: actions/toolkit, packages/core/src/command.ts)."""
    for character in "%\r\n:,":
        prefix = prefix.replace(character, f"%{ord(character):02X}")
    return re.sub(r"(?m)^(::\w+ file=)", lambda match: f"{match[1]}{prefix}/", commands)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
