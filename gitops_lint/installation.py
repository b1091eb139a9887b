"""What this repository tells of Argo CD itself: where it stands, and how it is configured.

argo-cd, docs/operator-manual/argocd-cm.yaml, argocd-cmd-params-cm.yaml and argocd-rbac-cm.yaml; argo-helm,
charts/argo-cd/values.yaml (``configs``). An Argo CD that was installed by hand may tell nothing here.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.controllers.appsource import sources
from gitops_lint.document import read
from gitops_lint.facts.appproject import is_literal
from gitops_lint.model import OPAQUE, RELEASE, Place, Reach
from gitops_lint.repo import MANIFEST_SUFFIXES
from gitops_lint.shape import mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.graph import Graph
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Spot, Subject
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Walked

GROUP = "argoproj.io"
CONFIGS = {"argocd-cm": "cm", "argocd-cmd-params-cm": "params", "argocd-rbac-cm": "rbac"}
"""The ConfigMaps that Argo CD is configured by, and what the values of its chart call them."""
CHARTS = ("argo-cd", "argocd")
SERVERS = ("argocd-server", "argocd-application-controller")


class Config(NamedTuple):
    """One of the ConfigMaps, or what becomes one: its settings, where each stands, and its namespace."""

    name: str
    settings: Mapping[str, Data]
    place: Callable[[str], Spot]
    namespace: str
    reach: Reach

    def text(self, key: str) -> str:
        """A setting as Argo CD reads it; empty where it is missing. In values, a switch may be no text."""
        value = self.settings.get(key)
        return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else ""


class Installation:
    """What is known of Argo CD, found out when a check first asks for it."""

    def __init__(self, repo: Repo, walked: Walked, graph: Graph, is_applied_by_hand: Callable[[str], bool]) -> None:
        self._repo, self._walked, self._graph = repo, walked, graph
        self._is_applied_by_hand = is_applied_by_hand

    @cached_property
    def configs(self) -> tuple[Config, ...]:
        """All its configurations, from wherever they come."""
        maps = (*_built_configs(self._graph), *_written_configs(self._repo, self._walked, self._graph))
        return (*maps, *_values(self._walked), *_files(self._repo))

    @cached_property
    def projects(self) -> tuple[tuple[Subject, Reach], ...]:
        """The projects as they are applied; those that nobody builds as they are written."""
        return tuple(_projects(self._repo, self._walked, self._graph, self._is_applied_by_hand))

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Where Argo CD stands; empty where nothing tells."""
        return _namespaces(self._graph, self.configs, self.projects)

    def named(self, name: str) -> list[Config]:
        """The configurations of a name; none where this repository does not hold it."""
        return [config for config in self.configs if config.name == name]


# -- configurations --------------------------------------------------------------------------------------------


def _built_configs(graph: Graph) -> Iterator[Config]:
    for (_, ref), owners in graph.objects.items():
        if (ref.group, ref.kind) == ("", "ConfigMap") and ref.name in CONFIGS:
            yield _of_map(owners[0].built, owners[0].reach)


def _written_configs(repo: Repo, walked: Walked, graph: Graph) -> Iterator[Config]:
    """ConfigMaps that no build brings, such as patches for a base from elsewhere."""
    built = {owner.built.origin for owners in graph.objects.values() for owner in owners}
    for manifest in repo.of_kind("", "ConfigMap"):
        if manifest.ref.name in CONFIGS and manifest.locate(()) not in built:
            yield _of_map(manifest, walked.reads.get(manifest.path, Reach.LIVE))


def _of_map(subject: Subject, reach: Reach) -> Config:
    settings = mapping_at(subject.data, ("data",))
    namespace = subject.ref.namespace
    return Config(subject.ref.name, settings, partial(_below, subject.locate, ("data",)), namespace, reach)


def _values(walked: Walked) -> Iterator[Config]:
    """The values of a HelmRelease or an Application that installs the chart."""
    for reconciler in walked.reconcilers:
        subject = reconciler.subject
        if text_at(subject.data, ("spec", "chart", "spec", "chart")) in CHARTS:
            yield from _of_values(subject.data, ("spec", "values"), subject.locate)
        for source in sources(subject.data) if subject.ref.group == GROUP else ():
            if source.text("chart") in CHARTS:
                yield from _of_values(subject.data, (*source.route, "helm", "valuesObject"), subject.locate)
                at = subject.locate((*source.route, "helm", "values"))
                for document in read("values.yaml", source.text("helm", "values").encode()).documents:
                    yield from _of_values(document.data, (), partial(_always, at))


def _files(repo: Repo) -> Iterator[Config]:
    """Files of values, such as those that Argo CD is installed with by hand; also below the name of the chart."""
    for path in sorted(repo.tree.files):
        if not path.endswith(MANIFEST_SUFFIXES) or repo.chart_of_template(path):
            continue
        file = repo.file(path)
        for document in file.documents if file and "configs:" in file.text else ():
            for route in ((), *((name,) for name in CHARTS)):
                yield from _of_values(document.data, route, partial(Place, document))


def _of_values(values: Data, route: Route, locate: Callable[[Route], Spot]) -> Iterator[Config]:
    for name, field in CONFIGS.items():
        top = (*route, "configs", field)
        if settings := mapping_at(values, top):
            yield Config(name, settings, partial(_below, locate, top), "", Reach.LIVE)


def _below(locate: Callable[[Route], Spot], top: Route, key: str) -> Spot:
    return locate((*top, key))


def _always(at: Spot, _: Route) -> Spot:
    """The place of everything in a text that is a value itself."""
    return at


# -- projects and namespaces -----------------------------------------------------------------------------------


def _projects(
    repo: Repo, walked: Walked, graph: Graph, is_applied_by_hand: Callable[[str], bool]
) -> Iterator[tuple[Subject, Reach]]:
    for (_, ref), owners in graph.objects.items():
        if (ref.group, ref.kind) == (GROUP, "AppProject"):
            yield owners[0].built, owners[0].reach
    for manifest in repo.of_kind(GROUP, "AppProject"):
        if walked.reads.get(manifest.path) not in (Reach.LIVE, Reach.DECLARED):
            yield manifest, Reach.LIVE if is_applied_by_hand(manifest.path) else Reach.DECLARED


def _namespaces(
    graph: Graph, configs: tuple[Config, ...], projects: tuple[tuple[Subject, Reach], ...]
) -> frozenset[str]:
    """Where its configuration, its chart or its workloads stand; else where its projects do, which it reads nowhere
    but in its own namespace.
    """
    found = {config.namespace for config in configs}
    for (_, ref), owners in graph.objects.items():
        is_chart = (ref.group, ref.kind) == (OPAQUE, RELEASE) and owners[0].built.data.get("chart") in CHARTS
        if is_chart or (ref.group == "apps" and ref.name in SERVERS):
            found.add(ref.namespace)
    known = _literal(found) or _literal({project.ref.namespace for project, _ in projects})
    return frozenset(known)


def _literal(namespaces: set[str]) -> set[str]:
    return {namespace for namespace in namespaces if namespace and is_literal(namespace)}
