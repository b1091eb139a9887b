"""CEL, the language of Kubernetes' ValidatingAdmissionPolicy: compiled once, asked of many objects.

The engine is cel-cpp (cel-expr-python). It bounds the iterations of an expression by itself; that is all that keeps a
page from running for ever.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LENGTH = 10_000
"""The longest expression, in characters."""
MAX_INTEGER = 2**63

_PLACE = re.compile(r"<input>:(\d+):(\d+): (.*)")


class ExpressionError(Exception):
    """An expression that cannot be compiled, or not be answered. ``line`` and ``column`` count from 1 inside of it."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.about = ""
        """What it was asked of, in words, once somebody knows."""
        self.line = line
        self.column = column


class Expression:
    """An expression over named variables of any type. Raises ExpressionError for one that is none."""

    def __init__(self, text: str, variables: tuple[str, ...]) -> None:
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_optional, ext_strings

        if len(text) > MAX_LENGTH:
            raise ExpressionError(f"it is longer than {MAX_LENGTH:,} characters")
        environment = cel.NewEnv(
            variables=dict.fromkeys(variables, cel.Type.DYN),
            extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings()],
        )
        try:
            self._compiled = environment.compile(text)
        except RuntimeError as error:
            raise _located(str(error)) from None
        kind = self._compiled.return_type()
        if kind.name() not in ("BOOL", "DYN"):
            raise ExpressionError(f"its type is {kind.name().lower()}, and must be bool")

    def holds(self, variables: Mapping[str, Any]) -> bool:
        """Whether the expression is true. Raises ExpressionError where it gives anything but true or false."""
        try:
            value = self._compiled.eval(data={name: _plain(value) for name, value in variables.items()})
        except RuntimeError as error:
            raise ExpressionError(_without_code(str(error))) from None
        kind = value.type().name()
        if kind == "ERROR":
            raise ExpressionError(_without_code(str(value.plain_value())))
        if kind != "BOOL":
            raise ExpressionError(f"its type is {kind.lower()}, and must be bool")
        return bool(value.plain_value())


def _plain(value: Any) -> Any:
    """A value as CEL takes it: numbers beyond 64 bits become floating-point ones."""
    if isinstance(value, str):  # first, since most values are texts
        return value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and not -MAX_INTEGER <= value < MAX_INTEGER:
        return float(value)
    return value


def _located(message: str) -> ExpressionError:
    found = _PLACE.search(message)
    if found is None:
        return ExpressionError(_without_code(message))
    return ExpressionError(_without_code(found[3]), int(found[1]), int(found[2]))


def _without_code(message: str) -> str:
    """An error of the engine without its status codes."""
    return re.sub(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$", "", message.strip()).strip()
