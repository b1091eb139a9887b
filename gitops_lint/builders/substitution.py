"""Flux postBuild substitution over built objects.

fluxcd/pkg, kustomize_varsub.go: each object is written as YAML, the variables are replaced in that text, and it is
read again. So keys are substituted too, a text may become a number or a mapping, and one that breaks the YAML fails
the build.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.envsubst import VARIABLE, Unparsable, extent, substitute, uses
from gitops_lint.excerpt import part_of
from gitops_lint.identity import identify
from gitops_lint.marshalled import Malformed, rewritten, rewritten_key
from gitops_lint.model import OPAQUE, Meant, Place, Places, Problem, Ref, dig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Build, Built, Data

    Rewrite = Callable[[Callable[[str], str]], Data]
    """Applies a change to the writing of one text."""

SWITCH = "kustomize.toolkit.fluxcd.io/substitute"
SYNTAX = "substitution-syntax"
UNDEFINED = "undefined-variable"
ESCAPE = "write ${name} for a variable, and $${ for a literal ${"
MAX_UNDEFINED = 100
"""The variables without a value that are told of one build."""


@dataclass(frozen=True, slots=True)
class Variables:
    """What postBuild knows.

    A variable has a known value, or is known by name alone (``unknown``: it stands in a Secret), or is not defined.
    That it is not defined is known only where they are ``complete``: a ConfigMap that is not in Git may define more.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    complete: bool = True
    active: bool = True
    strict: bool | None = None
    """Whether an undefined variable fails the build (Flux 2.9 and later) or is empty (before); None: not known."""

    @property
    def names(self) -> frozenset[str]:
        """All that are defined, as far as that is known."""
        return self.unknown | self.values.keys()


def substitute_all(build: Build, variables: Variables) -> None:
    """Replace the variables in every object of a build; a text that cannot be parsed becomes a problem.

    kustomize-controller substitutes only with postBuild and at least one variable, and never in objects that are
    labelled or annotated ``substitute: disabled`` (fluxcd/pkg, kustomize_varsub.go).
    """
    if not variables.active:
        return
    gaps: Gaps = {}
    build.objects = [_Substitution(built, variables, build, gaps).done() for built in build.objects]
    for name, found in list(gaps.items())[:MAX_UNDEFINED]:
        build.problems.append(_undefined(name, found, fails=variables.strict is True))


def is_name(name: str) -> bool:
    """Whether postBuild may define a variable of that name; one that it may not fails the build."""
    return VARIABLE.match(name) is not None


def is_resolved(ref: Ref) -> bool:
    """Whether an identity holds no variable: one that does equals nothing."""
    return "${" not in ref.name and "${" not in ref.namespace


Gaps = dict[str, dict[Ref, Place]]
"""Variables that nothing defines: the objects that use them, and where each does so first."""


def _undefined(name: str, users: Mapping[Ref, Place], *, fails: bool) -> Problem:
    """One problem for all uses of a variable: they are mended by one definition. Nothing of a Secret is quoted."""
    first = next((ref for ref in users if ref.kind != "Secret"), next(iter(users)))
    is_secret = first.kind == "Secret"
    who = f"{first} and {len(users) - 1} more use" if len(users) > 1 else f"{first} uses"
    what, shown = ("a variable", "NAME") if is_secret else (f"the variable {name}", name)
    message = f"{who} {what}, which nothing defines: {'that fails the build' if fails else 'it becomes empty'}"
    advice = f"define {shown} in postBuild, write ${{{shown}:-default}}, or $${{{shown}}} for the text itself"
    case = "fails" if fails else "empty"
    return Problem(UNDEFINED, message, users[first], case=case, label="not defined", help=advice)


class _Broken(Exception):
    """The object cannot be substituted: at ``route``, for ``reason``, by the ``${`` at ``offset`` if it is known."""

    def __init__(self, reason: str, label: str, route: Route, text: str, offset: int | None) -> None:
        super().__init__(reason)
        self.reason, self.label, self.route, self.text, self.offset = reason, label, route, text, offset


