"""Replacements, generators and plugins: the places that they leave behind, and what they refuse."""

from __future__ import annotations

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.builders.kustomize.fieldpaths import split
from gitops_lint.builders.kustomize.gojson import marshal
from gitops_lint.model import OPAQUE, RELEASE, Build, Built, Ref
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import MemoryTree

THING = """apiVersion: example.com/v1
kind: Thing
metadata:
  name: t
spec:
  text: hello
  size: 1
  settings: '{"port": 80}'
"""
SOURCE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: source\n"


def built(files: dict[str, str], *, charts: bool = False) -> Build:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    build = kustomize.build(Recorder(Repo(tree), set()), "", kustomize.Rules(charts=charts))
    assert build is not None
    return build


def replaced(replacements: str, **more: str) -> Build:
    kustomization = f"resources: [thing.yaml, source.yaml]\nreplacements:\n{replacements}"
    files = {name.replace("__", "."): text for name, text in more.items()}
    return built({"kustomization.yaml": kustomization, "thing.yaml": THING, "source.yaml": SOURCE, **files})


def thing(build: Build) -> Built:
    return next(item for item in build.objects if item.ref.kind == "Thing")


def where(item: Built, *route: str | int) -> str:
    return str(item.locate(route).location)


TO_TEXT = "- source: {kind: ConfigMap}\n  targets:\n  - {select: {kind: Thing}, fieldPaths: [spec.text]}\n"


def test_a_value_leads_to_the_target_that_set_it() -> None:
    item = thing(replaced(TO_TEXT))
    assert item.data["spec"]["text"] == "source"
    assert where(item, "spec", "text") == "kustomization.yaml:5"
    assert where(item, "spec", "size") == "thing.yaml:7"


def test_the_last_target_counts() -> None:
    again = "- sourceValue: last\n  targets:\n  - {select: {kind: Thing}, fieldPaths: [spec.text]}\n"
    item = thing(replaced(TO_TEXT + again))
    assert (item.data["spec"]["text"], where(item, "spec", "text")) == ("last", "kustomization.yaml:8")


def test_a_value_from_a_file_leads_there() -> None:
    item = thing(replaced("- path: r.yaml\n", r__yaml=TO_TEXT))
    assert where(item, "spec", "text") == "r.yaml:3"


def test_a_value_that_was_there_keeps_its_place() -> None:
    item = thing(replaced(TO_TEXT.replace("source: {kind: ConfigMap}", "sourceValue: hello")))
    assert where(item, "spec", "text") == "thing.yaml:6"


def test_what_is_created_leads_to_the_target() -> None:
    create = TO_TEXT.replace("[spec.text]", "['spec.new.[a=b].c'], options: {create: true}")
    item = thing(replaced(create))
    assert item.data["spec"]["new"] == [{"a": "b", "c": "source"}]
    assert where(item, "spec", "new", 0, "a") == where(item, "spec", "new", 0, "c") == "kustomization.yaml:5"


def test_a_text_that_holds_json_is_set_as_a_whole() -> None:
    inside = "- sourceValue: '81'\n  targets:\n  - {select: {kind: Thing}, fieldPaths: [spec.settings.port]}\n"
    item = thing(replaced(inside))
    assert (item.data["spec"]["settings"], where(item, "spec", "settings")) == ('{"port":81}', "kustomization.yaml:5")


def test_a_new_layout_of_yaml_is_unknown() -> None:
    create = (
        "- sourceValue: x\n  targets:\n  - {select: {name: c}, fieldPaths: [data.text.new], options: {create: true}}\n"
    )
    files = {
        "kustomization.yaml": f"resources: [c.yaml]\nreplacements:\n{create}",
        "c.yaml": SOURCE.replace("source", "c") + "data:\n  text: |\n    a: b\n",
    }
    build = built(files)
    assert not build.problems
    assert [str(opaque.place.location) for opaque in build.opaque] == ["kustomization.yaml:5"]
    assert build.objects[0].data["data"]["text"] == "a: b\n"


def test_a_fault_stands_at_its_target_and_the_other_targets_are_done() -> None:
    both = TO_TEXT.replace("  - {", "  - {select: {kind: Thing}, fieldPaths: [spec.none]}\n  - {")
    build = replaced(both)
    (problem,) = build.problems
    assert (problem.case, str(problem.place.location)) == ("replacement-fails", "kustomization.yaml:5")
    assert thing(build).data["spec"]["text"] == "source"


def test_an_element_that_would_never_match_is_refused() -> None:
    """The real one makes such elements for ever."""
    (problem,) = replaced(TO_TEXT.replace("[spec.text]", "['spec.new.[a=b+c].d'], options: {create: true}")).problems
    assert "does not match" in problem.message


def test_a_value_that_holds_itself_does_not_grow_for_ever() -> None:
    nest = "- source: {kind: Thing, fieldPath: spec}\n  targets:\n  - {select: {kind: Thing}, fieldPaths: [spec.one, spec.two], options: {create: true}}\n"
    build = replaced(nest * 40)
    assert any("steps" in problem.message for problem in build.problems)


SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: hunter2\n"


