"""What an AppProject permits, as Argo CD decides it.

argo-cd, pkg/apis/application/v1alpha1/app_project_types.go: a pattern with ``!`` before it denies, and one denial is
enough; a list of nothing but denials permits the rest. ``default`` permits everything unless it is declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.glob import crossing, glob
from gitops_lint.model import dig
from gitops_lint.shape import list_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from gitops_lint.model import Data

IN_CLUSTER = ("https://kubernetes.default.svc", "in-cluster")


def permits_source(project: Data, url: str, normalise: Callable[[str], str]) -> bool:
    """``sourceRepos``: globs over URLs in their normal form, in which ``*`` stays inside a segment."""
    listed = dig(project, ("spec", "sourceRepos"))
    tests = [
        _fits(text, normalise(url), lambda pattern: glob(normalise(pattern)))
        for text in (listed if isinstance(listed, list) else ())
        if isinstance(text, str)
    ]
    return True in tests and None not in tests


def may_permit_destination(project: Data, known_as: Collection[str], namespace: str) -> bool:
    """``destinations``: a server or the name of a cluster, and a namespace.

    ``known_as`` are the URLs and names of the cluster that are known. Argo CD knows both of every cluster: what is said
    of a URL may be met by a cluster of which only the name is known.
    """
    names = {*known_as, *(() if set(IN_CLUSTER).isdisjoint(known_as) else IN_CLUSTER)}
    servers = {name for name in names if "://" in name}
    permitted = False
    for entry in mappings_at(project, ("spec", "destinations")):
        by_server = _may_fit(text_at(entry, ("server",)), servers)
        by_name = _may_fit(text_at(entry, ("name",)), names - servers)
        by_namespace = _fits(text_at(entry, ("namespace",)), namespace, crossing)
        if (by_server or by_name) and by_namespace:
            permitted = True
        elif (by_namespace and None in (by_server, by_name)) or (by_namespace is None and servers and by_server):
            return False
    return permitted


def permits_kind(project: Data, group: str, kind: str, *, namespaced: bool) -> bool:
    """The lists of kinds: no cluster-scoped kind without a whitelist, every other one unless a list says no."""
    scope = "namespace" if namespaced else "cluster"
    allowed = dig(project, ("spec", f"{scope}ResourceWhitelist"))
    denied = dig(project, ("spec", f"{scope}ResourceBlacklist"))
    if names_kind(denied, group, kind):
        return False
    return names_kind(allowed, group, kind) or (namespaced and allowed is None)


def permits_everything(project: Data) -> bool:
    """Whether a project is no fence at all: an asterisk for the sources, for a destination, and for cluster kinds."""
    anything = {"group": "*", "kind": "*"}
    destinations = mappings_at(project, ("spec", "destinations"))
    return (
        "*" in list_at(project, ("spec", "sourceRepos"))
        and any(
            "*" in (entry.get("server"), entry.get("name")) and entry.get("namespace") == "*" for entry in destinations
        )
        and anything in list_at(project, ("spec", "clusterResourceWhitelist"))
        and not any(list_at(project, ("spec", f"{scope}ResourceBlacklist")) for scope in ("cluster", "namespace"))
        and dig(project, ("spec", "namespaceResourceWhitelist")) in (None, [anything])
    )


def permits_namespace(project: Data, namespace: str) -> bool:
    """``sourceNamespaces``: where, besides Argo CD's own namespace, Applications of the project may stand.

    argo-cd, docs/operator-manual/app-any-namespace.md.
    """
    tests = [
        _fits(text, namespace, crossing)
        for text in list_at(project, ("spec", "sourceNamespaces"))
        if isinstance(text, str)
    ]
    return True in tests and None not in tests


def fits(pattern: str, name: str) -> bool:
    """Whether a name fits a glob of Argo CD, in which ``*`` matches anything."""
    return _fits(pattern, name, crossing) is True


def names_kind(entries: Data, group: str, kind: str) -> bool:
    """Whether a list of an AppProject names a kind; both fields are globs."""
    return any(
        _fits(text_at(entry, ("group",)), group, crossing) and _fits(text_at(entry, ("kind",)), kind, crossing)
        for entry in (entries if isinstance(entries, list) else ())
    )


def _fits(pattern: str, value: str, compile_glob: Callable[[str], Callable[[str], bool]]) -> bool | None:
    """Whether a pattern lets a value through; None where it denies it."""
    denies, pattern = pattern.startswith("!"), pattern.removeprefix("!")
    try:
        found = pattern == "*" or (compile_glob(pattern)(value) if pattern else not value)
    except ValueError:
        return False
    if denies:
        return None if found else True
    return found


def _may_fit(pattern: str, known: Collection[str]) -> bool | None:
    """The same for the one of which these are known; what is not known may fit."""
    if not known:
        return bool(pattern)
    found = [_fits(pattern, value, crossing) for value in known]
    return True if True in found else None if None in found else False


def is_literal(*texts: str) -> bool:
    """Whether texts hold no placeholder, so that a project can be asked about them."""
    return not any(mark in text for text in texts for mark in ("{{", "${", "<"))
