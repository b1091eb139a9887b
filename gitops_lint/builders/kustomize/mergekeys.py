"""Which lists of the built-in kinds kustomize merges element by element, and by which keys: data, no logic.

kustomize knows the kinds of Kubernetes 1.21 only (kyaml, openapi/kubernetesapi, v1_21_2/swagger.pb, read out of
the real program: the same in 5.5 and 5.8). A list that this page does not name is replaced as a whole: tolerations,
the rules of an Ingress, and every list of a custom resource, of ``autoscaling/v2`` or of another newer version.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Shape(NamedTuple):
    """What lies below a field: the merge keys of the elements of a list, the fields of a mapping or an element."""

    fields: Mapping[str, Shape] = MappingProxyType({})
    keys: tuple[str, ...] | None = None
    """None where a list is replaced as a whole; without keys it is a list of scalars, merged by value."""


ShapeOf = Callable[[str, str], Shape | None]
"""The shape of a kind, given its apiVersion and its name; None for one that nobody knows."""


def _fields(**fields: Shape) -> Shape:
    return Shape(fields)


def _list(*keys: str, **fields: Shape) -> Shape:
    return Shape(fields, keys)


_METADATA = _fields(finalizers=_list(), ownerReferences=_list("uid"))
_OBJECT = _fields(metadata=_METADATA)
_CONDITIONS = _fields(conditions=_list("type"))

_MOUNTS = {"env": _list("name"), "volumeDevices": _list("devicePath"), "volumeMounts": _list("mountPath")}
_CONTAINERS = _list("name", **_MOUNTS, ports=_list("containerPort", "protocol"))
_POD_SPEC = _fields(
    containers=_CONTAINERS,
    ephemeralContainers=_list("name", **_MOUNTS),
    hostAliases=_list("ip"),
    imagePullSecrets=_list("name"),
    initContainers=_CONTAINERS,
    topologySpreadConstraints=_list("topologyKey", "whenUnsatisfiable"),
    volumes=_list("name", ephemeral=_fields(volumeClaimTemplate=_OBJECT)),
)
_TEMPLATE = _fields(metadata=_METADATA, spec=_POD_SPEC)
_WORKLOAD = _fields(metadata=_METADATA, spec=_fields(template=_TEMPLATE), status=_CONDITIONS)
_JOB_TEMPLATE = _fields(metadata=_METADATA, spec=_fields(template=_TEMPLATE))
_WEBHOOKS = _fields(metadata=_METADATA, webhooks=_list("name"))
_CONDITIONED = _fields(metadata=_METADATA, status=_CONDITIONS)

_SHAPES: Mapping[tuple[str, str], Shape] = {
    ("", "ComponentStatus"): _fields(metadata=_METADATA, conditions=_list("type")),
    ("", "Namespace"): _CONDITIONED,
    ("", "Node"): _fields(
        metadata=_METADATA,
        spec=_fields(podCIDRs=_list()),
        status=_fields(addresses=_list("type"), conditions=_list("type")),
    ),
    ("", "PersistentVolumeClaim"): _CONDITIONED,
    ("", "Pod"): _fields(
        metadata=_METADATA, spec=_POD_SPEC, status=_fields(conditions=_list("type"), podIPs=_list("ip"))
    ),
    ("", "PodTemplate"): _fields(metadata=_METADATA, template=_TEMPLATE),
    ("", "ReplicationController"): _WORKLOAD,
    ("", "Service"): _fields(metadata=_METADATA, spec=_fields(ports=_list("port", "protocol")), status=_CONDITIONS),
    ("", "ServiceAccount"): _fields(metadata=_METADATA, secrets=_list("name")),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _WEBHOOKS,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _WEBHOOKS,
    ("apiregistration.k8s.io", "APIService"): _CONDITIONED,
    ("apps", "DaemonSet"): _WORKLOAD,
    ("apps", "Deployment"): _WORKLOAD,
    ("apps", "ReplicaSet"): _WORKLOAD,
    ("apps", "StatefulSet"): _WORKLOAD,
    ("batch", "CronJob"): _fields(metadata=_METADATA, spec=_fields(jobTemplate=_JOB_TEMPLATE)),
    ("batch", "Job"): _WORKLOAD,
    ("policy", "PodDisruptionBudget"): _CONDITIONED,
    ("storage.k8s.io", "CSINode"): _fields(metadata=_METADATA, spec=_fields(drivers=_list("name"))),
}
"""The kinds that have more to merge than their metadata. Every version of a kind has the same shape."""

_KINDS: Mapping[str, str] = {
    "admissionregistration.k8s.io/v1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1beta1": "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "apiregistration.k8s.io/v1beta1": "APIService",
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "authentication.k8s.io/v1": "TokenRequest TokenReview",
    "authentication.k8s.io/v1beta1": "TokenReview",
    "authorization.k8s.io/v1": (
        "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"
    ),
    "authorization.k8s.io/v1beta1": (
        "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"
    ),
    "autoscaling/v1": "HorizontalPodAutoscaler Scale",
    "autoscaling/v2beta1": "HorizontalPodAutoscaler",
    "autoscaling/v2beta2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob Job",
    "batch/v1beta1": "CronJob",
    "certificates.k8s.io/v1": "CertificateSigningRequest",
    "certificates.k8s.io/v1beta1": "CertificateSigningRequest",
    "coordination.k8s.io/v1": "Lease",
    "coordination.k8s.io/v1beta1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "discovery.k8s.io/v1beta1": "EndpointSlice",
    "events.k8s.io/v1": "Event",
    "events.k8s.io/v1beta1": "Event",
    "extensions/v1beta1": "Ingress",
    "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
    "networking.k8s.io/v1beta1": "Ingress IngressClass",
    "node.k8s.io/v1": "RuntimeClass",
    "node.k8s.io/v1beta1": "RuntimeClass",
    "policy/v1": "PodDisruptionBudget",
    "policy/v1beta1": "Eviction PodDisruptionBudget PodSecurityPolicy",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "rbac.authorization.k8s.io/v1beta1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "scheduling.k8s.io/v1": "PriorityClass",
    "scheduling.k8s.io/v1beta1": "PriorityClass",
    "storage.k8s.io/v1": "CSIDriver CSINode StorageClass VolumeAttachment",
    "storage.k8s.io/v1beta1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment",
    "v1": (
        "Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume "
        "PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service "
        "ServiceAccount"
    ),
}
"""The kinds of each apiVersion that kustomize has a schema of, without those that have nothing to merge."""


def shape_of(api_version: str, kind: str) -> Shape | None:
    """The shape of a built-in kind; None for a kind or a version that kustomize does not know."""
    if kind not in _KINDS.get(api_version, "").split():
        return None
    return _SHAPES.get((api_version.rpartition("/")[0], kind), _OBJECT)
