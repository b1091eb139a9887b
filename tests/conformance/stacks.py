"""Random stacks of kustomizations: a few bases, components and overlays over them, with any of the fields that exist.

What is drawn is small, so that the parts meet: few names, few namespaces, few labels. Most stacks can be built; some
cannot, and then both sides must refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

Fields = dict[str, Any]
Files = dict[str, str]

NAMES = ("web", "api", "default")
NAMESPACES = ("shop", "default")
LABELS = ("app", "tier", "example.com/team")
VALUES = ("web", "api", "5", "true")
IMAGES = ("nginx", "nginx:1.25", "registry.example.com:5000/team/nginx:1", "busybox@sha256:" + "a" * 64)

names, namespaces = st.sampled_from(NAMES), st.sampled_from(NAMESPACES)
known = st.sampled_from((*["web"] * 9, "api"))
"""A name that nearly always is there: what names nothing is refused, and teaches less."""
pairs = st.dictionaries(st.sampled_from(LABELS), st.sampled_from(VALUES), min_size=1, max_size=2)
affixes = st.sampled_from(("dev-", "x-", "a"))


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value, or None: then the field is left out."""
    return st.none() | strategy


@st.composite
def metadata(draw: st.DrawFn, *, namespaced: bool = True) -> Fields:
    found = {"name": draw(names), "labels": draw(optional(pairs)), "annotations": draw(optional(pairs))}
    return compact({**found, "namespace": draw(optional(namespaces)) if namespaced else None})


def compact(fields: Fields) -> Fields:
    """The fields that have a value."""
    return {key: value for key, value in fields.items() if value is not None}


@st.composite
def containers(draw: st.DrawFn) -> Fields:
    source = st.sampled_from(("configMapKeyRef", "secretKeyRef"))
    env = [
        {"name": "A", "valueFrom": {draw(source): {"name": draw(names), "key": "k"}}},
        {"name": "B", "value": "$(VALUE)"},
    ]
    return compact(
        {
            "name": draw(st.sampled_from(("main", "side"))),
            "image": draw(st.sampled_from(IMAGES)),
            "env": draw(optional(st.just(env))),
            "envFrom": draw(optional(st.just([{"configMapRef": {"name": draw(names)}}]))),
            "ports": draw(optional(st.just([{"containerPort": 80}]))),
        }
    )


@st.composite
def workloads(draw: st.DrawFn) -> Fields:
    labels = draw(pairs)
    volumes = draw(
        optional(
            st.just(
                [
                    {"name": "v", "configMap": {"name": draw(names)}},
                    {"name": "s", "secret": {"secretName": draw(names)}},
                ]
            )
        )
    )
    pod = compact(
        {
            "serviceAccountName": draw(optional(names)),
            "containers": draw(st.lists(containers(), min_size=1, max_size=2, unique_by=lambda c: c["name"])),
            "volumes": volumes,
        }
    )
    spec = {"replicas": draw(optional(st.integers(0, 3))), "selector": {"matchLabels": labels}}
    template = {"metadata": {"labels": labels}, "spec": pod}
    kind = draw(st.sampled_from(("Deployment", "StatefulSet", "DaemonSet")))
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": draw(metadata()),
        "spec": {**compact(spec), "template": template},
    }


@st.composite
def small_objects(draw: st.DrawFn) -> Fields:
    """Objects that others refer to, that refer to others, or that have no namespace."""
    name, namespace = draw(names), draw(optional(namespaces))
    subject = compact({"kind": "ServiceAccount", "name": draw(names), "namespace": namespace})
    role = {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": draw(st.sampled_from(("Role", "ClusterRole"))),
        "name": name,
    }
    backend = {"service": {"name": name, "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    bodies: Sequence[Fields] = (
        {"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": "v", "n": "$(VALUE)"}},
        {"apiVersion": "v1", "kind": "Secret", "stringData": {"k": "v"}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "secrets": [{"name": name}]},
        {"apiVersion": "v1", "kind": "Service", "spec": {"selector": draw(pairs), "ports": [{"port": 80}]}},
        {"apiVersion": "v1", "kind": "Namespace"},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "roleRef": role, "subjects": [subject]},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "roleRef": role,
            "subjects": [subject],
        },
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": []},
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"rules": [{"http": {"paths": [path]}}]}},
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "maxReplicas": 3},
        },
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [draw(containers())]}}}}},
        },
        {
            "apiVersion": "example.com/v1",
            "kind": "Thing",
            "spec": {"configMapName": name, "image": "nginx:1", "size": 1},
        },
        {"apiVersion": "cert-manager.io/v1", "kind": "ClusterIssuer", "spec": {"name": name}},
    )
    body = dict(draw(st.sampled_from(bodies)))
    return {"apiVersion": body.pop("apiVersion"), "kind": body.pop("kind"), "metadata": draw(metadata()), **body}


objects = workloads() | small_objects()


