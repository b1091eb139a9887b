"""How bad it is that somebody else applies a thing: what is certain, what is likely, and what no root reaches.

The repositories are the bad examples of the rule pages, which say where a finding stands, but not how bad it is.
"""

from __future__ import annotations

import pytest

from tests.unit.examples import levels


@pytest.mark.parametrize(
    ("rule_id", "heading"),
    [
        ("traefik-in-gitops", "A HelmRelease"),
        ("traefik-in-gitops", "A HelmRelease from an OCI registry"),
        ("traefik-in-gitops", "An Application"),
        ("traefik-in-gitops", "A remote base"),
        ("traefik-in-gitops", "Raw manifests"),
        ("argocd-in-gitops", "An Application of its own manifests"),
        ("manual-component-in-gitops", "One of several components of a row"),
    ],
)
def test_what_is_installed_by_hand_and_told_for_certain_is_an_error(rule_id: str, heading: str) -> None:
    assert levels(rule_id, heading) == {("error", "certain", None)}


@pytest.mark.parametrize(
    ("rule_id", "heading"),
    [
        ("traefik-in-gitops", "A chart of that name from elsewhere"),
        ("traefik-in-gitops", "Its CRDs as a chart"),
        ("argocd-in-gitops", "A mirror of its image"),
        ("manual-component-in-gitops", "A chart of that name from elsewhere"),
    ],
)
def test_a_chart_or_an_image_of_that_name_alone_is_a_warning(rule_id: str, heading: str) -> None:
    assert levels(rule_id, heading) == {("warning", "likely", None)}


def test_what_no_root_reaches_is_one_step_less() -> None:
    assert levels("traefik-in-gitops", "Declared, but not reached") == {("warning", "possible", None)}


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("Flux installs an application by its chart", ("error", "certain", "component")),
        ("Flux applies the manifests of an application", ("error", "certain", "component")),
        ("Argo CD installs the monitoring", ("error", "certain", "component")),
        ("Only the name of the chart is alike", ("warning", "likely", "component")),
        ("Only the directory in its own tree has the name", ("warning", "likely", "component")),
    ],
)
def test_a_wrong_owner_is_an_error_unless_only_names_are_alike(heading: str, level: tuple[str, str, str]) -> None:
    assert levels("wrong-owner", heading) == {level}


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("A PersistentVolume that nobody there claims", ("error", "certain", "component")),
        ("A PersistentVolume for the claim of the same Application", ("warning", "certain", "volume-of-an-app")),
        ("The chart of a provisioner", ("warning", "likely", "component")),
        ("The workload of a provisioner", ("error", "certain", "component")),
    ],
)
def test_a_volume_that_one_application_has_for_itself_is_a_warning(heading: str, level: tuple[str, str, str]) -> None:
    assert levels("storage-outside-flux", heading) == {level}


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("The path leads into the tree", ("error", "certain", "direct")),
        ("One entry of a kustomization leads into the tree", ("error", "certain", "transitive")),
        ("A component comes from the tree", ("error", "certain", "transitive")),
        ("The path lies above the tree, and nothing there limits it", ("error", "certain", "ancestor")),
        ("A suspended Kustomization", ("warning", "certain", "suspended")),
    ],
)
def test_a_suspended_kustomization_is_a_warning_every_other_one_an_error(
    heading: str, level: tuple[str, str, str]
) -> None:
    assert levels("flux-path-in-applications", heading) == {level}


@pytest.mark.parametrize(
    ("rule_id", "heading", "level"),
    [
        ("two-controllers", "Flux lists what an Application applies", ("error", "certain", "fight")),
        ("two-controllers", "The Application waits for somebody to sync it", ("warning", "certain", "unsynced")),
        ("two-controllers", "Automated sync is switched off", ("warning", "certain", "unsynced")),
        ("two-controllers", "Flux is suspended", ("info", "certain", "handover")),
        ("two-controllers", "One that no root reaches yet", ("warning", "possible", "fight")),
        ("two-kustomizations", "Two paths that overlap", ("error", "certain", "fight")),
        ("two-kustomizations", "Two definitions of one Namespace", ("error", "certain", "fight")),
        ("two-kustomizations", "Equal copies", ("warning", "certain", "shared")),
        ("two-kustomizations", "One of them is suspended", ("info", "certain", "handover")),
        ("two-applications", "Two Applications read one directory", ("error", "certain", "fight")),
        ("two-applications", "One of them refuses to share", ("warning", "certain", "refused")),
        ("two-applications", "One of them is synced by hand", ("warning", "certain", "unsynced")),
        ("two-applications", "One of them rests", ("info", "certain", "handover")),
    ],
)
def test_two_owners_fight_unless_one_of_them_holds_still(
    rule_id: str, heading: str, level: tuple[str, str, str]
) -> None:
    assert levels(rule_id, heading) == {level}


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("The option", ("warning", "certain", "option")),
        ("Labels of a Namespace that Flux applies", ("error", "certain", "managed-metadata")),
        ("Labels of a Namespace that nobody applies yet", ("warning", "certain", "option")),
    ],
)
def test_labels_that_flux_sets_too_are_an_error(heading: str, level: tuple[str, str, str]) -> None:
    assert levels("argocd-creates-namespace", heading) == {level}
