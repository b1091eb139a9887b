"""The label transformer: ``labels`` and ``commonLabels``. kustomize, builtins/LabelTransformer.go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.builtin import LABELS
from gitops_lint.builders.kustomize.decoding import (
    entries,
    field_specs,
    flag,
    mapping,
    struct,
    text,
    texts,
    traced,
)
from gitops_lint.builders.kustomize.fieldspec import FieldSpec, merge_specs
from gitops_lint.builders.kustomize.layer import Entry, Malformed
from gitops_lint.builders.kustomize.setters import set_entries

if TYPE_CHECKING:
    from gitops_lint.builders.kustomize.fieldspec import Config
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.step import Step

FIELDS = ("pairs", "includeSelectors", "includeTemplates", "fields")


class Label(NamedTuple):
    """An entry of ``labels``: the labels, and where they go besides metadata.labels."""

    pairs: dict[str, Entry]
    selectors: bool
    templates: bool
    fields: tuple[FieldSpec, ...]


def transform(resources: list[Resource], step: Step) -> list[Resource]:
    """The field ``labels``, and behind it ``commonLabels``, which goes to selectors and templates as well."""
    for entry in entries(step, "labels"):
        try:
            label = _read(entry)
        except Malformed as error:
            step.faults.malformed(error)
            continue
        specs, conflicts = _selected(label, step.config)
        if conflicts:
            step.faults.conflicting(conflicts, entry.place)
        resources = set_entries(resources, label.pairs, specs, step.faults)
    return set_entries(resources, texts(step, "commonLabels"), step.config.common_labels, step.faults)


def _read(entry: Entry) -> Label:
    """Raises Malformed where kustomize cannot decode it."""
    fields = struct(traced(entry), FIELDS)
    pairs = mapping(fields["pairs"]) if "pairs" in fields else {}
    return Label(
        {key: Entry(text(value), value.place, entry.field) for key, value in pairs.items()},
        "includeSelectors" in fields and flag(fields["includeSelectors"]),
        "includeTemplates" in fields and flag(fields["includeTemplates"]),
        field_specs(fields["fields"]) if "fields" in fields else (),
    )


def _selected(label: Label, config: Config) -> tuple[tuple[FieldSpec, ...], list[FieldSpec]]:
    """The fields that labels go to, and what contradicts another (kusttarget_configplugin.go, LabelTransformer)."""
    added = [config.labels]
    if label.selectors:
        added.append(config.common_labels)
    else:
        added += [config.template_labels, (LABELS,)] if label.templates else [(LABELS,)]
    specs, conflicts = label.fields, list[FieldSpec]()
    for each in added:
        merge = merge_specs(specs, each)
        specs = merge.merged
        conflicts += merge.conflicts
    return specs, conflicts
