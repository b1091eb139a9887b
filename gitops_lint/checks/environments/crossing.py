"""Environments that get into each other: one reads what belongs to another, or lands where that one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import (
    OPAQUE,
    Confidence,
    Context,
    Hit,
    check,
    has_word,
    list_at,
    order_to,
    reads_of,
    text_at,
    value_files_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Built, Environment, Ownership, Place, Reconciler, Route, Spot

NAMESPACE = ("metadata", "namespace")
SHOWN = 8
"""How many further places a finding shows."""


# -- who reads what ----------------------------------------------------------------------------------------------------


class Crossing(NamedTuple):
    """A reconciler, the environment that it applies to, and the other one that it reads the overlay or values of."""

    reconciler: Reconciler
    served: Environment
    read: str
    what: str


@check
def crossed_environments(context: Context) -> Iterator[Hit]:
    """Reconcilers that read the overlay of one environment and apply it to another one.

    What only brings other orders is left alone: one Argo CD, or one management cluster, may serve all environments.
    """
    found: dict[Spot, list[Crossing]] = {}
    for reconciler in context.walked.reconcilers:
        if not _brings_more_than_orders(context, reconciler):
            continue
        for path, route in reads_of(reconciler):
            overlay = context.environments.overlay(path)
            if overlay is None:
                continue
            if served := context.environments.served_instead(reconciler, overlay.environment):
                place = reconciler.subject.locate(route)
                found.setdefault(place, []).append(Crossing(reconciler, served, overlay.environment, "overlay"))
            elif overlay.environment in context.environments.guarded:
                yield from _through(context, reconciler, overlay.environment)
        for at, crossing in _crossed_values(context, reconciler):
            found.setdefault(at, []).append(crossing)
    for spot, group in found.items():
        yield _crossed(context, spot, group)


def _brings_more_than_orders(context: Context, reconciler: Reconciler) -> bool:
    return any(order_to(ownership.built.ref) is None for ownership in context.graph.applied_by(reconciler))


def _crossed_values(context: Context, reconciler: Reconciler) -> Iterator[tuple[Spot, Crossing]]:
    """The value files of another environment, where a source lists none of the environment that it applies to."""
    for files in value_files_of(reconciler.subject) if reconciler.subject.ref.kind == "Application" else ():
        overlays = [(context.environments.overlay(path), route) for path, route in files]
        known = [(overlay.environment, route) for overlay, route in overlays if overlay is not None]
        for name, route in known[:1]:
            served = context.environments.served_instead(reconciler, name)
            if served is not None and all(other != served.name for other, _ in known):
                yield reconciler.subject.locate(route), Crossing(reconciler, served, name, "values")


def _crossed(context: Context, spot: Spot, group: list[Crossing]) -> Hit:
    (reconciler, served, read, what), *others = group
    who = f"{reconciler.subject.ref} and {len(others)} more" if others else str(reconciler.subject.ref)
    is_certain = any(crossing.served.certain for crossing in group)
    is_grave = bool({served.name, read} & set(context.environments.guarded))
    return Hit(
        message=f"{who} {'read' if others else 'reads'} the {what} of {read}, but {'are' if others else 'is'} "
        f"{served.name} by {served.why}",
        at=spot,
        label=f"belongs to {read}",
        case="direct" if is_grave else "beside",
        subject=reconciler.subject.ref,
        clusters=tuple(sorted({cluster for each in group for cluster in context.graph.destinations(each.reconciler)})),
        help=f"read the {what} of {served.name}, or apply it where {read} is",
        effect=f"{served.name} runs what is meant for {read}, with its hosts, sizes and secrets",
        confidence=Confidence.CERTAIN if is_certain else Confidence.POSSIBLE,
        reach=context.graph.reach(reconciler.node),
        wrong_turn=is_certain,
    )


def _through(context: Context, reconciler: Reconciler, environment: str) -> Iterator[Hit]:
    """What production takes over from the overlay of another environment, by the entry that leads there."""
    found: dict[Spot, list[tuple[Ownership, str]]] = {}
    for ownership in context.graph.applied_by(reconciler):
        hops = (ownership.delivery.hop, *(ownership.built.via.walk() if ownership.built.via else ()))
        steps = [hop.place for hop in hops]
        for index, path in enumerate([*(step.path for step in steps[1:]), ownership.built.path]):
            other = context.environments.overlay(path)
            if other is not None and other.environment != environment:
                found.setdefault(steps[index], []).append((ownership, other.environment))
                break
    for spot, group in found.items():
        ownership, other_name = group[0]
        more = f" and {len(group) - 1} more" if group[1:] else ""
        yield Hit(
            message=f"the overlay of {environment} is made from that of {other_name}: {ownership.built.ref}{more}",
            at=spot,
            label=f"leads into the overlay of {other_name}",
            case="through",
            subject=reconciler.subject.ref,
            clusters=(ownership.delivery.cluster,),
            owners=(ownership,),
            help="move what both need to a base",
            effect=f"whatever is tried in {other_name} is in {environment} with the same commit",
            confidence=Confidence.LIKELY,
            reach=ownership.reach,
        )


# -- where it lands ----------------------------------------------------------------------------------------------------


class Stray(NamedTuple):
    """A value in a built object that belongs to another environment than the one that it is built for."""

    ownership: Ownership
    environment: str
    other: str
    case: str
    text: str


@check
def foreign_environment(context: Context) -> Iterator[Hit]:
    """Objects of one environment with the namespace or the host of another one, one hit for each reconciler.

    ``params.set_by`` tells who set it there: an ``overlay``, or a ``base`` that all environments share.
    """
    for reconciler in context.walked.reconcilers:
        read = (context.environments.overlay(path) for path, _ in reads_of(reconciler))
        environments = {overlay.environment for overlay in read if overlay is not None}
        found: dict[tuple[str, str], list[tuple[Place, Stray]]] = {}
        for environment in environments if len(environments) == 1 else ():
            for ownership in context.graph.applied_by(reconciler):
                for place, stray in _strays(context, ownership, environment):
                    if _setter(context, place, stray) == context.params["set_by"]:
                        found.setdefault((stray.case, stray.other), []).append((place, stray))
        for group in found.values():
            yield _stray_hit(context, sorted(group, key=lambda one: one[0].location))


def _setter(context: Context, place: Place, stray: Stray) -> str | None:
    """Who set a value: an overlay or a base; None for the order itself, and for the overlay of the other environment.

    Both are told where they are: by who reads what.
    """
    if place.path == stray.ownership.reconciler.subject.locate(()).path:
        return None
    overlay = context.environments.overlay(place.path)
    if overlay is None:
        return "base"
    return "overlay" if overlay.environment == stray.environment else None


def _strays(context: Context, ownership: Ownership, environment: str) -> Iterator[tuple[Place, Stray]]:
    built = ownership.built
    if built.ref.group == OPAQUE or order_to(built.ref) or built.ref.kind in context.params["crossing"]:
        return
    of_namespace = context.environments.of_namespace
    other = of_namespace(built.ref.namespace)
    if other not in (None, environment):
        stray = Stray(ownership, environment, str(other), "object", built.ref.namespace)
        yield built.locate(NAMESPACE), stray
    for route, text in _namespaces(built):
        other = of_namespace(text)
        if other not in (None, environment) and text != built.ref.namespace:
            yield built.locate(route), Stray(ownership, environment, str(other), "reference", text)
    for route, host in _hosts(built):
        other = _of_host(context, host, environment)
        if other is not None:
            yield built.locate(route), Stray(ownership, environment, other, "host", host)


_SERVICE = re2.compile(r"\b[a-z0-9-]+\.([a-z0-9-]+)\.svc\b")
"""A Service as it is called from other namespaces."""


def _namespaces(built: Built) -> Iterator[tuple[Route, str]]:
    """The namespaces that an object names, besides its own: in fields of that name, and in hosts of Services."""
    pending: list[tuple[Route, object]] = [((), built.data)]
    while pending:
        route, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*route, key), each) for key, each in value.items() if (*route, key) != ("metadata",)]
        elif isinstance(value, list):
            pending += [((*route, index), each) for index, each in enumerate(value)]
        elif isinstance(value, str) and route[-1:] == ("namespace",):
            yield route, value
        elif isinstance(value, str) and ".svc" in value:
            yield from ((route, namespace) for namespace in _SERVICE.findall(value))


_RULE = re2.compile(r"Host(?:SNI)?\(([^)]*)\)")
_QUOTED = re2.compile("[`\"']([^`\"']+)[`\"']")


def _hosts(built: Built) -> Iterator[tuple[Route, str]]:
    """The hosts that an object serves: those of Ingresses, of routes of the Gateway API, and of Traefik's."""
    kind, data = built.ref.kind, built.data
    if kind == "Ingress":
        for index, rule in enumerate(list_at(data, ("spec", "rules"))):
            yield ("spec", "rules", index, "host"), text_at(rule, ("host",))
    elif kind in ("HTTPRoute", "GRPCRoute", "TLSRoute"):
        for index, host in enumerate(list_at(data, ("spec", "hostnames"))):
            yield ("spec", "hostnames", index), str(host)
    elif kind in ("IngressRoute", "IngressRouteTCP"):
        for index, rule in enumerate(list_at(data, ("spec", "routes"))):
            for inner in _RULE.findall(text_at(rule, ("match",))):
                yield from ((("spec", "routes", index, "match"), host) for host in _QUOTED.findall(inner))


