"""The order in which objects are printed. kustomize, api/internal/builtins/SortOrderTransformer.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.model import OPAQUE, dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Data

FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
"""The kinds that the order ``legacy`` puts first and last; it is in force unless ``sortOptions`` says otherwise."""


def in_order(resources: Sequence[Resource], options: Data) -> list[Resource]:
    """The objects in the order that ``sortOptions`` of the topmost kustomization asks for; opaque ones come last."""
    known = [resource for resource in resources if resource.ref.group != OPAQUE]
    opaque = [resource for resource in resources if resource.ref.group == OPAQUE]
    if dig(options, ("order",)) != "fifo":
        kinds = dig(options, ("legacySortOptions",))
        first = _kinds(kinds, "orderFirst", FIRST)
        ranks = {kind: index - len(first) for index, kind in enumerate(first)}
        ranks |= {kind: index + 1 for index, kind in enumerate(_kinds(kinds, "orderLast", LAST))}
        known.sort(key=lambda resource: (ranks.get(resource.ref.kind, 0), *_sort_key(resource)))
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


def _kinds(options: Data, field: str, default: Sequence[str]) -> list[str]:
    return [str(kind) for kind in list_at(options, (field,))] if isinstance(options, dict) else list(default)


def _sort_key(resource: Resource) -> tuple[str, str]:
    """How objects of one rank are told apart; what is missing sorts behind all letters."""
    group, kind, _, name = resource.ref
    namespace = text_at(resource.data, ("metadata", "namespace"))  # even that of a cluster-scoped object
    gvk = f"{group or '~G'}_{resource.version or '~V'}_{kind}"
    return gvk, f"{namespace or '~X'}|{name}"
