"""Plans for ownership: what a change really does to a cluster, by the settings that decide it."""

from __future__ import annotations

import pytest

from gitops_lint.engine import analyse
from gitops_lint.impact import impact_of
from gitops_lint.plan import Action, Impact, Step
from gitops_lint.tree import MemoryTree

REMOTE = "https://example.com/repo"
SYNC = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/repo, ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/home, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %s, namespace: flux-system}
spec:
  interval: 10m
  path: ./infrastructure/%s
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}
spec:
  project: default
  source: {repoURL: https://example.com/repo, targetRevision: main, path: %s}
  destination: {server: https://kubernetes.default.svc, namespace: web}
  syncPolicy: {automated: {prune: true}}
"""
APPLICATION_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - list: {elements: [{name: a, namespace: a}, {name: b, namespace: b}]}
  template:
    metadata: {name: "{{ .name }}"}
    spec:
      project: default
      source: {repoURL: https://example.com/repo, targetRevision: main, path: applications/web}
      destination: {server: https://kubernetes.default.svc, namespace: "{{ .namespace }}"}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: web}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config, namespace: web}
data: {greeting: "hello ${NAME}"}
"""
FLUX = {
    "clusters/home/flux-system/gotk-sync.yaml": SYNC,
    "clusters/home/web.yaml": KUSTOMIZATION % ("web", "web"),
    "infrastructure/web/claim.yaml": CLAIM,
    "infrastructure/web/config.yaml": CONFIG,
}
ARGOCD = {
    "argocd-apps/web.yaml": APPLICATION % ("web", "applications/web"),
    "applications/web/claim.yaml": CLAIM,
    "applications/web/config.yaml": CONFIG,
}
SETTINGS = ".gitops-lint.yaml"
IN_CLUSTER = (
    "trees: {applications: [argocd-apps/**]}\nclusters: {home: {root: clusters/home, destinations: [in-cluster]}}\n"
)


def plan(before: dict[str, str], after: dict[str, str]) -> Impact:
    worlds = [analyse(MemoryTree({SETTINGS: IN_CLUSTER, **files}, remotes=(REMOTE,))) for files in (before, after)]
    return impact_of(*worlds)


def only(impact: Impact) -> Step:
    (step,) = impact.steps
    return step


def without(files: dict[str, str], *paths: str) -> dict[str, str]:
    return {path: text for path, text in files.items() if path not in paths}


def changed(files: dict[str, str], path: str, old: str, new: str) -> dict[str, str]:
    assert old in files[path]
    return {**files, path: files[path].replace(old, new)}


def test_nothing_happens() -> None:
    assert plan(FLUX, FLUX).steps == ()


def test_a_file_that_is_gone_is_deleted_where_flux_prunes() -> None:
    step = only(plan(FLUX, without(FLUX, "infrastructure/web/claim.yaml")))
    assert (step.action, step.risky, step.why) == (Action.DELETES, True, "Kustomization flux-system/web prunes")
    assert [str(ref) for ref in step.stateful] == ["PersistentVolumeClaim web/data"]


@pytest.mark.parametrize(
    ("old", "new", "path", "why"),
    [
        ("prune: true", "prune: false", "clusters/home/web.yaml", "Kustomization flux-system/web does not prune"),
        (
            "interval",
            "suspend: true\n  interval",
            "clusters/home/web.yaml",
            "Kustomization flux-system/web is suspended",
        ),
        (
            "namespace: web}",
            "namespace: web, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}",
            "infrastructure/web/claim.yaml",
            "kept by prune: disabled",
        ),
    ],
)
def test_a_file_that_is_gone_stays_where_flux_does_not_delete(old: str, new: str, path: str, why: str) -> None:
    files = changed(FLUX, path, old, new)
    step = only(plan(files, without(files, "infrastructure/web/claim.yaml")))
    assert (step.action, step.why) == (Action.STALLS if "suspended" in why else Action.ORPHANS, why)


def test_nothing_is_deleted_where_the_build_breaks() -> None:
    listed = {**FLUX, "infrastructure/web/kustomization.yaml": "resources: [claim.yaml, config.yaml]\n"}
    impact = plan(listed, without(listed, "infrastructure/web/claim.yaml"))
    assert {step.action for step in impact.steps} == {Action.STALLS}
    assert {step.why for step in impact.steps} == {"Kustomization flux-system/web can no longer be built"}


def test_nothing_is_deleted_where_an_applicationset_cannot_be_rendered() -> None:
    files = {
        "argocd-apps/set.yaml": APPLICATION_SET,
        "applications/web/config.yaml": CONFIG.replace(", namespace: web", ""),
    }
    impact = plan(files, changed(files, "argocd-apps/set.yaml", "{name: b, namespace: b}", "{name: b}"))
    assert {step.action for step in impact.steps} == {Action.STALLS}
    assert {step.why for step in impact.steps} == {"ApplicationSet argocd/shop can no longer be built"}


def test_what_stalls_below_stalls_with_what_has_to_be_repaired() -> None:
    listed = {**FLUX, "clusters/home/kustomization.yaml": "resources: [flux-system/gotk-sync.yaml, web.yaml]\n"}
    step = only(plan(listed, without(listed, "clusters/home/web.yaml")))
    assert (step.action, step.before) == (Action.STALLS, ("Kustomization flux-system/flux-system",))
    assert step.why == "Kustomization flux-system/flux-system can no longer be built"
    assert step.at is not None
    assert (step.at.path, len(step.objects)) == ("clusters/home/kustomization.yaml", 3)


@pytest.mark.parametrize(
    ("old", "new", "action", "why"),
    [
        ("prune: true", "prune: true", Action.DELETES, "is deleted, and what it applied with it"),
        ("prune: true", "prune: false", Action.ORPHANS, "it has prune: false"),
        ("prune: true", "prune: true\n  deletionPolicy: Orphan", Action.ORPHANS, "deletionPolicy: Orphan"),
        ("prune: true", "prune: false\n  deletionPolicy: Delete", Action.DELETES, "what it applied with it"),
    ],
)
def test_a_kustomization_that_is_gone(old: str, new: str, action: Action, why: str) -> None:
    files = changed(FLUX, "clusters/home/web.yaml", old, new)
    steps = plan(files, without(files, "clusters/home/web.yaml")).steps
    fate = next(step for step in steps if "PersistentVolumeClaim" in str(step.objects))
    assert fate.action is action
    assert why in fate.why
    own = next(step for step in steps if "Kustomization flux-system/web" in map(str, step.objects))
    assert (own.action, own.why) == (Action.DELETES, "Kustomization flux-system/flux-system prunes")


def test_a_kustomization_that_nobody_deletes_goes_on() -> None:
    files = changed(FLUX, "clusters/home/flux-system/gotk-sync.yaml", "prune: true", "prune: false")
    steps = plan(files, without(files, "clusters/home/web.yaml")).steps
    fate = next(step for step in steps if "PersistentVolumeClaim" in str(step.objects))
    assert fate.action is Action.ORPHANS
    assert fate.why.startswith("Kustomization flux-system/web stays in the cluster")


@pytest.mark.parametrize(
    ("old", "new", "action", "why"),
    [
        ("prune: true", "prune: true", Action.DELETES, "Application argocd/web prunes"),
        ("prune: true", "selfHeal: true", Action.ORPHANS, "does not prune by itself"),
        ("automated: {prune: true}", "syncOptions: [Validate=true]", Action.ORPHANS, "synced by hand"),
        ("prune: true", "prune: true, enabled: false", Action.ORPHANS, "synced by hand"),
        ("automated:", "syncOptions: [Prune=confirm], automated:", Action.ORPHANS, "Prune=confirm"),
        ("automated:", "syncOptions: [Prune=false], automated:", Action.ORPHANS, "kept by Prune=false"),
    ],
)
def test_a_file_that_is_gone_in_an_application(old: str, new: str, action: Action, why: str) -> None:
    files = changed(ARGOCD, "argocd-apps/web.yaml", old, new)
    step = only(plan(files, without(files, "applications/web/claim.yaml")))
    assert step.action is action
    assert why in step.why


def test_from_one_kustomization_to_another() -> None:
    after = {
        **without(FLUX, "infrastructure/web/claim.yaml"),
        "clusters/home/storage.yaml": KUSTOMIZATION % ("storage", "storage"),
        "infrastructure/storage/claim.yaml": CLAIM,
    }
    moves = plan(FLUX, after).of(Action.MOVES)
    assert [(step.before, step.after, step.risky) for step in moves] == [
        (("Kustomization flux-system/web",), ("Kustomization flux-system/storage",), True)
    ]
    assert "unless Kustomization flux-system/storage applies it before" in moves[0].why


def test_from_flux_to_argo_cd() -> None:
    before = without(FLUX, "infrastructure/web/config.yaml")
    argocd = without(ARGOCD, "applications/web/config.yaml")
    after = {**without(before, "infrastructure/web/claim.yaml"), "infrastructure/web/other.yaml": CONFIG, **argocd}
    (step,) = plan(before, after).of(Action.MOVES)
    assert step.risky
    assert "Argo CD leaves Flux's labels on" in step.why


def test_a_safe_move() -> None:
    before = changed(
        without(FLUX, "infrastructure/web/config.yaml"), "clusters/home/web.yaml", "prune: true", "prune: false"
    )
    argocd = without(ARGOCD, "applications/web/config.yaml")
    after = {**without(before, "infrastructure/web/claim.yaml"), "infrastructure/web/other.yaml": CONFIG, **argocd}
    (step,) = plan(before, after).of(Action.MOVES)
    assert (step.risky, step.why) == (
        False,
        "Kustomization flux-system/web does not delete it: Kustomization flux-system/web does not prune",
    )


def test_a_second_owner() -> None:
    (step,) = plan(FLUX, {**FLUX, **ARGOCD}).of(Action.FIGHTS)
    assert set(step.after) == {"Kustomization flux-system/web", "Application argocd/web"}
    assert len(step.objects) == 2


def test_post_build_is_switched_on() -> None:
    after = changed(
        FLUX, "clusters/home/web.yaml", "prune: true", "prune: true\n  postBuild: {substitute: {NAME: world}}"
    )
    impact = plan(FLUX, after)
    (step,) = impact.of(Action.SUBSTITUTES)
    assert step.details == ("ConfigMap web/config: ${NAME}",)
    assert impact.changed == {"home": 2}


SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: webs, namespace: argocd}
spec:
  generators: [{list: {elements: [{name: web}]}}]
  template:
    metadata: {name: "{{name}}"}
    spec:
      project: default
      source: {repoURL: https://example.com/repo, targetRevision: main, path: "applications/{{name}}"}
      destination: {server: https://kubernetes.default.svc, namespace: web}
"""


@pytest.mark.parametrize(
    ("policy", "application", "claim"),
    [
        ("", Action.DELETES, Action.DELETES),
        ("  syncPolicy: {preserveResourcesOnDeletion: true}\n", Action.DELETES, Action.ORPHANS),
        ("  syncPolicy: {applicationsSync: create-update}\n", Action.ORPHANS, Action.ORPHANS),
    ],
)
def test_an_application_that_is_generated_no_longer(policy: str, application: Action, claim: Action) -> None:
    files = {**ARGOCD, "argocd-apps/web.yaml": SET + policy}
    steps = plan(files, changed(files, "argocd-apps/web.yaml", "[{name: web}]", "[]")).steps
    found = {str(ref): step.action for step in steps for ref in step.objects}
    assert found["Application argocd/web"] is application
    assert found["PersistentVolumeClaim web/data"] is claim


# -- builds that fail at a text ----------------------------------------------------------------------------------------

LISTED = {**FLUX, "infrastructure/web/kustomization.yaml": "resources: [claim.yaml, config.yaml]\n"}
TWICE = ("data: {greeting:", "data: {name: web, name: web, greeting:")
BROKEN = ("data: {greeting:", "data: [{greeting:")
GREETING = "infrastructure/web/config.yaml"


@pytest.mark.parametrize("fault", [TWICE, BROKEN])
def test_nothing_is_deleted_where_the_build_fails_at_a_text(fault: tuple[str, str]) -> None:
    unlisted = changed(LISTED, "infrastructure/web/kustomization.yaml", "claim.yaml, ", "")
    impact = plan(LISTED, changed(without(unlisted, "infrastructure/web/claim.yaml"), GREETING, *fault))
    assert {step.action for step in impact.steps} == {Action.STALLS}
    assert {step.why for step in impact.steps} == {"Kustomization flux-system/web can no longer be built"}
    assert [step.at.path for step in impact.steps if step.at] == [GREETING]


def test_what_stalls_below_a_text_that_is_broken() -> None:
    step = only(plan(FLUX, changed(FLUX, "clusters/home/web.yaml", "interval: 10m", "interval: [10m")))
    assert (step.action, step.before) == (Action.STALLS, ("Kustomization flux-system/flux-system",))
    assert step.at is not None
    assert (step.at.path, len(step.objects)) == ("clusters/home/web.yaml", 3)


def test_a_key_that_stands_twice_fails_no_plain_directory_of_argo_cd() -> None:
    after = changed(without(ARGOCD, "applications/web/claim.yaml"), "applications/web/config.yaml", *TWICE)
    assert only(plan(ARGOCD, after)).action is Action.DELETES


@pytest.mark.parametrize(
    "broken",
    [
        changed(FLUX, GREETING, *TWICE),
        {**FLUX, "infrastructure/web/kustomization.yaml": "resources: [claim.yaml, gone.yaml]\n"},
    ],
)
def test_nothing_is_made_or_changed_where_the_build_fails(broken: dict[str, str]) -> None:
    after = changed(broken, "infrastructure/web/claim.yaml", "name: data", "name: other")
    impact = plan(without(FLUX, GREETING), after)
    assert {step.action for step in impact.steps} == {Action.STALLS}
    assert impact.changed == {}


def test_nothing_changes_where_the_build_fails() -> None:
    after = changed(
        changed(FLUX, GREETING, *TWICE), "infrastructure/web/claim.yaml", "name: data", "name: data, labels: {a: b}"
    )
    impact = plan(FLUX, after)
    assert (impact.steps, impact.changed) == ((), {})
    assert impact.notes == (
        "Kustomization flux-system/web can no longer be built: what it would change reaches no cluster until that is "
        "repaired",
    )


def test_what_was_broken_already_still_holds_back_what_is_new() -> None:
    before = changed(FLUX, GREETING, *TWICE)
    more = {**before, "infrastructure/web/more.yaml": CLAIM.replace("name: data", "name: more")}
    assert plan(before, before).notes == ()
    impact = plan(before, more)
    assert impact.steps == ()
    assert impact.notes == (
        "Kustomization flux-system/web cannot be built: what it would change reaches no cluster until that is repaired",
    )


def test_what_is_new_below_a_build_that_fails_does_not_come() -> None:
    after = {
        **changed(FLUX, "clusters/home/web.yaml", "interval: 10m", "interval: 10m\n  interval: 10m"),
        "clusters/home/storage.yaml": KUSTOMIZATION % ("storage", "storage"),
        "infrastructure/storage/claim.yaml": CLAIM.replace("name: data", "name: more"),
    }
    assert plan(FLUX, after).steps == ()


def test_a_change_of_a_reconciler_that_does_not_come_deletes_nothing() -> None:
    after = {
        **changed(FLUX, "clusters/home/web.yaml", "path: ./infrastructure/web", "path: ./infrastructure/other"),
        "infrastructure/other/config.yaml": CONFIG,
        "clusters/home/more.yaml": "a: [\n",
    }
    (step,) = plan(FLUX, after).steps
    assert (step.action, step.before) == (Action.STALLS, ("Kustomization flux-system/flux-system",))


def test_what_moves_to_a_build_that_fails_is_deleted_all_the_same() -> None:
    after = {
        **without(FLUX, "infrastructure/web/claim.yaml"),
        "clusters/home/storage.yaml": KUSTOMIZATION % ("storage", "storage"),
        "infrastructure/storage/claim.yaml": CLAIM.replace("name: data", "name: data, name: data"),
    }
    steps = plan(FLUX, after).of(Action.DELETES)
    assert [str(ref) for step in steps for ref in step.objects] == ["PersistentVolumeClaim web/data"]


def test_what_kustomize_only_passes_over_fails_no_build() -> None:
    listed = changed(LISTED, "infrastructure/web/kustomization.yaml", "resources:", "nonsense: 1\nresources:")
    after = changed(
        without(listed, "infrastructure/web/claim.yaml"), "infrastructure/web/kustomization.yaml", "claim.yaml, ", ""
    )
    assert only(plan(LISTED, after)).action is Action.DELETES
