"""The way from one environment to the next: what production runs was tried before, and is made of the same parts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import (
    OPAQUE,
    Confidence,
    Context,
    Hit,
    check,
    crossing,
    glob,
    is_newer,
    versions_of,
    without_word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import (
        Built,
        Data,
        Environment,
        Node,
        Overlay,
        Ownership,
        Pinned,
        Reach,
        Reconciler,
        Ref,
        Route,
        Spot,
        Subject,
    )

Key = tuple[str, str, str, str]
"""What an object is called in every environment: group, kind, namespace and name, without the environment's name."""
GENERATED = ("ConfigMap", "Secret")
_HASH = re2.compile(r"-[bcdfghkmt2456789]{10}$")
"""What a generator adds to a name: the hash of the content, in kustomize's alphabet."""
LANDING = frozenset({("metadata", "namespace"), ("metadata", "name")})
SHOWN = 4


class Member(NamedTuple):
    """An object of an environment."""

    environment: str
    ownership: Ownership


Members = dict[Key, list[Member]]


def _members(context: Context, names: Sequence[str]) -> Members:
    """The objects of environments, by what they are called in each.

    Applications are left out: they belong to an environment themselves, whoever applies them.
    """
    found: Members = {}
    for reconciler in context.walked.reconcilers:
        environment = context.environment(reconciler)
        if environment is not None and environment.certain and environment.name in names:
            for ownership in context.graph.applied_by(reconciler):
                if ownership.built.ref.group != OPAQUE and ownership.built.ref.kind != "Application":
                    key = _key(ownership.built.ref, environment.name)
                    found.setdefault(key, []).append(Member(environment.name, ownership))
    return found


def _key(ref: Ref, environment: str) -> Key:
    name = str(_HASH.sub("", ref.name)) if ref.kind in GENERATED else ref.name
    return ref.group, ref.kind, without_word(ref.namespace, environment), without_word(name, environment)


# -- newer than anything that was tried --------------------------------------------------------------------------------


class Tried(NamedTuple):
    """What an environment that comes before production has: its version, and where that stands."""

    environment: str
    version: str
    place: Spot


class Ahead(NamedTuple):
    """A version in production that no environment has that comes before it."""

    ref: Ref
    owner: Ownership | None
    pinned: Pinned
    environment: str
    tried: Tried
    reach: Reach
    clusters: tuple[str, ...]


@check
def prod_ahead(context: Context) -> Iterator[Hit]:
    """What is synced by hand, and is newer than in any of the environments that sync by themselves.

    Compared are objects as they are built, by kind and name without that of the environment.
    """
    environments = context.environments
    found: dict[Spot, list[Ahead]] = {}
    before, guarded = _members(context, environments.tried_first), _members(context, environments.guarded)
    for key, members in guarded.items():
        others = [(m.environment, m.ownership.built) for m in before.get(key, ())]
        for member in members if others else ():
            built = member.ownership.built
            for pinned, tried in _ahead(built, others):
                place = built.locate(pinned.route)
                owner, clusters = member.ownership, (member.ownership.delivery.cluster,)
                ahead = Ahead(built.ref, owner, pinned, member.environment, tried, owner.reach, clusters)
                found.setdefault(place, []).append(ahead)
    for spot, ahead in _applications_ahead(context):
        found.setdefault(spot, []).append(ahead)
    for spot, group in found.items():
        yield _ahead_hit(context, spot, group)


def _applications_ahead(context: Context) -> Iterator[tuple[Spot, Ahead]]:
    """The charts of Applications, by the environment of each."""
    environments, destinations = context.environments, context.graph.destinations
    table: dict[str, list[tuple[str, Reconciler]]] = {}
    for reconciler in context.walked.reconcilers:
        environment = context.environment(reconciler)
        if environment is not None and environment.certain and reconciler.subject.ref.kind == "Application":
            name = without_word(reconciler.subject.ref.name, environment.name)
            table.setdefault(name, []).append((environment.name, reconciler))
    for group in table.values():
        others = [(name, each.subject) for name, each in group if name in environments.tried_first]
        for name, reconciler in group:
            if name in environments.guarded and others:
                for pinned, tried in _ahead(reconciler.subject, others):
                    place = reconciler.subject.locate(pinned.route)
                    reach, clusters = context.graph.reach(reconciler.node), tuple(destinations(reconciler))
                    yield place, Ahead(reconciler.subject.ref, None, pinned, name, tried, reach, clusters)


def _ahead(subject: Subject, others: Sequence[tuple[str, Subject]]) -> Iterator[tuple[Pinned, Tried]]:
    """The versions of an object that are newer than those of all others that have a version of the same thing."""
    for pinned in versions_of(subject):
        known = [(n, theirs, o) for n, o in others for theirs in versions_of(o) if theirs.key == pinned.key]
        if known and all(is_newer(pinned.version, theirs.version) for _, theirs, _ in known):
            name, theirs, other = known[0]
            yield pinned, Tried(name, theirs.version, other.locate(theirs.route))


