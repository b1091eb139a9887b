"""Tries a rule page on its own examples: each bad one fires exactly where it says, each good one is silent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.config import load
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.example import without_wants
from gitops_lint.history import MemoryHistory
from gitops_lint.mending import mend
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.engine import World
    from gitops_lint.example import Example, Want
    from gitops_lint.finding import Finding
    from gitops_lint.rule import Rule

REPOSITORY = "https://example.com/repo"
"""What examples call the repository that they stand for."""
DAY = date(2026, 1, 1)
"""The day on which every example is tried: its outcome does not change with time."""
LAW = b"extends: dual-gitops\n"
"""The configuration of an example that brings none."""
PAGE = ".gitops-lint/rules/{category}/{id}.md"


class Told(NamedTuple):
    """A finding as an example can foresee it."""

    path: str
    line: int
    message: str


class Outcome(NamedTuple):
    """What of an example did not come true: what it wants and nobody said, and what was said and nobody wants."""

    unmet: tuple[Want, ...]
    unwanted: tuple[Told, ...]

    @property
    def is_good(self) -> bool:
        return not self.unmet and not self.unwanted


def try_example(rule: Rule, example: Example, page: str | None = None) -> Outcome:
    """The outcome of one example, with no other rule at work. ``page`` is the text of a rule that does not ship.

    Raises ConfigError for a configuration in the example that cannot be used.
    """
    own = {} if page is None else {PAGE.format(category=rule.category, id=rule.id): page}
    report = check(_world({**example.files, **own}, example), Selection(select=(rule.id,), today=DAY))
    found = sorted(_told(inner) for finding in report.findings for inner in (finding, *finding.folded))
    unmet = (want for want in example.wants if not any(_is_wanted(told, want) for told in found))
    unwanted = (told for told in found if not any(_is_wanted(told, want) for want in example.wants))
    return Outcome(tuple(unmet), tuple(unwanted))


def _world(files: Mapping[str, str], example: Example) -> World:
    history = MemoryHistory(example.records, {path: text.encode() for path, text in files.items()})
    return analyse(MemoryTree({**history.files, **files}, remotes=(REPOSITORY,)), settings_of(example), history)


class Unlasting(Exception):
    """A repair after which its finding is still there, or another run would change more."""


def repaired(rule: Rule, example: Example, page: str | None = None) -> Mapping[str, str]:
    """The files that the repairs of a bad example change, as they leave them. Raises ConfigError and Unlasting."""
    own = {} if page is None else {PAGE.format(category=rule.category, id=rule.id): page}
    files = {path: without_wants(text) for path, text in example.files.items()} | own
    settings, select = settings_of(example), Selection(select=(rule.id,), today=DAY)
    mended = mend(_world(files, example), settings, select, unsafe=True)
    changed = {path: content.decode() for path, content in mended.contents.items()}
    if changed or mended.moves:
        gone = {path: text for path, text in files.items() if path not in mended.moves}
        moved = {new: files[old] for old, new in mended.moves.items()}
        again = mend(_world({**gone, **moved, **changed}, example), settings, select, unsafe=True)
        if not mended.repaired or again.contents or again.moves:
            raise Unlasting("a repair does not last: its finding is still there, or a second run changes more")
        changed = {**moved, **changed}
    return changed


def settings_of(example: Example) -> tuple[Settings, File]:
    """The settings of an example. Raises ConfigError."""
    own = example.files.get(".gitops-lint.yaml")
    return load(".gitops-lint.yaml", own.encode() if own is not None else LAW)


def faults_of(rule: Rule) -> Iterator[str]:
    """What a page lacks before any example is tried: bad ones that want something, and good ones."""
    sections = {example.heading.partition(":")[0] for example in rule.examples}
    yield from (f"there is no example under ## {section}" for section in ("Bad", "Good") if section not in sections)
    for example in rule.examples:
        if example.heading.startswith("Bad") and not example.wants:
            yield f'{example.heading}: nothing in it says # want "..."'
        elif not example.heading.startswith("Bad") and example.wants:
            yield f"{example.heading}: a good example wants nothing"


def _told(finding: Finding) -> Told:
    location = finding.mark.location if finding.mark else None
    span = location.span if location else None
    return Told(location.path if location else "", span.line if span else 0, finding.message)


def _is_wanted(told: Told, want: Want) -> bool:
    return (told.path, told.line) == (want.path, want.line) and want.text in told.message
