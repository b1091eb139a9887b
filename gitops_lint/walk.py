"""The walk: what does each reconciler build, which reconcilers are in that, and so on until nothing is new.

A bounded worklist of (cluster, reconciler). Where it begins is told by ``roots.py``; nothing here judges, and what
could not be done is noted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.substitution import is_resolved
from gitops_lint.controllers import Answer, argocd, flux, fluxoperator
from gitops_lint.controllers.bootstrap import cluster_name
from gitops_lint.fluxversion import evidence, is_strict
from gitops_lint.location import Route
from gitops_lint.model import Build, Built, Controller, Delivery, Node, Problem, Reach, Reconciler, Ref
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_lint.controllers import Verdict
    from gitops_lint.controllers.bootstrap import Start
    from gitops_lint.model import Opaque, Subject
    from gitops_lint.origin import Guess, Origin
    from gitops_lint.repo import Repo

Identity = tuple[int, Route]
"""What tells two subjects apart as texts: the document, and the route in it."""

MAX_RECONCILERS = 50_000
IN_CLUSTER = "in-cluster"
"""The cluster of an Argo CD of which nobody knows where it runs; it equals no other."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the configuration says about clusters, and which files are applied by hand."""

    roots: Mapping[str, str] = field(default_factory=dict)
    destinations: Mapping[str, str] = field(default_factory=dict)
    """Destination (server, name, kubeConfig reference) -> cluster."""
    argocd: str | None = None
    """The cluster in which Argo CD runs, where the configuration says so."""
    urls: tuple[str, ...] = ()
    flux: str | None = None
    """The version of Flux that the configuration names; else the repository tells it."""
    is_application_root: Callable[[str], bool] = lambda path: False
    """Whether an Application in that file is a root: the declared directory of the Applications."""


class Applied(NamedTuple):
    """An edge: a reconciler, and one of the builds that it delivers to a cluster."""

    reconciler: Reconciler
    delivery: Delivery
    reach: Reach


class Fault(NamedTuple):
    """A problem, and the reconcilers whose builds ran into it."""

    problem: Problem
    consumers: tuple[Reconciler, ...]
    reach: Reach


@dataclass(slots=True, eq=False)
class Walked:
    """All that a walk found."""

    reconcilers: list[Reconciler] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    opaque: list[Opaque] = field(default_factory=list)
    virtual: list[tuple[str, Build]] = field(default_factory=list)
    """Kustomizations that nobody uses, built for their own sake: directory and build."""
    unreached: list[Reconciler] = field(default_factory=list)
    """The top-most reconcilers that no root reaches."""
    roots: list[Reconciler] = field(default_factory=list)
    assumed: set[Controller] = field(default_factory=set)
    """Controllers without any root in the repository: their top-most reconcilers stand for roots."""
    guess: Guess | None = None
    unmapped: set[str] = field(default_factory=set)
    """Destinations that no configuration maps to a cluster."""
    reads: dict[str, Reach] = field(default_factory=dict)
    """Every path that a build read, with the best reach of its readers."""


