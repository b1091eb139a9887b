"""``gitops-lint impact``: what a change does to each cluster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitops_lint.cli.base import find_base
from gitops_lint.cli.cached import recalled
from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.progress import progress
from gitops_lint.cli.world import columns, open_configured, wants_color
from gitops_lint.engine import analyse
from gitops_lint.impact import impact_of
from gitops_lint.output import plan, plan_json, plan_markdown

if TYPE_CHECKING:
    import argparse

    from gitops_lint.plan import Impact


def run(options: argparse.Namespace) -> int:
    """Print the plan; 1 where it deletes and that is asked for. Raises UsageError, Unreadable and ConfigError."""
    with progress(options):
        tree, settings = open_configured(options)
        head = analyse(tree, settings, like=recalled(options))
        base = find_base(options.path, options.base)
        before = base.tree(tree, settings[0].exclude if settings else ())
        impact = impact_of(analyse(before, settings, like=head.repo), head)
    sys.stdout.write(_rendered(impact, base.label, options))
    return 1 if options.fail_on_delete and any(step.risky for step in impact.steps) else 0


def _rendered(impact: Impact, base: str, options: argparse.Namespace) -> str:
    if options.output_format == "json":
        return plan_json.render(impact, base=base)
    if options.output_format == "markdown":
        return plan_markdown.render(impact, base=base)
    look = {"color": wants_color(options), "unicode": wants_unicode()}
    return plan.render(impact, base=base, columns=columns(), verbose=options.verbose, **look)
