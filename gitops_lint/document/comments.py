"""Comments to gitops-lint: what they ask for, and which ``#`` begins a comment at all."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from yaml.events import ScalarEvent, StreamEndEvent

from gitops_lint.document.events import events_of, offsets, parsable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitops_lint.location import Span

_MARKER: Final = "gitops-lint:"
_DIRECTIVE = re.compile(
    rf"(?<!\S)#[ \t]*{_MARKER}[ \t]*"
    r"(?:(?P<verb>[\w-]+)(?:\[(?P<rules>[ \t]*[\w-][^\]\r\n]*)\])?(?!\S)|(?P<other>\S*))"
    r"(?P<reason>[^\r\n]*)"
)


class Directive(NamedTuple):
    """A comment to gitops-lint: ``# gitops-lint: ignore[rule-a, rule-b] reason``; a bare verb names no rules.

    ``verb`` is what stands there, known or not; ``own_line`` says that nothing stands before the comment.
    """

    rules: tuple[str, ...]
    reason: str
    span: Span
    own_line: bool
    verb: str


def directives(
    path: str, text: str, stretches: Iterable[tuple[int, int]], span: Callable[[int, int], Span]
) -> Iterator[Directive]:
    """The directives outside quoted and block scalars; a plain scalar holds no comment.

    ``stretches`` are the offsets between which the text of the file at ``path`` has no syntax error, ``span`` tells
    the place between two offsets.
    """
    for start, stop in stretches:
        if text.find(_MARKER, start, stop) < 0:
            continue
        scalars = list(_extents(parsable(path, text[start:stop])))
        for match in _DIRECTIVE.finditer(text, start, stop):
            before = bisect_right(scalars, (match.start() - start, stop))
            if before == 0 or scalars[before - 1][1] <= match.start() - start:
                yield _directive(match, span)


def _extents(text: str) -> Iterator[tuple[int, int]]:
    """Where quoted and block scalars stand; a block without its first line, which may end in a comment."""
    get = events_of(text)
    while not isinstance(event := get(), StreamEndEvent):
        if isinstance(event, ScalarEvent) and event.style:
            start, end = offsets(event)
            if event.style in ("|", ">"):
                start += len(text[start:end].partition("\n")[0])
            yield start, end


def _directive(match: re.Match[str], span: Callable[[int, int], Span]) -> Directive:
    line_start = match.string.rfind("\n", 0, match.start()) + 1
    own_line = not match.string[line_start : match.start()].strip()
    rules = tuple(rule.strip() for rule in (match["rules"] or "").split(",") if rule.strip())
    place = span(match.start(), match.start() + len(match[0].rstrip()))
    return Directive(rules, match["reason"].strip(), place, own_line, match["verb"] or match["other"])
