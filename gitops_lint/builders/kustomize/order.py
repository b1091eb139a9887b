"""The order in which objects are printed. kustomize, api/internal/builtins/SortOrderTransformer.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.kinds import RANKS, ranked, sort_key
from gitops_lint.model import OPAQUE, dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Data


def in_order(resources: Sequence[Resource], options: Data) -> list[Resource]:
    """The objects in the order that ``sortOptions`` of the topmost kustomization asks for; opaque ones come last."""
    known = [resource for resource in resources if resource.ref.group != OPAQUE]
    opaque = [resource for resource in resources if resource.ref.group == OPAQUE]
    if dig(options, ("order",)) != "fifo":
        ranks = _ranks(dig(options, ("legacySortOptions",)))
        known.sort(key=lambda resource: _place(resource, ranks))
    return [*known, *opaque]


def why_refused(options: Data) -> str | None:
    """What kustomize would refuse of ``sortOptions``; None where it is fine or not there."""
    if options is None:
        return None
    order = dig(options, ("order",))
    if order not in ("fifo", "legacy"):
        return "sortOptions.order is fifo or legacy"
    if order == "fifo" and dig(options, ("legacySortOptions",)) is not None:
        return "sortOptions.legacySortOptions is for the order legacy, and this is fifo"
    return None


def _ranks(options: Data) -> Mapping[str, int]:
    """The ranks of kinds: kustomize's own, or those that ``legacySortOptions`` gives instead."""
    if not isinstance(options, dict):
        return RANKS
    first, last = (list_at(options, (field,)) for field in ("orderFirst", "orderLast"))
    return ranked([str(kind) for kind in first], [str(kind) for kind in last])


def _place(resource: Resource, ranks: Mapping[str, int]) -> tuple[int, str, str]:
    """Where an object goes: by its rank, its kind, and its names; what is missing sorts behind all letters."""
    group, kind, _, name = resource.ref
    namespace = text_at(resource.data, ("metadata", "namespace"))  # even that of a cluster-scoped object
    _, gvk = sort_key(group, resource.version, kind)
    return ranks.get(kind, 0), gvk, f"{namespace or '~X'}|{name}"
