"""Which environment a reconciler, a path or a namespace belongs to: dev, prod, or none that anybody declared."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.controllers.appsource import sources
from gitops_lint.glob import crossing, glob
from gitops_lint.model import Controller, Ref, dig
from gitops_lint.paths import clamp, join
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.config import EnvironmentSettings
    from gitops_lint.graph import Graph
    from gitops_lint.location import Route
    from gitops_lint.model import Node, Reconciler, Subject
    from gitops_lint.tree import Tree

LABELS = ("environment", "env", "app.kubernetes.io/environment")
ORDERS = frozenset({("argoproj.io", kind) for kind in ("Application", "ApplicationSet", "AppProject")})
"""Group and kind of what an Application brings that brings nothing but orders to Argo CD."""
_WORDS = re.compile(r"[a-z0-9]+")
_NEGATIONS = frozenset({"pre", "non", "not", "no", "post"})
"""Words that turn the next one into something else: ``non-prod`` and ``pre-prod`` are not prod."""


class Environment(NamedTuple):
    """An environment, what told it, and whether that is more than a name."""

    name: str
    why: str
    certain: bool = True


class Evidence(NamedTuple):
    """What tells an environment; None where it tells that it is one that nobody declared.

    What a reconciler reads and where it applies that are two questions, and may have two answers.
    """

    environment: Environment | None
    is_path: bool = False


class Overlay(NamedTuple):
    """A directory of an environment, or a file in it: ``above``, the segment of the environment, and ``below``.

    ``applications/shop/overlays``, ``prod`` and nothing below; or ``environments``, ``prod`` and ``shop``.
    """

    environment: str
    above: str
    segment: str
    below: str

    @property
    def top(self) -> str:
        """The directory of the environment."""
        return f"{self.above}/{self.segment}" if self.above else self.segment


class Environments:
    """The declared environments, and what belongs to each of them."""

    def __init__(self, graph: Graph, declared: Mapping[str, EnvironmentSettings], tree: Tree) -> None:
        self.declared = declared
        self._graph = graph
        self._tree = tree
        self._evidence: dict[Node, tuple[Evidence, ...]] = {}
        self._overlays: dict[str, Overlay | None] = {}
        self._namespaces: dict[str, str | None] = {}

    @property
    def guarded(self) -> tuple[str, ...]:
        """The environments that are synced by hand: what gets there was tried elsewhere."""
        return tuple(name for name, settings in self.declared.items() if settings.sync == "manual")

    @property
    def tried_first(self) -> tuple[str, ...]:
        """The environments that follow their branch by themselves: where a change is tried."""
        return tuple(name for name, settings in self.declared.items() if settings.sync == "auto")

    def of(self, reconciler: Reconciler) -> Environment | None:
        """The environment of a reconciler, by the first evidence that tells; None where nothing does.

        Configured paths and clusters, a label of its own, a segment of its path, its destination, a label of the
        destination namespace, and last the words in its names.
        """
        return next((evidence.environment for evidence in self.evidence(reconciler)), None)

    def served(self, reconciler: Reconciler) -> tuple[Environment | None, ...]:
        """What tells where a reconciler applies, whatever it reads."""
        return tuple(evidence.environment for evidence in self.evidence(reconciler) if not evidence.is_path)

    def served_instead(self, reconciler: Reconciler, read: str) -> Environment | None:
        """The environment that a reconciler applies to, where that is not the one that it reads.

        What is certain is asked first; anything that says that they are one, or that it is neither, settles it.
        """
        served = self.served(reconciler)
        known = [environment for environment in served if environment is not None]
        asked = [environment for environment in known if environment.certain] or known
        if len(known) < len(served) or not asked or any(environment.name == read for environment in asked):
            return None
        return asked[0]

    def is_crossed(self, reconciler: Reconciler) -> bool:
        """Whether a reconciler for certain reads the overlay of one environment and applies it to another one."""
        overlays = (self.overlay(path) for path, _ in reads_of(reconciler))
        served = (self.served_instead(reconciler, overlay.environment) for overlay in overlays if overlay)
        return any(environment is not None and environment.certain for environment in served)

    def evidence(self, reconciler: Reconciler) -> tuple[Evidence, ...]:
        """All that tells the environment of a reconciler, the surest first."""
        if reconciler.node not in self._evidence:
            self._evidence[reconciler.node] = tuple(self._all(reconciler)) if self.declared else ()
        return self._evidence[reconciler.node]

    def of_path(self, path: str) -> str | None:
        """The environment that a file or directory belongs to: as configured, else by a segment of its path."""
        return next(self._configured((path,)), None) or next(self._segments((path,)), None)

    def of_namespace(self, namespace: str) -> str | None:
        """The environment that a namespace belongs to, as configured."""
        if namespace not in self._namespaces:
            self._namespaces[namespace] = self._of_namespace(namespace)
        return self._namespaces[namespace]

    def _of_namespace(self, namespace: str) -> str | None:
        for name, settings in self.declared.items():
            if namespace and not _is_negated(name, namespace) and crossing(*settings.namespaces)(namespace):
                return name
        return None

    def overlay(self, path: str) -> Overlay | None:
        """The directory of an environment that a path lies in; None for any other path.

        A segment alone is no more than a likeness of names, ``apps/dev/forgejo`` holds tools for developers: it counts
        where it is configured, or where a directory of another environment stands beside it.
        """
        if path not in self._overlays:
            self._overlays[path] = self._overlay(path)
        return self._overlays[path]

    def _overlay(self, path: str) -> Overlay | None:
        name = self.of_path(path)
        if name is None:
            return None
        parts = path.split("/")
        index = parts.index(name) if name in parts else self._first(parts, name)
        overlay = Overlay(name, "/".join(parts[:index]), parts[index], "/".join(parts[index + 1 :]))
        is_configured = next(self._configured((path,)), None) is not None
        others = (other for other in self.declared if other != name)
        return overlay if is_configured or any(self.directories(overlay.above, other) for other in others) else None

    def directories(self, above: str, environment: str) -> list[str]:
        """The directories of an environment directly below a directory."""
        beside = (f"{above}/{entry}" if above else entry for entry in self._tree.entries(above))
        return [path for path in beside if self.of_path(path) == environment and self._tree.is_directory(path)]

    def _first(self, parts: list[str], name: str) -> int:
        """The first segment by which a path is known to belong to an environment."""
        known = (i for i in range(len(parts)) if self.of_path("/".join(parts[: i + 1])) == name)
        return next(known, len(parts) - 1)

    # -- evidence ----------------------------------------------------------------------------------------------

    def _all(self, reconciler: Reconciler) -> Iterator[Evidence]:
        """The evidence in its order; where an Application only brings others, its destination says nothing of them."""
        subject, paths = reconciler.subject, tuple(path for path, _ in reads_of(reconciler))
        lands = not self._only_brings_applications(reconciler)
        clusters = self._graph.destinations(reconciler) if lands else frozenset()
        for name in self._configured(paths):
            yield Evidence(Environment(name, "its path"), is_path=True)
        for name, settings in self.declared.items():
            if settings.clusters and clusters and clusters <= set(settings.clusters):
                yield Evidence(Environment(name, "its cluster"))
        for field in ("labels", "annotations"):
            yield from self._labelled(dig(subject.data, ("metadata", field)), f"its {field.removesuffix('s')}")
        for name in self._segments(paths):
            yield Evidence(Environment(name, "its path"), is_path=True)
        if lands:
            yield from self._of_destination(namespace_of(subject), clusters)
        yield from self._named(subject.ref.name, "its name")

    def _only_brings_applications(self, reconciler: Reconciler) -> bool:
        kinds = {ownership.built.ref[:2] for ownership in self._graph.applied_by(reconciler)}
        return reconciler.controller is Controller.ARGOCD and bool(kinds) and kinds <= ORDERS

    def _of_destination(self, namespace: str, clusters: frozenset[str]) -> Iterator[Evidence]:
        told = self.of_namespace(namespace) or (namespace if namespace in self.declared else None)
        if told:
            yield Evidence(Environment(told, "its destination namespace"))
        for name in self.declared:
            if clusters == {name}:
                yield Evidence(Environment(name, "its destination cluster"))
        yield from self._labelled(self._labels_of(namespace, clusters), "its namespace's label")
        yield from self._named(namespace, "the name of its namespace")
        if len(clusters) == 1 and self._clusters_are_told_apart:
            yield from self._named(next(iter(clusters)), "the name of its cluster")

    def _configured(self, paths: tuple[str, ...]) -> Iterator[str]:
        for name, settings in self.declared.items():
            if any(glob(*settings.paths)(f"{path}/") or glob(*settings.paths)(path) for path in paths):
                yield name

    def _segments(self, paths: tuple[str, ...]) -> Iterator[str]:
        yield from (name for name in self.declared if any(name in path.split("/") for path in paths))

    def _labelled(self, labels: object, whose: str) -> Iterator[Evidence]:
        """What labels tell; one that names an environment that nobody declared tells that it is none of those."""
        for label in LABELS:
            value = dig(labels, (label,))
            if isinstance(value, str) and value:
                yield Evidence(Environment(value, f"{whose} {label}") if value in self.declared else None)

    def _named(self, text: str, what: str) -> Iterator[Evidence]:
        """What a name tells that holds the word as a whole."""
        for name in self.declared:
            if has_word(text, name):
                yield Evidence(Environment(name, what, certain=False))

    @cached_property
    def _clusters_are_told_apart(self) -> bool:
        """Whether the clusters have the names of several environments: a single one may well serve all of them."""
        clusters = {cluster for cluster, _ in self._graph.objects}
        return len({name for name in self.declared for cluster in clusters if has_word(cluster, name)}) > 1

    def _labels_of(self, namespace: str, clusters: frozenset[str]) -> Mapping[str, object]:
        """The labels of the destination namespace, where that is applied from here."""
        for cluster in sorted(clusters) if namespace else ():
            for ownership in self._graph.owners((cluster, Ref("", "Namespace", "", namespace))):
                return mapping_at(ownership.built.data, ("metadata", "labels"))
        return {}


# -- what a reconciler says of itself ----------------------------------------------------------------------------------

NAMESPACES: Mapping[str, tuple[Route, ...]] = {
    "Application": (("spec", "destination", "namespace"),),
    "Kustomization": (("spec", "targetNamespace"),),
    "HelmRelease": (("spec", "targetNamespace"), ("metadata", "namespace")),
}
"""Where the orders name the namespace that they apply to (types.go, kustomization_types.go, helmrelease_types.go)."""


def reads_of(reconciler: Reconciler) -> Iterator[tuple[str, Route]]:
    """The paths that a reconciler reads, and where it names them."""
    subject = reconciler.subject
    if reconciler.controller is Controller.ARGOCD:
        for source in sources(subject.data):
            if path := source.text("path"):
                yield clamp(path), (*source.route, "path")
    elif subject.ref.kind == "Kustomization" and (path := text_at(subject.data, ("spec", "path"))):
        yield clamp(path), ("spec", "path")


def value_files_of(subject: Subject) -> Iterator[list[tuple[str, Route]]]:
    """The value files of each source of an Application, as paths of the repository, and where it names them.

    ``$values/x.yaml`` is a path of the source with that ``ref``, anything else is seen from the source's own path
    (argo-cd, docs/user-guide/multiple_sources.md); what is a URL, or leaves the repository, is left out.
    """
    for source in sources(subject.data):
        files: list[tuple[str, Route]] = []
        for index, file in enumerate(list_at(source.data, ("helm", "valueFiles"))):
            text = str(file)
            above, below = ("", text.partition("/")[2]) if text.startswith("$") else (clamp(source.text("path")), text)
            path = None if "://" in text else join(above, below)
            if path:
                files.append((path, (*source.route, "helm", "valueFiles", index)))
        yield files


def namespace_of(subject: Subject) -> str:
    """The namespace that an order applies to; empty where it names none."""
    routes = NAMESPACES.get(subject.ref.kind, ())
    return next((text for route in routes if (text := text_at(subject.data, route))), "")


# -- words -------------------------------------------------------------------------------------------------------------


def has_word(text: str, name: str) -> bool:
    """Whether a text has the name of an environment as a word of its own, and not behind one that negates it."""
    return any(word not in _NEGATIONS for word in _before(name, text))


def without_word(text: str, name: str) -> str:
    """A name without that of its environment: ``shop`` for ``shop-prod``, ``prod-shop`` and ``prod.shop``."""
    escaped = re.escape(name)
    return re.sub(rf"^{escaped}[-_.]|[-_.]{escaped}(?=[-_.]|$)", "", text)


def _is_negated(name: str, text: str) -> bool:
    """Whether a text has the word only behind one that negates it."""
    before = _before(name, text)
    return bool(before) and all(word in _NEGATIONS for word in before)


def _before(name: str, text: str) -> list[str]:
    """The words before each place at which a text has the name of an environment as a word of its own."""
    found = re.finditer(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text)
    return [(_WORDS.findall(text[: match.start()]) or [""])[-1] for match in found]
