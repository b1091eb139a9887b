"""Whose law is in force where a repository brings no configuration: nobody is judged by a law that is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitops_lint.repo import Repo

PRESET = "dual-gitops"
FLUX_GROUPS = ("kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io")
ARGOCD_KINDS = ("Application", "ApplicationSet", "AppProject")


class Law(NamedTuple):
    """The preset in force, if any, and why, in one line."""

    preset: str | None
    text: str


def observed_law(repo: Repo) -> Law:
    """dual-gitops, where objects of both controllers exist and its trees do; no matrix anywhere else."""
    flux = any(manifest.ref.group in FLUX_GROUPS for manifest in repo.manifests)
    argocd = any(m.ref.group == "argoproj.io" and m.ref.kind in ARGOCD_KINDS for m in repo.manifests)
    second = next((tree for tree in ("applications", "argocd-apps") if repo.tree.is_directory(tree)), None)
    if flux and argocd and repo.tree.is_directory("infrastructure") and second:
        why = f"Flux and Argo CD objects, infrastructure/ and {second}/ are here"
        return Law(PRESET, f"matrix {PRESET}, as {why}; no .gitops-lint.yaml")
    return Law(
        None,
        "no matrix: there is no .gitops-lint.yaml, and this is not the dual-gitops layout (gitops-lint init)",
    )
