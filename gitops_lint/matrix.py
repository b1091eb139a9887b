"""The responsibility matrix: rows, and which row an object belongs to. Knows no graph and no controller's objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.glob import crossing, glob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gitops_lint.model import Controller

KEYS = ("path", "kind", "name", "namespace", "chart", "image", "source", "cluster")
"""What a clause may ask for."""

NAMES_ONLY = frozenset({"chart", "image"})
"""Keys that alone are a heuristic: charts and images of one name come from many hands."""


class Traits(NamedTuple):
    """What a clause can ask of an object. Empty texts and lists match nothing."""

    path: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
    chart: str = ""
    images: tuple[str, ...] = ()
    source: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A conjunction: every key must match, by any of its globs."""

    globs: Mapping[str, tuple[str, ...]]
    _tests: tuple[tuple[str, Callable[[str], bool]], ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        tests = tuple((key, (glob if key == "path" else crossing)(*globs)) for key, globs in self.globs.items())
        object.__setattr__(self, "_tests", tests)

    @property
    def certain(self) -> bool:
        """Whether a match is more than a likeness of names."""
        return not set(self.globs) <= NAMES_ONLY

    def matches(self, traits: Traits) -> bool:
        return all(self._holds(key, test, traits) for key, test in self._tests)

    def may_match(self, kind: str) -> bool:
        """Whether it can match any object of a kind."""
        return all(test(kind) for key, test in self._tests if key == "kind")

    @staticmethod
    def _holds(key: str, test: Callable[[str], bool], traits: Traits) -> bool:
        if key == "image":
            return any(test(image) for image in traits.images)
        value: str = getattr(traits, key)
        return bool(value) and test(value)


class Component(NamedTuple):
    """What a row gives to an owner: the row as a whole, or one of its members."""

    name: str
    row: str
    owner: Controller
    clauses: tuple[Clause, ...]
    why: str
    planned: bool = False
    required: bool = True
    """Whether somebody must apply it: members, and rows without members."""
    allow: tuple[Clause, ...] = ()
    via: str | None = None
    """The kind of order that is to install it; None for any way."""

    def paths(self) -> Iterator[str]:
        """The globs of paths that the component may be found by."""
        for clause in self.clauses:
            yield from clause.globs.get("path", ())


class Match(NamedTuple):
    """The component of an object, and whether that is more than a likeness of names."""

    component: Component
    certain: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """A responsibility matrix. The order of the components is the order in which they are asked."""

    name: str
    components: tuple[Component, ...]
    _known: dict[Traits, Match | None] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was asked already: several rules ask about the same objects."""

    def match(self, traits: Traits) -> Match | None:
        """The component of an object: the first that matches for certain, else the first that is likely."""
        if traits not in self._known:
            self._known[traits] = self._match(traits)
        return self._known[traits]

    def _match(self, traits: Traits) -> Match | None:
        likely: Match | None = None
        for component in self.components:
            if any(clause.matches(traits) for clause in component.allow):
                continue
            for clause in component.clauses:
                if likely is not None and not clause.certain:
                    continue
                if clause.matches(traits):
                    if clause.certain:
                        return Match(component, certain=True)
                    likely = Match(component, certain=False)
        return likely

    def rows(self) -> Sequence[str]:
        """The names of the rows, in order."""
        return list(dict.fromkeys(component.row for component in self.components))


def default_clauses(name: str) -> tuple[Clause, ...]:
    """How a member is recognised that says nothing else: by a directory, a chart or an image of its name."""
    return (
        Clause({"path": (f"**/{name}/**", f"**/{name}.yaml")}),
        Clause({"name": (f"{name}*",), "chart": (name,)}),
        Clause({"name": (f"{name}*",), "image": (f"*/{name}",)}),
        Clause({"chart": (name,)}),
        Clause({"image": (f"*/{name}",)}),
    )


def normalise_image(image: str) -> str:
    """An image's repository in full, without tag and digest: ``traefik:v3`` is ``docker.io/library/traefik``."""
    name = image.partition("@")[0]
    head, _, tail = name.rpartition("/")
    name = f"{head}/{tail.partition(':')[0]}" if head else tail.partition(":")[0]
    registry = name.partition("/")[0]
    if "/" not in name:
        return f"docker.io/library/{name}"
    return name if "." in registry or ":" in registry or registry == "localhost" else f"docker.io/{name}"
