"""What a kustomization does to the objects below it, one field after the other.

kustomize, api/internal/target/kusttarget_configplugin.go (configureBuiltinTransformers): the order is fixed, whatever
the order in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import images, labels, names, namespace, patches, replacements, replicas
from gitops_lint.builders.kustomize.annotations import transform as annotate

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step, Transformer

TRANSFORMERS: tuple[Transformer, ...] = (
    patches.strategic,
    patches.patches,
    namespace.transform,
    names.transform,
    labels.transform,
    annotate,
    patches.json6902,
    replicas.transform,
    images.transform,
    replacements.transform,
)


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The objects of a layer after all of its fields."""
    for transformer in TRANSFORMERS:
        resources = transformer(resources, step)
    return resources
