"""Bootstrap: the script that sets up a cluster, and what ``flux bootstrap`` has written, tell the same story."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    KUSTOMIZATION_FILES,
    Confidence,
    Context,
    Hit,
    Location,
    Place,
    bootstraps,
    check,
    cluster_name,
    commands_in,
    dig,
    home_of,
    join,
    mapping_at,
    normalise_url,
    taken_from,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Command, Manifest, Reconciler, Word

SYNC, COMPONENTS = "gotk-sync.yaml", "gotk-components.yaml"
NESTED = "flux-system/flux-system"
DEFAULT_BRANCH = "main"
"""What ``flux bootstrap`` takes without ``--branch`` (fluxcd/flux2, cmd/flux/bootstrap.go)."""
HOSTED = frozenset({"github", "gitlab", "gitea"})
"""Providers by whose options a URL is made: ``<host>/<owner>/<repository>``."""


class Sync(NamedTuple):
    """The root that ``flux bootstrap`` wrote: its Kustomization, the path that this reads, and the source."""

    manifest: Manifest
    path: str
    source: Manifest | None


class Run(NamedTuple):
    """A ``flux bootstrap``, in the script or document ``file``."""

    file: str
    command: Command

    @property
    def path(self) -> Word | None:
        """The path that it names, where that is known."""
        word = self.command.option("--path")
        return word if word and word.known else None

    @property
    def directory(self) -> str | None:
        """The same, normalised."""
        return join("", self.path.text) if self.path else None

    def at(self, word: Word | None) -> Location:
        """The place of a word of it; without one, of the command."""
        return Location(self.file, (word or self.command.words[0]).span)


def _syncs(context: Context) -> list[Sync]:
    syncs = []
    for manifest in context.repo.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization"):
        path = join("", text_at(manifest.data, ("spec", "path")))
        if manifest.path.rpartition("/")[2] == SYNC and path is not None:
            name = text_at(manifest.data, ("spec", "sourceRef", "name"))
            beside = context.repo.by_path[manifest.path]
            source = next((m for m in beside if m.ref.kind == "GitRepository" and m.ref.name == name), None)
            syncs.append(Sync(manifest, path, source))
    return syncs


def _runs(context: Context) -> Iterator[Run]:
    """The bootstraps of real clusters."""
    for script in context.scripts:
        if not script.makes_a_cluster:
            yield from (Run(script.path, command) for command in bootstraps(script.commands))


def _told_runs(context: Context) -> Iterator[Run]:
    """Those that a document tells somebody to run: what stands for a name in them is known to no machine."""
    for path, document in context.documents:
        for commands in commands_in(document):
            yield from (Run(path, command) for command in bootstraps(commands))


# -- the path --------------------------------------------------------------------------------------------------


@check
def bootstrap_path(context: Context) -> Iterator[Hit]:
    """A script or document that bootstraps another path than the one that the cluster's root reads."""
    syncs = _syncs(context)
    for run in (*_runs(context), *_told_runs(context)):
        directory = run.directory
        # What names the flux-system of the right path would nest another one in it: that is told by itself.
        fine = {path for sync in syncs for path in (sync.path, f"{sync.path}/flux-system".lstrip("/"))}
        if directory is None or directory in fine:
            continue
        same = next((sync for sync in syncs if _is_same_cluster(context, directory, sync.path)), None)
        is_told = run.file.endswith(".md")  # where a name that does not exist may stand for any cluster
        is_slip = len(syncs) == 1 and not is_told and not context.repo.tree.is_directory(directory)
        if same or is_slip:
            sure = Confidence.CERTAIN if same else Confidence.LIKELY
            yield _path_hit(run, directory, same or syncs[0], sure)


def _is_same_cluster(context: Context, one: str, other: str) -> bool:
    """Whether two paths are those of one cluster: one lies in the other, or both in one directory of a cluster."""
    if any(f"{a}/".startswith(f"{b}/" if b else "") for a, b in ((one, other), (other, one))):
        return True
    roots = {name: cluster.root.strip("./") for name, cluster in context.settings.clusters.items() if cluster.root}
    in_clusters = "clusters/" in f"{one}/" and "clusters/" in f"{other}/"
    return in_clusters and cluster_name(one, roots) == cluster_name(other, roots)


def _path_hit(run: Run, directory: str, sync: Sync, confidence: Confidence) -> Hit:
    place = sync.manifest.locate(("spec", "path"))
    where, read = directory or "the whole repository", sync.path or "the whole repository"
    if sync.path.endswith("flux-system"):
        # To bootstrap that path would nest a second flux-system in it.
        advice = f"decide for one: set spec.path in {sync.manifest.path} to ./{directory}, or name another path here"
    else:
        advice = f"say --path={sync.path}, or change spec.path in {sync.manifest.path}"
    return Hit(
        message=f"flux bootstrap writes to {where}, but {SYNC} reads {read}",
        at=run.at(run.path),
        label="the path that the next run takes",
        confidence=confidence,
        related=((place, "the path that Flux reads now"),),
        help=advice,
        effect=f"the next run makes Flux read {where}, and prune what only {read} holds",
    )


