"""Plugins: what ``generators`` and ``transformers`` list, and the charts of ``helmCharts``.

kustomize, api/internal/target/kusttarget.go (configureExternalTransformers), api/internal/builtins. The built-in kinds
do what the fields of a kustomization do; every other plugin is a program, which kustomize does not run unless it is
told to, and which is never run here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gitops_lint.builders.kustomize import images, names, namespace, patches, replacement, replacements, replicas
from gitops_lint.builders.kustomize.decoding import (
    LOOSE,
    any_text,
    elements,
    field_specs,
    flag,
    integer,
    mapping,
    text,
    traced,
)
from gitops_lint.builders.kustomize.generators import Generator, Options
from gitops_lint.builders.kustomize.layer import Entry, Malformed
from gitops_lint.builders.kustomize.resource import Resource
from gitops_lint.builders.kustomize.setters import set_entries
from gitops_lint.builders.kustomize.step import Step
from gitops_lint.builders.kustomize.traced import Budget, Traced
from gitops_lint.model import OPAQUE, RELEASE, Hop, Places, Ref
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.fieldspec import FieldSpec
    from gitops_lint.builders.kustomize.layer import Layer

Run = Callable[[list[Resource], dict[str, Traced], Entry, Step], list[Resource]]

BUILTIN = "builtin"
"""The apiVersion of the plugins that kustomize brings along."""
GENERATORS = {"ConfigMapGenerator": "ConfigMap", "SecretGenerator": "Secret"}
CHART = "HelmChartInflationGenerator"
UNKNOWN = ("IAMPolicyGenerator", "HashTransformer", "ValueAddTransformer")
"""Built-in kinds of which hardly anybody knows; what they do is not reproduced here."""


def is_builtin(plugin: Resource) -> bool:
    """Whether kustomize brings a plugin along."""
    return plugin.ref.group == "" and plugin.version == BUILTIN


def is_chart(plugin: Resource) -> bool:
    """Whether a generator inflates a Helm chart."""
    return is_builtin(plugin) and plugin.ref.kind == CHART


def is_generator(plugin: Resource) -> bool:
    """Whether a generator is one of those that a kustomization has fields for."""
    return is_builtin(plugin) and plugin.ref.kind in GENERATORS


def refuse(plugin: Resource, entry: Entry, faults: Faults) -> None:
    """Note that nobody knows what a plugin does, and whether kustomize would run it at all."""
    faults.plugin(entry, plugin.ref, is_builtin=is_builtin(plugin), is_known=plugin.ref.kind in UNKNOWN)


def run(resources: list[Resource], plugin: Resource, step: Step, field: str = "transformers") -> list[Resource]:
    """The objects after one transformer; one that is a program leaves them unknown."""
    entry = Entry(plugin.data, plugin.places.locate(()), field)
    transformer = _TRANSFORMERS.get(plugin.ref.kind) if is_builtin(plugin) else None
    if transformer is None:
        refuse(plugin, entry, step.faults)
        return resources
    try:
        return transformer(resources, mapping(traced(entry)), entry, step)
    except Malformed as error:
        step.faults.malformed(error)
        return resources


def validate(resources: list[Resource], plugin: Resource, step: Step) -> None:
    """Run a transformer as a validator: it must leave the objects as they are."""
    after = run(resources, plugin, step, "validators")
    if [resource.data for resource in after] != [resource.data for resource in resources]:
        step.faults.validator(Entry(plugin.data, plugin.places.locate(()), "validators"), plugin.ref)


def generator(plugin: Resource) -> Generator:
    """A built-in generator as an entry of configMapGenerator or secretGenerator: its name may stand in its metadata."""
    metadata = {field: text_at(plugin.data, ("metadata", field)) for field in ("name", "namespace")}
    named = {field: value for field, value in metadata.items() if value and not plugin.data.get(field)}
    entry = Entry({**plugin.data, **named}, plugin.places.locate(()), "generators")
    return Generator(entry, GENERATORS[plugin.ref.kind], Options(), LOOSE)


def release(entry: Entry, layer: Layer, hop: Hop) -> Resource:
    """The release that a chart stands for: its objects are unknown, its name, its namespace and its chart are not."""
    value = entry.value
    chart = text_at(value, ("name",)) or text_at(value, ("chartName",))
    name = text_at(value, ("releaseName",)) or chart
    around = layer.scalar("namespace")
    space = around.value if around else text_at(value, ("namespace",)) or text_at(value, ("releaseNamespace",))
    source = text_at(value, ("repo",)) or text_at(value, ("chartRepo",))
    data = {"chart": chart, "version": text_at(value, ("version",)), "source": source}
    return Resource(Ref(OPAQUE, RELEASE, space, name), data, Places(entry.place), hop)


# -- the kinds ---------------------------------------------------------------------------------------------------------


def _specs(config: dict[str, Traced]) -> tuple[FieldSpec, ...]:
    return field_specs(config["fieldSpecs"], LOOSE) if "fieldSpecs" in config else ()


def _pairs(config: dict[str, Traced], field: str) -> dict[str, Entry]:
    pairs = mapping(config[field]) if field in config else {}
    return {key: Entry(any_text(value), value.place, field) for key, value in pairs.items()}


def _labels(resources: list[Resource], config: dict[str, Traced], _: Entry, step: Step) -> list[Resource]:
    return set_entries(resources, _pairs(config, "labels"), _specs(config), step.faults)


def _annotations(resources: list[Resource], config: dict[str, Traced], _: Entry, step: Step) -> list[Resource]:
    return set_entries(resources, _pairs(config, "annotations"), _specs(config), step.faults)


def _affixes(resources: list[Resource], config: dict[str, Traced], entry: Entry, step: Step) -> list[Resource]:
    if "fieldSpecs" not in config:
        raise Malformed("a transformer of names needs fieldSpecs", entry.place)
    for field in ("prefix", "suffix"):
        if field in config and text(config[field]):
            affix = Entry(text(config[field]), config[field].place, field)
            resources = names.affix(resources, affix, _specs(config), step, before=field == "prefix")
    return resources


def _namespace(resources: list[Resource], config: dict[str, Traced], _: Entry, step: Step) -> list[Resource]:
    wanted = mapping(config["metadata"]).get("namespace") if "metadata" in config else None
    if wanted is None or not text(wanted):
        return resources
    entry = Entry(text(wanted), wanted.place, "namespace")
    subjects = text(config["setRoleBindingSubjects"]) if "setRoleBindingSubjects" in config else namespace.DEFAULT_ONLY
    if subjects not in ("", namespace.DEFAULT_ONLY, namespace.ALL_ACCOUNTS, namespace.NONE):
        raise Malformed(f"setRoleBindingSubjects cannot be {subjects!r}", config["setRoleBindingSubjects"].place)
    unset_only = "unsetOnly" in config and flag(config["unsetOnly"])
    return namespace.set_namespace(
        resources, entry, _specs(config), step, subjects=subjects or namespace.DEFAULT_ONLY, unset_only=unset_only
    )


def _image(resources: list[Resource], config: dict[str, Traced], _: Entry, step: Step) -> list[Resource]:
    if "imageTag" not in config:
        return resources
    entry = Entry(config["imageTag"].data, config["imageTag"].place, "imageTag")
    return images.set_images(resources, [images.image_of(entry)], entry, _specs(config), step)


def _replicas(resources: list[Resource], config: dict[str, Traced], _: Entry, step: Step) -> list[Resource]:
    wanted = mapping(config["replica"]) if "replica" in config else {}
    count = integer(wanted["count"]) if "count" in wanted else 0
    entry = Entry(count, wanted["count"].place if "count" in wanted else config["replica"].place, "replica")
    name = text(wanted["name"]) if "name" in wanted else ""
    return replicas.set_count(resources, name, count, entry, _specs(config), step)


def _patch(resources: list[Resource], config: dict[str, Traced], entry: Entry, step: Step) -> list[Resource]:
    if not any(field in config and text(config[field]) for field in ("patch", "path")):
        raise Malformed("a transformer that patches needs a patch or a path", entry.place)
    return patches.with_entry(resources, entry, step)


def _json6902(resources: list[Resource], config: dict[str, Traced], entry: Entry, step: Step) -> list[Resource]:
    operations = {"patch": text(config["jsonOp"])} if "jsonOp" in config else {}
    listed = entry._replace(value={**entry.value, **operations}, field=patches.JSON6902)
    return patches.with_operations(resources, listed, step)


def _strategic(resources: list[Resource], config: dict[str, Traced], entry: Entry, step: Step) -> list[Resource]:
    if not any(field in config and config[field].data for field in ("paths", "patches")):
        raise Malformed("a transformer that patches needs patches or paths", entry.place)
    for path in elements(config["paths"]) if "paths" in config else ():
        resources = patches.with_text(resources, entry._replace(value=text(path), place=path.place), step)
    if "patches" in config:
        inline = config["patches"]
        resources = patches.with_text(resources, entry._replace(value=text(inline), place=inline.place), step)
    return resources


def _replacements(resources: list[Resource], config: dict[str, Traced], entry: Entry, step: Step) -> list[Resource]:
    budget = Budget()
    for item in elements(config["replacements"]) if "replacements" in config else ():
        listed = entry._replace(value=item.data, place=item.place)
        for each in replacement.of_entry(listed, step, LOOSE):
            resources = replacements.replace_in(resources, each, step, budget)
    return resources


_TRANSFORMERS: dict[str, Run] = {
    "AnnotationsTransformer": _annotations,
    "ImageTagTransformer": _image,
    "LabelTransformer": _labels,
    "NamespaceTransformer": _namespace,
    "PatchJson6902Transformer": _json6902,
    "PatchStrategicMergeTransformer": _strategic,
    "PatchTransformer": _patch,
    "PrefixTransformer": _affixes,
    "PrefixSuffixTransformer": _affixes,
    "ReplacementTransformer": _replacements,
    "ReplicaCountTransformer": _replicas,
    "SuffixTransformer": _affixes,
}
