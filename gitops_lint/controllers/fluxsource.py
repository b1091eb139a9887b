"""Sources of Flux: whether one is this repository, and what of it a reconciler gets to see.

Semantics: source-controller api/v1/gitrepository_types.go and docs/spec/v1/gitrepositories.md, source-watcher
docs/spec/v1beta1/artifactgenerators.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gitops_lint.artifact import WHOLE, Archive, Artifact, Layout, of_layout
from gitops_lint.controllers import Verdict
from gitops_lint.copying import bound, copied, doubt, filled, moved, without
from gitops_lint.glob import head
from gitops_lint.model import Problem, Ref, dig
from gitops_lint.paths import clamp, join
from gitops_lint.shape import list_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.controllers import View
    from gitops_lint.model import Data, Place, Subject
    from gitops_lint.repo import Recorder, Repo

SOURCES = "source.toolkit.fluxcd.io"
GENERATORS = "source.extensions.fluxcd.io"
NOT_FOUND = "flux-path-not-found"

REVISIONS = ("commit", "semver", "tag")
"""Fields of a GitRepository's ``ref`` that pin it; any of them wins over ``branch``."""
MAX_DEPTH = 16
"""Artifacts made of artifacts, and repositories included in each other."""
MAX_FILES = 200_000
"""The files that one artifact may be put together from, each as often as it is copied."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A source seen from a reconciler: whether it is this repository, and what it packs of it."""

    verdict: Verdict
    artifact: Artifact = WHOLE
    why: str = ""
    revision: str | None = None
    """The branch, tag, version or commit that it takes, where that is not what is checked out here."""

    def directory(self, path: str) -> str:
        """A path in the artifact, as its reader knows it; ``..`` stops at the artifact's root."""
        return join(self.artifact.top, clamp(path)) or ""

    def reader(self, repo: Repo) -> Recorder:
        """A new recorder of what the source packs."""
        return self.artifact.reader(repo)


def withheld_directory(subject: Subject, place: Place, path: str, reason: str) -> Problem:
    """A reconciler reads a directory that stands here, but not in what its source packs."""
    message = f"{subject.ref} reads {path}, which is not in the artifact of its source: {reason}"
    advice = "take the directory in there, or read another one"
    return Problem(NOT_FOUND, message, place, case="missing", label="not in the artifact", help=advice)


def source_of(
    reference: Data, cluster: str, namespace: str, view: View, known: dict[Ref, Source] | None = None
) -> Source:
    """The source behind a ``sourceRef``; its namespace defaults to that of the object that refers to it.

    ``known`` holds the sources that were asked for on the way here: artifacts may be made of artifacts, and of
    themselves.
    """
    known = {} if known is None else known
    kind, name = str(reference.get("kind")), str(reference.get("name"))
    ref = Ref(SOURCES, kind, str(reference.get("namespace") or namespace), name)
    if ref not in known:
        known[ref] = Source(Verdict.UNKNOWN, why=f"its source {ref} is made by nothing in this repository")
        known[ref] = _found(ref, cluster, view, known)
    return known[ref]


def _found(ref: Ref, cluster: str, view: View, known: dict[Ref, Source]) -> Source:
    if len(known) > MAX_DEPTH:
        return Source(Verdict.UNKNOWN, why=f"its source {ref} is made of too many others")
    subject = view.find(cluster, ref)
    if view.own_source(cluster, ref) is not None:
        artifact = _archive(subject, cluster, view, known) if ref.kind == "GitRepository" else WHOLE
        return Source(Verdict.SELF, artifact)
    if ref.kind == "ExternalArtifact":
        return _generated(ref, cluster, view, known) or known[ref]
    if subject is None:
        return Source(Verdict.UNKNOWN, why=f"its source {ref} is not in this repository")
    if ref.kind != "GitRepository":
        return Source(Verdict.ELSEWHERE, why=f"its source {ref} is not built from what is checked out here")
    url, wanted = str(dig(subject.data, ("spec", "url"))), revision(subject.data)
    verdict = view.judge_url(url, wanted)
    artifact = _archive(subject, cluster, view, known) if verdict is Verdict.SELF else WHOLE
    other = wanted.removeprefix("@") if wanted is not None and verdict is Verdict.PINNED else None
    return Source(verdict, artifact, f"its source {ref} is {url}", other)