class _Substitution:
    """The substitution of one object: what it found on the way."""

    def __init__(self, built: Built, variables: Variables, build: Build, gaps: Gaps) -> None:
        self.built = built
        self.variables = variables
        self.build = build
        self.gaps = gaps
        self.moved: list[tuple[Route, Route]] = []
        """Where a key was and where it is, for every key that was substituted, the outer ones first."""
        self.fails = False

    def done(self) -> Built:
        """The object as it is applied; as it was where it cannot be substituted."""
        built = self.built
        if built.ref.group == OPAQUE or "$" not in repr(built.data) or _is_switched_off(built.data):
            return built  # most objects hold no variable: their text tells it in a hundredth of the time of a walk
        try:
            data = self._value(built.data, (), ())
        except _Broken as error:
            self._note_broken(error)
            return built
        if data is built.data or self.fails:
            return built
        return replace(built, data=data, places=self._places(), ref=identify(data) or built.ref)

    # -- data --------------------------------------------------------------------------------------------------

    def _value(self, data: Data, old: Route, new: Route) -> Data:
        """The data with its texts replaced, the very same where nothing was; it was at ``old`` and is at ``new``."""
        if isinstance(data, str):
            if "$" not in data:
                return data
            is_element = bool(old) and isinstance(old[-1], int)
            return self._try(data, old, lambda change: rewritten(data, change, element=is_element))
        if isinstance(data, dict):
            return self._mapping(data, old, new)
        if isinstance(data, list):
            items = [self._value(item, (*old, index), (*new, index)) for index, item in enumerate(data)]
            return items if any(one is not other for one, other in zip(items, data, strict=True)) else data
        return data

    def _mapping(self, data: Mapping[str, Data], old: Route, new: Route) -> Data:
        changed: dict[str, Data] = {}
        same = True
        for key, value in data.items():
            renamed = self._key(key, (*old, key)) if "$" in key else key
            if renamed != key:
                self.moved.append(((*old, key), (*new, renamed)))
            changed[renamed] = self._value(value, (*old, key), (*new, renamed))
            same = same and renamed == key and changed[renamed] is value
        return data if same else changed

    def _key(self, key: str, route: Route) -> str:
        return str(self._try(key, route, lambda change: rewritten_key(key, change)))

    def _try(self, text: str, route: Route, rewrite: Rewrite) -> Data:
        """A text rewritten, or left as it is where that takes a variable that is not known. Raises _Broken."""
        try:
            if not self._is_known(text, route):
                return text
            return rewrite(lambda writing: substitute(writing, self.variables.values).text)
        except Unparsable as error:
            raise _Broken(error.message, "not in the grammar of envsubst", route, text, _offset(text, error)) from error
        except Malformed as error:
            raise _Broken(str(error), "no YAML after it", route, text, None) from error

    def _is_known(self, text: str, route: Route) -> bool:
        """Whether all is known that a text uses; notes what is not defined. Raises Unparsable."""
        known = True
        for use in uses(text):
            if use.name in self.variables.values:
                continue
            may_be_defined = use.name in self.variables.unknown or not self.variables.complete
            if may_be_defined or (not use.has_default and self.variables.strict is None):
                known = False
            elif not use.has_default:
                self.fails = self.fails or self.variables.strict is True
                users = self.gaps.setdefault(use.name, {})
                if self.built.ref not in users:
                    users[self.built.ref] = self._place(route, text, use.offset)
        return known

    # -- places ------------------------------------------------------------------------------------------------

    def _places(self) -> Places:
        places = self.built.places
        for old, new in self.moved:
            places = places.put(new, _cut(self.built.places, old))
        return places

    # -- problems ----------------------------------------------------------------------------------------------

    def _note_broken(self, error: _Broken) -> None:
        line = error.text.count("\n", 0, error.offset) + 1 if error.offset is not None else 1
        where = f"in line {line} of it, " if "\n" in error.text.rstrip() and error.offset is not None else ""
        message = f"{self.built.ref} holds a text that postBuild cannot substitute: {where}{error.reason}"
        place = self._place(error.route, error.text, error.offset)
        quoted = "" if error.offset is None else error.text[error.offset : extent(error.text, error.offset)]
        meant = Meant(quoted, f"${quoted}", "write $${ for this ${") if quoted else None
        self.build.problems.append(Problem(SYNTAX, message, place, label=error.label, help=ESCAPE, meant=meant))

    def _place(self, route: Route, text: str, offset: int | None) -> Place:
        """Where a ``${...}`` stands; the value around it where that cannot be told."""
        place = self.built.locate(route)
        return place if offset is None else part_of(place, offset, text[offset : extent(text, offset)])


def _offset(text: str, error: Unparsable) -> int | None:
    """The offset of a fault in a text, of which the error tells the one in its writing."""
    try:
        uses(text)
    except Unparsable as same:
        return same.offset
    return error.offset if text.startswith("${", error.offset) else None


def _cut(places: Places, route: Route) -> Places:
    """The places of what stands at a route."""
    node: Places | None = places
    for step in route:
        node = node.children.get(step) if node and node.children else None
    return Places(places.locate(route), node.children if node else None)


def _is_switched_off(data: Data) -> bool:
    return any(dig(data, ("metadata", field, SWITCH)) == "disabled" for field in ("labels", "annotations"))