@check
def nested_flux_system(context: Context) -> Iterator[Hit]:
    """``flux bootstrap`` makes a directory flux-system below its path: a path that ends in one gets a second."""
    nested = {
        path.rpartition("/")[0]: path
        for path in sorted(context.repo.tree.files)
        if f"/{path}".rpartition("/")[0].endswith(f"/{NESTED}") and path.endswith((SYNC, COMPONENTS))
    }
    runs = [run for run in _runs(context) if run.directory and f"/{run.directory}".endswith("/flux-system")]
    for run in runs:
        yield Hit(
            message=f"flux bootstrap makes flux-system below its path: {run.directory}/flux-system",
            at=run.at(run.path),
            label="ends in flux-system already",
            related=tuple((Location(path), "written by a run of it") for path in nested.values()),
            help=f"say --path={str(run.directory).rpartition('/')[0] or '.'}",
            effect=f"Flux reads {run.directory} alone, and nothing that stands beside it",
        )
    for directory, path in sorted(nested.items()) if not runs else ():
        yield Hit(
            message=f"{directory}/ is a flux-system inside of a flux-system",
            at=Location(path),
            label="made by flux bootstrap with a --path that ends in flux-system",
            help=f"bootstrap again with --path={directory.removesuffix(NESTED).rstrip('/') or '.'}, and remove it",
            effect=f"Flux reads {directory.rpartition('/')[0]} alone, and nothing that stands beside it",
        )


# -- the repository --------------------------------------------------------------------------------------------


@check
def bootstrap_repository(context: Context) -> Iterator[Hit]:
    """A script that bootstraps from another repository or branch than the one that the cluster's root reads."""
    syncs = _syncs(context)
    for run in _runs(context):
        own = [sync for sync in syncs if run.directory is None or sync.path == run.directory]
        sync = own[0] if own else syncs[0] if len(syncs) == 1 else None
        # Of several clusters that a path with a variable may mean, nobody knows which.
        if sync is not None and sync.source is not None and (len(own) == 1 or len(syncs) == 1):
            yield from _differences(run, sync.source)


def _differences(run: Run, source: Manifest) -> Iterator[Hit]:
    branch, word = text_at(source.data, ("spec", "ref", "branch")), run.command.option("--branch")
    said = word.text if word else DEFAULT_BRANCH
    is_pinned = bool(set(mapping_at(source.data, ("spec", "ref"))) - {"branch"})
    if branch and said != branch and not is_pinned and (word is None or word.known):
        yield _difference(run, word, f"the branch {said}", source, ("spec", "ref", "branch"), branch)
    provider = next((word.text for word in run.command.words if word.text in (*HOSTED, "git")), "")
    url = text_at(source.data, ("spec", "url"))
    if provider == "git":
        named = run.command.option("--url")
        if url and named and named.known and normalise_url(named.text) != normalise_url(url):
            yield _difference(run, named, f"the repository {named.text}", source, ("spec", "url"), url)
    elif provider in HOSTED and url:
        _, _, path = normalise_url(url).partition("/")
        owner, _, repository = path.rpartition("/")
        for option, have in (("--owner", owner), ("--repository", repository)) if owner else ():
            named = run.command.option(option)
            if named and named.known and named.text.lower().strip("/") != have:
                what = f"the {option.strip('-')} {named.text}"
                yield _difference(run, named, what, source, ("spec", "url"), url)


def _difference(run: Run, word: Word | None, what: str, source: Manifest, route: tuple[str, ...], have: str) -> Hit:
    return Hit(
        message=f"flux bootstrap takes {what}, but {SYNC} reads {have}",
        at=run.at(word),
        label="what the next run takes" if word else f"without --branch it takes {DEFAULT_BRANCH}",
        related=((source.locate(route), "what Flux reads now"),),
        help=f"name the same in both: the script sets up a new cluster, {source.path} is the one that runs",
        effect="the next run makes Flux read the other one, and prune what is not in it",
    )


# -- what Flux manages of itself -------------------------------------------------------------------------------


@check
def flux_outside_its_root(context: Context) -> Iterator[Hit]:
    """What ``flux bootstrap`` wrote is not in the build of the root that it wrote.

    ``unlisted``: the root reads the directory, and a kustomization passes the file over. ``elsewhere``: the root reads
    another directory; ``other-cluster``: that of another cluster. But for the last, nothing is said of a build that
    fails or has unknown parts.
    """
    syncs = [sync.manifest for sync in _syncs(context)]
    copies = {sync.path: _copy_hit(sync, other) for sync in syncs if (other := taken_from(sync, syncs))}
    yield from copies.values()
    for root in context.walked.roots:
        at = root.subject.locate(("spec", "path"))
        directory, _, name = at.path.rpartition("/")
        builds = [a.delivery.build for a in context.walked.applied if a.reconciler is root]
        if name != SYNC or at.path in copies or not builds or any(build.problems or build.opaque for build in builds):
            continue
        reads = {path for build in builds for path in build.reads}
        files = [f"{directory}/{one}" if directory else one for one in (COMPONENTS, SYNC)]
        missed = [file for file in files if context.repo.tree.is_file(file) and file not in reads]
        if missed:
            yield _outside_hit(context, root, missed, at)


