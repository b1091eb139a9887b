"""Foreign text in Markdown as GitHub and GitLab read it: shown as what it is, obeyed in nothing."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from gitops_lint.output.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = str.maketrans({"&": "&amp;", **{character: f"\\{character}" for character in "\\`*_{}[]<>()#+!|~$@"}})
_TRIGGER = re.compile(r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=:)(?=//)|(?<=\bwww)(?=\.)", re.IGNORECASE)
"""Where a mention, a reference or a link begins. A host looks for the first two in the finished page, in which there is
no backslash any more: only a character between the two signs keeps them apart."""
_APART = "&#8203;"
"""A space without width."""
_FENCE = re.compile("`{3,}")


def escaped(text: str) -> str:
    """Foreign text on one line: no markup, no link, no mention, no cell of its own."""
    return _APART.join(part.translate(_SPECIAL) for part in _TRIGGER.split(clean(text)))


def code(text: str) -> str:
    """Foreign text in the letters of code, in a cell of a table as well."""
    return f"<code>{escaped(text)}</code>"


def in_html(text: str) -> str:
    """Foreign text inside of a block of HTML, where Markdown is read as plain text."""
    return _APART.join(html.escape(part) for part in _TRIGGER.split(clean(text)))


def quoted(texts: Iterable[str]) -> list[str]:
    """Foreign texts as one quotation, each a paragraph of its own."""
    return [line for text in texts for line in (">", f"> {escaped(text)}")][1:]


def fenced(lines: Iterable[str]) -> list[str]:
    """Foreign lines as a block that nothing in them can end."""
    shown = [clean(line) for line in lines]
    fence = "`" * (max((len(run) for line in shown for run in _FENCE.findall(line)), default=2) + 1)
    return [f"{fence}text", *shown, fence]


def fitting(blocks: Sequence[Sequence[str]], room: int) -> list[str]:
    """The lines of the first blocks that fit into so many characters."""
    lines: list[str] = []
    for block in blocks:
        room -= length(block)
        if room < 0:
            break
        lines += block
    return lines


def length(lines: Sequence[str]) -> int:
    """The characters of lines, with their ends."""
    return sum(len(line) + 1 for line in lines)
