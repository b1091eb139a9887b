"""The real kustomize as judge of the plugins of the built-in kinds."""

from __future__ import annotations

import pytest

from tests.conformance.build_judge import compare_files

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


PREFIX = "prefix: p-\nfieldSpecs: [{path: metadata/name}]\n"
LABELS = "fieldSpecs: [{path: metadata/labels, create: true}]\n"
PATCH = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 8}\n"
REPLACEMENT = "source: {kind: ConfigMap}\ntargets: [{select: {kind: Deployment}, fieldPaths: [spec.x], options: {create: true}}]\n"
TARGET = "target: {kind: Deployment, name: d, version: v1, group: apps}\n"
OPERATIONS = "- {op: replace, path: /spec/replicas, value: 9}"
EXTERNAL = "apiVersion: e.com/v1\nkind: V\nmetadata: {name: p}\n"


def namespaced(fields: str) -> dict[str, str]:
    """A transformer that sets a namespace, over a binding among others."""
    body = f"apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {{name: p, namespace: nn}}\n{fields}"
    subjects = "subjects: [{kind: ServiceAccount, name: x, namespace: q}, {kind: User, name: u}]\n"
    binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb}\n"
    files = plugged(body)
    return {**files, "a.yaml": f"{CM}---\n{binding}{subjects}roleRef: {{kind: Role, name: r}}\n"}


