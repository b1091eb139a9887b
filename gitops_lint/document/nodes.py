"""The closer look: the tree of one document as it is written, with the extent of every node."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from gitops_lint import scalars
from gitops_lint.document.composer import MAX_DEPTH
from gitops_lint.document.events import events_of, is_merge, offsets, scalar_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route


class Node:
    """What is written: its extent, the event that begins it, its parts (items, or keys and values in turn)."""

    __slots__ = ("_entries", "end", "event", "height", "parts", "start")

    def __init__(self, start: int, end: int, event: Event, parts: list[Node]) -> None:
        self.start = start
        self.end = end
        self.event = event
        self.parts = parts
        self.height: int = 1 + max([part.height for part in parts]) if parts else 1
        self._entries: dict[str | int, tuple[Node, Node]] | None = None

    @property
    def is_mapping(self) -> bool:
        """Whether its parts are keys and values."""
        return isinstance(self.event, MappingStartEvent)

    @property
    def is_sequence(self) -> bool:
        """Whether its parts are items."""
        return isinstance(self.event, SequenceStartEvent)

    @property
    def is_flow(self) -> bool:
        """Whether it is a collection between braces or brackets."""
        return isinstance(self.event, CollectionStartEvent) and bool(self.event.flow_style)

    @property
    def anchor(self) -> str | None:
        """The name by which an alias calls it."""
        return self.event.anchor if isinstance(self.event, NodeEvent) else None

    @property
    def scalar(self) -> tuple[str, str] | None:
        """The text of a scalar and its style: a quote, ``|``, ``>``, or none; None for a collection."""
        return (self.event.value, self.event.style or "") if isinstance(self.event, ScalarEvent) else None

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """The keys and values of a mapping as written: merge keys among them, repeated keys too."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)

    def entries(self) -> dict[str | int, tuple[Node, Node]]:
        """The parts with their keys (an item is its own), by their steps in either reading."""
        if self._entries is None:
            items = enumerate(zip(self.parts, self.parts, strict=True))
            self._entries = self._named_parts() if self.is_mapping else dict(items)
        return self._entries

    def _named_parts(self) -> dict[str | int, tuple[Node, Node]]:
        named: dict[str | int, tuple[Node, Node]] = {}
        as_written: dict[str | int, tuple[Node, Node]] = {}
        for key, value in self.pairs():
            if is_merge(key.event):
                for source in reversed(merge_sources(value)):
                    named.update(source.entries())
            else:
                named[direct_key(key)] = as_written[scalar_event(key).value] = (key, value)
        return as_written | named


class _Surveyor:
    """Makes the tree of a document that the composer found sound; an alias becomes the node it stands for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.get = events_of(text)
        self.anchors: dict[str, Node | None] = {}
        self.end = 0

    def node(self, event: Event) -> Node:
        start, self.end = offsets(event)
        anchor = event.anchor if isinstance(event, NodeEvent) else None
        if isinstance(event, AliasEvent):
            return cast("Node", self.anchors[event.anchor or ""])
        if anchor is not None:
            self.anchors[anchor] = None
        parts: list[Node] = []
        if isinstance(event, CollectionStartEvent):
            while not isinstance(part := self.get(), CollectionEndEvent):
                parts.append(self.node(part))
            if event.flow_style:  # a block ends with its last part: libyaml has it end at the next token
                self.end = offsets(part)[1]
        elif isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            self.end = start + len(self.text[start : self.end].rstrip())
        node = Node(start, self.end, event, parts)
        if node.height > MAX_DEPTH + 1:
            raise YAMLError("a chain of merge keys that is too long to follow")
        if anchor is not None and self.anchors[anchor] is None:
            self.anchors[anchor] = node
        return node


def tree_of(text: str) -> Node:
    """The tree of one document; a single node where YAML's parser finds none (JSON that is no YAML, say)."""
    try:
        surveyor = _Surveyor(text)
        surveyor.get()
        if isinstance(surveyor.get(), DocumentStartEvent):
            return surveyor.node(surveyor.get())
    except YAMLError:
        pass
    return Node(0, len(text.rstrip()), Event(), [])


def merge_sources(value: Node) -> list[Node]:
    """The mappings that a merge key takes: its value, or the items of that."""
    return value.parts if isinstance(value.event, SequenceStartEvent) else [value]


def scalar_event(node: Node) -> ScalarEvent:
    """The event of a node that is known to be a scalar, such as a key."""
    assert isinstance(node.event, ScalarEvent)
    return node.event


def direct_key(key: Node) -> str:
    """The text of a key in the direct reading, in which numbers and booleans are keys, too."""
    return scalars.key(scalar_of(scalar_event(key), scalars.direct))


def follow(root: Node, route: Route) -> list[tuple[Node, Node]]:
    """The keys and values along a route, from the root on, as far as it exists."""
    found = [(root, root)]
    for step in route:
        entries = found[-1][1].entries()
        if step not in entries:
            break
        found.append(entries[step])
    return found
