"""What the formats share: foreign text made harmless, a run in words, and how a terminal is written to.

The only module of this folder that the others know. Colour is plain ANSI text, no library.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.finding import Severity, every
from gitops_lint.model import Controller, Reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitops_lint.finding import Comparison, Finding, Owner, Report
    from gitops_lint.location import Location

_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that steer a terminal, reorder a line, break it, or cannot be encoded."""
_JOINERS = "\u200c\u200d"
"""Format characters without which emoji and some scripts fall apart; they steer nothing."""
_RUNNER_COMMAND = re.compile(r"(?<!\S)::(?=\w)|(?<=##)\[")
"""What the Actions runner obeys in a log: ``::name`` where a line begins or may be wrapped; ``##[name]``."""
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def visible(text: str) -> Iterator[str]:
    """For each character what may be printed in its place: itself, or its escape as Python writes it."""
    commands = {match.start() for match in _RUNNER_COMMAND.finditer(text)}
    for index, character in enumerate(text):
        if index in commands:
            yield f"\\{character}"
        elif unicodedata.category(character) in _UNSAFE and character not in _JOINERS:
            yield character.encode("unicode_escape").decode("ascii")
        else:
            yield character


def clean(text: str) -> str:
    """The text on one line, safe for a terminal and a log: controls, bidi marks, newlines become escapes."""
    return text if text.isprintable() and not _RUNNER_COMMAND.search(text) else "".join(visible(text))


def width(text: str) -> int:
    """How many columns of a terminal a clean text fills (Unicode Standard Annex 11); colour fills none."""
    text = _COLOR.sub("", text) if "\x1b" in text else text
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def place(location: Location) -> str:
    """``path:line:column``, which terminals and editors open; the root of the tree is a dot."""
    span = location.span
    return f"{location.path or '.'}:{span.line}:{span.column}" if span else location.path or "."


# -- a run in words ----------------------------------------------------------------------------------------------------


