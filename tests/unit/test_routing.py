"""What an object claims: rules of Traefik that can be told, and those that cannot."""

from __future__ import annotations

import pytest

from gitops_lint.facts.routing import claims_of
from gitops_lint.model import Ref


def claimed(match: str) -> set[str]:
    """The addresses that an IngressRoute with one rule claims."""
    ref = Ref("traefik.io", "IngressRoute", "web", "api")
    data = {"spec": {"routes": [{"match": match, "services": [{"name": "api"}]}]}}
    return {f"{claim.host} {claim.path}" for claim in claims_of(ref, data)}


@pytest.mark.parametrize(
    ("match", "addresses"),
    [
        ("Host(`a.example.com`)", {"a.example.com /"}),
        ("Host(`A.example.com`, `b.example.com`)", {"a.example.com /", "b.example.com /"}),
        ("Host(`a.example.com`) || Host(`b.example.com`)", {"a.example.com /", "b.example.com /"}),
        ("(Host(`a.example.com`)) && PathPrefix(`/x/`)", {"a.example.com /x"}),
        ("PathPrefix(`/x`) && Host(`a.example.com`)", {"a.example.com /x"}),
        ('Host("a.example.com") && Path("/x")', {"a.example.com =/x"}),
    ],
)
def test_a_rule_that_can_be_told(match: str, addresses: set[str]) -> None:
    assert claimed(match) == addresses


@pytest.mark.parametrize(
    "match",
    [
        "",
        "PathPrefix(`/`)",
        "HostRegexp(`.*`)",
        "Host(`a.example.com`) && Host(`b.example.com`)",
        "Host(`a.example.com`) && !PathPrefix(`/x`)",
        "Host(`a.example.com`) && Header(`X`, `y`)",
        "Host(`a.example.com`) && (PathPrefix(`/x`) || PathPrefix(`/y`))",
        "Host(`a.example.com`) || Host(`b.example.com`) && PathPrefix(`/x`)",
        "Host(`a.${domain}`)",
    ],
)
def test_a_rule_that_cannot(match: str) -> None:
    assert claimed(match) == set()


@pytest.mark.parametrize("kind", ["Ingress", "IngressRoute", "HTTPRoute"])
@pytest.mark.parametrize("spec", [None, 1, [], {"rules": 1, "routes": [None, 1], "hostnames": [1, None]}])
def test_data_of_any_shape(kind: str, spec: object) -> None:
    groups = {"Ingress": "networking.k8s.io", "IngressRoute": "traefik.io", "HTTPRoute": "gateway.networking.k8s.io"}
    assert list(claims_of(Ref(groups[kind], kind, "web", "api"), {"spec": spec})) == []
