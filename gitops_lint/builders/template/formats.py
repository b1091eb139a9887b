"""Go's own ways to print: printf, print and println (Go, fmt)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from gitops_lint.builders.template.values import Refused, formatted, joined, kind, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.model import Data

_VERB = re.compile(r"%([-+ 0]*)(\d*)(?:\.(\d*))?(.)?", re.DOTALL)
_TAKES = {"d": ("int",), "x": ("int",), "X": ("int",), "o": ("int",), "f": ("float64",), "t": ("bool",)}
"""The kinds that a verb fits, other than %s, %q and %v: for any other Go prints a complaint."""


def printf(form: str, *values: Data) -> str:
    """The verbs %s %q %v %d %x %X %o %f %t %% with flags, width and precision.

    Raises Refused for every other verb, and where Go would print a complaint in place of a value.
    """
    left = list(values)

    def fill(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if not left:
            raise Refused("a value is missing for a verb")
        if max(len(width), len(precision or "")) > 3:
            raise Refused("what it makes is too long")
        return _filled(flags, width, precision, verb or "", left.pop(0))

    parts, end = list[str](), 0
    for match in _VERB.finditer(form):
        parts += (form[end : match.start()], fill(match))
        end = match.end()
    if left:
        raise Refused("there are more values than verbs")
    return joined([*parts, form[end:]])


def _filled(flags: str, width: str, precision: str | None, verb: str, value: Data) -> str:
    dotted = "" if precision is None else f".{precision}"
    if verb in _TAKES and kind(value) in _TAKES[verb]:
        if verb == "t":
            return f"%{flags}{width}s" % formatted(value)
        return str(f"%{flags}{width}{dotted}{verb}" % value)
    if verb == "s" and isinstance(value, str):
        return f"%{flags}{width}{dotted}s" % value
    if verb == "s" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return f"%{flags}{width}s" % formatted(value)
    if verb == "q" and isinstance(value, str):
        return f"%{flags}{width}s" % quoted(value)
    if verb == "v" and not dotted and "+" not in flags:
        return f"%{flags}{width}s" % formatted(value) if "0" not in flags else f"%{flags}{width}d" % _whole(value)
    raise Refused(f"%{dotted}{verb} does not fit {kind(value)}")


def _whole(value: Data) -> int:
    if kind(value) != "int":
        raise Refused(f"%0v does not fit {kind(value)}")
    return int(value)


def spaced(*values: Data) -> str:
    """The values one after another, with a space between two of which neither is a text."""
    return joined(_spaced(values))


def _spaced(values: tuple[Data, ...]) -> Iterator[str]:
    yield from (formatted(value) for value in values[:1])
    for one, other in pairwise(values):
        yield "" if isinstance(one, str) or isinstance(other, str) else " "
        yield formatted(other)


def println(*values: Data) -> str:
    """The values with spaces between them, and the end of a line."""
    return joined(map(formatted, values), " ") + "\n"
