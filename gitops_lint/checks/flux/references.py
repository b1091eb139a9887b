"""What an order to Flux refers to and is not there: sources, variables, values, providers, objects to be healthy.

Semantics: source-controller and kustomize-controller look a reference up in the namespace of the object that has it
unless another one is named; what is not found fails the whole reconciliation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    Confidence,
    Context,
    Controller,
    Hit,
    Place,
    Reach,
    Ref,
    check,
    closest,
    dig,
    homes_of_flux,
    is_resolved,
    is_slip,
    is_suspended,
    list_at,
    mappings_at,
    may_be_hidden,
    order_to,
    shadow_beside,
    shadow_of,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Manifest, Need, Node, Ownership, Reconciler, Route, Shadow, Spot, Subject

NAME = ("metadata", "name")
FLUX = "fluxcd.io"
SOURCES = "source.toolkit.fluxcd.io"
NOTIFICATIONS = "notification.toolkit.fluxcd.io"
GENERATED = "ExternalArtifact"
"""The kind of source that other controllers make."""
HEALTH = ("spec", "healthChecks")
GENERATORS = (("configMapGenerator",), ("secretGenerator",))
HASH = len("-") + 10
"""How much longer a name is that kustomize has ended in a hash (api/hasher/hasher.go)."""
ELSEWHERE = "there is one in the namespace"
REFLECTOR = "reflector.v1.k8s.emberstack.com/"
"""Begins the annotations of an object that an operator copies into other namespaces."""
SECRETS = frozenset({"ExternalSecret", "SealedSecret", "Certificate", "PushSecret", "SopsSecret", "VaultStaticSecret"})
"""Kinds that a Secret of their name, or of the name of their target, is made of."""


class Meant(NamedTuple):
    """What may be meant by a reference to nothing: what to do, where it stands, and in which file that nobody reads."""

    help: str
    related: tuple[tuple[Spot, str], ...] = ()
    stems: tuple[str, ...] = ()
    guess: str = ""
    """The name that is only like the one that was written."""


def _meant(context: Context, node: Node, *, is_hidden: bool = False) -> Meant | None:
    """The object that may be meant: elsewhere in the cluster, written and not applied, or of a name like it.

    ``is_hidden`` says that the object itself may be there all the same. Then it takes more: charts give their workloads
    the same names in many namespaces, and what differs by a number or an environment is another one.
    """
    cluster, ref = node
    alike = context.graph.by_group.get((cluster, ref.group), ())
    namesakes = sorted((other, ownership) for other, ownership in alike if other.name == ref.name)
    for other, ownership in namesakes:
        is_one_of_many = is_hidden and not ref.group.endswith(FLUX)
        if other.kind == ref.kind and not is_one_of_many and not _is_reflected(ownership):
            advice = f"{ELSEWHERE} {other.namespace}"
            return Meant(advice, ((ownership.built.locate(NAME), "this one is in another namespace"),))
    for other, ownership in namesakes:
        if ref.group == SOURCES and other.namespace == ref.namespace:
            return Meant(f"write kind: {other.kind}", ((ownership.built.locate(NAME), f"a {other.kind}"),))
    if written := _written(context, ref):
        related = ((written.locate(NAME), "stands here, and is not applied"),)
        return Meant(f"let something apply {written.path}", related, (written.path,))
    names = sorted(o.name for o, _ in alike if o.kind == ref.kind and o.namespace == ref.namespace)
    guess = closest(ref.name, names) if ref.kind != "Secret" else None
    if guess and (not is_hidden or is_slip(ref.name, guess)):
        return Meant(f"did you mean {guess!r}?", guess=guess)
    return None


def _is_reflected(ownership: Ownership) -> bool:
    annotations = dig(ownership.built.data, ("metadata", "annotations"))
    return isinstance(annotations, dict) and any(str(key).startswith(REFLECTOR) for key in annotations)


def _written(context: Context, ref: Ref) -> Manifest | None:
    """The object as it stands in a file that no build reads."""
    for manifest in context.repo.of_kind(ref.group, ref.kind):
        is_it = manifest.ref.name == ref.name and manifest.ref.namespace in ("", ref.namespace)
        if is_it and context.walked.reads.get(manifest.path) is not Reach.LIVE:
            return manifest
    return None


# -- sources ---------------------------------------------------------------------------------------------------


@check
def missing_source(context: Context) -> Iterator[Hit]:
    """A ``sourceRef`` or ``chartRef`` of what Flux applies that names nothing: one hit for each source.

    The source of a root is made by whoever bootstrapped it. Who reads a source that is missing cannot bring it.
    """
    homes = homes_of_flux(context.walked)
    reconcilers = context.graph.reconcilers
    given = {need.target for need in context.graph.needs if reconcilers[need.owner].root is not None}
    absent: dict[Node, list[Need]] = {}
    for need in context.graph.needs:
        cluster, ref = need.target
        is_named = ref.group == SOURCES and ref.kind != GENERATED and is_resolved(ref) and bool(ref.namespace)
        if is_named and cluster in homes and need.target not in given and not context.graph.owners(need.target):
            absent.setdefault(need.target, []).append(need)
    readers = {need.owner for needs in absent.values() for need in needs}
    for target, needs in absent.items():
        live = [need for need in needs if _is_at_work(context, need.owner)]
        is_hidden = may_be_hidden(context.repo, context.walked, target, readers)
        meant = _meant(context, target, is_hidden=is_hidden)
        if live and (meant or not is_hidden) and not _was_moved(context, target):
            yield _missing_source(target, live, meant, _certainty(is_hidden))


def _certainty(is_hidden: bool) -> Confidence:
    return Confidence.LIKELY if is_hidden else Confidence.CERTAIN


def _was_moved(context: Context, node: Node) -> bool:
    """Whether a kustomization moves the object out of that namespace: then that is the fault."""
    for (cluster, ref), owners in context.graph.objects.items():
        if cluster == node[0] and ref._replace(namespace=node[1].namespace) == node[1]:
            origin = owners[0].built.origin
            data = getattr(origin.document, "data", None)
            if text_at(data, (*origin.route, "metadata", "namespace")) == node[1].namespace:
                return True
    return False


def _is_at_work(context: Context, node: Node) -> bool:
    is_live = context.graph.reach(node) is Reach.LIVE
    return is_live and not is_suspended(context.graph.reconcilers[node].subject)


def _missing_source(target: Node, needs: Sequence[Need], meant: Meant | None, confidence: Confidence) -> Hit:
    first, *others = needs
    more = f" and {len(others)} more read" if others else " reads"
    return Hit(
        message=f"{first.owner[1]}{more} from {target[1]}, which nothing applies",
        at=_named(first),
        label=f"there is no such {target[1].kind}",
        case="misnamed" if meant else "missing",
        subject=first.owner[1],
        clusters=(target[0],),
        related=((*meant.related,) if meant else ())
        + tuple((_named(need), f"{need.owner[1].name} reads from it, too") for need in others),
        help=meant.help if meant else "commit the source, or name one that is applied here",
        effect=f"{first.owner[1].name} gets no artifact: nothing of it is applied or updated",
        confidence=confidence,
        stems=meant.stems if meant else (),
    )


def _named(need: Need) -> Spot:
    place = need.hop.place
    return Place(place.document, (*place.route, "name")) if isinstance(place, Place) else place


# -- variables and values --------------------------------------------------------------------------------------


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
    orders = list(_orders(context, taken.order))
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
            meant = _hashed(context, node) or _meant(context, node)
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


def _orders(context: Context, kind: str) -> Iterator[Reconciler]:
    """The orders to Flux of a kind that are applied, in clusters where it is known that Flux runs."""
    homes = homes_of_flux(context.walked)
    for node, reconciler in context.graph.reconcilers.items():
        is_meant = reconciler.controller is Controller.FLUX and node[1].kind == kind
        if is_meant and node[0] in homes and _is_at_work(context, node):
            yield reconciler


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


# -- providers of alerts ---------------------------------------------------------------------------------------


@check
def missing_provider(context: Context) -> Iterator[Hit]:
    """An Alert whose provider is not there: it tells nobody anything (notification-controller, alert_types.go)."""
    for (cluster, ref), owners in context.graph.objects.items():
        alert = owners[0]
        if (ref.group, ref.kind) != (NOTIFICATIONS, "Alert") or alert.reach is not Reach.LIVE:
            continue
        name = text_at(alert.built.data, ("spec", "providerRef", "name"))
        node = cluster, Ref(NOTIFICATIONS, "Provider", ref.namespace, name)
        if not name or not is_resolved(node[1]) or context.graph.owners(node):
            continue
        is_hidden = may_be_hidden(context.repo, context.walked, node)
        meant = _meant(context, node, is_hidden=is_hidden)
        if cluster not in homes_of_flux(context.walked) or (is_hidden and meant is None):
            continue
        yield Hit(
            message=f"{ref} sends to {node[1]}, which nothing applies",
            at=alert.built.locate(("spec", "providerRef", "name")),
            label="there is no such Provider",
            subject=ref,
            clusters=(cluster,),
            related=meant.related if meant else (),
            help=meant.help if meant else "commit the Provider, or name one that is there",
            effect="nobody hears of what fails",
            confidence=_certainty(is_hidden),
            stems=meant.stems if meant else (),
        )


# -- health ----------------------------------------------------------------------------------------------------


@check
def missing_health_target(context: Context) -> Iterator[Hit]:
    """An object in ``healthChecks`` that nobody applies: the check waits for it until its time is up.

    Not asked where ``wait`` makes Flux pass over the list, nor where a chart or an operator may make the object.
    """
    shadow = shadow_of(context.walked)
    for reconciler in _orders(context, "Kustomization"):
        subject = reconciler.subject
        for index, entry in enumerate(mappings_at(subject.data, HEALTH)):
            ref = Ref(
                text_at(entry, ("apiVersion",)).rpartition("/")[0],
                text_at(entry, ("kind",)),
                text_at(entry, ("namespace",)),
                text_at(entry, ("name",)),
            )
            node = reconciler.cluster, ref
            if dig(subject.data, ("spec", "wait")) is True or not ref.name or not is_resolved(ref):
                continue
            if _exists(context, ref):
                continue
            is_hidden = _may_be_made(context, node, shadow)
            meant = _meant(context, node, is_hidden=is_hidden)
            if is_hidden and meant is None:
                continue
            yield Hit(
                message=f"{subject.ref} asks for the health of {ref}, which nothing applies",
                at=subject.locate((*HEALTH, index, "name")),
                label=f"there is no such {ref.kind}",
                subject=subject.ref,
                clusters=(reconciler.cluster,),
                related=meant.related if meant else (),
                help=meant.help if meant else "name an object that is applied here, or take the entry out",
                effect=f"{subject.ref.name} is never ready, and what depends on it is never applied",
                confidence=_certainty(is_hidden),
                stems=meant.stems if meant else (),
            )


def _exists(context: Context, ref: Ref) -> bool:
    """Whether the object is applied anywhere: what a kubeConfig leads to is asked for in its own cluster.

    Without a namespace any will do: it may be of a kind that has none.
    """
    if ref.namespace:
        return any(other == ref for _, other in context.graph.objects)
    return any(other._replace(namespace="") == ref for _, other in context.graph.objects)


def _may_be_made(context: Context, node: Node, shadow: Shadow) -> bool:
    ref = node[1]
    if order_to(ref) is Controller.FLUX:
        return may_be_hidden(context.repo, context.walked, node)
    if not ref.namespace:
        return shadow != (False, frozenset())
    return shadow.covers(ref.namespace)
