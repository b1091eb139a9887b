"""The nouns of gitops-lint. One word, one meaning.

=============  =====================================================================================
Document       one YAML document: its data and where each value stands (``document``)
Route          the way to a value inside a document (``location.py``)
Ref            the identity of an object: group, kind, namespace, name; no version
Place          (document, route): what set a value
Places         the places of a built object: a sparse trie over its origin
Subject        what a check looks at: ``ref``, ``data``, ``locate(route)``
Manifest       a Subject as written in a file
Built          a Subject as one reconciler would apply it
Hop            one step on the way from a reconciler to an object, with its place and its field
Controller     flux, argocd, manual: who acts; the words of ``owner:`` in a matrix too
Reconciler     an object (or script, or hand) that applies others: a Flux Kustomization or HelmRelease,
               an Argo CD Application or ApplicationSet, a bootstrap script
Cluster        the name of where objects land
Node           (cluster, Ref): a node of the graph
Root           a reconciler that no build contains and that is applied from outside
Reach          live (from a root), declared (no root reaches the reconciler), virtual (nobody builds it)
Build          what a builder made of a path: objects, problems, paths read
Delivery       what a reconciler brings to a cluster: a build and the hop that leads to it
Problem        what a stage could not do; a check turns it into a hit
Opaque         what could not be analysed, and why: counted, shown on demand, never guessed
=============  =====================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from gitops_lint.location import Location, Route, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Data = Any
"""Plain YAML data: dict, list, str, int, float, bool, None. Shared, never mutated."""


class Controller(StrEnum):
    """Who acts on objects."""

    FLUX = "flux"
    ARGOCD = "argocd"
    MANUAL = "manual"

    @property
    def label(self) -> str:
        return {"flux": "Flux", "argocd": "Argo CD", "manual": "by hand"}[self.value]


class Reach(StrEnum):
    """How an object gets to a cluster, if at all."""

    LIVE = "live"
    DECLARED = "declared"
    VIRTUAL = "virtual"


class Ref(NamedTuple):
    """The identity of an object: what the API server calls it, without the version."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class Text(Protocol):
    """What a place lies in: a YAML document, or a script that names a value."""

    @property
    def path(self) -> str: ...
    def locate(self, route: Route, *, key: bool = False) -> Span:
        """The span of the value (or its key) at a route, or of the nearest thing that exists around it."""
        ...


class Place(NamedTuple):
    """What set a value: a route in a document."""

    document: Text
    route: Route

    @property
    def path(self) -> str:
        return self.document.path

    @property
    def location(self) -> Location:
        """The span of the value, or of the nearest thing that exists around it; of its key if it fills many lines."""
        span = self.document.locate(self.route)
        if span.end_line > span.line and self.route and isinstance(self.route[-1], str):
            span = self.document.locate(self.route, key=True)
        return Location(self.document.path, span)


Spot = Place | Location
"""Where something stands: in a document, or in a text that is none. Both have ``path`` and ``location``."""


class Places:
    """The places of a built object: its origin, and a sparse trie of what was set from elsewhere.

    A node without a place of its own inherits its parent's; so an object that nothing changed costs one node.
    """

    __slots__ = ("children", "own")

    def __init__(self, own: Place | None, children: Mapping[str | int, Places] | None = None) -> None:
        self.own = own
        self.children = children

    def locate(self, route: Route) -> Place:
        """The place of the value at ``route``: the innermost place known, and the rest of the route below it."""
        if not route and self.own is not None:
            return self.own
        node, base, depth = self, self.own, 0
        for index, step in enumerate(route):
            child = node.children.get(step) if node.children else None
            if child is None:
                break
            node = child
            if node.own is not None:
                base, depth = node.own, index + 1
        if base is None:
            raise ValueError("a trie of places needs a place at its top")
        return Place(base.document, base.route + route[depth:])

    def put(self, route: Route, places: Places) -> Places:
        """This trie with another one hung in at ``route``; the original stays as it is."""
        if not route:
            return places
        children = dict(self.children or {})
        below = children.get(route[0]) or Places(None)
        children[route[0]] = below.put(route[1:], places)
        return Places(self.own, children)


class Hop(NamedTuple):
    """One step of a chain: at ``place``, the field ``text`` leads on; ``before`` is the step that led here."""

    place: Spot
    text: str
    before: Hop | None = None

    def walk(self) -> Iterator[Hop]:
        """The hops from the first one to this one."""
        if self.before is not None:
            yield from self.before.walk()
        yield self


class Subject(Protocol):
    """What a check looks at."""

    @property
    def ref(self) -> Ref: ...
    @property
    def data(self) -> Data: ...
    def locate(self, route: Route) -> Place: ...


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """An object as written: ``route`` is not empty for an item of a ``kind: List``."""

    ref: Ref
    data: Data
    document: Text
    route: Route = ()

    @property
    def path(self) -> str:
        return self.document.path

    def locate(self, route: Route) -> Place:
        return Place(self.document, self.route + route)


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """An object as one reconciler would apply it; ``via`` is the last hop that the build took to it."""

    ref: Ref
    data: Data
    places: Places
    via: Hop | None = None

    @property
    def origin(self) -> Place:
        """Where the object was written, before anything changed it."""
        return self.places.locate(())

    @property
    def path(self) -> str:
        return self.origin.path

    def locate(self, route: Route) -> Place:
        return self.places.locate(route)


class Meant(NamedTuple):
    """The text at the place of a problem, the one that was surely meant, and how to say so: never with a secret."""

    old: str
    new: str
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What a stage could not do. ``kind`` is the id of the rule whose page explains it."""

    kind: str
    message: str
    place: Spot
    case: str | None = None
    label: str = ""
    help: str | None = None
    cuts: tuple[str, ...] = ()
    """Directories or files that probably reach no cluster because of this."""
    meant: Meant | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """What could not be analysed, and why."""

    place: Spot
    reason: str


@dataclass(slots=True, eq=False)
class Build:
    """What a builder made of a path. ``reads`` holds every path read or probed, absent ones too."""

    objects: list[Built] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    met: dict[Place, bool] = field(default_factory=dict)
    """The entries of kustomizations that choose objects, and whether each met one: patches with a target, images.
    What may have met one that cannot be seen counts as met."""

    def copy(self) -> Build:
        """A build of its own, to go on from one that others share."""
        return Build(list(self.objects), list(self.problems), list(self.opaque), set(self.reads), dict(self.met))


OPAQUE = "opaque"
"""The group of what has an identity but no known content: remote bases and Helm releases."""

RELEASE = "Helm release"
REMOTE_BASE = "remote base"

Node = tuple[str, Ref]
"""A node of the graph: (cluster, identity)."""


@dataclass(frozen=True, slots=True, eq=False)
class Reconciler:
    """Something that applies objects. ``cluster`` is where the reconciler itself lives."""

    controller: Controller
    cluster: str
    subject: Subject
    root: str | None = None
    """Why it is a root, in words; None where a build contains it."""

    @property
    def node(self) -> Node:
        return (self.cluster, self.subject.ref)


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """What a reconciler brings to a cluster: the objects of a build, through the field at ``hop``."""

    cluster: str
    build: Build
    hop: Hop
    path: str | None = None
    """The directory or file of this repository that is read; None for what comes from elsewhere."""
    revision: str | None = None
    """The tag, version, commit or branch of this repository that is read, where that is not what is checked out."""


def dig(data: Data, route: Route) -> Data:
    """The value at ``route``; None where anything on the way is missing."""
    for step in route:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data
