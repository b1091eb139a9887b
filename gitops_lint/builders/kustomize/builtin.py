"""The fieldspecs that kustomize ships: data, no logic. kustomize, api/internal/konfig/builtinpluginconsts."""

from __future__ import annotations

from gitops_lint.builders.kustomize.fieldspec import Config, FieldSpec
from gitops_lint.builders.kustomize.namereferences import AFFIXED, NAME_REFERENCES, NAMESPACED, VARIABLES

LABELS = FieldSpec("metadata/labels", create=True)
"""Where the labels of every object stand."""

_METADATA = (
    FieldSpec("spec/template/metadata", "ReplicationController", version="v1", create=True),
    FieldSpec("spec/template/metadata", "Deployment", create=True),
    FieldSpec("spec/template/metadata", "ReplicaSet", create=True),
    FieldSpec("spec/template/metadata", "DaemonSet", create=True),
    FieldSpec("spec/template/metadata", "Job", "batch", create=True),
    FieldSpec("spec/jobTemplate/metadata", "CronJob", "batch", create=True),
    FieldSpec("spec/jobTemplate/spec/template/metadata", "CronJob", "batch", create=True),
)
"""The metadata that workloads give to what they make; StatefulSet is an oddity of its own below."""

_TEMPLATE_LABELS = (
    LABELS,
    *(spec._replace(path=f"{spec.path}/labels") for spec in _METADATA),
    FieldSpec("spec/template/metadata/labels", "StatefulSet", "apps", create=True),
    FieldSpec("spec/volumeClaimTemplates[]/metadata/labels", "StatefulSet", "apps", create=True),
)

_POD_SELECTORS = (
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
    "topologySpreadConstraints",
)
"""Where a Pod selects other Pods."""

_SELECTORS = (
    FieldSpec("spec/selector", "Service", version="v1", create=True),
    FieldSpec("spec/selector", "ReplicationController", version="v1", create=True),
    FieldSpec("spec/selector/matchLabels", "Deployment", create=True),
    FieldSpec("spec/selector/matchLabels", "ReplicaSet", create=True),
    FieldSpec("spec/selector/matchLabels", "DaemonSet", create=True),
    FieldSpec("spec/selector/matchLabels", "StatefulSet", "apps", create=True),
    FieldSpec("spec/selector/matchLabels", "Job", "batch"),
    FieldSpec("spec/jobTemplate/spec/selector/matchLabels", "CronJob", "batch"),
    FieldSpec("spec/selector/matchLabels", "PodDisruptionBudget", "policy"),
    FieldSpec("spec/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
    FieldSpec("spec/ingress/from/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
    FieldSpec("spec/egress/to/podSelector/matchLabels", "NetworkPolicy", "networking.k8s.io"),
    *(
        FieldSpec(f"spec/template/spec/{path}/labelSelector/matchLabels", kind, "apps")
        for kind in ("Deployment", "StatefulSet")
        for path in _POD_SELECTORS
    ),
)

_ANNOTATIONS = (
    FieldSpec("metadata/annotations", create=True),
    *(spec._replace(path=f"{spec.path}/annotations") for spec in _METADATA),
    FieldSpec("spec/template/metadata/annotations", "StatefulSet", create=True),
)

_IMAGES = tuple(
    FieldSpec(f"{pod}/{path}", create=True)
    for pod in ("spec", "spec/template/spec")
    for path in ("containers[]/image", "initContainers[]/image", "volumes[]/image/reference")
)
_REPLICAS = tuple(
    FieldSpec("spec/replicas", kind, create=True)
    for kind in ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
)

BUILTIN = Config(
    common_labels=(*_SELECTORS, *_TEMPLATE_LABELS),
    template_labels=_TEMPLATE_LABELS,
    annotations=_ANNOTATIONS,
    images=_IMAGES,
    replicas=_REPLICAS,
    prefix=AFFIXED,
    suffix=AFFIXED,
    namespace=NAMESPACED,
    variables=VARIABLES,
    name_references=NAME_REFERENCES,
)
