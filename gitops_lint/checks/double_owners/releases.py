"""Helm releases and what else has their names: in the storage of Helm, among the CRDs, among plain manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    RELEASE,
    Confidence,
    Context,
    Hit,
    Reach,
    Ref,
    check,
    dig,
    is_suspended,
    leaves_alone,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Node, Ownership, Spot, Subject

CRD = ("apiextensions.k8s.io", "CustomResourceDefinition")


# -- the storage of Helm ---------------------------------------------------------------------------------------


@check
def release_name_collision(context: Context) -> Iterator[Hit]:
    """HelmReleases that keep releases of one name in one namespace, though their objects go to different ones.

    Helm knows a release by its name and the namespace that its history is kept in, which is that of the HelmRelease
    unless ``storageNamespace`` names another (helmrelease_types.go). Where the objects go to one namespace too, the
    release has two owners, and that is said elsewhere.
    """
    stores: dict[tuple[str, str, str], dict[Ref, Ownership]] = {}
    for ownership in _releases(context):
        subject = ownership.reconciler.subject
        if subject.ref.kind == "HelmRelease":
            storage = text_at(subject.data, ("spec", "storageNamespace")) or subject.ref.namespace
            if "${" not in storage:
                key = ownership.delivery.cluster, storage, ownership.built.ref.name
                stores.setdefault(key, {}).setdefault(ownership.built.ref, ownership)
    for (cluster, storage, name), found in stores.items():
        if len(found) > 1:
            rivals = sorted(found.values(), key=_by_name_of_release)
            yield _collision(cluster, f"{storage}/{name}", rivals)


def _releases(context: Context) -> Iterator[Ownership]:
    """The live Helm releases, with who installs them."""
    for (_, ref), owners in context.graph.objects.items():
        if ref.kind == RELEASE and ref.group == OPAQUE:
            yield from (owner for owner in owners if owner.reach is Reach.LIVE)


def _by_name_of_release(ownership: Ownership) -> tuple[bool, object]:
    """Whoever names the release by hand goes first: there it can be mended."""
    subject = ownership.reconciler.subject
    return not text_at(subject.data, ("spec", "releaseName")), subject.locate(()).location


def _collision(cluster: str, release: str, rivals: Sequence[Ownership]) -> Hit:
    first, *rest = rivals
    awake = [owner for owner in rivals if not is_suspended(owner.reconciler.subject)]
    names = " and ".join(str(owner.reconciler.subject.ref) for owner in rivals[:2])
    more = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
    targets = " and ".join(owner.built.ref.namespace for owner in rivals[:2])
    return Hit(
        message=f"{names}{more} keep one Helm release, {release}, for objects in {targets}",
        at=_name_of_release(first),
        label=f"release {first.built.ref.name}",
        case="fight" if len(awake) > 1 else "handover",
        subject=first.reconciler.subject.ref,
        clusters=(cluster,),
        owners=tuple(rivals),
        related=tuple((_name_of_release(owner), f"{owner.reconciler.subject.ref} keeps it, too") for owner in rest),
        help="leave releaseName out, so that the target namespace becomes part of it, or set storageNamespace",
        effect="each takes the other's release for an old version of its own, and removes what that installed",
    )


def _name_of_release(ownership: Ownership) -> Spot:
    subject = ownership.reconciler.subject
    named = text_at(subject.data, ("spec", "releaseName"))
    return subject.locate(("spec", "releaseName") if named else ("metadata", "name"))


# -- CRDs ------------------------------------------------------------------------------------------------------


class Bundled(NamedTuple):
    """A CRD that a chart of this repository brings: its file, and whether it is one of the templates."""

    name: str
    path: str
    is_template: bool


@check
def crd_in_chart_and_manifest(context: Context) -> Iterator[Hit]:
    """CRDs that a chart of this repository brings, and that somebody applies from a manifest as well.

    One hit for each release and each of those who apply them. A template with an action in it may or may not bring its
    CRD, and says nothing.
    """
    charts: dict[str, list[Bundled]] = {}
    for release in _releases(context):
        path = release.delivery.path
        if path is None or release.delivery.revision is not None:
            continue
        if path not in charts:
            charts[path] = list(_bundled(context, path))
        found: dict[tuple[Node, str], list[tuple[Bundled, Ownership]]] = {}
        for crd in charts[path]:
            case = _case_of_crd(release.reconciler.subject, crd.is_template)
            node = release.delivery.cluster, Ref(*CRD, "", crd.name)
            for owner in context.graph.owners(node) if case else ():
                if owner.reach is Reach.LIVE and not leaves_alone(owner.controller, owner.built.data):
                    found.setdefault((owner.reconciler.node, case), []).append((crd, owner))
        for (_, case), pairs in found.items():
            yield _crd_hit(release, case, pairs)


def _bundled(context: Context, chart: str) -> Iterator[Bundled]:
    """The CRDs of a chart and of the charts in it."""
    top = context.repo.tree.resolve(chart)
    for path in context.repo.tree.below(chart):
        inside = f"/{path.removeprefix(f'{top}/')}"
        if not path.endswith((".yaml", ".yml")) or not ("/crds/" in inside or "/templates/" in inside):
            continue
        file = context.repo.file(path)
        if file is None or "{{" in file.text:
            continue
        for document in file.documents:
            name = text_at(document.data, ("metadata", "name"))
            if name and dig(document.data, ("kind",)) == CRD[1]:
                yield Bundled(name, path, "/templates/" in inside)


def _case_of_crd(subject: Subject, is_template: bool) -> str:
    """What becomes of a CRD in a chart; empty where the chart is told to leave its CRDs out.

    Helm installs what is in ``crds/`` where it is missing, and never touches it again; ``CreateReplace`` replaces it
    (helm-controller, helmreleases.md: Create is the default of an install, Skip that of an upgrade). Argo CD applies
    all of it unless ``skipCrds`` is set.
    """
    if is_template:
        return "fight"
    if subject.ref.kind != "HelmRelease":
        skips = any(dig(source.data, ("helm", "skipCrds")) is True for source in sources(subject.data))
        return "" if skips else "fight"
    install = "Skip" if dig(subject.data, ("spec", "install", "skipCRDs")) is True else "Create"
    policies = {
        text_at(subject.data, ("spec", "install", "crds")) or install,
        text_at(subject.data, ("spec", "upgrade", "crds")) or "Skip",
    }
    if "CreateReplace" in policies:
        return "fight"
    return "created" if "Create" in policies else ""


def _crd_hit(release: Ownership, case: str, pairs: Sequence[tuple[Bundled, Ownership]]) -> Hit:
    crd, owner = pairs[0]
    installer, name = release.reconciler.subject.ref, owner.reconciler.subject.ref
    more = f" and {len(pairs) - 1} more" if len(pairs) > 1 else ""
    effect = "the chart brings its own version with it, and the last one to apply wins"
    if crd.is_template:
        effect = "uninstalling the release deletes the CRD, and with it every object of its kind in the cluster"
    elif case == "created":
        effect = "the chart's version counts only where the chart comes first, and is never upgraded"
    return Hit(
        message=f"{owner.built.ref}{more} comes with the chart of {installer}, and {name} applies it as well",
        at=owner.built.locate(("metadata", "name")),
        label=f"applied by {name}",
        case=case,
        subject=owner.built.ref,
        clusters=(owner.delivery.cluster,),
        owners=(owner, release),
        related=((release.delivery.hop.place, f"{installer} brings {crd.path}"),),
        help=f"take it out of what {name} reads, or let the chart of {installer} leave its CRDs out",
        effect=effect,
    )


# -- adoption --------------------------------------------------------------------------------------------------

ADOPTABLE = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Service"})
"""Kinds that nearly every chart makes, named after the release or after release and chart."""


@check
def silent_adoption(context: Context) -> Iterator[Hit]:
    """Objects that a HelmRelease would take over when it installs its chart, if the chart names its own like these.

    helm-controller takes over what exists unless ``install.disableTakeOwnership`` is set (helmrelease_types.go).
    """
    for release in _releases(context):
        subject, ref = release.reconciler.subject, release.built.ref
        refuses = dig(subject.data, ("spec", "install", "disableTakeOwnership")) is True
        if subject.ref.kind != "HelmRelease" or refuses or is_suspended(subject):
            continue
        chart = text_at(release.built.data, ("chart",))
        found = list(_namesakes(context, release.delivery.cluster, ref, {ref.name, f"{ref.name}-{chart}"}))
        if found:
            yield _adoption(release, found)


def _namesakes(context: Context, cluster: str, release: Ref, names: set[str]) -> Iterator[Ownership]:
    for kind in sorted(ADOPTABLE):
        group = "" if kind == "Service" else "apps"
        for name in sorted(names):
            for owner in context.graph.owners((cluster, Ref(group, kind, release.namespace, name)))[:1]:
                if owner.reach is Reach.LIVE:
                    yield owner


def _adoption(release: Ownership, found: Sequence[Ownership]) -> Hit:
    name, first = release.reconciler.subject.ref, found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    who = first.reconciler.subject.ref
    return Hit(
        message=f"{name} would take {first.built.ref}{more} over from {who} without a word",
        at=release.reconciler.subject.locate(("metadata", "name")),
        label=f"installs {release.built.ref}",
        subject=name,
        clusters=(release.delivery.cluster,),
        owners=(release, first),
        related=tuple((o.built.locate(("metadata", "name")), f"applied by {o.reconciler.subject.ref}") for o in found),
        help="set install.disableTakeOwnership: true, and the install fails where something is in its way",
        effect=f"if the chart makes objects of these names, it and {who} overwrite each other from then on",
        confidence=Confidence.LIKELY,
    )
