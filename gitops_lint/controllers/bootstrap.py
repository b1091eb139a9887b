"""Roots: how a controller gets its first order, and for which cluster.

gotk-sync and FluxInstance (also through the flux-instance chart), a bootstrap script's ``--path``, a configured
path, ``clusters/*/flux-system``. What stands in no manifest is told as the Kustomization that it amounts to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.builders.fluxinstance import sync_objects
from gitops_lint.location import Span
from gitops_lint.model import Built, Place, Places, Ref, dig
from gitops_lint.paths import join
from gitops_lint.shape import text_at
from gitops_lint.texts.scripts import PIPELINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Manifest, Subject
    from gitops_lint.repo import Repo
    from gitops_lint.texts.commands import Command

KUSTOMIZATION = ("kustomize.toolkit.fluxcd.io", "Kustomization")
SOURCES = "source.toolkit.fluxcd.io"
BOOTSTRAPPED = ("flux-system", "flux-system")
"""Namespace and name of what ``flux bootstrap`` makes, the Kustomization and its GitRepository."""

SYNC = "gotk-sync.yaml"
SCRIPT = "bootstrap script"
INSTANCE = "FluxInstance"
CLUSTER_DIRECTORY = re2.compile(r"(?:^|/)clusters/([^/]+)")


class Phrase(NamedTuple):
    """A stretch of a text that is no YAML, as a place: every route leads to it."""

    path: str
    span: Span

    def locate(self, route: Route, *, key: bool = False) -> Span:
        return self.span


class Start(NamedTuple):
    """A root: its cluster, the Kustomization that it is or amounts to, and the source that it reads from."""

    cluster: str
    subject: Subject
    why: str
    source: Ref | None
    url: str | None
    revision: str | None


def flux_starts(repo: Repo, roots: Mapping[str, str]) -> list[Start]:
    """The roots of Flux, one a cluster and path; ``roots`` are the configured ones: cluster -> path.

    The surest evidence comes first and wins: gotk-sync, FluxInstance, script, configuration, directory.
    """
    found: list[Start] = []
    taken: set[tuple[str, str]] = set()
    clusters: set[str] = set()
    for start in (
        *_gotk_syncs(repo, roots),
        *_flux_instances(repo, roots),
        *_scripts(repo, roots),
        *_configured(repo, roots),
        *_directories(repo, roots),
    ):
        path = _path(start.subject.data)
        covered = (start.url is None and start.cluster in clusters) or _overlaps(start, path, taken)
        if (start.cluster, path) not in taken and not covered:
            taken.add((start.cluster, path))
            clusters.add(start.cluster)
            found.append(start)
    return found or list(_self_containing(repo, roots))


def _overlaps(start: Start, path: str, taken: Iterable[tuple[str, str]]) -> bool:
    """Whether a script names a directory above or below that of a root, or a FluxInstance the same one.

    That is another opinion on the root, no other cluster.
    """
    found = [other for _, other in taken]
    if start.why == INSTANCE:
        return path in found
    return start.why == SCRIPT and any(f"{a}/".startswith(f"{b}/") for o in found for a, b in ((path, o), (o, path)))


def _path(data: Data) -> str:
    return join("", str(dig(data, ("spec", "path")) or "")) or ""


def cluster_name(path: str, roots: Mapping[str, str]) -> str:
    """The cluster that a path belongs to: a configured one, that of ``clusters/<name>``, else its last directory."""
    if name := _configured_name(path, roots):
        return name
    if match := CLUSTER_DIRECTORY.search(path):
        return str(match.group(1))
    segments = [part for part in path.split("/") if part not in ("flux-system", "")]
    return segments[-1] if segments else "cluster"


def _configured_name(path: str, roots: Mapping[str, str]) -> str | None:
    by_length = sorted(roots.items(), key=lambda item: -len(item[1]))
    return next((name for name, root in by_length if path == root or path.startswith(f"{root}/")), None)


# -- gotk-sync ---------------------------------------------------------------------------------------------------------


def _gotk_syncs(repo: Repo, roots: Mapping[str, str]) -> Iterator[Start]:
    syncs = [m for m in repo.of_kind(*KUSTOMIZATION) if m.path.endswith(SYNC)]
    for manifest in syncs:
        start = of_manifest(manifest, repo, roots, "gotk-sync")
        yield start._replace(cluster=_own_cluster(start, manifest, syncs, roots))


def _own_cluster(start: Start, manifest: Manifest, syncs: Iterable[Manifest], roots: Mapping[str, str]) -> str:
    """The cluster of a gotk-sync: that which its file stands in, where that tells one; else that of its path."""
    home = home_of(manifest)
    is_elsewhere = _configured_name(_path(manifest.data), roots) is not None
    is_told = _configured_name(home, roots) or (CLUSTER_DIRECTORY.search(home) and not is_elsewhere)
    return cluster_name(home, roots) if is_told or taken_from(manifest, syncs) else start.cluster


def home_of(sync: Manifest) -> str:
    """The directory that ``flux bootstrap`` has written a gotk-sync for: that above its ``flux-system``."""
    return f"/{sync.path.rpartition('/')[0]}".removesuffix("/flux-system").lstrip("/")


def taken_from(sync: Manifest, syncs: Iterable[Manifest]) -> Manifest | None:
    """The gotk-sync of another cluster whose directory this one reads: it is a copy of that.

    Only clusters that stand beside each other count: a template of a cluster may name a real one.
    """
    home, path = home_of(sync), _path(sync.data)
    for other in syncs:
        there = home_of(other)
        if path in (there, _path(other.data)) and _are_beside(home, there) and f"{path}/".startswith(f"{there}/"):
            return other
    return None


def _are_beside(one: str, other: str) -> bool:
    """Whether two directories of clusters are different ones: siblings, or in two directories of ``clusters``."""
    if not (one and other) or one == other:
        return False
    first, second = CLUSTER_DIRECTORY.search(one), CLUSTER_DIRECTORY.search(other)
    if first and second:
        return bool(first.group(1) != second.group(1)) or one.rpartition("/")[0] == other.rpartition("/")[0]
    return one.rpartition("/")[0] == other.rpartition("/")[0] != ""


def _self_containing(repo: Repo, roots: Mapping[str, str]) -> Iterator[Start]:
    """Kustomizations that read the directory which they stand in: somebody applied them once, by hand."""
    for manifest in repo.manifests:
        path = _path(manifest.data)
        if manifest.ref[:2] == KUSTOMIZATION and path and manifest.path.startswith(f"{path}/"):
            yield of_manifest(manifest, repo, roots, "reads the directory that it stands in")


def of_manifest(manifest: Manifest, repo: Repo, roots: Mapping[str, str], why: str) -> Start:
    """A Kustomization that is applied from outside, with the source that it reads this repository from."""
    reference = dig(manifest.data, ("spec", "sourceRef"))
    reference = reference if isinstance(reference, dict) else {}
    namespace = str(reference.get("namespace") or manifest.ref.namespace)
    source = Ref(SOURCES, str(reference.get("kind")), namespace, str(reference.get("name")))
    beside = next((m for m in repo.by_path.get(manifest.path, ()) if m.ref == source), None)
    written = beside or repo.of_ref(source)
    url = dig(written.data, ("spec", "url")) if written else None
    revision = _branch(dig(written.data, ("spec", "ref"))) if written else None
    cluster = cluster_name(_path(manifest.data) or manifest.path.rpartition("/")[0], roots)
    return Start(cluster, manifest, why, source, url if isinstance(url, str) else None, revision)


def _branch(ref: Data) -> str | None:
    if not isinstance(ref, dict):
        return None
    name = ref.get("branch") or ref.get("name")
    pinned = any(ref.get(field) for field in ("commit", "semver", "tag"))
    return str(name).removeprefix("refs/heads/") if name and not pinned else None


def _flux_instances(repo: Repo, roots: Mapping[str, str]) -> Iterator[Start]:
    for manifest in repo.manifests:
        if manifest.ref.kind == "FluxInstance":
            made = sync_objects(manifest)
        elif manifest.ref.kind == "HelmRelease" and _is_instance_chart(manifest.data):
            made = sync_objects(manifest, ("spec", "values", "instance"))
        else:
            continue
        if made is not None:
            yield _of_sync(*made, repo, roots)


def _is_instance_chart(data: Data) -> bool:
    names = (dig(data, ("spec", "chart", "spec", "chart")), dig(data, ("spec", "chartRef", "name")))
    return any(isinstance(name, str) and name.endswith("flux-instance") for name in names)


def _of_sync(source: Built, subject: Built, repo: Repo, roots: Mapping[str, str]) -> Start:
    """The root that a FluxInstance makes. An artifact is this repository if it has the path: its top may differ."""
    path = _path(subject.data)
    is_git = source.ref.kind == "GitRepository"
    is_own = is_git or repo.tree.is_directory(path)
    url = text_at(source.data, ("spec", "url")) if is_git else ""
    branch = _branch(dig(source.data, ("spec", "ref"))) or ""
    return Start(
        cluster_name(path, roots),
        subject,
        INSTANCE,
        source.ref if is_own else None,
        url or None,
        branch if "/" not in branch else None,
    )


def kustomization(name: str, namespace: str, path: str, kind: str, places: Places) -> Built:
    """The Kustomization that a root amounts to."""
    data = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"path": path, "prune": True, "sourceRef": {"kind": kind, "name": name}},
    }
    return Built(Ref(*KUSTOMIZATION, namespace, name), data, places)


def _scripts(repo: Repo, roots: Mapping[str, str]) -> Iterator[Start]:
    """The directories that bootstrap scripts name; what a pipeline bootstraps may be a cluster for a test."""
    for script in repo.scripts:
        for command in bootstraps(script.commands) if script.kind != PIPELINE else ():
            path = command.option("--path")
            if path and path.known and repo.tree.is_directory(join("", path.text) or ""):
                yield _synthetic(script.path, path.span, path.text, SCRIPT, roots)


def bootstraps(commands: Iterable[Command]) -> Iterator[Command]:
    """Those that install Flux from a repository: ``flux bootstrap``."""
    for command in commands:
        if command.name == "flux" and [word.text for word in command.arguments(*FLUX_GLOBALS)[:1]] == ["bootstrap"]:
            yield command


FLUX_GLOBALS = ("--context", "--kubeconfig", "--namespace", "-n")
"""Options of ``flux`` that may stand before its subcommand, and take a value."""


def _configured(repo: Repo, roots: Mapping[str, str]) -> Iterator[Start]:
    for root in roots.values():
        if repo.tree.is_directory(root):
            yield _synthetic(root, Span(1, 1, 1, 1), root, "configuration", roots)


def _directories(repo: Repo, roots: Mapping[str, str]) -> Iterator[Start]:
    """``flux bootstrap --path=P`` writes ``P/flux-system`` and makes Flux read all of P."""
    for name in repo.tree.entries("clusters"):
        directory = f"clusters/{name}"
        written = repo.by_path.get(f"{directory}/flux-system/{SYNC}", ())
        # A gotk-sync says what is read: with one, nothing is left to be assumed.
        is_told = any(manifest.ref[:2] == KUSTOMIZATION for manifest in written)
        if repo.tree.is_directory(f"{directory}/flux-system") and not is_told:
            yield _synthetic(f"{directory}/flux-system", Span(1, 1, 1, 1), directory, "clusters/*/flux-system", roots)


def _synthetic(path: str, span: Span, directory: str, why: str, roots: Mapping[str, str]) -> Start:
    place = Place(Phrase(path, span), ())
    subject = kustomization(*BOOTSTRAPPED, directory, "GitRepository", Places(place))
    return Start(cluster_name(directory, roots), subject, why, Ref(SOURCES, "GitRepository", *BOOTSTRAPPED), None, None)


def names(starts: Iterable[Start]) -> list[str]:
    """The clusters of some roots, in the order in which they were found."""
    return list(dict.fromkeys(start.cluster for start in starts))
