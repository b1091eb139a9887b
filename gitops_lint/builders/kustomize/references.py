"""Back references: an object that got another name is called by it wherever another object names it.

kustomize, api/internal/accumulator/namereferencetransformer.go, api/filters/nameref/nameref.go. Who may be meant is
found out by sieves: an earlier name, the kind, the namespace, the prefixes and suffixes of the two.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.fieldspec import EACH, FieldFault, FieldSpec, apply
from gitops_lint.builders.kustomize.traced import Traced, text
from gitops_lint.model import OPAQUE, Places, dig
from gitops_lint.shape import list_at

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import NameReference
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Data

    Sieve = Callable[[Resource], bool]
    Referrers = Mapping[str, Sequence[tuple[NameReference, FieldSpec]]]
    """By the kind of the objects that refer; ``""`` is any kind."""


_PLAIN = re.compile(r"[A-Za-z][\w./-]*(\[\])?")
"""A step of a path about which there is nothing to find out."""


MAX_STEPS = 10_000_000
"""How many objects all references of a build may be held against: thousands of layers over one base give thousands of
objects of one name, each with references to that name."""


class _TooMuch(Exception):
    """The references of a build may mean too many objects."""


class Ambiguous(FieldFault):
    """A name that may mean several objects which are called differently now."""


def with_references(
    resources: Sequence[Resource], references: Sequence[NameReference], faults: Faults
) -> list[Resource]:
    """The objects with the names by which they call each other set right; what cannot be told is noted and left."""
    names = _Names(resources)
    if not names.by_name:
        return list(resources)
    referrers: dict[str, list[tuple[NameReference, FieldSpec]]] = {}
    for reference in references:
        for spec in reference.referrers:
            referrers.setdefault(spec.kind, []).append((reference, spec))
    result: list[Resource] = []
    for resource in resources:
        try:
            result.append(_referring(resource, referrers, names, faults))
        except _TooMuch:
            message = "too many objects of this build are called alike: what further references mean is not looked up"
            faults.refuse("too-large", message, resource.places.locate(()), "split it")
            return [*result, *resources[len(result) :]]
    return result


def _referring(resource: Resource, referrers: Referrers, names: _Names, faults: Faults) -> Resource:
    if resource.ref.group == OPAQUE:
        return resource
    origin = resource.origin
    try:
        view = _View(resource, names)
    except FieldFault as fault:
        faults.referrer(resource, fault)
        return resource
    for reference, spec in (*referrers.get(origin.kind, ()), *referrers.get("", ())):
        if spec.group not in ("", origin.group) or spec.version not in ("", resource.version):
            continue
        if not _may_refer(resource.data, spec.steps, names.by_name):
            continue
        field = _Field(reference, spec, view)
        try:
            resource = apply(resource, (FieldSpec(spec.path),), field.change)
        except Ambiguous as fault:
            faults.reference(resource, fault)
        except FieldFault as fault:
            faults.referrer(resource, fault)
    return resource


def _may_refer(data: Data, steps: Sequence[str], names: Container[str]) -> bool:
    """Whether a field can hold one of these names, or a fault: a quick look, since most fields are not even there."""
    if isinstance(data, list):
        return any(_may_refer(element, steps, names) for element in data)
    if not steps:
        return isinstance(data, dict) or text(data) in names
    if not isinstance(data, dict):
        return data is not None
    if not _PLAIN.fullmatch(steps[0]):
        return True
    below = data.get(steps[0].removesuffix(EACH))
    return below is not None and _may_refer(below, steps[1:], names)


class _Names:
    """The objects of a build by what others may call them."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = resources
        self.left = MAX_STEPS
        self.by_name: dict[str, list[Resource]] = {}
        """Those that have or had another name, by every name that they had."""
        for resource in resources:
            for name in dict.fromkeys(ref.name for ref in resource.earlier):
                self.by_name.setdefault(name, []).append(resource)

    def called(self, name: str) -> Sequence[Resource]:
        """The renamed objects that have or had a name. Raises _TooMuch where too many were looked at."""
        found = self.by_name.get(name, ())
        self.left -= len(found)
        if self.left < 0:
            raise _TooMuch
        return found

    @cached_property
    def homes(self) -> Mapping[str, set[str]]:
        """The namespaces in which the objects are now, by the one for which they were written; not only the renamed."""
        homes: dict[str, set[str]] = {}
        for resource in self.resources:
            if not resource.is_cluster_scoped:
                homes.setdefault(_effective(resource.origin.namespace), set()).add(resource.ref.namespace)
        return homes


class _View:
    """One object that refers to others, and which of them it can see.

    kustomize, api/resmap/reswrangler.go, SubsetThatCouldBeReferencedByResource. Raises FieldFault where kustomize
    cannot make that out.
    """

    def __init__(self, referrer: Resource, names: _Names) -> None:
        self.referrer = referrer
        self.names = names
        self.namespace = _effective(referrer.ref.namespace)
        self.account_namespaces = _account_namespaces(referrer)

    def is_open_to(self, namespace: str) -> bool:
        """Whether it can see the objects of a namespace, which may be empty."""
        return (
            self.referrer.is_cluster_scoped
            or _effective(namespace) == self.namespace
            or namespace in self.account_namespaces
        )

    def may_mean(self, resource: Resource) -> bool:
        """Whether it may refer to an object: of another namespace to a ServiceAccount only."""
        if self.referrer.is_cluster_scoped or resource.is_cluster_scoped:
            return True
        if _effective(resource.ref.namespace) == self.namespace:
            return True
        return resource.ref.kind == "ServiceAccount" and resource.ref.namespace in self.account_namespaces

    def of_namespace(self, namespace: str) -> Sieve:
        """Tells what was written for a namespace; where nothing in sight was, what is in it now."""
        if any(self.is_open_to(home) for home in self.names.homes.get(namespace, ())):
            return lambda resource: _is_in(resource, resource.origin.namespace, namespace)
        return lambda resource: _is_in(resource, resource.ref.namespace, namespace)


