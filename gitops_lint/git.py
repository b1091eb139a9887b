"""What git knows of a directory. The only room that starts a program, and git is the only one that it starts."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GIT_SECONDS = 30
"""How long git may take to answer one question."""

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.bareRepository=explicit")
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


class Git:
    """Questions to git about a directory, asked so that it runs nothing which the repository names.

    The four commands used here need no filter, pager, alias or helper. What they could run is switched off:
    the file system monitor, hooks, and the transports by which a partial clone fetches what it lacks.
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

    def _list(self, *which: str) -> tuple[list[str], dict[str, str]]:
        """The paths below the directory, and the directories that git could not open, with the reason."""
        answer = self._ask("ls-files", "-z", *which)
        unopened = _UNOPENED.findall(os.fsdecode(answer.stderr))
        # During a merge git lists a path once for each side.
        listed = dict.fromkeys(os.fsdecode(answer.stdout).split("\0")[:-1])
        return [*listed], {path.removeprefix(self._prefix): reason.lower() for path, reason in unopened}

    def _ask(self, *question: str, fails: int = 0) -> subprocess.CompletedProcess[bytes]:
        """Runs git; ``fails`` is the exit status by which a command says that there is nothing to tell."""
        command = ["git", *_SAFE, "-C", str(self._directory), *question]
        try:
            answer = subprocess.run(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
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


def _text(output: bytes) -> str:
    return output.decode(errors="backslashreplace")


def plainly(error: OSError) -> str:
    """What the system says, of a program or a file, as part of a sentence."""
    if isinstance(error, FileNotFoundError):
        return "does not exist"
    return (error.strerror or "cannot be read").lower()
