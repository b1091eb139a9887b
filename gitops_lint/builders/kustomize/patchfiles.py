"""What the entries of the patch fields hold: documents that are strategic merge patches, or a list of operations.

kustomize, api/internal/builtins (PatchTransformer.go, Config, and its siblings): a text whose documents are all objects
holds strategic merge patches. Otherwise its first document must be a list of operations, and what follows is dropped.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.entries import is_downloaded
from gitops_lint.builders.kustomize.krm import parts, why_no_object
from gitops_lint.builders.kustomize.traced import Unpatchable
from gitops_lint.document import read
from gitops_lint.model import Place, Places, dig
from gitops_lint.paths import join
from gitops_lint.shape import mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.step import Step
    from gitops_lint.document import Document, File
    from gitops_lint.location import Route
    from gitops_lint.model import Data


class Patch(NamedTuple):
    """One patch: a list of JSON6902 operations, or a partial object."""

    entry: Entry
    data: Data
    places: Places
    target: Data
    """What to select, as written; None for a strategic patch that names its object itself."""


class _Source(NamedTuple):
    """The text that an entry stands for: a file, or a text in the kustomization, all of which is one place."""

    file: File
    place: Place | None = None

    def places(self, document: Document, route: Route = ()) -> Places:
        return Places(self.place or Place(document, route))


def of_entry(step: Step, entry: Entry) -> Iterator[Patch]:
    """The patches of an entry of ``patches``. Raises Unpatchable with the route to the fault inside of the entry."""
    source = _source(step, entry)
    if source is None:
        return
    target = dig(entry.value, ("target",))
    named = [(document, *part) for document in source.file.documents for part in parts(document.kustomize)]
    wrong = next((why for *_, data in named if (why := why_no_object(data))), None)
    if wrong is not None:
        yield from _operations(source, entry, wrong)
        return
    if target is not None and len(named) > 1:
        raise Unpatchable(f"it holds {len(named)} objects, and with a target kustomize takes one", ("target",))
    for document, route, data in named:
        _tell_refusals(step, source, document)
        yield Patch(entry, _with_deletions(data, dig(document.data, route)), source.places(document, route), target)


def of_text(step: Step, entry: Entry) -> Iterator[Patch]:
    """The patches of an entry of ``patchesStrategicMerge``: the YAML itself, or else the path of a file."""
    if not isinstance(entry.value, str):
        return
    source = _Source(read(entry.place.path, entry.value.encode()), entry.place)
    if not _holds_objects(source.file):
        found = _file(step, entry, entry.value)
        if found is None:
            return
        source = found
    for document in source.file.documents:
        _tell_refusals(step, source, document)
        for route, data in parts(document.kustomize):
            if reason := why_no_object(data):
                raise Unpatchable(f"it is no object: {reason}", ())
            yield Patch(entry, data, source.places(document, route), None)


def _with_deletions(data: Data, direct: Data) -> Data:
    """A partial object whose null annotations are null again.

    kustomize makes a text of them in a whole object, and in what patchesStrategicMerge holds.
    """
    annotations = mapping_at(data, ("metadata", "annotations"))
    written = mapping_at(direct, ("metadata", "annotations"))
    gone = [name for name in annotations if name in written and written[name] is None]
    if not gone:
        return data
    metadata = {**data["metadata"], "annotations": {**annotations, **dict.fromkeys(gone)}}
    return {**data, "metadata": metadata}


def of_operations(step: Step, entry: Entry) -> Iterator[Patch]:
    """The operations of an entry of ``patchesJson6902``, which must be some, for a target with a name."""
    if not text_at(entry.value, ("target", "name")):
        raise Unpatchable("it needs a target with a name", ("target",))
    source = _source(step, entry)
    if source is None:
        return
    found = list(_operations(source, entry, "it is no list of operations"))
    if not any(patch.data for patch in found):
        raise Unpatchable("it is empty", ())
    yield from found


def _source(step: Step, entry: Entry) -> _Source | None:
    """The text of an entry with ``path`` or ``patch``; None where its file is missing, which is noted."""
    path, text = text_at(entry.value, ("path",)), text_at(entry.value, ("patch",)).strip()
    if path and text:
        raise Unpatchable("it has a path and a patch, of which kustomize takes one", ("path",))
    if not path and not text:
        raise Unpatchable("it has neither a path nor a patch", ())
    if path:
        return _file(step, entry._replace(place=_below(entry, "path")), path)
    return _Source(read(entry.place.path, text.encode()), _below(entry, "patch"))


def _file(step: Step, entry: Entry, path: str) -> _Source | None:
    found = join(step.layer.directory, path)
    file = step.reader.file(found) if found is not None and step.reader.is_file(found) else None
    if file is not None:
        return _Source(file)
    if is_downloaded(path):
        step.faults.unknown(entry, f"the remote patch {path}")
    elif found is None or not step.reader.is_file(found):
        step.faults.missing(step.layer, entry, path)
    return None


def _operations(source: _Source, entry: Entry, wrong: str) -> Iterator[Patch]:
    """Operations in the direct reading, as kustomize decodes them with sigs.k8s.io/yaml (jsonPatchFromBytes).

    Those that begin with a bracket are read as JSON, and YAML in flow style is none.
    """
    if source.file.text.startswith("["):
        try:
            json.loads(source.file.text)
        except ValueError:
            why = "it begins with a bracket, so kustomize reads it as JSON, which it is not"
            raise Unpatchable(why, ()) from None
    first = next((document for document in source.file.documents if document.index == 0), None)
    if first is None:
        return
    if not isinstance(first.data, list) or not all(isinstance(operation, dict) for operation in first.data):
        raise Unpatchable(f"it is neither an object nor a list of operations: {wrong}", ())
    target = dig(entry.value, ("target",))
    if target is None:
        raise Unpatchable("a list of operations needs a target", ())
    yield Patch(entry, first.data, source.places(first), target)


def _holds_objects(file: File) -> bool:
    """Whether kustomize takes a text for YAML with nothing but objects in it, be it none."""
    is_broken = any(fault.kind == "invalid-yaml" for fault in file.faults)
    found = (data for document in file.documents for _, data in parts(document.kustomize))
    return not is_broken and not any(map(why_no_object, found))


def _tell_refusals(step: Step, source: _Source, document: Document) -> None:
    step.faults.refused_text(document, source.place)


def _below(entry: Entry, field: str) -> Place:
    return Place(entry.place.document, (*entry.place.route, field))
