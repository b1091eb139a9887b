"""An object on its way through a build, with the identities that it had: a patch may name any of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.links import Links, followed
from gitops_lint.builders.kustomize.scopes import CLUSTER_SCOPED
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.identity import identify
from gitops_lint.model import Places, dig

if TYPE_CHECKING:
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Hop, Place, Ref


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """An object, and what kustomize notes about it in annotations that it takes away in the end."""

    ref: Ref
    data: Data
    places: Places
    via: Hop | None
    earlier: tuple[Ref, ...] = ()
    """Its former identities, the first one first: what it is called where it is written (kustomize: OrgId)."""
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    """What was put before and behind its name, by the innermost layer first: a reference is looked up within one."""
    variables: tuple[str, ...] = ()
    """The variables (``vars``) that take their value from it."""
    links: Links = ()
    """Which of its values kustomize holds only once."""
    hashed: bool = False
    """Whether its name gets a hash of its content in the end."""

    @property
    def origin(self) -> Ref:
        """The identity under which it was written."""
        return self.earlier[0] if self.earlier else self.ref

    @property
    def version(self) -> str:
        """The version of its API, without the group."""
        return str(self.data.get("apiVersion", "")).rpartition("/")[2]

    @property
    def is_cluster_scoped(self) -> bool:
        """Whether kustomize knows its kind to have no namespace."""
        return (str(self.data.get("apiVersion")), self.ref.kind) in CLUSTER_SCOPED

    @property
    def traced(self) -> Traced:
        """Its data with their places."""
        return Traced(self.data, self.places)

    @property
    def identity(self) -> tuple[Ref, str]:
        """What may stand in a build once (kustomize, resid.ResId): the version counts, no namespace is ``default``."""
        return self._identity(self.ref)

    @property
    def identities(self) -> set[tuple[Ref, str]]:
        """All that it is and was called, in the form of ``identity``."""
        return {self._identity(ref) for ref in (self.ref, *self.earlier)}

    def _identity(self, ref: Ref) -> tuple[Ref, str]:
        namespace = "" if ref.namespace == "default" else ref.namespace
        return ref._replace(namespace=namespace), str(dig(self.data, ("apiVersion",)))

    def noted(self) -> Resource:
        """This resource with its present identity among the earlier ones, whatever becomes of it (StorePreviousId)."""
        return replace(self, earlier=(*self.earlier, self.ref)) if self.earlier[-1:] != (self.ref,) else self

    def set(self, route: Route, value: Data, place: Place) -> Resource:
        """This resource with a value set at a route of mappings, which are made where they are missing.

        A value that is there already keeps its place: nobody looks for it where nothing was changed.
        """
        if dig(self.data, route) == value:
            return self
        return self.changed(_set(self.data, route, value), self.places.put(route, Places(place)))

    def changed(self, data: Data, places: Places) -> Resource:
        """This resource with other data; its identity follows from them. Who renames it says so with ``noted``."""
        ref = identify(data) or self.ref
        links = self.links
        if links:
            links, (data, places) = followed(links, self.data, Traced(data, places))
        return replace(self, ref=ref, data=data, places=places, links=links)

    def anew(self, data: Data, places: Places) -> Resource:
        """The same after a JSON6902 patch: kustomize reads the object anew then, and no two values are one any more."""
        return replace(self, links=()).changed(data, places)


def _set(data: Data, route: Route, value: Data) -> Data:
    below = data.get(route[0]) if isinstance(data, dict) else None
    inner = value if len(route) == 1 else _set(below, route[1:], value)
    return {**data, route[0]: inner} if isinstance(data, dict) else {route[0]: inner}
