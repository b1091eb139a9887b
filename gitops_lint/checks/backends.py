"""Services that a route leads to, and that nobody applies.

Kubernetes, networking/v1 Ingress and Gateway API HTTPRoute; Traefik, IngressRoute: without a namespace the own one is
meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    Context,
    Controller,
    Hit,
    Reach,
    Ref,
    check,
    did_you_mean,
    dig,
    is_resolved,
    list_at,
    shadow_of,
    text_at,
    written_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Built, Ownership, Route

NAME = ("metadata", "name")
TRAEFIK = frozenset({"traefik.io", "traefik.containo.us"})


class Backend(NamedTuple):
    """A Service that a route leads to: where it is named, and the port of it, by name or by number, with its place."""

    service: Ref
    route: Route
    port: str
    port_route: Route


@check
def missing_backend(context: Context) -> Iterator[Hit]:
    """Routes to a Service that is not there, in namespaces of which everything can be seen.

    Such a namespace has Services from here, and no chart, operator or foreign source that may bring more.
    """
    shadow = shadow_of(context.walked)
    if shadow.everywhere:
        return
    services = {ref for _, ref in context.graph.objects if (ref.group, ref.kind) == ("", "Service")}
    seen = {ref.namespace for ref in services}
    for (cluster, _), owners in context.graph.objects.items():
        owner = owners[0]
        if owner.reach is not Reach.LIVE:
            continue
        for backend in _backends(owner.built):
            service = backend.service
            known = is_resolved(service) and service.namespace in seen and not shadow.covers(service.namespace)
            if known and service not in services and not _is_manual(context, service):
                yield _missing(context, cluster, owner, service, backend.route, services)
            yield from _closed(context, cluster, owner, backend)


def _closed(context: Context, cluster: str, owner: Ownership, backend: Backend) -> Iterator[Hit]:
    """A port that the Service does not have: a number and a name are of the Service, not of its pods."""
    owners = context.graph.owners((cluster, backend.service))
    ports = (
        [port for port in list_at(owners[0].built.data, ("spec", "ports")) if isinstance(port, dict)] if owners else []
    )
    open_at = {str(port.get(field)) for port in ports for field in ("name", "port") if port.get(field) is not None}
    if not backend.port or not open_at or any("$" in text for text in (backend.port, *open_at)):
        return
    if backend.port not in open_at:
        built = owner.built
        yield Hit(
            message=f"{built.ref} leads to the port {backend.port} of {backend.service}, which has none of it",
            at=built.locate(backend.port_route),
            label="no port of the Service",
            case="port",
            subject=built.ref,
            clusters=(cluster,),
            related=((owners[0].built.locate(("spec", "ports")), "its ports"),),
            help=f"name one of {', '.join(sorted(open_at))}",
            effect="who comes by this route gets an error",
        )


def _backends(built: Built) -> Iterator[Backend]:
    """The Services that a route leads to, and where they are named."""
    group, kind = built.ref.group, built.ref.kind
    if (group, kind) == ("networking.k8s.io", "Ingress"):
        found = _of_ingress(built)
    elif group == "gateway.networking.k8s.io" and kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"):
        found = _listed(built, ("spec", "rules"), "backendRefs")
    elif group in TRAEFIK and kind in ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP"):
        found = _listed(built, ("spec", "routes"), "services")
    else:
        return
    for namespace, name, route, port_route in found:
        if name:
            port = dig(built.data, port_route)
            service = Ref("", "Service", namespace or built.ref.namespace, name)
            yield Backend(service, route, str(port) if isinstance(port, int | str) else "", port_route)


def _of_ingress(built: Built) -> Iterator[tuple[str, str, Route, Route]]:
    routes: list[Route] = [("spec", "defaultBackend")]
    for rule, entry in enumerate(list_at(built.data, ("spec", "rules"))):
        count = len(list_at(entry, ("http", "paths")))
        routes += [("spec", "rules", rule, "http", "paths", path, "backend") for path in range(count)]
    for route in routes:
        at, port = (*route, "service", "name"), (*route, "service", "port")
        by_name = bool(text_at(built.data, (*port, "name")))
        yield "", text_at(built.data, at), at, (*port, "name" if by_name else "number")


def _listed(built: Built, top: Route, field: str) -> Iterator[tuple[str, str, Route, Route]]:
    """Backends in lists; those of another kind or group, and Traefik's own services, are no Services."""
    for number, entry in enumerate(list_at(built.data, top)):
        for index, backend in enumerate(list_at(entry, (field,))):
            is_service = dig(backend, ("kind",)) in (None, "Service") and dig(backend, ("group",)) in (None, "")
            name = text_at(backend, ("name",)) if is_service else ""
            if "@" not in name:
                at: Route = (*top, number, field, index)
                yield text_at(backend, ("namespace",)), name, (*at, "name"), (*at, "port")


def _is_manual(context: Context, service: Ref) -> bool:
    """Whether a Service may be that of a component that is installed by hand."""
    rows = context.matrix.components if context.matrix else ()
    manual = [row.name for row in rows if row.owner is Controller.MANUAL]
    return any(name in service.name or name in service.namespace for name in manual)


def _missing(context: Context, cluster: str, owner: Ownership, service: Ref, route: Route, services: set[Ref]) -> Hit:
    built = owner.built
    written = written_of(context, service)
    elsewhere = sorted(ref.namespace for ref in services if ref.name == service.name)
    guess = did_you_mean(service.name, sorted(ref.name for ref in services if ref.namespace == service.namespace))
    if written:
        advice = f"let something apply {written.path}"
    elif elsewhere:
        advice = f"there is one in the namespace {elsewhere[0]}"
    else:
        advice = guess.removeprefix("; ") or "name a Service that is applied here"
    return Hit(
        message=f"{built.ref} leads to {service}, which nothing applies",
        at=built.locate(route),
        label=f"there is no such Service in {service.namespace}",
        case="misnamed" if written or elsewhere or guess else "missing",
        subject=built.ref,
        clusters=(cluster,),
        related=((written.locate(NAME), "stands here, and is not applied"),) if written else (),
        help=advice,
        effect="who comes by this route gets an error",
        stems=(written.path,) if written else (),
    )
