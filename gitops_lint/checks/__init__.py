"""The checks: one file a family of questions. A page in ``rules/`` names the function that it asks.

The list is explicit: importing this package makes every check known.
"""

from gitops_lint.checks import (
    applications,
    compliance,
    dangling,
    double_owners,
    missing,
    ordering,
    permissions,
    projects,
    reachability,
    reported,
    responsibility,
    secrets,
    trees,
)

__all__ = [
    "applications",
    "compliance",
    "dangling",
    "double_owners",
    "missing",
    "ordering",
    "permissions",
    "projects",
    "reachability",
    "reported",
    "responsibility",
    "secrets",
    "trees",
]
