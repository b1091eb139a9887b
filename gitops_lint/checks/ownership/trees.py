"""Trees: each controller reads its own part of the repository, and each object stands where its reader looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    RELEASE,
    Context,
    Controller,
    Fix,
    Hit,
    Location,
    Move,
    Reach,
    check,
    glob,
    head,
    is_suspended,
    order_to,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.context import Build, Manifest, Ownership, Reconciler, Spot


SOURCES = "source.toolkit.fluxcd.io"


class Border(NamedTuple):
    """The trees as one controller sees them: what it may read, what it may not, and whose that is."""

    controller: Controller
    own: tuple[str, ...]
    foreign: tuple[str, ...]
    by_hand: tuple[str, ...]

    @property
    def globs(self) -> tuple[str, ...]:
        return (*self.foreign, *self.by_hand)

    def is_foreign(self, path: str) -> bool:
        """Whether a path lies in a tree that is not the controller's; what trees share is its own."""
        return glob(*self.globs)(path) and not glob(*self.own)(path)

    def owner(self, path: str) -> str:
        """Who is to apply a foreign path, in words."""
        return other_than(self.controller).label if glob(*self.foreign)(path) else "whoever applies it by hand"


@check
def controller_outside_its_tree(context: Context) -> Iterator[Hit]:
    """A controller applies objects from the other one's tree, directly or through any kustomization.

    Judged by built objects: a path above the tree that applies nothing from it is fine. Orders to Argo CD are
    fine too: whoever applies an Application does not apply what it brings. ``params.also`` are trees that belong to
    neither controller.
    """
    controller = Controller(context.params["controller"])
    foreign = context.tree(other_than(controller))
    if not foreign:
        return
    border = Border(controller, context.tree(controller), foreign, tuple(context.params.get("also", ())))
    for reconciler in context.walked.reconcilers:
        if reconciler.controller is not controller or _is_brought_over(context, reconciler, border):
            continue
        found: dict[Spot, list[Ownership]] = {}
        for ownership in context.graph.applied_by(reconciler):
            if border.is_foreign(ownership.read_from) and _is_read(ownership):
                found.setdefault(_crossing(ownership, border.is_foreign), []).append(ownership)
        for at, ownerships in found.items():
            yield _crossing_hit(at, ownerships, border)


def other_than(controller: Controller) -> Controller:
    """The other one of the two controllers."""
    return Controller.ARGOCD if controller is Controller.FLUX else Controller.FLUX


def _is_brought_over(context: Context, reconciler: Reconciler, border: Border) -> bool:
    """Whether a Flux order stands in the foreign tree itself, and Flux has read it from there: that is the fault."""
    if not border.is_foreign(reconciler.subject.locate(()).path):
        return False
    return any(
        order_to(reconciler.subject.ref) is Controller.FLUX and owner.controller is Controller.FLUX
        for owner in context.graph.owners(reconciler.node)
    )


def _is_read(ownership: Ownership) -> bool:
    """Whether the object comes from where it stands: a chart from elsewhere does not, nor does what an order brings."""
    if ownership.built.ref.kind == RELEASE and ownership.delivery.path is None:
        return False
    return order_to(ownership.built.ref) is not Controller.ARGOCD


def _crossing(ownership: Ownership, is_foreign: Callable[[str], bool]) -> Spot:
    """The field that leads into the tree: the last hop that itself stands outside."""
    hops = (ownership.delivery.hop, *(ownership.built.via.walk() if ownership.built.via else ()))
    outside: list[Spot] = [hop.place for hop in hops if _is_written(hop.place) and not is_foreign(hop.place.path)]
    return outside[-1] if outside else hops[0].place


def _is_written(place: Spot) -> bool:
    """Whether a place is a field that somebody wrote: a kustomization that Flux generates is a mere directory."""
    return not isinstance(place, Location) or place.span is not None


ADVICE = {
    "direct": "let {owner} apply it, or move it to {own}: {tree} is left to {owner}",
    "transitive": "remove this entry: {tree} is left to {owner}",
    "ancestor": "narrow the path to {own}, or list there in a kustomization.yaml what {who} is to apply",
    "suspended": "let it read a directory of {own} before it is resumed, or delete it",
}


def _crossing_hit(at: Spot, ownerships: Sequence[Ownership], border: Border) -> Hit:
    first = min(ownerships, key=lambda o: (o.built.ref.kind == RELEASE, o.built.origin.location))
    case = _case(first, at, border)
    tree = tree_of(first.read_from, border.globs)
    who, name = first.controller.label, first.reconciler.subject.ref
    others = f" and {len(ownerships) - 1} more" if len(ownerships) > 1 else ""
    verb = "would apply" if case == "suspended" else "applies"
    own = " or ".join(map(tree_name, border.own)) or "its own tree"
    return Hit(
        message=f"{who} reaches into {tree}: {name} {verb} {first.built.ref}{others}",
        at=at,
        label=f"this leads into {tree}",
        case=case,
        subject=name,
        clusters=(first.delivery.cluster,),
        owners=(first,),
        help=ADVICE[case].format(own=own, tree=tree, owner=border.owner(first.read_from), who=who),
        reach=first.reach,
        wrong_turn=True,
    )


