"""The files of ``configurations`` and ``crds``: fieldspecs that a repository adds to kustomize's own.

kustomize, api/internal/plugins/builtinconfig and api/internal/accumulator/loadconfigfromcrds.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.builtin import BUILTIN
from gitops_lint.builders.kustomize.decoding import CONVERTED, any_text, elements, field_specs, mapping, struct
from gitops_lint.builders.kustomize.fieldspec import EMPTY, Config, FieldSpec, NameReference, merge
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.location import Location
from gitops_lint.model import Place, Places
from gitops_lint.paths import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.layer import Layer
    from gitops_lint.model import Spot
    from gitops_lint.repo import Recorder

FIELDS = {
    "namePrefix": "prefix",
    "nameSuffix": "suffix",
    "namespace": "namespace",
    "commonLabels": "common_labels",
    "labels": "labels",
    "templateLabels": "template_labels",
    "commonAnnotations": "annotations",
    "varReference": "variables",
    "images": "images",
    "replicas": "replicas",
}
REFERENCES = "nameReference"
REFERENCE = ("group", "version", "kind", "fieldSpecs")

MAX_REFERENCES = 64
"""How deep definitions of ``crds`` may refer to each other; kustomize never ends where they do in a circle."""
MAX_PROPERTIES = 100_000
"""How many properties of one file of ``crds`` are looked at, each as often as something refers to it."""


def configuration(layer: Layer, below: Iterable[Config], reader: Recorder, faults: Faults) -> Config:
    """The fieldspecs of a layer: those of what is below it, and its own.

    kustomize merges in this order (kusttarget.go, accumulateTarget); what contradicts is noted, and the first one wins.
    """

    def laid(ours: Config, theirs: Config, spot: Spot) -> Config:
        merged, conflicts = merge(ours, theirs)
        if conflicts:
            faults.conflicting(conflicts, spot)
        return merged

    spot: Spot = Location(layer.path)
    config, *others = below
    for other in others:
        config = laid(config, other, spot)
    added = EMPTY
    for spot, each in _loaded(layer, "configurations", _read, reader, faults):
        added = laid(added, each, spot)
    config = laid(config, laid(BUILTIN, added, spot), spot)
    for place, each in _loaded(layer, "crds", _read_definitions, reader, faults):
        config = laid(config, each, place)
    return config


def _loaded(
    layer: Layer, field: str, read: Callable[[Traced], Config], reader: Recorder, faults: Faults
) -> Iterator[tuple[Place, Config]]:
    """The configurations in the files of a field; those that are missing are told elsewhere."""
    for entry in layer.entries(field):
        path = join(layer.directory, entry.value) if isinstance(entry.value, str) else None
        file = reader.file(path) if path is not None and reader.is_file(path) else None
        if field == "crds" and file and not file.text:
            faults.malformed(Malformed(f"{entry.value} is empty", entry.place))
        for document in file.documents[:1] if file else ():
            try:
                yield entry.place, read(Traced(document.data, Places(Place(document, ()))))
            except Malformed as error:
                faults.malformed(error)


def _read(document: Traced) -> Config:
    """The configuration in a file. Raises Malformed where kustomize cannot decode it (transformerconfig.go)."""
    fields = struct(document, (*FIELDS, REFERENCES))
    found = {FIELDS[name]: field_specs(field, CONVERTED) for name, field in fields.items() if name in FIELDS}
    references = elements(fields[REFERENCES]) if REFERENCES in fields else []
    return Config(**found, name_references=tuple(_reference(each) for each in references))


def _reference(element: Traced) -> NameReference:
    fields = struct(element, REFERENCE)
    group, version, kind = (any_text(fields[name]) if name in fields else "" for name in REFERENCE[:3])
    referrers = field_specs(fields["fieldSpecs"], CONVERTED) if "fieldSpecs" in fields else ()
    return NameReference(kind, referrers, group, version)


# -- crds ----------------------------------------------------------------------------------------------------------


class Marked(NamedTuple):
    """A property of a kind that an extension marks, under the field of a configuration that it belongs to."""

    field: str
    spec: FieldSpec


MARKS = {
    "x-kubernetes-annotation": "annotations",
    "x-kubernetes-label-selector": "common_labels",
    "x-kubernetes-identity": "prefix",
}
NAMED_VERSION, NAMED_KIND, NAME_KEY = (
    f"x-kubernetes-object-ref-{what}" for what in ("api-version", "kind", "name-key")
)
"""What a property names an object by: the version of its API, its kind, and the field with its name."""


def _read_definitions(document: Traced) -> Config:
    """The configuration that OpenAPI definitions of kinds stand for, by their names.

    These are no CustomResourceDefinitions: kustomize refuses those. Raises Malformed where it would.
    """
    definitions = {name: _properties(definition) for name, definition in mapping(document).items()}
    if document.data is None:
        return EMPTY
    marked, references = list[Marked](), list[NameReference]()
    walk = _Definitions(definitions, document.place)
    for name, properties in definitions.items():
        if {"kind", "apiVersion", "metadata"} <= properties.keys():
            for found in walk.below(name, name.rpartition(".")[2], ()):
                if isinstance(found, Marked):
                    marked.append(found)
                else:
                    references.append(found)
    fields = {field: tuple(each.spec for each in marked if each.field == field) for field in MARKS.values()}
    return Config(**fields, name_references=tuple(references))


def _properties(definition: Traced) -> Mapping[str, Mapping[str, Traced]]:
    """The properties of a definition, each with its keywords."""
    fields = {name.lower(): value for name, value in mapping(definition).items()}
    schema = mapping(fields["schema"]) if "schema" in fields else {}
    properties = mapping(schema["properties"]) if "properties" in schema else {}
    return {name: mapping(keywords) for name, keywords in properties.items()}


class _Definitions:
    """The walk through definitions that refer to each other."""

    def __init__(self, definitions: Mapping[str, Mapping[str, Mapping[str, Traced]]], place: Place) -> None:
        self.definitions = definitions
        self.place = place
        self.left = MAX_PROPERTIES

    def below(self, name: str, kind: str, path: tuple[str, ...]) -> Iterator[Marked | NameReference]:
        """What is marked in a definition and in those that it refers to (loadCrdIntoConfig).

        Raises Malformed where they refer to each other in a circle, or too often.
        """
        for key, keywords in self.definitions.get(name, {}).items():
            self.left -= 1
            here = (*path, key)
            if self.left < 0 or len(here) > MAX_REFERENCES:
                raise Malformed("definitions refer to each other in a circle, or without end", self.place)
            texts = {word: value.data for word, value in keywords.items() if isinstance(value.data, str)}
            for mark, field in MARKS.items():
                if mark in texts:
                    yield Marked(field, FieldSpec("/".join(here), kind))
            if NAMED_VERSION in texts and NAMED_KIND in texts:
                spec = FieldSpec("/".join((*here, texts.get(NAME_KEY, "name"))), kind)
                yield NameReference(texts[NAMED_KIND], (spec,), version=texts[NAMED_VERSION])
            if texts.get("$ref"):
                yield from self.below(texts["$ref"], kind, here)
