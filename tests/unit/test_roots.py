"""Where the walk begins, and what it never reaches."""

from __future__ import annotations

import pytest

from gitops_lint.controllers.bootstrap import KUSTOMIZATION, taken_from
from gitops_lint.model import Controller
from tests.unit.worlds import (
    GIT_REPOSITORY,
    INSTANCE,
    INSTANCE_CHART,
    application,
    applied,
    config_map,
    flux,
    gotk,
    kustomization,
    roots,
    world,
)


def test_gotk_sync_is_a_root_and_names_its_cluster() -> None:
    found = world(
        {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"), "clusters/home/a.yaml": config_map("a")}
    )
    assert roots(found) == {"home: Kustomization flux-system/flux-system": "gotk-sync"}
    assert applied(found) == {"home: ConfigMap web/a": ["Kustomization flux-system/flux-system live"]}


def test_a_copied_gotk_sync_is_a_root_of_the_cluster_that_it_stands_in() -> None:
    found = world(
        {
            "clusters/edge-a/flux-system/gotk-sync.yaml": gotk("./clusters/edge-a"),
            "clusters/edge-a/a.yaml": config_map("a"),
            "clusters/edge-b/flux-system/gotk-sync.yaml": gotk("./clusters/edge-a"),
            "clusters/edge-b/b.yaml": config_map("b"),
        }
    )
    assert roots(found) == {
        "edge-a: Kustomization flux-system/flux-system": "gotk-sync",
        "edge-b: Kustomization flux-system/flux-system": "gotk-sync",
    }
    assert set(applied(found)) == {"edge-a: ConfigMap web/a", "edge-b: ConfigMap web/a"}


@pytest.mark.parametrize(
    ("home", "path", "is_copy"),
    [
        ("clusters/b", "./clusters/a", True),
        ("clusters/b", "./clusters/a/config", False),
        ("clusters/b", "./clusters", False),
        ("clusters/b", "./clusters/b/config", False),
        ("clusters/b", "./clusters/common", False),
        ("clusters/b", "./flux/b", False),
        ("clusters/b", "./kubernetes/apps", False),
        ("clusters/a/next", "./clusters/a", False),
        ("templates/cluster", "./clusters/a", False),
    ],
)
def test_only_what_reads_the_directory_of_another_cluster_is_a_copy(home: str, path: str, is_copy: bool) -> None:
    found = world(
        {
            "clusters/a/flux-system/gotk-sync.yaml": gotk("./clusters/a"),
            f"{home}/flux-system/gotk-sync.yaml": gotk(path),
            "clusters/common/a.yaml": config_map("a"),
        }
    )
    syncs = found.repo.of_kind(*KUSTOMIZATION)
    copies = [sync.path for sync in syncs if taken_from(sync, syncs)]
    assert copies == ([f"{home}/flux-system/gotk-sync.yaml"] if is_copy else [])


def test_clusters_that_share_a_directory_are_two() -> None:
    found = world(
        {
            "clusters/east/flux-system/gotk-sync.yaml": gotk("./kubernetes"),
            "clusters/west/flux-system/gotk-sync.yaml": gotk("./kubernetes"),
            "kubernetes/a.yaml": config_map("a"),
        }
    )
    assert set(applied(found)) == {"east: ConfigMap web/a", "west: ConfigMap web/a"}


SCRIPT = """\
#!/bin/sh
# flux bootstrap github --path=clusters/nowhere
flux bootstrap github \\
  --owner="$GITHUB_USER" \\
  --path=clusters/home --personal
"""


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("bootstrap/flux.yaml", INSTANCE, "FluxInstance"),
        ("bootstrap/flux.yaml", INSTANCE_CHART, "FluxInstance"),
        ("bootstrap/flux.sh", SCRIPT, "bootstrap script"),
        ("clusters/home/flux-system/kustomization.yaml", kustomization("../a.yaml"), "clusters/*/flux-system"),
    ],
)
def test_other_roots(path: str, text: str, why: str) -> None:
    found = world({path: text, "clusters/home/a.yaml": config_map("a")})
    assert roots(found) == {"home: Kustomization flux-system/flux-system": why}
    assert "home: ConfigMap web/a" in applied(found)


