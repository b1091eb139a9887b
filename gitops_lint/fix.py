"""What a check proposes to do about a hit, in routes and values; and the edits of text that do it.

An edit is proposed only if it surely does what it says: the text that it leaves is read again, and must hold the
changed value, everything else, and no fault that was not there before.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.document import Document, read
from gitops_lint.finding import Edit, Repair
from gitops_lint.model import Place, dig
from gitops_lint.splice import is_literal, put, remove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitops_lint.document import File
    from gitops_lint.location import Location, Route
    from gitops_lint.model import Data, Spot, Subject


class Put(NamedTuple):
    """A value to be put at a place, with the mappings and lists that are missing on the way."""

    at: Spot
    value: Data


class Remove(NamedTuple):
    """An entry or item to be taken out, and the mappings and lists that would be left empty."""

    at: Spot


class Write(NamedTuple):
    """A text to be written over a stretch of a file; a comment, or a line of a script."""

    at: Location
    text: str
    whole_line: bool = False
    """Whether the line of the stretch goes with it."""


class Reword(NamedTuple):
    """A text to be put in place of another one, which fills the value at a place or is the part of it at a place."""

    at: Spot
    old: str
    new: str


class Move(NamedTuple):
    """A file that is to stand elsewhere."""

    path: str
    to: str


Change = Put | Remove | Write | Reword | Move


def annotation(subject: Subject, name: str, value: str) -> Put | None:
    """An annotation to be put on an object; None where its annotations come from elsewhere than its own manifest."""
    place = subject.locate(("metadata", "annotations", name))
    home = subject.locate(("metadata", "name"))
    return Put(place, value) if place.document is home.document and place.route[-2:-1] == ("annotations",) else None


class Fix(NamedTuple):
    """What to do about a hit, in the imperative. ``safe``: nothing that is applied changes by it."""

    title: str
    changes: tuple[Change, ...]
    safe: bool = False


class _Changed(NamedTuple):
    """The edit of a text, and what it does to the data of a document; a comment or a script has none."""

    edit: Edit
    document: Document | None = None
    change: Callable[[Data], Data] = lambda data: data
    is_part: bool = False
    """Whether it changes part of a value, so that nobody can say what the document is to hold then."""


def is_possible(fix: Fix, file_of: Callable[[str], File | None]) -> bool:
    """Whether every place that a fix changes is a literal; what comes of the change is not asked yet."""
    return all(_is_literal(change, file_of) for change in fix.changes)


def _is_literal(change: Change, file_of: Callable[[str], File | None]) -> bool:
    if isinstance(change, Write | Move):
        return True
    if isinstance(change, Reword) and _document(change.at) is None:
        return _reworded(change, file_of(change.at.path)) is not None
    document = _document(change.at)
    return document is not None and isinstance(change.at, Place) and is_literal(document, change.at.route)


def repair_of(fix: Fix, file_of: Callable[[str], File | None]) -> Repair | None:
    """A fix as edits; None where it cannot be made for sure."""
    changed: list[_Changed] = []
    moves = tuple((change.path, change.to) for change in fix.changes if isinstance(change, Move))
    for change in fix.changes:
        if not isinstance(change, Move):
            found = _changed(change, file_of)
            if found is None:
                return None
            changed.append(found)
    paths = {one.edit.path for one in changed}
    if not all(_holds([one for one in changed if one.edit.path == path], file_of(path)) for path in paths):
        return None
    return Repair(fix.title, fix.safe, tuple(one.edit for one in changed), moves)


def splice(text: str, edits: Iterable[Edit]) -> str:
    """A text with its edits made, which must not overlap."""
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


# -- one change --------------------------------------------------------------------------------------------------------


def _changed(change: Put | Remove | Write | Reword, file_of: Callable[[str], File | None]) -> _Changed | None:
    if isinstance(change, Write):
        file = file_of(change.at.path)
        return _Changed(_written(change, file)) if file is not None and change.at.span else None
    if isinstance(change, Reword):
        if _document(change.at) is None:
            return _reworded(change, file_of(change.at.path))
        change = Put(change.at, change.new)
    document = _document(change.at)
    if document is None:
        return None
    route = change.at.route if isinstance(change.at, Place) else ()
    edit: Edit | None
    done: Callable[[Data], Data]
    if isinstance(change, Put):
        edit, done = put(document, route, change.value), partial(_with, route=route, value=change.value)
    else:
        route = _all_that_goes(document.data, route)
        edit, done = remove(document, route), partial(_without, route=route)
    return _Changed(_in_line_ends_of(document.file, edit), document, done) if edit is not None else None


def _document(spot: Spot) -> Document | None:
    """The document of a place; None for one that lies in no YAML."""
    document = spot.document if isinstance(spot, Place) else None
    return document if isinstance(document, Document) else None


def _written(change: Write, file: File) -> Edit:
    span = change.at.span
    assert span is not None  # asked before
    start, end = file.offset(span.line, span.column), file.offset(span.end_line, span.end_column)
    if change.whole_line:
        start = file.text.rfind("\n", 0, start) + 1
        end = file.text.find("\n", end) + 1 or len(file.text)
    elif not change.text:  # what goes takes the blanks before it along, but never the indentation
        blank = len(file.text[:start].rstrip(" \t"))
        start = blank if file.text[:blank].rpartition("\n")[2] else start
    return Edit(change.at.path, start, end, change.text)


def _reworded(change: Reword, file: File | None) -> _Changed | None:
    """The edit of a part of a value, or of a script; None where the old text does not stand there."""
    span = change.at.location.span
    if file is None or span is None:
        return None
    start, end = file.offset(span.line, span.column), file.offset(span.end_line, span.end_column)
    if file.text[start:end] != change.old:
        return None
    return _Changed(Edit(file.path, start, end, change.new), is_part=True)


def _in_line_ends_of(file: File, edit: Edit) -> Edit:
    return edit._replace(text=edit.text.replace("\n", "\r\n")) if "\r\n" in file.text else edit


def _holds(changed: Sequence[_Changed], file: File | None) -> bool:
    """Whether the edited text holds what it should: the new data of the changed documents, the old of all others."""
    if file is None:
        return False
    if not file.documents and all(one.document is None for one in changed):
        return True  # no YAML: a script
    due = {document.index: document.data for document in file.documents}
    for one in changed:
        if one.document is not None:
            due[one.document.index] = one.change(due[one.document.index])
    again = read(file.path, splice(file.text, (one.edit for one in changed)).encode())
    is_sound = len(again.faults) <= len(file.faults)
    if any(one.is_part for one in changed):
        return is_sound and len(again.documents) == len(file.documents)
    return is_sound and [document.data for document in again.documents] == list(due.values())


# -- data --------------------------------------------------------------------------------------------------------------


def _with(data: Data, route: Route, value: Data) -> Data:
    """Data with a value put in; a step that is missing, or null, becomes a mapping or a list."""
    if not route:
        return value
    step = route[0]
    if isinstance(step, int):
        items = list(data) if isinstance(data, list) else []
        items[step : step + 1] = [_with(dig(data, (step,)), route[1:], value)]
        return items
    entries = data if isinstance(data, dict) else {}
    return {**entries, step: _with(entries.get(step), route[1:], value)}


def _all_that_goes(data: Data, route: Route) -> Route:
    """The route to what is to go: a mapping or list in which nothing else stands goes as a whole."""
    while len(route) > 1 and len(dig(data, route[:-1]) or ()) == 1:
        route = route[:-1]
    return route


def _without(data: Data, route: Route) -> Data:
    if isinstance(data, dict):
        entries = ((key, value) for key, value in data.items() if len(route) > 1 or key != route[0])
        return {key: _without(value, route[1:]) if key == route[0] else value for key, value in entries}
    if isinstance(data, list):
        items = ((number, item) for number, item in enumerate(data) if len(route) > 1 or number != route[0])
        return [_without(item, route[1:]) if number == route[0] else item for number, item in items]
    return data
