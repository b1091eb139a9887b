"""What several transformers do to the fields that fieldspecs select."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_lint import scalars
from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.links import links_of
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import Place, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource


def each(
    resources: Iterable[Resource], change: Callable[[Resource], Resource], entry: Entry, faults: Faults
) -> list[Resource]:
    """The objects, each of them changed; where one cannot be, that is noted, and it stays as it is."""
    changed = []
    for resource in resources:
        try:
            changed.append(change(resource))
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
    selected = tuple(specs)
    first = next(iter(pairs.values()))
    return each(resources, lambda resource: _with_entries(resource, pairs, selected), first, faults)


def _with_entries(resource: Resource, pairs: Mapping[str, Entry], specs: Sequence[FieldSpec]) -> Resource:
    """An object with the entries; those that are new in several places are one value from now on."""
    first = next(iter(pairs.values())).place
    made = {key: Traced(entry.value, Places(entry.place)) for key, entry in pairs.items()}
    added = Counter[str]()

    def change(field: Traced | None) -> Traced | None:
        if field is not None and field.data is None:
            return None
        mapping = field or Traced({}, Places(Place(first.document, first.route[:-1])))
        if not isinstance(mapping.data, dict):
            raise FieldFault("a mapping must stand here", mapping.place)
        fresh: dict[str, Traced | None] = {}
        for key, value in made.items():
            if key not in mapping.data:
                if not isinstance(scalars.kustomize(key), str):
                    raise FieldFault(f"kustomize writes {key!r} without quotes, and then it is no text", value.place)
                fresh[key] = value
                added[key] += 1
            elif mapping.data[key] != value.data:
                fresh[key] = Traced(value.data, Places(value.place))
        return mapping.with_fields(fresh) if fresh else None

    after = apply(resource, specs, change)
    links = links_of(after.places, {key: made[key].places for key, times in added.items() if times > 1})
    return replace(after, links=(*after.links, *links)) if links else after
