"""What a run says. Plain frozen values: a renderer needs nothing else, and a finding never asks the world again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from gitops_lint.location import Location

    class Spot(Protocol):
        """What stands somewhere: a location itself, or what knows how to find it."""

        @property
        def location(self) -> Location: ...


IN_BASELINE = "in the baseline"
"""Why a finding is hidden that was there before the repository began to be checked."""


class Severity(IntEnum):
    """How bad. The numbers order: an error outranks a warning."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Confidence(StrEnum):
    """How sure. *certain*: live and literal; *likely*: a heuristic; *possible*: declared or unresolved."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Snippet(NamedTuple):
    """Lines of a file, fit to print: Secret values masked, control characters made visible."""

    first_line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A location that belongs to a finding, with what is to be said about it."""

    location: Location
    message: str
    snippet: Snippet | None = None
    gone: bool = False
    """Whether it tells of what stands there no more: a place to be named, and never to be pointed at."""


class Step(NamedTuple):
    """A hop of a chain as it is printed: ``text`` names the object or file, ``field`` what leads to it."""

    location: Location
    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who applies the object of a finding, and through which chain, from the root to the object."""

    controller: str
    cluster: str
    reconciler: str
    reach: str
    chain: tuple[Step, ...]


class Edit(NamedTuple):
    """A stretch of a file's text, by its offsets, and what is to stand there instead."""

    path: str
    start: int
    end: int
    text: str


class Repair(NamedTuple):
    """How a finding can be repaired without a human: in words, and as edits where these were asked for.

    ``safe`` promises that every object is still built as before, or that one which the API server refused no longer
    is. ``moves`` are files that get another path.
    """

    title: str
    safe: bool
    edits: tuple[Edit, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. ``mark`` is its primary location; it is None only where no file can be named."""

    rule: str
    case: str | None
    severity: Severity
    confidence: Confidence
    reach: str
    message: str
    mark: Mark | None
    object: str | None
    clusters: tuple[str, ...]
    owners: tuple[Owner, ...]
    related: tuple[Mark, ...]
    fingerprint: str
    help: str | None
    effect: str | None = None
    folded: tuple[Finding, ...] = ()
    """Consequences: findings that vanish when this one is repaired."""
    consequences: str | None = None
    """The consequences in numbers: "5 directories, 23 objects reach no cluster"."""
    hidden: str | None = None
    """Why it is not shown; None for a shown one."""
    repair: Repair | None = None
    cause: Mark | None = None
    """What a change did that brought it about, if that is not where it stands; only in a comparison with a base."""

    @property
    def shown(self) -> Mark | None:
        """Where a reviewer of a change is to look."""
        return self.cause if self.cause and not self.cause.gone else self.mark


def every(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each followed by its consequences."""
    for finding in findings:
        yield finding
        yield from every(finding.folded)


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a renderer may say of a rule."""

    id: str
    category: str
    title: str
    severity: Severity
    text: str
    url: str
    enabled: bool = True


class ClusterText(NamedTuple):
    """A cluster and the roots that were found for it, in words."""

    name: str
    roots: tuple[str, ...]


class Skipped(NamedTuple):
    """What was not analysed, and why."""

    at: Spot
    reason: str

    @property
    def location(self) -> Location:
        """Where it stands; few ask, and to find the line takes a second look at the file."""
        return self.at.location


class Counts(NamedTuple):
    """What a run looked at: files and what they apply, or else commits."""

    files: int = 0
    objects: int = 0
    reconcilers: int = 0
    commits: int | None = None


class Comparison(NamedTuple):
    """What a report leaves out since it was there before: the base, how many it knows, how many were repaired."""

    base: str
    known: int
    fixed: int
    law: tuple[Mark, ...] = ()
    """Where the change alters by what is judged; the notes tell the same."""

    @property
    def reason(self) -> str:
        """Why a finding is hidden that the base has, too."""
        return f"known in {self.base}"


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run has to say, in the order in which it is to be read."""

    version: str
    law: str
    """The matrix in force and why, in one line."""
    matrix: str | None
    """The name of the matrix in force; None without one."""
    clusters: tuple[ClusterText, ...]
    findings: tuple[Finding, ...]
    hidden: tuple[Finding, ...]
    notes: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    counts: Counts
    rules: tuple[RuleText, ...]
    comparison: Comparison | None = None
    """The base, where only what is new to it is shown."""
    elsewhere: tuple[Finding, ...] = ()
    """What is left out because the change that was asked about does not touch it."""
