"""Paths inside a tree: POSIX, relative to its root, normalised; ``""`` is the root. No disk is asked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_STEPS = 1000
"""Segments walked to find the end of a link, those of the links behind it included."""


def normalise(path: str) -> str | None:
    """The path without ``.``, ``..`` and empty segments; None where it is absolute or leaves the tree."""
    if path.startswith("/"):
        return None
    steps: list[str] = []
    for step in path.split("/"):
        if step == ".." and not steps:
            return None
        if step == "..":
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def join(directory: str, path: str) -> str | None:
    """The normalised path as seen from a directory; None where it is absolute or leaves the tree."""
    return None if path.startswith("/") else normalise(f"{directory}/{path}" if directory else path)


def clamp(path: str) -> str:
    """A path as ``securejoin.SecureJoin`` takes it: ``..`` stops at the root of the artifact."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept[-1:] = []
        elif part not in ("", "."):
            kept.append(part)
    return "/".join(kept)


def upwards(path: str) -> Iterator[str]:
    """The path and every directory above it but the root."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def directories(paths: Iterable[str]) -> dict[str, set[str]]:
    """Every directory above the paths, and the names directly inside it."""
    inside = defaultdict[str, set[str]](set, {"": set()})
    for path in paths:
        for below in upwards(path):
            directory, _, name = below.rpartition("/")
            names = inside[directory]
            if name in names:
                break
            names.add(name)
    return dict(inside)


def follow(path: str, links: Mapping[str, str]) -> tuple[str, str | None]:
    """The path behind all links on the way; where they lead nowhere, the path itself and the reason.

    ``links`` maps paths to targets as written. As in a file system, ``..`` goes up from where a link led to.
    """
    real, ahead = "", path.split("/")[::-1]
    for _ in range(MAX_STEPS):
        if not ahead:
            return real, None
        step = ahead.pop()
        if step == "..":
            if not real:
                return path, "the link leads out of the repository"
            real = real.rpartition("/")[0]
        elif step not in ("", "."):
            here = f"{real}/{step}" if real else step
            target = links.get(here)
            if target is None:
                real = here
            elif target.startswith("/"):
                return path, "the link leads out of the repository"
            else:
                ahead += target.split("/")[::-1]
                if len(ahead) > MAX_STEPS:
                    break
    return path, "the link leads in a circle"
