"""The repository as a set of manifests: by path and by identity, with what was skipped and why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gitops_lint.cache import Made, Memo
from gitops_lint.document import Fault, File, read
from gitops_lint.finding import Skipped
from gitops_lint.identity import objects
from gitops_lint.location import Location
from gitops_lint.paths import upwards
from gitops_lint.texts.scripts import Script, read_scripts
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from gitops_lint.ignore import Ignore, Pattern
    from gitops_lint.model import Build, Manifest, Ref
    from gitops_lint.tree import Tree

MAX_WORK = 1_000_000
"""Paths probed, documents read and objects built, each as often as somebody asks for it."""
MAX_NEAREST = 1_000
"""How many missing paths are looked up; each takes milliseconds."""
MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")


class TextFault(NamedTuple):
    """A fault of a file's text, with whether it is a file that somebody would call a manifest."""

    file: File
    fault: Fault
    manifest: bool


@dataclass(slots=True, eq=False)
class _Discovery:
    manifests: list[Manifest] = field(default_factory=list)
    faults: list[TextFault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: int = 0


class Like(Protocol):
    """Another state of the same repository, or what is left of it."""

    builds: Memo[Build]

    def twin(self, path: str, state: Hashable) -> File | None:
        """The file at a path in that very state, as it was read already; None where it was not."""
        ...


class Repo:
    """Every file of the tree, read once. Reading a path never raises: what cannot be read is None and noted."""

    def __init__(self, tree: Tree, like: Like | None = None) -> None:
        """``like`` is another state of the same repository: what is equal in both is read and built once."""
        self.tree = tree
        self._like = like
        self.builds: Memo[Build] = like.builds if like else Memo()
        """What was built so far, here or in another world that shares its builds with this one."""
        self._files: dict[str, File | None] = {}
        self._unreadable: dict[str, str] = {}
        self._nearest: dict[tuple[str, frozenset[str]], str | None] = {}
        self._states: dict[str, Hashable] = {}
        self._holds: dict[tuple[str, str], bool] = {}
        self.read = 0
        """How many files were read and parsed here, and not taken over."""
        self._work = 0

    def file(self, path: str) -> File | None:
        """The parsed file at ``path``; None where there is none or it cannot be read."""
        real = self.tree.resolve(path)
        if real not in self._files:
            try:
                content = self.tree.read(real)
                self._states[real] = state = _state_of(real, content)
                twin = self._like.twin(real, state) if self._like else None
                self._files[real] = twin or read(real, content)
                self.read += twin is None
            except Unreadable as error:
                self._files[real] = None
                self._unreadable[real] = error.reason
        return self._files[real]

    def twin(self, path: str, state: Hashable) -> File | None:
        """The file at a path, if it is in that state here or in a state that this one is like."""
        if self.state(path) == state:
            return self.file(path)
        return self._like.twin(path, state) if self._like else None

    def content(self, path: str) -> bytes:
        """The bytes of a file; none where there is none or it cannot be read."""
        try:
            return self.tree.read(path)
        except Unreadable:
            return b""

    def holds(self, directory: str, text: str) -> bool:
        """Whether a text stands in any file at or below a directory, as it is written there."""
        asked = directory, text
        if asked not in self._holds:
            sought = text.encode()
            self._holds[asked] = any(sought in self.content(path) for path in self.tree.below(directory))
        return self._holds[asked]

    def build(
        self, key: Hashable, make: Callable[[Recorder], Build], reader: Callable[[Repo], Recorder] | None = None
    ) -> Build:
        """What ``make`` builds, or has built already for the same key from the same content.

        The key is everything that the build depends on besides the paths that it reads; ``reader`` makes a recorder
        of a part of the repository.
        """

        def made() -> Made[Build]:
            build = make(reader(self) if reader else Recorder(self, set()))
            return Made(build, frozenset(build.reads))

        return self.builds.get(key, self, made)

    def state(self, path: str) -> Hashable:
        """What stands at a path: the hash of a file's content, the names in a directory, None for neither."""
        if path not in self._states:
            self._states[path] = self._state(path)
        return self._states[path]

    def _state(self, path: str) -> Hashable:
        if self.tree.is_directory(path):
            return self.tree.resolve(path), self.tree.entries(path)
        try:
            return _state_of(self.tree.resolve(path), self.tree.read(path))
        except Unreadable as error:
            return error.reason

    def spend(self, steps: int) -> None:
        """Count what builds ask for. Raises Unreadable where it is too much: half a picture would be a wrong one.

        A few lines can ask for more than any machine does in a day: thousands of Kustomizations that read everything.
        """
        self._work += steps
        if self._work > MAX_WORK:
            raise Unreadable(".", f"to tell what is applied here takes more than {MAX_WORK:,} steps")

    def nearest(self, path: str, without: frozenset[str] = frozenset()) -> str | None:
        """The existing path most like a missing one, and none of those that cannot be meant.

        None also where too many were asked for already.
        """
        asked = path, without
        if asked not in self._nearest and len(self._nearest) < MAX_NEAREST:
            self._nearest[asked] = self.tree.nearest(path, without)
        return self._nearest.get(asked)

    def why_unreadable(self, path: str) -> str | None:
        """The reason why an existing file could not be read; None for a readable or a missing one."""
        return self._unreadable.get(self.tree.resolve(path))

    @property
    def manifests(self) -> list[Manifest]:
        """Every object that stands in a manifest of the tree, as written, in the order of the paths."""
        return self._discovery.manifests

    @property
    def faults(self) -> list[TextFault]:
        """What is wrong with the text of the files that were read."""
        return self._discovery.faults

    @property
    def skipped(self) -> list[Skipped]:
        """The files that were not read as manifests, and why."""
        return self._discovery.skipped

    @property
    def file_count(self) -> int:
        """The number of files that were read as manifests."""
        return self._discovery.files

    @property
    def loaded(self) -> Mapping[str, File]:
        """Every file that was read so far and could be, by the path behind all links."""
        return {path: file for path, file in self._files.items() if file is not None}

    @cached_property
    def by_path(self) -> dict[str, list[Manifest]]:
        """The manifests of each file."""
        table: dict[str, list[Manifest]] = {}
        for manifest in self.manifests:
            table.setdefault(manifest.path, []).append(manifest)
        return table

    @cached_property
    def _by_kind(self) -> dict[tuple[str, str], list[Manifest]]:
        table: dict[tuple[str, str], list[Manifest]] = {}
        for manifest in self.manifests:
            table.setdefault((manifest.ref.group, manifest.ref.kind), []).append(manifest)
        return table

    def of_kind(self, group: str, kind: str) -> Sequence[Manifest]:
        """The manifests of a kind, in the order of the paths."""
        return self._by_kind.get((group, kind), ())

    @cached_property
    def _by_ref(self) -> dict[Ref, Manifest]:
        return {manifest.ref: manifest for manifest in reversed(self.manifests)}

    def of_ref(self, ref: Ref) -> Manifest | None:
        """The first manifest of an identity; None where none has it."""
        return self._by_ref.get(ref)

    @cached_property
    def charts(self) -> frozenset[str]:
        """The directories of Helm charts: those with a Chart.yaml."""
        return frozenset(
            str(PurePosixPath(path).parent) if "/" in path else ""
            for path in self.tree.files
            if path.rpartition("/")[2] == "Chart.yaml"
        )

    def is_git_ignored(self, path: str) -> bool:
        """Whether the .gitignore files of the tree leave a path, or a directory above it, to those who work in it."""
        for above in upwards(path):
            for name in (above, f"{above}/"):
                pattern = self._git_ignores.deciding(name)
                if pattern is not None and pattern.excludes:
                    return True
        return False

    @cached_property
    def _git_ignores(self) -> Ignore:
        from gitops_lint.ignore import Ignore, parse  # pathspec takes longer to import than most runs need it

        patterns: list[Pattern] = []
        for path in sorted(self.tree.files):
            if path.rpartition("/")[2] == ".gitignore" and (file := self.file(path)):
                patterns += parse(file.text, path, path.rpartition("/")[0])
        return Ignore(patterns)

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """What people and pipelines run by hand, in the order of the paths."""
        return tuple(read_scripts(self.tree, self.file))

    @cached_property
    def _discovery(self) -> _Discovery:
        found = _Discovery()
        found.skipped = [Skipped(Location(passed.path), passed.reason) for passed in self.tree.passed]
        for path in sorted(self.tree.files):
            if path.endswith(MANIFEST_SUFFIXES):
                self._discover(path, found)
        return found

    def _discover(self, path: str, found: _Discovery) -> None:
        if self.tree.resolve(path) != path:
            return
        if chart := self.chart_of_template(path):
            found.skipped.append(Skipped(Location(path), f"a template of the Helm chart {chart or '.'}"))
            return
        file = self.file(path)
        if file is None:
            found.skipped.append(Skipped(Location(path), self._unreadable[path]))
            return
        found.files += 1
        manifest = looks_like_manifest(file)
        if not manifest and file.faults and looks_like_template(file):
            found.skipped.append(
                Skipped(Location(path), "a template of another tool: it is no YAML before it is rendered")
            )
            return
        found.faults.extend(TextFault(file, fault, manifest) for fault in file.faults)
        for document in file.documents:
            found.manifests.extend(objects(document, document.data))

    def chart_of_template(self, path: str) -> str | None:
        """The chart whose ``templates/`` holds this path; None for any other path."""
        parts = path.split("/")
        for index, part in enumerate(parts[:-1]):
            if part == "templates" and (chart := "/".join(parts[:index])) in self.charts:
                return chart or "."
        return None


def _state_of(real: str, content: bytes) -> Hashable:
    return real, hashlib.sha256(content).digest()


class Recorder:
    """The only way in which a builder reads: it remembers every path read or probed, absent ones too."""

    def __init__(self, repo: Repo, reads: set[str]) -> None:
        self._repo = repo
        self._tree = repo.tree
        self.reads = reads

    def _probe(self, path: str) -> None:
        self.reads.add(path)
        self._repo.spend(1)

    def file(self, path: str) -> File | None:
        self._probe(path)
        file = self._repo.file(path)
        self._repo.spend(len(file.documents) if file else 0)
        return file

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none or it cannot be read."""
        self._probe(path)
        try:
            return self._tree.read(path)
        except Unreadable:
            return None

    def is_file(self, path: str) -> bool:
        self._probe(path)
        return self._tree.is_file(path)

    def is_directory(self, path: str) -> bool:
        self._probe(path)
        return self._tree.is_directory(path)

    def entries(self, directory: str) -> tuple[str, ...]:
        self._probe(directory)
        return self._tree.entries(directory)

    def below(self, directory: str) -> Iterator[tuple[str, bool]]:
        """Every path below a directory, and whether it is a directory, sorted, each before what is below it.

        Links to files are among them. Only the directory itself may be reached through a link; the paths are those
        behind it. No other link to a directory is followed: two of them may lead in a circle.
        """
        top = self.resolve(directory)
        pending = [top]
        while pending:
            path = pending.pop()
            is_directory = self.is_directory(path)
            if is_directory and self.resolve(path) != path:
                continue
            if path != top:
                yield path, is_directory
            if is_directory:
                pending += [f"{path}/{name}" if path else name for name in reversed(self.entries(path))]

    def resolve(self, path: str) -> str:
        return self._tree.resolve(path)

    def nearest(self, path: str, without: frozenset[str] = frozenset()) -> str | None:
        """The existing path most like a missing one, for a help text; not a read."""
        return self._repo.nearest(path, without)

    def left_out(self, path: str) -> str | None:
        """Why discovery left a path out: it is unknown, not missing. None for any other path."""
        return self._tree.left_out(path)

    def withheld(self, path: str) -> str | None:
        """Why what stands at a path is not in what this recorder reads, in words; None where it is, or is missing."""
        return None

    def unkept(self, path: str) -> str | None:
        """Why git keeps what lies at a path out of every clone, in words; None where it does not."""
        return self._tree.unkept(path)

    def is_chart(self, directory: str) -> bool:
        self.reads.add(f"{directory}/Chart.yaml" if directory else "Chart.yaml")
        return directory in self._repo.charts


def looks_like_manifest(file: File) -> bool:
    """Whether a file, broken or not, means to hold Kubernetes objects: a line that begins with ``apiVersion:``."""
    text = file.text
    return text.startswith("apiVersion:") or "\napiVersion:" in text or '"apiVersion"' in text


def looks_like_template(file: File) -> bool:
    """Whether a file that is no YAML is one before it is rendered: only ever asked of files that failed to parse."""
    return "{{" in file.text or "{%" in file.text or "<%" in file.text
