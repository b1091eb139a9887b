"""The checks: one file a family of questions. A page in ``rules/`` names the function that it asks.

The list is explicit: importing this package makes every check known.
"""

from gitops_lint.checks import (
    applications,
    backends,
    bases,
    breaking,
    commits,
    compliance,
    dangling,
    double_owners,
    kustomizations,
    missing,
    ordering,
    orders,
    permissions,
    projects,
    promotion,
    reachability,
    references,
    reported,
    responsibility,
    secrets,
    trees,
    unlisted,
)

__all__ = [
    "applications",
    "backends",
    "bases",
    "breaking",
    "commits",
    "compliance",
    "dangling",
    "double_owners",
    "kustomizations",
    "missing",
    "ordering",
    "orders",
    "permissions",
    "projects",
    "promotion",
    "reachability",
    "references",
    "reported",
    "responsibility",
    "secrets",
    "trees",
    "unlisted",
]
