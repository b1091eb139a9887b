"""The shape of the order as a whole: tiers, waits that say nothing new, a root that waits for everything."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    Confidence,
    Context,
    Controller,
    Fix,
    Hit,
    Reach,
    Remove,
    charts,
    check,
    dig,
    glob,
    is_suspended,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gitops_lint.context import Need, Node, Reconciler, Ref

NAME = ("metadata", "name")
WAIT = ("spec", "wait")
AUTOMATED = ("spec", "syncPolicy", "automated")
MAX_WAITS, MAX_IMPLIED = 100, 300
"""The longest list of waits that is read, and how far it is followed."""
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"})


# -- tiers -----------------------------------------------------------------------------------------------------


class Tiers(NamedTuple):
    """The tiers of the configuration, in its order, and what belongs to each."""

    names: Sequence[str]
    members: Mapping[Node, int]

    def by_cluster(self) -> dict[tuple[str, int], set[Node]]:
        """The members of each tier in each cluster."""
        found: dict[tuple[str, int], set[Node]] = {}
        for node, number in self.members.items():
            found.setdefault((node[0], number), set()).add(node)
        return found


def _tiers(context: Context) -> Tiers:
    """Kustomizations and Applications by the path that they read; what reads from several tiers belongs to none."""
    names = list(context.settings.tiers)
    tests = [glob(*context.settings.tiers[name]) for name in names]
    read: dict[Node, set[int]] = {}
    for applied in context.walked.applied if names else ():
        reconciler, path = applied.reconciler, applied.delivery.path
        if path and applied.reach is Reach.LIVE and reconciler.subject.ref.kind in ("Kustomization", "Application"):
            read.setdefault(reconciler.node, set()).update(_tier_of(path, tests))
    return Tiers(names, {node: next(iter(found)) for node, found in read.items() if len(found) == 1})


def _tier_of(path: str, tests: Sequence[Callable[[str], bool]]) -> Iterator[int]:
    """The first tier whose globs cover a directory."""
    number = next((n for n, test in enumerate(tests) if test(path) or test(f"{path}/")), None)
    if number is not None:
        yield number


@check
def tier_without_dependency(context: Context) -> Iterator[Hit]:
    """What belongs to a later tier and waits for nothing of the one before."""
    tiers = _tiers(context)
    members = tiers.by_cluster()
    waits = Counter(need.target for need in context.graph.waits)
    for node, tier in tiers.members.items():
        reconciler = context.graph.reconcilers[node]
        earlier = next((number for number in range(tier - 1, -1, -1) if (node[0], number) in members), None)
        if earlier is None or is_suspended(reconciler.subject):
            continue
        name, others = tiers.names[earlier], members[node[0], earlier]
        if reconciler.controller is Controller.ARGOCD:
            yield from _without_retry(context, reconciler, name, others)
        elif context.precedence.before(node).isdisjoint(others):
            waited = max(others, key=lambda other: (waits[other], other[1]))[1]
            yield _without_dependency(context, reconciler, tiers.names[tier], name, waited)


def _without_dependency(context: Context, reconciler: Reconciler, own: str, tier: str, waited: Ref) -> Hit:
    """``waited`` is the member of the tier that most others wait for."""
    subject = reconciler.subject
    by_flux = waited.kind == "Kustomization"
    advice = f"let it wait for {waited.name} by dependsOn" if by_flux else f"let Flux apply {tier}, and wait for that"
    return Hit(
        message=f"{subject.ref} of the tier {own} waits for nothing of the tier {tier}",
        at=subject.locate(NAME),
        label=f"begins before {tier} is there",
        case="no-dependency",
        subject=subject.ref,
        clusters=(reconciler.cluster,),
        help=advice,
        effect=f"in a new cluster it fails until {tier} is there, in whatever order that happens",
        reach=context.graph.reach(reconciler.node),
    )


def _without_retry(context: Context, reconciler: Reconciler, tier: str, members: Iterable[Node]) -> Iterator[Hit]:
    """An Application cannot wait for Flux: it has to try again."""
    subject = reconciler.subject
    automated = dig(subject.data, AUTOMATED)
    by_flux = any(context.graph.reconcilers[member].controller is Controller.FLUX for member in members)
    is_off = not isinstance(automated, dict) or automated.get("enabled") is False
    if not by_flux or is_off or dig(subject.data, ("spec", "syncPolicy", "retry")):
        return
    yield Hit(
        message=f"{subject.ref} syncs by itself, cannot wait for the tier {tier}, which Flux applies, "
        "and does not try again",
        at=subject.locate(AUTOMATED),
        label="one try",
        case="no-retry",
        subject=subject.ref,
        clusters=(reconciler.cluster,),
        help="set syncPolicy.retry with a limit and a backoff",
        effect=f"if {tier} is late, the one try fails, and nothing happens until the next commit",
        reach=context.graph.reach(reconciler.node),
    )


@check
def tier_inversion(context: Context) -> Iterator[Hit]:
    """What belongs to an earlier tier and waits for something of a later one."""
    tiers = _tiers(context)
    for need in context.graph.waits:
        mine, other = tiers.members.get(need.owner), tiers.members.get(need.target)
        if mine is None or other is None or mine >= other:
            continue
        subject = context.graph.reconcilers[need.owner].subject
        yield Hit(
            message=f"{subject.ref} of the tier {tiers.names[mine]} waits for {need.target[1]} "
            f"of the later tier {tiers.names[other]}",
            at=context.graph.place_of(need),
            label=f"a part of {tiers.names[other]}",
            subject=subject.ref,
            clusters=(need.owner[0],),
            related=((context.graph.reconcilers[need.target].subject.locate(NAME), f"of {tiers.names[other]}"),),
            help=f"move what it needs to the tier {tiers.names[mine]}, or take the entry out",
            effect=f"a fault in {tiers.names[other]} holds up {tiers.names[mine]}, and all that waits for that",
            reach=context.graph.reach(need.owner),
        )


# -- waits that say nothing new --------------------------------------------------------------------------------


@check
def redundant_dependency(context: Context) -> Iterator[Hit]:
    """A wait for something that another wait of the same list waits for anyway. One hit for each list.

    A ``readyExpr`` asks another question: it is neither implied, nor does it imply anything.
    """
    waits: dict[Node, list[Need]] = {}
    for need in context.graph.waits:
        if not _asks_by_expression(context, need):
            waits.setdefault(need.owner, []).append(need)
    for node, needs in waits.items():
        if 1 < len(needs) <= MAX_WAITS:
            implied = _implied(needs, waits)
            found = [(need, implied[need.target]) for need in needs if need.target in implied]
            found = [(need, via) for need, via in found if via != need]
            if found and node not in implied:
                yield _redundant_hit(context, context.graph.reconcilers[node], found)


def _implied(needs: Sequence[Need], waits: Mapping[Node, list[Need]]) -> dict[Node, Need]:
    """What is waited for by way of the entries of a list, with the entry."""
    found: dict[Node, Need] = {}
    for need in needs:
        queue = [need.target]
        while queue and len(found) < MAX_IMPLIED:
            for below in waits.get(queue.pop(), ()):
                if below.target not in found:
                    found[below.target] = need
                    queue.append(below.target)
    return found


def _asks_by_expression(context: Context, need: Need) -> bool:
    return bool(text_at(context.graph.reconcilers[need.owner].subject.data, (*need.entry, "readyExpr")))


def _redundant_hit(context: Context, reconciler: Reconciler, found: Sequence[tuple[Need, Need]]) -> Hit:
    (need, via), *others = found
    more = f" and {len(others)} more" if others else ""
    return Hit(
        message=f"{reconciler.subject.ref} waits for {need.target[1].name}{more}, "
        f"which {via.target[1].name} waits for anyway",
        at=context.graph.place_of(need),
        label=f"implied by {via.target[1].name}",
        subject=reconciler.subject.ref,
        clusters=(reconciler.cluster,),
        related=tuple((context.graph.place_of(n), f"implied by {v.target[1].name}") for n, v in others),
        help="take the entry out, unless it is to stay if the other one goes",
        fix=Fix(f"take {need.target[1].name} out", (Remove(reconciler.subject.locate(need.entry)),)),
        reach=context.graph.reach(reconciler.node),
    )


# -- a root that waits -----------------------------------------------------------------------------------------


@check
def root_waits_for_all(context: Context) -> Iterator[Hit]:
    """The root of a cluster is ready only when everything below it is: each slow release holds up the next commit."""
    for root in context.walked.roots:
        subject = root.subject
        if subject.ref.kind != "Kustomization" or dig(subject.data, WAIT) is not True or root.root == "assumed":
            continue
        orders = sorted({node[1] for node in context.precedence.orders_of(root) if node != root.node})
        if not orders:
            continue
        more = f" and {len(orders) - 1} more" if orders[1:] else ""
        yield Hit(
            message=f"{subject.ref} is the root, and waits for {orders[0]}{more}",
            at=subject.locate(WAIT),
            label="ready only when everything below is",
            subject=subject.ref,
            clusters=(root.cluster,),
            help="take wait out of the root; let those that need something wait for it by dependsOn",
            effect="while anything below is not ready, the root is not either, and a commit that mends it comes late",
        )


# -- webhooks --------------------------------------------------------------------------------------------------


@check
def unordered_webhook(context: Context) -> Iterator[Hit]:
    """A policy engine that workloads do not wait for. One hit for each engine, however many there are."""
    for cluster in sorted({applied.delivery.cluster for applied in context.walked.applied}):
        for release in context.providers.releases(cluster):
            chart = text_at(release.built.data, ("chart",))
            if not charts.judges_pods(chart) or release.reach is not Reach.LIVE:
                continue
            engine = release.reconciler.node
            early = [r for r in _with_workloads(context, cluster) if not _is_ordered(context, r.node, engine)]
            if early:
                yield _webhook_hit(context, release.reconciler, chart, cluster, early)


def _with_workloads(context: Context, cluster: str) -> Iterator[Reconciler]:
    """The Kustomizations of Flux that apply workloads or releases to a cluster, now."""
    for reconciler in context.walked.reconcilers:
        if reconciler.subject.ref.kind != "Kustomization" or is_suspended(reconciler.subject):
            continue
        kinds = {o.built.ref.kind for o in context.graph.applied_by(reconciler) if o.delivery.cluster == cluster}
        if kinds & {*WORKLOADS, "HelmRelease"} and context.graph.reach(reconciler.node) is Reach.LIVE:
            yield reconciler


def _is_ordered(context: Context, node: Node, engine: Node) -> bool:
    """Whether an order is known between workloads and an engine: what the engine needs itself comes before it."""
    return context.precedence.is_before(engine, node) or node in context.precedence.before(engine)


def _webhook_hit(context: Context, engine: Reconciler, chart: str, cluster: str, early: Sequence[Reconciler]) -> Hit:
    first, *others = sorted(early, key=lambda reconciler: reconciler.subject.ref)
    more = f" and {len(others)} more apply" if others else " applies"
    bringer = next((o.reconciler.subject.ref for o in context.graph.owners(engine.node)), None)
    return Hit(
        message=f"{first.subject.ref}{more} workloads without waiting for {chart}, whose webhooks judge them",
        at=engine.subject.locate(NAME),
        label=f"brings the webhooks of {chart}",
        subject=engine.subject.ref,
        clusters=(cluster,),
        related=tuple((r.subject.locate(NAME), "does not wait") for r in (first, *others)),
        help=f"let them wait for {bringer.name} by dependsOn" if bringer else "let them wait for it",
        effect="in a new cluster their pods run unjudged, or are refused while the webhook is not up",
        confidence=Confidence.LIKELY,
        reach=context.graph.reach(engine.node),
    )
