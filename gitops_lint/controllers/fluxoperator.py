"""flux-operator: what a ResourceSet applies. What a FluxInstance makes is a root (``bootstrap.py``).

Semantics: flux-operator, api/v1/resourceset_types.go, docs/api/v1/resourceset.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.controllers import Answer
from gitops_lint.location import describe
from gitops_lint.model import Delivery, Hop

if TYPE_CHECKING:
    from gitops_lint.controllers import View
    from gitops_lint.model import Reconciler, Ref

RESOURCE_SET = ("fluxcd.controlplane.io", "ResourceSet")


def is_reconciler(ref: Ref) -> bool:
    """Whether an object is one that flux-operator takes orders from."""
    return (ref.group, ref.kind) == RESOURCE_SET


def answer(reconciler: Reconciler, view: View) -> Answer:
    """The objects of a ResourceSet; they land in its own cluster."""
    # What renders templates is much to load for the many repositories without one.
    from gitops_lint.builders import resourceset

    subject = reconciler.subject
    route = next((route for route, _ in resourceset.templates(subject.data)), None)
    if route is None:
        return Answer()
    hop = Hop(subject.locate(route), describe(route[1:]))
    return Answer((Delivery(reconciler.cluster, resourceset.build(subject), hop),))
