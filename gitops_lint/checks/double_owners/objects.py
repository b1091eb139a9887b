"""Two owners of one thing: they undo each other's work for ever, and neither of them says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    RELEASE,
    REMOTE_BASE,
    Confidence,
    Context,
    Controller,
    Hit,
    Reach,
    check,
    dig,
    glob,
    is_suspended,
    leaves_alone,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.context import Hop, Node, Ownership, Spot

Rivals = tuple["Ownership", ...]
"""The owners of one object who must not be more than one."""

ENFORCE = "pod-security.kubernetes.io/enforce"
"""The label of a Namespace by which Pod Security refuses pods (kubernetes.io, Pod Security Admission)."""
MAX_SHOWN = 60
"""Characters of a value in a message."""


@check
def two_owners(context: Context) -> Iterator[Hit]:
    """Objects that several reconcilers apply to one cluster; ``params.controllers`` says of which controllers.

    One hit for all objects of the same reconcilers, and for all reconcilers that are brought to several clusters at
    once. Orders below ``params.aside`` that no root reaches do not count.
    """
    first, second = (Controller(name) for name in context.params["controllers"])
    is_aside = glob(*context.params.get("aside", ()))
    groups: dict[tuple[Node, ...], list[Rivals]] = {}
    copies: dict[tuple[Node, ...], list[Rivals]] = {}
    for (_, ref), owners in context.graph.objects.items():
        if len(owners) < 2 or ref.kind == REMOTE_BASE:
            continue
        rivals = _of_one_cluster(context, _rivals(owners, (first, second), is_aside))
        if ref.kind == RELEASE and second is Controller.ARGOCD:
            rivals = _of_one_chart(rivals)
        if _are_two(rivals, first, second) and not _are_alternatives(context, rivals):
            if _are_copies(rivals):
                copies.setdefault(tuple(o.reconciler.node for o in _bringers(context, rivals)), []).append(rivals)
            else:
                groups.setdefault(tuple(owner.reconciler.node for owner in rivals), []).append(rivals)
    for found in groups.values():
        yield _hit(context, found, (first, second))
    for found in copies.values():
        yield _copied(context, found, (first, second))


# -- who counts ------------------------------------------------------------------------------------------------


def _rivals(
    owners: Sequence[Ownership], controllers: tuple[Controller, Controller], is_aside: Callable[[str], bool]
) -> Rivals:
    """The owners of an object that undo each other: those that a root reaches, if they suffice."""
    acting = [o for o in owners if o.controller in controllers and not leaves_alone(o.controller, o.built.data)]
    live = [owner for owner in acting if owner.reach is Reach.LIVE]
    if not live:
        return ()
    if not _are_two(live, *controllers):
        live = [o for o in acting if o.reach is Reach.LIVE or not is_aside(o.reconciler.subject.locate(()).path)]
    return tuple(sorted(live, key=_order))


def _order(ownership: Ownership) -> tuple[object, ...]:
    """Argo CD before Flux, declared before live, else by place: a finding's place must not depend on chance."""
    hop = ownership.delivery.hop.place.location
    return (ownership.controller.value, ownership.reach is Reach.LIVE, hop.path, hop.span or (0,))


def _of_one_cluster(context: Context, rivals: Rivals) -> Rivals:
    """Every Argo CD has names of its own for clusters: two of them mean the same one by a URL, or by one known here."""
    homes = {owner.reconciler.cluster for owner in rivals}
    if len(homes) < 2 or "://" in rivals[0].delivery.cluster or rivals[0].delivery.cluster in context.clusters:
        return rivals
    return max((tuple(o for o in rivals if o.reconciler.cluster == home) for home in sorted(homes)), key=len)


def _are_two(owners: Sequence[Ownership], first: Controller, second: Controller) -> bool:
    """Whether there are two of one controller, or one of each."""
    present = {owner.controller for owner in owners}
    return len(owners) > 1 and present == {first, second}


