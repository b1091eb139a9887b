"""What a Flux Kustomization builds: generated kustomizations, and what it adds to those that are there."""

from __future__ import annotations

import pytest

from tests.unit.fluxworlds import Told, built_by, data_of, deliveries, home, place, problems
from tests.unit.worlds import config_map, flux, kustomization

WEB = "clusters/home/web.yaml"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  template:
    spec:
      containers: [{name: web, image: "nginx:1.0"}]
"""


def objects(files: dict[str, str], more: str = "") -> list[str]:
    return [*built_by(home({WEB: flux("web", "./web", more), **files}), "web")]


# -- without a kustomization file --


def test_every_manifest_at_any_depth() -> None:
    assert objects({"web/a.yaml": config_map("a"), "web/x/y/b.yml": config_map("b")}) == [
        "ConfigMap web/a",
        "ConfigMap web/b",
    ]


def test_a_directory_with_a_kustomization_is_one_unit() -> None:
    files = {
        "web/a.yaml": config_map("a"),
        "web/x/kustomization.yaml": kustomization("b.yaml"),
        "web/x/b.yaml": config_map("b"),
        "web/x/ignored.yaml": config_map("ignored"),
        "web/x/y/ignored.yaml": config_map("deep"),
    }
    assert objects(files) == ["ConfigMap web/a", "ConfigMap web/b"]


@pytest.mark.parametrize("name", ["a.json", "a.yaml.bak", "a.txt", "yaml"])
def test_no_other_file_counts(name: str) -> None:
    assert objects({f"web/{name}": config_map("a"), "web/b.yaml": config_map("b")}) == ["ConfigMap web/b"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n---\n"])
def test_an_empty_file_is_no_fault(text: str) -> None:
    found = home({WEB: flux("web", "./web"), "web/a.yaml": text, "web/b.yaml": config_map("b")})
    assert [*built_by(found, "web")] == ["ConfigMap web/b"]
    assert problems(found) == []


def test_a_stray_file_fails_all() -> None:
    found = home({WEB: flux("web", "./web"), "web/values.yaml": "replicas: 1\n", "web/b.yaml": config_map("b")})
    assert [told.message for told in problems(found)] == [
        "web/values.yaml is read as a Kubernetes object, but apiVersion is missing"
    ]


def test_an_empty_kustomization_builds_nothing_and_is_no_fault() -> None:
    files = {WEB: flux("web", "./web"), "web/kustomization.yaml": "", "web/a.yaml": config_map("a")}
    found = home(files)
    assert built_by(found, "web") == {}
    assert problems(found) == []


def test_a_file_outside_of_the_directory_is_taken() -> None:
    files = {"web/kustomization.yaml": kustomization("../shared.yaml"), "shared.yaml": config_map("a")}
    assert objects(files) == ["ConfigMap web/a"]


# -- what the Kustomization adds --


def test_names_and_namespace() -> None:
    more = "  targetNamespace: shop\n  namePrefix: a-\n  nameSuffix: -z\n"
    base = kustomization("a.yaml", more="namespace: other\nnamePrefix: b-\n")
    assert objects({"web/kustomization.yaml": base, "web/a.yaml": config_map("m")}, more) == ["ConfigMap shop/a-m-z"]


def test_patches_come_last() -> None:
    more = """\
  patches:
    - target: {kind: ConfigMap}
      patch: |
        - {op: add, path: /data, value: {k: flux}}
