"""Which environments and which trees a commit changes, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    Context,
    Controller,
    Hit,
    check,
    conventional,
    crossing,
    glob,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitops_lint.context import Commit, FileChange

PROSE = (".md", ".adoc", ".rst", "CODEOWNERS", "OWNERS", "LICENSE")
"""The ends of the names of files that reach no cluster, wherever they stand."""
MOVED = "R"


class Part(NamedTuple):
    """What each environment has of its own: the directory above the environments, and which directory in each.

    ``name`` is empty where an environment's directory is one thing as a whole, such as an overlay.
    """

    family: str
    name: str


class Piece(NamedTuple):
    """A file of an environment: the part that it belongs to, the environment's directory, and the path below that."""

    part: Part
    directory: str
    below: str


class Environments:
    """Two environments, told by their configured paths: the one where changes are tried, and the one behind it."""

    def __init__(self, context: Context, names: Sequence[str]) -> None:
        self._tree = context.repo.tree
        self._paths = {name: tuple(context.settings.environments[name].paths) for name in names}

    def piece(self, environment: str, path: str) -> Piece | None:
        """Where a file stands in an environment; None for one that is not of it."""
        is_inside = glob(*self._paths[environment])
        if not is_inside(path) or path.endswith(PROSE):
            return None
        steps = path.split("/")[:-1]
        for length in range(1, len(steps) + 1):
            directory = "/".join(steps[:length])
            if is_inside(directory):
                part = Part("/".join(steps[: length - 1]), self._name(directory, steps[length:]))
                return Piece(part, directory, path[len(directory) + 1 :])
        # The globs name files, such as values-prod.yaml: those of both environments stand side by side.
        return Piece(Part("/".join(steps), ""), path, "")

    def _name(self, directory: str, steps: Sequence[str]) -> str:
        if not steps or (self._is_built(directory) and not self._is_built(f"{directory}/{steps[0]}")):
            return ""
        return steps[0]

    def _is_built(self, directory: str) -> bool:
        return any(self._tree.is_file(f"{directory}/{name}") for name in KUSTOMIZATION_FILES)

    def pieces(self, environment: str, changes: Iterable[FileChange]) -> dict[Part, list[tuple[Piece, FileChange]]]:
        """What changes in an environment; a file that only moved does not."""
        found: dict[Part, list[tuple[Piece, FileChange]]] = {}
        for change in changes:
            piece = self.piece(environment, change.path)
            if piece and change.status != MOVED:
                found.setdefault(piece.part, []).append((piece, change))
        return found

    def files(self, environment: str) -> set[tuple[str, str]]:
        """The files that an environment has today: family and path below the environment's directory."""
        pieces = (self.piece(environment, path) for path in self._tree.files)
        return {(piece.part.family, piece.below) for piece in pieces if piece}


def _environments(context: Context) -> tuple[Environments, str, str] | None:
    """The environments of ``params.first`` and ``params.then``; None where one of them is not declared by paths."""
    names = [str(context.params.get(key, "")) for key in ("first", "then")]
    declared = context.settings.environments
    if not all(name in declared and declared[name].paths for name in names):
        return None
    return Environments(context, names), names[0], names[1]


def _are_akin(one: Part, other: Part) -> bool:
    """Whether two changes may be about the same thing: one of all may be about any of them."""
    return one.family == other.family and (one.name == other.name or "" in (one.name, other.name))


def _is_first(commit: Commit) -> bool:
    """Whether a repository begins with the commit: it brings everything at once."""
    return not commit.parents and commit.is_known


def _others(number: int) -> str:
    return f" (and {number} more)" if number else ""


# -- one after the other ---------------------------------------------------------------------------------------


@check
def prod_before_dev(context: Context) -> Iterator[Hit]:
    """Commits that change ``params.then``, where ``params.first`` has the same file and was not changed before.

    "Before" is in any of the commits that are judged, or in the ``params.lookback`` ones before them. The authors of
    ``params.authors`` (globs) need no trial.
    """
    known = _environments(context)
    is_author = crossing(*words(context.params, "authors"))
    commits = [one for one in context.history.commits if not one.is_merge and not _is_first(one)]
    if known is None or not commits:
        return
    environments, first, then = known
    by_hand = [one for one in commits if not any(name and is_author(name) for name in (one.author, one.email))]
    untried = _untried(environments, first, then, by_hand)
    lookback = context.params.get("lookback")
    limit = lookback if isinstance(lookback, int) else 0
    earlier = context.history.earlier(limit) if untried else ()
    if not untried or earlier is None or not all(commit.is_known for commit in commits):
        return
    tried = {part for one in earlier if not _is_first(one) for part in environments.pieces(first, one.changes)}
    left = {part: found for part, found in untried.items() if not any(_are_akin(part, other) for other in tried)}
    for commit in commits:
        here = [(part, piece) for part, (begun, piece) in left.items() if begun is commit]
        if here:
            yield _skipped(commit, [piece for _, piece in here], first, limit)


