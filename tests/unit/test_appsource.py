"""The sources of an Application: overrides, value files and the kustomize block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.model import dig
from tests.unit.worlds import application, config_map, kustomization, world

if TYPE_CHECKING:
    from gitops_lint.engine import World
    from gitops_lint.model import Built, Data

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.0"}]}
"""


def built(found: World, kind: str, name: str | None = None) -> Built:
    """The one object of a kind that an Application applies."""
    (item,) = {
        id(item): item
        for applied in found.walked.applied
        for item in applied.delivery.build.objects
        if item.ref.kind == kind and name in (None, item.ref.name)
    }.values()
    return item


def app(block: str) -> dict[str, str]:
    """An Application with a kustomize block, and what it builds."""
    text = application("web", "apps/web").replace('path: "apps/web"}', f'path: "apps/web", kustomize: {block}}}')
    return {
        "argocd-apps/web.yaml": text,
        "apps/web/kustomization.yaml": kustomization("web.yaml"),
        "apps/web/web.yaml": DEPLOYMENT,
    }


IMAGE = ("spec", "template", "spec", "containers", 0, "image")


@pytest.mark.parametrize(
    ("block", "route", "value"),
    [
        ("{namePrefix: dev-}", ("metadata", "name"), "dev-web"),
        ("{nameSuffix: -v1}", ("metadata", "name"), "web-v1"),
        ("{namespace: other}", ("metadata", "namespace"), "other"),
        ("{images: ['nginx:2.0']}", IMAGE, "nginx:2.0"),
        ("{images: ['nginx=example.com:5000/nginx:2.0']}", IMAGE, "example.com:5000/nginx:2.0"),
        ("{images: ['nginx=example.com:5000/nginx']}", IMAGE, "example.com:5000/nginx:1.0"),
        ("{images: ['nginx@sha256:ab']}", IMAGE, "nginx@sha256:ab"),
        ("{replicas: [{name: web, count: '3'}]}", ("spec", "replicas"), 3),
        ("{commonLabels: {team: $ARGOCD_APP_NAME}}", ("spec", "selector", "matchLabels", "team"), "web"),
        ("{commonLabels: {team: a}, labelWithoutSelector: true}", ("spec", "selector", "matchLabels", "team"), None),
        ("{commonLabels: {team: a}, labelWithoutSelector: true}", ("metadata", "labels", "team"), "a"),
        (
            "{commonLabels: {team: a}, labelWithoutSelector: true, labelIncludeTemplates: true}",
            ("spec", "template", "metadata", "labels", "team"),
            "a",
        ),
        ("{commonAnnotations: {a: $ARGOCD_APP_NAME}}", ("metadata", "annotations", "a"), "$ARGOCD_APP_NAME"),
        (
            "{commonAnnotations: {a: '${ARGOCD_APP_NAME}'}, commonAnnotationsEnvsubst: true}",
            ("metadata", "annotations", "a"),
            "web",
        ),
        (
            """{patches: [{patch: '[{"op": "add", "path": "/spec/paused", "value": true}]', target: {}}]}""",
            ("spec", "paused"),
            True,
        ),
    ],
)
def test_the_kustomize_block(block: str, route: tuple[str | int, ...], value: Data) -> None:
    item = built(world(app(block)), "Deployment")
    assert dig(item.data, route) == value
    if value is not None:
        assert item.locate(route).path == "argocd-apps/web.yaml"


def test_an_image_of_the_block_replaces_that_of_the_kustomization() -> None:
    files = app("{images: ['nginx=example.com/nginx:3']}")
    files["apps/web/kustomization.yaml"] = kustomization(
        "web.yaml", more="images: [{name: nginx, newName: other, newTag: '2'}]\n"
    )
    assert dig(built(world(files), "Deployment").data, IMAGE) == "example.com/nginx:3"


def test_files_override_the_source_and_the_one_for_the_application_wins() -> None:
    files = app("{namePrefix: a-, nameSuffix: -z}")
    files["apps/web/.argocd-source.yaml"] = "path: elsewhere\nkustomize: {namePrefix: b-, nameSuffix: null}\n"
    files["apps/web/.argocd-source-web.yaml"] = "kustomize: {namePrefix: c-}\n"
    files["apps/web/.argocd-source-other.yaml"] = "kustomize: {namePrefix: d-}\n"
    item = built(world(files), "Deployment")
    assert item.ref.name == "c-web"
    assert item.locate(("metadata", "name")).path == "apps/web/.argocd-source-web.yaml"


def test_of_one_object_in_two_sources_the_last_is_applied() -> None:
    first, last = (f'{{repoURL: "https://example.com/repo", targetRevision: main, path: {name}}}' for name in "ab")
    text = application("web", "a")
    source = next(line for line in text.splitlines() if line.startswith("  source:"))
    found = world(
        {
            "argocd-apps/web.yaml": text.replace(source, f"  sources: [{first}, {last}]"),
            "a/one.yaml": config_map("one"),
            "b/one.yaml": config_map("one"),
        }
    )
    assert built(found, "ConfigMap").path == "b/one.yaml"
