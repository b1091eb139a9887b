"""The last steps of a build, once everything is gathered.

kustomize, api/internal/target/kusttarget.go (makeCustomizedResMap): hashes, back references, vars, local configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.generators import hash_suffix
from gitops_lint.builders.kustomize.metadata import printed
from gitops_lint.builders.kustomize.order import in_order, why_refused
from gitops_lint.builders.kustomize.references import with_references
from gitops_lint.builders.kustomize.traced import text
from gitops_lint.builders.kustomize.variables import resolve
from gitops_lint.model import dig

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.gathered import Gathered
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

LOCAL = "config.kubernetes.io/local-config"
"""The annotation of what is input to tools and never applied."""


def finish(gathered: Gathered, step: Step) -> list[Resource]:
    """The objects as they are printed."""
    resources = [_with_hash(resource) for resource in gathered.resources]
    resources = with_references(resources, gathered.config.name_references, step.faults)
    resources = resolve(resources, gathered.variables, gathered.config.variables, step.faults)
    resources = printed([resource for resource in resources if not _is_local(resource)], step)
    options = step.layer.data.get("sortOptions")
    if reason := why_refused(options):
        step.faults.kustomization(step.layer, ("sortOptions",), reason)
    return in_order(resources, options)


def _with_hash(resource: Resource) -> Resource:
    """A generated object under its last name."""
    if not resource.hashed:
        return resource
    name = f"{resource.ref.name}-{hash_suffix(resource.data)}"
    return resource.noted().set(("metadata", "name"), name, resource.places.locate(("metadata", "name")))


def _is_local(resource: Resource) -> bool:
    """Whether it has the annotation, with any value but ``false`` (api/resource/factory.go, DropLocalNodes)."""
    annotations = dig(resource.data, ("metadata", "annotations"))
    return isinstance(annotations, dict) and LOCAL in annotations and text(annotations[LOCAL]) != "false"
