"""What a layer hands up: its objects, and what it adds to the rules by which the layers above change them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.fieldspec import EMPTY
from gitops_lint.builders.kustomize.resource import Resource
from gitops_lint.builders.kustomize.variables import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_lint.builders.kustomize.fieldspec import Config


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The objects of a layer, with the fieldspecs of it and of all below (kustomize, accumulator/resaccumulator.go)."""

    resources: tuple[Resource, ...] = ()
    config: Config = EMPTY
    variables: tuple[Variable, ...] = ()

    def plus(self, resources: Iterable[Resource]) -> Gathered:
        """This, and further objects."""
        return replace(self, resources=(*self.resources, *resources))


def combined(parts: Iterable[Gathered], config: Config) -> Gathered:
    """What several bases hand up together, in their order, under the fieldspecs that follow from theirs."""
    resources, variables = list[Resource](), list[Variable]()
    for part in parts:
        resources += part.resources
        variables += part.variables
    return Gathered(tuple(resources), config, tuple(variables))
