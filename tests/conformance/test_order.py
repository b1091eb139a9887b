"""The real kustomize as judge of the order in which objects are printed."""

from __future__ import annotations

import random

import pytest

from gitops_lint.builders.kustomize.finish import LOCAL
from gitops_lint.builders.kustomize.kinds import FIRST_KINDS, LAST_KINDS
from gitops_lint.identity import CLUSTER_SCOPED
from tests.conformance.build_judge import compare_files

GROUPS = {
    "StorageClass": "storage.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "Deployment": "apps/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "Thing": "example.com/v1",
    "Ingress": "networking.k8s.io/v1",
}
OTHERS = ("Thing", "Ingress", "Pod", "Job")
ORDERS = {
    "none": "",
    "fifo": "sortOptions: {order: fifo}\n",
    "legacy": "sortOptions: {order: legacy}\n",
    "own": "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Pod, Job], orderLast: [Namespace]}}\n",
    "first only": "sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Pod]}}\n",
    "unknown": "sortOptions: {order: alphabetical}\n",
    "contradiction": "sortOptions: {order: fifo, legacySortOptions: {orderFirst: [Pod]}}\n",
    "empty": "sortOptions: {}\n",
}


def shuffled() -> str:
    """Objects of every kind that the order knows, and of some that it does not, twice or thrice each."""
    found = []
    for kind in (*FIRST_KINDS, *LAST_KINDS, *OTHERS):
        version = GROUPS.get(kind, "v1")
        for name, namespace in (("b", "z"), ("a", "z"), ("a", "y")):
            is_global = (version.rpartition("/")[0], kind) in CLUSTER_SCOPED
            if not (is_global and namespace == "y"):
                space = "" if is_global else f", namespace: {namespace}"
                found.append(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{space}}}\n")
    random.Random(0).shuffle(found)
    return "---\n".join(found)


@pytest.mark.parametrize("order", ORDERS)
def test_as_the_real_one(order: str) -> None:
    compare_files({"kustomization.yaml": f"resources: [a.yaml]\n{ORDERS[order]}", "a.yaml": shuffled()})


def test_only_the_topmost_kustomization_orders() -> None:
    base = {"base/kustomization.yaml": f"resources: [a.yaml]\n{ORDERS['fifo']}", "base/a.yaml": shuffled()}
    compare_files({"kustomization.yaml": "resources: [base]\n", **base})


@pytest.mark.parametrize("value", ["true", "'true'", "'false'", "''", "'True'", "x", "1", ""])
def test_what_is_for_tools_only_is_not_printed(value: str) -> None:
    annotated = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    {LOCAL}: {value}\n"
    compare_files({"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": annotated})
