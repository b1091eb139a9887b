"""What a kustomization says and does not do, or does beside what it is meant to: namespaces, patches, images, bases.

kustomize, api/filters/namespace/namespace.go, api/resmap/reswrangler.go (Select), api/internal/image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    Build,
    Context,
    Hit,
    Place,
    Reach,
    check,
    did_you_mean,
    dig,
    mapping_at,
    permits_namespace,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitops_lint.context import Ownership, Reconciler, Ref

NAME = ("metadata", "name")
NAMESPACE = ("metadata", "namespace")
SETTERS = frozenset({"namespace", "targetNamespace"})
"""The fields that put all objects into one namespace: kustomize's, Argo CD's and Flux's."""
ORDERS = frozenset({"Application", "ApplicationSet", "AppProject"})


# -- what chooses nothing --------------------------------------------------------------------------------------


@check
def chooses_nothing(context: Context) -> Iterator[Hit]:
    """Entries of the fields ``params.fields`` that no object of any build is meant by.

    What is for whatever comes is left alone: a patch by kind alone in a component or in a Flux Kustomization. So is
    what stands in a build that lacks something.
    """
    fields = frozenset(context.params["fields"])
    found: dict[Place, list[tuple[bool, Reach, Reconciler | None]]] = {}
    for build, reach, reconciler in _builds(context):
        for place, met in build.met.items():
            if place.route and fields.intersection(map(str, place.route)):
                found.setdefault(place, []).append((met or bool(build.problems), reach, reconciler))
    for place, uses in found.items():
        is_patch = "images" not in fields
        is_known = not (is_patch and _is_for_whatever_comes(place)) and not _awaits_bootstrap(context, place)
        if any(met for met, _, _ in uses) or not is_known:
            continue
        readers = {reconciler.node for _, _, reconciler in uses if reconciler}
        reach = min((reach for _, reach, _ in uses), key=list(Reach).index)
        yield _idle(context, place, sorted(readers), reach)


def _builds(context: Context) -> Iterator[tuple[Build, Reach, Reconciler | None]]:
    for applied in context.walked.applied:
        yield applied.delivery.build, applied.reach, applied.reconciler
    for _, build in context.walked.virtual:
        yield build, Reach.VIRTUAL, None


def _data(place: Place) -> object:
    return getattr(place.document, "data", None)


def _is_for_whatever_comes(place: Place) -> bool:
    """Whether a patch is a default for a kind, there or not; one whose target stands in another text may be."""
    data = _data(place)
    target = mapping_at(data, (*place.route, "target"))
    is_shared = text_at(data, ("kind",)) == "Component" or text_at(data, ("spec", "path")) != ""
    return not target or (is_shared and not target.keys() & {"name", "labelSelector", "annotationSelector"})


def _awaits_bootstrap(context: Context, place: Place) -> bool:
    """Whether a kustomization is that of Flux itself, and ``flux bootstrap`` has not written its files yet."""
    directory = place.path.rpartition("/")[0]
    files = [f"{directory}/{name}" if directory else name for name in ("gotk-components.yaml", "gotk-sync.yaml")]
    return any(context.repo.tree.is_file(path) and path not in context.repo.by_path for path in files)


def _idle(context: Context, place: Place, readers: Sequence[tuple[str, Ref]], reach: Reach) -> Hit:
    entry = dig(_data(place), place.route)
    if isinstance(entry, dict) and "target" in entry:
        target = ", ".join(f"{key} {value}" for key, value in mapping_at(entry, ("target",)).items())
        message = f"a patch in {place.path} is for {target}, and there is no such object"
        at, label = place._replace(route=(*place.route, "target")), "chooses nothing"
        advice = "correct the target: its fields are regular expressions that must match wholly; or take the patch out"
        advice = _alike(context, mapping_at(entry, ("target",))) or advice
        effect = "the build succeeds, and what the patch is to change stays as it was"
    else:
        name = text_at(entry, ("name",)) or str(entry).partition("=")[0]
        message = f"images in {place.path} name {name}, and no container runs it"
        at, label = place, "chooses nothing"
        if isinstance(entry, dict):
            at = place._replace(route=(*place.route, "name"))
        advice = "write the name as it stands in the manifests, with its registry and without a tag, or take it out"
        effect = "the build succeeds, and the containers run what they ran before"
    return Hit(
        message=message,
        at=at,
        label=label,
        clusters=tuple(sorted({cluster for cluster, _ in readers})),
        help=advice,
        effect=effect,
        reach=reach,
    )


