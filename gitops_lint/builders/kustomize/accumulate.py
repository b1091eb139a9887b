"""Accumulation: the objects of a kustomization, gathered through its resources, bases and components.

The order is kustomize's (api/internal/target/kusttarget.go, accumulateTarget): resources, components on top of
them, then the transformers of this layer. A build never stops at a fault: it notes the problem and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import krm, plugins
from gitops_lint.builders.kustomize.configurations import configuration
from gitops_lint.builders.kustomize.decoding import entries
from gitops_lint.builders.kustomize.entries import (
    generator_files,
    is_at_or_above,
    is_inline,
    is_remote,
    named_files,
    patch_files,
)
from gitops_lint.builders.kustomize.faults import Faults
from gitops_lint.builders.kustomize.finish import finish
from gitops_lint.builders.kustomize.gathered import Gathered, combined
from gitops_lint.builders.kustomize.generators import KINDS, Generator, generate, merge, options_of
from gitops_lint.builders.kustomize.layer import Entry, Layer, Malformed, Overlay
from gitops_lint.builders.kustomize.mergekeys import shape_of
from gitops_lint.builders.kustomize.openapi import shapes_of
from gitops_lint.builders.kustomize.opening import open_layer
from gitops_lint.builders.kustomize.resource import Resource
from gitops_lint.builders.kustomize.step import Step
from gitops_lint.builders.kustomize.transformers import transform
from gitops_lint.builders.kustomize.variables import attach, variables_of, without_twins
from gitops_lint.document import read
from gitops_lint.identity import identify, objects
from gitops_lint.location import Location
from gitops_lint.model import OPAQUE, REMOTE_BASE, Build, Built, Hop, Place, Places, Ref
from gitops_lint.paths import join
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from gitops_lint.builders.kustomize.mergekeys import ShapeOf
    from gitops_lint.repo import Recorder, Repo

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
    rewrites_top: bool = False
    """Whether the kustomization that a build begins with is read leniently and written anew, as Flux does: it may be
    empty, and what it holds beside the fields of a kustomization is dropped (fluxcd/pkg, kustomize_generator.go)."""


FLUX = Rules(files_below_root=False, rewrites_top=True)
"""How Flux builds."""


class Accumulator:
    """One build: what it found so far."""

    def __init__(self, reader: Recorder, rules: Rules) -> None:
        self.reader = reader
        self.rules = rules
        self.build = Build(reads=reader.reads)
        self.faults = Faults(self.build, reader)
        self.shapes: ShapeOf | None = None
        """How lists merge, once a kustomization has asked for a schema."""

    # -- layers ------------------------------------------------------------------------------------------------

    def open(self, directory: str, overlay: Overlay | None = None, *, lenient: bool = False) -> Layer | None:
        """The layer of a directory; None where it has no kustomization file."""
        return open_layer(
            self.reader, directory, self.faults, overlay, restricted=self.rules.files_below_root, lenient=lenient
        )

    def accumulate(self, layer: Layer, below: Gathered, via: Hop | None, stack: tuple[str, ...]) -> Gathered:
        """What a layer hands up. A component starts from what is ``below`` it, a base from nothing."""
        stack = (*stack, layer.directory)
        self.shapes = self.shapes or shapes_of(layer, self.reader, self.faults)
        parts = [below]
        if layer.generated:
            parts += self._everything_below(layer.directory, via, stack)
        for field in ("resources", "bases"):
            parts += [self._resource(layer, entry, via, stack) for entry in layer.entries(field)]
        configs = (part.config for part in parts)
        gathered = combined(parts, configuration(layer, configs, self.reader, self.faults))
        options = options_of(layer, self.faults)
        for field, kind in KINDS.items():
            for entry in entries(self.step(layer, gathered), field):
                gathered = self._generate(layer, Generator(entry, kind, options), gathered, via)
        for field in CHARTS:
            gathered = gathered.plus([self._chart(layer, entry, via) for entry in layer.entries(field)])
        for plugin in self._plugins(layer, "generators", via, stack):
            gathered = self._run_generator(layer, plugin, gathered, via)
        for entry in layer.entries("components"):
            gathered = self._component(layer, entry, gathered, via, stack)
        self._probe_files(layer)
        step = self.step(layer, gathered)
        resources = transform(self._without_duplicates(layer, gathered.resources), step)
        for plugin in self._plugins(layer, "transformers", via, stack):
            resources = plugins.run(resources, plugin, step)
        for plugin in self._plugins(layer, "validators", via, stack):
            plugins.validate(resources, plugin, step)
        own = variables_of(layer)
        resources = attach(self._without_duplicates(layer, resources), own, self.faults)
        variables = without_twins((*gathered.variables, *own), self.faults)
        return replace(gathered, resources=tuple(resources), variables=variables)

    def step(self, layer: Layer, gathered: Gathered) -> Step:
        """What the transformers of a layer work with."""
        return Step(layer, gathered.config, self.reader, self.faults, self.shapes or shape_of)

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
        if not entry.value:
            self.faults.names_nothing(entry)
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
        if not entry.value:
            self.faults.names_nothing(entry)
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
        if any(is_at_or_above(real, visited) for visited in stack):
            self.faults.cycle(entry, real)
            return None
        if not self.faults.takes(entry.place):
            return None
        layer = self.open(real)
        if layer is None:
            self.faults.no_kustomization(entry, real)
        elif layer.document is not None and layer.is_component != (entry.field == "components"):
            self.faults.component_misused(entry, real, is_component=layer.is_component)
        return layer

    def _file(self, path: str, entry: Entry, layer: Layer, hop: Hop) -> list[Resource]:
        self._keep_inside(layer, entry, path)
        return list(self.manifests(path, hop, LISTED))

    def _keep_inside(self, layer: Layer, entry: Entry, path: str) -> None:
        top = self.reader.resolve(layer.directory)
        if self.rules.files_below_root and not is_at_or_above(top, self.reader.resolve(path)):
            self.faults.outside(entry, path)

    def manifests(self, path: str, hop: Hop | None, advice: str) -> Iterator[Resource]:
        """The objects of a file, under the reading of kustomize."""
        file = self.reader.file(path)
        for document in file.documents if file else ():
            self.faults.refused_text(document)
            for route, data in krm.parts(document.kustomize):
                place = Place(document, route)
                self.faults.no_object(place, data, advice)
                ref = identify(data)
                if ref is None:
                    continue
                if not self.faults.takes(hop.place if hop else place):
                    return
                yield Resource(ref, data, Places(place), hop)

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
            elif entry.value:
                found += self._resource(layer, entry, via, stack).resources
        return self._without_duplicates(layer, found)

    def _run_generator(self, layer: Layer, plugin: Resource, gathered: Gathered, via: Hop | None) -> Gathered:
        entry = Entry(plugin.data, plugin.places.locate(()), "generators")
        if plugins.is_chart(plugin):
            return gathered.plus([self._chart(layer, entry, via)])
        if not plugins.is_generator(plugin):
            plugins.refuse(plugin, entry, self.faults)
            return gathered
        source = plugins.generator(plugin)
        for named in generator_files(source.entry):
            self._probe(layer, *named)
        return self._generate(layer, source, gathered, via)

    def _chart(self, layer: Layer, entry: Entry, via: Hop | None) -> Resource:
        hop = Hop(entry.place, f"{entry.field}: {text_at(entry.value, ('name',))}", via)
        self.faults.unknown(entry, f"the content of the Helm chart {text_at(entry.value, ('name',))}")
        if not self.rules.charts:
            self.faults.chart(entry)
        return plugins.release(entry, layer, hop)

    def _generate(self, layer: Layer, source: Generator, gathered: Gathered, via: Hop | None) -> Gathered:
        entry = source.entry
        try:
            made = generate(source, layer.directory, self.reader.content, self.faults.generator)
        except Malformed as error:
            self.faults.malformed(error)
            return gathered
        if made is None:
            return gathered
        for key in made.open:
            self.faults.unknown(entry, f"the value of {key}, which is one of the environment of whoever builds")
        hop = Hop(entry.place, f"{entry.field}: {made.ref.name}", via)
        resource = Resource(made.ref, made.data, made.places, hop, hashed=made.hashed)
        matches = [below for below in gathered.resources if resource.identity in below.identities]
        if not matches or made.behavior not in ("merge", "replace"):
            if made.behavior in ("merge", "replace"):
                self.faults.without_base(entry, made.ref, made.behavior)
            elif matches and all(below.identity != resource.identity for below in matches):
                self.faults.taken(entry, made.ref, matches[0])
            return gathered.plus([resource])
        if len(matches) > 1:
            self.faults.several_bases(entry, made.ref, made.behavior, matches)
        below = matches[0]
        merged = merge(below, resource, made.behavior)
        return replace(gathered, resources=tuple(merged if r is below else r for r in gathered.resources))

    def _probe(self, layer: Layer, entry: Entry, value: str) -> None:
        """See to it that a file is there that kustomize reads."""
        path = join(layer.directory, value)
        if path is not None and self.reader.is_file(path):
            self._keep_inside(layer, entry, path)
        elif not is_remote(value):
            self.faults.missing(layer, entry, value)

    def _probe_files(self, layer: Layer) -> None:
        for entry, value in named_files(layer):
            self._probe(layer, entry, value)
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
    layer = accumulator.open(directory, overlay, lenient=rules.rewrites_top)
    if layer is None and not generate:
        return None
    layer = layer or Layer(directory, overlay=overlay, generated=True)
    gathered = accumulator.accumulate(layer, Gathered(), None, ())
    finished = finish(gathered, accumulator.step(layer, gathered))
    accumulator.build.objects = [Built(r.ref, r.data, r.places, r.via) for r in finished]
    return accumulator.build


def shared_build(
    repo: Repo,
    directory: str,
    rules: Rules,
    overlay: Overlay | None = None,
    *,
    generate: bool = False,
    part: tuple[Hashable, Callable[[Repo], Recorder]] | None = None,
) -> Build:
    """The same, made once for all who ask for the same: whoever goes on from it takes a copy.

    ``part`` is what can be read of the repository, if not all of it: what tells it from another part, and how to make
    a recorder of it. Empty where `build` would give None.
    """
    of, reader_of = part or (None, None)

    def make(reader: Recorder) -> Build:
        return build(reader, directory, rules, overlay, generate=generate) or Build(reads=reader.reads)

    key = ("kustomize", directory, rules, overlay.key if overlay else None, generate, of)
    return repo.build(key, make, reader_of)
