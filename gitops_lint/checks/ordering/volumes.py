"""Claims and the classes that they ask for: a class that nobody makes, a claim that is waited for in vain.

Semantics: a claim of a class with ``volumeBindingMode: WaitForFirstConsumer`` stays Pending until a Pod mounts it
(Kubernetes, storage-classes), and one that is Pending is not ready for Flux (fluxcd/pkg, ssa/manager_wait_test.go).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import (
    Confidence,
    Context,
    Hit,
    Reach,
    Ref,
    charts,
    check,
    did_you_mean,
    dig,
    is_suspended,
    mapping_at,
    mappings_at,
    needed_by,
    storage_classes_of,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.context import Node, Ownership, Reconciler, Spot

NAME = ("metadata", "name")
WAIT = ("spec", "wait")
CLASS = ("spec", "storageClassName")
WORD = re2.compile(r"[a-z0-9][-.a-z0-9]*[a-z0-9]|[a-z0-9]")
FEW = 3
DEFAULT = "storageclass.kubernetes.io/is-default-class"


class Storage:
    """The classes and volumes of the clusters, who mounts which claim, and which objects speak of what."""

    def __init__(self, context: Context) -> None:
        self._objects = context.graph.objects
        self.classes: dict[str, dict[str, Ownership]] = {}
        self.volumes: dict[str, list[Ownership]] = {}
        for (cluster, ref), owners in self._objects.items():
            if (ref.group, ref.kind) == ("storage.k8s.io", "StorageClass"):
                self.classes.setdefault(cluster, {})[ref.name] = owners[0]
            elif (ref.group, ref.kind) == ("", "PersistentVolume"):
                self.volumes.setdefault(cluster, []).append(owners[0])

    @cached_property
    def users(self) -> dict[Node, list[Ownership]]:
        """Who applies the Pods that mount a claim."""
        found: dict[Node, list[Ownership]] = {}
        for (cluster, _), owners in self._objects.items():
            for owner in owners:
                for needed in {needed for needed, _ in needed_by(owner.built)}:
                    found.setdefault((cluster, needed), []).append(owner)
        return found

    @cached_property
    def words(self) -> dict[tuple[str, str], list[Ref]]:
        """The objects of each cluster that hold a word anywhere; a few of them are enough."""
        found: dict[tuple[str, str], list[Ref]] = {}
        for (cluster, ref), owners in self._objects.items():
            for word in set(WORD.findall(repr(owners[0].built.data))):
                named = found.setdefault((cluster, word), [])
                if len(named) < FEW:
                    named.append(ref)
        return found


# -- classes ---------------------------------------------------------------------------------------------------


@check
def missing_storage_class(context: Context) -> Iterator[Hit]:
    """A StorageClass that claims ask for and nothing applies, where others are applied. One hit for each class.

    A class may be made by a chart, or by what cannot be seen from here: then nothing is said.
    """
    externals, storage = context.externals, Storage(context)
    found: dict[Node, list[tuple[Ownership, Spot]]] = {}
    for (cluster, _), owners in context.graph.objects.items():
        for owner in owners[:1] if owners[0].reach is Reach.LIVE else ():
            for needed, route in storage_classes_of(owner.built):
                if not context.graph.owners((cluster, needed)) and "${" not in needed.name:
                    found.setdefault((cluster, needed), []).append((owner, owner.built.locate(route)))
    open_ones = {cluster for cluster in {node[0] for node in found} if _may_have_more(context, cluster, storage)}
    for (cluster, needed), users in found.items():
        by_hand = any(text_at(v.built.data, CLASS) == needed.name for v in storage.volumes.get(cluster, ()))
        if cluster not in open_ones and not by_hand and not externals.has(needed):
            yield _class_hit(cluster, needed, users, storage.classes[cluster])


def _may_have_more(context: Context, cluster: str, storage: Storage) -> bool:
    """Whether a cluster may have classes that nothing of this repository applies as manifests."""
    if cluster not in storage.classes or context.providers.unseen(cluster):
        return True
    releases = context.providers.releases(cluster)
    return any(charts.makes_storage_classes(text_at(release.built.data, ("chart",))) for release in releases)


def _class_hit(
    cluster: str, needed: Ref, users: Sequence[tuple[Ownership, Spot]], classes: Mapping[str, Ownership]
) -> Hit:
    (owner, place), *others = sorted(users, key=lambda user: user[1].location)
    elsewhere = {spot.location: (spot, f"{other.built.ref} asks for it") for other, spot in others}
    elsewhere.pop(place.location, None)
    more = f" and {len(others)} more ask" if others else " asks"
    known = ", ".join(sorted(classes))
    return Hit(
        message=f"{owner.built.ref}{more} for the StorageClass {needed.name}, which nothing applies"
        f"{did_you_mean(needed.name, classes)}",
        at=place,
        label="there is no such StorageClass",
        subject=owner.built.ref,
        clusters=(cluster,),
        owners=(owner,),
        related=tuple(elsewhere.values()),
        help=f"name a class that is applied ({known}), or add StorageClass/{needed.name} to externals",
        effect="the claim stays Pending, and so does every Pod that mounts it",
        confidence=Confidence.LIKELY,
    )


# -- claims that are waited for --------------------------------------------------------------------------------


class Claim(NamedTuple):
    """A claim, the Kustomization that waits for it, and its class."""

    owner: Ownership
    waiting: Spot
    storage_class: Ownership


@check
def unbindable_claim(context: Context) -> Iterator[Hit]:
    """A Kustomization that waits for a claim which no Pod can mount before it is ready."""
    storage = Storage(context)
    for reconciler in context.walked.reconcilers:
        is_live = context.graph.reach(reconciler.node) is Reach.LIVE
        if reconciler.subject.ref.kind == "Kustomization" and is_live and not is_suspended(reconciler.subject):
            for claim in _claims(context, reconciler, storage):
                users = storage.users.get((claim.owner.delivery.cluster, claim.owner.built.ref), [])
                in_time = any(_comes_in_time(context, user, reconciler) for user in users)
                if not in_time and (users or not _may_be_used_unseen(context, claim.owner, storage)):
                    yield _claim_hit(context, claim, users)


def _claims(context: Context, reconciler: Reconciler, storage: Storage) -> Iterator[Claim]:
    """The claims that a Kustomization waits for and whose class waits for a Pod."""
    for owner in context.graph.applied_by(reconciler):
        ref, data = owner.built.ref, owner.built.data
        if (ref.group, ref.kind) != ("", "PersistentVolumeClaim") or text_at(data, ("spec", "volumeName")):
            continue
        waiting = _waiting(reconciler, ref)
        found = _class_of(owner, storage) if waiting else None
        if not waiting or not found or text_at(found.built.data, ("volumeBindingMode",)) != "WaitForFirstConsumer":
            continue
        if not any(_is_bound(volume.built.data, owner) for volume in storage.volumes.get(owner.delivery.cluster, ())):
            yield Claim(owner, waiting, found)


def _waiting(reconciler: Reconciler, ref: Ref) -> Spot | None:
    """Where a Kustomization says that it waits for a claim; ``wait`` leaves ``healthChecks`` out of account."""
    subject = reconciler.subject
    if dig(subject.data, WAIT) is True:
        return subject.locate(WAIT)
    for index, entry in enumerate(mappings_at(subject.data, ("spec", "healthChecks"))):
        if (entry.get("kind"), entry.get("name")) == (ref.kind, ref.name):
            return subject.locate(("spec", "healthChecks", index))
    return None


def _class_of(owner: Ownership, storage: Storage) -> Ownership | None:
    """The class of a claim, as far as it is applied from here: the one that it names, else the default one."""
    classes = storage.classes.get(owner.delivery.cluster, {})
    name = dig(owner.built.data, CLASS)
    if name is not None:
        return classes.get(name) if isinstance(name, str) else None
    marks = {name: mapping_at(found.built.data, ("metadata", "annotations")) for name, found in classes.items()}
    default = [classes[name] for name, mark in marks.items() if mark.get(DEFAULT) == "true"]
    return default[0] if len(default) == 1 else None


def _is_bound(volume: object, owner: Ownership) -> bool:
    """Whether a volume is made for a claim, or for its class."""
    claim = mapping_at(volume, ("spec", "claimRef"))
    named = (claim.get("namespace"), claim.get("name")) == (owner.built.ref.namespace, owner.built.ref.name)
    wanted = text_at(owner.built.data, CLASS)
    return named or (bool(wanted) and text_at(volume, CLASS) == wanted)


def _comes_in_time(context: Context, user: Ownership, waiting: Reconciler) -> bool:
    """Whether the Pods of a workload are made without the Kustomization being ready."""
    return not context.precedence.waits_for(user.reconciler.node, waiting.node)


def _may_be_used_unseen(context: Context, claim: Ownership, storage: Storage) -> bool:
    """Whether a chart, an operator or something that cannot be seen from here may mount a claim."""
    cluster, wanted = claim.delivery.cluster, claim.built.ref
    own = (wanted, claim.reconciler.subject.ref)
    speakers = storage.words.get((cluster, wanted.name), ())
    return bool(context.providers.unseen(cluster)) or any(ref not in own for ref in speakers)


def _claim_hit(context: Context, claim: Claim, users: Sequence[Ownership]) -> Hit:
    owner, ref = claim.owner, claim.owner.built.ref
    reconciler = owner.reconciler.subject.ref
    if users:
        who = users[0].reconciler.subject.ref
        why = f"{users[0].built.ref} mounts it, and {who} waits for {reconciler.name}"
        advice = f"move the claim to what {who.name} applies, or take wait out and name healthChecks"
    else:
        why, advice = "no Pod mounts it", "apply the claim together with the workload that mounts it, or take it out"
    case = "held-up" if users else "unused"
    return Hit(
        message=f"{reconciler} waits for {ref}, which is not bound before a Pod mounts it: {why}",
        at=owner.built.locate(NAME),
        label="stays Pending",
        case="adopted" if context.settings.adoption else case,
        subject=ref,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        related=(
            (claim.waiting, "waits for it"),
            (claim.storage_class.built.locate(("volumeBindingMode",)), "binds when a Pod mounts it"),
            *((user.built.locate(NAME), "mounts it") for user in users),
        ),
        help=advice,
        effect=f"{reconciler.name} fails at its timeout, each time",
        reach=owner.reach,
    )
