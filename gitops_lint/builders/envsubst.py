r"""Flux's postBuild substitution: a text and variables become a text.

The grammar and its quirks are those of fluxcd/pkg, envsubst (a fork of drone/envsubst), close to bash.

=====================================  ====================================================================
``${v}``                               the value
``${v:-d}  ${v-d}  ${v:=d}  ${v=d}``   ``d`` where the value is empty; so do ``${v:?d}`` and ``${v:+d}``
``${#v}``                              the length in bytes
``${v^}  ${v^^}  ${v,}  ${v,,}``       upper or lower case: the first character, or every one
``${v:n}  ${v:n:l}``                   from byte n on, l bytes; unchanged where n or l is no number
``${v#p}  ${v##p}  ${v%p}  ${v%%p}``   without the shortest or longest prefix or suffix that a glob matches
``${v/a/b}  ${v//a/b}``                the first ``a``, or every one, replaced; ``a`` is literal, not a glob
``${v/#a/b}  ${v/%a/b}``               a prefix or suffix replaced; unchanged where nothing stands for ``b``
``$$``                                 a dollar; ``$v`` without braces stays as it is
=====================================  ====================================================================

An argument is a literal or one ``${...}``; only a default mixes them. It counts even where it is not needed.
Inside braces ``$$`` stays as it is, except in the replacing forms, which also know ``\/`` and ``\\``.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.trimming import trim_prefix, trim_suffix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

VARIABLE = re.compile(r"^[_a-zA-Z][_a-zA-Z0-9]*\Z")
"""How postBuild may name a variable that it defines (fluxcd/pkg, kustomize_varsub.go)."""

MAX_DEPTH = 50
"""How deep ``${a:-${b:-...}}`` may nest."""

MAX_WORK = 1 << 22
"""What one text may cost, in characters read or written and steps of globs: more than an API object holds."""


class Unparsable(ValueError):
    """A text that fails the build: ``message`` says why, ``offset`` is the index of the ``$`` at fault.

    The message quotes nothing, since the text may be that of a Secret.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Use(NamedTuple):
    """A variable used in a text; ``offset`` is the index of its ``$``."""

    name: str
    offset: int
    has_default: bool


class Result(NamedTuple):
    """A text after substitution; ``undefined`` are the uses of unknown variables without a default."""

    text: str
    undefined: tuple[Use, ...]
    uses: tuple[Use, ...]


def substitute(text: str, variables: Mapping[str, str]) -> Result:
    """Replace the variables of a text as kustomize-controller does once substitution is on.

    Line feeds vanish from values (fluxcd/pkg, kustomize_varsub.go). An undefined variable becomes empty; that
    Flux fails on it from 2.9 on is for the caller to say. Raises Unparsable.
    """
    template = _Parser(text).template()
    used = tuple(_uses(template))
    undefined = tuple(use for use in used if not use.has_default and use.name not in variables)
    return Result(_Evaluation(variables).join(template), undefined, used)


def uses(text: str) -> tuple[Use, ...]:
    """The variables that a text uses, nested ones too, by offset. Raises Unparsable."""
    return tuple(_uses(_Parser(text).template()))


def extent(text: str, offset: int) -> int:
    """Where the ``${...}`` that begins at ``offset`` ends; behind the word after ``${`` where nothing closes it."""
    depth, position = 0, offset
    for found in _BRACE.finditer(text, offset):
        depth, position = depth + (1 if found[0] == "${" else -1), found.end()
        if depth == 0:
            return position
    word = _WORD.match(text, offset)
    return word.end() if word else offset


# -- the grammar --

_LENGTH = "length"
_DEFAULTS = frozenset({":-", "-", ":=", "=", ":?", ":+"})

_NAME = re.compile(r"\w+")
_OPERATOR = re.compile(r":[-=?+]?|[-=]|##?|%%?|/[/#%]?|[,^]{1,2}|")
_COLONS = re.compile(r":+")
_SLASHES = re.compile(r"/+")

