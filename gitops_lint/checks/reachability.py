"""Reachability from the roots: what stands in Git and goes nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import Context, Controller, Hit, Reach, check, dig, glob, head, upwards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Manifest, Miss, Reconciler

NAME = ("metadata", "name")


@check
def unreached_reconciler(context: Context) -> Iterator[Hit]:
    """Reconcilers of ``params.controller`` that no root reaches: only the top-most, what they bring goes with them.

    One hit for all that one entry would bring, or one directory. ``params.aside`` are places that nobody should apply;
    the directory of a cluster without a root here is one too.
    """
    controller = Controller(context.params["controller"])
    aside = glob(*context.params["aside"])
    known = {_cluster_directory(_path(root)) for root in context.walked.roots} - {None}
    groups: dict[tuple[str, str], tuple[Miss | None, list[Reconciler]]] = {}
    for reconciler in context.walked.unreached:
        path = reconciler.subject.locate(()).path
        if reconciler.controller is not controller or controller in context.walked.assumed or aside(path):
            continue
        cluster = _cluster_directory(path)
        if known and cluster is not None and cluster not in known:
            continue
        miss = context.nearest_miss(path)
        key = (miss.file, miss.entry) if miss else ("", path.rpartition("/")[0])
        groups.setdefault(key, (miss, []))[1].append(reconciler)
    for miss, group in groups.values():
        yield _hit(context, controller, miss, group)


def _hit(context: Context, controller: Controller, miss: Miss | None, group: list[Reconciler]) -> Hit:
    first, *others = (reconciler.subject for reconciler in group)
    paths = [reconciler.subject.locate(()).path for reconciler in group]
    cuts = {cut for reconciler, path in zip(group, paths, strict=True) for cut in _subtree(context, reconciler, path)}
    return Hit(
        message=f"nothing applies {first.ref}" + (f" and {len(others)} more beside it" if others else ""),
        at=first.locate(NAME),
        label="reached by no root",
        case="disabled" if miss and miss.disabled else "unlisted",
        subject=first.ref,
        related=tuple((other.locate(NAME), "not reached either") for other in others),
        help=_advice(context, controller, miss, paths[0]),
        cuts=tuple(sorted(cuts)),
        stems=tuple(dict.fromkeys(paths)),
    )


def _path(root: Reconciler) -> str:
    return f"{str(dig(root.subject.data, ('spec', 'path'))).removeprefix('./').rstrip('/')}/"


def _cluster_directory(path: str) -> str | None:
    """The directory ``clusters/<name>`` that a path lies in."""
    above, found, below = f"/{path}".partition("/clusters/")
    name, inside, _ = below.partition("/")
    return f"{above}{found}{name}" if inside else None


def _advice(context: Context, controller: Controller, miss: Miss | None, path: str) -> str:
    if miss is not None and miss.disabled:
        return f"delete it, or list {miss.entry} in {miss.file} again"
    if order := _order_above(context, path, miss.file if miss else ""):
        return f"let {order.ref} read it ({order.locate(('spec', 'path')).location})"
    if miss is not None:
        return f"list {miss.entry} in {miss.file}"
    declared = context.settings.trees.applications
    if controller is Controller.ARGOCD and declared:
        return f"move it to {head(declared[0])}/, or let an Application bring it"
    reader = "a Flux Kustomization" if controller is Controller.FLUX else "an Application"
    return f"list it in a kustomization that is applied, or let {reader} read its directory"


def _order_above(context: Context, path: str, top: str) -> Manifest | None:
    """The order to Flux in a directory between a file and a kustomization above: it is what was to read the file."""
    above = {above for above in upwards(path.rpartition("/")[0]) if len(above) > len(top.rpartition("/")[0])}
    orders = (
        manifest
        for manifest in context.repo.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization")
        if manifest.path.rpartition("/")[0] in above and manifest.path != path
    )
    return max(orders, key=lambda manifest: len(manifest.path.rpartition("/")[0]), default=None)


def _subtree(context: Context, top: Reconciler, path: str) -> set[str]:
    """The files that only this reconciler, or what it brings, would read."""
    cuts, seen, queue = {path}, {top.node}, [top]
    while queue:
        reconciler = queue.pop()
        for ownership in context.graph.applied_by(reconciler):
            cuts.add(ownership.built.path)
            node = (ownership.delivery.cluster, ownership.built.ref)
            below = context.graph.reconcilers.get(node)
            if below is not None and node not in seen:
                seen.add(node)
                queue.append(below)
    return {cut for cut in cuts if context.walked.reads.get(cut) is not Reach.LIVE}
