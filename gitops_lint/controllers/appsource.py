"""One source of an Application: its fields, what overrides them, and what they ask of the tools.

argo-cd, pkg/apis/application/v1alpha1/types.go (ApplicationSource), reposerver/repository/repository.go
(mergeSourceParameters, resolveHelmValueFiles), util/kustomize/kustomize.go (Build).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.builders.kustomize import Entry, Overlay
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import Place, Places, Problem, dig
from gitops_lint.paths import join
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Subject
    from gitops_lint.repo import Recorder

PLACEHOLDERS = ("{{", "${", "<")
"""What a path holds that somebody or something is still to fill in."""
FIXED = ("chart", "path", "repoURL", "targetRevision")
"""Fields that no ``.argocd-source`` file can change."""
WILD = frozenset("*?[{")
MISSING = "take the entry out, or commit the file; helm.ignoreMissingValueFiles forgives it"
PINNED = re2.compile(r"^([0-9a-f]{7,40}|v?[0-9]+(\.[0-9xX*]+)*([-+].*)?|.*[*<>=~^].*)$")
"""A targetRevision that is no branch: a commit, a tag that looks like a version, or a range of versions."""


class Source(NamedTuple):
    """One source of an Application: its data, where it stands in it, and its places where they lie elsewhere too."""

    data: Data
    route: Route
    places: Places | None = None

    def text(self, *route: str) -> str:
        """A text field of the source; empty where it is missing."""
        return text_at(self.data, route)

    def locate(self, subject: Subject, route: Route) -> Place:
        """What set a field of the source."""
        return self.places.locate(route) if self.places else subject.locate((*self.route, *route))


def branch(target: str) -> str | None:
    """The branch that a revision names, ``@`` and a tag, version or commit, or None for the default branch."""
    if target in ("", "HEAD"):
        return None
    return f"@{target}" if PINNED.match(target) else target.removeprefix("refs/heads/")


def sources(data: Data) -> Iterator[Source]:
    """The sources of an Application: ``sourceHydrator`` wins over ``sources``, these over ``source``."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        return
    if isinstance(dry := dig(spec, ("sourceHydrator", "drySource")), dict):
        yield Source(dry, ("spec", "sourceHydrator", "drySource"))
    elif isinstance(spec.get("sources"), list) and spec["sources"]:
        for index, source in enumerate(spec["sources"]):
            if isinstance(source, dict):
                yield Source(source, ("spec", "sources", index))
    elif isinstance(spec.get("source"), dict):
        yield Source(spec["source"], ("spec", "source"))


# -- overrides ---------------------------------------------------------------------------------------------------------


def overridden(source: Source, subject: Subject, reader: Recorder, directory: str) -> Source:
    """The source under the ``.argocd-source`` files of its directory: that for all, then that for this Application."""
    merged = Traced(source.data, Places(subject.locate(source.route)))
    for name in (".argocd-source.yaml", f".argocd-source-{subject.ref.name}.yaml"):
        path = f"{directory}/{name}" if directory else name
        file = reader.file(path) if reader.is_file(path) else None
        for document in file.documents[:1] if file else ():
            if isinstance(document.data, dict):
                merged = _merged(merged, Traced(document.data, Places(Place(document, ()))))
    if merged.data is source.data:
        return source
    original = Traced(source.data, Places(subject.locate(source.route)))
    merged = merged.with_fields({key: original.field(key) for key in FIXED})
    return Source(merged.data, source.route, merged.places)


def _merged(base: Traced, patch: Traced) -> Traced:
    """A JSON merge patch (RFC 7386): mappings merge, null removes, anything else replaces."""
    if not (isinstance(base.data, dict) and isinstance(patch.data, dict)):
        return patch
    changed: dict[str, Traced | None] = {}
    for key in patch.data:
        value, known = patch.child(key), base.field(key)
        changed[key] = None if value.data is None else _merged(known, value) if known else value
    return base.with_fields(changed)


# -- kustomize ---------------------------------------------------------------------------------------------------------


def overlay(source: Source, subject: Subject) -> Overlay:
    """What the ``kustomize`` block adds to the kustomization, as ``kustomize edit`` would write it there."""
    values: dict[str, Entry] = {}
    added: dict[str, list[Entry]] = {}
    for field in ("namePrefix", "nameSuffix", "namespace"):
        if source.text("kustomize", field):
            values[field] = _entry(source, subject, (field,), source.text("kustomize", field))
    for field, convert in (("components", _same), ("patches", _same), ("images", _image), ("replicas", _replica)):
        found = enumerate(list_at(source.data, ("kustomize", field)))
        added[field] = [
            _entry(source, subject, (field, index), value)
            for index, item in found
            if (value := convert(item)) is not None
        ]
    for field, known in (("commonLabels", True), ("commonAnnotations", "commonAnnotationsEnvsubst")):
        texts = mapping_at(source.data, ("kustomize", field))
        if texts:
            fill = known is True or dig(source.data, ("kustomize", known)) is True
            filled = _environment(texts, source, subject) if fill else texts
            values[field] = _entry(source, subject, (field,), filled)
    if "commonLabels" in values and dig(source.data, ("kustomize", "labelWithoutSelector")) is True:
        entry = values.pop("commonLabels")
        templates = dig(source.data, ("kustomize", "labelIncludeTemplates")) is True
        added["labels"] = [entry._replace(value={"pairs": entry.value, "includeTemplates": templates})]
    forgives = dig(source.data, ("kustomize", "ignoreMissingComponents")) is True
    return Overlay({field: entries for field, entries in added.items() if entries}, values, forgives)


