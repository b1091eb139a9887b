"""The order of what Flux applies: ``dependsOn`` that names nothing, leads in a circle, or waits in vain or too little.

Semantics: kustomize-controller and helm-controller, checkDependencies: a dependency is of the own kind, in the own
namespace unless another one is named, and holds its dependents back until it is ready at its last generation;
``readyExpr`` is asked in place of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.rule import (
    RELEASE,
    Confidence,
    Context,
    Controller,
    Hit,
    Reach,
    check,
    did_you_mean,
    dig,
    is_resolved,
    is_suspended,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.rule import Applied, Manifest, Need, Node, Reconciler, Ref, Spot, Subject

    Orders = Mapping[Ref, Reconciler]

NAME = ("metadata", "name")
WAIT = ("spec", "wait")
GROUPS = {"Kustomization": "kustomize.toolkit.fluxcd.io", "HelmRelease": "helm.toolkit.fluxcd.io"}
DONE = {"Kustomization": "applied", "HelmRelease": "installed or upgraded"}
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "HelmRelease"})
"""What is there long before it works."""
SHOWN = 8
"""How many members of a circle a message names."""


# -- nothing there ---------------------------------------------------------------------------------------------


@check
def dangling_dependency(context: Context) -> Iterator[Hit]:
    """A ``dependsOn`` that names nothing: who waits for it is never applied.

    Who is not applied itself waits for nobody. Where something is applied that cannot be seen from here, the object
    may be in that, and the hit is not certain.
    """
    homes = _homes(context)
    orders: dict[str, Orders] = {}
    for need in context.graph.waits:
        (cluster, _), (_, target) = need.owner, need.target
        if context.graph.reach(need.owner) is Reach.LIVE and target.namespace and is_resolved(target):
            if cluster not in orders:
                orders[cluster] = _orders(context, cluster, homes)
            if target not in orders[cluster]:
                yield _dangling(context, need, orders[cluster])


def _homes(context: Context) -> set[str]:
    """The clusters of which it is known that Flux runs there: those with a root of its, unless roots are assumed."""
    if Controller.FLUX in context.walked.assumed:
        return set()
    return {root.cluster for root in context.walked.roots if root.controller is Controller.FLUX}


def _orders(context: Context, cluster: str, homes: set[str]) -> Orders:
    """What Flux takes orders from in a cluster; those in a cluster that nobody knows may be in any."""
    return {
        ref: reconciler
        for (where, ref), reconciler in context.graph.reconcilers.items()
        if (where == cluster or cluster not in homes or where not in homes)
        and context.graph.reach(reconciler.node) is Reach.LIVE
    }


def _dangling(context: Context, need: Need, orders: Orders) -> Hit:
    (cluster, subject), (_, target) = need.owner, need.target
    namesake = _of_other_kind(target, orders)
    written = None if namesake else _written(context, target, orders)
    other = namesake or written
    missing = f"but {namesake.ref} is of another kind" if namesake else "which nothing applies"
    return Hit(
        message=f"{subject} waits for {target}, {missing}",
        at=need.hop.place,
        label=f"there is no such {target.kind}",
        case="wrong-kind" if namesake else "missing",
        subject=subject,
        clusters=(cluster,),
        related=((other.locate(NAME), f"a {other.ref.kind}" if namesake else "stands here, and is not applied"),)
        if other
        else (),
        help=_advice(target, namesake is not None, written, orders),
        effect=f"{subject.name} waits for ever: nothing of it is {DONE[subject.kind]}",
        confidence=Confidence.LIKELY if _may_be_hidden(context, need.target) else Confidence.CERTAIN,
        stems=(written.path,) if written else (),
    )


def _of_other_kind(target: Ref, orders: Orders) -> Subject | None:
    """What has the name and is of the other kind, unless the name exists in the right kind elsewhere."""
    named = [ref for ref in orders if ref.name == target.name and ref.kind in GROUPS]
    if any(ref.kind == target.kind for ref in named):
        return None
    best = min(named, key=lambda ref: (ref.namespace != target.namespace, ref), default=None)
    return orders[best].subject if best else None


def _written(context: Context, target: Ref, orders: Orders) -> Manifest | None:
    """The object as it stands in this repository, in a file of which nothing is applied as an order."""
    applied = {reconciler.subject.locate(()).path for reconciler in orders.values()}
    for manifest in context.repo.of_kind(target.group, target.kind):
        ref = manifest.ref
        if ref.name == target.name and ref.namespace in ("", target.namespace) and manifest.path not in applied:
            return manifest
    return None


def _advice(target: Ref, is_wrong_kind: bool, written: Manifest | None, orders: Orders) -> str:
    if written:
        return f"let something apply {written.path}, or take the entry out"
    if is_wrong_kind:
        return f"name a {target.kind}; to wait for that one, let a {target.kind} that waits for it bring it"
    alike = [ref for ref in orders if ref.kind == target.kind]
    elsewhere = sorted(ref.namespace for ref in alike if ref.name == target.name)
    if elsewhere:
        return f"there is one in another namespace: add namespace: {elsewhere[0]}"
    guess = did_you_mean(target.name, [ref.name for ref in alike if ref.namespace == target.namespace])
    return guess.removeprefix("; ") or f"name a {target.kind} that is applied here, or take the entry out"


def _may_be_hidden(context: Context, node: Node) -> bool:
    """Whether something in that cluster which cannot be seen from here may bring an object, or has failed to."""
    cluster, ref = node
    if Controller.FLUX in context.walked.assumed:
        return True
    return any(applied.delivery.cluster == cluster and _may_bring(applied, ref) for applied in context.walked.applied)


def _may_bring(applied: Applied, ref: Ref) -> bool:
    """A remote base, another repository, a name that holds a variable or a chart of one's own may be anything.

    A chart of somebody else brings an order to Flux only where its values say what that is to be.
    """
    delivery = applied.delivery
    build = delivery.build
    if build.objects and all(built.ref.kind == RELEASE for built in build.objects):
        spec = dig(applied.reconciler.subject.data, ("spec",))
        return delivery.path is not None or f"{ref.group}/" in repr(spec)
    unresolved = any(built.ref.kind == ref.kind and not is_resolved(built.ref) for built in build.objects)
    return bool(build.opaque or build.problems) or unresolved


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
            at=first.hop.place,
            label="waits for itself" if not others else f"waits for {first.target[1].name}",
            subject=subject,
            clusters=(cluster,),
            related=tuple(
                (need.hop.place, f"{_called(need.owner)} waits for {need.target[1].name}") for need in others
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
                related=_places(waiting),
                help="resume it, suspend those that wait as well, or take it out of their dependsOn",
                effect=f"nothing of what waits is {DONE[target.subject.ref.kind]} any more",
                reach=context.graph.reach(target.node),
            )


@check
def dependency_without_wait(context: Context) -> Iterator[Hit]:
    """A Kustomization that others wait for, and that is ready before what it applies is."""
    for target, waiting in _waiting(context):
        subject = target.subject
        if subject.ref.kind != "Kustomization" or is_suspended(subject) or _waits_itself(target):
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
                related=_places(waiting),
                help="set wait: true, or name in healthChecks what the others need",
                effect="the others are applied at once, and fail until what they need is there",
                reach=context.graph.reach(target.node),
            )


def _waits_itself(target: Reconciler) -> bool:
    """Whether a Kustomization is ready only when what it applies is (kustomization_types.go, wait and healthChecks)."""
    data = target.subject.data
    return dig(data, WAIT) is True or bool(dig(data, ("spec", "healthChecks")))


def _waiting(context: Context) -> Iterator[tuple[Reconciler, list[Need]]]:
    """What is there and waited for until it is ready, with all the waits of those that are not suspended."""
    found: dict[Node, list[Need]] = {}
    reconcilers = context.graph.reconcilers
    for need in context.graph.waits:
        is_asked = need.target in reconcilers and need.target != need.owner and not need.ready
        if is_asked and not is_suspended(reconcilers[need.owner].subject):
            found.setdefault(need.target, []).append(need)
    yield from ((reconcilers[node], needs) for node, needs in found.items())


def _who(waiting: Sequence[Need]) -> str:
    first, *others = waiting
    return f"{first.owner[1]} and {len(others)} more wait" if others else f"{first.owner[1]} waits"


def _places(waiting: Sequence[Need]) -> tuple[tuple[Spot, str], ...]:
    return tuple((need.hop.place, f"{_called(need.owner)} waits for it") for need in waiting)
