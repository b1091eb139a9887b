"""What a Markdown document holds besides prose: tables, fenced code, code and links in a line, each with its place.

As far as GitHub Flavored Markdown goes (spec 4.5, 4.10, 6.1 and 6.3): code that is fenced but not what is merely
indented, tables with or without bars at their ends.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.location import Span

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

_FENCE = re2.compile(r"^\s{0,12}(`{3,}|~{3,})\s*([^\s`]*)[^`]*$")
_CODE = re2.compile(r"`([^`]+)`")
_LINK = re2.compile(r"\]\(<?([^\s()<>]+)>?(?:\s+\"[^\"]*\")?\)")
_DELIMITER = re2.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


class Piece(NamedTuple):
    """A stretch of one line."""

    text: str
    span: Span


class Table(NamedTuple):
    """A table: the cells of its head, and those of each row; a row may have more or fewer of them."""

    head: tuple[Piece, ...]
    rows: tuple[tuple[Piece, ...], ...]


class Fence(NamedTuple):
    """A block of code: its language, and its lines."""

    language: str
    lines: tuple[Piece, ...]


class Markdown(NamedTuple):
    """A document, taken apart."""

    prose: tuple[Piece, ...]
    """The lines outside of fences."""
    fences: tuple[Fence, ...]
    tables: tuple[Table, ...]

    @property
    def lines(self) -> list[Piece]:
        """The lines of prose and of code, in their order, without those that open or close a fence."""
        return sorted((*self.prose, *(line for fence in self.fences for line in fence.lines)), key=lambda p: p.span)

    @property
    def code(self) -> Iterator[Piece]:
        """The code in lines of prose: what stands between backticks."""
        return (piece for line in self.prose for piece in _found(_CODE, line))

    @property
    def links(self) -> Iterator[Piece]:
        """The targets of links in prose."""
        return (piece for line in self.prose for piece in _found(_LINK, line))


MAX_COLUMNS = 100
"""The columns of a table that somebody may read."""


@lru_cache(maxsize=32)
def read_markdown(text: str) -> Markdown:
    """A document, taken apart. Raises for no text whatever."""
    prose, fences = list[Piece](), list[Fence]()
    mark, language, code = "", "", list[Piece]()
    for number, line in enumerate(text.splitlines(), 1):
        piece = Piece(line, Span(number, 1, number, len(line) + 1))
        opening = _FENCE.match(line)
        if mark:
            stripped = line.strip()
            if len(stripped) >= len(mark) and not stripped.strip(mark[0]):
                fences.append(Fence(language, tuple(code)))
                mark, code = "", []
            else:
                code.append(piece)
        elif opening:
            mark, language = opening.group(1), opening.group(2).lower()
        else:
            prose.append(piece)
    if mark:  # a fence that nobody closes ends with the document
        fences.append(Fence(language, tuple(code)))
    return Markdown(tuple(prose), tuple(fences), tuple(_tables(prose)))


def _found(pattern: re.Pattern[str], line: Piece) -> Iterator[Piece]:
    for match in pattern.finditer(line.text):
        number = line.span.line
        yield Piece(match.group(1), Span(number, match.start(1) + 1, number, match.end(1) + 1))


def _tables(prose: Sequence[Piece]) -> Iterator[Table]:
    index = 1
    while index < len(prose):
        head, delimiter = prose[index - 1], prose[index]
        follows = delimiter.span.line == head.span.line + 1 and "|" in delimiter.text
        if not (follows and _is_row(head) and _DELIMITER.match(delimiter.text)):
            index += 1
            continue
        rows, index = list[tuple[Piece, ...]](), index + 1
        while index < len(prose) and _is_row(prose[index]):
            if prose[index].span.line != prose[index - 1].span.line + 1:
                break
            rows.append(_cells(prose[index]))
            index += 1
        yield Table(_cells(head), tuple(rows))


def _is_row(line: Piece) -> bool:
    return 0 < line.text.count("|") <= MAX_COLUMNS


def _cells(line: Piece) -> tuple[Piece, ...]:
    """The cells of a row, without the blanks around their texts; an escaped bar is a character of a cell."""
    cells, start, text, number = list[Piece](), 0, line.text, line.span.line
    for end in (*(i for i, c in enumerate(text) if c == "|" and text[i - 1 : i] != "\\"), len(text)):
        raw = text[start:end]
        column = start + len(raw) - len(raw.lstrip()) + 1
        stripped = raw.strip()
        is_edge = not stripped and (start == 0 or end == len(text))
        if not is_edge:
            cells.append(Piece(stripped, Span(number, column, number, column + max(len(stripped), 1))))
        start = end + 1
    return tuple(cells)