def trio(name: str) -> list[Fields]:
    """What most fields have something to do with."""
    labels = {"app": name}
    container = {
        "name": "main",
        "image": "nginx:1.25",
        "envFrom": [{"configMapRef": {"name": name}}],
        "env": [{"name": "VALUE", "value": "$(VALUE)"}],
    }
    template = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": "default", "containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": name, "labels": labels}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"k": "v"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": labels}},
    ]


@st.composite
def generators(draw: st.DrawFn) -> Fields:
    options = compact(
        {
            "disableNameSuffixHash": draw(optional(st.booleans())),
            "labels": draw(optional(pairs)),
            "annotations": draw(optional(pairs)),
            "immutable": draw(optional(st.just(True))),
        }
    )
    return compact(
        {
            "name": draw(names),
            "namespace": draw(optional(namespaces)),
            "behavior": draw(st.sampled_from((*[None] * 8, "create", "merge", "replace"))),
            "literals": draw(st.lists(st.sampled_from(("k=v", "n=5", "q='x y'")), min_size=1, max_size=2, unique=True)),
            "files": draw(optional(st.just(["settings.txt"]))),
            "envs": draw(optional(st.just(["settings.env"]))),
            "options": draw(optional(st.just(options))),
        }
    )


@st.composite
def targets(draw: st.DrawFn) -> Fields:
    return compact(
        {
            "kind": draw(optional(st.sampled_from(("Deployment", "ConfigMap", "Service", ".*Set")))),
            "name": draw(optional(st.sampled_from((*NAMES, "w.*", "(web|api)", "dev-web")))),
            "namespace": draw(optional(namespaces)),
            "labelSelector": draw(optional(st.sampled_from(("app=web", "app", "tier in (web, api)", "!tier")))),
        }
    )


@st.composite
def patches(draw: st.DrawFn) -> Fields:
    operations = draw(
        st.sampled_from(
            (
                [{"op": "add", "path": "/metadata/annotations/patched", "value": "yes"}],
                [{"op": "replace", "path": "/metadata/name", "value": "renamed"}],
                [{"op": "add", "path": "/spec/replicas", "value": 7}],
                [{"op": "remove", "path": "/spec/replicas"}],
            )
        )
    )
    partial: Fields = draw(
        st.sampled_from(
            (
                {"metadata": {"name": "any", "labels": {"patched": "yes"}}},
                {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "patched:1"}]}}}},
                {"$patch": "delete"},
                {"data": {"k": None, "new": "value"}},
            )
        )
    )
    if draw(st.booleans()):
        return {"target": draw(targets()), "patch": yaml.safe_dump(operations)}
    named = {"name": draw(known), "labels": partial.get("metadata", {}).get("labels")}
    patch = {"apiVersion": "apps/v1", "kind": "Deployment", **partial, "metadata": compact(named)}
    return compact({"target": draw(optional(targets())), "patch": yaml.safe_dump(patch)})


@st.composite
def replacements(draw: st.DrawFn) -> Fields:
    source = {"kind": draw(st.sampled_from(("ConfigMap", "Service", "Deployment"))), "name": draw(known)}
    target = {
        "select": {"kind": draw(st.sampled_from(("Deployment", "ConfigMap", "Thing")))},
        "fieldPaths": [
            draw(st.sampled_from(("metadata.annotations.from", "spec.template.spec.containers.0.image", "spec.size")))
        ],
        "options": {"create": draw(st.booleans())},
    }
    path = draw(st.sampled_from((*["metadata.name"] * 4, "metadata.labels.app", "data.k")))
    return {"source": {**source, "fieldPath": path}, "targets": [target]}


@st.composite
def image_changes(draw: st.DrawFn) -> Fields:
    return compact(
        {
            "name": draw(st.sampled_from(("nginx", "busybox", "registry.example.com:5000/team/nginx"))),
            "newName": draw(optional(st.sampled_from(("mirror.example.com/nginx", "busybox")))),
            "newTag": draw(optional(st.sampled_from(("2.0", "latest")))),
            "digest": draw(optional(st.just("sha256:" + "b" * 64))),
        }
    )


@st.composite
def strategic_patches(draw: st.DrawFn) -> str:
    metadata = {"name": draw(known), "labels": draw(optional(pairs)), "annotations": draw(optional(pairs))}
    return yaml.safe_dump(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": compact(metadata), "data": {"new": "x"}}
    )


@st.composite
def json_patches(draw: st.DrawFn) -> Fields:
    target = {"version": "v1", "kind": draw(st.sampled_from(("ConfigMap", "Service"))), "name": draw(known)}
    route = draw(st.sampled_from(("/metadata/annotations", "/metadata/labels", "/metadata/name")))
    value = "renamed" if route.endswith("name") else {"patched": "yes"}
    return {"target": target, "patch": yaml.safe_dump([{"op": "add", "path": route, "value": value}])}


