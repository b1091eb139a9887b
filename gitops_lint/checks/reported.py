"""What an earlier stage could not do, as findings: broken text, missing paths, builds that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    MANIFESTS,
    Context,
    Fix,
    Hit,
    Location,
    Reach,
    Reword,
    Write,
    check,
    looks_like_template,
    packed_files,
    readers,
    refuses,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Fault, File, Problem, Ref, Span

SCRIPTS = (".sh", ".bash")
TEXTS = (*MANIFESTS, *SCRIPTS)
"""What is read here whether or not something builds it: manifests and scripts that bootstrap a cluster."""
MARK = b"<<<<<<< "
CONFLICT = re2.compile(r"(?ms)^(<{7} [^\n]*)$.*?^={7}\r?$.*?^>{7} ")
"""All three marks: of a line of equals signs alone, or of a text that shows one, nothing is known."""


@check
def reported_problem(context: Context) -> Iterator[Hit]:
    """A problem of the kind ``params.problem`` that a build ran into; its cases in ``params.harmless`` fail nothing."""
    harmless = context.params.get("harmless", ())
    for fault in context.walked.faults:
        problem = fault.problem
        if problem.kind != context.params["problem"]:
            continue
        refs = sorted({consumer.subject.ref for consumer in fault.consumers})
        named = next((ref for ref in refs if str(ref) in problem.message), None)
        yield Hit(
            message=problem.message,
            at=problem.place,
            label=problem.label,
            case=problem.case,
            subject=named,
            clusters=tuple(sorted({consumer.cluster for consumer in fault.consumers})),
            help=problem.help,
            fix=_fix(problem),
            effect=_effect(refs, fault.reach) if named is None and problem.case not in harmless else None,
            reach=fault.reach,
            cuts=problem.cuts,
        )


def _fix(problem: Problem) -> Fix | None:
    if problem.meant is None:
        return None
    old, new, title = problem.meant
    return Fix(title, (Reword(problem.place, old, new),))


@check
def text_fault(context: Context) -> Iterator[Hit]:
    """A fault of a file's text.

    Not ours is one in a file that nobody builds and that is no manifest or no YAML before it is rendered, and one in a
    file that is packed into a ConfigMap.
    """
    for file, fault in _faults(context):
        reach = context.walked.reads.get(file.path)
        if fault.kind != context.params["fault"]:
            continue
        live = list(readers(context.walked, file.path))
        refs = {a.reconciler.subject.ref for a in live if refuses(context.repo, a, file.path, fault.kind)}
        yield Hit(
            message=f"{file.path}: {fault.message}",
            at=Location(file.path, fault.span),
            case="built" if reach is Reach.LIVE else "not-built",
            clusters=tuple(sorted({applied.delivery.cluster for applied in live})),
            help=fault.help,
            fix=_without(file.path, fault.surplus) if fault.surplus else None,
            effect=_effect(sorted(refs), Reach.LIVE),
            cuts=(_cut(file.path),) if reach is Reach.LIVE and fault.kind == "invalid-yaml" else (),
        )


def _without(path: str, surplus: Span) -> Fix:
    """Equal twins: the value stays the same, and a build that refused them no longer does."""
    return Fix("remove the second one", (Write(Location(path, surplus), "", whole_line=True),), safe=True)


def _faults(context: Context) -> Iterator[tuple[File, Fault]]:
    """The faults that are ours to tell."""
    packed = set(packed_files(context.repo))
    for file, fault, is_manifest in context.repo.faults:
        reach = context.walked.reads.get(file.path)
        is_ours = file.path not in packed and (reach is not None or is_manifest)
        if is_ours and (reach is Reach.LIVE or not looks_like_template(file)):
            yield file, fault


@check
def merge_conflict(context: Context) -> Iterator[Hit]:
    """Text with the marks of a conflict in it that is no manifest: of a broken manifest, another rule tells."""
    told = {file.path for file, fault in _faults(context) if fault.kind == "invalid-yaml"}
    read = {path for path in context.walked.reads if context.repo.tree.is_file(path)}
    texts = {path for path in context.repo.tree.files if path.endswith(TEXTS)}
    for path in sorted((read | texts) - told):
        if place := _conflict(context, path):
            yield Hit(
                message=f"{path} holds an unresolved merge conflict",
                at=place,
                label="it begins here",
                help="keep one side, or both, and take out the lines that mark them",
                effect="whatever reads it gets both sides, and the marks",
                reach=context.walked.reads.get(path, Reach.LIVE if path.endswith(SCRIPTS) else Reach.DECLARED),
            )


def _conflict(context: Context, path: str) -> Location | None:
    """Where a conflict begins in a file: YAML has been read already, and of any other the bytes tell first."""
    if not path.endswith(MANIFESTS) and MARK not in (context.repo.content(path)):
        return None
    file = context.repo.file(path)
    found = CONFLICT.search(file.text) if file and MARK.decode() in file.text else None
    return Location(path, file.span(found.start(1), found.end(1))) if file and found else None


def _cut(path: str) -> str:
    """What is lost with a file that cannot be read: with a kustomization, all of its directory."""
    directory, _, name = path.rpartition("/")
    return directory if directory and name in KUSTOMIZATION_FILES else path


def _effect(refs: list[Ref], reach: Reach) -> str | None:
    """What the reconcilers that run into a fault do: nothing, and what is in the cluster stays as it is."""
    if not refs:
        return None
    shown = [str(ref) for ref in refs[:3]] + ([f"{len(refs) - 3} more"] if len(refs) > 3 else [])
    listing = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    applied = "it applies" if len(refs) == 1 else "they apply"
    return f"{listing} cannot be built" + (f": what {applied} stays as it was" if reach is Reach.LIVE else "")
