"""What the levels of Pod Security refuse, in whatever shape a Pod is."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_lint.facts.podsecurity import violations

SAFE: dict[str, Any] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
POD: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def refused(level: str, spec: Any) -> list[str]:
    return [".".join(map(str, violation.route)) for violation in violations(level, spec)]


@pytest.mark.parametrize(
    ("spec", "at"),
    [
        ({"hostPID": True}, ["hostPID"]),
        ({"hostNetwork": "true"}, []),
        ({"volumes": [{"hostPath": {"path": "/x"}}, {"hostPath": None}, 7]}, ["volumes.0.hostPath"]),
        (
            {"initContainers": [{"securityContext": {"privileged": True}}]},
            ["initContainers.0.securityContext.privileged"],
        ),
        ({"containers": [{"securityContext": {"capabilities": {"add": ["CAP_CHOWN", "KILL", 7]}}}]}, []),
        ({"containers": [{"ports": [{"hostPort": 0}, {"hostPort": 80}]}]}, ["containers.0.ports.1.hostPort"]),
        ({"containers": "none"}, []),
        (None, []),
    ],
)
def test_baseline(spec: Any, at: list[str]) -> None:
    assert refused("baseline", spec) == at
    assert refused("privileged", spec) == []
    assert refused("", spec) == []


def test_restricted_wants_things_said() -> None:
    assert len(refused("restricted", {"containers": [{"name": "a"}]})) == 4
    assert refused("restricted", {"securityContext": POD, "containers": [{"securityContext": SAFE}]}) == []


def test_a_container_outweighs_its_pod() -> None:
    own = {**SAFE, "runAsNonRoot": False}
    assert len(refused("restricted", {"securityContext": POD, "containers": [{"securityContext": own}]})) == 1


def test_volumes_of_restricted() -> None:
    spec = {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "nfs": {"server": "x"}}, {"name": "c"}]}
    assert refused("restricted", spec) == ["volumes.1"]