def _of_one_chart(rivals: Rivals) -> Rivals:
    """Argo CD makes no Helm release: a name in common means objects in common only if the chart is the same."""
    charts = {owner.built.data.get("chart") for owner in rivals}
    return rivals if len(charts) == 1 else ()


def _are_alternatives(context: Context, rivals: Rivals) -> bool:
    """Whether nothing in the repository says that either side is applied: samples show one thing in two ways."""
    assumed = context.walked.assumed
    controllers = {owner.controller for owner in rivals}
    return len(controllers) > 1 and controllers <= assumed


def _are_copies(rivals: Rivals) -> bool:
    """Whether it is one order all along, in several clusters."""
    return len({owner.reconciler.subject.locate(()) for owner in rivals}) == 1


def _bringers(context: Context, rivals: Rivals) -> list[Ownership]:
    """How the reconcilers themselves come to their clusters; a root is brought by nobody."""
    return [owner for rival in rivals for owner in context.graph.owners(rival.reconciler.node)[:1]]


# -- what is said ----------------------------------------------------------------------------------------------


def _hit(context: Context, found: Sequence[Rivals], controllers: tuple[Controller, Controller]) -> Hit:
    rivals = min(found, key=lambda owners: (owners[0].built.ref.kind, owners[0].built.ref))
    first, *rest = rivals
    ref, cluster = first.built.ref, first.delivery.cluster
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    it = "them" if more else "it"
    sure = _are_two([owner for owner in rivals if owner.reach is Reach.LIVE], *controllers)
    guessed = all(owner.controller in context.walked.assumed for owner in rivals)
    case = _case(found, controllers)
    return Hit(
        message=f"{_names(rivals, '' if sure else 'would ')}apply {ref}{more} to cluster {cluster}",
        at=first.delivery.hop.place,
        label=f"{first.reconciler.subject.ref} applies {it}",
        case=case,
        subject=ref,
        clusters=(cluster,),
        owners=rivals,
        related=(
            *((o.delivery.hop.place, f"{o.reconciler.subject.ref} applies {it} as well") for o in rest),
            *_renamings(rivals),
        ),
        help=_help(context, rivals),
        effect="the sync that comes second fails" if case == "refused" else _effect(found, case),
        confidence=Confidence.LIKELY if guessed else Confidence.CERTAIN,
        reach=Reach.LIVE if sure else Reach.DECLARED,
    )


def _copied(context: Context, found: Sequence[Rivals], controllers: tuple[Controller, Controller]) -> Hit:
    rivals = min(found, key=lambda owners: owners[0].reconciler.subject.ref)
    first = rivals[0]
    ref, orders = first.reconciler.subject.ref, {owners[0].reconciler.subject.ref for owners in found}
    stands, applies = ("stands", "applies") if len(orders) == 1 else (f"and {len(orders) - 1} more stand", "apply")
    homes = sorted(owner.reconciler.cluster for owner in rivals)
    listed = f"{', '.join(homes[:-1])} and {homes[-1]}"
    targets = sorted({owners[0].delivery.cluster for owners in found})
    certain = any("://" in target or target in context.settings.clusters for target in targets)
    thing = str(first.built.ref) if len(found) == 1 else f"the same {len(found)} objects"
    where = f"cluster {targets[0]}" if len(targets) == 1 else f"{len(targets)} clusters"
    return Hit(
        message=f"{ref} {stands} in {listed}, and {applies} {thing} to {where} from each",
        at=first.reconciler.subject.locate(("metadata", "name")),
        label=f"is in {len(homes)} clusters",
        case=_case(found, controllers),
        subject=ref,
        clusters=tuple(targets),
        owners=rivals,
        related=tuple(
            (bringer.delivery.hop.place, f"{bringer.reconciler.subject.ref} brings it to {bringer.delivery.cluster}")
            for bringer in _bringers(context, rivals)
        ),
        help=f"bring it to one cluster alone, or let it apply to the cluster that it is in: {first.controller.label} "
        "runs in each of them",
        effect=_effect(found, "shared"),
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
    )


