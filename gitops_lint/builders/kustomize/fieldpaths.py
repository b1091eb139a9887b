r"""Paths to fields as ``replacements`` write them: ``spec.containers.[name=app].args.0``, ``data.a\.b``, ``spec.*``.

kustomize, kyaml/utils/pathsplitter.go (SmarterPathSplitter); kyaml/yaml/fns.go (PathGetter) for the one field that is
read, kyaml/yaml/match.go (PathMatcher) for the many that are set.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import re2

from gitops_lint import scalars
from gitops_lint.builders.kustomize.traced import Traced, Unpatchable, text
from gitops_lint.document import MAX_DEPTH, Document
from gitops_lint.model import Places, dig

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Place

    Put = Callable[[Traced], Traced]
    """A field that a path leads to, and what it becomes."""

FRESH: Final = object()
"""The data of a scalar that was just created, and is yet to be set."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


def split(path: str) -> list[str]:
    r"""The steps of a path: dots separate them, but for ``\.`` and for what stands in brackets."""
    steps: list[str] = []
    parts = _unescaped(path.removeprefix("."))
    while parts:
        step = parts.pop(0)
        if step.startswith("[") and not step.endswith("]"):
            while parts and not step.endswith("]"):
                step = f"{step}.{parts.pop(0)}"
            step = step if "=" in step else step.strip("[]")
        steps.append(step)
    return steps


def _unescaped(path: str) -> list[str]:
    parts: list[str] = []
    for part in path.split("."):
        if parts and parts[-1].endswith("\\"):
            parts[-1] = f"{parts[-1][:-1]}.{part}"
        else:
            parts.append(part)
    return parts


def spelling(field: Traced) -> str:
    """A scalar as it is written where it was set: ``1.10`` is no ``1.1`` once it becomes a part of a text."""
    document = field.place.document
    if isinstance(document, Document) and not (isinstance(field.data, str) and scalars.timestamp(field.data) is None):
        span = document.locate(field.place.route)
        written = document.file.line(span.line)[span.column - 1 : span.end_column - 1]
        read = scalars.received(scalars.kustomize(written))
        if span.line == span.end_line and type(read) is type(field.data) and read == field.data:
            return written
    return "" if field.data is FRESH else text(field.data)


def lookup(data: Data, steps: Sequence[str]) -> Route | None:
    """The one field that a path leads to; None where it is missing. Raises Unpatchable where no path can lead on."""
    route: list[str | int] = []
    for step in filter(None, map(str.strip, steps)):
        key = _key(data, step)
        if key is None:
            return None
        route.append(key)
        data = data[key]
    return tuple(route)


def _key(data: Data, step: str) -> str | int | None:
    """The field or the index that a step means, if it is there."""
    if step == "*":
        raise _refusal("* means many fields, and one is to be read")
    if step != "-" and not _NUMBER.fullmatch(step) and not _is_selection(step):
        if not isinstance(data, dict):
            raise _refusal(f"there is no mapping that could have a field {step}")
        return step if step in data else None
    if not isinstance(data, list):
        raise _refusal(f"{step} is for lists, and there is none")
    if _is_selection(step):
        key, wanted = _selection(step)
        names = (dig(element, (key,)) if key else element for element in data)
        return next((index for index, name in enumerate(names) if name is not None and text(name) == wanted), None)
    index = len(data) - 1 if step == "-" else int(step)
    if index < 0 and step != "-":
        raise _refusal(f"index {step} is negative")
    return index if 0 <= index < len(data) else None


def exchange(field: Traced, route: Route, value: Traced) -> Traced:
    """A mapping or list with another value at a route that is there."""
    return field.with_child(route[0], exchange(field.child(route[0]), route[1:], value)) if route else value


