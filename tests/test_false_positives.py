"""What real repositories do that looks wrong and is right: nothing above an info may be said of any of these.

Each case was met in a public repository; a naive rule reports it.
"""

from __future__ import annotations

import pytest

from gitops_lint.engine import check
from gitops_lint.finding import Severity
from tests.unit.worlds import (
    GIT_REPOSITORY,
    INSTANCE,
    INSTANCE_CHART,
    application,
    config_map,
    flux,
    gotk,
    kustomization,
    world,
)

ROOT = "clusters/home/flux-system/gotk-sync.yaml"
SYNC = {ROOT: gotk("./clusters/home")}
PROJECT = "https://example.com/repo"

WITHOUT_SOURCE = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {interval: 10m, path: ./apps, prune: true}
"""
INJECTED = """\
  patches:
    - target: {kind: Kustomization}
      patch: |
        - op: add
          path: /spec/sourceRef
          value: {kind: GitRepository, name: flux-system}
"""
OVERLAY_PATCH = """\
patches:
  - target: {kind: Kustomization, name: apps}
    patch: |
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: {name: apps}
      spec: {sourceRef: {kind: GitRepository, name: flux-system}}
"""
OTHER = GIT_REPOSITORY.replace("name: flux-system", "name: other", 1).replace(PROJECT, "https://example.com/other")
ARTIFACT = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: artifact, namespace: flux-system}
spec: {interval: 10m, url: "oci://example.com/artifact", ref: {tag: 1.0.0}}
"""
PINNED = GIT_REPOSITORY.replace("name: flux-system", "name: pinned", 1).replace("branch: main", "tag: v1.0.0")
CHARTLESS = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec: {values: {replicas: 2}}
"""
WITH_CHART = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec:
  interval: 1h
  chart: {spec: {chart: web, version: 1.2.3, sourceRef: {kind: HelmRepository, name: web}}}
"""
CHART_REF = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: web}}
"""
CHARTS = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: web, namespace: web}
spec: {interval: 1h, url: "https://charts.example.com"}
"""
CHART_ARTIFACT = ARTIFACT.replace("name: artifact, namespace: flux-system", "name: web, namespace: web")
NOWHERE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
GENERATED = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: tenants, namespace: argocd}
spec:
  generators: [{scmProvider: {github: {organization: example}}}]
  template:
    metadata: {name: "{{ repository }}"}
    spec:
      project: default
      source: {repoURL: "{{ url }}", targetRevision: main, path: deploy}
      destination: {server: "https://kubernetes.default.svc", namespace: web}
"""
CHART_SOURCE = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  sources:
    - {repoURL: "https://charts.example.com", chart: web, targetRevision: 1.2.3, helm: {valueFiles: [$values/values/web.yaml]}}
    - {repoURL: "https://example.com/repo", targetRevision: main, ref: values}
  destination: {server: "https://kubernetes.default.svc", namespace: web}
"""
REMOTES = (
    "https://github.com/example/base/deploy?ref=v1",
    "github.com/example/base//deploy?ref=v1",
    "github.com:example/base.git/deploy?ref=v1",
    "git@github.com:example/base.git//deploy?ref=v1",
    "ssh://git@example.com/example/base.git//deploy?ref=v1",
    "git::https://example.com/example/base.git//deploy?ref=v1",
    "https://raw.example.com/example/base/v1/all.yaml",
)
POST_BUILD = "  postBuild: {substitute: {CLUSTER: home}}\n"
PREFIXED = "namePrefix: {}-\n"

