"""Flux: what a Kustomization and a HelmRelease apply, and from which source.

Semantics: kustomize-controller api/v1/kustomization_types.go, helm-controller api/v2/helmrelease_types.go,
source-controller api/v1, source-watcher docs/spec/v1beta1/artifactgenerators.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders import helm, kustomize
from gitops_lint.builders.substitution import Variables, substitute_all
from gitops_lint.controllers import Answer, Verdict, View, missing_directory
from gitops_lint.model import Build, Delivery, Hop, Opaque, Ref, dig
from gitops_lint.paths import join
from gitops_lint.repo import Recorder
from gitops_lint.shape import mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Reconciler, Subject

KUSTOMIZATION = ("kustomize.toolkit.fluxcd.io", "Kustomization")
HELM_RELEASE = ("helm.toolkit.fluxcd.io", "HelmRelease")
SOURCES = "source.toolkit.fluxcd.io"
GENERATORS = "source.extensions.fluxcd.io"

APPENDED = {"components": ("spec", "components"), "patches": ("spec", "patches")}
REPLACED = {
    "namespace": ("spec", "targetNamespace"),
    "namePrefix": ("spec", "namePrefix"),
    "nameSuffix": ("spec", "nameSuffix"),
}
REVISIONS = ("commit", "semver", "tag")
"""Fields of a GitRepository's ``ref`` that pin it; any of them wins over ``branch``."""


class Source(NamedTuple):
    """A source seen from a reconciler: whether it is this repository, and where its artifact begins in it."""

    verdict: Verdict
    top: str = ""
    why: str = ""


def is_reconciler(ref: Ref) -> bool:
    """Whether an object is one that Flux takes orders from."""
    return (ref.group, ref.kind) in (KUSTOMIZATION, HELM_RELEASE)


def answer(reconciler: Reconciler, view: View) -> Answer:
    """What a Flux reconciler brings to its cluster."""
    if reconciler.subject.ref.kind == "HelmRelease":
        return _release(reconciler, view)
    return _kustomization(reconciler, view)


# -- Kustomization ---------------------------------------------------------------------------------------------


def _kustomization(reconciler: Reconciler, view: View) -> Answer:
    subject = reconciler.subject
    reference = dig(subject.data, ("spec", "sourceRef"))
    if not isinstance(reference, dict):
        return _opaque(reconciler, view, ("spec",), "it has no sourceRef")
    source = source_of(reference, reconciler.cluster, subject.ref.namespace, view)
    if source.verdict is Verdict.UNKNOWN and not view.settled:
        return Answer(waits=True)
    path = str(dig(subject.data, ("spec", "path")) or "./")
    if source.verdict is Verdict.UNKNOWN and clamp(path) and view.repo.tree.is_directory(clamp(path)):
        # A source that stands nowhere in Git is what bootstrap made, most likely: its paths are ours if they exist.
        source = Source(Verdict.PINNED)
    if source.verdict in (Verdict.UNKNOWN, Verdict.ELSEWHERE):
        return _opaque(reconciler, view, ("spec", "sourceRef"), source.why)
    if "${" in path:
        return _opaque(reconciler, view, ("spec", "path"), f"the path {path} holds a variable that is not known")
    return _directory(reconciler, view, source, path)


def _directory(reconciler: Reconciler, view: View, source: Source, path: str) -> Answer:
    subject = reconciler.subject
    route: Route = ("spec", "path") if dig(subject.data, ("spec", "path")) else ("spec", "sourceRef")
    directory = join(source.top, clamp(path)) or ""
    reader = Recorder(view.repo, set())
    if not reader.is_directory(directory):
        if source.verdict is Verdict.PINNED:
            return _opaque(reconciler, view, route, f"{path} does not exist here; it may at the pinned revision")
        if reason := reader.left_out(directory):
            return _opaque(reconciler, view, route, f"{path}: {reason}")
        place = subject.locate(route)
        return Answer(problems=(missing_directory("flux-path-not-found", subject, place, path, directory, reader),))
    variables = _variables(reconciler, view)
    if variables is None:
        return Answer(waits=True)
    overlay = kustomize.Overlay(
        kustomize.added_by(subject, APPENDED),
        kustomize.values_of(subject, REPLACED),
        may_miss_components=dig(subject.data, ("spec", "ignoreMissingComponents")) is True,
    )
    build = kustomize.build(reader, directory, kustomize.Rules(files_below_root=False), overlay, generate=True)
    if build is None:
        return Answer()
    substitute_all(build, variables)
    hop = Hop(subject.locate(route), f"path {path}")
    return Answer((Delivery(target_cluster(subject, reconciler.cluster, view), build, hop, directory),))


