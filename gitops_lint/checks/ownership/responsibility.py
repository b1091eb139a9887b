"""The responsibility matrix: every component is applied by its owner, and by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    OPAQUE,
    RELEASE,
    Confidence,
    Context,
    Controller,
    Hit,
    Reach,
    check,
    dig,
    glob,
    head,
    leaves_alone,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Clause, Match, Ownership, Ref, Spot

Found = list[tuple["Ownership", "Match"]]
"""The objects of one component that one controller applies to one cluster."""


@check
def wrong_owner(context: Context) -> Iterator[Hit]:
    """A component is applied by a controller that the matrix does not give it to.

    ``params.kinds`` and ``params.components`` (rows) say what the page is about, everything where both are absent;
    ``params.except`` leaves kinds and rows out. Where the rightful owner applies the object too, the two owners are
    the fault, and that is not said again here.
    """
    kinds, rows = context.params.get("kinds", ()), context.params.get("components", ())
    left_out = context.params.get("except", ())
    found: dict[tuple[str, str, Controller], Found] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        for ownership in owners:
            match = context.component(ownership)
            if match is None or match.component.owner in (ownership.controller, Controller.MANUAL):
                continue
            component = match.component
            wanted = not (kinds or rows) or ref.kind in kinds or component.row in rows
            if not wanted or ref.kind in left_out or component.row in left_out or _is_shared(owners, match):
                continue
            if _is_told_by_a_misplaced_order(context, ownership):
                continue
            if not leaves_alone(ownership.controller, ownership.built.data):
                name = str(ref) if _is_one_of_a_kind(ref, match, kinds) else component.name
                sure = match._replace(certain=_is_certain(context, ownership, match))
                found.setdefault((name, cluster, ownership.controller), []).append((ownership, sure))
    for group in found.values():
        yield _wrong_owner_hit(context, group)


def _is_told_by_a_misplaced_order(context: Context, ownership: Ownership) -> bool:
    """Whether a chart is installed by an order in the other controller's tree: then the order is what is wrong there.

    The entry of a cluster, which a root of Flux reads, is no such place: there Flux may hand over to Argo CD.
    """
    controller, path = ownership.controller, ownership.reconciler.subject.locate(()).path
    other = Controller.ARGOCD if controller is Controller.FLUX else Controller.FLUX
    if ownership.built.ref.kind != RELEASE or not glob(*context.tree(other))(path):
        return False
    entries = [a.delivery.path for a in context.walked.applied if a.reconciler.root is not None and a.delivery.path]
    return not glob(*context.tree(controller), *(f"{entry}/" for entry in entries))(path)


def _is_certain(context: Context, ownership: Ownership, match: Match) -> bool:
    """Whether more than a name speaks for the match.

    In the tree of the controller itself, the name of a directory is none: ``infrastructure/backups/plex/`` may be a
    part of the infrastructure.
    """
    traits = context.traits(ownership)
    at_home = glob(*context.tree(ownership.controller))(ownership.read_from)
    return traits is not None and any(
        clause.certain and clause.matches(traits) and not (at_home and _asks_for_a_directory_name(clause))
        for clause in match.component.clauses
    )


def _asks_for_a_directory_name(clause: Clause) -> bool:
    return set(clause.globs) == {"path"} and all(pattern.startswith("**/") for pattern in clause.globs["path"])


def _is_shared(owners: Sequence[Ownership], match: Match) -> bool:
    """Whether the owner that the matrix names applies the object as well."""
    return any(
        owner.controller is match.component.owner
        and owner.reach is Reach.LIVE
        and not leaves_alone(owner.controller, owner.built.data)
        for owner in owners
    )


def _is_one_of_a_kind(ref: Ref, match: Match, kinds: Sequence[str]) -> bool:
    """Whether an object is a case of its own: rows such as "all namespaces" are no component that moves as a whole."""
    return ref.kind in kinds and match.component.name == match.component.row


def _wrong_owner_hit(context: Context, group: Found) -> Hit:
    ownership, match = _surest(group)
    component, owner = match.component, match.component.owner
    reconciler = ownership.reconciler.subject.ref
    given = component.name if component.name == component.row else f"{component.name} ({component.row})"
    who = ownership.controller.label
    return Hit(
        message=f"{_what(group)} {_is(group)} applied by {who}, but the matrix gives {given} to {owner.label}",
        at=_place(ownership),
        label=f"applied by {reconciler}",
        case="volume-of-an-app" if _is_volume_of_an_app(context, ownership) else "component",
        subject=ownership.built.ref,
        clusters=(ownership.delivery.cluster,),
        owners=(ownership,),
        related=_elsewhere(group, ownership),
        help=_advice(context, ownership, match),
        confidence=Confidence.CERTAIN if match.certain else Confidence.LIKELY,
        reach=ownership.reach,
    )


def _advice(context: Context, ownership: Ownership, match: Match) -> str:
    """What to do, and the reason that the matrix gives."""
    component, reconciler = match.component, ownership.reconciler.subject.ref
    owner = component.owner
    if ownership.built.ref.kind == RELEASE:
        order = "a HelmRelease" if owner is Controller.FLUX else "an Application"
        way = f"let {order} install the chart in place of {reconciler}"
    else:
        tree = head(next(iter(context.tree(owner)), ""))
        way = (
            f"move it to {tree}/, out of what {reconciler} reads, and let {owner.label} apply it"
            if tree
            else f"let {owner.label} apply it, and take it out of what {reconciler} reads"
        )
    return f"{_doubt(match)}{way}{f' ({component.row}: {component.why})' if component.why else ''}"


@check
def manual_component(context: Context) -> Iterator[Hit]:
    """A component that is installed by hand is applied by a controller, through whatever door.

    ``params.components`` names the rows of a page of their own, ``params.except`` leaves these out.
    """
    only, left_out = context.params.get("components"), context.params.get("except", ())
    found: dict[tuple[str, str, Controller], Found] = {}
    for (cluster, _), owners in context.graph.objects.items():
        for ownership in owners:
            match = context.component(ownership)
            if match is None or match.component.owner is not Controller.MANUAL:
                continue
            row, name = match.component.row, match.component.name
            if (only is None or row in only) and row not in left_out:
                found.setdefault((name, cluster, ownership.controller), []).append((ownership, match))
    for group in found.values():
        yield _manual_hit(group)


def _manual_hit(group: Found) -> Hit:
    ownership, match = _surest(group)
    component = match.component
    what, it = (component.name, "it") if match.certain else (_what(group), component.name)
    verb, who = _is([(ownership, match)]), ownership.controller.label
    why = f" ({component.why})" if component.why else ""
    return Hit(
        message=f"{what} {verb} applied by {who}, but the matrix keeps {it} out of GitOps",
        at=_place(ownership),
        label=f"{ownership.built.ref}, applied by {ownership.reconciler.subject.ref}",
        subject=ownership.built.ref,
        clusters=(ownership.delivery.cluster,),
        owners=(ownership,),
        related=_elsewhere(group, ownership),
        help=f"{_doubt(match)}disable pruning, then take it out of Git: {component.row} is installed by hand{why}",
        confidence=Confidence.CERTAIN if match.certain else Confidence.LIKELY,
        reach=ownership.reach,
    )


# -- what a group of objects is called, and where it stands ----------------------------------------------------


def _surest(group: Found) -> tuple[Ownership, Match]:
    """The object that speaks for its group: matched for certain before likely, live before declared, else by place."""
    return min(group, key=lambda p: (not p[1].certain, p[0].reach is not Reach.LIVE, p[0].built.origin.location))


def _what(group: Found) -> str:
    """The object that speaks for its group; where only a name is alike, that is all that is said of it."""
    ownership, match = _surest(group)
    if not match.certain:
        return f"{ownership.built.ref}, which looks like {match.component.name},"
    return f"{ownership.built.ref} and {len(group) - 1} more" if len(group) > 1 else str(ownership.built.ref)


def _is(group: Found) -> str:
    ownership, match = _surest(group)
    if ownership.reach is not Reach.LIVE:
        return "would be"
    return "are" if len(group) > 1 and match.certain else "is"


def _doubt(match: Match) -> str:
    return "" if match.certain else f"if it is {match.component.name}, "


def _place(ownership: Ownership) -> Spot:
    built = ownership.built
    return built.origin if built.ref.group == OPAQUE else built.locate(("metadata", "name"))


def _elsewhere(group: Found, first: Ownership) -> tuple[tuple[Spot, str], ...]:
    """The other files in which the component is applied, one place each."""
    places: dict[str, tuple[Spot, str]] = {first.built.path: (_place(first), "")}
    for ownership, _ in group:
        text = f"{ownership.built.ref}, applied by {ownership.reconciler.subject.ref}"
        places.setdefault(ownership.built.path, (_place(ownership), text))
    return tuple(places.values())[1:]


# -- volumes ---------------------------------------------------------------------------------------------------


def _is_volume_of_an_app(context: Context, ownership: Ownership) -> bool:
    """Whether a PersistentVolume is made for a claim that the same reconciler applies."""
    if ownership.built.ref.kind != "PersistentVolume":
        return False
    volume = ownership.built.data
    for other in context.graph.applied_by(ownership.reconciler):
        for claim in _claims(other):
            if _is_bound(volume, ownership.built.ref.name, claim, other.built.ref):
                return True
    return False


def _claims(ownership: Ownership) -> Iterator[object]:
    """The claims that an object is or brings along."""
    if ownership.built.ref.kind == "PersistentVolumeClaim":
        yield ownership.built.data
    elif ownership.built.ref.kind == "StatefulSet":
        templates = dig(ownership.built.data, ("spec", "volumeClaimTemplates"))
        yield from templates if isinstance(templates, list) else ()


def _is_bound(volume: object, name: str, claim: object, ref: Ref) -> bool:
    """Whether volume and claim name each other, or share a storage class."""
    storage_class = dig(claim, ("spec", "storageClassName"))
    return (
        dig(claim, ("spec", "volumeName")) == name
        or (dig(volume, ("spec", "claimRef", "name")) == ref.name and ref.kind == "PersistentVolumeClaim")
        or (bool(storage_class) and dig(volume, ("spec", "storageClassName")) == storage_class)
    )
