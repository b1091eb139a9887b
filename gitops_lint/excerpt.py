"""A part of a value, such as one ``${...}`` of a long text, as the place of a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_lint.document import Document
from gitops_lint.model import Place

if TYPE_CHECKING:
    from gitops_lint.location import Route, Span
    from gitops_lint.model import Data, Text


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """A text that a place can lie in: whatever the route, it leads to the part ``part`` at ``offset`` of the value."""

    document: Document
    offset: int
    part: str

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def data(self) -> Data:
        """The data of the whole document: a finding is named by what its route leads through."""
        return self.document.data

    def locate(self, route: Route, *, key: bool = False) -> Span:
        """The span of the part, where the value is written on one line as it is; else that of the value, or its key."""
        whole = self.document.locate(route, key=key)
        if key or whole.line != whole.end_line:
            return whole
        written = self.document.file.line(whole.line)[whole.column - 1 : whole.end_column - 1]
        quotes = 1 if written[:1] in ("'", '"') else 0
        start = quotes + self.offset
        if not written.startswith(self.part, start):
            return whole
        column = whole.column + start
        return whole._replace(column=column, end_column=column + len(self.part))


def part_of(place: Place, offset: int, part: str) -> Place:
    """The place of a part of the value at a place; the place itself in a text that is no document."""
    text: Text = Excerpt(place.document, offset, part) if isinstance(place.document, Document) else place.document
    return Place(text, place.route)
