"""Pages that ask by an expression: the check behind every page in CEL."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    Context,
    Fix,
    Hit,
    Policy,
    Put,
    Reach,
    Remove,
    Traits,
    Unanswered,
    check,
    describe,
    dig,
    traits_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.context import Change, Ownership, Reconciler, Ref, Subject


class Asked(NamedTuple):
    """An object that the expression is asked of, and what stands around it."""

    subject: Subject
    traits: Traits
    cluster: str
    reach: Reach
    owners: tuple[Ownership, ...] = ()
    """Who applies it; empty for a root, and where objects are asked of as they are written."""
    reconciler: Reconciler | None = None
    """Who tells its environment: a root, itself."""


def _environment(asked: Asked, context: Context) -> str:
    environment = context.environment(asked.reconciler) if asked.reconciler else None
    return environment.name if environment else ""


def _component(asked: Asked, context: Context) -> str:
    match = context.component(asked.owners[0]) if asked.owners else None
    return match.component.name if match else ""


def _owners(asked: Asked, _: Context) -> list[dict[str, str]]:
    return [_owner(owner.controller.value, owner.reconciler.subject.ref) for owner in asked.owners]


def _owner(controller: str, ref: Ref) -> dict[str, str]:
    return {"controller": controller, "kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


ANSWERS: dict[str, Callable[[Asked, Context], object]] = {
    "object": lambda asked, _: asked.subject.data,
    "params": lambda _, context: dict(context.params),
    "path": lambda asked, _: asked.traits.path,
    "cluster": lambda asked, _: asked.cluster,
    "environment": _environment,
    "owners": _owners,
    "component": _component,
}
"""What each variable of an expression is; found out only for an expression that speaks of it."""


@check
def compliance(context: Context) -> Iterator[Hit]:
    """Objects for which the expression of the page is not true."""
    policy = context.policy
    if policy is None:
        return
    every = _written(context, policy) if policy.on == "written" else _built(context, policy)
    found = [asked for asked in every if policy.is_for(asked.traits) and not _complies(policy, asked, context)]
    if not policy.together:
        yield from (_hit(policy, [asked]) for asked in found)
        return
    groups: dict[tuple[str, Reach], list[Asked]] = {}
    for asked in found:
        groups.setdefault((asked.cluster, asked.reach), []).append(asked)
    for group in groups.values():
        yield _hit(policy, sorted(group, key=lambda asked: asked.subject.locate(policy.at).location))


def _hit(policy: Policy, found: Sequence[Asked]) -> Hit:
    """One hit for an object, or for several of one cluster: the first one speaks for them."""
    first, *others = found
    more = f" and {len(others)} more" if others else ""
    return Hit(
        message=policy.message.replace("{object}", f"{first.subject.ref}{more}"),
        at=first.subject.locate(policy.at),
        subject=first.subject.ref,
        clusters=(first.cluster,) if first.cluster else (),
        related=tuple((asked.subject.locate(policy.at), str(asked.subject.ref)) for asked in others),
        reach=first.reach,
        fix=_fix(policy, first.subject) if not others else None,
    )


def _fix(policy: Policy, subject: Subject) -> Fix | None:
    """What the page proposes to do about an object, as far as there is anything to do."""
    gone = [route for route in policy.remove if dig(subject.data, route) is not None]
    new = [(route, value) for route, value in policy.put if dig(subject.data, route) != value]
    changes: tuple[Change, ...] = (
        *(Remove(subject.locate(r)) for r in gone),
        *(Put(subject.locate(r), value) for r, value in new),
    )
    words = [f"remove {describe(route)}" for route in gone] + [f"set {describe(r)}" for r, _ in new]
    return Fix(" and ".join(words), tuple(changes)) if changes else None


def _complies(policy: Policy, asked: Asked, context: Context) -> bool:
    try:
        return policy.expression.holds({name: ANSWERS[name](asked, context) for name in policy.variables})
    except Unanswered as error:
        if policy.ships:
            return True
        error.about = f" for {asked.subject.ref} ({asked.subject.locate(()).location})"
        raise


def _built(context: Context, policy: Policy) -> Iterator[Asked]:
    """Every object as it is applied to every cluster, once, however many apply it; and the roots, which nobody does.

    What the page cannot be for, by its kind, is left out before anything is asked about it.
    """
    kinds = policy.kinds(context.graph.kinds)
    for (cluster, ref), owners in context.graph.objects.items():
        if ref.kind in kinds:
            first = owners[0]
            traits = traits_of(first.built, cluster)
            if ref.group != OPAQUE or traits.chart:
                yield Asked(first.built, traits, cluster, first.reach, owners, first.reconciler)
    for reconciler in context.walked.reconcilers:
        node = reconciler.node
        if node[1].kind in kinds and not context.graph.owners(node):
            asked = _alone(reconciler.subject, reconciler.cluster, context.graph.reach(node))
            yield asked._replace(reconciler=reconciler)


def _alone(subject: Subject, cluster: str, reach: Reach) -> Asked:
    """An object that nobody applies, as far as anybody knows."""
    path, ref = subject.locate(()).path, subject.ref
    traits = Traits(path=path, kind=ref.kind, name=ref.name, namespace=ref.namespace, cluster=cluster)
    return Asked(subject, traits, cluster, reach)


def _written(context: Context, policy: Policy) -> Iterator[Asked]:
    """Every manifest as it stands in its file; nobody knows yet where it will land."""
    kinds = policy.kinds({manifest.ref.kind for manifest in context.repo.manifests})
    for manifest in context.repo.manifests:
        if manifest.ref.kind in kinds:
            asked = _alone(manifest, "", context.walked.reads.get(manifest.path, Reach.DECLARED))
            traits = context.traits_as_written(manifest)
            yield asked._replace(traits=traits) if traits else asked
