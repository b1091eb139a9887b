"""What git knows of a directory. The only room that starts a program, and git is the only one that it starts."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

GIT_SECONDS = 30
"""How long git may take to answer one question."""
MAX_BLOB, MAX_BLOBS = 1024 * 1024, 64 * 1024 * 1024
"""The largest file of an old commit that is read, and how much of all of them at once, in bytes."""

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.bareRepository=explicit")
_WHOLE = ("-c", "diff.relative=false")
_REPOSITORY_VARIABLES = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_CONFIG",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
}
_SETTINGS = r"^(core\.sparsecheckout|remote\..+\.url|url\..+\.insteadof)$"
_UNOPENED = re.compile(r"^warning: could not open directory '(.+)/': (.+)$", re.MULTILINE)
_RAW = ("-z", "--raw", "--no-abbrev", "--find-renames=100%", "--no-ext-diff", "--no-textconv", "--no-color")
"""Changes as ids of blobs: two files are asked for their bytes only where somebody wants to see them."""
_RENAMES = ("-z", "--name-status", "--find-renames", "--diff-filter=R", "-l1000", "--no-ext-diff", "--no-textconv")
_LOG = ("--topo-order", "--no-show-signature", "--no-notes", "--encoding=UTF-8", "--root")
_FORMAT = "--format=%H%x00%P%x00%an%x00%ae%x00%B"
_CREDENTIALS = re.compile(r"^(https?://)[^/]*@", re.IGNORECASE)


class Refused(Exception):
    """Git gives no answer, for the reason in the message; ``expected`` where the directory is not git's."""

    def __init__(self, reason: str, *, expected: bool = False) -> None:
        super().__init__("".join(character if character.isprintable() else "?" for character in reason))
        self.expected = expected


UNTRACKED = "is not tracked by git"
"""Why a file is left out where only what git tracks counts."""


class Checkout(NamedTuple):
    """What git says of a directory: the paths below it, and of these what it cannot or must not list."""

    listed: Sequence[str] = ()
    left_out: Mapping[str, str] = MappingProxyType({})
    notes: tuple[str, ...] = ()
    remotes: tuple[str, ...] = ()
    branch: str | None = None


class Entry(NamedTuple):
    """A path of a commit: its mode as git writes it, and the id of what is there."""

    path: str
    mode: str
    id: str


