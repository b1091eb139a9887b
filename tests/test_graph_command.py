"""``gitops-lint graph``: the picture in each language, the focus, the limits of Mermaid, and foreign text."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gitops_lint.output import dot, graph_json, mermaid
from gitops_lint.output.picture import Arrow, Box, Picture, counted
from tests.command import run, write
from tests.unit.output.goldens import assert_golden
from tests.unit.worlds import flux, gotk

FIXTURES = Path(__file__).parent / "fixtures"
DOUBLE_OWNER, THREE_CLUSTERS = FIXTURES / "double-owner", FIXTURES / "three-clusters"
SCHEMA = json.loads((files("gitops_lint.output") / "graph.schema.json").read_text(encoding="utf-8"))
SUFFIXES = {"mermaid": "mmd", "dot": "dot", "json": "json"}

SAFE_LINE = re.compile(
    r"flowchart LR|  %% folded: [\w ,:]+|  end|    direction LR|  classDef \w+ [\w#:,\- ]+|  class [\w,]+ \w+"
    r'|  subgraph c\d+\["[^"`<>{}\\$%]*"\]'
    r'|    n\d+(?:\[|\(\[|\[\(|\(|\{\{|\[/|>)"(?:[^"`<>{}\\$%]|<br/>)*"(?:\]|\]\)|\)\]|\)|\}\}|/\])'
    r'|  n\d+ (?:-->|-\.->|==>)(?:\|"[^"`<>{}\\$%]*"\|)? n\d+'
)
"""What a line of Mermaid may look like: a foreign text never leaves its quotes."""
HOSTILE = (
    'a"]; click n0 call alert(1)',
    "`md`",
    "<script>alert(1)</script>",
    '%%{init: {"securityLevel": "loose"}}%%',
    "line\nend",
    "#quot; style a:#fff;",
    "\\N \\G &amp;",
    "$$x^2$$",
    "\u202e\x1b]0;x\x07",
)


def drawn(*words: str | Path) -> Any:
    """The picture as JSON, held against its schema."""
    done = run("graph", *words, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    picture = json.loads(done.stdout)
    jsonschema.validate(picture, SCHEMA)
    names = {node["id"] for node in picture["nodes"]}
    assert len(names) == len(picture["nodes"])
    assert all({edge["from"], edge["to"]} <= names for edge in picture["edges"])
    return picture


def told(picture: Any) -> list[str]:
    """The edges in a line each."""
    titles = {
        node["id"]: node["title"] or ", ".join(f"{n} {kind}" for kind, n in node["counts"].items())
        for node in picture["nodes"]
    }
    return [f"{titles[edge['from']]} -{edge['label']}-> {titles[edge['to']]}" for edge in picture["edges"]]


# -- all of it ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SUFFIXES)
@pytest.mark.parametrize("fixture", [DOUBLE_OWNER, THREE_CLUSTERS], ids=lambda path: path.name)
def test_a_whole_picture(fixture: Path, name: str) -> None:
    done = run("graph", "--format", name, fixture)
    assert (done.returncode, done.stderr) == (0, "")
    assert_golden(f"graph-{fixture.name}.{SUFFIXES[name]}", done.stdout)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_reconcilers_sources_and_counts() -> None:
    assert told(drawn(DOUBLE_OWNER)) == [
        "Kustomization flux-system/flux-system -path ./clusters/prod-> Kustomization flux-system/apps",
        "Kustomization flux-system/flux-system -path ./clusters/prod-> GitRepository flux-system/flux-system",
        "Kustomization flux-system/apps -path ./apps-> 2 Deployment",
        "Application argocd/api -path apps/api-> 1 Deployment",
        "Kustomization flux-system/flux-system -sourceRef-> GitRepository flux-system/flux-system",
        "Kustomization flux-system/apps -sourceRef-> GitRepository flux-system/flux-system",
        "Application argocd/api -repoURL-> Git repository github.com/example-org/platform",
    ]


def test_every_edge_tells_its_field_and_its_place() -> None:
    edge = drawn(DOUBLE_OWNER)["edges"][2]
    assert (edge["kind"], edge["field"], edge["path"], edge["line"]) == (
        "applies",
        "spec.path",
        "clusters/prod/apps.yaml",
        8,
    )


def test_what_waits_for_what() -> None:
    edges = [edge for edge in drawn(THREE_CLUSTERS, "--cluster", "dev")["edges"] if edge["kind"] == "waits for"]
    assert [edge["field"] for edge in edges] == ["spec.dependsOn[0]"] * 2


def test_one_cluster() -> None:
    picture = drawn(THREE_CLUSTERS, "--cluster", "prod")
    assert "prod" in picture["clusters"]
    ends = {node["id"]: node["cluster"] for node in picture["nodes"]}
    assert {ends[edge["to"]] for edge in picture["edges"]} == {"prod"}


def test_what_is_unknown_is_drawn(tmp_path: Path) -> None:
    elsewhere = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
    elsewhere += "metadata: {name: other, namespace: flux-system}\nspec: {url: https://example.com/other}\n"
    order = flux("apps", "./apps", source="GitRepository/other")
    write(tmp_path, {"c/flux-system/gotk-sync.yaml": gotk("./c"), "c/apps.yaml": order, "c/other.yaml": elsewhere})
    assert any(
        line.startswith("Kustomization flux-system/apps -") and line.endswith("-> content unknown")
        for line in told(drawn(tmp_path))
    )


# -- the focus ---------------------------------------------------------------------------------------------------------


def test_the_chains_of_an_object_go_through_its_files() -> None:
    assert told(drawn(DOUBLE_OWNER, "--focus", "Deployment/web/api")) == [
        "Kustomization flux-system/apps -path ./apps-> apps/kustomization.yaml",
        "apps/kustomization.yaml -resources: api-> apps/api/kustomization.yaml",
        "apps/api/kustomization.yaml -resources: deployment.yaml-> Deployment web/api",
        "Application argocd/api -path apps/api-> apps/api/kustomization.yaml",
        "Kustomization flux-system/flux-system -path ./clusters/prod-> clusters/prod",
        "clusters/prod -every manifest below-> Kustomization flux-system/apps",
    ]


def test_a_file_in_the_focus_leads_to_its_object() -> None:
    picture = drawn(DOUBLE_OWNER, "--focus", "apps/api/deployment.yaml")
    assert [node["title"] for node in picture["nodes"] if node["focus"]] == ["apps/api/deployment.yaml"]
    assert "apps/api/deployment.yaml --> Deployment web/api" in told(picture)


def test_the_depth_widens_the_picture() -> None:
    titles = [
        {node["title"] for node in drawn(DOUBLE_OWNER, "--focus", "Deployment/web/api", "--depth", str(depth))["nodes"]}
        for depth in range(3)
    ]
    assert titles[0] == titles[1]
    assert titles[2] - titles[1] == {
        "Deployment web/shop",
        "GitRepository flux-system/flux-system",
        "Git repository github.com/example-org/platform",
    }


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--focus", "Deploymen/web/api"], 2, "did you mean 'Deployment/web/api'?"),
        (["--focus", "Deployment/web/api", "--depth", "-1"], 2, "argument --depth"),
        (["--focus", "Deployment/web/api", "--depth", "two"], 2, "'two' is no number from 0 to 999"),
        (["--cluster", "prd"], 2, "did you mean 'prod'?"),
        (["--format", "svg"], 2, "invalid choice: 'svg'"),
        (["--focus", "README.md"], 1, "nothing is applied there"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_drawn(words: list[str], code: int, message: str) -> None:
    done = run("graph", DOUBLE_OWNER, *words)
    assert done.returncode == code
    assert message in done.stderr


# -- limits and foreign text -------------------------------------------------------------------------------------------


def fan(number: int, title: str = "Kustomization flux-system/k", *, sources: bool = True) -> Picture:
    """A root that applies many reconcilers, each with its objects and, all the same one, its source."""
    root = Box("r", "reconciler", "c", "root", "flux", root="gotk-sync")
    boxes, arrows = [root, Box("s", "source", "c", "source")], []
    for index in range(number):
        boxes += [Box(f"k{index}", "reconciler", "c", f"{title}{index}", "flux")]
        boxes += [Box(f"o{index}", "objects", "c", "", counts={"Deployment": 2, "Service": 1})]
        arrows += [Arrow("r", f"k{index}", "applies", "path"), Arrow(f"k{index}", f"o{index}", "applies", "path")]
        arrows += [Arrow(f"k{index}", "s", "reads", "sourceRef")] if sources else []
    return Picture(tuple(boxes), tuple(arrows))


def edges(text: str) -> int:
    return len(re.findall(r"^  n\d+ (?:-->|-\.->|==>)", text, re.MULTILINE))


def test_a_picture_that_fits_is_not_folded() -> None:
    text = mermaid.render(fan(40))
    assert (edges(text), "folded" in text) == (120, False)


@pytest.mark.parametrize(
    ("number", "folded", "left"),
    [(41, 1, 82), (61, 2, 61), (121, 3, 1), (20_000, 3, 1)],
)
def test_a_larger_one_is_folded_step_by_step_and_says_so(number: int, folded: int, left: int) -> None:
    text = mermaid.render(fan(number))
    assert text.count("%% folded:") == folded
    assert edges(text) == left
    assert len(text) <= mermaid.MAX_CHARACTERS
    assert number < 121 or f"{3 * number} objects: {2 * number} Deployment, {number} Service" in text


def test_long_texts_fold_as_well() -> None:
    text = mermaid.render(fan(240, "x" * 500, sources=False))
    assert len(text) <= mermaid.MAX_CHARACTERS
    assert "%% folded:" in text


def test_characters_are_counted_as_javascript_does() -> None:
    text = mermaid.render(fan(58, "🎉" * 120, sources=False))
    assert "folded" in text
    assert "folded" not in mermaid.render(fan(58, "é" * 120, sources=False))
    assert len(text.encode("utf-16-le")) // 2 <= mermaid.MAX_CHARACTERS


def test_what_no_folding_makes_fit_is_cut() -> None:
    boxes = tuple(Box(f"f{index}", "file", f"c{index}", "x" * 100) for index in range(1000))
    text = mermaid.render(Picture(boxes, ()))
    assert re.search(r"%% folded: the last \d+ of 1000 boxes are left out", text)
    assert 19_000 < len(text) <= mermaid.MAX_CHARACTERS


def test_counts_in_words() -> None:
    assert counted({}) == ""
    assert counted({"Service": 1}) == "1 Service"
    assert counted({"A": 1, "B": 2, "C": 3, "D": 1, "E": 1}) == "8 objects: 3 C, 2 B, 1 A, 1 D, 1 more kind"


def hostile() -> Picture:
    kinds = ("reconciler", "source", "file", "objects")
    boxes = tuple(
        Box(f"b{i}", kinds[i % 4], text, text, "argocd" if i % 4 == 0 else "") for i, text in enumerate(HOSTILE)
    )
    arrows = tuple(Arrow(f"b{i}", f"b{i + 1}", "applies", text) for i, text in enumerate(HOSTILE[:-1]))
    return Picture(boxes, arrows)


def test_nothing_in_a_label_is_obeyed_by_mermaid() -> None:
    lines = mermaid.render(hostile()).splitlines()
    assert [line for line in lines if not SAFE_LINE.fullmatch(line)] == []
    assert all(line.isprintable() for line in lines)


def test_nothing_in_a_label_is_obeyed_by_graphviz() -> None:
    text = dot.render(hostile())
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert all(character == "\n" or character.isprintable() for character in text)
    assert re.fullmatch(r"[\w\s={}\[\];,>-]*", outside)
    assert "alert" not in outside
    assert r"\\N \\G &amp;amp;" in text


def test_json_keeps_foreign_text_and_is_harmless() -> None:
    text = graph_json.render(hostile())
    assert text.isascii()
    assert "\x1b" not in text
    assert [node["title"] for node in json.loads(text)["nodes"]] == list(HOSTILE)


def test_a_hostile_repository(tmp_path: Path) -> None:
    name = json.dumps(HOSTILE[0] + HOSTILE[-1])
    order = flux("apps", "./apps").replace("path: ./apps", f"path: {name}").replace("name: apps", f"name: {name}")
    write(tmp_path, {"c/flux-system/gotk-sync.yaml": gotk("./c"), "c/apps.yaml": order})
    done = run("graph", tmp_path)
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if not SAFE_LINE.fullmatch(line)] == []


def test_a_terminal_without_unicode() -> None:
    assert run("graph", THREE_CLUSTERS, PYTHONIOENCODING="ascii").stdout.isascii()