def _case(ownership: Ownership, at: Spot, border: Border) -> str:
    path = ownership.delivery.path
    if is_suspended(ownership.reconciler.subject):
        return "suspended"
    if path is not None and border.is_foreign(f"{path}/"):
        return "direct"
    return "ancestor" if at == ownership.delivery.hop.place else "transitive"


def tree_of(path: str, globs: Sequence[str]) -> str:
    """The tree that holds a path, in words: its glob up to the first wildcard, else the glob itself."""
    return tree_name(next((pattern for pattern in globs if glob(pattern)(path)), globs[0]))


def tree_name(pattern: str) -> str:
    """A tree in words."""
    return f"{head(pattern)}/" if head(pattern) else pattern


@check
def order_in_wrong_tree(context: Context) -> Iterator[Hit]:
    """An order to one controller that stands in the tree of the other one.

    Not said where Flux applies its order from there: then the path that reaches into the tree is the fault. The
    entry of a cluster (``params.exempt`` and the configured roots) is where Flux may hand over to Argo CD.
    """
    roots = [f"{cluster.root.strip('./')}/" for cluster in context.settings.clusters.values() if cluster.root]
    exempt = glob(*context.params.get("exempt", ()), *roots)
    read_by_flux = {
        owner.built.origin
        for owners in context.graph.objects.values()
        for owner in owners
        if owner.controller is Controller.FLUX and order_to(owner.built.ref) is Controller.FLUX
    }
    strays: dict[tuple[Controller, str], list[Manifest]] = {}
    for manifest in context.repo.manifests:
        controller = order_to(manifest.ref)
        if controller is None or manifest.ref.kind == "AppProject":
            continue
        globs = context.tree(other_than(controller))
        if not glob(*globs)(manifest.path) or glob(*context.tree(controller))(manifest.path):
            continue
        if controller is Controller.ARGOCD and exempt(manifest.path):
            continue
        if manifest.locate(()) not in read_by_flux:
            strays.setdefault((controller, manifest.path.rpartition("/")[0]), []).append(manifest)
    for (controller, _), group in strays.items():
        leading = [manifest for manifest in group if manifest.ref.group != SOURCES]
        for manifest in leading:
            yield _stray_hit(context, manifest, controller)
        if not leading:  # sources that came along with a HelmRelease or a Kustomization go with it
            yield _stray_hit(context, group[0], controller, len(group) - 1)


def _stray_hit(context: Context, manifest: Manifest, controller: Controller, others: int = 0) -> Hit:
    tree = tree_of(manifest.path, context.tree(other_than(controller)))
    applications = context.settings.trees.applications if controller is Controller.ARGOCD else ()
    homes = (*applications, *context.tree(controller))
    home = f"to {tree_of('', homes[:1])}" if homes else f"out of {tree}"
    whose = other_than(controller).label
    what = f"{manifest.ref} and {others} more are orders" if others else f"{manifest.ref} is an order"
    stands = "stand" if others else "stands"
    return Hit(
        message=f"{what} to {controller.label}, but {stands} in {tree}, the tree of {whose}",
        at=manifest.locate(("kind",)),
        label=f"{controller.label} takes orders of this kind",
        case=controller.value,
        subject=manifest.ref,
        help=f"move {manifest.path} {home}, or replace it by an order to {whose}",
    )


@check
def application_outside_its_directory(context: Context) -> Iterator[Hit]:
    """Applications stand in the declared directory; those under ``params.exempt`` may stand elsewhere.

    In the tree of Flux they are strays in a wrong tree, which is another question; and a patch is no Application.
    """
    declared = tuple(context.settings.trees.applications)
    if not declared:
        return
    fine = glob(*declared, *context.params["exempt"], *context.tree(Controller.FLUX))
    home = f"{head(declared[0])}/"
    built = {built.origin for build in _builds(context) for built in build.objects}
    for manifest in context.repo.manifests:
        if order_to(manifest.ref) is not Controller.ARGOCD or manifest.ref.kind not in context.params["kinds"]:
            continue
        reach = context.walked.reads.get(manifest.path)
        is_patch = reach is not None and manifest.locate(()) not in built
        if not fine(manifest.path) and not is_patch:
            yield Hit(
                message=f"{manifest.ref} stands in {manifest.path}, outside of {home}",
                at=manifest.locate(("kind",)),
                label="an order to Argo CD",
                subject=manifest.ref,
                help=f"move it to {home}",
                fix=_move(context, manifest, reach, home, fine),
                cuts=(manifest.path,) if reach is not Reach.LIVE else (),
            )


def _move(
    context: Context, manifest: Manifest, reach: Reach | None, home: str, is_fine: Callable[[str], bool]
) -> Fix | None:
    """A move of the file; not of one that a build reads by its name, nor of one that holds something else too."""
    path, new = manifest.path, f"{home}{manifest.path.rpartition('/')[2]}"
    alone = all(order_to(other.ref) is Controller.ARGOCD for other in context.repo.by_path.get(path, ()))
    if reach is not None or not alone or not is_fine(new) or context.repo.tree.is_file(new):
        return None
    return Fix(f"move the file to {new}", (Move(path, new),))


def _builds(context: Context) -> Iterator[Build]:
    yield from (applied.delivery.build for applied in context.walked.applied)
    yield from (build for _, build in context.walked.virtual)
