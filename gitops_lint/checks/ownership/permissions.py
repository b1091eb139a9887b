"""What Argo CD and its applications are told or permitted to do on ground that is the platform's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    Context,
    Controller,
    Fix,
    Hit,
    Remove,
    Traits,
    check,
    dig,
    glob,
    list_at,
    names_kind,
    permits_everything,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Node, Place, Reconciler, Subject

NAME = ("metadata", "name")
OPTIONS = ("spec", "syncPolicy", "syncOptions")
METADATA = ("spec", "syncPolicy", "managedNamespaceMetadata")

CLUSTER_SCOPED = (
    ("", "Namespace"),
    ("", "PersistentVolume"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("snapshot.storage.k8s.io", "VolumeSnapshotClass"),
)
"""The kinds without a namespace that a platform owns."""


# -- namespaces ------------------------------------------------------------------------------------------------


@check
def argocd_creates_namespace(context: Context) -> Iterator[Hit]:
    """Applications that create their namespace, where the matrix gives namespaces to Flux.

    One hit for all that one parent applies, or that stand in one directory: they are mended together.
    """
    clusters: dict[Node, str] = {a.reconciler.node: a.delivery.cluster for a in context.walked.applied}
    creators: dict[tuple[object, ...], list[Creator]] = {}
    for reconciler in context.walked.reconcilers:
        if reconciler.subject.ref.kind != "Application":
            continue
        namespace = dig(reconciler.subject.data, ("spec", "destination", "namespace"))
        options = dig(reconciler.subject.data, OPTIONS)
        if not isinstance(namespace, str) or not isinstance(options, list) or "{{" in namespace:
            continue
        cluster = clusters.get(reconciler.node, reconciler.cluster)
        if "CreateNamespace=true" not in options or not _belongs_to_flux(context, "Namespace", namespace, cluster):
            continue
        if dig(reconciler.subject.data, METADATA) and _flux_applies(context, namespace, cluster):
            yield _metadata_hit(context, reconciler, namespace, cluster)
        else:
            place = reconciler.subject.locate((*OPTIONS, options.index("CreateNamespace=true")))
            parents = [owner.reconciler.node for owner in context.graph.owners(reconciler.node)]
            parent = parents[0] if parents else place.path.rpartition("/")[0]
            key = (parent, cluster, context.graph.reach(reconciler.node))
            creators.setdefault(key, []).append(Creator(reconciler, namespace, cluster, place))
    for group in creators.values():
        yield _creation_hit(context, group)


class Creator(NamedTuple):
    """An Application, the namespace that it creates, and where it is told to."""

    reconciler: Reconciler
    namespace: str
    cluster: str
    place: Place


def _creation_hit(context: Context, group: Sequence[Creator]) -> Hit:
    first, *others = sorted(group, key=lambda creator: creator.place.location)
    ref = first.reconciler.subject.ref
    told = f"{ref} creates Namespace {first.namespace}, which the matrix gives to Flux"
    what = "the Namespaces" if others else f"a Namespace {first.namespace}"
    if others:
        told = f"{ref} and {len(others)} more create the Namespaces that they need, which the matrix gives to Flux"
    return Hit(
        message=told,
        at=first.place,
        label="Argo CD creates it where it comes first",
        case="option",
        subject=ref,
        clusters=(first.cluster,),
        related=tuple((c.place, f"{c.reconciler.subject.ref} creates {c.namespace}") for c in others),
        help=f"remove the option, and let Flux apply {what}",
        fix=Fix("remove CreateNamespace=true", tuple(Remove(place) for place in {c.place: None for c in group})),
        reach=context.graph.reach(first.reconciler.node),
    )


def _metadata_hit(context: Context, reconciler: Reconciler, namespace: str, cluster: str) -> Hit:
    subject = reconciler.subject
    return Hit(
        message=f"{subject.ref} manages the labels of Namespace {namespace}, which Flux applies",
        at=subject.locate(METADATA),
        label="Flux sets them too",
        case="managed-metadata",
        subject=subject.ref,
        clusters=(cluster,),
        help=f"remove it, and set the labels in the manifest of Namespace {namespace}",
        fix=Fix("remove managedNamespaceMetadata", (Remove(subject.locate(METADATA)),)),
        effect="Argo CD and Flux overwrite each other's labels with every sync",
        reach=context.graph.reach(reconciler.node),
    )


def _belongs_to_flux(context: Context, kind: str, name: str, cluster: str = "") -> bool:
    match = context.matrix.match(Traits(kind=kind, name=name, cluster=cluster)) if context.matrix else None
    return match is not None and match.component.owner is Controller.FLUX


def _flux_applies(context: Context, namespace: str, cluster: str) -> bool:
    return any(
        owner.controller is Controller.FLUX
        for (where, ref), owners in context.graph.objects.items()
        if where == cluster and (ref.group, ref.kind, ref.name) == ("", "Namespace", namespace)
        for owner in owners
    )


# -- projects --------------------------------------------------------------------------------------------------


@check
def project_permits_foreign_kinds(context: Context) -> Iterator[Hit]:
    """An AppProject that lets Argo CD apply kinds which the matrix gives to Flux."""
    for project, reach in context.installation.projects:
        for index, permitted in _foreign_kinds(context, project):
            if permitted:
                it = "them" if len(permitted) > 1 else "it"
                yield Hit(
                    message=f"{project.ref} permits {_listing(permitted)}, which the matrix gives to Flux",
                    at=project.locate(("spec", "clusterResourceWhitelist", index)),
                    label=f"every Application of this project may apply {it}",
                    subject=project.ref,
                    help="list the cluster-scoped kinds that the applications need, and no others",
                    reach=reach,
                )


def _foreign_kinds(context: Context, project: Subject) -> Iterator[tuple[int, list[str]]]:
    """The kinds of Flux that each entry of ``clusterResourceWhitelist`` permits."""
    kinds = [(group, kind) for group, kind in CLUSTER_SCOPED if _belongs_to_flux(context, kind, "*")]
    denied = dig(project.data, ("spec", "clusterResourceBlacklist"))
    left = [kind for kind in kinds if not names_kind(denied, *kind)]
    for index, entry in enumerate(list_at(project.data, ("spec", "clusterResourceWhitelist"))):
        yield index, [kind for group, kind in left if names_kind([entry], group, kind)]


@check
def project_permits_everything(context: Context) -> Iterator[Hit]:
    """An AppProject that permits every source, every destination and every kind.

    Where some of these kinds are Flux's by the matrix, that is what is wrong, and said by itself; and the project
    ``default`` is a matter of the Applications that are in it.
    """
    for project, reach in context.installation.projects:
        is_told = any(permitted for _, permitted in _foreign_kinds(context, project))
        if project.ref.name != "default" and not is_told and permits_everything(project.data):
            yield Hit(
                message=f"{project.ref} permits everything: every source, every destination and every kind",
                at=project.locate(NAME),
                label="a fence around nothing",
                subject=project.ref,
                help="list the repositories, the namespaces and the cluster-scoped kinds that its applications need",
                reach=reach,
            )


def _listing(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# -- power -----------------------------------------------------------------------------------------------------


@check
def cluster_admin_for_applications(context: Context) -> Iterator[Hit]:
    """Bindings to cluster-admin that come with an application, and not with the platform."""
    is_application = glob(*context.tree(Controller.ARGOCD))
    for ownerships in context.graph.objects.values():
        first = next((each for each in ownerships if each.controller is Controller.ARGOCD), ownerships[0])
        binding = first.built
        is_theirs = first.controller is Controller.ARGOCD or is_application(binding.path)
        if not is_theirs or binding.ref.kind != "ClusterRoleBinding" or not dig(binding.data, ("subjects",)):
            continue
        if text_at(binding.data, ("roleRef", "name")) == "cluster-admin":
            yield Hit(
                message=f"{binding.ref} makes an application the master of the whole cluster",
                at=binding.locate(("roleRef", "name")),
                label="every verb on every object",
                subject=binding.ref,
                clusters=(first.delivery.cluster,),
                help="bind a Role with the verbs and the kinds that it needs",
                reach=first.reach,
            )
