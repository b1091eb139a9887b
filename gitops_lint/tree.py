"""The only door to disk and git: the files of a repository and their bytes.

Everything above asks a `Tree` and cannot tell a checkout from a mapping. A linted repository is not trusted:
nothing in it is run, no link is followed out of it, nothing but regular files is opened.
"""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint.git import UNTRACKED, Checkout, Entry, Git, Refused, plainly
from gitops_lint.glob import glob
from gitops_lint.listing import Listing
from gitops_lint.listing import Passed as Passed
from gitops_lint.paths import join as join
from gitops_lint.paths import normalise as normalise
from gitops_lint.paths import upwards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MIB = 1024 * 1024
MAX_BYTES = 16 * MIB
"""The largest file that is read. Real manifests end below 4 MiB."""
MAX_FILES = 1_000_000
"""More files than any repository has: whoever points at a whole disk is told so."""

NESTED = "is a repository of its own"
IRREGULAR = "is not a regular file"
IGNORED = "git ignores it"
NOT_TRACKED = "git does not track it"
_EXCLUDED = "excluded by the configuration"
_PACKAGES, _HOLDS_PACKAGES = "node_modules", "holds packages of Node.js"

# A link or a pipe that took the place of a file since it was listed is neither followed nor waited for.
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Unreadable(Exception):
    """A path that cannot be read. ``reason`` says why in one plain sentence."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Tree(Listing, ABC):
    """The files of a repository at one moment. Every question but ``read`` is answered from memory."""

    notes: tuple[str, ...] = ()
    """What the user should know of the discovery, such as that git refuses to read the repository."""
    remotes: tuple[str, ...] = ()
    """The URLs of the git remotes, without credentials; none where the root is not the top of a work tree."""
    branch: str | None = None
    """The checked-out branch; None where there is none, or where the root is not the top of a work tree."""

    def read(self, path: str) -> bytes:
        """The content of a file, or of the one behind a link. Raises Unreadable."""
        real = self.resolve(path)
        if real in self.files:
            return self._load(real)
        missing = "is a directory" if self.is_directory(path) else "does not exist"
        raise Unreadable(path, self.left_out(path) or self.left_out(real) or missing)

    @abstractmethod
    def _load(self, path: str) -> bytes:
        """The bytes of a regular file of the tree. Raises Unreadable."""


class MemoryTree(Tree):
    """A tree out of a mapping from paths to contents: for tests and for the examples of rule pages."""

    def __init__(
        self, files: Mapping[str, bytes | str], *, remotes: Iterable[str] = (), branch: str | None = None
    ) -> None:
        self._contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        super().__init__(self._contents)
        self.remotes, self.branch = tuple(remotes), branch

    def _load(self, path: str) -> bytes:
        _check_size(path, len(self._contents[path]))
        return self._contents[path]


class Overlay(Tree):
    """A tree with some files changed, moved or new: what it would be if that were written."""

    def __init__(self, base: Tree, contents: Mapping[str, bytes], moves: Mapping[str, str] | None = None) -> None:
        """``contents`` by the path that a file has in the end; ``moves`` leads from old paths to new ones."""
        moved = moves or {}
        self._base = base
        self._origins = {new: old for old, new in moved.items()}
        self._contents = dict(contents)
        kept = (path for path in base.below("") if path not in moved)
        super().__init__({*kept, *moved.values(), *contents}, base.links, base.reasons)
        self.notes, self.remotes, self.branch = base.notes, base.remotes, base.branch

    def _load(self, path: str) -> bytes:
        if path in self._contents:
            return self._contents[path]
        return self._base.read(self._origins.get(path, path))


class GitTree(Tree):
    """The files of a commit, read from git: no work tree is touched for it."""

    LINK, REPOSITORY = "120000", "160000"
    """How git writes the modes of what is no file."""

    def __init__(self, git: Git, commit: str, *, beside: Tree, exclude: Sequence[str] = ()) -> None:
        """``beside`` is the tree of the same repository that this one is compared with. Raises Refused."""
        self._git, self._beside = git, beside
        excluded = glob(*exclude)
        entries = list(git.entries(commit))
        judged = [(entry, _passed(entry, excluded)) for entry in entries]
        taken = [entry for entry, passed in judged if passed is None]
        self._blobs = {entry.path: entry.id for entry in taken}
        self._loaded: dict[str, bytes] = {}
        links = [entry for entry in taken if entry.mode == self.LINK]
        targets = git.contents(entry.id for entry in links)
        super().__init__(
            (entry.path for entry in taken if entry.mode != self.LINK),
            {entry.path: os.fsdecode(targets.get(entry.id, b"")) for entry in links},
            {_printable(passed.path): passed.reason for _, passed in judged if passed},
        )
        self.remotes, self.branch = beside.remotes, beside.branch

    def unkept(self, path: str) -> str | None:
        """What git ignores lies beside every commit alike."""
        return None if self.is_file(path) or self.is_directory(path) else self._beside.unkept(path)

    def _load(self, path: str) -> bytes:
        if not self._loaded:  # one question for all: each takes longer than most files
            self._loaded = self._git.contents(self._blobs.values(), largest=MAX_BYTES)
        blob = self._blobs[path]
        if blob not in self._loaded:
            raise Unreadable(path, "is too large, or not in this clone")
        return self._loaded[blob]


def _passed(entry: Entry, excluded: Callable[[str], bool]) -> Passed | None:
    """What is not taken of a commit because of an entry, and why: the file, or a directory above it; None if it is."""
    if not _is_unicode(entry.path):
        return Passed(entry.path, "the name is not UTF-8")
    for directory in [*upwards(entry.path)][:0:-1]:
        if directory.rpartition("/")[2] == _PACKAGES:
            return Passed(directory, _HOLDS_PACKAGES)
        if excluded(directory) or excluded(f"{directory}/"):
            return Passed(directory, _EXCLUDED)
    if entry.mode == GitTree.REPOSITORY:
        return Passed(entry.path, NESTED)
    return Passed(entry.path, _EXCLUDED) if excluded(entry.path) else None


def _printable(path: str) -> str:
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")


class WorkTree(Tree):
    """A directory on disk: what git would keep of it, or all of it where git has no say.

    Under pre-commit (PRE_COMMIT=1) only what git tracks: to everyone else an untracked file will be missing.
    """

    def __init__(self, root: str | Path, *, exclude: Sequence[str] = ()) -> None:
        """Raises Unreadable where the root is no readable directory, ValueError for a glob that is none."""
        self._root = Path(root).resolve()
        try:
            os.scandir(self._root).close()
        except OSError as error:
            raise Unreadable(str(root), plainly(error)) from error
        survey = _Survey(self._root, glob(*exclude))
        checkout = _discover(survey)
        super().__init__(survey.files, survey.links, survey.passed)
        self.notes, self.remotes, self.branch = checkout.notes, checkout.remotes, checkout.branch
        self._by_git = bool(checkout.listed)

    def unkept(self, path: str) -> str | None:
        known = self.left_out(path)
        if not self._by_git or known not in (None, UNTRACKED) or self.is_file(path) or self.is_directory(path):
            return None
        place = self._root
        for step in path.split("/"):
            if place.is_symlink():
                return None
            place /= step
        if not os.path.lexists(place):
            return None
        below = (passed.reason for passed in self.passed if passed.path.startswith(f"{path}/"))
        return NOT_TRACKED if UNTRACKED in (known, *below) else IGNORED

    def _load(self, path: str) -> bytes:
        try:
            with os.fdopen(os.open(self._root / path, _OPEN), "rb") as stream:
                status = os.fstat(stream.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise Unreadable(path, IRREGULAR)
                _check_size(path, status.st_size)
                return stream.read(status.st_size)
        except OSError as error:
            raise Unreadable(path, plainly(error)) from error

    def write(self, path: str, content: bytes) -> None:
        """Put other content into a file, all of it or none. Raises Unreadable where it cannot be written."""
        try:
            put(self._root / self.resolve(path), content)
        except OSError as error:
            raise Unreadable(path, plainly(error)) from error

    def move(self, path: str, to: str) -> None:
        """Give a file another path, where nothing is yet. Raises Unreadable."""
        target = self._root / to
        if target.exists():
            raise Unreadable(to, "exists")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._root / self.resolve(path)).rename(target)
        except OSError as error:
            raise Unreadable(path, plainly(error)) from error


def put(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Put content in the place of a file, or where none is yet: all or nothing, through no link. Raises OSError.

    ``mode`` is that of a new file, before the umask; one that is there keeps its own.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.gitops-lint")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL  # somebody else's is left alone
    handle = os.open(beside, flags, 0o600 if path.exists() else mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if path.exists():
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


class _Survey:
    """What lies in a directory, by git's list or by a walk; both are judged by the same rules."""

    def __init__(self, root: Path, excluded: Callable[[str], bool]) -> None:
        self.root = root
        self._prefix = f"{root}/"
        self.files: list[str] = []
        self.links: dict[str, str] = {}
        self.passed: dict[str, str] = {}
        self._excluded = excluded
        self._entered = {"": True}
        self._scanned: dict[str, dict[str, int]] = {}

    def take(self, listed: Iterable[str]) -> None:
        """Takes what git lists, as far as the disk agrees: git also lists what has been deleted."""
        for name in listed:
            path = name.rstrip("/")  # the mark of a repository inside this one
            if self._enters(path.rpartition("/")[0]):
                self._take(path, self._mode(path))

    def walk(self) -> None:
        """Takes all that lies below the root, through no link."""
        pending = [""]
        while pending:
            directory = pending.pop()
            entries = self._scan(directory)
            if directory and ".git" in entries:
                self.leave_out(directory, NESTED)
                continue
            entries.pop(".git", None)
            for name, mode in entries.items():
                path = f"{directory}/{name}" if directory else name
                if not stat.S_ISDIR(mode):
                    self._take(path, mode)
                elif self._admits(path, mode):
                    pending.append(path)

    def leave_out(self, path: str, reason: str) -> None:
        """Notes why a path is not taken, under a name that can be printed."""
        name = _printable(path.rstrip("/"))
        self.passed[name] = reason

    def _enters(self, directory: str) -> bool:
        """Whether to take files of a directory: git may still list some behind what has become a link."""
        if directory not in self._entered:
            for above in reversed([*upwards(directory)]):
                if above not in self._entered:
                    mode = self._mode(above)
                    self._entered[above] = stat.S_ISDIR(mode) and self._admits(above, mode)
                if not self._entered[above]:
                    self._entered[directory] = False
                    break
        return self._entered[directory]

    def _mode(self, path: str) -> int:
        """What is at a path itself, not behind a link; 0 for nothing."""
        directory, _, name = path.rpartition("/")
        if directory not in self._scanned:
            self._scanned[directory] = self._scan(directory)
        if name in self._scanned[directory]:
            return self._scanned[directory][name]
        try:  # the index may spell a name in another case than the disk
            return os.lstat(f"{self._prefix}{path}").st_mode
        except (FileNotFoundError, NotADirectoryError):
            return 0
        except OSError as error:
            self.leave_out(path, plainly(error))
            return 0

    def _scan(self, directory: str) -> dict[str, int]:
        """The names in a directory, with the file types that it tells: faster than to ask for each."""
        try:
            with os.scandir(f"{self._prefix}{directory}") as entries:
                return {entry.name: _file_type(entry) for entry in entries}
        except OSError as error:
            self.leave_out(directory, plainly(error))
            return {}

    def _admits(self, path: str, mode: int) -> bool:
        """Whether something that exists may be taken; if not, the reason is noted."""
        if not path.isascii() and not _is_unicode(path):
            self.leave_out(path, "the name is not UTF-8")
        elif path.endswith(_PACKAGES) and path.rpartition("/")[2] == _PACKAGES:
            self.leave_out(path, _HOLDS_PACKAGES)
        elif self._excluded(path) or (stat.S_ISDIR(mode) and self._excluded(f"{path}/")):
            self.leave_out(path, _EXCLUDED)
        else:
            return True
        return False

    def _take(self, path: str, mode: int) -> None:
        if not mode or not self._admits(path, mode):
            return
        if stat.S_ISREG(mode):
            self.files.append(path)
        elif stat.S_ISLNK(mode):
            self._take_link(path)
        else:
            self.leave_out(path, NESTED if stat.S_ISDIR(mode) else IRREGULAR)
        if len(self.files) > MAX_FILES:
            raise Unreadable(str(self.root), f"holds more than {MAX_FILES:,} files")

    def _take_link(self, path: str) -> None:
        try:
            self.links[path] = str((self.root / path).readlink())
        except OSError as error:
            self.leave_out(path, plainly(error))


def _discover(survey: _Survey) -> Checkout:
    """Fills the survey from git's list, or from a walk where there is none: not silently if one was due."""
    tracked_only = os.environ.get("PRE_COMMIT") == "1"
    try:
        checkout = Git(survey.root).checkout(tracked_only=tracked_only)
    except Refused as refusal:
        survey.walk()
        return Checkout(notes=() if refusal.expected else (f"{refusal}; what git ignores is read, too",))
    for path, reason in checkout.left_out.items():
        survey.leave_out(path, reason)
    survey.take(checkout.listed)
    if checkout.listed or tracked_only:
        return checkout
    survey.walk()
    note = "git ignores this directory; all of it is read"
    return checkout._replace(notes=(*checkout.notes, note)) if survey.files else checkout


def _file_type(entry: os.DirEntry[str]) -> int:
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFREG if entry.is_file(follow_symlinks=False) else stat.S_IFIFO


def _check_size(path: str, size: int) -> None:
    if size > MAX_BYTES:
        raise Unreadable(path, f"larger than {MAX_BYTES // MIB} MiB ({-(-size // MIB)} MiB)")


def _is_unicode(path: str) -> bool:
    """Whether a name is text; bytes that are not came as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in path)