CASES: dict[str, dict[str, str]] = {
    "the source of bootstrap, made by a FluxInstance, is not in Git": {
        "bootstrap/instance.yaml": INSTANCE,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/a.yaml": config_map("a"),
    },
    "the source of bootstrap, made by the flux-instance chart, is not in Git": {
        "bootstrap/instance.yaml": INSTANCE_CHART,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/a.yaml": config_map("a"),
    },
    "the parent injects the sourceRef": {
        ROOT: f"{GIT_REPOSITORY}---\n{flux('flux-system', './clusters/home', INJECTED)}",
        "clusters/home/apps.yaml": WITHOUT_SOURCE,
        "apps/a.yaml": config_map("a"),
    },
    "an overlay patch sets the sourceRef": {
        **SYNC,
        "clusters/home/kustomization.yaml": kustomization("flux-system", "../../orders", more=OVERLAY_PATCH),
        "clusters/home/flux-system/kustomization.yaml": kustomization("gotk-sync.yaml"),
        "orders/kustomization.yaml": kustomization("apps.yaml"),
        "orders/apps.yaml": WITHOUT_SOURCE,
        "apps/a.yaml": config_map("a"),
    },
    "a path in another repository": {**SYNC, "clusters/home/o.yaml": f"{OTHER}---\n{flux('o', './deploy', source='GitRepository/other')}"},
    "a path in an artifact": {**SYNC, "clusters/home/o.yaml": f"{ARTIFACT}---\n{flux('o', './deploy', source='OCIRepository/artifact')}"},
    "a path with a variable that nobody sets here": {**SYNC, "clusters/home/o.yaml": flux("o", "./apps/${TENANT}")},
    "a path that exists at a tag only": {**SYNC, "clusters/home/o.yaml": f"{PINNED}---\n{flux('o', './gone', source='GitRepository/pinned')}"},
    "a directory without a kustomization, for Flux": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/deep/deeper/a.yaml": config_map("a"),
    },
    "a directory without a kustomization, for Argo CD": {
        "argocd-apps/web.yaml": application("web", "apps/web"),
        "apps/web/a.yaml": config_map("a"),
        "apps/web/deeper/values.yaml": "replicas: 1\n",
    },
    "a HelmRelease without a chart is a patch": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps/home"),
        "apps/home/kustomization.yaml": kustomization("../base", more="patches: [{path: web.yaml}]\n"),
        "apps/home/web.yaml": CHARTLESS,
        "apps/base/kustomization.yaml": kustomization("web.yaml"),
        "apps/base/web.yaml": f"{WITH_CHART}---\n{CHARTS}",
    },
    "a HelmRelease with a chartRef": {**SYNC, "clusters/home/web.yaml": f"{CHART_REF}---\n{CHART_ARTIFACT}"},
    "the namespace comes from the kustomization": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/kustomization.yaml": kustomization("a.yaml", more="namespace: web\n"),
        "apps/a.yaml": NOWHERE,
    },
    "the namespace comes from targetNamespace": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps", "  targetNamespace: web\n") + "---\n" + flux("more", "./apps", "  targetNamespace: more\n"),
        "apps/a.yaml": NOWHERE,
    },
    "one Kustomization for each cluster": {
        "clusters/a/flux-system/gotk-sync.yaml": gotk("./clusters/a"),
        "clusters/b/flux-system/gotk-sync.yaml": gotk("./clusters/b"),
        "clusters/a/apps.yaml": flux("apps", "./apps"),
        "clusters/b/apps.yaml": flux("apps", "./apps"),
        "apps/a.yaml": config_map("a"),
    },
    "remote entries in many spellings": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/kustomization.yaml": kustomization(*REMOTES),
    },
    "an Application of another repository": {"argocd-apps/web.yaml": application("web", "deploy", url="https://example.com/other")},
    "an Application whose path is a template": {"argocd-apps/web.yaml": application("web", "apps/{{ name }}")},
    "an Application whose path somebody fills in": {"argocd-apps/web.yaml": application("web", "apps/<NAME>")},
    "a source that is only referred to, and a chart": {"argocd-apps/web.yaml": CHART_SOURCE, "values/web.yaml": "replicas: 2\n"},
    "a generated kustomization stops where there is one": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/web/kustomization.yaml": kustomization("a.yaml"),
        "apps/web/a.yaml": config_map("a"),
        "apps/b.yaml": config_map("b"),
    },
    "the same path in a bucket is not this repository": {
        **SYNC,
        "clusters/home/o.yaml": f"{ARTIFACT.replace('OCIRepository', 'Bucket')}---\n"
        + flux("a", "./", source="Bucket/artifact") + "---\n" + flux("b", "./", source="Bucket/artifact"),
    },
    "one URL in its scp, ssh and https spellings": {
        ROOT: gotk("./clusters/home").replace(PROJECT, "ssh://git@example.com/repo.git"),
        "clusters/home/app.yaml": application("web", "apps/web", url="git@example.com:repo.git"),
        "apps/web/a.yaml": config_map("a"),
    },
    "one base under many owners, with a prefix each": {
        **SYNC,
        "clusters/home/apps.yaml": flux("one", "./apps/one") + "---\n" + flux("two", "./apps/two"),
        "apps/one/kustomization.yaml": kustomization("../base", more=PREFIXED.format("one")),
        "apps/two/kustomization.yaml": kustomization("../base", more=PREFIXED.format("two")),
        "apps/base/kustomization.yaml": kustomization("a.yaml"),
        "apps/base/a.yaml": config_map("a"),
    },
    "one base under many owners, with variables": {
        **SYNC,
        "clusters/home/apps.yaml": flux("one", "./apps", POST_BUILD) + "---\n" + flux("two", "./apps", POST_BUILD.replace("home", "away")),
        "apps/a.yaml": config_map('"app-${CLUSTER}"'),
    },
    "Flux deploys the root Application": {
        **SYNC,
        "clusters/home/root.yaml": application("root", "argocd-apps"),
        "argocd-apps/web.yaml": application("web", "apps/web"),
        "apps/web/a.yaml": config_map("a"),
    },
    "samples of either controller, with nothing that applies them": {
        "flux/web.yaml": flux("web", "./web"),
        "argocd/web.yaml": application("web", "web"),
        "web/kustomization.yaml": kustomization("a.yaml"),
        "web/a.yaml": config_map("a"),
    },
    "folders that nobody should reference": {
        **SYNC,
        "clusters/home/a.yaml": config_map("a"),
        "archive/old.yaml": flux("old", "./archive/old"),
        "archive/old/b.yaml": config_map("a"),
        "examples/web.yaml": config_map("a"),
        "hack/templates/web.yaml": config_map("{{ name }}"),
    },
    "a file named kustomization.yaml that holds a Flux Kustomization": {
        **SYNC,
        "clusters/home/orders/kustomization.yaml": kustomization("flux-kustomization.yaml"),
        "clusters/home/orders/flux-kustomization.yaml": flux("apps", "./apps"),
        "apps/a.yaml": config_map("a"),
    },
    "a kustomization without apiVersion and kind": {
        **SYNC,
        "clusters/home/kustomization.yaml": "resources: [flux-system, a.yaml]\n",
        "clusters/home/flux-system/kustomization.yaml": kustomization("gotk-sync.yaml"),
        "clusters/home/a.yaml": config_map("a"),
    },
    "an Application made by a generator that needs a service": {"argocd-apps/set.yaml": GENERATED},
    "odd but legal paths": {
        **SYNC,
        "clusters/home/apps.yaml": flux("one", ".//apps/one") + "---\n" + flux("two", "apps/two/") + "---\n" + flux("three", "./apps/../three"),
        "apps/one/a.yaml": config_map("a"),
        "apps/two/b.yaml": config_map("b"),
        "three/c.yaml": config_map("c"),
    },
    "a remote cluster by its kubeConfig": {
        **SYNC,
        "clusters/home/apps.yaml": flux("here", "./apps") + "---\n" + flux("there", "./apps", "  kubeConfig: {secretRef: {name: far}}\n"),
        "apps/a.yaml": config_map("a"),
    },
    "components, and a base with several parents": {
        **SYNC,
        "clusters/home/apps.yaml": flux("one", "./apps/one", "  components: [../component]\n") + "---\n" + flux("two", "./apps/two"),
        "apps/one/kustomization.yaml": kustomization("../base", more="namespace: one\n"),
        "apps/two/kustomization.yaml": kustomization("../base", more="namespace: two\n"),
        "apps/base/kustomization.yaml": kustomization("a.yaml"),
        "apps/base/a.yaml": NOWHERE,
        "apps/component/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n",
    },
    "one chart in a base, and an overlay with a namespace for each environment": {
        "argocd-apps/web.yaml": application("one", "apps/one") + "---\n" + application("two", "apps/two"),
        "apps/one/kustomization.yaml": kustomization("../base", more="namespace: one\n"),
        "apps/two/kustomization.yaml": kustomization("../base", more="namespace: two\n"),
        "apps/base/kustomization.yaml": "helmCharts: [{name: web, repo: 'https://example.com', version: 1.0.0, releaseName: web}]\n",
    },
    "targets by regular expressions, and inline transformers": {
        **SYNC,
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "apps/kustomization.yaml": kustomization(
            "a.yaml",
            more="patches:\n  - target: {kind: Config.*, name: (a|b)}\n    patch: |\n      - {op: add, path: /data, value: {x: y}}\n"
            "transformers:\n  - |\n    apiVersion: builtin\n    kind: NamespaceTransformer\n    metadata: {name: n, namespace: web}\n",
        ),
        "apps/a.yaml": config_map("a"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_right(name: str) -> None:
    report = check(world(CASES[name]))
    said = [f"{f.rule}: {f.message}" for f in report.findings if f.severity is not Severity.INFO]
    assert said == []


def test_applied_twice_without_the_stop_rule() -> None:
    """Without it a Flux folder would seem to apply what the kustomization in a sub-folder leaves out."""
    found = world(CASES["a generated kustomization stops where there is one"])
    assert all(len(owners) == 1 for owners in found.graph.objects.values())


def test_another_stack_under_the_same_directories_is_not_asked_for_that_of_the_preset() -> None:
    """The trees of the preset and its law are those of many teams, its applications are those of one."""
    files = {
        **SYNC,
        "clusters/home/infra.yaml": flux("infra", "./infrastructure"),
        "infrastructure/kustomization.yaml": kustomization("namespace.yaml"),
        "infrastructure/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: cloud}\n",
        "argocd-apps/cloud.yaml": application("cloud", "applications/cloud"),
        "applications/cloud/config.yaml": config_map("cloud", "cloud"),
    }
    found = world(files)
    assert found.config.matrix is not None
    told = {(one.rule, one.message) for one in check(found).findings if one.severity > Severity.INFO}
    assert {rule for rule, _ in told} & {"missing-component", "missing-directory", "missing-file"} == set(), told