@pytest.mark.parametrize(
    "field",
    [
        "replacements:\n- source: {kind: Secret, fieldPath: stringData.password, options: {delimiter: n, index: 9}}\n"
        "  targets: [{select: {kind: Thing}, fieldPaths: [spec.text]}]\n",
        "replacements:\n- source: {kind: Secret, fieldPath: stringData.password}\n"
        "  targets: [{select: {kind: Thing}, fieldPaths: [spec.size]}]\n",
        "secretGenerator:\n- {name: g, literals: [hunter2]}\n",
    ],
)
def test_no_message_tells_a_secret(field: str) -> None:
    kustomization = f"resources: [thing.yaml, secret.yaml]\n{field}"
    (problem,) = built({"kustomization.yaml": kustomization, "thing.yaml": THING, "secret.yaml": SECRET}).problems
    assert "hunter2" not in problem.message


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a.b", ["a", "b"]),
        (r"a.b\.c/d.e", ["a", "b.c/d", "e"]),
        ("a.[name=b.c].d", ["a", "[name=b.c]", "d"]),
        ("a.[b.c]", ["a", "b.c"]),
        (".a", ["a"]),
        ("a.[b", ["a", "b"]),
        ("", [""]),
    ],
)
def test_steps_of_a_path(path: str, steps: list[str]) -> None:
    assert split(path) == steps


def test_generated_values_lead_to_what_gave_them() -> None:
    kustomization = (
        "generatorOptions:\n"
        "  labels: {of: all}\n"
        "configMapGenerator:\n"
        "- name: g\n"
        "  envs: [e.env]\n"
        "  literals:\n"
        "  - a=b\n"
        "  options:\n"
        "    annotations: {of: one}\n"
    )
    (item,) = built({"kustomization.yaml": kustomization, "e.env": "E=1\n"}).objects
    assert where(item, "data", "E") == "kustomization.yaml:5"
    assert where(item, "data", "a") == "kustomization.yaml:7"
    assert where(item, "metadata", "labels", "of") == "kustomization.yaml:2"
    assert where(item, "metadata", "annotations", "of") == "kustomization.yaml:9"


def test_merged_values_lead_to_the_layer_that_set_them() -> None:
    files = {
        "kustomization.yaml": "resources: [base]\nconfigMapGenerator:\n- {name: g, behavior: merge, literals: [a=x]}\n",
        "base/kustomization.yaml": "configMapGenerator:\n- {name: g, literals: [a=b, c=d]}\n",
    }
    (item,) = built(files).objects
    assert where(item, "data", "a") == "kustomization.yaml:3"
    assert where(item, "data", "c") == "base/kustomization.yaml:2"


def test_the_environment_is_never_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "secret")
    build = built({"kustomization.yaml": "configMapGenerator:\n- {name: g, envs: [e.env]}\n", "e.env": "OURS\n"})
    assert build.objects[0].data["data"] == {"OURS": ""}
    assert "OURS" in build.opaque[0].reason


def plugged(field: str, body: str, *, charts: bool = False) -> Build:
    files = {"kustomization.yaml": f"resources: [thing.yaml]\n{field}: [p.yaml]\n", "thing.yaml": THING, "p.yaml": body}
    return built(files, charts=charts)


PREFIX = "apiVersion: builtin\nkind: PrefixTransformer\nmetadata:\n  name: p\nprefix: p-\nfieldSpecs:\n- path: metadata/name\n"
CHART = "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata:\n  name: p\nname: app\nreleaseName: web\nnamespace: n\n"


def test_what_a_plugin_sets_leads_into_its_file() -> None:
    item = thing(plugged("transformers", PREFIX))
    assert (item.ref.name, where(item, "metadata", "name")) == ("p-t", "p.yaml:5")


@pytest.mark.parametrize("field", ["generators", "transformers", "validators"])
def test_a_program_is_refused_and_leaves_the_build_unknown(field: str) -> None:
    build = plugged(field, "apiVersion: e.com/v1\nkind: Program\nmetadata:\n  name: p\n")
    assert [problem.case for problem in build.problems] == ["external-plugin"]
    assert len(build.opaque) == 1


def test_an_unreproduced_plugin_is_unknown_and_not_wrong() -> None:
    build = plugged("generators", "apiVersion: builtin\nkind: IAMPolicyGenerator\nmetadata:\n  name: p\n")
    assert not build.problems
    assert len(build.opaque) == 1


@pytest.mark.parametrize("charts", [False, True])
def test_a_chart_is_a_release_of_which_the_identity_is_known(*, charts: bool) -> None:
    build = plugged("generators", CHART, charts=charts)
    release = next(item for item in build.objects if item.ref.group == OPAQUE)
    assert release.ref == Ref(OPAQUE, RELEASE, "n", "web")
    assert release.data["chart"] == "app"
    assert [problem.case for problem in build.problems] == ([] if charts else ["chart-not-enabled"])


def test_json_is_written_as_go_writes_it() -> None:
    assert marshal({"b": "<&>", "a": [1, None, True, "é"]}) == '{"a":[1,null,true,"é"],"b":"\\u003c\\u0026\\u003e"}'
    assert marshal({"a": {}, "b": [1]}, indented=True) == '{\n  "a": {},\n  "b": [\n    1\n  ]\n}'
