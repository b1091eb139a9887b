"""Where one controller meets the other: orders that it applies or deletes, and namespaces that it makes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    PRUNE,
    RELEASE,
    REMOTE_BASE,
    Context,
    Controller,
    Fix,
    Hit,
    Reach,
    Ref,
    annotation,
    check,
    dig,
    glob,
    is_spared,
    is_suspended,
    list_at,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Node, Ownership, Reconciler, Route

FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""With or without ``/background`` behind it: Argo CD deletes what an Application has brought before it lets it go."""
WORKLOAD = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
SUBSYSTEM = ("FluxSubsystem=true", "AutoCreateFluxResources=true")
"""The sync options of Flamingo, the Flux Subsystem for Argo, where Argo CD is meant to show what Flux does."""


@check
def pruned_application(context: Context) -> Iterator[Hit]:
    """Applications that a pruning Kustomization applies, and that take their workload with them when they go.

    An ApplicationSet gives the finalizer to all that it makes, unless it preserves their resources.
    """
    found: dict[Node, list[tuple[Ownership, Route]]] = {}
    for owners in context.graph.objects.values():
        for owner in owners:
            if owner.reach is Reach.LIVE and _prunes(owner) and (route := _cascade(owner)):
                found.setdefault(owner.reconciler.node, []).append((owner, route))
    for group in found.values():
        yield _pruned(group)


def _prunes(owner: Ownership) -> bool:
    """Whether the reconciler deletes the object once it is no longer listed."""
    subject = owner.reconciler.subject
    if subject.ref.kind != "Kustomization" or dig(subject.data, ("spec", "prune")) is not True or is_suspended(subject):
        return False
    return not is_spared(owner.built.data)


def _cascade(owner: Ownership) -> Route | None:
    """The field by which the workload goes with an order to Argo CD; None where it stays, or it is no such order."""
    ref, data = owner.built.ref, owner.built.data
    if ref.group != "argoproj.io":
        return None
    if ref.kind == "Application":
        finalizers: Sequence[object] = list_at(data, ("metadata", "finalizers"))
        places = (index for index, each in enumerate(finalizers) if str(each).startswith(FINALIZER))
        index = next(places, None)
        return None if index is None else ("metadata", "finalizers", index)
    keeps = dig(data, ("spec", "syncPolicy", "preserveResourcesOnDeletion")) is True
    return ("metadata", "name") if ref.kind == "ApplicationSet" and not keeps else None


def _fix(owners: Sequence[Ownership]) -> Fix | None:
    """The mark on each of them; none where one is not marked in its own manifest."""
    changes = [annotation(owner.built, PRUNE, "disabled") for owner in owners]
    marked = tuple(change for change in changes if change is not None)
    title = f"annotate {'it' if len(owners) == 1 else 'them'} with {PRUNE}: disabled"
    return Fix(title, marked) if len(marked) == len(changes) else None


def _pruned(group: Sequence[tuple[Ownership, Route]]) -> Hit:
    (owner, route), *rest = group
    ref, name = owner.built.ref, owner.reconciler.subject.ref
    more = f" and {len(rest)} more" if rest else ""
    whose = "their" if rest else "its"
    return Hit(
        message=f"{name} prunes {ref}{more}, and {whose} workload goes with {'them' if rest else 'it'}",
        at=owner.built.locate(route),
        label="deletes the workload first" if ref.kind == "Application" else "makes Applications that do so",
        subject=name,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        related=tuple((other.built.locate(way), f"{other.built.ref} as well") for other, way in rest),
        help=f"annotate it with {PRUNE}: disabled, or take the finalizer out",
        fix=_fix([owner, *(other for other, _ in rest)]),
        effect=f"a line that is lost from what {name} reads deletes the Application, and all that it has brought",
    )


@check
def flux_orders_by_argocd(context: Context) -> Iterator[Hit]:
    """Applications that apply orders to Flux which bring something themselves, one hit for each.

    Not said of what stands in a declared tree, where the place of the order or the path to it is the fault, and not of
    a FluxInstance, by which Argo CD may install Flux.
    """
    told = glob(*context.tree(Controller.ARGOCD), *context.tree(Controller.FLUX))
    found: dict[Node, list[Ownership]] = {}
    for node, owners in context.graph.objects.items():
        order = context.graph.reconcilers.get(node)
        if order is None or order.controller is not Controller.FLUX or order.subject.ref.kind == "FluxInstance":
            continue
        for owner in owners:
            live = owner.reach is Reach.LIVE and owner.controller is Controller.ARGOCD
            if live and not told(owner.built.path) and not _is_subsystem(owner.reconciler):
                found.setdefault(owner.reconciler.node, []).append(owner)
    for group in found.values():
        yield _nested(group)


def _is_subsystem(reconciler: Reconciler) -> bool:
    options = list_at(reconciler.subject.data, ("spec", "syncPolicy", "syncOptions"))
    return any(option in options for option in SUBSYSTEM)


