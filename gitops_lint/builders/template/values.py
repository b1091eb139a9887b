"""Values as Go has them: what is true, how they are printed, which are the same (Go, text/template and fmt).

A number of JSON is a float, one that a template holds or a function makes is an int: for Go these are different types,
and no function that takes the one takes the other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_lint.model import Data

MAX_TEXT = 1_000_000
"""The longest text that a function makes, in characters."""
MAX_WEIGHT = 4_000_000
"""The most that `weight` counts: as much as the aliases of one document may stand for."""
_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip


class Refused(Exception):
    """What Go would refuse to do with these values, or what is not done here."""


def as_json(data: Data) -> Data:
    """Data as a program in Go has them that has read them from JSON: every number is a float."""
    if isinstance(data, dict):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_json(value) for value in data]
    if isinstance(data, int) and not isinstance(data, bool):
        return float(data) if abs(data) < 10**308 else math.copysign(math.inf, data)
    return data


def truth(value: Data) -> bool:
    """What ``if`` takes for true: anything that is not empty, zero, false or nil."""
    return bool(value)


def printed(value: Data) -> str:
    """A value as ``{{ }}`` prints it."""
    return "<no value>" if value is None else formatted(value)


def formatted(value: Data) -> str:
    """A value as the verb ``%v`` prints it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if isinstance(value, int) else _float(value)
    if isinstance(value, list):
        return f"[{' '.join(map(formatted, value))}]"
    return f"map[{' '.join(f'{key}:{formatted(value[key])}' for key in sorted(value))}]"


def _float(value: float) -> str:
    """The fewest digits that tell the number, with an exponent below 1e-4 and from 1e+06 on (strconv, ftoa.go)."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    count = next(digits for digits in range(18) if float(f"{value:.{digits}e}") == value)
    mantissa, exponent = f"{value:.{count}e}".split("e")
    power = int(exponent)
    return f"{value:.{max(count - power, 0)}f}" if -4 <= power < 6 else f"{mantissa}e{exponent}"


def quoted(text: str) -> str:
    """A text as a literal of Go (strconv, Quote)."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def kind(value: Data) -> str:
    """The kind of a value in the words of Go's package reflect."""
    for types, name in ((bool, "bool"), (int, "int"), (float, "float64"), (str, "string"), (list, "slice")):
        if isinstance(value, types):
            return name
    return "invalid" if value is None else "map"


def is_equal(one: Data, other: Data) -> bool:
    """Whether ``eq`` finds two values the same. Raises Refused for values that cannot be compared."""
    if one is None or other is None:
        return one is other
    if kind(one) != kind(other) or kind(one) in ("slice", "map"):
        raise Refused(f"{kind(one)} and {kind(other)} cannot be compared")
    return bool(one == other)


def is_less(one: Data, other: Data) -> bool:
    """Whether ``lt`` finds the one before the other. Raises Refused for values that have no order."""
    if kind(one) != kind(other) or kind(one) not in ("int", "float64", "string"):
        raise Refused(f"{kind(one)} and {kind(other)} have no order")
    return bool(one < other)


def is_identical(one: Data, other: Data) -> bool:
    """Whether two values are the same to the last type (reflect.DeepEqual)."""
    if kind(one) != kind(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_identical, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_identical(value, other[key]) for key, value in one.items())
    return bool(one == other)


def bounded(text: str) -> str:
    """The text. Raises Refused for one that is too long."""
    if len(text) > MAX_TEXT:
        raise Refused("what it makes is too long")
    return text


def joined(parts: Iterable[str], mark: str = "") -> str:
    """Texts with a mark between them. Raises Refused as soon as that is too long."""
    kept, size = list[str](), 0
    for part in parts:
        size += len(part) + len(mark)
        if size > MAX_TEXT:
            raise Refused("what it makes is too long")
        kept.append(part)
    return mark.join(kept)


def weight(value: Data) -> int:
    """How much work a value may make: ten for each value in it, one for each character; not counted beyond a limit.

    Lists that hold one another many times over are small, and what is printed of them is endless.
    """
    pending, total = [value], 0
    while pending and total <= MAX_WEIGHT:
        item = pending.pop()
        total += 10 + (len(item) if isinstance(item, str) else 0)
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item.values())
    return total


def whole(value: Data) -> int:
    """What sprig's arithmetic makes of a value: 64 bits, zero where it is no number (sprig, numeric.go)."""
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, int | float) and math.isfinite(value):
        return wrapped(int(value))
    return 0


def _parsed(text: str) -> int:
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    octal = len(digits) > 1 and digits[0] == "0" and digits[1:].isdecimal()
    try:
        number = int(f"{sign}{digits}", 8 if octal else 0) if len(text) <= 70 and digits == digits.strip() else 0
    except ValueError:
        return 0
    return number if -(2**63) <= number < 2**63 else 0


def wrapped(number: int) -> int:
    """A number as 64 bits hold it."""
    return (number + 2**63) % 2**64 - 2**63
