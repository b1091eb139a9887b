"""Fieldspecs: which fields of which kinds a transformer changes. kustomize, api/types/fieldspec.go."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple


class FieldSpec(NamedTuple):
    """Fields of a kind; an empty group, version or kind is any. ``[]`` in a path is every element of a list."""

    path: str
    kind: str = ""
    group: str = ""
    version: str = ""
    create: bool = False


class NameReference(NamedTuple):
    """Where other objects name an object of a kind (kustomize, plugins/builtinconfig/namebackreferences.go)."""

    kind: str
    referrers: tuple[FieldSpec, ...]
    group: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """The fieldspecs of every transformer: kustomize's own, and those that ``configurations`` and ``crds`` add.

    kustomize, api/internal/plugins/builtinconfig/transformerconfig.go.
    """

    labels: tuple[FieldSpec, ...] = ()
    template_labels: tuple[FieldSpec, ...] = ()
    annotations: tuple[FieldSpec, ...] = ()
    prefix: tuple[FieldSpec, ...] = ()
    suffix: tuple[FieldSpec, ...] = ()
    namespace: tuple[FieldSpec, ...] = ()
    images: tuple[FieldSpec, ...] = ()
    replicas: tuple[FieldSpec, ...] = ()
    variables: tuple[FieldSpec, ...] = ()
    name_references: tuple[NameReference, ...] = ()

    def merged(self, other: Config) -> Config:
        """These fieldspecs and those of another configuration, each once."""
        if other is self:
            return self
        both = {f.name: tuple(dict.fromkeys((*getattr(self, f.name), *getattr(other, f.name)))) for f in fields(self)}
        return Config(**both)