class Matcher:
    """All fields that a path leads to, and the way to set them.

    ``kind`` is an example of what is created where the path leads on to nothing: a mapping, a list or a scalar; None
    where nothing is to be created.
    """

    def __init__(self, path: str, put: Put, place: Place, kind: Data = None) -> None:
        self.path, self.put, self.place, self.kind = path, put, place, kind

    def set(self, document: Traced, steps: Sequence[str]) -> Traced:
        """The document with each of these fields set. Raises Unpatchable where there is none."""
        if len(steps) > MAX_DEPTH:
            raise self._refuse(f"it is longer than {MAX_DEPTH} steps")
        found = self._walk(document, steps)
        if found is None:
            raise self._refuse("there is no such field")
        return found

    def _walk(self, field: Traced, steps: Sequence[str]) -> Traced | None:
        if not steps:
            return self.put(field)
        step, rest = steps[0], steps[1:]
        number = int(step) if _NUMBER.fullmatch(step) else -1
        if number < 0 and not _is_selection(step) and step != "*":
            return self._by_name(field, step, rest)
        if not isinstance(field.data, list):
            raise self._refuse(f"{step} is for lists, and there is none")
        if number >= 0:
            return self._by_index(field, number, rest)
        return self._each(field, rest) if step == "*" else self._by_value(field, step, rest)

    def _by_name(self, field: Traced, step: str, rest: Sequence[str]) -> Traced | None:
        if not isinstance(field.data, dict):
            raise self._refuse("a list stands in the way" if isinstance(field.data, list) else "a scalar stands there")
        if not step:
            raise self._refuse("a step of it is empty")
        below = field.field(step)
        if below is None and self.kind is None:
            return None
        set_below = self._walk(below if below is not None else self._new(rest), rest)
        return field.with_child(step, set_below) if set_below is not None else None

    def _by_index(self, field: Traced, index: int, rest: Sequence[str]) -> Traced | None:
        elements = field.elements()
        if index == len(elements) and self.kind is not None:
            elements.append(self._new(rest))
        if index >= len(elements):
            raise self._refuse(f"there is no element {index}")
        return self._with(field, elements, [index], rest)

    def _each(self, field: Traced, rest: Sequence[str]) -> Traced | None:
        elements = field.elements()
        return self._with(field, elements, range(len(elements)), rest)

    def _by_value(self, field: Traced, step: str, rest: Sequence[str]) -> Traced | None:
        """The elements that are called so, or a new one: the name is a regular expression that may match any part."""
        key, wanted = _selection(step)
        pattern = self._pattern(wanted)
        elements = field.elements()
        chosen = [index for index, element in enumerate(elements) if _is_called(element, key, pattern)]
        found = self._with(field, elements, chosen, rest if key else ())
        if found is not None or self.kind is None:
            return found
        if not pattern.search(wanted):
            raise self._refuse(f"{step} does not match an element that is made after it")
        name = scalars.received(scalars.kustomize(wanted))
        made = Traced({key: name} if key else FRESH, Places(self.place))
        return self._with(field, [*elements, made], [len(elements)], rest if key else ())

    def _with(
        self, field: Traced, elements: Sequence[Traced], chosen: Sequence[int], rest: Sequence[str]
    ) -> Traced | None:
        walked = {index: self._walk(elements[index], rest) for index in chosen}
        if all(each is None for each in walked.values()):
            return None
        return field.with_elements([walked.get(index) or element for index, element in enumerate(elements)])

    def _new(self, rest: Sequence[str]) -> Traced:
        """What a step creates: it is made for the step behind it."""
        empty: Data = {}
        if rest and (_is_selection(rest[0]) or (_NUMBER.fullmatch(rest[0]) and int(rest[0]) >= 0)):
            empty = []
        elif not rest:
            empty = type(self.kind)() if isinstance(self.kind, dict | list) else FRESH
        return Traced(empty, Places(self.place))

    def _pattern(self, wanted: str) -> re2._Regexp[str]:
        options = re2.Options()
        options.log_errors = False
        try:
            return re2.compile(wanted, options)
        except re2.error:
            raise self._refuse(f"{wanted} is no regular expression") from None

    def _refuse(self, why: str) -> Unpatchable:
        return Unpatchable(f"it cannot set {self.path}: {why}", ())


def _is_selection(step: str) -> bool:
    return step.startswith("[") and step.endswith("]")


def _selection(step: str) -> tuple[str, str]:
    """The field and the value by which elements of a list are chosen; no field where they are scalars themselves."""
    key, separator, wanted = step[1:-1].partition("=")
    if not separator:
        raise _refusal(f"{step} must be [field=value]")
    return key, wanted


def _is_called(element: Traced, key: str, pattern: re2._Regexp[str]) -> bool:
    name = element.field(key) if key else element
    return name is not None and bool(pattern.search(spelling(name)))


def _refusal(why: str) -> Unpatchable:
    return Unpatchable(why, ())
