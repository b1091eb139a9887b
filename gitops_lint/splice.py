"""A change of a YAML document as the edits of its text that make it; whatever is not changed keeps its bytes.

New values are written by ruamel.yaml, in the style of the file around them. What cannot be changed for sure is not:
a value behind an alias or a merge key, or under an anchor, is part of other values too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.finding import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.document import Document, Node
    from gitops_lint.location import Route
    from gitops_lint.model import Data

_CODE = 4096
"""A width at which no line that is written is broken."""


class _Spot(NamedTuple):
    """A node of a document with its key (an item is its own), and where they stand in the file."""

    document: Document
    key: Node
    value: Node

    @property
    def start(self) -> int:
        return self.document.offset + self.key.start

    @property
    def end(self) -> int:
        return self.document.offset + self.value.end

    @property
    def text(self) -> str:
        return self.document.file.text

    @property
    def line_start(self) -> int:
        return self.text.rfind("\n", 0, self.start) + 1

    @property
    def line_end(self) -> int:
        """Where the line after the last one begins."""
        end = self.text.find("\n", self.end)
        return len(self.text) if end < 0 else end + 1

    def inner(self) -> Iterator[_Spot]:
        """The entries of a mapping or the items of a list, as written."""
        pairs = self.value.pairs() if self.value.is_mapping else zip(self.value.parts, self.value.parts, strict=True)
        for key, value in pairs:
            yield _Spot(self.document, key, value)


def is_literal(document: Document, route: Route) -> bool:
    """Whether the value at ``route``, or the nearest one around it, is written there and nowhere else."""
    return _along(document, route) is not None


# -- putting -----------------------------------------------------------------------------------------------------------


def put(document: Document, route: Route, value: Data) -> Edit | None:
    """The edit that makes ``value`` the value at ``route``, with what is missing on the way.

    None where the place is no literal. A list grows by the index behind its last one.
    """
    spots = _along(document, route)
    if spots is None:
        return None
    rest = route[len(spots) - 1 :]
    last = spots[-1]
    scalar = last.value.scalar
    if scalar is None:
        return _inserted(last, rest[0], _wrapped(rest[1:], value)) if rest else None
    text, style = scalar
    if style in ("|", ">") or (rest and text):
        return None
    return _replaced(last, route[: len(spots) - 1], _wrapped(rest, value), style)


def _wrapped(rest: Route, value: Data) -> Data:
    """A value with the mappings and lists that lead to it."""
    for step in reversed(rest):
        value = [value] if isinstance(step, int) else {step: value}
    return value


def _replaced(spot: _Spot, route: Route, value: Data, style: str) -> Edit | None:
    """A scalar gives way to a value: to another scalar in the same quotes, or to a block below its key."""
    path = spot.document.path
    if not isinstance(value, dict | list):
        start = spot.document.offset + spot.value.start
        return Edit(path, start, spot.end, _scalar(value, style))
    if not route or isinstance(route[-1], int):
        return None
    column = spot.start - spot.line_start
    block = _block({route[-1]: value}, spot, column).strip()
    return Edit(path, spot.start, spot.end, block)


def _inserted(parent: _Spot, step: str | int, value: Data) -> Edit | None:
    """A new last entry of a mapping, or a new last item of a list."""
    inner = list(parent.inner())
    if isinstance(step, int) is parent.value.is_mapping or (isinstance(step, int) and step != len(inner)):
        return None
    path, node = parent.document.path, [value] if isinstance(step, int) else {step: value}
    if parent.value.is_flow:
        written = _flow(node)
        if inner:
            return Edit(path, inner[-1].end, inner[-1].end, f", {written}")
        start = parent.document.offset + parent.value.start + 1
        return Edit(path, start, parent.end - 1, written)
    if not inner:
        return None
    first, last = inner[0], inner[-1]
    start = first.start if parent.value.is_mapping else parent.document.offset + parent.value.start
    column = start - (parent.text.rfind("\n", 0, start) + 1)
    block = _block(node, parent, column)
    missing = "" if parent.text[: last.line_end].endswith("\n") else "\n"
    return Edit(path, last.line_end, last.line_end, missing + block)


# -- removing ----------------------------------------------------------------------------------------------------------


def remove(document: Document, route: Route) -> Edit | None:
    """The edit that takes the entry or item at ``route`` out. None where it is no literal, or all there is."""
    spots = _along(document, route)
    if spots is None or len(spots) != len(route) + 1 or len(spots) < 2:
        return None
    spot, siblings = spots[-1], list(spots[-2].inner())
    index = next((i for i, one in enumerate(siblings) if one.key is spot.key), None)
    if index is None or len(siblings) == 1:
        return None
    path = document.path
    following = siblings[index + 1] if index + 1 < len(siblings) else None
    if spots[-2].value.is_flow:
        if following:
            return Edit(path, spot.start, following.start, "")
        return Edit(path, siblings[index - 1].end, spot.end, "")
    before = spot.text[spot.line_start : spot.start]
    dash = "-" if not spots[-2].value.is_mapping else ""
    if before.strip() == dash:
        return Edit(path, spot.line_start, spot.line_end, "")
    if following and spots[-2].value.is_mapping and before.strip(" -") == "":
        return Edit(path, spot.start, following.start, "")  # the first entry, behind the dash of an item
    return None


# -- what is written ---------------------------------------------------------------------------------------------------


def _along(document: Document, route: Route) -> list[_Spot] | None:
    """The nodes along a route, as far as it exists; None where one of them is not written there alone."""
    if document.path.endswith(".json"):
        return None
    spots: list[_Spot] = []
    for key, value in document.nodes(route):
        spot = _Spot(document, key, value)
        if value.anchor is not None:
            return None
        if spots and not any(one.key is key and one.value is value for one in spots[-1].inner()):
            return None  # by a merge key
        if spots and not spots[-1].value.start <= key.start <= value.start <= spots[-1].value.end:
            return None
        if spots and key is not value and value.start < key.end:
            return None  # an alias for something above
        spots.append(spot)
    return spots


def _scalar(value: Data, style: str) -> str:
    """A scalar as YAML, in the quotes that the old one had."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    quoted: Data = value
    if isinstance(value, str) and style == '"':
        quoted = DoubleQuotedScalarString(value)
    elif isinstance(value, str) and style == "'":
        quoted = SingleQuotedScalarString(value)
    return _dump({"k": quoted}, indented=False, flow=False).removeprefix("k:").strip()


