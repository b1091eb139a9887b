"""Dataclasses from YAML, by the only room that knows pydantic: every mistake in words, at its place in the file.

pydantic takes longer to import than most runs take. It is asked only about what is not written to the letter as its
type wants it: what becomes of that, or what is wrong with it, is for pydantic to say.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from gitops_lint.glob import glob
from gitops_lint.location import Location, Route, Span, describe
from gitops_lint.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationError
    from pydantic_core.core_schema import CoreSchema

    from gitops_lint.document import File

T = TypeVar("T")


class Mistake(NamedTuple):
    """One thing that is wrong with a configuration file or a rule page."""

    location: Location
    message: str

    def __str__(self) -> str:
        span = self.location.span
        where = f"{self.location.path}:{span.line}:{span.column}" if span else self.location.path
        return f"{where}: {self.message}"


class ConfigError(Exception):
    """The configuration or a rule page cannot be used; holds every mistake that was found."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Globs(tuple[str, ...]):
    """A glob or a list of globs, each of them usable."""

    __slots__ = ()

    @classmethod
    def of(cls, value: object) -> Globs:
        """The globs of a value as written. Raises ValueError, fit for the author."""
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(item, str) for item in listed):
            raise ValueError("a glob or a list of globs is expected")
        for pattern in listed:
            if not pattern:
                raise ValueError("an empty glob would match everything")
            glob(pattern)
        return cls(listed)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls.of)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def validate(kind: type[T], file: File) -> T:
    """The first document of a file as a dataclass. Raises ConfigError with every mistake."""
    data = _data(file)
    try:
        fit: T = _fit(kind, data)
    except _Odd:
        return _validate(kind, file, data)
    return fit


def _validate(kind: type[T], file: File, data: Any) -> T:
    from pydantic import ValidationError

    adapter = _adapter(kind)
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise ConfigError(_mistakes(error, file, adapter.json_schema())) from error


class _Odd(Exception):
    """A value is not of its type to the letter."""


def _fit(kind: Any, value: Any) -> Any:
    """A value of a type, as pydantic makes it of one that is of this type to the letter. Raises _Odd for any other."""
    origin, inside = get_origin(kind), get_args(kind)
    if kind is Any or (kind in (str, bool, NoneType) and type(value) is kind):
        return value
    if origin in (Union, UnionType):
        return _first_fit(inside, value)
    if origin is Literal and any(type(value) is type(one) and value == one for one in inside):
        return value
    if origin is tuple and inside[1:] == (...,) and type(value) is list:
        return tuple(_fit(inside[0], item) for item in value)
    if origin is dict and type(value) is dict:
        return {_fit(inside[0], key): _fit(inside[1], item) for key, item in value.items()}
    return _made(kind, value)


def _first_fit(kinds: Iterable[Any], value: Any) -> Any:
    """What the first of several types makes of a value; no value is of two of those that are used here."""
    for kind in kinds:
        try:
            return _fit(kind, value)
        except _Odd:
            continue
    raise _Odd


def _made(kind: type, value: Any) -> Any:
    """An instance of a class, of this house as a rule."""
    try:
        if kind is Globs:
            return Globs.of(value)
        if issubclass(kind, Enum) and type(value) is str:
            return kind(value)
        if is_dataclass(kind) and type(value) is dict:
            hints = _hints(kind)
            return kind(**{name: _fit(hints[name], item) for name, item in value.items()})
    except (KeyError, TypeError, ValueError) as error:  # unknown or missing keys, and what the class refuses
        raise _Odd from error
    raise _Odd


@lru_cache(maxsize=32)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _data(file: File) -> Any:
    """What the first document says, in the reading in which ``off`` is a word and no boolean."""
    return file.documents[0].kustomize if file.documents else {}


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    from pydantic import ConfigDict, TypeAdapter

    # The switch that forbids unknown keys; pydantic reads it from the class, which it otherwise leaves plain.
    setattr(kind, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010
    return TypeAdapter(kind)


def schema_of(kind: type) -> dict[str, Any]:
    """The JSON Schema of what `validate` takes for a dataclass."""
    return _adapter(kind).json_schema()


def _mistakes(error: ValidationError, file: File, schema: Mapping[str, Any]) -> list[Mistake]:
    """The mistakes that pydantic found, in words, at their places in the file."""
    document = file.documents[0] if file.documents else None
    mistakes: dict[tuple[Route, str], Span] = {}
    for detail in error.errors():
        if detail["type"] == "literal_error" and isinstance(detail["input"], dict | list):
            continue  # the other branch of the union tells better what is wrong
        route = _written(detail["loc"], _data(file))
        is_key = detail["type"] in ("extra_forbidden", "unexpected_keyword_argument")
        span = document.locate(route, key=is_key) if document else Span(1, 1, 1, 1)
        mistakes.setdefault((route, _words(detail, route, schema)), span)
    return sorted(Mistake(Location(file.path, span), message) for (_, message), span in mistakes.items())


def _written(loc: tuple[int | str, ...], data: Any) -> Route:
    """The part of pydantic's location that stands in the file: branches of unions are names that do not."""
    route: list[int | str] = []
    for index, step in enumerate(loc):
        is_missing_key = index == len(loc) - 1 and isinstance(step, str) and "[" not in step
        if isinstance(data, dict) and (step in data or is_missing_key):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            continue
        route.append(step)
    return tuple(route)


def _words(detail: Mapping[str, Any], route: Route, schema: Mapping[str, Any]) -> str:
    where = describe(route)
    match detail["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return f"unknown key {route[-1]!r}{did_you_mean(str(route[-1]), _siblings(schema, route))}"
        case "missing" | "missing_argument":
            return f"{where} is missing"
        case "literal_error" | "enum":
            expected = detail["ctx"]["expected"].replace("'", "")
            options = expected.replace(" or ", ", ").split(", ")
            return f"{where} is {detail['input']!r}; it must be {expected}{did_you_mean(str(detail['input']), options)}"
        case "value_error":
            return f"{where}: {detail['ctx']['error']}"
        case "dataclass_type":
            return f"{where or 'the file'}: keys and values are expected here"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return f"{where} is {detail['input']!r}; it must be a date like 2026-12-31"
        case _:
            said = detail["msg"].removeprefix("Input ")
            return f"{where}: {said[:1].lower()}{said[1:]}"


def _siblings(schema: Mapping[str, Any], route: Route) -> list[str]:
    """The keys that are allowed where an unknown one stands."""
    definitions = schema.get("$defs", {})
    here: Any = schema
    for step in route[:-1]:
        here = _below(_resolved(here, definitions), step, definitions)
    names: list[str] = []
    for option in _options(_resolved(here, definitions), definitions):
        names += option.get("properties", {})
    return names


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Any:
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _options(schema: Any, definitions: Mapping[str, Any]) -> list[Any]:
    return [_resolved(option, definitions) for option in schema.get("anyOf", [schema])]


def _below(schema: Any, step: int | str, definitions: Mapping[str, Any]) -> Any:
    for option in _options(schema, definitions):
        inner = option.get("items") if isinstance(step, int) else option.get("properties", {}).get(step)
        inner = inner or (option.get("additionalProperties") if isinstance(step, str) else None)
        if isinstance(inner, dict):
            return inner
    return {}
