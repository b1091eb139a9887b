"""``replacements``: the value of one field, set in others. kustomize, api/filters/replacement/replacement.go.

A replaced value leads to the replacement that set it, not to the source that it was read from: that is where somebody
looks who wonders why it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.builders.kustomize.selector import Target
from gitops_lint.builders.kustomize.traced import Traced, Unpatchable, text
from gitops_lint.model import OPAQUE, Place, Places, dig
from gitops_lint.paths import join
from gitops_lint.scalars import kustomize
from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step
    from gitops_lint.model import Data

NAME = "metadata.name"
"""The field that is meant where none is named."""


class Replacement(NamedTuple):
    """One replacement, and where it stands."""

    entry: Entry
    data: Mapping[str, Data]


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``replacements``."""
    for replacement in _replacements(step):
        resources = replace_in(resources, replacement, step)
    return resources


def _replacements(step: Step) -> Iterator[Replacement]:
    for entry in step.layer.entries("replacements"):
        yield from of_entry(entry, step)


def of_entry(entry: Entry, step: Step) -> Iterator[Replacement]:
    """The replacements of an entry: itself, or those of the file that it names."""
    path = text_at(entry.value, ("path",))
    if not path:
        if isinstance(entry.value, dict):
            yield Replacement(entry, entry.value)
        return
    location = join(step.layer.directory, path)
    file = step.reader.file(location) if location is not None and step.reader.is_file(location) else None
    for document in file.documents if file else ():
        data = document.kustomize
        for index, item in enumerate(data if isinstance(data, list) else [data]):
            if isinstance(item, dict):
                place = Place(document, (index,) if isinstance(data, list) else ())
                yield Replacement(entry._replace(place=place), item)


def replace_in(resources: list[Resource], replacement: Replacement, step: Step) -> list[Resource]:
    """The objects after one replacement; what kustomize would refuse is noted, and the rest is done."""
    try:
        value = _value(replacement, resources)
    except Unpatchable as error:
        if step.faults.complete or not error.route:
            step.faults.replacement(replacement.entry, error)
        return resources
    for index, target in enumerate(mappings_at(replacement.data, ("targets",))):
        try:
            resources = _set_in(resources, target, value, _at(replacement, ("targets", index)))
        except Unpatchable as error:
            step.faults.replacement(replacement.entry, error)
    return resources


def _at(replacement: Replacement, route: tuple[str | int, ...]) -> Place:
    place = replacement.entry.place
    return Place(place.document, (*place.route, *route))


# -- source ------------------------------------------------------------------------------------------------------------


def _value(replacement: Replacement, resources: Sequence[Resource]) -> Data:
    source, given = replacement.data.get("source"), replacement.data.get("sourceValue")
    if (source is None and given is None) or not list_at(replacement.data, ("targets",)):
        raise Unpatchable("it needs a source and at least one target", ())
    if source is not None and given is not None:
        raise Unpatchable("it has a source and a sourceValue, of which it may have one", ("sourceValue",))
    if given is not None:
        return kustomize(text(given))
    found = [resource for resource in resources if _is_source(source, resource)]
    if len(found) != 1:
        said = "selects several objects" if found else "selects no object of this build"
        raise Unpatchable(f"its source {said}", ("source",))
    path = text_at(source, ("fieldPath",)) or NAME
    value = dig(found[0].data, tuple(_lookup_steps(found[0].data, path)))
    if value is None or value in ({}, []) or value == "":
        raise Unpatchable(f"its source {found[0].ref} has no {path}", ("source", "fieldPath"))
    return _part(value, mapping_at(source, ("options",)))


def _is_source(source: Data, resource: Resource) -> bool:
    group, _, version = text_at(source, ("apiVersion",)).rpartition("/")
    group, version = text_at(source, ("group",)) or group, text_at(source, ("version",)) or version
    kind, name, namespace = (text_at(source, (field,)) for field in ("kind", "name", "namespace"))
    return resource.ref.group != OPAQUE and any(
        group in ("", resource.ref.group)
        and version in ("", resource.version)
        and kind in ("", ref.kind)
        and name in ("", ref.name)
        and namespace in ("", ref.namespace or "default")
        for ref in (resource.ref, *resource.earlier)
    )


