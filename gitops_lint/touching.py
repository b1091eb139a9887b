"""What a change has to do with a finding: of all that is wrong, what it may have caused, or passes by.

The graph is always that of the whole repository. A finding is touched by a change where a place of it, or a step of
its owners' chains, lies in a changed file, and where its words name what the change is about: a file, gone or not, an
object that stands or stood in one, or what such a file has ceased to name. A change of the configuration touches all.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.config import FILE_NAMES
from gitops_lint.finding import every
from gitops_lint.paths import join, normalise, upwards
from gitops_lint.repo import MANIFEST_SUFFIXES, Repo
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from gitops_lint.finding import Finding, Mark, Report
    from gitops_lint.history import FileChange
    from gitops_lint.location import Route
    from gitops_lint.tree import Tree

OWN = ".gitops-lint/"
"""Where a repository keeps what else it says to gitops-lint."""
_LISTS = frozenset({"bases", "components", "path", "resources"})
"""Keys below which a single word is a path."""
_BETWEEN = re2.compile(r"[\s,;:()\[\]'\"`=]+")


class Change(NamedTuple):
    """A change of files, in what a finding can have to do with it."""

    paths: frozenset[str]
    """The files that were edited, added, moved or deleted; a moved one under both names."""
    gone: frozenset[str] = frozenset()
    """Paths that nothing stands at any more: deleted files, the old names of moved ones, directories without files."""
    cut: frozenset[str] = frozenset()
    """Files and directories that are there, and that a changed file named before and does not name now."""
    objects: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of the objects that stand or stood in all of these, in small letters."""


def change_of(changes: Iterable[FileChange], contents: Mapping[str, bytes], repo: Repo) -> Change:
    """The change that leads to the repository as it is now; ``contents`` are the old ones, by their names."""
    listed = list(changes)
    paths = frozenset(path for change in listed for path in (change.path, change.origin) if path)
    old = {change.origin or change.path: contents[change.before] for change in listed if change.before in contents}
    before = Repo(MemoryTree(old))
    gone = frozenset(_gone(paths, repo.tree))
    cut = frozenset(_cut(before, repo))
    concerned = paths | cut
    now = (manifest for manifest in repo.manifests if not concerned.isdisjoint(upwards(manifest.path)))
    refs = {manifest.ref for manifest in (*before.manifests, *now)}
    return Change(paths, gone, cut, frozenset((ref.kind.casefold(), ref.name.casefold()) for ref in refs))


def touched(report: Report, change: Change, tree: Tree) -> Report:
    """The report with only those findings that the change touches; the others are counted as being elsewhere.

    A finding is shown whole where the change touches any of its consequences.
    """
    if any(path in FILE_NAMES or path.startswith(OWN) for path in change.paths):
        return report
    shown: list[Finding] = []
    elsewhere: list[Finding] = []
    for finding in report.findings:
        near = any(_touches(change, one, tree) for one in every([finding]))
        (shown if near else elsewhere).append(finding)
    return replace(report, findings=tuple(shown), elsewhere=(*report.elsewhere, *elsewhere))


# -- what a change took away -----------------------------------------------------------------------------------


def _gone(paths: Iterable[str], tree: Tree) -> Iterator[str]:
    for path in paths:
        yield from (above for above in upwards(path) if not tree.is_file(above) and not tree.is_directory(above))


def _cut(before: Repo, repo: Repo) -> Iterator[str]:
    """What the old contents name, the new ones do not, and is there."""
    for path in before.tree.below(""):
        if path.endswith(MANIFEST_SUFFIXES):
            for named in _named(before, path) - _named(repo, path):
                if repo.tree.is_file(named) or repo.tree.is_directory(named):
                    yield named


def _named(repo: Repo, path: str) -> set[str]:
    """The paths that the values of a manifest may mean: as seen from its directory, and from the root."""
    file = repo.file(path) if repo.tree.is_file(path) else None
    words = (word for document in file.documents for _, word in entries(document.data)) if file else ()
    return {found for word in words for found in meant(word, path)}


