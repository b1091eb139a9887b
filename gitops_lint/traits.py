"""What a clause of the matrix can ask of an object: path, names, chart, images and source, read from its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.matrix import Traits, normalise_image
from gitops_lint.model import OPAQUE, RELEASE, REMOTE_BASE, Ref, dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Built, Data, Manifest

POD_SPECS: dict[str, Route] = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "ReplicaSet": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}


def traits_of(built: Built, cluster: str) -> Traits:
    """The traits of a built object; an opaque one has only those of its origin."""
    data, ref = built.data, built.ref
    if ref.group == OPAQUE:
        return Traits(
            path=built.path,
            kind=ref.kind,
            name=ref.name if ref.kind == RELEASE else "",
            namespace=ref.namespace,
            chart=str(data.get("chart", "")),
            source=str(data.get("source", "")) if ref.kind in (RELEASE, REMOTE_BASE) else "",
            cluster=cluster,
        )
    images = tuple(normalise_image(image) for image in images_of(ref.kind, data))
    return Traits(built.path, ref.kind, ref.name, ref.namespace, "", images, "", cluster)


def traits_of_manifest(manifest: Manifest) -> Traits:
    """The traits of an object as written; a HelmRelease or Application also has those of its chart."""
    ref, data = manifest.ref, manifest.data
    images = tuple(normalise_image(image) for image in images_of(ref.kind, data))
    chart = dig(data, ("spec", "chart", "spec", "chart")) or dig(data, ("spec", "source", "chart"))
    return Traits(manifest.path, ref.kind, ref.name, ref.namespace, chart if isinstance(chart, str) else "", images)


def containers_of(kind: str, data: Data) -> Iterator[tuple[Route, Mapping[str, Data]]]:
    """The containers of a workload, those that run first included, and where each stands."""
    top = POD_SPECS.get(kind)
    for field in ("initContainers", "containers") if top else ():
        for index, container in enumerate(list_at(data, (*(top or ()), field))):
            if isinstance(container, dict):
                yield (*(top or ()), field, index), container


def images_of(kind: str, data: Data) -> Iterator[str]:
    """The images of a workload's containers."""
    for _, container in containers_of(kind, data):
        if isinstance(image := container.get("image"), str):
            yield image


VOLUMES: dict[str, tuple[str, Route]] = {
    "ConfigMap": ("configMap", ("configMap", "name")),
    "Secret": ("secret", ("secret", "secretName")),
    "PersistentVolumeClaim": ("persistentVolumeClaim", ("persistentVolumeClaim", "claimName")),
}
"""The kinds that a volume may be made from: the field of its source, and where that has the name."""

ENVIRONMENT: tuple[tuple[str, dict[str, Route]], ...] = (
    ("envFrom", {"ConfigMap": ("configMapRef",), "Secret": ("secretRef",)}),
    ("env", {"ConfigMap": ("valueFrom", "configMapKeyRef"), "Secret": ("valueFrom", "secretKeyRef")}),
)
"""Where a container takes its environment from."""


def needed_by(built: Built) -> Iterator[tuple[Ref, Route]]:
    """What the Pods of a workload do not start without, in its namespace, and where it is named.

    Kubernetes, core/v1 Volume, EnvFromSource and EnvVarSource: what is ``optional`` is left out.
    """
    top = POD_SPECS.get(built.ref.kind)
    if top is None or built.ref.group == OPAQUE:
        return
    for kind, name, optional, route in (*_volumes(built.data, top), *_environment(built.data, top)):
        if name and optional is not True:
            yield Ref("", kind, built.ref.namespace, name), route


def _volumes(data: Data, top: Route) -> Iterator[tuple[str, str, Data, Route]]:
    for index, volume in enumerate(list_at(data, (*top, "volumes"))):
        for kind, (field, named) in VOLUMES.items():
            yield kind, text_at(volume, named), dig(volume, (field, "optional")), (*top, "volumes", index, *named)


def _environment(data: Data, top: Route) -> Iterator[tuple[str, str, Data, Route]]:
    for field in ("initContainers", "containers"):
        for number, container in enumerate(list_at(data, (*top, field))):
            for source, route in ENVIRONMENT:
                for index, entry in enumerate(list_at(container, (source,))):
                    for kind, reference in route.items():
                        found, at = dig(entry, reference), (*top, field, number, source, index, *reference, "name")
                        yield kind, text_at(found, ("name",)), dig(found, ("optional",)), at
