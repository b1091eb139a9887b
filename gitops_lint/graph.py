"""Who applies what, and why: a networkx graph of (cluster, identity) nodes whose edges remember their places.

Knows no matrix: it answers questions, it does not judge.
"""

from __future__ import annotations

from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize import FILE_NAMES
from gitops_lint.builders.substitution import is_resolved
from gitops_lint.controllers.appsource import sources
from gitops_lint.controllers.fluxsource import SOURCES
from gitops_lint.identity import normalise_url
from gitops_lint.model import OPAQUE, RELEASE, Controller, Hop, Reach, Ref
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import networkx as nx

    from gitops_lint.location import Route
    from gitops_lint.model import Built, Delivery, Node, Place, Reconciler
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Walked

_RANK = {Reach.LIVE: 0, Reach.DECLARED: 1, Reach.VIRTUAL: 2}

WAITS = "waits for"
MAX_CIRCLES = 20
"""How many circles of waiting are told: a few dozen reconcilers can hold millions."""


class Ownership(NamedTuple):
    """An edge of the graph: a reconciler applies an object, as ``built``, through ``delivery``."""

    reconciler: Reconciler
    delivery: Delivery
    built: Built
    reach: Reach

    @property
    def controller(self) -> Controller:
        return self.reconciler.controller

    @property
    def read_from(self) -> str:
        """The file that the object comes from; for a chart of this repository, the chart's directory."""
        if self.built.ref.kind == RELEASE and self.delivery.path is not None:
            return self.delivery.path
        return self.built.path


class Link(NamedTuple):
    """One link of a chain: a reconciler, the hop by which it leads on, and what it leads to."""

    reconciler: Reconciler
    hops: tuple[Hop, ...]
    built: Built


class Need(NamedTuple):
    """An edge of another kind: a reconciler ``reads`` a source, or ``waits for`` another reconciler."""

    kind: str
    owner: Node
    target: Node
    hop: Hop
    entry: Route = ()
    """Where a wait stands in the data of its owner."""


