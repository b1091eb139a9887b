"""Dataclasses from YAML, by the only room that knows pydantic: every mistake in words, at its place in the file.

pydantic takes long to import, so that is left to the functions that need it: most runs validate nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

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
    from pydantic import ValidationError

    data = _data(file)
    adapter = _adapter(kind)
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        raise ConfigError(_mistakes(error, file, adapter.json_schema())) from error


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
