"""``gitops-lint build``: what a directory or a reconciler builds, as YAML, with where each field was set on demand."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders import kustomize
from gitops_lint.builders.envsubst import Unparsable, uses
from gitops_lint.cli import UsageError
from gitops_lint.cli.naming import closest, is_named, spelled
from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.progress import progress
from gitops_lint.cli.world import check_cluster, is_empty, open_tree, open_world, say_empty
from gitops_lint.location import Location
from gitops_lint.model import OPAQUE, Controller, Places, dig
from gitops_lint.output import objects
from gitops_lint.output.text import clean, place
from gitops_lint.paths import normalise
from gitops_lint.repo import MANIFEST_SUFFIXES, Recorder, Repo
from gitops_lint.rule import shipped
from gitops_lint.shape import mapping_at, text_at
from gitops_lint.snippet import MASK, secrets

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from gitops_lint.engine import World
    from gitops_lint.location import Route
    from gitops_lint.model import Build, Built, Data, Place, Problem, Subject
    from gitops_lint.walk import Applied

LAST_APPLIED = ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
"""Where ``kubectl apply`` keeps the whole object once more, with its values."""


class Complaint(NamedTuple):
    """A fault of a build in words, and whether whoever builds would refuse to go on."""

    location: Location
    message: str
    refuses: bool


class Target(NamedTuple):
    """What is built: its parts, and what went wrong on the way."""

    parts: list[objects.Part]
    complaints: Iterable[Complaint]


def run(options: argparse.Namespace) -> int:
    """Print the objects; 1 where the real controller would refuse the build, with the reasons on standard error."""
    with progress(options):
        target = _target(options)
    if target is None:
        return say_empty(options)
    parts = target.parts if options.show_secrets else [_masked_part(part) for part in target.parts]
    sys.stdout.write(objects.render(parts, provenance=options.provenance, unicode=wants_unicode()))
    complaints = sorted(set(target.complaints), key=_by_place)
    sys.stdout.flush()
    for complaint in complaints:
        print(f"{clean(place(complaint.location))}: {clean(complaint.message)}", file=sys.stderr)
    return 1 if any(complaint.refuses for complaint in complaints) else 0


def _target(options: argparse.Namespace) -> Target | None:
    """What was asked for; None where the repository holds nothing. Raises UsageError."""
    path = normalise(options.subject.rstrip("/") or options.subject)
    tree = open_tree(options)
    if path is not None and tree.is_directory(path):
        if options.cluster is not None:
            raise UsageError(f"--cluster narrows what a reconciler builds; {path or '.'} is a directory")
        return _directory(Repo(tree), path)
    if path is not None and tree.is_file(path):
        raise UsageError(f"{path} is a file: name the directory of its kustomization, or see gitops-lint why {path}")
    world = open_world(options)
    if is_empty(world):
        return None
    check_cluster(world, options.cluster)
    return _reconciler(world, options)


# -- a directory -------------------------------------------------------------------------------------------------------


def _directory(repo: Repo, path: str) -> Target:
    """What plain kustomize makes of a directory."""
    build = kustomize.build(Recorder(repo, set()), path, kustomize.Rules())
    if build is None:
        raise UsageError(f"{path or '.'} holds no kustomization file{_other_directory(repo, path)}")
    part = objects.Part("", build.objects, build.opaque)
    return Target([part], [*_problems(build.problems), *_text_faults(repo, build, is_kustomized=True)])


def _other_directory(repo: Repo, path: str) -> str:
    """The directory to build instead: the first one below that has a kustomization, else the nearest one above."""
    tops = sorted(
        file.rpartition("/")[0] for file in repo.tree.files if file.rpartition("/")[2] in kustomize.FILE_NAMES
    )
    below = [top for top in tops if not path or top.startswith(f"{path}/")]
    above = [top for top in tops if not top or path.startswith(f"{top}/")]
    if below:
        return f"; {min(below, key=lambda top: (top.count('/'), top))} has one"
    if above:
        return f"; {above[-1] or '.'} has one"
    return "; gitops-lint build KIND/NAMESPACE/NAME prints what a reconciler makes of it"


# -- a reconciler ------------------------------------------------------------------------------------------------------


def _reconciler(world: World, options: argparse.Namespace) -> Target:
    """What the walk delivered for a reconciler, in every cluster or in one. Raises UsageError where there is none."""
    asked = {r.node for r in world.walked.reconcilers if is_named(r.subject.ref, options.subject)}
    if not asked:
        raise UsageError(_unknown(world, options.subject))
    applied = [
        one
        for one in world.walked.applied
        if one.reconciler.node in asked and options.cluster in (None, one.delivery.cluster)
    ]
    complaints = [
        complaint
        for fault in world.walked.faults
        if any(consumer.node in asked for consumer in fault.consumers)
        for complaint in _problems([fault.problem])
    ]
    if not applied and not complaints:
        where = f" to cluster {options.cluster}" if options.cluster else ""
        raise UsageError(f"{options.subject} applies nothing{where}")
    for one in applied:
        complaints += _text_faults(world.repo, one.delivery.build, is_kustomized=_is_kustomized(world, one))
    titles = [_title(one) if len(applied) > 1 else "" for one in applied]
    parts = [_part(one, title, provenance=options.provenance) for one, title in zip(applied, titles, strict=True)]
    return Target(parts, complaints)


def _part(applied: Applied, title: str, *, provenance: bool) -> objects.Part:
    build, subject = applied.delivery.build, applied.reconciler.subject
    if not provenance or not mapping_at(subject.data, ("spec", "postBuild")):
        return objects.Part(title, build.objects, build.opaque)
    return objects.Part(title, [_with_variables(built, subject) for built in build.objects], build.opaque)


def _with_variables(built: Built, subject: Subject) -> Built:
    """An object whose substituted texts lead to the variable: a build lets them lead to the text that uses it."""
    places = built.places
    for route, value in _scalars(built.data, ()):
        written = built.locate(route)
        text = dig(getattr(written.document, "data", None), written.route)
        if isinstance(text, str) and "$" in text and text != value:
            places = places.put(route, Places(_variable(text, subject)))
    return replace(built, places=places)


def _variable(text: str, subject: Subject) -> Place:
    """Where the first variable of a text is defined; the whole postBuild where that is in another object."""
    values = mapping_at(subject.data, ("spec", "postBuild", "substitute"))
    try:
        name = next((use.name for use in uses(text) if use.name in values), None)
    except Unparsable:
        name = None
    return subject.locate(("spec", "postBuild", "substitute", name) if name else ("spec", "postBuild"))


def _scalars(data: Data, route: Route) -> Iterator[tuple[Route, Data]]:
    if isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _scalars(value, (*route, step))
    else:
        yield route, data


def _title(applied: Applied) -> str:
    return f"cluster {applied.delivery.cluster}: {applied.reconciler.subject.ref}, {applied.delivery.hop.text}"


def _is_kustomized(world: World, applied: Applied) -> bool:
    """Whether kustomize makes the objects: always for Flux, for Argo CD where a directory has a kustomization."""
    entries = world.repo.tree.entries(applied.delivery.path or "")
    return applied.reconciler.controller is Controller.FLUX or not set(entries).isdisjoint(kustomize.FILE_NAMES)


def _unknown(world: World, asked: str) -> str:
    """Why nothing can be built, and what may have been meant."""
    for node, owners in world.graph.objects.items():
        if node[1].group != OPAQUE and any(is_named(node[1], name) for name in (asked, asked.lower())):
            return f"{asked} builds nothing; it is built by {spelled(owners[0].reconciler.subject.ref)}"
    hint = closest((reconciler.subject.ref for reconciler in world.walked.reconcilers), asked)
    return f"there is no directory and no reconciler {asked}{hint}"


# -- what went wrong ---------------------------------------------------------------------------------------------------


def _problems(problems: Iterable[Problem]) -> Iterator[Complaint]:
    for problem in problems:
        yield Complaint(problem.place.location, problem.message, _refuses(problem))


def _refuses(problem: Problem) -> bool:
    """Whether a problem fails a build: its rule's page calls it an error in that case."""
    for rule in shipped():
        if rule.law.params.get("problem") == problem.kind:
            levels = rule.law.severity
            return (levels.get(problem.case or "") if isinstance(levels, dict) else levels) == "error"
    return True


