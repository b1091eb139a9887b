"""Every statement of the dual GitOps architecture that can be checked is checked: statement, scenario, rules.

A scenario is a variant of the reference repository (``fixtures/broken/``) in which exactly that statement is broken, or a
history of commits (``fixtures/histories/``). The lines are those of the architecture document, which a test looks up
where it is at hand; what nobody can see in a repository stands below, with the reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from gitops_lint.rule import shipped
from tests.test_scenarios import BROKEN, FIXTURES, allowed

DOCUMENT = Path(__file__).parent.parent.parent / "shared" / "seed" / "dual-gitops-architecture.md"
HISTORIES = FIXTURES / "histories"


class Statement(NamedTuple):
    """What the document says in a line, a word of which stands there; and the scenarios that break it."""

    line: int
    word: str
    says: str
    scenarios: tuple[str, ...]


STATEMENTS = (
    Statement(12, "infrastructure", "Flux applies the infrastructure", ("wrong-owner", "argocd-path-in-infrastructure", "unassigned-component")),
    Statement(13, "applications", "Argo CD applies the applications", ("flux-path-in-applications", "flux-path-in-applications--transitive", "wrong-owner")),
    Statement(22, "talos-fix", "there is one repository, and the bootstrap script and Flux mean the same", ("bootstrap-repository-differs",)),
    Statement(56, "Namespaces", "the namespaces of the media stack are Flux's", ("namespace-outside-flux", "argocd-creates-namespace", "flux-creates-application-namespace", "missing-component", "missing-namespace", "namespace-applied-later", "unprotected-prune", "pod-security-violation", "default-namespace")),
    Statement(57, "Storage", "storage classes and volumes are Flux's", ("storage-outside-flux", "unordered-reference", "unbindable-claim", "missing-storage-class")),
    Statement(58, "Monitoring", "monitoring is Flux's", ("wrong-owner", "raw-workload")),
    Statement(59, "Observability", "observability is Flux's", ("wrong-owner", "missing-component")),
    Statement(60, "Traefik", "Traefik is installed by hand", ("traefik-in-gitops", "traefik-in-gitops--argocd", "traefik-in-gitops--remote-base")),
    Statement(61, "ArgoCD", "Argo CD is installed by hand, and does not manage itself", ("argocd-in-gitops", "argocd-in-gitops--self-managed", "manual-component-in-gitops")),
    Statement(62, "Arr Stack", "the arr stack is Argo CD's", ("flux-path-in-applications", "two-controllers", "unreached-application")),
    Statement(63, "Media Servers", "the media servers are Argo CD's", ("wrong-owner", "flux-path-in-applications--also-argocd")),
    Statement(64, "Supporting", "PostgreSQL and Homepage are Argo CD's", ("two-controllers", "two-applications")),
    Statement(73, "bootstrap.sh", "a script bootstraps Flux", ("missing-file", "bootstrap-path-differs")),
    Statement(78, "infrastructure/base", "what Flux manages stands in this tree", ("missing-directory", "missing-component--absent", "unlisted-manifest")),
    Statement(85, "HelmRelease", "monitoring comes by a HelmRelease", ("raw-workload", "release-installed-by-hand")),
    Statement(97, "argocd", "Argo CD runs in the namespace argocd", ("unwatched-application", "open-argocd")),
    Statement(102, "arr-stack", "what Argo CD manages stands in this tree", ("missing-component", "missing-kustomize-entry")),
    Statement(114, "overlays", "there is an overlay for each environment", ("missing-overlay", "undeclared-environment", "unreached-kustomization")),
    Statement(143, "clusters/homelab-single", "Flux is bootstrapped with this path", ("bootstrap-path-differs", "nested-flux-system", "flux-outside-its-root")),
    Statement(142, "main", "Flux follows the branch main", ("bootstrap-repository-differs",)),
    Statement(172, "admin", "nobody logs in as admin with the password admin", ("default-credential", "credentials-in-document")),
    Statement(181, "flux-system", "Flux watches the entry of the cluster", ("missing-cluster-entry", "unreached-flux-object", "flux-path-not-found", "flux-outside-its-root")),
    Statement(183, "minute", "Flux reconciles by itself, within a time that can be chosen", ("interval-outside-policy", "suspended-flux-object")),
    Statement(184, "Applies", "Flux applies namespaces, storage and monitoring", ("missing-component", "storage-outside-flux")),
    Statement(189, "arr-stack", "Argo CD watches the applications", ("argocd-path-in-infrastructure", "argocd-path-not-found", "unreached-application")),
    Statement(191, "diff", "a diff is shown before it is applied", ("prod-auto-sync", "dev-manual-sync")),
    Statement(203, "CRDs", "each controller has its own kinds", ("order-in-wrong-tree", "order-in-wrong-tree--application", "flux-orders-by-argocd")),
    Statement(204, "Sync", "Flux syncs automatically, Argo CD by hand or by itself", ("suspended-flux-object", "prod-auto-sync", "dev-manual-sync")),
    Statement(206, "Helm", "charts come by HelmRelease or Application", ("unpinned-chart", "drift-not-detected", "release-name-collision", "raw-workload", "charts-not-enabled")),
    Statement(215, "Infrastructure", "changes of the infrastructure do not touch applications", ("mixed-commit", "foreign-image-updates", "overlapping-paths", "pruned-application", "default-project")),
    Statement(223, "failures", "a failing infrastructure breaks no application", ("two-controllers", "pruned-application", "prod-mutable-revision")),
    Statement(241, "ordering", "the order of what depends on each other is given", ("dangling-dependency", "dependency-cycle", "dependency-deadlock", "dependency-without-wait", "suspended-dependency", "definition-applied-later", "unordered-reference", "redundant-dependency")),
    Statement(242, "ready", "applications depend on a ready infrastructure, never the reverse", ("tier-without-dependency", "tier-inversion", "root-waits-for-all", "wave-over-applications", "sync-without-retry")),
    Statement(252, "manually", "what was installed by hand is handed over", ("release-installed-by-hand", "applied-by-hand")),
    Statement(259, "touch", "the bootstrap touches nothing that is there", ("unsafe-adoption", "unprotected-prune", "forced-kustomization")),
    Statement(270, "adopt", "Flux adopts what is there, and nothing is made anew", ("unsafe-adoption", "silent-adoption", "release-name-collision", "misdescribed-command")),
    Statement(293, "Git", "infrastructure changes by Git alone", ("applied-by-hand", "component-outside-infrastructure")),
    Statement(305, "bootstrap", "the directories are these", ("missing-directory", "missing-file", "undeclared-directory", "stale-tree-drawing", "flux-namespace-twice")),
    Statement(317, "Flux", "infrastructure/ is Flux's", ("argocd-path-in-infrastructure",)),
    Statement(326, "ArgoCD", "applications/ is Argo CD's", ("flux-path-in-applications",)),
    Statement(324, "dev", "the infrastructure has an overlay for each environment, too", ("missing-overlay", "environment-in-base")),
    Statement(356, "suspend", "what is suspended is resumed", ("suspended-dependency", "suspended-flux-object")),
    Statement(374, "force", "a sync by force is no refresh", ("misdescribed-command",)),
    Statement(389, "HelmRelease", "charts are installed by HelmReleases, not by hand", ("release-installed-by-hand", "raw-workload")),
    Statement(390, "infrastructure", "infrastructure stays in its directory", ("component-outside-infrastructure", "component-outside-applications")),
    Statement(391, "overlays", "what differs between environments stands in overlays", ("missing-overlay", "environment-in-base", "copied-manifests", "base-read-directly", "crossed-environments")),
    Statement(392, "kubectl", "nobody applies by hand", ("applied-by-hand", "drift-not-detected", "committed-operation", "committed-tracking-metadata")),
    Statement(397, "argocd-apps", "Applications stand in argocd-apps/", ("application-outside-directory", "order-in-wrong-tree")),
    Statement(398, "production", "production is synced by hand", ("prod-auto-sync", "deleting-applicationset", "ineffective-automation", "prod-mutable-revision")),
    Statement(399, "dev", "development is synced by itself", ("dev-manual-sync",)),
    Statement(401, "health", "there are health checks, of one's own where needed", ("unassessed-health", "wave-over-applications", "dependency-without-wait", "ignored-health-checks", "health-target-not-found")),
    Statement(405, "truth", "Git is the source of truth", ("applied-by-hand", "plaintext-secret", "secret-in-plain-config", "external-secrets-beta")),
    Statement(406, "dev", "a change goes through development first", ("prod-ahead-of-dev", "prod-only-object", "prod-before-dev", "dev-and-prod-in-one-commit")),
    Statement(407, "semantic", "commit messages are conventional", ("unconventional-commit",)),
    Statement(408, "Tag", "releases are tagged", ("no-release-tag", "prod-mutable-revision", "head-revision")),
    Statement(409, "breaking", "a breaking change says so", ("untold-breaking-change",)),
    Statement(451, "rollback", "an Application can be rolled back", ("prod-auto-sync",)),
    Statement(455, "default", "Applications do not live in the default project", ("default-project", "project-permits-everything", "refused-by-project")),
    Statement(471, "Restored", "the files of the bootstrap are there", ("missing-file",)),
    Statement(484, "Applications", "there are Applications for the arr stack", ("missing-component", "unreached-application")),
)  # fmt: skip

NOT_IN_A_REPOSITORY = {
    185: "the status is told by the command line of Flux; alerts are asked for by unannounced-failures",
    195: "the status is told by the command line and the page of Argo CD",
    226: "what is visible where is a matter of the two programs",
    277: "that nothing was disrupted is seen in the cluster",
    393: "logs are watched by people",
    400: "monitoring by a page is done by people",
}
"""Lines that say what only the cluster or a human can show."""


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: f"{one.line}-{one.word}")
def test_a_statement_has_a_scenario_that_breaks_it(statement: Statement) -> None:
    assert statement.scenarios
    for name in statement.scenarios:
        assert (BROKEN / name).is_dir() or (HISTORIES / name).exists(), name


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: f"{one.line}-{one.word}")
def test_its_scenarios_are_rules_that_ship(statement: Statement) -> None:
    known = {rule.id for rule in shipped()}
    for name in statement.scenarios:
        rules = set(allowed(BROKEN / name))
        assert rules
        assert rules <= known, rules - known


def test_no_line_stands_in_both_tables() -> None:
    assert not {statement.line for statement in STATEMENTS} & NOT_IN_A_REPOSITORY.keys()


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the architecture document is not beside the project")
def test_the_document_says_so() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    wrong = [one for one in STATEMENTS if one.word.casefold() not in lines[one.line - 1].casefold()]
    assert [(one.line, one.word, lines[one.line - 1]) for one in wrong] == []
