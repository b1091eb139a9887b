"""What a kustomization does to every object below it: namespace, name prefix and suffix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_lint.model import Hop, Place, Places, Ref, dig
from gitops_lint.repo import CLUSTER_SCOPED, identify

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.location import Route
    from gitops_lint.model import Data

UNPREFIXED = frozenset(
    {
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("", "Namespace"),
    }
)
"""Kinds that namePrefix and nameSuffix leave alone (kustomize, PrefixTransformer.go, prefixFieldSpecsToSkip)."""


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """An object on its way through a build. ``earlier`` holds its former identities: patch targets may name them."""

    ref: Ref
    data: Data
    places: Places
    via: Hop | None
    earlier: tuple[Ref, ...] = ()
    hashed: bool = False
    """Whether its name gets a hash of its content in the end."""

    def set(self, route: Route, value: Data, place: Place) -> Resource:
        """This resource with a value set at a route of mappings, which are made where they are missing.

        A value that is there already keeps its place: nobody looks for it where nothing was changed.
        """
        if dig(self.data, route) == value:
            return self
        return self.changed(_set(self.data, route, value), self.places.put(route, Places(place)))

    def changed(self, data: Data, places: Places) -> Resource:
        """This resource with other data; its identity follows from them."""
        ref = identify(data) or self.ref
        earlier = self.earlier if ref == self.ref else (*self.earlier, self.ref)
        return replace(self, ref=ref, data=data, places=places, earlier=earlier)


def _set(data: Data, route: Route, value: Data) -> Data:
    below = data.get(route[0]) if isinstance(data, dict) else None
    inner = value if len(route) == 1 else _set(below, route[1:], value)
    return {**data, route[0]: inner} if isinstance(data, dict) else {route[0]: inner}


def merge(below: Resource, above: Resource, behavior: str) -> Resource:
    """A generated object over one of its name: ``merge`` keeps the keys that only the lower one has."""
    if behavior == "replace":
        kept = {**above.data, "metadata": {**above.data["metadata"], "name": below.ref.name}}
        return replace(below, data=kept, places=above.places, hashed=below.hashed)
    merged, places = below.data, below.places
    for field in ("data", "binaryData"):
        values = above.data.get(field) or {}
        if values:
            merged = {**merged, field: {**(merged.get(field) or {}), **values}}
        for key in values:
            places = places.put((field, key), Places(above.places.locate((field, key))))
    for field in ("labels", "annotations"):
        values = above.data["metadata"].get(field) or {}
        if values:
            metadata = {**merged["metadata"], field: {**(merged["metadata"].get(field) or {}), **values}}
            merged = {**merged, "metadata": metadata}
    return replace(below, data=merged, places=places)


def set_namespace(resource: Resource, namespace: Entry) -> Resource:
    """The namespace transformer: every object that is not known to be cluster-scoped gets it.

    A Namespace object is *renamed* to it (kustomize, api/filters/namespace/namespace.go).
    """
    kind = (resource.ref.group, resource.ref.kind)
    if kind == ("", "Namespace"):
        return resource.set(("metadata", "name"), namespace.value, namespace.place)
    if kind in CLUSTER_SCOPED:
        return resource
    return resource.set(("metadata", "namespace"), namespace.value, namespace.place)


def add_prefix(resource: Resource, prefix: Entry) -> Resource:
    """The prefix transformer."""
    return _rename(resource, f"{prefix.value}{resource.ref.name}", prefix)


def add_suffix(resource: Resource, suffix: Entry) -> Resource:
    """The suffix transformer."""
    return _rename(resource, f"{resource.ref.name}{suffix.value}", suffix)


def _rename(resource: Resource, name: str, entry: Entry) -> Resource:
    if (resource.ref.group, resource.ref.kind) in UNPREFIXED:
        return resource
    return resource.set(("metadata", "name"), name, entry.place)
