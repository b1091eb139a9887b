"""What a change of the repository does to each cluster: a plan for ownership, out of two worlds.

Only what a root reaches counts. Nothing is judged: whether a deletion is meant is for a human to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.envsubst import Unparsable, uses
from gitops_lint.fate import Fate, Fates, Outcome, broken_in
from gitops_lint.model import OPAQUE, RELEASE, Controller, Reach, dig
from gitops_lint.plan import Action, Impact, Step, named
from gitops_lint.shape import mapping_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitops_lint.engine import World
    from gitops_lint.fate import Stuck
    from gitops_lint.graph import Ownership
    from gitops_lint.model import Data, Node, Ref

MAX_NAMED = 3
"""The reconcilers that a note names."""


def impact_of(base: World, head: World) -> Impact:
    """What becomes of each cluster when the ``base`` turns into the ``head``."""
    before, after, fates = _live(base), _live(head), Fates(base, head)
    found: dict[Step, list[Ref]] = {}
    changed: dict[str, int] = {}
    held: set[Ref] = set()
    for node in sorted({*before, *after}):
        old, wanted = before.get(node, ()), after.get(node, ())
        new, stuck = _coming(old, wanted, fates)
        steps = list(_steps(node, old, new, fates))
        for step in steps:
            found.setdefault(step, []).append(node[1])
        if not steps and old and new and old[0].built.data != new[0].built.data:
            stuck = stuck or fates.held(new[0].reconciler.node)
            if stuck is None:
                changed[node[0]] = changed.get(node[0], 0) + 1
        held |= {stuck.name} if stuck else set()
    steps = [step._replace(objects=tuple(refs)) for step, refs in found.items()]
    steps += _substitutions(base, head)
    order = list(Action)
    steps.sort(key=lambda step: (step.cluster, order.index(step.action), -len(step.stateful), step.objects[:1]))
    return Impact(tuple(steps), changed, tuple(_notes(base, head, steps, held, fates)))


Owners = tuple["Ownership", ...]


def _live(world: World) -> dict[Node, Owners]:
    """The objects that a root reaches, with those owners by which it does."""
    found: dict[Node, Owners] = {}
    for node, owners in world.graph.objects.items():
        live = tuple(owner for owner in owners if owner.reach is Reach.LIVE)
        if live and (node[1].group != OPAQUE or node[1].kind == RELEASE):
            found[node] = live
    return found


def _coming(old: Owners, new: Owners, fates: Fates) -> tuple[Owners, Stuck | None]:
    """Those owners in the head that apply an object in the cluster, too, and what keeps another one from it."""
    kept = {owner.reconciler.node for owner in old}
    stuck = {o.reconciler.node: fates.held(o.reconciler.node) for o in new if o.reconciler.node not in kept}
    held = next((one for one in stuck.values() if one), None)
    return tuple(owner for owner in new if stuck.get(owner.reconciler.node) is None), held


def _steps(node: Node, old: Owners, new: Owners, fates: Fates) -> Iterator[Step]:
    """What happens to one object: at most one thing, and a second owner besides."""
    names_before, names_after = _names(old), _names(new)
    kept = {owner.reconciler.node for owner in old} & {owner.reconciler.node for owner in new}
    gone = tuple(owner for owner in old if owner.reconciler.node not in kept)
    come = tuple(owner for owner in new if owner.reconciler.node not in kept)
    at = come[0].delivery.hop.place.location if come else None
    if not old and new:
        yield Step(Action.CREATES, node[0], (), names_after, "", False, (), at=at)
    elif not new and old:
        yield _lost(node, [fates.of(owner) for owner in gone], names_before)
    elif gone:
        why, risky = _handover(gone, new, fates)
        yield Step(Action.MOVES, node[0], _names(gone), names_after, why, risky, (), at=at)
    if len(new) > max(len(old), 1):
        yield Step(Action.FIGHTS, node[0], names_before, names_after, _fight(new), False, (), at=at)


def _lost(node: Node, fates: Sequence[Fate], names: tuple[str, ...]) -> Step:
    """Nobody applies the object any more: it goes if anybody deletes it."""
    deleting = next((fate for fate in fates if fate.outcome is Outcome.DELETED), None)
    fate = deleting or fates[0]
    action = Action.DELETES if deleting else Action.STALLS if fate.outcome is Outcome.STUCK else Action.ORPHANS
    by = (fate.stuck,) if action is Action.STALLS and fate.stuck else names
    return Step(action, node[0], by, (), fate.why, deleting is not None, (), at=fate.at if by is not names else None)


def _handover(gone: Owners, new: Owners, fates: Fates) -> tuple[str, bool]:
    """What happens between the last sync of the old owner and the first one of the new: the window of a move."""
    pairs = [(owner, fates.of(owner)) for owner in gone]
    owner, fate = next((pair for pair in pairs if pair[1].outcome is Outcome.DELETED), pairs[0])
    old, taker = owner.reconciler.subject.ref, new[0].reconciler.subject.ref
    if fate.outcome is not Outcome.DELETED:
        return f"{old} does not delete it: {fate.why}", False
    if owner.controller is Controller.FLUX and new[0].controller is Controller.FLUX:
        return f"{fate.why}: all of it is deleted and made anew unless {taker} applies it before {old} prunes", True
    if owner.controller is Controller.FLUX:
        return f"{fate.why}: Argo CD leaves Flux's labels on, so the deletion comes even after {taker} took over", True
    if new[0].controller is Controller.FLUX:
        return (
            f"{fate.why}: Flux leaves Argo CD's tracking on, so the deletion comes even after {taker} took over",
            True,
        )
    return f"{fate.why}: all of it is deleted and made anew unless {taker} syncs before {old} prunes", True


def _fight(new: Owners) -> str:
    first, second = new[0].reconciler.subject.ref, new[1].reconciler.subject.ref
    return f"{first} and {second} undo each other's changes, and what one of them prunes is gone for both"


def _names(owners: Iterable[Ownership]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(owner.reconciler.subject.ref) for owner in owners))


# -- substitution ------------------------------------------------------------------------------------------------------


def _substitutions(base: World, head: World) -> Iterator[Step]:
    """Kustomizations in which postBuild was switched on, and the texts that this now reads as variables."""
    for node, reconciler in head.graph.reconcilers.items():
        before = base.graph.reconcilers.get(node)
        if before is None or _substitutes(before.subject.data) or not _substitutes(reconciler.subject.data):
            continue
        was = {owner.built.ref: owner.built.data for owner in base.graph.applied_by(before)}
        now = [owner for owner in head.graph.applied_by(reconciler) if owner.built.ref in was]
        found = {owner.built.ref: tuple(_variables(was[owner.built.ref])) for owner in now}
        touched = {ref: names for ref, names in found.items() if names}
        if touched:
            details = tuple(f"{ref}: {', '.join(names)}" for ref, names in sorted(touched.items()))
            who = (str(node[1]),)
            at = reconciler.subject.locate(("spec", "postBuild")).location
            why = "postBuild is switched on, and reads these texts as variables"
            yield Step(Action.SUBSTITUTES, node[0], who, who, why, False, tuple(sorted(touched)), details, at)


def _substitutes(data: Data) -> bool:
    return bool(dig(data, ("spec", "postBuild", "substitute")) or dig(data, ("spec", "postBuild", "substituteFrom")))


def _variables(data: Data) -> Iterator[str]:
    """The variables in the texts of an object; a text that cannot be read as such says so."""
    if any(
        mapping_at(data, ("metadata", field)).get("kustomize.toolkit.fluxcd.io/substitute") == "disabled"
        for field in ("labels", "annotations")
    ):
        return
    found: dict[str, None] = {}
    for text in _texts(data):
        try:
            found |= dict.fromkeys(f"${{{use.name}}}" for use in uses(text))
        except Unparsable:
            found["a text that envsubst cannot read: the build fails"] = None
    yield from found


def _texts(data: Data) -> Iterator[str]:
    if isinstance(data, str):
        yield from (data,) if "${" in data else ()
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


# -- what is not known -------------------------------------------------------------------------------------------------


def _notes(base: World, head: World, steps: Sequence[Step], held: set[Ref], fates: Fates) -> Iterator[str]:
    """Why the plan may not be whole, and what of it will not come about."""
    told = {name for step in steps if step.action is Action.STALLS for name in step.before}
    before, broken = ({stuck.name for stuck in found.values()} for found in (broken_in(base), fates.broken))
    for refs, cannot in ((broken - before, "can no longer"), (broken & before & held, "cannot")):
        if untold := sorted(ref for ref in refs if str(ref) not in told):
            it = "it" if len(untold) == 1 else "they"
            those = named(untold, MAX_NAMED)
            yield f"{those} {cannot} be built: what {it} would change reaches no cluster until that is repaired"
    were, are = len(base.walked.opaque), len(head.walked.opaque)
    if were or are:
        places = "1 place" if are == 1 else f"{are} places"
        earlier = "" if were == are else f" ({were} before the change)"
        yield f"{places}{earlier} could not be analysed: what is applied from there is not in this plan"
