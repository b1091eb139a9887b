r"""JSON and YAML inside of a text, where the path of a replacement leads on: ``data.settings\.json.server.port``.

kustomize, api/filters/replacement/replacement.go (setValueInStructuredData, since 5.8): the text is read, changed and
written anew. JSON comes out sorted, in one line or in the one layout that Go indents it in. Of YAML the layout is kept
here, while kustomize changes it in places: lists lose their indentation, blank lines go.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitops_lint import scalars
from gitops_lint.builders.kustomize import gojson
from gitops_lint.builders.kustomize.fieldpaths import exchange, lookup, spelling
from gitops_lint.builders.kustomize.traced import Traced, Unpatchable, text
from gitops_lint.document import Document, read
from gitops_lint.model import Places, dig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.builders.kustomize.fieldpaths import Matcher
    from gitops_lint.builders.kustomize.traced import Budget
    from gitops_lint.location import Route
    from gitops_lint.model import Data


CHARACTERS = 10
"""So many characters of a text are one step of a budget: reading YAML is slow, and every replacement does it anew."""


class Mistyped(Unpatchable):
    """A value that cannot stand where a number, a boolean or a null does."""


class Unknowable(Exception):
    """kustomize would do it, and what comes of it cannot be told here."""


def set_inside(document: Traced, steps: Sequence[str], matcher: Matcher, budget: Budget) -> Traced | None:
    """The object after a path was followed into the text that stands in its way.

    None where there is no such text, or nothing in it to set: then the path is for the object alone. Raises Unknowable,
    and Unpatchable where nothing is left of the budget.
    """
    for end in range(1, len(steps)):
        try:
            route = lookup(document.data, steps[:end])
        except Unpatchable:
            return None
        if route is None:
            return None
        if not isinstance(dig(document.data, route), dict | list):
            field = document
            for step in route:
                field = field.child(step)
            budget.spend(len(text(field.data)) // CHARACTERS)
            changed = _changed(field, steps[end:], matcher)
            return exchange(document, route, changed) if changed is not None else None
    return None


def _changed(field: Traced, steps: Sequence[str], matcher: Matcher) -> Traced | None:
    """A text with something set in what is written in it."""
    written = spelling(field)
    documents = read("", written.encode("utf-8", "surrogatepass")).documents
    if not documents or documents[0].index > 0:  # oddly enough, fields created in a null are made and lost
        is_null = written.strip() and scalars.kustomize(written.strip()) is None
        return field if is_null and matcher.kind is not None else None
    inner = documents[0].kustomize
    is_json = written.strip()[:1] in ("{", "[")
    try:
        data = matcher.set(Traced(inner, Places(matcher.place)), steps).data
    except Mistyped:
        if is_json:
            return field  # kustomize fails to write JSON, and says nothing
        raise Unknowable("a value of another type in the YAML of a text") from None
    except Unpatchable:
        return None
    rewritten = _as_json(data, written) if is_json else _as_yaml(documents, written, data)
    return Traced(rewritten, Places(matcher.place)) if rewritten != field.data else field


def _as_json(data: Data, written: str) -> str:
    """The data in one line, or indented if they were."""
    return gojson.marshal(data, indented="\n" in written and "  " in written)


def _as_yaml(documents: Sequence[Document], written: str, data: Data) -> str:
    """The text with other scalars in the places of those that changed. Raises Unknowable for everything else."""
    document = documents[0]
    routes = list(_differences(document.kustomize, data, ()))
    spans = sorted(((document.locate(route), route) for route in routes), reverse=True)
    lines = written.split("\n")
    for span, route in spans:
        value = dig(data, route)
        if isinstance(value, dict | list) or span.line != span.end_line:
            raise Unknowable("a new layout of the YAML in a text")
        line = lines[span.line - 1]
        quoted = _quoted(value, line[span.column - 1 : span.end_column - 1])
        lines[span.line - 1] = line[: span.column - 1] + quoted + line[span.end_column - 1 :]
    rewritten = "\n".join(lines).strip("\n")
    after = read("", rewritten.encode("utf-8", "surrogatepass")).documents
    if len(documents) > 1 or len(after) != 1 or after[0].kustomize != data:
        raise Unknowable("a new layout of the YAML in a text")
    return rewritten


def _quoted(value: Data, before: str) -> str:
    """A scalar in the quotes of the one whose place it takes, or in those that it needs."""
    if not isinstance(value, str):
        return text(value)
    if before.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    if before.startswith('"') or not scalars.is_text(value):
        return json.dumps(value, ensure_ascii=False)
    documents = read("", f"- {value} #\n".encode("utf-8", "surrogatepass")).documents
    return value if documents and documents[0].kustomize == [value] else "'" + value.replace("'", "''") + "'"


def _differences(before: Data, after: Data, route: Route) -> Iterator[Route]:
    """The routes to what differs between two states of a value."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for key in before:
            yield from _differences(before[key], after[key], (*route, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differences(*pair, (*route, index))
    elif type(before) is not type(after) or before != after:
        yield route
