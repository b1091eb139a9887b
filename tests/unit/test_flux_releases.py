"""HelmReleases: which chart, under which name, in which namespace, and from which files."""

from __future__ import annotations

import pytest

from tests.unit.fluxworlds import Told, built_by, deliveries, home, problems

RELEASE = "clusters/home/release.yaml"
SOURCE = "{kind: GitRepository, name: flux-system, namespace: flux-system}"
CHART = {"charts/web/Chart.yaml": "name: web\nversion: 1.0.0\n", "charts/web/values.yaml": "{}\n"}


def release(chart: str, more: str = "", name: str = "web") -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: shop}}
spec:
  interval: 1h
  chart:
    spec: {{chart: {chart}, sourceRef: {SOURCE}}}
{more}"""


@pytest.mark.parametrize(
    ("more", "name", "expected"),
    [
        ("", "web", "shop/web"),
        ("  targetNamespace: store\n", "web", "store/store-web"),
        ("  releaseName: front\n", "web", "shop/front"),
        ("  releaseName: front\n  targetNamespace: store\n", "web", "store/front"),
        ("  storageNamespace: flux-system\n", "web", "shop/web"),
        ("", "a" * 53, "shop/" + "a" * 53),
        ("", "a" * 54, "shop/" + "a" * 40 + "-a3f01b693925"),
    ],
)
def test_the_name_and_the_namespace(more: str, name: str, expected: str) -> None:
    found = home({RELEASE: release("web", more, name), **CHART})
    assert [*built_by(found, name)] == [f"Helm release {expected}"]


def test_a_chart_in_this_repository() -> None:
    found = home({RELEASE: release("./charts/web"), **CHART})
    assert [delivery.path for delivery in deliveries(found, "web")] == ["charts/web"]
    assert "charts/web/values.yaml" in found.walked.reads
    assert problems(found) == []


def test_a_chart_that_is_not_there() -> None:
    found = home({RELEASE: release("./chart/web"), **CHART})
    assert problems(found) == [
        Told("flux-path-not-found", "HelmRelease shop/web reads ./chart/web, which does not exist", "./chart/web")
    ]


def test_a_chart_that_is_left_out_of_the_artifact() -> None:
    found = home({RELEASE: release("./charts/web"), ".sourceignore": "charts/\n", **CHART})
    assert ["line 1 of .sourceignore leaves it out" in told.message for told in problems(found)] == [True]


@pytest.mark.parametrize("chart", ["${CHART}", "./charts/web-1.0.0.tgz"])
def test_a_chart_that_may_be_there(chart: str) -> None:
    found = home({RELEASE: release(f"'{chart}'"), "charts/web-1.0.0.tgz": "x"})
    assert problems(found) == []


def with_values(*files: str, more: str = "") -> str:
    listed = ", ".join(files)
    return release("./charts/web").replace("sourceRef:", f"valuesFiles: [{listed}], {more} sourceRef:")


@pytest.mark.parametrize(
    ("files", "more", "missing"),
    [
        (["charts/web/values.yaml"], "", []),
        (["./charts/web/values.yaml"], "", []),
        (["values.yaml"], "", ["values.yaml"]),
        (["charts/web"], "", ["charts/web"]),
        (["charts/web/none.yaml", "also.yaml"], "", ["charts/web/none.yaml", "also.yaml"]),
        (["charts/web/none.yaml"], "ignoreMissingValuesFiles: true,", []),
        (["'${ENV}.yaml'", "7"], "", []),
    ],
)
def test_value_files_count_from_the_root_of_the_source(files: list[str], more: str, missing: list[str]) -> None:
    found = home({RELEASE: with_values(*files, more=more), **CHART})
    assert [(told.kind, told.at) for told in problems(found)] == [("flux-values-not-found", path) for path in missing]


def test_the_value_files_of_another_repository_are_unknown() -> None:
    source = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: other, namespace: flux-system}
spec: {interval: 1m, url: "https://example.com/other"}
"""
    text = with_values("none.yaml").replace("name: flux-system,", "name: other,")
    found = home({RELEASE: text, "clusters/home/source.yaml": source, **CHART})
    assert problems(found) == []
    assert [delivery.path for delivery in deliveries(found, "web")] == [None]


def test_a_chart_reference_to_an_artifact_of_this_repository() -> None:
    generator = """\
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: parts, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: GitRepository, name: flux-system}]
  artifacts: [{name: web, copy: [{from: "@repo/charts/web/**", to: "@artifact/"}]}]
"""
    text = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec: {interval: 1h, chartRef: {kind: ExternalArtifact, name: web, namespace: flux-system}}
"""
    found = home({RELEASE: text, "clusters/home/parts.yaml": generator, **CHART})
    assert [delivery.path for delivery in deliveries(found, "web")] == ["charts/web"]
    assert [release.data["chart"] for release in built_by(found, "web").values()] == ["web"]


@pytest.mark.parametrize("spec", ["", "spec: null\n", "spec: []\n", "spec: {chart: 7, chartRef: x}\n"])
def test_odd_releases_are_survived(spec: str) -> None:
    text = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: shop}}\n{spec}"
    found = home({RELEASE: text})
    assert problems(found) == []
