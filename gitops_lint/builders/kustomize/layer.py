"""A kustomization as it is built: its file, and what a Flux Kustomization or an Application adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import Place, dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterator, Mapping, Sequence

    from gitops_lint.document import Document
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Subject
    from gitops_lint.repo import Recorder

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""What kustomize looks for, in this order (kustomize, api/konfig/general.go)."""
NAMED = ("images", "replicas")
"""Lists in which a consumer's entry takes the place of one of the same name, as ``kustomize edit set`` does."""


class Malformed(Exception):
    """kustomize cannot decode a value. ``place`` is where it stands."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


class Entry(NamedTuple):
    """A value of a kustomization, or one element of its lists, and where it stands."""

    value: Data
    place: Place
    field: str


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What a consumer adds to the kustomization that it builds, as if it stood there.

    Flux adds patches, components and images (fluxcd/pkg, kustomize_generator.go), Argo CD what ``kustomize edit``
    would (argo-cd, util/kustomize/kustomize.go). Each entry leads to the field of the consumer that brings it.
    """

    added: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    """Elements of list fields, behind those that are there; an image or a replica count replaces one of its name."""
    values: Mapping[str, Entry] = field(default_factory=dict)
    """Plain fields and mappings; a mapping (commonLabels, commonAnnotations) is laid over the one that is there."""
    may_miss_components: bool = False
    """Whether the consumer forgives a component that is not there (``ignoreMissingComponents``)."""

    @property
    def key(self) -> Hashable:
        """What tells two overlays apart: every value, and its place."""
        listed = [(name, entry) for name, entries in self.added.items() for entry in entries]
        entries = (*listed, *self.values.items())
        told = ((name, repr(entry.value), entry.place.document, entry.place.route) for name, entry in entries)
        return self.may_miss_components, tuple(told)


class Decoded(NamedTuple):
    """The fields of a kustomization file as kustomize understands them."""

    fields: Mapping[str, Data]
    """Under their proper names, without what kustomize refuses."""
    spelt: Mapping[str, str]
    """How a name is written in the file, where that is in other capitals."""
    broken: Container[Route]
    """The entries of lists and mappings that hold a value of a wrong type."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One kustomization. ``document`` is None for an empty file and for one that Flux generates."""

    directory: str
    document: Document | None = None
    overlay: Overlay | None = None
    generated: bool = False
    decoded: Decoded | None = None
    """None for a file that nobody has held against the fields that kustomize knows."""

    @property
    def data(self) -> Mapping[str, Data]:
        if self.decoded is not None:
            return self.decoded.fields
        data = self.document.data if self.document else None
        return data if isinstance(data, dict) else {}

    def place(self, document: Document, route: Route) -> Place:
        """Where a value of the file stands, given the proper name of its field."""
        written = self.decoded.spelt.get(str(route[0]), route[0]) if self.decoded else route[0]
        return Place(document, (written, *route[1:]))

    def is_sound(self, route: Route) -> bool:
        """Whether kustomize can decode an entry of a list or a mapping."""
        return self.decoded is None or route not in self.decoded.broken

    @property
    def path(self) -> str:
        """The file of the kustomization; its directory where there is none."""
        return self.document.path if self.document else self.directory

    @property
    def is_component(self) -> bool:
        return self.data.get("kind") == "Component"

    def entries(self, field: str) -> Iterator[Entry]:
        """The elements of a list field, those of the overlay last."""
        added = self.overlay.added.get(field, ()) if self.overlay else ()
        replaced = {dig(entry.value, ("name",)) for entry in added} if field in NAMED else set()
        values = self.data.get(field)
        if self.document and isinstance(values, list):
            for index, value in enumerate(values):
                route = (field, index)
                if self.is_sound(route) and (not replaced or dig(value, ("name",)) not in replaced):
                    yield Entry(value, self.place(self.document, route), field)
        yield from added

    def may_be_missing(self, entry: Entry) -> bool:
        """Whether the consumer forgives that the component of an entry of its own is not there."""
        forgives = self.overlay is not None and self.overlay.may_miss_components
        return forgives and entry.place.document is not self.document

    def scalar(self, field: str) -> Entry | None:
        """The text of a plain field: the overlay's where it has one."""
        if self.overlay and field in self.overlay.values:
            return self.overlay.values[field]
        if self.document and (value := text_at(self.data, (field,))):
            return Entry(value, self.place(self.document, (field,)), field)
        return None

    def mapping(self, field: str) -> dict[str, Entry]:
        """The entries of a mapping field, those of the overlay over those of the same key."""
        found: dict[str, Entry] = {}
        values = self.data.get(field)
        if self.document and isinstance(values, dict):
            routes = {key: (field, key) for key in values if self.is_sound((field, key))}
            found = {k: Entry(values[k], self.place(self.document, route), field) for k, route in routes.items()}
        over = self.overlay.values.get(field) if self.overlay else None
        if over is not None and isinstance(over.value, dict):
            for key, value in over.value.items():
                found[key] = Entry(value, Place(over.place.document, (*over.place.route, key)), field)
        return found


def added_by(subject: Subject, fields: Mapping[str, Route]) -> dict[str, list[Entry]]:
    """For an overlay: the lists at routes of a consumer, by the field of a kustomization that they extend."""
    return {
        name: [Entry(value, subject.locate((*route, i)), str(route[-1])) for i, value in enumerate(found)]
        for name, route in fields.items()
        if (found := list_at(subject.data, route))
    }


def values_of(subject: Subject, fields: Mapping[str, Route]) -> dict[str, Entry]:
    """For an overlay: the texts at routes of a consumer, by the field of a kustomization that they replace."""
    return {
        name: Entry(value, subject.locate(route), str(route[-1]))
        for name, route in fields.items()
        if (value := text_at(subject.data, route))
    }


def kustomization_files(reader: Recorder, directory: str) -> list[str]:
    """The kustomization files of a directory; more than one is an error of kustomize."""
    names = reader.entries(directory)
    paths = (f"{directory}/{name}" if directory else name for name in FILE_NAMES if name in names)
    return [path for path in paths if not reader.is_directory(path)]
