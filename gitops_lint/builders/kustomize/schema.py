"""What a kustomization file may hold, as data, and the decoder that tells everything in one that does not belong there.

kustomize, api/types (kustomization.go, Unmarshal): YAML 1.1 becomes JSON, read with DisallowUnknownFields. So a field
of another name or type fails the whole file, the case of a name does not count, and null is what is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.decoding import any_text, elements, flag, integer, mapping, text
from gitops_lint.builders.kustomize.layer import Decoded, Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.location import describe
from gitops_lint.model import Place, Places
from gitops_lint.nearest import nearest

if TYPE_CHECKING:
    from gitops_lint.document import Document
    from gitops_lint.location import Route
    from gitops_lint.model import Data

Scalar = Callable[[Traced], object]
"""Reads a scalar; raises Malformed for a value of another type."""


class ListOf(NamedTuple):
    """A list, each element of which is of one type."""

    element: Type


class MapOf(NamedTuple):
    """A mapping with any keys, each value of which is of one type."""

    value: Type


Type = Scalar | ListOf | MapOf | Mapping[str, "Type"]
"""What a field takes; a table of fields stands for a mapping that has these only."""


def anything(value: Traced) -> Data:
    """A value that kustomize does not look into."""
    return value.data


# -- the tables --------------------------------------------------------------------------------------------------------

_TEXTS = ListOf(text)
_PAIRS = MapOf(text)
_GVK: dict[str, Type] = {"group": text, "version": text, "kind": text}
_ID: dict[str, Type] = {**_GVK, "name": text, "namespace": text}
_FIELD_SPEC: dict[str, Type] = {**_GVK, "path": text, "create": flag}
_TARGET: dict[str, Type] = {**_ID, "annotationSelector": text, "labelSelector": text}
_PATCH: dict[str, Type] = {
    "path": text,
    "patch": text,
    "target": _TARGET,
    "options": {"allowNameChange": flag, "allowKindChange": flag},
}
_IMAGE: dict[str, Type] = {"name": text, "newName": text, "tagSuffix": text, "newTag": text, "digest": text}
_GENERATOR_OPTIONS: dict[str, Type] = {
    "labels": _PAIRS,
    "annotations": _PAIRS,
    "disableNameSuffixHash": flag,
    "immutable": flag,
}
_CONFIG_MAP: dict[str, Type] = {
    "name": text,
    "namespace": text,
    "behavior": text,
    "literals": _TEXTS,
    "files": _TEXTS,
    "envs": _TEXTS,
    "env": text,
    "options": _GENERATOR_OPTIONS,
}
_VALUE_OPTIONS: dict[str, Type] = {"delimiter": text, "index": integer, "encoding": text, "create": flag}
_REPLACEMENT: dict[str, Type] = {
    "path": text,
    "source": {**_ID, "fieldPath": text, "options": _VALUE_OPTIONS},
    "sourceValue": text,
    "targets": ListOf({"select": _TARGET, "reject": ListOf(_TARGET), "fieldPaths": _TEXTS, "options": _VALUE_OPTIONS}),
}
_VARIABLE: dict[str, Type] = {
    "name": text,
    "objref": {"apiVersion": text, **_ID},
    "fieldref": {"fieldPath": text},
}
_HELM_CHART: dict[str, Type] = {
    "name": text,
    "version": text,
    "repo": text,
    "releaseName": text,
    "namespace": text,
    "additionalValuesFiles": _TEXTS,
    "valuesFile": text,
    "valuesInline": MapOf(anything),
    "valuesMerge": text,
    "includeCRDs": flag,
    "skipHooks": flag,
    "apiVersions": _TEXTS,
    "kubeVersion": text,
    "nameTemplate": text,
    "skipTests": flag,
    "debug": flag,
    "devel": flag,
}
_OLD_HELM_CHART: dict[str, Type] = {
    "chartName": text,
    "chartVersion": text,
    "chartRepoUrl": text,
    "chartHome": text,
    "chartRepoName": text,
    "helmBin": text,
    "helmHome": text,
    "values": text,
    "valuesLocal": MapOf(anything),
    "valuesMerge": text,
    "releaseName": text,
    "releaseNamespace": text,
    "extraArgs": _TEXTS,
}
_METADATA: dict[str, Type] = {"name": text, "namespace": text, "labels": _PAIRS, "annotations": _PAIRS}
KUSTOMIZATION: dict[str, Type] = {
    "apiVersion": text,
    "kind": text,
    "metadata": _METADATA,
    "resources": _TEXTS,
    "components": _TEXTS,
    "bases": _TEXTS,
    "crds": _TEXTS,
    "namePrefix": text,
    "nameSuffix": text,
    "namespace": text,
    "labels": ListOf(
        {"pairs": _PAIRS, "includeSelectors": flag, "includeTemplates": flag, "fields": ListOf(_FIELD_SPEC)}
    ),
    "commonLabels": _PAIRS,
    "commonAnnotations": _PAIRS,
    "patches": ListOf(_PATCH),
    "patchesStrategicMerge": _TEXTS,
    "patchesJson6902": ListOf(_PATCH),
    "images": ListOf(_IMAGE),
    "imageTags": ListOf(_IMAGE),
    "replicas": ListOf({"name": text, "count": integer}),
    "replacements": ListOf(_REPLACEMENT),
    "vars": ListOf(_VARIABLE),
    "configMapGenerator": ListOf(_CONFIG_MAP),
    "secretGenerator": ListOf({**_CONFIG_MAP, "type": text}),
    "generatorOptions": _GENERATOR_OPTIONS,
    "helmCharts": ListOf(_HELM_CHART),
    "helmGlobals": {"chartHome": text, "configHome": text},
    "helmChartInflationGenerator": ListOf(_OLD_HELM_CHART),
    "configurations": _TEXTS,
    "generators": _TEXTS,
    "transformers": _TEXTS,
    "validators": _TEXTS,
    "openapi": _PAIRS,
    "buildMetadata": _TEXTS,
    "sortOptions": {"order": text, "legacySortOptions": {"orderFirst": _TEXTS, "orderLast": _TEXTS}},
}
"""The fields of a kustomization and of a component."""

_OF_FLUX = """
commonMetadata decryption deletionPolicy dependsOn force healthCheckExprs healthChecks ignoreMissingComponents
interval kubeConfig path postBuild prune retryInterval serviceAccountName sourceRef spec status suspend targetNamespace
timeout wait
"""
FLUX_FIELDS = frozenset(_OF_FLUX.split())
"""Fields that only a Flux Kustomization has (kustomize-controller, api/v1/kustomization_types.go)."""

# -- the decoder -------------------------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """What kustomize refuses in a kustomization file. ``case`` is one of the rule kustomize-build-fails."""

    case: str
    message: str
    place: Place
    advice: str


def decode(document: Document, *, lenient: bool = False) -> tuple[Decoded, list[Fault]]:
    """The fields of a kustomization as kustomize understands them, without what it refuses, and all that it refuses.

    ``lenient`` is for the kustomization that Flux reads before it builds (fluxcd/pkg, kustomize_generator.go,
    WriteFile, with the decoder of sigs.k8s.io/yaml that is not strict): what it does not know is dropped, and a number
    or a boolean becomes the text that is wanted.
    """
    whole = Traced(document.data, Places(Place(document, ())))
    decoder = _Decoder(lenient=lenient)
    if not isinstance(document.data, dict):
        decoder.note(Malformed("a kustomization must be a mapping of fields", whole.place))
        return Decoded({}, {}, frozenset()), decoder.faults
    fields = decoder.read(whole, KUSTOMIZATION, ())
    spelt = {name: key for key, name in decoder.names(document.data, KUSTOMIZATION) if key != name}
    return Decoded(fields, spelt, frozenset(decoder.broken)), decoder.faults


class _Decoder:
    """One pass over a file: what it refuses, and the entries of lists and mappings that have a fault inside."""

    def __init__(self, *, lenient: bool) -> None:
        self.lenient = lenient
        self.faults: list[Fault] = []
        self.broken: set[Route] = set()

    def read(self, value: Traced, wanted: Type, route: Route) -> Data:
        """A value as its type wants it; None for one that is none. ``route`` has the names as kustomize spells them."""
        if value.data is None:
            return None
        try:
            if isinstance(wanted, ListOf):
                return [self.element(each, wanted.element, (*route, i)) for i, each in enumerate(elements(value))]
            if isinstance(wanted, MapOf):
                entries = mapping(value).items()
                return {key: self.element(each, wanted.value, (*route, key)) for key, each in entries}
            if isinstance(wanted, Mapping):
                return self.struct(value, wanted, route)
            if self.lenient and wanted is text:
                return any_text(value)
            wanted(value)
        except Malformed as error:
            self.broken.add(route[:2])
            self.note(error)
            return None
        return value.data

    def element(self, value: Traced, wanted: Type, route: Route) -> Data:
        """An element; null is the zero value of its type there, as in Go."""
        found = self.read(value, wanted, route)
        if value.data is not None or found is not None:
            return found
        return "" if wanted is text else {} if isinstance(wanted, Mapping) else None

    def struct(self, value: Traced, known: Mapping[str, Type], route: Route) -> Data:
        """The fields of a mapping, under the names that kustomize has for them."""
        fields = mapping(value)
        names = dict(self.names(fields, known))
        for key in fields.keys() - names.keys():
            self.unknown(fields[key], key, known)
        return {name: self.read(fields[key], known[name], (*route, name)) for key, name in names.items()}

    def names(self, fields: Mapping[str, object], known: Mapping[str, Type]) -> list[tuple[str, str]]:
        """The keys that are known, with their proper names; of two spellings the last one in order of bytes counts."""
        proper = {name.casefold(): name for name in known}
        return [(key, proper[key.casefold()]) for key in sorted(fields) if key.casefold() in proper]

    def unknown(self, value: Traced, key: str, known: Mapping[str, Type]) -> None:
        """Note a field that does not exist."""
        file, around = value.place.path, describe(value.place.route[:-1])
        if not around and key in FLUX_FIELDS:
            name = next((f"spec.{each}" for each in value.data if each in FLUX_FIELDS), key) if key == "spec" else key
            message = f"{file} is read by kustomize, whose kustomizations have no {name}: Flux's have"
            advice = "put it into an object of kustomize.toolkit.fluxcd.io, in a file of another name"
            self.faults.append(Fault("flux-field", message, value.place, advice))
            return
        meant = nearest(key, (), tuple(known))
        what = f"{around} has" if around else "a kustomization has"
        advice = f"did you mean {meant}?" if meant else f"it takes {', '.join(sorted(known))}"
        if self.lenient:
            message = f"Flux drops {key!r} from {file} without a word: {what} no such field"
            self.faults.append(Fault("ignored-field", message, value.place, advice))
        else:
            message = f"kustomize cannot read {file}: {what} no field {key!r}"
            self.faults.append(Fault("unknown-field", message, value.place, advice))

    def note(self, error: Malformed) -> None:
        """Note a value of another type."""
        message = f"kustomize cannot read {error.place.path}: {error.message}"
        advice = "mend it: one such value fails every build that reads it"
        self.faults.append(Fault("malformed-field", message, error.place, advice))
