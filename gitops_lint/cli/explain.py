"""``gitops-lint explain RULE``: the page of a rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.world import wants_color
from gitops_lint.rule import HISTORY, Rule, UnknownRule, by_name, shipped

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print the page of a rule: its title, its levels, why it hurts, and its examples."""
    try:
        rules = by_name(shipped(), options.rule)
    except UnknownRule as error:
        raise UsageError(str(error.args[0])) from error
    for rule in rules:
        if wants_unicode():
            _print(rule, options)
        else:
            print(page_text(rule))
    return 0


def _print(rule: Rule, options: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(
        force_terminal=True if wants_color(options) else None,
        no_color=not wants_color(options),
        legacy_windows=False,
        emoji=False,
    )
    sys.stdout.flush()  # and written by us: rich ends the process where nobody reads any more
    with console.capture() as captured:
        console.print(Markdown(page_text(rule)))
    sys.stdout.write(captured.get())


def page_text(rule: Rule) -> str:
    """The page as Markdown: the law in words instead of front matter, then the page as it is."""
    levels = rule.law.severity
    said = ", ".join(f"{level} ({case})" for case, level in levels.items()) if isinstance(levels, dict) else levels
    facts = [f"- category: {rule.category}", f"- severity: {said}", f"- since: {rule.law.since}"]
    if rule.law.needs:
        facts.append(
            f"- runs only where the repository declares {'a matrix' if rule.law.needs == 'matrix' else 'environments'}"
        )
    if rule.law.profile == "strict":
        facts.append("- on in the profile strict only")
    silence = f"To silence one finding: `# gitops-lint: ignore[{rule.id}] reason`, on or above its line."
    if rule.category == HISTORY:
        silence = f"To silence one finding: `gitops-lint: ignore[{rule.id}] reason`, as a line of the commit's message."
    return "\n".join([f"# {rule.id}: {rule.law.title}", "", *facts, "", rule.body.strip(), "", silence])