def _renamings(rivals: Rivals) -> Iterator[tuple[Spot, str]]:
    """Where an object gets its name from elsewhere than its own file: a namespace renames Namespaces, too."""
    for owner in rivals:
        place = owner.built.locate(("metadata", "name"))
        if place.path != owner.built.path:
            yield place, f"this names it {owner.built.ref.name}, whatever {owner.built.path} says"


def _names(rivals: Rivals, modal: str) -> str:
    names = [str(owner.reconciler.subject.ref) for owner in rivals]
    if len(names) > 2:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more {modal}"
    return f"{names[0]} and {names[1]} {modal}both "


def _case(found: Sequence[Rivals], controllers: tuple[Controller, Controller]) -> str:
    """How bad it is, by what the owners are told to do; see the pages."""
    rivals = found[0]
    awake = [owner for owner in rivals if not is_suspended(owner.reconciler.subject)]
    if not _are_two(awake, *controllers):
        return "handover"
    if not _are_two([owner for owner in awake if not _waits_for_a_sync(owner)], *controllers):
        return "unsynced"
    if controllers == (Controller.ARGOCD, Controller.ARGOCD) and any(map(_refuses, awake)):
        return "refused"
    if controllers == (Controller.FLUX, Controller.FLUX) and all(map(_are_alike, found)):
        return "fight" if all(map(_may_prune, awake)) else "shared"
    return "fight"


def _are_alike(rivals: Rivals) -> bool:
    return all(owner.built.data == rivals[0].built.data for owner in rivals)


def _waits_for_a_sync(ownership: Ownership) -> bool:
    if ownership.reconciler.subject.ref.kind != "Application":
        return False
    automated = dig(ownership.reconciler.subject.data, ("spec", "syncPolicy", "automated"))
    return not isinstance(automated, dict) or automated.get("enabled") is False


def _refuses(ownership: Ownership) -> bool:
    """Whether an Application fails rather than take an object from another one (argo-cd, sync-options.md)."""
    options = dig(ownership.reconciler.subject.data, ("spec", "syncPolicy", "syncOptions"))
    return isinstance(options, list) and "FailOnSharedResource=true" in options


def _may_prune(ownership: Ownership) -> bool:
    """Whether a Flux reconciler deletes what it no longer finds; a HelmRelease and a ResourceSet always do."""
    subject = ownership.reconciler.subject
    return subject.ref.kind in ("HelmRelease", "ResourceSet") or dig(subject.data, ("spec", "prune")) is True


def _help(context: Context, rivals: Rivals) -> str:
    """The two places at which the chains can be parted: the last hop of each before they run together.

    Where the matrix says who the owner is, only the others have to give way.
    """
    one, other = rivals[0], rivals[-1]
    mine, theirs = _hops(one), _hops(other)
    while len(mine) > 1 and len(theirs) > 1 and mine[-1].place.location == theirs[-1].place.location:
        mine.pop()
        theirs.pop()
    match = context.component(one)
    rightful = match.component.owner if match else None
    apart = one.built.path != other.built.path
    if not apart and one.controller is other.controller and _have_more(context, one, other):
        return f"move {one.built.ref} to what is applied once, or give it a name of its own in each"
    ways = [(owner, _way_out(context, owner, hops[-1], apart)) for owner, hops in ((other, theirs), (one, mine))]
    wrong = [way for owner, way in ways if owner.controller is not rightful]
    if match and len(wrong) == 1:
        return f"{wrong[0]}: the matrix gives {match.component.row} to {match.component.owner.label}"
    return ", or ".join(dict.fromkeys(way for _, way in ways))


def _have_more(context: Context, one: Ownership, other: Ownership) -> bool:
    """Whether both apply objects besides: where their chains part, these would go as well."""
    mine, theirs = ({owner.built.ref for owner in context.graph.applied_by(o.reconciler)} for o in (one, other))
    return bool(mine - theirs) and bool(theirs - mine)


