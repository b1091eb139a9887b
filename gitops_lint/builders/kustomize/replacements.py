"""``replacements``: the value of one field, set in others. kustomize, api/filters/replacement/replacement.go.

A replaced value leads to the target of the replacement that set it, not to the source that it was read from: that is
where somebody looks who wonders why it is there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from gitops_lint import scalars
from gitops_lint.builders.kustomize.embedded import Mistyped, Unknowable, set_inside
from gitops_lint.builders.kustomize.fieldpaths import FRESH, Matcher, lookup, spelling, split
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.replacement import of_entry
from gitops_lint.builders.kustomize.selector import Target, effective_namespace
from gitops_lint.builders.kustomize.traced import Budget, Traced, Unpatchable, is_shallow
from gitops_lint.document import MAX_DEPTH
from gitops_lint.identity import identify
from gitops_lint.model import OPAQUE, Places
from gitops_lint.shape import mapping_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.builders.kustomize.replacement import Goal, Options, Replacement
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Ref

ANNOTATIONS: Final = ["metadata", "annotations"]
"""Where whatever is set is a text."""


class Value(NamedTuple):
    """What is set: the data, and its spelling where it is a scalar."""

    data: Data
    spelling: str


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``replacements``."""
    budget = Budget()
    for entry in step.layer.entries("replacements"):
        try:
            for replacement in of_entry(entry, step):
                resources = replace_in(resources, replacement, step, budget)
        except Malformed as error:
            step.faults.malformed(error)
    return resources


# -- the source --------------------------------------------------------------------------------------------------------


def replace_in(resources: list[Resource], replacement: Replacement, step: Step, budget: Budget) -> list[Resource]:
    """The objects after one replacement; what kustomize would refuse is noted, and the rest is done."""
    try:
        value = _value(replacement, resources)
    except Unpatchable as error:
        if step.faults.complete or error.route != ("source",):
            step.faults.replacement(replacement.entry, error)
        return resources
    for index, goal in enumerate(replacement.goals):
        try:
            resources = _set(resources, goal, value, budget)
        except Unpatchable as error:
            step.faults.replacement(replacement.entry, Unpatchable(error.message, ("targets", index, *error.route)))
        except Unknowable as error:
            step.faults.unknown(replacement.entry._replace(place=goal.place), str(error))
    return resources


def _value(replacement: Replacement, resources: Sequence[Resource]) -> Value:
    source, given = replacement.source, replacement.value
    if (source is None and given is None) or not replacement.goals:
        raise Unpatchable("it needs a source and at least one target", ())
    if source is None or given is not None:
        if source is not None:
            raise Unpatchable("it has a source and a sourceValue, of which it may have one", ("sourceValue",))
        return Value(scalars.received(scalars.kustomize(given or "")), given or "")
    found = [resource for resource in resources if _is_source(resource, source.selector)]
    if len(found) != 1:
        said = "selects several objects" if found else "selects no object of this build"
        raise Unpatchable(f"its source {said}", ("source",))
    try:
        route = lookup(found[0].data, split(source.path))
    except Unpatchable as error:
        raise Unpatchable(f"its source {source.path} cannot be read: {error.message}", ("source",)) from None
    field = _at(found[0].traced, route) if route is not None else None
    if field is None or field.data is None or field.data in ({}, []) or field.data == "":
        raise Unpatchable(f"its source {found[0].ref} has no {source.path}", ("source", "fieldPath"))
    return _part(field, source.options)


def _at(field: Traced, route: Route) -> Traced:
    for step in route:
        field = field.child(step)
    return field


def _is_source(resource: Resource, selector: dict[str, str]) -> bool:
    """Whether an object is, or was, called so: each of its names counts as a whole."""
    return any(
        all(known[field] == wanted for field, wanted in selector.items())
        for ref in (resource.ref, *resource.earlier)
        if (known := _names(resource, ref, unnamed="default")) and ref.group != OPAQUE
    )


def _names(resource: Resource, ref: Ref, unnamed: str = "") -> dict[str, str]:
    """What an identity is called, with the namespace of an object that names none."""
    current = ref is resource.ref
    return {
        "group": resource.ref.group,
        "version": resource.version,
        "kind": ref.kind,
        "name": ref.name,
        "namespace": ref.namespace or unnamed if current else effective_namespace(ref),
    }


def _part(field: Traced, options: Options) -> Value:
    if isinstance(field.data, dict | list):
        if options.delimiter:
            raise Unpatchable("a delimiter splits texts, and its source is none", ("source", "options"))
        return Value(field.data, "")
    written = spelling(field)
    if not options.delimiter:
        return Value(field.data, written)
    parts = written.split(options.delimiter)
    if not 0 <= options.part < len(parts):
        raise Unpatchable(
            f"its source has {len(parts)} parts, and none with the index {options.part}", ("source", "options", "index")
        )
    return Value(parts[options.part], parts[options.part])


# -- the targets -------------------------------------------------------------------------------------------------------


