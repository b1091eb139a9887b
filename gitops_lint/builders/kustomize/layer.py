"""A kustomization as it is built: its file, and what a Flux Kustomization or an Application adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import Place, dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.document import Document
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Subject
    from gitops_lint.repo import Recorder

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What kustomize looks for, in this order (kustomize, api/konfig/general.go)."""


class Entry(NamedTuple):
    """A value of a kustomization, or one element of its lists, and where it stands."""

    value: Data
    place: Place
    field: str


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What a consumer adds: fields of its own object that stand for fields of a kustomization.

    ``appended`` maps a list field of the kustomization to a route of the consumer (Flux appends patches and
    components, fluxcd/pkg kustomize_generator.go); ``replaced`` does so for fields that overwrite.
    """

    subject: Subject
    appended: Mapping[str, Route]
    replaced: Mapping[str, Route]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One kustomization. ``document`` is None for an empty file and for one that Flux generates."""

    directory: str
    document: Document | None = None
    overlay: Overlay | None = None
    generated: bool = False

    @property
    def data(self) -> Mapping[str, Data]:
        data = self.document.kustomize if self.document else None
        return data if isinstance(data, dict) else {}

    @property
    def path(self) -> str:
        """The file of the kustomization; its directory where there is none."""
        return self.document.path if self.document else self.directory

    @property
    def is_component(self) -> bool:
        return self.data.get("kind") == "Component"

    def entries(self, field: str) -> Iterator[Entry]:
        """The elements of a list field, those of the overlay last."""
        values = self.data.get(field)
        if self.document and isinstance(values, list):
            for index, value in enumerate(values):
                yield Entry(value, Place(self.document, (field, index)), field)
        route = self.overlay.appended.get(field) if self.overlay else None
        if self.overlay and route:
            for index, value in enumerate(list_at(self.overlay.subject.data, route)):
                yield Entry(value, self.overlay.subject.locate((*route, index)), describe_field(route))

    def may_be_missing(self, entry: Entry) -> bool:
        """Whether the consumer forgives a component that is not there (``ignoreMissingComponents``)."""
        route = self.overlay.appended.get("components") if self.overlay else None
        if self.overlay is None or route is None or entry.place.document is self.document:
            return False
        return dig(self.overlay.subject.data, (*route[:-1], "ignoreMissingComponents")) is True

    def scalar(self, field: str) -> Entry | None:
        """The text of a plain field: the overlay's where it has one."""
        route = self.overlay.replaced.get(field) if self.overlay else None
        if self.overlay and route and (value := text_at(self.overlay.subject.data, route)):
            return Entry(value, self.overlay.subject.locate(route), describe_field(route))
        if self.document and (value := text_at(self.data, (field,))):
            return Entry(value, Place(self.document, (field,)), field)
        return None


def describe_field(route: Route) -> str:
    """The field's name as its reader knows it: the last word of the route."""
    return str(route[-1])


def kustomization_files(reader: Recorder, directory: str) -> list[str]:
    """The kustomization files of a directory; more than one is an error of kustomize."""
    names = reader.entries(directory)
    return [f"{directory}/{name}" if directory else name for name in FILE_NAMES if name in names]
