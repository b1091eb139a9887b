"""A log that GitHub code scanning accepts: what its documentation asks for, and what has broken uploads."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from gitops_lint.finding import Finding, Mark, Report, RuleText, Severity, Snippet
from gitops_lint.location import Location, Span
from gitops_lint.output import sarif
from gitops_lint.output.text import dump
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden

SCHEMA = json.loads((Path(__file__).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]\\]|\\.)*\]\((\d+)\)")
URI = "physicalLocation.artifactLocation.uri"
BARE_BRACKET = re.compile(r"(?<!\\)(?:\\\\)*[\[\]]")


def log_of(report: Report) -> Any:
    log = json.loads(sarif.render(report))
    assert_github_ready(log)
    return log


def results_of(*findings: Finding) -> list[Any]:
    results: list[Any] = log_of(samples.report(*findings))["runs"][0]["results"]
    return results


# -- what GitHub asks for ----------------------------------------------------------------------------------------------


def assert_github_ready(log: Any) -> None:
    """All that GitHub documents, and what neither its schema says nor Microsoft's validator finds."""
    VALIDATOR.validate(log)
    assert len(gzip.compress(json.dumps(log).encode())) <= 10_000_000
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    assert run["columnKind"] == "utf16CodeUnits"
    assert not {"originalUriBaseIds", "versionControlProvenance", "artifacts"} & run.keys()
    assert [invocation["executionSuccessful"] for invocation in run["invocations"]] == [True]
    assert run.get("automationDetails", {"id": "x/"})["id"].endswith("/")
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) <= 25_000
    for rule in rules:
        assert_rule(rule)
    assert len(run["results"]) <= 5_000
    for result in run["results"]:
        assert_result(result, rules)


def assert_rule(rule: Any) -> None:
    assert 0 < len(rule["shortDescription"]["text"]) <= 1_024
    assert 0 < len(rule["fullDescription"]["text"]) <= 1_024
    assert rule["help"]["text"]
    assert rule["help"]["markdown"]
    assert 0 < len(rule["name"]) <= 255
    assert rule["name"] != rule["id"]
    assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    assert rule.get("helpUri", "https://").startswith("https://")
    assert rule["properties"].keys() == {"tags", "precision", "problem.severity"}
    assert 0 < len(rule["properties"]["tags"]) <= 10
    assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
    assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")


def assert_result(result: Any, rules: Any) -> None:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in ("error", "warning", "note")
    assert list(result["partialFingerprints"]) == ["gitopsLint/v1"]
    assert re.fullmatch(r"[0-9a-z]+", result["partialFingerprints"]["gitopsLint/v1"])
    assert not {"suppressions", "baselineState", "kind"} & result.keys()
    [location] = result["locations"]
    related = result["relatedLocations"]
    assert [one["id"] for one in related] == list(range(1, len(related) + 1))
    assert len(related) <= 100
    flows = [flow for code in result["codeFlows"] for flow in code["threadFlows"]]
    hops = [hop["location"] for flow in flows for hop in flow["locations"]]
    assert len(hops) <= 10_000
    for one in (location, *related, *hops):
        assert_location(one)
    for message in (result["message"], *(one["message"] for one in (*related, *hops))):
        assert_message(message["text"], len(related))


def assert_location(location: Any) -> None:
    assert location["physicalLocation"]["artifactLocation"].keys() == {"uri"}
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
    assert not {"", ".", ".."} & set(unquote(uri).split("/"))
    region = location["physicalLocation"]["region"]
    assert region.keys() == {"startLine", "startColumn", "endLine", "endColumn"}
    assert region["endLine"] == region["startLine"] >= 1
    assert region["endColumn"] > region["startColumn"] >= 1


def assert_message(text: str, related: int) -> None:
    """Every link leads to a related location, and nothing else looks like one."""
    assert text
    assert text.isprintable()
    assert all(1 <= int(number) <= related for number in LINK.findall(text))
    assert not BARE_BRACKET.search(LINK.sub("", text))


# -- whole logs --------------------------------------------------------------------------------------------------------


def test_a_whole_report() -> None:
    log_of(samples.FULL)
    assert_golden("report.sarif", dump(json.loads(sarif.render(samples.FULL)), indent=2))


@pytest.mark.parametrize("report", [samples.EMPTY, samples.SEVERAL_CLUSTERS, samples.FOREIGN], ids=lambda _: "")
def test_every_log_is_accepted(report: Report) -> None:
    log_of(report)


