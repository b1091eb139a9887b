"""What waits for what: confidence, advice, folding and bounds, beyond the examples on the pages."""

from __future__ import annotations

import pytest

from gitops_lint.engine import Selection, World, check
from gitops_lint.finding import Confidence, Finding, Severity
from gitops_lint.graph import MAX_CIRCLES
from tests.unit.fluxworlds import home
from tests.unit.worlds import config_map, flux, kustomization

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  interval: 1h
  chart: {{spec: {{chart: {name}, sourceRef: {{kind: HelmRepository, name: charts}}}}}}
"""


def waits_for(*names: str) -> str:
    return "  dependsOn:\n" + "".join(f"  - name: {name}\n" for name in names)


def orders(**dependencies: tuple[str, ...]) -> dict[str, str]:
    """Kustomizations by name, and what each waits for."""
    return {
        f"clusters/home/{name}.yaml": flux(name, f"./apps/{name}", waits_for(*others) if others else "")
        for name, others in dependencies.items()
    } | {f"apps/{name}/map.yaml": config_map(name) for name in dependencies}


def release(name: str, more: str = "", namespace: str = "web") -> str:
    return RELEASE.format(name=name, namespace=namespace) + more


def found(world: World, *rules: str) -> list[Finding]:
    return list(check(world, Selection(select=rules)).findings)


def test_a_missing_dependency_is_certain_where_all_is_seen() -> None:
    (finding,) = found(home(orders(web=("storage",))), "dangling-dependency")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CERTAIN)


@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param({"apps/web/kustomization.yaml": kustomization("https://example.com/base.yaml")}, id="remote-base"),
        pytest.param({"apps/web/kustomization.yaml": kustomization("absent.yaml")}, id="failing-build"),
        pytest.param({"clusters/home/raw.yaml": flux("'raw-${TIER}'", "./apps/web")}, id="name-with-a-variable"),
        pytest.param(
            {"apps/web/raw.yaml": release("raw", "  values: {it: {apiVersion: kustomize.toolkit.fluxcd.io/v1}}\n")},
            id="values-that-hold-orders",
        ),
    ],
)
def test_it_may_be_in_what_is_not_seen(unseen: dict[str, str]) -> None:
    (finding,) = found(home({**orders(web=("storage",)), **unseen}), "dangling-dependency")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)


def test_a_chart_from_elsewhere_brings_no_orders() -> None:
    world = home({**orders(web=("storage",)), "apps/web/cache.yaml": release("cache", "  values: {storage: 1}\n")})
    assert [finding.confidence for finding in found(world, "dangling-dependency")] == [Confidence.CERTAIN]


@pytest.mark.parametrize(
    ("others", "advice"),
    [
        ({"apps/web/d.yaml": release("databases")}, "did you mean 'databases'?"),
        ({"apps/web/d.yaml": release("database", namespace="data")}, "add namespace: data"),
        ({"attic/d.yaml": release("database")}, "let something apply attic/d.yaml"),
        ({}, "name a HelmRelease that is applied here"),
        (orders(database=()), "let Kustomization flux-system/web wait for Kustomization flux-system/database"),
    ],
    ids=["misspelt", "other-namespace", "not-applied", "nowhere", "other-kind"],
)
def test_advice(others: dict[str, str], advice: str) -> None:
    world = home({**orders(web=()), "apps/web/w.yaml": release("web", waits_for("database")), **others})
    (finding,) = found(world, "dangling-dependency")
    assert advice in (finding.help or "")


def test_it_follows_from_what_is_not_listed() -> None:
    """The entry that is missing is the fault; who waits in vain is told below it."""
    files = orders(web=("storage",), storage=())
    listed = kustomization("flux-system/gotk-sync.yaml", "web.yaml")
    world = home({**files, "clusters/home/kustomization.yaml": listed})
    (finding,) = found(world, "dangling-dependency", "unreached-flux-object")
    assert finding.rule == "unreached-flux-object"
    assert [below.rule for below in finding.folded] == ["dangling-dependency"]


def test_a_circle_is_one_finding_that_begins_with_the_least_name() -> None:
    (finding,) = found(home(orders(b=("c",), c=("a",), a=("b",), aside=("a",))), "dependency-cycle")
    assert "flux-system/a -> flux-system/b -> flux-system/c -> flux-system/a" in finding.message
    assert [mark.message for mark in finding.related] == ["flux-system/b waits for c", "flux-system/c waits for a"]


def test_a_long_circle_is_shortened() -> None:
    names = [f"n{number:02}" for number in range(30)]
    world = home(orders(**{name: (other,) for name, other in zip(names, names[1:] + names[:1], strict=True)}))
    (finding,) = found(world, "dependency-cycle")
    assert "-> flux-system/n06 -> 23 more -> flux-system/n00" in finding.message


def test_circles_are_bounded() -> None:
    names = [f"n{number}" for number in range(12)]
    world = home(orders(**{name: tuple(other for other in names if other != name) for name in names}))
    assert len(world.graph.circles()) == MAX_CIRCLES


def test_without_a_circle_there_is_none() -> None:
    assert home(orders(web=("cache", "storage"), cache=("storage",), storage=())).graph.circles() == []
