"""``vars``: values of objects that stand for ``$(NAME)`` in other objects; deprecated, and still met.

kustomize, api/internal/accumulator/resaccumulator.go (MergeVars, ResolveVars), api/filters/refvar.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import OPAQUE, Places, dig
from gitops_lint.shape import mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry, Layer
    from gitops_lint.builders.kustomize.resource import Resource

_USE = re.compile(r"\$(?:\$|\((?P<name>[^)]*)\)|(?P<other>[^$(]|\())", re.DOTALL)
"""``$$``, ``$(NAME)``, or a dollar that begins nothing (filters/refvar/expand.go)."""
_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


class Variable(NamedTuple):
    """A variable: its entry, and the fields of it that matter."""

    name: str
    entry: Entry

    @property
    def path(self) -> str:
        """The dotted path of the field whose value it takes."""
        given = (text_at(self.entry.value, ("fieldref", key)) for key in ("fieldpath", "fieldPath"))
        return next(filter(None, given), "metadata.name")


def variables_of(layer: Layer) -> list[Variable]:
    """The variables that a layer declares."""
    return [
        Variable(entry.value["name"], entry)
        for entry in layer.entries("vars")
        if isinstance(entry.value, dict) and isinstance(entry.value.get("name"), str)
    ]


def attach(resources: list[Resource], variables: Sequence[Variable], faults: Faults) -> list[Resource]:
    """The objects, each with the names of the variables that take their value from it.

    It is looked up once, in the layer that declares the variable, by any of its identities so far.
    """
    for variable in variables:
        found = [resource for resource in resources if _is_meant(variable, resource)]
        if len(found) > 1:
            listed = ", ".join(str(resource.ref) for resource in found)
            faults.variable(variable.entry, f"the variable {variable.name} may mean any of {listed}")
        elif found:
            named = replace(found[0], variables=(*found[0].variables, variable.name))
            resources = [named if resource is found[0] else resource for resource in resources]
    return resources


def _is_meant(variable: Variable, resource: Resource) -> bool:
    wanted = mapping_at(variable.entry.value, ("objref",))
    group, _, version = str(wanted.get("apiVersion", "")).rpartition("/")
    group, version = str(wanted.get("group") or group), str(wanted.get("version") or version)
    namespace = wanted.get("namespace")
    return (group, version, wanted.get("kind")) == (resource.ref.group, resource.version, resource.ref.kind) and any(
        ref.name == wanted.get("name") and (not namespace or (ref.namespace or "default") == namespace)
        for ref in (resource.ref, *resource.earlier)
    )


def without_twins(variables: Sequence[Variable], faults: Faults) -> tuple[Variable, ...]:
    """The variables, each name once; a second one of a name is refused."""
    known: dict[str, Variable] = {}
    for variable in variables:
        if known.setdefault(variable.name, variable) is not variable:
            faults.variable(variable.entry, f"the variable {variable.name} is declared twice in this build")
    return tuple(known.values())


def resolve(
    resources: list[Resource], variables: Sequence[Variable], specs: Sequence[FieldSpec], faults: Faults
) -> list[Resource]:
    """The objects with the values of the variables in them; with any variable at all, ``$$`` becomes ``$``."""
    values: dict[str, Traced] = {}
    for variable in variables:
        value = _value(variable, resources)
        if value is not None:
            values[variable.name] = value
        elif faults.complete:
            faults.variable(variable.entry, f"nothing in this build gives the variable {variable.name} a value")
    if not values:
        return resources

    def change(field: Traced | None) -> Traced | None:
        return _expanded_within(field, lambda inner: _expanded(inner, values))

    result = []
    for resource in resources:
        try:
            result.append(apply(resource, specs, change) if resource.ref.group != OPAQUE else resource)
        except FieldFault as fault:
            faults.variable(variables[0].entry, fault.message)
            result.append(resource)
    return result


def _value(variable: Variable, resources: Sequence[Resource]) -> Traced | None:
    for resource in resources:
        if variable.name in resource.variables:
            route = tuple(_STEP.findall(variable.path))
            steps = [int(a) if a.isdecimal() else a or b for a, b in route]
            found = dig(resource.data, tuple(steps))
            return None if found is None else Traced(found, Places(resource.places.locate(tuple(steps))))
    return None


def _expanded_within(field: Traced | None, expand: Callable[[Traced], Traced | None]) -> Traced | None:
    """A text, or the texts of a mapping or list one level deep, expanded; None where nothing changes."""
    if field is None or field.data is None:
        return None
    if isinstance(field.data, dict):
        changed = {key: new for key in field.data if (new := expand(field.child(key))) is not None}
        return field.with_fields(changed) if changed else None
    if isinstance(field.data, list):
        elements = field.elements()
        expanded = [expand(element) for element in elements]
        if all(each is None for each in expanded):
            return None
        return field.with_elements([new or old for new, old in zip(expanded, elements, strict=True)])
    return expand(field)


def _expanded(field: Traced, values: Mapping[str, Traced]) -> Traced | None:
    if not isinstance(field.data, str) or "$" not in field.data:
        return None
    whole = _USE.fullmatch(field.data)
    if whole and whole["name"] in values and not isinstance(values[whole["name"]].data, dict | list):
        return values[whole["name"]]
    used: list[Traced] = []

    def fill(match: re.Match[str]) -> str:
        name = match["name"]
        if match[0] == "$$":
            return "$"
        if name is None or name not in values or isinstance(values[name].data, dict | list):
            return match[0]
        used.append(values[name])
        return _printed(values[name])

    text = _USE.sub(fill, field.data)
    if text == field.data:
        return None
    return Traced(text, Places(used[0].place) if used else field.places)


def _printed(value: Traced) -> str:
    """A value inside of a text, as Go prints it."""
    return str(value.data).lower() if isinstance(value.data, bool) else str(value.data)