@st.composite
def transformers(draw: st.DrawFn) -> str:
    """The YAML of a plugin that kustomize brings along."""
    specs = [{"path": "metadata/labels", "create": True}, {"path": "spec/template/metadata/labels", "create": True}]
    kinds: Sequence[Fields] = (
        {"kind": "LabelTransformer", "labels": draw(pairs), "fieldSpecs": specs[: draw(st.integers(0, 1))]},
        {"kind": "PrefixTransformer", "prefix": draw(affixes), "fieldSpecs": [{"path": "metadata/name"}]},
        {
            "kind": "AnnotationsTransformer",
            "annotations": draw(pairs),
            "fieldSpecs": [{"path": "metadata/annotations", "create": True}],
        },
    )
    return yaml.safe_dump({"apiVersion": "builtin", "metadata": {"name": "plugin"}, **draw(st.sampled_from(kinds))})


CONFIGURATION = """\
nameReference:
  - kind: ConfigMap
    version: v1
    fieldSpecs: [{kind: Thing, path: spec/configMapName}]
images: [{kind: Thing, path: spec/image}]
commonLabels: [{kind: Thing, path: spec/labels, create: true}]
"""
labels_fields = st.fixed_dictionaries(
    {"pairs": pairs}, optional={"includeSelectors": st.booleans(), "includeTemplates": st.booleans()}
)
variables = st.fixed_dictionaries(
    {
        "name": st.just("VALUE"),
        "objref": st.fixed_dictionaries(
            {"apiVersion": st.just("v1"), "kind": st.sampled_from(("Service", "ConfigMap")), "name": known}
        ),
    }
)


@st.composite
def fields(draw: st.DrawFn) -> Fields:
    """The fields of one layer, each of them there now and then."""
    choices: dict[str, st.SearchStrategy[Any]] = {
        "namespace": namespaces,
        "namePrefix": affixes,
        "nameSuffix": st.just("-v1"),
        "commonLabels": pairs,
        "labels": st.lists(labels_fields, min_size=1, max_size=2),
        "commonAnnotations": pairs,
        "images": st.lists(image_changes(), min_size=1, max_size=2),
        "replicas": st.lists(
            st.fixed_dictionaries({"name": known, "count": st.integers(0, 9)}), min_size=1, max_size=1
        ),
        "patches": st.lists(patches(), min_size=1, max_size=2),
        "configMapGenerator": st.lists(generators(), min_size=1, max_size=2),
        "secretGenerator": st.lists(generators(), min_size=1, max_size=1),
        "generatorOptions": st.fixed_dictionaries({"labels": pairs}),
        "replacements": st.lists(replacements(), min_size=1, max_size=1),
        "vars": st.lists(variables, min_size=1, max_size=1),
        "patchesStrategicMerge": st.lists(strategic_patches(), min_size=1, max_size=1),
        "patchesJson6902": st.lists(json_patches(), min_size=1, max_size=1),
        "transformers": st.lists(transformers(), min_size=1, max_size=1),
        "configurations": st.just(["configuration.yaml"]),
        "sortOptions": st.fixed_dictionaries({"order": st.sampled_from(("fifo", "legacy"))}),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(choices)), max_size=4))
    return {name: draw(choices[name]) for name in sorted(chosen)}


def _layer(directory: str, kustomization: Fields) -> Files:
    return {
        f"{directory}/kustomization.yaml": yaml.safe_dump(kustomization, sort_keys=False),
        f"{directory}/settings.txt": "a setting\n",
        f"{directory}/settings.env": "# a comment\nE=1\nF=two words\n",
        f"{directory}/configuration.yaml": CONFIGURATION,
    }


@st.composite
def stacks(draw: st.DrawFn) -> Files:
    """The files of a stack; ``top`` is what is to be built."""
    files: Files = {}
    bases = draw(st.integers(1, 2))
    for index in range(bases):
        extra = draw(st.lists(objects, max_size=2))
        listed = list({_identity(item): item for item in [*trio(NAMES[index]), *extra]}.values())
        files |= _layer(f"base{index}", {"resources": ["objects.yaml"], **draw(fields())})
        files[f"base{index}/objects.yaml"] = yaml.safe_dump_all(listed, sort_keys=False)
    below = [f"../base{index}" for index in range(bases)]
    if draw(st.booleans()):
        component = {
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "commonAnnotations": {"component": "yes"},
            **draw(fields()),
        }
        component.pop("sortOptions", None)
        files |= _layer("component", component)
        files |= _layer("middle", {"resources": below, "components": ["../component"], **draw(fields())})
        below = ["../middle"]
    top = {"resources": below, **draw(fields())}
    if draw(st.booleans()):
        top["resources"] = [*below, "more.yaml"]
        files["top/more.yaml"] = yaml.safe_dump(draw(objects), sort_keys=False)
    return {**files, **_layer("top", top)}


def _identity(item: Fields) -> tuple[str, str, str]:
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]
