"""``gitops-lint matrix``: the responsibility matrix against what is applied."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.world import check_cluster, is_empty, open_world, say, say_empty, wants_color
from gitops_lint.context import Context
from gitops_lint.model import Controller, Reach
from gitops_lint.output.text import Pen

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from gitops_lint.engine import World
    from gitops_lint.matrix import Component
    from gitops_lint.model import Ref


WIDE = 250
"""Columns of a table that nobody's terminal shows."""


class Line(NamedTuple):
    """A line of the table."""

    component: str
    wanted: str
    applied: str
    verdict: str


def run(options: argparse.Namespace) -> int:
    """Print the matrix with a verdict for each component; without a law, the observed owners."""
    world = open_world(options)
    if is_empty(world):
        return say_empty(options)
    check_cluster(world, options.cluster)
    say(world.config.law)
    if world.config.matrix is None:
        _print(
            ("tree or namespace", "is applied by"),
            [(name, _names(who)) for name, who in world.graph.observed(options.cluster)],
            options,
        )
        return 0
    lines = list(verdicts(world, options.cluster))
    _print(("component", "should be owned by", "is applied by", "verdict"), lines, options)
    return 0


def verdicts(world: World, cluster: str | None) -> Iterator[Line]:
    """A line for each component: rows whole, or their members."""
    assert world.config.matrix is not None
    applied = _applied(world, cluster)
    for component in world.config.matrix.components:
        owners = applied.get(component.name, {})
        if component.required or owners or component.owner is Controller.MANUAL:
            yield Line(_name(component), component.owner.label, _owners(owners), _verdict(component, owners))


def _name(component: Component) -> str:
    return component.name if component.name == component.row else f"{component.row} / {component.name}"


def _applied(world: World, cluster: str | None) -> dict[str, dict[Controller, set[str]]]:
    """Component -> controller -> reconcilers, live ones only."""
    known = (world.repo, world.walked, world.graph, world.installation, world.environments)
    context = Context(*known, world.config.settings, world.config.matrix)
    table: dict[str, dict[Controller, set[str]]] = {}
    for (where, _), owners in world.graph.objects.items():
        for owner in owners:
            match = context.component(owner) if cluster in (None, where) and owner.reach is Reach.LIVE else None
            if match is not None:
                by_controller = table.setdefault(match.component.name, {})
                by_controller.setdefault(owner.controller, set()).add(_short(owner.reconciler.subject.ref))
    return table


def _short(ref: Ref) -> str:
    return f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name


def _owners(owners: dict[Controller, set[str]]) -> str:
    return "; ".join(f"{controller.label}: {_shown(names)}" for controller, names in sorted(owners.items())) or "nobody"


def _shown(names: Iterable[str], most: int = 2) -> str:
    listed = sorted(names)
    return ", ".join(listed[:most]) + (f", {len(listed) - most} more" if len(listed) > most else "")


def _names(controllers: Iterable[Controller]) -> str:
    return " and ".join(sorted(controller.label for controller in controllers))


def _verdict(component: Component, owners: dict[Controller, set[str]]) -> str:
    if component.owner is Controller.MANUAL:
        return "in GitOps, but must not be" if owners else "ok"
    if not owners:
        return "planned" if component.planned else "missing"
    if set(owners) == {component.owner}:
        return "ok"
    return "two owners" if component.owner in owners else "wrong owner"


def _print(headings: tuple[str, ...], lines: Iterable[Iterable[str]], options: argparse.Namespace) -> None:
    color = wants_color(options)
    console = Console(force_terminal=color, no_color=not color, highlight=False, emoji=False, width=_width())
    table = Table(box=box.SIMPLE_HEAD if wants_unicode() else box.ASCII, pad_edge=False)
    pen = Pen(color, wants_unicode())
    for heading in headings:
        table.add_column(heading)
    for line in lines:
        table.add_row(*(_tinted(pen.text(cell)) for cell in line))
    sys.stdout.flush()  # and written by us: rich ends the process where nobody reads any more
    with console.capture() as captured:
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().rstrip().splitlines()))


def _width() -> int | None:
    """No limit where no terminal is: a table that is cut in a log is of no use."""
    return None if sys.stdout.isatty() else WIDE


def _tinted(cell: str) -> Text:
    style = {"ok": "green", "missing": "yellow", "planned": "cyan"}.get(cell, "")
    bad = cell in ("two owners", "wrong owner", "in GitOps, but must not be")
    return Text(cell, style="red" if bad else style)
