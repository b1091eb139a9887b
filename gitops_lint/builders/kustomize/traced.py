"""Values that know what set them, JSON pointers into them, and the steps that may be spent on both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from gitops_lint.document import MAX_DEPTH
from gitops_lint.model import Place, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gitops_lint.location import Route
    from gitops_lint.model import Data

MAX_STEPS: Final = 1_000_000
"""How many values one patch may look at, compare or copy: seconds of work, and far more than any real one needs."""

_INDEX = re.compile(r"[+-]?[0-9]{1,9}")


class Unpatchable(Exception):
    """kustomize would refuse this patch or this target. ``route`` leads to the fault inside of it."""

    def __init__(self, message: str, route: Route) -> None:
        super().__init__(message)
        self.message = message
        self.route = route


class Budget:
    """The steps that a patch has left: what is made to take for ever must fail instead."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Count steps; raises Unpatchable where none are left."""
        self.left -= steps
        if self.left < 0:
            raise Unpatchable(f"it takes more than {MAX_STEPS:,} steps to apply", ())


class Traced(NamedTuple):
    """A value with its places, the top of which has a place of its own. The methods never change it."""

    data: Data
    places: Places

    @property
    def place(self) -> Place:
        return self.places.locate(())

    def child(self, step: str | int) -> Traced:
        """The value of a field or the element at an index that is there."""
        known = self.places.children.get(step) if self.places.children else None
        if known is None or known.own is None:
            known = Places(_below(self.place, step), known.children if known else None)
        return Traced(self.data[step], known)

    def field(self, key: str) -> Traced | None:
        """The value of a field; None where there is none, or where this is no mapping."""
        return self.child(key) if isinstance(self.data, dict) and key in self.data else None

    def elements(self) -> list[Traced]:
        """The elements of a list."""
        return [self.child(index) for index in range(len(self.data))]

    def with_fields(self, changed: Mapping[str, Traced | None]) -> Traced:
        """This mapping with some fields set, and without those that are None."""
        data, children = dict(self.data), dict(self.places.children or {})
        for key, value in changed.items():
            if value is not None:
                data[key], children[key] = value
            elif key in data:
                del data[key]
                children.pop(key, None)
        return Traced(data, Places(self.place, children))

    def with_child(self, key: str | int, value: Traced | None) -> Traced:
        """This mapping or list with another value at a key, or without the one there."""
        if isinstance(key, str):
            return self.with_fields({key: value})
        elements = self.elements()
        elements[key : key + 1] = [value] if value is not None else []
        return self.with_elements(elements)

    def with_elements(self, elements: Sequence[Traced]) -> Traced:
        """This list with other elements: each keeps its own places, though its index may be a new one."""
        children: dict[str | int, Places] = {}
        for index, element in enumerate(elements):
            if element.places.children or not is_same(element.place, _below(self.place, index)):
                children[index] = element.places
        return Traced([element.data for element in elements], Places(self.place, children))


class Pointer:
    """A JSON pointer in the field ``name`` of an operation, and what can be done where it points."""

    def __init__(self, path: str, name: str, budget: Budget) -> None:
        self.path, self.name, self.budget = path, name, budget
        self.steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]

    def refuse(self, why: str) -> Unpatchable:
        return Unpatchable(f"{self.path!r} {why}", (self.name,))

    def lookup(self, document: Traced) -> Traced | None:
        """The value there; None where only the last field of the path is missing."""
        if not self.steps:
            raise self.refuse("does not exist")
        parent = document
        for step in self.steps[:-1]:
            parent = parent.child(self.key(parent, step))
        last = self.steps[-1]
        if isinstance(parent.data, dict) and last not in parent.data:
            return None
        return parent.child(self.key(parent, last))

    def add(self, document: Traced, value: Traced) -> Traced:
        """The document with a value set in a mapping, or put into a list."""

        def insert(parent: Traced, step: str) -> Traced:
            if isinstance(parent.data, dict):
                return parent.with_fields({step: value})
            elements = parent.elements()
            elements.insert(len(elements) if step == "-" else self.index(step, len(elements) + 1), value)
            return parent.with_elements(elements)

        self.measure(value.data)
        return self.change(document, insert)

    def replace(self, document: Traced, value: Traced) -> Traced:
        """The document with a value set in a mapping, or in the place of an element of a list."""

        def substitute(parent: Traced, step: str) -> Traced:
            return parent.with_child(step if isinstance(parent.data, dict) else self.key(parent, step), value)

        self.measure(value.data)
        return self.change(document, substitute)

    def remove(self, document: Traced) -> Traced:
        """The document without a value that is there."""
        return self.change(document, lambda parent, step: parent.with_child(self.key(parent, step), None))

    def change(self, document: Traced, edit: Callable[[Traced, str], Traced], depth: int = 0) -> Traced:
        """The document with an edit made in the mapping or list that holds the last step."""
        if depth >= len(self.steps) or not isinstance(document.data, dict | list):
            raise self.refuse("does not exist")
        self.budget.spend(len(document.data))
        step = self.steps[depth]
        if depth == len(self.steps) - 1:
            return edit(document, step)
        key = self.key(document, step)
        return document.with_child(key, self.change(document.child(key), edit, depth + 1))

    def key(self, parent: Traced, step: str) -> str | int:
        """The key of a value that is there: a field, or an index of a list."""
        if isinstance(parent.data, dict) and step in parent.data:
            return step
        if isinstance(parent.data, list):
            return self.index(step, len(parent.data))
        raise self.refuse("does not exist")

    def index(self, step: str, size: int) -> int:
        """An index, counted from the end where it is negative."""
        if not _INDEX.fullmatch(step):
            raise self.refuse(f"does not exist: {step!r} is no index of a list")
        if not -size <= int(step) < size:
            raise self.refuse(f"does not exist: index {step} is out of range")
        return int(step) % size

    def measure(self, value: Data) -> None:
        """Raises Unpatchable where the document would be nested deeper than one that is read may be."""
        if not is_shallow(value, len(self.steps), self.budget):
            raise self.refuse(f"would nest values more than {MAX_DEPTH} levels deep")


def is_shallow(value: Data, depth: int, budget: Budget) -> bool:
    """Whether a value may stand at a depth. Raises Unpatchable where it is too large to look through."""
    left = [(value, depth)]
    while left:
        budget.spend(1)
        data, depth = left.pop()
        if depth > MAX_DEPTH:
            return False
        left += [(inner, depth + 1) for inner in _inside(data)]
    return True


def _inside(data: Data) -> Iterable[Data]:
    return data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()


def _below(place: Place, step: str | int) -> Place:
    return Place(place.document, (*place.route, step))


def is_same(one: Place, other: Place) -> bool:
    """Whether two places are the same route in the same document; documents are never compared by content."""
    return one.document is other.document and one.route == other.route


def text(value: Data) -> str:
    """A scalar as kustomize reads it where it wants a text; of a collection it sees the empty one."""
    if isinstance(value, dict | list):
        return ""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    return str(value)
