"""Small repositories for tests: the usual manifests in a line, and the world that they make."""

from __future__ import annotations

from gitops_lint.engine import World, analyse
from gitops_lint.tree import MemoryTree

REPOSITORY = "https://example.com/repo"

GIT_REPOSITORY = f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: flux-system, namespace: flux-system}}
spec: {{interval: 1m, url: "{REPOSITORY}", ref: {{branch: main}}}}
"""
INSTANCE = """\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  sync: {kind: GitRepository, url: "https://example.com/repo", ref: refs/heads/main, path: clusters/home}
"""
"""What flux-operator follows: the same root as `gotk` writes for clusters/home."""
INSTANCE_CHART = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: flux-instance, namespace: flux-system}
spec:
  interval: 1h
  chartRef: {kind: OCIRepository, name: flux-instance}
  values:
    instance:
      sync: {kind: GitRepository, url: "https://example.com/repo", ref: refs/heads/main, path: clusters/home}
"""
"""The same as values of the chart of flux-operator."""


def flux(name: str, path: str, more: str = "", *, source: str = "GitRepository/flux-system") -> str:
    """A Flux Kustomization that reads ``path``; ``more`` is added to its spec."""
    kind, _, source_name = source.partition("/")
    return f"""\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  interval: 10m
  path: {path}
  prune: true
  sourceRef: {{kind: {kind}, name: {source_name}, namespace: flux-system}}
{more}"""


def gotk(path: str) -> str:
    """gotk-sync.yaml of a cluster."""
    return f"{GIT_REPOSITORY}---\n{flux('flux-system', path)}"


def application(name: str, path: str, more: str = "", *, url: str = REPOSITORY, revision: str = "main") -> str:
    """An Application that reads ``path``; ``more`` is added to its spec."""
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: "{url}", targetRevision: {revision}, path: "{path}"}}
  destination: {{server: "https://kubernetes.default.svc", namespace: web}}
{more}"""


def config_map(name: str, namespace: str = "web") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\n"


def kustomization(*resources: str, more: str = "") -> str:
    listed = "".join(f"  - {resource}\n" for resource in resources)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{listed}{more}"


def world(files: dict[str, str], *, remotes: tuple[str, ...] = (REPOSITORY,)) -> World:
    """The world of a repository in memory."""
    return analyse(MemoryTree(files, remotes=remotes))


def applied(world: World) -> dict[str, list[str]]:
    """cluster/object -> the reconcilers that apply it and their reach, without Helm releases and remote bases."""
    return {
        f"{cluster}: {ref}": sorted(f"{owner.reconciler.subject.ref} {owner.reach}" for owner in owners)
        for (cluster, ref), owners in world.graph.objects.items()
        if ref.kind == "ConfigMap"
    }


def roots(world: World) -> dict[str, str | None]:
    return {f"{root.cluster}: {root.subject.ref}": root.root for root in world.walked.roots}
