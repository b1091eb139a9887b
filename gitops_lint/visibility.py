"""What can be told of a cluster from here: where something is applied that nobody can see, and what that may be.

Unknown is not wrong: who asks what is missing asks here first whether it may be there all the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.substitution import is_resolved
from gitops_lint.model import OPAQUE, RELEASE, Controller, dig

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from gitops_lint.model import Node, Ref
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Applied, Walked

PLAIN = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "bitnami.com",
        "cert-manager.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "external-secrets.io",
        "gateway.networking.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "snapshot.storage.k8s.io",
        "storage.k8s.io",
        "traefik.containo.us",
        "traefik.io",
    }
)
"""The groups of which no object makes a workload or a Service that is not in Git."""
WATCHERS = frozenset({"PodMonitor", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"})
"""Kinds of the Prometheus operator that make none either."""


def homes_of_flux(walked: Walked) -> set[str]:
    """The clusters of which it is known that Flux runs there: those with a root of its, unless roots are assumed."""
    if Controller.FLUX in walked.assumed:
        return set()
    return {root.cluster for root in walked.roots if root.controller is Controller.FLUX}


# -- an order to Flux ------------------------------------------------------------------------------------------


def may_be_hidden(repo: Repo, walked: Walked, node: Node, but_for: Container[Node] = ()) -> bool:
    """Whether something in that cluster which cannot be seen from here may bring an object, or has failed to.

    ``but_for`` are reconcilers of which it is known that they cannot.
    """
    cluster, ref = node
    if Controller.FLUX in walked.assumed:
        return True
    return any(
        applied.delivery.cluster == cluster
        and applied.reconciler.node not in but_for
        and _may_bring(repo, applied, ref)
        for applied in walked.applied
    )


def _may_bring(repo: Repo, applied: Applied, ref: Ref) -> bool:
    """A remote base, another repository or a name that holds a variable may be anything.

    A chart brings an order to Flux only where its values say what that is to be, or a template if it is one's own.
    """
    delivery = applied.delivery
    build = delivery.build
    if build.objects and all(built.ref.kind == RELEASE for built in build.objects):
        group = f"{ref.group}/"
        is_in_values = group in repr(dig(applied.reconciler.subject.data, ("spec",)))
        is_in_files = any(group.encode() in repo.content(path) for path in build.reads)
        return is_in_values or is_in_files or (delivery.path is not None and _may_hold(repo, delivery.path, ref))
    unresolved = any(built.ref.kind == ref.kind and not is_resolved(built.ref) for built in build.objects)
    return bool(build.opaque or build.problems) or unresolved


def _may_hold(repo: Repo, chart: str, ref: Ref) -> bool:
    """Whether a chart has a template for objects of a kind, or one of which the values tell the kind, or may have.

    What it takes from a directory beside it stands there.
    """
    is_open = all(repo.holds(chart, text) for text in ("apiVersion: {{", "kind: {{")) or repo.holds(chart, "file://")
    return is_open or repo.holds(chart, f"{ref.group}/") or repo.holds(chart, f"kind: {ref.kind}")


# -- any object ------------------------------------------------------------------------------------------------


class Shadow(NamedTuple):
    """Where something may be that is not in Git: anywhere, or in some namespaces."""

    everywhere: bool
    namespaces: frozenset[str]

    def covers(self, namespace: str) -> bool:
        """Whether something may be in a namespace that cannot be seen from here."""
        return self.everywhere or namespace in self.namespaces


@lru_cache(maxsize=1)
def shadow_of(walked: Walked) -> Shadow:
    """Where charts, operators and what is built elsewhere may make workloads and Services, in any cluster.

    A release is taken to stay in its namespace, and so is what an operator makes of an object there.
    """
    return _joined(shadow for _, shadow in _shadows(walked))


def shadow_beside(walked: Walked, node: Node) -> Shadow:
    """The same without what one reconciler applies: a release does not bring what it is itself made from."""
    return _joined(shadow for owner, shadow in _shadows(walked) if owner != node)


@lru_cache(maxsize=1)
def _shadows(walked: Walked) -> tuple[tuple[Node, Shadow], ...]:
    """What each reconciler hides."""
    return tuple((applied.reconciler.node, _shadow(applied)) for applied in walked.applied)


def _joined(shadows: Iterable[Shadow]) -> Shadow:
    namespaces: set[str] = set()
    for shadow in shadows:
        if shadow.everywhere:
            return shadow
        namespaces |= shadow.namespaces
    return Shadow(everywhere=False, namespaces=frozenset(namespaces))


def _shadow(applied: Applied) -> Shadow:
    build = applied.delivery.build
    releases = [built.ref for built in build.objects if built.ref.kind == RELEASE]
    unknown = [built.ref for built in build.objects if built.ref.group != OPAQUE and _may_make_more(built.ref)]
    hides = (*releases, *unknown)
    if build.problems or len(build.opaque) > len(releases) or any(not _is_placed(ref) for ref in hides):
        return Shadow(everywhere=True, namespaces=frozenset())
    return Shadow(everywhere=False, namespaces=frozenset(ref.namespace for ref in hides))


def _is_placed(ref: Ref) -> bool:
    return bool(ref.namespace) and "${" not in ref.namespace


def _may_make_more(ref: Ref) -> bool:
    """Whether there may be more in the cluster for this object: an operator's, or one of an unknown name."""
    if not is_resolved(ref):
        return True
    is_order = ref.group.endswith("fluxcd.io") or (ref.group == "argoproj.io" and ref.kind.startswith("App"))
    return not (is_order or ref.group in PLAIN or ref.kind in WATCHERS)
