"""The cluster generator: a set for each cluster that Argo CD knows. argo-cd, applicationset/generators/cluster.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.applicationset.parameters import Unknown, with_values
from gitops_lint.builders.applicationset.selectors import is_open, lets_through
from gitops_lint.builders.template import normalize
from gitops_lint.shape import mapping_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.builders.applicationset.parameters import Cluster, Found, Parameters, Scope
    from gitops_lint.location import Route
    from gitops_lint.model import Data

LOCAL_NAME, LOCAL_SERVER = "in-cluster", "https://kubernetes.default.svc"


def parameters(settings: Data, route: Route, scope: Scope) -> Found:
    """A set for each cluster that the selector lets through, or with ``flatList`` one set with all of them."""
    each = list(_each(settings, route, scope))
    if settings.get("flatList") is not True:
        yield from each
        return
    yield from (found for found in each if isinstance(found, Unknown))
    yield {"clusters": [dict(found) for found in each if not isinstance(found, Unknown)]}


def _each(settings: Data, route: Route, scope: Scope) -> Found:
    """Without a selector, the cluster in which Argo CD runs is among them."""
    selector, values = mapping_at(settings, ("selector",)), mapping_at(settings, ("values",))
    clusters = scope.sources.clusters
    if clusters is None:
        yield Unknown(route, "the clusters are known to Argo CD only: no cluster Secret is in this repository")
        return
    for cluster in clusters:
        if not lets_through(selector, cluster.labels):
            continue
        if cluster.name is None or cluster.server is None:
            yield Unknown(route, "a cluster Secret is encrypted: its name and its server cannot be read")
        else:
            yield with_values(_of_secret(cluster, scope), values, scope)
    if is_open(selector) and all(cluster.server != LOCAL_SERVER for cluster in clusters):
        yield with_values(dict(_names(LOCAL_NAME, LOCAL_SERVER, "")), values, scope)


def _of_secret(cluster: Cluster, scope: Scope) -> Parameters:
    texts = dict(_names(cluster.name or "", cluster.server or "", cluster.project))
    if scope.go:
        return {**texts, "metadata": {"labels": dict(cluster.labels), "annotations": dict(cluster.annotations)}}
    labels = {f"metadata.labels.{key}": value for key, value in cluster.labels.items()}
    return {**texts, **labels, **{f"metadata.annotations.{key}": value for key, value in cluster.annotations.items()}}


def _names(name: str, server: str, project: str) -> Iterator[tuple[str, str]]:
    yield from (("name", name), ("nameNormalized", normalize(name)), ("server", server), ("project", project))
