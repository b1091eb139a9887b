"""ResourceSets of flux-operator: the objects that they make of their inputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.builders.resourceset import build
from gitops_lint.document import read
from gitops_lint.identity import objects
from tests.unit.worlds import applied, config_map, flux, gotk, world

if TYPE_CHECKING:
    from gitops_lint.model import Build

TENANTS = """\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: tenants, namespace: flux-system}
spec:
  commonMetadata: {labels: {made: by-set}}
  inputs:
    - {tenant: web, replicas: 2}
    - {tenant: api, replicas: 3}
  resources:
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: << inputs.tenant >>, namespace: web}
      data: {replicas: << inputs.replicas | quote >>}
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: shared, namespace: web}
  resourcesTemplate: |
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: << inputs.tenant >>-more
      namespace: web
    data:
      <<- if eq inputs.tenant "web" >>
      first: "yes"
      <<- end >>
"""
SYNC = {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home")}


def test_once_for_each_set_of_inputs() -> None:
    found = world({**SYNC, "clusters/home/tenants.yaml": TENANTS})
    owner = ["ResourceSet flux-system/tenants live"]
    assert applied(found) == {
        f"home: ConfigMap web/{name}": owner for name in ("web", "api", "shared", "web-more", "api-more")
    }
    (web,) = (owners[0].built for (_, ref), owners in found.graph.objects.items() if ref.name == "web")
    assert web.data["metadata"]["labels"] == {"made": "by-set"}
    assert web.data["data"] == {"replicas": "2"}
    assert web.path == "clusters/home/tenants.yaml"


def test_a_number_becomes_a_number() -> None:
    text = TENANTS.replace("<< inputs.replicas | quote >>", "<< inputs.replicas >>")
    found = world({**SYNC, "clusters/home/tenants.yaml": text})
    values = {
        o[0].built.data["data"]["replicas"] for (_, ref), o in found.graph.objects.items() if ref.name in ("web", "api")
    }
    assert values == {2, 3}


def test_it_may_make_kustomizations_and_their_objects_follow() -> None:
    order = flux("<< inputs.tenant >>", "./apps/<< inputs.tenant >>")
    body = "".join(f"    {line}\n" for line in order.splitlines())
    text = TENANTS.partition("  resources:")[0] + "  resourcesTemplate: |\n" + body
    found = world(
        {**SYNC, "clusters/home/t.yaml": text, "apps/web/a.yaml": config_map("a"), "apps/api/b.yaml": config_map("b")}
    )
    assert applied(found) == {
        "home: ConfigMap web/a": ["Kustomization flux-system/web live"],
        "home: ConfigMap web/b": ["Kustomization flux-system/api live"],
    }


def test_inputs_of_a_provider_and_templates_beyond_reach_are_unknown() -> None:
    outside = TENANTS.replace(
        "  inputs:\n    - {tenant: web, replicas: 2}\n    - {tenant: api, replicas: 3}\n",
        "  inputsFrom: [{name: github}]\n",
    )
    broken = TENANTS.replace("name: << inputs.tenant >>,", "name: << inputs.nobody >>,")
    for text, reason in ((outside, "inputs that a provider gives"), (broken, "there is no .nobody")):
        found = world({**SYNC, "clusters/home/tenants.yaml": text})
        assert any(reason in opaque.reason for opaque in found.walked.opaque)


HEAD = (
    "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: set, namespace: flux-system}\nspec:\n"
)


def built(spec: str) -> Build:
    """What a ResourceSet makes; its spec is indented by two spaces."""
    (document,) = read("set.yaml", (HEAD + spec).encode()).documents
    (manifest,) = objects(document, document.data)
    return build(manifest)


def names(found: Build) -> list[str]:
    return [one.ref.name for one in found.objects]


def lines(found: Build, *route: str | int) -> list[int | None]:
    return [one.locate(route).location.line for one in found.objects]


OBJECT = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s, namespace: web}}"


def test_every_value_leads_to_the_template_that_made_it() -> None:
    found = built("""\
  inputs: [{name: a}]
  commonMetadata:
    labels:
      team: web
  resources:
    - apiVersion: v1
      kind: ConfigMap
      metadata:
        name: << inputs.name >>
        labels: {own: label}
      data:
        << inputs.name >>.txt: |
          for << inputs.name >>
        fixed: text
  resourcesTemplate: |
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: more}
""")
    assert names(found) == ["a", "more"]
    first = found.objects[0]
    assert first.data["data"] == {"a.txt": "for a\n", "fixed": "text"}
    assert first.data["metadata"]["labels"] == {"own": "label", "team": "web"}
    assert lines(found, "metadata", "name")[0] == 13
    assert first.locate(("data", "a.txt")).location.line == 16
    assert first.locate(("data", "fixed")).location.line == 18
    assert lines(found, "metadata", "labels", "team") == [8, 8]
    assert lines(found, "kind") == [11, 19]


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("<< inputs.count >>", 3),
        ("<< inputs.count | quote >>", "3"),
        ("'<< inputs.on >>'", True),
        ("n<< inputs.count >>", "n3"),
        ("<< inputs.list | toJson >>", ["x", "z"]),
        ("'<< inputs.words | quote >>'", "a: b # c"),
        ("<< add (int inputs.count) 1 >>", 4),
        ("<< inputs.provider.name >>", "set"),
        ("<<- range inputs.list >> << . >><< end >>", "x z"),
    ],
)
def test_what_a_text_becomes(value: str, made: object) -> None:
    found = built(
        "  inputs: [{count: 3, 'on': true, list: [x, z], words: 'a: b # c'}]\n  resources:\n"
        f"    - apiVersion: v1\n      kind: ConfigMap\n      metadata: {{name: a}}\n      data:\n        key: {value}\n"
    )
    assert [one.data["data"]["key"] for one in found.objects] == [made]


def test_an_object_of_several_inputs_is_made_once() -> None:
    found = built(
        f"  inputs: [{{id: a}}, {{id: b}}]\n  resources: [{OBJECT % 'shared'}, {OBJECT % '<< inputs.id >>'}]\n"
    )
    assert names(found) == ["shared", "a", "b"]


def test_without_inputs_the_objects_are_made_as_they_are() -> None:
    assert names(built(f"  resources: [{OBJECT % 'a'}]\n")) == ["a"]


def test_steps_are_made_too() -> None:
    found = built(
        "  inputs: [{id: a}]\n  steps:\n"
        f"    - {{name: one, resources: [{OBJECT % '<< inputs.id >>-1'}]}}\n"
        f"    - {{name: two, resourcesTemplate: '{OBJECT % '<< inputs.id >>-2'}'}}\n"
    )
    assert names(found) == ["a-1", "a-2"]


def test_an_object_can_be_switched_off_by_its_inputs() -> None:
    switch = 'fluxcd.controlplane.io/reconcile: << ternary "enabled" "disabled" inputs.on >>'
    found = built(
        "  inputs: [{id: a, 'on': true}, {id: b, 'on': false}]\n  resources:\n    - apiVersion: v1\n"
        f"      kind: ConfigMap\n      metadata:\n        name: << inputs.id >>\n        annotations:\n          {switch}\n"
    )
    assert names(found) == ["a"]


def test_a_list_in_the_text_is_its_items() -> None:
    text = f"{{apiVersion: v1, kind: List, items: [{OBJECT % 'a'}, {OBJECT % 'b'}]}}"
    assert names(built(f"  resourcesTemplate: '{text}'\n")) == ["a", "b"]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (f"  inputsFrom: [{{name: x}}]\n  resources: [{OBJECT % 'a'}]\n", "inputs that a provider gives"),
        (f"  inputStrategy: {{name: Permute}}\n  resources: [{OBJECT % 'a'}]\n", "it combines its inputs"),
        (
            f"  resources: [{OBJECT % '<< inputs.id >>'}]\n",
            "spec.resources[0] cannot be filled in here: there is no .id",
        ),
        (f"  resources: [{OBJECT % '<< unheard 1 >>'}]\n", "the function unheard is not known here"),
        ("  resources: [{kind: Thing}, 3]\n", "spec.resources[0] makes what is no object"),
        ("  resourcesTemplate: 'a: [<< 1 >>'\n", "it makes no YAML"),
    ],
)
def test_what_cannot_be_made_is_said(spec: str, reason: str) -> None:
    found = built(spec)
    assert found.objects == []
    assert any(reason in opaque.reason for opaque in found.opaque)


def test_own_inputs_count_beside_those_of_a_provider() -> None:
    found = built(f"  inputs: [{{id: a}}]\n  inputsFrom: [{{name: x}}]\n  resources: [{OBJECT % '<< inputs.id >>'}]\n")
    assert names(found) == ["a"]
    assert len(found.opaque) == 1


def test_a_small_file_makes_no_endless_one() -> None:
    inputs = "[" + "{id: 1}, " * 3000 + "]"
    resources = ", ".join(OBJECT % f"n{index}" for index in range(20))
    found = built(f"  inputs: {inputs}\n  resources: [{resources}]\n")
    assert any("too large" in opaque.reason for opaque in found.opaque)


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab: []{}<>\n", max_size=8) | st.sampled_from(["<< inputs.a >>", "<<", "<< end >>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "metadata", "name", "kind"]), inner),
    max_leaves=8,
)  # fmt: skip
FIELDS = ("inputs", "inputsFrom", "resources", "resourcesTemplate", "steps", "commonMetadata", "inputStrategy")


@given(st.dictionaries(st.sampled_from(FIELDS), NONSENSE))
def test_nonsense_raises_nothing(spec: dict[str, object]) -> None:
    built(f"  {json.dumps(spec)}\n")
