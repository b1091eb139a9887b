"""What reaches no cluster because of a fault, in numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gitops_lint.model import OPAQUE, Reach
from gitops_lint.traits import traits_of, traits_of_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Set

    from gitops_lint.graph import Graph
    from gitops_lint.matrix import Matrix, Traits
    from gitops_lint.model import Ref
    from gitops_lint.repo import Repo
    from gitops_lint.walk import Walked

Lost = tuple[str, "Ref", "Traits"]
"""An object that reaches no cluster: its file, its identity, and what the matrix can ask of it."""


class Losses:
    """Counts what is cut off. What another way brings to a cluster all the same is not lost."""

    def __init__(self, repo: Repo, walked: Walked, graph: Graph, matrix: Matrix | None) -> None:
        self._repo = repo
        self._walked = walked
        self._graph = graph
        self._matrix = matrix

    def told(self, cuts: Sequence[str]) -> str | None:
        """What the cut files and directories hold: "1 directory, 2 objects, 1 component reach no cluster"."""
        ordered = list(self._ordered(cuts))
        below = self._below(cuts, {path for path, _, _ in ordered})
        lost = [one for one in (*ordered, *below) if one[1] not in self._live]
        reads = self._walked.reads
        directories = {path.rpartition("/")[0] for path, _, _ in lost if reads.get(path) is not Reach.LIVE}
        objects = {ref for _, ref, _ in lost}
        numbers = [
            _plural(len(directories), "directory", "directories"),
            _plural(len(objects), "object", "objects"),
            _plural(len(self._components(lost)), "component", "components"),
        ]
        said = [number for number in numbers if number]
        verb = "reaches" if len(said) == len(objects) == 1 else "reach"
        return f"{', '.join(said)} {verb} no cluster" if objects else None

    def _ordered(self, cuts: Sequence[str]) -> Iterator[Lost]:
        """The objects of orders that are cut off themselves."""
        for (cluster, ref), owners in self._graph.objects.items():
            order = owners[0].reconciler.subject.locate(()).path
            if owners[0].reach is Reach.DECLARED and ref.group != OPAQUE and is_below(order, cuts):
                yield owners[0].built.path, ref, traits_of(owners[0].built, cluster)

    def _below(self, cuts: Sequence[str], told: Set[str]) -> Iterator[Lost]:
        """The objects of what is cut off: as a kustomization there would build them, else as they are written.

        Those of the files ``told`` are left out, and what stands in a file that a live build reads.
        """
        read = {*told, *(path for path, reach in self._walked.reads.items() if reach is Reach.LIVE)}
        for directory, build in self._walked.virtual:
            if is_below(directory, cuts):
                read |= build.reads
                for built in build.objects:
                    if built.ref.group != OPAQUE and built.path not in told:
                        yield built.path, built.ref, traits_of(built, "")
        for manifest in self._repo.manifests:
            is_kustomization = manifest.ref.group == "kustomize.config.k8s.io"
            if is_below(manifest.path, cuts) and manifest.path not in read and not is_kustomization:
                yield manifest.path, manifest.ref, traits_of_manifest(manifest)

    @cached_property
    def _live(self) -> set[Ref]:
        return {ref for (_, ref), owners in self._graph.objects.items() if owners[0].reach is Reach.LIVE}

    def _components(self, lost: Sequence[Lost]) -> set[str]:
        """The components that somebody must apply, and nobody does now."""
        return self._required(traits for _, _, traits in lost) - self._live_components

    @cached_property
    def _live_components(self) -> set[str]:
        return self._required(
            traits_of(owners[0].built, cluster)
            for (cluster, _), owners in self._graph.objects.items()
            if owners[0].reach is Reach.LIVE
        )

    def _required(self, traits: Iterator[Traits]) -> set[str]:
        matches = [self._matrix.match(one) for one in traits] if self._matrix else []
        return {match.component.name for match in matches if match and match.component.required}


def is_below(path: str, tops: Sequence[str]) -> bool:
    """Whether a path is one of these or lies below one."""
    return any(path == top or path.startswith(f"{top}/") for top in tops)


def _plural(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
