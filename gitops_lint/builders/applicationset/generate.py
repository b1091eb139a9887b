"""The Applications of an ApplicationSet: its template, once for each set of parameters.

argo-cd, applicationset/controllers/template/template.go, applicationset/utils/utils.go (RenderTemplateParams).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.applicationset.generators import kind_of, parameters
from gitops_lint.builders.applicationset.parameters import Failure, Scope, Unknown
from gitops_lint.builders.applicationset.rendering import Renderer, TooLarge
from gitops_lint.builders.template import Undefined
from gitops_lint.document import read
from gitops_lint.facts.syncpolicy import is_rolling
from gitops_lint.model import dig
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.builders.applicationset.parameters import Parameters, Sources
    from gitops_lint.location import Route
    from gitops_lint.model import Data

MAX_APPLICATIONS = 5_000
FIXED = (("metadata", "name"), ("spec", "project"))
UNFILLED = ("{{", "<no value>")
"""What a text holds that was not filled in."""


class Made(NamedTuple):
    """A generated Application: its data, and the parts of it that others than the template of the set have made."""

    data: Data
    patch: Data = None
    """What ``templatePatch`` says."""
    own: Data = None
    """The template of the generator, which is laid over that of the set."""
    own_route: Route = ()


class _Set(NamedTuple):
    """An ApplicationSet, and how its texts are filled in."""

    data: Data
    renderer: Renderer


def generate(data: Data, sources: Sources) -> Iterator[Made | Unknown]:
    """The template of an ApplicationSet, once for each parameter set of its generators."""
    template = mapping_at(data, ("spec", "template"))
    options = [str(option) for option in list_at(data, ("spec", "goTemplateOptions"))]
    renderer = Renderer(go=dig(data, ("spec", "goTemplate")) is True, strict="missingkey=error" in options)
    count, is_complete = 0, True
    for index, generator in enumerate(list_at(data, ("spec", "generators")) if template else ()):
        route: Route = ("spec", "generators", index)
        try:
            for found in parameters(generator, route, Scope(sources, renderer)):
                count += 1
                made = found if isinstance(found, Unknown) else _make(_Set(data, renderer), generator, route, found)
                # What is unknown of a generator may be a part of its parameters; it comes first in a merge.
                is_complete = is_complete and made is not found
                made = _of_generator(made, route if is_complete else None)
                if count > MAX_APPLICATIONS:
                    yield Unknown(("spec", "generators"), f"more than {MAX_APPLICATIONS:,} Applications")
                    return
                yield _with_prefix(made, template) if made is found else made
        except TooLarge:
            yield Unknown(("spec", "template"), "what its generators make of it is too large")
            return
        except Undefined as error:
            yield Unknown(route, f"Argo CD cannot fill it in: {error.reason}")


def _with_prefix(unknown: Unknown, template: Data) -> Unknown:
    """What is unknown, with the beginning of the path that its Applications read: that much is known."""
    path = text_at(template, ("spec", "source", "path"))
    prefix = path.partition("{{")[0].rpartition("/")[0]
    return unknown._replace(reason=f"{unknown.reason}; what it makes reads {prefix}/...") if prefix else unknown


def _of_generator(made: Made | Unknown, route: Route | None) -> Made | Unknown:
    """What was made, with the generator behind a failure; without the failure where more may be known to others."""
    if not isinstance(made, Unknown) or made.failure is None:
        return made
    return made._replace(failure=None if route is None else made.failure._replace(generator=route))


def _make(of: _Set, generator: Data, route: Route, found: Parameters) -> Made | Unknown:
    own_route = (*route, str(kind_of(generator)), "template")
    own = mapping_at(generator, own_route[len(route) :])
    template = ("spec", "template")
    merged = _merged(mapping_at(of.data, template), own)
    try:
        made = of.renderer.render(merged, found)
    except Undefined as error:
        field = next(_failing(of.renderer, merged, found, template), template)
        return _refused(of, Unknown(template, f"Argo CD cannot fill it in: {error.reason}"), error, field, found)
    patched = _patched(of, made, found)
    if isinstance(patched, Unknown):
        return patched
    for field in (("metadata", "name"), ("spec", "destination", "server"), ("spec", "destination", "name")):
        text = text_at(patched.data, field)
        if any(mark in text for mark in UNFILLED):
            return Unknown((*template, *field), f"the {field[-1]} {text} cannot be evaluated here")
    if not text_at(patched.data, ("metadata", "name")):
        return Unknown((*template, "metadata"), "the name is missing")
    result = _without_automation(patched.data) if is_rolling(of.data) else patched.data
    return patched._replace(data=result, own=own, own_route=own_route)


def _refused(of: _Set, unknown: Unknown, error: Undefined, field: Route, found: Parameters) -> Unknown:
    """What Argo CD does not fill in either, where the set asks for that: ``missingkey=error``."""
    return unknown._replace(failure=Failure(error.reason, field, found)) if of.renderer.strict else unknown


def _failing(renderer: Renderer, template: Data, found: Parameters, route: Route) -> Iterator[Route]:
    """Where the texts stand that cannot be filled in."""
    if isinstance(template, dict | list):
        for key, value in template.items() if isinstance(template, dict) else enumerate(template):
            yield from _failing(renderer, value, found, (*route, key))
    elif isinstance(template, str):
        try:
            renderer.text(template, found)
        except Undefined:
            yield route


def _patched(of: _Set, made: Data, found: Parameters) -> Made | Unknown:
    """The Application under ``templatePatch``, which changes neither its name nor its project."""
    patch, place = dig(of.data, ("spec", "templatePatch")), ("spec", "templatePatch")
    if not isinstance(patch, str):
        return Made(made)
    name = text_at(made, ("metadata", "name"))
    try:
        text = of.renderer.text(patch, found)
    except Undefined as error:
        unknown = Unknown(place, f"Argo CD cannot fill it in for {name}: {error.reason}")
        return _refused(of, unknown, error, place, found)
    file = read("templatePatch.yaml", text.encode("utf-8", "surrogatepass"))
    change = file.documents[0].data if len(file.documents) == 1 else None
    if "{{" in text or file.faults or not (change is None or isinstance(change, dict)):
        return Unknown(place, f"templatePatch cannot be evaluated here for {name}")
    change = _allowed(change)
    return Made(_merged(made, change), change)


def _allowed(change: Data) -> Data:
    """What a patch may change: all but the name and the project."""
    for field, key in FIXED:
        if key in mapping_at(change, (field,)):
            change = {**change, field: {name: value for name, value in change[field].items() if name != key}}
    return change


def _merged(data: Data, patch: Data) -> Data:
    """Data under others: maps merge, ``null`` deletes, anything else replaces."""
    if patch is None:
        return data
    if not (isinstance(data, dict) and isinstance(patch, dict)):
        return patch
    kept = {key: value for key, value in data.items() if patch.get(key, value) is not None or key not in patch}
    changed = {key: _merged(data.get(key), value) for key, value in patch.items() if value is not None}
    return {**kept, **changed}


def _without_automation(data: Data) -> Data:
    """What RollingSync leaves of an Application: the set syncs it itself, step by step (docs, Progressive-Syncs.md)."""
    policy = mapping_at(data, ("spec", "syncPolicy"))
    kept = {key: value for key, value in policy.items() if key != "automated"}
    return {**data, "spec": {**data["spec"], "syncPolicy": kept}} if policy else data
