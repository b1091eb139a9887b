"""Overlays: one for each environment, and each environment reads its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    Confidence,
    Context,
    Hit,
    Location,
    Place,
    Reach,
    check,
    did_you_mean,
    reads_of,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Environment, Overlay, Reconciler, Spot


def kustomization_of(context: Context, directory: str) -> str | None:
    """The kustomization file of a directory; None where it has none."""
    names = (f"{directory}/{name}" if directory else name for name in KUSTOMIZATION_FILES)
    return next((name for name in names if context.repo.tree.is_file(name)), None)


def _is_component(context: Context, file: str) -> bool:
    """Whether a kustomization is a component: a part that overlays share, and none itself."""
    read = context.repo.file(file)
    return any(text_at(document.data, ("kind",)) == "Component" for document in (read.documents if read else ()))


def _top(context: Context, file: str) -> Spot:
    """The beginning of a file."""
    read = context.repo.file(file)
    return Place(read.documents[0], ("kind",)) if read and read.documents else Location(file)


# -- an overlay that is not there --------------------------------------------------------------------------------------


class Read(NamedTuple):
    """A reconciler that reads the overlay of an environment, and where it says so."""

    reconciler: Reconciler
    overlay: Overlay
    place: Spot


@check
def missing_overlay(context: Context) -> Iterator[Hit]:
    """Overlays whose siblings lack an environment, although that environment has overlays elsewhere.

    Where more of them lack it than have it, that is the custom. An environment that reads something else of the same
    component needs none. A hand-synced environment that has what none of the others has is one case, what it does not
    have yet is the other. What the declared layout names is told there.
    """
    reads = list(_overlays_read(context))
    for environment in context.environments.declared:
        asked = [read for read in reads if _precedes_or_follows(context, read.overlay.environment, environment)]
        lacking = [read for read in asked if not _has_one(context, read.overlay, environment)]
        told = [read for read in lacking if not context.is_in_layout(sibling(read.overlay, environment))]
        if not any(read.overlay.environment == environment for read in reads) or len(lacking) * 2 > len(asked):
            continue
        found: dict[Spot, list[Read]] = {}
        for read in told:
            found.setdefault(read.place, []).append(read)
        for spot, group in found.items():
            yield _missing_hit(context, spot, environment, group)


def _overlays_read(context: Context) -> Iterator[Read]:
    """The overlays that reconcilers read, one reader for each."""
    seen = set()
    for reconciler in context.walked.reconcilers:
        for path, route in reads_of(reconciler):
            overlay = context.environments.overlay(path)
            is_one = overlay is not None and overlay.above.rpartition("/")[2] in context.params["within"]
            if overlay is not None and is_one and path not in seen and kustomization_of(context, path):
                seen.add(path)
                yield Read(reconciler, overlay, reconciler.subject.locate(route))


def _precedes_or_follows(context: Context, environment: str, other: str) -> bool:
    """Whether two environments are stations of one change: one synced by itself, the other one by hand."""
    first, guarded = context.environments.tried_first, context.environments.guarded
    return (environment in guarded and other in first) or (environment in first and other in guarded)


def _has_one(context: Context, overlay: Overlay, environment: str) -> bool:
    """Whether an environment has a sibling of an overlay; for one that comes first, any of these will do."""
    first = context.environments.tried_first
    names = first if environment in first else (environment,)
    return any(_has(context, overlay, name) for name in names)


def _has(context: Context, overlay: Overlay, environment: str) -> bool:
    """Whether an environment has a sibling of an overlay, or reads the component in another way."""
    tree = context.repo.tree
    for directory in context.environments.directories(overlay.above, environment):
        if not overlay.below or tree.is_directory(f"{directory}/{overlay.below}"):
            return True
    component = overlay.below or overlay.above.rpartition("/")[0]
    for reconciler in context.walked.reconcilers:
        told = {each.name for each in context.environments.served(reconciler) if each}
        if environment in told and any(f"/{component}/" in f"/{path}/" for path, _ in reads_of(reconciler)):
            return True
    return False


def sibling(overlay: Overlay, environment: str) -> str:
    """The directory that an environment would have beside the overlay of another one."""
    return "/".join(part for part in (overlay.above, environment, overlay.below) if part)


def _missing_hit(context: Context, spot: Spot, environment: str, group: list[Read]) -> Hit:
    first, *others = group
    overlay = first.overlay
    more = f" and {len(others)} more" if others else ""
    is_untried = overlay.environment in context.environments.guarded
    return Hit(
        message=f"{sibling(overlay, environment)} is missing: {environment} has no overlay beside that of "
        f"{overlay.environment}{more}",
        at=spot,
        label=f"{overlay.environment} has one",
        case="untried" if is_untried else "unfinished",
        subject=first.reconciler.subject.ref,
        related=tuple((other.place, "nor beside this one") for other in others),
        help=f"add the overlay of {environment}, and an order that reads it",
        effect=(
            f"a change is in {overlay.environment} before anybody has seen it work"
            if is_untried
            else f"it gets to {overlay.environment}, and no further"
        ),
        reach=context.graph.reach(first.reconciler.node),
    )


# -- a base that is read past its overlay ------------------------------------------------------------------------------


class Past(NamedTuple):
    """A reconciler that reads a base, and the overlay on it that is there for nobody."""

    reconciler: Reconciler
    environment: Environment | None
    directory: str


@check
def base_read_directly(context: Context) -> Iterator[Hit]:
    """Reconcilers that read a base, while an overlay on it is read by nobody: that of their environment, or any.

    A base that has overlays for others, or that an undeclared environment takes as it is, is fine.
    """
    found: dict[Spot, list[Past]] = {}
    unused, used = _overlay_builds(context)
    for reconciler in context.walked.reconcilers if unused else ():
        if None in context.environments.served(reconciler):
            continue
        for path, route in reads_of(reconciler):
            file = kustomization_of(context, path)
            if file is None or context.environments.overlay(path) is not None:
                continue
            environment = context.environment(reconciler)
            passed = [one for one in unused if file in one.reads]
            if environment is not None:
                passed = [one for one in passed if one.environment == environment.name]
            if passed and (environment is not None or file not in used):
                place = reconciler.subject.locate(route)
                found.setdefault(place, []).append(Past(reconciler, environment, passed[0].directory))
    for spot, group in found.items():
        yield _past_hit(context, spot, group)


class Unused(NamedTuple):
    """An overlay that nobody reads, and what it would read."""

    environment: str
    directory: str
    reads: set[str]


def _overlay_builds(context: Context) -> tuple[list[Unused], set[str]]:
    """The overlays that nobody reads, and the files that those read that are used."""
    unused = []
    for directory, build in context.walked.virtual:
        if overlay := context.environments.overlay(directory):
            unused.append(Unused(overlay.environment, directory, build.reads))
    used: set[str] = set()
    for applied in context.walked.applied:
        if applied.delivery.path and context.environments.overlay(applied.delivery.path):
            used |= applied.delivery.build.reads
    return unused, used


def _past_hit(context: Context, spot: Spot, group: list[Past]) -> Hit:
    (reconciler, environment, directory), *others = group
    who = f"{reconciler.subject.ref} and {len(others)} more" if others else str(reconciler.subject.ref)
    whose = f" of {environment.name}" if environment else ""
    return Hit(
        message=f"{who}{whose} {'read' if others else 'reads'} a base, and nobody reads the overlay {directory} on it",
        at=spot,
        label=f"{environment.name}, by {environment.why}" if environment else "the base of an overlay",
        subject=reconciler.subject.ref,
        clusters=tuple(sorted(context.graph.destinations(reconciler))),
        related=((_top(context, str(kustomization_of(context, directory))), "builds on it"),),
        help=f"read {directory}, or delete it",
        effect="what the overlay sets is set nowhere",
        cuts=(directory,),
        confidence=Confidence.CERTAIN if environment and environment.certain else Confidence.LIKELY,
        reach=context.graph.reach(reconciler.node),
    )


# -- an overlay of nothing that is declared ----------------------------------------------------------------------------


@check
def unknown_environment(context: Context) -> Iterator[Hit]:
    """Overlays that are read, beside those of environments, and belong to none; one hit for each name."""
    found: dict[str, list[str]] = {}
    for above in _families(context):
        for name in context.repo.tree.entries(above):
            directory = f"{above}/{name}"
            file = kustomization_of(context, directory)
            if file is None or context.environments.of_path(directory) is not None or _is_component(context, file):
                continue
            if context.walked.reads.get(file, Reach.VIRTUAL) is not Reach.VIRTUAL and not _is_shared(
                context, above, file
            ):
                found.setdefault(name, []).append(file)
    declared = list(context.environments.declared)
    for name, files in found.items():
        more = f" and in {len(files) - 1} more places" if files[1:] else ""
        directory = files[0].rpartition("/")[0]
        yield Hit(
            message=f"{name} is no declared environment, but has an overlay, {directory}{more}"
            f"{did_you_mean(name, declared)}",
            at=_top(context, files[0]),
            label=f"declared are {', '.join(declared)}",
            related=tuple((_top(context, file), "another one") for file in files[1:]),
            help=f"declare environments.{name} in .gitops-lint.yaml, or rename or delete the overlay",
            effect="no rule about environments looks at it",
        )


def _families(context: Context) -> list[str]:
    """The directories that hold overlays of environments, by the names that such directories have."""
    tops = {path.rpartition("/")[0].rpartition("/")[0] for path in _kustomization_paths(context)}
    named = (top for top in tops if top.rpartition("/")[2] in context.params["within"])
    return sorted(
        top for top in named if any(context.environments.directories(top, n) for n in context.environments.declared)
    )


def _kustomization_paths(context: Context) -> Iterator[str]:
    yield from (path for path in context.repo.tree.files if path.rpartition("/")[2] in KUSTOMIZATION_FILES)


def _is_shared(context: Context, above: str, file: str) -> bool:
    """Whether an overlay of an environment beside it builds on a kustomization."""
    builds = [(applied.delivery.path, applied.delivery.build) for applied in context.walked.applied]
    for directory, build in (*builds, *context.walked.virtual):
        is_beside = directory is not None and directory.startswith(f"{above}/")
        if is_beside and file in build.reads and f"{directory}/" != f"{file.rpartition('/')[0]}/":
            return True
    return False
