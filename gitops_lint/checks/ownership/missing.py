"""What the matrix gives to a controller, and nobody applies."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    FILE_NAMES,
    RELEASE,
    REMOTE_BASE,
    Context,
    Controller,
    Hit,
    Location,
    Place,
    Reach,
    Traits,
    check,
    dig,
    head,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from gitops_lint.context import Component, Hop, Reconciler, Spot

MARKERS = ("{{", "${")
"""What begins a part of a path that only a running controller knows."""

KUSTOMIZATIONS = ("/kustomization.yaml", "/kustomization.yml")

FEW = 2
"""So many components may be forgotten, even if they are all that a preset is asked for."""
MAX_NAMES = 4
"""Components that a message names; the others are counted."""


class Absence(NamedTuple):
    """A component that nobody applies, and the files that hold it."""

    component: Component
    files: tuple[str, ...]


@check
def missing_component(context: Context) -> Iterator[Hit]:
    """A component that the matrix gives to a controller, and that nobody applies to any cluster.

    Components that stand in one directory which nobody reads are one finding: that directory is the fault. Nothing
    is said where a controller applies what cannot be seen from here, and the component may be in that.
    """
    unread: dict[tuple[Controller, str], list[Absence]] = {}
    absent: dict[tuple[Controller, Spot | None], list[Absence]] = {}
    blind, live = _blind(context), _live_directories(context)
    for absence in _absences(context):
        owner = absence.component.owner
        if not absence.files and owner not in blind:
            absent.setdefault((owner, _anchor(context, absence.component)), []).append(absence)
        elif absence.files and not _may_be_read(context, owner, absence.files[0]):
            unread.setdefault((owner, _unread_top(absence, live)), []).append(absence)
    for (owner, _), absences in unread.items():
        yield _unread_hit(context, owner, _around(absences, live), absences)
    for (owner, at), absences in absent.items():
        yield _absent_hit(owner, at, absences)


# -- what is missing -------------------------------------------------------------------------------------------


def _absences(context: Context) -> Iterator[Absence]:
    """The components that must be applied and are not. What counts for an earlier row counts for them too."""
    assert context.matrix is not None
    missing = [c for c in context.matrix.components if c.required and not c.planned]
    for owners in context.graph.objects.values():
        for owner in owners:
            if owner.reach is Reach.LIVE and missing and (traits := context.traits(owner)):
                missing = [c for c in missing if not any(clause.matches(traits) for clause in c.clauses)]
    files: dict[str, list[str]] = {}
    for traits in _written(context) if missing else ():
        for component in missing:
            if any(clause.matches(traits) for clause in component.clauses):
                files.setdefault(component.name, []).append(traits.path)
    found = [Absence(component, tuple(dict.fromkeys(files.get(component.name, ())))) for component in missing]
    foreign = _foreign(context, found)
    yield from (absence for absence in found if absence.files or absence.component.name not in foreign)


def _foreign(context: Context, found: Sequence[Absence]) -> set[str]:
    """The components of a preset that nobody is asked for: whoever lacks many, and most of them, has other ones."""
    assert context.matrix is not None
    required = [c for c in context.matrix.components if c.required and not c.planned]
    inherited = {c.name for c in required if _row(context, c) is None}
    absent = {absence.component.name for absence in found if not absence.files} & inherited
    return absent if len(absent) > max(FEW, len(inherited) / 2) else set()


def _written(context: Context) -> Iterator[Traits]:
    """What stands in the repository, applied or not; of a broken manifest all that is known is where it stands."""
    for manifest in context.repo.manifests:
        if traits := context.traits_as_written(manifest):
            yield traits
    for fault in context.repo.faults:
        if fault.manifest:
            yield Traits(path=fault.file.path)


def _blind(context: Context) -> set[Controller]:
    """The controllers that apply what cannot be seen from here: other repositories, remote bases, own charts."""
    return {
        applied.reconciler.controller
        for applied in context.walked.applied
        if applied.reach is Reach.LIVE
        and (
            (applied.delivery.build.opaque and not applied.delivery.build.objects)
            or _is_unknown_set(applied.reconciler, bool(applied.delivery.build.opaque))
            or any(
                built.ref.kind == REMOTE_BASE or (built.ref.kind == RELEASE and applied.delivery.path is not None)
                for built in applied.delivery.build.objects
            )
        )
    }


def _is_unknown_set(reconciler: Reconciler, has_opaque: bool) -> bool:
    return has_opaque and reconciler.subject.ref.kind == "ApplicationSet"


def _may_be_read(context: Context, owner: Controller, path: str) -> bool:
    """Whether a reconciler of the owner reads a path with unknown parts that may lead to this file."""
    return any(
        path.startswith(head)
        for applied in context.walked.applied
        if applied.reconciler.controller is owner and applied.reach is Reach.LIVE and applied.delivery.build.opaque
        for head in _known_heads(applied.reconciler)
    )


def _known_heads(reconciler: Reconciler) -> Iterator[str]:
    """The beginnings of the paths that a reconciler makes up of unknown parts."""
    spec = dig(reconciler.subject.data, ("spec",))
    sources = [spec]
    for holder in (spec, dig(spec, ("template", "spec"))):
        more = dig(holder, ("sources",))
        sources += [dig(holder, ("source",)), *(more if isinstance(more, list) else ())]
    for source in sources:
        path = dig(source, ("path",))
        starts = [path.find(marker) for marker in MARKERS if marker in path] if isinstance(path, str) else ()
        if starts:
            yield path[: min(starts)].removeprefix("./")


# -- where it stands -------------------------------------------------------------------------------------------


def _unread_top(absence: Absence, live: Set[str]) -> str:
    """The highest directory around a component's first file below which no file is read; else that file."""
    parts = absence.files[0].split("/")
    tops = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return next((top for top in tops if top not in live), absence.files[0])


