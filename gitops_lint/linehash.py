"""What code scanning knows a line by, so that an alert stays the same when the line moves.

``primaryLocationLineHash`` as the upload action of GitHub makes it (github/codeql-action, src/fingerprints.ts): the
action fills it in where a log has none, an upload through the API alone does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_lint.location import Location

BLOCK = 100
"""How many characters are hashed, from the first one of the line on that is no blank."""
FACTOR, MODULUS = 37, 1 << 64
MAX_BYTES = 1 << 20
"""In a longer file no line is hashed: it takes half a second a megabyte, and no hand made it."""

_END = "\uffff"
_IGNORED = re.compile(r"[ \t]+")
_BREAK = re.compile(r"\r\n?")


def hasher(content: Callable[[str], bytes]) -> Callable[[Location], str | None]:
    """A function from a location to the hash of its line; None outside of a file that can be read."""
    known: dict[str, Mapping[int, str]] = {}

    def hash_of(location: Location) -> str | None:
        path, line = location.path, location.span.line if location.span else 1
        if path not in known:
            text = content(path)
            known[path] = line_hashes(text.decode("utf-8", "replace")) if len(text) <= MAX_BYTES else {}
        return known[path].get(line)

    return hash_of


def line_hashes(text: str) -> Mapping[int, str]:
    """The hash of each line, counted from 1, with how often the file had it so far: ``7b3a2c9dd0f5ae1:1``."""
    kept = _IGNORED.sub("", _BREAK.sub("\n", text)) + _END
    units = _units(kept)
    seen: dict[bytes, int] = {}
    hashes: dict[int, str] = {}
    start = 0
    for number, line in enumerate(kept.split("\n"), 1):
        block = units[2 * start : 2 * (start + BLOCK)]
        seen[block] = seen.get(block, 0) + 1
        hashes[number] = f"{_hash(block):x}:{seen[block]}"
        start += len(_units(line)) // 2 + 1
    return hashes


def _units(text: str) -> bytes:
    """A text as JavaScript counts it, two bytes a unit."""
    return text.encode("utf-16-le", "surrogatepass")


def _hash(block: bytes) -> int:
    """The hash of a block; at the end of a file, zeros stand behind it."""
    value, padded = 0, block.ljust(2 * BLOCK, b"\0")
    for low, high in zip(padded[::2], padded[1::2], strict=True):
        value = (value * FACTOR + low + 256 * high) % MODULUS
    return value
