"""Patches on plain data that keep the places: strategic merge and JSON6902, as kustomize applies them.

A patch never changes what it is given: the result shares with base and patch what it has in common with them, and
each of its values leads to the document that set it. Held against kustomize 5.5 and 5.8, oddities included.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.listmerge import DIRECTIVE, fields, merge_keyed, merge_scalars, without
from gitops_lint.builders.kustomize.mergekeys import Shape, shape_of
from gitops_lint.builders.kustomize.traced import Budget, Pointer, Traced, Unpatchable, is_same, text
from gitops_lint.location import describe
from gitops_lint.model import Places, dig
from gitops_lint.scalars import direct, kustomize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_lint.builders.kustomize.mergekeys import ShapeOf
    from gitops_lint.model import Data, Place

__all__ = ["Unpatchable", "apply_operations", "strategic_merge"]

# -- strategic merge ---------------------------------------------------------------------------------------------------


def strategic_merge(
    data: Data,
    places: Places,
    patch: Data,
    patch_places: Places,
    *,
    group: str,
    version: str,
    kind: str,
    shapes: ShapeOf = shape_of,
    targeted: bool = False,
    may_rename: bool = False,
    may_change_kind: bool = False,
) -> tuple[Data, Places] | None:
    """An object after a strategic merge patch; None where ``$patch: delete`` removes it.

    The object keeps its apiVersion, kind, name and namespace, whatever the patch says, but for what the options
    allowNameChange and allowKindChange of the patch allow (kustomize, resource.go, ApplySmPatch). ``targeted`` says
    that a target chose it, not the name in the patch: then kustomize reads labels and annotations of the patch as
    texts, so that a null there removes nothing but sets the text "null" (CopyMergeMetaDataFieldsFrom).

    Raises Unpatchable for an unknown directive, and where base and patch hold values of different types.
    """
    if not isinstance(patch, dict):
        raise Unpatchable("it is no object", ())
    base, change = Traced(data, places), Traced(patch, patch_places)
    if patch.get(DIRECTIVE) == "replace":
        return base  # kustomize makes a new object of the patch, and then drops that
    shape = shapes(f"{group}/{version}" if group else version, kind)
    merged = _StrategicMerge(change.place, shapes).merge(base, _with_texts(change) if targeted else change, shape)
    if merged is None:
        return None
    merged = _keeping(merged, base, ("apiVersion",) if may_change_kind else ("apiVersion", "kind"))
    return _named(merged, base, ("namespace",) if may_rename else ("namespace", "name"))


def _with_texts(patch: Traced) -> Traced:
    metadata = patch.field("metadata")
    changed: dict[str, Traced | None] = {}
    for key in ("labels", "annotations"):
        texts = metadata.field(key) if metadata is not None else None
        if texts is not None and isinstance(texts.data, dict):
            changed[key] = Traced({name: text(value) for name, value in texts.data.items()}, texts.places)
        elif texts is not None:
            changed[key] = None
    if metadata is None or not changed:
        return patch
    return patch.with_fields({"metadata": metadata.with_fields(changed)})


def _named(merged: Traced, base: Traced, keys: tuple[str, ...]) -> Traced:
    kept = base.field("metadata")
    if kept is None or not isinstance(kept.data, dict):
        return merged
    metadata = merged.field("metadata") or Traced({}, Places(kept.place))
    named = _keeping(metadata, kept, keys)
    return merged if named is metadata else merged.with_fields({"metadata": named})


def _keeping(merged: Traced, base: Traced, keys: tuple[str, ...]) -> Traced:
    """A mapping with the values that the base has at some keys, even where the patch only repeats them."""
    changed: dict[str, Traced | None] = {}
    for key in keys:
        kept, now = base.field(key), merged.field(key)
        if (kept is None) != (now is None) or (kept and now and not is_same(kept.place, now.place)):
            changed[key] = kept
    return merged.with_fields(changed) if changed else merged


class _StrategicMerge:
    """One merge (kyaml, yaml/merge2 and yaml/walk).

    Its methods take the values of base and patch at one route, None where there is none, and give what comes of
    them, None where that is nothing. A value that only the patch has is merged *with itself*, base and patch being
    the same object: that obeys the directives in it and drops its nulls.
    """

    def __init__(self, top: Place, shapes: ShapeOf) -> None:
        self.top = top
        self.shapes = shapes
        self.budget = Budget()

    def refuse(self, message: str, at: Traced) -> Unpatchable:
        is_patch = at.place.document is self.top.document
        return Unpatchable(message, at.place.route[len(self.top.route) :] if is_patch else ())

    def merge(self, base: Traced | None, patch: Traced | None, shape: Shape | None) -> Traced | None:
        self.budget.spend(1)
        if patch is not None and patch.data is None:
            return None
        if base is None or base.data is None:
            if patch is None:
                return base
            base = patch
        if patch is not None and _sort(base.data) != _sort(patch.data):
            raise self.refuse(f"it puts {_sort(patch.data)} where {_sort(base.data)} stands", patch)
        if isinstance(base.data, dict):
            return self.mapping(base, patch, shape)
        if isinstance(base.data, list) and shape is not None and shape.keys is not None:
            return self.sequence(base, patch, shape)
        if patch is None or patch is base:
            return base
        return _quoted(patch) if _has_quotes(base.data) else patch

    def mapping(self, base: Traced, patch: Traced | None, shape: Shape | None) -> Traced | None:
        shape = shape or self.shape(base) or (self.shape(patch) if patch is not None else None)
        if patch is not None and DIRECTIVE in patch.data:
            directive = self.directive(patch)
            if directive == "delete":
                return None
            rest = patch.with_fields({DIRECTIVE: None})
            base, patch = (rest if directive == "replace" or base is patch else base), rest
        changed: dict[str, Traced | None] = {}
        for key in base.data if patch is None else {**base.data, **patch.data}:
            old = base.field(key)
            new = old if base is patch else patch.field(key) if patch is not None else None
            merged = self.merge(old, new, shape.fields.get(key) if shape is not None else None)
            if merged is not old:
                changed[key] = merged
        return base.with_fields(changed) if changed else base

    def shape(self, of: Traced) -> Shape | None:
        """The shape of an object, even of one inside another, by its own apiVersion and kind."""
        version, kind = of.data.get("apiVersion"), of.data.get("kind")
        return self.shapes(version, kind) if isinstance(version, str) and isinstance(kind, str) else None

    def directive(self, of: Traced) -> str:
        directive = text(of.data[DIRECTIVE])
        if directive not in ("merge", "replace", "delete"):
            raise self.refuse(f"it knows no patch strategy {directive!r}", of.child(DIRECTIVE))
        return directive

    def sequence(self, base: Traced, patch: Traced | None, shape: Shape) -> Traced | None:
        """A list that kustomize knows how to merge. Where the base has none, it takes directives for elements."""
        old = base.elements()
        new = old if base is patch else patch.elements() if patch is not None else []
        first = next((element for element in new if DIRECTIVE in fields(element)), None)
        if new is not old and first is not None and len(first.data) == 1:
            directive = self.directive(first)
            if directive == "delete":
                return None
            new = without(new, {DIRECTIVE: directive})
            if directive == "replace":
                base, old = patch or base, new
        if shape.keys:
            merged = merge_keyed(old, new, shape.keys, self.element(shape), self.budget)
        else:
            merged = merge_scalars(old, new)
        return base if _is_made_of(base, merged) else base.with_elements(merged)

    def element(self, shape: Shape) -> Callable[[Traced | None, Traced | None], Traced | None]:
        inner = Shape(shape.fields)
        return lambda base, patch: self.merge(base, patch, inner)


def _sort(data: Data) -> str:
    return "a mapping" if isinstance(data, dict) else "a list" if isinstance(data, list) else "a scalar"


def _has_quotes(data: Data) -> bool:
    """Whether a text stands in quotes, as far as one can see: it would be something else without."""
    return isinstance(data, str) and ("\n" in data or direct(data) != data or kustomize(data) != data)


def _quoted(patch: Traced) -> Traced:
    """A scalar in the quotes of the one that it replaces: kustomize keeps them, so that ``5`` becomes ``"5"``."""
    return Traced(text(patch.data), patch.places)


def _is_made_of(of: Traced, elements: Sequence[Traced]) -> bool:
    return len(of.data) == len(elements) and all(one is e.data for one, e in zip(of.data, elements, strict=True))


# -- JSON6902 ----------------------------------------------------------------------------------------------------------


def apply_operations(
    data: Data, places: Places, operations: Sequence[Data], operation_places: Places
) -> tuple[Data, Places]:
    """An object after JSON patch operations, one after the other, as evanphx/json-patch v4 applies them.

    That one is laxer than RFC 6902: ``replace`` sets a missing field, ``copy`` of one gives null, an index may be
    negative, and what stands before the first slash of a path does not count.

    Raises Unpatchable where an operation does not apply, or where it leaves no object behind.
    """
    budget = Budget()
    result, listed = _annotated(Traced(data, places)), Traced(operations, operation_places)
    for index in range(len(operations)):
        try:
            result = _apply(result, listed.child(index), budget)
        except Unpatchable as refused:
            raise Unpatchable(refused.message, (index, *refused.route)) from None
    for route in (("kind",), ("metadata", "name")):
        if dig(data, route) and not dig(result.data, route):
            raise Unpatchable(f"it leaves an object without {describe(route)}", ())
    return _tidied(result)


def _annotated(document: Traced) -> Traced:
    """The object with annotations: kustomize notes earlier names there, so that a patch always finds some."""
    metadata = document.field("metadata")
    if metadata is None or not isinstance(metadata.data, dict) or metadata.data.get("annotations") is not None:
        return document
    return document.with_fields({"metadata": metadata.with_fields({"annotations": Traced({}, metadata.places)})})


def _tidied(document: Traced) -> Traced:
    """The object without annotations where there are none: kustomize prints no empty mapping of them."""
    metadata = document.field("metadata")
    if metadata is None or not isinstance(metadata.data, dict) or metadata.data.get("annotations", True):
        return document
    return document.with_fields({"metadata": metadata.with_fields({"annotations": None})})


def _apply(document: Traced, operation: Traced, budget: Budget) -> Traced:
    written = fields(operation)
    kind, path, source = written.get("op"), written.get("path"), written.get("from")
    if kind not in ("add", "copy", "move", "remove", "replace", "test"):
        raise Unpatchable(f"it knows no operation {kind!r}", ("op",))
    if not isinstance(path, str):
        raise Unpatchable(f"{kind} has no path", ("path",))
    target = Pointer(path, "path", budget)
    value = operation.field("value") or Traced(None, operation.places)
    if kind == "test":
        found = target.lookup(document)
        if not _equal(found.data if found else None, value.data, budget):
            raise Unpatchable(f"the test of {path} fails", ("value",))
        return document
    if kind == "remove":
        return target.remove(document)
    if kind == "replace":
        return target.replace(document, value) if path else value
    if kind == "add":
        return target.add(document, value)
    if not isinstance(source, str):
        raise Unpatchable(f"{kind} has no from", ("from",))
    origin = Pointer(source, "from", budget)
    value = origin.lookup(document) or value
    return target.add(origin.remove(document) if kind == "move" else document, value)


def _equal(one: Data, other: Data, budget: Budget) -> bool:
    """JSON equality: 1 is 1.0, but true is not 1."""
    budget.spend(1)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key], budget) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other, repeat(budget)))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
