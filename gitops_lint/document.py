"""Text -> documents with their places: the only module that knows YAML. It opens no file and raises for no content.

One quick pass over libyaml's events makes plain data, in the *direct* reading, and keeps no places. What needs a
closer look (places, repeated keys, the *kustomize* reading) works on the tree of one document, made on demand.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_right
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

if yaml.__with_libyaml__:
    from yaml._yaml import CParser

from gitops_lint import scalars
from gitops_lint.location import Route, Span
from gitops_lint.scalars import KEYS, PLAIN, Scalar, Twofold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_lint.model import Data

_PARSER: Callable[[str], CParser | yaml.SafeLoader] = CParser if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's parser, or where PyYAML was built without it the same events in pure Python, many times slower."""

MAX_BYTES: Final = 16 << 20
"""Larger files are not read: four times the largest YAML file (3.7 MB) in 71 public GitOps repositories."""
MAX_DEPTH: Final = 256
"""Deeper nesting, aliases taken for what they stand for, is a fault: five times the deepest real manifest (48
levels), and a walker that needs three frames a level stays inside Python's limit of 1,000."""
MAX_ALIASED: Final = 400_000
"""The nodes that the aliases of one document may stand for: so many does go-yaml let a small document have, and a
large one too (alias_ratio_range_low and allowedAliasRatio in its decode.go)."""
MAX_FAULTS: Final = 100
"""The faults of a file after which no more are looked for: what holds more is no YAML, or made to harm."""

