"""What kustomize takes for an object: the parts of a document, and why it refuses one of them.

kustomize, api/resource/factory.go (inlineAnyEmbeddedLists, dropBadNodes); kyaml, yaml/rnode.go (GetValidatedMetadata).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.model import dig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Data


def parts(data: Data, route: Route = ()) -> Iterator[tuple[Route, Data]]:
    """The objects of a document and the routes to them: a list of objects is opened, what is empty is passed over."""
    if data is None or data == {} or data == []:
        return
    if isinstance(data, dict) and _is_list(data) and ("items" in data or data["kind"] == "List"):
        items = data.get("items")
        if isinstance(items, list):
            for index, item in enumerate(items):
                yield from parts(item, (*route, "items", index))
        if items is None or isinstance(items, list):
            return
    yield route, data


def why_no_object(data: Data) -> str | None:
    """Why kustomize takes no object from data; None where it does: it needs a kind and a name, and no apiVersion."""
    if not isinstance(data, dict):
        return "it is a list" if isinstance(data, list) else "it is plain text"
    if not _is_filled(data.get("kind")):
        return "kind is missing"
    if _is_list(data) or _is_filled(dig(data, ("metadata", "name"))):
        return None
    if dig(data, ("metadata", "generateName")) is not None:
        return "metadata.name is missing: kustomize takes no generateName"
    return "metadata.name is missing"


def what_is_missing(data: Data) -> str | None:
    """Why nobody can apply an object: kustomize refuses it, or the API server would; None where it is one."""
    if isinstance(data, dict):
        for field in ("apiVersion", "kind"):
            if not isinstance(data.get(field), str):
                return f"{field} is missing"
    if reason := why_no_object(data):
        return reason
    name = dig(data, ("metadata", "name"))
    if name is None:
        return "metadata.name is missing"
    return None if isinstance(name, str) else "metadata.name is no text: put it in quotes"


def _is_list(data: Data) -> bool:
    return isinstance(data.get("kind"), str) and data["kind"].endswith("List")


def _is_filled(value: Data) -> bool:
    """Whether something stands there that kustomize can read as a text: a number, too."""
    return value is not None and value != "" and not isinstance(value, dict | list)
