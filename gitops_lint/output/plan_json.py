"""A plan for ownership for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.output.text import dump

if TYPE_CHECKING:
    from gitops_lint.model import Ref
    from gitops_lint.plan import Impact, Step

VERSION = 1
"""The version of the format: it grows when a key changes its meaning or goes, not when one is added."""


def render(impact: Impact, *, base: str) -> str:
    """The whole plan as one JSON object."""
    return dump(
        {
            "version": VERSION,
            "base": base,
            "steps": [_step(step) for step in impact.steps],
            "changed": dict(sorted(impact.changed.items())),
            "notes": list(impact.notes),
        },
        indent=2,
    )


def _step(step: Step) -> dict[str, object]:
    return {
        "action": step.action.name.lower(),
        "cluster": step.cluster,
        "before": list(step.before),
        "after": list(step.after),
        "why": step.why or None,
        "risky": step.risky,
        "objects": [_object(ref) for ref in step.objects],
        "stateful": [_object(ref) for ref in step.stateful],
        "details": list(step.details),
        "path": step.at.path if step.at else None,
        "line": step.at.line if step.at else None,
    }


def _object(ref: Ref) -> dict[str, str]:
    return {"group": ref.group, "kind": ref.kind, "namespace": ref.namespace, "name": ref.name}
