"""What goes with an Application when it is deleted, and what stays.

argo-cd, docs/user-guide/app_deletion.md: the finalizer ``resources-finalizer.argocd.argoproj.io`` deletes all that an
Application has applied together with it. CustomResourceDefinitions are left in place, and so is what says
``Delete=false`` (controller/appcontroller.go, shouldBeDeleted).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import Context, Controller, Hit, Ref, check, dig, list_at, mapping_at, order_to, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Ownership, Reconciler, Route, Spot

ARGOCD = "argoproj.io"
FINALIZERS: Route = ("metadata", "finalizers")
RESOURCES = "resources-finalizer.argocd.argoproj.io"
OPTIONS = "argocd.argoproj.io/sync-options"
KEPT = ("Delete=false", "Delete=confirm")
NAME = ("metadata", "name")
SHOWN = 3
"""How many Applications a message names."""


# -- what goes -------------------------------------------------------------------------------------------------


class Cascade(NamedTuple):
    """An Application, what makes its deletion that of its objects, and the data that goes with them."""

    reconciler: Reconciler
    at: Spot
    lost: list[Ownership]


@check
def data_deleted_with_application(context: Context) -> Iterator[Hit]:
    """Applications that take volumes and namespaces with them.

    Those of one ApplicationSet are one hit, and so are the overlays of one base: there is one place to mend.
    """
    found: dict[object, list[Cascade]] = {}
    for reconciler in _applications(context):
        place = _cascade(context, reconciler)
        lost = [] if place is None else sorted(_lost(context, reconciler), key=lambda ownership: ownership.built.ref)
        if place is not None and lost:
            is_generated = place.path != reconciler.subject.locate(FINALIZERS).path
            cause = place if is_generated else frozenset(ownership.built.origin for ownership in lost)
            found.setdefault(cause, []).append(Cascade(reconciler, place, lost))
    for group in found.values():
        yield _cascade_hit(context, group)


def _cascade_hit(context: Context, group: list[Cascade]) -> Hit:
    first, *others = group
    subject, builts = first.reconciler.subject, [ownership.built for ownership in first.lost]
    more = f" and {len(builts) - 1} more" if builts[1:] else ""
    who = f"{subject.ref} or any of {len(others)} more" if others else str(subject.ref)
    return Hit(
        message=f"whoever deletes {who} deletes {builts[0].ref}{more}, with all that is in {'them' if more else 'it'}",
        at=first.at,
        label="deletes what it has applied",
        subject=subject.ref,
        clusters=tuple(sorted({cascade.reconciler.cluster for cascade in group})),
        related=(
            *((cascade.at, "and here") for cascade in others if cascade.at != first.at),
            *((built.locate(NAME), "deleted with it") for built in builts),
        ),
        help=f"annotate what is to stay with {OPTIONS}: Delete=false, or take the finalizer out",
        reach=context.graph.reach(first.reconciler.node),
    )


def _applications(context: Context) -> Iterator[Reconciler]:
    for reconciler in context.walked.reconcilers:
        if (reconciler.subject.ref.group, reconciler.subject.ref.kind) == (ARGOCD, "Application"):
            yield reconciler


def _cascade(context: Context, reconciler: Reconciler) -> Spot | None:
    """What makes the deletion of an Application that of its objects: its finalizer, or its ApplicationSet, which adds
    one to each that it generates (applicationset/utils/utils.go), unless it preserves the resources.
    """
    subject = reconciler.subject
    for index, finalizer in enumerate(list_at(subject.data, FINALIZERS)):
        if isinstance(finalizer, str) and finalizer.startswith(RESOURCES):
            return subject.locate((*FINALIZERS, index))
    for owner in context.graph.owners(reconciler.node):
        maker = owner.reconciler.subject
        keeps = dig(maker.data, ("spec", "syncPolicy", "preserveResourcesOnDeletion")) is True
        if maker.ref.kind == "ApplicationSet" and not keeps:
            return maker.locate(NAME)
    return None


def _lost(context: Context, reconciler: Reconciler) -> Iterator[Ownership]:
    """The volumes and namespaces that an Application applies and that do not outlive it."""
    if any(option in list_at(reconciler.subject.data, ("spec", "syncPolicy", "syncOptions")) for option in KEPT):
        return
    for ownership in context.graph.applied_by(reconciler):
        ref = ownership.built.ref
        if ref.group or _is_kept(ownership):
            continue
        is_volume = ref.kind == "PersistentVolumeClaim" and not _is_retained(context, ownership)
        if is_volume or (ref.kind == "Namespace" and _is_rightful(context, ownership)):
            yield ownership


def _is_kept(ownership: Ownership) -> bool:
    annotations = mapping_at(ownership.built.data, ("metadata", "annotations"))
    options = [option.strip() for option in str(annotations.get(OPTIONS, "")).split(",")]
    return any(option in options for option in KEPT) or annotations.get("helm.sh/resource-policy") == "keep"


def _is_retained(context: Context, ownership: Ownership) -> bool:
    """Whether the volume outlives its claim: one that was made by hand, or of a class that says so."""
    claim, cluster = ownership.built.data, ownership.delivery.cluster
    if text_at(claim, ("spec", "volumeName")) or dig(claim, ("spec", "selector")):
        return True
    ref = Ref("storage.k8s.io", "StorageClass", "", text_at(claim, ("spec", "storageClassName")))
    classes = context.graph.owners((cluster, ref))
    return any(text_at(owner.built.data, ("reclaimPolicy",)) == "Retain" for owner in classes)


def _is_rightful(context: Context, ownership: Ownership) -> bool:
    """Whether the matrix, if there is one, leaves the object to Argo CD: else that is what is wrong."""
    match = context.component(ownership)
    return match is None or match.component.owner is Controller.ARGOCD


# -- what stays ------------------------------------------------------------------------------------------------


@check
def child_without_finalizer(context: Context) -> Iterator[Hit]:
    """Applications that their parent deletes once they are gone from Git, and whose objects stay behind."""
    found: dict[Reconciler, list[Ownership]] = {}
    for reconciler in _applications(context):
        if _cascade(context, reconciler) is None and list(context.graph.applied_by(reconciler)):
            for ownership in context.graph.owners(reconciler.node)[:1]:
                if _prunes(ownership.reconciler):
                    found.setdefault(ownership.reconciler, []).append(ownership)
    for parent, children in found.items():
        names = ", ".join(child.built.ref.name for child in children[:SHOWN])
        more = f" and {len(children) - SHOWN} more" if children[SHOWN:] else ""
        many = len(children) > 1
        yield Hit(
            message=f"{parent.subject.ref} prunes {'Applications' if many else 'an Application'} without a finalizer: "
            f"{names}{more}",
            at=children[0].built.locate(NAME),
            label=f"{RESOURCES} is missing",
            subject=children[0].built.ref,
            clusters=(parent.cluster,),
            related=tuple((child.built.locate(NAME), "and here") for child in children[1:]),
            help=f"add {RESOURCES} to metadata.finalizers, if its objects are to go with it",
            effect=f"once {'they are' if many else 'it is'} gone from Git, what {'they have' if many else 'it has'} "
            "applied stays in the cluster, and nobody applies it",
            reach=children[0].reach,
        )


def _prunes(reconciler: Reconciler) -> bool:
    """Whether a parent deletes what is gone from Git by itself."""
    data = reconciler.subject.data
    if order_to(reconciler.subject.ref) is Controller.FLUX:
        return dig(data, ("spec", "prune")) is True
    return dig(data, ("spec", "syncPolicy", "automated", "prune")) is True