"""
    base = kustomization(
        "a.yaml", more="patches: [{target: {kind: ConfigMap}, patch: '[{op: add, path: /data, value: {k: own}}]'}]\n"
    )
    found = home({WEB: flux("web", "./web", more), "web/kustomization.yaml": base, "web/a.yaml": config_map("a")})
    assert data_of(found, "web") == {"ConfigMap web/a": {"data": {"k": "flux"}}}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", "registry/nginx:2.0"),
        ("images: [{name: nginx, newTag: '1.5'}]\n", "registry/nginx:2.0"),
        ("images: [{name: other, newTag: '1.5'}]\n", "registry/nginx:2.0"),
    ],
)
def test_images_replace_those_of_the_same_name(own: str, expected: str) -> None:
    more = "  images: [{name: nginx, newName: registry/nginx, newTag: '2.0'}]\n"
    base = kustomization("a.yaml", more=own)
    found = home({WEB: flux("web", "./web", more), "web/kustomization.yaml": base, "web/a.yaml": DEPLOYMENT})
    deployment = built_by(found, "web")["Deployment web/web"]
    assert deployment.data["spec"]["template"]["spec"]["containers"][0]["image"] == expected


def test_an_image_by_its_digest_in_a_generated_kustomization() -> None:
    more = "  images: [{name: nginx, digest: 'sha256:1234'}]\n"
    found = home({WEB: flux("web", "./web", more), "web/a.yaml": DEPLOYMENT})
    deployment = built_by(found, "web")["Deployment web/web"]
    assert deployment.data["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx@sha256:1234"


COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [c.yaml]\n"


def test_components_count_from_the_path() -> None:
    files = {
        "web/a.yaml": config_map("a"),
        "parts/x/kustomization.yaml": COMPONENT,
        "parts/x/c.yaml": config_map("c"),
    }
    assert objects(files, "  components: [../parts/x]\n") == ["ConfigMap web/a", "ConfigMap web/c"]


@pytest.mark.parametrize("component", ["https://example.com/x", "/parts/x", "git@example.com:x", "github.com/a/b"])
def test_a_component_from_elsewhere_is_refused(component: str) -> None:
    found = home({WEB: flux("web", "./web", f"  components: ['{component}']\n"), "web/a.yaml": config_map("a")})
    message = f"Kustomization flux-system/web names the component {component}: Flux takes none but local ones, by a relative path"
    assert problems(found) == [Told("kustomize-build-fails", message, f"'{component}'")]


@pytest.mark.parametrize(("more", "count"), [("", 1), ("  ignoreMissingComponents: true\n", 0)])
def test_a_component_that_is_not_there(more: str, count: int) -> None:
    found = home({WEB: flux("web", "./web", f"  components: [../none]\n{more}"), "web/a.yaml": config_map("a")})
    assert [told.kind for told in problems(found)] == ["missing-kustomize-entry"] * count


COMMON = """\
  commonMetadata: {labels: {team: shop, app: "${APP}"}, annotations: {note: common}}
  postBuild: {substitute: {APP: store}}
"""
LABELLED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: web, labels: {team: other, own: "${APP}"}}
"""


def test_common_metadata_comes_after_the_substitution_and_wins() -> None:
    found = home({WEB: flux("web", "./web", COMMON), "web/a.yaml": LABELLED})
    config = built_by(found, "web")["ConfigMap web/a"]
    assert config.data["metadata"]["labels"] == {"team": "shop", "own": "store", "app": "${APP}"}
    assert config.data["metadata"]["annotations"] == {"note": "common"}
    assert place(found, config, ("metadata", "labels", "team")) == "clusters/home/web.yaml: shop"
    assert place(found, config, ("metadata", "labels", "own")) == 'web/a.yaml: "${APP}"'


def test_charts_are_never_inflated() -> None:
    base = kustomization("a.yaml", more="helmCharts: [{name: x, repo: 'https://example.com'}]\n")
    found = home({WEB: flux("web", "./web"), "web/kustomization.yaml": base, "web/a.yaml": config_map("a")})
    assert [told.kind for told in problems(found)] == ["kustomize-build-fails"]


# -- where the objects go --


def test_a_kube_config_leads_to_another_cluster() -> None:
    more = "  kubeConfig: {secretRef: {name: edge}}\n"
    found = home({WEB: flux("web", "./web", more), "web/a.yaml": config_map("a")})
    assert [delivery.cluster for delivery in deliveries(found, "web")] == ["home/flux-system/edge"]


def test_a_kube_config_that_the_configuration_maps() -> None:
    more = "  kubeConfig: {secretRef: {name: edge}}\n"
    config = {".gitops-lint.yaml": "clusters: {work: {destinations: [edge]}}\n"}
    found = home({WEB: flux("web", "./web", more), "web/a.yaml": config_map("a"), **config})
    assert [delivery.cluster for delivery in deliveries(found, "web")] == ["work"]


@pytest.mark.parametrize(
    ("ref", "expected"),
    [("branch: main", None), ("tag: v1", "v1"), ("semver: '>=1'", ">=1"), ("commit: abc, branch: main", "abc")],
)
def test_a_pinned_source_says_its_revision(ref: str, expected: str | None) -> None:
    source = f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: pinned, namespace: flux-system}}
spec: {{interval: 1m, url: "https://example.com/repo", ref: {{{ref}}}}}
"""
    files = {
        "clusters/home/source.yaml": source,
        WEB: flux("web", "./web", source="GitRepository/pinned"),
        "web/a.yaml": config_map("a"),
    }
    assert [delivery.revision for delivery in deliveries(home(files), "web")] == [expected]
