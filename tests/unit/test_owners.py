"""How bad two owners are, and what they are told to expect: a page says where a finding stands, but not its level."""

from __future__ import annotations

import pytest

from tests.unit.examples import findings, levels


@pytest.mark.parametrize(
    ("rule_id", "heading", "level"),
    [
        ("release-name-collision", "Two target namespaces", ("error", "certain", "fight")),
        ("release-name-collision", "One of them is suspended", ("info", "certain", "handover")),
        ("crd-in-chart-and-manifest", "The chart replaces it with each upgrade", ("error", "certain", "fight")),
        ("crd-in-chart-and-manifest", "It is one of the templates", ("error", "certain", "fight")),
        ("crd-in-chart-and-manifest", "It is made where it is missing", ("info", "certain", "created")),
        ("crd-in-chart-and-manifest", "Argo CD installs the chart", ("error", "certain", "fight")),
        ("tracking-label-collision", "Argo CD prunes what Flux has applied", ("error", "certain", "pruned")),
        ("tracking-label-collision", "Argo CD waits for somebody to prune it", ("warning", "certain", "claimed")),
        ("tracking-label-collision", "A release of the same name", ("warning", "likely", "pruned")),
        ("tracking-label-collision", "Argo CD replaces the label", ("info", "certain", "replaced")),
        ("committed-tracking-metadata", "The tracking id of Argo CD", ("error", "certain", "claim")),
        ("committed-tracking-metadata", "The labels of a Kustomization", ("error", "certain", "claim")),
        (
            "committed-tracking-metadata",
            "A tracking id that its own controller replaces",
            ("warning", "certain", "leftover"),
        ),
        ("committed-tracking-metadata", "The release of Helm", ("info", "certain", "helm")),
        (
            "flux-creates-application-namespace",
            "Only a release makes the namespace",
            ("warning", "certain", "creates"),
        ),
        ("flux-creates-application-namespace", "A Kustomization moves into it", ("info", "certain", "moves-in")),
        ("silent-adoption", "A Deployment of the same name", ("info", "likely", None)),
        ("two-controllers", "An Application with two parents", ("error", "certain", "fight")),
    ],
)
def test_the_level_of_a_case(rule_id: str, heading: str, level: tuple[str, str, str | None]) -> None:
    assert levels(rule_id, heading) == {level}


@pytest.mark.parametrize(
    ("rule_id", "heading", "effect"),
    [
        (
            "two-kustomizations",
            "Two definitions of one Namespace",
            "they set pod-security.kubernetes.io/enforce to privileged and baseline: "
            "pods that run under the one are refused under the other",
        ),
        (
            "two-controllers",
            "One Namespace, admitted differently",
            "they set pod-security.kubernetes.io/enforce to privileged and baseline: "
            "pods that run under the one are refused under the other",
        ),
        (
            "two-controllers",
            "Through different directories",
            "whichever of them prunes it takes it away from the other",
        ),
    ],
)
def test_what_two_owners_do(rule_id: str, heading: str, effect: str) -> None:
    assert [finding.effect for finding in findings(rule_id, heading)] == [effect]
