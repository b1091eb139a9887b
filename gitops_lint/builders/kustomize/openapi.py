"""``openapi``: a schema that says how lists merge, in place of the one of Kubernetes that kustomize brings along.

kustomize, kyaml/openapi/openapi.go (SetSchema, PatchStrategyAndKeyList): the first kustomization of a build with one,
from the topmost downwards, sets it for all patches from then on. What it does not hold is known no longer: a Deployment
whose kind is not in it gets its containers replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.mergekeys import Shape, shape_of
from gitops_lint.paths import join
from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.layer import Layer
    from gitops_lint.builders.kustomize.mergekeys import ShapeOf
    from gitops_lint.model import Data
    from gitops_lint.repo import Recorder

VERSION = "v1.21.2"
"""The one version of Kubernetes whose schema is built in."""
KINDS = "x-kubernetes-group-version-kind"
STRATEGY = "x-kubernetes-patch-strategy"
MERGE_KEY = "x-kubernetes-patch-merge-key"
MAP_KEYS = "x-kubernetes-list-map-keys"
REFERENCE = "#/definitions/"
MAX_REFERENCES = 64
"""How many definitions may do nothing but refer to the next one."""


def shapes_of(layer: Layer, reader: Recorder, faults: Faults) -> ShapeOf | None:
    """The shapes by the schema that a layer asks for; None where it asks for none.

    A file that is missing is told elsewhere; one that holds no schema knows no kind.
    """
    given = layer.mapping("openapi")
    path, version = given.get("path"), given.get("version")
    if path is not None and version is not None:
        faults.kustomization(layer, ("openapi",), "openapi has a path and a version, of which kustomize takes one")
    if path is not None:
        if not path.value:
            faults.names_nothing(path)
        found = join(layer.directory, path.value or "")
        file = reader.file(found) if found and reader.is_file(found) else None
        return Schema(file.documents[0].data if file and file.documents else None).shape_of
    if version is None or not version.value:
        return None
    if version.value != VERSION:
        faults.kustomization(layer, ("openapi", "version"), f"kustomize has no schema but that of {VERSION}")
    return shape_of


class Schema:
    """The definitions of a file, and the kinds that they are for."""

    def __init__(self, data: Data) -> None:
        self.definitions = mapping_at(data, ("definitions",))
        self.kinds = {
            (_api_version(each), text_at(each, ("kind",))): definition
            for definition in self.definitions.values()
            for each in mappings_at(definition, (KINDS,))
        }

    def shape_of(self, api_version: str, kind: str) -> Shape | None:
        """The shape of a kind; None for one that has no definition."""
        definition = self.kinds.get((api_version, kind))
        return Shape(_Fields(self, definition)) if definition is not None else None

    def resolved(self, schema: Data) -> Data:
        """A schema, or the definition that it refers to."""
        for _ in range(MAX_REFERENCES):
            reference = text_at(schema, ("$ref",))
            if not reference:
                return schema
            schema = self.definitions.get(reference.removeprefix(REFERENCE))
        return None

    def below(self, schema: Data) -> Shape:
        """The shape of a field."""
        schema = self.resolved(schema)
        items = mapping_at(schema, ("items",))
        if text_at(schema, ("type",)) != "array" and not items:
            return Shape(_Fields(self, schema))
        return Shape(_Fields(self, self.resolved(items)), _keys(schema))


class _Fields(Mapping[str, Shape]):
    """The fields of a mapping, looked up when they are asked for: definitions may refer to each other in circles."""

    def __init__(self, schema: Schema, definition: Data) -> None:
        self.schema = schema
        self.properties = mapping_at(definition, ("properties",))
        self.others = mapping_at(definition, ("additionalProperties",))

    def __getitem__(self, name: str) -> Shape:
        if name not in self.properties and not self.others:
            raise KeyError(name)
        return self.schema.below(self.properties.get(name, self.others))

    def __iter__(self) -> Iterator[str]:
        return iter(self.properties)

    def __len__(self) -> int:
        return len(self.properties)


def _keys(schema: Data) -> tuple[str, ...] | None:
    """The merge keys of the elements of a list; None where it is replaced as a whole."""
    if "merge" not in text_at(schema, (STRATEGY,)).split(","):
        return None
    keys = [key for key in list_at(schema, (MAP_KEYS,)) if isinstance(key, str)]
    return tuple(keys or filter(None, [text_at(schema, (MERGE_KEY,))]))


def _api_version(kind: Mapping[str, Data]) -> str:
    group, version = text_at(kind, ("group",)), text_at(kind, ("version",))
    return f"{group}/{version}" if group else version
