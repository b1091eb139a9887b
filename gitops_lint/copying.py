"""Copies as an ArtifactGenerator makes them: which files of a source come to stand where in an artifact.

Files are told as a mapping: their path in the artifact -> their path in this repository. Semantics: source-watcher,
docs/spec/v1beta1/artifactgenerators.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_lint.glob import glob, head
from gitops_lint.paths import clamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_-]+)\}")


def moved(files: Mapping[str, str], origin: str, target: str) -> dict[str, str]:
    """The files below the directory ``origin``, put below ``target``."""
    return {
        _below(target, path[len(origin) :].lstrip("/")): real
        for path, real in files.items()
        if not origin or path.startswith(f"{origin}/")
    }


def bound(segments: Sequence[str], directory: Sequence[str]) -> dict[str, str] | None:
    """What the placeholders stand for in one directory; None where it does not match."""
    names: dict[str, str] = {}
    for segment, part in zip(segments, directory, strict=True):
        placeholder = _PLACEHOLDER.fullmatch(segment)
        if placeholder is None and segment != part:
            return None
        if placeholder is not None and names.setdefault(placeholder[1], part) != part:
            return None
    return names


def filled(text: str, names: Mapping[str, str]) -> str:
    """A text with its placeholders replaced, as far as it is known what they stand for."""
    return _PLACEHOLDER.sub(lambda found: names.get(found[1], found[0]), text)


def copied(files: Mapping[str, str], origin: str, target: str) -> dict[str, str]:
    """What ``cp -r origin target`` copies: artifact path -> repository path.

    A glob copies what it matches, without the directory in front of its first wildcard; a directory is copied as a
    whole, into a target that ends in a slash under its own name (source-watcher, artifactgenerators.md, Copy).
    Raises ValueError for a glob that cannot be used.
    """
    into, plain = clamp(target), clamp(origin)
    if "*" in origin or "?" in origin:
        top, matches = head(plain), glob(plain, *([f"{plain}/**"] if plain.endswith("*") else []))
        return {path: real for path, real in moved(files, top, into).items() if matches(_source_path(path, into, top))}
    name = plain.rpartition("/")[2]
    is_directory = not target or target.endswith("/")
    if plain in files:
        return {_below(into, name) if is_directory else into: files[plain]}
    return moved(files, plain, _below(into, name) if is_directory and name else into)


def without(found: dict[str, str], excluded: Sequence[str], origin: str) -> dict[str, str]:
    """The files that no pattern leaves out; a pattern counts from the source's root or from what is copied."""
    if not excluded:
        return found
    patterns = [clamp(pattern) for pattern in excluded if pattern]
    top = head(clamp(origin))
    matches = glob(*patterns, *(_below(top, pattern) for pattern in patterns))
    return {path: real for path, real in found.items() if not (matches(path) or matches(real))}


def doubt(strategy: str, origin: str, target: str, found: Mapping[str, str]) -> str | None:
    """Why more or other files may come of a copy than are known; None where it is certain."""
    if strategy not in ("", "Overwrite"):
        return f"uses the strategy {strategy}, whose outcome is not known here"
    if "[" in origin or "{" in origin:
        return f"copies {origin}, a pattern that is not understood here"
    is_directory = not set("*?") & set(origin) and any(not real.endswith(clamp(origin)) for real in found.values())
    if is_directory and target.endswith("/"):
        return f"copies the directory {origin} into another one"
    return None


def _below(directory: str, path: str) -> str:
    return f"{directory}/{path}" if directory else path


def _source_path(path: str, target: str, top: str) -> str:
    """The path in the source of what was put at ``path`` below ``target``."""
    return _below(top, path[len(target) :].lstrip("/"))
