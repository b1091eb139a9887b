"""Why a finding is not shown: comments in the linted files. One that silences nothing is a finding itself.

``# gitops-lint: ignore[rule-id] reason`` stands on the line of the finding, or above it: as a line of its own, with
nothing but further comment lines between the two. A commit says the same in a line of its message, without the ``#``,
which git would take for a comment.
"""

from __future__ import annotations

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

UNUSED, UNKNOWN = "unused-suppression", "unknown-suppression"
"""The rules whose hits come from here."""
IGNORE = "ignore"
SPELLING = "# gitops-lint: ignore[rule-id] reason"
_IN_MESSAGE = re2.compile(r"(?im)^[ \t]*gitops-lint:[ \t]*ignore\[([^\]\n]+)\][ \t]*(.*)$")
OTHER_VERBS = ("ignore", "disable", "skip", "suppress", "allow", "noqa", "nolint", "off")
"""How a comment begins that means to silence something, here or in another linter; any other is just prose."""


class Suppression(NamedTuple):
    """A comment that names rules, with all that it names: each name must be needed."""

    file: File
    directive: Directive
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
    ) -> None:
        """``message_of`` gives the message of a commit; ``obeys`` says of a line whether its comment counts."""
        self._message_of = message_of
        self._ids: dict[str, set[str]] = {}
        for rule in rules:
            for name in (rule.id, rule.category, *rule.law.aliases):
                self._ids.setdefault(name, set()).add(rule.id)
        self._reason_required = reason_required
        self._suppressions: dict[str, list[Suppression]] = {}
        self._refused: list[Hit] = []
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
                return directive.reason or "suppressed by a comment"
        return None

    def _excuse(self, rule: str, message: str) -> str | None:
        """The reason that a line of a commit's message gives for a rule."""
        for match in _IN_MESSAGE.finditer(message):
            named = (self._ids.get(name.strip(), ()) for name in match[1].split(","))
            reason = match[2].strip()
            if any(rule in ids for ids in named) and (reason or not self._reason_required):
                return reason or "suppressed by the message"
        return None

    def unknown(self) -> list[Hit]:
        """The comments, or parts of them, that cannot be obeyed."""
        return self._refused

    def unused(self, ran: AbstractSet[str]) -> Iterator[Hit]:
        """The names that silence nothing. Only a rule that ran can say that it had nothing to say."""
        for path, suppressions in self._suppressions.items():
            for _, directive, names in suppressions:
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
        elif self._reason_required and not directive.reason:
            message = f"ignore[{', '.join(directive.rules)}] gives no reason, so it silences nothing"
            self._refuse(file, directive, message, "say behind the bracket why this is fine here")
        else:
            named = dict.fromkeys(directive.rules)
            for name in named:
                if name not in self._ids:
                    self._refuse_name(file, directive, name)
            names = tuple((name, frozenset(self._ids[name])) for name in named if name in self._ids)
            self._suppressions.setdefault(file.path, []).append(Suppression(file, directive, names))

    def _refuse_name(self, file: File, directive: Directive, name: str) -> None:
        close = get_close_matches(name, self._ids, n=1)
        advice = f"did you mean {close[0]}?" if close else "look the name up with: gitops-lint rules"
        self._refuse(file, directive, f"ignore[{name}] names no rule, so it silences nothing", advice)

    def _refuse(self, file: File, directive: Directive, message: str, advice: str) -> None:
        location = Location(file.path, directive.span)
        self._refused.append(Hit(message=message, at=location, label="this comment", help=advice))


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
