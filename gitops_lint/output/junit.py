"""JUnit XML, which nearly every CI system shows as tests: a suite for each category of rules, a test for each rule.

A rule without findings is a test that passed; each finding of the others is a test of its own. It failed where the run
fails by it, and is called skipped below that level, so that the tests are red exactly when the exit code is.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from gitops_lint.finding import Severity
from gitops_lint.output.text import because, changed, clean, place, title, with_causes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.finding import Finding, Owner, Report, RuleText


class _Test(NamedTuple):
    rule: RuleText
    finding: Finding | None
    cause: Finding | None = None


def render(report: Report, *, severity: Severity = Severity.WARNING, fail_on: Severity = Severity.ERROR) -> str:
    """The findings of at least ``severity`` as tests; those of at least ``fail_on`` failed."""
    suites = [(name, list(tests)) for name, tests in groupby(_tests(report, severity), lambda test: test.rule.category)]
    everything = [test for _, tests in suites for test in tests]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_counts('gitops-lint', everything, fail_on)}>"]
    for name, tests in suites:
        lines.append(f"  <testsuite {_counts(name, tests, fail_on)}>")
        lines += [line for test in tests for line in _case(test, fail_on)]
        lines.append("  </testsuite>")
    return "".join(f"{line}\n" for line in (*lines, "</testsuites>"))


def _tests(report: Report, severity: Severity) -> Iterator[_Test]:
    """Every rule in force, by category, with its findings in the order in which they are to be read."""
    found: dict[str, list[tuple[Finding, Finding | None]]] = {}
    for finding, cause in with_causes(report.findings):
        if finding.severity >= severity:
            found.setdefault(finding.rule, []).append((finding, cause))
    for rule in sorted(report.rules, key=lambda rule: (rule.category, rule.id)):
        if rule.id in found:
            yield from (_Test(rule, finding, cause) for finding, cause in found[rule.id])
        elif rule.enabled:
            yield _Test(rule, None)


def _counts(name: str, tests: Iterable[_Test], fail_on: Severity) -> str:
    levels = [test.finding.severity if test.finding else None for test in tests]
    failures = sum(level is not None and level >= fail_on for level in levels)
    skipped = sum(level is not None and level < fail_on for level in levels)
    counts = {"tests": len(levels), "failures": failures, "errors": 0, "skipped": skipped}
    return _attributes({"name": name, **counts})


def _case(test: _Test, fail_on: Severity) -> Iterator[str]:
    rule, finding, cause = test
    if finding is None:
        yield f"    <testcase {_attributes({'classname': rule.id, 'name': rule.title})}/>"
        return
    location = finding.mark.location if finding.mark and not finding.mark.location.revision else None
    where = {"file": location.path if location else None, "line": location.line if location else None}
    failed = finding.severity >= fail_on
    said = {"message": finding.message, **({"type": finding.severity.word} if failed else {})}
    tag = "failure" if failed else "skipped"
    text = escape("\n".join(map(_plain, _text(finding, cause))))
    yield f"    <testcase {_attributes({'classname': rule.id, 'name': _name(finding), **where})}>"
    yield f"      <{tag} {_attributes(said)}>{text}</{tag}>"
    yield "    </testcase>"


def _name(finding: Finding) -> str:
    """What two runs call the finding alike: its message, and the file but not the line."""
    path = finding.mark.location.path if finding.mark else ""
    return f"{path}: {finding.message}" if path and not finding.message.startswith(path) else finding.message


def _text(finding: Finding, cause: Finding | None) -> Iterator[str]:
    at = f"{place(finding.mark.location)}: " if finding.mark else ""
    yield f"{at}{finding.severity.word}[{finding.rule}]: {finding.message}"
    yield from (f"{title(owner.controller)}: {_chain(owner)}" for owner in finding.owners)
    told = (
        ("cause", because(cause) if cause else None),
        ("changed", changed(finding)),
        ("effect", finding.effect),
        ("because of this", finding.consequences),
        ("help", finding.help),
    )
    for label, text in told:
        if text:
            yield f"{label}: {text}"


def _chain(owner: Owner) -> str:
    return " → ".join(f"{step.location} {step.text}" for step in owner.chain) or owner.reconciler


def _attributes(values: Mapping[str, str | int | None]) -> str:
    return " ".join(f"{name}={quoteattr(_plain(str(text)))}" for name, text in values.items() if text is not None)


def _plain(text: str) -> str:
    """A text without the characters that XML 1.0 forbids (section 2.2); a reader would refuse the whole report."""
    return clean(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
