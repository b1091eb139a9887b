"""What a source packs of this repository: to a build that reads the artifact, everything else is not there.

source-controller leaves files out of the archive (``.sourceignore``, ``spec.ignore``, ``sparseCheckout``); an
ArtifactGenerator and ``spec.include`` put files elsewhere. Each is a Recorder, so that no builder knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from gitops_lint.ignore import DEFAULTS, VCS, Ignore, Pattern, built_in, parse
from gitops_lint.paths import directories, upwards
from gitops_lint.repo import Recorder

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from gitops_lint.document import File
    from gitops_lint.repo import Repo

IGNORE_FILE = ".sourceignore"


class Selection(Protocol):
    """Some files of the repository, each at its own path."""

    def why_absent(self, path: str, *, directory: bool = False) -> str | None:
        """Why a path is not among them, in words; None where it is."""
        ...

    def why_unknown(self, path: str) -> str | None:
        """Why it cannot be told whether a path is among them; None where it can."""
        ...


class Archive:
    """The files of a checkout that source-controller packs (gitrepository_controller.go, sourceignore.go)."""

    def __init__(self, repo: Repo, ignore: tuple[str, str] | None = None, only: tuple[str, ...] = ()) -> None:
        """``ignore`` is ``spec.ignore`` and whose it is; ``only`` are the directories of ``sparseCheckout``."""
        self._repo = repo
        self._only = only
        defaults = built_in(DEFAULTS) if ignore is None else ()
        own = parse(ignore[0], ignore[1]) if ignore else ()
        self._ignore = Ignore([*built_in(VCS), *defaults, *_ignore_files(repo), *own])
        self._known: dict[str, str | None] = {}
        found = (path for path in repo.tree.files if path.rpartition("/")[2] == IGNORE_FILE)
        self.key = (ignore, only, tuple((path, repo.state(path)) for path in sorted(found)))
        """What tells it from another archive, also from one of another state of the repository."""

    def why_absent(self, path: str, *, directory: bool = False) -> str | None:
        """Why a file or directory is not packed; a directory is there as soon as anything in it is."""
        key = f"{path}/" if directory else path
        if key not in self._known:
            reason = self._reason(path, key) if path else None
            if reason and directory and any(not self.why_absent(file) for file in self._repo.tree.below(path)):
                reason = None
            self._known[key] = reason
        return self._known[key]

    def why_unknown(self, path: str) -> str | None:
        return None

    def _reason(self, path: str, key: str) -> str | None:
        if self._only and not any(_overlap(path, only) for only in self._only):
            return "sparseCheckout of its GitRepository does not name it"
        pattern = self._ignore.deciding(key)
        return f"{pattern.origin} leaves it out" if pattern and pattern.excludes else None


def _overlap(path: str, directory: str) -> bool:
    return directory in upwards(path) or path in upwards(directory)


def _ignore_files(repo: Repo) -> Iterator[Pattern]:
    """The patterns of all ignore files, those of a directory before those below it."""
    found = sorted(path for path in repo.tree.files if path.rpartition("/")[2] == IGNORE_FILE)
    for path in sorted(found, key=lambda path: path.split("/")):
        content = Recorder(repo, set()).content(path)
        if content is not None:
            yield from parse(content.decode("utf-8", "replace"), path, path.rpartition("/")[0])


@dataclass(frozen=True)
class Layout:
    """An artifact that is put together: where each of its files stands in this repository."""

    files: Mapping[str, str]
    unknown: tuple[tuple[str, str], ...] = ()
    """Paths in the artifact at and below which more may stand than is known, and why."""
    maker: str = ""

    @cached_property
    def inside(self) -> Mapping[str, set[str]]:
        """Every directory of the artifact, and the names directly inside it."""
        return directories(self.files)

    def why_unknown(self, path: str) -> str | None:
        """Why it cannot be told what stands at a path of the artifact; None where it can."""
        return next((why for place, why in self.unknown if not place or _overlap(path, place)), None)

    def directory(self, path: str) -> str | None:
        """The directory of this repository from which all below a directory of the artifact comes; None if many."""
        below = f"{path}/" if path else ""
        tops = {top_of(real, name[len(below) :]) for name, real in self.files.items() if name.startswith(below)}
        return tops.pop() if len(tops) == 1 else None

    def in_place(self) -> InPlace | None:
        """The same as a selection of the files of one directory, if every file keeps its path in it."""
        top = self.directory("")
        return None if top is None else InPlace(top, self)


def top_of(real: str, path: str) -> str | None:
    """The directory in which ``path`` is ``real``; None where it is called otherwise."""
    if real == path:
        return ""
    return real.removesuffix(f"/{path}") if real.endswith(f"/{path}") else None


@dataclass(frozen=True)
class InPlace:
    """A layout whose files are where they are in one directory of the repository: ``top`` is the artifact's root."""

    top: str
    layout: Layout

    def why_absent(self, path: str, *, directory: bool = False) -> str | None:
        name = self._name(path)
        present = self.layout.inside if directory else self.layout.files
        return None if name is not None and name in present else f"{self.layout.maker} does not copy it"

    def why_unknown(self, path: str) -> str | None:
        name = self._name(path)
        return None if name is None else self.layout.why_unknown(name)

    def _name(self, path: str) -> str | None:
        """The path in the artifact; None outside of it."""
        if not self.top or path == self.top:
            return path[len(self.top) :]
        return path.removeprefix(f"{self.top}/") if path.startswith(f"{self.top}/") else None


