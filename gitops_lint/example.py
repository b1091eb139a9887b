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
_WORD = re2.compile(r'(\w+)(?:=("[^"]*"|\S+))?')
COMMIT = "commit"
"""The title of a fence that is a commit and not a file."""
_WANT = re2.compile(r'#\s*want\s+"([^"]*)"')


class Want(NamedTuple):
    """What a bad example promises: a finding at that line whose message holds that text."""

    path: str
    line: int
    text: str


class Record(NamedTuple):
    """A commit as a page writes it down.

    Its message, then a line ``---``, then what it changes, a file a line: ``A path``, ``M path``, ``D path`` or
    ``R path -> path``, each with the content, indented by two spaces, where that matters. On the fence may stand
    ``author="Name <address>"``, ``tags=v1,v2``, ``merge``, ``earlier`` (it is not judged) and ``shallow`` (the clone).
    """

    message: str
    changes: tuple[tuple[str, str, str], ...]
    """Status, path and content."""
    author: str = ""
    tags: tuple[str, ...] = ()
    merge: bool = False
    earlier: bool = False
    shallow: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A small repository on a page, and the findings that it is to have: none for a good one."""

    heading: str
    line: int
    files: Mapping[str, str]
    wants: tuple[Want, ...]
    fixed: Mapping[str, str] | None = None
    """The files that the repairs change, as they leave them; None where the page does not show them."""
    records: tuple[Record, ...] = ()
    """Its commits, the oldest first."""


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
            yield Example(name, group.line, group.files, tuple(group.wants), repaired, tuple(group.records))


class _Group(NamedTuple):
    """The fences below one heading."""

    section: str
    heading: str
    line: int
    files: dict[str, str]
    wants: list[Want]
    records: list[Record]

    def take(self, fence: str) -> None:
        """Take a fence: a file, or a commit."""
        info, _, content = fence.partition("\n")
        title = _TITLE.search(info)
        name = title.group(1) if title else "manifest.yaml"
        if name == COMMIT:
            self.records.append(_record(info, content))
            name = f"{COMMIT} {commit_id(len(self.records))}"
        else:
            self.files[name] = content
        self.wants.extend(_wants(name, info, content))


def records_of(text: str) -> tuple[Record, ...]:
    """The commits that the fences of a text write down, the oldest first."""
    group = _Group("", "", 0, {}, [], [])
    for kind, _, value in _blocks(text, 1):
        if kind == "fence":
            group.take(value)
    return tuple(group.records)


def commit_id(number: int) -> str:
    """The id of a commit that stands on a page, by its number."""
    return f"{number:010x}"


def _groups(body: str, first_line: int) -> Iterator[_Group]:
    group = _Group("", "", 0, {}, [], [])
    for kind, number, value in _blocks(body, first_line):
        if kind == "heading":
            if group.files or group.records:
                yield group
            title = value.lstrip("#").strip()
            is_section = value.startswith("## ")
            group = _Group(title if is_section else group.section, "" if is_section else title, number, {}, [], [])
        elif group.section in ("Bad", "Good", "Fixed"):
            group.take(value)
    if group.files or group.records:
        yield group


def without_wants(text: str) -> str:
    """An example's file without what it wants said: the rest of the line stays as it is."""
    return "\n".join(_WANT_COMMENT.sub("", line) for line in text.split("\n"))


def _record(info: str, content: str) -> Record:
    words = {match[1]: (match[2] or "").strip('"') for match in _WORD.finditer(info)}
    message, _, below = without_wants(content).partition("\n---\n")
    changes: list[tuple[str, str, str]] = []
    for line in below.splitlines():
        if line[:1].strip():
            status, _, path = line.partition(" ")
            changes.append((status, path.strip(), ""))
        elif changes:
            status, path, text = changes[-1]
            changes[-1] = (status, path, f"{text}{line[2:]}\n")
    return Record(
        message.strip("\n"),
        tuple(changes),
        author=words.get("author", ""),
        tags=tuple(filter(None, words.get("tags", "").split(","))),
        merge="merge" in words,
        earlier="earlier" in words,
        shallow="shallow" in words,
    )


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
