"""The controllers: each reads its own objects and says what they bring to which cluster.

``View`` is all that they may ask about the rest of the world while it is being walked.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gitops_lint.model import Controller, Problem, dig
from gitops_lint.shape import mapping_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.model import Data, Delivery, Place, Ref, Subject
    from gitops_lint.repo import Recorder, Repo


PRUNE = "kustomize.toolkit.fluxcd.io/prune"
"""The mark by which Flux leaves an object in the cluster that leaves Git."""


class Verdict(Enum):
    """Whether a source is this repository."""

    SELF = "this repository, at the revision that is checked out"
    PINNED = "this repository, at a tag, a commit or a version"
    ELSEWHERE = "another repository, or another branch of this one"
    UNKNOWN = "not known yet: its object has not been seen"


class Answer(NamedTuple):
    """What a reconciler delivers. ``waits`` is true where an object that it needs may still turn up."""

    deliveries: tuple[Delivery, ...] = ()
    problems: tuple[Problem, ...] = ()
    waits: bool = False


class View(Protocol):
    """What is known of the world so far."""

    @property
    def repo(self) -> Repo: ...

    @property
    def settled(self) -> bool:
        """Whether waiting is in vain: nothing new turns up any more."""
        ...

    @property
    def destinations(self) -> Mapping[str, str]:
        """The clusters of the configuration, by each of the servers and names that stand for them."""
        ...

    def find(self, cluster: str, ref: Ref) -> Subject | None:
        """The object of that identity in that cluster, as far as it has been built."""
        ...

    def judge_url(self, url: str, revision: str | None) -> Verdict:
        """Whether a Git URL and a revision (None: the default branch) are this repository as checked out."""
        ...

    def own_source(self, cluster: str, ref: Ref) -> str | None:
        """The directory of this repository that is the root of that source's artifact; None if it is none of ours."""
        ...

    def is_strict(self, cluster: str) -> bool | None:
        """Whether the Flux of a cluster fails on a variable that nothing defines; None where nobody knows."""
        ...

    def local_cluster(self, cluster: str) -> str:
        """Where an Argo CD that lives in ``cluster`` applies to with destination in-cluster."""
        ...

    def destination(self, name: str, home: str = "") -> str:
        """The cluster behind a destination: a server URL, a cluster name or a kubeConfig reference.

        ``home`` tells names apart that mean something only where they are used, such as those of Secrets.
        """
        ...


def is_suspended(subject: Subject) -> bool:
    """Whether a reconciler is told to rest.

    Flux: ``spec.suspend``; flux-operator: the annotation ``reconcile: disabled``; Argo CD: the annotation
    ``skip-reconcile`` (argo-cd, docs/user-guide/skip_reconcile.md).
    """
    if dig(subject.data, ("spec", "suspend")) is True:
        return True
    switches = mapping_at(subject.data, ("metadata", "annotations"))
    if switches.get("fluxcd.controlplane.io/reconcile") == "disabled":
        return True
    return bool(switches.get("argocd.argoproj.io/skip-reconcile") == "true")


def is_spared(data: Data) -> bool:
    """Whether a label or annotation tells Flux not to prune an object (kustomize-controller, deleteObjects)."""
    marks = (dig(data, ("metadata", field, PRUNE)) for field in ("labels", "annotations"))
    return any(str(mark).lower() == "disabled" for mark in marks)


def leaves_alone(controller: Controller, data: Data) -> bool:
    """Whether an object tells its controller to keep its hands off, wholly or once the object exists.

    Flux: labels or annotations ``reconcile: disabled`` and ``ssa: Ignore``, ``IfNotPresent``, ``Merge``
    (fluxcd/pkg, ssa/manager_apply.go); Argo CD: the annotation ``hook: Skip``.
    """
    if controller is Controller.ARGOCD:
        return bool(dig(data, ("metadata", "annotations", "argocd.argoproj.io/hook")) == "Skip")
    for field in ("labels", "annotations"):
        switches = dig(data, ("metadata", field))
        if isinstance(switches, dict):
            if str(switches.get("kustomize.toolkit.fluxcd.io/reconcile")).lower() == "disabled":
                return True
            if str(switches.get("kustomize.toolkit.fluxcd.io/ssa")).lower() in ("ignore", "ifnotpresent", "merge"):
                return True
    return False


MAX_BESIDE = 50
"""Where an order stands among more names than these, nobody guesses that one of them is meant."""


def _nearest(directory: str, path: str, reader: Recorder) -> str | None:
    """The directory that may be meant: first the one beside the file at ``path``, as both may have been moved.

    In the end the only one that stands there, whatever its name.
    """
    steps, here = directory.split("/"), path.split("/")[:-1]
    for first in range(1, len(steps)):
        was, beside = steps[:first], "/".join((*here, *steps[first:]))
        if (was[:-1] == here[:-1] or was[-1:] == here[-1:]) and reader.is_directory(beside):
            return beside
    nearest = reader.nearest(directory)
    if nearest is not None and reader.is_directory(nearest):
        return nearest
    home = path.rpartition("/")[0]
    names = reader.entries(home) if directory.rpartition("/")[0] == home else ()
    only = [name for name in names[:MAX_BESIDE] if reader.is_directory(f"{home}/{name}")]
    return f"{home}/{only[0]}" if len(only) == 1 and len(names) <= MAX_BESIDE else None


COMMIT = "commit it, if everybody may read it, or take it out of here"


def missing_directory(
    kind: str, subject: Subject, place: Place, path: str, directory: str | None, reader: Recorder
) -> Problem:
    """A reconciler reads ``path``, which is no directory of this repository; ``directory`` is None outside of it."""
    is_file = directory is not None and reader.is_file(directory)
    unkept = reader.unkept(directory) if directory is not None else None
    is_sought = directory is not None and not is_file and not unkept
    nearest = _nearest(directory, place.path, reader) if directory is not None and is_sought else None
    if is_file:
        fault, advice = "is a file, not a directory", "name the directory that holds it"
    elif unkept:
        fault, advice = f"is missing in every clone: {unkept}", COMMIT
    elif nearest is not None:
        fault, advice = "does not exist", f"did you mean {'./' if path.startswith('./') else ''}{nearest}?"
    elif path.startswith("/"):
        fault, advice = "does not exist", "write it relative to the root of the repository, without the first slash"
    else:
        fault, advice = "does not exist", "name a directory of this repository, or take the object out"
    return Problem(
        kind,
        f"{subject.ref} reads {path}, which {fault}",
        place,
        case="missing",
        label=fault if is_file or unkept else f"there is no directory {directory or path}",
        help=advice,
        cuts=(nearest,) if nearest else (),
    )