FAULTS: dict[str, tuple[str, object]] = {
    "a link to nowhere": ("results.0.message.text", "See [this](99)."),
    "a bracket": ("results.0.message.text", "spec.containers[0] is wrong."),
    "a control character": ("results.0.message.text", "\x1b[31mred."),
    "no location": ("results.0.locations", []),
    "a path out of the repository": (f"results.0.locations.0.{URI}", "../x.yaml"),
    "a path that begins here": (f"results.0.locations.0.{URI}", "./x.yaml"),
    "an absolute path": (f"results.0.locations.0.{URI}", "/x.yaml"),
    "a path with a scheme": (f"results.0.locations.0.{URI}", "file:///x.yaml"),
    "a path that is not encoded": (f"results.0.relatedLocations.0.{URI}", "a b.yaml"),
    "the separator of Windows": (f"results.0.locations.0.{URI}", "a\\b.yaml"),
    "several lines": ("results.0.locations.0.physicalLocation.region.endLine", 10_000),
    "an end before the start": ("results.0.locations.0.physicalLocation.region.endColumn", 1),
    "no fingerprint": ("results.0.partialFingerprints", {}),
    "a fingerprint that GitHub calculates": ("results.0.partialFingerprints.primaryLocationLineHash", "1:1"),
    "no level": ("results.0.level", "none"),
    "a rule that is not listed": ("results.0.ruleId", "unknown"),
    "a suppression": ("results.0.suppressions", [{"kind": "inSource"}]),
    "a state": ("results.0.baselineState", "unchanged"),
    "too many tags": ("tool.driver.rules.0.properties.tags", [str(number) for number in range(21)]),
    "a security alert by number": ("tool.driver.rules.0.properties.security-severity", 9.0),
    "a security alert by text": ("tool.driver.rules.0.properties.security-severity", "high"),
    "an unknown precision": ("tool.driver.rules.0.properties.precision", "exact"),
    "a long summary": ("tool.driver.rules.0.shortDescription.text", "x" * 1_025),
    "a long description": ("tool.driver.rules.0.fullDescription.text", "x" * 1_025),
    "no help": ("tool.driver.rules.0.help.text", ""),
    "an address that is none": ("tool.driver.rules.0.helpUri", "rules/x.md"),
    "a name that is the id": ("tool.driver.rules.0.name", samples.RULES[0].id),
    "an id twice": ("tool.driver.rules.1.id", samples.RULES[0].id),
    "a run that failed": ("invocations.0.executionSuccessful", False),
    "a category without an end": ("automationDetails", {"id": "prod"}),
    "columns of another kind": ("columnKind", "unicodeCodePoints"),
    "a path of this machine": ("originalUriBaseIds", {"%SRCROOT%": {"uri": "file:///home/"}}),
}
"""What has broken uploads or misled people, by where it stands in the run of a log."""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gate_would_notice(fault: str) -> None:
    log = log_of(samples.FULL)
    way, value = FAULTS[fault]
    *names, last = way.split(".")
    node = log["runs"][0]
    for name in names:
        node = node[int(name) if isinstance(node, list) else name]
    node[last] = value
    with pytest.raises((AssertionError, ValueError, jsonschema.ValidationError)):
        assert_github_ready(log)


def test_the_gate_would_notice_a_second_run() -> None:
    log = log_of(samples.FULL)
    with pytest.raises((AssertionError, ValueError)):
        assert_github_ready({**log, "runs": log["runs"] * 2})


