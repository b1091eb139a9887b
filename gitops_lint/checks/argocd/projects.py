"""What an AppProject refuses: its Applications are then not synced, whatever Git says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    OPAQUE,
    Context,
    Hit,
    Ref,
    check,
    closest,
    dig,
    is_cluster_scoped,
    is_literal,
    is_slip,
    may_permit_destination,
    names_kind,
    normalise_url,
    permits_everything,
    permits_kind,
    permits_source,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Reach, Reconciler, Route, Subject

ARGOCD = "argoproj.io"
FAILS = "the sync fails at these objects, and what stands behind them is not applied"
SHOWN = 3
"""How many refused objects a message names."""


@check
def refused_by_project(context: Context) -> Iterator[Hit]:
    """An Application that its own AppProject does not permit; a project that is not in this repository is unknown."""
    for reconciler in context.walked.reconcilers:
        if reconciler.subject.ref.kind != "Application" or reconciler.subject.ref.group != ARGOCD:
            continue
        project = _project_of(context, reconciler)
        if project is not None and dig(project.data, ("spec",)):
            yield from _refused_sources(context, reconciler, project)
            yield from _refused_destination(context, reconciler, project)
            yield from _refused_kinds(context, reconciler, project)


@check
def default_project(context: Context) -> Iterator[Hit]:
    """Applications in the project ``default``, unless it stands here and is narrower than Argo CD makes it.

    Those of one directory are one hit: they are to have one project.
    """
    found: dict[tuple[str, Reach], list[Reconciler]] = {}
    for reconciler in context.walked.reconcilers:
        subject = reconciler.subject
        if (subject.ref.group, subject.ref.kind) != (ARGOCD, "Application"):
            continue
        named = dig(subject.data, ("spec", "project"))
        project = _project_of(context, reconciler)
        if named in (None, "", "default") and (project is None or permits_everything(project.data)):
            directory = subject.locate(()).path.rpartition("/")[0]
            found.setdefault((directory, context.graph.reach(reconciler.node)), []).append(reconciler)
    for (_, reach), group in found.items():
        subject = group[0].subject
        what = f"{subject.ref} and {len(group) - 1} more are" if group[1:] else f"{subject.ref} is"
        yield Hit(
            message=f"{what} in the project default, which permits everything",
            at=subject.locate(("spec", "project")),
            subject=subject.ref,
            clusters=tuple(sorted({reconciler.cluster for reconciler in group})),
            related=tuple((other.subject.locate(("spec", "project")), "and here") for other in group[1:]),
            reach=reach,
        )


@check
def missing_project(context: Context) -> Iterator[Hit]:
    """A project that is nowhere here, beside one of almost that name; others may be made elsewhere.

    Those who ask for the same one are one hit. argo-cd, util/argo/argo.go (ValidatePermissions).
    """
    projects = dict(_projects(context))
    names = {ref.name for ref in projects}
    found: dict[tuple[str, str, Reach], list[Reconciler]] = {}
    for reconciler in context.walked.reconcilers if projects else ():
        subject = reconciler.subject
        name = text_at(subject.data, ("spec", "project"))
        if (subject.ref.group, subject.ref.kind) == (ARGOCD, "Application") and name not in ("", "default", *names):
            reach = context.graph.reach(reconciler.node)
            found.setdefault((subject.ref.namespace, name, reach), []).append(reconciler)
    for (namespace, name, _), group in found.items():
        beside = {ref.name: project for ref, project in projects.items() if ref.namespace == namespace}
        meant = closest(name, sorted(other for other in beside if is_slip(name, other))) if is_literal(name) else None
        if meant is not None:
            yield _missing(context, name, group, beside[meant])


def _projects(context: Context) -> Iterator[tuple[Ref, Subject]]:
    """Every project that is written here, and those that are built, which have their namespaces."""
    for manifest in context.repo.of_kind(ARGOCD, "AppProject"):
        yield manifest.ref, manifest
    for (_, ref), owners in context.graph.objects.items():
        if (ref.group, ref.kind) == (ARGOCD, "AppProject"):
            yield ref, owners[0].built


def _missing(context: Context, name: str, group: list[Reconciler], meant: Subject) -> Hit:
    subject, route = group[0].subject, ("spec", "project")
    what = f"{subject.ref} and {len(group) - 1} more are" if group[1:] else f"{subject.ref} is"
    return Hit(
        message=f"{what} in the project {name}, which is nowhere in this repository",
        at=subject.locate(route),
        label="there is no such AppProject",
        subject=subject.ref,
        clusters=tuple(sorted({reconciler.cluster for reconciler in group})),
        related=(
            *((other.subject.locate(route), "and here") for other in group[1:]),
            (meant.locate(("metadata", "name")), "this one is here"),
        ),
        help=f"did you mean {meant.ref.name}?",
        effect="Argo CD refuses to sync this Application",
        reach=context.graph.reach(group[0].node),
    )


def _project_of(context: Context, reconciler: Reconciler) -> Subject | None:
    """The project as it is applied in that cluster, or as it is written where nobody builds it."""
    name = text_at(reconciler.subject.data, ("spec", "project")) or "default"
    ref = Ref(ARGOCD, "AppProject", reconciler.subject.ref.namespace, name)
    owners = context.graph.owners((reconciler.cluster, ref))
    return owners[0].built if owners else context.repo.of_ref(ref)


def _refused_sources(context: Context, reconciler: Reconciler, project: Subject) -> Iterator[Hit]:
    for source in sources(reconciler.subject.data):
        url = source.text("repoURL")
        if url and is_literal(url) and not permits_source(project.data, url, normalise_url):
            at = (*source.route, "repoURL")
            yield _hit(context, reconciler, project, "source", at, f"the source {url}", "sourceRepos")


def _refused_destination(context: Context, reconciler: Reconciler, project: Subject) -> Iterator[Hit]:
    route = ("spec", "destination")
    server, name, namespace = (
        text_at(reconciler.subject.data, (*route, field)) for field in ("server", "name", "namespace")
    )
    if not (server or name) or not is_literal(server, name, namespace):
        return
    if not may_permit_destination(project.data, _known_as(context, server or name), namespace):
        where = f"the namespace {namespace} of {name or server}" if namespace else f"the cluster {name or server}"
        yield _hit(context, reconciler, project, "destination", route, where, "destinations")


def _known_as(context: Context, destination: str) -> tuple[str, ...]:
    """What a cluster is called, where the configuration says that it is called several things."""
    for name, cluster in context.settings.clusters.items():
        if destination in (name, *cluster.destinations):
            return (destination, *cluster.destinations)
    return (destination,)


def _refused_kinds(context: Context, reconciler: Reconciler, project: Subject) -> Iterator[Hit]:
    refused: dict[Ref, str] = {}
    for ownership in context.graph.applied_by(reconciler):
        ref = ownership.built.ref
        namespaced = not is_cluster_scoped(ref)
        if ref.group != OPAQUE and not permits_kind(project.data, ref.group, ref.kind, namespaced=namespaced):
            scope = "namespace" if namespaced else "cluster"
            is_denied = names_kind(dig(project.data, ("spec", f"{scope}ResourceBlacklist")), ref.group, ref.kind)
            refused[ref] = f"{scope}Resource{'Blacklist' if is_denied else 'Whitelist'}"
    if refused:
        named = ", ".join(str(ref) for ref in sorted(refused)[:SHOWN])
        what = named if len(refused) <= SHOWN else f"{named} and {len(refused) - SHOWN} more"
        yield _hit(context, reconciler, project, "kind", ("spec", "project"), what, refused[min(refused)])


def _hit(
    context: Context, reconciler: Reconciler, project: Subject, case: str, at: Route, what: str, field: str
) -> Hit:
    subject = reconciler.subject
    return Hit(
        message=f"{project.ref} does not permit {what} to {subject.ref}",
        at=subject.locate(at),
        label=f"not permitted by {field}",
        case=case,
        subject=subject.ref,
        clusters=(reconciler.cluster,),
        related=((project.locate(("spec", field)), "what the project permits"),),
        help=f"permit it in {field}, or choose another project",
        effect=FAILS if case == "kind" else "Argo CD refuses to sync this Application",
        reach=context.graph.reach(reconciler.node),
    )