def _around(absences: Sequence[Absence], live: Set[str]) -> str:
    """The directory that holds them all and nothing that is read; a file that lies among others which are read."""
    first, *rest = (PurePosixPath(absence.files[0]) for absence in absences)
    around = next(p for p in first.parents if all(p in other.parents for other in rest))
    return str(first if str(around) in live else around)


def _live_directories(context: Context) -> set[str]:
    """Every directory below which some live build reads a file."""
    live: set[str] = set()
    for path, reach in context.walked.reads.items():
        if reach is Reach.LIVE and context.repo.tree.is_file(path):
            live.update(str(parent) for parent in PurePosixPath(path).parents)
    return live


def _anchor(context: Context, component: Component) -> Spot | None:
    """What can carry the finding of a component that stands nowhere: its row, else where others of the row are listed.

    Else any file of its owner's tree.
    """
    listed = _row(context, component) or min(_neighbours(context, component), key=_first_in_file, default=None)
    return listed or next(_carriers(context, component.owner), None)


def _neighbours(context: Context, component: Component) -> Iterator[Place]:
    """The entries that name other members of the row."""
    for owners in context.graph.objects.values():
        for owner in owners:
            match = context.component(owner) if owner.built.via and owner.controller is component.owner else None
            if match is None or owner.reach is not Reach.LIVE or match.component.row != component.row:
                continue
            for hop in owner.built.via.walk() if owner.built.via else ():
                if isinstance(hop.place, Place) and _named(hop) == match.component.name:
                    yield hop.place


def _first_in_file(place: Place) -> tuple[str, int]:
    span = place.location.span
    return place.path, span.line if span else 0


def _named(hop: Hop) -> str:
    """The last name of the path that an entry of a kustomization holds."""
    return PurePosixPath(hop.text.partition(": ")[2]).stem


def _row(context: Context, component: Component) -> Place | None:
    """The line of the repository's own matrix that names the component."""
    for name in FILE_NAMES:
        file = context.repo.file(name) if context.repo.tree.is_file(name) else None
        for document in file.documents if file else ():
            rows = dig(document.data, ("responsibilities",))
            for index, row in enumerate(rows if isinstance(rows, list) else ()):
                if dig(row, ("component",)) == component.row:
                    return Place(document, ("responsibilities", index, "component"))
    return None


def _carriers(context: Context, owner: Controller) -> Iterator[Location]:
    """Files that stand for a controller's tree: the kustomizations at its top, else any manifest."""

    def order(path: str) -> tuple[bool, int, str]:
        return (not path.endswith(KUSTOMIZATIONS), path.count("/"), path)

    for pattern in context.tree(owner):
        files = (path for path in context.repo.tree.below(head(pattern)) if path.endswith((".yaml", ".yml")))
        yield from (Location(path) for path in sorted(files, key=order))


# -- what is said ----------------------------------------------------------------------------------------------


def _unread_hit(context: Context, owner: Controller, top: str, absences: Sequence[Absence]) -> Hit:
    fronts = (top, *(f"{top}{name}" for name in KUSTOMIZATIONS))
    miss = context.nearest_miss(top)
    reader = "an Application" if owner is Controller.ARGOCD else "a Flux Kustomization"
    way = f"list {miss.entry} in {miss.file}" if miss else f"let {reader} read {top}"
    label = f"commented out in {miss.file}" if miss and miss.disabled else f"nothing that is applied reads {top}"
    files = tuple(sorted({file for absence in absences for file in absence.files}))
    return Hit(
        message=_message(absences, owner, f"stand{'s' if len(absences) == 1 else ''} in {top}"),
        at=Location(next((path for path in fronts if context.repo.tree.is_file(path)), absences[0].files[0])),
        label=label,
        case="unreached",
        help=f"{way}, or set planned: true on {_rows(absences)}",
        cuts=(top,),
        stems=files,
    )


def _absent_hit(owner: Controller, at: Spot | None, absences: Sequence[Absence]) -> Hit:
    label = "nothing here looks like it" if len(absences) == 1 else "nothing here looks like them"
    if at and at.path not in FILE_NAMES and at.location.span:
        label = "others of the same row are listed here"
    it = "it" if len(absences) == 1 else "them"
    return Hit(
        message=_message(absences, owner, f"{'is' if len(absences) == 1 else 'are'} not in this repository"),
        at=at,
        label=label,
        case="absent",
        help=f"add {it} to what {owner.label} reads, or set planned: true on {_rows(absences)}",
    )


def _message(absences: Sequence[Absence], owner: Controller, state: str) -> str:
    names = [absence.component.name for absence in absences]
    shown = names if len(names) <= MAX_NAMES else [*names[: MAX_NAMES - 1], f"{len(names) - MAX_NAMES + 1} more"]
    if len(names) == 1:
        return f"{names[0]} is applied by nobody, but the matrix gives it to {owner.label}; it {state}"
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"{listed} are applied by nobody, but the matrix gives them to {owner.label}; they {state}"


def _rows(absences: Sequence[Absence]) -> str:
    rows = list(dict.fromkeys(absence.component.row for absence in absences))
    return f"the row{'s' if len(rows) > 1 else ''} {', '.join(rows)} in {FILE_NAMES[0]}"
