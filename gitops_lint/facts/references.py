"""What objects name that has to be there for them to work: the edges of the graph that nobody declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import OPAQUE, Ref, dig
from gitops_lint.shape import list_at, mapping_at, text_at
from gitops_lint.traits import needed_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Built

STORAGE = "storage.k8s.io"
EXTERNAL_SECRETS = "external-secrets.io"
CERT_MANAGER = "cert-manager.io"


class Reference(NamedTuple):
    """An object that another one names, and where."""

    ref: Ref
    route: Route


def references_of(built: Built) -> Iterator[Reference]:
    """Everything that an object cannot do without, in the order of the fields; what is ``optional`` is left out."""
    if built.ref.group == OPAQUE:
        return
    yield from (Reference(ref, route) for ref, route in needed_by(built))
    yield from storage_classes_of(built)
    yield from _values_of(built)
    yield from _stores_of(built)
    yield from _issuer_of(built)


def storage_classes_of(built: Built) -> Iterator[Reference]:
    """The StorageClasses that the claims of an object name (core/v1 PersistentVolumeClaim, storageClassName)."""
    field: Route = ("spec", "storageClassName")
    routes: list[Route] = []
    if (built.ref.group, built.ref.kind) == ("", "PersistentVolumeClaim"):
        routes = [field]
    elif (built.ref.group, built.ref.kind) == ("apps", "StatefulSet"):
        templates: Route = ("spec", "volumeClaimTemplates")
        routes = [(*templates, index, *field) for index in range(len(list_at(built.data, templates)))]
    for route in routes:
        if name := text_at(built.data, route):
            yield Reference(Ref(STORAGE, "StorageClass", "", name), route)


def _values_of(built: Built) -> Iterator[Reference]:
    """Where a HelmRelease takes its values from (helmrelease_types.go, valuesFrom)."""
    if built.ref.group != "helm.toolkit.fluxcd.io":
        return
    for index, entry in enumerate(list_at(built.data, ("spec", "valuesFrom"))):
        kind, name = text_at(entry, ("kind",)), text_at(entry, ("name",))
        if kind in ("ConfigMap", "Secret") and name and dig(entry, ("optional",)) is not True:
            yield Reference(Ref("", kind, built.ref.namespace, name), ("spec", "valuesFrom", index, "name"))


def _stores_of(built: Built) -> Iterator[Reference]:
    """The stores of an ExternalSecret (external-secrets, apis/externalsecrets, SecretStoreRef)."""
    if built.ref.group != EXTERNAL_SECRETS:
        return
    fields = {
        "ExternalSecret": ("spec", "secretStoreRef"),
        "ClusterExternalSecret": ("spec", "externalSecretSpec", "secretStoreRef"),
    }
    route: Route = fields.get(built.ref.kind, ())
    named = mapping_at(built.data, route) if route else {}
    kind = text_at(named, ("kind",)) or "SecretStore"
    if (name := text_at(named, ("name",))) and (built.ref.namespace or kind != "SecretStore"):
        namespace = built.ref.namespace if kind == "SecretStore" else ""
        yield Reference(Ref(EXTERNAL_SECRETS, kind, namespace, name), (*route, "name"))


def _issuer_of(built: Built) -> Iterator[Reference]:
    """The issuer of a Certificate (cert-manager, apis/certmanager/v1, issuerRef)."""
    route: Route = ("spec", "issuerRef")
    named = mapping_at(built.data, route) if built.ref.group == CERT_MANAGER else {}
    if built.ref.kind == "Certificate" and (name := text_at(named, ("name",))):
        kind = text_at(named, ("kind",)) or "Issuer"
        namespace = built.ref.namespace if kind == "Issuer" else ""
        yield Reference(Ref(text_at(named, ("group",)) or CERT_MANAGER, kind, namespace, name), (*route, "name"))
