"""The generators by name, and how they are combined. argo-cd, applicationset/generators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.applicationset import clusters, git
from gitops_lint.builders.applicationset.parameters import Parameters, Unknown, flat
from gitops_lint.builders.applicationset.selectors import lets_through
from gitops_lint.builders.template import weight
from gitops_lint.document import read
from gitops_lint.model import dig
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.builders.applicationset.parameters import Found, Scope
    from gitops_lint.location import Route
    from gitops_lint.model import Data

MAX_DEPTH = 4
"""Matrix and merge generators inside each other; Argo CD itself allows two."""


def kind_of(generator: Data) -> str | None:
    """What a generator is called; None for one of a kind that is not evaluated here."""
    return next((kind for kind in KINDS if isinstance(generator, dict) and kind in generator), None)


def parameters(generator: Data, route: Route, scope: Scope) -> Found:
    """The sets of one generator, those that its ``selector`` lets through."""
    if not isinstance(generator, dict) or scope.depth > MAX_DEPTH:
        return
    kind = kind_of(generator)
    if kind is None:
        names = ", ".join(sorted(str(name) for name in generator if name != "selector")) or "empty"
        yield Unknown(route, f"the {names} generator needs a running cluster or service")
        return
    selector = mapping_at(generator, ("selector",))
    for found in KINDS[kind](mapping_at(generator, (kind,)), (*route, kind), scope):
        scope.renderer.spend(weight(found) // 100)
        if isinstance(found, Unknown) or not selector or lets_through(selector, dict(flat(found))):
            yield found


def _list(settings: Data, route: Route, scope: Scope) -> Found:
    """The elements of a list, which are written there or in a text. Without goTemplate all values must be texts."""
    for index, element in enumerate([*list_at(settings, ("elements",)), *_of_yaml(settings)]):
        if not isinstance(element, dict):
            continue
        if scope.go:
            yield element
            continue
        values = {f"values.{key}": value for key, value in mapping_at(element, ("values",)).items()}
        texts = {**{key: value for key, value in element.items() if key != "values"}, **values}
        wrong = next((key for key, value in texts.items() if not isinstance(value, str)), None)
        if wrong is not None:
            yield Unknown((*route, "elements", index), f"{wrong} must be a text, without goTemplate")
        else:
            yield texts


def _of_yaml(settings: Data) -> Iterator[Data]:
    """``elementsYaml``: a list as a text, mostly made of a parameter of the generator around it."""
    documents = read("elementsYaml.yaml", text_at(settings, ("elementsYaml",)).encode()).documents
    yield from documents[0].data if documents and isinstance(documents[0].data, list) else ()


# -- combinations ------------------------------------------------------------------------------------------------------


def _matrix(settings: Data, route: Route, scope: Scope) -> Found:
    """Every pair of two generators; all texts of the second one are filled in with the parameters of the first."""
    inner = list_at(settings, ("generators",))
    if len(inner) != 2:
        yield Unknown(route, "a matrix combines exactly two generators")
        return
    within = scope._replace(depth=scope.depth + 1)
    for one in parameters(inner[0], (*route, "generators", 0), within):
        if isinstance(one, Unknown):
            yield one
            continue
        for other in parameters(scope.renderer.render(inner[1], one), (*route, "generators", 1), within):
            if isinstance(other, Unknown):
                yield other
            elif clash := _clash(one, other, scope):
                yield Unknown(route, f"both generators of the matrix set {clash}, to different values")
            else:
                yield _laid_over(one, other)


def _clash(one: Parameters, other: Parameters, scope: Scope) -> str | None:
    """A parameter of which two generators have different ideas; with goTemplate the second one wins."""
    return None if scope.go else next((key for key in one if key in other and one[key] != other[key]), None)


def _merge(settings: Data, route: Route, scope: Scope) -> Found:
    """The sets of the first generator, each with what the others say of the one with the same keys."""
    keys = [str(key) for key in list_at(settings, ("mergeKeys",))]
    within = scope._replace(depth=scope.depth + 1)
    sides = [
        list(parameters(item, (*route, "generators", index), within))
        for index, item in enumerate(list_at(settings, ("generators",)))
    ]
    if len(sides) < 2 or not keys:
        yield Unknown(route, "a merge needs two generators and mergeKeys")
        return
    yield from (found for side in sides for found in side if isinstance(found, Unknown))
    known = [[found for found in side if not isinstance(found, Unknown)] for side in sides]
    by_key = [{_key(found, keys): found for found in side} for side in known]
    if any(len(table) < len(side) for table, side in zip(by_key, known, strict=True)):
        yield Unknown(route, "several sets of one of its generators have the same mergeKeys")
        return
    for key, base in by_key[0].items():
        merged: Parameters = base
        for overrides in by_key[1:]:
            merged = _laid_over(merged, overrides.get(key, {}))
        yield merged


def _key(found: Parameters, keys: list[str]) -> tuple[str, ...]:
    return tuple(str(found.get(key, dig(dict(found), tuple(key.split("."))))) for key in keys)


def _laid_over(below: Parameters, above: Parameters) -> Parameters:
    """Parameters under others: trees are merged, anything else is replaced."""

    def over(key: str, value: Data) -> Data:
        known = below.get(key)
        return _laid_over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value

    return {**below, **{key: over(key, value) for key, value in above.items()}}


KINDS: Mapping[str, Callable[[Data, Route, Scope], Found]] = {
    "list": _list,
    "clusters": clusters.parameters,
    "git": git.parameters,
    "matrix": _matrix,
    "merge": _merge,
}
"""The generators that are evaluated: what they are called, and the function from their settings to their sets."""