def revision(data: Data) -> str | None:
    """What a GitRepository checks out: ``branch`` names, or ``@`` and a tag, version or commit."""
    ref = dig(data, ("spec", "ref"))
    if not isinstance(ref, dict):
        return None
    for field in REVISIONS:
        if ref.get(field):
            return f"@{ref[field]}"
    name = ref.get("name") or ref.get("branch")
    return str(name).removeprefix("refs/heads/").replace("refs/tags/", "@") if name else None


# -- GitRepository ---------------------------------------------------------------------------------------------


def _archive(subject: Subject | None, cluster: str, view: View, known: dict[Ref, Source]) -> Artifact:
    """What source-controller packs of a GitRepository that is this repository; ``subject`` is None if unseen."""
    if subject is None:
        return Artifact(selection=_archive_of(view.repo))
    ignore = dig(subject.data, ("spec", "ignore"))
    only = [clamp(path) for path in list_at(subject.data, ("spec", "sparseCheckout")) if isinstance(path, str)]
    own = (ignore, f"spec.ignore of {subject.ref}") if isinstance(ignore, str) else None
    archive = _archive_of(view.repo, own, tuple(path for path in only if path))
    included = [*mappings_at(subject.data, ("spec", "include"))]
    if not included:
        return Artifact(selection=archive)
    return _with_included(subject, archive, included, cluster, view, known)


@lru_cache(maxsize=64)
def _archive_of(repo: Repo, ignore: tuple[str, str] | None = None, only: tuple[str, ...] = ()) -> Archive:
    """The same archive for all who ask for the same: it remembers what it was asked."""
    return Archive(repo, ignore, only)


def _with_included(
    subject: Subject,
    archive: Archive,
    included: list[Mapping[str, Data]],
    cluster: str,
    view: View,
    known: dict[Ref, Source],
) -> Artifact:
    """``spec.include`` copies directories of other GitRepositories in, before the whole is packed."""
    files = {path: path for path in view.repo.tree.below("") if archive.why_absent(path) is None}
    unknown: list[tuple[str, str]] = []
    for entry in included:
        name = text_at(entry, ("repository", "name"))
        target = clamp(text_at(entry, ("toPath",)) or name)
        reference = {"kind": "GitRepository", "name": name}
        source = source_of(reference, cluster, subject.ref.namespace, view, known)
        if source.verdict is not Verdict.SELF:
            unknown.append((target, f"{subject.ref} includes {name}, whose content is not known here"))
        else:
            origin = clamp(text_at(entry, ("fromPath",)))
            files.update(moved(_files_of(source, view.repo), origin, target))
    return of_layout(Layout(files, tuple(unknown), str(subject.ref)))


