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
_WANT_COMMENT = re2.compile(r'\s*#\s*want\s+"[^"]*"')
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
    fixed: Mapping[str, str] | None = None
    """The files that the repairs change, as they leave them; None where the page does not show them."""


def examples_of(body: str, first_line: int) -> Iterator[Example]:
    """The examples below ``## Bad`` and ``## Good``: each ``###`` heading below them begins a repository of its own.

    Below ``## Fixed`` stands, under the heading of a bad one, what the repairs make of it.
    """
    groups = list(_groups(body, first_line))
    fixed = {group.heading: group.files for group in groups if group.section == "Fixed"}
    for group in groups:
        if group.section in ("Bad", "Good"):
            name = f"{group.section}: {group.heading}".strip(": ")
            repaired = fixed.get(group.heading) if group.section == "Bad" else None
            yield Example(name, group.line, group.files, tuple(group.wants), repaired)


class _Group(NamedTuple):
    """The fences below one heading."""

    section: str
    heading: str
    line: int
    files: dict[str, str]
    wants: list[Want]


def _groups(body: str, first_line: int) -> Iterator[_Group]:
    group = _Group("", "", 0, {}, [])
    for kind, number, value in _blocks(body, first_line):
        if kind == "heading":
            if group.files:
                yield group
            title = value.lstrip("#").strip()
            is_section = value.startswith("## ")
            group = _Group(title if is_section else group.section, "" if is_section else title, number, {}, [])
        elif group.section in ("Bad", "Good", "Fixed"):
            info, _, content = value.partition("\n")
            title_match = _TITLE.search(info)
            name = title_match.group(1) if title_match else "manifest.yaml"
            group.files[name] = content
            group.wants.extend(_wants(name, info, content))
    if group.files:
        yield group


def without_wants(text: str) -> str:
    """An example's file without what it wants said: the rest of the line stays as it is."""
    return "\n".join(_WANT_COMMENT.sub("", line) for line in text.split("\n"))


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
