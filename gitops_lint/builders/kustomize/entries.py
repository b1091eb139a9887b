"""What the entries of a kustomization name: files and directories of this repository, and what is remote."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.builders.kustomize.layer import FILE_NAMES, Entry, Layer
from gitops_lint.model import Place, dig
from gitops_lint.paths import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Data
    from gitops_lint.repo import Repo

FILE_LISTS = ("crds", "configurations")
GENERATORS = ("configMapGenerator", "secretGenerator")
PATCH_LISTS = ("patchesStrategicMerge", "patches", "patchesJson6902")
SCHEMES = ("ssh://", "https://", "http://", "file://")
GITHUB = ("github.com/", "github.com:")
USER = re2.compile(r"^[A-Za-z][A-Za-z0-9-]*@[^/]+[/:]")
"""The beginning of a Git URL without a scheme: ``git@host:path`` (kustomize, repospec.go, extractUsername)."""


class Named(NamedTuple):
    """A file that an entry names."""

    entry: Entry
    path: str


def named_files(layer: Layer) -> Iterator[Named]:
    """The files that kustomize must be able to read besides resources, components and patches."""
    for field in FILE_LISTS:
        for entry in layer.entries(field):
            if isinstance(entry.value, str) and not is_inline(entry.value):
                yield Named(entry, entry.value)
    for entry in layer.entries("replacements"):
        yield from _file(entry, ("path",))
    for entry in layer.entries("helmCharts"):
        yield from _file(entry, ("valuesFile",))
        yield from _files(entry, "additionalValuesFiles")
    if layer.document is not None:
        yield from _file(Entry(layer.data, Place(layer.document, ()), "openapi"), ("openapi", "path"))
    for field in GENERATORS:
        for entry in layer.entries(field):
            yield from generator_files(entry)


@lru_cache(maxsize=2)
def packed_files(repo: Repo, generators: tuple[str, ...] = GENERATORS) -> tuple[str, ...]:
    """The files that generators pack as they are, of all kustomizations: nobody reads their text as YAML."""
    return tuple(_packed_files(repo, generators))


def _packed_files(repo: Repo, generators: tuple[str, ...]) -> Iterator[str]:
    for path in repo.tree.below(""):
        directory, _, name = path.rpartition("/")
        file = repo.file(path) if name in FILE_NAMES else None
        for document in file.documents if file else ():
            layer = Layer(directory, document)
            for field in generators:
                for entry in layer.entries(field):
                    yield from (join(directory, named.path) or "" for named in generator_files(entry))


def patch_files(layer: Layer) -> Iterator[Named]:
    """The files that hold patches."""
    for field in PATCH_LISTS:
        for entry in layer.entries(field):
            if isinstance(entry.value, str):
                if not is_inline(entry.value):
                    yield Named(entry, entry.value)
            elif not isinstance(dig(entry.value, ("patch",)), str):
                yield from _file(entry, ("path",))


def generator_files(entry: Entry) -> Iterator[Named]:
    """The files that a generator packs into a ConfigMap or Secret: ``path``, ``key=path``, or env files."""
    for named in _files(entry, "files"):
        yield named._replace(path=named.path.partition("=")[2] or named.path)
    yield from _files(entry, "envs")
    yield from _file(entry, ("env",))


def _files(entry: Entry, field: str) -> Iterator[Named]:
    values = dig(entry.value, (field,))
    for index in range(len(values) if isinstance(values, list) else 0):
        yield from _file(entry, (field, index))


def _file(entry: Entry, route: Route) -> Iterator[Named]:
    value: Data = dig(entry.value, route)
    if isinstance(value, str) and value:
        place = Place(entry.place.document, (*entry.place.route, *route))
        yield Named(entry._replace(place=place), value)


def is_inline(entry: str) -> bool:
    """Whether an entry is YAML itself rather than the name of a file."""
    return "\n" in entry or entry.lstrip().startswith("{")


def is_remote(entry: str) -> bool:
    """Whether kustomize takes an entry that is no local path for a Git repository, or for a file to download.

    kustomize, api/internal/git/repospec.go (NewRepoSpecFromURL): without a scheme or a user only GitHub is a host.
    """
    place = entry.lower().removeprefix("git::")
    return place.startswith(SCHEMES) or place.startswith(GITHUB) or USER.match(place) is not None


def is_downloaded(entry: str) -> bool:
    """Whether kustomize takes the name of a file for one to download (api/internal/loader, IsRemoteFile)."""
    return entry.lower().startswith(("http://", "https://"))


def looks_remote(entry: str) -> bool:
    """Whether an entry that kustomize takes for a local path is probably meant as a remote base."""
    return "://" in entry or "?ref=" in entry or entry.startswith("gh:")


def relative(path: str, directory: str) -> str:
    """``path`` as an entry of the kustomization in ``directory`` would name it."""
    target, start = path.split("/"), directory.split("/") if directory else []
    shared = 0
    while shared < min(len(target), len(start)) and target[shared] == start[shared]:
        shared += 1
    return "/".join([".."] * (len(start) - shared) + target[shared:]) or "."


def is_at_or_above(directory: str, path: str) -> bool:
    """Whether a path is a directory, or lies in it or below."""
    return directory in ("", path) or path.startswith(f"{directory}/")
