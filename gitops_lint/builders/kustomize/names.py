"""The prefix and suffix transformers. kustomize, api/internal/builtins/{PrefixTransformer,SuffixTransformer}.go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.traced import Traced, text
from gitops_lint.model import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.builders.kustomize.fieldspec import FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

NAME = "metadata/name"
MAX_LENGTH = 253
"""Characters of the longest name that the API server takes: more of them would only fill the memory."""


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The fields ``namePrefix`` and ``nameSuffix``."""
    for field, specs in (("namePrefix", step.config.prefix), ("nameSuffix", step.config.suffix)):
        if (entry := step.layer.scalar(field)) is not None:
            resources = affix(resources, entry, specs, step, before=field == "namePrefix")
    return resources


def affix(
    resources: list[Resource], entry: Entry, specs: Sequence[FieldSpec], step: Step, *, before: bool
) -> list[Resource]:
    """The objects with a text put before or behind what the fieldspecs select, which is their name as a rule."""
    if len(entry.value) > MAX_LENGTH:
        message = f"{entry.field} has more than {MAX_LENGTH} characters, and no name may have more"
        step.faults.refuse("too-large", message, entry.place, "shorten it: it is left out here")
        return resources
    result = []
    for resource in resources:
        try:
            result.append(_affixed(resource, entry, specs, before=before))
        except FieldFault as fault:
            step.faults.field(entry, fault)
            result.append(resource)
    return result


def _affixed(resource: Resource, entry: Entry, specs: Sequence[FieldSpec], *, before: bool) -> Resource:
    if _keeps_its_name(resource):
        return resource

    def change(field: Traced | None) -> Traced | None:
        if field is not None and isinstance(field.data, dict | list):
            raise FieldFault("a text must stand here", field.place)
        value = "" if field is None else text(field.data)
        return Traced(f"{entry.value}{value}" if before else f"{value}{entry.value}", Places(entry.place))

    if any(spec.path == NAME and spec.selects(resource) for spec in specs):
        resource = resource.noted()
        if before:
            resource = replace(resource, prefixes=(*resource.prefixes, entry.value))
        else:
            resource = replace(resource, suffixes=(*resource.suffixes, entry.value))
    return apply(resource, specs, change)


def _keeps_its_name(resource: Resource) -> bool:
    """Whether it is a kind whose name is more than a name (prefixFieldSpecsToSkip)."""
    kind = resource.origin.kind
    is_service = kind == "APIService" and resource.origin.group == "apiregistration.k8s.io"
    return kind in ("CustomResourceDefinition", "Namespace") or is_service
