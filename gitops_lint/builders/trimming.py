"""What a shell glob takes off a text, as in ``${v#p}`` and ``${v%p}``: the globs of envsubst (fluxcd/pkg)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_RANGE = r"(\\.|[^\\\]-])(?:-(\\.|[^\\\]-]))?"
_RANGES = re.compile(_RANGE, re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<wildcard>[*?])|\[(?P<negated>\^?+)(?P<ranges>(?:{_RANGE})++)\]|(?P<literal>\\.|[^\\\[])",
    re.DOTALL,
)


def trim_prefix(value: str, glob: str, *, longest: bool) -> str:
    """A text without the shortest, or the longest, of its prefixes that a glob matches."""
    lengths = _matching_prefixes(value, glob)
    return value[max(lengths, default=0) if longest else next(lengths, 0) :]


def trim_suffix(value: str, glob: str, *, longest: bool) -> str:
    """The same at the end.

    Value and glob are read backwards, as envsubst does: a class or an escape of the glob is then none.
    """
    return trim_prefix(value[::-1], glob[::-1], longest=longest)[::-1]


class _Token(NamedTuple):
    """What matches one character: those in the ranges, or if negated all others; ``?`` is all but none."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def accepts(self, character: str) -> bool:
        return any(low <= character <= high for low, high in self.ranges) is not self.negated


def _matching_prefixes(value: str, glob: str) -> Iterator[int]:
    """The lengths of the prefixes, from one character on, that a glob matches; none if it is malformed.

    All ways to match advance together, character by character, so no step is taken twice: a state is the
    number of tokens matched so far.
    """
    parsed = _parse_glob(glob)
    if parsed is None:
        return
    tokens, stars = parsed
    states = {0}
    for length, character in enumerate(value, start=1):
        ahead = {state + 1 for state in states if state < len(tokens) and tokens[state].accepts(character)}
        states = ahead | (states & stars)
        if not states:
            return
        if len(tokens) in states:
            yield length


def _parse_glob(glob: str) -> tuple[list[_Token], set[int]] | None:
    """The tokens of a glob and the indices at which a ``*`` stands before them; None if it is malformed."""
    tokens: list[_Token] = []
    stars: set[int] = set()
    position = 0
    while position < len(glob):
        found = _TOKEN.match(glob, position)
        if found is None:
            return None
        position = found.end()
        if found["wildcard"] == "*":
            stars.add(len(tokens))
        elif found["wildcard"]:
            tokens.append(_Token((), negated=True))
        elif found["literal"]:
            tokens.append(_Token(((found["literal"][-1],) * 2,)))
        else:
            ranges = _RANGES.findall(found["ranges"])
            pairs = tuple((low[-1], (high or low)[-1]) for low, high in ranges)
            tokens.append(_Token(pairs, negated=bool(found["negated"])))
    return tokens, stars