class Walker:
    """One walk; also the View through which the controllers see what is known so far."""

    def __init__(self, repo: Repo, layout: Layout, origin: Origin) -> None:
        self.repo = repo
        self.layout = layout
        self.origin = origin
        self.settled = False
        self.walked = Walked()
        self._flux = evidence(repo)
        self.origins: set[Identity] = set()
        self._objects: dict[Node, Subject] = {}
        self._own_sources: dict[Node, str] = {}
        self._seen: dict[Node, Reconciler] = {}
        self._queue: deque[tuple[Reconciler, Reach]] = deque()
        self._faults: dict[tuple[object, ...], Problem] = {}
        self._consumers: dict[tuple[object, ...], list[tuple[Reconciler | None, Reach]]] = {}

    # -- View --------------------------------------------------------------------------------------------------

    @property
    def destinations(self) -> Mapping[str, str]:
        return self.layout.destinations

    def find(self, cluster: str, ref: Ref) -> Subject | None:
        return self._objects.get((cluster, ref))

    def judge_url(self, url: str, revision: str | None) -> Verdict:
        return self.origin.judge(url, revision)

    def own_source(self, cluster: str, ref: Ref) -> str | None:
        return self._own_sources.get((cluster, ref))

    def is_strict(self, cluster: str) -> bool | None:
        own = [e for e in self._flux if cluster_name(e.path.rpartition("/")[0], self.layout.roots) == cluster]
        return is_strict(own or self._flux, self.layout.flux)

    def local_cluster(self, cluster: str) -> str:
        return self.layout.argocd or cluster

    def destination(self, name: str, home: str = "") -> str:
        if name in self.layout.destinations:
            return self.layout.destinations[name]
        self.walked.unmapped.add(name)
        return f"{home}/{name}" if home else name

    # -- the worklist ------------------------------------------------------------------------------------------

    def start(self, start: Start) -> None:
        """Take a Flux root: its source is this repository by definition."""
        self.origin.learn(start.url, start.revision)
        if start.source is not None:
            self._own_sources[start.cluster, start.source] = ""
        self.push(Reconciler(Controller.FLUX, start.cluster, start.subject, start.why), Reach.LIVE)

    def push(self, reconciler: Reconciler, reach: Reach) -> None:
        """Queue a reconciler, once a node. Raises Unreadable where there are too many."""
        if reconciler.node in self._seen:
            return
        if len(self._seen) >= MAX_RECONCILERS:
            raise Unreadable(".", f"holds or makes more than {MAX_RECONCILERS:,} reconcilers")
        self._seen[reconciler.node] = reconciler
        self.walked.reconcilers.append(reconciler)
        if reconciler.root is not None:
            self.walked.roots.append(reconciler)
            self.origins.add(origin_of(reconciler.subject))
        self._queue.append((reconciler, reach))

    def drain(self) -> None:
        """Work until nothing is left; who waits for an object is asked again when others have brought theirs."""
        while self._queue:
            waiting = []
            progress = False
            while self._queue:
                reconciler, reach = self._queue.popleft()
                answer = self._ask(reconciler)
                if answer.waits:
                    waiting.append((reconciler, reach))
                else:
                    progress = True
                    self._take(reconciler, answer, reach)
            self.settled = not progress
            self._queue.extend(waiting)
        self.settled = False

    def _ask(self, reconciler: Reconciler) -> Answer:
        orders = (argocd, fluxoperator)
        controller = next((module for module in orders if module.is_reconciler(reconciler.subject.ref)), flux)
        answer: Answer = controller.answer(reconciler, self)
        self.repo.spend(sum(len(delivery.build.objects) for delivery in answer.deliveries))
        return answer

    def _take(self, reconciler: Reconciler, answer: Answer, reach: Reach) -> None:
        for problem in answer.problems:
            self.note(problem, reconciler, reach)
        for delivery in answer.deliveries:
            build = delivery.build
            self.walked.applied.append(Applied(reconciler, delivery, reach))
            self.walked.opaque.extend(build.opaque)
            for problem in build.problems:
                self.note(problem, reconciler, reach)
            for path in build.reads:
                if self.walked.reads.get(path) is not Reach.LIVE:
                    self.walked.reads[path] = reach
            for built in build.objects:
                self._meet(built, delivery.cluster, reach)

    def _meet(self, built: Built, cluster: str, reach: Reach) -> None:
        self.origins.add(origin_of(built))
        self._objects.setdefault((cluster, built.ref), built)
        controller = controller_of(built.ref)
        if controller is not None and is_resolved(built.ref):
            self.push(Reconciler(controller, cluster, built), reach)

    def brings(self, reconciler: Reconciler) -> set[Identity]:
        """The orders to controllers that a reconciler would bring if it were applied now; changes nothing."""
        trial = Walker(self.repo, self.layout, self.origin)
        trial.settled = True
        trial._objects, trial._own_sources = self._objects, self._own_sources
        return {
            origin_of(built)
            for delivery in trial._ask(reconciler).deliveries
            for built in delivery.build.objects
            if controller_of(built.ref)
        }

    def note(self, problem: Problem, consumer: Reconciler | None, reach: Reach) -> None:
        """Remember a problem once, with everybody who runs into it."""
        place = problem.place
        key = (problem.kind, problem.case, problem.message, place.path, getattr(place, "route", None))
        self._faults[key] = problem
        self._consumers.setdefault(key, []).append((consumer, reach))

    def finish(self) -> Walked:
        """What was found, problems in the order of their places."""
        faults = [_fault(problem, self._consumers[key]) for key, problem in self._faults.items()]
        self.walked.faults = sorted(faults, key=_place_of)
        self.walked.unmapped -= {root.cluster for root in self.walked.roots}
        return self.walked


def _fault(problem: Problem, consumers: list[tuple[Reconciler | None, Reach]]) -> Fault:
    """A problem with its consumers; it is as live as the most live of them."""
    reaches = [reach for _, reach in consumers]
    best = Reach.LIVE if Reach.LIVE in reaches else reaches[-1]
    return Fault(problem, tuple(consumer for consumer, _ in consumers if consumer), best)


def _place_of(fault: Fault) -> tuple[object, ...]:
    """Where a problem stands, as something that can be sorted: not every location has a span."""
    location = fault.problem.place.location
    return location.path, location.span or (0,)


def origin_of(subject: Subject) -> Identity:
    """What tells two subjects of one text apart: the document and the route in it."""
    place = subject.locate(())
    return id(place.document), place.route


def controller_of(ref: Ref) -> Controller | None:
    """The controller that takes orders from an object of that kind."""
    if flux.is_reconciler(ref) or fluxoperator.is_reconciler(ref):
        return Controller.FLUX
    return Controller.ARGOCD if argocd.is_reconciler(ref) else None
