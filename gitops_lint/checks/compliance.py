"""Pages that ask by an expression: the check behind every page in CEL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

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
    from collections.abc import Iterator, Sequence

    from gitops_lint.context import Change, Subject


class Asked(NamedTuple):
    """An object that the expression is asked of, and what stands around it."""

    subject: Subject
    traits: Traits
    cluster: str
    reach: Reach
    variables: dict[str, Any]


@check
def compliance(context: Context) -> Iterator[Hit]:
    """Objects for which the expression of the page is not true."""
    policy = context.policy
    if policy is None:
        return
    every = _written(context) if policy.on == "written" else _built(context)
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
        return policy.expression.holds({**asked.variables, "params": dict(context.params)})
    except Unanswered as error:
        if policy.ships:
            return True
        error.about = f" for {asked.subject.ref} ({asked.subject.locate(()).location})"
        raise


def _built(context: Context) -> Iterator[Asked]:
    """Every object as it is applied to every cluster, once, however many apply it; and the roots, which nobody does."""
    for (cluster, ref), owners in context.graph.objects.items():
        first = owners[0]
        traits = traits_of(first.built, cluster)
        if ref.group == OPAQUE and not traits.chart:
            continue
        environment = context.environment(first.reconciler)
        match = context.component(first)
        around = {
            "path": first.built.path,
            "cluster": cluster,
            "environment": environment.name if environment else "",
            "owners": [_owner(owner.controller.value, owner.reconciler.subject) for owner in owners],
            "component": match.component.name if match else "",
        }
        yield Asked(first.built, traits, cluster, first.reach, {"object": first.built.data, **around})
    for reconciler in context.walked.reconcilers:
        if not context.graph.owners(reconciler.node):
            environment = context.environment(reconciler)
            yield _alone(
                reconciler.subject,
                reconciler.cluster,
                context.graph.reach(reconciler.node),
                environment.name if environment else "",
            )


def _alone(subject: Subject, cluster: str, reach: Reach, environment: str = "") -> Asked:
    """An object that nobody applies, as far as anybody knows."""
    path, ref = subject.locate(()).path, subject.ref
    around = {"path": path, "cluster": cluster, "environment": environment, "owners": [], "component": ""}
    traits = Traits(path=path, kind=ref.kind, name=ref.name, namespace=ref.namespace, cluster=cluster)
    return Asked(subject, traits, cluster, reach, {"object": subject.data, **around})


def _owner(controller: str, subject: Subject) -> dict[str, str]:
    ref = subject.ref
    return {"controller": controller, "kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def _written(context: Context) -> Iterator[Asked]:
    """Every manifest as it stands in its file; nobody knows yet where it will land."""
    for manifest in context.repo.manifests:
        asked = _alone(manifest, "", context.walked.reads.get(manifest.path, Reach.DECLARED))
        traits = context.traits_as_written(manifest)
        yield asked._replace(traits=traits) if traits else asked
