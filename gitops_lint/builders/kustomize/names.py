"""The prefix and suffix transformers. kustomize, plugin/builtin/{prefix,suffix}transformer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

UNPREFIXED = frozenset(
    {
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("", "Namespace"),
    }
)
"""Kinds whose names stay as they are (prefixFieldSpecsToSkip)."""


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The fields ``namePrefix`` and ``nameSuffix``."""
    for field in ("namePrefix", "nameSuffix"):
        if (entry := step.layer.scalar(field)) is not None:
            resources = [_named(resource, entry, before=field == "namePrefix") for resource in resources]
    return resources


def _named(resource: Resource, entry: Entry, *, before: bool) -> Resource:
    if (resource.ref.group, resource.ref.kind) in UNPREFIXED:
        return resource
    name = f"{entry.value}{resource.ref.name}" if before else f"{resource.ref.name}{entry.value}"
    return resource.set(("metadata", "name"), name, entry.place)
