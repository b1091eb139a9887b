"""The kinds that kustomize knows to have no namespace: data, no logic.

kyaml, openapi.go (IsCertainlyClusterScoped), from the API of Kubernetes 1.21: what is newer, of another version, or a
custom resource counts as namespaced, whatever a cluster says. So this is not ``repo.CLUSTER_SCOPED``, which says how
a cluster identifies an object.
"""

from __future__ import annotations

_KINDS_BY_GROUP = {
    "admissionregistration.k8s.io": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "apiregistration.k8s.io": ("APIService",),
    "certificates.k8s.io": ("CertificateSigningRequest",),
    "networking.k8s.io": ("IngressClass",),
    "node.k8s.io": ("RuntimeClass",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
}
"""Groups that had the versions ``v1`` and ``v1beta1`` of all these kinds."""

CLUSTER_SCOPED = frozenset(
    {
        *(("v1", kind) for kind in ("ComponentStatus", "Namespace", "Node", "PersistentVolume")),
        *(("flowcontrol.apiserver.k8s.io/v1beta1", kind) for kind in ("FlowSchema", "PriorityLevelConfiguration")),
        ("policy/v1beta1", "PodSecurityPolicy"),
        *(
            (f"{group}/{version}", kind)
            for group, kinds in _KINDS_BY_GROUP.items()
            for kind in kinds
            for version in ("v1", "v1beta1")
        ),
    }
)
"""By apiVersion and kind."""
