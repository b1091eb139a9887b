"""Namespaces: who declares them, what lands in none or in the default one, and what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    OPAQUE,
    POD_SPECS,
    Context,
    Controller,
    Hit,
    Reach,
    Ref,
    check,
    did_you_mean,
    dig,
    is_namespaced,
    is_suspended,
    leaves_alone,
    order_to,
    sets_namespace,
    text_at,
    violations,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Manifest, Node, Ownership

NAME = ("metadata", "name")
SHOWN = 8
"""How many further places are shown."""


def _applied(context: Context) -> Iterator[Ownership]:
    """Every object that a controller applies now, by its surest owner."""
    for owners in context.graph.objects.values():
        owner = owners[0]
        if owner.reach is Reach.LIVE and not is_suspended(owner.reconciler.subject):
            yield owner


# -- nobody declares it ----------------------------------------------------------------------------------------


@check
def undeclared_namespace(context: Context) -> Iterator[Hit]:
    """A namespace that objects go to and nobody makes, where the matrix has all of them in Git. One hit for each."""
    keeper = _keeper_of_namespaces(context)
    if keeper is None:
        return
    providers, externals = context.providers, context.externals
    found: dict[tuple[str, str], list[Ownership]] = {}
    for owner in _applied(context):
        cluster, ref = owner.delivery.cluster, owner.built.ref
        if ref.namespace and (ref.group == OPAQUE or is_namespaced(ref)) and "{" not in ref.namespace:
            known = providers.namespace(cluster, ref.namespace) or providers.is_home(cluster, ref.namespace)
            if not known and not externals.has(Ref("", "Namespace", "", ref.namespace)):
                found.setdefault((cluster, ref.namespace), []).append(owner)
    for (cluster, name), users in found.items():
        declared = providers.namespaces(cluster)
        if declared and not providers.may_hide_a_namespace(cluster) and not _is_renamed(context, cluster, name):
            yield _undeclared_hit(context, cluster, name, users, keeper)


def _keeper_of_namespaces(context: Context) -> Controller | None:
    """The controller to which the matrix gives every Namespace, if it does so."""
    for component in context.matrix.components if context.matrix else ():
        for clause in component.clauses:
            if dict(clause.globs) in ({"kind": ("Namespace",)}, {"kind": ["Namespace"]}):
                return component.owner if component.owner is not Controller.MANUAL else None
    return None


def _undeclared_hit(context: Context, cluster: str, name: str, users: Sequence[Ownership], keeper: Controller) -> Hit:
    first = min(users, key=lambda owner: (sets_namespace(owner).location, owner.built.ref))
    written = _written(context, name)
    places = {sets_namespace(owner).path: (sets_namespace(owner), f"{owner.built.ref} goes there") for owner in users}
    places.pop(sets_namespace(first).path)
    more = f" and {len(users) - 1} more go" if users[1:] else " goes"
    guess = did_you_mean(name, context.providers.namespaces(cluster))
    return Hit(
        message=f"{first.built.ref}{more} to the namespace {name}, which nothing applies{'' if written else guess}",
        at=sets_namespace(first),
        label="there is no such Namespace",
        subject=first.built.ref,
        clusters=(cluster,),
        owners=(first,),
        related=(
            *(((written.locate(NAME), "stands here, and is not applied"),) if written else ()),
            *places.values(),
        ),
        help=_undeclared_advice(name, written, keeper),
        effect=f"what goes there fails with 'namespaces \"{name}\" not found'",
        stems=(written.path,) if written else (),
    )


def _written(context: Context, name: str) -> Manifest | None:
    return next((m for m in context.repo.of_kind("", "Namespace") if m.ref.name == name), None)


def _is_renamed(context: Context, cluster: str, name: str) -> bool:
    """Whether a Namespace is applied under another name, of which ``renamed-namespace`` tells."""
    written = _written(context, name)
    origin = written.locate(()).location if written else None
    return any(
        where == cluster and (ref.group, ref.kind) == ("", "Namespace") and owner.built.origin.location == origin
        for (where, ref), owners in (context.graph.objects.items() if origin else ())
        for owner in owners
    )


def _undeclared_advice(name: str, written: Manifest | None, keeper: Controller) -> str:
    if written:
        return f"let {keeper.label} apply {written.path}"
    return f"let {keeper.label} apply a Namespace {name}, or add Namespace/{name} to externals if it is made elsewhere"


# -- none, and the default one ---------------------------------------------------------------------------------


@check
def missing_namespace(context: Context) -> Iterator[Hit]:
    """Objects that need a namespace and get none, from nobody. One hit for each reconciler.

    Neither controller falls back to ``default``: Flux asks the API server for a path that does not exist ("namespace
    not specified", fluxcd/pkg, ssa/errors), Argo CD says "Namespace for ... is missing" (controller/state.go).
    """
    found: dict[Node, list[Ownership]] = {}
    for owner in _in_namespace(context, ""):
        found.setdefault(owner.reconciler.node, []).append(owner)
    for users in found.values():
        first, *others = sorted(users, key=lambda owner: (owner.built.origin.location, owner.built.ref))
        yield Hit(
            message=f"{first.built.ref} of {first.reconciler.subject.ref} needs a namespace, and gets none"
            + (f" (and {len(others)} more)" if others else ""),
            at=first.built.locate(NAME),
            label="has no namespace",
            subject=first.built.ref,
            clusters=(first.delivery.cluster,),
            owners=(first,),
            help="set metadata.namespace, namespace: in a kustomization, targetNamespace, or destination.namespace",
            effect="the API server refuses it, and the whole apply fails",
            reach=first.reach,
        )


@check
def default_namespace(context: Context) -> Iterator[Hit]:
    """Objects that are put into the namespace ``default``. One hit for each cluster."""
    found: dict[str, list[Ownership]] = {}
    for owner in _in_namespace(context, "default"):
        found.setdefault(owner.delivery.cluster, []).append(owner)
    for cluster, users in found.items():
        first, *others = sorted(users, key=lambda owner: (sets_namespace(owner).location, owner.built.ref))
        places = {sets_namespace(owner).path: sets_namespace(owner) for owner in others}
        places.pop(sets_namespace(first).path, None)
        yield Hit(
            message=f"{first.built.ref} of {first.reconciler.subject.ref} goes to the namespace default"
            + (f" (and {len(others)} more)" if others else ""),
            at=sets_namespace(first),
            label="puts it there",
            subject=first.built.ref,
            clusters=(cluster,),
            owners=(first,),
            related=tuple((place, "goes there too") for place in list(places.values())[:SHOWN]),
            help="give it a namespace of its own",
            effect="no quota, network policy or Pod Security label is set there, and nothing goes as a whole",
            reach=first.reach,
        )


def _in_namespace(context: Context, namespace: str) -> Iterator[Ownership]:
    """What a controller puts into a namespace, orders aside."""
    for owner in _applied(context):
        ref, reconciler = owner.built.ref, owner.reconciler.subject.ref
        if ref.namespace != namespace or not is_namespaced(ref) or order_to(ref):
            continue
        if reconciler.kind in ("Kustomization", "Application") and not leaves_alone(owner.controller, owner.built.data):
            yield owner


# -- what a namespace refuses ----------------------------------------------------------------------------------

ENFORCE = "pod-security.kubernetes.io/enforce"


@check
def pod_security_violation(context: Context) -> Iterator[Hit]:
    """Pods that their namespace refuses by the level that it enforces. One hit for each workload."""
    for owner in _applied(context):
        ref, route = owner.built.ref, POD_SPECS.get(owner.built.ref.kind)
        if route is None or ref.group == OPAQUE:
            continue
        for space in context.graph.owners((owner.delivery.cluster, Ref("", "Namespace", "", ref.namespace)))[:1]:
            level = text_at(space.built.data, ("metadata", "labels", ENFORCE))
            found = list(violations(level, dig(owner.built.data, route)))
            if found:
                first, *others = found
                more = f" and {len(others)} more" if others else ""
                yield Hit(
                    message=f"{ref} asks for {first.what}{more}, and Namespace {ref.namespace} refuses that",
                    at=owner.built.locate((*route, *first.route)),
                    label=f"refused by {level}",
                    subject=ref,
                    clusters=(owner.delivery.cluster,),
                    owners=(owner,),
                    related=(
                        (space.built.locate(("metadata", "labels", ENFORCE)), f"enforces {level}"),
                        *((owner.built.locate((*route, *v.route)), v.what) for v in others),
                    ),
                    help="change what it asks for, or the level of the namespace if it has to",
                    effect="the workload is there, and has no Pod",
                    reach=owner.reach,
                )
