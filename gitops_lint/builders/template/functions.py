"""The functions of a template by name, with what each takes: Go's own, sprig's common ones, and Argo CD's.

Go calls no function with a value of another type than it takes, so neither does this: ``upper`` of a number fails
the template. What depends on the moment or the machine (``now``, ``randAlpha``, ``env``) is left out, and so is what
changes a map in place.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.template import lists, texts
from gitops_lint.builders.template.formats import printf, println, spaced
from gitops_lint.builders.template.values import (
    Refused,
    is_equal,
    is_identical,
    is_less,
    joined,
    kind,
    quoted,
    truth,
    whole,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_lint.model import Data


class Function(NamedTuple):
    """A function, and a letter for the type of each argument: see `TYPES`; ``*`` stands for any number of the last."""

    takes: str
    run: Callable[..., Data]


TYPES = {"s": ("string",), "i": ("int",), "b": ("bool",), "l": ("slice",), "m": ("map",)}
"""The kinds of values that a letter stands for; ``.`` stands for all."""


def call(name: str, arguments: Sequence[Data]) -> Data:
    """What a function makes of its arguments. Raises Refused for an unknown one, and for arguments it does not take."""
    function = FUNCTIONS.get(name)
    if function is None:
        raise Refused(f"the function {name} is not known here")
    fixed = function.takes.removesuffix("*")
    is_variadic = fixed != function.takes
    least = len(fixed) - is_variadic
    if len(arguments) < least or (len(arguments) > least and not is_variadic):
        raise Refused(f"{name} does not take {len(arguments)} arguments")
    letters = [*fixed[:least], *repeat(fixed[-1:], len(arguments) - least)]
    for letter, argument in zip(letters, arguments, strict=True):
        if letter != "." and kind(argument) not in TYPES[letter]:
            raise Refused(f"{name} takes no {kind(argument)} there")
    try:
        return function.run(*arguments)
    except Refused as refused:
        raise Refused(f"{name}: {refused}") from None


def _length(value: Data) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | dict):
        return len(value)
    raise Refused(f"{kind(value)} has no length")


def _index(value: Data, *keys: Data) -> Data:
    for key in keys:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list | str) and kind(key) == "int":
            items = value.encode() if isinstance(value, str) else value
            if not 0 <= key < len(items):
                raise Refused(f"the index {key} is out of range")
            value = items[key]
        else:
            raise Refused(f"{kind(value)} has no index of the type {kind(key)}")
    return value


def _equal(first: Data, *others: Data) -> bool:
    if not others:
        raise Refused("it needs two values")
    return any(is_equal(first, other) for other in others)


def _default(fallback: Data, *given: Data) -> Data:
    return given[0] if given and truth(given[0]) else fallback


def _quotient(one: Data, other: Data, *, remainder: bool) -> int:
    """Division towards zero, as in Go."""
    dividend, divisor = whole(one), whole(other)
    if divisor == 0:
        raise Refused("a division by zero")
    size = abs(dividend) % abs(divisor) if remainder else abs(dividend) // abs(divisor)
    is_negative = dividend < 0 if remainder else (dividend < 0) != (divisor < 0)
    return wrapped(-size if is_negative else size)


def _product(*values: Data) -> int:
    result = 1
    for value in values:
        result = wrapped(result * whole(value))
    return result


FUNCTIONS: dict[str, Function] = {
    "index": Function("..*", _index),
    "len": Function(".", _length),
    "not": Function(".", lambda value: not truth(value)),
    "eq": Function("..*", _equal),
    "ne": Function("..", lambda one, other: not is_equal(one, other)),
    "lt": Function("..", is_less),
    "le": Function("..", lambda one, other: is_less(one, other) or is_equal(one, other)),
    "gt": Function("..", lambda one, other: is_less(other, one)),
    "ge": Function("..", lambda one, other: is_less(other, one) or is_equal(one, other)),
    "printf": Function("s.*", printf),
    "print": Function(".*", spaced),
    "println": Function(".*", println),
    # sprig: texts
    "lower": Function("s", str.lower),
    "upper": Function("s", str.upper),
    "title": Function("s", texts.title),
    "untitle": Function("s", texts.untitle),
    "trim": Function("s", str.strip),
    "trimAll": Function("ss", lambda cut, text: text.strip(cut) if cut else text),
    "trimPrefix": Function("ss", lambda cut, text: text.removeprefix(cut)),
    "trimSuffix": Function("ss", lambda cut, text: text.removesuffix(cut)),
    "nospace": Function("s", lambda text: "".join(text.split())),
    "replace": Function("sss", texts.replace),
    "contains": Function("ss", lambda part, text: part in text),
    "hasPrefix": Function("ss", lambda part, text: text.startswith(part)),
    "hasSuffix": Function("ss", lambda part, text: text.endswith(part)),
    "quote": Function(".*", lambda *values: joined((quoted(texts.text(v)) for v in values if v is not None), " ")),
    "squote": Function(".*", lambda *values: joined((f"'{texts.text(v)}'" for v in values if v is not None), " ")),
    "cat": Function(".*", lambda *values: joined((texts.text(v) for v in values if v is not None), " ")),
    "toString": Function(".", texts.text),
    "splitList": Function("ss", texts.split),
    "split": Function("ss", lambda mark, text: {f"_{i}": part for i, part in enumerate(texts.split(mark, text))}),
    "join": Function("s.", lists.join),
    "trunc": Function("is", texts.trunc),
    "substr": Function("iis", texts.substr),
    "repeat": Function("is", texts.repeat),
    "indent": Function("is", texts.indent),
    "nindent": Function("is", lambda spaces, text: "\n" + texts.indent(spaces, text)),
    "b64enc": Function("s", texts.encoded),
    "b64dec": Function("s", texts.decoded64),
    "sha256sum": Function("s", texts.sha256),
    "base": Function("s", texts.base),
    "dir": Function("s", texts.directory),
    "regexMatch": Function("ss", texts.regex_match),
    "regexFind": Function("ss", texts.regex_find),
    "regexReplaceAll": Function("sss", texts.regex_replace),
    "regexReplaceAllLiteral": Function("sss", texts.regex_replace_literal),
    "toJson": Function(".", texts.to_json),
    "fromJson": Function("s", texts.parsed),
    "toYaml": Function(".", texts.to_yaml),
    "fromYaml": Function("s", texts.parsed),
    "fromYamlArray": Function("s", lambda text: lists.items(texts.parsed(text))),
    # sprig: numbers
    "int": Function(".", whole),
    "int64": Function(".", whole),
    "atoi": Function("s", texts.atoi),
    "add": Function(".*", lambda *values: wrapped(sum(map(whole, values)))),
    "add1": Function(".", lambda value: wrapped(whole(value) + 1)),
    "sub": Function("..", lambda one, other: wrapped(whole(one) - whole(other))),
    "mul": Function("..*", _product),
    "div": Function("..", lambda one, other: _quotient(one, other, remainder=False)),
    "mod": Function("..", lambda one, other: _quotient(one, other, remainder=True)),
    "max": Function("..*", lambda *values: max(map(whole, values))),
    "min": Function("..*", lambda *values: min(map(whole, values))),
    "until": Function("i", lists.until),
    # sprig: lists and maps
    "list": Function(".*", lambda *values: list(values)),
    "tuple": Function(".*", lambda *values: list(values)),
    "first": Function("l", lambda found: found[0] if found else None),
    "last": Function("l", lambda found: found[-1] if found else None),
    "rest": Function("l", lambda found: found[1:]),
    "initial": Function("l", lambda found: found[:-1]),
    "reverse": Function("l", lambda found: found[::-1]),
    "compact": Function("l", lambda found: [item for item in found if truth(item)]),
    "slice": Function("li*", lists.part),
    "uniq": Function("l", lists.uniq),
    "without": Function("l.*", lists.without),
    "has": Function(".l", lists.has),
    "append": Function("l.", lambda found, item: [*found, item]),
    "prepend": Function("l.", lambda found, item: [item, *found]),
    "concat": Function("l*", lists.concat),
    "sortAlpha": Function(".", lists.sort),
    "dict": Function(".*", lists.dictionary),
    "get": Function("ms", lambda found, key: found.get(key, "")),
    "hasKey": Function("ms", lambda found, key: key in found),
    "keys": Function("m*", lists.keys),
    "pick": Function("ms*", lambda found, *keys: {key: found[key] for key in keys if key in found}),
    "omit": Function("ms*", lambda found, *keys: {key: found[key] for key in found if key not in keys}),
    "dig": Function("..*", lists.dig),
    # sprig: decisions and types
    "default": Function("..*", _default),
    "empty": Function(".", lambda value: not truth(value)),
    "coalesce": Function(".*", lambda *values: next(filter(truth, values), None)),
    "ternary": Function("..b", lambda yes, no, condition: yes if condition else no),
    "deepEqual": Function("..", is_identical),
    "kindOf": Function(".", kind),
    "kindIs": Function("s.", lambda name, value: kind(value) == name),
    # Argo CD
    "normalize": Function("s", texts.normalize),
    "slugify": Function("..*", texts.slugify),
}
"""By name. ``and`` and ``or`` are not among them: they leave arguments alone that they need not look at."""