def test_every_enabled_rule_is_listed_found_or_not() -> None:
    rules = log_of(samples.EMPTY)["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in samples.RULES if rule.enabled]


def test_the_page_of_a_rule_is_its_help() -> None:
    rule = log_of(samples.EMPTY)["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["name"] == "TwoControllers"
    assert rule["helpUri"] == samples.RULES[0].url
    assert rule["help"]["markdown"].startswith(samples.RULES[0].text)
    assert rule["help"]["markdown"].endswith(f"]({samples.RULES[0].url})")


def test_a_long_page_stays_out_of_the_descriptions() -> None:
    long = RuleText("a-rule", "x", "t" * 2_000, Severity.ERROR, "w" * 2_000, "not a url")
    log = log_of(replace(samples.EMPTY, rules=(long,)))
    assert "helpUri" not in log["runs"][0]["tool"]["driver"]["rules"][0]


def test_a_category_is_only_written_when_given() -> None:
    assert "automationDetails" not in log_of(samples.EMPTY)["runs"][0]
    for category in ("prod", "prod/"):
        log = json.loads(sarif.render(samples.EMPTY, category=category))
        assert log["runs"][0]["automationDetails"] == {"id": "prod/"}


# -- results -----------------------------------------------------------------------------------------------------------


def test_the_worst_come_first_with_consequences_and_infos_and_without_hidden_ones() -> None:
    results = log_of(samples.FULL)["runs"][0]["results"]
    assert [result["level"] for result in results] == ["error"] * 3 + ["warning"] * 3 + ["note"]
    fingerprints = {result["partialFingerprints"]["gitopsLint/v1"][:2] for result in results}
    assert fingerprints == {"a1", "b1", "c1", "c2", "c3", "d1", "f1"}


def test_a_finding_that_cannot_be_placed_is_a_notification() -> None:
    outside = replace(samples.WHOLE_FILE, mark=Mark(Location("../x.yaml"), ""))
    root = replace(samples.WHOLE_FILE, mark=Mark(Location(""), ""))
    run = log_of(samples.report(samples.NOWHERE, outside, root))["runs"][0]
    assert run["results"] == []
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert [notification["associatedRule"]["id"] for notification in notifications] == [
        "no-root",
        "unreachable-directory",
        "unreachable-directory",
    ]


def test_of_too_many_results_the_worst_are_kept_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif.MAX_RESULTS <= 5_000
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    run = log_of(samples.report(*[samples.NOTE] * 4, *[samples.DOUBLE_OWNER] * 3))["runs"][0]
    assert [result["level"] for result in run["results"]] == ["error"] * 3
    [notification] = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("4 findings left out")


def test_the_message_links_to_the_reconcilers_and_says_what_to_do() -> None:
    [result] = results_of(samples.DOUBLE_OWNER)
    assert result["message"]["text"] == (
        "Deployment web/api is applied by two controllers in cluster prod. "
        "Applied by Flux [Kustomization flux-system/apps](3) and Argo CD [Application argocd/api](7). "
        "See [Flux Kustomization flux-system/apps applies it as well](1). "
        "Effect: both set spec.replicas (3 and 5); they will overwrite each other at every sync. "
        'Help: remove "api" from apps/kustomization.yaml, or delete argocd/apps/api.yaml.'
    )
    linked = {one["id"]: one["message"]["text"] for one in result["relatedLocations"]}
    assert (linked[3], linked[7]) == ("Kustomization flux-system/apps", "Application argocd/api")


def test_each_owner_is_a_code_flow() -> None:
    [result] = results_of(samples.DOUBLE_OWNER)
    flows = [flow["threadFlows"][0]["locations"] for flow in result["codeFlows"]]
    assert [len(flow) for flow in flows] == [4, 4]
    assert flows[0][1]["location"]["message"]["text"] == "Kustomization flux-system/apps (path: ./apps)"


def test_the_limits_of_a_result_are_kept() -> None:
    steps = tuple(samples.step(f"{number}.yaml", 1, f"Kustomization {number}") for number in range(200))
    owner = replace(samples.FLUX, chain=steps)
    related = samples.DOUBLE_OWNER.related * 200
    log = json.loads(
        sarif.render(samples.report(replace(samples.DOUBLE_OWNER, owners=(owner,) * 200, related=related)))
    )
    [run] = log["runs"]
    assert_result(run["results"][0], run["tool"]["driver"]["rules"])


def test_columns_count_utf16_code_units() -> None:
    line = "icon: 🚀🚀 # ./apps"
    [result] = results_of(replace(samples.NOTE, mark=samples.mark("a.yaml", 1, line, "./apps", "")))
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (line.index("./apps") + 3, line.index("./apps") + 9)


def test_of_a_span_over_several_lines_the_first_is_marked() -> None:
    location = Location("a.yaml", Span(3, 3, 9, 2))
    mark = Mark(location, "", Snippet(2, ("one", "  two: |  ", "    x")))
    for found, end in ((mark, 9), (replace(mark, snippet=None), 4)):
        [result] = results_of(replace(samples.NOTE, mark=found))
        assert result["locations"][0]["physicalLocation"]["region"] == {
            "startLine": 3,
            "startColumn": 3,
            "endLine": 3,
            "endColumn": end,
        }


@pytest.mark.parametrize(
    ("path", "uri"),
    [("a b/ü.yaml", "a%20b/%C3%BC.yaml"), ("x:y%20.yaml", "x%3Ay%2520.yaml"), ("\udcff.yaml", "%FF.yaml")],
)
def test_paths_are_percent_encoded(path: str, uri: str) -> None:
    [result] = results_of(replace(samples.NOTE, mark=Mark(Location(path), "")))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_brackets_of_foreign_text_make_no_link() -> None:
    [result] = results_of(replace(samples.NOTE, message=r"spec.containers[0](1) \ is wrong"))
    assert result["message"]["text"] == r"spec.containers\[0\](1) \\ is wrong."


def test_a_finding_of_a_rule_that_is_not_listed_has_no_index() -> None:
    log = json.loads(sarif.render(samples.report(replace(samples.NOTE, rule="unknown"))))
    VALIDATOR.validate(log)
    assert "ruleIndex" not in log["runs"][0]["results"][0]


def test_hostile_text_is_printable() -> None:
    text = sarif.render(samples.FOREIGN)
    assert text.isascii()
    assert all(line.isprintable() for line in text.split("\n"))
    [first, _] = json.loads(text)["runs"][0]["results"]
    assert "\\\\x1b" in first["message"]["text"]
