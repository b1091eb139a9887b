"""Changes that break something, in commits whose message does not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import (
    Context,
    Hit,
    check,
    conventional,
    dig,
    is_suspended,
    list_at,
    objects,
    read,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.context import Commit, FileChange, Manifest

KUSTOMIZATION = ("kustomize.toolkit.fluxcd.io", "Kustomization")
RELEASE = ("helm.toolkit.fluxcd.io", "HelmRelease")
APPLICATION = ("argoproj.io", "Application")
SUFFIXES = (".yaml", ".yml", ".json")
MARKERS = (b"toolkit.fluxcd.io", b"argoproj.io")
"""What a file holds that is worth a closer look."""
FINALIZER = "resources-finalizer.argocd.argoproj.io"
"""What makes Argo CD delete what an Application applied; ``/background`` or ``/foreground`` may follow."""
_MAJOR = re2.compile(r"^[~^=\s]*v?(\d{1,9})(?:\.|$)")
_WORD = re2.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_REMOVAL = re2.compile(r"(?i)\b(?:remov|delet|drop|retir|uninstall|decommission|get rid|tak(?:e|es|ing) out)")
FOOTER = "write what breaks, and what is to be done about it, into a footer: BREAKING CHANGE: ..."


class Loss(NamedTuple):
    """What a commit breaks: in words, what follows in the cluster, and whether the message speaks of it at all."""

    case: str
    text: str
    effect: str
    named: bool


@check
def untold_breaking_change(context: Context) -> Iterator[Hit]:
    """Breaking changes without the footer that tells what breaks.

    Announced by ``!`` alone, or seen in what the commit changes: a reconciler is deleted that takes its objects along,
    or a chart takes a step over a major version.
    """
    silent: list[Commit] = []
    for commit in context.history.commits:
        if commit.is_merge or conventional.is_generated(commit.subject) or conventional.undoes(commit.subject):
            continue
        if not conventional.says_breaking(commit.message):
            silent.append(commit)
        elif not conventional.has_breaking_footer(commit.message):
            yield from _only_marked(commit)
    names = [name for commit in silent for name in _names(commit)]
    contents = context.history.contents(names) if names else {}
    for commit in silent:
        losses = [*_deleted(commit, contents, context), *_steps(commit, contents)]
        for case in dict.fromkeys(loss.case for loss in losses):
            yield _hit(commit, [loss for loss in losses if loss.case == case])


def _only_marked(commit: Commit) -> Iterator[Hit]:
    header = conventional.header(commit.subject)
    if header is None or not header.breaks:
        return
    told = bool(conventional.body(commit.lines))
    yield Hit(
        message="the ! says that the commit breaks something, but "
        + ("no footer says what, for those who look for one" if told else "nothing says what"),
        at=commit.at(),
        label="breaking",
        case="body" if told else "mark",
        subject=commit.ref,
        help=FOOTER,
    )


def _hit(commit: Commit, losses: list[Loss]) -> Hit:
    first, more = losses[0], len(losses) - 1
    others = f" (and {more} more like it)" if more else ""
    return Hit(
        message=f"{first.text}{others}, and the message does not tell what this breaks",
        at=commit.at(),
        label="neither ! nor BREAKING CHANGE",
        case="named" if all(loss.named for loss in losses) else first.case,
        subject=commit.ref,
        effect=first.effect,
        help=FOOTER,
    )


def _names(commit: Commit) -> Iterator[str]:
    for change in _manifests(commit):
        yield from filter(None, (change.before, change.after))


def _manifests(commit: Commit) -> Iterator[FileChange]:
    """The changed files that may hold orders to a controller; one that only moved is changed in nothing."""
    return (one for one in commit.changes if one.status != "R" and one.path.endswith(SUFFIXES))


def _orders(path: str, content: bytes | None) -> dict[tuple[str, str], Manifest]:
    """The Flux and Argo CD objects of a file, by kind and name: where they stand, their namespace may be left out."""
    if content is None or not any(marker in content for marker in MARKERS):
        return {}
    found = (one for document in read(path, content).documents for one in objects(document, document.data))
    return {(one.ref.kind, one.ref.name): one for one in found if one.ref.group.endswith(("fluxcd.io", "argoproj.io"))}


# -- what is deleted -------------------------------------------------------------------------------------------


def _deleted(commit: Commit, contents: Mapping[str, bytes], context: Context) -> Iterator[Loss]:
    """Reconcilers that stood in a file before, and in none of the changed files after the commit, nor in any today."""
    if any(change.after and change.after not in contents for change in _manifests(commit)):
        return
    before: dict[tuple[str, str], Manifest] = {}
    after: set[tuple[str, str]] = set()
    for change in _manifests(commit):
        before |= _orders(change.path, contents.get(change.before))
        after |= set(_orders(change.path, contents.get(change.after)))
    for key, manifest in before.items():
        effect = "" if key in after else _effect(manifest)
        group, kind, _, name = manifest.ref
        if effect and all(one.ref.name != name for one in context.repo.of_kind(group, kind)):
            named = name.lower() in commit.message.lower() and bool(_REMOVAL.search(commit.message))
            yield Loss("deleted", f"{manifest.ref} is deleted", effect, named)


def _effect(manifest: Manifest) -> str:
    """What happens to the objects of a reconciler that is deleted; empty where they stay, or nothing is known.

    Flux: kustomize-controller and helm-controller, finalize(); Argo CD: docs/user-guide/app_deletion.md.
    """
    kind, data = manifest.ref[:2], manifest.data
    if is_suspended(manifest):
        return ""
    if kind == RELEASE:
        return "Flux uninstalls the release, and all of it is gone"
    if kind == KUSTOMIZATION:
        policy = text_at(data, ("spec", "deletionPolicy")) or "MirrorPrune"
        prunes = policy == "Delete" or (policy == "MirrorPrune" and dig(data, ("spec", "prune")) is True)
        return "Flux deletes everything that it applied" if prunes else ""
    finalizers = (str(name).partition("/")[0] for name in list_at(data, ("metadata", "finalizers")))
    if kind == APPLICATION and FINALIZER in finalizers:
        return "its finalizer lets Argo CD delete everything that it applied"
    return ""


# -- charts ----------------------------------------------------------------------------------------------------


def _steps(commit: Commit, contents: Mapping[str, bytes]) -> Iterator[Loss]:
    """The charts whose major version grows."""
    for change in _manifests(commit):
        if not (change.before in contents and change.after in contents):
            continue
        before, after = (_orders(change.path, contents[name]) for name in (change.before, change.after))
        for key in filter(after.__contains__, before):
            old = dict(_charts(before[key]))
            for chart, version in _charts(after[key]):
                if _major(old.get(chart, "")) < _major(version) and _major(old.get(chart, "")) >= 0:
                    text = f"{after[key].ref} takes the chart {chart} from {old[chart]} to {version}"
                    effect = "a new major version may drop values, or need steps by hand"
                    yield Loss("major", text, effect, _is_named(commit.message, chart, _major(version)))


def _charts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """The charts that an order names, each with its version."""
    spec = ("spec", "chart", "spec")
    if manifest.ref[:2] == RELEASE:
        yield text_at(manifest.data, (*spec, "chart")), text_at(manifest.data, (*spec, "version"))
    elif manifest.ref[:2] == APPLICATION:
        for source in sources(manifest.data):
            if source.text("chart"):
                yield source.text("chart"), source.text("targetRevision")


def _major(version: str) -> int:
    """The major version that a version, or a range with one, begins with; -1 where none can be told."""
    match = _MAJOR.match(version)
    return int(match[1]) if match else -1


def _is_named(message: str, chart: str, major: int) -> bool:
    """Whether a message names the chart and the version that it goes to."""
    versions = {word.lower().removeprefix("v").partition(".")[0] for word in _WORD.findall(message)}
    return chart.lower() in message.lower() and str(major) in versions
