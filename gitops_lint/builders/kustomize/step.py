"""What every transformer works with: one layer of a build, and what the build knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.mergekeys import shape_of
from gitops_lint.builders.kustomize.resource import Resource

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import Config
    from gitops_lint.builders.kustomize.layer import Layer
    from gitops_lint.builders.kustomize.mergekeys import ShapeOf
    from gitops_lint.repo import Recorder


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The layer whose fields are to be applied; its fieldspecs; how to read files and where to note faults."""

    layer: Layer
    config: Config
    reader: Recorder
    faults: Faults
    shapes: ShapeOf = shape_of
    """How the lists of a kind merge."""


Transformer = Callable[[list[Resource], Step], list[Resource]]
"""The objects of a layer after one field of its kustomization; what cannot be done is noted in the faults."""
