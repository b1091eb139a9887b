"""An object on its way through a build, with the identities that it had: a patch may name any of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import Places, dig
from gitops_lint.repo import identify

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
    def traced(self) -> Traced:
        """Its data with their places."""
        return Traced(self.data, self.places)

    def set(self, route: Route, value: Data, place: Place) -> Resource:
        """This resource with a value set at a route of mappings, which are made where they are missing.

        A value that is there already keeps its place: nobody looks for it where nothing was changed.
        """
        if dig(self.data, route) == value:
            return self
        return self.changed(_set(self.data, route, value), self.places.put(route, Places(place)))

    def changed(self, data: Data, places: Places) -> Resource:
        """This resource with other data; its identity follows from them."""
        ref = identify(data) or self.ref
        earlier = self.earlier if ref == self.ref else (*self.earlier, self.ref)
        return replace(self, ref=ref, data=data, places=places, earlier=earlier)


def _set(data: Data, route: Route, value: Data) -> Data:
    below = data.get(route[0]) if isinstance(data, dict) else None
    inner = value if len(route) == 1 else _set(below, route[1:], value)
    return {**data, route[0]: inner} if isinstance(data, dict) else {route[0]: inner}
