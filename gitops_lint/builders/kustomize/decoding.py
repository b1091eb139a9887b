"""Typed fields out of YAML, as strict as kustomize: a field of another name or type makes it refuse the whole file.

kustomize decodes through JSON (api/types/kustomization.go, Unmarshal): null stands for what is not there, and the case
of a name does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.fieldspec import FieldSpec
from gitops_lint.builders.kustomize.layer import Entry, Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.builders.kustomize.traced import text as text_of
from gitops_lint.location import describe
from gitops_lint.model import Place, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from gitops_lint.builders.kustomize.step import Step

MAX_INTEGER = 2**63
FIELD_SPEC = ("group", "version", "kind", "path", "create")


def traced(entry: Entry) -> Traced:
    """The value of an entry with its places."""
    return Traced(entry.value, Places(entry.place))


def text(value: Traced) -> str:
    """A text. Raises Malformed for a number or a boolean, too."""
    if value.data is None or isinstance(value.data, str):
        return value.data or ""
    raise _wrong(value, "a text: put it in quotes" if not isinstance(value.data, dict | list) else "a text")


def any_text(value: Traced) -> str:
    """A text, or a number or a boolean as one: what sigs.k8s.io/yaml makes of it where it knows the type wanted."""
    if value.data is None:
        return ""
    if isinstance(value.data, dict | list):
        raise _wrong(value, "a text")
    return text_of(value.data)


def flag(value: Traced) -> bool:
    """A boolean; no text that looks like one."""
    if value.data is None or isinstance(value.data, bool):
        return bool(value.data)
    raise _wrong(value, "true or false")


def integer(value: Traced) -> int:
    """A whole number of 64 bits, however it is written: ``3.0`` is one."""
    number = 0 if value.data is None else value.data
    whole = isinstance(number, int) and not isinstance(number, bool)
    if (whole or (isinstance(number, float) and number.is_integer())) and -MAX_INTEGER <= number < MAX_INTEGER:
        return int(number)
    raise _wrong(value, "a whole number")


def elements(value: Traced) -> list[Traced]:
    """The elements of a list."""
    if value.data is None or isinstance(value.data, list):
        return value.elements() if value.data else []
    raise _wrong(value, "a list")


def mapping(value: Traced) -> dict[str, Traced]:
    """The entries of a mapping with any keys."""
    if value.data is None or isinstance(value.data, dict):
        return {key: value.child(key) for key in value.data or ()}
    raise _wrong(value, "a mapping")


def struct(value: Traced, known: Collection[str]) -> dict[str, Traced]:
    """The fields of a mapping that may have these only; a field that is null or missing is not among them."""
    names = {name.lower(): name for name in known}
    found = {}
    for key, field in mapping(value).items():
        name = names.get(key.lower())
        if name is None:
            raise Malformed(f"{_called(value.place)} has no field {key!r}; it takes {', '.join(known)}", field.place)
        if field.data is not None:
            found[name] = field
    return found


def loose(value: Traced, known: Collection[str]) -> dict[str, Traced]:
    """The same of a mapping that may have other fields, too: they mean nothing."""
    names = {name.lower() for name in known}
    strangers = dict.fromkeys(key for key in mapping(value) if key.lower() not in names)
    return struct(value.with_fields(strangers), known)


class Reading(NamedTuple):
    """How strictly something is decoded."""

    fields: Callable[[Traced, Collection[str]], dict[str, Traced]]
    text: Callable[[Traced], str]


STRICT = Reading(struct, text)
"""For a kustomization, which knows its fields."""
CONVERTED = Reading(struct, any_text)
"""For a configuration of transformers, which knows its fields, and reads a number as a text where it wants one."""
LOOSE = Reading(loose, any_text)
"""For the configuration of a plugin and for a file of replacements (kustomize: sigs.k8s.io/yaml, Unmarshal)."""


def field_specs(value: Traced, reading: Reading = STRICT) -> tuple[FieldSpec, ...]:
    """A list of fieldspecs."""
    return tuple(_field_spec(reading.fields(element, FIELD_SPEC), reading) for element in elements(value))


def _field_spec(fields: dict[str, Traced], reading: Reading) -> FieldSpec:
    path, kind, group, version = (
        reading.text(fields[name]) if name in fields else "" for name in ("path", "kind", "group", "version")
    )
    return FieldSpec(path, kind, group, version, create="create" in fields and flag(fields["create"]))


def entries(step: Step, field: str) -> Iterator[Entry]:
    """The elements of a list field of a kustomization; a field of another type is noted as a fault."""
    layer = step.layer
    if layer.document is not None and not isinstance(layer.data.get(field), list | None):
        step.faults.malformed(_wrong(Traced(layer.data, Places(Place(layer.document, ()))).child(field), "a list"))
    yield from layer.entries(field)


def texts(step: Step, field: str) -> dict[str, Entry]:
    """The texts of a mapping field of a kustomization; what is none is noted as a fault and left out."""
    layer = step.layer
    if layer.document is not None and not isinstance(layer.data.get(field), dict | None):
        step.faults.malformed(_wrong(Traced(layer.data, Places(Place(layer.document, ()))).child(field), "a mapping"))
    found = {}
    for key, entry in layer.mapping(field).items():
        try:
            found[key] = entry._replace(value=text(traced(entry)))
        except Malformed as error:
            step.faults.malformed(error)
    return found


def _wrong(value: Traced, wanted: str) -> Malformed:
    return Malformed(f"{_called(value.place)} must be {wanted}", value.place)


def _called(place: Place) -> str:
    return describe(place.route) or "the document"