def _files_of(source: Source, repo: Repo, directory: str = "") -> Mapping[str, str]:
    """The files of a source below a directory (or the one there): path in the artifact -> path in the repository."""
    artifact = source.artifact
    if artifact.layout is not None:
        return artifact.layout.files
    top = f"{artifact.top}/" if artifact.top else ""
    selection = artifact.selection
    start = top + directory if directory else artifact.top
    found = (start,) if start in repo.tree.files else repo.tree.below(start)
    repo.spend(1 + len(found) // 16)
    return {path[len(top) :]: path for path in found if selection is None or selection.why_absent(path) is None}


# -- ArtifactGenerator -----------------------------------------------------------------------------------------


def _generated(ref: Ref, cluster: str, view: View, known: dict[Ref, Source]) -> Source | None:
    """The ExternalArtifact that an ArtifactGenerator makes under that name; None where none does, or none so far."""
    for generator in _generators(ref.namespace, cluster, view):
        aliases = {
            text_at(entry, ("alias",)): source_of(entry, cluster, ref.namespace, view, known)
            for entry in mappings_at(generator.data, ("spec", "sources"))
        }
        if not view.settled and any(source.verdict is Verdict.UNKNOWN for source in aliases.values()):
            continue
        for artifact in mappings_at(generator.data, ("spec", "artifacts")):
            pattern = text_at(artifact, ("pathPattern",)) or text_at(generator.data, ("spec", "pathPattern"))
            for names in _bindings(pattern, aliases, view.repo) if pattern else ({},):
                if filled(text_at(artifact, ("name",)), names) == ref.name:
                    return _assembled(artifact, names, aliases, str(generator.ref), view.repo)
    return None


def _generators(namespace: str, cluster: str, view: View) -> Iterator[Subject]:
    """The ArtifactGenerators of a namespace: as applied to the cluster; as written, once none more turns up."""
    written: dict[Ref, list[Subject]] = {}
    for manifest in view.repo.of_kind(GENERATORS, "ArtifactGenerator"):
        written.setdefault(manifest.ref._replace(namespace=manifest.ref.namespace or namespace), []).append(manifest)
    for ref, subjects in written.items():
        if ref.namespace != namespace:
            continue
        applied = view.find(cluster, ref)
        if applied is not None:
            yield applied
        elif view.settled and len(subjects) == 1:
            yield subjects[0]


def _bindings(pattern: str, aliases: Mapping[str, Source], repo: Repo) -> Iterator[Mapping[str, str]]:
    """What the placeholders of ``@alias/apps/{app}/envs/{env}`` stand for, one for each directory that matches."""
    alias, _, path = pattern.removeprefix("@").partition("/")
    source = aliases.get(alias)
    if source is None or source.verdict is not Verdict.SELF:
        return
    segments = clamp(path).split("/")
    seen = set()
    for file in _files_of(source, repo):
        parts = file.split("/")[: len(segments) + 1]
        directory = tuple(parts[:-1])
        if len(parts) > len(segments) and directory not in seen:
            seen.add(directory)
            names = bound(segments, directory)
            if names is not None:
                yield names


def _assembled(
    artifact: Data, names: Mapping[str, str], aliases: Mapping[str, Source], maker: str, repo: Repo
) -> Source:
    """The artifact that the copies make, in their order: a later one replaces what an earlier one has put there."""
    files: dict[str, str] = {}
    unknown: list[tuple[str, str]] = []
    for copy in mappings_at(artifact, ("copy",)):
        found = _copy(copy, names, aliases, repo)
        files.update(found.files)
        unknown += ((path, f"{maker} {why}") for path, why in found.unknown)
        if len(files) > MAX_FILES:
            return Source(Verdict.UNKNOWN, why=f"{maker} copies more than {MAX_FILES:,} files")
    if not files and unknown:
        return Source(Verdict.UNKNOWN, why=unknown[0][1])
    return Source(Verdict.SELF, of_layout(Layout(files, tuple(unknown), maker)))


def _copy(copy: Data, names: Mapping[str, str], aliases: Mapping[str, Source], repo: Repo) -> Layout:
    """What one copy puts into an artifact, and what of it is not known."""
    alias, _, origin = filled(text_at(copy, ("from",)), names).removeprefix("@").partition("/")
    source = aliases.get(alias)
    target = filled(text_at(copy, ("to",)), names).removeprefix("@artifact")
    into = clamp(target)
    if source is None or source.verdict is not Verdict.SELF:
        return Layout({}, ((into, f"copies it from {alias}, whose content is not known here"),))
    excluded = [filled(str(pattern), names) for pattern in list_at(copy, ("exclude",))]
    try:
        found = copied(_files_of(source, repo, head(clamp(origin))), origin, target)
        kept = without(found, excluded, origin)
    except ValueError as error:
        return Layout({}, ((into, f"copies by a pattern that cannot be used: {error}"),))
    unknown = [(path, "may leave it out") for path in found.keys() - kept.keys()]
    if why := doubt(text_at(copy, ("strategy",)), origin, target, found):
        unknown.append((into, why))
    return Layout(kept, tuple(unknown))
