"""How Argo CD syncs: by itself, step by step, or when somebody asks; and what it spares.

argo-cd, pkg/apis/application/v1alpha1/types.go (SyncPolicy, ApplicationSetSyncPolicy, ApplicationSetStrategy),
applicationset/controllers/applicationset_controller.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.model import dig
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from gitops_lint.location import Route
    from gitops_lint.model import Data

AUTOMATED: Route = ("spec", "syncPolicy", "automated")
OPTIONS: Route = ("spec", "syncPolicy", "syncOptions")
KEEPING = frozenset({"create-only", "create-update"})
"""Values of ``applicationsSync`` by which a set never deletes an Application that it no longer generates."""
CLEANING = "resources-finalizer.argocd.argoproj.io"
"""Begins the finalizers by which an Application that is deleted takes its objects along."""


def is_automated(data: Data) -> bool:
    """Whether Argo CD syncs by itself: ``automated`` is there and not disabled (IsAutomatedSyncEnabled)."""
    automated = dig(data, AUTOMATED)
    return isinstance(automated, dict) and automated.get("enabled") is not False


def prunes(data: Data) -> bool:
    """Whether Argo CD deletes by itself what is no longer in Git, without asking anybody (``Prune=confirm``)."""
    if not is_automated(data) or dig(data, (*AUTOMATED, "prune")) is not True:
        return False
    return not {"Prune=confirm", "Prune=false"} & {str(option) for option in list_at(data, OPTIONS)}


def is_rolling(data: Data) -> bool:
    """Whether an ApplicationSet syncs what it generates itself; without a step it does not (RollingSync)."""
    strategy = mapping_at(data, ("spec", "strategy"))
    return strategy.get("type") == "RollingSync" and bool(list_at(strategy, ("rollingSync", "steps")))


def keeps_applications(data: Data) -> bool:
    """Whether an ApplicationSet that stops generating an Application leaves it, or what it applied, in the cluster.

    Without ``preserveResourcesOnDeletion`` a generated Application gets the finalizer that deletes its objects, unless
    its template brings finalizers of its own (applicationset/utils/utils.go, RenderTemplateParams).
    """
    policy = mapping_at(data, ("spec", "syncPolicy"))
    if policy.get("preserveResourcesOnDeletion") is True or text_at(policy, ("applicationsSync",)) in KEEPING:
        return True
    finalizers = list_at(data, ("spec", "template", "metadata", "finalizers"))
    return bool(finalizers) and not any(str(finalizer).startswith(CLEANING) for finalizer in finalizers)
