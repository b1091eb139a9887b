"""Where something stands in a text: spans, routes and the locations that findings are printed with.

Lines and columns count from 1. Columns are code points, an end is exclusive.
"""

from __future__ import annotations

from typing import NamedTuple

Route = tuple[str | int, ...]
"""The way to a value inside a document: ``("spec", "sources", 0, "path")``."""


class Span(NamedTuple):
    """A stretch of text: from its first character to just behind its last one."""

    line: int
    column: int
    end_line: int
    end_column: int


class Revision(NamedTuple):
    """A commit as a place: its number among those that are judged, the oldest first, and its id.

    One that is not made yet has an empty id.
    """

    number: int
    id: str


class Location(NamedTuple):
    """A span in a file of the tree; ``span`` is None where the file or directory as a whole is meant.

    With a ``revision`` it is a span of that commit's message, and ``path`` is what the commit is called.
    """

    path: str
    span: Span | None = None
    revision: Revision | None = None

    @property
    def line(self) -> int | None:
        return self.span.line if self.span else None

    @property
    def location(self) -> Location:
        """Itself: so that a place in a document and a location in a text can stand for each other."""
        return self

    def __str__(self) -> str:
        return f"{self.path}:{self.span.line}" if self.span else self.path


def describe(route: Route) -> str:
    """The usual spelling of a route: ``spec.sources[0].path``."""
    text = ""
    for step in route:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def utf16_column(line: str, column: int) -> int:
    """The column counted in UTF-16 code units, as SARIF and editors want it, of a code-point column."""
    return column + sum(1 for character in line[: column - 1] if ord(character) > 0xFFFF)
