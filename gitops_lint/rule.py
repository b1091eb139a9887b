"""A rule is a page: front matter is the law, prose is the why, fenced examples are the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gitops_lint.config import ClauseSettings, rules_directory
from gitops_lint.context import Policy
from gitops_lint.document import read
from gitops_lint.example import Example, examples_of
from gitops_lint.finding import Severity
from gitops_lint.location import Location, Span
from gitops_lint.nearest import did_you_mean
from gitops_lint.validation import ConfigError, Globs, Mistake, validate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from gitops_lint.document import File
    from gitops_lint.expression import ExpressionError
    from gitops_lint.location import Route

Level = Literal["info", "warning", "error"]
FILTER = "filter"
"""In place of a check: rules whose findings come from the comments in the linted files."""
HISTORY = "commits"
"""The category of the rules about what was committed, and why: the command of the same name asks them alone."""
EXPRESSION = "compliance"
"""The check of a page that has an expression."""
START = Span(1, 1, 1, 1)


@dataclass(frozen=True)
class FixSettings:
    """What a page in CEL proposes to do about an object: fields to remove, and fields to set, where they differ."""

    remove: tuple[str, ...] = ()
    set: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The law of a page, as written."""

    title: str
    severity: Level | dict[str, Level]
    check: str = ""
    """The name of a function in ``checks/``; every page has this or an expression."""
    expression: str = ""
    """CEL, as in a ValidatingAdmissionPolicy: true means compliant."""
    on: Literal["built", "written"] = "built"
    """What the expression is asked of: every object that is applied, or every manifest as it stands in its file."""
    match: tuple[ClauseSettings, ...] = ()
    """Which of these it is for, in the clauses of the matrix; without any it is for all."""
    message: str = ""
    """What a finding says; ``{object}`` stands for the object. Without it, the title says it."""
    at: str = "metadata.name"
    """The field that a finding points to."""
    together: bool = False
    """Whether all that do not comply in a cluster are one finding, of a page with an expression."""
    fix: FixSettings | None = None
    """What ``--fix --unsafe-fixes`` does about it; for a page with an expression."""
    params: dict[str, Any] = field(default_factory=dict)
    needs: Literal["matrix", "environments"] | None = None
    profile: Literal["default", "strict"] = "default"
    since: str = "0.1"
    aliases: tuple[str, ...] = ()


