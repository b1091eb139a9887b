"""Where objects name other objects, as kustomize knows it: data, no logic.

kustomize, api/internal/konfig/builtinpluginconsts/{namereference,varreference,namespace}.go; the same in 5.5 and 5.8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.fieldspec import FieldSpec, NameReference

if TYPE_CHECKING:
    from collections.abc import Iterator

RBAC = "rbac.authorization.k8s.io"
ADMISSION = "admissionregistration.k8s.io"

_TEMPLATED = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job")
_SCALED = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
_ACCOUNTED = ("StatefulSet", "Deployment", "ReplicationController", "Job", "DaemonSet")
_ENV = "env/valueFrom"


def _in_pods(*paths: str) -> Iterator[FieldSpec]:
    """Paths below the spec of a Pod, wherever one is written; a plain Pod counts as ``v1`` only."""
    for path in paths:
        yield FieldSpec(f"spec/{path}", "Pod", version="v1")
        yield FieldSpec(f"template/spec/{path}", "PodTemplate")
        yield from (FieldSpec(f"spec/template/spec/{path}", kind) for kind in _TEMPLATED)
        yield FieldSpec(f"spec/jobTemplate/spec/template/spec/{path}", "CronJob")


def _in_some_pods(path: str) -> Iterator[FieldSpec]:
    """A path below the spec of a Pod in the kinds that the older rows list."""
    yield FieldSpec(f"spec/{path}", "Pod")
    yield from (FieldSpec(f"spec/template/spec/{path}", kind) for kind in _ACCOUNTED)
    yield FieldSpec(f"spec/jobTemplate/spec/template/spec/{path}", "CronJob")


def _of(kind: str, *paths: str, group: str = "") -> Iterator[FieldSpec]:
    yield from (FieldSpec(path, kind, group) for path in paths)


_CONFIG_MAPS = (
    *_in_pods(
        "volumes/configMap/name",
        f"containers/{_ENV}/configMapKeyRef/name",
        f"initContainers/{_ENV}/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
    ),
    *_of("Node", "spec/configSource/configMap"),
    *_of("Role", "rules/resourceNames"),
    *_of("ClusterRole", "rules/resourceNames"),
    *_of("Ingress", r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap"),
)
_SECRETS = (
    *_in_pods(
        "volumes/secret/secretName",
        f"containers/{_ENV}/secretKeyRef/name",
        f"initContainers/{_ENV}/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
    ),
    *_of(
        "Ingress",
        "spec/tls/secretName",
        r"metadata/annotations/ingress.kubernetes.io\/auth-secret",
        r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret",
        r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret",
    ),
    *_of("ServiceAccount", "imagePullSecrets/name"),
    *_of(
        "StorageClass",
        "parameters/secretName",
        "parameters/adminSecretName",
        "parameters/userSecretName",
        "parameters/secretRef",
    ),
    *_of("Role", "rules/resourceNames"),
    *_of("ClusterRole", "rules/resourceNames"),
    FieldSpec(f"spec/template/spec/containers/{_ENV}/secretKeyRef/name", "Service", "serving.knative.dev", "v1"),
    *_of("PersistentVolume", "spec/azureFile/secretName"),
)
_SERVICES = (
    *_of("StatefulSet", "spec/serviceName", group="apps"),
    *_of(
        "Ingress",
        "spec/rules/http/paths/backend/serviceName",
        "spec/backend/serviceName",
        "spec/rules/http/paths/backend/service/name",
        "spec/defaultBackend/service/name",
    ),
    *_of("APIService", "spec/service/name", group="apiregistration.k8s.io"),
    *_of("ValidatingWebhookConfiguration", "webhooks/clientConfig/service", group=ADMISSION),
    *_of("MutatingWebhookConfiguration", "webhooks/clientConfig/service", group=ADMISSION),
)
_BOUND = (*_of("RoleBinding", "roleRef/name", group=RBAC), *_of("ClusterRoleBinding", "roleRef/name", group=RBAC))
_SUBJECTS = (*_of("RoleBinding", "subjects", group=RBAC), *_of("ClusterRoleBinding", "subjects", group=RBAC))

NAME_REFERENCES = (
    *(NameReference(kind, (FieldSpec("spec/scaleTargetRef/name", "HorizontalPodAutoscaler"),)) for kind in _SCALED),
    NameReference("ConfigMap", _CONFIG_MAPS, version="v1"),
    NameReference("Secret", _SECRETS, version="v1"),
    NameReference("Service", _SERVICES, version="v1"),
    NameReference("Role", _BOUND[:1], RBAC),
    NameReference("ClusterRole", _BOUND, RBAC),
    NameReference("ServiceAccount", (*_SUBJECTS, *_in_some_pods("serviceAccountName")), version="v1"),
    NameReference(
        "PersistentVolumeClaim", tuple(_in_some_pods("volumes/persistentVolumeClaim/claimName")), version="v1"
    ),
    NameReference(
        "PersistentVolume",
        (*_of("PersistentVolumeClaim", "spec/volumeName"), *_of("ClusterRole", "rules/resourceNames")),
        version="v1",
    ),
    NameReference(
        "StorageClass",
        (
            *_of("PersistentVolume", "spec/storageClassName"),
            *_of("PersistentVolumeClaim", "spec/storageClassName"),
            *_of("StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName"),
        ),
        "storage.k8s.io",
        "v1",
    ),
    NameReference("PriorityClass", tuple(_in_some_pods("priorityClassName")), "scheduling.k8s.io", "v1"),
    NameReference(
        "ValidatingAdmissionPolicy",
        tuple(_of("ValidatingAdmissionPolicyBinding", "spec/policyName", group=ADMISSION)),
        ADMISSION,
    ),
)
"""By the kind that is named. IngressClass is missing: kustomize lists it under a group that does not exist."""

AFFIXED = (FieldSpec("metadata/name"),)
"""What namePrefix and nameSuffix change."""

NAMESPACED = (
    FieldSpec("metadata/name", "Namespace", create=True),
    FieldSpec("spec/service/namespace", "APIService", "apiregistration.k8s.io", create=True),
    FieldSpec(
        "spec/conversion/webhook/clientConfig/service/namespace", "CustomResourceDefinition", "apiextensions.k8s.io"
    ),
)
"""What ``namespace`` changes besides metadata.namespace and the subjects of bindings."""

_WITH_VARIABLES = tuple(
    f"{containers}/{field}"
    for containers in ("containers", "initContainers")
    for field in ("args", "command", "env/value", "volumeMounts/mountPath")
)
VARIABLES = (
    *(FieldSpec(f"spec/jobTemplate/spec/template/spec/{path}", "CronJob") for path in _WITH_VARIABLES),
    FieldSpec("spec/jobTemplate/spec/template/volumes/nfs/server", "CronJob"),
    *(FieldSpec(f"spec/template/spec/{path}", kind) for kind in _TEMPLATED for path in _WITH_VARIABLES),
    *(FieldSpec("spec/template/spec/volumes/nfs/server", kind) for kind in _TEMPLATED if kind != "StatefulSet"),
    FieldSpec("spec/template/metadata/annotations", "Deployment"),
    *_of("Ingress", "spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"),
    *(FieldSpec(f"spec/{path}", "Pod") for path in (*_WITH_VARIABLES, "volumes/nfs/server")),
    *_of("Service", "spec/ports/port", "spec/ports/targetPort"),
    *_of("StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"),
    *_of("PersistentVolume", "spec/nfs/server"),
    FieldSpec("metadata/labels"),
    FieldSpec("metadata/annotations"),
)
"""Where ``$(NAME)`` stands for the value of a variable."""
