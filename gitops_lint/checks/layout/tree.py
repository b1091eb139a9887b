"""The layout of the repository: what is declared to be there is there, and what is there was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    FILE_NAMES,
    KUSTOMIZATION_FILES,
    OPAQUE,
    Context,
    Controller,
    Hit,
    Location,
    Place,
    Reach,
    check,
    glob,
    head,
    list_at,
    normalise,
    upwards,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Ownership

WILD = frozenset("*?{")
GOTK = ("gotk-sync.yaml", "gotk-components.yaml")
"""What ``flux bootstrap`` writes into ``<path>/flux-system`` (fluxcd/flux2, pkg/manifestgen)."""
MAX_NAMES = 4
"""Paths that a message names; the others are counted."""


# -- what is declared, and missing -----------------------------------------------------------------------------


@check
def missing_from_layout(context: Context) -> Iterator[Hit]:
    """Files or directories (``params.kind``) of the declared layout that are not there.

    Of a whole directory that is missing, what should be in it is not told again; what one directory lacks is one hit.
    Whoever has less than half of what a preset declares has another layout.
    """
    is_directory = context.params["kind"] == "directory"
    directories = _directories(context)
    missing: dict[str, dict[str, str]] = {}
    tops_of = {entry: _missing_top(context, entry, directories) for entry in context.settings.layout}
    inherited = [entry for entry in tops_of if _declared_at(context, entry) is None]
    is_foreign = 2 * sum(tops_of[entry] is not None for entry in inherited) > len(inherited)
    for entry, top in tops_of.items():
        if is_foreign and entry in inherited:
            continue
        if top is not None and top.endswith("/") is is_directory:
            missing.setdefault(top.rstrip("/").rpartition("/")[0], {}).setdefault(top, entry)
    for found in missing.values():
        at = _declared_at(context, next(iter(found.values())))
        yield _missing_hit(context, list(found), at, is_directory=is_directory)


def _declared_at(context: Context, entry: str) -> Place | None:
    """The line of the repository's own configuration that declares a path."""
    for name in FILE_NAMES:
        file = context.repo.file(name) if context.repo.tree.is_file(name) else None
        for document in file.documents[:1] if file else ():
            entries = list_at(document.data, ("layout",))
            if entry in entries:
                return Place(document, ("layout", entries.index(entry)))
    return None


def _directories(context: Context) -> set[str]:
    """The directories of the repository, each with a slash at its end."""
    return {f"{above}/" for path in context.repo.tree.files for above in upwards(path.rpartition("/")[0])}


def _missing_top(context: Context, entry: str, directories: set[str]) -> str | None:
    """The highest part of a declared path that is not there; a directory ends in a slash."""
    tree, steps = context.repo.tree, (normalise(entry) or "").split("/")
    for depth in range(1, len(steps) + 1):
        path, is_last = "/".join(steps[:depth]), depth == len(steps)
        is_file = is_last and not entry.endswith("/")
        if set(path) & WILD:
            known = tree.files if is_file else directories
            test = glob(path if is_file else f"{path}/")
            found = any(test(one) for one in known)
        else:
            found = tree.is_file(path) if is_file else tree.is_directory(path)
            found = found or tree.left_out(path) is not None
        if not found:
            return path if is_file else f"{path}/"
    return None


def _missing_hit(context: Context, tops: Sequence[str], at: Place | None, *, is_directory: bool) -> Hit:
    nearest = context.repo.nearest(tops[0].rstrip("/")) if len(tops) == 1 and not set(tops[0]) & WILD else None
    what = "directories" if is_directory else "files"
    message = f"{_listed(tops)} are missing: the declared layout has these {what}"
    if len(tops) == 1:
        message = f"{tops[0]} is missing: the declared layout has this {'directory' if is_directory else 'file'}"
    hint = f"; did you mean {nearest} by it?" if nearest else ""
    return Hit(
        message=message,
        at=at or Location(tops[0].rstrip("/")),
        label="declared here" if at else "not there",
        help=f"restore {'it' if len(tops) == 1 else 'them'}, or declare another layout in .gitops-lint.yaml{hint}",
    )


def _listed(names: Sequence[str]) -> str:
    shown = list(names) if len(names) <= MAX_NAMES else [*names[: MAX_NAMES - 1], f"{len(names) - MAX_NAMES + 1} more"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]


