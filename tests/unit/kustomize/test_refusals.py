"""What kustomize refuses is told in words, at its place, and the rest is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.builders.kustomize import FLUX, Rules
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from gitops_lint.model import Build

SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  key: value\n"
LISTED = "resources: [settings.yaml]\n"


def built(files: dict[str, str], rules: Rules | None = None) -> Build:
    repo = Repo(MemoryTree({"settings.yaml": SETTINGS, **files}))
    build = kustomize.build(Recorder(repo, set()), "", rules or Rules())
    assert build is not None
    return build


def told(files: dict[str, str], rules: Rules | None = None) -> list[tuple[str | None, str, str, str | None]]:
    """The case, the place, the message and the help of each problem."""
    problems = built(files, rules).problems
    return [(each.case, str(each.place.location), each.message, each.help) for each in problems]


def names(build: Build) -> list[str]:
    return [each.ref.name for each in build.objects]


# -- the kustomization file --------------------------------------------------------------------------------------------


def test_an_unknown_field_is_told_with_the_one_that_is_meant() -> None:
    assert told({"kustomization.yaml": LISTED + "commonLabel: {a: b}\n"}) == [
        (
            "unknown-field",
            "kustomization.yaml:2",
            "kustomize cannot read kustomization.yaml: a kustomization has no field 'commonLabel'",
            "did you mean commonLabels?",
        )
    ]


def test_a_field_of_a_target_is_told_with_those_that_there_are() -> None:
    files = {"kustomization.yaml": LISTED + "patches:\n  - path: patch.yaml\n    target:\n      api: v1\n"}
    ((case, place, message, advice),) = told({**files, "patch.yaml": SETTINGS})
    assert (case, place) == ("unknown-field", "kustomization.yaml:5")
    assert message == "kustomize cannot read kustomization.yaml: patches[0].target has no field 'api'"
    assert advice == "it takes annotationSelector, group, kind, labelSelector, name, namespace, version"


def test_every_fault_of_a_file_is_told_at_once_and_the_rest_is_built() -> None:
    kustomization = LISTED + "namePrefix: my-\nnamespace: 1\nimages:\n  - {name: a, newTag: 1}\nstrange: true\n"
    build = built({"kustomization.yaml": kustomization})
    assert sorted((str(each.case), str(each.place.location)) for each in build.problems) == [
        ("malformed-field", "kustomization.yaml:3"),
        ("malformed-field", "kustomization.yaml:5"),
        ("unknown-field", "kustomization.yaml:6"),
    ]
    assert names(build) == ["my-settings"]


def test_a_broken_entry_is_left_out_and_its_siblings_are_not() -> None:
    kustomization = "resources: [settings.yaml, 7]\ncommonAnnotations: {good: text, bad: 1}\n"
    build = built({"kustomization.yaml": kustomization})
    assert build.objects[0].data["metadata"]["annotations"] == {"good": "text"}
    assert [each.message.rpartition(": ")[0] for each in build.problems] == [
        "kustomize cannot read kustomization.yaml: commonAnnotations.bad must be a text",
        "kustomize cannot read kustomization.yaml: resources[1] must be a text",
    ]


def test_other_capitals_are_no_fault_and_lead_to_their_place() -> None:
    (settings,) = built({"kustomization.yaml": LISTED + "commonlabels:\n  a: b\n"}).objects
    assert str(settings.locate(("metadata", "labels", "a")).location) == "kustomization.yaml:3"


@pytest.mark.parametrize(
    ("kustomization", "case", "message"),
    [
        ("spec:\n  path: ./base\n  prune: true\n" + LISTED, "flux-field", "no spec.path: Flux's have"),
        ("interval: 10m\n" + LISTED, "flux-field", "no interval: Flux's have"),
        ("apiVersion: kustomize.toolkit.fluxcd.io/v1\n" + LISTED, "flux-field", "resources is a field of kustomize's"),
        ("apiVersion: kustomize.toolkit.fluxcd.io/v1\nspec: {}\n", "flux-field", "it holds a Flux Kustomization"),
        ("apiVersion: v1\n" + LISTED, "wrong-kind", "a Kustomization of v1 is unknown to it"),
        ("kind: Kustomisation\n" + LISTED, "wrong-kind", "its kind is Kustomisation"),
        ("- settings.yaml\n", "malformed-field", "a kustomization must be a mapping of fields"),
        ("kind: Kustomization\n", "empty-kustomization", "kustomization.yaml is empty"),
        ("resources: [settings.yaml, '']\n", "malformed-field", "an empty entry in resources"),
        (LISTED + "openapi: {version: v1.30.0}\n", "malformed-field", "no schema but that of v1.21.2"),
    ],
)
def test_what_a_kustomization_cannot_be(kustomization: str, case: str, message: str) -> None:
    ((found, place, text, _),) = told({"kustomization.yaml": kustomization})
    assert (found, message in text, place.partition(":")[0]) == (case, True, "kustomization.yaml")


def test_what_cannot_be_parsed_is_not_called_empty() -> None:
    assert not told({"kustomization.yaml": "resources: [\n"})


def test_a_component_among_resources_is_told_and_built() -> None:
    files = {
        "kustomization.yaml": "resources:\n  - settings.yaml\n  - component\n",
        "component/kustomization.yaml": "kind: Component\nresources: [../other.yaml]\n",
        "other.yaml": SETTINGS.replace("settings", "other"),
    }
    build = built(files, FLUX)
    assert [(each.case, str(each.place.location)) for each in build.problems] == [
        ("component-misused", "kustomization.yaml:3")
    ]
    assert names(build) == ["other", "settings"]


# -- the one that Flux reads before it builds --------------------------------------------------------------------------


@pytest.mark.parametrize("kustomization", ["", "kind: Kustomization\n", "# to be continued\n"])
def test_flux_may_start_from_nothing(kustomization: str) -> None:
    assert not told({"kustomization.yaml": kustomization}, FLUX)
    assert [case for case, *_ in told({"kustomization.yaml": kustomization})] == ["empty-kustomization"]


def test_flux_drops_what_it_does_not_know_at_the_top_only() -> None:
    files = {
        "kustomization.yaml": "resources: [base]\nnamePrefixes: my-\n",
        "base/kustomization.yaml": "resources: [../settings.yaml]\nnamePrefixes: my-\n",
    }
    assert [(case, place) for case, place, *_ in told(files, FLUX)] == [
        ("ignored-field", "kustomization.yaml:2"),
        ("unknown-field", "base/kustomization.yaml:2"),
    ]


def test_flux_takes_a_number_for_a_text() -> None:
    files = {"kustomization.yaml": LISTED + "nameSuffix: 1\n"}
    assert not told(files, FLUX)
    assert names(built(files, FLUX)) == ["settings1"]


def test_flux_takes_no_list_for_a_text() -> None:
    files = {"kustomization.yaml": LISTED + "nameSuffix: [a]\n"}
    assert [case for case, *_ in told(files, FLUX)] == ["malformed-field"]


# -- texts and patches -------------------------------------------------------------------------------------------------


def test_a_text_that_cannot_be_written_is_told_once_however_often_it_is_read() -> None:
    base = {"kustomization.yaml": "resources: [../numbers.yaml]\n"}
    files = {f"{name}/{file}": f"{text}namePrefix: {name}-\n" for name in "ab" for file, text in base.items()}
    files |= {"kustomization.yaml": "resources: [a, b]\n", "numbers.yaml": SETTINGS.replace("key", "1")}
    assert [(case, place) for case, place, *_ in told(files, FLUX)] == [("refused-text", "numbers.yaml:6")]


def test_a_patch_for_a_name_that_is_not_there_tells_what_may_be_meant() -> None:
    patch = SETTINGS.replace("settings", "setings")
    ((case, place, message, advice),) = told(
        {"kustomization.yaml": LISTED + "patches:\n  - path: patch.yaml\n", "patch.yaml": patch}
    )
    assert (case, place) == ("patch-fails", "kustomization.yaml:3")
    assert message.endswith("there is no ConfigMap setings in this build")
    assert advice == "did you mean v1 ConfigMap settings, at settings.yaml:1?"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("v1", "v2", "there is no v2 ConfigMap settings in this build"),
        ("name: settings", "name: settings\n  namespace: web", "there is no ConfigMap web/settings in this build"),
    ],
)
def test_a_patch_for_the_same_name_elsewhere_tells_where_it_is(old: str, new: str, message: str) -> None:
    patch = SETTINGS.replace(old, new)
    ((*_, text, advice),) = told(
        {"kustomization.yaml": LISTED + "patches: [{path: patch.yaml}]\n", "patch.yaml": patch}
    )
    assert text.endswith(message)
    assert advice == "did you mean v1 ConfigMap settings, at settings.yaml:1?"


def test_an_operation_that_fails_is_told_in_the_file_of_the_patch() -> None:
    files = {
        "kustomization.yaml": LISTED + "patches: [{path: patch.yaml, target: {kind: ConfigMap}}]\n",
        "patch.yaml": "- {op: add, path: /data/a, value: b}\n- {op: remove, path: /data/none}\n",
    }
    assert [(case, place) for case, place, *_ in told(files)] == [("patch-fails", "patch.yaml:2")]


def test_a_selector_that_cannot_be_read_is_told_where_it_stands() -> None:
    target = "    target:\n      kind: ConfigMap\n      labelSelector: a in\n"
    files = {"kustomization.yaml": LISTED + "patches:\n  - path: settings.yaml\n" + target}
    assert [(case, place) for case, place, *_ in told(files)] == [("patch-fails", "kustomization.yaml:6")]


def test_a_remote_patch_is_unknown_and_a_target_of_nothing_is_silent() -> None:
    remote = built({"kustomization.yaml": LISTED + "patches: [{path: https://example.com/patch.yaml}]\n"})
    assert not remote.problems
    assert [each.reason for each in remote.opaque] == ["the remote patch https://example.com/patch.yaml"]
    assert not told({"kustomization.yaml": LISTED + "patches: [{path: settings.yaml, target: {kind: Pod}}]\n"})


def test_what_looks_like_a_remote_base_and_is_none_is_told_how_one_begins() -> None:
    ((*_, advice),) = told({"kustomization.yaml": "resources: ['example.com/owner/repository//path?ref=main']\n"})
    assert advice == "a remote base begins with https://, ssh://, github.com/ or git@"
