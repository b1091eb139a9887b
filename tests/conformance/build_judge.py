"""The real kustomize as judge of whole builds: the same objects to the last field, in the same order, or both refuse."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops_lint.builders import kustomize
from gitops_lint.location import describe
from gitops_lint.model import OPAQUE
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import WorkTree
from tests.command import write
from tests.conformance.judges import ask, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.location import Route

Fields = dict[str, Any]


class Verdict(NamedTuple):
    """What one side makes of a directory: its objects, or why there are none."""

    objects: list[Fields] | None
    reason: str = ""


def compare_files(files: Mapping[str, str], directory: str = ".") -> None:
    """Hold a repository of a few files against the real one: ``directory`` of it is built."""
    with tempfile.TemporaryDirectory() as root:
        compare(write(Path(root), files) / directory, Path(root))


def compare(directory: Path, root: Path | None = None) -> None:
    """Hold the build of a directory against the real one; fails with the fields that differ."""
    root = root or directory
    differences = list(difference(real(directory), ours(Repo(WorkTree(root)), directory.relative_to(root).as_posix())))
    assert not differences, f"{directory}\n" + "\n".join(differences[:20])


def real(directory: Path) -> Verdict:
    """What the real kustomize makes of a directory, decoded as the API server would."""
    run = ask("kubectl", "kustomize", directory)
    if run.returncode != 0:
        return Verdict(None, run.stderr.decode().strip())
    if not run.stdout.strip():
        return Verdict([])
    with tempfile.NamedTemporaryFile(suffix=".yaml") as built:
        built.write(run.stdout)
        built.flush()
        return Verdict(decoded(built.name))


def ours(repo: Repo, directory: str) -> Verdict:
    """What we make of it; a build with problems or opaque parts counts as refused, since nothing here is online."""
    build = kustomize.build(Recorder(repo, set()), "" if directory == "." else directory, kustomize.Rules())
    if build is None:
        return Verdict(None, "no kustomization")
    reasons = [problem.message for problem in build.problems] + [opaque.reason for opaque in build.opaque]
    if reasons:
        return Verdict(None, "; ".join(reasons))
    return Verdict([built.data for built in build.objects if built.ref.group != OPAQUE])


def difference(theirs: Verdict, mine: Verdict) -> Iterator[str]:
    """What differs between two verdicts, in words."""
    if theirs.objects is None or mine.objects is None:
        if theirs.objects is not None:
            yield f"the real one builds it; we refuse: {mine.reason}"
        elif mine.objects is not None:
            yield f"we build it; the real one refuses: {theirs.reason}"
        return
    names = [[_name(item) for item in verdict.objects or ()] for verdict in (theirs, mine)]
    if names[0] != names[1]:
        yield f"objects: real {names[0]}, ours {names[1]}"
        return
    for one, other in zip(theirs.objects, mine.objects, strict=True):
        yield from (f"{_name(one)}: {text}" for text in _unequal(one, other, ()))


def _name(item: Fields) -> str:
    metadata = item.get("metadata") or {}
    return f"{item.get('kind')} {metadata.get('namespace') or '-'}/{metadata.get('name')}"


def _unequal(one: Any, other: Any, route: Route) -> Iterator[str]:
    """The values that differ; ``null`` and absent are not the same, ``1`` and ``true`` neither, ``1`` and ``1.0`` are."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            if key in one and key in other:
                yield from _unequal(one[key], other[key], (*route, key))
            else:
                side, value = ("real", one[key]) if key in one else ("ours", other[key])
                yield f"{describe((*route, key))}: only {side} has {value!r}"
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from _unequal(*pair, (*route, index))
    elif one != other or isinstance(one, bool) != isinstance(other, bool):
        yield f"{describe(route)}: real {one!r}, ours {other!r}"
