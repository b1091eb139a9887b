"""Globs: patterns for paths, one dialect wherever a configuration names files, and one for names.

===========  ==========================================================================================
``*``        any characters inside one segment
``?``        one character inside a segment
``**``       any characters, slashes too; ``**/x`` is x at any depth, ``x/**`` is x and all that is below
``{a,b}``    either; braces nest
``x/``       all that is below the directory x, but no file x
===========  ==========================================================================================

Every other character stands for itself, and case counts. A pattern starts at the root (``/x`` and ``./x`` are
``x``). One whose last segment holds no wildcard names a file or a whole directory: ``apps/base`` covers
``apps/base/web.yaml``. For names (`crossing`) a slash is a character like any other.

Patterns come from strangers, so they run in RE2, whose time is linear in the length of the path.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

import re2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_LENGTH = 1000
"""The longest pattern that is compiled, in characters."""
MAX_EXPRESSION = 50 * MAX_LENGTH
"""The longest regular expression; RE2 complains of far longer ones on the terminal."""

_TOKEN = re.compile(r"(?<![^/{,])\*\*/|/\*\*(?![^,}])|\*\*+|.", re.DOTALL)
_WILD = frozenset("*?{")
_SPECIAL = frozenset("*?{}")
_IN_PATHS = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "*": "[^/]*", "?": "[^/]"}
_IN_NAMES = {"**/": ".*/", "/**": "/.*", "*": ".*", "?": "."}


class BadGlob(ValueError):
    """A pattern that cannot be used; the message is fit for its author."""


@lru_cache(maxsize=1024)
def glob(*patterns: str) -> Callable[[str], bool]:
    """A test for relative POSIX paths that any of the patterns matches; without a pattern none does.

    A directory may be asked for as ``x`` or, to be told from a file, as ``x/``.
    Raises ValueError, with a message fit for the author of the pattern, for one that cannot be used.
    """
    return _test(_path_expression(pattern) for pattern in patterns)


@lru_cache(maxsize=1024)
def crossing(*patterns: str) -> Callable[[str], bool]:
    """A test for names that any of the patterns matches as a whole; here ``*`` and ``?`` match slashes too.

    For names that hold slashes, such as those of images, and for Argo CD's filters of directory sources
    (argo-cd, util/glob: gobwas/glob without separators). Raises ValueError as `glob` does.
    """
    if all(len(pattern) <= MAX_LENGTH and not _SPECIAL & set(pattern) for pattern in patterns):
        return frozenset(patterns).__contains__  # most name one kind, chart or namespace
    return _test(_expression(pattern, _IN_NAMES) for pattern in patterns)


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern matches a relative POSIX path. Raises ValueError as `glob` does."""
    return glob(pattern)(path)


def head(pattern: str) -> str:
    """The directory that all matches of a path pattern stand in: its segments before the first one with a wildcard."""
    segments = pattern.removeprefix("./").strip("/").split("/")
    literal = takewhile(lambda segment: not set(segment) & _WILD, segments)
    return "/".join(literal)


def _test(expressions: Iterable[str]) -> Callable[[str], bool]:
    alternatives = "|".join(expressions)
    if not alternatives:
        return lambda _path: False
    if len(alternatives) > MAX_EXPRESSION:
        raise BadGlob("the globs are too many or too long")
    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    try:
        regex = re2.compile(alternatives, options)
    except re2.error as error:
        raise BadGlob("the globs are too complex") from error
    return lambda path: regex.fullmatch(path) is not None


def _path_expression(pattern: str) -> str:
    rooted = pattern.removeprefix("./").lstrip("/")
    body = rooted.rstrip("/")
    if body in ("", "."):
        return ".*"
    last = body.rpartition("/")[2]
    if rooted != body:
        tail = "/.*"
    elif "*" in last or "?" in last:
        tail = ""
    else:
        tail = "(?:/.*)?"
    return _expression(body, _IN_PATHS) + tail


def _expression(pattern: str, wildcards: Mapping[str, str]) -> str:
    """The regular expression of a pattern. Raises ValueError."""
    if len(pattern) > MAX_LENGTH:
        raise BadGlob(f"a glob of {len(pattern)} characters is longer than {MAX_LENGTH}")
    pieces, depth = [], 0
    for token in _TOKEN.findall(pattern):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            break
        pieces.append(_piece(token, wildcards, inside_braces=depth > 0))
    if depth != 0:
        raise BadGlob(f"the braces of the glob {pattern!r} do not match")
    return "".join(pieces)


def _piece(token: str, wildcards: Mapping[str, str], *, inside_braces: bool) -> str:
    if token in wildcards:
        return wildcards[token]
    if token == "{":
        return "(?:"
    if token == "}":
        return ")"
    if token == "," and inside_braces:
        return "|"
    return ".*" if token.startswith("**") else re.escape(token)
