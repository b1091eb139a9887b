"""What a text holds: its documents, the comments to gitops-lint, its faults, and where each of them stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.document.comments import Directive, directives
from gitops_lint.document.events import collector_at_rest, parsable
from gitops_lint.document.kustomize import KustomizeReading
from gitops_lint.document.nodes import Node, follow, tree_of
from gitops_lint.location import Route, Span

if TYPE_CHECKING:
    from gitops_lint.model import Data

_LINE_END = re.compile(r"\r\n|\r|\n")


class Fault(NamedTuple):
    """What is wrong with a text. ``kind`` is the id of a rule, ``document`` the index of the document."""

    kind: str
    message: str
    span: Span
    help: str | None
    document: int
    surplus: Span | None = None
    """What can go without any loss: it says again what stands above."""


class File:
    """A text, its documents (empty and unreadable ones left out) and what is wrong with it."""

    __slots__ = ("_directives", "_starts", "documents", "faults", "path", "sound", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.documents: tuple[Document, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self.sound: tuple[tuple[int, int], ...] = ()  # the stretches of the text without a syntax error
        self._starts: list[int] = []
        self._directives: tuple[Directive, ...] | None = None

    @property
    def directives(self) -> tuple[Directive, ...]:
        """The comments to gitops-lint, in order; a broken document is not searched for them."""
        if self._directives is None:
            self._directives = tuple(directives(self.path, self.text, self.sound, self.span))
        return self._directives

    def line(self, number: int) -> str:
        """The text of one line, counted from 1, without its end; "" outside the file."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets in the text."""
        starts = self._line_starts()
        line, end_line = bisect_right(starts, start), bisect_right(starts, end)
        return Span(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    def offset(self, line: int, column: int) -> int:
        """The offset of a place in the text, both counted from 1; that of the end for one behind it."""
        starts = self._line_starts()
        return min(starts[line - 1] + column - 1, len(self.text)) if line <= len(starts) else len(self.text)

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._starts


class Document:
    """One YAML document: its data in two readings, and where all of it stands. Equal to itself only."""

    __slots__ = ("_differs", "_extent", "_kustomize", "_root", "_spans", "data", "file", "index")

    def __init__(self, file: File, index: int, data: Data, extent: tuple[int, int], *, differs: bool) -> None:
        self.file = file
        self.index = index
        self.data = data
        self._extent = extent
        self._differs = differs
        self._root: Node | None = None
        self._spans: dict[tuple[Route, bool], Span] = {}
        self._kustomize: KustomizeReading | None = None

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """What a pickled document keeps: not what can be read from the text again."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return None, {**kept, "_root": None, "_kustomize": None, "_spans": {}}

    @property
    def path(self) -> str:
        """The path of its file."""
        return self.file.path

    @property
    def kustomize(self) -> Data:
        """The document as a kustomize build takes it; ``data`` itself where the two readings agree."""
        return self._as_kustomize().data if self._differs else self.data

    @property
    def refusals(self) -> tuple[Fault, ...]:
        """What a kustomize build fails at although the API server would take it: a number as a key, say."""
        refused = self._as_kustomize().refused if self._differs else ()
        advice = "put it in quotes"
        return tuple(Fault("invalid-yaml", why, self.span(node), advice, self.index) for why, node in refused)

    def locate(self, route: Route, *, key: bool = False) -> Span:
        """Where the value at ``route``, or its key, is written: behind aliases and merge keys, in the anchor.

        Where nothing stands at the route, the span is that of the nearest value around it; it never fails.
        """
        span = self._spans.get((route, key))
        if span is None:  # what many objects are applied by is asked for each of them
            found = follow(self.root(), route)
            name, value = found[-1]
            span = self._spans[route, key] = self.span(name if key and len(found) > len(route) else value)
        return span

    @property
    def offset(self) -> int:
        """Where in the text of the file the document begins; its nodes count from there."""
        return self._extent[0]

    def nodes(self, route: Route) -> list[tuple[Node, Node]]:
        """The keys and values along a route as they are written, from the root on, as far as it exists."""
        return follow(self.root(), route)

    def span(self, node: Node) -> Span:
        """The span of a node of this document's tree."""
        return self.file.span(self._extent[0] + node.start, self._extent[0] + node.end)

    def root(self) -> Node:
        """The document as it is written, made when first asked for."""
        if self._root is None:
            start, end = self._extent
            with collector_at_rest():
                self._root = tree_of(parsable(self.path, self.file.text[start:end]))
        return self._root

    def _as_kustomize(self) -> KustomizeReading:
        if self._kustomize is None:
            self._kustomize = KustomizeReading(self.root(), self.data)
        return self._kustomize
