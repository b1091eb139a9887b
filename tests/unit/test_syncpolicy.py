"""How Argo CD syncs, and what it spares."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_lint.facts.syncpolicy import is_automated, is_rolling, keeps_applications, prunes


def with_policy(**policy: Any) -> dict[str, Any]:
    return {"spec": {"syncPolicy": policy}}


@pytest.mark.parametrize(
    ("automated", "expected"),
    [({}, True), ({"enabled": True}, True), ({"enabled": False}, False), (None, False), (True, False), ([], False)],
)
def test_automated(automated: object, expected: bool) -> None:
    assert is_automated(with_policy(automated=automated)) is expected


def test_pruning_asks_where_it_is_told_to() -> None:
    assert prunes(with_policy(automated={"prune": True}))
    assert not prunes(with_policy(automated={"prune": True}, syncOptions=["Prune=confirm"]))
    assert not prunes(with_policy(automated={"prune": True, "enabled": False}))
    assert not prunes(with_policy(automated={}))


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ({"type": "RollingSync", "rollingSync": {"steps": [{}]}}, True),
        ({"type": "RollingSync", "rollingSync": {"steps": []}}, False),
        ({"type": "RollingSync"}, False),
        ({"type": "AllAtOnce", "rollingSync": {"steps": [{}]}}, False),
        ("RollingSync", False),
    ],
)
def test_rolling_needs_a_step(strategy: object, expected: bool) -> None:
    assert is_rolling({"spec": {"strategy": strategy}}) is expected


@pytest.mark.parametrize(
    ("policy", "finalizers", "expected"),
    [
        ({}, None, False),
        ({"preserveResourcesOnDeletion": True}, None, True),
        ({"applicationsSync": "create-only"}, None, True),
        ({"applicationsSync": "create-delete"}, None, False),
        ({}, ["resources-finalizer.argocd.argoproj.io/background"], False),
        ({}, ["example.com/audit"], True),
    ],
)
def test_what_a_set_keeps(policy: dict[str, Any], finalizers: list[str] | None, expected: bool) -> None:
    data = with_policy(**policy)
    data["spec"]["template"] = {"metadata": {"finalizers": finalizers}}
    assert keeps_applications(data) is expected
