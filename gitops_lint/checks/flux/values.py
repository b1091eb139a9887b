"""What an order to Flux takes its variables or values from, and that is not there.

Semantics: kustomize-controller and helm-controller look a ConfigMap or a Secret up in the namespace of the order; one
that is not found fails the whole reconciliation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    ELSEWHERE,
    Confidence,
    Context,
    Hit,
    Meant,
    Ref,
    check,
    dig,
    is_resolved,
    list_at,
    meant_by,
    shadow_beside,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Node, Reconciler, Route, Spot, Subject

NAME = ("metadata", "name")
GENERATORS = (("configMapGenerator",), ("secretGenerator",))
HASH = len("-") + 10
"""How much longer a name is that kustomize has ended in a hash (api/hasher/hasher.go)."""
SECRETS = frozenset({"ExternalSecret", "SealedSecret", "Certificate", "PushSecret", "SopsSecret", "VaultStaticSecret"})
"""Kinds that a Secret of their name, or of the name of their target, is made of."""


class Taken(NamedTuple):
    """What an order takes from ConfigMaps and Secrets of its own namespace, where it names them, what is at stake."""

    order: str
    route: Route
    what: str
    effect: str
    effect_on_all: str


VARIABLES = Taken(
    "Kustomization",
    ("spec", "postBuild", "substituteFrom"),
    "variables",
    "every build of {} fails: what it applies stays as it was",
    "every build of theirs fails: what they apply stays as it was",
)
VALUES = Taken(
    "HelmRelease",
    ("spec", "valuesFrom"),
    "values",
    "{} is neither installed nor upgraded",
    "none of them is installed or upgraded",
)


class Unset(NamedTuple):
    """An entry that names nothing; whether something that cannot be seen from here may bring it."""

    reconciler: Reconciler
    ref: Ref
    place: Spot
    meant: Meant | None
    shadowed: bool


@check
def missing_variables(context: Context) -> Iterator[Hit]:
    """A ``substituteFrom`` that must be there and is not: one hit for all who name it so."""
    yield from _missing(context, VARIABLES)


@check
def missing_values_object(context: Context) -> Iterator[Hit]:
    """A ``valuesFrom`` that must be there and is not (helm-controller, chartutil.ChartValuesFromReferences)."""
    yield from _missing(context, VALUES)


def _missing(context: Context, taken: Taken) -> Iterator[Hit]:
    """One hit for all who name an object so that is not there.

    Most Secrets are made by others: one is missed only where it stands in another namespace, under a hashed name, or
    in a file that nobody applies.
    """
    absent: dict[tuple[str, str, str, bool], list[Unset]] = {}
    made = set(_made(context))
    orders = list(context.orders_to_flux(taken.order))
    named = {(o.cluster, ref) for o in orders for _, ref in _named_by(o.subject, taken.route)}
    for reconciler in orders:
        for unset in _unset(context, reconciler, taken.route, made):
            is_elses = unset.meant and (reconciler.cluster, unset.ref._replace(name=unset.meant.guess)) in named
            meant = None if is_elses else unset.meant
            if meant or (unset.ref.kind == "ConfigMap" and not unset.shadowed):
                key = reconciler.cluster, unset.ref.kind, unset.ref.name, meant is not None
                absent.setdefault(key, []).append(unset._replace(meant=meant))
    for found in absent.values():
        yield _missing_hit(sorted(found, key=lambda unset: unset.place.location), taken)


def _unset(context: Context, reconciler: Reconciler, route: Route, made: set[tuple[str, str, str]]) -> Iterator[Unset]:
    cluster, subject = reconciler.cluster, reconciler.subject
    for index, ref in _named_by(subject, route):
        node = cluster, ref
        if not context.graph.owners(node) and (cluster, ref.namespace, ref.name) not in made:
            meant = _hashed(context, node) or meant_by(context, node)
            shadowed = shadow_beside(context.walked, reconciler.node).covers(ref.namespace)
            yield Unset(reconciler, ref, subject.locate((*route, index, "name")), meant, shadowed)


def _named_by(subject: Subject, route: Route) -> Iterator[tuple[int, Ref]]:
    """What an order takes something from and cannot do without."""
    for index, entry in enumerate(list_at(subject.data, route)):
        ref = Ref("", text_at(entry, ("kind",)), subject.ref.namespace, text_at(entry, ("name",)))
        if ref.name and dig(entry, ("optional",)) is not True and is_resolved(ref) and ref.namespace:
            yield index, ref


def _hashed(context: Context, node: Node) -> Meant | None:
    """The object as a generator of kustomize makes it, which ends its name in a hash that the reference has not."""
    cluster, ref = node
    for other, ownership in context.graph.by_group.get((cluster, ref.group), ()):
        is_it = (other.kind, other.namespace) == (ref.kind, ref.namespace)
        if is_it and other.name.startswith(f"{ref.name}-") and len(other.name) == len(ref.name) + HASH:
            place = ownership.built.locate(NAME)
            if place.route[:1] in GENERATORS:
                advice = (
                    "set disableNameSuffixHash: true in the options of its generator, which adds a hash to the name"
                )
                return Meant(advice, ((place, f"makes {other.name}"),))
    return None


def _made(context: Context) -> Iterator[tuple[str, str, str]]:
    """The cluster, the namespace and the name of what may be made of an object there, as Secrets are."""
    for (cluster, ref), owners in context.graph.objects.items():
        if ref.kind in SECRETS:
            data = owners[0].built.data
            for name in (ref.name, text_at(data, ("spec", "target", "name")), text_at(data, ("spec", "secretName"))):
                yield cluster, ref.namespace, name


def _missing_hit(found: Sequence[Unset], taken: Taken) -> Hit:
    (reconciler, ref, place, meant, _), *others = found
    subject, namespaces = reconciler.subject, {unset.ref.namespace for unset in found}
    who = f"{subject.ref} and {len(others)} more take" if others else f"{subject.ref} takes"
    what = ref if len(namespaces) == 1 else f"{ref.kind} {ref.name}"
    is_elsewhere = meant is not None and meant.help.startswith(ELSEWHERE)
    whence = f"; it is looked up in the namespace of the {taken.order}" if is_elsewhere else ""
    whither = "" if len(namespaces) == 1 else f" to their {len(namespaces)} namespaces"
    return Hit(
        message=f"{who} {taken.what} from {what}, which nothing applies{whither}",
        at=place,
        label=f"there is no such {ref.kind} in {ref.namespace}",
        case="misnamed" if meant else "missing",
        subject=subject.ref,
        clusters=(reconciler.cluster,),
        related=(meant.related if meant else ())
        + tuple(
            (unset.place, f"{unset.reconciler.subject.ref.name} looks for it in {unset.ref.namespace}")
            for unset in others
        ),
        help=f"{meant.help}{whence}"
        if meant
        else "commit it, or set optional: true if somebody else makes it at times",
        effect=taken.effect_on_all if others else taken.effect.format(subject.ref.name),
        confidence=Confidence.LIKELY if any(unset.shadowed for unset in found) else Confidence.CERTAIN,
        stems=meant.stems if meant else (),
    )
