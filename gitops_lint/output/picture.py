"""A picture of who applies what: boxes and arrows, and how a picture that is too large for a format is folded.

The formats that draw know this module and not each other; what goes into a picture is for others to say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.output.text import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from gitops_lint.location import Location
    from gitops_lint.model import Ref

MAX_KINDS = 4
"""How many kinds are named of the objects that a box stands for."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: a ``reconciler``, a ``source``, one ``object``, a ``file``, or many in one (``objects``, ``reconcilers``).

    ``controller`` is empty for what no controller is; ``counts`` are the objects that it stands for, by kind.
    """

    id: str
    kind: str
    cluster: str
    title: str
    controller: str = ""
    reach: str = "live"
    root: str | None = None
    location: Location | None = None
    ref: Ref | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    is_focus: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """What stands in the box."""
        aside = [f"root: {self.root}" if self.root else "", "" if self.reach == "live" else self.reach]
        if self.location is not None and self.is_focus and self.kind != "file":
            aside.append(str(self.location))
        return tuple(filter(None, (self.title, *aside, counted(self.counts))))


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow from a box to another: one ``applies``, ``reads``, ``waits for`` or (a file) ``includes`` the other.

    ``label`` is what the field at ``location`` says, ``route`` the field in the usual spelling.
    """

    start: str
    end: str
    kind: str
    label: str
    route: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it; ``folded`` says in words what was left out to make it fit."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    folded: tuple[str, ...] = ()

    @property
    def clusters(self) -> dict[str, list[Box]]:
        """The boxes of each cluster, in the order of the names."""
        found: dict[str, list[Box]] = {}
        for box in self.boxes:
            found.setdefault(box.cluster, []).append(box)
        return dict(sorted(found.items()))


def counted(counts: Mapping[str, int]) -> str:
    """Objects in words: their number, and how many there are of the most frequent kinds."""
    listed = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if len(listed) < 2:
        return "".join(f"{number} {kind}" for kind, number in listed)
    shown = [f"{number} {kind}" for kind, number in listed[:MAX_KINDS]]
    if len(listed) > MAX_KINDS:
        shown.append(plural(len(listed) - MAX_KINDS, "more kind"))
    return f"{plural(sum(counts.values()), 'object')}: {', '.join(shown)}"


# -- folding -----------------------------------------------------------------------------------------------------------


class _Step(NamedTuple):
    """One way to make a picture smaller, and what to say of it."""

    says: str
    fold: Callable[[Picture], Picture]


def fitted(picture: Picture, fits: Callable[[Picture], bool]) -> Picture:
    """The picture, folded step by step until it fits: the least important goes first, and at last whatever is left."""
    for step in _STEPS:
        if fits(picture):
            return picture
        smaller = step.fold(picture)
        saved = len(picture.boxes) - len(smaller.boxes), len(picture.arrows) - len(smaller.arrows)
        if any(saved):
            told = f"{step.says}: {saved[0]} boxes and {saved[1]} arrows fewer"
            picture = replace(smaller, folded=(*smaller.folded, told))
    return picture if fits(picture) else _cut(picture, fits)


def _cut(picture: Picture, fits: Callable[[Picture], bool]) -> Picture:
    """As many of the first boxes as fit, found by halving; none, if nothing fits."""
    low, high = 0, len(picture.boxes)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(_first(picture, middle)) else (low, middle - 1)
    return _first(picture, low)


def _first(picture: Picture, number: int) -> Picture:
    told = f"the last {len(picture.boxes) - number} of {len(picture.boxes)} boxes are left out"
    return _only(replace(picture, folded=(*picture.folded, told)), picture.boxes[:number])


def _only(picture: Picture, boxes: Iterable[Box]) -> Picture:
    """The picture with some of its boxes, and the arrows between them."""
    kept = {box.id: box for box in boxes}
    arrows = (arrow for arrow in picture.arrows if arrow.start in kept and arrow.end in kept)
    return replace(picture, boxes=tuple(kept.values()), arrows=tuple(arrows))


def _without_counts(picture: Picture) -> Picture:
    """The numbers of objects in the boxes of those that apply them, where these are the only ones."""
    parents: dict[str, set[str]] = {}
    for arrow in picture.arrows:
        parents.setdefault(arrow.end, set()).add(arrow.start)
    absorbed = {
        box.id: next(iter(parents[box.id]))
        for box in picture.boxes
        if box.kind == "objects" and not box.is_focus and len(parents.get(box.id, ())) == 1
    }
    counts: dict[str, Counter[str]] = {}
    for box in picture.boxes:
        if box.id in absorbed:
            counts.setdefault(absorbed[box.id], Counter()).update(box.counts)
    kept = (box for box in picture.boxes if box.id not in absorbed)
    return _only(picture, (replace(box, counts=counts[box.id]) if box.id in counts else box for box in kept))


