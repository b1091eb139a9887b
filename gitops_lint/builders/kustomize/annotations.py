"""The annotations transformer. kustomize, builtins/AnnotationsTransformer.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.decoding import texts
from gitops_lint.builders.kustomize.setters import set_entries

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``commonAnnotations``: to the objects, and to what workloads make."""
    return set_entries(resources, texts(step, "commonAnnotations"), step.config.annotations, step.faults)
