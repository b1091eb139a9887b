"""Helm charts are not rendered: a release is opaque, with an identity and the name of its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import OPAQUE, RELEASE, Build, Built, Opaque, Places, Ref

if TYPE_CHECKING:
    from gitops_lint.model import Hop, Place
    from gitops_lint.repo import Recorder


class Release(NamedTuple):
    """A release of a chart: its name, its namespace, and where its chart comes from."""

    name: str
    namespace: str
    chart: str
    version: str
    source: str


def build(release: Release, place: Place, via: Hop | None) -> Build:
    """The build of a release: one opaque object that stands for all that the chart holds."""
    ref = Ref(OPAQUE, RELEASE, release.namespace, release.name)
    data = {"chart": release.chart, "version": release.version, "source": release.source}
    built = Built(ref, data, Places(place), via)
    return Build(objects=[built], opaque=[Opaque(place, f"the content of the Helm chart {release.chart}")])


def chart_name(reader: Recorder, directory: str) -> str | None:
    """The name of the chart in a directory; None where there is no readable Chart.yaml."""
    path = f"{directory}/Chart.yaml" if directory else "Chart.yaml"
    file = reader.file(path) if reader.is_file(path) else None
    data = file.documents[0].data if file and file.documents else None
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def last_segment(url: str) -> str:
    """The chart that a URL or a path names: its last segment, without tag or digest."""
    return url.rstrip("/").rpartition("/")[2].partition("@")[0].partition(":")[0]
