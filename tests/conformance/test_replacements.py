"""The real kustomize as judge of replacements."""

from __future__ import annotations

import pytest

from tests.conformance.build_judge import compare_files

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


SUBJECT = """apiVersion: example.com/v1
kind: Thing
metadata:
  name: t
  namespace: q
  labels:
    app: x
spec:
  text: hello
  quoted: '7'
  size: 1
  version: 1.10
  hex: 0x1F
  half: 0.5
  flag: True
  day: 2020-01-01
  nothing:
  nil: null
  empty: {}
  none: []
  map:
    a: b
  list:
  - 1
  - 2
  named:
  - name: one
    value: 1
    missing:
  - name: two
data:
  json: '{"a": {"b": "c", "n": 1, "f": 1.50, "t": true}, "l": [1, {"n": "x"}], "h": "<&>"}'
  pretty: |
    {
      "b": 1,
      "a": {"b": "q"}
    }
  array: '[{"n": "x"}]'
  yaml: |
    # head
    a:
      b: c # note
      n: 5
      q: 'x'
    l:
    - 1
    - n: x
  nil: "null"
  plain: just a text
  empty: ''
"""
OTHERS = """apiVersion: v1
kind: ConfigMap
metadata:
  name: source
  labels:
    app: x
data:
  five: '5'
  long: a-b-c
---
apiVersion: v1
kind: Namespace
metadata:
  name: q
"""
SOURCES = {
    "text": "source: {kind: ConfigMap}",
    "digit": "source: {kind: ConfigMap, fieldPath: data.five}",
    "number": "source: {kind: Thing, fieldPath: spec.size}",
    "mapping": "source: {kind: Thing, fieldPath: spec.map}",
}


def holding(source: str, target: str, above: str = "") -> dict[str, str]:
    """One replacement in objects that hold a bit of everything."""
    kustomization = (
        f"{above}resources: [thing.yaml, others.yaml]\nreplacements:\n- {source}\n  targets: [{{{target}}}]\n"
    )
    return {"kustomization.yaml": kustomization, "thing.yaml": SUBJECT, "others.yaml": OTHERS}


PATHS = (
    ("spec.text", "digit number mapping"),
    ("spec.quoted", "number"),
    ("spec.size", "text digit mapping"),
    ("spec.half", "text digit"),
    ("spec.flag", "text digit"),
    ("spec.day", "text"),
    ("spec.nothing", "text mapping"),
    ("spec.nil", "text"),
    ("spec.empty", "text mapping"),
    ("spec.none", "digit"),
    ("spec.new", "text digit number mapping"),
    ("spec.new.deep.er", "number"),
    ("spec.new.0", "number"),
    ("spec.new.[a=b].c", "number"),
    ("spec.new.[a=b]", "text mapping"),
    ("spec.new.[=z]", "text number"),
    ("spec.new.[a=(].b", "text"),
    ("spec.new.*", "text"),
    ("spec.new.-", "text"),
    ("spec.list.0", "text digit"),
    ("spec.list.2", "text digit"),
    ("spec.list.3", "text"),
    ("spec.list.-", "text"),
    ("spec.list.x", "text"),
    ("spec.list.[=1]", "digit"),
    ("spec.list.[=9]", "text number"),
    ("spec.list.*", "digit"),
    ("spec.map.0", "text"),
    ("spec.map.[a=b]", "text"),
    ("spec.map.*", "text"),
    ("spec.[map]", "text"),
    ("spec.named.*.value", "number"),
    ("spec.named.*.new", "text"),
    ("spec.named.*.missing.x", "text"),
    ("spec.named.[name=two].value", "number"),
    ("spec.named.[name=t.*].value", "number"),
    ("spec.named.[name=three].value", "number"),
    ("spec.named.[value=1].name", "text"),
    ("spec.nothing.x", "text"),
    ("spec.nil.x", "text"),
    ("spec.text.x", "text"),
    (".spec.text", "text"),
    ("spec..x", "text"),
    ("''", "text"),
    ("kind", "text mapping"),
    ("metadata", "text"),
    ("metadata.name", "text"),
    ("metadata.annotations.version", "digit"),
    ("metadata.annotations.a\\.b/c", "text"),
    ("metadata.annotations.[a.b/c]", "text"),
    ("data.json.a.b", "text digit mapping"),
    ("data.json.a.n", "text digit"),
    ("data.json.a", "mapping"),
    ("data.json.a.new", "digit mapping"),
    ("data.json.l.1.n", "text"),
    ("data.json.l.[n=x].n", "text"),
    ("data.json.l.2", "text"),
    ("data.json.*", "text"),
    ("data.pretty.a.b", "text"),
    ("data.array.0.n", "text"),
    ("data.yaml.a.b", "text digit mapping"),
    ("data.yaml.a.n", "digit"),
    ("data.yaml.a.q", "text"),
    ("data.yaml.l.[n=x].n", "text"),
    ("data.yaml.l.*.n", "text"),
    ("data.nil.x", "text"),
    ("data.plain.x", "text"),
    ("data.empty.x", "text"),
)