def _hops(ownership: Ownership) -> list[Hop]:
    return [ownership.delivery.hop, *(ownership.built.via.walk() if ownership.built.via else ())]


def _way_out(context: Context, ownership: Ownership, hop: Hop, apart: bool) -> str:
    """How an owner lets go of its object; ``apart``: the owners have it from different files."""
    field, separator, entry = hop.text.partition(": ")
    built, reconciler, location = ownership.built, ownership.reconciler.subject.ref, hop.place.location
    if built.ref.kind == RELEASE:
        return f"delete {reconciler}, or give it another release name ({location})"
    if apart and (not separator or len(context.repo.by_path.get(built.path, ())) > 1):
        return f"remove {built.ref} from {built.origin.location}"
    if separator:
        return f"take {entry} out of {field} at {location}"
    if hop is ownership.delivery.hop:
        return f"narrow or delete {reconciler} ({location})"
    return f"narrow what {reconciler} reads ({location})"


def _effect(found: Sequence[Rivals], case: str) -> str:
    if refused := next((text for rivals in found if (text := _pod_security(rivals))), None):
        return refused
    for rivals in found:
        if difference := _difference(rivals):
            field, mine, theirs = difference
            return f"they set {field} to {_short(mine)} and {_short(theirs)}: {_turns(rivals, case)}"
    return "whichever of them prunes it takes it away from the other"


def _turns(rivals: Rivals, case: str) -> str:
    """How the two come to change places.

    Argo CD looks at a commit that it has synced only again if it is to heal (argo-cd, docs/user-guide/auto_sync.md).
    """
    flux = next((owner.reconciler.subject for owner in rivals if owner.controller is Controller.FLUX), None)
    argocd = next((owner.reconciler.subject for owner in rivals if owner.controller is Controller.ARGOCD), None)
    if case != "fight" or flux is None or argocd is None:
        return "the last one to apply wins, again and again"
    interval = text_at(flux.data, ("spec", "interval"))
    turn = f"every {interval}" if interval and "${" not in interval else "at each interval"
    if dig(argocd.data, ("spec", "syncPolicy", "automated", "selfHeal")) is True:
        return f"Flux applies its own {turn}, and the self-heal of {argocd.ref} takes it back within seconds"
    return f"Flux applies its own {turn}, {argocd.ref} with each commit"


def _pod_security(rivals: Rivals) -> str | None:
    """What two definitions of a Namespace do that admit different pods.

    A label that one of them lacks counts only within one controller: another one leaves it as it is.
    """
    if rivals[0].built.ref.kind != "Namespace":
        return None
    levels = [text_at(owner.built.data, ("metadata", "labels", ENFORCE)) for owner in rivals]
    if len({owner.controller for owner in rivals}) > 1:
        levels = [level for level in levels if level]
    other = next((level for level in levels[1:] if level != levels[0]), None)
    if other is None:
        return None
    pair = f"{levels[0]} and {other}" if levels[0] and other else f"{levels[0] or other} and to nothing"
    return f"they set {ENFORCE} to {pair}: pods that run under the one are refused under the other"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _difference(rivals: Rivals) -> tuple[str, object, object] | None:
    """A plain value that two owners set differently."""
    first, *rest = rivals
    return next((d for other in rest for d in _differences(first.built.data, other.built.data, ())), None)


def _differences(mine: object, theirs: object, route: tuple[str, ...]) -> Iterator[tuple[str, object, object]]:
    """Plain values that both set, and set differently; never those of Secrets."""
    if not (isinstance(mine, dict) and isinstance(theirs, dict)):
        return
    if mine.get("kind") == "Secret" and not route:
        return
    for key in mine:
        if key in theirs and mine[key] != theirs[key]:
            below = (*route, str(key))
            if isinstance(mine[key], str | int | float) and isinstance(theirs[key], str | int | float):
                yield ".".join(below), mine[key], theirs[key]
            else:
                yield from _differences(mine[key], theirs[key], below)
