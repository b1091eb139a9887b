"""Which environment something belongs to, and what tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.config import load
from gitops_lint.engine import World, analyse
from gitops_lint.environment import Overlay, has_word, without_word
from gitops_lint.tree import MemoryTree
from tests.unit.worlds import REPOSITORY, application, config_map, flux, gotk, kustomization

if TYPE_CHECKING:
    from gitops_lint.environment import Environments

DECLARED = """\
environments:
  prod: {paths: ["**/overlays/prod/**"], namespaces: ["*-prod"], sync: manual}
  dev: {paths: ["**/overlays/dev/**"], namespaces: ["*-dev"], sync: auto}
"""


def environments(files: dict[str, str], settings: str = DECLARED) -> tuple[World, Environments]:
    world = analyse(MemoryTree(files, remotes=(REPOSITORY,)), load(".gitops-lint.yaml", settings.encode()))
    return world, world.environments


def told(files: dict[str, str], name: str, settings: str = DECLARED) -> tuple[str, str, bool] | None:
    """The environment of the reconciler of a name, what tells it, and whether for certain."""
    world, known = environments(files, settings)
    [found] = [r for r in world.walked.reconcilers if r.subject.ref.name == name]
    environment = known.of(found)
    return (environment.name, environment.why, environment.certain) if environment else None


@pytest.mark.parametrize(
    ("path", "more", "settings", "expected"),
    [
        ("./apps/overlays/prod", "", DECLARED, ("prod", "its path", True)),
        ("./apps/web", "  targetNamespace: web-prod\n", DECLARED, ("prod", "its destination namespace", True)),
        ("./apps/web", "  targetNamespace: web-non-prod\n", DECLARED, None),
        ("./apps/web", "", "environments: {prod: {clusters: [home]}}", ("prod", "its cluster", True)),
        ("./apps/web", "", "environments: {home: {}}", ("home", "its destination cluster", True)),
        ("./apps/prod/web", "", "environments: {prod: {}}", ("prod", "its path", True)),
        ("./apps/preprod/web", "", "environments: {prod: {}}", None),
        (
            "./apps/web",
            "  targetNamespace: prod\n",
            "environments: {prod: {}}",
            ("prod", "its destination namespace", True),
        ),
        (
            "./apps/web",
            "  targetNamespace: web-prod-eu\n",
            "environments: {prod: {}}",
            ("prod", "the name of its namespace", False),
        ),
    ],
)
def test_a_flux_kustomization(path: str, more: str, settings: str, expected: tuple[str, str, bool] | None) -> None:
    files = {
        "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
        "clusters/home/web.yaml": flux("web", path, more),
        **{
            f"apps/{below}/map.yaml": config_map("map") for below in ("overlays/prod", "web", "prod/web", "preprod/web")
        },
    }
    assert told(files, "web", settings) == expected


def test_the_name_of_a_cluster_tells_where_clusters_are_told_apart_by_it() -> None:
    files = {
        f"clusters/{name}/flux-system/gotk-sync.yaml": gotk(f"./clusters/{name}") for name in ("home-prod", "home-dev")
    }
    files |= {"clusters/home-prod/web.yaml": flux("web", "./apps/web"), "apps/web/map.yaml": config_map("map")}
    assert told(files, "web") == ("prod", "the name of its cluster", False)
    del files["clusters/home-dev/flux-system/gotk-sync.yaml"]
    assert told(files, "web") is None


def test_what_is_configured_comes_before_a_label_and_that_before_a_segment() -> None:
    files = {"apps/prod/map.yaml": config_map("map"), "apps/overlays/prod/map.yaml": config_map("map")}
    labelled = "metadata: {name: web, namespace: argocd, labels: {environment: dev}}"
    plain = "metadata: {name: web, namespace: argocd}"
    by_glob = application("web", "apps/overlays/prod").replace(plain, labelled)
    by_segment = application("web", "apps/prod").replace(plain, labelled)
    assert told({**files, "web.yaml": by_glob}, "web") == ("prod", "its path", True)
    assert told({**files, "web.yaml": by_segment}, "web") == ("dev", "its label environment", True)


def test_a_label_of_no_declared_environment_tells_that_it_is_none() -> None:
    labelled = application("web-prod", "apps/web").replace("namespace: argocd", "namespace: argocd, labels: {env: qa}")
    assert told({"apps/web/map.yaml": config_map("map"), "web.yaml": labelled}, "web-prod") is None


def test_an_application_of_applications_is_not_where_they_apply() -> None:
    """One Argo CD may serve all environments: where it runs itself says nothing of them."""
    files = {
        "root.yaml": application("root", "apps").replace("namespace: web}", "namespace: argocd-prod}"),
        "apps/web.yaml": application("web", "web").replace("namespace: web}", "namespace: web-dev}"),
        "web/map.yaml": config_map("map"),
    }
    assert told(files, "root") is None
    assert told(files, "web") == ("dev", "its destination namespace", True)


def test_what_is_read_and_what_is_served_are_two_questions() -> None:
    files = {
        "apps/overlays/prod/kustomization.yaml": kustomization("map.yaml"),
        "apps/overlays/prod/map.yaml": config_map("map"),
        "web.yaml": application("web-dev", "apps/overlays/prod").replace("namespace: web}", "namespace: web-dev}"),
    }
    world, known = environments(files)
    [reconciler] = world.walked.reconcilers
    served = known.served_instead(reconciler, "prod")
    assert (served and served.name, known.is_crossed(reconciler)) == ("dev", True)
    assert known.served_instead(reconciler, "dev") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("apps/overlays/prod", Overlay("prod", "apps/overlays", "prod", "")),
        ("apps/overlays/prod/map.yaml", Overlay("prod", "apps/overlays", "prod", "map.yaml")),
        ("envs/dev/shop", Overlay("dev", "envs", "dev", "shop")),
        ("apps/dev/forgejo", None),
        ("apps/base", None),
    ],
)
def test_an_overlay_is_configured_or_has_siblings(path: str, expected: Overlay | None) -> None:
    files = {
        "apps/overlays/prod/map.yaml": config_map("map"),
        "envs/prod/shop/map.yaml": config_map("map"),
        "envs/dev/shop/map.yaml": config_map("map"),
        "apps/dev/forgejo/map.yaml": config_map("map"),
    }
    _, known = environments(files)
    assert known.overlay(path) == expected


def test_an_overlay_may_have_another_name_than_its_environment() -> None:
    settings = 'environments: {prod: {paths: ["**/overlays/production/**"]}}'
    _, known = environments({"apps/overlays/production/map.yaml": config_map("map")}, settings)
    assert known.overlay("apps/overlays/production") == Overlay("prod", "apps/overlays", "production", "")
    assert known.directories("apps/overlays", "prod") == ["apps/overlays/production"]


def test_nothing_belongs_to_an_environment_where_none_is_declared() -> None:
    files = {"apps/prod/map.yaml": config_map("map"), "web.yaml": application("prod", "apps/prod")}
    assert told(files, "prod", "profile: default") is None


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("shop-prod", "prod", True),
        ("prod", "prod", True),
        ("prod-eu.example", "prod-eu", True),
        ("shopprod", "prod", False),
        ("product", "prod", False),
        ("pre-prod", "prod", False),
        ("non_prod", "prod", False),
        ("non-prod-and-prod", "prod", True),
    ],
)
def test_words_count_as_a_whole(text: str, name: str, expected: bool) -> None:
    assert has_word(text, name) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop-prod", "shop"),
        ("prod-shop", "shop"),
        ("shop-prod-eu", "shop-eu"),
        ("shop.prod", "shop"),
        ("product", "product"),
        ("prod", "prod"),
    ],
)
def test_a_name_without_that_of_its_environment(text: str, expected: str) -> None:
    assert without_word(text, "prod") == expected
