"""``gitops-lint rules``: every rule, its level and its title."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from gitops_lint.rule import Rule, shipped

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """List the shipped rules by category; those of another profile than the default one say so."""
    if options.output_format == "json":
        print(json.dumps([_record(rule) for rule in shipped()], indent=2))
        return 0
    width = max(len(rule.id) for rule in shipped())
    for category, rules in groupby(shipped(), key=lambda rule: rule.category):
        print(f"{category}")
        for rule in rules:
            aside = "" if rule.law.profile == "default" else f"  ({rule.law.profile})"
            print(f"  {rule.id:<{width}}  {rule.worst.word:<7}  {rule.law.title}{aside}")
    return 0


def _record(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "category": rule.category,
        "title": rule.law.title,
        "severity": rule.law.severity,
        "needs": rule.law.needs,
        "profile": rule.law.profile,
        "since": rule.law.since,
    }