def plural(number: int, noun: str) -> str:
    """A number with its noun: ``1 error``, ``3 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def title(controller: str) -> str:
    """The name of a controller as its users write it; an unknown one as it came."""
    return Controller(controller).label if controller in tuple(Controller) else controller


def dump(value: object, *, indent: int | None = None) -> str:
    """JSON that loses nothing and yet is printable ASCII, so that no terminal or log obeys what a name contains.

    With an ``indent`` it is readable, and takes ten times as long.
    """
    return json.dumps(value, indent=indent).replace("##[", "##\\u005b") + "\n"


def summary(report: Report, threshold: Severity) -> str:
    """The last line of a run: what was found, what of it is not shown, and how much was looked at."""
    counts = report.counts
    sizes: tuple[tuple[int, str], ...]
    sizes = ((counts.files, "file"), (counts.objects, "object"), (counts.reconcilers, "reconciler"))
    if counts.commits is not None:
        sizes = ((counts.commits, "commit"),)
    looked = ", ".join(plural(number, noun) for number, noun in sizes)
    tally = Counter(finding.severity for finding in report.findings)
    levels = [level for level in reversed(Severity) if tally[level]]
    new = "new " if report.comparison else ""
    found = ", ".join(plural(tally[level], f"{new}{level.word}") for level in levels if level >= threshold)
    consequences = sum(1 for _ in every(report.findings)) - len(report.findings)
    aside = [plural(consequences, "consequence")] if consequences else []
    known = report.comparison.known if report.comparison else 0
    aside += [f"{len(report.hidden) - known} suppressed"] if len(report.hidden) > known else []
    aside += [f"{plural(tally[level], level.word)} not shown" for level in levels if level < threshold]
    elsewhere = sum(1 for finding in report.elsewhere if finding.severity >= threshold)
    aside += [f"{elsewhere} elsewhere"] if elsewhere else []
    brackets = f" ({', '.join(aside)})" if aside else ""
    told = f"Found {found}{brackets} in {looked}." if found else f"No {new}findings{brackets}: looked at {looked}."
    return f"{told}{_compared(report.comparison)}"


def _compared(comparison: Comparison | None) -> str:
    """What a comparison leaves out: `` 12 known in main, 3 repaired since.``."""
    if comparison is None:
        return ""
    fixed = f", {comparison.fixed} repaired since" if comparison.fixed else ""
    return f" {comparison.known} known in {clean(comparison.base)}{fixed}."


def changed(finding: Finding) -> str | None:
    """What a change did that brought a finding about; None where it stands itself on a changed line."""
    cause = finding.cause
    return f"{cause.location} {cause.message}".rstrip() if cause else None


def with_causes(findings: Iterable[Finding], cause: Finding | None = None) -> Iterator[tuple[Finding, Finding | None]]:
    """The findings, each followed by its consequences, and with each the finding that it comes of."""
    for finding in findings:
        yield finding, cause
        yield from with_causes(finding.folded, cause or finding)


def because(cause: Finding) -> str:
    """A finding as the cause of another one: ``argocd-path-not-found at argocd-apps/shop.yaml:13``."""
    return f"{cause.rule} at {cause.mark.location}" if cause.mark else cause.rule


# -- a terminal --------------------------------------------------------------------------------------------------------

BOLD, DIM, RED, GREEN, YELLOW, BLUE, CYAN = "1", "2", "31", "32", "33", "34", "36"
"""Parameters of SGR (ECMA-48), the escape sequence that colours text."""
TINTS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: CYAN}
"""The colour of each severity."""
TAB = " " * 4
"""What a tab is shown as."""
NARROWEST = 40
"""Columns below which no layout holds; a narrower terminal wraps the lines itself."""
_ASCII = str.maketrans({"…": "...", "→": "->", "├": "|", "└": "\\", "│": "|", "─": "-", "–": "-", "—": "-"})


class Pen(NamedTuple):
    """How this terminal is written to: with or without colour, beyond ASCII or not."""

    color: bool
    unicode: bool

    def text(self, text: str) -> str:
        """The text made safe by `clean`, and in ASCII where the terminal knows nothing else."""
        text = clean(text)
        if self.unicode or text.isascii():
            return text
        return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def paint(self, text: str, *styles: str) -> str:
        """A text that is safe already, in colour."""
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m" if self.color and text else text

    def bold(self, text: str) -> str:
        """A foreign text in bold."""
        return self.paint(self.text(text), BOLD)

    def dim(self, text: str) -> str:
        """A foreign text in the background."""
        return self.paint(self.text(text), DIM)

    def wrap(self, text: str, room: int, start: int = 0, hang: int = 0) -> list[str]:
        """The text in lines of whole words, one at least; ``start`` columns of the first are taken."""
        text = self.text(text)
        if start + len(text) <= room and text and not text.endswith(" "):  # as most texts are
            return [text]
        wrapper = textwrap.TextWrapper(room, " " * start, " " * hang, break_long_words=False)
        wrapper.break_on_hyphens = False
        lines = wrapper.wrap(text) or [" " * start]
        return [lines[0][start:], *lines[1:]]

    def heading(self, finding: Finding) -> str:
        """The severity and the rule, the same in every line about a finding: ``error[some-rule]``."""
        text = f"{finding.severity.word}[{self.text(finding.rule)}]"
        return self.paint(text, BOLD, TINTS[finding.severity])

    def cut(self, line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
        """A line of a file in at most ``room`` columns around its characters from ``start`` to ``end``.

        Returns what to print, and where in it, in columns, these characters begin and how wide they are.
        """
        low = max(0, start - room)
        cells = self._cells(line[low : start + room])
        widths = [width(cell) for cell in cells]
        if low == 0 and len(cells) == len(line) and sum(widths) <= room:
            first, last = 0, len(cells)
        else:
            first, last = _window(widths, start - low, end - low, room - 2 * width(self.text("…")))
        before = self.text("…") if low + first > 0 else ""
        after = self.text("…") if low + last < len(line) else ""
        at = start - low
        offset = width(before) + sum(widths[first:at])
        length = sum(widths[at : min(end - low, last)])
        return before + "".join(cells[first:last]) + after, offset, max(1, length)

    def _cells(self, text: str) -> Sequence[str]:
        """What is printed for each character."""
        if text.isascii() and clean(text) == text:
            return text  # as most lines are: each stands for itself
        return [TAB if cell == "\\t" else self.text(cell) for cell in visible(text)]


def _window(widths: list[int], start: int, end: int, room: int) -> tuple[int, int]:
    """The cells shown of a line that is too long: from its beginning, or from a third before the span."""
    first = 0
    if sum(widths[:start]) + min(sum(widths[start:end]), room // 2) > room:
        first = start
        while first > 0 and sum(widths[first - 1 : start]) <= room // 3:
            first -= 1
    last = first
    while last < len(widths) and sum(widths[first : last + 1]) <= room:
        last += 1
    return first, last


class Row(NamedTuple):
    """A line of a tree, safe to print: its branch, file and line, what stands there, and an aside."""

    branch: str
    place: str
    text: str = ""
    aside: str = ""

    @property
    def lead(self) -> int:
        """The columns of the branch and the place."""
        return width(self.branch + self.place)


def chain(pen: Pen, owner: Owner, name_cluster: bool, limit: int | None = None, more: str = "") -> list[Row]:
    """The hops from the root to the object as a tree, a row a hop; for an owner without any, its name.

    With a ``limit`` a longer chain loses its middle; ``more`` is the command that shows it.
    """
    reach = "" if owner.reach == Reach.LIVE else owner.reach
    tag = tags(f"cluster {owner.cluster}" if name_cluster else "", reach)
    if not owner.chain:
        return [Row("", pen.text(f"{owner.reconciler}  {tag}".rstrip()))]
    hops = [(str(step.location), step.text, step.field) for step in owner.chain]
    if limit is not None and len(hops) > limit:
        left_out = len(hops) - limit + 1
        hops[limit // 2 : limit // 2 + left_out] = [(f"… {left_out} more ({more})", "", "")]
    branches = ["", *("   " * depth + "└─ " for depth in range(len(hops) - 1))]
    asides = [(field, "" if depth else tag) for depth, (_, _, field) in enumerate(hops)]
    return [
        Row(pen.text(branch), pen.text(at), pen.text(text), pen.text("  ".join(filter(None, aside))))
        for branch, (at, text, _), aside in zip(branches, hops, asides, strict=True)
    ]


def tags(*words: str) -> str:
    """What is to be known on the side, in brackets; words may be empty, and then so may be all of it."""
    return f"[{', '.join(filter(None, words))}]" if any(words) else ""


def trees(pen: Pen, chains: Sequence[Sequence[Row]], room: int) -> list[list[str]]:
    """The lines of trees: in common columns if these fit into ``room``, else each object below its place."""
    full = [row for chain in chains for row in chain if row.text]
    places = max((row.lead for row in full), default=0) + 2
    texts = max((width(row.text) for row in full if row.aside), default=0) + 2
    if all(places + (texts + width(row.aside) if row.aside else width(row.text)) <= room for row in full):
        return [[_in_columns(pen, row, places, texts) for row in chain] for chain in chains]
    stacked = (((row, row is chain[-1]) for row in chain) for chain in chains)
    return [[line for row, last in chain for line in _stacked(pen, row, last, room)] for chain in stacked]


def _in_columns(pen: Pen, row: Row, places: int, texts: int) -> str:
    text = row.text + " " * (texts - width(row.text)) if row.aside else row.text
    space = " " * (places - row.lead) if text else ""
    return pen.paint(row.branch, DIM) + row.place + space + text + pen.paint(row.aside, DIM)


def _stacked(pen: Pen, row: Row, last: bool, room: int) -> Iterator[str]:
    yield pen.paint(row.branch, DIM) + row.place
    rail = " " * width(row.branch) + pen.text("   " if last else "│  ")
    aside = pen.paint(row.aside, DIM)
    if row.text and row.aside and width(rail + row.text) + 2 + width(row.aside) <= room:
        yield f"{pen.paint(rail, DIM)}{row.text}  {aside}"
    else:
        yield from (pen.paint(rail, DIM) + part for part in (row.text, aside) if part)


def labelled(
    pen: Pen, gutter: str, owners: Sequence[tuple[str, list[Row]]], texts: Mapping[str, str], columns: int
) -> Iterator[str]:
    """Chains and texts as ``= label: …`` in as many columns, aligned behind the longest label."""
    names = [pen.text(name) for name, _ in owners]
    labels = max(map(width, (*names, *texts)), default=0) + len(": ")
    indent = " " * (len(gutter) + len(" = ") + labels)
    room = max(columns - len(indent), NARROWEST // 2)
    wrapped = [(label, pen.wrap(text, room)) for label, text in texts.items()]
    for label, lines in (*zip(names, trees(pen, [rows for _, rows in owners], room), strict=True), *wrapped):
        start = f"{gutter} {pen.paint('=', BLUE)} {pen.bold(f'{label}:')}"
        yield f"{start}{' ' * (labels - width(label) - 1)}{lines[0]}"
        yield from (indent + line for line in lines[1:])
