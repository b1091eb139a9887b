"""The format for people at a terminal: each fault with its source, and who applies the object by which chain.

Diagnostics are plain ANSI text, written here without a library: a run may print thousands of them.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.finding import Confidence, Severity, every
from gitops_lint.model import Reach
from gitops_lint.output.text import (
    BLUE,
    BOLD,
    DIM,
    GREEN,
    NARROWEST,
    TINTS,
    Pen,
    chain,
    changed,
    labelled,
    place,
    plural,
    summary,
    tags,
    title,
    width,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.finding import ClusterText, Finding, Mark, Owner, Repair, Report, Skipped
    from gitops_lint.location import Span

MAX_CLUSTERS, MAX_ROOTS = 5, 3
"""How much of the clusters stands at the top."""
MAX_HOPS = 6
"""The lines of a chain; a longer one loses its middle."""
MAX_OWNERS, MAX_RELATED, MAX_CONSEQUENCES = 4, 5, 5
"""How much of each stands under a finding."""
CONTEXT = 2
"""The lines of a snippet above and below the marked one."""


class _View(NamedTuple):
    """How this run is to be shown; ``clusters`` tells whether there are several to be told apart."""

    pen: Pen
    width: int
    fold: bool
    severity: Severity
    verbose: bool
    clusters: bool

    def limit(self, number: int) -> int | None:
        """How many are shown of what is elided unless all is wanted: the end of a slice."""
        return None if self.verbose else number


def render(
    report: Report,
    *,
    color: bool,
    unicode: bool,
    fold: bool = True,
    severity: Severity = Severity.WARNING,
    quiet: bool = False,
    show_skipped: bool = False,
    verbose: bool = False,
    columns: int = 120,
) -> str:
    """The report as text for a terminal that is ``columns`` wide; empty, or with a newline at its end.

    Findings below ``severity`` are counted only. ``quiet`` leaves out all but findings, ``verbose`` elides
    nothing and lists what is hidden. Without ``fold`` the consequences of a finding follow it in full.
    """
    many = len(report.clusters) > 1
    view = _View(Pen(color, unicode), max(columns, NARROWEST), fold, severity, verbose, many)
    blocks = list(_blocks(view, report.findings))
    if not quiet:
        blocks = [_header(view, report), *blocks]
        blocks += _hidden(view, report) if verbose else []
        blocks += [_skipped(view, report.skipped)] if show_skipped else []
        blocks += [_closing(view, report, listed=show_skipped)]
    return "\n".join(f"{text}\n" for text in map("\n".join, blocks) if text)


def chains(
    heading: str, owners: Sequence[Owner], *, color: bool, unicode: bool, name_clusters: bool, columns: int = 120
) -> str:
    """All owners with their whole chains below a heading: the answer of ``gitops-lint why``."""
    pen = Pen(color, unicode)
    named = [(title(owner.controller), chain(pen, owner, name_clusters)) for owner in owners]
    return "".join(f"{line}\n" for line in (pen.bold(heading), *labelled(pen, " ", named, {}, columns)))


def _header(view: _View, report: Report) -> Iterator[str]:
    """What is judged by what: on top, so that a wrong guess is seen before its consequences are read."""
    yield from view.pen.wrap(report.law, view.width) if report.law else ()
    shown = report.clusters[: view.limit(MAX_CLUSTERS)]
    names = max((width(view.pen.text(cluster.name)) for cluster in shown), default=0)
    for cluster in shown:
        yield from _cluster(view, cluster, names)
    if len(shown) < len(report.clusters):
        yield view.pen.dim(f"… and {plural(len(report.clusters) - len(shown), 'more cluster')} (-v)")


def _cluster(view: _View, cluster: ClusterText, names: int) -> Iterator[str]:
    roots = list(cluster.roots[: view.limit(MAX_ROOTS)])
    if len(roots) < len(cluster.roots):
        roots.append(f"… {len(cluster.roots) - len(roots)} more")
    name = view.pen.text(cluster.name)
    space = " " * (names - width(name) + 2)
    indent = len("cluster ") + names + 2
    first, *others = _listed_in(view.width - indent, list(map(view.pen.text, roots)) or ["no root"])
    yield f"cluster {view.pen.paint(name, BOLD)}{space}{view.pen.paint(first, DIM)}"
    yield from (" " * indent + view.pen.paint(line, DIM) for line in others)


def _listed_in(room: int, names: Sequence[str]) -> list[str]:
    """Names with commas between them, in lines that break behind a comma only."""
    lines = [names[0]]
    for name in names[1:]:
        lines[-1] += ","
        if width(lines[-1]) + 1 + width(name) < room:
            lines[-1] += f" {name}"
        else:
            lines.append(name)
    return lines


def _blocks(view: _View, findings: Sequence[Finding], tag: str = "") -> Iterator[Iterator[str]]:
    for finding in findings:
        if finding.severity >= view.severity:
            yield _finding(view, finding, tag)
        if not view.fold:
            yield from _blocks(view, finding.folded, "consequence")


def _finding(view: _View, finding: Finding, tag: str) -> Iterator[str]:
    """One finding in full: the message, the source, the chains, what to do, and what vanishes with it."""
    sure, live = finding.confidence == Confidence.CERTAIN, finding.reach == Reach.LIVE
    aside = tags("" if sure else finding.confidence.value, "" if live else finding.reach, tag)
    heading = f"{view.pen.heading(finding)}: "
    first, *more = view.pen.wrap(finding.message, view.width, width(heading), hang=4)
    message = [heading + view.pen.bold(first), *map(view.pen.bold, more)]
    fits = width(message[-1]) + 1 + len(aside) <= view.width
    if aside and fits:
        message[-1] += view.pen.dim(f" {aside}")
    yield from message
    if aside and not fits:
        yield view.pen.dim(f"    {aside}")
    marks = _marks(finding)
    gutter = max((len(str(number)) for mark in marks for number, _ in _lines(mark)), default=1)
    shown = marks[: view.limit(1 + MAX_RELATED)]
    for mark in shown:
        yield from _source(view, mark, gutter, TINTS[finding.severity] if mark is finding.mark else "")
    if len(shown) < len(marks):
        yield view.pen.dim(f"{' ' * gutter} … and {plural(len(marks) - len(shown), 'more place')} (-v)")
    yield from _details(view, finding, " " * gutter)
    yield from _consequences(view, finding, " " * gutter)


# -- the source --------------------------------------------------------------------------------------------------------


def _marks(finding: Finding) -> list[Mark]:
    """The locations of a finding: its own, the changed line behind it, then the related ones, of which one is shown."""
    second = next((mark for mark in finding.related if mark.snippet), None)
    others = (replace(mark, snippet=None) for mark in finding.related if mark is not second)
    cause = finding.cause if finding.cause and not finding.cause.gone else None
    shown = replace(cause, message=f"changed: {cause.message}") if cause else None
    return [mark for mark in (finding.mark, shown, second, *others) if mark]


def _lines(mark: Mark) -> list[tuple[int, str]]:
    """The lines of a snippet that stand around its mark, with their numbers."""
    if mark.snippet is None:
        return []
    numbered = list(enumerate(mark.snippet.lines, mark.snippet.first_line))
    line = mark.location.line
    return numbered if line is None else [pair for pair in numbered if abs(pair[0] - line) <= CONTEXT]


def _source(view: _View, mark: Mark, gutter: int, tint: str) -> Iterator[str]:
    """A location and its lines, with a caret under what is meant; ``tint`` is empty for a related one."""
    span, lines = mark.location.span, _lines(mark)
    underlined = span is not None and any(number == span.line for number, _ in lines)
    arrow = view.pen.paint(" " * gutter + ("-->" if tint else ":::"), BLUE)
    yield from _headed(view, f"{arrow} {view.pen.text(place(mark.location))}", "" if underlined else mark.message)
    if not lines:
        return
    bar = view.pen.paint(" " * gutter + " |", BLUE)
    room = view.width - gutter - len(" | ")
    yield bar
    for number, line in lines:
        start, end = _stretch(span, number, line)
        text, offset, length = view.pen.cut(line, start, end, room)
        yield f"{view.pen.paint(f'{number:>{gutter}} |', BLUE)} {text}".rstrip()
        if span and number == span.line:
            caret = ("^" if tint else "-") * length
            yield from (f"{bar} {row}" for row in _underline(view, offset, caret, mark.message, room, tint))
    yield bar


def _headed(view: _View, head: str, message: str) -> Iterator[str]:
    """A place, and beside it what is said of it; below it where the terminal is too narrow."""
    if width(head) + 2 + width(view.pen.text(message)) <= view.width:
        yield f"{head}  {view.pen.text(message)}".rstrip()
        return
    yield head
    indent = " " * (head.index(" ", len(head) - len(head.lstrip())) + 1)
    yield from (indent + line for line in view.pen.wrap(message, view.width - len(indent)))


def _stretch(span: Span | None, number: int, line: str) -> tuple[int, int]:
    """The characters of this line that a span covers, counted from 0; only its first line is underlined."""
    if span is None or number != span.line:
        return 0, 0
    return span.column - 1, span.end_column - 1 if span.end_line == span.line else len(line.rstrip())


def _underline(view: _View, offset: int, caret: str, message: str, room: int, tint: str) -> Iterator[str]:
    """The caret and what it says: beside it, or below where the terminal is too narrow."""
    styles = (BOLD, tint) if tint else (BLUE,)
    label = view.pen.text(message)
    if offset + len(caret) + 1 + width(label) <= room:
        yield " " * offset + view.pen.paint(f"{caret} {label}".rstrip(), *styles)
        return
    yield " " * offset + view.pen.paint(caret, *styles)
    indent = " " * max(0, min(offset, room - width(label)))
    yield from (indent + view.pen.paint(part, *styles) for part in view.pen.wrap(message, room))


# -- what is known about it --------------------------------------------------------------------------------------------


def _details(view: _View, finding: Finding, gutter: str) -> Iterator[str]:
    """The owners with their chains, then what it does and what to do about it."""
    owners = finding.owners[: view.limit(MAX_OWNERS)]
    apart = view.clusters and len({owner.cluster for owner in finding.owners}) > 1
    why = f"gitops-lint why {_target(finding)}"
    chains = [chain(view.pen, owner, apart, view.limit(MAX_HOPS), _why(owner)) for owner in owners]
    named = [(title(owner.controller), rows) for owner, rows in zip(owners, chains, strict=True)]
    texts = {
        "others": f"{len(finding.owners) - len(owners)} more ({why})" if len(owners) < len(finding.owners) else None,
        "cluster": ", ".join(finding.clusters) if view.clusters and not apart else None,
        "changed": changed(finding) if finding.cause and finding.cause.gone else None,
        "effect": finding.effect,
        "help": finding.help,
        "fix": _offer(finding.repair) if finding.repair else None,
        "docs": f"gitops-lint explain {shlex.quote(finding.rule)}",
    }
    said = {label: text for label, text in texts.items() if text}
    return labelled(view.pen, gutter, named, said, view.width)


def _offer(repair: Repair) -> str:
    """What can be done without a human, and by which options."""
    return f"{repair.title} (--fix{'' if repair.safe else ' --unsafe-fixes'})"


def _consequences(view: _View, finding: Finding, gutter: str) -> Iterator[str]:
    """What vanishes with this finding: in numbers, and a line for each of the first ones."""
    folded = list(every(finding.folded))
    number = finding.consequences or (plural(len(folded), "more finding") if folded else "")
    if number:
        label = view.pen.bold("because of this:")
        yield f"{gutter} {view.pen.paint('=', BLUE)} {label} {view.pen.text(number)}"
    if not view.fold:
        return
    listed = sorted((one for one in folded if one.severity >= view.severity), key=lambda one: -one.severity)
    shown = listed[: view.limit(MAX_CONSEQUENCES)]
    entries = _briefs(view, shown, len(gutter) + 6)
    if len(shown) < len(listed):
        entries.append([view.pen.dim(f"… and {len(listed) - len(shown)} more (--no-fold)")])
    for entry in entries:
        branch, rail = ("└─ ", "   ") if entry is entries[-1] else ("├─ ", "│  ")
        yield f"{gutter}   {view.pen.dim(branch)}{entry[0]}"
        yield from (f"{gutter}   {view.pen.dim(rail)}{line}" for line in entry[1:])


def _briefs(view: _View, findings: Sequence[Finding], indent: int) -> list[list[str]]:
    """Each finding in a line; each below its place, and wrapped, where one of them does not fit."""
    places = [view.pen.text(str(one.mark.location) if one.mark else "(no file)") for one in findings]
    headings = [f"{view.pen.heading(one)}: " for one in findings]
    left = max(map(width, places), default=0) + 2
    rooms = (view.width - indent - left - width(heading) for heading in headings)
    beside = all(width(view.pen.text(one.message)) <= room for one, room in zip(findings, rooms, strict=True))
    briefs = []
    for one, at, heading in zip(findings, places, headings, strict=True):
        first, *others = view.pen.wrap(one.message, max(view.width - indent, NARROWEST), width(heading), hang=2)
        if beside:
            briefs.append([at + " " * (left - width(at)) + heading + view.pen.text(one.message)])
        else:
            briefs.append([at, heading + first, *others])
    return briefs


# -- the end -----------------------------------------------------------------------------------------------------------


def _hidden(view: _View, report: Report) -> list[Iterator[str]]:
    """What is not shown: for what is said of it, and because it was there before."""
    base = report.comparison
    known = [finding for finding in report.hidden if base and finding.hidden == base.reason]
    others = [finding for finding in report.hidden if finding not in known]
    named = (
        ("Suppressed", others),
        (f"Known in {base.base}" if base else "", [replace(one, hidden="") for one in known]),
    )
    return [_listed(view, heading, findings) for heading, findings in named if findings]


def _listed(view: _View, heading: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield view.pen.bold(f"{heading}:")
    for finding, lines in zip(findings, _briefs(view, findings, 2), strict=True):
        lines[-1] += view.pen.dim(f" {tags(finding.hidden or '')}".rstrip())
        yield from (f"  {line}" for line in lines)


def _skipped(view: _View, skipped: Sequence[Skipped]) -> Iterator[str]:
    if skipped:
        yield view.pen.bold("Not analysed:")
    for one in skipped:
        yield f"  {view.pen.text(str(one.location))}  {view.pen.dim(one.reason)}"


def _closing(view: _View, report: Report, listed: bool) -> Iterator[str]:
    """Notes, the summary, and the command that leads on."""
    notes = list(report.notes)
    if report.skipped and not listed:
        notes.append(f"{plural(len(report.skipped), 'place')} not analysed (--show-skipped)")
    for note in notes:
        first, *rest = view.pen.wrap(note, view.width, len("note: "), len("note: "))
        yield from (f"{view.pen.bold('note:')} {first}", *rest)
    shown = [finding for finding in report.findings if finding.severity >= view.severity]
    worst = max((finding.severity for finding in shown), default=None)
    tint = TINTS[worst] if worst else GREEN
    last = view.pen.wrap(summary(report, view.severity), view.width)
    yield from (view.pen.paint(line, BOLD, tint) for line in last)
    if shown:
        yield f"Next: {view.pen.bold(_next(shown[0]))}"


def _next(finding: Finding) -> str:
    if finding.owners and finding.object:
        return f"gitops-lint why {_target(finding)}"
    return f"gitops-lint explain {shlex.quote(finding.rule)}"


def _why(owner: Owner) -> str:
    """The command that shows the whole chain of an owner."""
    return f"gitops-lint why {_argument(owner.chain[-1].text)}" if owner.chain else ""


def _target(finding: Finding) -> str:
    """What a finding is about as an argument: its object, else its file."""
    return _argument(finding.object or (finding.mark.location.path if finding.mark else ""))


def _argument(words: str) -> str:
    """An object, or a file, as an argument: ``Deployment/web/api``; foreign, so quoted for the shell."""
    kind, _, name = words.rpartition(" ")
    return shlex.quote(f"{kind}/{name}" if kind else name)
