"""Where the walk begins, and what it never reaches.

First the roots that something names (gotk-sync, FluxInstance, scripts, configuration), then those that are told by
what they do. What is left is declared and not applied; kustomizations that nobody uses are built for their own sake,
since faults wait inside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders import kustomize
from gitops_lint.controllers import argocd, bootstrap, flux
from gitops_lint.model import Controller, Reach, Reconciler, dig
from gitops_lint.origin import Origin, guess
from gitops_lint.paths import clamp, upwards
from gitops_lint.shape import text_at
from gitops_lint.walk import IN_CLUSTER, Layout, Walked, Walker, controller_of, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.model import Build, Manifest
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Identity

Brought = dict["Identity", set["Identity"]]
"""What each order would bring along: the orders in its builds."""

ORDERS: Mapping[Controller, tuple[tuple[str, str], ...]] = {
    Controller.FLUX: (flux.KUSTOMIZATION,),
    Controller.ARGOCD: ((argocd.GROUP, "Application"), (argocd.GROUP, "ApplicationSet")),
}
"""Group and kind of the orders by which a hand-made root is told."""

BY_HAND = "applied by hand"


def explore(repo: Repo, layout: Layout) -> Walked:
    """Everything that the repository applies, and what it declares without applying it."""
    origin = Origin((*repo.tree.remotes, *layout.urls))
    starts = bootstrap.flux_starts(repo, layout.roots)
    for start in starts:
        origin.learn(start.url, start.revision)
    walker = Walker(repo, layout, origin)
    walker.walked.guess = guess(repo, origin.urls)
    if walker.walked.guess:
        origin.urls.add(walker.walked.guess.url)
    for start in starts:
        walker.start(start)
    walker.drain()
    unused = _unused_builds(walker)
    _find_more_roots(walker, unused)
    left = _unreached(walker, unused)
    for reconciler in _outermost(left, _brought(walker, left)):
        walker.walked.unreached.append(reconciler)
        walker.push(reconciler, Reach.DECLARED)
    walker.drain()
    _keep_virtual(walker, unused)
    return walker.finish()


# -- roots that nothing names ----------------------------------------------------------------------------------


def _find_more_roots(walker: Walker, unused: Mapping[str, Build]) -> None:
    """Orders that somebody gives by hand, told by what they do: they stand on top, and bring other orders."""
    candidates = _unreached(walker, unused)
    brought = _brought(walker, candidates)
    orders, tops = _orders(walker.repo), {_top(root) for root in walker.walked.roots}
    for reconciler in _outermost(candidates, brought):
        others = brought[origin_of(reconciler.subject)] & orders[reconciler.controller]
        if others and reconciler.subject.ref.kind != "HelmRelease" and not _is_forgotten(reconciler, tops):
            _push_root(walker, reconciler, f"brings other {ORDERS[reconciler.controller][0][1]}s")
            tops.add(_top(reconciler))
    walker.drain()
    for reconciler in _outermost(candidates, brought):
        if _is_applied_by_hand(reconciler, walker):
            _push_root(walker, reconciler, BY_HAND)
    walker.drain()
    for controller in (Controller.FLUX, Controller.ARGOCD):
        _assume_roots(walker, controller, _unreached(walker, unused), brought)


def _orders(repo: Repo) -> Mapping[Controller, set[Identity]]:
    """The orders, as written, that make a root of whoever brings them."""
    return {
        controller: {origin_of(manifest) for kind in kinds for manifest in repo.of_kind(*kind)}
        for controller, kinds in ORDERS.items()
    }


def _is_applied_by_hand(reconciler: Reconciler, walker: Walker) -> bool:
    """Whether an Application stands in the declared directory, and nothing that is applied passes it over.

    A kustomization does that which does not list it; and an Application that reads a directory above, without
    ``recurse`` or by its ``include`` and ``exclude``.
    """
    path = reconciler.subject.locate(()).path
    if reconciler.controller is not Controller.ARGOCD or not walker.layout.is_application_root(path):
        return False
    directory = path.rpartition("/")[0]
    is_unlisted = any(f"{directory}/{name}" in walker.walked.reads for name in kustomize.FILE_NAMES)
    return not is_unlisted and not _is_passed_over(path, walker)


def _is_passed_over(path: str, walker: Walker) -> bool:
    """Whether a live Application reads plain manifests of a directory above a file, and has not read that one."""
    above = {*upwards(path.rpartition("/")[0]), ""}
    return path not in walker.walked.reads and any(
        applied.delivery.path in above
        and applied.reach is Reach.LIVE
        and not applied.delivery.build.opaque
        and applied.reconciler.subject.ref.kind == "Application"
        and argocd.reads_plainly(applied.reconciler.subject, applied.delivery.path, walker.repo)
        for applied in walker.walked.applied
    )


def _is_forgotten(reconciler: Reconciler, tops: set[str]) -> bool:
    """Whether an order stands in a directory that a root of its controller reads, and is not listed there."""
    directory = reconciler.subject.locate(()).path.rpartition("/")[0]
    return reconciler.controller is Controller.FLUX and not tops.isdisjoint(upwards(directory))


def _top(root: Reconciler) -> str:
    return clamp(text_at(root.subject.data, ("spec", "path")))


def _assume_roots(walker: Walker, controller: Controller, unreached: list[Reconciler], brought: Brought) -> None:
    """With no root of a controller anywhere, and no order of its in any build, the top-most are assumed roots."""
    if any(r.controller is controller for r in walker.walked.reconcilers):
        return
    for reconciler in _outermost(unreached, brought):
        if reconciler.controller is controller:
            walker.walked.assumed.add(controller)
            _push_root(walker, reconciler, "assumed")
    walker.drain()


def _push_root(walker: Walker, reconciler: Reconciler, why: str) -> None:
    walker.push(Reconciler(reconciler.controller, reconciler.cluster, reconciler.subject, why), Reach.LIVE)


# -- what no root reaches --------------------------------------------------------------------------------------


def _unreached(walker: Walker, unused: Mapping[str, Build]) -> list[Reconciler]:
    """The reconcilers as written that stand in no build so far, and in no file that is only read as a patch."""
    patches = {path for build in unused.values() for path in build.reads}
    patches -= {built.path for build in unused.values() for built in build.objects}
    clusters = {root.cluster for root in walker.walked.roots} or set(walker.layout.roots)
    found = []
    for manifest in walker.repo.manifests:
        controller = controller_of(manifest.ref)
        if controller is None or manifest.path in patches or manifest.path in walker.walked.reads:
            continue
        if origin_of(manifest) not in walker.origins and isinstance(dig(manifest.data, ("spec",)), dict):
            found.append(Reconciler(controller, _home(manifest, controller, walker.layout, clusters), manifest))
    return found


def _home(manifest: Manifest, controller: Controller, layout: Layout, clusters: set[str]) -> str:
    """The cluster that an order which nothing applies would be given in; ``clusters`` are those that have a root."""
    if controller is Controller.ARGOCD and layout.argocd:
        return layout.argocd
    named = bootstrap.cluster_name(manifest.path.rpartition("/")[0], layout.roots)
    if named in clusters or named in layout.roots or (controller is Controller.FLUX and not clusters):
        return named
    return next(iter(clusters)) if len(clusters) == 1 else IN_CLUSTER


def _brought(walker: Walker, candidates: list[Reconciler]) -> Brought:
    return {origin_of(r.subject): walker.brings(r) for r in candidates}


def _outermost(candidates: list[Reconciler], brought: Brought) -> list[Reconciler]:
    """Those that no other one brings along; of a circle of orders that bring each other, the first."""
    inside = {child for parent, children in brought.items() for child in children if child != parent}
    tops = [r for r in candidates if origin_of(r.subject) not in inside]
    covered: set[Identity] = set()
    for reconciler in tops:
        _cover(origin_of(reconciler.subject), brought, covered)
    for reconciler in candidates:
        if origin_of(reconciler.subject) not in covered:
            tops.append(reconciler)
            _cover(origin_of(reconciler.subject), brought, covered)
    return tops


def _cover(start: Identity, brought: Brought, covered: set[Identity]) -> None:
    """Add an order, and all that it brings in the end, to what is covered."""
    queue = [start]
    while queue:
        identity = queue.pop()
        if identity not in covered:
            covered.add(identity)
            queue.extend(brought.get(identity, ()))


# -- kustomizations that nobody uses ---------------------------------------------------------------------------


def _unused_builds(walker: Walker) -> dict[str, Build]:
    """The kustomizations that no build has read so far, each built by itself."""
    builds: dict[str, Build] = {}
    for directory in _kustomization_directories(walker.repo):
        if directory not in walker.walked.reads:
            builds[directory] = kustomize.shared_build(walker.repo, directory, kustomize.FLUX)
    return builds


def _kustomization_directories(repo: Repo) -> Iterator[str]:
    for path in sorted(repo.tree.files):
        directory, _, name = path.rpartition("/")
        is_named = name in kustomize.FILE_NAMES and repo.tree.resolve(path) == path
        if is_named and not kustomize.is_of_flux(repo.file(path)):
            yield directory


def _keep_virtual(walker: Walker, unused: Mapping[str, Build]) -> None:
    """Note the faults of what is still unused in the end; what another unused one includes goes with that one."""
    left = {directory: build for directory, build in unused.items() if directory not in walker.walked.reads}
    inside = {path for directory, build in left.items() for path in build.reads if path != directory}
    for directory, build in left.items():
        if directory not in inside:
            walker.walked.virtual.append((directory, build))
        for problem in build.problems:
            walker.note(problem, None, Reach.VIRTUAL)
        for path in build.reads:
            walker.walked.reads.setdefault(path, Reach.VIRTUAL)