@check
def missing_cluster_entry(context: Context) -> Iterator[Hit]:
    """A directory that Flux was bootstrapped into, without the kustomization that is its entry.

    Where no layout has the directory, only what ``flux bootstrap`` has written for certain counts: both of its files.
    """
    tree = context.repo.tree
    declared = glob(*context.settings.layout)
    bootstrapped = {path.rpartition("/")[0]: path for path in sorted(tree.files) if path.rpartition("/")[2] in GOTK}
    for directory, path in sorted(bootstrapped.items()):
        prefix = f"{directory}/" if directory else ""
        is_whole = declared(f"{directory}/") or all(tree.is_file(f"{prefix}{name}") for name in GOTK)
        if not is_whole or any(tree.is_file(f"{prefix}{name}") for name in KUSTOMIZATION_FILES):
            continue
        where = f"{directory}/" if directory else "the top directory"
        yield Hit(
            message=f"{where} has no kustomization.yaml, the entry by which Flux manages itself",
            at=Location(path),
            label="written by flux bootstrap, which writes the entry beside it",
            case="declared" if declared(f"{directory}/") else "undeclared",
            help=f"restore {directory}/kustomization.yaml with {' and '.join(GOTK[::-1])} as its resources",
            effect="Flux makes one up that lists every file below, and patches of its own components are gone",
        )


# -- what is there, and not declared ---------------------------------------------------------------------------


@check
def undeclared_directory(context: Context) -> Iterator[Hit]:
    """A top-level directory with manifests that no declared tree covers; ``params.exempt`` are nobody's."""
    settings = context.settings
    trees = (*settings.trees.flux, *settings.trees.argocd, *settings.trees.applications)
    roots = [cluster.root.strip("./") for cluster in settings.clusters.values() if cluster.root]
    declared = (*trees, *settings.layout, *roots, *(p for e in settings.environments.values() for p in e.paths))
    if not trees:
        return
    tops = {head(pattern).partition("/")[0] for pattern in declared}
    covered, exempt = glob(*declared), glob(*context.params["exempt"])
    found: dict[str, list[str]] = {}
    for path in context.repo.by_path:
        top, separator, _ = path.partition("/")
        if separator and top not in tops and not top.startswith(".") and not exempt(path):
            found.setdefault(top, []).append(path)
    for top, paths in sorted(found.items()):
        if not any(covered(path) for path in paths):
            yield Hit(
                message=f"{top}/ holds manifests, and no declared tree covers it",
                at=Location(min(paths)),
                label=f"{len(paths)} {'file' if len(paths) == 1 else 'files'} of manifests",
                help=f"move them to the tree of their owner, or add {top}/** to trees in .gitops-lint.yaml",
            )


@check
def component_outside_its_tree(context: Context) -> Iterator[Hit]:
    """Components that their owner (``params.controller``) applies from outside of its tree.

    What stands in the other controller's tree is another fault; so is what the wrong controller applies. A chart may
    stand anywhere: what counts is where the order stands that installs it.
    """
    controller = Controller(context.params["controller"])
    trees = context.settings.trees
    own, other = context.tree(controller), context.tree(_other(controller))
    home = glob(*own, *(trees.applications if controller is Controller.ARGOCD else ()), *context.params["exempt"])
    foreign = glob(*other)
    found: dict[str, list[tuple[Ownership, str]]] = {}
    for owners in context.graph.objects.values() if own else ():
        for owner in owners:
            path = owner.built.path
            if owner.controller is not controller or owner.reach is not Reach.LIVE or home(path) or foreign(path):
                continue
            match = context.component(owner)
            if match and match.certain and match.component.owner is controller:
                found.setdefault(path.partition("/")[0], []).append((owner, match.component.name))
    for group in found.values():
        yield _outside_hit(group, f"{head(own[0])}/")


def _other(controller: Controller) -> Controller:
    return Controller.ARGOCD if controller is Controller.FLUX else Controller.FLUX


def _outside_hit(group: list[tuple[Ownership, str]], home: str) -> Hit:
    """What one top-level directory holds is one hit."""
    owner, name = min(group, key=lambda found: found[0].built.origin.location)
    built, more = owner.built, len(group) - 1
    what = f"{built.ref} and {more} more" if more else f"{built.ref}"
    others = sorted({component for _, component in group} - {name})
    components = _listed([name, *others])
    top = built.path.partition("/")[0]
    where = f"{top}/" if top != built.path else built.path
    return Hit(
        message=f"{what} ({components}) stand{'' if more else 's'} in {where}, outside of {home}",
        at=built.origin if built.ref.group == OPAQUE else built.locate(("metadata", "name")),
        label=f"applied by {owner.reconciler.subject.ref}",
        subject=built.ref,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        help=f"move {'them' if more else 'it'} to {home}, where everybody looks for what {owner.controller.label} "
        "applies, or add the directory to its tree in .gitops-lint.yaml",
    )
