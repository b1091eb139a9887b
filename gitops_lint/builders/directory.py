"""A plain directory as Argo CD reads it: its manifests, one level deep unless told otherwise.

Argo CD, reposerver/repository/repository.go (findManifests): ``.yaml``, ``.yml`` and ``.json``; exclude before
include; YAML that is no manifest is ignored, not an error (the opposite of Flux).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.glob import crossing
from gitops_lint.identity import objects
from gitops_lint.location import Location
from gitops_lint.model import Build, Built, Hop, Opaque, Places
from gitops_lint.repo import looks_like_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.model import Spot
    from gitops_lint.repo import Recorder

MANIFESTS = (".yaml", ".yml", ".json")
DOCUMENTS = (".md", ".txt", ".adoc", ".png", ".svg")
SKIP_MARKER = "+argocd:skip-file-rendering"


def build(
    reader: Recorder,
    directory: str,
    place: Spot,
    *,
    recurse: bool = False,
    include: str = "",
    exclude: str = "",
) -> Build:
    """The objects of a directory source; ``include`` and ``exclude`` are Argo CD's globs on the path below it."""
    result = Build(reads=reader.reads)
    hop = Hop(place, "directory, all levels" if recurse else "directory, one level")
    try:
        excluded = crossing(exclude) if exclude else crossing()
        included = crossing(include or "*")
    except ValueError as error:
        result.opaque.append(Opaque(place, f"what it includes and excludes cannot be told: {error}"))
        return result
    top = reader.resolve(directory)
    for path in _files(reader, top, recurse=recurse):
        name = path[len(top) + 1 :] if top else path
        if excluded(name) or not included(name):
            reader.reads.discard(path)  # seen on the way, and not read: nothing that it says is applied
            continue
        if name.endswith(".jsonnet"):
            result.opaque.append(Opaque(Location(path), "jsonnet is not evaluated"))
            continue
        file = reader.file(path)
        if file is None or SKIP_MARKER in file.text:
            continue
        for document in file.documents:
            for manifest in objects(document, document.data):
                result.objects.append(Built(manifest.ref, manifest.data, Places(manifest.locate(())), hop))
    return result


def may_need_a_plugin(reader: Recorder, directory: str) -> bool:
    """Whether a directory without manifests may hold some nevertheless.

    A config management plugin finds its directories by itself, so anything but plain YAML and documents may be its
    food; and a file that cannot be parsed says so in a finding of its own.
    """
    for path in (f"{directory}/{name}" if directory else name for name in reader.entries(directory)):
        name = path.rpartition("/")[2]
        if reader.is_directory(path) or name.startswith(".") or "." not in name:
            continue
        file = reader.file(path) if name.endswith(MANIFESTS) else None
        if name.startswith("helmfile") or not name.endswith((*MANIFESTS, *DOCUMENTS)) or (file and file.faults):
            return True
    return False


def is_deeper(reader: Recorder, directory: str) -> bool:
    """Whether manifests stand further below."""
    files = (reader.file(path) for path, _ in reader.below(directory) if path.endswith(MANIFESTS))
    return any(file and looks_like_manifest(file) for file in files)


def _files(reader: Recorder, directory: str, *, recurse: bool) -> Iterator[str]:
    if recurse:
        paths = (path for path, is_directory in reader.below(directory) if not is_directory)
    else:
        named = (f"{directory}/{name}" if directory else name for name in reader.entries(directory))
        paths = (path for path in named if not reader.is_directory(path))
    return (path for path in paths if path.endswith((*MANIFESTS, ".jsonnet")))
