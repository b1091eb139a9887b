"""Fieldspecs: which fields of which kinds a transformer changes, and the walk to them.

kustomize, api/types/fieldspec.go and api/filters/fieldspec/fieldspec.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.document import MAX_DEPTH
from gitops_lint.model import OPAQUE, Place, Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_lint.builders.kustomize.resource import Resource

Change = Callable[[Traced | None], Traced | None]
"""A field that a fieldspec selects to what it becomes; None for nothing else than it is.

It is asked with None for a field that is missing, or null, where the fieldspec creates one.
"""

SEPARATOR = "/"
EACH = "[]"


class FieldFault(Exception):
    """kustomize would refuse to walk to this field, or to change it. ``place`` is what stands in the way."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class FieldSpec(NamedTuple):
    """Fields of a kind; an empty group, version or kind is any.

    Lists on the way are entered, each element of them, whether or not the path says so: a ``[]`` behind a step only
    keeps a list from being created. A slash within a step is written as a backslash and a slash.
    """

    path: str
    kind: str = ""
    group: str = ""
    version: str = ""
    create: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of its path (kustomize, api/filters/filtersutil, PathSplitter)."""
        steps: list[str] = []
        for part in self.path.split(SEPARATOR):
            if steps and steps[-1].endswith("\\"):
                steps[-1] = f"{steps[-1][:-1]}{SEPARATOR}{part}"
            else:
                steps.append(part)
        return tuple(steps)

    def selects(self, resource: Resource) -> bool:
        """Whether an object is of the kind that it is for."""
        return (
            self.kind in ("", resource.ref.kind)
            and self.group in ("", resource.ref.group)
            and self.version in ("", resource.version)
        )


class NameReference(NamedTuple):
    """Where other objects name an object of a kind (kustomize, plugins/builtinconfig/namebackreferences.go)."""

    kind: str
    referrers: tuple[FieldSpec, ...]
    group: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The fieldspecs of every transformer: kustomize's own, and those that ``configurations`` and ``crds`` add.

    kustomize, api/internal/plugins/builtinconfig/transformerconfig.go.
    """

    labels: tuple[FieldSpec, ...] = ()
    template_labels: tuple[FieldSpec, ...] = ()
    annotations: tuple[FieldSpec, ...] = ()
    prefix: tuple[FieldSpec, ...] = ()
    suffix: tuple[FieldSpec, ...] = ()
    namespace: tuple[FieldSpec, ...] = ()
    images: tuple[FieldSpec, ...] = ()
    replicas: tuple[FieldSpec, ...] = ()
    variables: tuple[FieldSpec, ...] = ()
    name_references: tuple[NameReference, ...] = ()

    def merged(self, other: Config) -> Config:
        """These fieldspecs and those of another configuration, each once."""
        if other is self:
            return self
        both = {f.name: tuple(dict.fromkeys((*getattr(self, f.name), *getattr(other, f.name)))) for f in fields(self)}
        return Config(**both)


def apply(resource: Resource, specs: Iterable[FieldSpec], change: Change) -> Resource:
    """The object after ``change`` was asked for every field of it that the fieldspecs select, one after the other.

    ``change(field)`` returns what the field becomes, with the places that it shall have, or None to leave it; a value
    that is as it should be is best left, so that it keeps its place. ``change(None)`` stands for a field to be created:
    the mappings on the way to it get its place. The object itself comes back where nothing was changed.

    Raises FieldFault where kustomize would refuse: a text or number on the way, an empty step, a path too deep.
    """
    if resource.ref.group == OPAQUE:
        return resource
    before = after = resource.traced
    for spec in specs:
        if spec.selects(resource):
            after = _walked(after, spec.steps, spec, change) or after
    return resource if after is before else resource.changed(after.data, after.places)


def _walked(field: Traced, steps: Sequence[str], spec: FieldSpec, change: Change) -> Traced | None:
    """A field after the change of what lies ``steps`` below it; None where nothing changes."""
    if not steps:
        return change(field)
    if field.data is None:
        return None
    if isinstance(field.data, list):
        return _walked_list(field, steps, spec, change)
    if not isinstance(field.data, dict):
        raise FieldFault(f"{spec.path} leads through a text or number, where a mapping or list must stand", field.place)
    name, is_list = steps[0].removesuffix(EACH), steps[0].endswith(EACH)
    if not name or len(steps) > MAX_DEPTH:
        raise FieldFault(f"{spec.path} is no path to a field", field.place)
    below = field.field(name)
    creates = spec.create and not is_list
    if below is None or (below.data is None and creates):
        below = _created(steps[1:], change) if creates else None
    elif below.data is None and is_list:
        empty = Traced([], below.places)  # oddly enough, kustomize prints a null that it takes for a list as one
        below = _walked(empty, steps[1:], spec, change) or empty
    else:
        below = _walked(below, steps[1:], spec, change)
    return field.with_child(name, below) if below is not None else None


def _walked_list(field: Traced, steps: Sequence[str], spec: FieldSpec, change: Change) -> Traced | None:
    elements = field.elements()
    walked = [_walked(element, steps, spec, change) for element in elements]
    if all(each is None for each in walked):
        return None
    return field.with_elements([new or old for new, old in zip(walked, elements, strict=True)])


def _created(steps: Sequence[str], change: Change) -> Traced | None:
    """A new field, in as many new mappings as there are steps to it; what lies behind a list stays missing."""
    made = change(None)
    if made is None:
        return None
    lists = [index for index, step in enumerate(steps) if step.endswith(EACH)]
    if lists:
        steps, made = steps[: lists[0]], Traced({}, Places(made.place))
    for step in reversed(steps):
        made = Traced({step: made.data}, Places(made.place, {step: made.places}))
    return made
