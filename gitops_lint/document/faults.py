"""What is wrong with a text, for whoever wrote it: in plain words, and at the place to look at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from gitops_lint.document.composer import TOO_DEEP, Broken
from gitops_lint.document.events import is_merge
from gitops_lint.document.file import Document, Fault, File
from gitops_lint.document.nodes import Node, direct_key

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def explain(file: File, source: str, error: Exception, offset: int, start: int, index: int) -> Fault:
    """The fault of the broken document at ``start``, in plain words; ``offset`` is where the parser began."""
    advice = None
    if conflict := _CONFLICT.search(source, start):
        message, place, end = "an unresolved merge conflict", conflict.start(), conflict.end()
        advice = "keep one side, or both, and take out the lines that mark them"
    elif isinstance(error, Broken):
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
    return Fault("invalid-yaml", message, file.span(place, end), advice, index)


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
    if problem.startswith("exceeded maximum nesting depth"):
        return TOO_DEEP, place  # newer versions of libyaml give up by themselves, at 1,000 levels
    if "tab character" in problem or (character == "\t" and "cannot start any token" in problem):
        return "a tab indents this line: YAML takes nothing but spaces", place
    if "cannot start any token" in problem:
        return f"text without quotes cannot begin with '{character}'", place
    return _PROBLEMS.get(problem, f"{problem} {error.context or ''}".strip()), place


def repeated_keys(document: Document) -> Iterator[Fault]:
    """A fault for each key that a mapping has twice; one for all where a second object begins in the document."""
    pending, seen = [document.root()], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        pending.extend(reversed(node.parts))
        repeated = _repeated(node) if node.is_mapping else []
        heads = [key for name, _, (key, _) in repeated if name in ("apiVersion", "kind", "metadata")]
        if node is document.root() and len(heads) > 1:
            span = document.span(heads[0])
            message = "two objects in one document: the '---' between them is missing"
            advice = f"put '---' on a line of its own before line {span.line}"
            yield Fault("duplicate-key", message, span, advice, document.index)
            continue
        for name, (first, value), (key, other) in repeated:
            message = f"the key '{name}' stands twice, first on line {document.span(first).line}"
            again = document.file.text[document.offset + key.start : document.offset + other.end]
            is_same = again == document.file.text[document.offset + first.start : document.offset + value.end]
            surplus = document.file.span(document.offset + key.start, document.offset + other.end) if is_same else None
            advice = "keep one, or merge them"
            yield Fault("duplicate-key", message, document.span(key), advice, document.index, surplus)


_Entry = tuple["Node", "Node"]


def _repeated(mapping: Node) -> list[tuple[str, _Entry, _Entry]]:
    """The keys that a mapping has more than once: text, first occurrence, further occurrence, with their values."""
    firsts: dict[str, _Entry] = {}
    named = [(direct_key(entry[0]), entry) for entry in mapping.pairs() if not is_merge(entry[0].event)]
    return [(name, firsts[name], entry) for name, entry in named if firsts.setdefault(name, entry) is not entry]
