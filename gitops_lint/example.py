"""The fenced examples of a rule page, which are its tests: small repositories, and the findings due in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import re2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FENCE = re2.compile(r"^(`{3,}|~{3,})\s*(\S*)\s*(.*)$")
_TITLE = re2.compile(r"title=(\S+)")
_FENCE_WANT = re2.compile(r'want=(\d+):"([^"]*)"')
_WANT = re2.compile(r'#\s*want\s+"([^"]*)"')


class Want(NamedTuple):
    """What a bad example promises: a finding at that line whose message holds that text."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A small repository on a page, and the findings that it is to have: none for a good one."""

    heading: str
    line: int
    files: Mapping[str, str]
    wants: tuple[Want, ...]


def examples_of(body: str, first_line: int) -> Iterator[Example]:
    """The examples below ``## Bad`` and ``## Good``: each ``###`` heading below them begins a repository of its own."""
    heading, line, section = "", 0, ""
    files: dict[str, str] = {}
    wants: list[Want] = []
    for kind, number, value in _blocks(body, first_line):
        if kind == "heading":
            if files:
                yield Example(f"{section}: {heading}".strip(": "), line, files, tuple(wants))
            files, wants = {}, []
            title = value.lstrip("#").strip()
            section = title if value.startswith("## ") else section
            heading, line = ("" if value.startswith("## ") else title), number
        elif section in ("Bad", "Good"):
            info, _, content = value.partition("\n")
            title_match = _TITLE.search(info)
            name = title_match.group(1) if title_match else "manifest.yaml"
            files[name] = content
            wants += _wants(name, info, content)
    if files:
        yield Example(f"{section}: {heading}".strip(": "), line, files, tuple(wants))


def _blocks(body: str, first_line: int) -> Iterator[tuple[str, int, str]]:
    """Headings of level two and three, and fences (their info line first), with their lines."""
    fence, info, content, start = "", "", list[str](), 0
    for number, line in enumerate(body.split("\n"), first_line):
        opening = _FENCE.match(line)
        if fence:
            if line.strip() == fence:
                yield "fence", start, info + "\n" + "".join(f"{text}\n" for text in content)
                fence = ""
            else:
                content.append(line)
        elif opening:
            fence, info, content, start = opening.group(1), f"{opening.group(2)} {opening.group(3)}", [], number
        elif line.startswith(("## ", "### ")):
            yield "heading", number, line


def _wants(path: str, info: str, content: str) -> Iterator[Want]:
    for match in _FENCE_WANT.finditer(info):
        yield Want(path, int(match.group(1)), match.group(2))
    for number, line in enumerate(content.split("\n"), 1):
        for match in _WANT.finditer(line):
            yield Want(path, number, match.group(1))
