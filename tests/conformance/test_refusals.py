"""The real kustomize as judge of what it refuses: fields of a kustomization, and the entries of the patch fields."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.builders.kustomize.decoding import text
from gitops_lint.builders.kustomize.schema import KUSTOMIZATION, ListOf, MapOf, Type
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import MemoryTree
from tests.command import write
from tests.conformance.build_judge import compare_files, real

if TYPE_CHECKING:
    from pathlib import Path

LISTED = "resources: [objects.yaml]\n"
OBJECTS = """
{apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {key: value}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: two}, data: {key: value}}
"""
FILES = {
    "objects.yaml": OBJECTS,
    "patch.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {key: other}}\n",
    "other-version.yaml": "{apiVersion: v2, kind: ConfigMap, metadata: {name: one}, data: {key: other}}\n",
    "other-group.yaml": "{apiVersion: a/v1, kind: ConfigMap, metadata: {name: one}, data: {key: other}}\n",
    "default.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: default}, data: {key: other}}\n",
    "elsewhere.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: web}, data: {key: other}}\n",
    "no-version.yaml": "{kind: ConfigMap, metadata: {name: one}, data: {key: other}}\n",
    "no-kind.yaml": "{apiVersion: v1, metadata: {name: one}, data: {key: other}}\n",
    "no-name.yaml": "{apiVersion: v1, kind: ConfigMap, data: {key: other}}\n",
    "null-name.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: null}, data: {key: other}}\n",
    "number-name.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: 1}, data: {key: other}}\n",
    "bare.yaml": "data: {key: other}\n",
    "number-key.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {1: other}}\n",
    "list.yaml": "{kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: one}, data: {key: other}}]}\n",
    "delete.yaml": "{kind: ConfigMap, metadata: {name: any}, $patch: delete}\n",
    "two.yaml": OBJECTS.replace("value", "other"),
    "operations.yaml": "- {op: add, path: /data/new, value: y}\n",
    "two-operations.yaml": "- {op: add, path: /data/a, value: b}\n---\n- {op: add, path: /data/c, value: d}\n",
    "mixed.yaml": "- {op: add, path: /data/a, value: b}\n---\n{kind: ConfigMap, metadata: {name: one}}\n",
    "mixed-too.yaml": "{kind: ConfigMap, metadata: {name: one}}\n---\n- {op: add, path: /data/a, value: b}\n",
    "late-operations.yaml": "---\n---\n- {op: add, path: /data/a, value: b}\n",
    "no-operations.yaml": "[]\n",
    "texts.yaml": "[a, b]\n",
    "text.yaml": "hello\n",
    "nothing.yaml": "",
    "comment.yaml": "# to be continued\n",
    "braces.yaml": "{}\n",
    "sources.yaml": "source: {kind: ConfigMap, name: one}\ntargets: [{select: {name: two}, fieldPaths: [data.key]}]\n",
}
"""What stands beside every kustomization of the tables."""

KUSTOMIZATIONS = {
    "unknown field": LISTED + "resourses: []\n",
    "unknown field without a value": LISTED + "resourses:\n",
    "unknown field of an anchor": LISTED + "x-common: &common {a: b}\n",
    "number as a field": LISTED + "1: x\n",
    "other capitals": "RESOURCES: [objects.yaml]\nnameprefix: my-\n",
    "other capitals inside": LISTED + "images: [{NAME: a, newtag: b}]\npatches: [{PATH: patch.yaml}]\n",
    "two spellings of one field": LISTED + "nameprefix: low-\nnamePrefix: high-\n",
    "number for a text": LISTED + "namePrefix: 1\n",
    "YAML 1.1 boolean for a text": LISTED + "namePrefix: yes\n",
    "date for a text": LISTED + "namePrefix: 2020-01-01\n",
    "null for a text": LISTED + "namePrefix:\n",
    "text for a list": "resources: objects.yaml\n",
    "mapping for a list": "resources: {objects.yaml: x}\n",
    "number in a list": "resources: [objects.yaml, 1]\n",
    "mapping in a list": "resources: [{path: objects.yaml}]\n",
    "null in a list": "resources: [objects.yaml, null]\n",
    "null for a list": "resources:\nnamePrefix: my-\n",
    "list of texts in patches": LISTED + "patches: [patch.yaml]\n",
    "mapping in patchesStrategicMerge": LISTED + "patchesStrategicMerge: [{path: patch.yaml}]\n",
    "text for patches": LISTED + "patches: patch.yaml\n",
    "unknown field of a patch": LISTED + "patches: [{path: patch.yaml, targets: {}}]\n",
    "unknown field of a target": LISTED + "patches: [{path: patch.yaml, target: {apiVersion: v1}}]\n",
    "number in a target": LISTED + "patches: [{path: patch.yaml, target: {name: 1}}]\n",
    "mapping for a selector": LISTED + "patches: [{path: patch.yaml, target: {labelSelector: {a: b}}}]\n",
    "text for an option": LISTED + "patches: [{path: patch.yaml, options: {allowNameChange: 'yes'}}]\n",
    "unknown option": LISTED + "patches: [{path: patch.yaml, options: {allowAll: true}}]\n",
    "unknown field of an image": LISTED + "images: [{name: a, tag: b}]\n",
    "float for a tag": LISTED + "images: [{name: a, newTag: 1.20}]\n",
    "text for a count": LISTED + "replicas: [{name: a, count: '3'}]\n",
    "unknown field of a replacement": LISTED + "replacements: [{source: {kind: ConfigMap}, target: []}]\n",
    "replacement from a file": LISTED + "replacements: [{path: sources.yaml}]\n",
    "unknown field of a generator": LISTED + "configMapGenerator: [{name: a, literal: [b=c]}]\n",
    "mapping for literals": LISTED + "configMapGenerator: [{name: a, literals: {b: c}}]\n",
    "type of a ConfigMap": LISTED + "configMapGenerator: [{name: a, type: Opaque}]\n",
    "number for an option of generators": LISTED + "generatorOptions: {labels: {a: 1}}\n",
    "unknown option of generators": LISTED + "generatorOptions: {disableHash: true}\n",
    "unknown field of a chart": LISTED + "helmCharts: [{name: a, valueInline: {}}]\n",
    "number for a version of a chart": LISTED + "helmCharts: [{name: a, version: 1}]\n",
    "unknown sort option": LISTED + "sortOptions: {order: legacy, legacySortOptions: {first: []}}\n",
    "metadata": LISTED + "metadata: {name: a, namespace: b, labels: {c: d}, annotations: {e: f}}\n",
    "unknown metadata": LISTED + "metadata: {name: a, uid: b}\n",
    "fields of Flux": LISTED + "spec: {path: ./base, prune: true}\n",
    "Flux Kustomization": "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {}\n",
    "called a Flux Kustomization": LISTED + "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n",
    "kind only": LISTED + "kind: Kustomization\n",
    "unknown kind": LISTED + "kind: kustomization\n",
    "unknown version": LISTED + "apiVersion: v1\n",
    "version of a component": LISTED + "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Kustomization\n",
    "component with the wrong version": LISTED + "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\n",
    "component on top": LISTED + "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
    "no text at all": "",
    "comment": "# to be continued\n",
    "type only": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    "list of nothing": "resources: []\n",
    "null": "resources:\n",
    "bases of nothing": "bases: []\n",
    "empty texts": "namePrefix: ''\nnamespace: ''\n",
    "empty mapping": "commonLabels: {}\n",
    "list": "- objects.yaml\n",
    "plain text": "objects.yaml\n",
    "nothing before the first separator": "---\n---\n" + LISTED,
    "separator at the beginning": "---\n" + LISTED,
    "the same key twice": LISTED + "namePrefix: one-\nnamePrefix: two-\n",
    "broken second document": LISTED + "---\n[\n",
    "openapi of an unknown version": LISTED + "openapi: {version: v1.20.4}\n",
    "openapi of the one version": LISTED + "openapi: {version: v1.21.2}\n",
    "openapi by version and by path": LISTED + "openapi: {version: v1.21.2, path: braces.yaml}\n",
    "openapi without a path": LISTED + "openapi: {path: ''}\n",
}
ANY = "target: {kind: ConfigMap}"
ONE = "target: {kind: ConfigMap, name: one}"
PATCHES = {
    "path and patch": "patches: [{path: patch.yaml, patch: '[]', target: {}}]\n",
    "neither": "patches: [{target: {kind: ConfigMap}}]\n",
    "null": "patches: [null]\n",
    "empty path": "patches: [{path: ''}]\n",
    "blank patch": "patches: [{patch: ' '}]\n",
    "comment": "patches: [{patch: '# nothing'}]\n",
    "name only in other fields": "patches: [{path: no-name.yaml}]\n",
    "directory": "patches: [{path: .}]\n",
    "missing file": "patches: [{path: none.yaml}]\n",
    "text for a path": "patches: [{path: '{kind: ConfigMap}'}]\n",
    **{
        f"{name}, {'targeted' if target else 'by name'}": f"patches: [{{path: {name}.yaml{target}}}]\n"
        for name in (file.removesuffix(".yaml") for file in FILES if file not in ("objects.yaml", "sources.yaml"))
        for target in ("", f", {ANY}")
    },
    "empty target": "patches: [{path: no-version.yaml, target: {}}]\n",
    "operations for an empty target": "patches: [{path: operations.yaml, target: {}}]\n",
    "target that selects nothing": "patches: [{path: patch.yaml, target: {kind: Secret}}]\n",
    "broken operation for nothing": 'patches: [{patch: \'[{"op": "no"}]\', target: {kind: Secret}}]\n',
    "text for nothing": "patches: [{path: text.yaml, target: {kind: Secret}}]\n",
    "label that comes later": "patches: [{path: operations.yaml, target: {labelSelector: a=b}}]\n"
    "labels: [{pairs: {a: b}}]\n",
    "strategic": "patchesStrategicMerge: [patch.yaml]\n",
    "strategic, two": "patchesStrategicMerge: [two.yaml]\n",
    "strategic, in one line": "patchesStrategicMerge: ['{apiVersion: v1, kind: ConfigMap, metadata: {name: one}}']\n",
    "strategic, empty": "patchesStrategicMerge: [nothing.yaml]\n",
    "strategic, one of two empty": "patchesStrategicMerge: [nothing.yaml, patch.yaml]\n",
    "strategic, empty text": "patchesStrategicMerge: ['']\n",
    "strategic, null": "patchesStrategicMerge: [null]\n",
    "strategic, operations": "patchesStrategicMerge: [operations.yaml]\n",
    "strategic, missing": "patchesStrategicMerge: [none.yaml]\n",
    "json6902": f"patchesJson6902: [{{path: operations.yaml, {ONE}}}]\n",
    "json6902, without a name": f"patchesJson6902: [{{path: operations.yaml, {ANY}}}]\n",
    "json6902, by a pattern": "patchesJson6902: [{path: operations.yaml, target: {kind: ConfigMap, name: .*}}]\n",
    "json6902, for nothing": "patchesJson6902: [{path: operations.yaml, target: {kind: Secret, name: one}}]\n",
    "json6902, object": f"patchesJson6902: [{{path: patch.yaml, {ONE}}}]\n",
    "json6902, empty": f"patchesJson6902: [{{path: nothing.yaml, {ONE}}}]\n",
    "json6902, no operations": f"patchesJson6902: [{{path: no-operations.yaml, {ONE}}}]\n",
    "json6902, path and patch": f"patchesJson6902: [{{path: operations.yaml, patch: '[]', {ONE}}}]\n",
    "json6902, neither": f"patchesJson6902: [{{{ONE}}}]\n",
}
STACKS = {
    "first name": ({"x": "namePrefix: x-", "y": "namePrefix: y-"}, "one", "x"),
    "name in between": ({"x": "namePrefix: x-", "y": "namePrefix: y-"}, "x-one", "y"),
    "last name": ({"x": "namePrefix: x-", "y": "namePrefix: y-"}, "y-x-one", "y"),
    "first namespace": ({"x": "namespace: x"}, "one", "x"),
}


@pytest.mark.parametrize("kustomization", [pytest.param(text, id=name) for name, text in KUSTOMIZATIONS.items()])
def test_fields(kustomization: str) -> None:
    compare_files({"kustomization.yaml": kustomization, **FILES})


@pytest.mark.parametrize("fields", [pytest.param(text, id=name) for name, text in PATCHES.items()])
def test_patches(fields: str) -> None:
    compare_files({"kustomization.yaml": LISTED + fields, **FILES})


@pytest.mark.parametrize(("layers", "name", "top"), [pytest.param(*each, id=name) for name, each in STACKS.items()])
def test_a_patch_names_an_object_as_it_is_or_was_called(layers: dict[str, str], name: str, top: str) -> None:
    below = {"x": "../base", "y": "../x"}
    files = {
        "kustomization.yaml": f"resources: [{top}]\npatches: [{{path: patch.yaml}}]\n",
        "patch.yaml": FILES["patch.yaml"].replace("name: one", f"name: {name}"),
        "base/kustomization.yaml": LISTED,
        "base/objects.yaml": OBJECTS,
    }
    files |= {f"{key}/kustomization.yaml": f"resources: [{below[key]}]\n{field}\n" for key, field in layers.items()}
    compare_files(files)


@pytest.mark.parametrize("field", ["patches: [{path: patch.yaml}]", "patchesStrategicMerge: [patch.yaml]"])
@pytest.mark.parametrize("second", ["namePrefix: z-", "namespace: z"])
def test_a_patch_that_may_mean_two(field: str, second: str) -> None:
    base = {"kustomization.yaml": f"{LISTED}namePrefix: x-\n", "objects.yaml": OBJECTS}
    other = {"kustomization.yaml": f"{LISTED}{second}\n", "objects.yaml": OBJECTS}
    files = {"kustomization.yaml": f"resources: [a, b]\n{field}\n", "patch.yaml": FILES["patch.yaml"]}
    files |= {f"a/{name}": content for name, content in base.items()}
    files |= {f"b/{name}": content for name, content in other.items()}
    compare_files(files)


# -- the tables of fields ----------------------------------------------------------------------------------------------


def every_field(wanted: Type) -> Any:
    """A value that has every field of a type, down to the last table; null where there is nothing below."""
    if isinstance(wanted, ListOf):
        return [every_field(wanted.element)] if isinstance(wanted.element, dict) else None
    if isinstance(wanted, dict):
        return {name: every_field(each) for name, each in wanted.items()}
    return None


def test_every_field_exists(tmp_path: Path) -> None:
    write(tmp_path, {"kustomization.yaml": json.dumps(every_field(KUSTOMIZATION))})
    assert "invalid Kustomization" not in real(tmp_path).reason
    write(tmp_path, {"kustomization.yaml": json.dumps({**every_field(KUSTOMIZATION), "strange": None})})
    assert "invalid Kustomization" in real(tmp_path).reason


@pytest.mark.parametrize("field", KUSTOMIZATION)
def test_every_field_has_its_type(field: str, tmp_path: Path) -> None:
    wanted = KUSTOMIZATION[field]
    right = [] if isinstance(wanted, ListOf) else {} if isinstance(wanted, MapOf | dict) else "text"
    assert isinstance(wanted, ListOf | MapOf | dict) or wanted is text
    for value, is_wrong in ((right, False), (7, True)):
        content = json.dumps({field: value})
        write(tmp_path, {"kustomization.yaml": content})
        assert ("cannot unmarshal" in real(tmp_path).reason) is is_wrong
        repo = Repo(MemoryTree({"kustomization.yaml": content}))
        build = kustomize.build(Recorder(repo, set()), "", kustomize.Rules())
        assert build is not None
        refused = [problem.message for problem in build.problems if problem.case == "malformed-field"]
        assert any("kustomize cannot read" in message for message in refused) is is_wrong
