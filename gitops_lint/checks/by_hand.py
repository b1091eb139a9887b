"""Work by hand: scripts and pipelines that change what a controller applies."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    RELEASE,
    Confidence,
    Context,
    Controller,
    Hit,
    Location,
    Reach,
    argocd,
    bootstraps,
    check,
    dig,
    glob,
    helm,
    join,
    kubectl,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.context import Command, Install, Ownership, Reconciler, Script, Thing, Word, Work

GOTK = ("gotk-sync.yaml", "gotk-components.yaml")
SHORT_LIVED = frozenset({"pod", "job"})
"""Kinds that are deleted so that their controller makes them anew."""
SWITCHES = ("suspend", "finalizers", "reconcile.fluxcd.io", "argocd.argoproj.io/refresh", "restartedAt")
"""What a patch may change of an object that is in Git: it tells the controller to pause, to go on or to let go."""
CHANGES_OF_APPS = frozenset({"set", "unset", "patch", "edit", "delete"})


def _scripts(context: Context) -> Iterator[Script]:
    """The scripts that people run against a cluster that a controller has in its care.

    Not those that set one up: nobody else can apply anything yet. ``params.exempt`` are known to do so by their paths.
    """
    exempt = glob(*context.params["exempt"])
    for script in context.scripts:
        sets_up = any(True for _ in bootstraps(script.commands)) or any(
            command.name == "flux" and [word.text for word in command.words[1:2]] == ["install"]
            for command in script.commands
        )
        if not exempt(script.path) and not sets_up and not script.makes_a_cluster:
            yield script


# -- releases --------------------------------------------------------------------------------------------------


@check
def release_by_hand(context: Context) -> Iterator[Hit]:
    """``helm install`` or ``upgrade`` of a release that a controller installs. What is installed by hand is exempt."""
    releases: dict[str, list[Ownership]] = {}
    for (_, ref), owners in context.graph.objects.items():
        if ref.kind == RELEASE:
            releases.setdefault(ref.name, []).extend(o for o in owners if o.reach is Reach.LIVE)
    for script in _scripts(context):
        for command in script.commands:
            install = helm(command)
            owner = (
                next(filter(partial(_is_same, install), releases.get(install.name.text, ())), None) if install else None
            )
            if install and owner and not _is_manual(context, owner):
                yield _release_hit(script, command, install, owner)


def _is_same(install: Install, owner: Ownership) -> bool:
    """Whether it is the release of a controller: by its namespace, or where that is not said by its chart."""
    if install.namespace is None:
        return bool(install.chart_name) and dig(owner.built.data, ("chart",)) == install.chart_name
    return install.namespace.known and install.namespace.text == owner.built.ref.namespace


def _is_manual(context: Context, owner: Ownership) -> bool:
    match = context.component(owner)
    return match is not None and match.component.owner is Controller.MANUAL


def _release_hit(script: Script, command: Command, install: Install, owner: Ownership) -> Hit:
    release, order = owner.built.ref, owner.reconciler.subject.ref
    return Hit(
        message=f"helm {_verb(command)} of {release.namespace}/{release.name}, which {order} installs",
        at=Location(script.path, install.name.span),
        label=f"a release that {owner.controller.label} has in its care",
        subject=release,
        clusters=(owner.delivery.cluster,),
        owners=(owner,),
        help=f"change {owner.built.path} instead, and let {owner.controller.label} do it",
        effect="the next reconciliation undoes it"
        if owner.controller is Controller.FLUX
        else "Argo CD applies its own objects over these, and knows of no release",
        confidence=Confidence.CERTAIN if install.namespace else Confidence.LIKELY,
    )


def _verb(command: Command) -> str:
    return "install" if any(word.text == "install" for word in command.words[1:]) else "upgrade"


# -- objects and files -----------------------------------------------------------------------------------------


@check
def applied_by_hand(context: Context) -> Iterator[Hit]:
    """Kubectl and argocd changing what a controller applies; ``params.exempt`` are scripts that set up a cluster."""
    readers: dict[str, list[Reconciler]] = {}
    for applied in context.walked.applied:
        for path in applied.delivery.build.reads if applied.reach is Reach.LIVE else ():
            readers.setdefault(path, []).append(applied.reconciler)
    objects: dict[tuple[str, str], list[Ownership]] = {}
    for (_, ref), owners in context.graph.objects.items():
        if owners[0].reach is Reach.LIVE:
            objects.setdefault((ref.kind.lower(), ref.name), []).append(owners[0])
    for script in _scripts(context):
        for command in script.commands:
            if work := kubectl(command):
                yield from _files(context, script, work, readers)
                yield from _objects(script, work, objects)
            elif call := argocd(command):
                yield from _orders(context, script, call.verb, call.application)


def _files(context: Context, script: Script, work: Work, readers: Mapping[str, list[Reconciler]]) -> Iterator[Hit]:
    """The files of one command that a controller reads: one hit, at the first of them."""
    found: list[tuple[Word, str]] = []
    for word, is_build in (*((w, False) for w in work.files), *((w, True) for w in work.kustomizations)):
        path = _path(context, script, word)
        files = _behind(context, path, work, is_build=is_build) if path is not None and work.verb != "edit" else ()
        found += [(word, read) for read in [next((file for file in files if file in readers), None)] if read]
    if found:
        (word, read), *others = found
        reconciler = readers[read][0]
        more = f" and {len(others)} more" if others else ""
        yield Hit(
            message=f"kubectl {work.verb} of {word.text}{more}, which {reconciler.subject.ref} applies",
            at=Location(script.path, word.span),
            label=f"{reconciler.controller.label} reads {read}",
            clusters=(reconciler.cluster,),
            help=f"commit, and let {reconciler.controller.label} apply it; kubectl diff shows what would change",
            effect="what is not committed is undone, what is committed was applied without its controller",
        )


def _path(context: Context, script: Script, word: Word) -> str | None:
    """The path of this repository that a word names; None where nobody knows."""
    if not word.known or word.is_pattern or word.text in ("-", "") or "://" in word.text:
        return None
    tree = context.repo.tree
    paths = (join(base, word.text) for base in script.bases)
    return next((path for path in paths if path and (tree.is_file(path) or tree.is_directory(path))), None)


def _behind(context: Context, path: str, work: Work, *, is_build: bool) -> Iterator[str]:
    """The files that a path given to kubectl leads to, but for those by which Flux is set up."""
    tree = context.repo.tree
    if tree.is_file(path):
        names = [path]
    elif is_build:
        names = [f"{path}/{name}" for name in KUSTOMIZATION_FILES]
    elif work.recursive:
        names = sorted(tree.below(path))
    else:
        names = [f"{path}/{name}" for name in tree.entries(path) if tree.is_file(f"{path}/{name}")]
    yield from (name for name in names if name.rpartition("/")[2] not in GOTK)


def _objects(script: Script, work: Work, objects: Mapping[tuple[str, str], Sequence[Ownership]]) -> Iterator[Hit]:
    """The objects of one command that a controller applies: one hit, at the first of them."""
    if work.verb in ("patch", "edit") and any(switch in work.details for switch in SWITCHES):
        return
    found: list[tuple[Thing, Ownership]] = []
    for thing in work.things:
        owner = _in_namespace(objects.get((thing.kind, thing.name), ()), work.namespace)
        if owner is None or thing.kind in SHORT_LIVED:
            continue
        # Where Git says nothing of the replicas, the controller leaves them as they are.
        if work.verb != "scale" or dig(owner.built.data, ("spec", "replicas")) is not None:
            found.append((thing, owner))
    if found:
        (thing, owner), *others = found
        ref, order = owner.built.ref, owner.reconciler.subject.ref
        what = f"{ref} and {len(others)} more" if others else str(ref)
        yield Hit(
            message=f"kubectl {work.verb} of {what}, which {order} applies",
            at=Location(script.path, thing.word.span),
            label=f"{owner.controller.label} has it from {owner.built.path}",
            subject=ref,
            clusters=(owner.delivery.cluster,),
            owners=(owner,),
            help=f"change {owner.built.path} instead, or suspend {order} meanwhile",
            effect="the next reconciliation undoes it, or shows it as drift",
            confidence=Confidence.LIKELY,
        )


def _in_namespace(owners: Sequence[Ownership], namespace: Word | None) -> Ownership | None:
    """The one in a namespace, or that has none; where no namespace is said, nobody knows which one is meant."""
    if namespace is not None and not namespace.known:
        return None
    wanted = ("", namespace.text) if namespace else ("",)
    return next((owner for owner in owners if owner.built.ref.namespace in wanted), None)


def _orders(context: Context, script: Script, verb: str, name: Word) -> Iterator[Hit]:
    """Changes of an Application that is in Git, and syncs of one that somebody is to look at first."""
    for reconciler in context.walked.reconcilers:
        ref = reconciler.subject.ref
        if ref.kind != "Application" or ref.name != name.text:
            continue
        at, path = Location(script.path, name.span), reconciler.subject.locate(()).path
        if verb in CHANGES_OF_APPS:
            yield Hit(
                message=f"argocd app {verb} of {ref}, which is in Git",
                at=at,
                label=f"as {path} says",
                subject=ref,
                help=f"change {path} instead",
                effect="the cluster no longer is what Git says, until somebody applies the Application again",
            )
        environment = context.environment(reconciler)
        if verb == "sync" and environment and context.settings.environments[environment.name].sync == "manual":
            yield Hit(
                message=f"argocd app sync of {ref}, but {environment.name} is to be synced by hand, after a look "
                "at the diff",
                at=at,
                label="a script looks at no diff",
                subject=ref,
                help="take it out of the script, or let it end with argocd app diff",
            )
        return
