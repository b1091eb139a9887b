"""Single orders to Flux, and what a policy says of them: rest, intervals, alerts, and files that Flux writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2

from gitops_lint.context import (
    Context,
    Controller,
    Hit,
    Reach,
    check,
    dig,
    homes_of_flux,
    is_suspended,
    list_at,
    may_be_hidden,
    text_at,
)
from gitops_lint.context import Ref as Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Manifest, Ownership, Ref

NAME = ("metadata", "name")
INTERVAL = ("spec", "interval")
SUSPEND = ("spec", "suspend")
TOOLKIT = ".toolkit.fluxcd.io"
NOTIFICATIONS = "notification.toolkit.fluxcd.io"
_PARTS = re2.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
MAX_TEXT = 40
"""The longest duration that is read."""


def _live(context: Context) -> Iterator[tuple[str, Ownership]]:
    """The live objects of Flux's own kinds, with their clusters."""
    for (cluster, ref), owners in context.graph.objects.items():
        if ref.group.endswith(TOOLKIT) and owners[0].reach is Reach.LIVE:
            yield cluster, owners[0]


# -- rest ------------------------------------------------------------------------------------------------------


@check
def suspended_order(context: Context) -> Iterator[Hit]:
    """What is suspended in Git, one hit for each file; what others wait for is told as the fault that it is."""
    waited = {need.target for need in context.graph.waits}
    files: dict[tuple[str, str], list[Ownership]] = {}
    for cluster, ownership in _live(context):
        built = ownership.built
        if dig(built.data, SUSPEND) is True and (cluster, built.ref) not in waited:
            files.setdefault((cluster, built.locate(SUSPEND).path), []).append(ownership)
    for (cluster, _), (first, *others) in files.items():
        more = f" and {len(others)} more in this file are" if others else " is"
        yield Hit(
            message=f"{first.built.ref}{more} suspended in Git",
            at=first.built.locate(SUSPEND),
            label="nothing is done while this stands",
            subject=first.built.ref,
            clusters=(cluster,),
            related=tuple((other.built.locate(SUSPEND), f"{other.built.ref}, too") for other in others),
            help="resume it, or delete what is no longer needed; for a moment's rest there is flux suspend",
        )


# -- intervals -------------------------------------------------------------------------------------------------


@check
def interval_outside_policy(context: Context) -> Iterator[Hit]:
    """Kustomizations that are built more often than ``params.kustomization``, and this repository looked at too seldom.

    ``params.source`` is the longest interval for the source of a root; a Receiver makes it needless.
    """
    shortest, longest = (_seconds(str(context.params[key])) or 0 for key in ("kustomization", "source"))
    own = {
        need.target
        for need in context.graph.needs
        if context.graph.reconcilers[need.owner].root is not None and need.kind == "reads"
    }
    told = {cluster for cluster, o in _live(context) if o.built.ref.kind == "Receiver"}
    for cluster, ownership in _live(context):
        built = ownership.built
        written = text_at(built.data, INTERVAL)
        seconds = _seconds(written)
        if seconds is None:
            continue
        if built.ref.kind == "Kustomization" and seconds < shortest:
            yield _interval(cluster, ownership, "short", f"is built every {written}", context.params["kustomization"])
        elif (cluster, built.ref) in own and seconds > longest and cluster not in told:
            what = f"is looked at every {written} only"
            yield _interval(cluster, ownership, "long", what, context.params["source"])


def _interval(cluster: str, ownership: Ownership, case: str, what: str, limit: object) -> Hit:
    advice = {
        "short": f"set {limit} or more: a commit wakes it anyway, and retryInterval is for failures",
        "long": f"set {limit} or less, or let a Receiver tell of each push",
    }
    return Hit(
        message=f"{ownership.built.ref} {what}",
        at=ownership.built.locate(INTERVAL),
        label=f"the policy is {limit}",
        case=case,
        subject=ownership.built.ref,
        clusters=(cluster,),
        help=advice[case],
    )


def _seconds(duration: str) -> float | None:
    """A duration of Go in seconds; None for what is none."""
    parts = _PARTS.findall(duration) if len(duration) <= MAX_TEXT else []
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        return None
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))


# -- alerts ----------------------------------------------------------------------------------------------------


@check
def failures_not_announced(context: Context) -> Iterator[Hit]:
    """A cluster in which Flux tells nobody of what fails: no Alert hears of Kustomizations or HelmReleases."""
    told = {cluster for cluster, ownership in _live(context) if _hears(ownership)}
    for root in context.walked.roots:
        cluster, ref = root.node
        is_known = root.controller is Controller.FLUX and cluster in homes_of_flux(context.walked)
        if not is_known or cluster in told or is_suspended(root.subject):
            continue
        told.add(cluster)
        alert = Reference(NOTIFICATIONS, "Alert", ref.namespace, "")
        if not may_be_hidden(context.repo, context.walked, (cluster, alert)):
            yield Hit(
                message=f"nobody hears of what fails in {cluster}: no Alert is about Kustomizations or HelmReleases",
                at=root.subject.locate(NAME),
                label="its failures stay in its status",
                subject=ref,
                clusters=(cluster,),
                help="add a Provider and an Alert with eventSeverity: error for all Kustomizations and HelmReleases",
            )


def _hears(ownership: Ownership) -> bool:
    built = ownership.built
    if built.ref.kind != "Alert" or dig(built.data, SUSPEND) is True:
        return False
    sources = list_at(built.data, ("spec", "eventSources"))
    return any(text_at(source, ("kind",)) in ("Kustomization", "HelmRelease") for source in sources)


# -- files that Flux writes ------------------------------------------------------------------------------------

GENERATED = "# This manifest was generated by flux. DO NOT EDIT."
PART_OF = ("metadata", "labels", "app.kubernetes.io/part-of")


@check
def edited_bootstrap_file(context: Context) -> Iterator[Hit]:
    """Objects that were added by hand to a file that ``flux bootstrap`` writes anew.

    All that ``flux install`` writes into gotk-components.yaml is labelled as a part of Flux (fluxcd/flux2,
    pkg/manifestgen/install); gotk-sync.yaml holds a source and a Kustomization (pkg/manifestgen/sync).
    """
    for path, manifests in context.repo.by_path.items():
        name = path.rpartition("/")[2]
        if name not in ADDED:
            continue
        file = context.repo.file(path)
        added = [manifest for manifest in manifests if ADDED[name](manifest.ref, manifest)]
        if file and added and len(added) < len(manifests) and file.text.lstrip("-\n\r ").startswith(GENERATED):
            first, *others = added
            more = f" and {len(others)} more were" if others else " was"
            yield Hit(
                message=f"{first.ref}{more} added to {path}, which flux bootstrap writes anew",
                at=first.locate(NAME),
                label="not written by Flux",
                subject=first.ref,
                related=tuple((other.locate(NAME), "nor is this") for other in others),
                help=f"move it to a file of its own beside {name}, listed in the kustomization there",
                effect="the next bootstrap or upgrade drops it, and with it goes what it makes",
            )


def _is_no_component(ref: Ref, manifest: Manifest) -> bool:
    return text_at(manifest.data, PART_OF) != "flux"


def _is_no_sync(ref: Ref, manifest: Manifest) -> bool:
    return ref.group not in ("source.toolkit.fluxcd.io", "kustomize.toolkit.fluxcd.io")


ADDED = {"gotk-components.yaml": _is_no_component, "gotk-sync.yaml": _is_no_sync}
"""The files that Flux writes, and what tells an object there that it does not write."""
