"""What Flux applies in small repositories with one cluster, ``home``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import Controller
from tests.unit.worlds import gotk, world

if TYPE_CHECKING:
    from gitops_lint.engine import World
    from gitops_lint.location import Location, Route
    from gitops_lint.model import Built, Data, Delivery

CONFIG = ".gitops-lint.yaml"


def home(files: dict[str, str], *, strict: bool | None = None, source: str = "") -> World:
    """A world with the root of the cluster, whose Flux is strict, is not, or is not known; ``source`` is its own."""
    versions = {True: "2.9", False: "2.8"}
    config = {} if strict is None else {CONFIG: f'versions: {{flux: "{versions[strict]}"}}\n'}
    root = {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home").replace("ref:", f"{source} ref:")}
    return world({**root, **config, **files})


def built_by(found: World, name: str) -> dict[str, Built]:
    """The objects that a Flux reconciler applies, by kind and name."""
    return {f"{built.ref}": built for delivery in deliveries(found, name) for built in delivery.build.objects}


def deliveries(found: World, name: str) -> list[Delivery]:
    """What a Flux reconciler delivers."""
    return [
        applied.delivery
        for applied in found.walked.applied
        if applied.reconciler.controller is Controller.FLUX and applied.reconciler.subject.ref.name == name
    ]


def data_of(found: World, name: str) -> dict[str, Data]:
    """The data of the objects that a Flux reconciler applies, without apiVersion, kind and the name."""
    return {ref: strip(built.data) for ref, built in built_by(found, name).items()}


def strip(data: Data) -> Data:
    """An object without what its reference says."""
    left = {key: value for key, value in data.items() if key not in ("apiVersion", "kind", "metadata")}
    more = {key: value for key, value in data["metadata"].items() if key not in ("name", "namespace")}
    return {**more, **left}


class Told(NamedTuple):
    """A problem: its kind, its message, and the text that its place points to."""

    kind: str
    message: str
    at: str


def problems(found: World) -> list[Told]:
    """What went wrong, in the order of the places."""
    return [
        Told(f.problem.kind, f.problem.message, pointed(found, f.problem.place.location)) for f in found.walked.faults
    ]


def place(found: World, built: Built, route: Route) -> str:
    """Where a value comes from: the path of the file, and the text there."""
    location = built.locate(route).location
    return f"{location.path}: {pointed(found, location)}"


def pointed(found: World, location: Location) -> str:
    """The text that a location points to, as far as it is on one line."""
    path, span, _ = location
    file = found.repo.file(path) if span else None
    return file.line(span.line)[span.column - 1 : span.end_column - 1] if file and span else ""