@pytest.mark.parametrize(("path", "source"), [(path, name) for path, names in PATHS for name in names.split()])
def test_paths(path: str, source: str) -> None:
    quoted = path if path == "''" else f"'{path}'"
    target = f"select: {{kind: Thing}}, fieldPaths: [{quoted}], options: {{create: true}}"
    compare_files(holding(SOURCES[source], target))


@pytest.mark.parametrize(
    "path",
    [
        "spec.new",
        "spec.nil.x",
        "spec.list.2",
        "spec.named.*.value",
        "spec.named.*.new",
        "spec.named.[name=three].value",
        "data.json.a.new",
        "data.json.a.b",
    ],
)
def test_paths_where_nothing_is_created(path: str) -> None:
    compare_files(holding(SOURCES["number"], f"select: {{kind: Thing}}, fieldPaths: ['{path}']"))


@pytest.mark.parametrize(
    "path",
    [
        "spec.version",
        "spec.hex",
        "spec.day",
        "spec.flag",
        "spec.nothing",
        "spec.none",
        "spec.named.1.name",
        "spec.named.-.name",
        "spec.named.9.name",
        "spec.named.-1.name",
        "spec.named.[name=two].name",
        "spec.named.[name=t].name",
        "spec.named.*.name",
        "spec.text.x",
        "spec..text",
        "spec. text ",
        "spec.[text]",
        ".spec.text",
    ],
)
def test_source_paths(path: str) -> None:
    source = f"source: {{kind: Thing, fieldPath: '{path}'}}"
    compare_files(holding(source, "select: {kind: ConfigMap}, fieldPaths: [data.five]"))


@pytest.mark.parametrize(
    "source",
    [
        "{kind: ConfigMap, namespace: default}",
        "{kind: Namespace, namespace: q}",
        "{kind: Namespace, namespace: default}",
        "{kind: 'Config.*'}",
        "{group: example.com}",
        "{}",
        "{kind: ConfigMap, options: {delimiter: u, index: 1}}",
        "{kind: ConfigMap, options: {delimiter: u, index: -1}}",
        "{kind: ConfigMap, options: {delimiter: u, index: 9}}",
        "{kind: ConfigMap, options: {index: 4}}",
        "{kind: ConfigMap, options: {encoding: base64}}",
    ],
)
def test_sources(source: str) -> None:
    compare_files(holding(f"source: {source}", "select: {kind: Thing}, fieldPaths: [spec.text]"))


@pytest.mark.parametrize("above", ["", "namespace: zz\nnamePrefix: p-\nnameSuffix: -s\n"])
@pytest.mark.parametrize(
    "select",
    [
        "select: {}",
        "select: {name: t}",
        "select: {name: p-t}",
        "select: {name: 't|q'}",
        "select: {namespace: q}",
        "select: {namespace: default}",
        "select: {namespace: zz}",
        "select: {name: t, namespace: zz}",
        "select: {name: p-t, namespace: q}",
        "select: {labelSelector: app=x}",
        "select: {labelSelector: 'app in ('}",
        "select: {name: '('}",
        "select: {kind: '.*'}, reject: [{name: t}]",
        "select: {kind: '.*'}, reject: [{name: p-t}, {kind: Config.*}]",
        "select: {kind: '.*'}, reject: [{kind: Thing, labelSelector: app=x}]",
        "select: {kind: '.*'}, reject: [{labelSelector: app=x}]",
        "select: {kind: '.*'}, reject: [{}]",
    ],
)
def test_selection(select: str, above: str) -> None:
    target = f"{select}, fieldPaths: [metadata.annotations.hit], options: {{create: true}}"
    compare_files(holding("sourceValue: hit", target, above))


@pytest.mark.parametrize("value", ["''", "'null'", "'true'", "'yes'", "'1e3'", "2020-01-01", "'a: b'"])
def test_source_values(value: str) -> None:
    paths = "spec.text, spec.new, metadata.annotations.new, data.json.a.b, data.yaml.a.b"
    target = f"select: {{kind: Thing}}, fieldPaths: [{paths}], options: {{create: true}}"
    compare_files(holding(f"sourceValue: {value}", target))


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
