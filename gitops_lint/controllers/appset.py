"""What an ApplicationSet brings: the Applications of its generators, and the clusters that these may ask for."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from gitops_lint.builders import applicationset
from gitops_lint.controllers import Answer, Verdict, View
from gitops_lint.controllers.appfailure import is_known, unrenderable
from gitops_lint.glob import head
from gitops_lint.model import Build, Built, Delivery, Hop, Opaque, Places, Problem, Ref, dig
from gitops_lint.paths import upwards
from gitops_lint.repo import Recorder
from gitops_lint.shape import mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Reconciler, Subject

GROUP = "argoproj.io"
KIND = "argocd.argoproj.io/secret-type"
SECRETS: Mapping[tuple[str, str], Route] = {
    ("", "Secret"): ("metadata",),
    ("external-secrets.io", "ExternalSecret"): ("spec", "target", "template", "metadata"),
    ("bitnami.com", "SealedSecret"): ("spec", "template", "metadata"),
}
"""What is a Secret or becomes one, and where the metadata of the Secret stand in it."""
GLOBBING = "applicationsetcontroller.enable.new.git.file.globbing"
"""The switch of the controller, in argocd-cmd-params-cm, by which ``*`` stays inside a segment."""


def generated(reconciler: Reconciler, view: View) -> Answer:
    """The Applications of an ApplicationSet; they stand in the same cluster and namespace as their set."""
    subject = reconciler.subject
    build, failures = Build(), list[applicationset.Failure]()
    sources = applicationset.Sources(
        Recorder(view.repo, build.reads),
        Recorder(view.repo, set()),
        lambda url: view.judge_url(url, None) is Verdict.SELF,
        _clusters(view),
        globs_cross=not _has_new_globbing(view),
    )
    for made in applicationset.generate(subject.data, sources):
        if isinstance(made, applicationset.Unknown):
            build.opaque.append(Opaque(subject.locate(made.route), f"{subject.ref}: {made.reason}"))
            if made.failure and is_known(dig(subject.data, made.failure.generator), view):
                failures.append(made.failure)
        else:
            build.objects.append(_built(made, subject))
    build.problems += unrenderable(subject, failures, makes_any=bool(build.objects))
    if not build.opaque:
        build.problems += _unmatched(subject, sources, makes_any=bool(build.objects))
    hop = Hop(subject.locate(("spec", "generators")), "generators")
    return Answer((Delivery(reconciler.cluster, build, hop),))


def _unmatched(subject: Subject, sources: applicationset.Sources, *, makes_any: bool) -> Iterator[Problem]:
    """What the git generators look for and is not there.

    A pattern may wait for what is yet to come, beside others that match; a path without a wildcard names one thing.
    """
    for route, pattern in applicationset.unmatched(subject.data, sources, literal=makes_any):
        missing = _missing(head(pattern), sources.survey)
        what = "directory" if "directories" in route else "file"
        nearest = sources.survey.nearest(missing) if missing else None
        result = "makes no Application of it" if makes_any else "makes no Application at all"
        yield Problem(
            "unmatched-generator",
            f"no {what} of this repository is {pattern}, so {subject.ref} {result}",
            subject.locate(route),
            label=f"no {what} matches",
            help=f"did you mean {pattern.replace(missing, nearest, 1)}?"
            if missing and nearest
            else "correct it, or take it out with what it made",
            cuts=(nearest,) if nearest else (),
        )


def _missing(path: str, survey: Recorder) -> str | None:
    """The first directory on the way to a path that is not there; None where all of them are."""
    return next((above for above in reversed([*upwards(path)]) if not survey.is_directory(above)), None)


def _built(made: applicationset.Made, subject: Subject) -> Built:
    metadata = {**made.data["metadata"], "namespace": subject.ref.namespace}
    data = {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Application", **made.data, "metadata": metadata}
    ref = Ref(GROUP, "Application", subject.ref.namespace, metadata["name"])
    template = dig(subject.data, ("spec", "template"))
    places = Places(subject.locate(("spec", "template")))
    for route in _set_by(made.own, template, ()):
        places = places.put(route, Places(subject.locate((*made.own_route, *route))))
    for route in _set_by(made.patch, template, ()):
        places = places.put(route, Places(subject.locate(("spec", "templatePatch"))))
    return Built(ref, data, places)


def _set_by(patch: Data, template: Data, route: Route) -> Iterator[Route]:
    """The routes whose values come from a patch: it replaces them in the template, or brings them along."""
    if isinstance(patch, dict) and isinstance(template, dict):
        for key, value in patch.items():
            yield from _set_by(value, template.get(key), (*route, key))
    elif route and patch is not None:
        yield route


# -- clusters ----------------------------------------------------------------------------------------------------------


def _clusters(view: View) -> list[applicationset.Cluster] | None:
    """The clusters of the cluster Secrets in this repository, else those of the configuration; None without either.

    argo-cd, docs/operator-manual/declarative-setup.md (Clusters). A Secret that another controller makes is one whose
    content nobody here knows.
    """
    secrets = [
        _of_secret(mapping_at(manifest.data, route), manifest.data)
        for (group, kind), route in SECRETS.items()
        for manifest in view.repo.of_kind(group, kind)
        if dig(manifest.data, (*route, "labels", KIND)) == "cluster"
    ]
    configured: dict[str, applicationset.Cluster] = {}
    for destination, name in view.destinations.items():
        if "://" in destination:
            configured[name] = applicationset.Cluster(name, destination)
    return secrets or list(configured.values()) or None


def _of_secret(metadata: Data, data: Data) -> applicationset.Cluster:
    return applicationset.Cluster(
        _value(data, "name"),
        _value(data, "server"),
        _value(data, "project") or "",
        {str(key): str(value) for key, value in mapping_at(metadata, ("labels",)).items()},
        {str(key): str(value) for key, value in mapping_at(metadata, ("annotations",)).items()},
    )


def _value(data: Data, key: str) -> str | None:
    """A value of a Secret; None where it is encrypted, or not there."""
    plain, encoded = text_at(data, ("stringData", key)), text_at(data, ("data", key))
    if plain:
        return None if plain.startswith("ENC[") else plain
    try:
        return base64.b64decode(encoded, validate=True).decode() or None
    except ValueError:
        return None


def _has_new_globbing(view: View) -> bool:
    maps = view.repo.of_kind("", "ConfigMap")
    return any(m.ref.name == "argocd-cmd-params-cm" and text_at(m.data, ("data", GLOBBING)) == "true" for m in maps)