def test_without_any_root_the_topmost_are_assumed_and_nothing_is_unreached() -> None:
    found = world(
        {"one.yaml": application("one", "a"), "two.yaml": application("two", "b"), "a/a.yaml": config_map("a")}
    )
    assert set(roots(found).values()) == {"assumed"}
    assert found.walked.assumed == {Controller.ARGOCD}
    assert not found.walked.unreached


def test_an_app_of_apps_is_a_root_and_its_forgotten_sibling_is_unreached() -> None:
    found = world(
        {
            "root.yaml": application("root", "apps"),
            "apps/web.yaml": application("web", "web"),
            "other/lost.yaml": application("lost", "lost"),
            "web/a.yaml": config_map("a"),
            "lost/b.yaml": config_map("b"),
        }
    )
    assert roots(found) == {"in-cluster: Application argocd/root": "brings other Applications"}
    assert [str(r.subject.ref) for r in found.walked.unreached] == ["Application argocd/lost"]
    assert applied(found)["in-cluster: ConfigMap web/b"] == ["Application argocd/lost declared"]


def test_an_unlisted_kustomization_is_unreached_with_what_it_brings_along() -> None:
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/kustomization.yaml": kustomization("flux-system/gotk-sync.yaml"),
            "clusters/home/apps.yaml": flux("apps", "./apps"),
            "apps/web.yaml": flux("web", "./web"),
            "web/a.yaml": config_map("a"),
        }
    )
    # It brings another Kustomization, but stands in the directory that gotk-sync reads: nobody applies it by hand.
    assert [str(r.subject.ref) for r in found.walked.unreached] == ["Kustomization flux-system/apps"]
    assert applied(found)["home: ConfigMap web/a"] == ["Kustomization flux-system/web declared"]


def test_orders_that_bring_each_other_do_not_hang_and_are_seen() -> None:
    found = world({"a/a.yaml": application("a", "b"), "b/b.yaml": application("b", "a")})
    assert len(found.walked.roots) == 1
    assert len(found.graph.cycles()) == 1


def test_an_application_that_applies_itself_does_not_hang() -> None:
    found = world({"apps/self.yaml": application("self", "apps")})
    assert [str(root.subject.ref) for root in found.walked.roots] == ["Application argocd/self"]


def test_another_repository_is_not_this_one() -> None:
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/other.yaml": GIT_REPOSITORY.replace("flux-system", "other", 1).replace("/repo", "/other")
            + "---\n"
            + flux("other", "./apps", source="GitRepository/other"),
            "apps/a.yaml": config_map("a"),
        }
    )
    assert applied(found) == {}
    assert any("https://example.com/other" in opaque.reason for opaque in found.walked.opaque)


def test_another_branch_of_this_repository_is_told_by_its_name() -> None:
    elsewhere = application("b", "apps").replace("https://example.com/repo", "https://example.com/other")
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/a.yaml": application("a", "apps").replace("main", "master"),
            "clusters/home/b.yaml": elsewhere.replace("main", "master"),
            "apps/a.yaml": config_map("a"),
        }
    )
    assert {opaque.reason for opaque in found.walked.opaque} == {
        "its source is https://example.com/repo at master",
        "its source is https://example.com/other",
    }


def test_another_branch_is_not_this_tree() -> None:
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/app.yaml": application("next", "apps", revision="next"),
            "apps/a.yaml": config_map("a"),
        }
    )
    assert applied(found) == {}


@pytest.mark.parametrize(
    "url",
    ["https://github.com/Example/Repo.git", "git@github.com:example/repo", "ssh://git@github.com/example/repo.git"],
)
def test_one_repository_has_many_spellings(url: str) -> None:
    files = {"root.yaml": application("root", "apps", url=url), "apps/a.yaml": config_map("a")}
    found = world(files, remotes=("https://github.com/example/repo",))
    assert "in-cluster: ConfigMap web/a" in applied(found)


def test_a_generated_kustomization_stops_at_a_directory_with_its_own() -> None:
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/deep/er/a.yaml": config_map("a"),
            "clusters/home/unit/kustomization.yaml": kustomization("b.yaml"),
            "clusters/home/unit/b.yaml": config_map("b"),
            "clusters/home/unit/unlisted.yaml": config_map("c"),
        }
    )
    assert set(applied(found)) == {"home: ConfigMap web/a", "home: ConfigMap web/b"}


