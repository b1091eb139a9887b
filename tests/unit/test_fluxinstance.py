"""FluxInstances of flux-operator: the root that they make, under the patches of the instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.worlds import applied, config_map, roots, world

if TYPE_CHECKING:
    from gitops_lint.engine import World

INSTANCE = """\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {name: flux, namespace: flux-system}
spec:
  distribution: {version: 2.x}
  sync:
    kind: GitRepository
    url: https://example.com/repo
    ref: refs/heads/main
    path: clusters/home
"""
SUBSTITUTED = """\
  kustomize:
    patches:
      - target: {kind: Kustomization, name: flux-system}
        patch: |
          - op: add
            path: /spec/postBuild
            value: {substitute: {NAME: filled}}
"""
FIXED = f"{config_map('fixed')}---\n"
"""Beside it stands one whose name is nobody's before it is substituted."""


def with_patch(patch: str, target: str = "") -> str:
    body = "".join(f"          {line}\n" for line in patch.splitlines())
    return f"{INSTANCE}  kustomize:\n    patches:\n      - patch: |\n{body}{target}"


def made(text: str, *, directory: str = "clusters/home") -> World:
    return world({"bootstrap/flux.yaml": text, f"{directory}/a.yaml": FIXED + config_map("'${NAME:=plain}'")})


def test_the_root_is_called_like_the_namespace_unless_it_has_a_name() -> None:
    assert roots(made(INSTANCE)) == {"home: Kustomization flux-system/flux-system": "FluxInstance"}
    named = INSTANCE.replace("    kind: GitRepository\n", "    kind: GitRepository\n    name: all\n")
    assert roots(made(named)) == {"home: Kustomization flux-system/all": "FluxInstance"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(INSTANCE, None, id="without a patch"),
        pytest.param(INSTANCE + SUBSTITUTED, "filled", id="operations on the Kustomization"),
        pytest.param(
            with_patch(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
                "metadata: {name: flux-system, namespace: flux-system}\n"
                "spec: {postBuild: {substitute: {NAME: merged}}}"
            ),
            "merged",
            id="a patch that names the Kustomization",
        ),
        pytest.param(
            with_patch("- {op: remove, path: /spec/interval/x}", "        target: {kind: Kustomization}\n"),
            None,
            id="operations that cannot be applied",
        ),
        pytest.param(
            with_patch("- {op: remove, path: /spec/template}", "        target: {kind: Deployment}\n"),
            None,
            id="a patch of a controller",
        ),
    ],
)
def test_patches_of_the_instance_change_the_root(text: str, name: str | None) -> None:
    owner = ["Kustomization flux-system/flux-system live"]
    assert applied(made(text)) == {f"home: ConfigMap web/{each}": owner for each in ("fixed", name) if each}


def test_a_patched_value_leads_to_the_patch() -> None:
    (root,) = made(INSTANCE + SUBSTITUTED).walked.roots
    assert str(root.subject.locate(("spec", "postBuild", "substitute", "NAME")).location) == "bootstrap/flux.yaml:14"
    assert str(root.subject.locate(("spec", "path")).location) == "bootstrap/flux.yaml:10"


ARTIFACT = INSTANCE.replace("kind: GitRepository\n", "kind: OCIRepository\n")


def test_an_artifact_is_this_repository_if_it_has_the_path() -> None:
    assert "home: ConfigMap web/fixed" in applied(made(ARTIFACT))
    elsewhere = made(ARTIFACT, directory="kubernetes/clusters/home")
    assert applied(elsewhere) == {}
    assert [fault.problem.kind for fault in elsewhere.walked.faults] == []


def test_a_path_that_git_does_not_have_is_a_fault() -> None:
    faults = made(INSTANCE, directory="kubernetes/clusters/home").walked.faults
    assert [fault.problem.kind for fault in faults] == ["flux-path-not-found"]


@pytest.mark.parametrize("sync", ["3", "{path: 3}", "{path: x, kind: [], url: {}, ref: 7}", "null"])
def test_nonsense_is_no_root_and_no_crash(sync: str) -> None:
    head = INSTANCE.partition("  sync:")[0]
    assert made(f"{head}  sync: {sync}\n  kustomize: {{patches: [3, {{patch: 4}}, {{patch: '['}}]}}\n")