_STRING_TAG: Final = "tag:yaml.org,2002:str"
_MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_MARKER: Final = "gitops-lint:"
_DIRECTIVE = re.compile(
    rf"(?<!\S)#[ \t]*{_MARKER}[ \t]*"
    r"(?:(?P<verb>[\w-]+)(?:\[(?P<rules>[ \t]*[\w-][^\]\r\n]*)\])?(?!\S)|(?P<other>\S*))"
    r"(?P<reason>[^\r\n]*)"
)
_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_LINE_MARK = re.compile("^\ufeff+", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_CONFLICT = re.compile(r"^(?:<{7} |={7}\r?$|>{7} )", re.MULTILINE)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROBLEMS: Final = {
    "mapping values are not allowed in this context": "no mapping can begin at this ':': wrong indentation, or text "
    "with ': ' in it that needs quotes",
    "did not find expected key": "a key was expected here: the indentation does not fit the lines above, or text "
    "follows a closing quote",
    "could not find expected ':'": "this is neither a key with a ':' nor part of a value",
    "did not find expected '-' indicator": "a list item was expected here: the indentation does not fit the list",
    "did not find expected ',' or ']'": "a ',' or ']' is missing in the list that begins with '['",
    "did not find expected ',' or '}'": "a ',' or '}' is missing in the mapping that begins with '{'",
    "did not find expected node content": "a value is missing here",
    "did not find expected <document start>": "what follows a '...' must begin with '---'",
    "found unexpected end of stream": "this quote is never closed",
    "found unexpected document indicator": "this quote is never closed",
    "found unknown escape character": "a '\\' in double quotes begins no escape: double it, or use single quotes",
    "block sequence entries are not allowed in this context": "a list cannot begin on the line of its key",
    "did not find expected comment or line break": "only a comment may follow the '|' or '>' of a block of text",
}
"""What libyaml says, and how to say it to whoever wrote the file."""
_LATE_FINDS: Final = ("while scanning a quoted scalar", "while scanning a simple key")
"""What libyaml gives up on long after the place that is wrong, which is where it began."""


class Fault(NamedTuple):
    """What is wrong with a text. ``kind`` is the id of a rule, ``document`` the index of the document."""

    kind: str
    message: str
    span: Span
    help: str | None
    document: int


class Directive(NamedTuple):
    """A comment to gitops-lint: ``# gitops-lint: ignore[rule-a, rule-b] reason``; a bare verb names no rules.

    ``verb`` is what stands there, known or not; ``own_line`` says that nothing stands before the comment.
    """

    rules: tuple[str, ...]
    reason: str
    span: Span
    own_line: bool
    verb: str


class File:
    """A text, its documents (empty and unreadable ones left out) and what is wrong with it."""

    __slots__ = ("_directives", "_sound", "_starts", "documents", "faults", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.documents: tuple[Document, ...] = ()
        self.faults: tuple[Fault, ...] = ()
        self._sound: tuple[tuple[int, int], ...] = ()  # the stretches of the text without a syntax error
        self._starts: list[int] = []
        self._directives: tuple[Directive, ...] | None = None

    @property
    def directives(self) -> tuple[Directive, ...]:
        """The comments to gitops-lint, in order; a broken document is not searched for them."""
        if self._directives is None:
            self._directives = tuple(_directives(self, self._sound)) if _MARKER in self.text else ()
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

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._starts


class Document:
    """One YAML document: its data in two readings, and where all of it stands. Equal to itself only."""

    __slots__ = ("_differs", "_extent", "_kustomize", "_root", "data", "file", "index")

    def __init__(self, file: File, index: int, data: Data, extent: tuple[int, int], *, differs: bool) -> None:
        self.file = file
        self.index = index
        self.data = data
        self._extent = extent
        self._differs = differs
        self._root: _Node | None = None
        self._kustomize: _Kustomize | None = None

    @property
    def path(self) -> str:
        return self.file.path

    @property
    def kustomize(self) -> Data:
        """The document as a kustomize build takes it; ``data`` itself where the two readings agree."""
        return self._as_kustomize().data if self._differs else self.data

    @property
    def refusals(self) -> tuple[Fault, ...]:
        """What a kustomize build fails at although the API server would take it: a number as a key, say."""
        return tuple(self._as_kustomize().faults) if self._differs else ()

    def locate(self, route: Route, *, key: bool = False) -> Span:
        """Where the value at ``route``, or its key, is written: behind aliases and merge keys, in the anchor.

        Where nothing stands at the route, the span is that of the nearest value around it; it never fails.
        """
        found = _follow(self.root(), route)
        name, value = found[-1]
        return self.span(name if key and len(found) > len(route) else value)

    def span(self, node: _Node) -> Span:
        """The span of a node of this document's tree."""
        return self.file.span(self._extent[0] + node.start, self._extent[0] + node.end)

    def root(self) -> _Node:
        """The document as it is written, made when first asked for."""
        if self._root is None:
            start, end = self._extent
            with _collector_at_rest():
                self._root = _tree(_parsable(self.path, self.file.text[start:end]))
        return self._root

    def _as_kustomize(self) -> _Kustomize:
        if self._kustomize is None:
            self._kustomize = _Kustomize(self)
        return self._kustomize


def read(path: str, content: bytes) -> File:
    """The documents of a file and what is wrong with it. Raises for no content whatever."""
    with _collector_at_rest():
        text, fault = _decode(content)
        file = File(path, text)
        if fault is not None:
            file.faults = (fault,)
        else:
            _read_documents(file)
            if path.endswith(".json"):
                _read_json(file)
        return file


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Without garbage collection: it would walk all the new containers again and again, and free none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _decode(content: bytes) -> tuple[str, Fault | None]:
    """The text of UTF-8 or, behind a byte order mark, UTF-16; else "" and the reason."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if wide else "utf-8-sig"
    before = ""
    try:
        if len(content) > MAX_BYTES:
            reason = f"the file is larger than {MAX_BYTES >> 20} MiB and was not read"
        else:
            text = content.decode(encoding)
            if "\ufeff" in text:  # files with marks, joined: go-yaml drops them at the beginning of a line
                text = _LINE_MARK.sub("", text)
            before, nul, _ = text.partition("\0")
            if not nul:
                return text, None
            reason = "a NUL character: the file is binary, or UTF-16 without a byte order mark"
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(encoding, "replace")
        reason = f"bytes that are no {'UTF-16' if wide else 'UTF-8'} text"
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return "", Fault("invalid-yaml", reason, Span(line, column, line, column + 1), None, 0)


def _read_documents(file: File) -> None:
    """Fill in documents and faults; behind a broken document go on at the next line that begins with ``---``."""
    source = _parsable(file.path, file.text)
    documents: list[Document] = []
    faults: list[Fault] = []
    sound: list[tuple[int, int]] = []
    position, stop, index = 0, len(source), 0
    while position < len(source) and len(faults) < MAX_FAULTS:
        composer = _Composer(source[position:stop])
        try:
            for data in composer.documents():
                extent = (position + composer.start, position + composer.end)
                if data is not None:
                    documents.append(Document(file, index, data, extent, differs=composer.differs))
                if composer.repeats and len(faults) < MAX_FAULTS:
                    faults.extend(sorted(islice(_repeated_keys(documents[-1]), MAX_FAULTS), key=_by_span))
                index += 1
            end = following = stop
        except (YAMLError, _Broken) as error:
            end, following = position + composer.start, _separator(source, position + composer.inside)
            if isinstance(error, ReaderError) and following < stop:
                following = end  # libyaml reads ahead: this document may be sound, so try it alone
            else:
                faults.append(_explain(file, source[:following], error, position, end, index))
                index += 1
        sound.append((position, end))
        position, stop = following, _separator(source, following + 1)
    file.documents, file.faults, file._sound = tuple(documents), tuple(faults), tuple(sound)


def _separator(source: str, position: int) -> int:
    """The offset of the next line that begins with ``---``, or the end."""
    match = _SEPARATOR.search(source, position)
    return match.start() if match else len(source)


def _parsable(path: str, text: str) -> str:
    """The text as YAML's parser can take it: JSON's surrogate pairs, which YAML does not know, become blanks."""
    return _SURROGATE.sub(r"\\u0020", text) if path.endswith(".json") else text


def _read_json(file: File) -> None:
    """Give JSON's own reader the last word on JSON, as in kubectl; on anything else YAML's verdict stands."""
    try:
        data = scalars.json_data(file.text)
    except (ValueError, RecursionError):
        return
    if _measure(data)[1] > MAX_DEPTH:
        return
    if data is not None:
        file.documents = (Document(file, 0, data, (0, len(file.text)), differs=False),)
    file.faults = tuple(fault for fault in file.faults if fault.kind == "duplicate-key")


class _Broken(Exception):
    """What this reader refuses though libyaml parses it; ``start`` and ``end`` are offsets in the parsed text."""

    def __init__(self, message: str, event: Event) -> None:
        super().__init__(message)
        self.start, self.end = _offsets(event)


def _events(text: str) -> Callable[[], Event]:
    """A function that returns the next event of a text at each call, up to the end of the stream."""
    return cast("Callable[[], Event]", _PARSER(text).get_event)


def _offsets(event: Event) -> tuple[int, int]:
    assert event.start_mark is not None  # the parsers always set both
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


class _Composer:
    """Plain data from the events of a text; and, of the document just read, what is due a closer look.

    ``differs``: the kustomize reading may differ. ``repeats``: a mapping may have a key twice.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.start, self.inside, self.end = 0, 1, 0
        self.differs = self.repeats = False
        self.anchors: dict[str | None, Data] = {}
        self.aliased = self.depth = 0

    def documents(self) -> Iterator[Data]:
        """The data of each document. Raises YAMLError or _Broken inside a broken one."""
        self.get = _events(self.text)
        self.get()
        while isinstance(event := self.get(), DocumentStartEvent):
            start, self.inside = _offsets(event)
            if event.explicit:  # else it includes what stands before: the parser drops a mark at the beginning
                self.start = start
            self.anchors, self.aliased, self.differs, self.repeats = {}, 0, False, False
            data = self.node(self.get())
            self.differs = self.differs or _has_odd_annotations(data)
            self.end = _offsets(self.get())[1]
            yield data
            self.start, self.inside = self.end, self.end + 1

    def node(self, event: Event) -> Data:
        if isinstance(event, ScalarEvent):
            if event.tag is not None or event.anchor is not None:
                return self.labelled(event)
            if event.style:
                return event.value
            value = PLAIN[event.value]
            if isinstance(value, Twofold):
                self.differs = True
                return value.direct
            return value
        if isinstance(event, MappingStartEvent):
            return self.mapping(event)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(event)
        return self.alias(cast("AliasEvent", event))

    def mapping(self, start: MappingStartEvent) -> dict[str, Data]:
        data: dict[str, Data] = {}
        self.enter(start)
        get = self.get
        while not isinstance(event := get(), MappingEndEvent):
            key = None
            if isinstance(event, ScalarEvent) and event.tag is None and event.anchor is None:
                key = event.value if event.style else KEYS[event.value]
            if key is None:
                key = self.key(event)
            if key is None:
                self.merge(data, get())
                continue
            value = self.node(get())
            if key in data:
                self.repeats = True
            data[key] = value
        self.leave(start, data)
        return data

    def sequence(self, start: SequenceStartEvent) -> list[Data]:
        data: list[Data] = []
        self.enter(start)
        while not isinstance(event := self.get(), SequenceEndEvent):
            data.append(self.node(event))
        self.leave(start, data)
        return data

    def enter(self, start: CollectionStartEvent) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Broken(f"nested more than {MAX_DEPTH} levels deep", start)
        if start.anchor is not None:
            self.anchors[start.anchor] = start  # "not complete yet": an alias to it would close a circle

    def leave(self, start: CollectionStartEvent, data: dict[str, Data] | list[Data]) -> None:
        self.depth -= 1
        if start.anchor is not None and self.anchors[start.anchor] is start:
            self.anchors[start.anchor] = data
        if start.flow_style and None in (data.values() if isinstance(data, dict) else data):
            self.differs = True

    def labelled(self, event: ScalarEvent) -> Data:
        """A scalar with a tag or an anchor."""
        self.differs = True
        value = scalars.received(self.scalar(event))
        self.anchors[event.anchor] = value
        return value

    def scalar(self, event: ScalarEvent) -> Scalar:
        try:
            return _scalar(event, scalars.direct)
        except ValueError as error:
            raise _Broken(str(error), event) from None

    def key(self, event: Event) -> str | None:
        """The text of a key that is no ordinary word; None for a merge key."""
        self.differs = True
        if _is_merge(event):
            return None
        value: Data = event
        if isinstance(event, ScalarEvent):
            value = self.anchors[event.anchor] = self.scalar(event)
        elif isinstance(event, AliasEvent):
            value = self.alias(event)
        try:
            return scalars.key(value)
        except ValueError as error:
            raise _Broken(str(error), event) from None

    def merge(self, data: dict[str, Data], event: Event) -> None:
        """Merge as go-yaml v2 does: over the keys before, under those behind; of a list the first map wins."""
        value = self.node(event)
        sources = value if isinstance(value, list) and not isinstance(event, AliasEvent) else [value]
        for source in reversed(sources):
            if not isinstance(source, dict):
                raise _Broken("a merge key ('<<') takes a mapping or a list of mappings", event)
            data.update(source)

    def alias(self, event: AliasEvent) -> Data:
        self.differs = True
        if event.anchor not in self.anchors:
            raise _Broken(f"the alias '*{event.anchor}' has no anchor above it", event)
        value = self.anchors[event.anchor]
        if isinstance(value, Event):
            raise _Broken(f"the anchor '&{event.anchor}' contains itself", event)
        nodes, levels = _measure(value)
        self.aliased += nodes
        if self.aliased > MAX_ALIASED or self.depth + levels > MAX_DEPTH:
            raise _Broken("excessive aliasing: the aliases of this document stand for too much", event)
        return value


def _measure(value: Data) -> tuple[int, int]:
    """How many nodes a value consists of, and on how many levels of lists and mappings."""
    nodes, levels, layer = 0, -1, [value]
    while layer:
        nodes, levels = nodes + len(layer), levels + 1
        lists = [item.values() if isinstance(item, dict) else item for item in layer if isinstance(item, dict | list)]
        layer = [child for children in lists for child in children]
    return nodes, levels


def _has_odd_annotations(data: Data) -> bool:
    """Whether annotations are no text: the API server refuses those, a kustomize build makes text of them."""
    metadata = data.get("metadata") if isinstance(data, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and not all(isinstance(text, str) for text in annotations.values())


def _scalar(event: ScalarEvent, resolve: Callable[[str], Scalar]) -> Scalar:
    """The value of a scalar, its tag obeyed. Raises ValueError where the text is not what the tag says."""
    if event.tag is not None:
        return scalars.tagged(event.tag, event.value, resolve, plain=not event.style)
    return event.value if event.style else resolve(event.value)


def _is_merge(event: Event) -> bool:
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == _MERGE_TAG or (event.tag is None and not event.style)


class _Node:
    """What is written: its extent, the event that begins it, its parts (items, or keys and values in turn)."""

    __slots__ = ("_entries", "end", "event", "height", "parts", "start")

    def __init__(self, start: int, end: int, event: Event, parts: list[_Node]) -> None:
        self.start = start
        self.end = end
        self.event = event
        self.parts = parts
        self.height: int = 1 + max((part.height for part in parts), default=0)
        self._entries: dict[str | int, tuple[_Node, _Node]] | None = None

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.event, MappingStartEvent)

    def pairs(self) -> Iterator[tuple[_Node, _Node]]:
        return zip(self.parts[::2], self.parts[1::2], strict=True)

    def entries(self) -> dict[str | int, tuple[_Node, _Node]]:
        """The parts with their keys (an item is its own), by their steps in either reading."""
        if self._entries is None:
            items = enumerate(zip(self.parts, self.parts, strict=True))
            self._entries = self._named_parts() if self.is_mapping else dict(items)
        return self._entries

    def _named_parts(self) -> dict[str | int, tuple[_Node, _Node]]:
        named: dict[str | int, tuple[_Node, _Node]] = {}
        as_written: dict[str | int, tuple[_Node, _Node]] = {}
        for key, value in self.pairs():
            if _is_merge(key.event):
                for source in reversed(_merged(value)):
                    named.update(source.entries())
            else:
                named[_direct_key(key)] = as_written[_scalar_event(key).value] = (key, value)
        return as_written | named


class _Surveyor:
    """Makes the tree of a document that the composer found sound; an alias becomes the node it stands for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.get = _events(text)
        self.anchors: dict[str, _Node | None] = {}
        self.end = 0

    def node(self, event: Event) -> _Node:
        start, self.end = _offsets(event)
        anchor = event.anchor if isinstance(event, NodeEvent) else None
        if isinstance(event, AliasEvent):
            return cast("_Node", self.anchors[event.anchor or ""])
        if anchor is not None:
            self.anchors[anchor] = None
        parts: list[_Node] = []
        if isinstance(event, CollectionStartEvent):
            while not isinstance(part := self.get(), CollectionEndEvent):
                parts.append(self.node(part))
            if event.flow_style:  # a block ends with its last part: libyaml has it end at the next token
                self.end = _offsets(part)[1]
        elif isinstance(event, ScalarEvent) and event.style in ("|", ">"):
            self.end = start + len(self.text[start : self.end].rstrip())
        node = _Node(start, self.end, event, parts)
        if node.height > MAX_DEPTH + 1:
            raise YAMLError("a chain of merge keys that is too long to follow")
        if anchor is not None and self.anchors[anchor] is None:
            self.anchors[anchor] = node
        return node


def _tree(text: str) -> _Node:
    """The tree of one document; a single node where YAML's parser finds none (JSON that is no YAML, say)."""
    try:
        surveyor = _Surveyor(text)
        surveyor.get()
        if isinstance(surveyor.get(), DocumentStartEvent):
            return surveyor.node(surveyor.get())
    except YAMLError:
        pass
    return _Node(0, len(text.rstrip()), Event(), [])


def _merged(value: _Node) -> list[_Node]:
    return value.parts if isinstance(value.event, SequenceStartEvent) else [value]


def _scalar_event(node: _Node) -> ScalarEvent:
    assert isinstance(node.event, ScalarEvent)
    return node.event


def _direct_key(key: _Node) -> str:
    return scalars.key(_scalar(_scalar_event(key), scalars.direct))


def _follow(root: _Node, route: Route) -> list[tuple[_Node, _Node]]:
    """The keys and values along a route, from the root on, as far as it exists."""
    found = [(root, root)]
    for step in route:
        entries = found[-1][1].entries()
        if step not in entries:
            break
        found.append(entries[step])
    return found


def _repeated_keys(document: Document) -> Iterator[Fault]:
    """A fault for each key that a mapping has twice; one for all where a second object begins in the document."""
    pending, seen = [document.root()], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        pending.extend(reversed(node.parts))
        repeated = _repeated(node) if node.is_mapping else []
        heads = [key for name, _, key in repeated if name in ("apiVersion", "kind", "metadata")]
        if node is document.root() and len(heads) > 1:
            span = document.span(heads[0])
            message = "two objects in one document: the '---' between them is missing"
            advice = f"put '---' on a line of its own before line {span.line}"
            yield Fault("duplicate-key", message, span, advice, document.index)
            continue
        for name, first, key in repeated:
            message = f"the key '{name}' stands twice, first on line {document.span(first).line}"
            yield Fault("duplicate-key", message, document.span(key), "keep one, or merge them", document.index)


def _by_span(fault: Fault) -> Span:
    return fault.span


def _repeated(mapping: _Node) -> list[tuple[str, _Node, _Node]]:
    """The keys that a mapping has more than once: text, first occurrence, further occurrence."""
    firsts: dict[str, _Node] = {}
    named = [(_direct_key(key), key) for key, _ in mapping.pairs() if not _is_merge(key.event)]
    return [(name, firsts[name], key) for name, key in named if firsts.setdefault(name, key) is not key]


class _Kustomize:
    """A document as kyaml takes it, and what a build fails at."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self.data = document.data
        self.mappings: dict[tuple[int, bool], dict[str, Data]] = {}
        root = document.root()
        if not isinstance(root.event, NodeEvent):
            return
        data = self.value(root, in_flow=False)
        if _has_odd_annotations(data):
            annotations = data["metadata"]["annotations"]
            for name in annotations:
                event = _follow(root, ("metadata", "annotations", name))[-1][1].event
                annotations[name] = event.value if isinstance(event, ScalarEvent) else ""
        if data != document.data:
            self.data = data

    def value(self, node: _Node, *, in_flow: bool) -> Data:
        event = node.event
        if isinstance(event, ScalarEvent):
            if in_flow and _is_quoted_in_flow(event):
                return event.value
            try:
                return scalars.received(_scalar(event, scalars.kustomize))
            except ValueError as error:
                self.refuse(str(error), node)
                return event.value
        in_flow = in_flow or bool(cast("CollectionStartEvent", event).flow_style)
        if node.is_mapping:
            return self.mapping(node, in_flow=in_flow)
        return [self.value(part, in_flow=in_flow) for part in node.parts]

    def mapping(self, node: _Node, *, in_flow: bool) -> dict[str, Data]:
        """A mapping, made once: one that is merged into others that are merged would take for ever."""
        known = (id(node), in_flow)
        if known not in self.mappings:
            self.mappings[known] = self.make(node, in_flow=in_flow)
        return self.mappings[known]

    def make(self, node: _Node, *, in_flow: bool) -> dict[str, Data]:
        """Merge as go-yaml v3 does: once, and under all the keys of the mapping, those before and those behind."""
        own: dict[str, Data] = {}
        merged: dict[str, Data] | None = None
        for key, value in node.pairs():
            if not _is_merge(key.event):
                own[self.key(key, in_flow=in_flow)] = self.value(value, in_flow=in_flow)
                continue
            if merged is not None:
                self.refuse("a mapping has two merge keys ('<<')", key)
            merged = {}
            for source in reversed(_merged(value)):
                merged.update(self.mapping(source, in_flow=in_flow))
        return {**(merged or {}), **own}

    def key(self, key: _Node, *, in_flow: bool) -> str:
        """A build ends in JSON, whose keys are strings; kyaml makes no string of a number or a boolean."""
        event = _scalar_event(key)
        text = event.value
        quoted = bool(event.style) or (in_flow and _is_quoted_in_flow(event))
        plain_text = isinstance(scalars.kustomize(text), str) and scalars.timestamp(text) is None
        if event.tag == _STRING_TAG or (event.tag in (None, "!") and (quoted or plain_text)):
            return text
        self.refuse(f"the key '{text}' is no string, so a kustomize build fails", key)
        return _direct_key(key)

    def refuse(self, message: str, node: _Node) -> None:
        self.faults.append(
            Fault("invalid-yaml", message, self.document.span(node), "put it in quotes", self.document.index)
        )


def _is_quoted_in_flow(event: ScalarEvent) -> bool:
    """Whether kyaml quotes a plain scalar inside {} or [], as it writes all nodes anew and reads that."""
    return event.tag is None and not event.style and (not event.value or ":" in event.value)


def _explain(file: File, source: str, error: Exception, offset: int, start: int, index: int) -> Fault:
    """The fault of the broken document at ``start``, in plain words; ``offset`` is where the parser began."""
    if conflict := _CONFLICT.search(source, start):
        message, place, end = "an unresolved merge conflict", conflict.start(), conflict.end()
    elif isinstance(error, _Broken):
        message, place, end = str(error), offset + error.start, offset + error.end
    elif isinstance(error, ReaderError):
        unprintable = _UNPRINTABLE.search(source, start)
        place = unprintable.start() if unprintable else start
        message, end = f"a control character (U+{ord(source[place]):04X}), which YAML does not allow", place + 1
    else:
        message, place = _syntax_error(source, error, offset)
        end = place
    if end == place and source[place : place + 1] not in ("", "\r", "\n"):
        end += 1
    return Fault("invalid-yaml", message, file.span(place, end), None, index)


def _syntax_error(source: str, error: Exception, offset: int) -> tuple[str, int]:
    """What libyaml says, in plain words, and the place where the author should look."""
    assert isinstance(error, MarkedYAMLError)
    assert error.problem_mark is not None
    problem, place = error.problem or "", offset + error.problem_mark.index
    last = len(source.rstrip()) - 1
    if error.context_mark is not None and (place > last or error.context in _LATE_FINDS):
        place = offset + error.context_mark.index
    place = max(0, min(place, last))
    character = source[place : place + 1]
    if "tab character" in problem or (character == "\t" and "cannot start any token" in problem):
        return "a tab indents this line: YAML takes nothing but spaces", place
    if "cannot start any token" in problem:
        return f"text without quotes cannot begin with '{character}'", place
    return _PROBLEMS.get(problem, f"{problem} {error.context or ''}".strip()), place


def _directives(file: File, stretches: tuple[tuple[int, int], ...]) -> Iterator[Directive]:
    """The directives outside quoted and block scalars; a plain scalar holds no comment."""
    for start, stop in stretches:
        if file.text.find(_MARKER, start, stop) < 0:
            continue
        texts = list(_extents(_parsable(file.path, file.text[start:stop])))
        for match in _DIRECTIVE.finditer(file.text, start, stop):
            before = bisect_right(texts, (match.start() - start, stop))
            if before == 0 or texts[before - 1][1] <= match.start() - start:
                yield _directive(file, match)


def _extents(text: str) -> Iterator[tuple[int, int]]:
    """Where quoted and block scalars stand; a block without its first line, which may end in a comment."""
    get = _events(text)
    while not isinstance(event := get(), StreamEndEvent):
        if isinstance(event, ScalarEvent) and event.style:
            start, end = _offsets(event)
            if event.style in ("|", ">"):
                start += len(text[start:end].partition("\n")[0])
            yield start, end


def _directive(file: File, match: re.Match[str]) -> Directive:
    line_start = file.text.rfind("\n", 0, match.start()) + 1
    rules = tuple(rule.strip() for rule in (match["rules"] or "").split(",") if rule.strip())
    span = file.span(match.start(), match.start() + len(match[0].rstrip()))
    own_line = not file.text[line_start : match.start()].strip()
    return Directive(rules, match["reason"].strip(), span, own_line, match["verb"] or match["other"])
