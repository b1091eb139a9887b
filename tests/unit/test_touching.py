"""Which findings a change touches, and which are none of its business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.engine import analyse, check
from gitops_lint.history import FileChange
from gitops_lint.touching import change_of, touched
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.finding import Finding

SYNC = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: "https://github.com/acme/fleet", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./cluster, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: NAME}\n"
CLAIM = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: NAME, namespace: NAME}
"""
FLUX = NAMESPACE.replace("NAME", "flux-system")
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"


def listing(*entries: str) -> str:
    return KUSTOMIZATION + "".join(f"  - {entry}\n" for entry in entries)


BEFORE = {
    "cluster/flux-system/gotk-sync.yaml": SYNC,
    "cluster/flux-system/namespace.yaml": FLUX,
    "cluster/flux-system/kustomization.yaml": listing("gotk-sync.yaml", "namespace.yaml"),
    "cluster/kustomization.yaml": listing("flux-system", "names", "shop.yaml", "blog.yaml"),
    "cluster/names/kustomization.yaml": listing("shop.yaml", "blog.yaml"),
    "cluster/names/shop.yaml": NAMESPACE.replace("NAME", "shop"),
    "cluster/names/blog.yaml": NAMESPACE.replace("NAME", "blog"),
    "cluster/shop.yaml": CLAIM.replace("NAME", "shop"),
    "cluster/blog.yaml": CLAIM.replace("NAME", "blog"),
}


def split(now: dict[str, str], before: dict[str, str]) -> tuple[Sequence[Finding], Sequence[Finding]]:
    """The findings that a change touches, and the others."""
    world = analyse(MemoryTree(now))
    changes = [
        FileChange("M" if path in now and path in before else "A" if path in now else "D", path, path)
        for path in sorted({*now, *before})
        if now.get(path) != before.get(path)
    ]
    contents = {path: text.encode() for path, text in before.items()}
    report = touched(check(world), change_of(changes, contents, world.repo), world.repo.tree)
    return report.findings, report.elsewhere


def told(now: dict[str, str], before: dict[str, str]) -> tuple[set[str], set[str]]:
    """The files in which they stand."""
    near, far = ({one.mark.location.path for one in some if one.mark} for some in split(now, before))
    return near, far


def lines(now: dict[str, str], before: dict[str, str]) -> tuple[set[tuple[str, int | None]], ...]:
    """Their rules and lines."""
    return tuple({(one.rule, one.mark.location.line) for one in some if one.mark} for some in split(now, before))


def test_the_ground_is_sound() -> None:
    assert told(BEFORE, {}) == (set(), set())


ORDER = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: NAME, namespace: flux-system}
spec: {interval: 10m, path: ./PATH, prune: true, sourceRef: {kind: GitRepository, name: NAME}}
"""
SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: NAME, namespace: flux-system}
spec: {interval: 1m, url: "https://github.com/acme/NAME", ref: {branch: main}}
"""


@pytest.mark.parametrize("how", ["the entry", "both"])
def test_what_takes_an_object_away_is_to_blame_for_what_lacks_it(how: str) -> None:
    """The source of one has been missing before; that of the other goes by a file that no finding names."""
    before = BEFORE | {
        "cluster/kustomization.yaml": listing("flux-system", "orders.yaml", "sources"),
        "cluster/orders.yaml": f"{ORDER}---\n".replace("NAME", "old") + ORDER.replace("NAME", "new"),
        "cluster/sources/kustomization.yaml": listing("new.yaml"),
        "cluster/sources/new.yaml": SOURCE.replace("NAME", "new"),
    }
    now = dict(before)
    now["cluster/sources/kustomization.yaml"] = KUSTOMIZATION.replace("resources:", "namePrefix: x-")
    if how == "both":
        del now["cluster/sources/new.yaml"]
    near, far = lines(now, before)
    assert ("flux-source-not-found", 9) in near
    assert ("flux-source-not-found", 4) in far


def test_the_configuration_touches_everything() -> None:
    before = {path: text for path, text in BEFORE.items() if path != "cluster/names/blog.yaml"}
    near, far = told(before | {".gitops-lint.yaml": "profile: strict\n"}, before)
    assert near
    assert not far


def test_an_object_of_the_same_name_is_another_one() -> None:
    """A ConfigMap shop goes, and the namespace shop has nothing to do with it."""
    before = {path: text for path, text in BEFORE.items() if not path.startswith("cluster/names/shop")}
    before |= {"other.yaml": CLAIM.replace("NAME", "unrelated")}
    now = {path: text for path, text in before.items() if path != "other.yaml"}
    near, far = told(now, before)
    assert near == set()
    assert far
