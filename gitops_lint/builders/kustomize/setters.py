"""What several transformers do to the fields that fieldspecs select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint import scalars
from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import Place, Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import Change, FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource


def change_all(
    resources: Iterable[Resource], specs: Iterable[FieldSpec], change: Change, entry: Entry, faults: Faults
) -> list[Resource]:
    """The objects after a change of the fields that fieldspecs select; where that cannot be, it is noted."""
    changed, specs = [], tuple(specs)
    for resource in resources:
        try:
            changed.append(apply(resource, specs, change))
        except FieldFault as fault:
            faults.field(entry, fault)
            changed.append(resource)
    return changed


def set_entries(
    resources: list[Resource], pairs: Mapping[str, Entry], specs: Iterable[FieldSpec], faults: Faults
) -> list[Resource]:
    """The objects with texts set in the mappings that fieldspecs select: labels, selectors, annotations.

    kustomize, api/filters/labels/labels.go and api/filters/annotations/annotations.go.
    """
    if not pairs:
        return resources
    first = next(iter(pairs.values()))
    around = Place(first.place.document, first.place.route[:-1])

    def change(field: Traced | None) -> Traced | None:
        if field is not None and field.data is None:
            return None
        mapping = field or Traced({}, Places(around))
        if not isinstance(mapping.data, dict):
            raise FieldFault("a mapping must stand here", mapping.place)
        fresh = {key: entry for key, entry in pairs.items() if mapping.data.get(key) != entry.value}
        if not fresh:
            return None
        for key in fresh:
            if key not in mapping.data and not isinstance(scalars.kustomize(key), str):
                raise FieldFault(f"kustomize writes {key!r} without quotes, and then it is no text", fresh[key].place)
        return mapping.with_fields({key: Traced(entry.value, Places(entry.place)) for key, entry in fresh.items()})

    return change_all(resources, specs, change, first, faults)
