"""What names, namespaces, references and vars leave behind: the place of every field they set, and of every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.builders.kustomize import references
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from gitops_lint.location import Route
    from gitops_lint.model import Build, Built, Problem

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\n"
POD = """apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      args: [--config, $(CONFIG)]
  volumes:
    - name: settings
      configMap:
        name: settings
"""
VOLUME = ("spec", "volumes", 0, "configMap", "name")
BINDING = """apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: binding
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
  - kind: ServiceAccount
    name: default
    namespace: old
  - kind: ServiceAccount
    name: robot
    namespace: old
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: robot\n  namespace: old\n"
LISTED = "resources: [config.yaml, pod.yaml]\n"


def built(kustomization: str, **files: str) -> Build:
    """The build of a directory: a ``/`` in the name of a file is written ``__``."""
    named = {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    build = kustomize.build(
        Recorder(Repo(MemoryTree({"kustomization.yaml": kustomization, **named})), set()), "", kustomize.Rules()
    )
    assert build is not None
    return build


def object_of(build: Build, kind: str) -> Built:
    assert not build.problems
    return next(each for each in build.objects if each.ref.kind == kind)


def fault(build: Build) -> Problem:
    (problem,) = build.problems
    return problem


def line(built: Built, *route: str | int) -> str:
    return str(built.locate(route).location)


def value(built: Built, route: Route) -> object:
    data = built.data
    for step in route:
        data = data[step]
    return data


def test_a_name_leads_to_the_affix_that_was_put_last() -> None:
    build = built(f"{LISTED}namePrefix: p-\nnameSuffix: -s\n", config=CONFIG, pod=POD)
    config = object_of(build, "ConfigMap")
    assert config.ref.name == "p-settings-s"
    assert line(config, "metadata", "name") == "kustomization.yaml:3"


def test_a_reference_leads_to_what_made_the_name() -> None:
    pod = object_of(built(f"{LISTED}namePrefix: p-\n", config=CONFIG, pod=POD), "Pod")
    assert value(pod, VOLUME) == "p-settings"
    assert line(pod, *VOLUME) == "kustomization.yaml:2"


def test_a_reference_leads_to_the_outermost_layer_that_renamed() -> None:
    build = built(
        "resources: [base]\nnamePrefix: q-\n",
        base__kustomization=f"{LISTED}namePrefix: p-\n",
        base__config=CONFIG,
        base__pod=POD,
    )
    pod = object_of(build, "Pod")
    assert value(pod, VOLUME) == "q-p-settings"
    assert line(pod, *VOLUME) == "kustomization.yaml:2"


def test_a_reference_to_a_generated_object_leads_to_its_generator() -> None:
    generator = "configMapGenerator:\n  - name: settings\n    namespace: shop\n    literals: [a=b]\n"
    pod = object_of(built(f"resources: [pod.yaml]\n{generator}", pod=POD), "Pod")
    assert str(value(pod, VOLUME)).startswith("settings-")
    assert line(pod, *VOLUME) == "kustomization.yaml:3"


def test_a_reference_to_a_patched_name_leads_to_the_patch() -> None:
    patch = "- op: replace\n  path: /metadata/name\n  value: renamed\n"
    kustomization = f"{LISTED}patches:\n  - path: patch.yaml\n    target: {{kind: ConfigMap}}\n"
    pod = object_of(built(kustomization, config=CONFIG, pod=POD, patch=patch), "Pod")
    assert value(pod, VOLUME) == "renamed"
    assert line(pod, *VOLUME) == "patch.yaml:3"


def test_a_reference_that_is_right_already_keeps_its_place() -> None:
    pod = object_of(built(f"{LISTED}namespace: shop\n", config=CONFIG, pod=POD), "Pod")
    assert line(pod, *VOLUME) == "pod.yaml:13"
    assert line(pod, "metadata", "namespace") == "pod.yaml:5"


def test_a_namespace_leads_to_the_field_that_set_it() -> None:
    pod = object_of(built(f"{LISTED}namespace: other\n", config=CONFIG, pod=POD), "Pod")
    assert pod.ref.namespace == "other"
    assert line(pod, "metadata", "namespace") == "kustomization.yaml:2"
    assert line(pod, "metadata", "name") == "pod.yaml:4"


def test_the_namespace_of_a_subject_leads_to_what_moved_its_account() -> None:
    build = built(
        "resources: [accounts, binding.yaml]\nnamespace: top\n",
        binding=BINDING,
        accounts__kustomization="resources: [account.yaml]\nnamespace: low\n",
        accounts__account=ACCOUNT,
    )
    binding = object_of(build, "RoleBinding")
    assert value(binding, ("subjects", 1, "namespace")) == "top"
    assert line(binding, "subjects", 0, "namespace") == "kustomization.yaml:2"
    assert line(binding, "subjects", 1, "namespace") == "kustomization.yaml:2"
    assert line(binding, "subjects", 1, "name") == "binding.yaml:14"


VARIABLE = """vars:
  - name: CONFIG
    objref: {apiVersion: v1, kind: ConfigMap, name: settings}
"""


def test_a_variable_leads_to_the_value_that_it_stands_for() -> None:
    pod = object_of(built(f"{LISTED}namePrefix: p-\n{VARIABLE}", config=CONFIG, pod=POD), "Pod")
    argument = ("spec", "containers", 0, "args", 1)
    assert value(pod, argument) == "p-settings"
    assert line(pod, *argument) == "kustomization.yaml:2"
    assert line(pod, *argument[:-1], 0) == "pod.yaml:9"


def test_a_variable_inside_of_a_text_leads_there_too() -> None:
    pod = POD.replace("$(CONFIG)", "'in $(CONFIG) and $(OTHER)'")
    found = object_of(built(f"{LISTED}{VARIABLE}", config=CONFIG, pod=pod), "Pod")
    argument = ("spec", "containers", 0, "args", 1)
    assert value(found, argument) == "in settings and $(OTHER)"
    assert line(found, *argument) == "config.yaml:4"


TWO_LAYERS = {
    "one__kustomization": "resources: [../base]\nnamePrefix: one-\n",
    "two__kustomization": "resources: [../base]\nnamePrefix: two-\n",
    "base__kustomization": "resources: [config.yaml]\n",
    "base__config": CONFIG,
    "pod": POD,
}


def test_a_name_that_may_mean_two_objects_is_refused_where_it_stands() -> None:
    problem = fault(built("resources: [one, two, pod.yaml]\nnamePrefix: q-\n", **TWO_LAYERS))
    assert (problem.case, str(problem.place.location)) == ("ambiguous-reference", "pod.yaml:13")
    assert "one-settings" in problem.message
    assert "two-settings" in problem.message


def test_two_objects_that_a_namespace_makes_one_are_refused_at_the_namespace() -> None:
    problem = fault(built(f"{LISTED}namespace: new\n", config=CONFIG, pod=CONFIG.replace("shop", "other")))
    assert (problem.case, str(problem.place.location)) == ("namespace-conflict", "kustomization.yaml:2")


def test_a_generator_under_a_former_name_is_refused() -> None:
    problem = fault(
        built(
            "resources: [base]\nconfigMapGenerator:\n  - name: settings\n    namespace: shop\n",
            base__kustomization="resources: [config.yaml]\nnamePrefix: p-\n",
            base__config=CONFIG,
        )
    )
    assert (problem.case, str(problem.place.location)) == ("duplicate-object", "kustomization.yaml:3")


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("{kind: ServiceAccount}", "there is no name"),
        ("robot", "must be a mapping"),
        ("{kind: ServiceAccount, name: robot, namespace: 5}", "must be a text"),
    ],
)
def test_a_subject_that_cannot_be_looked_up_is_refused(subject: str, reason: str) -> None:
    binding = BINDING.partition("subjects:")[0] + f"subjects:\n  - {subject}\n"
    problem = fault(built("resources: [config.yaml, pod.yaml]\nnamePrefix: p-\n", config=ACCOUNT, pod=binding))
    assert (problem.case, str(problem.place.location)) == ("field-fails", "pod.yaml:10")
    assert reason in problem.message


