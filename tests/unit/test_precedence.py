"""What is applied before what: waits, orders, and what is ready along with what is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint import precedence as room
from gitops_lint.model import Controller, Ref
from gitops_lint.precedence import Precedence, is_dry_run_skipped, wave
from tests.unit.fluxworlds import home
from tests.unit.worlds import config_map, flux

if TYPE_CHECKING:
    from gitops_lint.model import Node

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: chart, namespace: flux-system}
spec:
  interval: 1h
  chart: {spec: {chart: chart, sourceRef: {kind: HelmRepository, name: charts}}}
"""
WAIT = "  wait: true\n"


def on(*names: str) -> str:
    return "  dependsOn:\n" + "".join(f"  - {{name: {name}}}\n" for name in names)


def node(name: str, kind: str = "Kustomization") -> Node:
    group = {"Kustomization": "kustomize.toolkit.fluxcd.io", "HelmRelease": "helm.toolkit.fluxcd.io"}[kind]
    return "home", Ref(group, kind, "flux-system", name)


def order(**kustomizations: str) -> Precedence:
    """Kustomizations of one root by name, with what is added to their specs; each reads apps/<name>."""
    files = {f"clusters/home/{name}.yaml": flux(name, f"./apps/{name}", more) for name, more in kustomizations.items()}
    return Precedence(home(files | {f"apps/{name}/map.yaml": config_map(name) for name in kustomizations}).graph)


def nested(**spec: str) -> Precedence:
    """``web`` waits for ``top``, which orders ``inner``, which orders the release ``chart``; more by name."""
    files = {
        "clusters/home/top.yaml": flux("top", "./apps/top", spec.get("top", "")),
        "clusters/home/web.yaml": flux("web", "./apps/web", on("top")),
        "apps/top/inner.yaml": flux("inner", "./apps/inner", spec.get("inner", "")),
        "apps/inner/release.yaml": RELEASE,
        "apps/web/map.yaml": config_map("web"),
    }
    return Precedence(home(files).graph)


def test_a_wait_of_a_wait_comes_first() -> None:
    found = order(a="", b=on("a"), c=on("b"), d="")
    assert found.before(node("c")) == {node("a"), node("b"), node("flux-system")}
    assert not found.is_before(node("d"), node("c"))
    assert found.is_before(node("c"), node("c"))


def test_what_orders_it_comes_first_and_so_does_what_that_waits_for() -> None:
    found = nested(top=on("web").replace("web", "other"))
    assert found.is_before(node("top"), node("inner"))
    assert found.is_before(node("inner"), node("chart", "HelmRelease"))


@pytest.mark.parametrize(
    ("top", "inner", "expected"),
    [
        pytest.param("", "", [False, False], id="nobody-waits"),
        pytest.param(WAIT, "", [True, True], id="releases-count-all-the-same"),
        pytest.param(WAIT, WAIT, [True, True], id="both-wait"),
        pytest.param("", WAIT, [False, False], id="the-outer-one-does-not"),
        pytest.param("  healthChecks: [{kind: Kustomization, name: inner}]\n", "", [True, True], id="health-check"),
    ],
)
def test_what_is_waited_for_brings_along_what_it_waits_for(top: str, inner: str, expected: list[bool]) -> None:
    found = nested(top=top, inner=inner)
    assert [found.is_before(n, node("web")) for n in (node("inner"), node("chart", "HelmRelease"))] == expected


def test_waiting_is_told_from_being_ordered() -> None:
    found = nested()
    assert found.waits_for(node("web"), node("top"))
    assert not found.waits_for(node("inner"), node("top"))


def test_a_circle_ends() -> None:
    found = order(a=on("b"), b=on("a"))
    assert found.is_before(node("a"), node("b"))
    assert found.is_before(node("b"), node("a"))


def test_beyond_the_bound_everything_is_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_STEPS", 3)
    found = order(a="", b=on("a"), c=on("b"), d=on("c"), e="")
    assert found.is_before(node("e"), node("d"))
    assert not found.waits_for(node("d"), node("e"))


@pytest.mark.parametrize(("text", "number"), [("-2", -2), ("3", 3), ("soon", 0), (None, 0), ("", 0), (5, 5), ("²", 0)])
def test_waves_are_numbers(text: object, number: int) -> None:
    data = {"metadata": {"annotations": {"argocd.argoproj.io/sync-wave": text}}}
    assert wave(Controller.ARGOCD, data) == number
    assert wave(Controller.FLUX, data) == 0


def test_sync_options_are_a_list() -> None:
    options = "Prune=false, SkipDryRunOnMissingResource=true"
    assert is_dry_run_skipped({"metadata": {"annotations": {"argocd.argoproj.io/sync-options": options}}})
    assert not is_dry_run_skipped({"metadata": {"annotations": []}})
