"""The marks by which controllers know what is theirs: labels of Argo CD that mean another, marks committed to Git."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    RELEASE,
    Confidence,
    Context,
    Controller,
    Fix,
    Hit,
    Reach,
    Remove,
    check,
    dig,
    mapping_at,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.context import Node, Ownership, Place, Reconciler, Ref, Route, Spot

INSTANCE = "app.kubernetes.io/instance"
METHOD, KEY = "application.resourceTrackingMethod", "application.instanceLabelKey"
ANNOTATION_SINCE = 3
"""The major version of Argo CD that tracks by annotation where nothing else is said (upgrading/2.14-3.0.md)."""


# -- tracking by label -----------------------------------------------------------------------------------------


@check
def tracking_label_collision(context: Context) -> Iterator[Hit]:
    """Objects whose label says that they belong to an Application which does not apply them.

    Only where the repository or the configuration tells that Argo CD tracks by label. What another Application applies
    gets that one's name for a label (argo-cd, util/argo/resource_tracking.go): it is not lost, but not as written.
    """
    key = _label_of_argocd(context)
    if key is None:
        return
    applications = _applications(context)
    claimed: dict[tuple[Node, Node], list[Ownership]] = {}
    renamed: dict[Node, list[Ownership]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        first, names = owners[0], {owner.reconciler.subject.ref.name for owner in owners}
        value = ref.name if ref.kind == RELEASE else text_at(first.built.data, ("metadata", "labels", key))
        if not value or "${" in value or first.reach is not Reach.LIVE:
            continue
        if any(owner.controller is Controller.ARGOCD for owner in owners):
            if value not in names and ref.group != OPAQUE:
                renamed.setdefault(first.reconciler.node, []).append(first)
        elif application := applications.get((cluster, value)):
            claimed.setdefault((application.node, first.reconciler.node), []).append(first)
    for (node, _), found in claimed.items():
        yield _claimed(context.graph.reconcilers[node], key, found)
    for found in renamed.values():
        yield _renamed(key, found)


def _applications(context: Context) -> dict[tuple[str, str], Reconciler]:
    """The live Applications by the cluster that they apply to and their names, which are what the labels hold."""
    return {
        (cluster, reconciler.subject.ref.name): reconciler
        for reconciler in context.walked.reconcilers
        if reconciler.subject.ref.kind == "Application" and context.graph.reach(reconciler.node) is Reach.LIVE
        for cluster in context.graph.destinations(reconciler)
    }


def _claimed(application: Reconciler, key: str, found: Sequence[Ownership]) -> Hit:
    first = min(found, key=lambda ownership: (ownership.built.ref.kind == RELEASE, ownership.built.origin.location))
    name, who, is_release = application.subject.ref, first.reconciler.subject.ref, first.built.ref.kind == RELEASE
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    prunes = dig(application.subject.data, ("spec", "syncPolicy", "automated", "prune")) is True
    verb = "carry" if more else "carries"
    what = f"the objects of {first.built.ref}{more} carry" if is_release else f"{first.built.ref}{more} {verb}"
    return Hit(
        message=f"{what} the label by which {name} knows its own, but {who} applies {'them' if more else 'it'}",
        at=_label_place(first, key),
        label=f"the label of {name}" if not is_release else f"charts set {key} to the name of the release",
        case="pruned" if prunes else "claimed",
        subject=first.built.ref,
        clusters=(first.delivery.cluster,),
        owners=(first,),
        related=((application.subject.locate(("metadata", "name")), "Argo CD tracks by label what belongs to it"),),
        help=f"track by annotation ({METHOD}: annotation), or give the Application another name",
        effect=f"{name} prunes what carries its label and is not in its source"
        if prunes
        else f"{name} is out of sync for ever, and deletes what carries its label with the next sync that prunes",
        confidence=Confidence.LIKELY if is_release else Confidence.CERTAIN,
    )


def _renamed(key: str, found: Sequence[Ownership]) -> Hit:
    first = min(found, key=lambda ownership: ownership.built.origin.location)
    value, name = text_at(first.built.data, ("metadata", "labels", key)), first.reconciler.subject.ref
    more, say = (f" and {len(found) - 1} more", "say") if len(found) > 1 else ("", "says")
    return Hit(
        message=f"{first.built.ref}{more} {say} {key}: {value}, which Argo CD replaces by {name.name}",
        at=_label_place(first, key),
        label="not what will be in the cluster",
        case="replaced",
        subject=name,
        clusters=(first.delivery.cluster,),
        help=f"leave the label to Argo CD, or track by annotation ({METHOD}: annotation)",
        effect="what selects these objects by the label finds nothing",
    )


def _label_place(ownership: Ownership, key: str) -> Spot:
    if ownership.built.ref.kind == RELEASE:
        return ownership.reconciler.subject.locate(("metadata", "name"))
    return ownership.built.locate(("metadata", "labels", key))


# -- what the repository tells of Argo CD ----------------------------------------------------------------------


def _label_of_argocd(context: Context) -> str | None:
    """The label by which Argo CD tracks what it applies; None where it tracks otherwise, or nobody knows."""
    settings = context.installation.named("argocd-cm")
    methods = {setting.text(METHOD) for setting in settings} - {""}
    if not methods:
        major = (context.settings.versions.argocd or "").removeprefix("v").partition(".")[0]
        methods = {"label"} if major.isdecimal() and int(major) < ANNOTATION_SINCE else set()
    keys = {setting.text(KEY) for setting in settings} - {""} or {INSTANCE}
    return keys.pop() if methods == {"label"} and len(keys) == 1 else None


# -- marks in Git ----------------------------------------------------------------------------------------------


class Sign(NamedTuple):
    """A mark of ownership: where it stands, whose it is (None for a mere tool), and what it does to an object."""

    route: Route
    writer: Controller | None
    effect: str


TRACKING_ID = "argocd.argoproj.io/tracking-id"
ANNOTATIONS, LABELS = ("metadata", "annotations"), ("metadata", "labels")
FOR_ARGOCD = "Argo CD takes the object for a part of the Application named there, and prunes what that does not list"
FOR_FLUX = "the Flux reconciler named there may prune the object, whoever applies it now"
FOR_HELM = "Helm takes the object for a part of the release named there: an install adopts it, an uninstall deletes it"
REPLACED = "the controller writes its own mark over it, so that the one in Git is wrong wherever somebody reads it"
FOR_KUBECTL = "the diff of the next kubectl apply or client-side sync starts from what was true when this was exported"

SIGNS = (
    Sign((*ANNOTATIONS, TRACKING_ID), Controller.ARGOCD, FOR_ARGOCD),
    Sign((*LABELS, "argocd.argoproj.io/instance"), Controller.ARGOCD, FOR_ARGOCD),
    Sign((*LABELS, "kustomize.toolkit.fluxcd.io/name"), Controller.FLUX, FOR_FLUX),
    Sign((*LABELS, "helm.toolkit.fluxcd.io/name"), Controller.FLUX, FOR_FLUX),
    Sign((*ANNOTATIONS, "meta.helm.sh/release-name"), None, FOR_HELM),
    Sign((*ANNOTATIONS, "kubectl.kubernetes.io/last-applied-configuration"), None, FOR_KUBECTL),
)
"""argo-cd, docs/user-guide/resource_tracking.md; kustomize-controller, docs/spec (garbage collection); Helm, ownership
metadata; kubectl, declarative object management."""
NAMES_OF_SIGNS = frozenset(str(sign.route[-1]) for sign in SIGNS)


@check
def committed_tracking_metadata(context: Context) -> Iterator[Hit]:
    """Marks of ownership that stand in Git, where only the controllers write them. One hit for each mark of a file."""
    found: dict[tuple[Sign, str, str], dict[Place, Ownership]] = {}
    for owners in context.graph.objects.values():
        for owner in owners:
            marks = {*mapping_at(owner.built.data, LABELS), *mapping_at(owner.built.data, ANNOTATIONS)}
            if marks.isdisjoint(NAMES_OF_SIGNS):
                continue
            for sign in SIGNS:
                if text_at(owner.built.data, sign.route):
                    place = owner.built.locate(sign.route)
                    found.setdefault((sign, _case(sign, owner), place.path), {}).setdefault(place, owner)
    for (sign, case, _), marked in found.items():
        yield _committed(sign, case, marked)


def _case(sign: Sign, owner: Ownership) -> str:
    """What a mark does: nothing for long if its own controller applies the object, or if it names another object.

    A tracking id is ``application:group/kind:namespace/name`` (resource_tracking.md).
    """
    if sign.effect == FOR_HELM:
        return "helm"
    value, ref = str(dig(owner.built.data, sign.route)), owner.built.ref
    is_id = sign.route[-1] == TRACKING_ID
    if sign.writer in (None, owner.controller) or (is_id and value.rpartition(":")[2] != f"{ref.namespace}/{ref.name}"):
        return "leftover"
    return "claim"


def _committed(sign: Sign, case: str, found: Mapping[Place, Ownership]) -> Hit:
    place = min(found, key=lambda place: place.location)
    ref: Ref = found[place].built.ref
    more = f" and {len(found) - 1} more of the file" if len(found) > 1 else ""
    return Hit(
        message=f"{ref}{more} {'carry' if more else 'carries'} {sign.route[-1]}, which only a cluster should know",
        at=place,
        label="written by a tool, not by hand",
        case=case,
        subject=ref,
        help="take it out, and what else was exported with it",
        fix=Fix(f"remove {sign.route[-1]}", tuple(Remove(each) for each in sorted(found, key=lambda p: p.location))),
        reach=Reach.LIVE if any(owner.reach is Reach.LIVE for owner in found.values()) else found[place].reach,
        effect=REPLACED if case == "leftover" and sign.writer else sign.effect,
    )