def _nested(group: Sequence[Ownership]) -> Hit:
    first, name = group[0], group[0].reconciler.subject.ref
    more, it = (f" and {len(group) - 1} more", "them") if len(group) > 1 else ("", "it")
    return Hit(
        message=f"{name} applies {first.built.ref}{more}, which {'are orders' if more else 'is an order'} to Flux",
        at=first.delivery.hop.place,
        label=f"Argo CD applies {it}, Flux carries {it} out",
        subject=name,
        clusters=(first.delivery.cluster,),
        owners=(first,),
        related=tuple((owner.built.locate(("metadata", "name")), f"{owner.built.ref.kind}") for owner in group),
        help=f"let a Flux Kustomization apply {it}, or let {name} bring the workload itself",
        effect="Argo CD shows an order as healthy and none of what it brings, and a rollback there rolls nothing back",
    )


# -- namespaces ------------------------------------------------------------------------------------------------


@check
def flux_creates_application_namespace(context: Context) -> Iterator[Hit]:
    """Namespaces of Applications that only a HelmRelease makes, or that a Flux Kustomization moves workload into.

    A HelmRelease makes its target namespace without a label (helmrelease_types.go, createNamespace); its own exists
    before it does. ``targetNamespace`` of a Kustomization moves all that it applies.
    """
    used, hidden = _namespaces_of_applications(context), _clusters_with_hidden_objects(context)
    moved: dict[Node, list[Ownership]] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        for owner in owners:
            subject = owner.reconciler.subject
            namespace = text_at(subject.data, ("spec", "targetNamespace"))
            application = used.get((cluster, namespace))
            if owner.reach is not Reach.LIVE or owner.controller is not Controller.FLUX or application is None:
                continue
            if ref.kind == RELEASE and cluster not in hidden and _is_made(context, cluster, namespace, owner):
                yield _creating(owner, namespace, application)
            elif subject.ref.kind == "Kustomization" and ref.kind in WORKLOAD and not is_suspended(subject):
                moved.setdefault(owner.reconciler.node, []).append(owner)
    for group in moved.values():
        first = group[0]
        namespace = text_at(first.reconciler.subject.data, ("spec", "targetNamespace"))
        yield _moving(group, namespace, used[first.delivery.cluster, namespace])


def _namespaces_of_applications(context: Context) -> dict[tuple[str, str], Ref]:
    """The namespaces that live Applications apply to, each with one of them."""
    found: dict[tuple[str, str], Ref] = {}
    for (cluster, ref), owners in context.graph.objects.items():
        for owner in owners:
            order = owner.reconciler.subject.ref
            if owner.controller is not Controller.ARGOCD or owner.reach is not Reach.LIVE or not ref.namespace:
                continue
            if order.kind == "Application":
                found.setdefault((cluster, ref.namespace), order)
    return found


def _is_made(context: Context, cluster: str, namespace: str, owner: Ownership) -> bool:
    """Whether a release makes its namespace, and no manifest does."""
    subject = owner.reconciler.subject
    creates = dig(subject.data, ("spec", "install", "createNamespace")) is True
    if not creates or namespace in ("", subject.ref.namespace) or is_suspended(subject):
        return False
    return not context.graph.owners((cluster, Ref("", "Namespace", "", namespace)))


def _clusters_with_hidden_objects(context: Context) -> set[str]:
    """The clusters to which something is applied that cannot be seen here, from another repository or a remote base."""
    return {
        applied.delivery.cluster
        for applied in context.walked.applied
        if applied.reach is Reach.LIVE
        and (
            (applied.delivery.build.opaque and not applied.delivery.build.objects)
            or any(built.ref.kind == REMOTE_BASE for built in applied.delivery.build.objects)
        )
    }


def _creating(owner: Ownership, namespace: str, application: Ref) -> Hit:
    subject = owner.reconciler.subject
    return Hit(
        message=f"{subject.ref} creates Namespace {namespace}, which {application} deploys to and no manifest declares",
        at=subject.locate(("spec", "install", "createNamespace")),
        label="made by Helm, without a label",
        case="creates",
        subject=subject.ref,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        related=((subject.locate(("spec", "targetNamespace")), f"{application} deploys there"),),
        help=f"let Flux apply a manifest of Namespace {namespace}, with its labels, before {subject.ref}",
    )


def _moving(group: Sequence[Ownership], namespace: str, application: Ref) -> Hit:
    first, subject = group[0], group[0].reconciler.subject
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return Hit(
        message=f"{subject.ref} moves {first.built.ref}{more} into {namespace}, where {application} deploys to",
        at=subject.locate(("spec", "targetNamespace")),
        label="set over whatever the manifests say",
        case="moves-in",
        subject=subject.ref,
        clusters=(first.delivery.cluster,),
        owners=(first,),
        help="give it a namespace of its own, or let Argo CD apply it",
    )
