"""``gitops-lint impact``: what a change does to each cluster."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gitops_lint import revisions
from gitops_lint.cli import UsageError
from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.progress import progress
from gitops_lint.cli.world import open_configured, wants_color
from gitops_lint.engine import analyse
from gitops_lint.git import Git, Refused
from gitops_lint.impact import impact_of
from gitops_lint.output import plan, plan_json, plan_markdown
from gitops_lint.tree import GitTree

if TYPE_CHECKING:
    import argparse

    from gitops_lint.plan import Impact


def run(options: argparse.Namespace) -> int:
    """Print the plan; 1 where it deletes and that is asked for. Raises UsageError, Unreadable and ConfigError."""
    with progress(options):
        tree, settings = open_configured(options)
        head = analyse(tree, settings)
        try:
            git = Git(Path(options.path))
            commit, name = revisions.base_of(git, options.base)
            before = GitTree(git, commit, beside=tree, exclude=settings[0].exclude if settings else ())
        except revisions.UnknownRevision as error:
            raise UsageError(f"git knows no commit {str(error)!r} here: a shallow clone, perhaps, or a typo") from error
        except Refused as refusal:
            raise UsageError(f"the history of {options.path} cannot be read: {refusal}") from refusal
        impact = impact_of(analyse(before, settings, like=head), head)
    sys.stdout.write(_rendered(impact, f"{name} ({commit[:10]})", options))
    return 1 if options.fail_on_delete and any(step.risky for step in impact.steps) else 0


def _rendered(impact: Impact, base: str, options: argparse.Namespace) -> str:
    if options.output_format == "json":
        return plan_json.render(impact, base=base)
    if options.output_format == "markdown":
        return plan_markdown.render(impact, base=base)
    columns = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 120
    look = {"color": wants_color(options), "unicode": wants_unicode()}
    return plan.render(impact, base=base, columns=columns, verbose=options.verbose, **look)