class Rule(NamedTuple):
    """A page, read: its id is the file's name, its category the folder's."""

    id: str
    category: str
    law: FrontMatter
    body: str
    """The page below its front matter, as Markdown."""
    body_line: int
    path: str
    begin: Span = START
    """Where the text of its expression begins on the page."""

    @property
    def question(self) -> str:
        """The name of the check that the rule asks."""
        return self.law.check or EXPRESSION

    def policy(self) -> Policy | None:
        """What the page asks by an expression; None where it has none."""
        if not self.law.expression:
            return None
        clauses = tuple(each.clause() for each in self.law.match)
        fix = self.law.fix or FixSettings()
        return Policy(
            self.law.expression,
            self.law.on,
            clauses,
            self.law.message or self.law.title,
            _route(self.law.at),
            self.path.startswith("rules/"),
            tuple(map(_route, fix.remove)),
            tuple((_route(name), value) for name, value in fix.set.items()),
            self.law.together,
        )

    def mistaken(self, error: ExpressionError) -> ConfigError:
        """What is wrong with the expression, at its place on the page."""
        line, column = self.begin.line + error.line - 1, self.begin.column + error.column - 1
        span = Span(line, column, line, column + 1)
        return ConfigError([Mistake(Location(self.path, span), f"expression{error.about}: {error.message}")])

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples of the page, in its order."""
        return tuple(examples_of(self.body, self.body_line))

    @property
    def prose(self) -> str:
        """The text before the first example."""
        return self.body.partition("\n## ")[0].strip()

    def severity(self, case: str | None) -> Severity:
        """The level of a case; a page with one level has it for every case."""
        levels = self.levels
        if None in levels:
            return levels[None]
        if case not in levels:
            raise KeyError(f"{self.id} has no level for the case {case!r}")
        return levels[case]

    @property
    def levels(self) -> Mapping[str | None, Severity]:
        """The level of each case; that of None where all cases have one."""
        written = self.law.severity
        named = written if isinstance(written, dict) else {None: written}
        return {case: Severity[level.upper()] for case, level in named.items()}

    @property
    def worst(self) -> Severity:
        """The highest level that the rule can have by its page."""
        return max(self.levels.values())


def _route(text: str) -> Route:
    """A field as a page names it: ``spec.template.spec.containers.0.image``."""
    return tuple(int(step) if step.isdecimal() else step for step in text.split("."))


# -- reading pages ---------------------------------------------------------------------------------------------


def read_page(path: str, text: str, *, trusted: bool = False) -> Rule:
    """A page as a rule. Raises ConfigError with every mistake in its front matter.

    ``trusted`` pages ship and are validated by the tests; validating them at every start takes longer than a run.
    """
    parts = path.split("/")
    category, rule_id = parts[-2], parts[-1].removesuffix(".md")
    if not text.startswith("---\n") or "\n---\n" not in text[4:]:
        mistake = "a rule page begins with its front matter, between two lines of ---"
        raise ConfigError([Mistake(Location(path, Span(1, 1, 1, 1)), mistake)])
    head, _, body = text[4:].partition("\n---\n")
    file = read(path, f"\n{head}\n".encode())
    if file.faults or not file.documents:
        faults = [Mistake(Location(path, fault.span), fault.message) for fault in file.faults]
        raise ConfigError(faults or [Mistake(Location(path, Span(1, 1, 1, 1)), "the front matter is empty")])
    law = _trusted(file) if trusted else validate(FrontMatter, file)
    if bool(law.check) is bool(law.expression):
        mistake = "a page has either a check or an expression"
        raise ConfigError([Mistake(Location(path, file.documents[0].locate(("title",))), mistake)])
    first = head.count("\n") + 4
    return Rule(rule_id, category, law, body, first, path, _begin(file) if law.expression else START)


def _begin(file: File) -> Span:
    """Where the text of the expression begins: that of a block on the line behind its indicator."""
    span = file.documents[0].locate(("expression",))
    if span.end_line == span.line:
        return span
    line = file.text.split("\n")[span.line]
    column = len(line) - len(line.lstrip()) + 1
    return Span(span.line + 1, column, span.line + 1, column)


def _trusted(file: File) -> FrontMatter:
    written = file.documents[0].data
    law: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
    if "match" in law:
        clauses = ({key: Globs.of(globs) for key, globs in clause.items()} for clause in law["match"])
        law["match"] = tuple(ClauseSettings(**clause) for clause in clauses)
    if "fix" in law:
        fix = law["fix"]
        law["fix"] = FixSettings(tuple(fix.get("remove", ())), fix.get("set", {}))
    return FrontMatter(**law)


# -- the shipped rules -----------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """Every rule page that ships, by category and id."""
    return tuple(load_pages(rules_directory(), "rules", trusted=True))


def load_pages(directory: Path, shown: str, *, trusted: bool = False) -> list[Rule]:
    """The pages below a directory. Raises ConfigError with the mistakes of all of them."""
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for path in sorted(directory.glob("*/*.md")):
        name = f"{shown}/{path.parent.name}/{path.name}"
        try:
            rules.append(read_page(name, path.read_text(encoding="utf-8"), trusted=trusted))
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return rules


class UnknownRule(KeyError):
    """A name that is no rule; the message may hold a guess."""


def by_name(rules: Iterable[Rule], name: str) -> list[Rule]:
    """The rules that a name selects: an id, an alias or a category. Raises UnknownRule with a did-you-mean."""
    listed = list(rules)
    found = [rule for rule in listed if name in (rule.id, rule.category, *rule.law.aliases)]
    if not found:
        known = [rule.id for rule in listed] + sorted({rule.category for rule in listed})
        raise UnknownRule(f"unknown rule {name!r}{did_you_mean(name, known)}")
    return found