class Git:
    """Questions to git about a directory, asked so that it runs nothing which the repository names.

    The commands used here need no filter, pager, alias or helper. What they could run is switched off: the file
    system monitor, hooks, drivers of diffs, the judge of signatures, and the transports by which a partial clone
    fetches what it lacks.
    """

    def __init__(self, directory: Path) -> None:
        """Raises Refused, as the questions do."""
        self._directory = directory
        self._environment = _environment()
        answer = self._ask("rev-parse", "--absolute-git-dir", "--show-prefix")
        git_directory, _, self._prefix = os.fsdecode(answer.stdout)[:-1].partition("\n")
        # Inside a hook, variables point at the repository of the hook. The question is about this directory,
        # so they are dropped: git finds the same repository again, or rightly finds another. Only the index
        # can matter: `git commit FILE` runs hooks on a temporary one, which holds what will be committed. It
        # lies in the git directory of its repository; one that lies elsewhere says nothing about this one.
        index = Path(os.environ.get("GIT_INDEX_FILE") or "/").resolve()
        if index.parent == Path(git_directory).resolve():
            self._environment["GIT_INDEX_FILE"] = str(index)

    def checkout(self, *, tracked_only: bool) -> Checkout:
        """All that a tree wants to know; remotes and branch at the top of a work tree only."""
        others = ("--others", "--exclude-standard")
        if tracked_only:
            listed, left_out = self._list("--cached")
            left_out |= dict.fromkeys(self._list(*others)[0], UNTRACKED)
        else:
            listed, left_out = self._list("--cached", *others)
        if self._prefix:
            return Checkout(listed, left_out)
        answer = self._ask("config", "-z", "--get-regexp", _SETTINGS, fails=1)
        lines = [item.partition("\n") for item in _text(answer.stdout).split("\0")]
        settings = [(key, value) for key, _, value in lines]
        sparse = ("core.sparsecheckout", "true") in settings
        notes = ("the checkout is sparse; files outside of it seem to be missing",) if sparse else ()
        head = self._ask("symbolic-ref", "--quiet", "--short", "HEAD", fails=1)
        return Checkout(listed, left_out, notes, _remotes(settings), _text(head.stdout).strip() or None)

    # -- history -----------------------------------------------------------------------------------------------

    @property
    def is_top(self) -> bool:
        """Whether the directory is the top of its work tree."""
        return not self._prefix

    @property
    def _raw(self) -> tuple[str, ...]:
        """How changes are to be told: those in the directory, with paths as seen from it."""
        return (*_RAW, "--relative") if self._prefix else _RAW

    def is_shallow(self) -> bool:
        """Whether older commits are missing."""
        return self._ask("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def commit_id(self, revision: str) -> str | None:
        """The full id of the commit that a name stands for; None where there is none."""
        if not revision or revision.startswith("-"):
            return None
        answer = self._ask("rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}", fails=1)
        return _text(answer.stdout).strip() or None

    def log(self, *ids: str, limit: int) -> list[str]:
        """The newest commits that the ids reach (``^id``: what that one does not), the newest first, as fields.

        Each is five fields, its id, those of its parents, the author's name and address, and the message; then for
        each change of a file in the directory, unless it is a merge, the raw line and one path or two of them.
        """
        here = ["."] if self._prefix else []
        answer = self._ask("log", *_LOG, *self._raw, _FORMAT, f"--max-count={limit}", *ids, "--", *here)
        return _text(answer.stdout).split("\0")[:-1]

    def staged(self) -> list[str]:
        """What the next commit will change, in the fields of a log: raw lines and paths."""
        head = self.commit_id("HEAD") or _text(self._ask("hash-object", "-t", "tree", "--stdin").stdout).strip()
        return _text(self._ask("diff-index", "--cached", *self._raw, head).stdout).split("\0")[:-1]

    def renames(self, commit: str) -> dict[str, str]:
        """Files of a commit that have another name in the index, perhaps with other content: old names by new ones.

        The work tree is not asked: to compare its files, git would run the filters that its configuration names.
        """
        here = ["--relative"] if self._prefix else []
        answer = self._ask("diff-index", "--cached", *_RENAMES, *here, commit, "--")
        fields = os.fsdecode(answer.stdout).split("\0")[:-1]
        return dict(zip(fields[2::3], fields[1::3], strict=True))

    def tags(self) -> list[str] | None:
        """The tags in the history of HEAD; None where they cannot be known: a clone may be told to leave them out."""
        if self.is_shallow() or self._ask("config", "--get-regexp", r"^remote\..+\.tagopt$", "no", fails=1).stdout:
            return None
        answer = self._ask("for-each-ref", "--merged=HEAD", "--format=%(refname:strip=2)", "refs/tags")
        return _text(answer.stdout).splitlines()

    def branches(self) -> list[str]:
        """The branches of this clone, and those of its remotes as it knows them."""
        answer = self._ask("for-each-ref", "--format=%(refname:strip=2)", "refs/heads", "refs/remotes")
        return _text(answer.stdout).splitlines()

    def setting(self, name: str) -> str | None:
        """A setting of git; None where nobody sets it."""
        return _text(self._ask("config", "--get", name, fails=1).stdout).strip() or None

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest commit that both have in their history; None where there is none, or the clone ends before it."""
        return _text(self._ask("merge-base", one, other, fails=1).stdout).strip() or None

    def entries(self, commit: str) -> Iterator[Entry]:
        """What a commit holds below the directory: files, links, and repositories inside of it."""
        answer = self._ask("ls-tree", "-r", "-z", "--full-tree", f"{commit}:{self._prefix.rstrip('/')}")
        for line in os.fsdecode(answer.stdout).split("\0")[:-1]:
            head, _, path = line.partition("\t")
            mode, _, rest = head.partition(" ")
            yield Entry(path, mode, rest.partition(" ")[2])

    def contents(self, blobs: Iterable[str], largest: int = MAX_BLOB) -> dict[str, bytes]:
        """The bytes of blobs by their ids, as far as they are here and not too large."""
        asked = dict.fromkeys(blobs)
        answer = self._ask("cat-file", "--batch-check", given=_lines(asked))
        wanted, total = [], 0
        for line in _text(answer.stdout).splitlines():
            name, _, rest = line.partition(" ")
            size = int(rest.removeprefix("blob ")) if rest.startswith("blob ") else largest + 1
            if size <= largest and total + size <= MAX_BLOBS:
                total += size
                wanted.append(name)
        return dict(_blobs(self._ask("cat-file", "--batch", given=_lines(wanted)).stdout)) if wanted else {}

    # -- the question ------------------------------------------------------------------------------------------

    def _list(self, *which: str) -> tuple[list[str], dict[str, str]]:
        """The paths below the directory, and the directories that git could not open, with the reason."""
        answer = self._ask("ls-files", "-z", *which)
        unopened = _UNOPENED.findall(os.fsdecode(answer.stderr))
        # During a merge git lists a path once for each side.
        listed = dict.fromkeys(os.fsdecode(answer.stdout).split("\0")[:-1])
        return [*listed], {path.removeprefix(self._prefix): reason.lower() for path, reason in unopened}

    def _ask(self, *question: str, fails: int = 0, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Runs git; ``fails`` is the exit status by which a command says that there is nothing to tell."""
        command = ["git", *_SAFE, *_WHOLE, "-C", str(self._directory), *question]
        try:
            answer = subprocess.run(
                command,
                env=self._environment,
                input=given,
                capture_output=True,
                timeout=GIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Refused(f"git did not answer within {GIT_SECONDS} seconds") from error
        except OSError as error:
            around = (self._directory, *self._directory.parents)
            expected = not any((directory / ".git").exists() for directory in around)
            raise Refused(f"git cannot be run: {plainly(error)}", expected=expected) from error
        if answer.returncode not in (0, fails):
            said = _text(answer.stderr).partition("\n")[0].removeprefix("fatal: ")
            said += " (see safe.directory in `git help config`)" if "dubious ownership" in said else ""
            raise Refused(f"git says: {said}", expected=said.startswith("not a git repository (or any "))
        return answer


def _environment() -> dict[str, str]:
    """The user's environment, without what points at another repository or lets git do more than answer.

    Relative directories of PATH are dropped: the linted repository may hold a program named git.
    """
    programs = [directory for directory in os.get_exec_path() if Path(directory).is_absolute()]
    return {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES} | {
        "PATH": os.pathsep.join(programs) or os.defpath,
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _remotes(settings: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The URLs as configured and as git rewrites them (url.*.insteadOf): manifests name either."""
    urls, rewrites = [], {}
    for key, value in settings:
        if key.startswith("remote."):
            urls.append(value)
        elif key.startswith("url.") and value:
            rewrites[value] = key.removeprefix("url.").removesuffix(".insteadof")
    for url in tuple(urls):
        short = max(filter(url.startswith, rewrites), key=len, default=None)
        if short is not None:
            urls.append(rewrites[short] + url.removeprefix(short))
    return tuple(dict.fromkeys(_CREDENTIALS.sub(r"\1", url) for url in urls))


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _blobs(output: bytes) -> Iterator[tuple[str, bytes]]:
    """What ``git cat-file --batch`` prints: a line with id, type and size, then the bytes and a newline."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        name, _, size = output[start:end].decode("ascii").split(" ")
        start = end + 1 + int(size) + 1
        yield name, output[end + 1 : start - 1]


def _text(output: bytes) -> str:
    return output.decode(errors="backslashreplace")


def plainly(error: OSError) -> str:
    """What the system says, of a program or a file, as part of a sentence."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    return (error.strerror or "cannot be read").lower()
