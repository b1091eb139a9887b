"""Why a finding is not shown: comments in the linted files. One that silences nothing is a finding itself.

``# gitops-lint: ignore[rule-id] reason`` stands on the line of the finding, or above it: as a line of its own, with
nothing but further comment lines between the two. With ``until=2026-12-31`` behind the bracket it ends with that day.
A commit says the same in a line of its message, without the ``#``, which git would take for a comment.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import Fix, Hit, Write
from gitops_lint.location import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from gitops_lint.document import Directive, File
    from gitops_lint.finding import Finding
    from gitops_lint.location import Revision
    from gitops_lint.rule import Rule

UNUSED, UNKNOWN, EXPIRED = "unused-suppression", "unknown-suppression", "expired-suppression"
"""The rules whose hits come from here."""
IGNORE = "ignore"
SPELLING = "# gitops-lint: ignore[rule-id] reason"
SPELLING_UNTIL = "# gitops-lint: ignore[rule-id] until=YYYY-MM-DD reason"
_IN_MESSAGE = re2.compile(r"(?im)^[ \t]*gitops-lint:[ \t]*ignore\[([^\]\n]+)\][ \t]*(.*)$")
_UNTIL = re.compile(r"(?<!\S)until=(\S*)\s*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
OTHER_VERBS = ("ignore", "disable", "skip", "suppress", "allow", "noqa", "nolint", "off")
"""How a comment begins that means to silence something, here or in another linter; any other is just prose."""


class Excuse(NamedTuple):
    """What stands behind the bracket: why, and the last day on which it holds; None where it has no end."""

    reason: str
    until: date | None = None

    def says(self, default: str) -> str:
        """Why a finding is hidden."""
        end = f" (until {self.until})" if self.until else ""
        return f"{self.reason or default}{end}"


def excuse_of(text: str) -> Excuse:
    """The text behind the bracket, read. Raises ValueError, fit for the author, for a date that is none."""
    words = _UNTIL.findall(text)
    if not words:
        return Excuse(text.strip())
    try:
        [word] = words
        until = date.fromisoformat(word if _DATE.fullmatch(word) else "")
    except ValueError:
        said = " ".join(f"until={word}" for word in words)
        raise ValueError(f"{said} is {'no date' if len(words) == 1 else 'more than one date'}") from None
    return Excuse(_UNTIL.sub("", text).strip(), until)


class Suppression(NamedTuple):
    """A comment that names rules, with all that it names: each name must be needed."""

    file: File
    directive: Directive
    excuse: Excuse
    names: tuple[tuple[str, frozenset[str]], ...]
    """Each name as written, and the ids of the rules that it selects."""

    def covers(self, line: int) -> bool:
        """Whether it is about what stands in a line."""
        own = self.directive.span.line
        if not self.directive.own_line:
            return own == line
        return own < line and all(_is_comment(self.file.line(between)) for between in range(own + 1, line))


class Suppressions:
    """The suppressing comments of all files, and which of them were needed."""

    def __init__(
        self,
        files: Iterable[File],
        rules: Sequence[Rule],
        message_of: Callable[[Revision], str] = lambda _: "",
        *,
        reason_required: bool = False,
        obeys: Callable[[str, int], bool] | None = None,
        today: date = date.min,
    ) -> None:
        """``message_of`` gives the message of a commit; ``obeys`` says of a line whether its comment counts."""
        self._message_of = message_of
        self._ids: dict[str, set[str]] = {}
        for rule in rules:
            for name in (rule.id, rule.category, *rule.law.aliases):
                self._ids.setdefault(name, set()).add(rule.id)
        self._reason_required = reason_required
        self._today = today
        self._suppressions: dict[str, list[Suppression]] = {}
        self._refused: list[Hit] = []
        self._expired: list[Hit] = []
        self._used: set[tuple[str, Directive, str]] = set()
        for file in files:
            for directive in file.directives:
                if obeys is None or obeys(file.path, directive.span.line):
                    self._take(file, directive)

    def why_hidden(self, finding: Finding) -> str | None:
        """The reason that a comment on or above the finding's line gives; None if there is no such comment."""
        if finding.mark is None or finding.mark.location.span is None:
            return None
        location = finding.mark.location
        if location.revision:
            return self._excuse(finding.rule, self._message_of(location.revision))
        for suppression in self._suppressions.get(location.path, ()):
            directive = suppression.directive
            name = next((name for name, ids in suppression.names if finding.rule in ids), None)
            if name is not None and suppression.covers(finding.mark.location.span.line):
                self._used.add((location.path, directive, name))
                return suppression.excuse.says("suppressed by a comment")
        return None

    def _excuse(self, rule: str, message: str) -> str | None:
        """The reason that a line of a commit's message gives for a rule."""
        for match in _IN_MESSAGE.finditer(message):
            named = (self._ids.get(name.strip(), ()) for name in match[1].split(","))
            if not any(rule in ids for ids in named):
                continue
            try:
                excuse = excuse_of(match[2])
            except ValueError:
                continue
            if (excuse.reason or not self._reason_required) and not self._is_over(excuse):
                return excuse.says("suppressed by the message")
        return None

    def _is_over(self, excuse: Excuse) -> bool:
        return excuse.until is not None and excuse.until < self._today

    def unknown(self) -> list[Hit]:
        """The comments, or parts of them, that cannot be obeyed."""
        return self._refused

    def expired(self) -> list[Hit]:
        """The comments whose time is over."""
        return self._expired

    def unused(self, ran: AbstractSet[str]) -> Iterator[Hit]:
        """The names that silence nothing. Only a rule that ran can say that it had nothing to say."""
        for path, suppressions in self._suppressions.items():
            for _, directive, _, names in suppressions:
                for name, ids in names:
                    if ids <= ran and (path, directive, name) not in self._used:
                        alone = len(directive.rules) == 1
                        yield Hit(
                            message=f"ignore[{name}] silences nothing: there is no such finding here",
                            at=Location(path, directive.span),
                            label="not needed",
                            help="remove the comment" if alone else f"take {name} out of the list",
                            fix=_fix(path, directive, name),
                        )

    def _take(self, file: File, directive: Directive) -> None:
        if directive.verb != IGNORE:
            if _means_to_silence(directive.verb):
                message = f"'gitops-lint: {directive.verb}' is no directive, so it silences nothing"
                self._refuse(file, directive, message, f"write {SPELLING}")
        elif not directive.rules:
            message = "the comment names no rule, so it silences nothing"
            self._refuse(file, directive, message, f"write {SPELLING}")
        else:
            try:
                self._take_names(file, directive, excuse_of(directive.reason))
            except ValueError as error:
                message = f"{error}, so the comment silences nothing"
                self._refuse(file, directive, message, f"write {SPELLING_UNTIL}")

    def _take_names(self, file: File, directive: Directive, excuse: Excuse) -> None:
        listed = ", ".join(directive.rules)
        if self._reason_required and not excuse.reason:
            message = f"ignore[{listed}] gives no reason, so it silences nothing"
            self._refuse(file, directive, message, "say behind the bracket why this is fine here")
            return
        named = dict.fromkeys(directive.rules)
        for name in named:
            if name not in self._ids:
                self._refuse_name(file, directive, name)
        names = tuple((name, frozenset(self._ids[name])) for name in named if name in self._ids)
        if names and self._is_over(excuse):
            self._expired.append(expiry(f"ignore[{listed}]", excuse.until, Location(file.path, directive.span)))
        else:
            self._suppressions.setdefault(file.path, []).append(Suppression(file, directive, excuse, names))

    def _refuse_name(self, file: File, directive: Directive, name: str) -> None:
        close = get_close_matches(name, self._ids, n=1)
        advice = f"did you mean {close[0]}?" if close else "look the name up with: gitops-lint rules"
        self._refuse(file, directive, f"ignore[{name}] names no rule, so it silences nothing", advice)

    def _refuse(self, file: File, directive: Directive, message: str, advice: str) -> None:
        location = Location(file.path, directive.span)
        self._refused.append(Hit(message=message, at=location, label="this comment", help=advice))


def expiry(what: str, until: date | None, at: Location) -> Hit:
    """What is said of a suppression whose last day is over."""
    message = f"{what} ended on {until}, so it silences nothing"
    advice = "repair what it hid and remove it, or give it another date and say why"
    return Hit(message=message, at=at, label="its time is over", help=advice)


def _fix(path: str, directive: Directive, name: str) -> Fix:
    """The comment without a name, or no comment: nothing that is applied changes by it."""
    at = Location(path, directive.span)
    left = [rule for rule in directive.rules if rule != name]
    if not left:
        return Fix("remove the comment", (Write(at, "", whole_line=directive.own_line),), safe=True)
    reason = f" {directive.reason}" if directive.reason else ""
    text = f"# gitops-lint: {IGNORE}[{', '.join(left)}]{reason}"
    return Fix(f"take {name} out of the comment", (Write(at, text),), safe=True)


def _means_to_silence(verb: str) -> bool:
    word = verb.casefold()
    return "[" in word or word.startswith(OTHER_VERBS) or bool(get_close_matches(word, [IGNORE]))


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")
