"""Accumulation: the objects of a kustomization, gathered through its resources, bases and components.

The order is kustomize's (api/internal/target/kusttarget.go, accumulateTarget): resources, components on top of
them, then the transformers of this layer. A build never stops at a fault: it notes the problem and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize.entries import is_remote, named_files, patch_files
from gitops_lint.builders.kustomize.faults import Faults
from gitops_lint.builders.kustomize.generators import KINDS, generate, hash_suffix
from gitops_lint.builders.kustomize.layer import Entry, Layer, Overlay, kustomization_files
from gitops_lint.builders.kustomize.patch import Unpatchable
from gitops_lint.builders.kustomize.patches import Unmatched, apply_patch, patches_of
from gitops_lint.builders.kustomize.transformers import Resource, add_prefix, add_suffix, merge, set_namespace
from gitops_lint.location import Location
from gitops_lint.model import OPAQUE, REMOTE_BASE, Build, Built, Hop, Place, Places, Ref, dig
from gitops_lint.paths import join
from gitops_lint.repo import Recorder, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_lint.document import Document

MAX_LAYERS = 64
"""Kustomizations inside each other; real repositories stay below ten."""

PLUGINS = ("generators", "transformers", "helmCharts", "helmChartInflationGenerator")
"""Fields that make or change objects in ways that are not reproduced here."""

LISTED = "take it out of resources: they are for objects, each with apiVersion, kind and metadata.name"
STRAY = "move it elsewhere, or list the manifests of this directory in a kustomization"
Identity = tuple[Ref, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a consumer builds: Flux lifts the load restriction (fluxcd/pkg kustomize Build), the others keep it."""

    files_below_root: bool = True