def clamp(path: str) -> str:
    """A path as ``securejoin.SecureJoin`` takes it: ``..`` stops at the root of the artifact."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept[-1:] = []
        elif part not in ("", "."):
            kept.append(part)
    return "/".join(kept)


def target_cluster(subject: Subject, cluster: str, view: View) -> str:
    """Where the objects land: the reconciler's own cluster, or the one of its kubeConfig."""
    for field in ("secretRef", "configMapRef"):
        name = dig(subject.data, ("spec", "kubeConfig", field, "name"))
        if isinstance(name, str):
            return view.destination(name, home=f"{cluster}/{subject.ref.namespace}")
    return cluster


def _opaque(reconciler: Reconciler, view: View, route: Route, why: str) -> Answer:
    """A delivery without known objects: something is applied, and nobody here knows what."""
    place = reconciler.subject.locate(route)
    build = Build(opaque=[Opaque(place, f"{reconciler.subject.ref}: {why}")])
    cluster = target_cluster(reconciler.subject, reconciler.cluster, view)
    return Answer((Delivery(cluster, build, Hop(place, why)),))


# -- substitution ----------------------------------------------------------------------------------------------


def _variables(reconciler: Reconciler, view: View) -> Variables | None:
    """The variables of postBuild; None while a ConfigMap that holds some may still turn up.

    ``substituteFrom`` reads from the Kustomization's own namespace, later entries win, ``substitute`` wins over all.
    """
    subject = reconciler.subject
    post_build = dig(subject.data, ("spec", "postBuild"))
    if not isinstance(post_build, dict):
        return Variables(active=False)
    values: dict[str, str] = {}
    complete = True
    for entry in mappings_at(post_build, ("substituteFrom",)):
        if not isinstance(entry.get("name"), str):
            continue
        ref = Ref("", str(entry.get("kind")), subject.ref.namespace, entry["name"])
        found = view.find(reconciler.cluster, ref)
        if found is None and not view.settled:
            return None
        known = found is not None and ref.kind == "ConfigMap" and found.data.get("data") is not None
        if found is not None and known:
            values.update((key, str(value)) for key, value in mapping_at(found.data, ("data",)).items())
        complete = complete and known
    values.update((key, str(value)) for key, value in mapping_at(post_build, ("substitute",)).items())
    return Variables(values, complete=complete, active=bool(values) or not complete)


# -- sources ---------------------------------------------------------------------------------------------------


def source_of(
    reference: Data, cluster: str, namespace: str, view: View, known: dict[Ref, Source] | None = None
) -> Source:
    """The source behind a ``sourceRef``; its namespace defaults to that of the object that refers to it.

    ``known`` holds the artifacts that were asked for on the way here: artifacts may be made of artifacts, and of
    themselves.
    """
    kind, name = str(reference.get("kind")), str(reference.get("name"))
    ref = Ref(SOURCES, kind, str(reference.get("namespace") or namespace), name)
    top = view.own_source(cluster, ref)
    if top is not None:
        return Source(Verdict.SELF, top)
    if kind == "ExternalArtifact":
        return _artifact(ref, cluster, view, {} if known is None else known)
    subject = view.find(cluster, ref)
    if subject is None:
        return Source(Verdict.UNKNOWN, why=f"its source {ref} is not in this repository")
    if kind != "GitRepository":
        return Source(Verdict.ELSEWHERE, why=f"its source {ref} is not built from what is checked out here")
    url = str(dig(subject.data, ("spec", "url")))
    return Source(view.judge_url(url, revision(subject.data)), why=f"its source {ref} is {url}")


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


