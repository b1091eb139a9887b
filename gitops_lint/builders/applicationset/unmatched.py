"""What a git generator looks for in this repository and does not find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.applicationset.generators import MAX_DEPTH
from gitops_lint.builders.applicationset.git import MAX_PATTERNS, tests_of
from gitops_lint.glob import head
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.builders.applicationset.parameters import Sources
    from gitops_lint.location import Route
    from gitops_lint.model import Data

COMBINING = ("matrix", "merge")
"""Generators that hold others."""
PLACEHOLDER = "{{"


def unmatched(data: Data, sources: Sources, *, literal: bool) -> Iterator[tuple[Route, str]]:
    """The paths of git generators that match nothing, and where they stand; only ``literal`` ones, or all."""
    for index, generator in enumerate(list_at(data, ("spec", "generators"))):
        yield from _of(generator, ("spec", "generators", index), sources, literal=literal)


def _of(
    generator: Data, route: Route, sources: Sources, *, literal: bool, depth: int = 0
) -> Iterator[tuple[Route, str]]:
    git = mapping_at(generator, ("git",))
    if sources.is_own(text_at(git, ("repoURL",))):
        for field in ("directories", "files"):
            for index, entry in enumerate(list_at(git, (field,))[:MAX_PATTERNS]):
                pattern = text_at(entry, ("path",))
                is_asked = pattern and PLACEHOLDER not in pattern and mapping_at(entry, ()).get("exclude") is not True
                if is_asked and (head(pattern) == pattern or not literal) and not _matches(pattern, field, sources):
                    yield (*route, "git", field, index, "path"), pattern
    for kind in COMBINING if depth < MAX_DEPTH else ():
        for index, inner in enumerate(list_at(generator, (kind, "generators"))):
            below: Route = (*route, kind, "generators", index)
            yield from _of(inner, below, sources, literal=literal, depth=depth + 1)


def _matches(pattern: str, field: str, sources: Sources) -> bool:
    """Whether anything is there that a pattern takes; also where nobody can tell."""
    try:
        test = tests_of(field, sources)(pattern)
    except ValueError:
        return True
    return any(test(path) for path, is_directory in sources.listing if is_directory is (field == "directories"))
