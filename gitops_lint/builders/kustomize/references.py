"""Back references: an object that got another name is called by it wherever another object names it.

kustomize, api/internal/accumulator/namereferencetransformer.go, api/filters/nameref/nameref.go. Who may be meant is
found out by sieves: an earlier name, the kind, the namespace, the prefixes and suffixes of the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.fieldspec import FieldFault, FieldSpec, apply
from gitops_lint.builders.kustomize.traced import Traced, text
from gitops_lint.model import OPAQUE, Places, dig
from gitops_lint.repo import CLUSTER_SCOPED
from gitops_lint.shape import mappings_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gitops_lint.builders.kustomize.fieldspec import NameReference
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Ref


class Ambiguous(FieldFault):
    """A name that may mean several objects which are called differently now."""


class _Names(NamedTuple):
    """The objects that have or had another name, by every name that they had."""

    by_name: Mapping[str, Sequence[Resource]]

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> _Names:
        table: dict[str, list[Resource]] = {}
        for resource in resources:
            for name in dict.fromkeys(ref.name for ref in resource.earlier):
                table.setdefault(name, []).append(resource)
        return cls(table)


def with_references(
    resources: Sequence[Resource], references: Sequence[NameReference], refused: Callable[[Resource, FieldFault], None]
) -> list[Resource]:
    """The objects with the names by which they call each other set right; an ambiguous one is ``refused`` and left."""
    names = _Names.of(resources)
    if not names.by_name:
        return list(resources)
    by_kind: dict[str, list[tuple[NameReference, FieldSpec]]] = {}
    for reference in references:
        for spec in reference.referrers:
            by_kind.setdefault(spec.kind, []).append((reference, spec))
    return [_referring(resource, by_kind, names, refused) for resource in resources]


def _referring(
    resource: Resource,
    by_kind: Mapping[str, Sequence[tuple[NameReference, FieldSpec]]],
    names: _Names,
    refused: Callable[[Resource, FieldFault], None],
) -> Resource:
    if resource.ref.group == OPAQUE:
        return resource
    origin = resource.origin
    for reference, spec in (*by_kind.get(origin.kind, ()), *by_kind.get("", ())):
        if spec.group in ("", origin.group) and spec.version in ("", resource.version):
            referral = _Referral(resource, reference, spec, names)
            try:
                resource = apply(resource, (FieldSpec(spec.path),), referral.change)
            except FieldFault as fault:
                refused(resource, fault)
    return resource


class _Referral:
    """One field of one object, in which an object of one kind is named."""

    def __init__(self, referrer: Resource, reference: NameReference, spec: FieldSpec, names: _Names) -> None:
        self.referrer = referrer
        self.reference = reference
        self.spec = spec
        self.names = names

    def change(self, field: Traced | None) -> Traced | None:
        """What the field becomes: a name, a mapping with name and namespace, or a list of either."""
        if field is None or field.data is None:
            return None
        if isinstance(field.data, dict):
            return self.mapping(field)
        if isinstance(field.data, list):
            elements = field.elements()
            changed = [self.change(element) if not isinstance(element.data, list) else None for element in elements]
            if all(each is None for each in changed):
                return None
            return field.with_elements([new or old for new, old in zip(changed, elements, strict=True)])
        meant = self.meant(field, text(field.data), self.candidates())
        return _name(meant) if meant and meant.ref.name != field.data else None

    def mapping(self, field: Traced) -> Traced | None:
        name, namespace = field.field("name"), field.field("namespace")
        if name is None:
            return None
        candidates = self.candidates()
        if namespace is not None:
            candidates = _in_namespace(candidates, text(namespace.data))
        meant = self.meant(name, text(name.data), candidates)
        if meant is None:
            return None
        changed: dict[str, Traced | None] = {}
        if meant.ref.name != name.data:
            changed["name"] = _name(meant)
        space = meant.traced.child("metadata").field("namespace")
        if space is not None and space.data and (namespace is None or namespace.data != space.data):
            changed["namespace"] = space
        return field.with_fields(changed) if changed else None

    def candidates(self) -> list[Resource]:
        """The objects that the referrer can see: cluster-scoped ones, its own namespace, that of its subjects."""
        everything = [resource for found in self.names.by_name.values() for resource in found]
        unique = list({id(resource): resource for resource in everything}.values())
        if _is_cluster_scoped(self.referrer.ref):
            return unique
        subjects = _namespaces_of_subjects(self.referrer)
        return [
            resource
            for resource in unique
            if _is_cluster_scoped(resource.ref)
            or _space(resource.ref) == _space(self.referrer.ref)
            or resource.ref.namespace in subjects
        ]

    def meant(self, field: Traced, name: str, candidates: Sequence[Resource]) -> Resource | None:
        """The object that a name means; None where it means none of the build. Raises Ambiguous."""
        found = [r for r in candidates if self.is_named(r, name) and self.is_of_role(r) and self.is_near(r)]
        for allow_empty in (True, False):
            if len(found) > 1:
                found = [r for r in found if _has_same_affixes(r, self.referrer, allow_empty=allow_empty)]
        if len({(resource.ref.namespace, resource.ref.name) for resource in found}) > 1:
            listed = ", ".join(str(resource.ref) for resource in found)
            raise Ambiguous(f"{name} may mean any of {listed}", field.place)
        return found[0] if found else None

    def is_named(self, resource: Resource, name: str) -> bool:
        kind, group, version = self.reference.kind, self.reference.group, self.reference.version
        return (
            any(ref.name == name for ref in resource.earlier)
            and any(ref.kind == kind for ref in resource.earlier)
            and group in ("", resource.ref.group)
            and version in ("", resource.version)
        )

    def is_of_role(self, resource: Resource) -> bool:
        """A roleRef says itself of which kind the role is."""
        if not self.spec.path.startswith("roleRef"):
            return True
        group, kind = (dig(self.referrer.data, ("roleRef", field)) for field in ("apiGroup", "kind"))
        return (resource.ref.group, resource.ref.kind) == (group, kind)

    def is_near(self, resource: Resource) -> bool:
        if _is_cluster_scoped(self.referrer.ref) or _is_cluster_scoped(resource.ref):
            return True
        return resource.ref.kind == "ServiceAccount" or _space(resource.ref) == _space(self.referrer.ref)


def _name(resource: Resource) -> Traced:
    """The name of an object, with the place that made it."""
    return Traced(resource.ref.name, Places(resource.places.locate(("metadata", "name"))))


def _is_cluster_scoped(ref: Ref) -> bool:
    return (ref.group, ref.kind) in CLUSTER_SCOPED


def _space(ref: Ref) -> str:
    return ref.namespace or "default"


def _in_namespace(candidates: Sequence[Resource], namespace: str) -> list[Resource]:
    """Those that were written for a namespace; where there are none, those that are in it now."""
    written = [r for r in candidates if _space(r.origin) == namespace]
    return written or [r for r in candidates if _space(r.ref) == namespace]


def _namespaces_of_subjects(referrer: Resource) -> set[str]:
    if referrer.ref.kind != "RoleBinding":
        return set()
    subjects = mappings_at(referrer.data, ("subjects",))
    return {str(subject.get("namespace")) for subject in subjects if subject.get("kind") == "ServiceAccount"}


def _has_same_affixes(one: Resource, other: Resource, *, allow_empty: bool) -> bool:
    """Whether two objects went through the same layers, as far as prefixes and suffixes tell."""
    pairs = ((one.prefixes, other.prefixes), (one.suffixes, other.suffixes))
    return all((allow_empty and not (a and b)) or _ends_alike(a, b) for a, b in pairs)


def _ends_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the shorter is the end of the longer, outermost layers last; nothing is the end of nothing only."""
    shorter = min(len(one), len(other))
    if not shorter:
        return len(one) == len(other)
    return tuple(one[-shorter:]) == tuple(other[-shorter:])
