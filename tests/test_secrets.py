"""No value of a Secret is seen in any output, wherever in the repository it stands and whatever is wrong there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.command import run, write
from tests.unit.worlds import flux, gotk, kustomization

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "hunter2"
FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: web}}\nstringData: {{p: {VALUE}}}\n"
JSON_SECRET = json.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "j"}, "data": {"p": VALUE}})
SUBSTITUTE = "  postBuild: {substitute: {known: x}}\n"

PLACES = {
    "a broken substitution": f"{SECRET}  # no more\n".replace(VALUE, f'"${{{VALUE}"'),
    "a key twice": SECRET.replace(f"{{p: {VALUE}}}", f"\n  p: {VALUE}\n  p: {VALUE}\n  p: {VALUE}"),
    "the same object again": f"{SECRET}---\n{SECRET}",
    "broken text": f"{SECRET}x: [\n",
    "broken text in it": SECRET.replace("{p", "{q: {, p"),
    "no name": SECRET.replace("name: s, ", ""),
    "a wrong tag": SECRET.replace(VALUE, f"!!int {VALUE}"),
    "one line": f"{JSON_SECRET}\n---\n{JSON_SECRET}",
    "one line, broken": f'{JSON_SECRET[:-1]}, "data": {{"p": "{VALUE}"}}, "x": ]',
    "a list in a list": json.dumps(
        {"kind": "List", "apiVersion": "v1", "items": [{"kind": "List", "items": [json.loads(JSON_SECRET)] * 2}]}
    ),
    "a block of text": SECRET.replace(f"{{p: {VALUE}}}", f"\n  p: |\n    {VALUE}: x\n    ${{{VALUE}\n"),
    "an unused comment": SECRET.replace(
        f"{{p: {VALUE}}}", f"\n  # gitops-lint: ignore[wrong-owner]\n  p: {VALUE}  # gitops-lint: ignore[x]"
    ),
    "an alias": f"{SECRET.replace(VALUE, '*v')}x: &v {VALUE}\n".replace(
        "stringData", f"y: &w {VALUE}\nstringData"
    ).replace("*v", "*w"),
}
KUSTOMIZATIONS: dict[str, dict[str, object]] = {
    "literals": {"secretGenerator": [{"name": "g", "literals": [f"p={VALUE}"], "files": ["missing"]}] * 2},
    "literals, one line": {"resources": ["missing"], "secretGenerator": [{"name": "g", "literals": [f"p={VALUE}"]}]},
    "a patch": {"patches": [{"patch": f"[{{op: replace, path: /x/y, value: {VALUE}}}]", "target": {"kind": "Secret"}}]},
    "a merge patch": {"patches": [{"patch": SECRET.replace("name: s", "name: none")}]},
    "an old patch": {"patchesStrategicMerge": [SECRET.replace("name: s", "name: none")]},
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_a_secret_as_written(text: str, tmp_path: Path) -> None:
    files = {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"), "apps/secret.yaml": text}
    hunt(write(tmp_path, {**files, "clusters/home/apps.yaml": flux("apps", "./apps", SUBSTITUTE)}))


@pytest.mark.parametrize("fields", KUSTOMIZATIONS.values(), ids=KUSTOMIZATIONS)
def test_a_secret_in_a_kustomization(fields: dict[str, object], tmp_path: Path) -> None:
    files = {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"), "apps/secret.yaml": SECRET}
    files["apps/kustomization.yaml"] = json.dumps({"resources": ["secret.yaml"], **fields})
    hunt(write(tmp_path, {**files, "clusters/home/apps.yaml": flux("apps", "./apps", SUBSTITUTE)}))


def test_two_owners_that_differ_in_a_secret(tmp_path: Path) -> None:
    files = {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"), "a/s.yaml": SECRET}
    files |= {"b/s.yaml": SECRET.replace(VALUE, f"{VALUE}3"), "a/kustomization.yaml": kustomization("s.yaml")}
    files |= {f"clusters/home/{name}.yaml": flux(name, f"./{name}") for name in "ab"}

    assert "two-kustomizations" in hunt(write(tmp_path, files))


def hunt(root: Path) -> str:
    """What a run prints and writes, in all formats: something is wrong, and the secret is not in it."""
    written = {name: root.parent / f"{root.name}.{name}" for name in FORMATS}
    outputs = [word for name, file in written.items() for word in ("-o", f"{name}={file}")]
    done = run("check", root, *outputs, "--severity", "info", "--show-skipped", "--verbose", "--no-fold")
    assert done.returncode in (0, 1), done.stderr
    texts = [done.stdout, done.stderr, *(file.read_text(encoding="utf-8") for file in written.values())]
    assert ".yaml" in done.stdout
    assert [text for text in texts if VALUE in text] == []
    return done.stdout
