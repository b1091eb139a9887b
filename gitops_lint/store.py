"""What the last run read and built of a repository, on disk for the next one: most of the time of a run goes there.

A file is used again where its content is the same, a build where all that it read and probed is. The store lies in a
directory of the user's own, never in a linted repository: whoever could write it would decide what is found. Nothing
goes in that may hold the value of a Secret.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
from functools import cache
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gitops_lint import __version__
from gitops_lint.builders.kustomize import packed_files
from gitops_lint.cache import Memo
from gitops_lint.document import YAML_VERSION, collector_at_rest
from gitops_lint.snippet import may_hold_secrets
from gitops_lint.tree import put

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from gitops_lint.cache import Made
    from gitops_lint.document import File
    from gitops_lint.model import Build
    from gitops_lint.repo import Repo

MAX_BYTES: Final = 256 << 20
"""A larger store is not read: some 100 times that of a repository of 1,000 files."""
LEAST_FILES: Final = 50
"""In a repository with fewer files a run takes no longer than with a store."""
SHARE_OF_NEW: Final = 10
"""The store is written when one part in so many is new: it takes as long as to read some 100 files."""

KEPT_FOR: Final = 30 * 24 * 60 * 60
"""Seconds after which a store that nobody wrote again is taken away: its repository may be gone."""

_MODULES: Final = ("gitops_lint.", "yaml.")
_SUFFIX: Final = ".pickle"


class _Kept(NamedTuple):
    states: Mapping[str, Hashable]
    files: Mapping[str, File]
    builds: Sequence[tuple[Hashable, Made[Build]]]
    withheld: int
    """How many files and builds may not be kept: each run makes them anew."""


class Former:
    """What is kept of a former state of a repository; a `Repo` can be like it."""

    def __init__(self, kept: _Kept) -> None:
        self._states, self._files = kept.states, kept.files
        self._size, self._withheld = len(kept.files) + len(kept.builds), kept.withheld
        self.builds: Memo[Build] = Memo()
        for key, made in kept.builds:
            self.builds.add(key, self, made)

    def state(self, path: str) -> Hashable:
        """What stood at a path; where nobody looked, something that equals nothing else."""
        return self._states.get(path, self)

    def twin(self, path: str, state: Hashable) -> File | None:
        """The file at a path in that very state; None where it is not kept."""
        return self._files.get(path) if self._states.get(path) == state else None

    def is_outdated(self, repo: Repo) -> bool:
        """Whether so much had to be made anew that it is worth the time to keep that instead."""
        return (repo.read + repo.builds.made - self._withheld) * SHARE_OF_NEW > self._size


class Store:
    """What is kept of one repository, in a file of its own."""

    def __init__(self, root: Path, directory: Path) -> None:
        """``root`` is the repository; ``directory`` is where the user keeps such things, and need not exist yet."""
        name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:32]
        self._file = directory / f"{name}{_SUFFIX}"
        self._former: Former | None = None

    def recall(self) -> Former | None:
        """What is kept; None where that is nothing, or was written by another gitops-lint or another user."""
        try:
            with self._file.open("rb") as stream:
                status = os.fstat(stream.fileno())
                is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
                content = stream.read() if is_ours and status.st_size <= MAX_BYTES else b""
        except OSError:
            return None
        head = _head()
        if content.startswith(head):
            try:
                with collector_at_rest():
                    self._former = Former(_Reader(io.BytesIO(content[len(head) :])).load())
            except Exception:
                return None
        return self._former

    def keep(self, repo: Repo) -> None:
        """Write what was read and built, where enough of it is new. A disk that takes nothing costs time, no more."""
        if repo.file_count < LEAST_FILES or (self._former and not self._former.is_outdated(repo)):
            return
        try:
            with collector_at_rest():
                content = _head() + pickle.dumps(_kept_of(repo), pickle.HIGHEST_PROTOCOL)
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(self._file, content, mode=0o600)
            self._clear()
        except (OSError, RecursionError):
            return

    def _clear(self) -> None:
        oldest = time() - KEPT_FOR
        for file in self._file.parent.glob(f"*{_SUFFIX}"):
            if file.stat().st_mtime < oldest:
                file.unlink()


def _kept_of(repo: Repo) -> _Kept:
    """What may be kept: nothing that holds a Secret, and no build in which a fault was found.

    What is said of a fault may rest on more than was read: on what git ignores, or on a path that is called alike.
    """
    packed = {repo.tree.resolve(path) for path in packed_files(repo, ("secretGenerator",))}
    secret = packed.union(path for path, file in repo.loaded.items() if may_hold_secrets(file))
    files = {path: file for path, file in repo.loaded.items() if path not in secret}
    good = [*repo.builds.good_for(repo)]
    builds = [
        (key, made)
        for key, made in good
        if not made.value.problems
        and not made.value.opaque
        and not any(built.ref.kind == "Secret" for built in made.value.objects)
        and not any(repo.tree.resolve(path) in secret for path in made.reads)
    ]
    paths = {*files, *(path for _, made in builds for path in made.reads)}
    withheld = len(repo.loaded) - len(files) + len(good) - len(builds)
    return _Kept({path: repo.state(path) for path in paths}, files, builds, withheld)


@cache
def _head() -> bytes:
    """What tells the stores of this gitops-lint from those of any other: an editable one changes from run to run."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        status = path.stat()
        code.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    versions = f"{__version__} {YAML_VERSION} {sys.version_info}"
    return f"gitops-lint {versions} {code.hexdigest()}\n".encode()


class _Reader(pickle.Unpickler):
    """Makes objects of gitops-lint's own classes, and nothing else that a file might name."""

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(_MODULES):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a store")
