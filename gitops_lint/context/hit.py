"""What a check gives, and what a page in CEL asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gitops_lint.expression import Expression
from gitops_lint.finding import Confidence
from gitops_lint.model import (
    Reach,
    Ref,
    Spot,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_lint.fix import Fix
    from gitops_lint.graph import Ownership
    from gitops_lint.location import Route
    from gitops_lint.matrix import Clause, Traits

VARIABLES = ("object", "params", "path", "cluster", "environment", "owners", "component")
"""What an expression may speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a check found. The engine adds rule, severity and fingerprint; a check knows none of them."""

    message: str
    at: Spot | None
    label: str = ""
    case: str | None = None
    subject: Ref | None = None
    clusters: tuple[str, ...] = ()
    owners: tuple[Ownership, ...] = ()
    related: tuple[tuple[Spot, str], ...] = ()
    help: str | None = None
    fix: Fix | None = None
    effect: str | None = None
    confidence: Confidence = Confidence.CERTAIN
    reach: Reach = Reach.LIVE
    cuts: tuple[str, ...] = ()
    """Directories and files that reach no cluster because of this."""
    stems: tuple[str, ...] = ()
    """Directories and files whose absence from the clusters is all that this says."""
    wrong_turn: bool = False
    """Whether ``at`` is a step that nobody should take: what comes about through it follows from this."""


@dataclass(frozen=True)
class Policy:
    """What a page asks by an expression."""

    text: str
    on: str
    clauses: tuple[Clause, ...]
    message: str
    at: Route
    ships: bool
    """Whether the page is ours: what it cannot be asked of, for its odd shape, is none of the user's concern."""
    remove: tuple[Route, ...] = ()
    """Fields that an object loses when it is repaired."""
    put: tuple[tuple[Route, Any], ...] = ()
    """Fields that it gets, with their values."""
    together: bool = False
    """Whether all that do not comply in a cluster are one finding."""

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """What the expression speaks of, and at times more: the others need not be found out for it."""
        return tuple(name for name in VARIABLES if name in self.text)

    @cached_property
    def expression(self) -> Expression:
        """The expression, compiled when it is first asked: most pages are for no object of a repository.

        Raises Unanswered where it cannot be compiled.
        """
        return Expression(self.text, VARIABLES)

    def is_for(self, traits: Traits) -> bool:
        """Whether an object is one that the page is for."""
        return not self.clauses or any(clause.matches(traits) for clause in self.clauses)

    def kinds(self, known: Iterable[str]) -> frozenset[str]:
        """Which of the kinds that are known it can be for: most pages are for one."""
        clauses = self.clauses
        return frozenset(kind for kind in known if not clauses or any(clause.may_match(kind) for clause in clauses))
