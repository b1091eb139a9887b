"""The SARIF of whole repositories: each result stands at a place that is there, and is an alert of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from gitops_lint.cli import main
from gitops_lint.engine import analyse, check
from gitops_lint.linehash import line_hashes
from gitops_lint.output import sarif
from gitops_lint.tree import Tree, WorkTree
from tests.test_scenarios import FIXTURES, VARIANTS, broken, history
from tests.unit.output.test_sarif import assert_github_ready

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("variant", VARIANTS[::6], ids=lambda path: path.name)
def test_the_log_of_a_broken_repository(variant: Path) -> None:
    assert_log(sarif.render(check(analyse(broken(variant), history=history(variant)))), broken(variant))


@pytest.mark.parametrize("name", ["argo-only", "before-bootstrap", "double-owner", "flux-only", "three-clusters"])
def test_the_log_of_a_whole_repository(name: str) -> None:
    first, second = (sarif.render(check(analyse(WorkTree(FIXTURES / name)))) for _ in range(2))
    assert first == second, "a log that differs from run to run opens and closes alerts"
    assert str(FIXTURES) not in first
    assert_log(first, WorkTree(FIXTURES / name))


def test_the_command_tells_what_a_line_is_known_by(tmp_path: Path) -> None:
    """An upload through the API alone gets no other fingerprint, and without one it doubles every alert."""
    log = tmp_path / "log.sarif"
    assert main([str(FIXTURES / "double-owner"), "--exit-zero", "-o", f"sarif={log}"]) == 0
    results = json.loads(log.read_text())["runs"][0]["results"]
    for result in results:
        place = result["locations"][0]["physicalLocation"]
        path, line = unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"]
        hashes = line_hashes((FIXTURES / "double-owner" / path).read_text(encoding="utf-8"))
        assert result["partialFingerprints"]["primaryLocationLineHash"] == hashes[line]
    assert results


def assert_log(text: str, tree: Tree) -> None:
    log = json.loads(text)
    assert_github_ready(log)
    results = log["runs"][0]["results"]
    fingerprints = [result["partialFingerprints"]["gitopsLint/v1"] for result in results]
    assert len(set(fingerprints)) == len(results), "GitHub takes two of one fingerprint for one alert"
    for result in results:
        for location in (*result["locations"], *result["relatedLocations"]):
            assert_there(location["physicalLocation"], tree)


def assert_there(place: Any, tree: Tree) -> None:
    """The columns are within the line, in UTF-16 code units; what is no file is marked at its first character."""
    path, region = unquote(place["artifactLocation"]["uri"]), place["region"]
    if path not in tree.files:
        assert region["startLine"] == region["startColumn"] == 1
        return
    lines = tree.read(path).decode("utf-8").splitlines() or [""]
    assert region["startLine"] <= len(lines)
    width = len(lines[region["startLine"] - 1].encode("utf-16-le")) // 2
    assert region["startColumn"] <= max(width, 1)
    assert region["endColumn"] <= max(width, 1) + 1
