"""The namespace transformer. kustomize, api/filters/namespace/namespace.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.repo import CLUSTER_SCOPED

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``namespace``: every object that is not known to be cluster-scoped gets it."""
    entry = step.layer.scalar("namespace")
    return resources if entry is None else [set_namespace(resource, entry) for resource in resources]


def set_namespace(resource: Resource, namespace: Entry) -> Resource:
    """An object in that namespace; a Namespace object is *renamed* to it."""
    kind = (resource.ref.group, resource.ref.kind)
    if kind == ("", "Namespace"):
        return resource.set(("metadata", "name"), namespace.value, namespace.place)
    if kind in CLUSTER_SCOPED:
        return resource
    return resource.set(("metadata", "namespace"), namespace.value, namespace.place)