def _flow(node: Mapping[str, Data] | list[Data]) -> str:
    """The entries of a mapping or a list between braces, without these."""
    return _dump(node, indented=False, flow=True).strip()[1:-1]


def _block(node: Mapping[str, Data] | list[Data], around: _Spot, column: int) -> str:
    """Lines of block style that begin in a column, counted from 0, in the style of the document."""
    text = _dump(node, indented=_indents_lists(around.document), flow=False)
    if isinstance(node, list):  # the top of what is written stands in its column, whatever the style
        text = _dump(node, indented=False, flow=False)
    return "".join(f"{' ' * column}{line}\n" for line in text.splitlines())


def _dump(node: Data, *, indented: bool, flow: bool) -> str:
    """A value as YAML, by ruamel.yaml; imported here, for it takes longer to import than most runs."""
    from io import StringIO

    from ruamel.yaml import YAML

    writer = YAML()
    writer.default_flow_style = flow
    writer.width = _CODE
    writer.indent(mapping=2, sequence=4 if indented else 2, offset=2 if indented else 0)
    stream = StringIO()
    writer.dump(node, stream)
    return stream.getvalue()


def _indents_lists(document: Document) -> bool:
    """Whether the dashes of a list stand further in than its key; where there is no list to see it by, they do."""
    pending = [document.nodes(())[0][1]]
    text = document.file.text[document.offset :]
    while pending:
        node = pending.pop(0)
        for key, value in node.pairs() if node.is_mapping else ():
            if value.is_sequence and not value.is_flow and value.start > key.end:
                return _column(text, value.start) > _column(text, key.start)
        pending += node.parts
    return True


def _column(text: str, offset: int) -> int:
    return offset - (text.rfind("\n", 0, offset) + 1)
