"""What is known of Argo CD itself, in every shape in which it may stand here."""

from __future__ import annotations

import pytest

from gitops_lint.engine import Selection, analyse, check
from gitops_lint.finding import Confidence
from gitops_lint.tree import MemoryTree
from tests.unit.worlds import application

PROJECT = """\
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {{name: {name}, namespace: {namespace}}}
spec: {spec}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-rbac-cm, namespace: argocd}
data: {policy.default: "role:admin"}
"""
TEXT_OF_VALUES = """\
      helm:
        values: |
          configs:
            rbac: {policy.default: "role:admin"}
"""
CHART = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: argocd, namespace: argocd}}
spec:
  project: default
  sources:
    - repoURL: https://charts.example.com
      chart: argo-cd
      targetRevision: 9.1.0
{more}  destination: {{server: "https://kubernetes.default.svc", namespace: argocd}}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: argocd, namespace: argocd}
spec:
  chart: {spec: {chart: argo-cd, version: 9.1.0, sourceRef: {kind: HelmRepository, name: argo}}}
  values: {configs: {rbac: {policy.default: "role:admin"}}}
"""


def lines(files: dict[str, str], rule: str) -> list[str]:
    """Where a rule finds something."""
    report = check(analyse(MemoryTree(files)), Selection(select=(rule,)))
    return [str(finding.mark.location) for finding in report.findings if finding.mark]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (CONFIG, 4),
        (f"{CONFIG}binaryData: [1]\n", 4),
        (CHART.format(more=TEXT_OF_VALUES), 11),
        (RELEASE, 6),
        ('configs: {rbac: {policy.default: "role:admin"}}\n', 1),
        ('argo-cd:\n  configs:\n    rbac:\n      policy.default: "role:admin"\n', 4),
    ],
)
def test_a_setting_is_found_wherever_it_stands(file: str, line: int) -> None:
    (place,) = lines({"argocd/some.yaml": file}, "open-argocd")
    assert place.startswith(f"argocd/some.yaml:{line}")


@pytest.mark.parametrize("value", ["[1]", "{a: b}", "null", "1", '"role:readonly"', "true"])
def test_a_setting_of_an_odd_shape_opens_nothing(value: str) -> None:
    assert lines({"values.yaml": f"configs: {{rbac: {{policy.default: {value}}}, cm: {value}}}\n"}, "open-argocd") == []


def test_the_namespace_of_its_configuration_counts_before_that_of_a_project() -> None:
    stray = PROJECT.format(name="media", namespace="media", spec="{}")
    assert analyse(MemoryTree({"a.yaml": stray})).installation.namespaces == {"media"}
    assert analyse(MemoryTree({"a.yaml": stray, "b.yaml": CONFIG})).installation.namespaces == {"argocd"}
    assert analyse(MemoryTree({"a.yaml": stray, "b.yaml": CHART.format(more="")})).installation.namespaces == {"argocd"}


@pytest.mark.parametrize("namespaces", ["apps", "[apps]", "['a*', '!b*']", "['*']"])
def test_a_namespace_that_the_project_names(namespaces: str) -> None:
    spec = f"{{sourceNamespaces: {namespaces}}}"
    files = {
        "web.yaml": application("web", "web").replace("namespace: argocd", "namespace: apps", 1),
        "project.yaml": PROJECT.format(name="default", namespace="argocd", spec=spec),
    }
    assert bool(lines(files, "unwatched-application")) is (namespaces == "apps")


@pytest.mark.parametrize(("setting", "is_told"), [("apps", False), ("a*, b*", False), ("/^x$/", False), ("b*", True)])
def test_a_namespace_that_the_settings_name(setting: str, is_told: bool) -> None:
    files = {
        "web.yaml": application("web", "web").replace("namespace: argocd", "namespace: apps", 1),
        "params.yaml": CONFIG.replace("rbac-cm", "cmd-params-cm").replace(
            'policy.default: "role:admin"', f'application.namespaces: "{setting}"'
        ),
    }
    assert bool(lines(files, "unwatched-application")) is is_told


def test_where_nothing_tells_a_stray_is_only_likely() -> None:
    stray = application("shop", "shop").replace("namespace: argocd", "namespace: apps", 1)
    report = check(
        analyse(MemoryTree({"web.yaml": application("web", "web"), "shop.yaml": stray})),
        Selection(select=("unwatched-application",)),
    )
    assert [finding.confidence for finding in report.findings] == [Confidence.LIKELY]