class Graph:
    """The ownership graph of all clusters."""

    def __init__(self, walked: Walked) -> None:
        self.reconcilers: dict[Node, Reconciler] = {r.node: r for r in walked.reconcilers}
        self._owners: dict[Node, dict[Node, Ownership]] = {}
        self._applied: dict[Node, dict[Node, Ownership]] = {}
        self._destinations: dict[Node, set[str]] = {}
        for applied in walked.applied:
            self._destinations.setdefault(applied.reconciler.node, set()).add(applied.delivery.cluster)
            for built in applied.delivery.build.objects:
                if is_resolved(built.ref):
                    self._add(Ownership(applied.reconciler, applied.delivery, built, applied.reach))

    def _add(self, ownership: Ownership) -> None:
        owner, node = ownership.reconciler.node, (ownership.delivery.cluster, ownership.built.ref)
        if owner != node and owner not in self._owners.setdefault(node, {}):
            self._owners[node][owner] = ownership
            self._applied.setdefault(owner, {})[node] = ownership

    @cached_property
    def network(self) -> nx.MultiDiGraph[Node]:
        """The whole as a networkx graph, owner to object, for the questions of graph theory.

        Made on demand: importing networkx takes longer than most runs.
        """
        import networkx as nx

        network: nx.MultiDiGraph[Node] = nx.MultiDiGraph()
        network.add_nodes_from(self.reconcilers)
        for owner, objects in self._applied.items():
            for node, ownership in objects.items():
                network.add_edge(owner, node, key="applies", ownership=ownership)
        return network

    @cached_property
    def objects(self) -> dict[Node, tuple[Ownership, ...]]:
        """Every applied object with its owners, the surest reach first."""
        return {
            node: tuple(sorted(owners.values(), key=lambda ownership: _RANK[ownership.reach]))
            for node, owners in self._owners.items()
            if owners
        }

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of all that is applied, and of those who apply it."""
        return frozenset(ref.kind for _, ref in (*self._owners, *self.reconcilers))

    @cached_property
    def by_group(self) -> dict[tuple[str, str], list[tuple[Ref, Ownership]]]:
        """The objects of each cluster and API group, with their surest owners."""
        found: dict[tuple[str, str], list[tuple[Ref, Ownership]]] = {}
        for (cluster, ref), owners in self.objects.items():
            found.setdefault((cluster, ref.group), []).append((ref, owners[0]))
        return found

    def owners(self, node: Node) -> tuple[Ownership, ...]:
        """Who applies an object; empty where nobody does."""
        return self.objects.get(node, ())

    def makers(self, reconciler: Reconciler) -> list[Reconciler]:
        """The ApplicationSets that generate an Application."""
        owners = (ownership.reconciler for ownership in self.owners(reconciler.node))
        return [owner for owner in owners if owner.subject.ref.kind == "ApplicationSet"]

    def applied_by(self, reconciler: Reconciler) -> Iterator[Ownership]:
        """What a reconciler applies."""
        yield from self._applied.get(reconciler.node, {}).values()

    def destinations(self, reconciler: Reconciler) -> frozenset[str]:
        """The clusters that a reconciler applies to, even where nobody knows what."""
        return frozenset(self._destinations.get(reconciler.node, ()))

    def reach(self, node: Node) -> Reach:
        """The best reach of any of its owners; a root is live by itself."""
        if node in self.reconcilers and self.reconcilers[node].root is not None:
            return Reach.LIVE
        owners = self.owners(node)
        return owners[0].reach if owners else Reach.DECLARED

    def chain(self, ownership: Ownership) -> tuple[Link, ...]:
        """The links from the root (or the top-most reconciler) down to the object of ``ownership``."""
        links: list[Link] = []
        seen: set[Node] = set()
        current: Ownership | None = ownership
        while current is not None:
            before = current.built.via.walk() if current.built.via else ()
            links.append(Link(current.reconciler, (current.delivery.hop, *before), current.built))
            node = current.reconciler.node
            if node in seen or current.reconciler.root is not None:
                break
            seen.add(node)
            current = next(iter(self.owners(node)), None)
        return tuple(reversed(links))

    def chains(self, ownerships: Iterable[Ownership]) -> Iterator[Ownership]:
        """These ownerships and all above them: every way from a root down, each edge once."""
        pending = list(ownerships)
        seen: set[tuple[Node, Node]] = set()
        while pending:
            ownership = pending.pop(0)
            edge = ownership.reconciler.node, (ownership.delivery.cluster, ownership.built.ref)
            if edge not in seen:
                seen.add(edge)
                yield ownership
                if ownership.reconciler.root is None:
                    pending += self.owners(ownership.reconciler.node)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What the reconcilers read and wait for, there or not."""
        return tuple(need for reconciler in self.reconcilers.values() for need in _needs(reconciler))

    @cached_property
    def waits(self) -> tuple[Need, ...]:
        """The ``dependsOn`` of Kustomizations and HelmReleases, which name their own kind only, there or not."""
        return tuple(need for need in self.needs if need.kind == WAITS and need.owner[1].kind in _WAITING)

    def place_of(self, wait: Need) -> Place:
        """Where a wait names what it waits for."""
        return self.reconcilers[wait.owner].subject.locate((*wait.entry, "name"))

    def circles(self) -> list[list[Need]]:
        """The waits that lead back to where they began, at most MAX_CIRCLES; a wait for itself is a circle, too."""
        waits = {(need.owner, need.target): need for need in self.waits}
        nodes = sorted({node for edge in waits for node in edge})
        numbers = {node: number for number, node in enumerate(nodes)}
        edges = [(numbers[owner], numbers[target]) for owner, target in waits]
        if not _is_circular(edges):  # nearly always, and then networkx need not be loaded
            return []
        import networkx as nx

        # Of numbers, since sets of texts have another order in every run.
        found: Iterator[list[int]] = islice(nx.simple_cycles(nx.DiGraph(edges)), MAX_CIRCLES)
        rounds = sorted(_from_the_least(circle) for circle in found)
        return [[waits[nodes[one], nodes[next_one]] for one, next_one in pairwise(circle)] for circle in rounds]

    def around(self, nodes: Iterable[Node], depth: int) -> set[Node]:
        """The nodes within ``depth`` steps, up or down; a source is an end: who else reads it is no neighbour."""
        near = self.network.to_undirected(as_view=False)
        near.add_edges_from((need.owner, need.target) for need in self.needs)
        ends = {need.target for need in self.needs if need.kind == "reads"}
        found = set(nodes)
        border = {node for node in found if node in near}
        for _ in range(depth):
            border = {other for node in border for other in near[node]} - found
            found |= border
            border -= ends
        return found

    def cycles(self) -> list[list[Node]]:
        """Reconcilers that apply each other in a circle."""
        import networkx as nx

        orders = self.network.subgraph(self.reconcilers)
        return [sorted(component) for component in nx.strongly_connected_components(orders) if len(component) > 1]

    def observed(self, cluster: str | None = None) -> Iterator[tuple[str, set[Controller]]]:
        """Who applies from each top-level directory, and to each namespace; live objects only."""
        directories: dict[str, set[Controller]] = {}
        namespaces: dict[str, set[Controller]] = {}
        for (where, ref), owners in self.objects.items():
            for owner in owners:
                if cluster not in (None, where) or owner.reach is not Reach.LIVE or ref.group == OPAQUE:
                    continue
                top, separator, _ = owner.built.path.partition("/")
                directories.setdefault(f"{top}/" if separator else ".", set()).add(owner.controller)
                if ref.namespace:
                    namespaces.setdefault(f"namespace {ref.namespace}", set()).add(owner.controller)
        yield from sorted(directories.items())
        yield from sorted(namespaces.items())

    @cached_property
    def object_count(self) -> int:
        """The number of distinct objects that are applied, opaque ones left out."""
        return sum(1 for _, ref in self.objects if ref.group != OPAQUE)


