"""Lines of a file, fit to print: Secret values masked. Cleaning foreign text for a terminal is the renderer's part."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from gitops_lint import credentials
from gitops_lint.finding import Snippet
from gitops_lint.location import Location, Span
from gitops_lint.shape import list_at, mapping_at, text_at
from gitops_lint.texts.scripts import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.document import File
    from gitops_lint.location import Route
    from gitops_lint.model import Data

MASK = "*****"
MAX_LINE = 10_000
"""The longest line that is shown, in characters: what is longer was made by no hand."""
_SECRET = re.compile(r"\bkind[\"']?\s*:\s*[^\n#]*Secret|stringData|secretGenerator")
"""What a text with a Secret in it holds; a mere ``existingSecret: name`` is none."""
_PATCHES: tuple[Route, ...] = (
    ("patches",),
    ("patchesStrategicMerge",),
    ("patchesJson6902",),
    ("spec", "patches"),
    ("spec", "source", "kustomize", "patches"),
)
"""Where patches stand as text inside of other objects."""


def snippet(file: File | None, location: Location) -> Snippet | None:
    """The line of a location. None without a line, or where a broken file may hold a Secret that cannot be masked.

    In scripts and documents whatever is written like a password is masked.
    """
    span = location.span
    if file is None or span is None:
        return None
    text = file.line(span.line)
    if len(text) > MAX_LINE:
        return None
    is_script = file.path.endswith(".md") or kind_of(file.path) is not None
    secrets = () if is_script and not file.path.endswith((".yaml", ".yml")) else _secret_spans(file)
    if secrets is None:
        return None
    for secret in secrets:  # from the last to the first: the columns of those before stay right
        text = _masked(text, span.line, secret)
    for start, end in reversed(credentials.written_in(text) if is_script else ()):
        text = f"{text[:start]}{MASK}{text[end:]}"
    return Snippet(span.line, (text,))


def masked(file: File) -> str | None:
    """The text of a file with the values of Secrets masked; None where it may hold some that cannot be told."""
    secrets = _secret_spans(file)
    if not secrets:
        return file.text if secrets is not None else None
    lines = file.text.split("\n")
    for secret in secrets:
        for number in range(secret.line, min(secret.end_line, len(lines)) + 1):
            lines[number - 1] = _masked(lines[number - 1], number, secret)
    return "\n".join(lines)


def may_hold_secrets(file: File) -> bool:
    """Whether values of Secrets stand in a file, or may."""
    return _secret_spans(file) != ()


def one_line(file: File | None, span: Span) -> Span:
    """The part of a span that lies in its first line: code scanning shows no other regions well."""
    if span.end_line == span.line and span.end_column > span.column:
        return span
    text = file.line(span.line) if file else ""
    end = max(span.column + 1, len(text.rstrip()) + 1)
    return Span(span.line, span.column, span.line, end)


@lru_cache(maxsize=256)
def _secret_spans(file: File) -> tuple[Span, ...] | None:
    """Where the values of Secrets stand in a file; None where there may be some that cannot be told."""
    if not _SECRET.search(file.text):
        return ()
    if file.faults:
        return None
    found = {document.locate(route) for document in file.documents for route in secrets(document.data)}
    return tuple(sorted(found, reverse=True))


def secrets(data: Data, route: Route = ()) -> Iterator[Route]:
    """The routes to what must not be seen of an object; an item of a list is an object as well."""
    for index, item in enumerate(list_at(data, ("items",))):
        yield from secrets(item, (*route, "items", index))
    if text_at(data, ("kind",)) == "Secret":
        for field in ("data", "stringData"):
            yield from ((*route, field, key) for key in mapping_at(data, (field,)))
    for index, generator in enumerate(list_at(data, ("secretGenerator",))):
        for number, _ in enumerate(list_at(generator, ("literals",))):
            yield (*route, "secretGenerator", index, "literals", number)
    for steps in _PATCHES:
        for index, patch in enumerate(list_at(data, steps)):
            if isinstance(patch, str) and "Secret" in patch:
                yield (*route, *steps, index)
            elif "Secret" in text_at(patch, ("target", "kind")) + text_at(patch, ("patch",)):
                yield (*route, *steps, index, "patch")


def _masked(text: str, line: int, secret: Span) -> str:
    if not secret.line <= line <= secret.end_line:
        return text
    start = secret.column - 1 if line == secret.line else len(text) - len(text.lstrip())
    end = secret.end_column - 1 if line == secret.end_line else len(text)
    return f"{text[:start]}{MASK}{text[end:]}" if end > start else text
