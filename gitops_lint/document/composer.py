"""The first pass: events become plain data, in the *direct* reading, and no place is kept.

It runs over every document of a repository, and nearly all of the time of a large run is spent here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gitops_lint import scalars
from gitops_lint.document.events import FOLDED, events_of, is_merge, offsets, scalar_of
from gitops_lint.scalars import KEYS, PLAIN, Scalar, Twofold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.model import Data

MAX_DEPTH: Final = 256
"""Deeper nesting, aliases taken for what they stand for, is a fault: five times the deepest real manifest (48
levels), and a walker that needs three frames a level stays inside Python's limit of 1,000."""
TOO_DEEP: Final = f"nested more than {MAX_DEPTH} levels deep"
MAX_ALIASED: Final = 400_000
"""The nodes that the aliases of one document may stand for: so many does go-yaml let a small document have, and a
large one too (alias_ratio_range_low and allowedAliasRatio in its decode.go)."""


class Broken(Exception):
    """What this reader refuses though libyaml parses it; ``start`` and ``end`` are offsets in the parsed text."""

    def __init__(self, message: str, event: Event) -> None:
        super().__init__(message)
        self.start, self.end = offsets(event)


class Composer:
    """Plain data from the events of a text; and, of the document just read, what is due a closer look.

    ``differs``: the kustomize reading may differ. ``repeats``: a mapping may have a key twice.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.start, self.inside, self.end = 0, 1, 0
        self.differs = self.repeats = False
        self._anchors: dict[str | None, Data] = {}
        self._aliased = self._depth = 0

    def documents(self) -> Iterator[Data]:
        """The data of each document. Raises YAMLError or Broken inside a broken one."""
        self._get = events_of(self._text)
        self._get()
        while isinstance(event := self._get(), DocumentStartEvent):
            start, self.inside = offsets(event)
            if event.explicit:  # else it includes what stands before: the parser drops a mark at the beginning
                self.start = start
            self._anchors, self._aliased, self.differs, self.repeats = {}, 0, False, False
            data = self._node(self._get())
            self.differs = self.differs or has_odd_annotations(data)
            self.end = offsets(self._get())[1]
            yield data
            self.start, self.inside = self.end, self.end + 1

    def _node(self, event: Event) -> Data:
        if isinstance(event, ScalarEvent):
            if event.tag is not None or event.anchor is not None:
                return self._labelled(event)
            if event.style:
                if event.style == FOLDED and scalars.refolded(event.value) != event.value:
                    self.differs = True
                return event.value
            value = PLAIN[event.value]
            if isinstance(value, Twofold):
                self.differs = True
                return value.direct
            return value
        if isinstance(event, MappingStartEvent):
            return self._mapping(event)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event)
        return self._alias(cast("AliasEvent", event))

    def _mapping(self, start: MappingStartEvent) -> dict[str, Data]:
        data: dict[str, Data] = {}
        self._enter(start)
        get = self._get
        while not isinstance(event := get(), MappingEndEvent):
            key = None
            if isinstance(event, ScalarEvent) and event.tag is None and event.anchor is None:
                key = event.value if event.style else KEYS[event.value]
            if key is None:
                key = self._key(event)
            if key is None:
                self._merge(data, get())
                continue
            value = self._node(get())
            if key in data:
                self.repeats = True
            data[key] = value
        self._leave(start, data)
        return data

    def _sequence(self, start: SequenceStartEvent) -> list[Data]:
        data: list[Data] = []
        self._enter(start)
        while not isinstance(event := self._get(), SequenceEndEvent):
            data.append(self._node(event))
        self._leave(start, data)
        return data

    def _enter(self, start: CollectionStartEvent) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Broken(TOO_DEEP, start)
        if start.anchor is not None:
            self._anchors[start.anchor] = start  # "not complete yet": an alias to it would close a circle

    def _leave(self, start: CollectionStartEvent, data: dict[str, Data] | list[Data]) -> None:
        self._depth -= 1
        if start.anchor is not None and self._anchors[start.anchor] is start:
            self._anchors[start.anchor] = data
        if start.flow_style and None in (data.values() if isinstance(data, dict) else data):
            self.differs = True

    def _labelled(self, event: ScalarEvent) -> Data:
        """A scalar with a tag or an anchor."""
        self.differs = True
        value = scalars.received(self._scalar(event))
        self._anchors[event.anchor] = value
        return value

    def _scalar(self, event: ScalarEvent) -> Scalar:
        try:
            return scalar_of(event, scalars.direct)
        except ValueError as error:
            raise Broken(str(error), event) from None

    def _key(self, event: Event) -> str | None:
        """The text of a key that is no ordinary word; None for a merge key."""
        self.differs = True
        if is_merge(event):
            return None
        value: Data = event
        if isinstance(event, ScalarEvent):
            value = self._anchors[event.anchor] = self._scalar(event)
        elif isinstance(event, AliasEvent):
            value = self._alias(event)
        try:
            return scalars.key(value)
        except ValueError as error:
            raise Broken(str(error), event) from None

    def _merge(self, data: dict[str, Data], event: Event) -> None:
        """Merge as go-yaml v2 does: over the keys before, under those behind; of a list the first map wins."""
        value = self._node(event)
        sources = value if isinstance(value, list) and not isinstance(event, AliasEvent) else [value]
        for source in reversed(sources):
            if not isinstance(source, dict):
                raise Broken("a merge key ('<<') takes a mapping or a list of mappings", event)
            data.update(source)

    def _alias(self, event: AliasEvent) -> Data:
        self.differs = True
        if event.anchor not in self._anchors:
            raise Broken(f"the alias '*{event.anchor}' has no anchor above it", event)
        value = self._anchors[event.anchor]
        if isinstance(value, Event):
            raise Broken(f"the anchor '&{event.anchor}' contains itself", event)
        nodes, levels = measure(value)
        self._aliased += nodes
        if self._aliased > MAX_ALIASED or self._depth + levels > MAX_DEPTH:
            raise Broken("excessive aliasing: the aliases of this document stand for too much", event)
        return value


def measure(value: Data) -> tuple[int, int]:
    """How many nodes a value consists of, and on how many levels of lists and mappings."""
    nodes, levels, layer = 0, -1, [value]
    while layer:
        nodes, levels = nodes + len(layer), levels + 1
        lists = [item.values() if isinstance(item, dict) else item for item in layer if isinstance(item, dict | list)]
        layer = [child for children in lists for child in children]
    return nodes, levels


def has_odd_annotations(data: Data) -> bool:
    """Whether annotations are no text: the API server refuses those, a kustomize build makes text of them."""
    metadata = data.get("metadata") if isinstance(data, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and not all(isinstance(text, str) for text in annotations.values())