def _lookup_steps(data: Data, path: str) -> Iterator[str | int]:
    """The route that a path takes in data; an element of a list is named by its index or by one of its fields."""
    for step in split(path):
        key, separator, wanted = step.strip("[]").partition("=")
        if isinstance(data, list):
            if step.startswith("[") and separator:
                called = (item if not key else dig(item, (key,)) for item in data)
                index = next((i for i, name in enumerate(called) if name == wanted), len(data))
            else:
                index = len(data) - 1 if step == "-" else int(step) if step.isdecimal() else len(data)
            yield index
            data = dig(data, (index,))
        else:
            yield (name := key if step.startswith("[") else step)
            data = dig(data, (name,))


def _part(value: Data, options: Mapping[str, Data]) -> Data:
    delimiter, index = options.get("delimiter"), options.get("index", 0)
    if not isinstance(delimiter, str) or not delimiter:
        return value
    if isinstance(value, dict | list):
        raise Unpatchable("a delimiter splits texts, and its source is none", ("source", "options"))
    parts = text(value).split(delimiter)
    if not isinstance(index, int) or not 0 <= index < len(parts):
        raise Unpatchable(f"index {index} is out of range for {text(value)}", ("source", "options", "index"))
    return parts[index]


def split(path: str) -> list[str]:
    r"""The steps of a path: dots separate them, but for ``\.`` and for what stands in brackets."""
    steps: list[str] = []
    is_open = False
    for part in path.split("."):
        if is_open or (steps and steps[-1].endswith("\\")):
            begun = steps[-1] if is_open else steps[-1].removesuffix("\\")
            steps[-1] = f"{begun}.{part}"
        else:
            steps.append(part)
        is_open = steps[-1].startswith("[") and not steps[-1].endswith("]")
    return steps


# -- targets -----------------------------------------------------------------------------------------------------------


def _set_in(resources: list[Resource], target: Mapping[str, Data], value: Data, place: Place) -> list[Resource]:
    selected = target.get("select")
    if not isinstance(selected, dict):
        raise Unpatchable("a target must say what to select", ("targets",))
    select, rejects = Target.from_data(selected), [Target.from_data(item) for item in mappings_at(target, ("reject",))]
    paths = [path for path in list_at(target, ("fieldPaths",)) if isinstance(path, str)] or [NAME]
    setters = [_Setter(value, mapping_at(target, ("options",)), place, path) for path in paths]

    def is_meant(resource: Resource) -> bool:
        return _selects(select, resource) and not any(_selects(reject, resource) for reject in rejects)

    return [_set(resource, setters) if is_meant(resource) else resource for resource in resources]


def _set(resource: Resource, setters: Sequence[_Setter]) -> Resource:
    traced = resource.traced
    for setter in setters:
        traced = setter.set(traced)
    return resource.changed(traced.data, traced.places)


def _selects(target: Target, resource: Resource) -> bool:
    if resource.ref.group == OPAQUE:
        return False
    labels = mapping_at(resource.data, ("metadata", "labels"))
    annotations = mapping_at(resource.data, ("metadata", "annotations"))
    return target.matches((resource.ref, *resource.earlier), resource.version, labels, annotations)