def _artifact(ref: Ref, cluster: str, view: View, known: dict[Ref, Source]) -> Source:
    """The directory behind an ExternalArtifact: that of the ArtifactGenerator which copies it from this repository."""
    if ref not in known:
        known[ref] = Source(Verdict.UNKNOWN, why=f"its source {ref} is made by nothing in this repository")
        known[ref] = _generated(ref, cluster, view, known) or known[ref]
    return known[ref]


def _generated(ref: Ref, cluster: str, view: View, known: dict[Ref, Source]) -> Source | None:
    for generator in view.repo.of_kind(GENERATORS, "ArtifactGenerator"):
        if generator.ref.namespace != ref.namespace:
            continue
        for artifact in mappings_at(generator.data, ("spec", "artifacts")):
            if artifact.get("name") == ref.name:
                aliases = {
                    text_at(entry, ("alias",)): source_of(entry, cluster, ref.namespace, view, known)
                    for entry in mappings_at(generator.data, ("spec", "sources"))
                }
                return _copied(artifact, aliases)
    return None


def _copied(artifact: Data, aliases: Mapping[str, Source]) -> Source | None:
    """Where the artifact's top lies, if every copy keeps the layout of one directory of this repository."""
    tops = set()
    for copy in mappings_at(artifact, ("copy",)):
        alias, _, origin = str(copy.get("from", "")).removeprefix("@").partition("/")
        source = aliases.get(alias)
        target = str(copy.get("to", "")).removeprefix("@artifact").strip("/")
        directory = origin.removesuffix("/**").removesuffix("/*").strip("/")
        if source is None or source.verdict is not Verdict.SELF or "*" in directory:
            return None
        if target and directory != target and not directory.endswith(f"/{target}"):
            return None
        tops.add(join(source.top, directory.removesuffix(target).strip("/")) or "")
    return Source(Verdict.SELF, tops.pop()) if len(tops) == 1 else None


# -- HelmRelease -----------------------------------------------------------------------------------------------


class Chart(NamedTuple):
    """The chart of a release: its name and version, the URL (or name) of its source, and the field that names it."""

    name: str
    version: str = ""
    source: str = ""
    route: Route = ("spec",)
    path: str | None = None
    """Its directory, where it stands in this repository."""


def _release(reconciler: Reconciler, view: View) -> Answer:
    subject = reconciler.subject
    spec = subject.data.get("spec")
    if not isinstance(spec, dict):
        return Answer()
    chart = _chart(spec, reconciler, view)
    if chart is None:
        return Answer(waits=True)
    namespace = spec.get("targetNamespace") or subject.ref.namespace
    prefix = f"{spec['targetNamespace']}-" if spec.get("targetNamespace") else ""
    release = helm.Release(
        str(spec.get("releaseName") or prefix + subject.ref.name),
        str(namespace),
        chart.name,
        chart.version,
        chart.source,
    )
    place = subject.locate(chart.route)
    build = helm.build(release, place, None)
    if chart.path is not None:
        build.reads.update(view.repo.tree.below(chart.path))
    cluster = target_cluster(subject, reconciler.cluster, view)
    return Answer((Delivery(cluster, build, Hop(place, f"chart {chart.name}"), chart.path),))


def _chart(spec: Data, reconciler: Reconciler, view: View) -> Chart | None:
    """The chart of a release; None while its source may still turn up.

    ``chartRef`` names an object whose URL ends in the chart's name; the chart of a Git source is a path in it.
    """
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
    if not isinstance(spelled, dict):
        return Chart(helm.last_segment(url), source=url, route=("spec", "chartRef", "name"))
    name, route = str(spelled.get("chart", "unknown")), ("spec", "chart", "spec", "chart")
    path = _chart_directory(reference, name, reconciler, view) if ref.kind == "GitRepository" else None
    if path is not None:
        name = helm.chart_name(Recorder(view.repo, set()), path) or name
    return Chart(helm.last_segment(name), str(spelled.get("version", "")), url, route, path)


def _chart_directory(reference: Data, path: str, reconciler: Reconciler, view: View) -> str | None:
    """The directory of a chart in a Git source that is this repository; None elsewhere."""
    source = source_of(reference, reconciler.cluster, reconciler.subject.ref.namespace, view)
    directory = join(source.top, clamp(path)) or ""
    ours = source.verdict in (Verdict.SELF, Verdict.PINNED) and view.repo.tree.is_directory(directory)
    return directory if ours else None