def _ahead_hit(context: Context, spot: Spot, group: list[Ahead]) -> Hit:
    first, *others = group
    name, version, place = first.tried
    more = f" and {len(others)} more" if others else ""
    return Hit(
        message=f"{first.environment} has {first.pinned.what} {first.pinned.version} in {first.ref}{more}, "
        f"and {name} only {version}",
        at=spot,
        label="not tried anywhere before",
        case="newer",
        subject=first.ref,
        clusters=first.clusters,
        owners=(first.owner,) if first.owner else (),
        related=((place, f"what {name} has"),),
        help=f"raise it in {name} first",
        effect=f"{first.environment} is where the new version is tried",
        reach=first.reach,
    )


# -- in production only ------------------------------------------------------------------------------------------------


@check
def prod_only(context: Context) -> Iterator[Hit]:
    """What a component has in a hand-synced environment alone: one hit for each reconciler.

    A component is the same one where at least half of its objects are in the other environment as well. Kinds that
    only production needs are ``params.only_there``: ``Kind`` or ``Kind/name``, globs.
    """
    environments = context.environments
    before = _members(context, environments.tried_first)
    is_usual, hidden = crossing(*context.params["only_there"]), _partly_unknown(context)
    for reconciler in context.walked.reconcilers:
        environment = context.environment(reconciler)
        if environment is None or environment.name not in environments.guarded:
            continue
        tried: list[Member] = []
        alone: list[Ownership] = []
        for ownership in context.graph.applied_by(reconciler):
            ref = ownership.built.ref
            if ref.group == OPAQUE or is_usual(ref.kind) or is_usual(f"{ref.kind}/{ref.name}"):
                continue
            found = before.get(_key(ref, environment.name), [])
            tried += found[:1]
            alone += [] if found else [ownership]
        owners = {member.ownership.reconciler.node for member in tried}
        if alone and len(tried) >= len(alone) and not owners & hidden:
            yield _alone_hit(context, reconciler, environment, alone, tried[0].environment)


def _partly_unknown(context: Context) -> set[Node]:
    """The reconcilers of which nobody knows all that they apply: charts, remote bases, what a plugin renders."""
    builds = ((applied.reconciler.node, applied.delivery.build) for applied in context.walked.applied)
    return {node for node, build in builds if build.opaque or any(b.ref.group == OPAQUE for b in build.objects)}


def _alone_hit(
    context: Context, reconciler: Reconciler, environment: Environment, alone: list[Ownership], other: str
) -> Hit:
    first, *others = alone
    more = f" and {len(others)} more" if others else ""
    return Hit(
        message=f"{environment.name} has {first.built.ref}{more}, which {other} lacks",
        at=first.built.origin,
        label=f"in {environment.name} alone",
        subject=first.built.ref,
        clusters=(first.delivery.cluster,),
        owners=(first,),
        related=tuple((owner.built.origin, "so is this") for owner in others[:SHOWN]),
        help=f"let {other} have it too, or name the kind in the parameter only_there",
        effect=f"nobody sees it work before it is in {environment.name}",
        confidence=Confidence.LIKELY,
        reach=context.graph.reach(reconciler.node),
    )


# -- copies ------------------------------------------------------------------------------------------------------------


@check
def copied_manifests(context: Context) -> Iterator[Hit]:
    """Overlays that hold manifests of their own where one base would do, at least ``params.least`` of them.

    Two are copies of each other where the share of fields with the same value is ``params.alike`` at least.
    """
    left_out, aside = crossing(*context.params["left_out"]), glob(*context.params["aside"])
    found: dict[tuple[str, str], list[tuple[Built, Built]]] = {}
    for key, members in _members(context, list(context.environments.declared)).items():
        if left_out(key[1]):
            continue
        origins: dict[str, tuple[Overlay, Built]] = {}
        for member in members:
            path = member.ownership.built.path
            overlay = None if aside(path) else context.environments.overlay(path)
            if overlay is not None and overlay.environment == member.environment:
                origins.setdefault(overlay.top, (overlay, member.ownership.built))
        for (one, first), (other, second) in pairwise(origins.values()):
            if one.above == other.above and _likeness(first.data, second.data) >= context.params["alike"]:
                found.setdefault((one.top, other.top), []).append((first, second))
    for (one_top, other_top), pairs in found.items():
        if len(pairs) >= context.params["least"]:
            yield _copied_hit(one_top, other_top, pairs)


def _likeness(one: Data, other: Data) -> float:
    """The share of the fields that have the same value in both; where an object lands is no difference."""
    first, second = dict(_leaves(one, ())), dict(_leaves(other, ()))
    same = sum(1 for route, value in first.items() if second.get(route) == value)
    return same / max(1, len(first.keys() | second.keys()))


def _leaves(data: Data, route: Route) -> Iterator[tuple[Route, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if (*route, key) not in LANDING:
                yield from _leaves(value, (*route, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*route, index))
    else:
        yield route, repr(data)


def _copied_hit(one: str, other: str, pairs: list[tuple[Built, Built]]) -> Hit:
    first, second = min(pairs, key=lambda pair: pair[1].origin.location)
    return Hit(
        message=f"{other} holds copies of {len(pairs)} manifests of {one}: {second.ref} is one",
        at=second.origin,
        label="all but the same",
        subject=second.ref,
        related=((first.origin, "what it is a copy of"),),
        help="move what they share to a base, and keep the differences as patches",
        effect="a fix in one of them is forgotten in the other",
        confidence=Confidence.LIKELY,
    )