def test_a_variable_without_a_value_is_refused_where_it_is_declared() -> None:
    problem = fault(built(f"resources: [pod.yaml]\n{VARIABLE}", pod=POD))
    assert (problem.case, str(problem.place.location)) == ("variable-fails", "kustomization.yaml:3")


def test_a_variable_is_not_missed_where_not_all_is_known() -> None:
    build = built(f"resources: [pod.yaml, 'https://example.com/org/base?ref=v1']\n{VARIABLE}", pod=POD)
    assert not build.problems
    assert value(
        next(each for each in build.objects if each.ref.kind == "Pod"), ("spec", "containers", 0, "args", 1)
    ) == ("$(CONFIG)")


def test_a_prefix_longer_than_any_name_is_not_put_before_each() -> None:
    build = built(f"{LISTED}namePrefix: {'p' * 254}\n", config=CONFIG, pod=POD)
    problem = fault(build)
    assert (problem.case, str(problem.place.location)) == ("too-large", "kustomization.yaml:2")
    assert {each.ref.name for each in build.objects} == {"settings", "web"}


def test_variables_fill_in_no_more_than_fits() -> None:
    config = CONFIG + f"data: {{long: {'x' * 100_000}}}\n"
    pod = POD.replace("$(CONFIG)", f"'{'$(CONFIG) ' * 200}'")
    build = built(f"{LISTED}{VARIABLE}    fieldref: {{fieldpath: data.long}}\n", config=config, pod=pod)
    problem = fault(build)
    assert (problem.case, str(problem.place.location)) == ("too-large", "kustomization.yaml:3")
    assert len(build.objects) == 2


def test_names_of_variables_that_never_end_are_no_names() -> None:
    opened = "$(" * 100_000
    build = built(f"{LISTED}{VARIABLE}", config=CONFIG, pod=POD.replace("$(CONFIG)", f"'$(CONFIG) {opened}'"))
    assert value(object_of(build, "Pod"), ("spec", "containers", 0, "args", 1)) == f"settings {opened}"


def test_references_are_held_against_a_bounded_number_of_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "MAX_STEPS", 3)
    pods = "---\n".join(POD.replace("name: web\n  namespace", f"name: web{index}\n  namespace") for index in range(5))
    build = built(f"{LISTED}namePrefix: p-\n", config=CONFIG, pod=pods)
    assert fault(build).case == "too-large"
    named = [value(each, VOLUME) for each in build.objects if each.ref.kind == "Pod"]
    assert named == ["p-settings"] * 3 + ["settings"] * 2