def _is_circular(edges: Iterable[tuple[int, int]]) -> bool:
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for owner, target in edges:
        sorter.add(owner, target)
    try:
        sorter.prepare()
    except CycleError:
        return True
    return False


def _from_the_least(circle: list[int]) -> list[int]:
    """A circle that begins and ends with its least element."""
    start = circle.index(min(circle))
    return [*circle[start:], *circle[: start + 1]]


_WAITING = frozenset({"Kustomization", "HelmRelease"})

_SOURCE_FIELDS: tuple[Route, ...] = (
    ("spec", "sourceRef"),
    ("spec", "chart", "spec", "sourceRef"),
    ("spec", "chartRef"),
)
"""Where a Flux Kustomization or HelmRelease names its source (kustomization_types.go, helmrelease_types.go)."""


def _needs(reconciler: Reconciler) -> Iterator[Need]:
    """What a reconciler reads and waits for; a source of Argo CD is a URL, and no object."""
    subject, (cluster, ref) = reconciler.subject, reconciler.node
    if reconciler.controller is Controller.ARGOCD:
        for source in sources(subject.data):
            if url := source.text("repoURL"):
                kind = "Helm repository" if source.text("chart") else "Git repository"
                target = (cluster, Ref(OPAQUE, kind, "", normalise_url(url)))
                yield Need("reads", reconciler.node, target, Hop(source.locate(subject, ("repoURL",)), "repoURL"))
        return
    for route in _SOURCE_FIELDS:
        named = mapping_at(subject.data, route)
        kind, name = text_at(named, ("kind",)), text_at(named, ("name",))
        if kind and name:
            source_ref = Ref(SOURCES, kind, text_at(named, ("namespace",)) or ref.namespace, name)
            yield Need("reads", reconciler.node, (cluster, source_ref), Hop(subject.locate(route), str(route[-1])))
    for index, entry in enumerate(list_at(subject.data, ("spec", "dependsOn"))):
        if name := text_at(entry, ("name",)):
            other = ref._replace(namespace=text_at(entry, ("namespace",)) or ref.namespace, name=name)
            at: Route = ("spec", "dependsOn", index)
            yield Need(WAITS, reconciler.node, (cluster, other), Hop(subject.locate(at), "dependsOn"), at)


class Miss(NamedTuple):
    """What would have to list a file for it to be applied, and whether it does so in a comment."""

    file: str
    entry: str
    disabled: bool


def nearest_miss(path: str, repo: Repo, reads: Mapping[str, Reach]) -> Miss | None:
    """The nearest kustomization above a file that somebody builds and that does not list it.

    What it would have to list is the file, or the directory in between that has a kustomization of its own.
    """
    unlisted = directory = path
    while directory:
        directory = directory.rpartition("/")[0]
        for name in FILE_NAMES:
            file = f"{directory}/{name}" if directory else name
            read = repo.file(file) if file != path and repo.tree.is_file(file) else None
            if read is None:
                continue
            if reads.get(file) in (Reach.LIVE, Reach.DECLARED):
                entry = unlisted[len(directory) + 1 :] if directory else unlisted
                return Miss(file, entry, _is_commented_out(entry, read.text))
            unlisted = directory or unlisted
    return None


def _is_commented_out(entry: str, text: str) -> bool:
    """Whether a comment names an entry, or lists a directory above it."""
    for line in text.splitlines():
        words = line.lstrip().lstrip("#").split() if line.lstrip().startswith("#") else []
        names = [word.strip("\"',").removeprefix("./").rstrip("/") for word in words]
        listed = names[1] if len(names) > 1 and words[0] == "-" else ""
        if entry in names or (listed and entry.startswith(f"{listed}/")):
            return True
    return False
