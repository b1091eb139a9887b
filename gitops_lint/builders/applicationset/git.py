"""The git generator: directories and files of this repository. argo-cd, applicationset/generators/git.go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.applicationset.parameters import Unknown, flat, with_values
from gitops_lint.builders.template import normalize
from gitops_lint.glob import crossing, glob
from gitops_lint.location import describe
from gitops_lint.shape import mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_lint.builders.applicationset.parameters import Found, Parameters, Scope, Sources
    from gitops_lint.location import Route
    from gitops_lint.model import Data

    Test = Callable[[str], bool]
    """Whether a pattern matches a path."""

MAX_PATTERNS = 100
"""The paths of one git generator; each of them is held against the whole tree."""


def parameters(git: Data, route: Route, scope: Scope) -> Found:
    """A set for each directory or file that the patterns match and none of the excluding ones does."""
    url = text_at(git, ("repoURL",))
    if not scope.sources.is_own(url):
        yield Unknown(route, f"the git generator reads {url}")
        return
    try:
        directories, files = (_tests(git, field, tests_of(field, scope.sources)) for field in ("directories", "files"))
    except ValueError as error:
        yield Unknown(route, f"the paths of the git generator cannot be read: {error}")
        return
    for found in (*_directories(git, *directories, scope), *_files(git, *files, route, scope)):
        yield found if isinstance(found, Unknown) else with_values(found, git.get("values"), scope)


def _tests(git: Data, field: str, make: Callable[[str], Test]) -> tuple[list[Test], list[Test]]:
    """The patterns that take paths, and those that leave them out. Raises ValueError."""
    entries = list(mappings_at(git, (field,)))
    if len(entries) > MAX_PATTERNS:
        raise ValueError(f"there are more than {MAX_PATTERNS} of them")
    wanted = [make(text_at(entry, ("path",))) for entry in entries if entry.get("exclude") is not True]
    return wanted, [make(text_at(entry, ("path",))) for entry in entries if entry.get("exclude") is True]


def _chosen(wanted: list[Test], unwanted: list[Test], scope: Scope, *, directories: bool) -> Iterator[str]:
    """The paths that a pattern takes and none leaves out, whatever the order of the two."""
    if not wanted:
        return
    listing = scope.sources.listing
    scope.renderer.spend(len(listing) * (len(wanted) + len(unwanted)) // 2)
    for path, is_directory in listing:
        is_taken = is_directory is directories and any(test(path) for test in wanted)
        if is_taken and not any(test(path) for test in unwanted):
            yield path


# -- patterns ----------------------------------------------------------------------------------------------------------


def tests_of(field: str, sources: Sources) -> Callable[[str], Test]:
    """How the patterns of ``directories`` or ``files`` are read. What it gives raises ValueError."""
    if field == "directories":
        return _segments
    return _pathspec if sources.globs_cross else _doublestar


def _segments(pattern: str) -> Test:
    """A pattern in which ``*`` stays inside a segment (Go, path.Match). Raises ValueError."""
    _check(pattern, "[\\{")
    tests = [glob(part.replace("**", "*")) for part in pattern.strip("/").split("/")]

    def matches(path: str) -> bool:
        names = path.split("/")
        return len(names) == len(tests) and all(test(name) for test, name in zip(tests, names, strict=True))

    return matches


def _pathspec(pattern: str) -> Test:
    """A pathspec of ``git ls-files``: ``*`` crosses slashes, and one without a wildcard covers a directory too.

    This is what files are chosen by unless the controller is told otherwise (Generators-Git-File-Globbing.md).
    """
    _check(pattern, "[\\{:")
    return crossing(pattern) if "*" in pattern or "?" in pattern else crossing(pattern, f"{pattern.rstrip('/')}/*")


def _doublestar(pattern: str) -> Test:
    """A pattern in which only ``**`` crosses slashes (bmatcuk/doublestar). Raises ValueError."""
    _check(pattern, "[\\")
    return glob(pattern)


def _check(pattern: str, unheard: str) -> None:
    found = next((character for character in pattern if character in unheard), None)
    if found is not None:
        raise ValueError(f"{pattern} holds a {found}")


# -- parameters --------------------------------------------------------------------------------------------------------


def _directories(git: Data, wanted: list[Test], unwanted: list[Test], scope: Scope) -> Iterator[Parameters]:
    """A set for each directory; hidden ones, what is below them, and the root are none."""
    for path in _chosen(wanted, unwanted, scope, directories=True):
        if not any(name.startswith(".") for name in path.split("/")):
            yield _of_path(path, None, scope, text_at(git, ("pathParamPrefix",)))


def _files(git: Data, wanted: list[Test], unwanted: list[Test], route: Route, scope: Scope) -> Found:
    """The content of each file: an object, or a list of them. What is empty gives a set of its path alone."""
    for path in _chosen(wanted, unwanted, scope, directories=False):
        file = scope.sources.reader.file(path)
        content = file.documents[0].data if file and file.documents else {}
        items = content or [{}] if isinstance(content, list) else [content]
        if file is None or file.faults or not all(isinstance(item, dict) for item in items):
            yield Unknown(route, f"{path} cannot be read as parameters ({describe(route)})")
            continue
        directory, _, name = path.rpartition("/")
        own = _of_path(directory or ".", name, scope, text_at(git, ("pathParamPrefix",)))
        for item in items:
            yield {**item, **own} if scope.go else {**dict(flat(item)), **own}


def _of_path(path: str, filename: str | None, scope: Scope, prefix: str) -> Parameters:
    """The parameters of a directory, or of that of a file."""
    basename = path.rpartition("/")[2]
    names: dict[str, Data] = {"basename": basename, "basenameNormalized": normalize(basename)}
    if filename is not None:
        names |= {"filename": filename, "filenameNormalized": normalize(filename)}
    segments = path.split("/")
    if scope.go:
        tree = {"path": {"path": path, "segments": segments, **names}}
        return {prefix: tree} if prefix else tree
    top = f"{prefix}.path" if prefix else "path"
    texts = {top: path, **{f"{top}.{name}": value for name, value in names.items()}}
    return {**texts, **{f"{top}[{index}]": segment for index, segment in enumerate(segments)}}
