"""Which builds fail at the text of a file: nothing of them is applied, and nothing is pruned, until it is repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import FILE_NAMES, packed_files
from gitops_lint.location import Location
from gitops_lint.model import Controller, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.model import Node
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Applied, Walked


def readers(walked: Walked, path: str) -> Iterator[Applied]:
    """Who reads a file on the way to a cluster."""
    for applied in walked.applied:
        if applied.reach is Reach.LIVE and path in applied.delivery.build.reads:
            yield applied


def refuses(repo: Repo, applied: Applied, path: str, fault: str) -> bool:
    """Whether a build fails at a fault of that kind.

    Two equal keys fail it in a resource of kustomize alone: of those in a kustomization file and in a plain directory
    of Argo CD the last one counts, and a patch that has them is dropped.
    """
    if fault != "duplicate-key":
        return True
    entries = repo.tree.entries(applied.delivery.path or "")
    is_plain = not any(name in entries for name in FILE_NAMES)
    if path.rpartition("/")[2] in FILE_NAMES or (is_plain and applied.reconciler.controller is Controller.ARGOCD):
        return False
    return any(built.path == path for built in applied.delivery.build.objects)


def refusals(repo: Repo, walked: Walked) -> dict[Node, Location]:
    """The reconcilers on the way to a cluster whose builds fail at a text, and the first place of each.

    What is packed into a ConfigMap is read by nobody else.
    """
    found: dict[Node, Location] = {}
    packed = set(packed_files(repo)) if repo.faults else set()
    for file, fault, _ in repo.faults:
        for applied in readers(walked, file.path) if file.path not in packed else ():
            if refuses(repo, applied, file.path, fault.kind):
                found.setdefault(applied.reconciler.node, Location(file.path, fault.span))
    return found
