"""The patches of a layer: ``patches``, ``patchesStrategicMerge`` and ``patchesJson6902``, applied to its objects.

kustomize, api/internal/builtins (PatchTransformer, PatchStrategicMergeTransformer, PatchJson6902Transformer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import patchfiles
from gitops_lint.builders.kustomize.patch import Unpatchable, apply_operations, strategic_merge
from gitops_lint.builders.kustomize.resource import Resource
from gitops_lint.builders.kustomize.selector import Target
from gitops_lint.identity import identify
from gitops_lint.model import OPAQUE, Place, Ref, dig
from gitops_lint.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.mergekeys import ShapeOf
    from gitops_lint.builders.kustomize.patchfiles import Patch
    from gitops_lint.builders.kustomize.step import Step

MEND = "mend the patch, or take it out"


class Unmatched(Unpatchable):
    """A patch that names its object itself, and there is none of that name; ``meant`` is one that is like it."""

    def __init__(self, message: str, meant: Resource | None) -> None:
        super().__init__(message, ())
        self.meant = meant


JSON6902 = "patchesJson6902"
"""The field whose renames are not noted."""


def strategic(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``patchesStrategicMerge``: files, or the YAML itself. One of them must hold something."""
    listed = list(step.layer.entries("patchesStrategicMerge"))
    loaded = [patch for entry in listed for patch in _read(step, entry, patchfiles.of_text)]
    if listed and not loaded and step.faults.complete:
        step.faults.patch(listed[0], "it is empty", listed[0].place, MEND)
    return _applied(resources, loaded, step)


