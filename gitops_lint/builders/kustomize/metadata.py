"""What kustomize does to the metadata of every object that it prints: its own notes go, ``buildMetadata`` comes.

kustomize, api/krusty/kustomizer.go (Run) and api/resource/resource.go (RemoveBuildAnnotations).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.builtin import LABELS
from gitops_lint.builders.kustomize.decoding import entries, text, traced
from gitops_lint.builders.kustomize.entries import GENERATORS, relative
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.setters import set_entries
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.builders.kustomize.traced import text as text_of
from gitops_lint.model import OPAQUE, Place, Places

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

VERSION = "v5.8.1"
"""The kustomize that is reproduced; what a controller has inside may be older or newer."""
MANAGED_BY = "app.kubernetes.io/managed-by"
ORIGIN = "config.kubernetes.io/origin"

INTERNAL = "internal.config.kubernetes.io/"
BUILD_ANNOTATIONS = frozenset(
    {
        ORIGIN,
        "alpha.config.kubernetes.io/transformations",
        "config.kubernetes.io/index",
        "config.kubernetes.io/path",
        "config.k8s.io/id",
        *(
            f"{INTERNAL}{name}"
            for name in (
                "index",
                "path",
                "id",
                "annotations-migration-resource-id",
                "previousKinds",
                "previousNames",
                "previousNamespaces",
                "prefixes",
                "suffixes",
                "refBy",
                "generatorBehavior",
                "needsHashSuffix",
            )
        ),
    }
)
"""Annotations that kustomize takes for notes of its own."""


def printed(resources: list[Resource], step: Step) -> list[Resource]:
    """The objects as they are printed; only the ``buildMetadata`` of the kustomization that is built counts."""
    options = _options(step)
    if (managed := options.get("managedByLabel")) is not None:
        label = managed._replace(value=f"kustomize-{VERSION}")
        resources = set_entries(resources, {MANAGED_BY: label}, (LABELS,), step.faults)
    origins = options.get("originAnnotations")
    return [_printed(resource, step.layer.directory, origins) for resource in resources]


def _options(step: Step) -> dict[str, Entry]:
    found = {}
    for entry in entries(step, "buildMetadata"):
        try:
            found[text(traced(entry))] = entry
        except Malformed as error:
            step.faults.malformed(error)
    return found


def _printed(resource: Resource, top: str, origins: Entry | None) -> Resource:
    """An object without notes, with annotations that are texts, or with none at all where there are none."""
    if resource.ref.group == OPAQUE:
        return resource
    metadata = resource.traced.child("metadata")
    annotations = metadata.field("annotations")
    if annotations is None and origins is None:
        return resource
    new = _annotations(annotations)
    if origins is not None:
        new = new or Traced({}, Places(Place(origins.place.document, origins.place.route)))
        new = new.with_fields({ORIGIN: Traced(_origin(resource, top), Places(origins.place))})
    if new is annotations:
        return resource
    changed = resource.traced.with_child("metadata", metadata.with_fields({"annotations": new}))
    return resource.changed(changed.data, changed.places)


def _annotations(annotations: Traced | None) -> Traced | None:
    if annotations is None or not isinstance(annotations.data, dict):
        return None
    changed: dict[str, Traced | None] = {}
    for key, value in annotations.data.items():
        if key in BUILD_ANNOTATIONS:
            changed[key] = None
        elif not isinstance(value, str):
            changed[key] = Traced(text_of(value), Places(annotations.child(key).place))
    left = annotations.with_fields(changed) if changed else annotations
    return left if left.data else None


def _origin(resource: Resource, top: str) -> str:
    """Where an object comes from, in the words of kustomize (api/resource/origin.go)."""
    generator = resource.via.text.partition(":")[0] if resource.via else ""
    if resource.via and generator in GENERATORS:
        kind = f"{generator[0].upper()}{generator[1:]}"
        path = relative(resource.via.place.path, top)
        return f"configuredIn: {path}\nconfiguredBy:\n  apiVersion: builtin\n  kind: {kind}\n"
    return f"path: {relative(resource.places.locate(()).path, top)}\n"
