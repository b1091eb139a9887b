"""ApplicationSets: from generators to the Applications that they make, as far as this repository tells.

Semantics: argo-cd applicationset/generators, docs/operator-manual/applicationset.
"""

from gitops_lint.builders.applicationset.generate import Made, generate
from gitops_lint.builders.applicationset.generators import MAX_DEPTH, kind_of
from gitops_lint.builders.applicationset.parameters import Cluster, Failure, Parameters, Sources, Unknown
from gitops_lint.builders.applicationset.unmatched import unmatched

__all__ = [
    "MAX_DEPTH",
    "Cluster",
    "Failure",
    "Made",
    "Parameters",
    "Sources",
    "Unknown",
    "generate",
    "kind_of",
    "unmatched",
]
