"""What stands in Git beside the kustomizations: files that nobody lists, overlays that nobody uses, ones passed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    Context,
    Hit,
    Place,
    Reach,
    check,
    dig,
    glob,
    looks_like_template,
    order_to,
    packed_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Hop, Manifest, Miss

NAME = ("metadata", "name")
KUSTOMIZE = "kustomize.config.k8s.io"
CHANGES = frozenset(
    {
        "commonAnnotations",
        "commonLabels",
        "components",
        "configMapGenerator",
        "generators",
        "images",
        "labels",
        "namePrefix",
        "nameSuffix",
        "namespace",
        "patches",
        "patchesJson6902",
        "patchesStrategicMerge",
        "replacements",
        "replicas",
        "secretGenerator",
        "transformers",
    }
)
"""The fields by which a kustomization is more than a list."""


# -- files -----------------------------------------------------------------------------------------------------


@check
def unlisted_manifest(context: Context) -> Iterator[Hit]:
    """Objects beside a kustomization that is applied, in a file that it does not list; one hit for each kustomization.

    Orders to controllers are told by another question, and so is a directory with a kustomization of its own.
    """
    aside = glob(*context.params["aside"])
    packed = set(packed_files(context.repo))
    groups: dict[tuple[str, bool], list[tuple[str, Manifest]]] = {}
    for path, manifests in context.repo.by_path.items():
        if path in context.walked.reads or path in packed or aside(path) or not _is_for_a_cluster(context, manifests):
            continue
        miss = context.nearest_miss(path)
        if miss is not None and _lies_beside(miss, path):
            groups.setdefault((miss.file, miss.disabled), []).append((miss.entry, manifests[0]))
    for (file, disabled), entries in groups.items():
        yield _unlisted(file, disabled, entries)


def _is_for_a_cluster(context: Context, manifests: Sequence[Manifest]) -> bool:
    """Whether a file holds objects that somebody applies: no orders, no patch, nothing for a tool."""
    if any(m.ref.group == KUSTOMIZE or order_to(m.ref) for m in manifests):
        return False
    file = context.repo.file(manifests[0].path)
    return file is not None and not looks_like_template(file) and all(_is_whole(m) for m in manifests)


def _is_whole(manifest: Manifest) -> bool:
    """Whether an object has what a patch most likely lacks: of a workload its selector, of others any content."""
    data = manifest.data
    if manifest.ref.group == "apps":
        return dig(data, ("spec", "selector")) is not None
    is_bare = manifest.ref.kind in ("Namespace", "ServiceAccount")
    return is_bare or bool(data.keys() - {"apiVersion", "kind", "metadata"})


def _lies_beside(miss: Miss, path: str) -> bool:
    """Whether what would have to be listed is the file itself."""
    return path.endswith(f"/{miss.entry}") or path == miss.entry


def _unlisted(file: str, disabled: bool, entries: Sequence[tuple[str, Manifest]]) -> Hit:
    first, others = entries[0][1], entries[1:]
    paths = tuple(manifest.path for _, manifest in entries)
    listing = ", ".join(name for name, _ in entries[:3]) + (f" and {len(entries) - 3} more" if entries[3:] else "")
    more = f" and {len(others)} more beside it" if others else ""
    return Hit(
        message=f"{first.ref} stands in {first.path}, which {file} does not list{more}",
        at=first.locate(NAME),
        label="commented out there" if disabled else "listed by nobody",
        case="disabled" if disabled else "unlisted",
        subject=first.ref,
        related=tuple((other.locate(NAME), "not listed either") for _, other in others),
        help=f"list {listing} in {file}, or delete what is no longer needed",
        cuts=paths,
        stems=paths,
    )


# -- overlays --------------------------------------------------------------------------------------------------


@check
def unreached_kustomization(context: Context) -> Iterator[Hit]:
    """Kustomizations that nothing applies and nothing includes: one hit for each directory of such."""
    aside = glob(*context.params["aside"])
    groups: dict[str, list[str]] = {}
    for directory, _ in context.walked.virtual:
        file = _kustomization(context, directory)
        if file is not None and not aside(file):
            groups.setdefault(directory.rpartition("/")[0], []).append(directory)
    for directories in groups.values():
        first, *others = directories
        more = f", and {len(others)} more beside it" if others else ""
        at = _front(context, first)
        if at is not None:
            yield Hit(
                message=f"nothing applies or includes the kustomization {first or '.'}{more}",
                at=at,
                label="reached by no root",
                related=tuple((front, "nor this") for other in others if (front := _front(context, other))),
                help="list it in a kustomization that is applied, let a reconciler read it, or delete it",
                stems=tuple(directories),
            )


def _kustomization(context: Context, directory: str) -> str | None:
    paths = (f"{directory}/{name}" if directory else name for name in KUSTOMIZATION_FILES)
    return next((path for path in paths if context.repo.tree.is_file(path)), None)


def _front(context: Context, directory: str) -> Place | None:
    """The place that stands for a kustomization: its kind, or the beginning of the file."""
    path = _kustomization(context, directory)
    file = context.repo.file(path) if path else None
    return Place(file.documents[0], ("kind",)) if file and file.documents else None


# -- passed by -------------------------------------------------------------------------------------------------


@check
def bypassed_kustomization(context: Context) -> Iterator[Hit]:
    """A kustomization that changes what it lists, where another one lists its files instead of its directory."""
    found: dict[tuple[str, str], list[Hop]] = {}
    for owners in context.graph.objects.values():
        for ownership in owners:
            hop = ownership.built.via
            if ownership.reach is not Reach.LIVE or hop is None or not hop.text.startswith(("resources:", "bases:")):
                continue
            path = ownership.built.path
            passed = _passed(context, path, hop.place.path)
            if passed is not None:
                hops = found.setdefault((hop.place.path, passed), [])
                if all(each.place != hop.place for each in hops):
                    hops.append(hop)
    for (lister, passed), hops in found.items():
        yield _bypassed(context, lister, passed, sorted(hops, key=lambda hop: hop.place.location.line or 0))


def _passed(context: Context, path: str, lister: str) -> str | None:
    """The kustomization beside a file that lists it and changes it, where another one lists it and nobody builds this.

    Only that of the file's own directory: what stands further up may be meant for others.
    """
    directory, _, name = path.rpartition("/")
    file = _kustomization(context, directory)
    if file is None or file == lister or context.walked.reads.get(file) is Reach.LIVE:
        return None
    read = context.repo.file(file)
    data = read.documents[0].data if read and read.documents else None
    if not isinstance(data, dict) or not CHANGES & data.keys():
        return None
    resources = data.get("resources")
    return file if isinstance(resources, list) and name in {str(r).removeprefix("./") for r in resources} else None


def _bypassed(context: Context, lister: str, passed: str, hops: Sequence[Hop]) -> Hit:
    first, *others = hops
    file = context.repo.file(passed)
    data = file.documents[0].data if file else {}
    lost = sorted(CHANGES & data.keys())
    directory = passed.rpartition("/")[0]
    more = f" and {len(others)} more of its files" if others else ""
    return Hit(
        message=f"{lister} lists {first.text.partition(': ')[2]}{more} one by one, and passes by {passed}",
        at=first.place,
        label=f"without {', '.join(lost)}",
        related=tuple((other.place, "and this") for other in others),
        help=f"list the directory {directory} instead, or take {passed} away",
        effect=f"what {passed} says in {', '.join(lost)} has no effect",
        stems=(passed,),
    )
