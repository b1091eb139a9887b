"""Built objects for people and programs: a stream of YAML documents, on demand with where each field was set."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import OPAQUE, Place
from gitops_lint.output.yaml import Notes, comment
from gitops_lint.output.yaml import render as document

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.model import Built, Opaque, Places


class Part(NamedTuple):
    """What one build brings: its objects in their order, and what of it is not known; ``title`` may be empty."""

    title: str
    objects: Sequence[Built]
    opaque: Sequence[Opaque] = ()


def render(parts: Sequence[Part], *, provenance: bool = False, unicode: bool = True) -> str:
    """The objects of all parts, separated by ``---``; what is not known stands above them, in comments.

    With ``provenance`` a comment tells file and line of every field that came from elsewhere than what is around it.
    """
    return "---\n".join(text for part in parts for text in _documents(part, provenance, unicode))


def _documents(part: Part, provenance: bool, unicode: bool) -> Iterator[str]:
    """The documents of a part, the first one below the comments on the whole."""
    told = [part.title] if part.title else []
    told += [f"not built here: {opaque.place.location}: {opaque.reason}" for opaque in part.opaque]
    head = "".join(f"{comment(text, unicode=unicode)}\n" for text in told)
    for built in part.objects:
        if built.ref.group != OPAQUE:
            notes = origins(built) if provenance else Notes()
            yield head + document(built.data, notes, unicode=unicode)
            head = ""
    if head:
        yield head


def origins(built: Built) -> Notes:
    """For every value of an object that was set elsewhere than the mapping or list around it: file and line.

    What the object's own manifest set says nothing, even where it moved inside of a list.
    """
    return _origins(built.places, built.origin, built.origin)


def _origins(places: Places, around: Place, origin: Place) -> Notes:
    """The notes of a value; ``around`` is where it would stand if it came with what is around it."""
    here = places.own or around
    is_new = here != around and not (_is_within(here, origin) and _is_within(around, origin))
    inner = {
        step: _origins(child, Place(here.document, (*here.route, step)), origin)
        for step, child in (places.children or {}).items()
    }
    return Notes(str(here.location) if is_new else "", {step: notes for step, notes in inner.items() if any(notes)})


def _is_within(place: Place, top: Place) -> bool:
    return place.document is top.document and place.route[: len(top.route)] == top.route
