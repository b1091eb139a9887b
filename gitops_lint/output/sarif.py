"""SARIF 2.1.0 as GitHub code scanning accepts it.

What GitHub reads, ignores and rejects: "SARIF support for code scanning" in its documentation. One result that it
cannot place rejects a whole upload, and what it ignores (suppressions, baseline states) would only mislead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from gitops_lint.finding import Severity
from gitops_lint.location import Location, utf16_column
from gitops_lint.output.text import because, changed, clean, dump, plural, title, with_causes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitops_lint.finding import Finding, Mark, Owner, Report, RuleText, Snippet, Step

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/gitops-lint/gitops-lint"
MAX_RESULTS = 5_000
"""GitHub keeps so many results of a run, and does not tell which."""
MAX_RELATED = 100
"""GitHub shows so many locations of a result."""
MAX_LINKS = 10
"""The related locations that a message links to: more would bury its first sentence."""
MAX_FLOWS, MAX_STEPS = 100, 100
"""GitHub takes 10,000 locations in the code flows of a result."""
MAX_DESCRIPTION, MAX_NAME = 1_024, 255
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}

Object = dict[str, object]
Related = dict[tuple[Location, str], "Snippet | None"]
"""The related locations of a result in the order of their ids, which count from 1, each with what is said of it."""


def render(
    report: Report,
    *,
    category: str | None = None,
    line_hash: Callable[[Location], str | None] = lambda _: None,
) -> str:
    """The findings as a log of one run, consequences and infos too, the worst first; hidden ones are left out.

    ``category`` tells several uploads of one commit apart. Without it the upload action sets its own, which an
    id in the log would defeat. ``line_hash`` tells what code scanning knows a line by.
    """
    rules = [rule for rule in report.rules if rule.enabled]
    index = {rule.id: number for number, rule in enumerate(rules)}
    found = sorted(with_causes(report.findings), key=lambda pair: -pair[0].severity)
    located = [(finding, cause, mark) for finding, cause in found if (mark := _mark(finding))]
    several = len(report.clusters) > 1
    results = [
        _result(finding, cause, mark, index, several) | {"partialFingerprints": _fingerprints(finding, mark, line_hash)}
        for finding, cause, mark in located[:MAX_RESULTS]
    ]
    notifications = [_notification(finding) for finding, _ in found if not _mark(finding)]
    if len(located) > MAX_RESULTS:
        text = f"{plural(len(located) - MAX_RESULTS, 'finding')} left out, the least severe ones."
        notifications.append({"level": "warning", "message": {"text": text}})
    run: Object = {
        "tool": {"driver": _driver(report.version, rules)},
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": results,
    }
    if category:
        run["automationDetails"] = {"id": f"{category.removesuffix('/')}/"}
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


# -- the rules ---------------------------------------------------------------------------------------------------------


def _driver(version: str, rules: Sequence[RuleText]) -> Object:
    """The tool with every rule in force, found or not: the rules of two runs should not differ."""
    return {
        "name": "gitops-lint",
        "semanticVersion": version,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: RuleText) -> Object:
    page = "\n".join(map(clean, rule.text.strip().split("\n")))
    linked = rule.url.startswith(("https://", "http://"))
    more = f"\n\n[{clean(rule.id)}]({quote(rule.url, safe=':/?#=&%')})" if linked else ""
    summary = _sentence(rule.title)
    return {
        "id": clean(rule.id),
        "name": "".join(part.capitalize() for part in clean(rule.id).split("-"))[:MAX_NAME],
        "shortDescription": {"text": summary[:MAX_DESCRIPTION]},
        "fullDescription": {"text": (page.split("\n\n")[0] or summary)[:MAX_DESCRIPTION]},
        "help": {"text": page or summary, "markdown": (page or summary) + more},
        **({"helpUri": quote(rule.url, safe=":/?#=&%")} if linked else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["gitops", "kubernetes", clean(rule.category)],
            "precision": "high",
            "problem.severity": PROBLEMS[rule.severity],
        },
    }


# -- the results -------------------------------------------------------------------------------------------------------


def _mark(finding: Finding) -> Mark | None:
    """The primary location, if GitHub can show it: the changed line behind a finding, else where it stands."""
    return finding.shown if finding.shown and _is_inside(finding.shown.location) else None


def _is_inside(location: Location) -> bool:
    """Whether a path lies below the root of the repository; a single other one would reject the upload.

    What has no file at all, such as a commit, GitHub refuses as well ("expected a physical location").
    """
    return not location.revision and not {"", ".", ".."} & set(location.path.split("/"))


def _notification(finding: Finding) -> Object:
    """What can be no result; a commit is named by a logical location (SARIF 2.1.0, section 3.33)."""
    revision = finding.mark.location.revision if finding.mark else None
    notification: Object = {
        "level": LEVELS[finding.severity],
        "message": {"text": _escape(_sentence(finding.message))},
        "associatedRule": {"id": clean(finding.rule)},
    }
    if finding.mark and revision:
        logical = {"name": clean(finding.mark.location.path), "kind": "commit"}
        named = {"fullyQualifiedName": revision.id} if revision.id else {}
        notification["locations"] = [{"logicalLocations": [{**logical, **named}]}]
    return notification


def _result(finding: Finding, cause: Finding | None, mark: Mark, index: dict[str, int], several: bool) -> Object:
    related = _related(finding)
    result: Object = {
        "ruleId": clean(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": " ".join(_message(finding, cause, list(related), several))},
        "locations": [_location(mark.location, mark.snippet)],
        "relatedLocations": [
            {"id": number, **_location(location, snippet), "message": {"text": _escape(text)}}
            for number, ((location, text), snippet) in enumerate(related.items(), 1)
        ],
        "codeFlows": [flow for owner in finding.owners[:MAX_FLOWS] for flow in _flow(owner)],
        "properties": {"confidence": finding.confidence.value, "reach": clean(finding.reach)},
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    return result


def _fingerprints(finding: Finding, mark: Mark, line_hash: Callable[[Location], str | None]) -> dict[str, str]:
    """What others know the finding by: the baseline and other consumers by what it is about, GitHub by its line."""
    line = line_hash(mark.location)
    return {"gitopsLint/v1": finding.fingerprint, **({"primaryLocationLineHash": line} if line else {})}


def _related(finding: Finding) -> Related:
    """What else belongs to a finding: its related marks, then the hops of its owners."""
    own = [finding.mark] if finding.mark and finding.shown is finding.cause else []
    marks = [(mark.location, mark.message, mark.snippet) for mark in (*own, *finding.related)]
    hops = [(step.location, step.text, None) for owner in finding.owners for step in owner.chain]
    related: Related = {}
    for location, text, snippet in (*marks, *hops):
        if _is_inside(location) and len(related) < MAX_RELATED:
            related.setdefault((location, text or str(location)), snippet)
    return related


def _message(
    finding: Finding, cause: Finding | None, related: list[tuple[Location, str]], several: bool
) -> Iterator[str]:
    """Sentences: the fault, who applies the object, where else to look, what to do. GitHub links ``[text](id)``."""
    yield _escape(_sentence(finding.message))
    if finding.owners:
        yield f"Applied by {_enumerate(_owner(owner, related, several) for owner in finding.owners[:MAX_LINKS])}."
    places = dict.fromkeys((mark.location, mark.message or str(mark.location)) for mark in finding.related)
    links = [f"[{_escape(place[1])}]({related.index(place) + 1})" for place in places if place in related]
    if links:
        yield f"See {_enumerate(links[:MAX_LINKS])}."
    is_gone = finding.cause is not None and finding.cause.gone
    told = (
        ("Cause", because(cause) if cause else None),
        ("Changed", changed(finding) if is_gone else None),
        ("Effect", finding.effect),
        ("Help", finding.help),
    )
    for label, text in told:
        if text:
            yield f"{label}: {_escape(_sentence(text))}"


def _owner(owner: Owner, related: list[tuple[Location, str]], several: bool) -> str:
    """``Flux [Kustomization flux-system/apps](2)``, linked to where the reconciler is written."""
    steps = [(step.location, step.text or str(step.location)) for step in owner.chain]
    named = [step for step in steps if step[1] == owner.reconciler] or steps
    name = _escape(owner.reconciler)
    link = f"[{name}]({related.index(named[0]) + 1})" if named and named[0] in related else name
    return f"{_escape(title(owner.controller))} {link}" + (f" in {_escape(owner.cluster)}" if several else "")


def _flow(owner: Owner) -> list[Object]:
    """The chain of an owner, which GitHub unfolds below the alert; nothing where no hop can be shown."""
    hops = [{"location": _hop(step)} for step in owner.chain if _is_inside(step.location)]
    return [{"threadFlows": [{"locations": hops[:MAX_STEPS]}]}] if hops else []


def _hop(step: Step) -> Object:
    text = f"{step.text} ({step.field})" if step.field else step.text
    return {**_location(step.location, None), "message": {"text": _escape(text)}}


def _location(location: Location, snippet: Snippet | None) -> Object:
    uri = quote(location.path, errors="surrogateescape")
    region = _region(location, snippet)
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _region(location: Location, snippet: Snippet | None) -> Object:
    """The span, or what of it is on its first line: GitHub shows an alert only if a change covers all of its lines.

    Columns count UTF-16 code units, as far as the line is known. A whole file is its first character.
    """
    if location.span is None:
        return {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    number, start, last, end = location.span
    index = number - snippet.first_line if snippet else -1
    line = snippet.lines[index] if snippet and 0 <= index < len(snippet.lines) else ""
    if last != number:
        end = len(line.rstrip()) + 1
    start, end = utf16_column(line, start), utf16_column(line, max(end, start + 1))
    return {"startLine": number, "startColumn": start, "endLine": number, "endColumn": end}


# -- text --------------------------------------------------------------------------------------------------------------


def _sentence(text: str) -> str:
    """A text with a full stop: the first sentence of a message is its title."""
    text = clean(text)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _escape(text: str) -> str:
    """A clean text in which nothing is taken for a link (SARIF 2.1.0, section 3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", clean(text))


def _enumerate(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