def _set(resources: list[Resource], goal: Goal, value: Value, budget: Budget) -> list[Resource]:
    if goal.select is None:
        raise Unpatchable("a target must say what to select", ())
    select, rejects = Target.from_data(goal.select), [Target.from_data(reject) for reject in goal.rejects]
    setters = [_Setter(value, goal, path, budget) for path in goal.paths]

    def is_meant(resource: Resource) -> bool:
        return (
            resource.ref.group != OPAQUE
            and _has_labels(resource, select)
            and not any((reject.labels or reject.annotations) and _has_labels(resource, reject) for reject in rejects)
            and _is_called(resource, select)
            and not any(reject.patterns and _is_called(resource, reject) for reject in rejects)
        )

    return [_set_all(resource, setters) if is_meant(resource) else resource for resource in resources]


def _has_labels(resource: Resource, target: Target) -> bool:
    metadata = mapping_at(resource.data, ("metadata",))
    labels, annotations = mapping_at(metadata, ("labels",)), mapping_at(metadata, ("annotations",))
    return target.has(labels, annotations)


def _is_called(resource: Resource, target: Target) -> bool:
    """Whether one of its names is as a target wants it; no namespace is ``default`` in an earlier name only."""
    known = (_names(resource, ref) for ref in (resource.ref, *resource.earlier))
    return any(all(pattern(names[field]) for field, pattern in target.patterns.items()) for names in known)


def _set_all(resource: Resource, setters: Sequence[_Setter]) -> Resource:
    """An object with all fields set. Raises Unpatchable where one of them is not there, Unknowable.

    kustomize notes no earlier name here (StorePreviousId): what names the object by that is not changed with it.
    """
    document = resource.traced
    for index, setter in enumerate(setters):
        try:
            document = setter.set_in(document)
        except Unpatchable as error:
            raise Unpatchable(error.message, ("fieldPaths", index)) from None
    ref = identify(document.data)
    if ref is None or not (ref.kind and ref.name):
        raise Unpatchable(f"it leaves {resource.ref} without its apiVersion, kind or name", ())
    return replace(resource.changed(document.data, document.places), ref=ref, earlier=resource.earlier)


class _Setter:
    """Sets a value wherever a path of a target leads in an object."""

    def __init__(self, value: Value, goal: Goal, path: str, budget: Budget) -> None:
        self.value = value
        self.goal = goal
        self.path = path
        self.steps = split(path)
        self.kind = (value.spelling if value.data is None else value.data) if goal.options.create else None
        self.budget = budget
        left = budget.left
        if not is_shallow(value.data, len(self.steps), budget):
            raise Unpatchable(f"it would nest values more than {MAX_DEPTH} levels deep", ())
        self.size = left - budget.left

    def set_in(self, document: Traced) -> Traced:
        """An object with the fields set: in a text that holds YAML or JSON, or in the object itself."""
        inside = Matcher(self.path, self.put_whole, self.goal.place, self.kind)
        self.budget.spend(self.size)
        found = set_inside(document, self.steps, inside, self.budget)
        return found or Matcher(self.path, self.put, self.goal.place, self.kind).set(document, self.steps)

    def put(self, field: Traced) -> Traced:
        """A field with the value in it, or with a part of it exchanged for the value."""
        delimiter, index = self.goal.options.delimiter, self.goal.options.part
        if not delimiter:
            return self.put_whole(field)
        if isinstance(field.data, dict | list):
            raise Unpatchable("a delimiter splits texts, and the target is none", ())
        parts = spelling(field).split(delimiter)
        if index < 0:
            parts.insert(0, self.value.spelling)
        elif index >= len(parts):
            parts.append(self.value.spelling)
        else:
            parts[index] = self.value.spelling
        return self.spelt(field, delimiter.join(parts))

    def put_whole(self, field: Traced) -> Traced:
        """A field with the value in it."""
        if isinstance(field.data, dict | list):
            same = type(field.data) is type(self.value.data) and field.data == self.value.data
            return field if same else Traced(self.value.data, Places(self.goal.place))
        return self.spelt(field, self.value.spelling)

    def spelt(self, field: Traced, written: str) -> Traced:
        """A scalar that is now spelt so: it keeps its type, a new one has that of its spelling."""
        data: Data = scalars.received(scalars.kustomize(written))
        before = field.data
        is_text = isinstance(before, str) and spelling(field) == before
        if is_text or (before is FRESH and self.steps[:2] == ANNOTATIONS):
            data = written
        elif before is not FRESH and not _is_of_type(written, data, field):
            raise Mistyped(f"{_kind(data)} cannot stand where {_kind(before)} does", ())
        return field if type(data) is type(before) and data == before else Traced(data, Places(self.goal.place))


def _kind(data: Data) -> str:
    """What a scalar is; never its value, which may be a secret."""
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a text"}
    return kinds.get(type(data), "a null")


def _is_of_type(written: str, data: Data, field: Traced) -> bool:
    """Whether a scalar has the type of another one; a text that does not read as written is a timestamp."""
    if isinstance(field.data, str):
        return scalars.timestamp(written) is not None
    return type(data) is type(field.data) or (type(data) is int and type(field.data) is float)
