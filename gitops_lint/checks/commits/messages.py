"""What the messages of commits tell, and what they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import Context, Hit, check, conventional, crossing, did_you_mean, text_at, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.context import Commit, Location

MANY = 10
"""The commits that are named one by one; where more are at fault, nobody will reword each."""
MAX_QUOTE = 60
"""Characters of a first line that a message quotes."""
AUTOMATION = ("image.toolkit.fluxcd.io", "ImageUpdateAutomation")
_BY_FLUX = re2.compile(
    r"^(?:Add Flux \S+ component manifests|Add Flux sync manifests|Update from image update automation)$"
)
"""What Flux writes (flux2, pkg/bootstrap; image-automation-controller, the message without a messageTemplate)."""
FIRST_OF_ALL = "initial commit"
"""What forges and people call the commit that a repository begins with."""


class Fault(NamedTuple):
    """What is wrong with the form of a message, and on which of its lines."""

    case: str
    line: int
    message: str
    label: str
    help: str


@check
def unconventional_commit(context: Context) -> Iterator[Hit]:
    """Messages that are no Conventional Commits; ``params.types`` are the types that there may be.

    What git, a forge or Flux wrote is left alone, and so are the authors of ``params.authors`` and the first lines of
    ``params.subjects``, both globs.
    """
    is_excused = _excuses(context)
    types = words(context.params, "types")
    faults: list[tuple[Commit, Fault]] = []
    for commit in context.history.commits:
        fault = _fault(commit, types)
        if fault and not is_excused(commit):
            faults.append((commit, fault))
    if len(faults) > MANY:
        yield _folded(faults, len(context.history.commits))
        return
    for commit, fault in faults:
        yield Hit(
            message=fault.message,
            at=commit.at(fault.line),
            label=fault.label,
            case=fault.case,
            subject=commit.ref,
            help=fault.help,
        )


def _folded(faults: Sequence[tuple[Commit, Fault]], number: int) -> Hit:
    (commit, fault), *others = reversed(faults)
    related: list[tuple[Location, str]] = [(other.at(told.line), told.label) for other, told in others]
    return Hit(
        message=f"{len(faults)} of {number} commits are no Conventional Commits, this one the last",
        at=commit.at(fault.line),
        label=fault.label,
        case=fault.case,
        subject=commit.ref,
        related=tuple(related),
        help="write type(scope): text from here on; a hook of the stage commit-msg reminds of it",
    )


def _fault(commit: Commit, types: Sequence[str]) -> Fault | None:
    subject = commit.subject
    header = conventional.header(subject)
    if header is None:
        return _formless(subject)
    if types and header.type.lower() not in [name.lower() for name in types]:
        guess = did_you_mean(header.type, types)
        known = f"one of {', '.join(types)}; params.types of the rule takes others"
        return Fault("type", 1, f"{header.type!r} is no type of commit here{guess}", "this type", known)
    if len(commit.lines) > 1 and commit.lines[1].strip():
        message = "the body of the message begins without an empty line above it"
        return Fault("blank", 2, message, "belongs to the first line as it is", "leave the second line empty")
    return None


def _formless(subject: str) -> Fault:
    if not subject.strip():
        return Fault("form", 1, "the commit has no message", "", "write type(scope): text")
    repaired = conventional.repaired(subject)
    text = subject if len(subject) <= MAX_QUOTE else f"{subject[: MAX_QUOTE - 1]}…"
    advice = f"write {repaired}" if repaired else "write type(scope): text, with a type such as feat, fix or chore"
    return Fault("form", 1, f"{text!r} does not tell what kind of change it is", "not type(scope): text", advice)


def _excuses(context: Context) -> Callable[[Commit], bool]:
    """Whether nobody wrote the message who could have written it otherwise."""
    is_author = crossing(*words(context.params, "authors"))
    is_subject = crossing(*words(context.params, "subjects"))

    def is_excused(commit: Commit) -> bool:
        subject = commit.subject
        return (
            commit.is_merge
            or conventional.is_generated(subject)
            or bool(_BY_FLUX.match(subject))
            or (not commit.parents and commit.is_known and subject.lower().strip(". ") == FIRST_OF_ALL)
            or is_subject(subject)
            or any(name and is_author(name) for name in (commit.author, commit.email))
            or _is_automation(commit, context)
        )

    return is_excused


def _is_automation(commit: Commit, context: Context) -> bool:
    """Whether an ImageUpdateAutomation of this repository commits under this address."""
    if not commit.email:
        return False
    route = ("spec", "git", "commit", "author", "email")
    return any(text_at(one.data, route) == commit.email for one in context.repo.of_kind(*AUTOMATION))


@check
def no_release_tag(context: Context) -> Iterator[Hit]:
    """The newest commit, where no tag that it descends from is one of ``params.tags`` (globs)."""
    history = context.history
    tags = None if any(not commit.id for commit in history.commits) else history.tags()
    wanted = words(context.params, "tags")
    if tags is None or any(crossing(*wanted)(tag) for tag in tags):
        return
    newest = history.newest()
    if newest is not None:
        named = ", ".join(wanted)
        others = f"none of the tags before it is called {named}: {', '.join(tags[-3:])}"
        yield Hit(
            message=f"no release is tagged: {others}" if tags else "no release is tagged, up to the newest commit",
            at=newest.at(),
            label="nothing up to here has a name to go back to",
            subject=newest.ref,
            help="tag what is known to work: git tag --annotate v1.0.0",
        )
