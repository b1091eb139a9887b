"""Data from a repository has no shape that anybody may rely on: with any value in any place a run comes to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops_lint.document import read
from gitops_lint.engine import analyse, check, read_settings
from gitops_lint.finding import Severity
from gitops_lint.output import renderer
from gitops_lint.tree import MemoryTree
from tests.unit.worlds import REPOSITORY, application, config_map, flux, gotk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.location import Route

FIXTURES = Path(__file__).parent / "fixtures"
SEVERAL = ("double-owner", "flux-only", "argo-only", "three-clusters", "reference")

TEMPLATE = {
    "metadata": {"name": "{{name}}", "labels": {"env": "{{env}}"}},
    "spec": {"source": {"repoURL": REPOSITORY, "path": "apps/{{name}}"}, "destination": {"name": "{{cluster}}"}},
}
GENERATORS = [
    {"list": {"elements": [{"name": "a", "env": "prod", "cluster": "x"}]}},
    {"git": {"repoURL": REPOSITORY, "directories": [{"path": "apps/*"}, {"path": "apps/b", "exclude": True}]}},
    {"git": {"repoURL": REPOSITORY, "files": [{"path": "sets/*.json"}], "values": {"x": "y"}}},
    {"clusters": {"selector": {}}},
]
KUSTOMIZATION = {
    "namespace": "web",
    "namePrefix": "p-",
    "resources": ["d.yaml", "../b", "https://example.com/x?ref=v1"],
    "components": ["../c"],
    "patches": [
        {
            "patch": "[{op: add, path: /metadata/labels, value: {a: b}}]",
            "target": {"kind": "Deployment", "name": "d.*"},
        },
        {"patch": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 2}\n"},
        {"path": "patch.yaml", "options": {"allowNameChange": True}},
    ],
    "patchesStrategicMerge": ["patch.yaml"],
    "patchesJson6902": [{"target": {"version": "v1", "kind": "ConfigMap", "name": "x"}, "patch": "[]"}],
    "configMapGenerator": [{"name": "g", "literals": ["a=b"], "files": ["k=patch.yaml"], "behavior": "create"}],
    "secretGenerator": [
        {"name": "s", "envs": ["x.env"], "options": {"disableNameSuffixHash": True, "labels": {"a": "b"}}}
    ],
    "generatorOptions": {"annotations": {"a": "b"}, "disableNameSuffixHash": False},
    "images": [{"name": "x", "newTag": "y"}],
    "replicas": [{"name": "d", "count": 3}],
    "commonLabels": {"a": "b"},
    "labels": [{"pairs": {"a": "b"}}],
    "replacements": [{"source": {"kind": "ConfigMap"}, "targets": []}],
    "helmCharts": [{"name": "x", "repo": "https://example.com"}],
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "labels": {"a": "b"}, "annotations": {"kustomize.toolkit.fluxcd.io/ssa": "Ignore"}},
    "spec": {
        "replicas": 1,
        "template": {"spec": {"containers": [{"name": "c", "image": "x:${v}", "env": [{"name": "a"}]}]}},
    },
}


def order(group: str, kind: str, name: str, namespace: str = "flux-system", **fields: Any) -> str:
    """An object for a controller."""
    return json.dumps({"apiVersion": group, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **fields})


SOURCES = [{"alias": "s", "kind": "GitRepository", "name": "flux-system"}]
ARTIFACTS = [{"name": "art", "copy": [{"from": "@s/apps/**", "to": "@artifact/"}]}]
CHART = {
    "chart": {
        "spec": {"chart": "./chart", "version": "1", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}}
    }
}
SPECIAL = "  targetNamespace: x\n  suspend: true\n  kubeConfig: {secretRef: {name: west}}\n  components: [../c]\n"
BUILT = (
    "  postBuild: {substitute: {v: '1'}, substituteFrom: [{kind: ConfigMap, name: vars}]}\n  dependsOn: [{name: a}]\n"
)
PROJECT = {
    "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
    "clusterResourceBlacklist": [{"group": "", "kind": "Node"}],
}
SYNC = "  syncPolicy: {automated: {prune: true}, syncOptions: [CreateNamespace=true], managedNamespaceMetadata: {labels: {}}}\n"
EVERYTHING = {
    "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
    "clusters/home/a.yaml": flux("a", "./apps/a", BUILT),
    "clusters/home/b.yaml": flux("b", "./apps/b", SPECIAL),
    "clusters/home/art.yaml": flux("art", "./a", source="ExternalArtifact/art"),
    "clusters/home/vars.yaml": config_map("vars", "flux-system") + "data: {v: '1'}\n",
    "clusters/home/gen.yaml": order(
        "source.extensions.fluxcd.io/v1beta1",
        "ArtifactGenerator",
        "g",
        spec={"sources": SOURCES, "artifacts": ARTIFACTS},
    ),
    "clusters/home/hr.yaml": order(
        "helm.toolkit.fluxcd.io/v2", "HelmRelease", "hr", spec={**CHART, "releaseName": "x"}
    ),
    "clusters/home/ref.yaml": order(
        "helm.toolkit.fluxcd.io/v2", "HelmRelease", "r", spec={"chartRef": {"kind": "OCIRepository", "name": "o"}}
    ),
    "clusters/home/oci.yaml": order("source.toolkit.fluxcd.io/v1", "OCIRepository", "o", spec={"url": "oci://x/y"}),
    "instance.yaml": order(
        "fluxcd.controlplane.io/v1", "FluxInstance", "flux", spec={"sync": {"path": "clusters/two", "url": REPOSITORY}}
    ),
    "clusters/two/x.yaml": config_map("two"),
    "infrastructure/x.yaml": config_map("i"),
    "argocd-apps/app.yaml": application("app", "apps/a", SYNC),
    "argocd-apps/dir.yaml": application("dir", "x").replace(
        'path: "x"', "path: apps, directory: {recurse: true, include: '*.yaml'}"
    ),
    "argocd-apps/set.yaml": order(
        "argoproj.io/v1alpha1",
        "ApplicationSet",
        "set",
        "argocd",
        spec={"generators": GENERATORS, "template": TEMPLATE, "templatePatch": "metadata: {labels: {a: '{{name}}'}}"},
    ),
    "argocd-apps/project.yaml": order("argoproj.io/v1alpha1", "AppProject", "p", "argocd", spec=PROJECT),
    "sets/one.json": json.dumps([{"name": "a", "env": "dev", "cluster": "y"}]),
    "apps/a/kustomization.yaml": json.dumps(KUSTOMIZATION),
    "apps/a/d.yaml": json.dumps(DEPLOYMENT),
    "apps/a/patch.yaml": json.dumps({**DEPLOYMENT, "spec": {"replicas": None, "$patch": "merge"}}),
    "apps/b/list.yaml": json.dumps({"apiVersion": "v1", "kind": "List", "items": [DEPLOYMENT]}),
    "apps/b/kustomization.yaml": json.dumps({"resources": ["list.yaml"], "bases": [], "nameSuffix": "-s"}),
    "apps/c/kustomization.yaml": json.dumps({"kind": "Component", "resources": ["x.yaml"]}),
    "apps/c/x.yaml": config_map("x"),
    "chart/Chart.yaml": "name: chart\n",
    ".gitops-lint.yaml": json.dumps(
        {
            "extends": "dual-gitops",
            "environments": {
                "prod": {"paths": "apps/a/**", "sync": "manual"},
                "dev": {"namespaces": "web", "sync": "auto"},
            },
            "clusters": {"home": {"root": "clusters/home", "destinations": ["in-cluster"]}},
        }
    ),
}
"""Small, and something of everything that is read."""


class Spot(NamedTuple):
    """A value in a document of a file."""

    path: str
    document: int
    route: Route


class Sample(NamedTuple):
    """A repository as data, and all values in it."""

    files: dict[str, bytes]
    documents: dict[str, list[Any]]
    spots: list[Spot]
    settings: tuple[Settings, File] | None


def sample(files: dict[str, bytes]) -> Sample:
    readable = {path: text for path, text in files.items() if path.endswith((".yaml", ".json")) and path[0] != "."}
    documents = {path: [document.data for document in read(path, text).documents] for path, text in readable.items()}
    spots = [
        Spot(path, index, route)
        for path, listed in documents.items()
        for index, data in enumerate(listed)
        for route in routes(data, ())
    ]
    return Sample(files, documents, spots, read_settings(MemoryTree(files)))


def routes(data: Any, route: Route) -> Iterator[Route]:
    yield route
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in pairs:
        yield from routes(value, (*route, step))


def changed(data: Any, route: Route, value: Any) -> Any:
    """The data with another value at a route; unchanged where the route is gone."""
    if not route:
        return value
    step = route[0]
    if isinstance(data, dict) and step in data:
        return {**data, step: changed(data[step], route[1:], value)}
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return [*data[:step], changed(data[step], route[1:], value), *data[step + 1 :]]
    return data


KITCHEN = sample({path: text.encode() for path, text in EVERYTHING.items()})
REPOSITORIES = {
    name: sample(
        {str(path.relative_to(FIXTURES / name)): path.read_bytes() for path in (FIXTURES / name).rglob("*.yaml")}
    )
    for name in SEVERAL
}

words = st.sampled_from(
    ["", "x", "../../..", "/", "{a", "${x", "${x:=y}", "{{ x }}", "{{.x[0]}}", "a: b: c", "@", "*", "true", "name"]
)
scalars = st.none() | st.booleans() | st.sampled_from([0, -1, 1.5, 10**30]) | words | st.text(max_size=5)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=5
)


def run(repository: Sample, changes: list[tuple[Spot, Any]]) -> None:
    """Everything that a run does, in all formats, with some values exchanged for others."""
    documents = {path: list(listed) for path, listed in repository.documents.items()}
    for (path, index, route), value in changes:
        documents[path][index] = changed(documents[path][index], route, value)
    touched = {spot.path: "\n---\n".join(map(json.dumps, documents[spot.path])) for spot, _ in changes}
    report = check(analyse(MemoryTree({**repository.files, **touched}, remotes=(REPOSITORY,)), repository.settings))
    for name in ("full", "concise"):
        renderer(name)(report, color=True, unicode=True, severity=Severity.INFO)
    for name in ("json", "sarif", "github"):
        renderer(name)(report)


leisurely = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(leisurely, max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(KITCHEN.spots), values), min_size=1, max_size=4))
def test_something_of_everything(changes: list[tuple[Spot, Any]]) -> None:
    run(KITCHEN, changes)


@settings(leisurely, max_examples=100)
@given(st.data())
def test_whole_repositories(data: st.DataObject) -> None:
    repository = REPOSITORIES[data.draw(st.sampled_from(SEVERAL))]
    run(repository, data.draw(st.lists(st.tuples(st.sampled_from(repository.spots), values), min_size=1, max_size=10)))


def test_the_sample_is_read_in_full() -> None:
    """A sample that nothing reads would prove nothing."""
    world = analyse(MemoryTree(KITCHEN.files, remotes=(REPOSITORY,)))
    orders = {reconciler.subject.locate(()).path for reconciler in world.walked.reconcilers}
    unread = KITCHEN.documents.keys() - world.walked.reads.keys() - orders
    assert unread == {"argocd-apps/project.yaml", "infrastructure/x.yaml"}