def _entry(source: Source, subject: Subject, route: Route, value: Data) -> Entry:
    return Entry(value, source.locate(subject, ("kustomize", *route)), f"kustomize.{route[0]}")


def _same(item: Data) -> Data:
    return item


def _image(item: Data) -> Mapping[str, str] | None:
    """An image override, ``[name=]newName[:tag][@digest]``, as an entry of ``images`` (kustomize edit set image)."""
    if not isinstance(item, str):
        return None
    name, renamed, target = item.rpartition("=")
    path, _, digest = target.partition("@")
    directory, slash, last = path.rpartition("/")
    last, _, tag = last.partition(":")
    found = {"newName": f"{directory}{slash}{last}" if renamed else "", "newTag": tag, "digest": digest}
    kept = {key: value for key, value in found.items() if value not in ("", "*")}
    return {"name": name if renamed else f"{directory}{slash}{last}", **kept}


def _replica(item: Data) -> Data:
    """A replica override, whose count may be a text that holds a number."""
    count = dig(item, ("count",))
    return {**item, "count": int(count)} if isinstance(count, str) and count.isdecimal() else item


def _environment(texts: Mapping[str, Data], source: Source, subject: Subject) -> Mapping[str, Data]:
    """Texts with the variables of the build environment that Git knows (docs/user-guide/build-environment.md)."""
    known = {
        "ARGOCD_APP_NAME": subject.ref.name,
        "ARGOCD_APP_NAMESPACE": text_at(subject.data, ("spec", "destination", "namespace")),
        "ARGOCD_APP_PROJECT_NAME": text_at(subject.data, ("spec", "project")),
        "ARGOCD_APP_SOURCE_PATH": source.text("path"),
        "ARGOCD_APP_SOURCE_REPO_URL": source.text("repoURL"),
        "ARGOCD_APP_SOURCE_TARGET_REVISION": source.text("targetRevision"),
    }
    filled = dict(texts)
    for key, value in texts.items():
        if isinstance(value, str) and "$" in value:
            for name in sorted(known, key=len, reverse=True):
                value = value.replace(f"${{{name}}}", known[name]).replace(f"${name}", known[name])
            filled[key] = value
    return filled


# -- helm --------------------------------------------------------------------------------------------------------------


def missing_value_files(
    subject: Subject,
    source: Source,
    siblings: Sequence[Source],
    directory: str | None,
    reader: Recorder,
    is_own: Callable[[Source], bool],
) -> Iterator[Problem]:
    """The files of a ``helm`` block that are not in this repository, though they should be.

    ``directory`` is that of the chart, None where it comes from elsewhere. ``$name/path`` starts at the root of the
    source with ``ref: name`` (docs/user-guide/multiple_sources.md). Every file that is there counts as read.
    """
    forgives = dig(source.data, ("helm", "ignoreMissingValueFiles")) is True
    for route, file in _named_files(source):
        place = source.locate(subject, route)
        if not _is_literal(file):
            continue
        if file.startswith("$"):
            name, _, rest = file[1:].partition("/")
            sibling = next((s for s in siblings if s.text("ref") == name), None)
            if sibling is None:
                yield _unknown_ref(subject, name, siblings, place)
            path, is_here = join("", rest), sibling is not None and is_own(sibling)
        else:
            path, is_here = (
                join("" if file.startswith("/") else directory or "", file.lstrip("/")),
                directory is not None,
            )
        found = is_here and path is not None and (reader.is_file(path) or bool(reader.left_out(path)))
        if is_here and not found and not forgives:
            yield _missing(subject, file, path, place, reader)


def _is_literal(file: str) -> bool:
    """Whether it names one file: no template, no URL, no glob, and no variable of the build environment."""
    return not ({*file} & WILD or "://" in file or "$ARGOCD_" in file or any(mark in file for mark in PLACEHOLDERS))


def _unknown_ref(subject: Subject, name: str, siblings: Sequence[Source], place: Place) -> Problem:
    known = ", ".join(sibling.text("ref") for sibling in siblings if sibling.text("ref"))
    advice = f"the sources with a ref are: {known}" if known else "add a source with that ref"
    message = f"{subject.ref} takes values from ${name}, but no source has ref: {name}"
    return Problem("missing-value-file", message, place, case="unknown-ref", label="no such ref", help=advice)


def _named_files(source: Source) -> Iterator[tuple[Route, str]]:
    for index, file in enumerate(list_at(source.data, ("helm", "valueFiles"))):
        if isinstance(file, str) and file:
            yield ("helm", "valueFiles", index), file
    for index, entry in enumerate(list_at(source.data, ("helm", "fileParameters"))):
        if file := text_at(entry, ("path",)):
            yield ("helm", "fileParameters", index, "path"), file


def _missing(subject: Subject, file: str, path: str | None, place: Place, reader: Recorder) -> Problem:
    unkept = reader.unkept(path) if path is not None else None
    nearest = reader.nearest(path) if path is not None and not unkept else None
    if nearest and path and nearest.partition("/")[0] != path.partition("/")[0]:
        nearest = None  # every tree has a values.yaml: one that is far away was not meant
    fault = "lies outside of the repository" if path is None else "does not exist"
    fault = f"is missing in every clone: {unkept}" if unkept else fault
    return Problem(
        "missing-value-file",
        f"{subject.ref} takes values from {file}, which {fault}",
        place,
        case="missing",
        label=fault if path is None or unkept else f"there is no {path}",
        help=f"did you mean {nearest}?" if nearest else MISSING,
        cuts=(nearest,) if nearest else (),
    )
