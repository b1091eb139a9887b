"""Images whose name does not say what runs: ``latest``, or no tag at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import OPAQUE, Confidence, Context, Hit, Reach, check, containers_of, dig, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Environment, Ownership, Reconciler, Route, Spot

UPDATER = "argocd-image-updater.argoproj.io"
"""The group of argocd-image-updater, and what its annotations begin with: it sets tags in the live Application."""


class Floating(NamedTuple):
    """An image without a fixed tag, and the environment of the workload that runs it."""

    ownership: Ownership
    environment: Environment | None
    image: str


@check
def unpinned_image(context: Context) -> Iterator[Hit]:
    """Workloads with an image without a fixed tag; those that one place gives it to are one hit.

    ``params.guarded`` tells of which: those in an environment that is synced by hand, or all others. What one place
    gives to both belongs to the former.
    """
    found: dict[Spot, list[Floating]] = {}
    for owners in context.graph.objects.values():
        ownership = owners[0]
        if ownership.built.ref.group != OPAQUE:
            for route, image in _unpinned(ownership):
                environment = context.environment(ownership.reconciler)
                floating = Floating(ownership, environment, image)
                found.setdefault(ownership.built.locate(route), []).append(floating)
    for spot, group in found.items():
        guarded = [floating for floating in group if _is_guarded(context, floating)]
        if context.params["guarded"]:
            certain = [floating for floating in guarded if not _is_updated(context, floating.ownership.reconciler)]
            if certain:
                yield _hit(spot, certain, guarded=True)
        elif not guarded:
            yield _hit(spot, group, guarded=False)


def _is_guarded(context: Context, floating: Floating) -> bool:
    return floating.environment is not None and floating.environment.name in context.environments.guarded


def _unpinned(ownership: Ownership) -> Iterator[tuple[Route, str]]:
    """The images without a fixed tag; one that is filled in later, ``${TAG}``, is unknown."""
    built = ownership.built
    for route, container in containers_of(built.ref.kind, built.data):
        image = container.get("image")
        if isinstance(image, str) and image and not {"$", "@"} & set(image) and tag_of(image) in ("", "latest"):
            yield (*route, "image"), image


def _is_updated(context: Context, reconciler: Reconciler) -> bool:
    """Whether argocd-image-updater may set the tags of an Application, by its annotations or by an ImageUpdater."""
    annotations = dig(reconciler.subject.data, ("metadata", "annotations"))
    is_annotated = isinstance(annotations, dict) and any(str(key).startswith(f"{UPDATER}/") for key in annotations)
    is_asked = reconciler.subject.ref.kind == "Application" and bool(context.repo.of_kind(UPDATER, "ImageUpdater"))
    return is_annotated or is_asked


def _hit(spot: Spot, group: list[Floating], *, guarded: bool) -> Hit:
    (ownership, environment, image), *others = group
    more = f" and {len(others)} more" if others else ""
    where = f" in {environment.name}" if guarded and environment else ""
    is_certain = not guarded or any(each.environment is not None and each.environment.certain for each in group)
    verb = "run" if others else "runs"
    return Hit(
        message=f"{ownership.built.ref}{more} {verb} {image}{where}, an image without a fixed tag",
        at=spot,
        label="whatever the registry holds when a node pulls",
        subject=ownership.built.ref,
        clusters=tuple(sorted({each.ownership.delivery.cluster for each in group})),
        help="name the tag of a version, or the digest",
        effect=f"a restart changes what runs{where}, and no commit shows it",
        confidence=Confidence.CERTAIN if is_certain else Confidence.POSSIBLE,
        reach=Reach.LIVE if any(each.ownership.reach is Reach.LIVE for each in group) else ownership.reach,
    )