class Accumulator:
    """One build: what it found so far."""

    def __init__(self, reader: Recorder, rules: Rules) -> None:
        self.reader = reader
        self.rules = rules
        self.build = Build(reads=reader.reads)
        self.faults = Faults(self.build, reader)

    # -- layers ------------------------------------------------------------------------------------------------

    def open(self, directory: str, overlay: Overlay | None = None) -> Layer | None:
        """The layer of a directory; None, with a problem noted, where it has no readable kustomization."""
        files = kustomization_files(self.reader, directory)
        if not files:
            return None
        if len(files) > 1:
            self.faults.several_files(directory, files)
        file = self.reader.file(files[0])
        documents = file.documents if file else ()
        if len(documents) > 1 and is_kustomization(documents[0]):
            self.faults.several_documents(documents[1])
        return Layer(directory, documents[0] if documents else None, overlay)

    def accumulate(
        self, layer: Layer, below: list[Resource], via: Hop | None, stack: tuple[str, ...]
    ) -> list[Resource]:
        """The resources of a layer. A component starts from the resources ``below`` it, a base from none."""
        stack = (*stack, layer.directory)
        gathered = list(below)
        if layer.generated:
            gathered += self._everything_below(layer.directory, via, stack)
        for field in ("resources", "bases"):
            for entry in layer.entries(field):
                gathered += self._resource(layer, entry, via, stack)
        for field in KINDS:
            for entry in layer.entries(field):
                gathered = self._generate(layer, entry, gathered, via)
        for entry in layer.entries("components"):
            gathered = self._component(layer, entry, gathered, via, stack)
        self._probe_files(layer)
        if any(layer.data.get(field) for field in PLUGINS):
            self.faults.complete = False
        transformed = self._transform(layer, self._without_duplicates(layer, gathered))
        return self._without_duplicates(layer, transformed)

    def _transform(self, layer: Layer, resources: list[Resource]) -> list[Resource]:
        for patch in patches_of(layer, self.reader, self.faults.missing):
            try:
                resources = apply_patch(patch, resources)
            except Unmatched as error:
                if self.faults.complete:
                    self.faults.patch(patch, error)
            except Unpatchable as error:
                self.faults.patch(patch, error)
        for field, transformer in _TRANSFORMERS:
            entry = layer.scalar(field)
            if entry is not None:
                resources = [transformer(resource, entry) for resource in resources]
        return resources

    def _without_duplicates(self, layer: Layer, resources: list[Resource]) -> list[Resource]:
        seen: dict[Identity, Resource] = {}
        for resource in resources:
            first = seen.setdefault(_identity(resource), resource)
            if first is not resource and resource.ref.group != OPAQUE:
                self.faults.twin(layer, first, resource)
        return list(seen.values())

    def _everything_below(self, top: str, via: Hop | None, stack: tuple[str, ...]) -> list[Resource]:
        """What a generated kustomization lists: every manifest below; a directory with a kustomization as one unit.

        fluxcd/pkg, kustomize_generator.go, scanManifests: ``.yaml`` and ``.yml`` only, at any depth, and through no
        link (filepath.Walk).
        """
        gathered: list[Resource] = []
        hop = Hop(Location(top), "every manifest below", via)
        top = self.reader.resolve(top)
        pending = [top]
        while pending:
            path = pending.pop()
            if not self.reader.is_directory(path):
                gathered += self.manifests(path, hop, STRAY) if path.endswith((".yaml", ".yml")) else ()
            elif path != top and self.reader.resolve(path) != path:
                continue
            elif path != top and (layer := self.open(path)):
                gathered += self.accumulate(layer, [], hop, stack)
            else:
                pending += [f"{path}/{name}" if path else name for name in reversed(self.reader.entries(path))]
        return gathered

    # -- entries -----------------------------------------------------------------------------------------------

    def _resource(self, layer: Layer, entry: Entry, via: Hop | None, stack: tuple[str, ...]) -> list[Resource]:
        if not isinstance(entry.value, str):
            return []
        hop = Hop(entry.place, f"{entry.field}: {entry.value}", via)
        path = join(layer.directory, entry.value)
        if path is not None and self.reader.is_file(path):
            return self._file(path, entry, layer, hop)
        if path is not None and self.reader.is_directory(path):
            base = self._base(path, entry, stack)
            return self.accumulate(base, [], hop, stack) if base else []
        if is_remote(entry.value):
            return [self._remote(entry, hop)]
        self.faults.missing(layer, entry, entry.value)
        return []

    def _component(
        self, layer: Layer, entry: Entry, gathered: list[Resource], via: Hop | None, stack: tuple[str, ...]
    ) -> list[Resource]:
        if not isinstance(entry.value, str):
            return gathered
        hop = Hop(entry.place, f"components: {entry.value}", via)
        path = join(layer.directory, entry.value)
        if path is not None and self.reader.is_directory(path):
            component = self._base(path, entry, stack)
            return self.accumulate(component, gathered, hop, stack) if component else gathered
        if is_remote(entry.value):
            return [*gathered, self._remote(entry, hop)]
        if not layer.may_be_missing(entry):
            self.faults.missing(layer, entry, entry.value, wants_directory=True)
        return gathered

    def _base(self, path: str, entry: Entry, stack: tuple[str, ...]) -> Layer | None:
        """The kustomization of a directory entry, unless it closes a cycle or has none."""
        real = self.reader.resolve(path)
        if len(stack) > MAX_LAYERS:
            self.faults.unknown(entry, f"more than {MAX_LAYERS} kustomizations inside each other")
            return None
        if any(_is_at_or_above(real, visited) for visited in stack):
            self.faults.cycle(entry, real)
            return None
        if not self.faults.takes(entry.place):
            return None
        layer = self.open(real)
        if layer is None:
            self.faults.no_kustomization(entry, real)
        return layer

    def _file(self, path: str, entry: Entry, layer: Layer, hop: Hop) -> list[Resource]:
        self._keep_inside(layer, entry, path)
        return list(self.manifests(path, hop, LISTED))

    def _keep_inside(self, layer: Layer, entry: Entry, path: str) -> None:
        top = self.reader.resolve(layer.directory)
        if self.rules.files_below_root and not _is_at_or_above(top, self.reader.resolve(path)):
            self.faults.outside(entry, path)

    def manifests(self, path: str, hop: Hop | None, advice: str) -> Iterator[Resource]:
        """The objects of a file, under the reading of kustomize."""
        file = self.reader.file(path)
        for document in file.documents if file else ():
            self.faults.no_object(document, advice)
            for manifest in objects(document, document.kustomize):
                if not self.faults.takes(hop.place if hop else Place(document, ())):
                    return
                yield Resource(manifest.ref, manifest.data, Places(manifest.locate(())), hop)

    def _remote(self, entry: Entry, hop: Hop) -> Resource:
        self.faults.unknown(entry, f"the remote base {entry.value}")
        ref = Ref(OPAQUE, REMOTE_BASE, "", entry.value)
        return Resource(ref, {"source": entry.value}, Places(entry.place), hop)

    def _generate(self, layer: Layer, entry: Entry, gathered: list[Resource], via: Hop | None) -> list[Resource]:
        options = layer.data.get("generatorOptions")
        made = generate(entry, layer.directory, options, self.reader.content)
        if made is None:
            return gathered
        hop = Hop(entry.place, f"{entry.field}: {made.ref.name}", via)
        resource = Resource(made.ref, made.data, made.places, hop, hashed=made.hashed)
        if made.behavior == "create":
            return [*gathered, resource]
        below = next((r for r in gathered if _is_same_generator(r, made.ref)), None)
        if below is None:
            message = f"{made.ref} is to {made.behavior} one below it, and there is none"
            self.faults.refuse("generator-without-base", message, entry.place, "create it below, or drop the behavior")
            return [*gathered, resource]
        merged = merge(below, resource, made.behavior)
        return [merged if r is below else r for r in gathered]

    def _probe_files(self, layer: Layer) -> None:
        for entry, value, may_be_directory in named_files(layer):
            path = join(layer.directory, value)
            if path is not None and self.reader.is_file(path):
                self._keep_inside(layer, entry, path)
            elif not is_remote(value) and not (may_be_directory and path and self.reader.is_directory(path)):
                self.faults.missing(layer, entry, value)
        for entry, value, _ in patch_files(layer):
            path = join(layer.directory, value)
            if path is not None and self.reader.is_file(path):
                self._keep_inside(layer, entry, path)