_WORD = re.compile(r"\$\{[\w.]*")
_BRACE = re.compile(r"\$\{|\}")

# Where a literal ends. A group is what is left of an escape, behind which the literal goes on.
_TEXT_END = re.compile(r"\$(\$)|\$\{")
_WORD_END = re.compile(r"\}|\$\{")
_NUMBER_END = re.compile(r"[:}]|\$\{")
_PATTERN_END = re.compile(r"\$(\$)|\\([/\\])|/|\$\{")
_REPLACEMENT_END = re.compile(r"\$(\$)|\\([/\\])|\}|\$\{")


class _Expansion(NamedTuple):
    """One ``${...}``; without an operator the value is taken as it is."""

    name: str
    operator: str
    arguments: tuple[str | _Expansion, ...]
    offset: int


def _uses(pieces: Iterable[str | _Expansion]) -> Iterator[Use]:
    for piece in pieces:
        if isinstance(piece, _Expansion):
            yield Use(piece.name, piece.offset, piece.operator in _DEFAULTS)
            yield from _uses(piece.arguments)


class _Parser:
    """Reads a text once, from left to right: every method starts at ``position`` and moves it on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.open: list[int] = []
        """The offsets of the ``${`` that are being read, the innermost last."""

    def template(self) -> list[str | _Expansion]:
        pieces: list[str | _Expansion] = []
        while self.position < len(self.text):
            pieces.append(self._literal(_TEXT_END) or self._expansion())
        return pieces

    def _expansion(self) -> _Expansion:
        self.open.append(self.position)
        if len(self.open) > MAX_DEPTH:
            raise self._error(f"substitutions are nested more than {MAX_DEPTH} deep")
        self.position += len("${")
        is_length = self._skip("#")
        name = self._take(_NAME)
        if not name:
            raise self._error("no name of a variable follows `${`")
        operator = _LENGTH if is_length else self._take(_OPERATOR)
        arguments = tuple(self._arguments(operator))
        if not self._skip("}"):
            is_open = "}" not in self.text[self.position :]
            raise self._error("`}` is missing behind `${`" if is_open else "something unknown stands before `}`")
        return _Expansion(name, operator, arguments, self.open.pop())

    def _arguments(self, operator: str) -> Iterator[str | _Expansion]:
        if operator in _DEFAULTS:
            while not self._is_at("}"):
                yield self._argument(_WORD_END)
        elif operator == ":":
            yield self._argument(_NUMBER_END)
            if self._take(_COLONS):
                yield self._argument(_WORD_END)
        elif operator.startswith("/"):
            yield self._argument(_PATTERN_END)
            if not self._take(_SLASHES):
                raise self._error("no `/` ends the text that is to be replaced")
            if not self._is_at("}"):
                yield self._argument(_REPLACEMENT_END)
        elif operator.startswith(("#", "%")):
            yield self._argument(_WORD_END)

    def _argument(self, end: re.Pattern[str]) -> str | _Expansion:
        if self._is_at("${"):
            return self._expansion()
        literal = self._literal(end)
        if not literal:
            raise self._error("an operator lacks what it works with, or `}` is missing")
        return literal

    def _literal(self, end: re.Pattern[str]) -> str:
        """What stands before ``end``, or before the end of everything, its escapes resolved."""
        pieces = []
        start = self.position
        for found in end.finditer(self.text, start):
            pieces.append(self.text[start : found.start()])
            if found.lastindex is None:
                self.position = found.start()
                return "".join(pieces)
            pieces.append(found[found.lastindex])
            start = found.end()
        self.position = len(self.text)
        return "".join(pieces) + self.text[start:]

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.position)
        token = found[0] if found else ""
        self.position += len(token)
        return token

    def _skip(self, token: str) -> bool:
        if not self._is_at(token):
            return False
        self.position += len(token)
        return True

    def _is_at(self, token: str) -> bool:
        return self.text.startswith(token, self.position)

    def _error(self, message: str) -> Unparsable:
        return Unparsable(message, self.open[-1])


# -- evaluation --


class _Evaluation:
    """One run over a template, within MAX_WORK: short texts over long values must not take for ever."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.left = MAX_WORK

    def join(self, pieces: Iterable[str | _Expansion]) -> str:
        return "".join(piece if isinstance(piece, str) else self._value(piece) for piece in pieces)

    def _value(self, expansion: _Expansion) -> str:
        name, operator, pieces, offset = expansion
        arguments = [self.join([piece]) for piece in pieces]
        value = self.variables.get(name, "").replace("\n", "")
        self.left -= _cost(operator, value, arguments)
        if self.left < 0:
            raise Unparsable("the values that this text asks for are too long", offset)
        try:
            return _FUNCTIONS.get(operator, _unchanged)(value, *arguments)
        except ValueError as error:
            raise Unparsable(str(error), offset) from error


def _cost(operator: str, value: str, arguments: list[str]) -> int:
    """The characters read and written, and the steps of a glob."""
    size = len(value) + sum(map(len, arguments))
    if operator.startswith(("#", "%")):
        return size + len(value) * len(arguments[0])
    if operator.startswith("/") and len(arguments) > 1:
        return size + value.count(arguments[0]) * len(arguments[1])
    return size


def _unchanged(value: str) -> str:
    """For ``${v}``, and for mixed cases as in ``${v^,}``, which parse but change nothing."""
    return value


def _default(value: str, *words: str) -> str:
    return value or "".join(words)


def _cased(value: str, *, change: Callable[[str], str]) -> str:
    """Each character changed; one that would become two stays as it is, since Go maps one to one."""
    return "".join(new if len(new := change(old)) == 1 else old for old in value)


def _capital(value: str, *, change: Callable[[str], str]) -> str:
    return _cased(value[:1], change=change) + value[1:]


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _length(value: str) -> str:
    return str(len(_bytes(value)))


def _substring(value: str, *numbers: str) -> str:
    """The bytes from an offset on, up to a length; the value itself where either is no number (18 digits fit).

    An offset below zero counts from the end; only a nested value can be one, since ``:-`` is another operator.
    Raises ValueError for a length below zero, on which envsubst panics.
    """
    if not all(re.fullmatch(r"[+-]?[0-9]{1,18}", number) for number in numbers):
        return value
    raw = _bytes(value)
    start, *length = map(int, numbers)
    start = start if start >= 0 else max(0, len(raw) + start)
    end = start + length[0] if length else len(raw)
    if end < min(start, len(raw)):
        raise ValueError("the length of a substring is negative")
    return raw[start:end].decode("utf-8", "replace")


def _replace(value: str, old: str, new: str = "", *, count: int) -> str:
    return value.replace(old, new, count)


def _replace_prefix(value: str, old: str, new: str | None = None) -> str:
    return value if new is None or not value.startswith(old) else new + value.removeprefix(old)


def _replace_suffix(value: str, old: str, new: str | None = None) -> str:
    return value if new is None or not value.endswith(old) else value.removesuffix(old) + new


_FUNCTIONS: Mapping[str, Callable[..., str]] = {
    **dict.fromkeys(_DEFAULTS, _default),
    _LENGTH: _length,
    "^": partial(_capital, change=str.upper),
    "^^": partial(_cased, change=str.upper),
    ",": partial(_capital, change=str.lower),
    ",,": partial(_cased, change=str.lower),
    ":": _substring,
    "#": partial(trim_prefix, longest=False),
    "##": partial(trim_prefix, longest=True),
    "%": partial(trim_suffix, longest=False),
    "%%": partial(trim_suffix, longest=True),
    "/": partial(_replace, count=1),
    "//": partial(_replace, count=-1),
    "/#": _replace_prefix,
    "/%": _replace_suffix,
}
