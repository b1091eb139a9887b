"""Which versions an object names, and which of two is the newer one."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_lint.document import read
from gitops_lint.facts.versions import is_newer, tag_of, versions_of
from gitops_lint.identity import identify
from gitops_lint.model import Manifest


def manifest(data: dict[str, Any]) -> Manifest:
    document = read("x.yaml", b"a: b\n").documents[0]
    data = {"apiVersion": "v1", "metadata": {"name": "x"}, **data}
    ref = identify(data)
    assert ref is not None
    return Manifest(ref, data, document)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1.10.0", "1.9.0", True),
        ("v1.2.0", "1.1.0", True),
        ("1.2.0", "1.2.0", False),
        ("1.4.0-alpine3.20", "1.4.0-alpine3.19", True),
        ("4.0.16-ls290", "4.0.16-ls283", True),
        ("2026.01.05", "2025.12.31", True),
        ("1.5.0", "1.5.0-rc.1", None),
        ("1.4", "1.4.2", None),
        ("1.4.2", "latest", None),
        ("4f2a9c1", "1a2b3c4", None),
        ("main-12", "main-11", None),
        ("", "", None),
    ],
)
def test_the_newer_one(one: str, other: str, expected: bool | None) -> None:
    assert is_newer(one, other) is expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [("web:1.0", "1.0"), ("r:5000/web", ""), ("r:5000/web:2@sha256:0", "2"), ("web@sha256:0", ""), ("web", "")],
)
def test_the_tag_of_an_image(image: str, expected: str) -> None:
    assert tag_of(image) == expected


def test_the_versions_of_objects() -> None:
    release = {
        "kind": "HelmRelease",
        "spec": {
            "chart": {"spec": {"chart": "podinfo", "version": "6.9.0"}},
            "values": {"ui": {"image": {"repository": "example.com/ui", "tag": "1.0@sha256:0"}}},
        },
    }
    assert [(pinned.what, pinned.version) for pinned in versions_of(manifest(release))] == [
        ("chart podinfo", "6.9.0"),
        ("image example.com/ui", "1.0"),
    ]
    application = {"kind": "Application", "spec": {"sources": [{"chart": "podinfo", "targetRevision": "6.9.0"}, {}]}}
    assert [pinned.route for pinned in versions_of(manifest(application))] == [("spec", "sources", 0, "targetRevision")]


@pytest.mark.parametrize(
    "odd", [None, [], "x", 3, {"containers": "x"}, {"template": {"spec": {"containers": [3, None]}}}]
)
@pytest.mark.parametrize("kind", ["Deployment", "HelmRelease", "OCIRepository", "Application", "HelmChart"])
def test_odd_shapes_have_no_versions(kind: str, odd: object) -> None:
    assert list(versions_of(manifest({"kind": kind, "spec": odd}))) == []


def test_values_that_nest_for_ever_come_to_an_end() -> None:
    values: dict[str, Any] = {}
    inner = values
    for _ in range(100):
        inner["x"] = {}
        inner = inner["x"]
    inner["image"] = {"repository": "example.com/ui", "tag": "1.0"}
    assert list(versions_of(manifest({"kind": "HelmRelease", "spec": {"values": values}}))) == []
