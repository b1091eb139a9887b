"""What may be meant by a reference to nothing: the object as it stands elsewhere, or under a name like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import Reach, dig
from gitops_lint.nearest import closest, is_slip

if TYPE_CHECKING:
    from gitops_lint.context.seen import Context
    from gitops_lint.graph import Ownership
    from gitops_lint.model import Manifest, Node, Ref, Spot

NAME = ("metadata", "name")
FLUX = "fluxcd.io"
SOURCES = "source.toolkit.fluxcd.io"
ELSEWHERE = "there is one in the namespace"
REFLECTOR = "reflector.v1.k8s.emberstack.com/"
"""Begins the annotations of an object that an operator copies into other namespaces."""


class Meant(NamedTuple):
    """What may be meant by a reference to nothing: what to do, where it stands, and in which file that nobody reads."""

    help: str
    related: tuple[tuple[Spot, str], ...] = ()
    stems: tuple[str, ...] = ()
    guess: str = ""
    """The name that is only like the one that was written."""


def meant_by(context: Context, node: Node, *, is_hidden: bool = False) -> Meant | None:
    """The object that may be meant: elsewhere in the cluster, written and not applied, or of a name like it.

    ``is_hidden`` says that the object itself may be there all the same. Then it takes more: charts give their workloads
    the same names in many namespaces, and what differs by a number or an environment is another one.
    """
    cluster, ref = node
    alike = context.graph.by_group.get((cluster, ref.group), ())
    namesakes = sorted((other, ownership) for other, ownership in alike if other.name == ref.name)
    for other, ownership in namesakes:
        is_one_of_many = is_hidden and not ref.group.endswith(FLUX)
        if other.kind == ref.kind and not is_one_of_many and not _is_reflected(ownership):
            advice = f"{ELSEWHERE} {other.namespace}"
            return Meant(advice, ((ownership.built.locate(NAME), "this one is in another namespace"),))
    for other, ownership in namesakes:
        if ref.group == SOURCES and other.namespace == ref.namespace:
            return Meant(f"write kind: {other.kind}", ((ownership.built.locate(NAME), f"a {other.kind}"),))
    if written := written_of(context, ref):
        related = ((written.locate(NAME), "stands here, and is not applied"),)
        return Meant(f"let something apply {written.path}", related, (written.path,))
    names = sorted(o.name for o, _ in alike if o.kind == ref.kind and o.namespace == ref.namespace)
    guess = closest(ref.name, names) if ref.kind != "Secret" else None
    if guess and (not is_hidden or is_slip(ref.name, guess)):
        return Meant(f"did you mean {guess!r}?", guess=guess)
    return None


def _is_reflected(ownership: Ownership) -> bool:
    annotations = dig(ownership.built.data, ("metadata", "annotations"))
    return isinstance(annotations, dict) and any(str(key).startswith(REFLECTOR) for key in annotations)


def written_of(context: Context, ref: Ref) -> Manifest | None:
    """The first object of an identity in a file that no live build reads; it may leave its namespace open."""
    for manifest in context.repo.of_kind(ref.group, ref.kind):
        is_it = manifest.ref.name == ref.name and manifest.ref.namespace in ("", ref.namespace)
        if is_it and context.walked.reads.get(manifest.path) is not Reach.LIVE:
            return manifest
    return None
