"""The format for programs holds to its schema and loses nothing."""

from __future__ import annotations

import json as stdlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from gitops_lint.output import json
from tests.unit.output import samples
from tests.unit.output.goldens import GOLDEN, assert_golden

if TYPE_CHECKING:
    from gitops_lint.finding import Report

SCHEMA = stdlib.loads((files("gitops_lint.output") / "report.schema.json").read_text(encoding="utf-8"))


def parsed(report: Report) -> Any:
    return stdlib.loads(json.render(report))


def test_a_whole_report() -> None:
    assert_golden("report.json", json.render(samples.FULL))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "report", [samples.EMPTY, samples.FULL, samples.SEVERAL_CLUSTERS, samples.FOREIGN], ids=lambda _: ""
)
def test_every_report_holds_to_the_schema(report: Report) -> None:
    jsonschema.validate(parsed(report), SCHEMA)


def test_the_golden_report_holds_to_the_schema() -> None:
    jsonschema.validate(stdlib.loads((GOLDEN / "report.json").read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize("key", ["rule", "path", "owners", "fingerprint", "folded"])
def test_the_schema_misses_a_key_that_is_gone(key: str) -> None:
    report = parsed(samples.FULL)
    del report["findings"][0][key]
    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(report, SCHEMA)


def test_the_schema_knows_no_other_keys() -> None:
    report = parsed(samples.FULL)
    report["findings"][0]["owners"][0]["chain"][0]["more"] = 1
    with pytest.raises(jsonschema.ValidationError, match="more"):
        jsonschema.validate(report, SCHEMA)


def test_what_has_no_place_is_null() -> None:
    nowhere, whole = parsed(samples.report(samples.NOWHERE, samples.WHOLE_FILE))["findings"]
    assert (nowhere["path"], nowhere["line"], nowhere["label"]) == (None, None, None)
    assert (whole["path"], whole["line"]) == ("apps/legacy/kustomization.yaml", None)


def test_hidden_findings_and_their_reason_are_told() -> None:
    report = parsed(samples.FULL)
    assert [finding["hidden"] for finding in report["findings"]] == [None] * 5
    assert [finding["hidden"] for finding in report["hidden"]] == [
        "ignored in apps/legacy/kustomization.yaml:1: until the move"
    ]


def test_the_summary_counts_causes_and_consequences_apart() -> None:
    assert parsed(samples.FULL)["summary"] == {
        "errors": 3,
        "warnings": 1,
        "infos": 1,
        "consequences": 3,
        "hidden": 1,
        "skipped": 2,
        "files": 120,
        "objects": 340,
        "reconcilers": 21,
    }


def test_hostile_text_is_kept_and_yet_harmless() -> None:
    text = json.render(samples.FOREIGN)
    assert text.isascii()
    assert all(line.isprintable() for line in text.split("\n"))
    assert "##[" not in text
    assert stdlib.loads(text)["findings"][0]["message"] == samples.HOSTILE_TEXT
