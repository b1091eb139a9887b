"""The patches of a layer: ``patches``, ``patchesStrategicMerge`` and ``patchesJson6902``, read and applied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.patch import Unpatchable, apply_operations, strategic_merge
from gitops_lint.builders.kustomize.selector import Target
from gitops_lint.document import read
from gitops_lint.model import Place, Places, dig
from gitops_lint.paths import join
from gitops_lint.repo import identify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step
    from gitops_lint.model import Data
    from gitops_lint.repo import Recorder


class Unmatched(Unpatchable):
    """A patch that names its object itself, and there is none of that name."""


class Patch(NamedTuple):
    """One patch document: a list of JSON6902 operations or a partial object."""

    entry: Entry
    data: Data
    places: Places
    target: Data
    """What to select, as written; None for a strategic patch that names its object itself."""
    broken: str = ""
    """Why kustomize cannot read it, if it cannot."""


def strategic(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``patchesStrategicMerge``: files, or the YAML itself."""
    return _applied(resources, _strategic(step), step)


def patches(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``patches``."""
    return _applied(resources, _targeted(step, "patches"), step)


def json6902(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``patchesJson6902``; it comes late, when namespace, names and labels are set already."""
    return _applied(resources, _targeted(step, "patchesJson6902"), step)


def with_entry(resources: list[Resource], entry: Entry, step: Step) -> list[Resource]:
    """The objects after one entry of ``patches``."""
    return _applied(resources, _of_entry(step, entry), step)


def with_text(resources: list[Resource], entry: Entry, step: Step) -> list[Resource]:
    """The objects after one entry of ``patchesStrategicMerge``."""
    return _applied(resources, _of_text(step, entry), step)


def _applied(resources: list[Resource], patches: Iterable[Patch], step: Step) -> list[Resource]:
    for patch in patches:
        try:
            resources = apply_patch(patch, resources)
        except Unmatched as error:
            if step.faults.complete:
                step.faults.patch(patch.entry, error)
        except Unpatchable as error:
            step.faults.patch(patch.entry, error)
    return resources


def _strategic(step: Step) -> Iterator[Patch]:
    for entry in step.layer.entries("patchesStrategicMerge"):
        if isinstance(entry.value, str):
            yield from _of_text(step, entry)


def _of_text(step: Step, entry: Entry) -> Iterator[Patch]:
    path = join(step.layer.directory, entry.value) if "\n" not in entry.value else None
    if path is not None and step.reader.is_file(path):
        yield from _from_file(step.reader, path, entry, None)
    elif "\n" in entry.value:
        yield from _inline(entry.value, entry, entry.place, None)
    else:
        step.faults.missing(step.layer, entry, entry.value)


def _targeted(step: Step, field: str) -> Iterator[Patch]:
    for entry in step.layer.entries(field):
        if isinstance(entry.value, dict):
            yield from _of_entry(step, entry)


def _of_entry(step: Step, entry: Entry) -> Iterator[Patch]:
    selection = entry.value.get("target")
    target = selection if isinstance(selection, dict) else None
    file, text = entry.value.get("path"), entry.value.get("patch")
    if isinstance(text, str):
        yield from _inline(text, entry, Place(entry.place.document, (*entry.place.route, "patch")), target)
    elif isinstance(file, str):
        named = entry._replace(place=Place(entry.place.document, (*entry.place.route, "path")))
        path = join(step.layer.directory, file)
        if path is not None and step.reader.is_file(path):
            yield from _from_file(step.reader, path, named, target)
        else:
            step.faults.missing(step.layer, named, file)


def _from_file(reader: Recorder, path: str, entry: Entry, target: Data) -> Iterator[Patch]:
    file = reader.file(path)
    broken = _why_unreadable(file.text) if file else ""
    for document in file.documents if file else ():
        yield Patch(entry, document.kustomize, Places(Place(document, ())), target, broken)


def _inline(text: str, entry: Entry, place: Place, target: Data) -> Iterator[Patch]:
    """Inline JSON6902 comes in the direct reading, as kustomize decodes it with sigs.k8s.io/yaml."""
    for document in read(place.path, text.encode()).documents:
        data = document.data if isinstance(document.data, list) else document.kustomize
        yield Patch(entry, data, Places(place), target, _why_unreadable(text))


def _why_unreadable(text: str) -> str:
    """Operations that begin with a bracket are read as JSON, and YAML in flow style is none (jsonPatchFromBytes)."""
    if text.startswith("["):
        try:
            json.loads(text)
        except ValueError:
            return "it begins with a bracket, so kustomize reads it as JSON, which it is not"
    return ""


def apply_patch(patch: Patch, resources: list[Resource]) -> list[Resource]:
    """The resources after one patch.

    Raises Unmatched for a strategic patch without target that names no resource, Unpatchable for whatever else
    kustomize would refuse: an operation on a path that does not exist. A target that selects nothing is silent, as in
    kustomize.
    """
    if patch.broken:
        raise Unpatchable(patch.broken, ())
    if not isinstance(patch.data, dict | list):
        raise Unpatchable("it is neither an object nor a list of operations", ())
    chosen = _chosen(patch, resources)
    if not chosen and patch.target is None:
        raise Unmatched(f"there is no {identify(patch.data) or 'object of that name'} in this build", ())
    result = []
    for resource in resources:
        if id(resource) not in chosen:
            result.append(resource)
        elif (patched := _patched(patch, resource)) is not None:
            result.append(patched)
    return result


def _chosen(patch: Patch, resources: list[Resource]) -> set[int]:
    if patch.target is not None:
        target = Target.from_data(patch.target)
        return {id(resource) for resource in resources if _is_target(target, resource)}
    named = identify(patch.data)
    if named is None:
        raise Unpatchable("it needs a target, or apiVersion, kind and metadata.name of its own", ())
    return {id(resource) for resource in resources if named in (resource.ref, resource.origin)}


def _is_target(target: Target, resource: Resource) -> bool:
    if not isinstance(resource.data, dict):
        return False
    labels = dig(resource.data, ("metadata", "labels")) or {}
    annotations = dig(resource.data, ("metadata", "annotations")) or {}
    return target.matches((resource.ref, *resource.earlier), resource.version, labels, annotations)


def _patched(patch: Patch, resource: Resource) -> Resource | None:
    if isinstance(patch.data, list):
        return resource.changed(*apply_operations(resource.data, resource.places, patch.data, patch.places))
    merged = strategic_merge(
        resource.data,
        resource.places,
        patch.data,
        patch.places,
        group=resource.ref.group,
        version=resource.version,
        kind=resource.ref.kind,
        targeted=patch.target is not None,
        may_rename=_option(patch, "allowNameChange"),
        may_change_kind=_option(patch, "allowKindChange"),
    )
    return resource.changed(*merged) if merged is not None else None


def _option(patch: Patch, name: str) -> bool:
    return dig(patch.entry.value, ("options", name)) is True