def entries(data: object, route: Route = ()) -> Iterator[tuple[Route, str]]:
    """The values that look like paths, or stand where there are paths, and where they stand."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from entries(value, (*route, str(name)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from entries(value, (*route, index))
    elif isinstance(data, str):
        key = next((step for step in reversed(route) if isinstance(step, str)), "")
        if key in _LISTS or "/" in data or data.endswith(MANIFEST_SUFFIXES):
            yield route, data


def meant(word: str, path: str) -> Iterator[str]:
    """The paths that a word in a file can mean; not the root, of which everything is a part."""
    yield from filter(None, (join(path.rpartition("/")[0], word), normalise(word)))


# -- what a finding has to do with it --------------------------------------------------------------------------


def _touches(change: Change, finding: Finding, tree: Tree) -> bool:
    marks = [mark for mark in (finding.mark, *finding.related) if mark]
    steps = (step.location.path for owner in finding.owners for step in owner.chain)
    if not change.paths.isdisjoint((*(mark.location.path for mark in marks), *steps)):
        return True
    if any(_holds(change, mark, tree) for mark in marks):
        return True
    named = words_of(finding, _ends(change))
    return not change.objects.isdisjoint(named.objects) or any(
        path in change.gone or path in change.paths for path in named.paths
    )


def _holds(change: Change, mark: Mark, tree: Tree) -> bool:
    """Whether a directory is meant in which something changed, or a place of which nothing is told any more."""
    path = mark.location.path
    if not change.cut.isdisjoint(upwards(path)):
        return True
    is_whole = mark.location.span is None and path and not tree.is_file(path)
    return bool(is_whole) and any(changed.startswith(f"{path}/") for changed in change.paths)


def _marked(mark: Mark) -> str:
    """The text under the mark, as far as it stands in one line."""
    span, snippet = mark.location.span, mark.snippet
    if span is None or snippet is None or not 0 <= span.line - snippet.first_line < len(snippet.lines):
        return ""
    line = snippet.lines[span.line - snippet.first_line]
    return line[span.column - 1 : span.end_column - 1] if span.end_line == span.line else line[span.column - 1 :]


class Named(NamedTuple):
    """What the words of a finding may mean, in their order."""

    paths: tuple[str, ...]
    objects: tuple[tuple[str, str], ...]
    """Kind and name, in small letters."""


def words_of(finding: Finding, ends: Container[str] | None = None) -> Named:
    """The paths, as seen from any of its places, and the objects that a finding names or marks.

    With ``ends`` only those words are taken for paths whose last step is one of these.
    """
    marks = [mark for mark in (finding.mark, *finding.related) if mark]
    texts = [finding.message, *(mark.message for mark in marks), *map(_marked, marks), finding.object or ""]
    places = list(dict.fromkeys(mark.location.path for mark in marks)) or [""]
    split = [[word for word in _BETWEEN.split(text) if word] for text in texts]
    wanted = (word for words in split for word in words if ends is None or _end(word) in ends)
    paths = (path for word in wanted for place in places for path in meant(word, place))
    spelled = ([word for word in words if word != "name"] for words in split)  # kind Deployment, name web
    pairs = ((kind, name.rpartition("/")[2]) for words in spelled for kind, name in pairwise(words))
    objects = ((kind.casefold(), name.casefold()) for kind, name in pairs)
    return Named(tuple(dict.fromkeys(paths)), tuple(dict.fromkeys(objects)))


@lru_cache(maxsize=4)
def _ends(change: Change) -> frozenset[str]:
    """The last steps of what a word may mean: few words end like that, and all are asked about."""
    return frozenset({"..", *map(_end, change.gone), *map(_end, change.paths)})


def _end(path: str) -> str:
    return path.rstrip("/.").rpartition("/")[2] if not path.endswith("..") else ".."