def _alike(context: Context, target: Mapping[str, object]) -> str:
    """The name that is probably meant by one that no object of that kind has."""
    kind, name = target.get("kind"), target.get("name")
    names = sorted({ref.name for _, ref in context.graph.objects if ref.kind == kind})
    return did_you_mean(name, names).removeprefix("; ") if isinstance(name, str) else ""


# -- namespaces ------------------------------------------------------------------------------------------------


class Move(NamedTuple):
    """An object that a kustomization puts elsewhere than it is written."""

    ownership: Ownership
    cluster: str
    written: str
    """Its former namespace; for a Namespace its former name."""
    at: Place


def _moves(context: Context, route: tuple[str, str], *, is_namespace: bool) -> dict[Place, list[Move]]:
    """What the namespace of a kustomization changes in live objects, by the line that does so."""
    moves: dict[Place, list[Move]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        if ref.group == OPAQUE or (ref.group == "" and ref.kind == "Namespace") is not is_namespace:
            continue
        for ownership in owners:
            if ownership.reach is not Reach.LIVE:
                continue
            at, origin = ownership.built.locate(route), ownership.built.origin
            if not at.route or at.route[-1] not in SETTERS or at.route[-2:] == NAMESPACE:
                continue
            written = text_at(_data(origin), (*origin.route, *route))
            moves.setdefault(at, []).append(Move(ownership, cluster, written, at))
    return moves


@check
def renamed_namespace(context: Context) -> Iterator[Hit]:
    """Namespace objects that the ``namespace`` of a kustomization gives another name.

    A name that is replaced by several, that no Namespace can have or that stands in a component is a mere stand-in.
    """
    moves = _moves(context, NAME, is_namespace=True)
    renamed: dict[str, set[str]] = {}
    for move in (move for group in moves.values() for move in group):
        renamed.setdefault(move.written, set()).add(move.ownership.built.ref.name)
    present = {ref.name for _, ref in context.graph.objects if (ref.group, ref.kind) == ("", "Namespace")}
    inhabited: dict[str, Ref] = {}
    for _, ref in context.graph.objects:
        inhabited.setdefault(ref.namespace, ref)
    for at, group in moves.items():
        move = group[0]
        written = move.written
        is_stand_in = len(renamed[written]) > 1 or "_" in written or _is_component(move.ownership.built.origin)
        if written and written != move.ownership.built.ref.name and written not in present and not is_stand_in:
            yield _renamed(at, group, inhabited.get(written))


def _is_component(place: Place) -> bool:
    return text_at(_data(place), ("kind",)) == "Component"


def _renamed(at: Place, moves: Sequence[Move], inhabitant: Ref | None) -> Hit:
    move = moves[0]
    built = move.ownership.built
    effect = f"there is no Namespace {move.written} in the cluster, and whoever needs it fails"
    needs = f", and {inhabitant} is to live in the former" if inhabitant else ""
    return Hit(
        message=f"{at.route[-1]} renames Namespace {move.written} to {built.ref.name}{needs}",
        at=at,
        label="set on everything below, Namespaces included",
        case="needed" if inhabitant else "unneeded",
        subject=built.ref,
        clusters=tuple(sorted({each.cluster for each in moves})),
        owners=tuple(each.ownership for each in moves),
        related=((built.origin._replace(route=(*built.origin.route, *NAME)), "written as this"),),
        help="take the Namespace into a kustomization of its own that sets no namespace",
        effect=effect if inhabitant else None,
        wrong_turn=True,
    )


@check
def overridden_namespace(context: Context) -> Iterator[Hit]:
    """Objects that name their namespace, and that a kustomization moves to another one.

    Told where it surely hurts: an order leaves the namespace in which Argo CD looks, or what others refer to is no
    longer there. Else only of those that are written otherwise than the objects beside them, and for a namespace that
    is in use: a base as a whole may name a namespace that an overlay is to replace.
    """
    used = {ref.namespace for (_, ref), owners in context.graph.objects.items() if owners[0].reach is Reach.LIVE}
    used |= {ref.name for _, ref in context.graph.objects if (ref.group, ref.kind) == ("", "Namespace")}
    for at, moves in _moves(context, NAMESPACE, is_namespace=False).items():
        explicit = [move for move in moves if move.written and move.written != move.ownership.built.ref.namespace]
        is_whole = bool(explicit) and _is_whole(context, at, explicit)
        for case, group in _by_case(context, explicit).items():
            odd = [] if is_whole else [move for move in group if move.written != "default" and move.written in used]
            if told := odd if case == "stray" else group:
                yield _overridden(at, case, told)


def _is_whole(context: Context, at: Place, explicit: Sequence[Move]) -> bool:
    """Whether all that a kustomization puts into its namespace is written for one and the same other namespace."""
    if len({move.written for move in explicit}) > 1:
        return False
    first = explicit[0].ownership
    moved = {move.ownership.built.ref for move in explicit}
    return all(
        other.built.ref in moved
        for other in context.graph.applied_by(first.reconciler)
        if other.built.ref.namespace == first.built.ref.namespace and _comes_through(other, at)
    )


def _comes_through(ownership: Ownership, at: Place) -> bool:
    """Whether an object is built by the kustomization, or the reconciler, that a line stands in."""
    hops = ownership.built.via.walk() if ownership.built.via else ()
    return at.route[-1] != "namespace" or any(hop.place.path == at.path for hop in hops)


def _by_case(context: Context, moves: Iterable[Move]) -> dict[str, list[Move]]:
    cases: dict[str, list[Move]] = {}
    for move in moves:
        ref = move.ownership.built.ref
        former = ref._replace(namespace=move.written)
        needed = any(
            need.kind == "reads" and need.target == (move.cluster, former) and not context.graph.owners(need.target)
            for need in context.graph.needs
        )
        is_order = ref.group == "argoproj.io" and ref.kind in ORDERS
        lost = is_order and move.written == "argocd" and not _is_welcome(context, ref.namespace)
        cases.setdefault("order" if lost else "needed" if needed else "stray", []).append(move)
    return cases


def _is_welcome(context: Context, namespace: str) -> bool:
    """Whether some project takes Applications from a namespace (docs/operator-manual/app-any-namespace.md)."""
    return any(permits_namespace(project.data, namespace) for project, _ in context.installation.projects)


EFFECTS = {
    "order": "Argo CD takes orders from its own namespace, and never sees it",
    "needed": "who refers to it by the former namespace does not find it",
    "stray": None,
}


def _overridden(at: Place, case: str, moves: Sequence[Move]) -> Hit:
    first, *others = moves
    built = first.ownership.built
    more = f" and {len(others)} more" if others else ""
    former = built.ref._replace(namespace=first.written)
    return Hit(
        message=f"{at.route[-1]} moves {former}{more} to {built.ref.namespace}",
        at=at,
        label="set on everything below",
        case=case,
        subject=built.ref,
        clusters=tuple(sorted({move.cluster for move in moves})),
        owners=(first.ownership,),
        related=tuple(
            (move.ownership.built.origin._replace(route=(*move.ownership.built.origin.route, *NAMESPACE)), "meant for")
            for move in moves
        ),
        help="take what belongs elsewhere into a kustomization without this namespace, or drop its own namespace",
        effect=EFFECTS[case],
    )
