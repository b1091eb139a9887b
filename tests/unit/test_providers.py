"""Who brings namespaces and definitions, what is there without, and what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.config import RowSettings, Settings, matrix_of
from gitops_lint.externals import Externals
from gitops_lint.model import Controller, Ref
from gitops_lint.providers import Providers
from tests.unit.fluxworlds import CONFIG, home
from tests.unit.worlds import application, config_map, flux, gotk

if TYPE_CHECKING:
    from gitops_lint.engine import World

MONITOR = ("home", "monitoring.coreos.com", "ServiceMonitor")


def release(chart: str, more: str = "") -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: it, namespace: web}}
spec:
  interval: 1h
  chart: {{spec: {{chart: {chart}, sourceRef: {{kind: HelmRepository, name: charts}}}}}}
{more}"""


def of(world: World) -> Providers:
    return Providers(world.repo, world.walked, world.graph)


def bringers(found: Providers) -> list[str]:
    return [f"{provider.node[1]}" for provider in found.definition(*MONITOR)]


@pytest.mark.parametrize(
    ("more", "brings"),
    [
        ("", True),
        ("  install: {crds: Skip}\n", False),
        ("  values: {crds: {enabled: false}}\n", False),
        ("  values: {crds: {enabled: yes-please}}\n", True),
        ("  values: {crds: 7}\n", True),
        ("  valuesFrom: [{kind: ConfigMap, name: values}]\n", True),
    ],
)
def test_a_chart_brings_definitions_unless_it_is_told_not_to(more: str, brings: bool) -> None:
    found = of(home({"clusters/home/release.yaml": release("kube-prometheus-stack", more)}))
    assert bringers(found) == (["HelmRelease web/it"] if brings else [])


@pytest.mark.parametrize(
    ("more", "brings"),
    [
        ("", False),
        ("  values: {crds: {enabled: true}}\n", True),
        ("  values: {installCRDs: true}\n", True),
        ("  valuesFrom: [{kind: ConfigMap, name: values}]\n", False),
    ],
)
def test_a_chart_that_has_to_be_asked(more: str, brings: bool) -> None:
    found = of(home({"clusters/home/release.yaml": release("cert-manager", more)}))
    assert bool(found.definition("home", "cert-manager.io", "Issuer")) is brings


@pytest.mark.parametrize("helm", ["{skipCrds: true}", "{valuesObject: {crds: {enabled: false}}}"])
def test_an_application_that_leaves_definitions_out(helm: str) -> None:
    chart = application("it", "", url="https://charts.example.com").replace(
        'path: ""', f"chart: kube-prometheus-stack, helm: {helm}"
    )
    assert bringers(of(home({"clusters/home/app.yaml": chart}))) == []


def test_namespaces_are_made_by_manifests_releases_and_applications() -> None:
    files = {
        "clusters/home/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
        "clusters/home/b.yaml": release("b", "  targetNamespace: b\n  install: {createNamespace: true}\n"),
        "clusters/home/c.yaml": application(
            "c", "apps/c", "  syncPolicy: {syncOptions: [7, CreateNamespace=true]}\n"
        ).replace("namespace: web", "namespace: c"),
        "apps/c/map.yaml": config_map("c", "c"),
    }
    assert sorted(of(home(files)).namespaces("home")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("files", "hides"),
    [
        pytest.param({}, False, id="all-is-seen"),
        pytest.param({"clusters/home/release.yaml": release("web")}, False, id="a-chart-of-others"),
        pytest.param({"clusters/home/web.yaml": flux("web", "./absent")}, True, id="a-fault"),
        pytest.param(
            {"clusters/home/ns.yaml": 'apiVersion: v1\nkind: Namespace\nmetadata: {name: "${NAME}"}\n'},
            True,
            id="a-name-that-nobody-knows",
        ),
        pytest.param(
            {"clusters/home/web.yaml": flux("web", "./x", source="OCIRepository/other")}, True, id="another-source"
        ),
    ],
)
def test_what_may_make_namespaces_unseen(files: dict[str, str], hides: bool) -> None:
    assert of(home(files)).may_hide_a_namespace("home") is hides