MORE = {
    "labels as numbers": plugged(builtin("LabelTransformer", f"labels: {{x: 5}}\n{LABELS}")),
    "labels that are null": plugged(builtin("LabelTransformer", f"labels: {{x: }}\n{LABELS}")),
    "no labels": plugged(builtin("LabelTransformer", LABELS)),
    "unknown fields": plugged(
        builtin(
            "LabelTransformer", "zz: 1\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true, yy: 1}]\n"
        )
    ),
    "fieldspecs of another type": plugged(builtin("LabelTransformer", "labels: {a: b}\nfieldSpecs: text\n")),
    "annotations without fieldspecs": plugged(builtin("AnnotationsTransformer", "annotations: {x: q}\n")),
    "subjects": namespaced("setRoleBindingSubjects: allServiceAccounts\n"),
    "no subjects": namespaced("setRoleBindingSubjects: none\n"),
    "unknown subjects": namespaced("setRoleBindingSubjects: some\n"),
    "prefix of one kind": plugged(
        builtin("PrefixTransformer", "prefix: p-\nfieldSpecs: [{path: metadata/name, kind: ConfigMap}]\n")
    ),
    "prefix of another field": plugged(
        builtin("PrefixTransformer", "prefix: p-\nfieldSpecs: [{path: data/k, kind: ConfigMap}]\n")
    ),
    "plugin without a name": plugged(f"apiVersion: builtin\nkind: PrefixTransformer\n{PREFIX}"),
    "two plugins in a file": plugged(
        builtin("PrefixTransformer", PREFIX)
        + "---\n"
        + builtin("SuffixTransformer", PREFIX.replace("prefix", "suffix"))
    ),
    "the same plugin twice": plugged(
        builtin("PrefixTransformer", PREFIX) + "---\n" + builtin("PrefixTransformer", PREFIX)
    ),
    "replicas of nothing": plugged(
        builtin("ReplicaCountTransformer", "replica: {name: zz, count: 5}\nfieldSpecs: [{path: spec/replicas}]\n")
    ),
    "replicas as text": plugged(
        builtin("ReplicaCountTransformer", 'replica: {name: d, count: "5"}\nfieldSpecs: [{path: spec/replicas}]\n')
    ),
    "replicas without fieldspecs": plugged(builtin("ReplicaCountTransformer", "replica: {name: d, count: 5}\n")),
    "image without fieldspecs": plugged(builtin("ImageTagTransformer", 'imageTag: {name: x, newTag: "2"}\n')),
    "patch without a patch": plugged(builtin("PatchTransformer", "target: {kind: Deployment}\n")),
    "patch of nothing": plugged(builtin("PatchTransformer", "target: {kind: Z}\npatch: '[{op: remove, path: /a}]'\n")),
    "json6902 in a file": plugged(
        builtin("PatchJson6902Transformer", f"{TARGET}path: j.json\n"),
        j__json='[{"op": "replace", "path": "/spec/replicas", "value": 9}]',
    ),
    "json6902 as YAML": plugged(builtin("PatchJson6902Transformer", f"{TARGET}jsonOp: |\n  {OPERATIONS}\n")),
    "json6902 without target": plugged(builtin("PatchJson6902Transformer", f"jsonOp: |\n  {OPERATIONS}\n")),
    "strategic without patches": plugged(builtin("PatchStrategicMergeTransformer", "")),
    "strategic without a file": plugged(builtin("PatchStrategicMergeTransformer", "paths: [zz.yaml]\n")),
    "replacements in a file": plugged(
        builtin("ReplacementTransformer", "replacements: [{path: r.yaml}]\n"), r__yaml=REPLACEMENT
    ),
    "no replacements": plugged(builtin("ReplacementTransformer", "")),
    "an order": plugged(builtin("SortOrderTransformer", "sortOptions: {order: legacy}\n")),
    "the legacy order": plugged(builtin("LegacyOrderTransformer", "")),
    "a transformer that generates": plugged(builtin("LabelTransformer", "labels: {a: b}\n"), "generators"),
    "a generator that transforms": plugged(builtin("ConfigMapGenerator", "literals: [a=b]\n")),
    "a chart": plugged(builtin("HelmChartInflationGenerator", "name: x\nrepo: https://x.example\n"), "generators"),
    "a ConfigMap of a file": plugged(builtin("ConfigMapGenerator", "files: [f.txt]\n"), "generators", f__txt="x"),
    "a ConfigMap of a missing file": plugged(builtin("ConfigMapGenerator", "files: [zz.txt]\n"), "generators"),
    "a ConfigMap of another name": plugged(builtin("ConfigMapGenerator", "name: o\nliterals: [a=b]\n"), "generators"),
    "a Secret with options": plugged(
        builtin("SecretGenerator", "literals: [a=b]\ntype: x/y\noptions: {disableNameSuffixHash: true}\n"), "generators"
    ),
    "a validator that changes nothing": plugged(builtin("LabelTransformer", "labels: {}\n"), "validators"),
    "a validator that changes": plugged(builtin("LabelTransformer", f"labels: {{x: q}}\n{LABELS}"), "validators"),
    "an external validator": plugged(EXTERNAL, "validators"),
    "no plugin in the file": plugged("# nothing\n"),
    "no kind": plugged("a: b\n"),
    "plugins as text": {**plugged(""), "kustomization.yaml": "resources: [a.yaml]\ntransformers: p.yaml\n"},
    "a patched plugin": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers: [t]\n",
        "a.yaml": CM,
        "t/kustomization.yaml": "resources: [p.yaml]\npatches:\n- target: {kind: PrefixTransformer}\n"
        "  patch: '[{op: replace, path: /prefix, value: patched-}]'\n",
        "t/p.yaml": builtin("PrefixTransformer", PREFIX),
    },
    "a plugin in a component": {
        "kustomization.yaml": "resources: [a.yaml]\ncomponents: [c]\nnamePrefix: top-\n",
        "a.yaml": CM,
        "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ntransformers: [p.yaml]\n",
        "c/p.yaml": builtin("PrefixTransformer", PREFIX),
    },
    "paths from the layer that lists the directory": {
        "kustomization.yaml": "resources: [d.yaml]\ntransformers: [sub]\n",
        "d.yaml": DEP,
        "sub/kustomization.yaml": "resources: [p.yaml]\n",
        "sub/p.yaml": builtin("PatchTransformer", "path: pp.yaml\n"),
        "pp.yaml": PATCH,
        "sub/pp.yaml": PATCH.replace("8", "9"),
    },
    "hash behind a prefix": {
        "kustomization.yaml": "resources: [d.yaml]\ntransformers: [p.yaml]\nconfigMapGenerator:\n- name: a\n  literals: [b=c]\n",
        "d.yaml": DEP,
        "p.yaml": builtin("PrefixTransformer", PREFIX),
    },
    "a chart of the old field": {"kustomization.yaml": "helmChartInflationGenerator:\n- {chartName: x}\n"},
    "no charts": {**plugged(""), "kustomization.yaml": "resources: [a.yaml]\nhelmCharts: []\n"},
    "globals of charts": {**plugged(""), "kustomization.yaml": "resources: [a.yaml]\nhelmGlobals: {chartHome: x}\n"},
}


@pytest.mark.parametrize("name", MORE)
def test_more_plugins(name: str) -> None:
    compare_files(MORE[name])


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
