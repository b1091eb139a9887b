"""A plan for ownership as Markdown, for the comment on a pull request: a table, and one small picture of the moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.output.gfm import escaped as _text
from gitops_lint.output.mermaid import escaped
from gitops_lint.output.text import clean
from gitops_lint.plan import STATEFUL, WORDS, Action, clusters, headline, named, route

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.plan import Impact, Step

MAX_NAMED = 5
"""The objects of a step that its row names."""
MAX_ROWS = 50
"""The steps of a cluster that are shown: a comment holds 65,536 characters."""
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
    if not names:
        yield f"No cluster changes against `{clean(base).replace('`', '')}`."
        return
    for name in names:
        steps = [step for step in impact.steps if step.cluster == name]
        yield f"### Cluster {_text(name)}"
        yield ""
        yield f"{headline(impact, name)}."
        yield ""
        yield from _table(steps)
    yield from _picture([step for step in impact.steps if step.action in (Action.MOVES, Action.FIGHTS)])
    for note in impact.notes:
        yield f"> {_text(note)}"


def _table(steps: Sequence[Step]) -> Iterator[str]:
    if not steps:
        return
    yield "| | what | objects | why |"
    yield "|---|---|---|---|"
    for step in steps[:MAX_ROWS]:
        what = f"**{WORDS[step.action].lower()}** {_text(route(step))}"
        yield f"| {_SIGNS[step.action]} | {what} | {_objects(step)} | {_why(step)} |"
    if len(steps) > MAX_ROWS:
        yield f"| | … | {len(steps) - MAX_ROWS} more | |"
    yield ""


def _objects(step: Step) -> str:
    stateful = step.stateful if step.action in (Action.DELETES, Action.MOVES) else ()
    rest = [ref for ref in step.objects if ref not in stateful]
    parts = [f"**{_text(f'{ref}: {STATEFUL[ref[:2]]}')}**" for ref in stateful]
    parts += [_text(detail) for detail in step.details] or ([_text(named(rest, MAX_NAMED))] if rest else [])
    return "<br>".join(parts)


def _why(step: Step) -> str:
    warning = "⚠️ " if step.risky else ""
    place = f" <sub>{_text(str(step.at))}</sub>" if step.at else ""
    return f"{warning}{_text(step.why)}{place}"


def _picture(steps: Sequence[Step]) -> Iterator[str]:
    """Who hands what to whom: an arrow for each pair of reconcilers."""
    arrows: dict[tuple[str, str, Action], int] = {}
    for step in steps:
        old = step.before[0] if step.before else ""
        for new in step.after:
            if old and new != old:
                key = (f"{step.cluster}: {old}", f"{step.cluster}: {new}", step.action)
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
        word = "moves" if action is Action.MOVES else "also owns"
        yield f'  n{numbers[old]} {"-->" if action is Action.MOVES else "<-.->"}|"{word} {count}"| n{numbers[new]}'
    yield "```"
    yield ""
