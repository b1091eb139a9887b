"""A FluxInstance of flux-operator: the source and the Kustomization that its ``sync`` makes.

flux-operator, api/v1/fluxinstance_types.go: both are called as ``sync.name`` says, else like the namespace;
``kustomize.patches`` may change either one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.patch import apply_operations, strategic_merge
from gitops_lint.builders.kustomize.selector import Target
from gitops_lint.builders.kustomize.traced import Unpatchable
from gitops_lint.document import read
from gitops_lint.identity import identify
from gitops_lint.model import Built, Place, Places, Ref, dig
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Subject

SOURCES = "source.toolkit.fluxcd.io"
KUSTOMIZATIONS = "kustomize.toolkit.fluxcd.io"
REFERENCES = {"GitRepository": "name", "OCIRepository": "tag"}
"""The field of a source's ``ref`` that ``sync.ref`` becomes; a Bucket has it for its name."""


def sync_objects(subject: Subject, route: Route = ("spec",)) -> tuple[Built, Built] | None:
    """The source and the Kustomization; None without a ``sync``, or where the patches delete one of them.

    ``route`` leads to the settings of the instance, which may stand in the values of its chart.
    """
    settings = dig(subject.data, route)
    sync = mapping_at(settings, ("sync",))
    if not isinstance(sync.get("path"), str):
        return None
    places = Places(subject.locate(()), {"spec": Places(subject.locate((*route, "sync")))})
    namespace = subject.ref.namespace or "flux-system"
    made = []
    for data in (_source(sync, namespace), _kustomization(sync, namespace)):
        built = Built(identify(data) or subject.ref, data, places)
        patched = _patched(built, subject, (*route, "kustomize", "patches"))
        if patched is None:
            return None
        made.append(patched)
    return made[0], made[1]


def _named(sync: Data, namespace: str) -> tuple[str, str]:
    return text_at(sync, ("name",)) or namespace, text_at(sync, ("kind",)) or "GitRepository"


def _source(sync: Data, namespace: str) -> Data:
    name, kind = _named(sync, namespace)
    url, ref = text_at(sync, ("url",)), text_at(sync, ("ref",))
    where = {"bucketName": ref, "endpoint": url} if kind == "Bucket" else {"url": url}
    reference = {"ref": {REFERENCES[kind]: ref}} if kind in REFERENCES and ref else {}
    return _object(SOURCES, kind, name, namespace, {**where, **reference})


def _kustomization(sync: Data, namespace: str) -> Data:
    name, kind = _named(sync, namespace)
    spec = {"path": sync["path"], "prune": True, "sourceRef": {"kind": kind, "name": name}}
    return _object(KUSTOMIZATIONS, "Kustomization", name, namespace, spec)


def _object(group: str, kind: str, name: str, namespace: str, spec: Data) -> Data:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, "spec": spec}


# -- patches -----------------------------------------------------------------------------------------------------------


def _patched(built: Built, subject: Subject, route: Route) -> Built | None:
    """An object under the patches that mean it; one that cannot be applied changes nothing. None: it was deleted."""
    for index, entry in enumerate(list_at(subject.data, route)):
        place = subject.locate((*route, index, "patch"))
        for document in read(place.path, text_at(entry, ("patch",)).encode("utf-8", "surrogatepass")).documents:
            try:
                changed = _changed(built, document.data, place, mapping_at(entry, ("target",)))
            except Unpatchable:
                continue
            if changed is None:
                return None
            built = Built(built.ref, *changed)
    return built


def _changed(built: Built, patch: Data, place: Place, target: Data) -> tuple[Data, Places] | None:
    """Data and places after a patch. Raises Unpatchable."""
    if not _is_meant(built, patch, target):
        return built.data, built.places
    if isinstance(patch, list):
        return apply_operations(built.data, built.places, patch, Places(place))
    return strategic_merge(
        built.data,
        built.places,
        patch,
        Places(place),
        group=built.ref.group,
        version="v1",
        kind=built.ref.kind,
        targeted=bool(target),
    )


def _is_meant(built: Built, patch: Data, target: Data) -> bool:
    if target:
        labels, annotations = (mapping_at(built.data, ("metadata", field)) for field in ("labels", "annotations"))
        return Target.from_data(target).matches((built.ref,), "v1", labels, annotations)
    return isinstance(patch, dict) and built.ref in set(_identities(patch, built.ref))


def _identities(patch: Data, ref: Ref) -> Iterator[Ref]:
    """What a patch without a target calls itself: as written, and in the namespace of the instance."""
    named = identify(patch)
    if named is not None:
        yield named
        yield named if named.namespace else named._replace(namespace=ref.namespace)