_TRANSFORMERS: tuple[tuple[str, Callable[[Resource, Entry], Resource]], ...] = (
    ("namespace", set_namespace),
    ("namePrefix", add_prefix),
    ("nameSuffix", add_suffix),
)


def build(
    reader: Recorder, directory: str, rules: Rules, overlay: Overlay | None = None, *, generate: bool = False
) -> Build | None:
    """What kustomize makes of a directory.

    Without a kustomization file: what Flux makes of it with ``generate``, else None.
    """
    accumulator = Accumulator(reader, rules)
    layer = accumulator.open(directory, overlay)
    if layer is None and not generate:
        return None
    layer = layer or Layer(directory, overlay=overlay, generated=True)
    return finish(accumulator, accumulator.accumulate(layer, [], None, ()))


def finish(accumulator: Accumulator, resources: list[Resource]) -> Build:
    """The build of what was gathered."""
    build = accumulator.build
    build.objects = [
        Built(named.ref, named.data, named.places, named.via)
        for named in map(_with_hash, resources)
        if not _is_local_config(named)
    ]
    return build


def _with_hash(resource: Resource) -> Resource:
    """A generated object under its last name; references to it by other objects are left as they are."""
    if not resource.hashed:
        return resource
    name = f"{resource.ref.name}-{hash_suffix(resource.data)}"
    return resource.set(("metadata", "name"), name, resource.places.locate(("metadata", "name")))


def _is_same_generator(resource: Resource, ref: Ref) -> bool:
    """Whether a generated object below is the one that a generator above names, by any of its identities."""
    names = ((r.kind, r.name) for r in (resource.ref, *resource.earlier))
    return resource.ref.group == "" and (ref.kind, ref.name) in names


def _is_local_config(resource: Resource) -> bool:
    metadata = resource.data.get("metadata") if isinstance(resource.data, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and annotations.get("config.kubernetes.io/local-config") in (
        "true",
        True,
    )


def _identity(resource: Resource) -> Identity:
    """What may stand in a build once (kustomize, resid.ResId): versions differ, an empty namespace is ``default``."""
    namespace = "" if resource.ref.namespace == "default" else resource.ref.namespace
    return resource.ref._replace(namespace=namespace), str(dig(resource.data, ("apiVersion",)))


def _is_at_or_above(directory: str, path: str) -> bool:
    return directory in ("", path) or path.startswith(f"{directory}/")


def is_kustomization(document: Document) -> bool:
    """Whether a file of that name holds a kustomization: a Flux Kustomization in it is something else."""
    version = document.kustomize.get("apiVersion") if isinstance(document.kustomize, dict) else None
    return version is None or str(version).startswith("kustomize.config.k8s.io/")
