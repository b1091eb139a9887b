"""Patterns in the syntax of ``.gitignore``, as source-controller takes them: the last one that matches a path decides.

Unlike git, it lets a pattern bring back what lies in a directory that is left out (fluxcd/pkg, sourceignore.go). The
patterns come from strangers, so what pathspec makes of them runs in RE2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import re2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_PATTERNS = 5_000
"""The patterns of a repository that are heeded."""
MAX_LENGTH = 1_000
"""The longest pattern that is heeded, in characters."""
MAX_UNION = 100_000
"""The longest expression that asks for all patterns at once; RE2 compiles no far longer one."""

VCS = ".git/ .gitignore .gitmodules .gitattributes"
"""What is left out whatever the patterns say (sourceignore.go, ExcludeVCS)."""
DEFAULTS = (
    "*.jpg *.jpeg *.gif *.png *.wmv *.flv *.tar.gz *.zip "
    ".github/ .circleci/ .travis.yml .gitlab-ci.yml appveyor.yml .drone.yml cloudbuild.yaml codeship-services.yml "
    "codeship-steps.yml **/.goreleaser.yml **/.sops.yaml **/.flux.yaml"
)
"""What is left out where nothing else is said (sourceignore.go, ExcludeExt, ExcludeCI, ExcludeExtra)."""


class Pattern(NamedTuple):
    """One line: ``expression`` matches paths, those of directories with a slash at the end."""

    expression: str
    excludes: bool
    origin: str
    """Where it stands, in words: ``line 3 of .sourceignore``."""


class Ignore:
    """Patterns in their order."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        compiled = ((pattern, _compile(pattern.expression)) for pattern in patterns)
        self._patterns = [(pattern, test) for pattern, test in compiled if test][:MAX_PATTERNS][::-1]
        union = "|".join(f"(?:{pattern.expression})" for pattern, _ in self._patterns)
        self._any = _compile(union) if len(union) <= MAX_UNION else None

    def deciding(self, path: str) -> Pattern | None:
        """The pattern that decides about a path; None where none matches it."""
        if self._any is not None and not self._any(path):
            return None
        return next((pattern for pattern, matches in self._patterns if matches(path)), None)


def parse(text: str, origin: str, base: str = "") -> Iterator[Pattern]:
    """The patterns of a text, one a line, which hold below the directory ``base``; malformed ones are left out."""
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern := _pattern(line, f"line {number} of {origin}", base):
            yield pattern


def built_in(names: str) -> Iterator[Pattern]:
    """The patterns in a list of source-controller's own: plain names of files or, with a slash, of directories."""
    for name in names.split():
        plain = re.escape(name.removeprefix("**/").removesuffix("/")).replace(r"\*", "[^/]*")
        end = "/" if name.endswith("/") else "(?:/|$)"
        yield Pattern(f"^(?:.+/)?{plain}{end}", excludes=True, origin=f"the default {name} of source-controller")


def _pattern(line: str, origin: str, base: str) -> Pattern | None:
    if len(line) > MAX_LENGTH:
        return None
    # Only here: its import takes long, and most repositories write no pattern.
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        expression, excludes = GitIgnoreSpecPattern.pattern_to_regex(line)
    except ValueError:
        return None
    if expression is None or excludes is None:
        return None
    below = f"^{re.escape(base)}/" if base else "^"
    return Pattern(below + expression.removeprefix("^").replace("?P<ps_d>", ""), excludes, origin)


def _compile(expression: str) -> Callable[[str], object] | None:
    """A search in RE2; None for an expression that it refuses, and for one that matches nothing."""
    options = re2.Options()
    options.log_errors = False
    try:
        search: Callable[[str], object] = re2.compile(expression, options).search
    except re2.error:
        return None
    return search if expression else None