def _without(kind: str) -> Callable[[Picture], Picture]:
    """A step that takes away the arrows of a kind, and the sources to which no arrow leads any more."""

    def fold(picture: Picture) -> Picture:
        arrows = tuple(arrow for arrow in picture.arrows if arrow.kind != kind)
        touched = {end for arrow in arrows for end in (arrow.start, arrow.end)}
        boxes = (box for box in picture.boxes if box.kind != "source" or box.is_focus or box.id in touched)
        return _only(replace(picture, arrows=arrows), boxes)

    return fold


def _grouped(key: Callable[[Box, frozenset[str], bool], Hashable | None]) -> Callable[[Picture], Picture]:
    """A step that draws the boxes of one key as one; the key is asked with the parents, and whether it leads on."""

    def fold(picture: Picture) -> Picture:
        parents: dict[str, set[str]] = {}
        for arrow in picture.arrows:
            parents.setdefault(arrow.end, set()).add(arrow.start)
        leading = {arrow.start for arrow in picture.arrows if arrow.kind == "applies"}
        groups: dict[Hashable, list[Box]] = {}
        for box in picture.boxes:
            about = None if box.is_focus else key(box, frozenset(parents.get(box.id, ())), box.id in leading)
            groups.setdefault((box.id,) if about is None else about, []).append(box)
        return _merged(picture, groups.values())

    return fold


def _merged(picture: Picture, groups: Iterable[list[Box]]) -> Picture:
    boxes: list[Box] = []
    names: dict[str, str] = {}
    for group in groups:
        boxes.append(group[0] if len(group) == 1 else _many(group))
        names.update((box.id, boxes[-1].id) for box in group)
    arrows: dict[tuple[str, str, str], list[Arrow]] = {}
    for arrow in picture.arrows:
        start, end = names[arrow.start], names[arrow.end]
        if start != end:
            arrows.setdefault((start, end, arrow.kind), []).append(arrow)
    joined = (_joined(start, end, several) for (start, end, _), several in arrows.items())
    return replace(picture, boxes=tuple(boxes), arrows=tuple(joined))


def _many(group: list[Box]) -> Box:
    """One box for several of a kind."""
    first, counts = group[0], Counter[str]()
    for box in group:
        counts.update(box.counts)
    if first.kind in ("object", "objects"):
        counts.update(box.ref.kind for box in group if box.ref is not None)
        return Box(f"{first.id} and more", "objects", first.cluster, "", reach=first.reach, counts=counts)
    kinds = Counter(box.ref.kind if box.ref else box.kind for box in group)
    title = ", ".join(plural(number, kind) for kind, number in sorted(kinds.items()))
    roots = sum(1 for box in group if box.root)
    root = f"{roots} of them" if roots else None
    return replace(
        first, id=f"{first.id} and more", kind="reconcilers", title=title, root=root, ref=None, counts=counts
    )


def _joined(start: str, end: str, several: list[Arrow]) -> Arrow:
    """One arrow for several of a kind between the same boxes."""
    first, labels = several[0], {arrow.label for arrow in several}
    label = first.label if len(labels) == 1 else f"{len(several)} times"
    return replace(first, start=start, end=end, label=label)


def _siblings(box: Box, parents: frozenset[str], leads_on: bool) -> Hashable | None:
    """What makes reconcilers that apply no other one alike: kind and parents."""
    if box.kind not in ("reconciler", "reconcilers") or leads_on:
        return None
    return box.cluster, box.controller, box.ref.kind if box.ref else "", box.reach, parents


def _same_controller(box: Box, parents: frozenset[str], leads_on: bool) -> Hashable | None:
    return (box.cluster, box.controller) if box.kind in ("reconciler", "reconcilers") else None


def _same_kind(box: Box, parents: frozenset[str], leads_on: bool) -> Hashable | None:
    return (box.cluster, box.ref.kind, parents) if box.kind == "object" and box.ref else None


def _same_parents(box: Box, parents: frozenset[str], leads_on: bool) -> Hashable | None:
    return (box.cluster, parents) if box.kind in ("object", "objects") else None


_STEPS = (
    _Step("objects of one kind and one owner are drawn as one", _grouped(_same_kind)),
    _Step("objects of one owner are drawn as one", _grouped(_same_parents)),
    _Step("objects are counted in the boxes of those that apply them", _without_counts),
    _Step("sources are left out", _without("reads")),
    _Step("what waits for what is left out", _without("waits for")),
    _Step("reconcilers of one kind and one owner that apply no other are drawn as one", _grouped(_siblings)),
    _Step("the reconcilers of one controller in one cluster are drawn as one", _grouped(_same_controller)),
)


def numbered(picture: Picture) -> Iterator[tuple[str, Box]]:
    """The boxes with names that are safe in every language of pictures."""
    return ((f"n{number}", box) for number, box in enumerate(picture.boxes))