def _untried(
    environments: Environments, first: str, then: str, commits: Sequence[Commit]
) -> dict[Part, tuple[Commit, Piece]]:
    """The parts that change in the second environment and never in the first: which commit begins, and with what."""
    tried = {part for commit in commits for part in environments.pieces(first, commit.changes)}
    twins = environments.files(first)
    untried: dict[Part, tuple[Commit, Piece]] = {}
    for commit in commits:
        if conventional.undoes(commit.subject):
            continue
        for part, found in environments.pieces(then, commit.changes).items():
            with_twin = (p for p, change in found if change.status != "D" and (part.family, p.below) in twins)
            piece = next(with_twin, None)
            if piece and not any(_are_akin(part, other) for other in tried):
                untried.setdefault(part, (commit, piece))
    return untried


def _skipped(commit: Commit, pieces: Sequence[Piece], first: str, limit: int) -> Hit:
    piece = pieces[0]
    before = f", nor in the {limit} before them" if limit else ""
    path = f"{piece.directory}/{piece.below}" if piece.below else piece.directory
    return Hit(
        message=f"{path} is changed{_others(len(pieces) - 1)}, but nothing of {first}: not in these commits{before}",
        at=commit.at(),
        label=f"was not tried in {first}",
        subject=commit.ref,
        help=f"change {first} first, and this when it works there",
    )


# -- at once ---------------------------------------------------------------------------------------------------


@check
def dev_and_prod_at_once(context: Context) -> Iterator[Hit]:
    """Commits that change one application in ``params.first`` and in ``params.then``."""
    known = _environments(context)
    if known is None:
        return
    environments, first, then = known
    for commit in context.history.commits:
        if commit.is_merge or _is_first(commit) or conventional.undoes(commit.subject):
            continue
        one, other = (environments.pieces(name, commit.changes) for name in (first, then))
        both = [part for part in one if part in other and _is_no_farewell(one[part] + other[part])]
        if both:
            here, there = (_shown(found[both[0]], both[0]) for found in (one, other))
            yield Hit(
                message=f"one commit changes {here} and {there}{_others(len(both) - 1)}",
                at=commit.at(),
                label=f"{first} and {then} at once",
                subject=commit.ref,
                help=f"commit what changes in {first} first, and {then} when it works there",
                effect=f"{then} gets the change at the same time as {first}: nobody can have tried it",
            )


def _is_no_farewell(found: Iterable[tuple[Piece, FileChange]]) -> bool:
    """Whether something is left: what is taken out everywhere needs no trial."""
    return any(change.status != "D" for _, change in found)


def _shown(found: Sequence[tuple[Piece, FileChange]], part: Part) -> str:
    directory = found[0][0].directory
    return f"{directory}/{part.name}" if part.name else directory


@check
def mixed_commit(context: Context) -> Iterator[Hit]:
    """Commits that change both what Flux and what Argo CD applies, by the declared trees."""
    trees = {
        Controller.FLUX: context.tree(Controller.FLUX),
        Controller.ARGOCD: (*context.tree(Controller.ARGOCD), *context.settings.trees.applications),
    }
    for commit in context.history.commits:
        if commit.is_merge or _is_first(commit) or conventional.undoes(commit.subject):
            continue
        changed = {controller: _changed(commit, globs) for controller, globs in trees.items()}
        if all(changed.values()):
            yield Hit(
                message=f"one commit changes {_counted(changed)}",
                at=commit.at(),
                label="two trees at once",
                subject=commit.ref,
                help="make a commit of each: they are applied apart, and can be taken back apart",
            )


def _changed(commit: Commit, globs: Sequence[str]) -> list[str]:
    is_inside = glob(*globs)
    return [one.path for one in commit.changes if one.status != MOVED and _is_config(one.path) and is_inside(one.path)]


def _is_config(path: str) -> bool:
    return not path.endswith(PROSE)


def _counted(changed: Mapping[Controller, Sequence[str]]) -> str:
    told = []
    for controller, paths in changed.items():
        tops = ", ".join(f"{top}/" for top in dict.fromkeys(path.partition("/")[0] for path in paths))
        told.append(f"{len(paths)} file{'' if len(paths) == 1 else 's'} of {controller.label} ({tops})")
    return " and ".join(told)
