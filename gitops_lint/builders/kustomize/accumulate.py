"""Accumulation: the objects of a kustomization, gathered through its resources, bases and components.

The order is kustomize's (api/internal/target/kusttarget.go, accumulateTarget): resources, components on top of
them, then the transformers of this layer. A build never stops at a fault: it notes the problem and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import plugins
from gitops_lint.builders.kustomize.configurations import configuration
from gitops_lint.builders.kustomize.entries import is_inline, is_remote, named_files, patch_files
from gitops_lint.builders.kustomize.faults import Faults
from gitops_lint.builders.kustomize.finish import finish
from gitops_lint.builders.kustomize.gathered import Gathered, combined
from gitops_lint.builders.kustomize.generators import KINDS, generate, merge
from gitops_lint.builders.kustomize.layer import Entry, Layer, Overlay, kustomization_files
from gitops_lint.builders.kustomize.resource import Resource
from gitops_lint.builders.kustomize.step import Step
from gitops_lint.builders.kustomize.transformers import transform
from gitops_lint.builders.kustomize.variables import attach, variables_of, without_twins
from gitops_lint.document import read
from gitops_lint.location import Location
from gitops_lint.model import OPAQUE, REMOTE_BASE, Build, Built, Hop, Place, Places, Ref
from gitops_lint.paths import join
from gitops_lint.repo import Recorder, objects
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops_lint.document import Document
    from gitops_lint.repo import Repo

MAX_LAYERS = 64
"""Kustomizations inside each other; real repositories stay below ten."""

CHARTS = ("helmCharts", "helmChartInflationGenerator")
LISTED = "take it out of resources: they are for objects, each with apiVersion, kind and metadata.name"
STRAY = "move it elsewhere, or list the manifests of this directory in a kustomization"


@dataclass(frozen=True, slots=True)
class Rules:
    """How a consumer builds: Flux lifts the load restriction (fluxcd/pkg kustomize Build), the others keep it."""

    files_below_root: bool = True
    charts: bool = False
    """Whether ``helmCharts`` are inflated: with --enable-helm, which Flux never sets and Argo CD may."""


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

    def accumulate(self, layer: Layer, below: Gathered, via: Hop | None, stack: tuple[str, ...]) -> Gathered:
        """What a layer hands up. A component starts from what is ``below`` it, a base from nothing."""
        stack = (*stack, layer.directory)
        parts = [below]
        if layer.generated:
            parts += self._everything_below(layer.directory, via, stack)
        for field in ("resources", "bases"):
            parts += [self._resource(layer, entry, via, stack) for entry in layer.entries(field)]
        configs = (part.config for part in parts)
        gathered = combined(parts, configuration(layer, configs, self.reader, self.faults))
        for field in KINDS:
            for entry in layer.entries(field):
                gathered = self._generate(layer, entry, KINDS[field], gathered, via)
        for field in CHARTS:
            gathered = gathered.plus([self._chart(layer, entry, via) for entry in layer.entries(field)])
        for plugin in self._plugins(layer, "generators", via, stack):
            if plugins.is_builtin(plugin) and plugin.ref.kind in plugins.GENERATORS:
                kind = plugins.GENERATORS[plugin.ref.kind]
                gathered = self._generate(layer, plugins.generator(plugin), kind, gathered, via)
            else:
                entry = Entry(plugin.data, plugin.places.locate(()), "generators")
                self.faults.plugin(entry, plugin.ref, is_builtin=plugins.is_builtin(plugin))
        for entry in layer.entries("components"):
            gathered = self._component(layer, entry, gathered, via, stack)
        self._probe_files(layer)
        step = self.step(layer, gathered)
        resources = transform(self._without_duplicates(layer, gathered.resources), step)
        for plugin in self._plugins(layer, "transformers", via, stack):
            resources = plugins.run(resources, plugin, step)
        for plugin in self._plugins(layer, "validators", via, stack):
            plugins.run([], plugin, step)
        own = variables_of(layer)
        resources = attach(self._without_duplicates(layer, resources), own, self.faults)
        variables = without_twins((*gathered.variables, *own), self.faults)
        return replace(gathered, resources=tuple(resources), variables=variables)

    def step(self, layer: Layer, gathered: Gathered) -> Step:
        """What the transformers of a layer work with."""
        return Step(layer, gathered.config, self.reader, self.faults)

    def _without_duplicates(self, layer: Layer, resources: Iterable[Resource]) -> list[Resource]:
        seen: dict[tuple[Ref, str], Resource] = {}
        for resource in resources:
            first = seen.setdefault(resource.identity, resource)
            if first is not resource and resource.ref.group != OPAQUE:
                self.faults.twin(layer, first, resource)
        return list(seen.values())

    def _everything_below(self, top: str, via: Hop | None, stack: tuple[str, ...]) -> Iterator[Gathered]:
        """What a generated kustomization lists: every manifest below; a directory with a kustomization as one unit.

        fluxcd/pkg, kustomize_generator.go, scanManifests: ``.yaml`` and ``.yml`` only, at any depth, and through no
        link (filepath.Walk).
        """
        hop = Hop(Location(top), "every manifest below", via)
        top = self.reader.resolve(top)
        pending = [top]
        while pending:
            path = pending.pop()
            if not self.reader.is_directory(path):
                if path.endswith((".yaml", ".yml")):
                    yield Gathered(tuple(self.manifests(path, hop, STRAY)))
            elif path != top and self.reader.resolve(path) != path:
                continue
            elif path != top and (layer := self.open(path)):
                yield self.accumulate(layer, Gathered(), hop, stack)
            else:
                pending += [f"{path}/{name}" if path else name for name in reversed(self.reader.entries(path))]

    # -- entries -----------------------------------------------------------------------------------------------

    def _resource(self, layer: Layer, entry: Entry, via: Hop | None, stack: tuple[str, ...]) -> Gathered:
        if not isinstance(entry.value, str):
            return Gathered()
        hop = Hop(entry.place, f"{entry.field}: {entry.value}", via)
        path = join(layer.directory, entry.value)
        if path is not None and self.reader.is_file(path):
            return Gathered(tuple(self._file(path, entry, layer, hop)))
        if path is not None and self.reader.is_directory(path):
            base = self._base(path, entry, stack)
            return self.accumulate(base, Gathered(), hop, stack) if base else Gathered()
        if is_remote(entry.value):
            return Gathered((self._remote(entry, hop),))
        self.faults.missing(layer, entry, entry.value)
        return Gathered()

    def _component(
        self, layer: Layer, entry: Entry, gathered: Gathered, via: Hop | None, stack: tuple[str, ...]
    ) -> Gathered:
        if not isinstance(entry.value, str):
            return gathered
        hop = Hop(entry.place, f"components: {entry.value}", via)
        path = join(layer.directory, entry.value)
        if path is not None and self.reader.is_directory(path):
            component = self._base(path, entry, stack)
            return self.accumulate(component, gathered, hop, stack) if component else gathered
        if is_remote(entry.value):
            return gathered.plus([self._remote(entry, hop)])
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

    def _plugins(self, layer: Layer, field: str, via: Hop | None, stack: tuple[str, ...]) -> list[Resource]:
        """What configures the plugins of a layer: files, directories with a kustomization, or the YAML itself."""
        found: list[Resource] = []
        for entry in layer.entries(field):
            if isinstance(entry.value, str) and is_inline(entry.value):
                documents = read(entry.place.path, entry.value.encode()).documents
                inline = [manifest for document in documents for manifest in objects(document, document.kustomize)]
                found += [Resource(m.ref, m.data, Places(entry.place), via) for m in inline]
            else:
                found += self._resource(layer, entry, via, stack).resources
        return found

    def _chart(self, layer: Layer, entry: Entry, via: Hop | None) -> Resource:
        hop = Hop(entry.place, f"{entry.field}: {text_at(entry.value, ('name',))}", via)
        self.faults.unknown(entry, f"the content of the Helm chart {text_at(entry.value, ('name',))}")
        if not self.rules.charts:
            self.faults.chart(entry)
        return plugins.release(entry, layer, hop)

    def _generate(self, layer: Layer, entry: Entry, kind: str, gathered: Gathered, via: Hop | None) -> Gathered:
        options = layer.data.get("generatorOptions")
        made = generate(entry, kind, layer.directory, options, self.reader.content, self.faults.generator(entry))
        if made is None:
            return gathered
        hop = Hop(entry.place, f"{entry.field}: {made.ref.name}", via)
        resource = Resource(made.ref, made.data, made.places, hop, hashed=made.hashed)
        matches = [below for below in gathered.resources if resource.identity in below.identities]
        if not matches or made.behavior not in ("merge", "replace"):
            if made.behavior in ("merge", "replace"):
                self.faults.without_base(entry, made.ref, made.behavior)
            return gathered.plus([resource])
        if len(matches) > 1:
            self.faults.several_bases(entry, made.ref, made.behavior, matches)
        below = matches[0]
        merged = merge(below, resource, made.behavior)
        return replace(gathered, resources=tuple(merged if r is below else r for r in gathered.resources))

    def _probe_files(self, layer: Layer) -> None:
        for entry, value in named_files(layer):
            path = join(layer.directory, value)
            if path is not None and self.reader.is_file(path):
                self._keep_inside(layer, entry, path)
            elif not is_remote(value):
                self.faults.missing(layer, entry, value)
        for entry, value in patch_files(layer):
            path = join(layer.directory, value)
            if path is not None and self.reader.is_file(path):
                self._keep_inside(layer, entry, path)


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
    gathered = accumulator.accumulate(layer, Gathered(), None, ())
    finished = finish(gathered, accumulator.step(layer, gathered))
    accumulator.build.objects = [Built(r.ref, r.data, r.places, r.via) for r in finished]
    return accumulator.build


def shared_build(
    repo: Repo, directory: str, rules: Rules, overlay: Overlay | None = None, *, generate: bool = False
) -> Build:
    """The same, made once for all who ask for the same: whoever goes on from it takes a copy.

    Empty where `build` would give None.
    """

    def make(reader: Recorder) -> Build:
        return build(reader, directory, rules, overlay, generate=generate) or Build(reads=reader.reads)

    return repo.build(("kustomize", directory, rules, overlay.key if overlay else None, generate), make)


def _is_at_or_above(directory: str, path: str) -> bool:
    return directory in ("", path) or path.startswith(f"{directory}/")


def is_kustomization(document: Document) -> bool:
    """Whether a file of that name holds a kustomization: a Flux Kustomization in it is something else."""
    version = document.kustomize.get("apiVersion") if isinstance(document.kustomize, dict) else None
    return version is None or str(version).startswith("kustomize.config.k8s.io/")
