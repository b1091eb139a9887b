"""Values of an object that kustomize holds only once: whatever changes one of them changes them all.

A transformer that adds a label puts one and the same node into the metadata, the selectors and the templates of an
object (kyaml, yaml/fns.go, FieldSetter). A layer above that gives the metadata another value, by ``labels``, by a
strategic patch or by a replacement, so gives it to the selectors as well. A JSON6902 patch makes an object anew,
without such links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import dig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.builders.kustomize.traced import Traced
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Places


class Link(NamedTuple):
    """Mappings, by the routes to them in the order in which kustomize walks, and the keys under which they share."""

    holders: tuple[Route, ...]
    keys: tuple[str, ...]


Links = tuple[Link, ...]

_MISSING = object()


def links_of(places: Places, made: Mapping[str, Places]) -> Links:
    """The links between new values: those whose places hang in the trie of an object more than once."""
    keys: dict[tuple[Route, ...], list[str]] = {}
    for key, wanted in made.items():
        holders = tuple(sorted((route[:-1] for route in _positions(places, wanted, ())), key=str))
        if len(holders) > 1:
            keys.setdefault(holders, []).append(key)
    return tuple(Link(holders, tuple(linked)) for holders, linked in keys.items())


def _positions(places: Places, wanted: Places, route: Route) -> Iterator[Route]:
    if places is wanted:
        yield route
    for step, below in (places.children or {}).items():
        yield from _positions(below, wanted, (*route, step))


def followed(links: Links, before: Data, after: Traced) -> tuple[Links, Traced]:
    """The links that are left after a change of an object, and the object with the change made at all their ends.

    Of several changes under one link the last one counts; a value that was taken out is linked to nothing any more.
    """
    left = list[Link]()
    for link in links:
        if all(dig(before, holder) is dig(after.data, holder) for holder in link.holders):
            left.append(link)
            continue
        for key in link.keys:
            holders, after = _followed(link.holders, key, before, after)
            if len(holders) > 1:
                left.append(Link(holders, (key,)))
    return tuple(left), after


def _followed(holders: tuple[Route, ...], key: str, before: Data, after: Traced) -> tuple[tuple[Route, ...], Traced]:
    """The mappings that still hold a linked value, and the object with the last change of it made in all of them."""
    holders = tuple(holder for holder in holders if _value(after.data, holder, key) is not _MISSING)
    changed = [each for each in holders if _value(after.data, each, key) != _value(before, each, key)]
    if changed:
        value = _at(after, (*changed[-1], key))
        for holder in holders:
            if _value(after.data, holder, key) != value.data:
                after = _put(after, (*holder, key), value)
    return holders, after


def _value(data: Data, holder: Route, key: str) -> Data:
    """What a mapping holds; a mark of its own for nothing, since null is a value."""
    mapping = dig(data, holder)
    return mapping.get(key, _MISSING) if isinstance(mapping, dict) else _MISSING


def _at(field: Traced, route: Route) -> Traced:
    for step in route:
        field = field.child(step)
    return field


def _put(field: Traced, route: Route, value: Traced) -> Traced:
    return field.with_child(route[0], _put(field.child(route[0]), route[1:], value)) if route else value
