"""``vars``: values of objects that stand for ``$(NAME)`` in other objects; deprecated, and still met.

kustomize, api/internal/accumulator/resaccumulator.go (MergeVars, ResolveVars), api/filters/refvar.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.fieldpaths import lookup, spelling, split
from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.traced import Traced, Unpatchable, text
from gitops_lint.model import Places, dig
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry, Layer
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Ref

MAX_TEXT = 10_000_000
"""Characters that all variables of a build may fill in: a long value in many places would fill the memory."""

_USE = re.compile(r"\$(?:\$|\((?P<name>[^)]*)\)|[^$])", re.DOTALL)
"""``$$``, ``$(NAME)``, or a dollar that begins nothing (filters/refvar/expand.go)."""
_INDEXED = re.compile(r"(.*)\[([0-9]+)\]")
"""A field and an index in one step of a path: ``containers[0]`` (kyaml, yaml/rnode.go, convertSliceIndex)."""
_DECIMAL = re.compile(r"[+-]?[0-9]+")


class _Call(NamedTuple):
    """What an ``objref`` calls an object, apart from its namespace."""

    group: str
    version: str
    kind: str
    name: str


class Variable(NamedTuple):
    """A variable: its entry, and the fields of it that matter."""

    name: str
    entry: Entry

    @property
    def path(self) -> str:
        """The dotted path of the field whose value it takes."""
        given = (text_at(self.entry.value, ("fieldref", key)) for key in ("fieldpath", "fieldPath"))
        return next(filter(None, given), "metadata.name")

    @property
    def target(self) -> tuple[_Call, str]:
        """What its ``objref`` calls the object, and the namespace; an apiVersion outdoes group and version."""
        given, group, version, kind, name, namespace = (
            text_at(self.entry.value, ("objref", key))
            for key in ("apiVersion", "group", "version", "kind", "name", "namespace")
        )
        its_group, _, its_version = given.rpartition("/")
        return _Call(its_group or group, its_version or version, kind, name), namespace


def variables_of(layer: Layer) -> list[Variable]:
    """The variables that a layer declares; one without a name is called ``$()``."""
    return [
        Variable(text_at(entry.value, ("name",)), entry)
        for entry in layer.entries("vars")
        if isinstance(entry.value, dict)
    ]


def attach(resources: list[Resource], variables: Sequence[Variable], faults: Faults) -> list[Resource]:
    """The objects, each with the names of the variables that take their value from it.

    It is looked up once, in the layer that declares the variable, by any of its identities so far.
    """
    if not variables:
        return resources
    called: dict[_Call, list[int]] = {}
    for index, resource in enumerate(resources):
        for call in {_Call(ref.group, resource.version, ref.kind, ref.name) for ref in _refs(resource)}:
            called.setdefault(call, []).append(index)
    result = list(resources)
    for variable in variables:
        call, namespace = variable.target
        found = [index for index in called.get(call, ()) if _is_in(resources[index], namespace)]
        if len(found) > 1:
            listed = ", ".join(str(resources[index].ref) for index in found)
            faults.variable(variable.entry, f"the variable {variable.name} may mean any of {listed}")
        elif found:
            named = result[found[0]]
            result[found[0]] = replace(named, variables=(*named.variables, variable.name))
    return result


def _refs(resource: Resource) -> Iterator[Ref]:
    """What an object is and was called; its API is the present one (kustomize, api/internal/utils, PrevIds)."""
    yield resource.ref
    yield from (ref._replace(group=resource.ref.group) for ref in resource.earlier)


def _is_in(resource: Resource, namespace: str) -> bool:
    """Whether an object is or was in a namespace; no namespace is any."""
    if not namespace:
        return True
    return not resource.is_cluster_scoped and any((ref.namespace or "default") == namespace for ref in _refs(resource))


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
    givers = {name: resource for resource in resources for name in resource.variables}
    for variable in variables:
        giver = givers.get(variable.name)
        value = _value(variable, giver) if giver is not None else None
        if value is not None:
            values[variable.name] = value
        elif faults.complete:
            faults.variable(variable.entry, f"nothing in this build gives the variable {variable.name} a value")
    return _expanded(resources, _Expansion(values), variables[0].entry, specs, faults) if values else resources


def _expanded(
    resources: list[Resource], expansion: _Expansion, entry: Entry, specs: Sequence[FieldSpec], faults: Faults
) -> list[Resource]:
    result: list[Resource] = []
    for resource in resources:
        try:
            result.append(apply(resource, specs, expansion.change))
        except _TooMuch:
            message = f"the variables of this build fill in more than {MAX_TEXT:,} characters"
            faults.refuse("too-large", message, entry.place, "use replacements, or a file that is mounted")
            return [*result, *resources[len(result) :]]
        except FieldFault as fault:
            faults.field(entry, fault)
            result.append(resource)
    return result


def _value(variable: Variable, resource: Resource) -> Traced | None:
    """The field that a variable stands for; None where there is none, or none that kustomize can read."""
    try:
        route = lookup(resource.data, list(_steps(variable.path)))
    except Unpatchable:
        return None
    if route is None:
        return None
    return _decoded(Traced(dig(resource.data, route), Places(resource.places.locate(route))))


def _steps(path: str) -> Iterator[str]:
    for step in split(path):
        indexed = _INDEXED.fullmatch(step)
        yield from indexed.groups() if indexed else (step,)


def _decoded(value: Traced) -> Traced | None:
    """A value as kustomize reads it: null is a text, and of whole numbers it knows decimal ones only.

    kyaml, yaml/rnode.go, GetFieldValue.
    """
    if value.data is None or isinstance(value.data, str):
        return value._replace(data=text(None) if value.data is None else spelling(value))
    if not isinstance(value.data, int) or isinstance(value.data, bool):
        return value
    written = spelling(value)
    if _DECIMAL.fullmatch(written):
        return value._replace(data=int(written))
    return value if "." in written or "e" in written.lower() else None


class _TooMuch(Exception):
    """The variables of a build fill in more text than it may have."""


class _Expansion:
    """The values of the variables of a build, and the characters that they may still fill in."""

    def __init__(self, values: Mapping[str, Traced]) -> None:
        self.values = {name: value for name, value in values.items() if not isinstance(value.data, dict | list)}
        """kustomize puts no collection into a text; ``$(NAME)`` stays, as with a name that it does not know."""
        self.left = MAX_TEXT

    def change(self, field: Traced | None) -> Traced | None:
        """A text, or the texts of a mapping or list one level deep, expanded; None where nothing changes.

        Raises FieldFault for a list of anything but texts, _TooMuch where no more text may be made.
        """
        if field is None or field.data is None:
            return None
        if isinstance(field.data, dict):
            changed = {key: new for key in field.data if (new := self.scalar(field.child(key))) is not None}
            return field.with_fields(changed) if changed else None
        if isinstance(field.data, list):
            return self.sequence(field)
        return self.scalar(field)

    def sequence(self, field: Traced) -> Traced | None:
        elements = field.elements()
        for element in elements:
            if not isinstance(element.data, str):
                raise FieldFault("with vars, a list that may hold them must hold texts only", element.place)
        expanded = [self.scalar(element) for element in elements]
        if all(each is None for each in expanded):
            return None
        return field.with_elements([new or old for new, old in zip(expanded, elements, strict=True)])

    def scalar(self, field: Traced) -> Traced | None:
        """A text with the values in it; what is one variable and nothing else takes over its type."""
        if not isinstance(field.data, str) or "$" not in field.data:
            return None
        whole = _USE.fullmatch(field.data)
        if whole and whole["name"] in self.values:
            return self.values[whole["name"]]
        used: list[Traced] = []

        def fill(use: re.Match[str]) -> str:
            value = self.values.get(use["name"]) if use["name"] is not None else None
            if value is None:
                return "$" if use[0] == "$$" else use[0]
            used.append(value)
            return self.spent(text(value.data))

        # Behind the last bracket nothing is a name: to look there for the end of each would take for ever.
        head, bracket, tail = field.data.rpartition(")")
        filled = _USE.sub(fill, head + bracket) + tail.replace("$$", "$")
        if filled == field.data:
            return None
        return Traced(filled, Places(used[0].place) if used else field.places)

    def spent(self, filled: str) -> str:
        """A text that is filled in, once it is counted."""
        self.left -= len(filled)
        if self.left < 0:
            raise _TooMuch
        return filled
