"""The replica count transformer. kustomize, builtins/ReplicaCountTransformer.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint import scalars
from gitops_lint.builders.kustomize.decoding import entries, integer, struct, text, traced
from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.setters import each
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import Place, Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.builders.kustomize.fieldspec import Change, FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

FIELDS = ("name", "count")


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``replicas``."""
    for entry in entries(step, "replicas"):
        try:
            fields = struct(traced(entry), FIELDS)
            name = text(fields["name"]) if "name" in fields else ""
            count = integer(fields["count"]) if "count" in fields else 0
        except Malformed as error:
            step.faults.malformed(error)
            continue
        place = fields["count"].place if "count" in fields else entry.place
        resources = set_count(resources, name, count, entry._replace(place=place), step.config.replicas, step)
    return resources


def set_count(
    resources: list[Resource], name: str, count: int, entry: Entry, specs: Sequence[FieldSpec], step: Step
) -> list[Resource]:
    """The objects, those that have the name, or had it once, with the number of replicas.

    kustomize refuses where there is none among the kinds of the fieldspecs.
    """
    due = {id(r): meant for r in resources if (meant := [spec for spec in specs if _is_meant(r, name, spec)])}
    if not due and step.faults.complete:
        step.faults.no_workload(entry, name, sorted({spec.kind for spec in specs}))
    setter = _setter(count, entry.place)
    return each(resources, lambda resource: apply(resource, due.get(id(resource), ()), setter), entry, step.faults)


def _is_meant(resource: Resource, name: str, spec: FieldSpec) -> bool:
    """Whether an object had the name while it was of the kind (GetMatchingResourcesByAnyId)."""
    identities = (resource.ref, *resource.earlier)
    return spec.version in ("", resource.version) and any(
        ref.name == name and spec.kind in ("", ref.kind) and spec.group in ("", ref.group) for ref in identities
    )


def _setter(count: int, place: Place) -> Change:
    def change(field: Traced | None) -> Traced | None:
        value: int | str = count
        if field is not None:
            if isinstance(field.data, dict | list):
                raise FieldFault("a number must stand here", field.place)
            if isinstance(field.data, str) and not isinstance(scalars.kustomize(field.data), str):
                value = str(count)  # a number in quotes: kustomize keeps the quotes
            if field.data == value and not isinstance(field.data, bool):
                return None
        return Traced(value, Places(place))

    return change
