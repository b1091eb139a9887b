"""The image transformer. kustomize, api/filters/imagetag and api/internal/image."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint import scalars
from gitops_lint.builders.kustomize.decoding import entries, struct, text, traced
from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.builders.kustomize.traced import text as text_of
from gitops_lint.model import OPAQUE, Places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.builders.kustomize.fieldspec import Change, FieldSpec
    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Place

FIELDS = ("name", "newName", "newTag", "tagSuffix", "digest")
CONTAINERS = ("containers", "initContainers")
"""Lists whose elements have an image wherever they stand."""
TAG = "[a-zA-Z0-9_.{}-]*"


class Image(NamedTuple):
    """An entry of ``images``; ``place`` is that of its one setting, or of the entry where there are several."""

    name: str
    new_name: str
    new_tag: str
    tag_suffix: str
    digest: str
    place: Place


class Reference(NamedTuple):
    """The parts of an image reference; the name holds the registry with its port."""

    name: str
    tag: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}{':' if self.tag else ''}{self.tag}{'@' if self.digest else ''}{self.digest}"


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``images``, and ``imageTags``, its former name."""
    for field in ("images", "imageTags"):
        for entry in entries(step, field):
            try:
                image = read(entry)
            except Malformed as error:
                step.faults.malformed(error)
            else:
                resources = set_image(resources, image, entry, step.config.images, step)
    return resources


def read(entry: Entry) -> Image:
    """An entry of ``images``. Raises Malformed where kustomize cannot decode it."""
    fields = struct(traced(entry), FIELDS)
    settings = [fields[name] for name in FIELDS[1:] if name in fields]
    place = settings[0].place if len(settings) == 1 else entry.place
    name, new_name, new_tag, tag_suffix, digest = (text(fields[key]) if key in fields else "" for key in FIELDS)
    return Image(name, new_name, new_tag, tag_suffix, digest, place)


def set_image(
    resources: list[Resource], image: Image, entry: Entry, specs: Sequence[FieldSpec], step: Step
) -> list[Resource]:
    """The objects, but for CustomResourceDefinitions, with an image changed wherever its name matches.

    First in all containers, then in the fields that the fieldspecs select: most are changed in both ways, which adds a
    ``tagSuffix`` twice, as kustomize does.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(f"^{image.name}(:{TAG})?(@sha256:{TAG})?$", options)
    except re2.error:
        step.faults.refuse(
            "malformed-field",
            f"the name {image.name!r} in images is no regular expression, and kustomize reads it as one",
            entry.place,
            "write the name of the image as it stands in the objects",
        )
        return resources

    def change(field: Traced | None) -> Traced | None:
        if field is None:
            return None
        if isinstance(field.data, dict | list):
            raise FieldFault("an image must stand here", field.place)
        old = text_of(field.data)
        new = str(replaced(split(old), image)) if pattern.search(old) else old
        if new == old:
            return None
        return Traced(new if isinstance(field.data, str) else scalars.kustomize(new), Places(image.place))

    result = []
    for resource in resources:
        try:
            result.append(_changed(resource, specs, change))
        except FieldFault as fault:
            step.faults.field(entry, fault)
            result.append(resource)
    return result


def split(reference: str) -> Reference:
    """The parts of a reference (api/internal/image/image.go, Split): a ``:`` before the first ``/`` is a port's."""
    start = max(reference.find("/"), 0)
    at, colon = reference.find("@", start), reference.find(":", start)
    if at >= 0 and (at < colon or colon < 0):
        return Reference(reference[:at], "", reference[at + 1 :])
    if colon < 0:
        return Reference(reference, "", "")
    tag = reference[colon + 1 : at] if at >= 0 else reference[colon + 1 :]
    return Reference(reference[:colon], tag, reference[at + 1 :] if at >= 0 else "")


def replaced(old: Reference, image: Image) -> Reference:
    """A reference after an entry: a tag or a digest takes the place of both (imagetag/updater.go)."""
    name = image.new_name or old.name
    if image.new_tag or image.digest:
        return Reference(name, image.new_tag, image.digest)
    if image.tag_suffix:
        return Reference(name, old.tag + image.tag_suffix, "")
    return old._replace(name=name)


def _changed(resource: Resource, specs: Sequence[FieldSpec], change: Change) -> Resource:
    """An object with its images changed (imagetag/legacy.go, then imagetag/imagetag.go)."""
    if resource.ref.group == OPAQUE or resource.ref.kind == "CustomResourceDefinition":
        return resource
    after = resource.traced
    for route in _containers(resource.data, ()):
        after = _container(after, route, change) or after
    if after.data is not resource.data:
        resource = resource.changed(after.data, after.places)
    return apply(resource, specs, change)


def _containers(data: Data, route: Route) -> Iterator[Route]:
    """The routes to the elements of lists of containers, the innermost first."""
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict | list):
                yield from _containers(value, (*route, key))
                if key in CONTAINERS and isinstance(value, list):
                    yield from ((*route, key, index) for index in range(len(value)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            if isinstance(value, dict | list):
                yield from _containers(value, (*route, index))


def _container(field: Traced, route: Route, change: Change) -> Traced | None:
    """A value with the image of the container at a route changed; None where nothing changes."""
    if route:
        below = _container(field.child(route[0]), route[1:], change)
        return field.with_child(route[0], below) if below is not None else None
    if field.data is None:
        return None
    if not isinstance(field.data, dict):
        raise FieldFault("a container must stand here", field.place)
    image = field.field("image")
    new = change(image) if image is not None else None
    return field.with_fields({"image": new}) if new is not None else None
