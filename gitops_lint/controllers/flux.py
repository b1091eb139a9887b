"""Flux: what a Kustomization and a HelmRelease apply.

Semantics: kustomize-controller api/v1/kustomization_types.go and internal/controller/kustomization_controller.go;
fluxcd/pkg kustomize/kustomize_generator.go and kustomize/kustomize_varsub.go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders import helm, kustomize
from gitops_lint.builders.substitution import SYNTAX, Variables, is_name, substitute_all
from gitops_lint.controllers import Answer, Verdict, View, missing_directory
from gitops_lint.controllers.fluxrelease import chart_of, is_release, missing_chart, missing_values, release_of
from gitops_lint.controllers.fluxsource import NOT_FOUND, Source, source_of, withheld_directory
from gitops_lint.model import OPAQUE, Build, Delivery, Hop, Opaque, Places, Problem, Ref, dig
from gitops_lint.paths import clamp
from gitops_lint.shape import mapping_at, mappings_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Built, Data, Reconciler, Subject

KUSTOMIZATION = ("kustomize.toolkit.fluxcd.io", "Kustomization")
HELM_RELEASE = ("helm.toolkit.fluxcd.io", "HelmRelease")

APPENDED: dict[str, Route] = {
    "components": ("spec", "components"),
    "patches": ("spec", "patches"),
    "images": ("spec", "images"),
    "buildMetadata": ("spec", "buildMetadata"),
}
REPLACED: dict[str, Route] = {
    "namespace": ("spec", "targetNamespace"),
    "namePrefix": ("spec", "namePrefix"),
    "nameSuffix": ("spec", "nameSuffix"),
}
"""Fields of a kustomization, and those of a Flux Kustomization that go there (kustomize_generator.go)."""
POST_BUILD: Route = ("spec", "postBuild")


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
    directory, reader = source.directory(path), source.reader(view.repo)
    if not reader.is_directory(directory):
        if source.verdict is Verdict.PINNED:
            return _opaque(reconciler, view, route, f"{path} does not exist here; it may at the pinned revision")
        if reason := reader.left_out(directory):
            return _opaque(reconciler, view, route, f"{path}: {reason}")
        place = subject.locate(route)
        if reason := reader.withheld(directory):
            return Answer(problems=(withheld_directory(subject, place, path, reason),))
        return Answer(problems=(missing_directory(NOT_FOUND, subject, place, path, directory, reader),))
    variables = _variables(reconciler, view)
    if variables is None:
        return Answer(waits=True)
    overlay, refused = _overlay(subject)
    build = _built(directory, overlay, source, view)
    build.problems += (*refused, *_misnamed(subject, variables))
    substitute_all(build, variables)
    build.objects = [_with_common_metadata(built, subject) for built in build.objects]
    hop = Hop(subject.locate(route), f"path {path}")
    cluster = target_cluster(subject, reconciler.cluster, view)
    return Answer((Delivery(cluster, build, hop, source.artifact.directory(directory), source.revision),))


def _built(directory: str, overlay: kustomize.Overlay, source: Source, view: View) -> Build:
    """A build of one's own to go on from, made once for all who ask for the same if the artifact is no patchwork."""
    rules, key = kustomize.FLUX, source.artifact.key
    if key is None:
        return kustomize.build(source.reader(view.repo), directory, rules, overlay, generate=True) or Build()
    part = (key, source.reader)
    return kustomize.shared_build(view.repo, directory, rules, overlay, generate=True, part=part).copy()


def _overlay(subject: Subject) -> tuple[kustomize.Overlay, list[Problem]]:
    """What a Kustomization adds to the kustomization that it builds, and the components that Flux refuses."""
    added = kustomize.added_by(subject, APPENDED)
    components = added.pop("components", [])
    added["components"] = [entry for entry in components if _is_local(str(entry.value))]
    problems = [_foreign_component(subject, entry) for entry in components if not _is_local(str(entry.value))]
    may_miss = dig(subject.data, ("spec", "ignoreMissingComponents")) is True
    values = kustomize.values_of(subject, REPLACED)
    return kustomize.Overlay(added, values, may_miss_components=may_miss), problems


def _is_local(component: str) -> bool:
    """Whether Flux takes a component (fluxcd/pkg, kustomize_generator.go, IsLocalRelativePath)."""
    return "://" not in component and not component.startswith(("/", "git@", "github.com"))


def _foreign_component(subject: Subject, entry: kustomize.Entry) -> Problem:
    message = f"{subject.ref} names the component {entry.value}: Flux takes none but local ones, by a relative path"
    advice = "copy it into this repository, or list it in a kustomization"
    return Problem(
        "kustomize-build-fails", message, entry.place, case="foreign-component", label="not local", help=advice
    )


