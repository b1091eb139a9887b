"""Argo CD: what an Application and an ApplicationSet apply.

Semantics: argo-cd pkg/apis/application/v1alpha1/types.go, reposerver/repository/repository.go,
util/app/discovery/discovery.go, util/argo/argo.go.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gitops_lint.builders import directory, helm, kustomize
from gitops_lint.controllers import Answer, Verdict, View, missing_directory
from gitops_lint.controllers.appsource import (
    PLACEHOLDERS,
    Source,
    branch,
    missing_value_files,
    overlay,
    overridden,
    sources,
)
from gitops_lint.identity import CLUSTER_SCOPED
from gitops_lint.model import OPAQUE, Build, Built, Delivery, Hop, Opaque, Places, Problem, Ref, dig
from gitops_lint.paths import join
from gitops_lint.repo import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Place, Reconciler, Subject
    from gitops_lint.repo import Repo

GROUP = "argoproj.io"
IN_CLUSTER = ("https://kubernetes.default.svc", "in-cluster")


def is_reconciler(ref: Ref) -> bool:
    """Whether an object is one that Argo CD takes orders from."""
    return ref.group == GROUP and ref.kind in ("Application", "ApplicationSet")


def answer(reconciler: Reconciler, view: View) -> Answer:
    """What an Argo CD reconciler brings to its clusters."""
    if reconciler.subject.ref.kind == "ApplicationSet":
        # What renders templates takes a tenth of a small run to load, and most repositories need none of it.
        from gitops_lint.controllers.appset import generated

        return generated(reconciler, view)
    cluster = destination_cluster(reconciler, view)
    deliveries: list[Delivery] = []
    problems: list[Problem] = []
    siblings = list(sources(reconciler.subject.data))
    for source in siblings:
        outcome = _source(reconciler.subject, source, siblings, view)
        if isinstance(outcome, Problem):
            problems.append(outcome)
        elif outcome is not None:
            build, hop, path = outcome
            deliveries.append(Delivery(cluster, build, hop, path))
    return Answer(tuple(_last_wins(deliveries)), tuple(problems))


def _last_wins(deliveries: list[Delivery]) -> Iterator[Delivery]:
    """Of an object that several sources bring, Argo CD applies the last one (docs, multiple_sources.md)."""
    for index, delivery in enumerate(deliveries):
        later = {built.ref for other in deliveries[index + 1 :] for built in other.build.objects}
        kept = [built for built in delivery.build.objects if built.ref not in later or built.ref.group == OPAQUE]
        yield replace(delivery, build=replace(delivery.build, objects=kept)) if later else delivery


def destination_cluster(reconciler: Reconciler, view: View) -> str:
    """The cluster that an Application applies to."""
    destination = dig(reconciler.subject.data, ("spec", "destination"))
    name = (destination.get("server") or destination.get("name")) if isinstance(destination, dict) else None
    if name is None or name in IN_CLUSTER:
        return view.local_cluster(reconciler.cluster)
    return view.destination(str(name))


def revision(source: Source) -> str | None:
    """The branch of a source, ``@`` and its tag, version or commit, or None for the default branch."""
    return branch(source.text("targetRevision"))


# -- sources ---------------------------------------------------------------------------------------------------

Outcome = tuple[Build, Hop, str | None]


def _source(subject: Subject, source: Source, siblings: list[Source], view: View) -> Outcome | Problem | None:
    def is_own(other: Source) -> bool:
        return view.judge_url(other.text("repoURL"), revision(other)) is Verdict.SELF

    values = partial(missing_value_files, subject, siblings=siblings, is_own=is_own)
    if chart := source.text("chart"):
        reader = Recorder(view.repo, set())
        problems = list(values(source, directory=None, reader=reader))
        build, hop, path = _chart(subject, source, helm.last_segment(chart), ("chart",))
        return replace(build, problems=problems, reads=reader.reads), hop, path
    if "path" not in source.data:
        return None
    path, place = source.text("path"), subject.locate((*source.route, "path"))
    verdict = view.judge_url(source.text("repoURL"), revision(source))
    if any(mark in path for mark in PLACEHOLDERS):
        return _opaque(place, f"the path {path} is a template")
    if verdict in (Verdict.ELSEWHERE, Verdict.UNKNOWN):
        return _opaque(place, f"its source is {_elsewhere(source, view)}")
    location = join("", path)
    reader = Recorder(view.repo, set())
    if location is None or not reader.is_directory(location):
        if verdict is Verdict.PINNED:
            return _opaque(place, f"{path} does not exist here; it may at {source.text('targetRevision')}")
        if location is not None and (reason := reader.left_out(location)):
            return _opaque(place, f"{path}: {reason}")
        return missing_directory("argocd-path-not-found", subject, place, path, location, reader)
    source = overridden(source, subject, reader, location)
    build, hop, read = _rendered(subject, source, view.repo, location)
    build.reads |= reader.reads
    if verdict is Verdict.SELF:
        build.problems += values(source, directory=location, reader=reader)
    return build, hop, read


def _elsewhere(source: Source, view: View) -> str:
    """The repository of a source that is not here, with the revision where that is what makes it another one."""
    url = source.text("repoURL")
    return f"{url} at {source.text('targetRevision')}" if view.judge_url(url, None) is Verdict.SELF else url


def _rendered(subject: Subject, source: Source, repo: Repo, path: str) -> Outcome:
    """What the tool that Argo CD would choose makes of a directory."""
    place = subject.locate((*source.route, "path"))
    reader = Recorder(repo, set())
    tool = _tool(source, reader, path)
    hop = Hop(place, f"path {path or '.'}")
    if tool == "plugin":
        return Build(opaque=[Opaque(place, "a config management plugin renders it")]), hop, path
    if tool == "helm":
        reader.reads.update(below for below, _ in reader.below(path))
        build, _, _ = _chart(subject, source, helm.chart_name(reader, path) or helm.last_segment(path), ("path",))
        build.reads = reader.reads
        return build, hop, path
    if tool == "kustomize":
        build = kustomize.shared_build(repo, path, kustomize.Rules(charts=True), overlay(source, subject)).copy()
    else:
        build = directory.build(
            reader,
            path,
            place,
            recurse=dig(source.data, ("directory", "recurse")) is True,
            include=source.text("directory", "include"),
            exclude=source.text("directory", "exclude"),
        )
    fill_namespaces(build, subject)
    if not (build.objects or build.problems or build.opaque):
        if directory.may_need_a_plugin(reader, path):
            build.opaque.append(Opaque(place, f"a plugin may render what is in {path or '.'}"))
        else:
            build.problems.append(_nothing_to_apply(subject, place, path, tool, reader))
    build.reads |= reader.reads
    return build, hop, path


def _tool(source: Source, reader: Recorder, path: str) -> str:
    """The tool for a directory: an explicit block, else by what lies in the directory itself.

    With both a chart and a kustomization, the lexically later name wins: kustomize (discovery.go).
    """
    for block in ("plugin", "helm", "kustomize", "directory"):
        if source.data.get(block) is not None:
            if block == "helm" and not reader.is_chart(path):
                continue
            return block
    if kustomize.kustomization_files(reader, path):
        return "kustomize"
    return "helm" if reader.is_chart(path) else "directory"


def reads_plainly(subject: Subject, path: str, repo: Repo) -> bool:
    """Whether an Application that reads a directory of this repository takes it for one of plain manifests."""
    reader = Recorder(repo, set())
    found = (overridden(s, subject, reader, path) for s in sources(subject.data) if join("", s.text("path")) == path)
    return any(_tool(source, reader, path) == "directory" for source in found)


def _chart(subject: Subject, source: Source, name: str, field: Route) -> Outcome:
    place = subject.locate((*source.route, *field))
    namespace = source.text("helm", "namespace") or dig(subject.data, ("spec", "destination", "namespace"))
    release = helm.Release(
        source.text("helm", "releaseName") or subject.ref.name,
        str(namespace or ""),
        name,
        source.text("targetRevision"),
        source.text("repoURL"),
    )
    return helm.build(release, place, None), Hop(place, f"chart {name}"), None


def fill_namespaces(build: Build, subject: Subject) -> None:
    """Objects without a namespace get that of the destination (destination.namespace fills, it never overwrites)."""
    namespace = dig(subject.data, ("spec", "destination", "namespace"))
    if isinstance(namespace, str) and namespace:
        place = subject.locate(("spec", "destination", "namespace"))
        build.objects = [_filled(built, namespace, place) for built in build.objects]


def _filled(built: Built, namespace: str, place: Place) -> Built:
    if built.ref.namespace or built.ref.group == OPAQUE or is_cluster_scoped(built.ref):
        return built
    metadata = {**built.data["metadata"], "namespace": namespace}
    places = built.places.put(("metadata", "namespace"), Places(place))
    return replace(
        built,
        ref=built.ref._replace(namespace=namespace),
        data={**built.data, "metadata": metadata},
        places=places,
    )


def is_cluster_scoped(ref: Ref) -> bool:
    """Whether a kind has no namespace: a built-in one, or a custom one that says so in its name (ClusterIssuer)."""
    return (ref.group, ref.kind) in CLUSTER_SCOPED or ref.kind.startswith("Cluster")


def _opaque(place: Place, why: str) -> Outcome:
    return Build(opaque=[Opaque(place, why)]), Hop(place, why), None


def _nothing_to_apply(subject: Subject, place: Place, path: str, tool: str, reader: Recorder) -> Problem:
    what, advice = "holds no manifest", "commit what is to be applied, or remove the Application"
    if tool == "kustomize" and not kustomize.kustomization_files(reader, path):
        what, advice = "has no kustomization file", "add one, or take out the kustomize block"
    elif tool == "kustomize":
        what = "has a kustomization that lists nothing"
    elif directory.is_deeper(reader, path):
        what = "holds no manifest at its own level"
        advice = "name one of its subdirectories, or set directory.recurse"
    return Problem(
        "argocd-path-not-found",
        f"{subject.ref} reads {path or '.'}, which {what}",
        place,
        case="nothing-to-apply",
        label="nothing to apply",
        help=advice,
    )
