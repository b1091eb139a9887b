"""What production asks of the objects of Argo CD beyond its sync policy: which revision, and who deletes what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    AUTOMATED,
    PINNED,
    Confidence,
    Context,
    Hit,
    check,
    dig,
    glob,
    keeps_applications,
    prunes,
    sources,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Environment, Reconciler, Route, Spot

NAME = ("metadata", "name")
POLICY = "applicationsetcontroller.policy"
"""The switch of the controller, in argocd-cmd-params-cm, that wins over ``applicationsSync`` of all sets."""
HEAD = ("", "HEAD")


def of_production(context: Context) -> Iterator[tuple[Reconciler, Environment]]:
    """The Applications of production: of what is synced by hand, and of ``params.production``."""
    names = {*context.environments.guarded, *context.params["production"]}
    for reconciler in context.walked.reconcilers:
        if reconciler.subject.ref.kind == "Application":
            environment = context.environment(reconciler)
            if environment is not None and environment.name in names:
                yield reconciler, environment


# -- what is deleted ---------------------------------------------------------------------------------------------------


@check
def unconfirmed_prune(context: Context) -> Iterator[Hit]:
    """Applications of production that delete by themselves what a commit takes out.

    Those that are to be synced by hand are not asked: that they sync by themselves is the fault there.
    """
    guarded = context.environments.guarded
    found: dict[Spot, list[tuple[Reconciler, Environment]]] = {}
    for reconciler, environment in of_production(context):
        if environment.name not in guarded and prunes(reconciler.subject.data):
            place = reconciler.subject.locate((*AUTOMATED, "prune"))
            found.setdefault(place, []).append((reconciler, environment))
    for spot, group in found.items():
        (reconciler, environment), *others = group
        who = f"{reconciler.subject.ref} and {len(others)} more" if others else str(reconciler.subject.ref)
        yield Hit(
            message=f"{who} {'delete' if others else 'deletes'} from {environment.name} whatever a commit takes out",
            at=spot,
            label="asks nobody",
            subject=reconciler.subject.ref,
            clusters=tuple(sorted({member.cluster for member, _ in group})),
            help="add Prune=confirm to syncPolicy.syncOptions: Argo CD then waits for somebody to confirm",
            effect="a file that drops out of a kustomization by mistake takes its volumes along",
            confidence=_confidence([member for _, member in group]),
            reach=context.graph.reach(reconciler.node),
        )


@check
def deleting_set(context: Context) -> Iterator[Hit]:
    """ApplicationSets whose Applications of production go, with all that they applied, when a generator drops them."""
    if _is_kept_by_the_controller(context):
        return
    found: dict[Spot, list[tuple[Reconciler, Environment, Reconciler]]] = {}
    for reconciler, environment in of_production(context):
        for maker in context.graph.makers(reconciler):
            if not keeps_applications(maker.subject.data):
                found.setdefault(maker.subject.locate(NAME), []).append((reconciler, environment, maker))
    for spot, group in found.items():
        (reconciler, environment, maker), *others = group
        more = f" and {len(others)} more" if others else ""
        yield Hit(
            message=f"{maker.subject.ref} deletes {reconciler.subject.ref}{more} of {environment.name}, and all that "
            f"{'they have' if others else 'it has'} applied, once its generators drop {'them' if others else 'it'}",
            at=spot,
            label="a mistake in a generator empties production",
            subject=maker.subject.ref,
            clusters=(maker.cluster,),
            help="set syncPolicy.preserveResourcesOnDeletion: true, or applicationsSync: create-update",
            effect="a renamed directory, a cluster Secret without its label or a deleted set deletes what runs",
            confidence=_confidence([member for _, member, _ in group]),
            reach=context.graph.reach(maker.node),
        )


def _is_kept_by_the_controller(context: Context) -> bool:
    """Whether the controller is told never to delete Applications, be it in any of the clusters."""
    policies = (config.text(POLICY) for config in context.installation.named("argocd-cmd-params-cm"))
    return any(policy not in ("", "sync", "create-delete") for policy in policies)


# -- which revision ----------------------------------------------------------------------------------------------------


@check
def mutable_revision(context: Context) -> Iterator[Hit]:
    """Applications of production that follow a branch, where most others of production name a version.

    With ``params.required`` all of them are to name one. ``params.branches`` are names that only a branch has: whether
    another one is a branch or a tag nobody here knows.
    """
    followers = list(_followers(context))
    pinned = [reconciler for reconciler, _ in of_production(context) if _is_pinned(reconciler)]
    if not context.params["required"] and (len(pinned) < 2 or len(pinned) <= len(followers)):
        return
    found: dict[Spot, list[tuple[Reconciler, Environment, str]]] = {}
    for reconciler, environment, route, branch in followers:
        found.setdefault(reconciler.subject.locate(route), []).append((reconciler, environment, branch))
    for spot, group in found.items():
        (reconciler, environment, branch), *others = group
        who = f"{reconciler.subject.ref} and {len(others)} more" if others else str(reconciler.subject.ref)
        custom = f", and {len(pinned)} others there name a version" if pinned else ""
        yield Hit(
            message=f"{who} of {environment.name} {'follow' if others else 'follows'} {branch}{custom}",
            at=spot,
            label="another commit with every merge",
            subject=reconciler.subject.ref,
            clusters=tuple(sorted({member.cluster for member, _, _ in group})),
            help="name a tag or a commit, and raise it with a commit of its own",
            effect="what a sync brings to production depends on when somebody presses the button",
            confidence=_confidence([member for _, member, _ in group]),
            reach=context.graph.reach(reconciler.node),
        )


def _followers(context: Context) -> Iterator[tuple[Reconciler, Environment, Route, str]]:
    """The Applications of production with a source that is a branch for certain, and where it says so."""
    is_branch = glob(*context.params["branches"])
    for reconciler, environment in of_production(context):
        for route, revision in _revisions(reconciler):
            if revision in HEAD or revision.startswith("refs/heads/") or is_branch(revision):
                yield reconciler, environment, route, revision if revision not in HEAD else "the default branch"
                break


def _is_pinned(reconciler: Reconciler) -> bool:
    revisions = [revision for _, revision in _revisions(reconciler)]
    return bool(revisions) and all(revision not in HEAD and PINNED.match(revision) for revision in revisions)


def _revisions(reconciler: Reconciler) -> Iterator[tuple[Route, str]]:
    """What the sources in Git ask for: charts and artifacts of registries have versions, not branches."""
    for source in sources(reconciler.subject.data):
        target = dig(source.data, ("targetRevision",))
        is_git = not source.text("chart") and not source.text("repoURL").startswith("oci://")
        if is_git and (target is None or isinstance(target, str)):
            yield (*source.route, "targetRevision"), target or ""


@check
def head_revision(context: Context) -> Iterator[Hit]:
    """Applications that do not say which branch they follow; those of one template, or one file, are one hit."""
    found: dict[Spot, list[Reconciler]] = {}
    for reconciler in context.walked.reconcilers:
        if reconciler.subject.ref.kind == "Application":
            for route, revision in _revisions(reconciler):
                if revision in HEAD:
                    found.setdefault(reconciler.subject.locate(route), []).append(reconciler)
                    break
    for spot, (first, *others) in found.items():
        who = f"{first.subject.ref} and {len(others)} more" if others else str(first.subject.ref)
        yield Hit(
            message=f"{who} {'follow' if others else 'follows'} whatever the default branch of the repository is",
            at=spot,
            label="no branch is named",
            subject=first.subject.ref,
            clusters=tuple(sorted({member.cluster for member in (first, *others)})),
            help="set targetRevision to the branch, or to a tag",
            effect="who makes another branch the default one deploys it",
            reach=context.graph.reach(first.node),
        )


def _confidence(environments: Sequence[Environment]) -> Confidence:
    return Confidence.CERTAIN if any(each.certain for each in environments) else Confidence.POSSIBLE
