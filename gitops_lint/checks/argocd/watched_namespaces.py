"""Applications that Argo CD does not see: they stand in a namespace where it does not look."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    Confidence,
    Context,
    Controller,
    Hit,
    check,
    fits,
    is_literal,
    order_to,
    permits_namespace,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Reconciler, Spot

NAMESPACE = ("metadata", "namespace")
USUAL = "argocd"
LISTS = {"Application": "application.namespaces", "ApplicationSet": "applicationsetcontroller.namespaces"}
"""The settings of argocd-cmd-params-cm that name the namespaces in which Argo CD looks besides its own."""


class Stray(NamedTuple):
    """An Application or ApplicationSet that Argo CD does not see, and how that is known."""

    reconciler: Reconciler
    case: str
    home: str
    confidence: Confidence = Confidence.CERTAIN


@check
def unwatched_application(context: Context) -> Iterator[Hit]:
    """Applications and ApplicationSets outside of the namespaces in which Argo CD looks for them.

    argo-cd, docs/operator-manual/app-any-namespace.md: besides its own namespace, one counts only if both a setting of
    Argo CD and the AppProject name it. What one line of a kustomization moves is one hit.
    """
    found: dict[tuple[str, Spot], list[Stray]] = {}
    for reconciler in context.walked.reconcilers:
        if order_to(reconciler.subject.ref) is Controller.ARGOCD and not _is_generated(context, reconciler):
            stray = _unnamed(context, reconciler) or _elsewhere(context, reconciler)
            if stray is not None:
                place: Spot = reconciler.subject.locate(NAMESPACE)
                if not reconciler.subject.ref.namespace:
                    place = reconciler.subject.locate(("metadata", "name"))
                found.setdefault((stray.case, place), []).append(stray)
    for (_, place), strays in found.items():
        yield _hit(context, place, strays)


def _is_generated(context: Context, reconciler: Reconciler) -> bool:
    """Whether it stands where its ApplicationSet does, which is looked at itself."""
    return any(owner.reconciler.subject.ref.kind == "ApplicationSet" for owner in context.graph.owners(reconciler.node))


def _unnamed(context: Context, reconciler: Reconciler) -> Stray | None:
    """One without a namespace: Flux refuses it (fluxcd/pkg, ssa/errors), a person puts it wherever they are."""
    if reconciler.subject.ref.namespace:
        return None
    by_flux = any(owner.controller is Controller.FLUX for owner in context.graph.owners(reconciler.node))
    return Stray(reconciler, "refused-by-flux" if by_flux else "no-namespace", _home(context))


def _home(context: Context) -> str:
    return min(context.installation.namespaces, default=USUAL)


def _elsewhere(context: Context, reconciler: Reconciler) -> Stray | None:
    """One outside of Argo CD's own namespace that it does not look for there, as far as anything here tells."""
    ref, homes = reconciler.subject.ref, context.installation.namespaces
    if ref.namespace in homes or not is_literal(ref.namespace) or _is_moved(context, reconciler):
        return None
    if homes:
        if _is_refused(context, reconciler):
            return Stray(reconciler, "not-permitted", _home(context))
        if _is_unlisted(context, reconciler):
            return Stray(reconciler, "not-watched", _home(context))
        return None
    others = {r.subject.ref.namespace for r in context.walked.reconcilers if r.subject.ref.kind in LISTS}
    if USUAL in others and not any(word in ref.namespace for word in ("argo", "gitops")):
        return Stray(reconciler, "not-watched", USUAL, Confidence.LIKELY)
    return None


def _is_moved(context: Context, reconciler: Reconciler) -> bool:
    """Whether it is written for the usual namespace, and a kustomization overrides that: then this is what is wrong."""
    origin = reconciler.subject.locate(())
    written = next((m for m in context.repo.by_path.get(origin.path, ()) if m.locate(()) == origin), None)
    return written is not None and written.ref.namespace == USUAL


def _is_refused(context: Context, reconciler: Reconciler) -> bool:
    """Whether its project is here and names other namespaces, or none."""
    subject = reconciler.subject
    route = ("spec", "project") if subject.ref.kind == "Application" else ("spec", "template", "spec", "project")
    name = text_at(subject.data, route) or "default"
    named = [project for project, _ in context.installation.projects if project.ref.name == name]
    return bool(named) and not any(permits_namespace(project.data, subject.ref.namespace) for project in named)


def _is_unlisted(context: Context, reconciler: Reconciler) -> bool:
    """Whether the settings of Argo CD are here, and do not name its namespace."""
    ref = reconciler.subject.ref
    configs = context.installation.named("argocd-cmd-params-cm")
    texts = [config.text(LISTS[ref.kind]) for config in configs]
    patterns = [pattern.strip() for text in texts for pattern in text.split(",") if pattern.strip()]
    if not configs or not is_literal(*patterns) or any(pattern.startswith("/") for pattern in patterns):
        return False  # one between slashes is a regular expression
    return not any(fits(pattern, ref.namespace) for pattern in patterns)


NEWS = {
    "refused-by-flux": "Flux cannot apply it: the namespace is not specified, and the whole build fails with it",
    "no-namespace": "it lands in the namespace of whoever applies it, and Argo CD may never see it",
    "not-permitted": "Argo CD does not sync it, and nothing reports an error",
    "not-watched": "Argo CD does not sync it, and nothing reports an error",
}


def _hit(context: Context, place: Spot, strays: Sequence[Stray]) -> Hit:
    first = strays[0]
    subject, home = first.reconciler.subject, first.home
    what = f"{subject.ref} and {len(strays) - 1} more" if strays[1:] else str(subject.ref)
    verb, has = ("stand", "have") if strays[1:] else ("stands", "has")
    namespace = subject.ref.namespace
    message, label = f"{what} {has} no namespace", f"Argo CD looks in {home}"
    if namespace:
        message = f"{what} {verb} in the namespace {namespace}, where Argo CD does not look"
        permission = "sourceNamespaces of its AppProject does" if first.case == "not-permitted" else "its settings do"
        label = f"Argo CD stands in {home}, and {permission} not name {namespace}"
    return Hit(
        message=message,
        at=place,
        label=label,
        case=first.case,
        subject=subject.ref,
        clusters=tuple(sorted({stray.reconciler.cluster for stray in strays})),
        help=f"set metadata.namespace: {home}"
        + (f", or name {namespace} in both {LISTS[subject.ref.kind]} and sourceNamespaces" if namespace else ""),
        effect=NEWS[first.case],
        confidence=first.confidence,
        reach=context.graph.reach(first.reconciler.node),
    )
