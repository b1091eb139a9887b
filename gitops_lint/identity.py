"""What an object is called: its identity in the cluster, and the one spelling of the URL that it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.model import Data, Manifest, Ref

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.document import Document
    from gitops_lint.location import Route

CLUSTER_SCOPED = frozenset(
    {
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "IngressClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("policy", "PodSecurityPolicy"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttachment"),
    }
)
"""Built-in kinds without a namespace, as kustomize knows them (kyaml, openapi namespaceable table)."""

NAMESPACED: Mapping[str, frozenset[str]] = {
    group: frozenset(kinds.split())
    for group, kinds in {
        "": "ConfigMap Endpoints LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota "
        "Secret Service ServiceAccount",
        "apps": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
        "autoscaling": "HorizontalPodAutoscaler",
        "batch": "CronJob Job",
        "coordination.k8s.io": "Lease",
        "discovery.k8s.io": "EndpointSlice",
        "networking.k8s.io": "Ingress NetworkPolicy",
        "policy": "PodDisruptionBudget",
        "rbac.authorization.k8s.io": "Role RoleBinding",
        "resource.k8s.io": "ResourceClaim ResourceClaimTemplate",
        "storage.k8s.io": "CSIStorageCapacity",
    }.items()
}
"""Built-in kinds that live in a namespace, by group (kubectl api-resources --namespaced)."""


def is_built_in(ref: Ref) -> bool:
    """Whether the API server knows a kind without a definition."""
    return ref.kind in NAMESPACED.get(ref.group, ()) or (ref.group, ref.kind) in CLUSTER_SCOPED or "." not in ref.group


def identify(data: Data) -> Ref | None:
    """The identity of what looks like a Kubernetes object (apiVersion, kind and metadata.name), else None."""
    if not isinstance(data, dict):
        return None
    version, kind, metadata = data.get("apiVersion"), data.get("kind"), data.get("metadata")
    if not (isinstance(version, str) and isinstance(kind, str) and isinstance(metadata, dict)):
        return None
    name = metadata.get("name") or metadata.get("generateName")
    if not isinstance(name, str):
        return None
    group = version.rpartition("/")[0]
    namespace = metadata.get("namespace")
    scoped = (group, kind) in CLUSTER_SCOPED
    return Ref(group, kind, namespace if isinstance(namespace, str) and not scoped else "", name)


def objects(document: Document, data: Data, route: Route = ()) -> Iterator[Manifest]:
    """The objects of one document under one of its readings; ``kind: List`` and ``*List`` are flattened."""
    if isinstance(data, dict) and isinstance(data.get("items"), list) and str(data.get("kind", "")).endswith("List"):
        for index, item in enumerate(data["items"]):
            yield from objects(document, item, (*route, "items", index))
        return
    ref = identify(data)
    if ref is not None:
        yield Manifest(ref, data, document, route)


def normalise_url(url: str) -> str:
    """One spelling for the many of a Git URL: ``host/path`` in lower case.

    Drops scheme, user, default port, ``www.`` and ``.git``; ``git@host:path`` is ``host/path``. Goes further than
    Argo CD's NormalizeGitURL (util/git/git.go), since Flux and Argo CD may spell one repository differently.
    """
    text = url.strip().lower()
    scheme, separator, rest = text.partition("://")
    if not separator:
        host, colon, path = scheme.partition(":")
        rest = f"{host}/{path.lstrip('/')}" if colon and "/" not in host else scheme
    host, _, path = rest.partition("/")
    host = host.rpartition("@")[2].removeprefix("www.")
    for port in (":22", ":80", ":443"):
        host = host.removesuffix(port)
    return f"{host}/{path.strip('/').removesuffix('.git')}"
