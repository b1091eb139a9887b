"""What sprig does with lists and maps (sprig, list.go and dict.go). Nothing is changed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.template.values import Refused, formatted, is_identical, joined, kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.model import Data

MAX_ITEMS = 10_000
"""The longest list that a function makes of others."""
MAX_PAIRS = 100_000
"""How many pairs of items a function compares."""


def items(value: Data) -> list[Data]:
    """The value as the list that it is. Raises Refused for anything else."""
    if isinstance(value, list):
        return value
    raise Refused(f"{kind(value)} is no list")


def join(mark: str, value: Data) -> str:
    """The items of a list as texts, with a mark between them; anything else is the only item, nil is none."""
    found = value if isinstance(value, list) else [value]
    return joined((formatted(item) for item in found if item is not None), mark)


def until(count: int) -> list[Data]:
    """The whole numbers from zero up, or down, to one before the count."""
    if abs(count) > MAX_ITEMS:
        raise Refused("what it makes is too long")
    return list(range(0, count, 1 if count >= 0 else -1))


def part(found: list[Data], *bounds: int) -> list[Data]:
    """The items from one index to another; sprig puts this in the place of Go's own ``slice``."""
    first, last = (*bounds, *(0, len(found))[len(bounds) :])
    if len(bounds) > 2 or not 0 <= first <= last <= len(found):
        raise Refused("its bounds are out of range")
    return found[first:last]


def uniq(found: list[Data]) -> list[Data]:
    """The items without those that have been there before."""
    _check_pairs(found, found)
    kept: list[Data] = []
    for item in found:
        if not has(item, kept):
            kept.append(item)
    return kept


def without(found: list[Data], *unwanted: Data) -> list[Data]:
    """The items that are none of the others."""
    _check_pairs(found, unwanted)
    return [item for item in found if not has(item, list(unwanted))]


def has(item: Data, found: list[Data]) -> bool:
    """Whether an item is in a list."""
    return any(is_identical(item, other) for other in found)


def concat(*lists: list[Data]) -> list[Data]:
    """The items of all lists."""
    if sum(map(len, lists)) > MAX_ITEMS:
        raise Refused("the list is too long")
    return [item for one in lists for item in one]


def sort(value: Data) -> list[Data]:
    """The items as texts, in the order of their bytes; anything but a list is the only item."""
    return sorted(map(formatted, value)) if isinstance(value, list) else [formatted(value)]


def dictionary(*pairs: Data) -> dict[str, Data]:
    """A map of keys and values in turn; a last key without a value has an empty text."""
    if any(isinstance(key, list | dict) for key in pairs[::2]):
        raise Refused("a list or map is no key")
    return {formatted(key): value for key, value in zip(pairs[::2], [*pairs[1::2], ""], strict=False)}


def keys(*maps: dict[str, Data]) -> list[Data]:
    """The keys of maps. Go has them in an order that nobody knows; here they are sorted."""
    return [key for found in maps for key in sorted(found)]


def dig(*steps: Data) -> Data:
    """The value at the end of the keys ``dig KEY... DEFAULT MAP``, or the default."""
    if len(steps) < 3:
        raise Refused("it needs a key, a default and a map")
    *path, fallback, value = steps
    for key in path:
        if not (isinstance(value, dict) and isinstance(key, str)):
            raise Refused(f"{kind(value)} has no keys")
        if key not in value:
            return fallback
        value = value[key]
    return value


def _check_pairs(one: Sequence[Data], other: Sequence[Data]) -> None:
    if len(one) * len(other) > MAX_PAIRS:
        raise Refused("the lists are too long to be compared")
