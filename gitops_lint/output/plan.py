"""A plan for ownership at a terminal: for each cluster the gravest first, and what holds data by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.output.text import BLUE, BOLD, CYAN, GREEN, RED, YELLOW, Pen, plural
from gitops_lint.plan import STATEFUL, WORDS, Action, clusters, headline, named, route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.plan import Impact, Step

MAX_NAMED = 6
"""The objects of a step that are named, besides those that hold data, which all are."""
_TINTS = {
    Action.DELETES: RED,
    Action.FIGHTS: RED,
    Action.MOVES: YELLOW,
    Action.ORPHANS: YELLOW,
    Action.STALLS: YELLOW,
    Action.SUBSTITUTES: CYAN,
    Action.CREATES: GREEN,
}
_INDENT = 2


def render(impact: Impact, *, base: str, color: bool, unicode: bool, columns: int = 120, verbose: bool = False) -> str:
    """The plan against the revision ``base``, as text; with ``verbose`` every object by its name."""
    pen = Pen(color, unicode)
    names = clusters(impact)
    verdict = f"Against {pen.text(base)}: {headline(impact)} in {plural(len(names), 'cluster')}."
    if not names:
        verdict = pen.paint(f"No cluster changes against {pen.text(base)}.", BOLD, GREEN)
    blocks = [[verdict], *(list(_cluster(pen, name, impact, columns, verbose)) for name in names)]
    notes = [line for note in impact.notes for line in _note(pen, note, columns)]
    return "\n".join(f"{text}\n" for text in map("\n".join, [*blocks, notes]) if text)


def _note(pen: Pen, note: str, columns: int) -> Iterator[str]:
    first, *rest = pen.wrap(note, columns, len("note: "), len("note: "))
    yield from (f"{pen.bold('note:')} {first}", *rest)


def _cluster(pen: Pen, name: str, impact: Impact, columns: int, verbose: bool) -> Iterator[str]:
    yield f"cluster {pen.bold(name)}: {headline(impact, name)}"
    for step in impact.steps:
        if step.cluster == name:
            yield ""
            yield from _step(pen, step, columns, verbose)


def _step(pen: Pen, step: Step, columns: int, verbose: bool) -> Iterator[str]:
    head = f"{pen.paint(WORDS[step.action], BOLD, _TINTS[step.action])} {plural(len(step.objects), 'object')}"
    yield f"{' ' * _INDENT}{head}  {pen.dim(route(step))}"
    indent = " " * (2 * _INDENT)
    room = columns - len(indent)
    stateful = step.stateful if step.action in (Action.DELETES, Action.MOVES) else ()
    for ref in stateful:
        yield f"{indent}{pen.paint(pen.text(f'{ref}: {STATEFUL[ref[:2]]}'), BOLD, RED)}"
    rest = [ref for ref in step.objects if ref not in stateful]
    if rest and not step.details:
        yield from _lines(pen, indent, named(rest, None if verbose else MAX_NAMED), room)
    for detail in step.details[: None if verbose else MAX_NAMED]:
        yield from _lines(pen, indent, detail, room)
    if step.why:
        sign = pen.paint("!" if step.risky else "=", BOLD, RED if step.risky else BLUE)
        first, *others = pen.wrap(step.why, room - 2)
        yield f"{indent}{sign} {first}"
        yield from (f"{indent}  {line}" for line in others)
    if step.at is not None:
        yield f"{indent}{pen.paint('-->', BLUE)} {pen.text(str(step.at))}"


def _lines(pen: Pen, indent: str, text: str, room: int) -> Iterator[str]:
    yield from (f"{indent}{line}" for line in pen.wrap(text, room))