def patches(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``patches``."""
    for entry in step.layer.entries("patches"):
        resources = with_entry(resources, entry, step)
    return resources


def json6902(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``patchesJson6902``; it comes late, when namespace, names and labels are set already."""
    for entry in step.layer.entries(JSON6902):
        resources = with_operations(resources, entry, step)
    return resources


def with_entry(resources: list[Resource], entry: Entry, step: Step) -> list[Resource]:
    """The objects after one entry of ``patches``."""
    return _applied(resources, _read(step, entry, patchfiles.of_entry), step)


def with_operations(resources: list[Resource], entry: Entry, step: Step) -> list[Resource]:
    """The objects after one entry of ``patchesJson6902``."""
    return _applied(resources, _read(step, entry, patchfiles.of_operations), step)


def with_text(resources: list[Resource], entry: Entry, step: Step) -> list[Resource]:
    """The objects after one entry of ``patchesStrategicMerge``."""
    return _applied(resources, _read(step, entry, patchfiles.of_text), step)


def _read(step: Step, entry: Entry, read: Callable[[Step, Entry], Iterator[Patch]]) -> list[Patch]:
    """The patches of an entry; none, with a fault noted, where kustomize cannot read one of them."""
    try:
        return list(read(step, entry))
    except Unpatchable as error:
        place = Place(entry.place.document, (*entry.place.route, *error.route))
        step.faults.patch(entry, error.message, place, MEND)
        return []


def _applied(resources: list[Resource], patches: Iterable[Patch], step: Step) -> list[Resource]:
    for patch in patches:
        try:
            target = Target.from_data(patch.target) if patch.target is not None else None
        except Unpatchable as error:
            place = Place(patch.entry.place.document, (*patch.entry.place.route, "target", *error.route))
            step.faults.patch(patch.entry, error.message, place, MEND)
            continue
        try:
            patched = apply_patch(patch, target, resources, step.shapes)
            if target is not None:
                step.faults.chose(patch.entry.place, any_object=_is_changed(resources, patched))
            resources = patched
        except Unmatched as error:
            if step.faults.complete:
                step.faults.patch(patch.entry, error.message, patch.entry.place, _advice(error.meant))
        except Unpatchable as error:
            step.faults.patch(patch.entry, error.message, _place(patch, error), MEND)
    return resources


def _is_changed(before: Sequence[Resource], after: Sequence[Resource]) -> bool:
    """Whether a patch was for any object: those that it is not for are handed on as they are."""
    return len(before) != len(after) or any(one is not other for one, other in zip(before, after, strict=True))


def _place(patch: Patch, error: Unpatchable) -> Place:
    """Where a patch is wrong: in its file, or else the whole text in the kustomization."""
    top = patch.places.locate(())
    return top if top.document is patch.entry.place.document else patch.places.locate(error.route)


def _advice(meant: Resource | None) -> str:
    if meant is None:
        return MEND
    return f"did you mean {meant.data['apiVersion']} {meant.ref}, at {meant.places.locate(()).location}?"


def apply_patch(patch: Patch, target: Target | None, resources: list[Resource], shapes: ShapeOf) -> list[Resource]:
    """The resources after one patch; ``shapes`` tells how lists merge.

    Raises Unmatched for a strategic patch without target that names no resource, Unpatchable for whatever else
    kustomize would refuse: an operation on a path that does not exist. A target that selects nothing is silent, as in
    kustomize.
    """
    if target is not None:
        chosen = {id(resource) for resource in resources if _is_target(target, resource)}
    else:
        chosen = {id(_named(patch, resources))}
    result = []
    for resource in resources:
        if id(resource) not in chosen:
            result.append(resource)
        elif (patched := _patched(patch, resource, shapes)) is not None:
            result.append(patched)
    return result


def _named(patch: Patch, resources: Sequence[Resource]) -> Resource:
    """The one object that a patch names, by any identity that it has or had (resmap, GetById)."""
    called = Ref("", str(patch.data["kind"]), "", str(dig(patch.data, ("metadata", "name"))))
    named = Resource(identify(patch.data) or called, patch.data, patch.places, None)
    found = [resource for resource in resources if named.identity in resource.identities]
    if not found:
        like = _like(named, resources)
        is_other_version = like is not None and like.ref.name == named.ref.name and like.version != named.version
        version = f"{patch.data.get('apiVersion', '')} " if is_other_version else ""
        raise Unmatched(f"there is no {version}{named.ref} in this build", like)
    if len(found) > 1:
        listed = ", ".join(str(resource.ref) for resource in found)
        raise Unpatchable(f"{named.ref} may be any of {listed}", ("metadata", "name"))
    return found[0]


def _like(named: Resource, resources: Sequence[Resource]) -> Resource | None:
    """The object that may be meant: of this kind and name elsewhere, or of this kind with a name like it."""
    alike = [resource for resource in resources if resource.ref.kind == named.ref.kind]
    names = {ref.name: resource for resource in reversed(alike) for ref in (resource.ref, *resource.earlier)}
    if named.ref.name in names:
        return names[named.ref.name]
    return names.get(nearest(named.ref.name, (), tuple(names)) or "")


def _is_target(target: Target, resource: Resource) -> bool:
    if resource.ref.group == OPAQUE or not isinstance(resource.data, dict):
        return False
    labels = dig(resource.data, ("metadata", "labels")) or {}
    annotations = dig(resource.data, ("metadata", "annotations")) or {}
    return target.matches((resource.ref, *resource.earlier), resource.version, labels, annotations)


def _patched(patch: Patch, resource: Resource, shapes: ShapeOf) -> Resource | None:
    """The object after a patch; its earlier name is noted where kustomize does so, and only then do others follow it.

    Never for ``patchesJson6902``, always for operations in ``patches``, else where a patch may rename.
    """
    renames = _option(patch, "allowNameChange") or _option(patch, "allowKindChange")
    if renames or (isinstance(patch.data, list) and patch.entry.field != JSON6902):
        resource = resource.noted()
    if isinstance(patch.data, list):
        return resource.anew(*apply_operations(resource.data, resource.places, patch.data, patch.places))
    merged = strategic_merge(
        resource.data,
        resource.places,
        patch.data,
        patch.places,
        group=resource.ref.group,
        version=resource.version,
        kind=resource.ref.kind,
        shapes=shapes,
        targeted=patch.target is not None,
        may_rename=_option(patch, "allowNameChange"),
        may_change_kind=_option(patch, "allowKindChange"),
    )
    return resource.changed(*merged) if merged is not None else None


def _option(patch: Patch, name: str) -> bool:
    return dig(patch.entry.value, ("options", name)) is True
