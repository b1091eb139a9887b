"""Adoption: Flux takes over what runs already, and must neither delete it nor set up a second one beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import RELEASE, Context, Controller, Hit, Location, Reach, check, dig, helm, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Install, Ownership, Reconciler, Script

WRITTEN = ("gotk-sync.yaml", "gotk-components.yaml")


@check
def unsafe_adoption(context: Context) -> Iterator[Hit]:
    """What endangers the running cluster while ``adoption: true`` says that Flux takes it over.

    Kustomizations that prune or force, if they apply objects themselves: orders to Flux are new, and nobody loses
    anything by them. And HelmReleases whose release is not the one that a script has installed.
    """
    if not context.settings.adoption:
        return
    found: dict[str, list[Reconciler]] = {}
    for reconciler in context.walked.reconcilers:
        if reconciler.subject.ref.kind != "Kustomization" or not _adopts(context, reconciler):
            continue
        for field in ("prune", "force"):
            if dig(reconciler.subject.data, ("spec", field)) is True:
                found.setdefault(field, []).append(reconciler)
    for field, reconcilers in found.items():
        yield _field_hit(field, reconcilers)
    yield from _second_releases(context)


def _adopts(context: Context, reconciler: Reconciler) -> bool:
    """Whether a Kustomization applies objects that may be there already."""
    return any(
        owner.reach is Reach.LIVE
        and not owner.built.ref.group.endswith(".toolkit.fluxcd.io")
        and owner.built.path.rpartition("/")[2] not in WRITTEN
        for owner in context.graph.applied_by(reconciler)
    )


def _field_hit(field: str, reconcilers: list[Reconciler]) -> Hit:
    first, *others = reconcilers
    who = f"{first.subject.ref} and {len(others)} more" if others else str(first.subject.ref)
    effects = {
        "prune": "whatever is moved, renamed or taken out while it is adopted is deleted from the cluster",
        "force": "what differs in an immutable field is deleted and created anew, with its data",
    }
    return Hit(
        message=f"{who} {field if others else f'{field}s'} what {'they adopt' if others else 'it adopts'}",
        at=first.subject.locate(("spec", field)),
        label="adoption: true is in force",
        case=field,
        subject=first.subject.ref,
        clusters=tuple(sorted({reconciler.cluster for reconciler in reconcilers})),
        related=tuple((other.subject.locate(("spec", field)), str(other.subject.ref)) for other in others),
        help=f"set {field}: false until everything is adopted, then take adoption out of .gitops-lint.yaml",
        effect=effects[field],
    )


# -- releases --------------------------------------------------------------------------------------------------


def _second_releases(context: Context) -> Iterator[Hit]:
    """HelmReleases of a chart that a script installs under another name or in another namespace."""
    installed: dict[str, list[tuple[Script, Install]]] = {}
    for script in context.scripts:
        for command in script.commands if not script.makes_a_cluster else ():
            install = helm(command)
            if install and install.chart_name and install.namespace and install.namespace.known:
                installed.setdefault(install.chart_name, []).append((script, install))
    for owners in context.graph.objects.values() if installed else ():
        for owner in owners:
            runs = installed.get(str(dig(owner.built.data, ("chart",))), ())
            if owner.built.ref.kind != RELEASE or owner.controller is not Controller.FLUX or not runs:
                continue
            ref = owner.built.ref
            if not any((one.name.text, _namespace(one)) == (ref.name, ref.namespace) for _, one in runs):
                yield _second_hit(owner, *runs[0])


def _namespace(install: Install) -> str:
    return install.namespace.text if install.namespace else ""


def _second_hit(owner: Ownership, script: Script, install: Install) -> Hit:
    release, order = owner.built.ref, owner.reconciler.subject
    name, namespace = install.name.text, _namespace(install)
    field = "releaseName" if name != release.name else "targetNamespace"
    at = order.locate(("spec", field) if text_at(order.data, ("spec", field)) else ("metadata", "name"))
    return Hit(
        message=f"{order.ref} makes the release {release.namespace}/{release.name}, but {script.path} has installed "
        f"the same chart as {namespace}/{name}",
        at=at,
        label=f"not {name if name != release.name else namespace}",
        case="second-release",
        subject=order.ref,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        related=((Location(script.path, install.name.span), "the release that runs"),),
        help=f"set releaseName: {name}, and targetNamespace and storageNamespace: {namespace}",
        effect="Flux installs the chart a second time, beside the release that it was to take over",
        reach=owner.reach,
    )
