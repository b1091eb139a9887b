"""What Argo CD does not wait for, since it cannot tell whether it is well.

argo-cd, docs/operator-manual/health.md: without a check for its kind, an object has no health, and no wave waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    Confidence,
    Context,
    Controller,
    Hit,
    Ref,
    assessed,
    check,
    dig,
    fits,
    mapping_at,
    mappings_at,
    order_to,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Ownership, Reconciler

ARGOCD = "argoproj.io"
WAVE = "argocd.argoproj.io/sync-wave"
CUSTOMIZED = "resource.customizations"
NAME = ("metadata", "name")


# -- waves -----------------------------------------------------------------------------------------------------


class Wave(NamedTuple):
    """An object and the wave that it is applied in."""

    number: int
    ownership: Ownership


@check
def wave_over_applications(context: Context) -> Iterator[Hit]:
    """Waves that are to begin when the Applications of earlier ones are healthy, where Argo CD cannot tell that.

    argo-cd, docs/operator-manual/upgrading/1.7-1.8.md: the health of an Application is not assessed any more, unless
    argocd-cm brings the check back. That may be in the cluster and not here.
    """
    if _is_customized(context, Ref(ARGOCD, "Application", "", "")):
        return
    for parent in context.walked.reconcilers:
        if parent.subject.ref.kind != "Application" or order_to(parent.subject.ref) is not Controller.ARGOCD:
            continue
        waves = sorted(_waves(context, parent), key=lambda wave: (wave.number, wave.ownership.built.ref))
        early = [wave for wave in waves if _is_application(wave) and wave.number < waves[-1].number]
        if early:
            yield _wave_hit(context, parent, early, [wave for wave in waves if WAVE in _annotations(wave.ownership)])


def _waves(context: Context, parent: Reconciler) -> Iterator[Wave]:
    for ownership in context.graph.applied_by(parent):
        text = str(_annotations(ownership).get(WAVE, "0"))
        yield Wave(int(text) if text.lstrip("-").isdecimal() and len(text) < len("-99999999") else 0, ownership)


def _annotations(ownership: Ownership) -> dict[str, object]:
    return dict(mapping_at(ownership.built.data, ("metadata", "annotations")))


def _is_application(wave: Wave) -> bool:
    ref = wave.ownership.built.ref
    return (ref.group, ref.kind) == (ARGOCD, "Application")


def _wave_hit(context: Context, parent: Reconciler, early: list[Wave], marked: list[Wave]) -> Hit:
    first, subject = early[0].ownership.built, parent.subject
    what = f"{first.ref} and {len(early) - 1} more" if early[1:] else str(first.ref)
    is_known = bool(context.installation.named("argocd-cm"))
    route = ("metadata", "annotations", WAVE)
    return Hit(
        message=f"the sync waves in {subject.ref} do not wait until {what} {'are' if early[1:] else 'is'} healthy",
        at=subject.locate(NAME),
        label="applies Applications in waves",
        case="known" if is_known else "unseen",
        subject=subject.ref,
        clusters=(parent.cluster,),
        related=tuple((wave.ownership.built.locate(route), f"wave {wave.number}") for wave in marked),
        help=f"give argocd-cm a {CUSTOMIZED}.health.{ARGOCD}_Application"
        + ("" if is_known else ", unless it has one: it is not in this repository"),
        effect="each wave is applied as soon as the Applications of the one before exist",
        confidence=Confidence.CERTAIN if is_known else Confidence.POSSIBLE,
        reach=context.graph.reach(parent.node),
    )


# -- health ----------------------------------------------------------------------------------------------------


@check
def unassessed_health(context: Context) -> Iterator[Hit]:
    """Custom resources under Argo CD that work on something for a while, and whose health it cannot tell.

    A kind is known to do so by its CustomResourceDefinition here, whose status has conditions, or by its name. One
    check mends it for all objects of the kind, so each kind is one hit.
    """
    found: dict[tuple[str, str], list[Ownership]] = {}
    for (_, ref), owners in context.graph.objects.items():
        if owners[0].controller is Controller.ARGOCD and ref.group not in ("", OPAQUE) and not assessed.is_known(ref):
            found.setdefault((ref.group, ref.kind), []).append(owners[0])
    for (group, kind), ownerships in found.items():
        ref = ownerships[0].built.ref
        if (assessed.takes_time(ref) or _has_conditions(context, ref)) and not _is_customized(context, ref):
            first = min(ownerships, key=lambda ownership: ownership.built.origin.location)
            more = f" and {len(ownerships) - 1} more" if ownerships[1:] else ""
            yield Hit(
                message=f"Argo CD cannot tell whether {first.built.ref}{more} {'are' if more else 'is'} healthy",
                at=first.built.locate(("kind",)),
                label=f"no check for {kind} of {group}",
                subject=first.built.ref,
                clusters=(first.delivery.cluster,),
                owners=(first,),
                help=f"write one in argocd-cm, as {CUSTOMIZED}.health.{group}_{kind}",
                effect="the Application is Healthy whatever becomes of it, and no later wave waits for it",
                confidence=Confidence.LIKELY,
                reach=first.reach,
            )


def _has_conditions(context: Context, ref: Ref) -> bool:
    """Whether the definition of a kind stands here, and its status is a subresource with conditions."""
    for manifest in context.repo.of_kind("apiextensions.k8s.io", "CustomResourceDefinition"):
        spec = mapping_at(manifest.data, ("spec",))
        if (text_at(spec, ("group",)), text_at(spec, ("names", "kind"))) == (ref.group, ref.kind):
            route = ("schema", "openAPIV3Schema", "properties", "status", "properties", "conditions")
            return any(
                dig(version, ("subresources", "status")) is not None and dig(version, route) is not None
                for version in mappings_at(spec, ("versions",))
            )
    return False


def _is_customized(context: Context, ref: Ref) -> bool:
    """Whether argocd-cm brings a check for a kind, by a key of its own or in the one text for all."""
    return any(
        fits(pattern, f"{ref.group}/{ref.kind}")
        for config in context.installation.named("argocd-cm")
        for key, value in config.settings.items()
        for pattern in _customized(str(key), str(value))
    )


def _customized(key: str, value: str) -> Iterator[str]:
    """The kinds, as globs, that an entry of argocd-cm is about; in a key, ``_`` stands for what it may not hold."""
    if key == CUSTOMIZED:
        lines = (line for line in value.splitlines() if line and not line[0].isspace())
        yield from (line.partition(":")[0].strip("\"' ") for line in lines)
    elif key.startswith(f"{CUSTOMIZED}.health."):
        group, _, kind = key.removeprefix(f"{CUSTOMIZED}.health.").rpartition("_")
        group = group.removesuffix("_") if not kind else group
        yield f"{'*' if group.startswith('_') else ''}{group.lstrip('_')}/{kind or '*'}"
