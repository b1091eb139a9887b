"""The findings that were there when a repository began to be checked: known, not shown, and to become fewer.

They are told apart by their fingerprints, which no moved line changes. A file has an entry a line, in an order of its
own, so that two branches that repair different things merge.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitops_lint.document import read
from gitops_lint.finding import IN_BASELINE, every
from gitops_lint.location import Location, Span
from gitops_lint.output.text import clean, plural
from gitops_lint.validation import ConfigError, Mistake, validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_lint.document import File
    from gitops_lint.finding import Report

FILE_NAME = ".gitops-lint-baseline.json"
"""The file that is heeded without being named."""
VERSION = 1
"""The version of the format."""


@dataclass(frozen=True)
class Entry:
    """A known finding. Only the fingerprint and the rule are compared; the rest is for people."""

    fingerprint: str
    rule: str
    path: str
    message: str


@dataclass(frozen=True)
class Content:
    """The whole file."""

    version: Literal[1]
    findings: tuple[Entry, ...]


class Baseline(NamedTuple):
    """A file with its entries, each of which stands at a place in it."""

    file: File
    entries: tuple[Entry, ...]

    @property
    def known(self) -> frozenset[str]:
        """The fingerprints of the findings that are not shown."""
        return frozenset(entry.fingerprint for entry in self.entries)

    def note(self, report: Report) -> str:
        """How many findings it hides, for the reader of a report without them."""
        hidden = sum(finding.hidden == IN_BASELINE for finding in report.hidden)
        stale = sum(1 for _ in self.stale(report))
        repaired = f"; {stale} of its entries repaired since" if stale else ""
        return f"{plural(hidden, 'known finding')} not shown, by {self.file.path} (--no-baseline){repaired}"

    def stale(self, report: Report) -> Iterator[tuple[Location, Entry]]:
        """The entries that hide nothing any more; one whose rule did not run may still be needed."""
        asleep = {rule.id for rule in report.rules if not rule.enabled}
        needed = {finding.fingerprint for finding in report.hidden if finding.hidden == IN_BASELINE}
        for index, entry in enumerate(self.entries):
            if entry.fingerprint not in needed and entry.rule not in asleep:
                yield Location(self.file.path, self.file.documents[0].locate(("findings", index))), entry


def load(path: str, content: bytes) -> Baseline:
    """A baseline. Raises ConfigError with every mistake, each with line and column."""
    file = read(path, content)
    mistakes = [Mistake(Location(path, fault.span), fault.message) for fault in file.faults]
    if not mistakes and len(file.documents) != 1:
        mistakes = [Mistake(Location(path, Span(1, 1, 1, 1)), "a baseline is one JSON object")]
    if mistakes:
        raise ConfigError(mistakes)
    return Baseline(file, validate(Content, file).findings)


def of_report(report: Report) -> list[Entry]:
    """An entry for each finding that stands in a file or nowhere; commits come and go, and are never known."""
    located = ((finding, finding.mark.location if finding.mark else Location("")) for finding in every(report.findings))
    return [
        Entry(finding.fingerprint, finding.rule, clean(location.path), clean(finding.message))
        for finding, location in located
        if not location.revision
    ]


def render(entries: Iterable[Entry]) -> str:
    """The text of the file: an entry a line, by path, rule and message."""
    ordered = sorted(entries, key=lambda entry: (entry.path, entry.rule, entry.message, entry.fingerprint))
    listed = ",".join(f"\n    {json.dumps(vars(entry), ensure_ascii=False)}" for entry in ordered)
    end = "\n  " if listed else ""
    return f'{{\n  "version": {VERSION},\n  "findings": [{listed}{end}]\n}}\n'
