"""The order of kinds: what others build on comes first, what may reject others last. kyaml, resid/gvk.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_KINDS = (
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
LAST_KINDS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def ranked(first: Sequence[str], last: Sequence[str]) -> dict[str, int]:
    """The ranks of kinds; one that is in neither list ranks 0."""
    before = {kind: index - len(first) for index, kind in enumerate(first)}
    return before | {kind: index + 1 for index, kind in enumerate(last)}


RANKS = ranked(FIRST_KINDS, LAST_KINDS)
"""Kinds that are not here rank 0."""


def sort_key(group: str, version: str, kind: str) -> tuple[int, str]:
    """Where kustomize sorts a kind to; an empty group, version or kind stands late (Gvk.IsLessThan)."""
    return RANKS.get(kind, 0), f"{group or '~G'}_{version or '~V'}_{kind or '~K'}"
