"""HelmReleases of Flux: which chart, under which name, in which namespace.

Semantics: helm-controller api/v2/helmrelease_types.go and docs/spec/v2/helmreleases.md.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders import helm
from gitops_lint.controllers import Verdict, missing_directory
from gitops_lint.controllers.fluxsource import NOT_FOUND, SOURCES, Source, source_of, withheld_directory
from gitops_lint.model import Problem, Ref, dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.controllers import View
    from gitops_lint.location import Route
    from gitops_lint.model import Build, Data, Reconciler, Subject
    from gitops_lint.repo import Recorder

VALUES = "flux-values-not-found"
MAX_NAME = 53
"""The longest name of a release that Helm takes."""
HASH_LENGTH = 12
FROM_SOURCE = ("GitRepository", "Bucket", "ExternalArtifact")
"""Sources in which a chart is a directory, and value files are files."""


class Chart(NamedTuple):
    """The chart of a release: its name and version, the URL (or name) of its source, and the field that names it."""

    name: str
    version: str = ""
    source: str = ""
    route: Route = ("spec",)
    path: str | None = None
    """Its directory, where it stands in this repository."""
    origin: Source | None = None
    """The source that it comes from, where that is this repository."""


def release_of(subject: Subject, chart: Chart) -> helm.Release:
    """The release that a HelmRelease makes: its name, and the namespace of its objects."""
    namespace = text_at(subject.data, ("spec", "targetNamespace")) or subject.ref.namespace
    return helm.Release(release_name(subject), namespace, chart.name, chart.version, chart.source)


def release_name(subject: Subject) -> str:
    """``spec.releaseName``, else ``[targetNamespace-]name``; a longer one than Helm takes ends in a hash.

    helm-controller: GetReleaseName in helmrelease_types.go, ShortenName in internal/release/name.go.
    """
    name = text_at(subject.data, ("spec", "releaseName"))
    target = text_at(subject.data, ("spec", "targetNamespace"))
    name = name or (f"{target}-{subject.ref.name}" if target else subject.ref.name)
    if len(name) <= MAX_NAME:
        return name
    return f"{name[: MAX_NAME - HASH_LENGTH - 1]}-{hashlib.sha256(name.encode()).hexdigest()[:HASH_LENGTH]}"


def chart_of(reconciler: Reconciler, view: View) -> Chart | None:
    """The chart of a release; None while its source may still turn up.

    ``chartRef`` names an object whose URL ends in the chart's name; the chart of a Git source is a path in it.
    """
    spec = reconciler.subject.data["spec"]
    spelled = dig(spec, ("chart", "spec"))
    reference = spec.get("chartRef") or dig(spelled, ("sourceRef",))
    if not isinstance(reference, dict):
        return Chart(helm.last_segment(str(dig(spelled, ("chart",)) or "unknown")), route=("spec",))
    namespace = str(reference.get("namespace") or reconciler.subject.ref.namespace)
    ref = Ref(SOURCES, str(reference.get("kind")), namespace, str(reference.get("name")))
    found = view.find(reconciler.cluster, ref)
    if found is None and not view.settled and view.own_source(reconciler.cluster, ref) is None:
        return None
    url = str(dig(found.data, ("spec", "url")) or dig(found.data, ("spec", "chart"))) if found else ref.name
    source = source_of(reference, reconciler.cluster, namespace, view) if ref.kind in FROM_SOURCE else None
    if not isinstance(spelled, dict):
        chart = Chart(helm.last_segment(url), source=url, route=("spec", "chartRef", "name"))
        return _from_source(chart, source, "", view)
    name = str(spelled.get("chart", "unknown"))
    chart = Chart(helm.last_segment(name), str(spelled.get("version", "")), url, ("spec", "chart", "spec", "chart"))
    return _from_source(chart, source, name, view)


def _from_source(chart: Chart, source: Source | None, path: str, view: View) -> Chart:
    """The chart with its directory, where it is one of this repository."""
    if source is None or source.verdict not in (Verdict.SELF, Verdict.PINNED):
        return chart
    reader, directory = source.reader(view.repo), source.directory(path)
    chart = chart._replace(origin=source)
    if not reader.is_directory(directory):
        return chart
    name = helm.chart_name(reader, directory)
    return chart._replace(name=helm.last_segment(name or chart.name), path=source.artifact.directory(directory))


def missing_chart(subject: Subject, chart: Chart, view: View) -> Iterator[Problem]:
    """The directory of a chart that is not in this repository, which is its source."""
    path = text_at(subject.data, ("spec", "chart", "spec", "chart"))
    if chart.origin is None or chart.origin.verdict is not Verdict.SELF or not path or "${" in path:
        return
    reader, directory = chart.origin.reader(view.repo), chart.origin.directory(path)
    if reader.is_directory(directory) or reader.is_file(directory) or reader.left_out(directory):
        return
    place = subject.locate(chart.route)
    if reason := reader.withheld(directory):
        yield withheld_directory(subject, place, path, reason)
    else:
        yield missing_directory(NOT_FOUND, subject, place, path, directory, reader)


def missing_values(subject: Subject, chart: Chart, view: View, build: Build) -> Iterator[Problem]:
    """The value files that are not in the source: the chart cannot be made then.

    They count from the root of the source, not from the chart (helmrelease_types.go, valuesFiles).
    """
    if chart.origin is None or chart.origin.verdict is not Verdict.SELF:
        return
    if dig(subject.data, ("spec", "chart", "spec", "ignoreMissingValuesFiles")) is True:
        return
    reader = chart.origin.reader(view.repo)
    route: Route = ("spec", "chart", "spec", "valuesFiles")
    for index, value in enumerate(list_at(subject.data, route)):
        path = chart.origin.directory(str(value))
        if isinstance(value, str) and "${" not in value and not reader.is_file(path) and not reader.left_out(path):
            yield _missing(subject, (*route, index), value, path, reader)
    build.reads |= reader.reads


def _missing(subject: Subject, route: Route, value: str, path: str, reader: Recorder) -> Problem:
    withheld, unkept = reader.withheld(path), reader.unkept(path)
    nearest = None if withheld or unkept else reader.nearest(path)
    fault = f"is not in the artifact: {withheld}" if withheld else "does not exist in its source"
    fault = f"is missing in every clone: {unkept}" if unkept else fault
    advice = f"did you mean {nearest}?" if nearest else "name it from the root of the source, or take it out"
    message = f"{subject.ref} takes values from {value}, which {fault}"
    return Problem(VALUES, message, subject.locate(route), label=f"there is no {path}", help=advice)


def is_release(data: Data) -> bool:
    """Whether a HelmRelease says what to release."""
    return isinstance(data.get("spec"), dict)
