"""``gitops-lint init``: a configuration from what is here, commented; it never overwrites one."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.world import is_empty, open_world, say, say_empty
from gitops_lint.config import FILE_NAMES
from gitops_lint.model import Controller, dig
from gitops_lint.paths import clamp
from gitops_lint.scalars import direct

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from gitops_lint.engine import World

ENVIRONMENT_NAMES = {
    "prod": ("prod", "production"),
    "staging": ("staging", "stage"),
    "dev": ("dev", "development"),
}
PLAIN = re.compile(r"[A-Za-z0-9.][\w./*-]*", re.ASCII)
"""A text that needs no quotes, unless it means something else without."""
SYNC = {"prod": "manual", "dev": "auto"}


def run(options: argparse.Namespace) -> int:
    """Write ``.gitops-lint.yaml`` into the repository, or print it."""
    options.config = None
    root = Path(options.path)
    existing = next((root / name for name in FILE_NAMES if (root / name).exists()), None)
    if existing and not options.print:
        raise UsageError(f"{existing} is there already; gitops-lint init overwrites nothing (--print shows the text)")
    world = open_world(options)
    if is_empty(world):
        return say_empty(options)
    text = "\n".join(lines(world)) + "\n"
    if options.print:
        sys.stdout.write(text)
    else:
        _create(root / FILE_NAMES[0], text)
        say(f"wrote {root / FILE_NAMES[0]}: read it, correct it, then run gitops-lint {options.path}")
    return 0


def _create(target: Path, text: str) -> None:
    """Write a file that is not there yet, through no link. Raises UsageError."""
    try:
        with target.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error


def lines(world: World) -> Iterator[str]:
    """The configuration, line by line."""
    yield "# Written by gitops-lint init from what this repository holds. Correct what it got wrong."
    if world.config.file is None and world.config.matrix is not None:
        yield f"extends: {world.config.matrix.name}"
    yield ""
    yield from _clusters(world)
    yield from _environments(world)
    yield from _trees(world)
    yield from _rows(world)


def _clusters(world: World) -> Iterator[str]:
    """The clusters that have a Flux root, and the destinations that nobody has mapped yet."""
    roots: dict[str, str] = {}
    for root in world.walked.roots:
        path = dig(root.subject.data, ("spec", "path"))
        if root.controller is Controller.FLUX and isinstance(path, str):
            roots.setdefault(root.cluster, clamp(path) or ".")
    yield "# A cluster: the directory that its Flux reads, and the names by which Argo CD calls it."
    yield "clusters:" if roots else "clusters: {}"
    for index, (name, path) in enumerate(sorted(roots.items())):
        destinations = ['"https://kubernetes.default.svc"'] if index == 0 and len(roots) == 1 else []
        yield f"  {word(name)}: {{root: {word(path)}, destinations: [{', '.join(destinations)}]}}"
    for destination in sorted(world.walked.unmapped):
        yield f"  # which cluster is this? destinations: [{word(destination)}]"
    yield ""


def _environments(world: World) -> Iterator[str]:
    directories = {part for path in world.repo.tree.files for part in path.split("/")[:-1]}
    found = {name: [d for d in spellings if d in directories] for name, spellings in ENVIRONMENT_NAMES.items()}
    yield "# How to tell an environment, and whether its Applications sync by themselves (auto, manual, any)."
    yield "environments:" if any(found.values()) else "environments: {}"
    for name, spellings in found.items():
        if spellings:
            paths = ", ".join(f'"**/{spelling}/**"' for spelling in spellings)
            yield f"  {name}: {{paths: [{paths}], sync: {SYNC.get(name, 'any')}}}"
    yield ""


def _trees(world: World) -> Iterator[str]:
    """The top-level directories by the controller that applies from them; mixed ones are left out."""
    owned = {name: who for name, who in world.graph.observed() if name.endswith("/")}
    applications = sorted(
        {
            m.path.partition("/")[0]
            for m in world.repo.manifests
            if m.ref.kind in ("Application", "ApplicationSet") and "/" in m.path
        }
    )
    yield "# Which directories belong to whom; applications: where the Application objects are to stand."
    yield "trees:"
    for controller in (Controller.FLUX, Controller.ARGOCD):
        mine = sorted(top for top, owners in owned.items() if owners == {controller})
        yield f"  {controller.value}: [{_globs(mine)}]"
    yield f"  applications: [{_globs(f'{top}/' for top in applications)}]"
    yield ""


def _globs(directories: Iterable[str]) -> str:
    """Globs for all that is below directories; a name with a wildcard in it has none."""
    return ", ".join(word(f"{directory}**") for directory in directories if not set(directory) & set("*?{}"))


def _rows(world: World) -> Iterator[str]:
    """The observed owners of namespaces as proposals."""
    yield "# The matrix: what belongs to whom, and why. A row that names a component of the preset replaces it."
    yield "responsibilities: []"
    yield "# Observed today, one row each if you want it to stay so:"
    for name, who in world.graph.observed():
        if name.startswith("namespace ") and len(who) == 1:
            namespace, owner = word(name.removeprefix("namespace ")), next(iter(who))
            yield f"#   - {{component: {namespace}, owner: {owner.value}, match: [{{namespace: {namespace}}}]}}"


def word(text: str) -> str:
    """A foreign text as a value of YAML: as it is where it can be, else in quotes, what cannot be seen as an escape."""
    if PLAIN.fullmatch(text) and direct(text) == text:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
