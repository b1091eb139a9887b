"""Image updates: who writes to the repository, and into whose tree.

image-automation-controller, docs/spec (ImageUpdateAutomation); argocd-image-updater, docs (update methods).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import (
    Context,
    Controller,
    Hit,
    Location,
    Reach,
    Ref,
    Span,
    check,
    dig,
    glob,
    head,
    is_suspended,
    list_at,
    normalise_url,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.context import Applied, Node, Ownership, Route, Subject

MARKER = re2.compile(r"""["']?\$imagepolicy["']?\s*:\s*["']?([^:"'\s]+):""")
"""What marks a field for a policy, ahead of the policy's namespace."""
UPDATER = "argocd-image-updater.argoproj.io"
WRITES = ("kustomization", "helmvalues")


class Trees(NamedTuple):
    """The trees of whoever does not write, and whether a path lies in one of them."""

    globs: tuple[str, ...]
    is_foreign: Callable[[str], bool]

    def name(self, path: str) -> str:
        """The tree that holds a path, in words."""
        top = head(next((pattern for pattern in self.globs if glob(pattern)(path)), self.globs[0]))
        return f"{top}/"


@check
def foreign_image_updates(context: Context) -> Iterator[Hit]:
    """A controller commits new image tags to the tree of the other one, on the branch that is applied.

    What is proposed on a branch of its own somebody looks at before it is merged.
    """
    if trees := _foreign_to(context, Controller.FLUX):
        yield from _automations(context, trees)
    if trees := _foreign_to(context, Controller.ARGOCD):
        for applied in context.walked.applied:
            if applied.reconciler.subject.ref.kind == "Application" and applied.delivery.path is not None:
                yield from _write_back(applied, trees)
        for (_, ref), owners in context.graph.objects.items():
            if (ref.group, ref.kind) == (UPDATER, "ImageUpdater"):
                yield from _updater(context, owners[0], trees)


def _foreign_to(context: Context, writer: Controller) -> Trees | None:
    other = Controller.ARGOCD if writer is Controller.FLUX else Controller.FLUX
    theirs, own = context.tree(other), context.tree(writer)
    return Trees(theirs, lambda path: glob(*theirs)(path) and not glob(*own)(path)) if theirs else None


# -- Flux ------------------------------------------------------------------------------------------------------


def _automations(context: Context, trees: Trees) -> Iterator[Hit]:
    """What the automations of Flux write that read this repository and push to the branch that they read."""
    found = [
        (cluster, owners[0])
        for (cluster, ref), owners in context.graph.objects.items()
        if (ref.group, ref.kind) == ("image.toolkit.fluxcd.io", "ImageUpdateAutomation")
        and owners[0].reach is Reach.LIVE
        and not is_suspended(owners[0].built)
    ]
    ours = _own_sources(context) if found else frozenset()
    marks = [mark for mark in _marks(context) if trees.is_foreign(mark.at.path)] if found else []
    for cluster, ownership in found:
        built = ownership.built
        if (cluster, _source(built)) in ours and not _has_a_branch_of_its_own(context, cluster, built):
            yield from _automation(cluster, ownership, marks, trees)


def _automation(cluster: str, ownership: Ownership, marked: Sequence[Mark], trees: Trees) -> Iterator[Hit]:
    """What an ImageUpdateAutomation writes: the fields below its path that are marked for policies of its namespace."""
    built = ownership.built
    named = text_at(built.data, ("spec", "update", "path"))
    top = posixpath.normpath(named or ".").lstrip("/")
    top = "" if top == "." else top
    below = f"{top}/" if top else ""
    marks = [m.at for m in marked if m.namespace == built.ref.namespace and m.at.path.startswith(below)]
    if not marks and not (top and trees.is_foreign(below)):
        return
    tree = trees.name(marks[0].path if marks else below)
    what = f"{len(marks)} image{'s' if len(marks) > 1 else ''} there" if marks else "whatever is marked there"
    yield Hit(
        message=f"{built.ref} writes into {tree}, the tree of Argo CD: it updates {what}",
        at=built.locate(("spec", "update", "path") if named else ("metadata", "name")),
        label=f"covers {tree}",
        subject=built.ref,
        clusters=(cluster,),
        owners=(ownership,),
        related=tuple((mark, "marked for a policy of this namespace") for mark in marks),
        help=f"narrow update.path to the tree of Flux, or push to a branch of its own: {tree} is left to Argo CD",
        effect="Argo CD deploys what Flux commits, and nobody has looked at it",
    )


def _own_sources(context: Context) -> frozenset[Node]:
    """The sources that are this repository: those of the Kustomizations whose paths are ours."""
    readers = {applied.reconciler.node for applied in context.walked.applied if applied.delivery.path is not None}
    return frozenset(need.target for need in context.graph.needs if need.owner in readers)


def _source(automation: Subject) -> Ref:
    reference = dig(automation.data, ("spec", "sourceRef"))
    namespace = text_at(reference, ("namespace",)) or automation.ref.namespace
    kind = text_at(reference, ("kind",)) or "GitRepository"
    return Ref("source.toolkit.fluxcd.io", kind, namespace, text_at(reference, ("name",)))


def _has_a_branch_of_its_own(context: Context, cluster: str, automation: Subject) -> bool:
    """Whether what it pushes has to be merged by somebody; so it counts where the branch that it reads is not known."""
    push = text_at(automation.data, ("spec", "git", "push", "branch"))
    if not push:
        return bool(text_at(automation.data, ("spec", "git", "push", "refspec")))
    owners = context.graph.owners((cluster, _source(automation)))
    read = text_at(automation.data, ("spec", "git", "checkout", "ref", "branch"))
    return push != (read or (text_at(owners[0].built.data, ("spec", "ref", "branch")) if owners else ""))


class Mark(NamedTuple):
    """A line that is marked for a policy, and the policy's namespace."""

    at: Location
    namespace: str


def _marks(context: Context) -> Iterator[Mark]:
    """The lines of the repository that are marked for a policy."""
    for path in context.repo.tree.files:
        file = context.repo.file(path) if path.endswith((".yaml", ".yml")) else None
        if file is None or "$imagepolicy" not in file.text:
            continue
        for number, line in enumerate(file.text.split("\n"), 1):
            if found := MARKER.search(line):
                at = Location(path, Span(number, found.start() + 1, number, found.end() + 1))
                yield Mark(at, found.group(1))


# -- Argo CD ---------------------------------------------------------------------------------------------------


def _write_back(applied: Applied, trees: Trees) -> Iterator[Hit]:
    """What argocd-image-updater writes for an Application that asks for it by annotations."""
    subject, path = applied.reconciler.subject, applied.delivery.path or ""
    method, elsewhere = _annotation(subject, "write-back-method"), _annotation(subject, "git-repository")
    own = {normalise_url(source.text("repoURL")) for source in sources(subject.data)}
    is_elsewhere = elsewhere and normalise_url(elsewhere) not in own
    if not method.startswith("git") or ":" in _annotation(subject, "git-branch") or is_elsewhere:
        return
    written = _target(_annotation(subject, "write-back-target"), path)
    if written and trees.is_foreign(written) and not trees.is_foreign(f"{path}/"):
        route: Route = ("metadata", "annotations", f"{UPDATER}/write-back-target")
        yield _written(subject, route, written, trees, applied.reach)


def _updater(context: Context, ownership: Ownership, trees: Trees) -> Iterator[Hit]:
    """What an ImageUpdater writes: only a target from the root says where without the Applications that it selects."""
    built = ownership.built
    routes: Sequence[Route] = (
        ("spec", "writeBackConfig"),
        *(
            ("spec", "applicationRefs", index, "writeBackConfig")
            for index, _ in enumerate(list_at(built.data, ("spec", "applicationRefs")))
        ),
    )
    for route in routes:
        method, git = text_at(built.data, (*route, "method")), (*route, "gitConfig")
        if text_at(built.data, (*git, "repository")) or ":" in text_at(built.data, (*git, "branch")):
            continue
        target = text_at(built.data, (*git, "writeBackTarget"))
        written = _target(target, "") if method.startswith("git") and ":/" in target else ""
        if written and trees.is_foreign(written) and context.repo.tree.is_directory(posixpath.dirname(written)):
            yield _written(built, (*git, "writeBackTarget"), written, trees, ownership.reach)


def _annotation(subject: Subject, name: str) -> str:
    return text_at(subject.data, ("metadata", "annotations", f"{UPDATER}/{name}"))


def _target(target: str, path: str) -> str:
    """The file that a write-back target names: from the root, or from the path of the Application."""
    kind, _, name = target.partition(":")
    if kind not in WRITES or not name or "{{" in name:
        return ""
    where = name.lstrip("/") if name.startswith("/") else posixpath.join(path, name)
    file = posixpath.normpath(where)
    return f"{file}/kustomization.yaml" if kind == "kustomization" else file


def _written(subject: Subject, route: Route, path: str, trees: Trees, reach: Reach) -> Hit:
    tree = trees.name(path)
    return Hit(
        message=f"{subject.ref} lets image updates be written into {tree}, the tree of Flux: {path}",
        at=subject.locate(route),
        label="where argocd-image-updater writes to",
        subject=subject.ref,
        help="write to the directory of the Application, or to a branch of its own",
        effect="Flux deploys what argocd-image-updater commits, and nobody has looked at it",
        reach=reach,
    )
