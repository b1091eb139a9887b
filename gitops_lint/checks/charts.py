"""Charts: which version is taken, and what is no chart though it should be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    OPAQUE,
    RELEASE,
    Context,
    Controller,
    Hit,
    Place,
    Reach,
    Ref,
    check,
    dig,
    list_at,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Match, Ownership, Reconciler, Route, Spot, Subject

SOURCES = "source.toolkit.fluxcd.io"
ANY = re2.compile(r"^(|latest|v?[*xX]([.][*xX])*|>=?\s*v?0(\.0(\.[0-9]+)?)?(-\S*)?)$")
"""No version, or a range that every version is in, tests and builds too."""
PATCH = re2.compile(r"^(~>?\s*v?[0-9]+\.[0-9]+(\.[0-9]+)?(-\S*)?|v?[0-9]+\.[0-9]+(\.[*xX])?)$")
"""A range in which nothing but the last number changes."""
RANGE = re2.compile(r"^(.*[~^<>*|,].*|.*\s-\s.*|v?[0-9]+(\.[0-9xX]+)?(\.[xX])?|[xX].*)$")
"""Any other range (Masterminds/semver, Checking Version Constraints)."""
UNKNOWN = ("${", "{{")
MENDING = "write one version, and let a bot raise it in commits"
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})


class Pin(NamedTuple):
    """The version of a chart as somebody wrote it."""

    who: str
    chart: str
    version: str
    at: Spot
    subject: Ref | None
    clusters: tuple[str, ...] = ()
    reach: Reach = Reach.LIVE


# -- versions --------------------------------------------------------------------------------------------------


@check
def chart_version(context: Context) -> Iterator[Hit]:
    """Charts without one certain version; ``params.cases`` says how uncertain."""
    for pin in (*_ordered(context), *_inflated(context)):
        case = _case(pin.version)
        if case in context.params["cases"]:
            which = "whatever version there is" if case == "any" else f"any version that fits {pin.version}"
            yield Hit(
                message=f"{pin.who} takes the chart {pin.chart} in {which}",
                at=pin.at,
                label="no certain version",
                case=case,
                subject=pin.subject,
                clusters=pin.clusters,
                help=MENDING,
                effect="the next release of the chart is an upgrade that no commit shows and no revert takes back",
                reach=pin.reach,
            )


def _case(version: str) -> str | None:
    """How uncertain a version is; None for a certain one, and for one that is filled in by something else."""
    text = version.strip()
    if any(mark in text for mark in UNKNOWN):
        return None
    if ANY.match(text):
        return "any"
    return "patch" if PATCH.match(text) else "range" if RANGE.match(text) else None


def _ordered(context: Context) -> Iterator[Pin]:
    """The charts of HelmReleases and Applications that come from a repository of charts or of artifacts."""
    for reconciler in context.walked.reconcilers:
        kind = reconciler.subject.ref.kind
        if kind == "HelmRelease":
            yield from _of_release(context, reconciler)
        elif kind == "Application":
            for source in sources(reconciler.subject.data):
                if (chart := source.text("chart")) and _is_text(version := dig(source.data, ("targetRevision",))):
                    at = source.locate(reconciler.subject, ("chart",) if version is None else ("targetRevision",))
                    yield _pin(context, reconciler, chart, version or "", at)


def _is_text(version: object) -> bool:
    return version is None or isinstance(version, str)


def _pin(context: Context, reconciler: Reconciler, chart: str, version: str, at: Spot) -> Pin:
    ref, reach = reconciler.subject.ref, context.graph.reach(reconciler.node)
    return Pin(str(ref), chart, version, at, ref, (reconciler.cluster,), reach)


def _of_release(context: Context, reconciler: Reconciler) -> Iterator[Pin]:
    """helm-controller, HelmChartTemplateSpec: no version is ``*``; a chart from Git has that of its file."""
    subject = reconciler.subject
    top: Route = ("spec", "chart", "spec")
    if dig(subject.data, (*top, "sourceRef", "kind")) == "HelmRepository":
        yield from _of_chart(context, reconciler, subject, top)
        return
    named = dig(subject.data, ("spec", "chartRef"))
    kind, name = text_at(named, ("kind",)), text_at(named, ("name",))
    namespace = text_at(named, ("namespace",)) or subject.ref.namespace
    owners = context.graph.owners((reconciler.cluster, Ref(SOURCES, kind, namespace, name)))
    if owners and kind == "HelmChart" and dig(owners[0].built.data, ("spec", "sourceRef", "kind")) == "HelmRepository":
        yield from _of_chart(context, reconciler, owners[0].built, ("spec",))
    elif owners and kind == "OCIRepository":
        yield from _of_artifact(context, reconciler, owners[0].built)


def _of_chart(context: Context, reconciler: Reconciler, subject: Subject, top: Route) -> Iterator[Pin]:
    version, chart = dig(subject.data, (*top, "version")), text_at(subject.data, (*top, "chart"))
    if chart and _is_text(version):
        at = subject.locate((*top, "chart" if version is None else "version"))
        yield _pin(context, reconciler, chart, version or "", at)


def _of_artifact(context: Context, reconciler: Reconciler, subject: Subject) -> Iterator[Pin]:
    """source-controller, OCIRepositoryRef: a digest before a range before a tag; without any, ``latest``."""
    reference = dig(subject.data, ("spec", "ref"))
    chart = text_at(subject.data, ("spec", "url")).rpartition("/")[2] or subject.ref.name
    if text_at(reference, ("digest",)):
        return
    for field in ("semver", "tag"):
        if version := text_at(reference, (field,)):
            if field == "semver" or version == "latest":
                yield _pin(context, reconciler, chart, version, subject.locate(("spec", "ref", field)))
            return
    if reference in (None, {}):
        yield _pin(context, reconciler, chart, "", subject.locate(("spec", "url")))


def _inflated(context: Context) -> Iterator[Pin]:
    """The ``helmCharts`` of kustomizations; those without ``repo`` lie beside them."""
    for path, reach in context.walked.reads.items():
        file = context.repo.file(path) if path.rpartition("/")[2] in KUSTOMIZATION_FILES else None
        for document in file.documents[:1] if file else ():
            for index, chart in enumerate(list_at(document.data, ("helmCharts",))):
                name, version = text_at(chart, ("name",)), dig(chart, ("version",))
                if name and text_at(chart, ("repo",)) and _is_text(version):
                    at = Place(document, ("helmCharts", index, "name" if version is None else "version"))
                    yield Pin(path, name, version or "", at, None, (), reach)


# -- no chart --------------------------------------------------------------------------------------------------


@check
def raw_workload(context: Context) -> Iterator[Hit]:
    """A component that the matrix wants installed by a HelmRelease, and that is applied as plain workloads.

    Beside a release of the same row, a workload is an addition to it.
    """
    found: dict[str, list[tuple[Ownership, Match]]] = {}
    released: set[str] = set()
    for (_, ref), owners in context.graph.objects.items():
        for ownership in owners:
            match = context.component(ownership)
            if match is None or not match.component.via:
                continue
            if (ref.group, ref.kind) == (OPAQUE, RELEASE):
                released |= {match.component.name, match.component.row}
            elif ref.kind in WORKLOADS and ownership.controller is Controller.FLUX and match.certain:
                found.setdefault(match.component.name, []).append((ownership, match))
    for name, group in found.items():
        if name not in released:
            yield _raw_hit(name, group)


def _raw_hit(name: str, group: list[tuple[Ownership, Match]]) -> Hit:
    (ownership, match), *others = sorted(group, key=lambda pair: pair[0].built.origin.location)
    component, built = match.component, ownership.built
    what = f"{built.ref} and {len(others)} more" if others else str(built.ref)
    row = "" if component.name == component.row else f" ({component.row})"
    return Hit(
        message=f"{what} {'are' if others else 'is'} applied as it stands, but the matrix has {name}{row} installed "
        f"by a {component.via}",
        at=built.locate(("kind",)),
        label="no chart",
        subject=built.ref,
        clusters=(ownership.delivery.cluster,),
        owners=(ownership,),
        related=tuple((other.built.locate(("kind",)), str(other.built.ref)) for other, _ in others),
        help=f"let a {component.via} install its chart, or take via out of the row {component.row}",
        reach=ownership.reach,
    )
