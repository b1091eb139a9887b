"""What every generator speaks of: sets of parameters, and what cannot be known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.template import as_json, formatted

if TYPE_CHECKING:
    from gitops_lint.builders.applicationset.rendering import Renderer
    from gitops_lint.location import Route
    from gitops_lint.model import Data
    from gitops_lint.repo import Recorder

Parameters = Mapping[str, "Data"]
"""One set: with goTemplate a tree, else flat texts with dots in their names (``path.basename``, ``values.team``)."""


class Failure(NamedTuple):
    """Parameters with which Argo CD cannot render a template; one of them, and it does nothing with the whole set."""

    reason: str
    field: Route
    """The text that cannot be filled in."""
    parameters: Parameters
    generator: Route = ()
    """What gave the parameters."""


class Unknown(NamedTuple):
    """What cannot be generated here, and why."""

    route: Route
    reason: str
    failure: Failure | None = None
    """Why Argo CD cannot do it either."""


class Cluster(NamedTuple):
    """A cluster that Argo CD knows; a name or server that cannot be read is None."""

    name: str | None
    server: str | None
    project: str = ""
    labels: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}


@dataclass(frozen=True)
class Sources:
    """What generators may ask: the files, which URLs are this repository, and the clusters, None if nobody knows."""

    reader: Recorder
    """Reads the files that parameters come from."""
    survey: Recorder
    """Looks at what is there: a path that a pattern is held against is not read by it."""
    is_own: Callable[[str], bool]
    clusters: Sequence[Cluster] | None = None
    globs_cross: bool = True
    """Whether ``*`` crosses slashes in git files: so by default, but not with the controller's new globbing."""

    @cached_property
    def listing(self) -> Sequence[tuple[str, bool]]:
        """Every path of the tree, and whether it is a directory: read once for all patterns."""
        return list(self.survey.below(""))


class Scope(NamedTuple):
    """Where a generator stands: what it may ask, how texts are filled in, and how many generators are around it."""

    sources: Sources
    renderer: Renderer
    depth: int = 0

    @property
    def go(self) -> bool:
        return self.renderer.go


Found = Iterator["Parameters | Unknown"]


def flat(data: Data, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of data as texts, by their dotted names (jeremywohl/flatten, DotStyle); what is empty has none."""
    if isinstance(data, dict | list):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from flat(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, formatted(as_json(data))


def with_values(parameters: Parameters, values: Data, scope: Scope) -> Parameters:
    """A set with the generator's own ``values``, in which its parameters may stand."""
    if not isinstance(values, dict) or not values:
        return parameters
    filled = {str(key): scope.renderer.text(formatted(as_json(value)), parameters) for key, value in values.items()}
    if scope.go:
        return {**parameters, "values": filled}
    return {**parameters, **{f"values.{key}": value for key, value in filled.items()}}
