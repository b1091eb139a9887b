"""What becomes of an object that a reconciler no longer applies: deleted, left behind, or left to a human.

Sources: kustomize-controller (internal/controller, prune and finalize; docs/spec/v1/kustomizations.md, prune and
deletionPolicy), helm-controller (uninstall on deletion), Argo CD (docs/user-guide/auto_sync.md, sync-options.md,
app_deletion.md; docs/operator-manual/applicationset/Controlling-Resource-Modification.md).
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.controllers import is_suspended
from gitops_lint.facts.syncpolicy import AUTOMATED, is_automated
from gitops_lint.model import Controller, Reach, dig
from gitops_lint.refusal import refusals
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from gitops_lint.engine import World
    from gitops_lint.graph import Ownership
    from gitops_lint.location import Location
    from gitops_lint.model import Data, Node, Reconciler, Ref, Subject

CASCADE = ("resources-finalizer.argocd.argoproj.io", "foreground-finalizer.argocd.argoproj.io")
SYNC_OPTIONS = ("metadata", "annotations", "argocd.argoproj.io/sync-options")
FLUX_SWITCH = "kustomize.toolkit.fluxcd.io/"
MAX_DEPTH = 50
"""The length of a chain of reconcilers that is followed."""
FATAL = frozenset(
    {
        "flux-path-not-found",
        "argocd-path-not-found",
        "kustomize-build-fails",
        "missing-kustomize-entry",
        "missing-value-file",
        "substitution-syntax",
        "unrenderable-applicationset",
    }
)
"""Problems with which a build fails, so that the cluster stays as it is."""
HARMLESS = frozenset({"several-documents", "too-large", "ignored-field"})
"""Cases of them in which something is dropped, and the build goes through."""


class Outcome(StrEnum):
    """What a controller does to an object that it no longer finds in Git."""

    DELETED = "deleted"
    LEFT = "left behind"
    ASKED = "left to a human"
    STUCK = "untouched until somebody repairs or resumes its reconciler"


class Fate(NamedTuple):
    """An outcome, and why, as a sentence about the object: "kept by Prune=false"."""

    outcome: Outcome
    why: str
    stuck: str = ""
    """The reconciler that has to be repaired or resumed first, which may be one above."""
    at: Location | None = None
    """Where it is seen why."""


class Stuck(NamedTuple):
    """A reconciler whose build fails, and where."""

    name: Ref
    at: Location


class Fates:
    """What a change means for what is in the clusters: the ``base`` is what they have, the ``head`` what is in Git."""

    def __init__(self, base: World, head: World) -> None:
        self._base = base
        self._head = head
        self._held: dict[Node, Stuck | None] = {}

    @cached_property
    def broken(self) -> dict[Node, Stuck]:
        """The reconcilers whose builds fail in the head."""
        return broken_in(self._head)

    def held(self, node: Node, depth: int = 0) -> Stuck | None:
        """What keeps a reconciler from doing what the head says: its own build, or the build that brings its order.

        An order that did not change is in the cluster already.
        """
        if node not in self._held:
            self._held[node] = None  # for reconcilers that bring each other
            self._held[node] = self.broken.get(node) or self._held_above(node, depth)
        return self._held[node]

    def _held_above(self, node: Node, depth: int) -> Stuck | None:
        now, before = (world.graph.reconcilers.get(node) for world in (self._head, self._base))
        is_there = before is not None and now is not None and before.subject.data == now.subject.data
        if now is None or now.root is not None or is_there or depth > MAX_DEPTH:
            return None
        owners = [owner for owner in self._head.graph.owners(node) if owner.reach is Reach.LIVE]
        stuck = [self.held(owner.reconciler.node, depth + 1) for owner in owners]
        return stuck[0] if stuck and all(stuck) else None

    def of(self, ownership: Ownership, depth: int = 0) -> Fate:
        """What a reconciler of the base does to an object when the head no longer gives it to that reconciler."""
        head = self._head.graph
        now = head.reconcilers.get(ownership.reconciler.node)
        if now is None or (now.root is None and head.reach(now.node) is not Reach.LIVE):
            return self._after_its_reconciler(ownership, depth)
        name = str(now.subject.ref)
        if is_suspended(now.subject):
            place = now.subject.locate(("spec", "suspend")).location
            return Fate(Outcome.STUCK, f"{name} is suspended", name, place)
        if stuck := self.held(now.node):
            return Fate(Outcome.STUCK, f"{stuck.name} can no longer be built", str(stuck.name), stuck.at)
        return _dropped_by(now, ownership.built.data)

    def _after_its_reconciler(self, ownership: Ownership, depth: int) -> Fate:
        """The reconciler itself is gone from Git: first what becomes of it, then what that means for the object."""
        subject = ownership.reconciler.subject
        own = self._own_fate(ownership.reconciler, depth)
        if own.stuck:
            return own
        if own.outcome is not Outcome.DELETED:
            return Fate(own.outcome, f"{subject.ref} stays in the cluster: {own.why}")
        if is_suspended(subject) and ownership.controller is Controller.FLUX:
            return Fate(Outcome.LEFT, f"{subject.ref} goes, but it is suspended, and then it deletes nothing")
        return _deleted_with(subject, ownership.built.data, cascades=_cascades(ownership.reconciler, self._base))

    def _own_fate(self, reconciler: Reconciler, depth: int) -> Fate:
        owners = [owner for owner in self._base.graph.owners(reconciler.node) if owner.reach is Reach.LIVE]
        if not owners or depth > MAX_DEPTH:
            return Fate(Outcome.STUCK, "nobody in this repository deletes it")
        fates = [self.of(owner, depth + 1) for owner in owners]
        return next((fate for fate in fates if fate.outcome is Outcome.DELETED), fates[0])


def broken_in(world: World) -> dict[Node, Stuck]:
    """The reconcilers that a root reaches and whose builds fail: at a problem, or at the text of a file."""
    found: dict[Node, Stuck] = {}
    for fault in world.walked.faults:
        problem = fault.problem
        if problem.kind in FATAL and problem.case not in HARMLESS:
            for one in fault.consumers:
                if one.root or world.graph.reach(one.node) is Reach.LIVE:
                    found.setdefault(one.node, Stuck(one.subject.ref, problem.place.location))
    for node, at in refusals(world.repo, world.walked).items():
        found.setdefault(node, Stuck(node[1], at))
    return found


def _dropped_by(reconciler: Reconciler, data: Data) -> Fate:
    """The object is gone from what a living reconciler applies."""
    name, kind = reconciler.subject.ref, reconciler.subject.ref.kind
    if kind == "Application":
        return _dropped_by_application(reconciler.subject, data)
    if kind == "ApplicationSet":
        policy = text_at(reconciler.subject.data, ("spec", "syncPolicy", "applicationsSync"))
        if policy in ("create-only", "create-update"):
            return Fate(Outcome.LEFT, f"{name} has the policy {policy}")
        return Fate(Outcome.DELETED, f"{name} generates it no longer")
    if kind == "HelmRelease":
        return Fate(Outcome.DELETED, f"{name} uninstalls the release that it had")
    if protection := _flux_protection(data):
        return Fate(Outcome.LEFT, f"kept by {protection}")
    if kind == "Kustomization" and dig(reconciler.subject.data, ("spec", "prune")) is not True:
        return Fate(Outcome.LEFT, f"{name} does not prune")
    return Fate(Outcome.DELETED, f"{name} prunes")


def _dropped_by_application(subject: Subject, data: Data) -> Fate:
    options = [*_options(data), *(str(o) for o in list_at(subject.data, ("spec", "syncPolicy", "syncOptions")))]
    if "Prune=false" in options:
        return Fate(Outcome.LEFT, "kept by Prune=false")
    if not is_automated(subject.data):
        return Fate(Outcome.ASKED, f"{subject.ref} is synced by hand: it goes when somebody syncs with prune")
    if dig(subject.data, (*AUTOMATED, "prune")) is not True:
        return Fate(Outcome.ASKED, f"{subject.ref} does not prune by itself")
    if "Prune=confirm" in options:
        return Fate(Outcome.ASKED, "kept until somebody confirms, by Prune=confirm")
    return Fate(Outcome.DELETED, f"{subject.ref} prunes")


def _cascades(reconciler: Reconciler, base: World) -> bool:
    """Whether an Application deletes what it applied: by its finalizer, which most generated ones have."""
    if any(str(one).startswith(CASCADE) for one in list_at(reconciler.subject.data, ("metadata", "finalizers"))):
        return True
    makers = (owner.reconciler.subject for owner in base.graph.owners(reconciler.node))
    preserve = ("spec", "syncPolicy", "preserveResourcesOnDeletion")
    return any(maker.ref.kind == "ApplicationSet" and dig(maker.data, preserve) is not True for maker in makers)


def _deleted_with(subject: Subject, data: Data, *, cascades: bool) -> Fate:
    """The reconciler is deleted: whether it takes the object along."""
    name, kind = subject.ref, subject.ref.kind
    if kind == "Application":
        if "Delete=false" in _options(data):
            return Fate(Outcome.LEFT, "kept by Delete=false")
        if cascades:
            return Fate(Outcome.DELETED, f"{name} is deleted, and its finalizer deletes what it applied")
        return Fate(Outcome.LEFT, f"{name} is deleted, but it has no resources-finalizer")
    if kind == "ApplicationSet":
        return Fate(Outcome.DELETED, f"{name} is deleted, and what it generated with it")
    if kind == "Kustomization":
        policy = text_at(subject.data, ("spec", "deletionPolicy")) or "MirrorPrune"
        prunes = dig(subject.data, ("spec", "prune")) is True
        if protection := _flux_protection(data):
            return Fate(Outcome.LEFT, f"kept by {protection}")
        if policy == "Orphan" or (policy == "MirrorPrune" and not prunes):
            reason = "deletionPolicy: Orphan" if policy == "Orphan" else "prune: false"
            return Fate(Outcome.LEFT, f"{name} is deleted, but it has {reason}")
        return Fate(Outcome.DELETED, f"{name} is deleted, and what it applied with it")
    return Fate(Outcome.DELETED, f"{name} is deleted, and what it installed with it")


def _flux_protection(data: Data) -> str | None:
    """The label or annotation by which Flux leaves an object alone when it prunes."""
    for field in ("annotations", "labels"):
        for switch, value in (("prune", "disabled"), ("reconcile", "disabled"), ("ssa", "ignore")):
            found = dig(data, ("metadata", field, FLUX_SWITCH + switch))
            if str(found).lower() == value:
                return f"{switch}: {found}"
    return None


def _options(data: Data) -> list[str]:
    return [option.strip() for option in text_at(data, SYNC_OPTIONS).split(",")]
