"""What objects name, in whatever shape their data is."""

from __future__ import annotations

import pytest

from gitops_lint.document import read
from gitops_lint.facts.references import references_of
from gitops_lint.identity import objects
from gitops_lint.model import Built, Place, Places


def named(text: str) -> list[str]:
    (document,) = read("a.yaml", text.encode()).documents
    (manifest,) = objects(document, document.data)
    built = Built(manifest.ref, manifest.data, Places(Place(document, ())))
    return [f"{'.'.join(map(str, route))}: {ref}" for ref, route in references_of(built)]


HEAD = "metadata: {name: web, namespace: web}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "apiVersion: v1\nkind: PersistentVolumeClaim\nspec: {storageClassName: fast}\n",
            ["spec.storageClassName: StorageClass fast"],
        ),
        ('apiVersion: v1\nkind: PersistentVolumeClaim\nspec: {storageClassName: ""}\n', []),
        ("apiVersion: example.com/v1\nkind: PersistentVolumeClaim\nspec: {storageClassName: fast}\n", []),
        (
            "apiVersion: apps/v1\nkind: StatefulSet\nspec:\n  volumeClaimTemplates: [7, {spec: {storageClassName: fast}}]\n",
            ["spec.volumeClaimTemplates.1.spec.storageClassName: StorageClass fast"],
        ),
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {secretStoreRef: {name: vault}}\n",
            ["spec.secretStoreRef.name: SecretStore web/vault"],
        ),
        (
            "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
            "spec: {secretStoreRef: {kind: ClusterSecretStore, name: vault}}\n",
            ["spec.secretStoreRef.name: ClusterSecretStore vault"],
        ),
        (
            "apiVersion: cert-manager.io/v1\nkind: Certificate\nspec: {issuerRef: {name: ca}}\n",
            ["spec.issuerRef.name: Issuer web/ca"],
        ),
        (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  valuesFrom:\n"
            "  - {kind: Secret, name: a}\n  - {kind: ConfigMap, name: b, optional: true}\n  - {kind: Job, name: c}\n  - 7\n",
            ["spec.valuesFrom.0.name: Secret web/a"],
        ),
        ("apiVersion: cert-manager.io/v1\nkind: Certificate\nspec: {issuerRef: [ca]}\n", []),
        ("apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: 7\n", []),
    ],
)
def test_what_an_object_names(text: str, expected: list[str]) -> None:
    assert named(text + HEAD) == expected
