"""The namespace transformer. kustomize, api/filters/namespace/namespace.go, builtins/NamespaceTransformer.go."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.fieldspec import FieldFault, FieldSpec, apply
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import OPAQUE, RELEASE, Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.builders.kustomize.fieldspec import Change
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

METADATA = FieldSpec("metadata/namespace", create=True)
SUBJECTS = FieldSpec("subjects")
SUBJECT_NAMESPACE = "subjects/namespace"
BINDINGS = ("RoleBinding", "ClusterRoleBinding")

SUBJECT_MODES = DEFAULT_ONLY, ALL_ACCOUNTS, NONE = "defaultOnly", "allServiceAccounts", "none"
"""Which subjects of a binding get the namespace (setRoleBindingSubjects)."""


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``namespace``."""
    entry = step.layer.scalar("namespace")
    return resources if entry is None else set_namespace(resources, entry, step.config.namespace, step)


def set_namespace(
    resources: list[Resource],
    entry: Entry,
    specs: Sequence[FieldSpec],
    step: Step,
    *,
    subjects: str = DEFAULT_ONLY,
    unset_only: bool = False,
) -> list[Resource]:
    """The objects in that namespace: all but those that are known to be cluster-scoped.

    A Namespace object is *renamed* to it. Of the subjects of a binding only those named ``default`` get it here; those
    that are in the build follow with the name references.
    """
    if subjects not in SUBJECT_MODES:
        message = f"setRoleBindingSubjects is one of {', '.join(SUBJECT_MODES)}"
        step.faults.malformed(Malformed(message, entry.place))
        return resources
    result = []
    identities = Counter(resource.identity for resource in resources)
    for resource in resources:
        if resource.ref.group == OPAQUE:
            result.append(_moved_release(resource, entry, unset_only=unset_only))
            continue
        moved = resource.noted()
        try:
            moved = _moved(moved, entry, specs, subjects, unset_only=unset_only)
        except FieldFault as fault:
            step.faults.field(entry, fault)
        identities[resource.identity] -= 1
        identities[moved.identity] += 1
        if identities[moved.identity] > 1 and resource.identity != moved.identity:
            step.faults.namespace_conflict(entry, moved)
            continue
        result.append(moved)
    return result


def _moved_release(resource: Resource, entry: Entry, *, unset_only: bool) -> Resource:
    """The release of a chart moves with its objects; whatever else is not known stays where it is."""
    ref = resource.ref
    if ref.kind != RELEASE or (unset_only and ref.namespace):
        return resource
    return replace(resource, ref=ref._replace(namespace=str(entry.value)))


def _moved(
    resource: Resource, entry: Entry, specs: Sequence[FieldSpec], subjects: str, *, unset_only: bool
) -> Resource:
    def change(field: Traced | None) -> Traced | None:
        if field is not None and isinstance(field.data, dict | list):
            raise FieldFault("a text must stand here", field.place)
        if field is not None and (field.data == entry.value or (unset_only and field.data)):
            return None
        return Traced(entry.value, Places(entry.place))

    if not resource.is_cluster_scoped:
        resource = apply(resource, (METADATA,), change)
    if resource.ref.kind in BINDINGS and subjects != NONE:
        resource = apply(resource, (SUBJECTS,), lambda field: _with_subjects(field, change, subjects))
    return apply(resource, (spec for spec in specs if _is_due(spec, resource)), change)


def _is_due(spec: FieldSpec, resource: Resource) -> bool:
    """Whether a fieldspec is none of those that are handled apart.

    kustomize, removeUnneededMetaFieldSpecs and removeRoleBindingSubjectFieldSpecs.
    """
    if spec.path == SUBJECT_NAMESPACE and spec.kind in BINDINGS:
        return False
    return spec.path != METADATA.path and (spec.path != "metadata/name" or resource.data.get("apiVersion") == "v1")


def _with_subjects(field: Traced | None, change: Change, subjects: str) -> Traced | None:
    if field is None or field.data is None:
        return None
    if not isinstance(field.data, list):
        raise FieldFault("a list of subjects must stand here", field.place)
    elements = field.elements()
    changed = [_with_subject(element, change, subjects) for element in elements]
    if all(new is old for new, old in zip(changed, elements, strict=True)):
        return None
    return field.with_elements(changed)


def _with_subject(subject: Traced, change: Change, subjects: str) -> Traced:
    if subject.data is None:
        return subject
    if not isinstance(subject.data, dict):
        raise FieldFault("a subject must be a mapping", subject.place)
    is_due = (
        subject.data.get("name") == "default"
        if subjects == DEFAULT_ONLY
        else subject.data.get("kind") == "ServiceAccount"
    )
    new = change(subject.field("namespace")) if is_due else None
    return subject if new is None else subject.with_fields({"namespace": new})
