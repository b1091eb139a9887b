"""A report of what is new, in every format: where a reviewer is to look, what was known, and by whose law."""

from __future__ import annotations

import json as stdlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import jsonschema
import pytest

from gitops_lint.finding import Comparison, Mark
from gitops_lint.location import Location
from gitops_lint.output import concise, console, github, gitlab, json, junit, markdown, sarif
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden
from tests.unit.output.test_json import SCHEMA
from tests.unit.output.test_sarif import assert_github_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_lint.finding import Report

LAW = (
    Mark(samples.at(".gitops-lint.yaml", 7), "changes"),
    Mark(Location(".gitops-lint/rules/own/no-map.md"), "is gone"),
    Mark(samples.at("apps/kustomization.yaml", 4), "silences missing-path"),
)
BROUGHT = replace(
    samples.DOUBLE_OWNER,
    cause=samples.mark("apps/kustomization.yaml", 4, "  - api", "api", "resources: api"),
)
KNOWN = replace(samples.WHOLE_FILE, hidden="known in main")
LOST = replace(
    samples.CAUSE,
    cause=Mark(Location("apps/shop"), "was moved to apps/store", gone=True),
)
REPORT = replace(
    samples.report(BROUGHT, LOST),
    hidden=(KNOWN,),
    notes=tuple(f"this change alters the law: {mark.location} {mark.message}" for mark in LAW),
    comparison=Comparison("main", known=1, fixed=3, law=LAW),
)
FORMATS: dict[str, Callable[[Report], str]] = {
    "compared.txt": partial(console.render, color=False, unicode=True, verbose=True),
    "compared.concise.txt": concise.render,
    "compared.json": json.render,
    "compared.sarif": sarif.render,
    "compared.github.txt": github.render,
    "compared.gitlab.json": gitlab.render,
    "compared.junit.xml": junit.render,
    "compared.md": markdown.render,
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_whole_report(name: str) -> None:
    assert_golden(name, FORMATS[name](REPORT))


def test_programs_are_told_as_their_schemas_say() -> None:
    jsonschema.validate(stdlib.loads(json.render(REPORT)), SCHEMA)
    assert_github_ready(stdlib.loads(sarif.render(REPORT)))


def test_the_finding_itself_is_a_related_location() -> None:
    result = stdlib.loads(sarif.render(REPORT))["runs"][0]["results"][0]
    places = [one["physicalLocation"] for one in (result["locations"][0], result["relatedLocations"][0])]
    uris = [place["artifactLocation"]["uri"] for place in places]
    assert uris == ["apps/kustomization.yaml", "argocd/apps/api.yaml"]
    plain = stdlib.loads(sarif.render(samples.report(samples.DOUBLE_OWNER)))["runs"][0]["results"][0]
    assert result["partialFingerprints"] == plain["partialFingerprints"]


def test_the_law_finds_room_among_the_annotations() -> None:
    """A step may make ten notices: nine and the one that counts the rest, or eight and the law besides."""
    notes = [replace(samples.NOTE, mark=Mark(samples.at(f"{n}.yaml", 1), "")) for n in range(12)]
    report = replace(samples.report(*notes), comparison=REPORT.comparison)
    lines = github.render(report, severity=samples.NOTE.severity).splitlines()
    assert [line.startswith("::notice ") for line in lines] == [True] * 10
    assert "alters the law" in lines[8]
    assert "::4 more findings" in lines[9]


def test_foreign_text_of_a_comparison_is_harmless() -> None:
    law = (Mark(Location(samples.HOSTILE_TEXT), samples.HOSTILE_TEXT),)
    report = replace(samples.report(), comparison=Comparison(samples.HOSTILE_TEXT, 1, 1, law))
    for text in (github.render(report), console.render(report, color=False, unicode=True), concise.render(report)):
        assert not {"\x1b", "\x07", "\u202e", "\r"} & {*text}
    assert github.render(report).count("\n") == 1
