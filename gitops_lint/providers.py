"""Who brings what others need: Namespaces, and the definitions of kinds.

Not only by a manifest: a release or an Application may make its namespace, a chart brings definitions along.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.substitution import is_resolved
from gitops_lint.controllers.appsource import sources
from gitops_lint.facts import charts
from gitops_lint.model import OPAQUE, RELEASE, Controller, dig
from gitops_lint.shape import list_at, text_at
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.controllers.appsource import Source
    from gitops_lint.graph import Graph, Ownership
    from gitops_lint.model import Data, Node, Reconciler, Spot
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Applied, Walked

NAMESPACE = ("metadata", "namespace")
TARGET = ("spec", "targetNamespace")
DEFINITION = ("apiextensions.k8s.io", "CustomResourceDefinition")
COMPLETE = frozenset({"flux-values-not-found", "missing-value-file", "substitution-syntax"})
"""Problems with which all objects of a build are known nevertheless."""
SCRIPTS = (".sh", ".mod.just", ".mk")
SCRIPT_NAMES = ("helmfile", "justfile", "taskfile", "makefile")


class Provider(NamedTuple):
    """A reconciler that brings something, in words and with the place that says so."""

    node: Node
    what: str
    place: Spot
    ownership: Ownership | None = None
    """Where an object of its own is brought: the edge."""


class Providers:
    """Asked by cluster and name."""

    def __init__(self, repo: Repo, walked: Walked, graph: Graph) -> None:
        self._repo = repo
        self._walked = walked
        self._graph = graph
        self._known: dict[tuple[str, str, str], tuple[Provider, ...]] = {}
        self._unseen: dict[str, frozenset[Node]] = {}
        self._hidden: dict[str, bool] = {}

    # -- namespaces --------------------------------------------------------------------------------------------

    def namespace(self, cluster: str, name: str) -> tuple[Provider, ...]:
        """Who makes a namespace: by a manifest, as a release, or as the destination of an Application."""
        return tuple(self._namespaces.get((cluster, name), ()))

    def namespaces(self, cluster: str) -> list[str]:
        """The names of the namespaces that somebody makes in a cluster."""
        return [name for where, name in self._namespaces if where == cluster]

    @cached_property
    def _namespaces(self) -> dict[tuple[str, str], list[Provider]]:
        found: dict[tuple[str, str], list[Provider]] = {}
        for (cluster, ref), owners in self._graph.objects.items():
            if (ref.group, ref.kind) == ("", "Namespace"):
                for owner in owners:
                    place = owner.built.locate(("metadata", "name"))
                    provider = Provider(owner.reconciler.node, str(ref), place, owner)
                    found.setdefault((cluster, ref.name), []).append(provider)
        for reconciler in self._graph.reconcilers.values():
            if (made := _made_namespace(reconciler)) is not None:
                for cluster in self._graph.destinations(reconciler):
                    provider = Provider(reconciler.node, str(reconciler.subject.ref), made[1])
                    found.setdefault((cluster, made[0]), []).append(provider)
        return found

    def is_home(self, cluster: str, namespace: str) -> bool:
        """Whether a root lives in a namespace: then it was there first."""
        return any(r.cluster == cluster and r.subject.ref.namespace == namespace for r in self._walked.roots)

    def may_hide_a_namespace(self, cluster: str) -> bool:
        """Whether something is applied to a cluster that may make namespaces, and cannot be seen from here."""
        if cluster not in self._hidden:
            here = (applied for applied in self._walked.applied if applied.delivery.cluster == cluster)
            self._hidden[cluster] = self._is_cut(cluster) or any(
                self._may_make_a_namespace(applied) for applied in here
            )
        return self._hidden[cluster]

    def _is_cut(self, cluster: str) -> bool:
        """Whether a fault took something away that is applied to a cluster, or that would apply something to it."""
        sources = self._sources(cluster)
        return any(
            consumer.cluster in sources or self._is_anywhere(consumer)
            for fault in self._walked.faults
            if fault.problem.kind not in COMPLETE and fault.problem.kind != "undefined-variable"
            for consumer in fault.consumers
        )

    def _sources(self, cluster: str) -> set[str]:
        """The clusters whose reconcilers apply something to a cluster, be it by others that they bring there."""
        found, pending = {cluster}, [cluster]
        while pending:
            new = self._feeders.get(pending.pop(), set()) - found
            found |= new
            pending.extend(new)
        return found

    @cached_property
    def _feeders(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for applied in self._walked.applied:
            found.setdefault(applied.delivery.cluster, set()).add(applied.reconciler.cluster)
        return found

    def _is_anywhere(self, reconciler: Reconciler) -> bool:
        """Whether nobody knows to which cluster a reconciler would apply something if it could."""
        is_told = reconciler.controller is Controller.FLUX and not dig(reconciler.subject.data, ("spec", "kubeConfig"))
        return not is_told and not self._graph.destinations(reconciler)

    def _may_make_a_namespace(self, applied: Applied) -> bool:
        build, directory = applied.delivery.build, applied.delivery.path
        if any(built.ref.kind == "Namespace" and not is_resolved(built.ref) for built in build.objects):
            return True
        if not is_of_chart(applied):
            return bool(build.opaque) or any(problem.kind not in COMPLETE for problem in build.problems)
        return directory is not None and self._repo.holds(directory, "kind: Namespace")

    def _text(self, path: str) -> str:
        try:
            return self._repo.tree.read(path).decode("utf-8", "replace")
        except Unreadable:
            return ""

    # -- definitions -------------------------------------------------------------------------------------------

    def definition(self, cluster: str, group: str, kind: str) -> tuple[Provider, ...]:
        """Who brings the definition of a kind: a manifest of it, or the release of a chart that is known to."""
        key = (cluster, group, kind)
        if key not in self._known:
            self._known[key] = self._definers(cluster, group, kind)
        return self._known[key]

    def _definers(self, cluster: str, group: str, kind: str) -> tuple[Provider, ...]:
        written = [
            Provider(owner.reconciler.node, str(owner.built.ref), owner.built.origin, owner)
            for owner in self._definitions.get((cluster, group, kind), ())
        ]
        released = [
            Provider(owner.reconciler.node, f"the chart {_chart(owner)}", owner.built.origin, owner)
            for owner in self._releases.get(cluster, ())
            if charts.defines(_chart(owner), group, kind) and _installs_definitions(owner)
        ]
        return (*written, *released)

    @cached_property
    def _definitions(self) -> dict[tuple[str, str, str], list[Ownership]]:
        found: dict[tuple[str, str, str], list[Ownership]] = {}
        for (cluster, ref), owners in self._graph.objects.items():
            if (ref.group, ref.kind) == DEFINITION:
                data = owners[0].built.data
                key = (cluster, text_at(data, ("spec", "group")), text_at(data, ("spec", "names", "kind")))
                found.setdefault(key, []).extend(owners)
        return found

    @cached_property
    def _releases(self) -> dict[str, list[Ownership]]:
        found: dict[str, list[Ownership]] = {}
        for (cluster, ref), owners in self._graph.objects.items():
            if (ref.group, ref.kind) == (OPAQUE, RELEASE):
                found.setdefault(cluster, []).extend(owners)
        return found

    def releases(self, cluster: str) -> list[Ownership]:
        """The releases of charts in a cluster."""
        return self._releases.get(cluster, [])

    def is_scripted(self, release: Ownership) -> bool:
        """Whether a script or a helmfile of the repository names a release or its chart: it may be there before all."""
        names = {_chart(release), release.built.ref.name, release.reconciler.subject.ref.name}
        return not names.isdisjoint(self._scripted)

    @cached_property
    def _scripted(self) -> frozenset[str]:
        """The words of the scripts, and the last segments of the paths and URLs in them."""
        words: set[str] = set()
        for path in sorted(self._repo.tree.files):
            if _is_script(path):
                spelled = (word.strip("\"',;()").rstrip("/") for word in self._text(path).split())
                words.update(word.rpartition("/")[2].partition(":")[0].partition("=")[0] for word in spelled)
        return frozenset(words)

    def unseen(self, cluster: str) -> frozenset[Node]:
        """The reconcilers that bring what cannot be seen, other than charts of others."""
        if cluster not in self._unseen:
            here = (applied for applied in self._walked.applied if applied.delivery.cluster == cluster)
            self._unseen[cluster] = frozenset(applied.reconciler.node for applied in here if _is_unseen(applied))
        return self._unseen[cluster]


def _is_unseen(applied: Applied) -> bool:
    build = applied.delivery.build
    is_chart_of_others = is_of_chart(applied) and applied.delivery.path is None
    return bool(build.opaque or build.problems) and not is_chart_of_others


def _is_script(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.endswith(SCRIPTS) or name.startswith(SCRIPT_NAMES) or "/helmfile" in path


@lru_cache(maxsize=1)
def providers_of(repo: Repo, walked: Walked, graph: Graph) -> Providers:
    """Who brings what in a world, worked out once for all who ask."""
    return Providers(repo, walked, graph)


def is_of_chart(applied: Applied) -> bool:
    """Whether a delivery is nothing but the release of a chart."""
    objects = applied.delivery.build.objects
    return bool(objects) and all(built.ref.kind == RELEASE for built in objects)


def sets_namespace(ownership: Ownership) -> Spot:
    """What puts an object into its namespace."""
    subject, built = ownership.reconciler.subject, ownership.built
    if subject.ref.kind in ("Kustomization", "HelmRelease") and text_at(subject.data, TARGET) == built.ref.namespace:
        return subject.locate(TARGET)
    if built.ref.group == OPAQUE:
        return subject.locate(NAMESPACE if subject.ref.kind == "HelmRelease" else ("spec", "destination", "namespace"))
    return built.locate(NAMESPACE)


def _made_namespace(reconciler: Reconciler) -> tuple[str, Spot] | None:
    """The namespace that a release or an Application makes if it is missing.

    helmrelease_types.go, install.createNamespace: the one of the release, and the object itself has to stand in one
    already; argo-cd, docs/user-guide/sync-options.md, CreateNamespace.
    """
    subject = reconciler.subject
    if reconciler.controller is Controller.ARGOCD:
        options = list_at(subject.data, ("spec", "syncPolicy", "syncOptions"))
        name = text_at(subject.data, ("spec", "destination", "namespace"))
        if name and "CreateNamespace=true" in options:
            index = list(options).index("CreateNamespace=true")
            return name, subject.locate(("spec", "syncPolicy", "syncOptions", index))
        return None
    route = ("spec", "install", "createNamespace")
    name = text_at(subject.data, ("spec", "targetNamespace"))
    if name and name != subject.ref.namespace and dig(subject.data, route) is True:
        return name, subject.locate(route)
    return None


def _chart(ownership: Ownership) -> str:
    return text_at(ownership.built.data, ("chart",))


def chart_values(reconciler: Reconciler) -> Data:
    """The values of a release as far as they stand in its order; None where they come from elsewhere or as a text."""
    data = reconciler.subject.data
    if reconciler.controller is Controller.FLUX:
        return None if list_at(data, ("spec", "valuesFrom")) else dig(data, ("spec", "values")) or {}
    for source in sources(data):
        if source.text("chart"):
            helm = dig(source.data, ("helm",)) or {}
            plain = isinstance(helm, dict) and not helm.keys() & {"values", "parameters", "valueFiles"}
            return (dig(helm, ("valuesObject",)) or {}) if plain else None
    return None


OFF = ("crds.enabled", "crds.install", "crds.create", "installCRDs", "crd.enabled", "crd.install", "crd.create")
"""The values, as dotted paths, by which charts are told not to bring their definitions."""


def _installs_definitions(ownership: Ownership) -> bool:
    """Whether a release brings the definitions of its chart: most do so unless they are told not to."""
    data = ownership.reconciler.subject.data
    if text_at(data, ("spec", "install", "crds")) == "Skip":
        return False
    if any(dig(source.data, ("helm", "skipCrds")) is True for source in _argocd_sources(ownership)):
        return False
    values = chart_values(ownership.reconciler)
    asked = charts.asked_for_by(_chart(ownership))
    if values is None:
        return not asked
    if asked:
        return any(dig(values, tuple(path.split("."))) is True for path in asked)
    return all(dig(values, tuple(path.split("."))) is not False for path in OFF)


def _argocd_sources(ownership: Ownership) -> Iterator[Source]:
    if ownership.controller is Controller.ARGOCD:
        yield from sources(ownership.reconciler.subject.data)
