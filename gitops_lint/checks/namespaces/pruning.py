"""What is pruned with its manifest, and takes others along.

Semantics: kustomize-controller deletes what leaves its inventory, unless the object is marked; Argo CD what leaves its
source, with ``prune``, unless a sync option says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    PRUNE,
    Context,
    Controller,
    Fix,
    Hit,
    Put,
    Reach,
    Ref,
    annotation,
    check,
    dig,
    is_spared,
    leaves_alone,
    list_at,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Ownership, Reconciler, Spot

NAME = ("metadata", "name")
OPTIONS = "argocd.argoproj.io/sync-options"
SHOWN = 8
"""How many further places are shown."""

LASTING = {
    ("", "Namespace"): "namespace",
    ("", "PersistentVolumeClaim"): "volume",
    ("", "PersistentVolume"): "volume",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "definition",
}
"""What takes others along when it goes, and what that is called; the worst first."""
PROTECTED = ("Prune=false", "Prune=confirm")
"""The sync options that keep an object (argo-cd, docs/user-guide/sync-options.md)."""
LOST = {
    "namespace": "everything in the namespace goes with it, whoever applied it",
    "volume": "the data goes with it",
    "definition": "every object of the kind goes with it, in all namespaces",
}


class Pruned(NamedTuple):
    """A reconciler, where it is told to prune, and what it would take along, the worst first."""

    reconciler: Reconciler
    place: Spot
    objects: Sequence[Ownership]


@check
def unprotected_prune(context: Context) -> Iterator[Hit]:
    """What a reconciler prunes that takes others along. One hit for each, or for all that bring the same manifests."""
    found: dict[tuple[object, ...], list[Pruned]] = {}
    order = list(LASTING)
    for reconciler in context.walked.reconcilers:
        place = _prunes(reconciler)
        if place is None or context.graph.reach(reconciler.node) is not Reach.LIVE:
            continue
        objects = [o for o in context.graph.applied_by(reconciler) if _is_at_risk(context, o)]
        if objects:
            objects.sort(key=lambda o: (order.index((o.built.ref.group, o.built.ref.kind)), o.built.ref))
            origins = tuple(sorted(o.built.origin.location for o in objects))
            found.setdefault(origins, []).append(Pruned(reconciler, place, objects))
    for group in found.values():
        yield _prune_hit(sorted(group, key=lambda pruned: pruned.reconciler.subject.ref))


def _prunes(reconciler: Reconciler) -> Spot | None:
    """Where a reconciler is told to delete what leaves Git."""
    flux, argocd = ("spec", "prune"), ("spec", "syncPolicy", "automated", "prune")
    subject = reconciler.subject
    route = flux if reconciler.controller is Controller.FLUX else argocd
    if subject.ref.kind not in ("Kustomization", "Application") or dig(subject.data, route) is not True:
        return None
    if any(option in PROTECTED for option in list_at(subject.data, ("spec", "syncPolicy", "syncOptions"))):
        return None
    return subject.locate(route)


def _is_at_risk(context: Context, owner: Ownership) -> bool:
    ref, data = owner.built.ref, owner.built.data
    if (ref.group, ref.kind) not in LASTING or leaves_alone(owner.controller, data) or _keeps_data(context, owner):
        return False
    if ref.name == "flux-system" or ref.name.endswith(".fluxcd.io"):
        return False  # what Flux is made of goes when it is uninstalled, and not before
    if owner.controller is Controller.ARGOCD:
        options = text_at(data, ("metadata", "annotations", OPTIONS))
        return not any(option.strip() in PROTECTED for option in options.split(","))
    return not is_spared(data)


def _keeps_data(context: Context, owner: Ownership) -> bool:
    """Whether the volume outlives its object: by its own policy, or by that of its class."""
    data = owner.built.data
    if owner.built.ref.kind == "PersistentVolume":
        return text_at(data, ("spec", "persistentVolumeReclaimPolicy")) == "Retain"
    wanted = Ref("storage.k8s.io", "StorageClass", "", text_at(data, ("spec", "storageClassName")))
    classes = context.graph.owners((owner.delivery.cluster, wanted))
    return any(text_at(found.built.data, ("reclaimPolicy",)) == "Retain" for found in classes)


def _prune_hit(group: Sequence[Pruned]) -> Hit:
    (reconciler, place, objects), *others = group
    first = objects[0]
    case = LASTING[(first.built.ref.group, first.built.ref.kind)]
    flux = reconciler.controller is Controller.FLUX
    mark = "the label kustomize.toolkit.fluxcd.io/prune: disabled" if flux else "the sync option Prune=confirm"
    who = f"{reconciler.subject.ref}{f' and {len(others)} more delete' if others else ' deletes'}"
    more = f" and {len(objects) - 1} more" if objects[1:] else ""
    shown = [(pruned.place, f"{pruned.reconciler.subject.ref} prunes") for pruned in group] if others else []
    shown += [(o.built.locate(NAME), f"{o.built.ref} is not protected") for o in objects[1 if others else 0 :]]
    return Hit(
        message=f"{who} {first.built.ref}{more} as soon as the manifest leaves {'them' if others else 'it'}",
        at=first.built.locate(NAME) if others else place,
        label="not protected" if others else "prunes it too",
        case=case,
        subject=first.built.ref,
        clusters=tuple(sorted({o.delivery.cluster for pruned in group for o in pruned.objects})),
        owners=(first,),
        related=tuple(shown[:SHOWN]),
        help=f"give {'them' if more else 'it'} {mark}",
        fix=_fix(objects, flux=flux),
        effect=LOST[case],
        reach=first.reach,
    )


def _fix(objects: Sequence[Ownership], *, flux: bool) -> Fix | None:
    """The mark on each of the objects; none where one of them is not marked in its own manifest."""
    changes: list[Put] = []
    for owner in objects:
        options = text_at(owner.built.data, ("metadata", "annotations", OPTIONS))
        value = ",".join(filter(None, (options, "Prune=confirm")))
        put = annotation(owner.built, PRUNE, "disabled") if flux else annotation(owner.built, OPTIONS, value)
        if put is None:
            return None
        changes.append(put)
    return Fix(f"annotate {'it' if len(objects) == 1 else 'them'}", tuple(changes))
