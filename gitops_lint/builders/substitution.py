"""Flux postBuild substitution over built objects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.envsubst import Unparsable, substitute, uses
from gitops_lint.model import OPAQUE, Problem, Ref, dig
from gitops_lint.repo import identify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Build, Built, Data

SWITCH = "kustomize.toolkit.fluxcd.io/substitute"
ESCAPE = "write ${name} for a variable, and $${ for a literal ${"


@dataclass(frozen=True, slots=True)
class Variables:
    """What postBuild knows. Not ``complete``: a Secret or an absent ConfigMap may define more."""

    values: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True
    active: bool = True


def substitute_all(build: Build, variables: Variables) -> None:
    """Replace the variables in every object of a build; a text that cannot be parsed becomes a problem.

    kustomize-controller substitutes only with postBuild and at least one variable, and never in objects that are
    labelled or annotated ``substitute: disabled`` (fluxcd/pkg, kustomize_varsub.go).
    """
    if variables.active:
        build.objects = [_substituted(built, variables, build) for built in build.objects]


def _substituted(built: Built, variables: Variables, build: Build) -> Built:
    if built.ref.group == OPAQUE or _is_switched_off(built.data):
        return built
    try:
        data = _replace(built.data, variables, ())
    except _Unparsable as error:
        message = f"{built.ref} holds a text that postBuild cannot substitute: {error.message}"
        place = built.locate(error.route)
        build.problems.append(
            Problem("substitution-syntax", message, place, label="not in the grammar of envsubst", help=ESCAPE)
        )
        return built
    if data is built.data:
        return built
    return replace(built, data=data, ref=identify(data) or built.ref)


class _Unparsable(Exception):
    def __init__(self, message: str, route: Route) -> None:
        super().__init__(message)
        self.message = message
        self.route = route


def _replace(data: Data, variables: Variables, route: Route) -> Data:
    """The data with its texts replaced; the very same where nothing was."""
    if isinstance(data, str):
        return _replace_text(data, variables, route) if "$" in data else data
    if isinstance(data, dict):
        changed = {
            key: new for key, value in data.items() if (new := _replace(value, variables, (*route, key))) is not value
        }
        return {**data, **changed} if changed else data
    if isinstance(data, list):
        items = [_replace(value, variables, (*route, index)) for index, value in enumerate(data)]
        return items if any(new is not old for new, old in zip(items, data, strict=True)) else data
    return data


def _replace_text(text: str, variables: Variables, route: Route) -> str:
    try:
        if not variables.complete and any(use.name not in variables.values for use in uses(text)):
            return text
        return substitute(text, variables.values).text
    except Unparsable as error:
        line = text.count("\n", 0, error.offset) + 1
        where = f"in line {line} of it, " if "\n" in text.rstrip() else ""
        raise _Unparsable(f"{where}{error.message}", route) from error


def _is_switched_off(data: Data) -> bool:
    return any(dig(data, ("metadata", field, SWITCH)) == "disabled" for field in ("labels", "annotations"))


def is_resolved(ref: Ref) -> bool:
    """Whether an identity holds no variable: one that does equals nothing."""
    return "${" not in ref.name and "${" not in ref.namespace
