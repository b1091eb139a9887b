"""Did you mean? The word or the path that someone may have meant who wrote one that is not there."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_COMPARED = 200
"""How many candidates, and how long a path in characters, are compared: wrong paths must not cost much."""
SIMILAR = 0.7
"""The least likeness of two names (difflib's ratio); ``staging`` and ``stage`` lie just below it."""
SLIP = 0.8
"""The least likeness of the parts of a name and of what was meant by it."""

USUAL = frozenset({"app", "base", "config", "deploy", "kustomization.yaml", "manifests", "overlays", "values.yaml"})
"""Names that many components use for a part of theirs: alone they tell nothing about which one is meant."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` where a known word is close, the first in their order among equals; else nothing."""
    close = closest(word, known)
    return f"; did you mean {close!r}?" if close else ""


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is close, the first in their order among equals; None where none is."""
    return next(iter(get_close_matches(word, list(known)[:MAX_COMPARED], n=1)), None)


def is_slip(word: str, other: str) -> bool:
    """Whether a word is another one mistyped; ``team-a`` and ``team-b``, or ``eu1`` and ``eu2``, are two names."""
    mine, others = word.casefold().split("-"), other.casefold().split("-")
    if "".join(mine) == "".join(others):
        return True
    if len(mine) != len(others) or _digits(word) != _digits(other):
        return False
    return all(get_close_matches(part, [twin], cutoff=SLIP) for part, twin in zip(mine, others, strict=True))


def _digits(word: str) -> str:
    return "".join(character for character in word if character.isdigit())


def nearest(path: str, namesakes: Sequence[str], siblings: Sequence[str]) -> str | None:
    """The most likely correction of a missing path; None where nothing is close.

    First the other spelling of ``.yaml``, then a similar name here, if a file is meant, then the same name at another
    place: the twin of another environment has that, too. Then a similar name of anything. ``namesakes`` are the
    existing paths of the same last name, ``siblings`` the names in the same directory.
    """
    if len(path) > MAX_COMPARED:
        return None
    directory, slash, name = path.rpartition("/")
    twin = _twin(name)
    if twin in siblings:
        return f"{directory}{slash}{twin}"
    sibling = _alike(name, siblings[:MAX_COMPARED])
    if sibling is not None and "." in name:
        return f"{directory}{slash}{sibling}"
    moved = _moved(path, [one for one in namesakes[:MAX_COMPARED] if not _is_elses(path, one)])
    if moved is not None:
        return moved
    return None if sibling is None else f"{directory}{slash}{sibling}"


def _is_elses(path: str, namesake: str) -> bool:
    """Whether a namesake belongs to something else: it shares only a name that everything has, in another directory."""
    here, there = path.split("/"), namesake.split("/")
    if _common(reversed(here), reversed(there)) > 1 or here[-1] not in USUAL:
        return False
    start = _common(here, there)
    mine, others = here[start:-1], there[start:-1]
    return bool(mine and others) and not get_close_matches("/".join(mine), ["/".join(others)], cutoff=SIMILAR)


def _twin(name: str) -> str | None:
    if name.endswith(".yml"):
        return f"{name.removesuffix('.yml')}.yaml"
    return f"{name.removesuffix('.yaml')}.yml" if name.endswith(".yaml") else None


def _moved(path: str, namesakes: Sequence[str]) -> str | None:
    """The namesake that shares the longest end, then the longest start; among equals only a similar one."""
    steps = path.split("/")

    def shared(namesake: str) -> tuple[int, int]:
        others = namesake.split("/")
        return _common(reversed(steps), reversed(others)), _common(steps, others)

    best = max(map(shared, namesakes), default=None)
    equals = {namesake.rpartition("/")[0]: namesake for namesake in namesakes if shared(namesake) == best}
    if len(equals) == 1:
        return next(iter(equals.values()))
    return _closest(path.rpartition("/")[0], equals)


def _alike(name: str, siblings: Sequence[str]) -> str | None:
    """The sibling with the most similar name, whatever its case; the suffix decides among equals only."""
    stem, suffix = _split(name)
    others = sorted(siblings, key=lambda sibling: _split(sibling)[1] == suffix)
    return _closest(stem, {_split(sibling)[0]: sibling for sibling in others})


def _closest(word: str, meanings: Mapping[str, str]) -> str | None:
    return next((meanings[key] for key in get_close_matches(word, meanings, n=1, cutoff=SIMILAR)), None)


def _split(name: str) -> tuple[str, str]:
    """A name in lower case without the suffix of YAML, and that suffix."""
    stem = name.removesuffix(".yaml").removesuffix(".yml")
    return stem.casefold(), name[len(stem) :]


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    """How many steps two ways share from their start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
