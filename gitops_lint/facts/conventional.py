"""Commit messages as Conventional Commits 1.0.0 reads them: ``type(scope)!: text``, a body, footers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER = re2.compile(r"^([A-Za-z][A-Za-z0-9_-]*)(?:\(([^()]+)\))?(!)?: +(\S.*)$")
_NEARLY = re2.compile(r"^([A-Za-z][A-Za-z0-9_-]*)\s*(?:\(([^()]*)\))?\s*(!)?\s*:\s*(\S.*)$")
_BREAKING = re2.compile(r"(?m)^BREAKING[ -]CHANGE(?:: | #)\S")
_SAYS_BREAKING = re2.compile(r"(?i)breaking[ -]changes?\b")
_FOOTER = re2.compile(r"^(?:[A-Za-z][A-Za-z0-9-]*|BREAKING CHANGE)(?:: | #)\S")
_GENERATED = re2.compile(
    r"^(?:Merge (?:branch|branches|commit|commits|pull request|remote-tracking branch|tag) "
    r"|Revert \"|Reapply \"|(?:fixup|squash|amend)! )"
)
_UNDOES = re2.compile(r"^(?i:revert)(?:\([^()]+\))?!?: |^Revert \"|^Reapply \"")


class Header(NamedTuple):
    """The first line of a message: what kind of change, of what, whether it breaks something, and what it does."""

    type: str
    scope: str
    breaks: bool
    text: str


def header(subject: str) -> Header | None:
    """The header of a message; None for a line that is none."""
    match = _HEADER.match(subject)
    return Header(match[1], match[2] or "", bool(match[3]), match[4]) if match else None


def repaired(subject: str) -> str | None:
    """The header that a line misses by a space; None where more is missing."""
    match = _NEARLY.match(subject)
    if not match or match[4].startswith("//"):  # https://example.com
        return None
    scope = f"({match[2].strip()})" if match[2] and match[2].strip() else ""
    return f"{match[1]}{scope}{match[3] or ''}: {match[4]}"


def is_generated(subject: str) -> bool:
    """Whether git or a forge wrote the line: merges, reverts, and what a rebase will fold into another commit.

    Sources: git's fmt-merge-msg.c, sequencer.c (Revert, Reapply) and builtin/commit.c (--fixup, --squash).
    """
    return bool(_GENERATED.match(subject))


def undoes(subject: str) -> bool:
    """Whether the commit takes back another one, or takes that back."""
    return bool(_UNDOES.match(subject))


def has_breaking_footer(message: str) -> bool:
    """Whether a footer tells what breaks. Its token is upper case (Conventional Commits, rule 15)."""
    return bool(_BREAKING.search(message))


def says_breaking(message: str) -> bool:
    """Whether a message speaks of a breaking change, be it by ``!``, by a footer or in prose."""
    first = header(message.partition("\n")[0])
    return bool(first and first.breaks) or bool(_SAYS_BREAKING.search(message))


def body(lines: Sequence[str]) -> list[str]:
    """The lines below the first that say something, without footers such as ``Signed-off-by: ...``."""
    return [line for line in lines[1:] if line.strip() and not _FOOTER.match(line)]