def clusters(files: dict[str, str]) -> Providers:
    """Two clusters with Flux, and an Argo CD in the first one."""
    config = """\
clusters:
  home: {root: clusters/home, destinations: [in-cluster, "https://kubernetes.default.svc"]}
  away: {root: clusters/away, destinations: [away]}
"""
    return of(home({CONFIG: config, "clusters/away/flux-system/gotk-sync.yaml": gotk("./clusters/away"), **files}))


AWAY = application("away", "apps/away").replace('server: "https://kubernetes.default.svc"', "name: away")
MAP = {"apps/away/map.yaml": config_map("map")}


@pytest.mark.parametrize(
    ("files", "home_hides", "away_hides"),
    [
        pytest.param({}, False, False, id="no-fault"),
        pytest.param({"clusters/away/web.yaml": flux("web", "./gone")}, False, True, id="a-fault-of-the-other"),
        pytest.param({"clusters/home/web.yaml": flux("web", "./gone")}, True, False, id="a-fault-of-its-own"),
        pytest.param(
            {"clusters/home/web.yaml": flux("web", "./gone"), "clusters/home/away.yaml": AWAY, **MAP},
            True,
            True,
            id="a-fault-where-an-application-for-the-other-comes-from",
        ),
        pytest.param({"clusters/home/away.yaml": AWAY}, True, True, id="an-application-that-reads-nothing"),
    ],
)
def test_a_fault_hides_namespaces_where_it_matters(files: dict[str, str], home_hides: bool, away_hides: bool) -> None:
    found = clusters(files)
    assert found.may_hide_a_namespace("home") is home_hides
    assert found.may_hide_a_namespace("away") is away_hides


def test_what_takes_no_object_away_hides_no_namespace() -> None:
    broken = config_map("map") + 'data: {a: "${a b}"}\n'
    files = {
        "clusters/home/web.yaml": flux("web", "./web", "  postBuild: {substitute: {A: b}}\n"),
        "web/map.yaml": broken,
    }
    found = home(files)
    assert [fault.problem.kind for fault in found.walked.faults] == ["substitution-syntax"]
    assert not of(found).may_hide_a_namespace("home")


def test_a_script_that_names_a_chart_or_a_release() -> None:
    files = {"clusters/home/release.yaml": release("kube-prometheus-stack")}
    for text, expected in (
        ("helm install x oci://ghcr.io/charts/kube-prometheus-stack:79.5.0", True),
        ("  - name: it", True),
        ("helm install kube-prometheus-stack-extras", False),
    ):
        found = of(home({**files, "bootstrap/up.sh": text}))
        assert found.is_scripted(found.releases("home")[0]) is expected


def test_externals_are_objects_and_kinds() -> None:
    found = Externals(("CustomResourceDefinition/*.example.com", "Namespace/legacy-*", "Secret/web/token"), None)
    assert found.defines("example.com", "Policy")
    assert found.defines("shop.example.com", "Shop")
    assert not found.defines("example.org", "Shop")
    assert found.has(Ref("", "Namespace", "", "legacy-shop"))
    assert found.has(Ref("", "Namespace", "", "kube-system"))
    assert found.has(Ref("", "Secret", "web", "token"))
    assert not found.has(Ref("", "Secret", "api", "token"))


def test_what_is_installed_by_hand_is_there() -> None:
    rows = (RowSettings("traefik", Controller.MANUAL), RowSettings("cert-manager", Controller.FLUX))
    found = Externals((), matrix_of(Settings(responsibilities=rows), "test"))
    assert found.defines("traefik.io", "IngressRoute")
    assert found.has(Ref("", "Namespace", "", "traefik"))
    assert not found.defines("cert-manager.io", "Issuer")
    assert not found.has(Ref("", "Namespace", "", "cert-manager"))
