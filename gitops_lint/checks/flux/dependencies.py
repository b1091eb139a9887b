"""The order of what Flux applies: ``dependsOn`` that leads in a circle, waits in vain, or waits for too little.

Semantics: kustomize-controller and helm-controller, checkDependencies: a dependency holds its dependents back until
it is ready at its last generation; ``readyExpr`` is asked in place of that.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from gitops_lint.context import (
    Confidence,
    Context,
    Fix,
    Hit,
    Put,
    Reach,
    check,
    dig,
    is_suspended,
    references_of,
    text_at,
    waits_for_its_own,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.context import Need, Node, Ownership, Reconciler, Spot

NAME = ("metadata", "name")
WAIT = ("spec", "wait")
DONE = {"Kustomization": "applied", "HelmRelease": "installed or upgraded"}
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "HelmRelease"})
"""What is there long before it works."""
SHOWN = 8
"""How many members of a circle a message names."""
MAX_WAITING = 100
"""How many that wait for one are looked at, near ones first."""


# -- in a circle -----------------------------------------------------------------------------------------------


@check
def dependency_cycle(context: Context) -> Iterator[Hit]:
    """Orders to Flux that wait for each other in a circle, or for themselves: none of them is ever applied."""
    for circle in context.graph.circles():
        first, *others = circle
        cluster, subject = first.owner
        reaches = {context.graph.reach(need.owner) for need in circle}
        yield Hit(
            message=_round(circle),
            at=context.graph.place_of(first),
            label="waits for itself" if not others else f"waits for {first.target[1].name}",
            subject=subject,
            clusters=(cluster,),
            related=tuple(
                (context.graph.place_of(n), f"{_called(n.owner)} waits for {n.target[1].name}") for n in others
            ),
            help="take one of these entries out",
            effect=_stuck(subject.kind),
            reach=Reach.LIVE if reaches == {Reach.LIVE} else Reach.DECLARED,
        )


def _round(circle: Sequence[Need]) -> str:
    subject = circle[0].owner[1]
    if len(circle) == 1:
        return f"{subject} waits for itself"
    names = [_called(need.owner) for need in circle]
    shown = names if len(names) <= SHOWN else [*names[: SHOWN - 1], f"{len(names) - SHOWN + 1} more"]
    return f"{len(circle)} {subject.kind}s wait for each other: {' -> '.join([*shown, names[0]])}"


def _called(node: Node) -> str:
    return f"{node[1].namespace}/{node[1].name}"


def _stuck(kind: str) -> str:
    """What a circle stops (fluxcd/kustomize-controller#1712: sorting all Kustomizations of a source fails)."""
    if kind == "Kustomization":
        return "none of them is ever applied, and a commit no longer wakes any Kustomization of their source"
    return "none of them is ever installed or upgraded"


# -- there, and not ready --------------------------------------------------------------------------------------


@check
def suspended_dependency(context: Context) -> Iterator[Hit]:
    """Something suspended that others wait for, who are not suspended themselves.

    A suspended object no longer says of its last generation that it is ready. One hit for each, however many wait.
    """
    for target, waiting in _waiting(context):
        if is_suspended(target.subject):
            who = _who(waiting)
            yield Hit(
                message=f"{target.subject.ref} is suspended, but {who} for it",
                at=target.subject.locate(("spec", "suspend")),
                label="never ready while this stands",
                subject=target.subject.ref,
                clusters=(target.cluster,),
                related=_places(context, waiting),
                help="resume it, suspend those that wait as well, or take it out of their dependsOn",
                effect=f"nothing of what waits is {DONE[target.subject.ref.kind]} any more",
                reach=context.graph.reach(target.node),
            )


@check
def dependency_without_wait(context: Context) -> Iterator[Hit]:
    """A Kustomization that others wait for, and that is ready before what it applies is."""
    for target, waiting in _waiting(context):
        subject = target.subject
        if subject.ref.kind != "Kustomization" or is_suspended(subject) or waits_for_its_own(subject.data):
            continue
        slow = sorted(o.built.ref for o in context.graph.applied_by(target) if o.built.ref.kind in WORKLOADS)
        if slow:
            more = f" and {len(slow) - 1} more" if slow[1:] else ""
            yield Hit(
                message=f"{_who(waiting)} for {subject.ref}, which is ready before {slow[0]}{more} can be",
                at=subject.locate(WAIT if dig(subject.data, WAIT) is not None else NAME),
                label="ready as soon as it is applied",
                subject=subject.ref,
                clusters=(target.cluster,),
                related=_places(context, waiting),
                help="set wait: true, or name in healthChecks what the others need",
                fix=Fix("set wait: true", (Put(subject.locate(WAIT), True),)),
                effect="the others are applied at once, and fail until what they need is there",
                reach=context.graph.reach(target.node),
            )


def _waiting(context: Context) -> Iterator[tuple[Reconciler, list[Need]]]:
    """What is there and waited for until it is ready, with all the waits of those that are not suspended."""
    found: dict[Node, list[Need]] = {}
    reconcilers = context.graph.reconcilers
    for need in context.graph.waits:
        waiter = reconcilers[need.owner].subject
        is_asked = need.target in reconcilers and need.target != need.owner and not is_suspended(waiter)
        if is_asked and not text_at(waiter.data, (*need.entry, "readyExpr")):
            found.setdefault(need.target, []).append(need)
    yield from ((reconcilers[node], needs) for node, needs in found.items())


def _who(waiting: Sequence[Need]) -> str:
    first, *others = waiting
    return f"{first.owner[1]} and {len(others)} more wait" if others else f"{first.owner[1]} waits"


def _places(context: Context, waiting: Sequence[Need]) -> tuple[tuple[Spot, str], ...]:
    return tuple((context.graph.place_of(need), f"{_called(need.owner)} waits for it") for need in waiting)


# -- held up by what waits -------------------------------------------------------------------------------------


@check
def dependency_deadlock(context: Context) -> Iterator[Hit]:
    """Kustomizations that wait for each other, some by ``dependsOn``, one by its ``wait``.

    That one is ready only when all that it applies is: also what waits for it, near or far, and what needs an object
    that only those bring who wait for it. That object may have been made by hand, so that this is no certain hit.
    """
    waiting = {target.node: needs for target, needs in _waiting(context)}
    for target in [context.graph.reconcilers[node] for node in waiting]:
        if dig(target.subject.data, WAIT) is not True or context.graph.reach(target.node) is not Reach.LIVE:
            continue
        ways = _ways_to(target.node, waiting)
        for ownership in _held(context, target):
            node = (ownership.delivery.cluster, ownership.built.ref)
            if node in ways:
                yield _inside(context, target, _way(node, ways))
            yield from _needs_later(context, target, ownership, ways)


def _ways_to(target: Node, waiting: Mapping[Node, Sequence[Need]]) -> dict[Node, Need]:
    """Who waits for something, itself or through others, and the first step of the shortest way there."""
    steps: dict[Node, Need] = {}
    queue = deque([target])
    while queue and len(steps) < MAX_WAITING:
        for need in waiting.get(queue.popleft(), ()):
            if need.owner not in steps and need.owner != target:
                steps[need.owner] = need
                queue.append(need.owner)
    return steps


def _way(node: Node, steps: Mapping[Node, Need]) -> Sequence[Need]:
    """The waits from a reconciler to what it waits for in the end."""
    way = [steps[node]]
    while way[-1].target in steps:
        way.append(steps[way[-1].target])
    return way


def _held(context: Context, target: Reconciler) -> Iterator[Ownership]:
    """What has to be ready for a Kustomization to be: its objects, and those of its children that wait as well."""
    seen = {target.node}
    queue = [target]
    while queue:
        for ownership in context.graph.applied_by(queue.pop()):
            yield ownership
            child = context.graph.reconcilers.get((ownership.delivery.cluster, ownership.built.ref))
            if child and child.node not in seen and dig(child.subject.data, WAIT) is True:
                seen.add(child.node)
                queue.append(child)


def _inside(context: Context, target: Reconciler, way: Sequence[Need]) -> Hit:
    need = way[0]
    _, ref = need.owner
    return Hit(
        message=f"{ref} waits for {target.subject.ref}, which applies it and waits for it{_by_way_of(way)}",
        at=context.graph.place_of(need),
        label="waits for what brings it",
        case="inside",
        subject=ref,
        clusters=(target.cluster,),
        related=(
            *_steps(context, way[1:]),
            (target.subject.locate(WAIT), f"ready only when {_called(need.owner)} is"),
        ),
        help=f"take the entry out: what {target.subject.ref} applies comes after it anyway, or set wait: false there",
        effect="neither gets ready: one is not applied, and the other fails at its timeout",
    )


def _by_way_of(way: Sequence[Need]) -> str:
    """The whole circle, where it is longer than can be seen at its place."""
    names = [_called(node) for node in (*(need.owner for need in way), way[-1].target, way[0].owner)]
    return f" ({' -> '.join(names)})" if len(way) > 1 else ""


def _steps(context: Context, way: Sequence[Need]) -> Iterator[tuple[Spot, str]]:
    for need in way:
        yield context.graph.place_of(need), f"{need.owner[1].name} waits for {need.target[1].name}"


def _needs_later(
    context: Context, target: Reconciler, ownership: Ownership, ways: Mapping[Node, Need]
) -> Iterator[Hit]:
    built, cluster = ownership.built, ownership.delivery.cluster
    for ref, route in references_of(built):
        owners = context.graph.owners((cluster, ref))
        later = [owner.reconciler.node for owner in owners if owner.reconciler.node in ways]
        if not later or len(later) < len(owners):
            continue
        way, who = _way(later[0], ways), later[0][1]
        yield Hit(
            message=f"{built.ref} needs {ref}, which {who} brings only when {built.ref.name} is ready{_by_way_of(way)}",
            at=built.locate(route),
            label=f"brought by {who.name}",
            case="reference",
            subject=built.ref,
            clusters=(cluster,),
            related=(
                *_steps(context, way[:-1]),
                (context.graph.place_of(way[-1]), f"{way[-1].owner[1].name} waits for {target.subject.ref.name}"),
                (owners[0].built.origin, "brought here"),
            ),
            help=f"move {ref} to what {target.subject.ref} applies, or to something that both wait for",
            effect=f"{target.subject.ref.name} fails at its timeout, and {who.name} is not applied",
            confidence=Confidence.LIKELY,
        )
