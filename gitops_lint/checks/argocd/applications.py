"""Applications and their environments: production is synced by hand, development by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    AUTOMATED,
    Confidence,
    Context,
    Environment,
    Fix,
    Hit,
    Put,
    Reach,
    Remove,
    check,
    dig,
    is_automated,
    is_rolling,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Reconciler, Spot, Subject

NAME = ("metadata", "name")


class Misfit(NamedTuple):
    """An Application whose sync policy is not that of its environment."""

    reconciler: Reconciler
    environment: Environment
    generated: bool


@check
def sync_policy_of_environment(context: Context) -> Iterator[Hit]:
    """Applications whose sync policy is not that of their environment; ``params.sync`` is the policy asked for.

    Those that one template generates are one hit: there is one place to mend. What reads the overlay of another
    environment than its own has another fault, and nobody knows which policy it is to have.
    """
    wanted = context.params["sync"]
    found: dict[tuple[Spot, str], list[Misfit]] = {}
    for reconciler in context.walked.reconcilers:
        subject = reconciler.subject
        if subject.ref.kind != "Application" or is_automated(subject.data) is (wanted == "auto"):
            continue
        environment = context.environment(reconciler)
        if environment is None or context.settings.environments[environment.name].sync != wanted:
            continue
        if context.environments.is_crossed(reconciler):
            continue
        makers = context.graph.makers(reconciler)
        if wanted == "auto" and any(is_rolling(maker.subject.data) for maker in makers):
            continue
        place = subject.locate(AUTOMATED if dig(subject.data, AUTOMATED) is not None else NAME)
        misfit = Misfit(reconciler, environment, bool(makers))
        found.setdefault((place, environment.name), []).append(misfit)
    for (spot, _), misfits in found.items():
        yield _hit(context, spot, misfits)


def _hit(context: Context, spot: Spot, misfits: list[Misfit]) -> Hit:
    (reconciler, environment, generated), *others = misfits
    subject = reconciler.subject
    who = f"{subject.ref} and {len(others)} more" if others else str(subject.ref)
    automated = is_automated(subject.data)
    if automated:
        message = f"{who} {'sync' if others else 'syncs'} by {'themselves' if others else 'itself'}, but"
        message += f" {environment.name} is to be synced by hand, after a look at the diff"
        effect = f"whatever lands on the branch goes to {environment.name} unseen, and a rollback is refused"
    else:
        message = f"{who} {'wait' if others else 'waits'} for somebody to sync, but"
        message += f" {environment.name} is to be synced automatically"
        effect = f"a change reaches {environment.name} only when somebody remembers to sync"
    reaches = [context.graph.reach(misfit.reconciler.node) for misfit in misfits]
    return Hit(
        message=message,
        at=spot,
        label=f"{environment.name}, by {environment.why}",
        subject=subject.ref,
        clusters=tuple(sorted({misfit.reconciler.cluster for misfit in misfits})),
        help=_advice(subject, automated, generated),
        fix=None if generated else _fix(subject, automated),
        effect=effect,
        confidence=Confidence.CERTAIN if any(m.environment.certain for m in misfits) else Confidence.POSSIBLE,
        reach=Reach.LIVE if Reach.LIVE in reaches else reaches[0],
    )


def _advice(subject: Subject, automated: bool, generated: bool) -> str:
    if automated:
        if generated:
            return "take automated out of the template, and give it to the other environments by templatePatch"
        return "remove syncPolicy.automated, or set enabled: false in it"
    if isinstance(dig(subject.data, AUTOMATED), dict):
        return "remove enabled: false from syncPolicy.automated"
    return "set syncPolicy.automated, be it to {}"


def _fix(subject: Subject, automated: bool) -> Fix:
    place = subject.locate(AUTOMATED)
    if automated:
        return Fix("remove syncPolicy.automated", (Remove(place),))
    if isinstance(dig(subject.data, AUTOMATED), dict):
        return Fix("set enabled: true", (Put(subject.locate((*AUTOMATED, "enabled")), True),))
    return Fix("set syncPolicy.automated to {}", (Put(place, {}),))
