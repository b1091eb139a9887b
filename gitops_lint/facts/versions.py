"""The versions that an object names: those of images, charts and artifacts; and which of two is the newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.identity import normalise_url
from gitops_lint.matrix import normalise_image
from gitops_lint.model import dig
from gitops_lint.shape import list_at, mapping_at, text_at
from gitops_lint.traits import containers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Subject

MAX_DEPTH = 12
"""How deep images are looked for in the values of a release."""
_NUMBERS = re2.compile(r"[0-9]+")
_COMMIT = re2.compile(r"^[0-9a-f]{7,40}$")


class Pinned(NamedTuple):
    """A version, what has it, and where it stands; ``key`` is the same for the same thing in another environment."""

    key: tuple[str, ...]
    what: str
    version: str
    route: Route


def versions_of(subject: Subject) -> Iterator[Pinned]:
    """The versions that an object names in full: what is a range, or comes from elsewhere, is none."""
    kind, data = subject.ref.kind, subject.data
    for route, container in containers_of(kind, data):
        name, image = str(container.get("name", "")), container.get("image")
        if isinstance(image, str) and (tag := tag_of(image)):
            repository = normalise_image(image)
            yield Pinned((name, repository), f"image {repository}", tag, (*route, "image"))
    if kind == "HelmRelease":
        yield from _chart(mapping_at(data, ("spec", "chart", "spec")), ("spec", "chart", "spec"), "version")
        yield from _in_values(mapping_at(data, ("spec", "values")), ("spec", "values"), MAX_DEPTH)
    elif kind == "HelmChart":
        yield from _chart(mapping_at(data, ("spec",)), ("spec",), "version")
    elif kind in ("OCIRepository", "GitRepository") and (tag := text_at(data, ("spec", "ref", "tag"))):
        url = normalise_url(text_at(data, ("spec", "url")))
        yield Pinned((url,), f"artifact {url}", tag, ("spec", "ref", "tag"))
    elif kind == "Application":
        yield from _of_application(data)


def _of_application(data: Data) -> Iterator[Pinned]:
    several = list_at(data, ("spec", "sources"))
    routes: list[Route] = [("spec", "sources", index) for index in range(len(several))] or [("spec", "source")]
    for route in routes:
        yield from _chart(mapping_at(data, route), route, "targetRevision")


def _chart(data: Data, route: Route, field: str) -> Iterator[Pinned]:
    chart, version = text_at(data, ("chart",)), text_at(data, (field,))
    if chart and version:
        yield Pinned((chart,), f"chart {chart}", version, (*route, field))


def _in_values(values: Data, route: Route, depth: int) -> Iterator[Pinned]:
    """Images in the values of a chart, as most charts write them: ``repository`` beside ``tag``."""
    if not isinstance(values, dict) or not depth:
        return
    repository, tag = text_at(values, ("repository",)), dig(values, ("tag",))
    if repository and isinstance(tag, str) and tag:
        image = normalise_image(repository)
        yield Pinned((*map(str, route), image), f"image {image}", tag.partition("@")[0], (*route, "tag"))
    for key, value in values.items():
        yield from _in_values(value, (*route, key), depth - 1)


def tag_of(image: str) -> str:
    """The tag of an image; empty where it has none."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def is_newer(version: str, other: str) -> bool | None:
    """Whether a version is newer than another one; None where nobody can tell.

    Only versions of one pattern are compared, number by number: ``1.4.0-alpine3.20`` with ``1.3.9-alpine3.19``, but
    neither a release with its candidate, nor ``1.4`` with ``1.4.2``, nor commits.
    """
    one, another = version.removeprefix("v"), other.removeprefix("v")
    if not (one[:1].isdigit() and _pattern(one) == _pattern(another)):
        return None
    if _COMMIT.match(one) and not one.isdigit():
        return None
    return _numbers(one) > _numbers(another)


def _pattern(text: str) -> str:
    return str(_NUMBERS.sub("#", text))


def _numbers(text: str) -> list[int]:
    return [int(number[:18]) for number in _NUMBERS.findall(text)]
