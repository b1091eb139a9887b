"""``check --diff-base``: only what a change brings, wherever it shows, and by whose law."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_lint.cli import main
from tests.command import write
from tests.test_impact_command import commit, git
from tests.unit.test_impact import ARGOCD, FLUX, IN_CLUSTER, SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

SILENCED = "# gitops-lint: ignore[missing-kustomize-entry] later"
WEB = "infrastructure/web/kustomization.yaml"
OTHER = "infrastructure/other/kustomization.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Flux applies a claim and a config; one finding is known already: an entry that is missing."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "remote", "add", "origin", "https://example.com/repo")
    other = {
        "clusters/home/other.yaml": FLUX["clusters/home/web.yaml"].replace("web", "other"),
        OTHER: "resources:\n  - lost.yaml\n",
    }
    listed = "resources:\n  - claim.yaml\n  - config.yaml\n"
    write(tmp_path, {SETTINGS: IN_CLUSTER, **FLUX, WEB: listed, **other})
    commit(tmp_path)
    return tmp_path


def told(root: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    main([str(root), "--diff-base", "HEAD", "--output-format", "json", *words])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def rules(report: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in report["findings"]]


def test_equal_worlds_have_nothing_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = told(repository, capsys)
    assert rules(report) == []
    assert report["comparison"] == {"base": "HEAD", "known": 1, "fixed": 0}
    assert [one["hidden"] for one in report["hidden"]] == ["known in HEAD"]
    assert main([str(repository), "--diff-base", "HEAD"]) == 0
    out = capsys.readouterr().out
    assert "No new findings: looked at" in out
    assert "1 known in HEAD." in out


def test_moved_lines_are_nothing_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / OTHER).write_text("# one\n# two\n" + (repository / OTHER).read_text())
    assert rules(told(repository, capsys)) == []


def test_a_change_here_that_breaks_what_stands_there(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kustomization that lists the file is not touched; what is gone has no line to point to."""
    (repository / "infrastructure/web/config.yaml").unlink()
    report = told(repository, capsys)
    assert rules(report) == ["missing-kustomize-entry"]
    assert report["findings"][0]["path"] == WEB
    assert report["findings"][0]["cause"] is None


def test_a_renamed_file_keeps_its_findings(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "mv", "infrastructure/other", "infrastructure/moved")
    sync = repository / "clusters/home/other.yaml"
    sync.write_text(sync.read_text().replace("./infrastructure/other", "./infrastructure/moved"))
    report = told(repository, capsys)
    assert rules(report) == []
    assert report["comparison"]["known"] == 1


def test_what_is_repaired_is_counted(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / OTHER).write_text("resources: []\n")
    assert told(repository, capsys)["comparison"] == {"base": "HEAD", "known": 0, "fixed": 1}


def test_a_base_that_cannot_be_read_in_part(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, {"infrastructure/web/config.yaml": "a: [\n"})
    commit(repository)
    write(repository, {"infrastructure/web/claim.yaml": "a: [\n"})
    assert rules(told(repository, capsys)) == ["invalid-yaml"]


def test_a_change_that_alters_the_law_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, {SETTINGS: IN_CLUSTER + "rules: {missing-kustomize-entry: off}\n"})
    (repository / "infrastructure/web/config.yaml").unlink()
    report = told(repository, capsys)
    assert "missing-kustomize-entry" not in rules(report)
    assert "this change alters the law: .gitops-lint.yaml changes" in report["notes"]
    assert rules(told(repository, capsys, "--law-from", "base")) == ["missing-kustomize-entry"]


def test_a_new_comment_that_silences_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "infrastructure/web/config.yaml").unlink()
    write(repository, {WEB: f"resources:\n  - claim.yaml\n  - config.yaml {SILENCED}\n"})
    report = told(repository, capsys)
    assert rules(report) == []
    assert f"this change alters the law: {WEB}:3 silences missing-kustomize-entry" in report["notes"]
    assert rules(told(repository, capsys, "--law-from", "base")) == ["missing-kustomize-entry"]


def test_a_rule_of_its_own_that_is_gone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = '---\ntitle: a map\nseverity: error\nexpression: "false"\nmatch: [{kind: ConfigMap}]\n---\nNo.\n'
    own = ".gitops-lint/rules/own/no-map.md"
    write(repository, {own: page})
    commit(repository)
    (repository / own).unlink()
    other = FLUX["infrastructure/web/config.yaml"].replace("name: config", "name: other")
    listed = "resources: [claim.yaml, config.yaml, other.yaml]\n"
    write(repository, {"infrastructure/web/other.yaml": other, WEB: listed})
    report = told(repository, capsys)
    assert f"this change alters the law: {own} is gone" in report["notes"]
    assert rules(report) == []
    assert rules(told(repository, capsys, "--law-from", "base")) == ["no-map"]


def test_an_unknown_base(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository), "--diff-base", "origin/main"]) == 2
    assert "git knows no commit 'origin/main' here: fetch more of the history" in capsys.readouterr().err


def test_builds_are_shared(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(repository), "--diff-base", "HEAD", "--statistics"])
    used = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("built"))
    made, asked = int(used.split()[1]), int(used.split()[4])
    assert made * 2 <= asked


def test_sarif_points_to_the_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second owner that comes by one line below an Application that stood there before."""
    application = ARGOCD["argocd-apps/web.yaml"].replace("applications/web", "applications/none")
    changed = "applications/none/kustomization.yaml"
    write(repository, {**ARGOCD, "argocd-apps/web.yaml": application, changed: "resources: []\n"})
    commit(repository)
    write(
        repository,
        {changed: "resources: [../web/claim.yaml]\n", "applications/web/kustomization.yaml": "resources: []\n"},
    )
    write(repository, {changed: "resources:\n  - ../../infrastructure/web\n"})
    main([str(repository), "--diff-base", "HEAD", "--output-format", "sarif"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (result,) = (one for one in results if one["ruleId"] == "two-controllers")
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (changed, 2)
    related = {one["physicalLocation"]["artifactLocation"]["uri"] for one in result["relatedLocations"]}
    assert "argocd-apps/web.yaml" in related
