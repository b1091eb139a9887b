"""A plan for ownership in plain words and values: what a change does to each cluster. A renderer needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import OPAQUE, RELEASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.location import Location
    from gitops_lint.model import Ref

STATEFUL = {
    ("", "Namespace"): "and all that is in it",
    ("", "PersistentVolume"): "holds data",
    ("", "PersistentVolumeClaim"): "holds data",
    ("apps", "StatefulSet"): "holds data",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "and every object of its kind",
    ("postgresql.cnpg.io", "Cluster"): "holds data",
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity"): "holds data",
    ("k8s.mariadb.com", "MariaDB"): "holds data",
    ("longhorn.io", "Volume"): "holds data",
    (OPAQUE, RELEASE): "and all that its chart installed",
}
"""What takes data, or much else, along when it goes."""


class Action(StrEnum):
    """What happens to objects, the gravest first."""

    DELETES = "deletes"
    FIGHTS = "gains a second owner"
    MOVES = "moves"
    ORPHANS = "orphans"
    STALLS = "stalls"
    SUBSTITUTES = "substitutes"
    CREATES = "creates"


class Step(NamedTuple):
    """What happens to some objects of one cluster, all in the same way."""

    action: Action
    cluster: str
    before: tuple[str, ...]
    """The reconcilers that applied them."""
    after: tuple[str, ...]
    """Those that apply them now."""
    why: str
    """Why it happens so, or what to beware of."""
    risky: bool
    """Whether something may be deleted on the way."""
    objects: tuple[Ref, ...]
    details: tuple[str, ...] = ()
    at: Location | None = None
    """Where the cause is seen, in the new world; None for what is seen only in the old one."""

    @property
    def stateful(self) -> tuple[Ref, ...]:
        """Those of the objects that take data, or much else, along when they go."""
        return tuple(ref for ref in self.objects if ref[:2] in STATEFUL)


@dataclass(frozen=True, slots=True)
class Impact:
    """All that a change does, by cluster; ``changed`` counts the objects that keep their owners and change."""

    steps: tuple[Step, ...]
    changed: dict[str, int]
    notes: tuple[str, ...] = ()

    def of(self, action: Action) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.action is action)


WORDS = {
    Action.DELETES: "DELETES",
    Action.FIGHTS: "SECOND OWNER",
    Action.MOVES: "MOVES",
    Action.ORPHANS: "ORPHANS",
    Action.STALLS: "STALLS",
    Action.SUBSTITUTES: "SUBSTITUTES",
    Action.CREATES: "CREATES",
}
"""What happens, in capitals."""


def clusters(impact: Impact) -> list[str]:
    """The clusters that change, by name."""
    return sorted({step.cluster for step in impact.steps} | set(impact.changed))


def headline(impact: Impact, cluster: str | None = None) -> str:
    """What happens to a cluster, or to all, in numbers: ``3 deleted (1 stateful), 2 moved, 5 changed``."""
    counts = []
    for action, word in (
        (Action.DELETES, "deleted"),
        (Action.FIGHTS, "with a second owner"),
        (Action.MOVES, "moved"),
        (Action.ORPHANS, "orphaned"),
        (Action.STALLS, "stalled"),
        (Action.SUBSTITUTES, "newly substituted"),
        (Action.CREATES, "created"),
    ):
        steps = [step for step in impact.of(action) if cluster in (None, step.cluster)]
        number = sum(len(step.objects) for step in steps)
        stateful = sum(len(step.stateful) for step in steps if step.risky)
        aside = f" ({stateful} stateful)" if stateful else ""
        counts += [f"{number} {word}{aside}"] if number else []
    changed = sum(number for name, number in impact.changed.items() if cluster in (None, name))
    return ", ".join([*counts, *([f"{changed} changed"] if changed else [])])


def named(refs: Sequence[Ref], limit: int | None) -> str:
    """Objects in a row, the first of them by name."""
    shown = [str(ref) for ref in refs[:limit]]
    more = [f"{len(refs) - len(shown)} more"] if len(refs) > len(shown) else []
    words = [*shown, *more]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def route(step: Step) -> str:
    """From whom to whom."""
    before, after = " and ".join(step.before), " and ".join(step.after)
    if step.action is Action.FIGHTS:
        return f"{before} and now {', '.join(name for name in step.after if name not in step.before)}"
    if step.action is Action.MOVES:
        return f"{before} → {after}"
    return f"by {before or after}"
