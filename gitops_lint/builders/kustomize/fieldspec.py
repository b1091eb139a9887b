"""Fieldspecs: which fields of which kinds a transformer changes, and the walk to them.

kustomize, api/types/fieldspec.go and api/filters/fieldspec/fieldspec.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from gitops_lint.builders.kustomize.kinds import sort_key
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.document import MAX_DEPTH
from gitops_lint.model import OPAQUE, Place, Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitops_lint.builders.kustomize.resource import Resource

T = TypeVar("T")
Change = Callable[[Traced | None], Traced | None]
"""A field that a fieldspec selects to what it becomes; None for nothing else than it is.

It is asked with None for a field that is missing, or null, where the fieldspec creates one.
"""

SEPARATOR = "/"
EACH = "[]"
_NO_NAME = re.compile(r"\*|-|\+?[0-9]+|\[.*\]", re.DOTALL)
"""Steps that kustomize takes for an element of a list, and then finds none (kyaml, yaml/fns.go, PathGetter)."""

SPEC_FIELDS = (
    "common_labels",
    "labels",
    "template_labels",
    "annotations",
    "prefix",
    "suffix",
    "namespace",
    "images",
    "replicas",
    "variables",
)
"""The fields of a configuration that hold fieldspecs."""


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
        """The steps of its path; a blank one leads nowhere (kustomize, api/internal/utils, PathSplitter)."""
        return _steps(self.path)

    def selects(self, resource: Resource) -> bool:
        """Whether an object is of the kind that it is for."""
        return (
            self.kind in ("", resource.ref.kind)
            and self.group in ("", resource.ref.group)
            and self.version in ("", resource.version)
        )

    def is_within(self, other: FieldSpec) -> bool:
        """Whether the other one is for this kind, or for any."""
        pairs = (self.group, other.group), (self.version, other.version), (self.kind, other.kind)
        return all(theirs in ("", ours) for ours, theirs in pairs)


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str, ...]:
    steps: list[str] = []
    for part in path.removeprefix(SEPARATOR).split(SEPARATOR):
        if steps and steps[-1].endswith("\\"):
            steps[-1] = f"{steps[-1][:-1]}{SEPARATOR}{part}"
        else:
            steps.append(part)
    return tuple(step for step in steps if not step.isspace())


class NameReference(NamedTuple):
    """Where other objects name an object of a kind (kustomize, plugins/builtinconfig/namebackreferences.go)."""

    kind: str
    referrers: tuple[FieldSpec, ...]
    group: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """The fieldspecs of every transformer: kustomize's own, and those that ``configurations`` and ``crds`` add.

    kustomize, api/internal/plugins/builtinconfig/transformerconfig.go.
    """

    common_labels: tuple[FieldSpec, ...] = ()
    """For ``commonLabels``, and for ``labels`` with ``includeSelectors``."""
    labels: tuple[FieldSpec, ...] = ()
    """For every entry of ``labels``; kustomize ships none."""
    template_labels: tuple[FieldSpec, ...] = ()
    """For ``labels`` with ``includeTemplates``."""
    annotations: tuple[FieldSpec, ...] = ()
    prefix: tuple[FieldSpec, ...] = ()
    suffix: tuple[FieldSpec, ...] = ()
    namespace: tuple[FieldSpec, ...] = ()
    images: tuple[FieldSpec, ...] = ()
    replicas: tuple[FieldSpec, ...] = ()
    variables: tuple[FieldSpec, ...] = ()
    name_references: tuple[NameReference, ...] = ()


EMPTY = Config()


class Merge(NamedTuple, Generic[T]):
    """Fieldspecs or configurations laid together, and what of the second contradicts the first and was left out."""

    merged: T
    conflicts: tuple[FieldSpec, ...]


def merge_specs(ours: Sequence[FieldSpec], theirs: Iterable[FieldSpec]) -> Merge[tuple[FieldSpec, ...]]:
    """Fieldspecs, and those of others that they do not hold already (kustomize, api/types/fieldspec.go, MergeAll).

    Oddly enough, one of theirs without a kind counts as held where one of ours for any kind has its path. It
    contradicts that one where only one of the two creates the field.
    """
    result, conflicts = list(ours), list[FieldSpec]()
    by_path: dict[str, list[FieldSpec]] = {}
    for spec in ours:
        by_path.setdefault(spec.path, []).append(spec)
    for spec in theirs:
        known = by_path.setdefault(spec.path, [])
        held = next((each for each in known if each.is_within(spec)), None)
        if held is None:
            result.append(spec)
            known.append(spec)
        elif held.create != spec.create:
            conflicts.append(spec)
    return Merge(tuple(result), tuple(conflicts))


@lru_cache(maxsize=64)
def merge(ours: Config, theirs: Config) -> Merge[Config]:
    """A configuration, and another one laid over it (transformerconfig.go, Merge): most layers ask for the same."""
    if ours is theirs:
        return Merge(ours, ())
    found: dict[str, tuple[FieldSpec, ...]] = {}
    conflicts = list[FieldSpec]()
    for name in SPEC_FIELDS:
        specs = merge_specs(getattr(ours, name), sorted(getattr(theirs, name), key=_rank))
        found[name] = tuple(sorted(specs.merged, key=_rank))
        conflicts += specs.conflicts
    references = _merge_references(ours.name_references, theirs.name_references)
    conflicts += references.conflicts
    for each in (ours, theirs):
        if references.merged == each.name_references and all(getattr(each, name) == found[name] for name in found):
            return Merge(each, tuple(conflicts))
    return Merge(Config(**found, name_references=references.merged), tuple(conflicts))


def _merge_references(
    ours: Sequence[NameReference], theirs: Iterable[NameReference]
) -> Merge[tuple[NameReference, ...]]:
    """The same for what names objects: the fields for one kind are laid together (namebackreferences.go)."""
    by_kind = {(each.group, each.version, each.kind): each for each in ours}
    conflicts = list[FieldSpec]()
    for reference in sorted(theirs, key=_rank):
        kind = reference.group, reference.version, reference.kind
        known = by_kind.setdefault(kind, reference)
        if known is not reference:
            referrers = merge_specs(known.referrers, reference.referrers)
            by_kind[kind] = known._replace(referrers=referrers.merged)
            conflicts += referrers.conflicts
    return Merge(tuple(sorted(by_kind.values(), key=_rank)), tuple(conflicts))


def _rank(spec: FieldSpec | NameReference) -> tuple[int, str]:
    return sort_key(spec.group, spec.version, spec.kind)


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
            if len(spec.steps) > MAX_DEPTH:
                raise FieldFault("the path of a fieldspec is too deep", after.place)
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
    name, is_list = _name(steps[0], spec, field), steps[0].endswith(EACH)
    below = field.field(name)
    creates = spec.create and not is_list
    if below is None or (below.data is None and creates):
        below = _created(field, steps[1:], spec, change) if creates else None
    elif below.data is None and is_list:
        empty = Traced([], below.places)  # oddly enough, kustomize prints a null that it takes for a list as one
        below = _walked(empty, steps[1:], spec, change) or empty
    else:
        below = _walked(below, steps[1:], spec, change)
    return field.with_child(name, below) if below is not None else None


def _name(step: str, spec: FieldSpec, field: Traced) -> str:
    """The name of a field of a mapping. Raises FieldFault for what can be none."""
    name = step.removesuffix(EACH).strip()
    if not name or _NO_NAME.fullmatch(name):
        raise FieldFault(f"{spec.path!r} is no path to a field", field.place)
    return name


def _walked_list(field: Traced, steps: Sequence[str], spec: FieldSpec, change: Change) -> Traced | None:
    elements = field.elements()
    walked = [_walked(element, steps, spec, change) for element in elements]
    if all(each is None for each in walked):
        return None
    return field.with_elements([new or old for new, old in zip(walked, elements, strict=True)])


def _created(field: Traced, steps: Sequence[str], spec: FieldSpec, change: Change) -> Traced | None:
    """What is new below a field, in as many mappings as there are steps to it; nothing is made behind a list."""
    made = change(None)
    if made is None:
        return None
    names = [_name(step, spec, field) for step in steps]
    lists = [index for index, step in enumerate(steps) if step.endswith(EACH)]
    if lists:
        names, made = names[: lists[0]], Traced({}, Places(made.place))
    for name in reversed(names):
        made = Traced({name: made.data}, Places(made.place, {name: made.places}))
    return made
