"""A plan for ownership as Markdown, for the comment on a pull request: a table, and one small picture of the moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.output.gfm import code, fitting, length, quoted
from gitops_lint.output.gfm import escaped as _text
from gitops_lint.output.mermaid import escaped
from gitops_lint.output.text import plural
from gitops_lint.plan import STATEFUL, WORDS, Action, clusters, headline, named, route

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.plan import Impact, Step

MAX_NAMED = 5
"""The objects of a step that its row names."""
MAX_ROWS = 50
"""The steps of a cluster that are shown."""
MAX_LENGTH = 50_000
"""Characters of all tables: a comment holds 65,536, and a host refuses a longer one as a whole."""
MAX_TEXT = 1_000
"""Characters of the objects that hold data, and of what is substituted."""
MAX_ARROWS = 12
"""The arrows of the picture; a larger one is not read by anybody."""
_SIGNS = {
    Action.DELETES: "🔴",
    Action.FIGHTS: "🔴",
    Action.MOVES: "🟡",
    Action.ORPHANS: "🟡",
    Action.STALLS: "🟡",
    Action.SUBSTITUTES: "🔵",
    Action.CREATES: "🟢",
}


def render(impact: Impact, *, base: str) -> str:
    """The plan against the revision ``base``."""
    return "".join(f"{line}\n" for line in _lines(impact, base))


def _lines(impact: Impact, base: str) -> Iterator[str]:
    names = clusters(impact)
    yield f"### Impact: {headline(impact) or 'no cluster changes'}"
    yield ""
    yield f"Against {code(base)}, in {plural(len(names), 'cluster')}." if names else f"Against {code(base)}."
    yield ""
    room = MAX_LENGTH
    for name in names:
        steps = [step for step in impact.steps if step.cluster == name]
        yield f"#### Cluster {_text(name)}"
        yield ""
        yield from (f"{headline(impact, name)}.", "") if len(names) > 1 or not steps else ()
        table = list(_table(steps, room))
        room -= length(table)
        yield from table
    yield from _picture([step for step in impact.steps if step.action in (Action.MOVES, Action.FIGHTS)])
    yield from quoted(impact.notes)


def _table(steps: Sequence[Step], room: int) -> Iterator[str]:
    """The steps that find room, and how many do not."""
    if not steps:
        return
    rows = fitting([[_row(step)] for step in steps[:MAX_ROWS]], room)
    yield from ("| | what | objects | why |", "|---|---|---|---|", *rows)
    if len(rows) < len(steps):
        yield f"| | … | {len(steps) - len(rows)} more | |"
    yield ""


def _row(step: Step) -> str:
    what = f"**{WORDS[step.action].lower()}** {_text(route(step))}"
    return f"| {_SIGNS[step.action]} | {what} | {_objects(step)} | {_why(step)} |"


def _objects(step: Step) -> str:
    stateful = step.stateful if step.action in (Action.DELETES, Action.MOVES) else ()
    rest = [ref for ref in step.objects if ref not in stateful]
    first = [[f"**{_text(f'{ref}: {STATEFUL[ref[:2]]}')}**"] for ref in stateful]
    first += [[_text(detail)] for detail in step.details]
    parts = fitting(first, MAX_TEXT)
    if len(parts) < len(first):
        parts.append(f"… and {len(first) - len(parts)} more")
    return "<br>".join([*parts, *([_text(named(rest, MAX_NAMED))] if rest and not step.details else [])])


def _why(step: Step) -> str:
    warning = "⚠️ " if step.risky else ""
    place = f" <sub>{_text(str(step.at))}</sub>" if step.at else ""
    return f"{warning}{_text(step.why)}{place}"


def _picture(steps: Sequence[Step]) -> Iterator[str]:
    """Who hands what to whom: an arrow for each pair of reconcilers, named by their cluster where there are several."""
    arrows: dict[tuple[str, str, Action], int] = {}
    several = len({step.cluster for step in steps}) > 1
    for step in steps:
        old = step.before[0] if step.before else ""
        for new in step.after:
            if old and new != old:
                before = f"{step.cluster}: " if several else ""
                key = (f"{before}{old}", f"{before}{new}", step.action)
                arrows[key] = arrows.get(key, 0) + len(step.objects)
    if not arrows or len(arrows) > MAX_ARROWS:
        return
    numbers: dict[str, int] = {}
    for old, new, _ in arrows:
        numbers.setdefault(old, len(numbers))
        numbers.setdefault(new, len(numbers))
    yield "```mermaid"
    yield "flowchart LR"
    yield from (f'  n{number}["{escaped(name)}"]' for name, number in numbers.items())
    for (old, new, action), count in arrows.items():
        word, line = ("moves", "-->") if action is Action.MOVES else ("both apply", "<-.->")
        yield f'  n{numbers[old]} {line}|"{word} {plural(count, "object")}"| n{numbers[new]}'
    yield "```"
    yield ""