def test_substitution_makes_names_of_one_base_differ() -> None:
    base = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${APP}', namespace: web}\n"
    more = "  postBuild: {substitute: {APP: %s}}\n"
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/one.yaml": flux("one", "./base", more % "one"),
            "clusters/home/two.yaml": flux("two", "./base", more % "two"),
            "base/a.yaml": base,
        }
    )
    assert set(applied(found)) == {"home: ConfigMap web/one", "home: ConfigMap web/two"}


def test_a_name_with_an_unknown_variable_equals_nothing() -> None:
    base = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${APP}', namespace: web}\n"
    more = "  postBuild: {substituteFrom: [{kind: Secret, name: settings}]}\n"
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/one.yaml": flux("one", "./base", more),
            "clusters/home/two.yaml": flux("two", "./base", more),
            "base/a.yaml": base,
        }
    )
    assert applied(found) == {}


def test_a_remote_cluster_is_another_one() -> None:
    more = "  kubeConfig: {secretRef: {name: edge}}\n"
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/near.yaml": flux("near", "./base"),
            "clusters/home/far.yaml": flux("far", "./base", more),
            "base/a.yaml": config_map("a"),
        }
    )
    assert set(applied(found)) == {"home: ConfigMap web/a", "home/flux-system/edge: ConfigMap web/a"}
    assert found.walked.unmapped == {"edge"}


def test_the_chain_leads_from_the_root_to_the_object() -> None:
    found = world(
        {
            "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
            "clusters/home/apps.yaml": flux("apps", "./apps"),
            "apps/kustomization.yaml": kustomization("web"),
            "apps/web/kustomization.yaml": kustomization("a.yaml"),
            "apps/web/a.yaml": config_map("a"),
        }
    )
    ((_, owners),) = [item for item in found.graph.objects.items() if item[0][1].name == "a"]
    told = [
        (link.reconciler.subject.ref.name, [(str(hop.place.location), hop.text) for hop in link.hops])
        for link in found.graph.chain(owners[0])
    ]
    assert told == [
        (
            "flux-system",
            [
                ("clusters/home/flux-system/gotk-sync.yaml:11", "path ./clusters/home"),
                ("clusters/home", "every manifest below"),
            ],
        ),
        (
            "apps",
            [
                ("clusters/home/apps.yaml:6", "path ./apps"),
                ("apps/kustomization.yaml:4", "resources: web"),
                ("apps/web/kustomization.yaml:4", "resources: a.yaml"),
            ],
        ),
    ]


@pytest.mark.parametrize(
    ("more", "kustomized", "is_told"),
    [
        ("", False, True),
        ("directory: {recurse: false}", False, True),
        ("directory: {recurse: true, exclude: 'prod/*'}", False, True),
        ("directory: {recurse: true, include: '*dev.yaml'}", False, True),
        ("directory: {recurse: true}", False, False),
        ("directory: {recurse: true, exclude: '{prod'}", False, False),
        ("plugin: {name: jsonnet}", False, False),
        ("", True, False),
    ],
)
def test_an_application_that_a_root_above_passes_over_is_not_applied_by_hand(
    more: str, kustomized: bool, is_told: bool
) -> None:
    root = application("root", "argocd-apps").replace('path: "argocd-apps"', f'path: "argocd-apps", {more}')
    found = world(
        {
            ".gitops-lint.yaml": "trees: {applications: [argocd-apps/**]}\n",
            "argocd-apps/root.yaml": root,
            "argocd-apps/web-dev.yaml": application("web-dev", "web"),
            "argocd-apps/prod/web-prod.yaml": application("web-prod", "web"),
            "web/a.yaml": config_map("a"),
            **({"argocd-apps/kustomization.yaml": kustomization("root.yaml", "web-dev.yaml")} if kustomized else {}),
        }
    )
    unreached = [str(r.subject.ref) for r in found.walked.unreached]
    assert unreached == (["Application argocd/web-prod"] if is_told else [])


def test_an_application_below_a_declared_directory_that_no_root_reads_is_applied_by_hand() -> None:
    found = world(
        {
            ".gitops-lint.yaml": "trees: {applications: [argocd-apps/**]}\n",
            "argocd-apps/dev/web.yaml": application("web-dev", "web"),
            "argocd-apps/prod/web.yaml": application("web-prod", "web"),
            "web/a.yaml": config_map("a"),
        }
    )
    assert set(roots(found).values()) == {"applied by hand"}
