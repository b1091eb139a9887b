"""Lists that a strategic merge patch merges element by element, with all that kustomize does to them on the way.

What is well formed merges as expected: the elements of the patch stand first, the others follow. Of the rest kustomize
loses parts: an element without its key takes others with it, and a port of a patch that leaves out the protocol which
the base gives is dropped (kyaml, yaml/walk/associative_sequence.go and yaml/fns.go).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.traced import Budget, Traced, Unpatchable, text

if TYPE_CHECKING:
    from gitops_lint.model import Data

DIRECTIVE = "$patch"
"""The field in which a mapping, or an element of a list, says what a patch does there: merge, replace or delete."""

Merge = Callable[[Traced | None, Traced | None], Traced | None]
"""Merges an element of the base with one of the patch; None for nothing, on either side."""

_Named = dict[tuple[str, ...], Traced]
"""The elements of a list by the texts of their keys."""


def merge_scalars(base: Sequence[Traced], patch: Sequence[Traced]) -> list[Traced]:
    """Scalars merged by value, nulls left out. Raises Unpatchable for a collection among them."""
    chosen: dict[str, Traced] = {}
    for element in (*patch, *base):
        if fields(element).keys() == {DIRECTIVE}:
            continue
        if isinstance(element.data, dict | list):
            raise Unpatchable("a list of scalars holds a collection", ())
        if element.data is not None:
            chosen[text(element.data)] = element
    return list(chosen.values())


def merge_keyed(
    base: list[Traced], patch: list[Traced], keys: tuple[str, ...], merge: Merge, budget: Budget
) -> list[Traced]:
    """Mappings merged by their keys. ``patch`` is the same list as ``base`` where only the patch has one.

    Raises Unpatchable for anything but mappings among those of the base, and what ``merge`` raises.
    """
    both = [_texts(element, keys) for element in base], [_texts(element, keys) for element in patch]
    used = [index for index in range(len(keys)) if any(name[index] for name in (*both[0], *both[1]))]
    old, new = ([tuple(name[index] for index in used) for name in names] for names in both)
    if not (used and all(map(all, (*old, *new))) and len({*old}) == len(old) and len({*new}) == len(new)):
        return _merge_odd(base, patch, keys, merge, budget)
    kept = {} if patch is base else dict(zip(old, base, strict=True))
    return _merge_sound(kept, dict(zip(new, patch, strict=True)), merge, in_base_order=len(used) > 1)


def _merge_sound(kept: _Named, added: _Named, merge: Merge, *, in_base_order: bool) -> list[Traced]:
    """Lists whose elements all have their keys and share them with none.

    An element of both stands where the patch has it; where the name is made of several keys, where the base has it.
    """
    fresh: _Named = {}
    for name, element in added.items():
        merged = merge(kept.get(name), element)
        if merged is None or merged.data == {}:
            kept.pop(name, None)
        elif name not in kept:
            fresh[name] = merged
        elif not _is_replacement(element):  # kustomize puts the old one back over a replacement
            kept[name] = merged
    for name in [name for name in kept if name not in added]:
        kept[name] = merge(kept[name], None) or kept[name]
    every = {**fresh, **kept}
    first = fresh if in_base_order else added
    return [every[name] for name in {**first, **kept} if name in every]


def _merge_odd(
    base: list[Traced], patch: list[Traced], keys: tuple[str, ...], merge: Merge, budget: Budget
) -> list[Traced]:
    """Lists with elements that lack a key or share it with others, step by step as kyaml walks them."""
    kept = list(base)
    added = kept if patch is base else list(patch)
    identities = _identities(keys, added, kept, budget)
    keys = tuple(key for key in keys if any(identity[key] for identity in identities)) or keys
    result: list[Traced] = []
    for identity in identities:
        budget.spend(len(kept) + len(added) + len(result))
        slot = {key: identity[key] for key in keys}
        wanted = {key: value for key, value in slot.items() if value} or slot
        index = _find(kept, wanted)
        old = kept[index] if index is not None else None
        of = index if added is kept else _find(added, wanted)
        new = added[of] if of is not None else None
        merged = merge(old, new)
        if of is not None and new is not None and DIRECTIVE in fields(new):
            added[of] = new.with_fields({DIRECTIVE: None})
        if merged is None or merged.data == {}:
            kept[:] = without(kept, slot)
            continue
        if index is not None and (new is old or not _is_replacement(new)):
            kept[index] = merged
        result = _put(result, merged, slot)
    for element in kept:
        budget.spend(2 * len(result))
        known = [text(element.data[key]) for key in keys if key in fields(element)]
        own = dict(zip(keys, known, strict=False))  # by position, as kyaml has it, even where the first key is missing
        result += [element] * (len(keys) - len(known))
        result = _put(without(result, own) if len(keys) > 1 else result, element, own)
    return result


def without(elements: Iterable[Traced], wanted: Mapping[str, str]) -> list[Traced]:
    """The elements but those called so, and but what is empty (kyaml, ElementSetter).

    An empty text stands for any. Where nothing is wanted nothing stays. Raises Unpatchable for what is no mapping.
    """
    return [element for element in _solid(elements) if wanted and not _is_called(element, wanted)]


def _put(elements: Iterable[Traced], one: Traced, wanted: Mapping[str, str]) -> list[Traced]:
    """The elements with one instead of those called so, or else at the end."""
    if not wanted:
        return [one]
    others = list(_solid(elements))
    called = [_is_called(element, wanted) for element in others]
    result = [one if is_called else element for element, is_called in zip(others, called, strict=True)]
    return result if any(called) else [*result, one]


def _solid(elements: Iterable[Traced]) -> Iterable[Traced]:
    return (element for element in elements if element.data is not None and element.data != {})


def _is_called(element: Traced, wanted: Mapping[str, str]) -> bool:
    if not isinstance(element.data, dict):
        raise Unpatchable("a list of mappings holds something else", ())
    return all(key in element.data and value in ("", text(element.data[key])) for key, value in wanted.items())


def _find(elements: Sequence[Traced], wanted: Mapping[str, str]) -> int | None:
    for index, element in enumerate(elements):
        known = fields(element)
        if all(key in known and text(known[key]) == value for key, value in wanted.items()):
            return index
    return None


def _identities(
    keys: tuple[str, ...], added: Sequence[Traced], kept: Sequence[Traced], budget: Budget
) -> list[dict[str, str]]:
    """What the elements are called by, those of the patch first; the text of a key that one lacks is empty."""
    found = list(dict.fromkeys(_texts(element, keys) for element in (*added, *kept)))
    if len(keys) > 1:
        budget.spend(len(found) ** 2)
        _complete(found)
    return [dict(zip(keys, values, strict=True)) for values in found]


def _texts(element: Traced, keys: tuple[str, ...]) -> tuple[str, ...]:
    known = fields(element)
    return tuple("" if known.get(key) is None else text(known[key]) for key in keys)


def _complete(found: list[tuple[str, ...]]) -> None:
    """Of two that agree in a key, one lends the other what it lacks (kyaml, mergeValues)."""
    for i in range(len(found)):
        one = found[i]
        for j, other in enumerate(found):
            pairs = list(zip(one, other, strict=True))
            if any(a == b for a, b in pairs) and all(a == b or not a or not b for a, b in pairs):
                found[i] = found[j] = tuple(a or b for a, b in pairs)


def fields(element: Traced) -> Mapping[str, Data]:
    """The fields of a mapping; none for anything else."""
    return element.data if isinstance(element.data, dict) else {}


def _is_replacement(element: Traced | None) -> bool:
    return element is not None and fields(element).get(DIRECTIVE) == "replace"
