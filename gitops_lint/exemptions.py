"""``ignores`` of the configuration: findings of some rules below some paths that are not told, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import Hit
from gitops_lint.filter import Excuse, expiry
from gitops_lint.glob import glob
from gitops_lint.location import Location
from gitops_lint.rule import by_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from gitops_lint.config import IgnoreSettings
    from gitops_lint.document import File
    from gitops_lint.finding import Finding
    from gitops_lint.location import Route
    from gitops_lint.rule import Rule


class Exemptions:
    """The entries in their order, and which names of them were needed. An entry that is over exempts nothing."""

    def __init__(
        self, ignores: Sequence[IgnoreSettings], file: File | None, rules: Sequence[Rule], today: date
    ) -> None:
        self._ignores = ignores
        self._file = file
        self._over = {i for i, ignored in enumerate(ignores) if ignored.until is not None and ignored.until < today}
        self._concerns = [glob(*ignored.paths) for ignored in ignores]
        self._ids = [
            [frozenset(rule.id for rule in by_name(rules, name)) for name in ignored.rules] for ignored in ignores
        ]
        self._used: set[tuple[int, int]] = set()

    def why_hidden(self, finding: Finding) -> str | None:
        """The reason of the first entry that is about a finding; all that are about it were needed."""
        location = finding.mark.location if finding.mark else None
        if location is None or location.revision:
            return None
        why = None
        for index, ignored in enumerate(self._ignores):
            names = [number for number, ids in enumerate(self._ids[index]) if finding.rule in ids]
            if names and index not in self._over and self._concerns[index](location.path):
                self._used |= {(index, number) for number in names}
                why = why or Excuse(ignored.reason, ignored.until).says("ignored by the configuration")
        return why

    def expired(self) -> Iterator[Hit]:
        """The entries whose time is over."""
        for index in sorted(self._over):
            ignored = self._ignores[index]
            what = f"the ignore of {', '.join(ignored.rules)} in {', '.join(ignored.paths)}"
            yield expiry(what, ignored.until, self._at("ignores", index, "until"))

    def unused(self, ran: AbstractSet[str]) -> Iterator[Hit]:
        """The names that hide nothing. Only a rule that ran can say that it had nothing to say."""
        for index, ignored in enumerate(self._ignores):
            for number, name in enumerate(ignored.rules):
                if index not in self._over and self._ids[index][number] <= ran and (index, number) not in self._used:
                    yield Hit(
                        message=f"the ignore of {name} hides nothing: there is no such finding in "
                        f"{', '.join(ignored.paths)}",
                        at=self._at("ignores", index, "rules", number),
                        label="not needed",
                        help="remove the entry" if len(ignored.rules) == 1 else f"take {name} out of its rules",
                    )

    def _at(self, *route: str | int) -> Location:
        """Where something stands in the configuration."""
        if self._file is None:  # settings that no file was read for
            return Location("")
        place: Route = route
        return Location(self._file.path, self._file.documents[0].locate(place))