class _Setter:
    """Sets a value wherever a path leads in an object."""

    def __init__(self, value: Data, options: Mapping[str, Data], place: Place, path: str) -> None:
        self.value = value
        self.options = options
        self.place = place
        self.path = path
        self.creates = options.get("create") is True

    def refuse(self, why: str) -> Unpatchable:
        return Unpatchable(f"it cannot set {self.path}: {why}", ("targets",))

    def set(self, document: Traced) -> Traced:
        """The object with the value set. Raises Unpatchable where the path leads nowhere."""
        found = self.walk(document, split(self.path))
        if found is None:
            raise self.refuse("there is no such field")
        return found

    def walk(self, field: Traced | None, steps: Sequence[str]) -> Traced | None:
        if not steps:
            return self.put(field)
        if field is None or field.data is None:
            return self.create(steps)
        step = steps[0]
        if step == "*" or (step.startswith("[") and "=" in step) or isinstance(field.data, list):
            return self.elements(field, step, steps[1:])
        if not isinstance(field.data, dict):
            raise self.refuse("a text or number stands in the way")
        key = step.strip("[]") if step.startswith("[") else step
        below = field.field(key)
        if below is None and not self.creates:
            return None
        made = self.walk(below, steps[1:])
        return field.with_child(key, made) if made is not None else None

    def elements(self, field: Traced, step: str, rest: Sequence[str]) -> Traced | None:
        if not isinstance(field.data, list):
            raise self.refuse(f"{step} is for lists, and there is none")
        elements = field.elements()
        chosen = self.chosen(elements, step)
        if chosen == len(elements) and self.creates:
            made = self.walk(None, rest)
            return field.with_elements([*elements, _named(made, step, self.place)]) if made is not None else None
        if isinstance(chosen, int):
            chosen = [chosen] if chosen < len(elements) else []
        walked = {index: self.walk(elements[index], rest) for index in chosen}
        if all(each is None for each in walked.values()):
            return None
        return field.with_elements([walked.get(index) or element for index, element in enumerate(elements)])

    def chosen(self, elements: Sequence[Traced], step: str) -> list[int] | int:
        """The indices that a step chooses; one past the end where nothing is there yet."""
        if step == "*":
            return list(range(len(elements)))
        if not step.startswith("["):
            index = len(elements) - 1 if step == "-" else int(step) if step.isdecimal() else -1
            if not 0 <= index <= len(elements) or (index == len(elements) and not self.creates):
                raise self.refuse(f"there is no element {step}")
            return index
        key, _, wanted = step[1:].removesuffix("]").partition("=")
        pattern = _pattern(wanted)
        found = [i for i, element in enumerate(elements) if _is_called(element.data, key, pattern)]
        return found or len(elements)

    def create(self, steps: Sequence[str]) -> Traced | None:
        """A new field, in as many new mappings and lists as there are steps to it."""
        if not self.creates:
            return None
        made: Traced | None = self.put(None)
        for step in reversed(steps):
            if made is None:
                return None
            if step.startswith("[") and "=" in step:
                made = Traced([_named(made, step, self.place).data], Places(self.place))
            elif step.isdecimal() or step in ("*", "-"):
                made = Traced([made.data], Places(self.place))
            else:
                made = Traced({step.strip("[]"): made.data}, Places(self.place))
        return made

    def put(self, field: Traced | None) -> Traced:
        delimiter, index = self.options.get("delimiter"), self.options.get("index", 0)
        value = self.value
        if isinstance(delimiter, str) and delimiter and field is not None:
            if isinstance(field.data, dict | list):
                raise self.refuse("a delimiter splits texts, and this is none")
            parts = text(field.data).split(delimiter)
            at = index if isinstance(index, int) else 0
            if at < 0 or at >= len(parts):
                parts.insert(0 if at < 0 else len(parts), text(value))
            else:
                parts[at] = text(value)
            value = delimiter.join(parts)
        return Traced(self.typed(field, value), Places(self.place))

    def typed(self, field: Traced | None, value: Data) -> Data:
        """The value as it reads there: a scalar keeps the type of the one that it replaces."""
        if field is None or field.data is None:
            return value if isinstance(value, dict | list) else kustomize(text(value))
        if isinstance(field.data, dict | list):
            return value
        if isinstance(field.data, str):
            return text(value)
        read = kustomize(text(value))
        if type(read) is not type(field.data):
            raise self.refuse(f"{text(value)} cannot stand where {text(field.data)} does")
        return read


def _named(made: Traced, step: str, place: Place) -> Traced:
    """A new element of a list, with the field by which it was looked for."""
    key, separator, name = step[1:].removesuffix("]").partition("=")
    if not step.startswith("[") or not separator:
        return made
    data = {key: name, **made.data} if isinstance(made.data, dict) else name
    return Traced(data, Places(place))


def _pattern(wanted: str) -> re2._Regexp[str]:
    """What an element's name is held against: a regular expression that may match any part of it."""
    try:
        return re2.compile(wanted)
    except re2.error as error:
        raise Unpatchable(f"{wanted} is no regular expression", ("targets",)) from error


def _is_called(data: Data, key: str, pattern: re2._Regexp[str]) -> bool:
    value = dig(data, (key,)) if key else data
    return value is not None and not isinstance(value, dict | list) and bool(pattern.search(text(value)))
