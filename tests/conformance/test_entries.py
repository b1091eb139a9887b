"""The real kustomize as judge of entries: how a path may be spelt, what it may lead to, and what is taken for an object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.command import write
from tests.conformance.build_judge import compare, compare_files

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {key: value}\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
FILES = {
    "settings.yaml": SETTINGS,
    "other.yaml": SETTINGS.replace("settings", "other"),
    "manifest": SETTINGS,
    "settings.txt": SETTINGS,
    "settings.json": json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}),
    "base/kustomization.yaml": "resources: [base.yaml]\n",
    "base/base.yaml": SETTINGS.replace("settings", "base"),
    "again/kustomization.yaml": "resources: [../base]\n",
    "spaced/kustomization.yaml": "resources: [../base]\nnamespace: web\n",
    "v1.2.3/kustomization.yml": "resources: [../base]\n",
    "like.yaml/Kustomization": "resources: [../base]\n",
    "plain/settings.yaml": SETTINGS,
    "component/kustomization.yaml": COMPONENT + "namePrefix: my-\n",
    "full/kustomization.yaml": COMPONENT + "resources: [settings.yaml]\n",
    "full/settings.yaml": SETTINGS.replace("settings", "full"),
    "hollow/kustomization.yaml": "kind: Kustomization\n",
    "blank/kustomization.yaml": "",
    "nil/kustomization.yaml": "resources: []\n",
    "hollow-component/kustomization.yaml": COMPONENT,
    "lower/Kustomization.yaml": "resources: [../base]\n",
    "several/kustomization.yaml": "resources: [../base]\n",
    "several/kustomization.yml": "resources: [../base]\n",
    "covered/kustomization.yaml/inside.txt": "",
    "covered/kustomization.yml": "resources: [../base]\n",
    "up/kustomization.yaml": "resources: [..]\n",
    "there/kustomization.yaml": "resources: [../back]\n",
    "back/kustomization.yaml": "resources: [../there]\n",
}
RESOURCES = (
    *("settings.yaml", "./settings.yaml", ".//settings.yaml", "settings.yaml/", "base/../settings.yaml"),
    *("none/../settings.yaml", " settings.yaml", "*.yaml", "manifest", "settings.txt", "settings.json", "none.yaml"),
    *("base", "base/", "./base/.", "base/../base", "none/../base", "base/base.yaml", "base/kustomization.yaml"),
    *("/etc/hostname", "/etc", "", ".", "..", "kustomization.yaml"),
    *("v1.2.3", "like.yaml", "plain", "component", "hollow", "blank", "nil", "lower", "several", "covered"),
    *("up", "there", "https://example.invalid/settings.yaml", "example.invalid/owner/repository//path?ref=main"),
    *("github.com/owner/repository//path?ref=main", "github.com:owner/repository.git/path?ref=main"),
    *("git@example.invalid:owner/repository.git//path?ref=main", "ssh://git@example.invalid/owner/repository.git"),
    *("git::https://example.invalid/owner/repository.git//path", "s3://bucket/path", "oci://example.invalid/path"),
    *("gh:owner/repository", "git://example.invalid/owner/repository", "file:///nowhere/repository"),
)
LISTS = {
    "a file twice": "resources: [settings.yaml, ./settings.yaml]\n",
    "one object from two files": "resources: [settings.yaml, manifest]\n",
    "a base twice": "resources: [base, base/]\n",
    "a base by two ways": "resources: [base, again]\n",
    "a base by two ways, one of them elsewhere": "resources: [base, spaced]\n",
    "bases": "bases: [base]\n",
    "bases and resources": "bases: [base]\nresources: [settings.yaml]\n",
    "a base in both": "bases: [base]\nresources: [base]\n",
    "a file in bases": "bases: [settings.yaml]\n",
    "empty text in bases": "bases: ['']\n",
    "component": "resources: [settings.yaml]\ncomponents: [component]\n",
    "component with resources": "components: [full]\n",
    "component twice": "resources: [settings.yaml]\ncomponents: [component, component/]\n",
    "component with nothing": "resources: [settings.yaml]\ncomponents: [hollow-component]\n",
    "component without a kustomization": "resources: [settings.yaml]\ncomponents: [plain]\n",
    "component that is a base": "resources: [settings.yaml]\ncomponents: [base]\n",
    "component that is a file": "resources: [settings.yaml]\ncomponents: [other.yaml]\n",
    "component that is missing": "resources: [settings.yaml]\ncomponents: [none]\n",
    "component that is itself": "resources: [settings.yaml]\ncomponents: [.]\n",
    "empty text in components": "resources: [settings.yaml]\ncomponents: ['']\n",
    "null in components": "resources: [settings.yaml]\ncomponents: [null]\n",
    "remote component": "resources: [settings.yaml]\ncomponents: ['https://example.invalid/owner/repository.git']\n",
    "empty text in transformers": "resources: [settings.yaml]\ntransformers: ['']\n",
    "empty text in crds": "resources: [settings.yaml]\ncrds: ['']\n",
    "empty text in configurations": "resources: [settings.yaml]\nconfigurations: ['']\n",
}
LINKS = {
    "file": ("link.yaml", "settings.yaml", ["link.yaml"]),
    "file and link": ("link.yaml", "settings.yaml", ["settings.yaml", "link.yaml"]),
    "directory": ("link", "base", ["link"]),
    "directory and link": ("link", "base", ["link", "base"]),
    "nowhere": ("link.yaml", "none.yaml", ["link.yaml"]),
    "file elsewhere": ("base/base.yaml", "../settings.yaml", ["base"]),
    "kustomization elsewhere": ("plain/kustomization.yaml", "../base/kustomization.yaml", ["plain"]),
    "kustomization beside": ("plain/kustomization.yaml", "list.yaml", ["plain"]),
}
OBJECTS = {
    "no name": "{apiVersion: v1, kind: ConfigMap, metadata: {}}",
    "no metadata": "{apiVersion: v1, kind: ConfigMap}",
    "empty name": "{apiVersion: v1, kind: ConfigMap, metadata: {name: ''}}",
    "null for a name": "{apiVersion: v1, kind: ConfigMap, metadata: {name: null}}",
    "list for a name": "{apiVersion: v1, kind: ConfigMap, metadata: {name: [a]}}",
    "word for a name": "{apiVersion: v1, kind: ConfigMap, metadata: {name: yes}}",
    "generateName": "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a}}",
    "null for metadata": "{apiVersion: v1, kind: ConfigMap, metadata: null}",
    "text for metadata": "{apiVersion: v1, kind: ConfigMap, metadata: a}",
    "no kind": "{apiVersion: v1, metadata: {name: a}}",
    "null for a kind": "{apiVersion: v1, kind: null, metadata: {name: a}}",
    "unknown kind": "{apiVersion: example.com/v1, kind: Strange, metadata: {name: a}, spec: [null, {a: null}]}",
    "null values": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {key: null}, other: null}",
    "two versions of one": "{apiVersion: a/v1, kind: A, metadata: {name: a}}\n---\n"
    "{apiVersion: a/v2, kind: A, metadata: {name: a}}",
    "two groups of one": "{apiVersion: a/v1, kind: A, metadata: {name: a}}\n---\n"
    "{apiVersion: b/v1, kind: A, metadata: {name: a}}",
    "default and no namespace": "{apiVersion: a/v1, kind: A, metadata: {name: a}}\n---\n"
    "{apiVersion: a/v1, kind: A, metadata: {name: a, namespace: default}}",
    "two namespaces": "{apiVersion: a/v1, kind: A, metadata: {name: a}}\n---\n"
    "{apiVersion: a/v1, kind: A, metadata: {name: a, namespace: web}}",
    "namespaces of what has none": "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n"
    "{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: web}}",
    "list of objects": "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}",
    "list in a list": "{kind: List, items: [{kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}]}",
    "list of nothing": "{apiVersion: v1, kind: List, items: []}",
    "list of null": "{apiVersion: v1, kind: List, items: [null]}",
    "null for a list": "{apiVersion: v1, kind: ConfigMapList, items: null}",
    "list of texts": "{apiVersion: v1, kind: List, items: [a]}",
    "list of what is no object": "{apiVersion: v1, kind: List, items: [{kind: A}]}",
    "one object twice in a list": "{kind: List, items: [{apiVersion: v1, kind: A, metadata: {name: a}}, "
    "{apiVersion: v1, kind: A, metadata: {name: a}}]}",
    "kind that only sounds like a list": "{apiVersion: a/v1, kind: AllowList, metadata: {name: a}, spec: {}}",
    "texts of what sounds like a list": "{apiVersion: a/v1, kind: AllowList, metadata: {name: a}, items: [b]}",
    "empty documents": "---\n---\n{}\n---\n[]\n---\nnull\n",
    "list": "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}",
    "plain text": "hello",
    "number for a key": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {1: b}}",
    "boolean for a key": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {true: b}}",
    "two merge keys": "{apiVersion: v1, kind: A, metadata: {name: a}, b: {<<: {c: d}, <<: {e: f}}}",
}


@pytest.mark.parametrize("entry", RESOURCES)
def test_one_resource(entry: str) -> None:
    compare_files({"kustomization.yaml": f"resources: [{json.dumps(entry)}]\n", **FILES})


@pytest.mark.parametrize("kustomization", [pytest.param(text, id=name) for name, text in LISTS.items()])
def test_lists(kustomization: str) -> None:
    compare_files({"kustomization.yaml": kustomization, **FILES})


@pytest.mark.parametrize("entry", ["../settings.yaml", "../base", "../there/../here/own.yaml", "../here", "../none"])
def test_above_the_kustomization(entry: str) -> None:
    files = {"here/kustomization.yaml": f"resources: [{entry}]\n", "here/own.yaml": SETTINGS, **FILES}
    compare_files(files, "here")


@pytest.mark.parametrize(("link", "target", "listed"), [pytest.param(*each, id=name) for name, each in LINKS.items()])
def test_links(link: str, target: str, listed: list[str], tmp_path: Path) -> None:
    files = {"kustomization.yaml": json.dumps({"resources": listed}), "plain/list.yaml": "resources: [settings.yaml]\n"}
    write(tmp_path, {**FILES, **files})
    (tmp_path / link).unlink(missing_ok=True)
    (tmp_path / link).symlink_to(target)
    compare(tmp_path)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in OBJECTS.items()])
def test_objects(text: str) -> None:
    compare_files({"kustomization.yaml": "resources: [objects.yaml]\n", "objects.yaml": f"{text}\n"})


# -- the schema of a repository ----------------------------------------------------------------------------------------

WIDGET = "{apiVersion: a/v1, kind: Widget, metadata: {name: a}, parts: [{name: %s}], deep: {any: {tags: [%s]}}}\n"
WORKLOAD = (
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {containers: [%s]}}}}\n"
)
PATCH = "patches: [{path: patch.yaml}]\n"


def schema(**parts: object) -> str:
    """A schema of a kind with one list, as ``parts`` say, and with another one behind a reference."""
    tags = {"type": "array", "items": {"type": "string"}, "x-kubernetes-patch-strategy": "merge"}
    widget = {
        "x-kubernetes-group-version-kind": [{"group": "a", "version": "v1", "kind": "Widget"}],
        "properties": {
            "parts": {"type": "array", "items": {"type": "object"}, **parts},
            "deep": {"additionalProperties": {"$ref": "#/definitions/tags"}},
            "loop": {"$ref": "#/definitions/widget"},
        },
    }
    return json.dumps({"definitions": {"widget": widget, "tags": {"properties": {"tags": tags}}}})


KEYS = {"x-kubernetes-patch-merge-key": "name"}
MERGED = {"x-kubernetes-patch-strategy": "merge", **KEYS}


@pytest.mark.parametrize(
    "parts",
    [
        KEYS,
        MERGED,
        {**MERGED, "x-kubernetes-patch-strategy": "merge,retainKeys"},
        {**MERGED, "x-kubernetes-patch-strategy": "replace"},
        {"x-kubernetes-patch-strategy": "merge", "x-kubernetes-list-map-keys": ["name"]},
        {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    ],
)
def test_a_schema_says_how_lists_merge(parts: dict[str, object]) -> None:
    files = {
        "kustomization.yaml": "resources: [objects.yaml]\nopenapi: {path: schema.json}\n" + PATCH,
        "objects.yaml": WIDGET % ("one", "x") + "---\n" + WORKLOAD % "{name: one}",
        "patch.yaml": WIDGET % ("two", "y") + "---\n" + WORKLOAD % "{name: two}",
        "schema.json": schema(**parts),
    }
    compare_files(files)


@pytest.mark.parametrize("order", ["[with, without]", "[without, with]"])
@pytest.mark.parametrize("top", ["", "openapi: {path: none.json}\n", "openapi: {version: v1.21.2}\n"])
def test_the_first_schema_counts_from_then_on(order: str, top: str) -> None:
    files = {
        "kustomization.yaml": f"resources: {order}\n{top}",
        "none.json": "{}",
        "with/kustomization.yaml": "resources: [a.yaml]\nnamePrefix: with-\nopenapi: {path: schema.json}\n" + PATCH,
        "with/schema.json": schema(**MERGED),
        "without/kustomization.yaml": "resources: [a.yaml]\n" + PATCH,
    }
    for directory in ("with", "without"):
        files |= {f"{directory}/a.yaml": WIDGET % ("one", "x"), f"{directory}/patch.yaml": WIDGET % ("two", "y")}
    compare_files(files)
