"""What exists in the clusters without being applied from here: ``externals``, and what is installed by hand.

A row of the matrix with ``owner: manual`` implies the definitions of its charts, and a namespace of its name or of
those that its clauses ask for.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from gitops_lint.facts import charts
from gitops_lint.glob import crossing
from gitops_lint.model import Controller, Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.matrix import Component, Matrix

GIVEN_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease", "flux-system"})
"""Namespaces that Kubernetes and the bootstrap of Flux make."""


class Externals:
    """Asked for objects and for kinds. ``patterns`` are ``Kind/name`` or ``Kind/namespace/name``, with globs."""

    def __init__(self, patterns: Sequence[str], matrix: Matrix | None) -> None:
        components = matrix.components if matrix else ()
        self._manual = tuple(c for c in components if c.owner is Controller.MANUAL)
        self._fits: Callable[[str], bool] = crossing(*patterns) if patterns else lambda _: False

    def has(self, ref: Ref) -> bool:
        """Whether an object is said to exist, or implied by what is installed by hand."""
        if ref.kind == "Namespace" and (ref.name in GIVEN_NAMESPACES or self._is_implied(ref.name)):
            return True
        return any(self._fits(name) for name in _names(ref))

    def defines(self, group: str, kind: str) -> bool:
        """Whether the definition of a kind is said to exist, or comes with a chart that is installed by hand."""
        if any(charts.defines(chart, group, kind) for chart in self._charts):
            return True
        return any(self._fits(f"CustomResourceDefinition/{plural}.{group}") for plural in _plurals(kind))

    @cached_property
    def _charts(self) -> frozenset[str]:
        """The charts of what is installed by hand, also such as only a row's name tells."""
        return frozenset(name for component in self._manual for name in _asked_for(component, "chart"))

    def _is_implied(self, namespace: str) -> bool:
        return any(
            namespace in (component.row, component.name) or crossing(*_asked_for(component, "namespace"))(namespace)
            for component in self._manual
        )


def _asked_for(component: Component, key: str) -> Iterator[str]:
    """What the clauses of a component ask for by a key; for a chart, its name and that of its row, too."""
    if key == "chart":
        yield from (component.row, component.name)
    for clause in component.clauses:
        yield from clause.globs.get(key, ())


def _names(ref: Ref) -> Iterator[str]:
    yield f"{ref.kind}/{ref.name}"
    if ref.namespace:
        yield f"{ref.kind}/{ref.namespace}/{ref.name}"


def _plurals(kind: str) -> tuple[str, ...]:
    """How the plural of a kind may read: a definition is called by that, and only the definition knows it."""
    word = kind.lower()
    return (f"{word}s", f"{word}es", f"{word[:-1]}ies", word)
