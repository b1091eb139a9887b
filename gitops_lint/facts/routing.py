"""Which hosts and paths an object claims for its Services: Ingress, IngressRoute of Traefik, HTTPRoute.

Kubernetes, networking/v1 Ingress; Traefik, routing/providers/kubernetes-crd; Gateway API, HTTPRoute v1. A rule that
asks for more than a host and a path (a header, a method, a negation) claims only a part of the requests: it is left
out, and so is one whose host nobody knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Ref

TRAEFIK = ("traefik.io", "traefik.containo.us")
CLASS = "kubernetes.io/ingress.class"
ENTRY_POINTS = "traefik.ingress.kubernetes.io/router.entrypoints"
SHARES = (
    "alb.ingress.kubernetes.io/",
    "canary",
    "mergeable-ingress-type",
    "/conditions.",
    "router.rule",
    "router.priority",
)
"""Parts of annotations of an Ingress that shares its host and path on purpose, or has a load balancer of its own."""
OF_ITS_OWN = ("alb", "gce", "gce-internal", "tailscale")
"""Classes that make a load balancer for each Ingress: one host may well stand at two of them."""
UNKNOWN = ("${", "{{", "<")
"""What a host holds that somebody is still to fill in."""
INTERNAL = "@internal"
"""The end of a service's name that is Traefik's own, for a route that only redirects."""

_ATOM = re2.compile(r"""\(*\s*(Host|Path|PathPrefix)\(\s*((?:[`"'][^`"']*[`"']\s*,?\s*)+)\)\s*\)*""")
_QUOTED = re2.compile(r"""[`"']([^`"']*)[`"']""")


class Claim(NamedTuple):
    """A host and a path that go to some Services. ``doors`` are where requests come in; none means anywhere."""

    proxy: str
    host: str
    path: str
    priority: str
    doors: frozenset[str]
    backends: frozenset[tuple[str, str]]
    route: Route
    """Where the host stands in the object."""


def claims_of(ref: Ref, data: Data) -> Iterator[Claim]:
    """What an object claims; nothing for one of another kind."""
    if (ref.group, ref.kind) == ("networking.k8s.io", "Ingress"):
        found = _ingress(ref, data)
    elif ref.group in TRAEFIK and ref.kind == "IngressRoute":
        found = _ingress_route(ref, data)
    elif (ref.group, ref.kind) == ("gateway.networking.k8s.io", "HTTPRoute"):
        found = _http_route(ref, data)
    else:
        return
    for claim in found:
        if claim.host and claim.backends and not any(mark in claim.host + claim.path for mark in UNKNOWN):
            yield claim


def meet(one: Claim, other: Claim) -> bool:
    """Whether a request may come in by a door that both look at. A Gateway without a section is all of its sections."""
    if not one.doors or not other.doors:
        return True
    return any(a == b or a.startswith(f"{b}#") or b.startswith(f"{a}#") for a in one.doors for b in other.doors)


# -- the kinds -------------------------------------------------------------------------------------------------


def _ingress(ref: Ref, data: Data) -> Iterator[Claim]:
    annotations = mapping_at(data, ("metadata", "annotations"))
    if any(part in str(key) for key in annotations for part in SHARES):
        return
    proxy = text_at(data, ("spec", "ingressClassName")) or text_at(annotations, (CLASS,))
    if proxy in OF_ITS_OWN:
        return
    doors = frozenset(door.strip() for door in text_at(annotations, (ENTRY_POINTS,)).split(",") if door.strip())
    for index, rule in enumerate(list_at(data, ("spec", "rules"))):
        for path in mappings_at(rule, ("http", "paths")):
            exact = text_at(path, ("pathType",)) == "Exact"
            service = text_at(path, ("backend", "service", "name"))
            yield Claim(
                proxy,
                text_at(rule, ("host",)).lower(),
                _path(text_at(path, ("path",)), exact=exact),
                "",
                doors,
                frozenset({(ref.namespace, service)}) if service else frozenset(),
                ("spec", "rules", index, "host"),
            )


def _ingress_route(ref: Ref, data: Data) -> Iterator[Claim]:
    proxy = text_at(data, ("metadata", "annotations", CLASS)) or "traefik"
    doors = frozenset(str(door) for door in list_at(data, ("spec", "entryPoints")))
    for index, route in enumerate(list_at(data, ("spec", "routes"))):
        services = list(mappings_at(route, ("services",)))
        names = [(text_at(each, ("namespace",)) or ref.namespace, text_at(each, ("name",))) for each in services]
        if any(not name or name.endswith(INTERNAL) for _, name in names):
            continue
        priority = str(mapping_at(route, ()).get("priority") or "")
        for host, path in _matched(text_at(route, ("match",))):
            at: Route = ("spec", "routes", index, "match")
            yield Claim(proxy, host.lower(), path, priority, doors, frozenset(names), at)


def _matched(rule: str) -> Iterator[tuple[str, str]]:
    """The hosts of a rule, each with its path: hosts, or hosts and one path; nothing for a rule that is neither."""
    hosts: list[str] = []
    paths: list[str] = []
    both = rule.replace("||", "&&")
    if "||" in rule and (both.count("&&") != rule.count("||") or "Path" in rule):
        return
    for part in both.split("&&"):
        atom = _ATOM.fullmatch(part.strip())
        if atom is None:
            return
        values = _QUOTED.findall(atom.group(2))
        if atom.group(1) == "Host":
            hosts.append("") if "||" not in rule and hosts else hosts.extend(values)
        else:
            paths += [_path(value, exact=atom.group(1) == "Path") for value in values]
    if "" not in hosts and len(paths) <= 1:
        yield from ((host, paths[0] if paths else "/") for host in hosts)


def _http_route(ref: Ref, data: Data) -> Iterator[Claim]:
    doors = frozenset(_door(ref, parent) for parent in mappings_at(data, ("spec", "parentRefs")))
    hosts = list(enumerate(list_at(data, ("spec", "hostnames")))) if doors else []
    for rule in mappings_at(data, ("spec", "rules")):
        backends = frozenset(
            (text_at(backend, ("namespace",)) or ref.namespace, text_at(backend, ("name",)))
            for backend in mappings_at(rule, ("backendRefs",))
        )
        for match in list(mappings_at(rule, ("matches",))) or [{}]:
            if set(match) - {"path"} or text_at(match, ("path", "type")) == "RegularExpression":
                continue
            exact = text_at(match, ("path", "type")) == "Exact"
            path = _path(text_at(match, ("path", "value")), exact=exact)
            for index, host in hosts:
                at: Route = ("spec", "hostnames", index)
                yield Claim("gateway", str(host).lower(), path, "", doors, backends, at)


def _door(ref: Ref, parent: Data) -> str:
    section = text_at(parent, ("sectionName",)) or str(parent.get("port") or "")
    name = f"{text_at(parent, ('namespace',)) or ref.namespace}/{text_at(parent, ('name',))}"
    return f"{name}#{section}" if section else name


def _path(path: str, *, exact: bool) -> str:
    """A path in one spelling; that of an exact match is told apart from a prefix."""
    prefix = path.rstrip("/") or "/"
    return f"={path}" if exact else prefix