def _text_faults(repo: Repo, build: Build, *, is_kustomized: bool) -> Iterator[Complaint]:
    """What is wrong with the text of the files that a build read.

    A key that stands twice fails kustomize alone, and only in a file of objects.
    """
    origins = {built.path for built in build.objects}
    for path in sorted(build.reads):
        name = path.rpartition("/")[2]
        is_manifest = path.endswith(MANIFEST_SUFFIXES) or name in kustomize.FILE_NAMES
        if not is_manifest or not repo.tree.is_file(path) or repo.chart_of_template(path):
            continue
        file = repo.file(path)
        for fault in file.faults if file else ():
            refuses = fault.kind != "duplicate-key" or (is_kustomized and path in origins)
            yield Complaint(Location(path, fault.span), fault.message, refuses)
        for document in file.documents if file and is_kustomized and path in origins else ():
            for refusal in document.refusals:
                yield Complaint(Location(path, refusal.span), refusal.message, True)


def _by_place(complaint: Complaint) -> tuple[object, ...]:
    return complaint.location.path, complaint.location.span or (0,), complaint.message


# -- secrets -----------------------------------------------------------------------------------------------------------


def _masked_part(part: objects.Part) -> objects.Part:
    return part._replace(objects=[replace(built, data=masked(built.data)) for built in part.objects])


def masked(data: Data) -> Data:
    """An object without the values of Secrets, in it or in the patches that it carries; the object itself stays."""
    for route in _hidden(data):
        data = _with_mask(data, route)
    return data


def _hidden(data: Data) -> Iterator[Route]:
    yield from secrets(data)
    if text_at(data, ("kind",)) == "Secret":
        yield from ((field,) for field in ("data", "stringData") if data.get(field) and not mapping_at(data, (field,)))
        if text_at(data, LAST_APPLIED):
            yield LAST_APPLIED


def _with_mask(data: Data, route: Route) -> Data:
    if not route:
        return MASK
    step = route[0]
    if isinstance(data, list):
        return [_with_mask(item, route[1:]) if index == step else item for index, item in enumerate(data)]
    return {**data, step: _with_mask(data[step], route[1:])}