def _with_common_metadata(built: Built, subject: Subject) -> Built:
    """The object with the labels and annotations that Flux puts on everything, after build and substitution.

    They replace those of the same name (kustomization_types.go, commonMetadata; fluxcd/pkg, ssa.SetCommonMetadata).
    """
    if built.ref.group == OPAQUE:
        return built
    metadata, places = built.data["metadata"], built.places
    for field in ("labels", "annotations"):
        route: Route = ("spec", "commonMetadata", field)
        common = mapping_at(subject.data, route)
        if common:
            metadata = {**metadata, field: {**mapping_at(metadata, (field,)), **common}}
            for key in common:
                places = places.put(("metadata", field, key), Places(subject.locate((*route, key))))
    return built if places is built.places else replace(built, data={**built.data, "metadata": metadata}, places=places)


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


class _Definitions(NamedTuple):
    """What one source of variables defines: values, names without a known value, and whether that is all."""

    values: dict[str, str]
    unknown: frozenset[str] = frozenset()
    complete: bool = True


def _variables(reconciler: Reconciler, view: View) -> Variables | None:
    """The variables of postBuild; None while an object that holds some may still turn up.

    ``substituteFrom`` reads from the Kustomization's own namespace, later entries win, ``substitute`` wins over all.
    """
    subject = reconciler.subject
    if not isinstance(dig(subject.data, POST_BUILD), dict):
        return Variables(active=False)
    values: dict[str, str] = {}
    unknown: set[str] = set()
    complete = True
    for entry in mappings_at(subject.data, (*POST_BUILD, "substituteFrom")):
        if not isinstance(entry.get("name"), str):
            continue
        found = view.find(reconciler.cluster, Ref("", str(entry.get("kind")), subject.ref.namespace, entry["name"]))
        if found is None and not view.settled:
            return None
        defined = _defined(found)
        values = {name: value for name, value in values.items() if name not in defined.unknown} | defined.values
        unknown = unknown - defined.values.keys() | defined.unknown
        complete = complete and defined.complete
    inline = _split(mapping_at(subject.data, (*POST_BUILD, "substitute")))
    values = {name: value for name, value in values.items() if name not in inline.unknown} | inline.values
    unknown = unknown - inline.values.keys() | inline.unknown
    always = dig(subject.data, (*POST_BUILD, "substituteStrategy")) == "Always"
    active = always or bool(values or unknown) or not complete
    return Variables(values, frozenset(unknown), complete, active, view.is_strict(reconciler.cluster))


def _defined(found: Subject | None) -> _Definitions:
    """What a ConfigMap or a Secret defines.

    One that is not in Git may define anything. The values of Secrets are left alone: most are encrypted, and those
    that are not must not show up in other objects.
    """
    if found is None:
        return _Definitions({}, complete=False)
    if found.ref.kind == "Secret":
        keys = {**mapping_at(found.data, ("data",)), **mapping_at(found.data, ("stringData",))}
        return _Definitions({}, frozenset(keys), complete=bool(keys))
    data = mapping_at(found.data, ("data",))
    return _split(data)._replace(complete=dig(found.data, ("data",)) is not None)


def _split(data: Data) -> _Definitions:
    """The entries of a mapping; a value that still holds a variable is not known."""
    texts = {key: value if isinstance(value, str) else _spelled(value) for key, value in data.items()}
    unknown = frozenset(key for key, value in texts.items() if "${" in value)
    return _Definitions({key: value for key, value in texts.items() if key not in unknown}, unknown)


def _spelled(value: Data) -> str:
    """A value that is no text, as the YAML of a careless author spells it; the API server would refuse it."""
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _misnamed(subject: Subject, variables: Variables) -> Iterator[Problem]:
    """The variables that postBuild may not define: one of them fails every build (kustomize_varsub.go, varsubRegex)."""
    inline = mapping_at(subject.data, (*POST_BUILD, "substitute"))
    for name in sorted(variables.names):
        if not is_name(name):
            route: Route = (*POST_BUILD, "substitute", name) if name in inline else (*POST_BUILD, "substituteFrom")
            message = f"{subject.ref} defines {name}, which is no name of a variable"
            advice = "letters, digits and _ make a name, and no digit begins it"
            yield Problem(SYNTAX, message, subject.locate(route), label="not a name", help=advice)


# -- HelmRelease -----------------------------------------------------------------------------------------------


def _release(reconciler: Reconciler, view: View) -> Answer:
    subject = reconciler.subject
    if not is_release(subject.data):
        return Answer()
    chart = chart_of(reconciler, view)
    if chart is None:
        return Answer(waits=True)
    place = subject.locate(chart.route)
    build = helm.build(release_of(subject, chart), place, None)
    if chart.path is not None:
        build.reads.update(view.repo.tree.below(chart.path))
    build.problems += (*missing_chart(subject, chart, view), *missing_values(subject, chart, view, build))
    cluster = target_cluster(subject, reconciler.cluster, view)
    pinned = chart.origin.revision if chart.origin else None
    return Answer((Delivery(cluster, build, Hop(place, f"chart {chart.name}"), chart.path, pinned),))
