"""The kustomization of a directory: its file becomes a layer, and what kustomize refuses in the file is told.

kustomize, api/internal/target/kusttarget.go (Load) and api/types/kustomization.go (EnforceFields, CheckEmpty).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.entries import is_at_or_above
from gitops_lint.builders.kustomize.layer import Layer, kustomization_files
from gitops_lint.builders.kustomize.schema import FLUX_FIELDS, KUSTOMIZATION, Fault, decode
from gitops_lint.location import Location
from gitops_lint.model import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.layer import Overlay
    from gitops_lint.document import Document, File
    from gitops_lint.model import Data
    from gitops_lint.repo import Recorder

GROUP = "kustomize.config.k8s.io"
VERSIONS = {"Kustomization": f"{GROUP}/v1beta1", "Component": f"{GROUP}/v1alpha1"}
FLUX_GROUP = "kustomize.toolkit.fluxcd.io"
_TYPE = ("apiVersion", "kind")


def open_layer(
    reader: Recorder,
    directory: str,
    faults: Faults,
    overlay: Overlay | None = None,
    *,
    restricted: bool = True,
    lenient: bool = False,
) -> Layer | None:
    """The layer of a directory; None where it has no kustomization file.

    ``restricted`` says that a file may not lie outside of the directory of its kustomization, not even behind a link.
    ``lenient`` is for the one that Flux reads and writes anew before it builds: it may be empty, and hold fields that
    do not exist.
    """
    files = kustomization_files(reader, directory)
    if not files:
        return None
    if len(files) > 1:
        faults.several_files(directory, files)
    if restricted and not is_at_or_above(reader.resolve(directory), reader.resolve(files[0])):
        faults.kustomization_outside(files[0])
        return Layer(directory, None, overlay)
    file = reader.file(files[0])
    document = _first(file) if file else None
    if file and document is None and not lenient and not _is_broken(file):
        faults.empty_kustomization(Location(files[0]))
    if document is None:
        _tell_of_others(file, 0, faults)
        return Layer(directory, None, overlay)
    if _is_of_flux(document):
        faults.kustomization_of_flux(document, _fields_of_kustomize(document))
        return Layer(directory, None, overlay)
    _tell_of_others(file, 1, faults)
    decoded, refused = decode(document, lenient=lenient)
    refused += _wrong_type(document, decoded.fields)
    for fault in refused:
        faults.refuse(*fault)
    if not refused and not lenient and _is_empty(decoded.fields):
        faults.empty_kustomization(Place(document, ()))
    return Layer(directory, document, overlay, decoded=decoded)


def is_of_flux(file: File | None) -> bool:
    """Whether a file with the name of a kustomization holds a Flux Kustomization instead."""
    document = _first(file) if file else None
    return document is not None and _is_of_flux(document)


def _first(file: File) -> Document | None:
    """The only document of the file that kustomize looks at; None where nothing stands in it."""
    return next((document for document in file.documents if document.index == 0), None)


def _is_broken(file: File) -> bool:
    return any(fault.kind == "invalid-yaml" and fault.document == 0 for fault in file.faults)


def _tell_of_others(file: File | None, start: int, faults: Faults) -> None:
    """What stands behind the first document is dropped."""
    if file and len(file.documents) > start and not _is_broken(file):
        faults.several_documents(file.documents[start])


def _is_of_flux(document: Document) -> bool:
    version = document.data.get("apiVersion") if isinstance(document.data, dict) else None
    return isinstance(version, str) and version.partition("/")[0] == FLUX_GROUP


def _fields_of_kustomize(document: Document) -> list[str]:
    """The fields beside ``spec`` that make a kustomization of what calls itself a Flux Kustomization."""
    own = KUSTOMIZATION.keys() - FLUX_FIELDS - {*_TYPE, "metadata"}
    return [] if "spec" in document.data else [key for key in document.data if key in own]


def _wrong_type(document: Document, fields: Mapping[str, Data]) -> Iterator[Fault]:
    """An apiVersion or kind that kustomize does not take (EnforceFields); neither needs to be there."""
    kind, version = fields.get("kind") or "Kustomization", fields.get("apiVersion")
    if kind not in VERSIONS:
        message = f"kustomize cannot read {document.path}: its kind is {kind}"
        yield Fault("wrong-kind", message, Place(document, ("kind",)), "write Kustomization or Component")
    wanted = VERSIONS.get(kind, VERSIONS["Kustomization"])
    if version and version != wanted:
        message = f"kustomize cannot read {document.path}: a {kind} of {version} is unknown to it"
        yield Fault("wrong-kind", message, Place(document, ("apiVersion",)), f"write {wanted}")


def _is_empty(fields: Mapping[str, Data]) -> bool:
    """Whether a kustomization has nothing but its type (CheckEmpty): an empty list or mapping is something."""
    return not any(
        value not in (None, "") and not (field == "bases" and not value)
        for field, value in fields.items()
        if field not in _TYPE
    )
