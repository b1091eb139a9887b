"""The order of kinds: what others build on comes first, what may reject others last. kyaml, resid/gvk.go."""

from __future__ import annotations

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
RANKS = {
    **{kind: index - len(FIRST_KINDS) for index, kind in enumerate(FIRST_KINDS)},
    **{kind: index + 1 for index, kind in enumerate(LAST_KINDS)},
}
"""Kinds that are not here rank 0."""


def sort_key(group: str, version: str, kind: str) -> tuple[int, str]:
    """Where kustomize sorts a kind to; an empty group, version or kind stands late (Gvk.IsLessThan)."""
    return RANKS.get(kind, 0), f"{group or '~G'}_{version or '~V'}_{kind or '~K'}"
