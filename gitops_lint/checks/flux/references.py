"""What an order to Flux refers to and is not there: sources, providers of alerts, objects whose health is asked for.

Semantics: source-controller and kustomize-controller look a reference up in the namespace of the object that has it
unless another one is named; what is not found fails the whole reconciliation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    Confidence,
    Context,
    Controller,
    Hit,
    Place,
    Reach,
    Ref,
    check,
    dig,
    homes_of_flux,
    is_resolved,
    mappings_at,
    may_be_hidden,
    meant_by,
    order_to,
    shadow_of,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Meant, Need, Node, Shadow, Spot

SOURCES = "source.toolkit.fluxcd.io"
NOTIFICATIONS = "notification.toolkit.fluxcd.io"
GENERATED = "ExternalArtifact"
"""The kind of source that other controllers make."""
HEALTH = ("spec", "healthChecks")


# -- sources ---------------------------------------------------------------------------------------------------


@check
def missing_source(context: Context) -> Iterator[Hit]:
    """A ``sourceRef`` or ``chartRef`` of what Flux applies that names nothing: one hit for each source.

    The source of a root is made by whoever bootstrapped it. Who reads a source that is missing cannot bring it.
    """
    homes = homes_of_flux(context.walked)
    reconcilers = context.graph.reconcilers
    given = {need.target for need in context.graph.needs if reconcilers[need.owner].root is not None}
    absent: dict[Node, list[Need]] = {}
    for need in context.graph.needs:
        cluster, ref = need.target
        is_named = ref.group == SOURCES and ref.kind != GENERATED and is_resolved(ref) and bool(ref.namespace)
        if is_named and cluster in homes and need.target not in given and not context.graph.owners(need.target):
            absent.setdefault(need.target, []).append(need)
    readers = {need.owner for needs in absent.values() for need in needs}
    for target, needs in absent.items():
        live = [need for need in needs if context.is_at_work(need.owner)]
        is_hidden = may_be_hidden(context.repo, context.walked, target, readers)
        meant = meant_by(context, target, is_hidden=is_hidden)
        if live and (meant or not is_hidden) and not _was_moved(context, target):
            yield _missing_source(target, live, meant, _certainty(is_hidden))


def _certainty(is_hidden: bool) -> Confidence:
    return Confidence.LIKELY if is_hidden else Confidence.CERTAIN


def _was_moved(context: Context, node: Node) -> bool:
    """Whether a kustomization moves the object out of that namespace: then that is the fault."""
    for (cluster, ref), owners in context.graph.objects.items():
        if cluster == node[0] and ref._replace(namespace=node[1].namespace) == node[1]:
            origin = owners[0].built.origin
            data = getattr(origin.document, "data", None)
            if text_at(data, (*origin.route, "metadata", "namespace")) == node[1].namespace:
                return True
    return False


def _missing_source(target: Node, needs: Sequence[Need], meant: Meant | None, confidence: Confidence) -> Hit:
    first, *others = needs
    more = f" and {len(others)} more read" if others else " reads"
    return Hit(
        message=f"{first.owner[1]}{more} from {target[1]}, which nothing applies",
        at=_named(first),
        label=f"there is no such {target[1].kind}",
        case="misnamed" if meant else "missing",
        subject=first.owner[1],
        clusters=(target[0],),
        related=((*meant.related,) if meant else ())
        + tuple((_named(need), f"{need.owner[1].name} reads from it, too") for need in others),
        help=meant.help if meant else "commit the source, or name one that is applied here",
        effect=f"{first.owner[1].name} gets no artifact: nothing of it is applied or updated",
        confidence=confidence,
        stems=meant.stems if meant else (),
    )


def _named(need: Need) -> Spot:
    place = need.hop.place
    return Place(place.document, (*place.route, "name")) if isinstance(place, Place) else place


# -- providers of alerts ---------------------------------------------------------------------------------------


@check
def missing_provider(context: Context) -> Iterator[Hit]:
    """An Alert whose provider is not there: it tells nobody anything (notification-controller, alert_types.go)."""
    for (cluster, ref), owners in context.graph.objects.items():
        alert = owners[0]
        if (ref.group, ref.kind) != (NOTIFICATIONS, "Alert") or alert.reach is not Reach.LIVE:
            continue
        name = text_at(alert.built.data, ("spec", "providerRef", "name"))
        node = cluster, Ref(NOTIFICATIONS, "Provider", ref.namespace, name)
        if not name or not is_resolved(node[1]) or context.graph.owners(node):
            continue
        is_hidden = may_be_hidden(context.repo, context.walked, node)
        meant = meant_by(context, node, is_hidden=is_hidden)
        if cluster not in homes_of_flux(context.walked) or (is_hidden and meant is None):
            continue
        yield Hit(
            message=f"{ref} sends to {node[1]}, which nothing applies",
            at=alert.built.locate(("spec", "providerRef", "name")),
            label="there is no such Provider",
            subject=ref,
            clusters=(cluster,),
            related=meant.related if meant else (),
            help=meant.help if meant else "commit the Provider, or name one that is there",
            effect="nobody hears of what fails",
            confidence=_certainty(is_hidden),
            stems=meant.stems if meant else (),
        )


# -- health ----------------------------------------------------------------------------------------------------


@check
def missing_health_target(context: Context) -> Iterator[Hit]:
    """An object in ``healthChecks`` that nobody applies: the check waits for it until its time is up.

    Not asked where ``wait`` makes Flux pass over the list, nor where a chart or an operator may make the object.
    """
    shadow = shadow_of(context.walked)
    for reconciler in context.orders_to_flux("Kustomization"):
        subject = reconciler.subject
        for index, entry in enumerate(mappings_at(subject.data, HEALTH)):
            ref = Ref(
                text_at(entry, ("apiVersion",)).rpartition("/")[0],
                text_at(entry, ("kind",)),
                text_at(entry, ("namespace",)),
                text_at(entry, ("name",)),
            )
            node = reconciler.cluster, ref
            if dig(subject.data, ("spec", "wait")) is True or not ref.name or not is_resolved(ref):
                continue
            if _exists(context, ref):
                continue
            is_hidden = _may_be_made(context, node, shadow)
            meant = meant_by(context, node, is_hidden=is_hidden)
            if is_hidden and meant is None:
                continue
            yield Hit(
                message=f"{subject.ref} asks for the health of {ref}, which nothing applies",
                at=subject.locate((*HEALTH, index, "name")),
                label=f"there is no such {ref.kind}",
                subject=subject.ref,
                clusters=(reconciler.cluster,),
                related=meant.related if meant else (),
                help=meant.help if meant else "name an object that is applied here, or take the entry out",
                effect=f"{subject.ref.name} is never ready, and what depends on it is never applied",
                confidence=_certainty(is_hidden),
                stems=meant.stems if meant else (),
            )


def _exists(context: Context, ref: Ref) -> bool:
    """Whether the object is applied anywhere: what a kubeConfig leads to is asked for in its own cluster.

    Without a namespace any will do: it may be of a kind that has none.
    """
    if ref.namespace:
        return any(other == ref for _, other in context.graph.objects)
    return any(other._replace(namespace="") == ref for _, other in context.graph.objects)


def _may_be_made(context: Context, node: Node, shadow: Shadow) -> bool:
    ref = node[1]
    if order_to(ref) is Controller.FLUX:
        return may_be_hidden(context.repo, context.walked, node)
    if not ref.namespace:
        return shadow != (False, frozenset())
    return shadow.covers(ref.namespace)