def _copy_hit(sync: Manifest, other: Manifest) -> Hit:
    home, there = home_of(sync), home_of(other)
    path = join("", text_at(sync.data, ("spec", "path"))) or ""
    return Hit(
        message=f"{SYNC} of {home} reads {path}, the directory of another cluster",
        at=sync.locate(("spec", "path")),
        label="another cluster's",
        case="other-cluster",
        subject=sync.ref,
        related=((other.locate(("spec", "path")), f"the root of {there}"),),
        help=f"set it to ./{home}{path.removeprefix(there)}",
        effect=f"the cluster of {home} runs what is meant for {there}, and nothing applies what is in {home}",
    )


def _outside_hit(context: Context, root: Reconciler, missed: list[str], at: Place) -> Hit:
    names = " and ".join(file.rpartition("/")[2] for file in missed)
    path = join("", text_at(root.subject.data, ("spec", "path"))) or ""
    miss = context.nearest_miss(missed[0]) if f"{missed[0]}".startswith(f"{path}/" if path else "") else None
    return Hit(
        message=f"{names} {'are' if len(missed) > 1 else 'is'} not in what {root.subject.ref} applies: "
        f"{f'{miss.file} does not list {_them(missed)}' if miss else f'it reads {path} alone'}",
        at=_resources(context, miss.file) if miss else at,
        label="commented out here" if miss and miss.disabled else "what Flux applies of itself" if miss else "",
        case="unlisted" if miss else "elsewhere",
        subject=root.subject.ref,
        clusters=(root.cluster,),
        help=f"list {miss.entry} in {miss.file}" if miss else f"read a directory above {missed[0]}",
        effect=f"Flux takes {_them(missed)} for removed, and deletes {_them(missed)} from the cluster"
        if miss and dig(root.subject.data, ("spec", "prune")) is True
        else "what is committed there does not reach the cluster",
    )


def _them(missed: list[str]) -> str:
    return "them" if len(missed) > 1 else "it"


def _resources(context: Context, path: str) -> Location:
    """The key above the resources of a kustomization file."""
    file = context.repo.file(path)
    documents = file.documents if file else ()
    return Location(path, documents[0].locate(("resources",), key=True) if documents else None)


@check
def flux_namespace_twice(context: Context) -> Iterator[Hit]:
    """A manifest of Flux's namespace, applied by hand, that says something else of it than gotk-components does.

    Flux takes over what ``kubectl apply`` has set, and drops what its own manifest does not say (fluxcd/pkg, ssa:
    the field managers that it overrides).
    """
    for components in context.repo.of_kind("", "Namespace"):
        if components.path.rpartition("/")[2] != COMPONENTS:
            continue
        built = [o.built for owners in context.graph.objects.values() for o in owners if o.built.ref == components.ref]
        applied = next((one for one in built if one.path == components.path), components)
        for other in context.repo.of_kind("", "Namespace"):
            is_read = other.path in context.walked.reads
            if other.ref == components.ref and other.path != components.path and not is_read:
                yield from _namespace_hits(other, components, applied.data)


def _namespace_hits(other: Manifest, components: Manifest, applied: object) -> Iterator[Hit]:
    for field in ("labels", "annotations"):
        have = mapping_at(applied, ("metadata", field))
        lost = [key for key, value in mapping_at(other.data, ("metadata", field)).items() if have.get(key) != value]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            told = f"{lost[0]}: {have[lost[0]]}" if lost[0] in have else f"no {lost[0]}"
            yield Hit(
                message=f"{other.ref} is defined twice: here with {lost[0]}{more}, in {COMPONENTS} with {told}",
                at=other.locate(("metadata", field, lost[0])),
                label="gone as soon as Flux applies the namespace",
                subject=other.ref,
                related=((components.locate(("metadata", "name")), "the definition that Flux applies"),),
                help=f"say the same in both, by a patch in {_beside(components.path)}, or leave it out here",
            )


def _beside(path: str) -> str:
    directory = path.rpartition("/")[0]
    return f"{directory}/{KUSTOMIZATION_FILES[0]}" if directory else KUSTOMIZATION_FILES[0]


@check
def read_write_key(context: Context) -> Iterator[Hit]:
    """A deploy key that may write, and nothing that writes: only image automation does."""
    automated = any(m.ref.kind == "ImageUpdateAutomation" for m in context.repo.manifests)
    for run in _runs(context) if not automated else ():
        key = next((word for word in run.command.words if word.text.partition("=")[0] == "--read-write-key"), None)
        extra = run.command.option("--components-extra")
        brings = extra is not None and ("image-automation" in extra.text or not extra.known)
        if key and key.known and not key.text.endswith("=false") and not brings:
            yield Hit(
                message="flux bootstrap makes a deploy key that may write, but nothing here writes to Git",
                at=run.at(key),
                label="needed by image automation alone",
                help="leave it out: a key that may only read is enough for what Flux does here",
            )
