"""What is applied before something that it needs is there: definitions of kinds, Namespaces, what objects name.

Semantics: an object whose kind or namespace does not exist fails the dry run of its Kustomization, and then nothing of
that stage is applied (fluxcd/pkg, ssa/manager_apply.go, ApplyAllStaged); in Argo CD it fails the sync
(argo-cd, gitops-engine, sync_context.go, getSyncTasks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    RELEASE,
    Confidence,
    Context,
    Controller,
    Hit,
    Reach,
    Ref,
    check,
    is_built_in,
    is_dry_run_skipped,
    is_namespaced,
    is_suspended,
    leaves_alone,
    list_at,
    order_to,
    references_of,
    sets_namespace,
    wave,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitops_lint.context import Node, Ownership, Provider, Providers, Spot

NAME = ("metadata", "name")
SHOWN = 8
"""How many further places are shown."""


class Late(NamedTuple):
    """An object, and who brings what it needs without coming first; ``never`` where that one waits for the object."""

    consumer: Ownership
    provider: Provider
    never: bool


def _live(context: Context, ref: Ref, owners: Iterable[Ownership]) -> Iterator[Ownership]:
    """The owners that apply an object from Git, now, and as it is."""
    if ref.group != OPAQUE:
        for owner in owners:
            subject = owner.reconciler.subject
            is_live = owner.reach is Reach.LIVE and subject.ref.kind != "HelmRelease"
            if is_live and not is_suspended(subject) and not leaves_alone(owner.controller, owner.built.data):
                yield owner


def _late(context: Context, consumer: Ownership, providers: Sequence[Provider]) -> Late | None:
    """What nobody who brings it is sure to have brought in time; None where somebody is, or nobody is known at all."""
    precedence, node = context.precedence, consumer.reconciler.node
    if not providers or any(precedence.is_before(provider.node, node) for provider in providers):
        return None
    never = all(node in precedence.before(provider.node) for provider in providers)
    return Late(consumer, providers[0], never)


def _fault(late: Late, what: str) -> tuple[object, ...]:
    """What is one fault: that nobody waits for what a reconciler brings, or that one of them cannot."""
    return (late.consumer.reconciler.node, what) if late.never else (late.provider.node,)


class Told(NamedTuple):
    """The object that speaks for a fault, who applies such objects, and where the others are."""

    late: Late
    who: str
    related: tuple[tuple[Spot, str], ...]


def _told(group: Sequence[Late], place: Callable[[Ownership], Spot]) -> Told:
    late = min(group, key=lambda one: (place(one.consumer).location, one.consumer.built.ref))
    first = late.consumer.reconciler
    others = {one.consumer.reconciler.node: one.consumer for one in group}
    others.pop(first.node)
    verb = f" and {len(others)} more apply" if others else " applies"
    more = f" and {len(group) - 1} more" if group[1:] else ""
    related = [(place(o), f"{o.built.ref}, applied by {o.reconciler.subject.ref.name}") for o in others.values()]
    return Told(late, f"{first.subject.ref}{verb} {late.consumer.built.ref}{more}", tuple(related[:SHOWN]))


# -- definitions -----------------------------------------------------------------------------------------------


@check
def definition_applied_later(context: Context) -> Iterator[Hit]:
    """Objects of a kind whose definition is not sure to be there. One hit for each who brings some."""
    externals, providers = context.externals, context.providers
    found: dict[tuple[object, ...], list[Late]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        if ref.group == OPAQUE or is_built_in(ref) or order_to(ref):
            continue
        known = providers.definition(cluster, ref.group, ref.kind)
        if not known or externals.defines(ref.group, ref.kind) or _comes_from_a_script(providers, known):
            continue
        for owner in _live(context, ref, owners):
            late = _late(context, owner, known)
            if late and _matters(context, late) and not _may_come_unseen(context, late):
                found.setdefault(_fault(late, str(late.provider.node)), []).append(late)
    for group in found.values():
        yield _definition_hit(context, group)


def _comes_from_a_script(providers: Providers, known: Sequence[Provider]) -> bool:
    """Whether a script installs a chart that brings the definition: the first time, it comes before any controller."""
    releases = (p.ownership for p in known if p.ownership and p.ownership.built.ref.kind == RELEASE)
    return any(providers.is_scripted(release) for release in releases)


def _matters(context: Context, late: Late) -> bool:
    """Argo CD knows no order between Applications and tries again; only what it can never get past counts there."""
    consumer = late.consumer
    if consumer.controller is Controller.FLUX:
        return True
    options = list_at(consumer.reconciler.subject.data, ("spec", "syncPolicy", "syncOptions"))
    if is_dry_run_skipped(consumer.built.data) or "SkipDryRunOnMissingResource=true" in options:
        return False
    return late.never and wave(consumer.controller, consumer.built.data) <= 0


def _may_come_unseen(context: Context, late: Late) -> bool:
    """Whether something that cannot be seen from here is applied before the object, and may bring the definition."""
    node, cluster = late.consumer.reconciler.node, late.consumer.delivery.cluster
    unseen = context.providers.unseen(cluster)
    return node in unseen or not unseen.isdisjoint(context.precedence.before(node))


def _definition_hit(context: Context, group: Sequence[Late]) -> Hit:
    late, who, elsewhere = _told(group, lambda owner: owner.built.locate(("kind",)))
    consumer, provider = late.consumer, late.provider
    through = _brought_through(context, provider)
    chart = provider.ownership is not None and provider.ownership.built.ref.kind == RELEASE
    return Hit(
        message=f"{who}, whose definition comes {'later' if late.never else 'at any time'}, "
        f"with {provider.what} of {provider.node[1]}",
        at=consumer.built.locate(("kind",)),
        label=f"{consumer.built.ref.group} is {'not known yet' if late.never else 'not sure to be known'}",
        case="inside" if late.never else "unordered",
        subject=consumer.built.ref,
        clusters=(consumer.delivery.cluster,),
        owners=(consumer,),
        related=((provider.place, f"brings the definition{through}"), *elsewhere),
        help=_definition_advice(context, late),
        effect=_effect(late, "no matches for kind"),
        confidence=Confidence.LIKELY if chart else Confidence.CERTAIN,
        reach=consumer.reach,
    )


def _brought_through(context: Context, provider: Provider) -> str:
    owners = context.graph.owners(provider.node)
    return f"; {owners[0].reconciler.subject.ref} applies its order" if owners else ""


def _definition_advice(context: Context, late: Late) -> str:
    """Whom to wait for: dependsOn names Kustomizations only."""
    consumer, waited = late.consumer.reconciler.subject.ref, _kustomization_of(context, late.provider)
    known = "or name the definitions in externals of .gitops-lint.yaml if they are installed before"
    if late.consumer.controller is Controller.ARGOCD:
        return f"annotate it with SkipDryRunOnMissingResource=true, or move it to an Application of its own, {known}"
    if late.never or waited is None or waited == consumer:
        bringer = waited or late.provider.node[1]
        return f"move these objects to a Kustomization of their own that waits for {bringer.name}, {known}"
    return f"let {consumer.name} wait for {waited.name} by dependsOn, {known}"


def _kustomization_of(context: Context, provider: Provider) -> Ref | None:
    """The Kustomization that brings what a provider brings."""
    if provider.node[1].kind == "Kustomization":
        return provider.node[1]
    owners = (owner.reconciler.subject.ref for owner in context.graph.owners(provider.node))
    return next((ref for ref in owners if ref.kind == "Kustomization"), None)


def _effect(late: Late, error: str) -> str:
    name = late.consumer.reconciler.subject.ref.name
    if late.consumer.controller is Controller.ARGOCD:
        return f"the sync of {name} fails with '{error}' before it gets to what would help it"
    if late.never:
        return f"in a new cluster {name} fails with '{error}' for ever: what would help it is never applied"
    return f"{name} fails with '{error}', applies nothing else, and tries again until it is there"


# -- namespaces ------------------------------------------------------------------------------------------------


@check
def namespace_applied_later(context: Context) -> Iterator[Hit]:
    """Objects in a Namespace that is not sure to be there. One hit for each who brings some, or for each Namespace."""
    externals, providers = context.externals, context.providers
    found: dict[tuple[object, ...], list[Late]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        if not ref.namespace or not is_namespaced(ref) or externals.has(Ref("", "Namespace", "", ref.namespace)):
            continue
        known = providers.namespace(cluster, ref.namespace)
        if not known or providers.is_home(cluster, ref.namespace):
            continue
        for owner in _live(context, ref, owners):
            if late := _late_in(context, owner, known):
                found.setdefault(_fault(late, ref.namespace), []).append(late)
    for group in found.values():
        yield _namespace_hit(context, group)


def _late_in(context: Context, owner: Ownership, known: Sequence[Provider]) -> Late | None:
    """An object that comes before its Namespace; between Applications there is no order, and they try again."""
    late = _late(context, owner, known)
    if late is not None:
        return late if owner.controller is Controller.FLUX and _is_of_flux(context, known) else None
    for provider in known:
        own = provider.ownership
        is_alone = own is not None and len(known) == 1 and own.reconciler.node == owner.reconciler.node
        if own and is_alone and wave(own.controller, own.built.data) > wave(owner.controller, owner.built.data):
            return Late(owner, provider, never=True)
    return None


def _is_of_flux(context: Context, known: Sequence[Provider]) -> bool:
    """Whether Flux brings it: an order between the two controllers is not to be had."""
    return all(context.graph.reconcilers[provider.node].controller is Controller.FLUX for provider in known)


def _namespace_hit(context: Context, group: Sequence[Late]) -> Hit:
    late, who, elsewhere = _told(group, sets_namespace)
    consumer, provider, name = late.consumer, late.provider, late.consumer.built.ref.namespace
    same = provider.node == consumer.reconciler.node
    when = "in a later wave" if same else "later" if late.never else "at any time"
    return Hit(
        message=f"{who}, and Namespace {name} comes {when}" + ("" if same else f", with {provider.node[1]}"),
        at=sets_namespace(consumer),
        label=f"Namespace {name} is {'not there yet' if late.never else 'not sure to be there'}",
        case="wave" if same else "inside" if late.never else "unordered",
        subject=consumer.built.ref,
        clusters=(consumer.delivery.cluster,),
        owners=(consumer,),
        related=((provider.place, "brought here"), *elsewhere),
        help=_namespace_advice(context, late, name),
        effect=_effect(late, f'namespaces "{name}" not found'),
        reach=consumer.reach,
    )


def _namespace_advice(context: Context, late: Late, name: str) -> str:
    consumer, waited = late.consumer.reconciler.subject.ref, _kustomization_of(context, late.provider)
    if late.provider.node == late.consumer.reconciler.node:
        return f"give Namespace {name} the wave of the first object in it, or an earlier one"
    if late.never or waited is None:
        return f"move Namespace {name} to what {consumer.name} applies or waits for, or take the object out of it"
    return f"let {consumer.name} wait for {waited.name} by dependsOn"


# -- what objects name -----------------------------------------------------------------------------------------

CASES = {"StorageClass": "storage-class", "SecretStore": "secret-store", "ClusterSecretStore": "secret-store"}
CASES |= {"Issuer": "issuer", "ClusterIssuer": "issuer"}


@check
def unordered_reference(context: Context) -> Iterator[Hit]:
    """Objects that name what another Kustomization of Flux brings, which is not waited for.

    ConfigMaps, Secrets and claims are left out: their Pods start as soon as these are there, and nobody orders by them.
    """
    found: dict[tuple[Node, Node, str], list[tuple[Ownership, Ownership, Spot]]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        for owner in _live(context, ref, owners):
            if owner.controller is not Controller.FLUX:
                continue
            for needed, route in references_of(owner.built):
                if needed.kind in CASES and (source := _unordered_source(context, owner, (cluster, needed))):
                    key = (owner.reconciler.node, source.reconciler.node, CASES[needed.kind])
                    found.setdefault(key, []).append((owner, source, owner.built.locate(route)))
    for (_, _, case), group in found.items():
        yield _reference_hit(case, group)


def _unordered_source(context: Context, owner: Ownership, needed: Node) -> Ownership | None:
    """Who brings an object that is needed, where none of those comes before; None too where the wait leads back."""
    sources = [source for source in context.graph.owners(needed) if source.reach is Reach.LIVE]
    node, precedence = owner.reconciler.node, context.precedence
    if any(precedence.is_before(s.reconciler.node, node) or s.controller is not Controller.FLUX for s in sources):
        return None
    return next((s for s in sources if node not in precedence.before(s.reconciler.node)), None)


def _reference_hit(case: str, group: Sequence[tuple[Ownership, Ownership, Spot]]) -> Hit:
    owner, source, place = min(group, key=lambda one: one[2].location)
    needed, reconciler, bringer = source.built.ref, owner.reconciler.subject.ref, source.reconciler.subject.ref
    more = f" and {len(group) - 1} more" if group[1:] else ""
    verb = "need" if more else "needs"
    return Hit(
        message=f"{owner.built.ref}{more} of {reconciler} {verb} {needed}, and nothing makes {bringer} come first",
        at=place,
        label=f"brought by {bringer.name}",
        case=case,
        subject=owner.built.ref,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        related=((source.built.locate(NAME), "brought here"),),
        help=f"let {reconciler.name} wait for {bringer.name} by dependsOn",
        effect="it stays pending until the other is there; with wait: true that may be longer than the timeout",
        reach=owner.reach,
    )