def _account_namespaces(referrer: Resource) -> set[str]:
    """Where the ServiceAccounts are to which a RoleBinding may refer beyond its own namespace.

    Raises FieldFault for subjects that are none.
    """
    found: set[str] = set()
    if referrer.ref.kind != "RoleBinding":
        return found
    for index, subject in enumerate(list_at(referrer.data, ("subjects",))):
        place = referrer.places.locate(("subjects", index))
        if not isinstance(subject, dict):
            raise FieldFault("a subject must be a mapping", place)
        if subject.get("kind") == "ServiceAccount" and "namespace" in subject:
            if not isinstance(subject["namespace"], str):
                raise FieldFault("the namespace of a subject must be a text", place)
            found.add(subject["namespace"])
    return found


class _Field:
    """One field of one object, in which an object of one kind is named."""

    def __init__(self, reference: NameReference, spec: FieldSpec, view: _View) -> None:
        self.reference = reference
        self.spec = spec
        self.view = view

    def change(self, field: Traced | None) -> Traced | None:
        """What the field becomes: a name, a mapping with name and namespace, or a list of either."""
        if field is None or field.data is None:
            return None
        if not isinstance(field.data, list):
            return self.element(field)
        elements = field.elements()
        changed = [self.element(element) for element in elements]
        if all(each is None for each in changed):
            return None
        return field.with_elements([new or old for new, old in zip(changed, elements, strict=True)])

    def element(self, field: Traced) -> Traced | None:
        """What a name, or a mapping with one, becomes. Raises FieldFault for what is neither."""
        if field.data is None:
            return None
        if isinstance(field.data, dict):
            return self.mapping(field)
        if isinstance(field.data, list):
            raise FieldFault(f"a name must stand in {self.spec.path}, or a mapping with one", field.place)
        meant = self.meant(field, None)
        return _name(meant) if meant and meant.ref.name != field.data else None

    def mapping(self, field: Traced) -> Traced | None:
        name, namespace = field.field("name"), field.field("namespace")
        if name is None:
            raise FieldFault(f"there is no name in {self.spec.path}", field.place)
        meant = self.meant(name, self.view.of_namespace(text(namespace.data)) if namespace is not None else None)
        if meant is None:
            return None
        changed: dict[str, Traced | None] = {}
        if meant.ref.name != name.data:
            changed["name"] = _name(meant)
        home = meant.traced.child("metadata").field("namespace")
        if home is not None and home.data and (namespace is None or namespace.data != home.data):
            changed["namespace"] = home
        return field.with_fields(changed) if changed else None

    def meant(self, field: Traced, is_in_namespace: Sieve | None) -> Resource | None:
        """The object that a name means; None where it means none of the build. Raises Ambiguous."""
        name, view = text(field.data), self.view
        found = [
            resource
            for resource in view.names.called(name)
            if self.is_of_kind(resource) and self.is_of_role(resource) and view.may_mean(resource)
        ]
        if is_in_namespace is not None:
            found = [resource for resource in found if is_in_namespace(resource)]
        for allow_empty in (True, False):
            if len(found) > 1:
                found = [r for r in found if _has_same_affixes(r, view.referrer, allow_empty=allow_empty)]
        if len({resource.ref.name for resource in found}) > 1:
            listed = ", ".join(str(resource.ref) for resource in found)
            raise Ambiguous(f"{name} may mean any of {listed}", field.place)
        return found[0] if found else None

    def is_of_kind(self, resource: Resource) -> bool:
        reference = self.reference
        return _was(resource, reference.group, reference.kind) and reference.version in ("", resource.version)

    def is_of_role(self, resource: Resource) -> bool:
        """A roleRef says itself of which kind the role is; one that does not say it all may mean any."""
        if not self.spec.path.startswith("roleRef"):
            return True
        group, kind = (dig(self.view.referrer.data, ("roleRef", field)) for field in ("apiGroup", "kind"))
        return group is None or kind is None or _was(resource, text(group), text(kind))


def _name(resource: Resource) -> Traced:
    """The name of an object, with the place that made it."""
    return Traced(resource.ref.name, Places(resource.places.locate(("metadata", "name"))))


def _was(resource: Resource, group: str, kind: str) -> bool:
    """Whether an object ever was of a kind; an empty group or kind is any."""
    return group in ("", resource.ref.group) and any(kind in ("", ref.kind) for ref in resource.earlier)


def _effective(namespace: str) -> str:
    return namespace or "default"


def _is_in(resource: Resource, its: str, namespace: str) -> bool:
    return not resource.is_cluster_scoped and _effective(its) == namespace


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