class Filtered(Recorder):
    """Reads the files of a selection."""

    def __init__(self, repo: Repo, reads: set[str], selection: Selection) -> None:
        super().__init__(repo, reads)
        self._selection = selection

    def file(self, path: str) -> File | None:
        return super().file(path) if self.is_file(path) else None

    def content(self, path: str) -> bytes | None:
        return super().content(path) if self.is_file(path) else None

    def is_file(self, path: str) -> bool:
        return super().is_file(path) and self._selection.why_absent(path) is None

    def is_directory(self, path: str) -> bool:
        return super().is_directory(path) and self._selection.why_absent(path, directory=True) is None

    def entries(self, directory: str) -> tuple[str, ...]:
        names = super().entries(directory) if self.is_directory(directory) else ()
        return tuple(name for name in names if self._holds(f"{directory}/{name}" if directory else name))

    def _holds(self, path: str) -> bool:
        is_directory = self._tree.is_directory(path)
        return self._selection.why_absent(path, directory=is_directory) is None

    def left_out(self, path: str) -> str | None:
        return super().left_out(path) or (self._selection.why_unknown(path) if not self._holds(path) else None)

    def withheld(self, path: str) -> str | None:
        exists = self._tree.is_file(path) or self._tree.is_directory(path)
        return self._selection.why_absent(path, directory=self._tree.is_directory(path)) if exists else None

    def is_chart(self, directory: str) -> bool:
        return super().is_chart(directory) and self.is_file(f"{directory}/Chart.yaml" if directory else "Chart.yaml")


class Moved(Recorder):
    """Reads an artifact by the paths in it; what is noted as read are the paths of the repository."""

    def __init__(self, repo: Repo, reads: set[str], layout: Layout) -> None:
        super().__init__(repo, reads)
        self._layout = layout

    def file(self, path: str) -> File | None:
        real = self._layout.files.get(path)
        if real is None:
            return None
        self.reads.add(real.rpartition("/")[0])  # the directory is in use, by whatever name
        return super().file(real)

    def content(self, path: str) -> bytes | None:
        real = self._layout.files.get(path)
        return super().content(real) if real is not None else None

    def is_file(self, path: str) -> bool:
        real = self._layout.files.get(path)
        return real is not None and super().is_file(real)

    def is_directory(self, path: str) -> bool:
        self._repo.spend(1)
        return path in self._layout.inside

    def entries(self, directory: str) -> tuple[str, ...]:
        self._repo.spend(1)
        return tuple(sorted(self._layout.inside.get(directory, ())))

    def resolve(self, path: str) -> str:
        return path

    def nearest(self, path: str, without: frozenset[str] = frozenset()) -> str | None:
        return None

    def left_out(self, path: str) -> str | None:
        return self._layout.why_unknown(path)

    def unkept(self, path: str) -> str | None:
        return None

    def is_chart(self, directory: str) -> bool:
        return self.is_file(f"{directory}/Chart.yaml" if directory else "Chart.yaml")


@dataclass(frozen=True)
class Artifact:
    """What a reconciler reads of this repository through its source, and from which directory on."""

    top: str = ""
    selection: Selection | None = None
    layout: Layout | None = None
    """Where the files are moved about: the paths are then those of the artifact, and ``top`` is its root."""

    def reader(self, repo: Repo) -> Recorder:
        """A new recorder of what the artifact holds."""
        if self.layout is not None:
            return Moved(repo, set(), self.layout)
        if self.selection is not None:
            return Filtered(repo, set(), self.selection)
        return Recorder(repo, set())

    @property
    def key(self) -> Hashable:
        """What tells it from another artifact; None where files are moved about, which is worked out for each anew."""
        if self.layout is not None or not isinstance(self.selection, Archive | None):
            return None
        return ("archive", self.selection.key if self.selection else None)

    def directory(self, path: str) -> str | None:
        """The directory of this repository behind one that the reader knows; None if it comes from several."""
        return self.layout.directory(path) if self.layout is not None else path


def of_layout(layout: Layout) -> Artifact:
    """The artifact of a layout, by the paths of the repository if all of its files keep theirs."""
    in_place = layout.in_place()
    return Artifact(layout=layout) if in_place is None else Artifact(in_place.top, in_place)


WHOLE = Artifact()
"""A source that packs all of the repository, as far as is known."""
