"""The real kustomize as judge of configMapGenerator and secretGenerator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.build_judge import compare, compare_files

if TYPE_CHECKING:
    from pathlib import Path

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"


def listing(*resources: str, more: str = "") -> str:
    """A kustomization of these resources."""
    return f"resources: [{', '.join(resources)}]\n{more}"


def generator(entries: str, kind: str = "configMapGenerator", **more: str) -> dict[str, str]:
    """A kustomization of generators, and more files (``a__b`` is a.b)."""
    files = {name.replace("__", "."): text for name, text in more.items()}
    return {"kustomization.yaml": f"{kind}:\n{entries}", **files}


CASES = {
    "lit": generator("- name: g\n  literals: [a=b, 'c=\"d e\"', \"e='f'\", g=h=i, 'j=']\n"),
    "lit bad": generator("- name: g\n  literals: [a]\n"),
    "lit dup": generator("- name: g\n  literals: [a=b, a=c]\n"),
    "lit badkey": generator("- name: g\n  literals: ['a b=c']\n"),
    "files": generator("- name: g\n  files: [f.txt, k=f.txt, sub/g.txt]\n", f__txt="x\n", **{"sub/g__txt": "y"}),
    "files dup": generator("- name: g\n  files: [f.txt, sub/f.txt]\n", f__txt="x\n", **{"sub/f__txt": "y"}),
    "files missing": generator("- name: g\n  files: [zz.txt]\n"),
    "files dir": generator("- name: g\n  files: [sub]\n", **{"sub/g__txt": "y"}),
    "env": generator("- name: g\n  envs: [e.env]\n", e__env='# c\nA=1\n  B=2\nC= 3 \nD="x"\n\nE=a=b\n'),
    "env single": generator("- name: g\n  env: e.env\n", e__env="A=1\n"),
    "env badkey": generator("- name: g\n  envs: [e.env]\n", e__env="A B=1\n"),
    "env bom": generator("- name: g\n  envs: [e.env]\n", e__env="\ufeffA=1\n"),
    "env crlf": generator("- name: g\n  envs: [e.env]\n", e__env="A=1\r\nB=2\r\n"),
    "secret": generator("- name: g\n  literals: [a=b]\n  type: kubernetes.io/tls\n", "secretGenerator"),
    "secret long": generator("- name: g\n  files: [f.txt]\n", "secretGenerator", f__txt="x" * 300),
    "opts": {
        "kustomization.yaml": "generatorOptions: {labels: {a: b}, annotations: {c: d}, disableNameSuffixHash: true, immutable: true}\nconfigMapGenerator:\n- name: g\n  literals: [a=b]\n- name: h\n  literals: [a=b]\n  options: {labels: {x: z}, disableNameSuffixHash: false}\n"
    },
    "noname": generator("- literals: [a=b]\n"),
    "empty": generator("- name: g\n"),
    "merge": {
        "kustomization.yaml": listing(
            "base",
            more="configMapGenerator:\n- name: g\n  behavior: merge\n  literals: [a=new, z=1]\n  options: {labels: {l: m}}\n",
        ),
        "base/kustomization.yaml": "configMapGenerator:\n- name: g\n  literals: [a=b, c=d]\n  options: {annotations: {x: why}}\n",
    },
    "replace": {
        "kustomization.yaml": listing(
            "base",
            more="namePrefix: p-\nconfigMapGenerator:\n- name: g\n  behavior: replace\n  literals: [a=new, z=1]\n",
        ),
        "base/kustomization.yaml": "namePrefix: q-\nconfigMapGenerator:\n- name: g\n  literals: [a=b, c=d]\n",
    },
    "merge into resource": {
        "kustomization.yaml": listing(
            "a.yaml", more="configMapGenerator:\n- name: a\n  behavior: merge\n  literals: [a=new]\n"
        ),
        "a.yaml": CM,
    },
    "merge into base resource": {
        "kustomization.yaml": listing(
            "base", more="configMapGenerator:\n- name: a\n  behavior: merge\n  literals: [a=new]\n"
        ),
        "base/kustomization.yaml": listing("a.yaml"),
        "base/a.yaml": CM,
    },
    "merge none": generator("- name: g\n  behavior: merge\n  literals: [a=b]\n"),
    "create twice": {
        "kustomization.yaml": listing("base", more="configMapGenerator:\n- name: g\n  literals: [a=new]\n"),
        "base/kustomization.yaml": "configMapGenerator:\n- name: g\n  literals: [a=b]\n",
    },
    "bad behavior": generator("- name: g\n  behavior: zz\n  literals: [a=b]\n"),
    "merge ns": {
        "kustomization.yaml": listing(
            "base", more="namespace: nn\nconfigMapGenerator:\n- name: g\n  behavior: merge\n  literals: [a=new]\n"
        ),
        "base/kustomization.yaml": "namespace: bb\nconfigMapGenerator:\n- name: g\n  literals: [a=b]\n",
    },
    "merge ns same": {
        "kustomization.yaml": listing(
            "base",
            more="namespace: nn\nconfigMapGenerator:\n- name: g\n  namespace: bb\n  behavior: merge\n  literals: [a=new]\n",
        ),
        "base/kustomization.yaml": "namespace: bb\nconfigMapGenerator:\n- name: g\n  literals: [a=b]\n",
    },
    "merge secret": {
        "kustomization.yaml": listing(
            "base", more="secretGenerator:\n- name: g\n  behavior: merge\n  literals: [a=new]\n"
        ),
        "base/kustomization.yaml": "secretGenerator:\n- name: g\n  type: x/y\n  literals: [a=b, c=d]\n",
    },
    "merge disable hash": {
        "kustomization.yaml": listing(
            "base",
            more="configMapGenerator:\n- name: g\n  behavior: merge\n  literals: [a=new]\n  options: {disableNameSuffixHash: true}\n",
        ),
        "base/kustomization.yaml": "configMapGenerator:\n- name: g\n  literals: [a=b]\n",
    },
    "merge base disable hash": {
        "kustomization.yaml": listing(
            "base", more="configMapGenerator:\n- name: g\n  behavior: merge\n  literals: [a=new]\n"
        ),
        "base/kustomization.yaml": "generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:\n- name: g\n  literals: [a=b]\n",
    },
    "component gen": {
        "kustomization.yaml": listing("base", more="components: [c]\n"),
        "base/kustomization.yaml": "configMapGenerator:\n- name: g\n  literals: [a=b]\n",
        "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nconfigMapGenerator:\n- name: g\n  behavior: merge\n  literals: [a=c]\n",
    },
    "same name cm+secret": {
        "kustomization.yaml": "configMapGenerator:\n- {name: g, literals: [a=b]}\nsecretGenerator:\n- {name: g, literals: [a=b]}\n"
    },
}


KEYS = ("a.b", "..", "a/b", "a b", "é", "-a", "9", "true", "~", "1e3", "2020-01-01", "<<", "yes", "*", "")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("field", ["literals", "files", "envs"])
def test_keys(key: str, field: str) -> None:
    value = {"literals": f"'{key}=v'", "files": f"'{key}=v.txt'", "envs": "v.env"}[field]
    compare_files(
        generator(f"- name: g\n  {field}: [{value}]\n", v__txt="v", v__env=f"{key}=v\n"),
    )


@pytest.mark.parametrize(
    "entry",
    [
        "literals: ['']",
        "literals: [~]",
        "literals: [5]",
        "literals: {a: b}",
        "literals: ['a=\"', 'b=\"\"', 'c= x ', \"d='x\\\"\"]",
        "literals: [a=5, b=true, c=null, d=, e=0x1, f=2020-01-01, h=1e3]",
        "files: ['']",
        "files: ['a=']",
        "files: ['=a']",
        "files: ['a=b=c']",
        "files: [../outside]",
        "data: {a: b}",
        "type: a/b",
        "behavior: ''",
        "behavior: Merge",
        "namespace: n",
        "options:",
        "options: {unknown: true}",
        "options: {labels: {a: 5}}",
        "options: {labels: {a: }}",
        "options: {disableNameSuffixHash: 'true'}",
        "options: {immutable: true, labels: {a: 'true'}, annotations: {b: '5'}}",
    ],
)
@pytest.mark.parametrize("kind", ["configMapGenerator", "secretGenerator"])
def test_entries(entry: str, kind: str) -> None:
    compare_files(generator(f"- name: g\n  {entry}\n", kind))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"A=1\r\n\r\nB=2\rC=3\n",
        b"\xef\xbb\xbfA=1\n",
        b"A\t1  \n b \n\n",
        b"a\x00b\x01\x1b",
        b"a\x7fb",
        "a\u0080b".encode(),
        "a\ufffeb".encode(),
        '<a>&\u2028 \\ " é 😀'.encode(),
        b"\xff\xfe\x00",
        b"\xed\xa0\x80",
        *(b"x" * size for size in (51, 52, 53, 104, 105, 106)),
    ],
)
@pytest.mark.parametrize("kind", ["configMapGenerator", "secretGenerator"])
def test_contents(content: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(f"{kind}:\n- name: g\n  files: [content]\n")
    (tmp_path / "content").write_bytes(content)
    compare(tmp_path)


ENV = "A=1\n\n  # x\n#y\n\tB=2\nC=\"x y\"\nD='q'\nE=a # c\nF==\nH = x\n=none\n"
BASE = "configMapGenerator:\n- name: g\n  literals: [a=b, c=d]\n"
OVER = "resources: [base]\nconfigMapGenerator:\n- name: g\n  behavior: merge\n  literals: [a=x]\n"


def layered(over: str, base: str, **more: str) -> dict[str, str]:
    """A generator in a base and one over it."""
    files = {name.replace("__", "."): text for name, text in more.items()}
    return {"kustomization.yaml": over, "base/kustomization.yaml": base, **files}


def patched(operation: str, kind: str = "configMap") -> dict[str, str]:
    """A generated object and an operation on it, before it gets its hash."""
    patch = f"patches:\n- target: {{version: v1}}\n  patch: |\n    - {operation}\n"
    return {"kustomization.yaml": BASE.replace("configMap", kind) + patch}


def secret(text: str) -> str:
    return text.replace("configMap", "secret")


PLAIN = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: g, namespace: default}\ndata: {n: 5, v: 1.10}\nimmutable: true\n"
)
STACKS = {
    "env file": generator("- name: g\n  envs: [e.env]\n", e__env=ENV),
    "env and envs": generator("- name: g\n  env: e.env\n  envs: [f.env]\n", e__env="A=1\n", f__env="B=2\n"),
    "env twice": generator("- name: g\n  envs: [e.env, f.env]\n", e__env="A=1\n", f__env="A=2\n"),
    "env and literal": generator("- name: g\n  envs: [e.env]\n  literals: [A=3]\n", e__env="A=1\n"),
    "no list": {"kustomization.yaml": "configMapGenerator: {a: b}\n"},
    "no mapping": generator("- text\n"),
    "options of all as text": {"kustomization.yaml": f'generatorOptions: {{disableNameSuffixHash: "true"}}\n{BASE}'},
    "options of all unknown": {"kustomization.yaml": f"generatorOptions: {{unknown: 1}}\n{BASE}"},
    "options of all null": {"kustomization.yaml": f"generatorOptions:\n{BASE}"},
    "merge immutable": layered(f"{OVER}  options: {{immutable: true}}\n", BASE),
    "merge into immutable": layered(OVER, f"{BASE}  options: {{immutable: true}}\n"),
    "merge of patched": layered(OVER, patched('{op: add, path: /data/p, value: "q"}')["kustomization.yaml"]),
    "merge by first name": layered(OVER.replace("name: g", "name: q-g"), f"namePrefix: q-\n{BASE}"),
    "merge of text into binary": {**layered(OVER.replace("literals: [a=x]", "files: [a]"), BASE), "a": "text"},
    "merge of kinds": layered(secret(OVER), BASE),
    "merge of types": layered(f"{secret(OVER)}  type: x/y\n", f"{secret(BASE)}  type: a/b\n"),
    "replace": layered(OVER.replace("merge", "replace"), f"{BASE}  options: {{immutable: true, labels: {{l: m}}}}\n"),
    "merge into a resource": layered(OVER, "resources: [g.yaml]\n") | {"base/g.yaml": PLAIN},
    "merge of two layers": layered(OVER.replace("base", "middle"), BASE)
    | {"middle/kustomization.yaml": "namePrefix: m-\n" + OVER.replace("base", "../base").replace("a=x", "a=middle")},
    "merge in one layer": {"kustomization.yaml": BASE + "- name: g\n  behavior: merge\n  literals: [a=c]\n"},
    "two namespaces": generator("- {name: g, namespace: one}\n- {name: g, namespace: two}\n"),
    "hash of a number": patched("{op: add, path: /data/n, value: 5}"),
    "hash of no data": patched("{op: remove, path: /data}"),
    "hash of stringData": patched("{op: add, path: /stringData, value: {a: b}}", "secret"),
    "hash of no type": patched("{op: remove, path: /type}", "secret"),
    "secret of nothing": generator("- name: g\n", "secretGenerator"),
}


@pytest.mark.parametrize("name", STACKS)
def test_stacks(name: str) -> None:
    compare_files(STACKS[name])


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
