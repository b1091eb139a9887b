"""The nodes of a template, and what cannot be one (Go, text/template/parse/node.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitops_lint.model import Data


class Unsupported(Exception):
    """A template, or a part of it, that cannot be evaluated here. ``offset`` counts characters from its beginning."""

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


class Literal(NamedTuple):
    """A text, a number, a boolean or nil, as written."""

    value: Data


class Chain(NamedTuple):
    """The fields of a value: of the dot (``base`` None), of a variable, or of what stands in parentheses."""

    base: Variable | Pipeline | None
    fields: tuple[str, ...]


class Variable(NamedTuple):
    """``$name``; the empty name is the data that the template began with."""

    name: str


class Call(NamedTuple):
    """A function and its arguments."""

    name: str
    arguments: tuple[Operand, ...]
    offset: int


class Pipeline(NamedTuple):
    """Commands, each of which is given the result of the one before it as its last argument."""

    commands: tuple[Operand, ...]
    names: tuple[str, ...] = ()
    """The variables that get the result; ``range`` has up to two."""
    declares: bool = True
    """Whether they are new (``:=``) or changed (``=``)."""


Operand = Literal | Chain | Call | Pipeline | Variable


class Text(NamedTuple):
    """Text as it is."""

    text: str


class Action(NamedTuple):
    """A pipeline whose result is printed, unless it goes to a variable."""

    pipeline: Pipeline


class Block(NamedTuple):
    """``if``, ``with`` or ``range``: its pipeline, what it holds, and what stands behind ``else``."""

    kind: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


class Jump(NamedTuple):
    """``break`` or, where it does not leave the loop, ``continue``."""

    leaves: bool


Node = Text | Action | Block | Jump
