"""The image transformer. kustomize, api/filters/imagetag and api/internal/image."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint import scalars
from gitops_lint.builders.kustomize.decoding import entries, struct, text, traced
from gitops_lint.builders.kustomize.fieldspec import FieldFault, apply
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.setters import each
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.builders.kustomize.traced import text as text_of
from gitops_lint.model import OPAQUE, Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
    """An entry of ``images``."""

    pattern: re2._Regexp[str]
    """The references that it is for."""
    new_name: str
    new_tag: str
    tag_suffix: str
    digest: str
    place: Place
    """That of its one setting, or of the entry where there are several."""


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
        listed = list(entries(step, field))
        images: list[tuple[Image, Entry]] = []
        for entry in listed:
            try:
                images.append((image_of(entry), entry))
            except Malformed as error:
                step.faults.malformed(error)
        if images:
            used: set[Place] = set()
            resources = set_images(resources, [one for one, _ in images], listed[0], step.config.images, step, used)
            for image, entry in images:
                step.faults.chose(entry.place, any_object=image.place in used)
    return resources


def image_of(entry: Entry) -> Image:
    """What an entry says. Raises Malformed where kustomize cannot decode it."""
    fields = struct(traced(entry), FIELDS)
    settings = [fields[name] for name in FIELDS[1:] if name in fields]
    place = settings[0].place if len(settings) == 1 else entry.place
    name, new_name, new_tag, tag_suffix, digest = (text(fields[key]) if key in fields else "" for key in FIELDS)
    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(f"^{name}(:{TAG})?(@sha256:{TAG})?$", options)
    except re2.error:
        message = f"the name {name!r} is no regular expression, and kustomize reads it as one"
        raise Malformed(message, fields["name"].place) from None
    return Image(pattern, new_name, new_tag, tag_suffix, digest, place)


def set_images(
    resources: list[Resource],
    images: Sequence[Image],
    entry: Entry,
    specs: Sequence[FieldSpec],
    step: Step,
    used: set[Place] | None = None,
) -> list[Resource]:
    """The objects, but for CustomResourceDefinitions, with the images changed that the entries are for, one by one.

    The places of the entries that are for any go to ``used``.
    """
    noted: set[Place] = set() if used is None else used
    return each(resources, lambda resource: _with_images(resource, images, specs, noted), entry, step.faults)


def _with_images(resource: Resource, images: Sequence[Image], specs: Sequence[FieldSpec], used: set[Place]) -> Resource:
    """Most entries are for none of the images of an object: it is walked through again only for those that are."""
    if resource.ref.group == OPAQUE or resource.ref.kind == "CustomResourceDefinition":
        return resource
    containers = list(_containers(resource.data, ()))
    seen: set[str] = set()

    def look(field: Traced | None) -> None:
        if field is not None:
            seen.add(_text(field))

    resource = _changed(resource, containers, specs, look)
    for image in images:
        if any(image.pattern.search(each) for each in seen):
            used.add(image.place)
            resource = _changed(resource, containers, specs, _change(image))
            seen = set()
            _changed(resource, containers, specs, look)
    return resource


def _change(image: Image) -> Change:
    def change(field: Traced | None) -> Traced | None:
        old = _text(field) if field is not None else ""
        if field is None or not image.pattern.search(old):
            return None
        new = str(replaced(split(old), image))
        if new == old:
            return None
        return Traced(new if isinstance(field.data, str) else scalars.kustomize(new), Places(image.place))

    return change


def _text(image: Traced) -> str:
    if isinstance(image.data, dict | list):
        raise FieldFault("an image must stand here", image.place)
    return text_of(image.data)


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


def _changed(resource: Resource, containers: Iterable[Route], specs: Sequence[FieldSpec], change: Change) -> Resource:
    """An object with its images changed: first in all containers, then in the fields that the fieldspecs select.

    Most stand in both, so that a ``tagSuffix`` is added twice, as kustomize does (imagetag/legacy.go, imagetag.go).
    """
    after = resource.traced
    for route in containers:
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