PRIVATE = frozenset({"corp", "home", "internal", "intranet", "lan", "local", "localdomain", "private", "test"})
"""Ends of names that nobody can register (RFC 6762, RFC 8375, and what people use)."""


def _of_host(context: Context, host: str, environment: str) -> str | None:
    """The other environment that a host names in one of its labels; its domain does not count: ``example.dev``.

    A domain has two labels, where the last one is one that a registry gives out: these have no digits.
    """
    *labels, end = host.split(".")
    is_private = end in PRIVATE or not end.isalpha()
    asked = labels if is_private else labels[:-1]
    known = [name for name in context.environments.declared if any(has_word(label, name) for label in asked)]
    return known[0] if known and environment not in known else None


def _stray_hit(context: Context, group: list[tuple[Place, Stray]]) -> Hit:
    (spot, first), *others = group
    elsewhere = dict.fromkeys(place for place, _ in others if place != spot)
    built, case = first.ownership.built, first.case
    order, more = first.ownership.reconciler.subject.ref, f" and {len(others)} more" if others else ""
    what = {
        "object": f"{order} applies {built.ref}{more} of {first.environment} to the namespace of {first.other}",
        "reference": f"{built.ref}{more} of {first.environment} names {first.text}, a namespace of {first.other}",
        "host": f"{built.ref}{more} of {first.environment} serves {first.text}, a host of {first.other}",
    }[case]
    by_base = context.params["set_by"] == "base"
    return Hit(
        message=what,
        at=spot,
        label=f"the {'base' if by_base else f'overlay of {first.environment}'} says so",
        case=case,
        subject=built.ref,
        clusters=tuple(sorted({stray.ownership.delivery.cluster for _, stray in group})),
        owners=(first.ownership,),
        related=tuple((place, "and here") for place in list(elsewhere)[:SHOWN]),
        help="take it out of the base, and let each overlay set its own" if by_base else _advice(first),
        effect=_effect(first),
        confidence=Confidence.CERTAIN if case == "object" else Confidence.LIKELY,
        reach=first.ownership.reach,
    )


def _advice(stray: Stray) -> str:
    thing = "host" if stray.case == "host" else "namespace"
    return f"name the {thing} of {stray.environment} here"


def _effect(stray: Stray) -> str:
    if stray.case == "object":
        return f"it replaces what {stray.other} has under these names, and {stray.environment} gets nothing"
    if stray.case == "reference":
        return f"{stray.environment} works with what {stray.other} has"
    return f"requests for {stray.other} and for {stray.environment} end up in one place"
