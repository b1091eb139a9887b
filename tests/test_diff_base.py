"""``check --diff-base``: only what a change brings, wherever it shows, and by whose law."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops_lint.cli import main
from tests.command import write
from tests.test_impact_command import commit, git
from tests.unit.test_impact import ARGOCD, CONFIG, FLUX, IN_CLUSTER, SETTINGS
from tests.unit.worlds import config_map

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
    assert report["comparison"] == {"base": "HEAD", "known": 1, "fixed": 0, "law": []}
    assert [one["hidden"] for one in report["hidden"]] == ["known in HEAD"]
    assert main([str(repository), "--diff-base", "HEAD"]) == 0
    out = capsys.readouterr().out
    assert "No new findings: looked at" in out
    assert "1 known in HEAD." in out


def test_moved_lines_are_nothing_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / OTHER).write_text("# one\n# two\n" + (repository / OTHER).read_text())
    assert rules(told(repository, capsys)) == []


def test_a_change_here_that_breaks_what_stands_there(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kustomization that lists the file is not touched; what is gone has no line to point to, but a name."""
    (repository / "infrastructure/web/config.yaml").unlink()
    report = told(repository, capsys)
    assert rules(report) == ["missing-kustomize-entry"]
    assert report["findings"][0]["path"] == WEB
    gone = {"path": "infrastructure/web/config.yaml", "line": None, "message": "was deleted"}
    assert report["findings"][0]["cause"] == gone
    main([str(repository), "--diff-base", "HEAD", "--output-format", "github"])
    annotation = capsys.readouterr().out
    assert f"file={WEB},line=3" in annotation
    assert "%0AChanged: infrastructure/web/config.yaml was deleted" in annotation


def test_an_entry_that_was_taken_out(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reconciler that reads what is listed no more: named is the list, at the line where the entry stood."""
    (repository / "clusters/home/kustomization.yaml").write_text("resources: [web.yaml, other.yaml]\n")
    listed = "kind: Kustomization\nresources:\n  - one.yaml\n  - web.yaml\n"
    one = FLUX["infrastructure/web/config.yaml"].replace("name: config", "name: one")
    write(repository, {"clusters/home/one.yaml": one, "clusters/home/kustomization.yaml": f"{listed}  - other.yaml\n"})
    commit(repository)
    write(repository, {"clusters/home/kustomization.yaml": listed})
    (lost,) = [one for one in told(repository, capsys)["findings"] if one["rule"] == "unreached-flux-object"]
    taken = {"path": "clusters/home/kustomization.yaml", "line": 5, "message": "other.yaml was taken out"}
    assert lost["cause"] == taken


def test_an_object_whose_file_is_gone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waits = FLUX["clusters/home/web.yaml"].replace("spec:", "spec:\n  dependsOn: [{name: other}]")
    write(repository, {"clusters/home/web.yaml": waits})
    commit(repository)
    (repository / "clusters/home/other.yaml").unlink()
    (lost,) = [one for one in told(repository, capsys)["findings"] if one["rule"] == "dangling-dependency"]
    assert lost["cause"] == {"path": "clusters/home/other.yaml", "line": None, "message": "was deleted"}


def test_a_directory_that_was_moved(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "mv", "infrastructure/web", "infrastructure/site")
    (lost,) = [one for one in told(repository, capsys)["findings"] if one["rule"] == "flux-path-not-found"]
    moved = {"path": "infrastructure/web", "line": None, "message": "was moved to infrastructure/site"}
    assert lost["cause"] == moved


def test_an_application_that_was_moved_with_its_order(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lists it and what it reads have to follow; nothing that is listed already is offered instead."""
    files = {"apps/kustomization.yaml": "resources: [actual/ks.yaml, atuin/ks.yaml]\n"}
    for name in ("actual", "atuin"):
        order = FLUX["clusters/home/web.yaml"].replace("infrastructure/web", f"apps/{name}/app").replace("web", name)
        files |= {f"apps/{name}/ks.yaml": order, f"apps/{name}/app/config.yaml": config_map(name)}
    root = FLUX["clusters/home/web.yaml"].replace("infrastructure/web", "apps").replace("name: web", "name: apps")
    write(repository, {**files, "clusters/home/apps.yaml": root})
    commit(repository)
    git(repository, "mv", "apps/atuin", "apps/history")
    report = told(repository, capsys)
    assert {(one["rule"], one["help"]) for one in report["findings"]} == {
        ("missing-kustomize-entry", "did you mean history/ks.yaml?"),
        ("flux-path-not-found", "did you mean ./apps/history/app?"),
    }


def test_a_renamed_file_keeps_its_findings(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repository, "mv", "infrastructure/other", "infrastructure/moved")
    sync = repository / "clusters/home/other.yaml"
    sync.write_text(sync.read_text().replace("./infrastructure/other", "./infrastructure/moved"))
    report = told(repository, capsys)
    assert rules(report) == []
    assert report["comparison"]["known"] == 1


def test_what_is_repaired_is_counted(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / OTHER).write_text("resources: []\n")
    assert told(repository, capsys)["comparison"] == {"base": "HEAD", "known": 0, "fixed": 1, "law": []}


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
    assert "this change alters the law: .gitops-lint.yaml:3 changes" in report["notes"]
    assert report["comparison"]["law"] == [{"path": SETTINGS, "line": 3, "message": "changes"}]
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
    assert main([str(repository), "--diff-base", "v9.9"]) == 2
    expected = "error: git knows no commit 'v9.9' here: correct the name, or fetch it (git fetch)\n"
    assert capsys.readouterr().err == expected
    assert main([str(repository), "--diff-base", "mian"]) == 2
    assert "git knows no commit 'mian' here; did you mean 'main'?" in capsys.readouterr().err


def test_an_empty_name_of_a_base_is_no_base(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unset variable of a workflow must not make a run compare HEAD with itself, and pass."""
    for words in ([str(repository), "--diff-base", ""], ["impact", "", str(repository)]):
        assert main(words) == 2
        assert "the name of the base is empty" in capsys.readouterr().err


def test_where_nothing_was_committed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, FLUX)
    git(tmp_path, "init", "--quiet")
    assert main(["impact", "main", str(tmp_path)]) == 2
    assert f"nothing was committed in {tmp_path} yet" in capsys.readouterr().err


def test_a_shallow_clone_says_what_it_needs(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the commit where the branches part, whatever main got since would seem to be this change's doing."""
    git(repository, "switch", "--quiet", "--create", "topic")
    (repository / "infrastructure/web/config.yaml").unlink()
    commit(repository)
    git(repository, "switch", "--quiet", "main")
    write(repository, {"README.md": "more"})
    commit(repository)
    clone = tmp_path_factory.mktemp("clone")
    url = f"file://{repository}"
    git(clone, "clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", url, ".")
    assert main([str(clone), "--diff-base", "origin/main"]) == 2
    err = capsys.readouterr().err
    assert "this clone does not go back to where HEAD left 'origin/main': fetch more of the history" in err
    assert "fetch-depth: 0" in err
    git(clone, "fetch", "--quiet", "--depth=2", "origin", "main", "topic")
    assert main([str(clone), "--diff-base", "origin/main"]) == 1
    assert "0 repaired" not in capsys.readouterr().out


def test_outside_of_git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, FLUX)
    assert main([str(tmp_path), "--diff-base", "main"]) == 2
    assert "is in no git repository: there is no history to read" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--law-from", "base"], ["--diff-base", "HEAD", "--fix"], ["--diff-base", "HEAD", "--diff"]]
)
def test_words_that_do_not_go_together(words: list[str], repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository), *words]) == 2
    assert "--diff-base" in capsys.readouterr().err


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


def test_annotations_point_to_the_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two Applications of one object: the finding stands at the old one, and the new one brought it."""
    first = ARGOCD["argocd-apps/web.yaml"].replace("applications/web", "applications/a")
    write(repository, {"argocd-apps/a.yaml": first, "applications/a/kustomization.yaml": "resources: [../one]\n"})
    write(repository, {"applications/one/kustomization.yaml": "resources: []\n"})
    commit(repository)
    write(repository, {"applications/a/kustomization.yaml": "resources:\n  - ../one\n  - ../../infrastructure/web\n"})
    main([str(repository), "--diff-base", "HEAD", "--output-format", "github", "--select", "two-controllers"])
    (line,) = capsys.readouterr().out.splitlines()
    assert "file=applications/a/kustomization.yaml,line=3," in line
    assert "%0AFound at: " in line
    main([str(repository), "--diff-base", "HEAD", "--select", "two-controllers", "--color", "never"])
    assert "::: applications/a/kustomization.yaml:3:" in capsys.readouterr().out


def test_annotations_tell_of_an_altered_law(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, {SETTINGS: IN_CLUSTER + "rules: {missing-kustomize-entry: off}\n"})
    main([str(repository), "--diff-base", "HEAD", "--output-format", "github"])
    told = "::notice title=gitops-lint::this change alters the law: .gitops-lint.yaml:3 changes\n"
    assert capsys.readouterr().out == told


# -- whose law ---------------------------------------------------------------------------------------------------------

PAGE = '---\ntitle: a map\nseverity: error\nexpression: "false"\nmatch: [{kind: ConfigMap}]\n---\nNo.\n'
OWN = ".gitops-lint/rules/own/no-map.md"
BASE_LAW = ("--law-from", "base")
OFF = "rules: {missing-kustomize-entry: off}\n"


def test_a_new_rule_judges_the_base_as_well(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else whoever writes a rule would have to repair the repository in the same change."""
    write(repository, {OWN: PAGE})
    report = told(repository, capsys)
    assert rules(report) == []
    assert "no-map" in {one["rule"] for one in report["hidden"]}
    assert report["comparison"]["law"] == [{"path": OWN, "line": None, "message": "is new"}]


@pytest.mark.parametrize(("path", "text"), [(OWN, "nonsense"), (SETTINGS, "rules: {no-such-rule: off}\n")])
def test_a_broken_law_of_the_base(path: str, text: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the head repairs is in nobody's way, until somebody wants to be judged by it."""
    mended = (repository / path).read_text() if (repository / path).exists() else PAGE
    write(repository, {path: text})
    commit(repository)
    write(repository, {path: mended})
    assert rules(told(repository, capsys)) == []
    assert main([str(repository), "--diff-base", "HEAD", *BASE_LAW]) == 2
    assert path in capsys.readouterr().err


def test_a_broken_law_of_the_head(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It judges nothing here, but would once it is merged."""
    write(repository, {OWN: "nonsense"})
    assert main([str(repository), "--diff-base", "HEAD", *BASE_LAW]) == 2
    assert OWN in capsys.readouterr().err


def test_a_first_configuration_is_a_change_of_the_law(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / SETTINGS).unlink()
    commit(repository)
    write(repository, {SETTINGS: OFF})
    (repository / "infrastructure/web/config.yaml").unlink()
    assert rules(told(repository, capsys)) == []
    assert rules(told(repository, capsys, *BASE_LAW)) == ["missing-kustomize-entry"]


def test_no_configuration_judges_the_base_as_well(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, {SETTINGS: IN_CLUSTER + OFF})
    commit(repository)
    (repository / SETTINGS).unlink()
    assert rules(told(repository, capsys)) == []
    assert {"path": SETTINGS, "line": None, "message": "is gone"} in told(repository, capsys)["comparison"]["law"]


@pytest.mark.parametrize("pattern", ["infrastructure/web/**", "infrastructure/web", "**"])
def test_nothing_is_excluded_that_the_base_does_not(
    pattern: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repository, {SETTINGS: f"{IN_CLUSTER}exclude: ['{pattern}']\n"})
    (repository / "infrastructure/web/config.yaml").unlink()
    assert rules(told(repository, capsys, *BASE_LAW)) == ["missing-kustomize-entry"]


def test_what_is_excluded_is_so_in_both(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory named without its content, and the packages that nobody reads."""
    write(repository, {SETTINGS: f"{IN_CLUSTER}exclude: [infrastructure/other]\n"})
    write(repository, {"node_modules/a/kustomization.yaml": "resources: [lost.yaml]\n"})
    commit(repository)
    report = told(repository, capsys)
    assert rules(report) == []
    assert report["comparison"]["fixed"] == 0


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0c"])
def test_no_sign_shifts_the_lines(sign: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What Python takes for a line end and YAML does not would lead to an untouched line instead of the comment's."""
    head = (
        f"# a\n#{sign}\nresources:\n  - claim.yaml\n"
        if sign == "\x0c"
        else f'namePrefix: "{sign}"\nresources:\n  - claim.yaml\n'
    )
    write(repository, {WEB: f"{head}  - config.yaml\n"})
    commit(repository)
    (repository / "infrastructure/web/config.yaml").unlink()
    before = rules(told(repository, capsys, *BASE_LAW))
    write(repository, {WEB: f"{head}  - config.yaml {SILENCED}\n"})
    assert rules(told(repository, capsys, *BASE_LAW)) == before


def test_an_old_comment_still_silences(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the base's law too, wherever its line went, and with the file."""
    write(repository, {OTHER: f"resources:\n  - lost.yaml {SILENCED}\n"})
    commit(repository)
    write(repository, {OTHER: f"# one\n\nresources:\n  - lost.yaml {SILENCED}\n"})
    assert rules(told(repository, capsys, *BASE_LAW)) == []
    git(repository, "mv", "infrastructure/other", "infrastructure/moved")
    sync = repository / "clusters/home/other.yaml"
    sync.write_text(sync.read_text().replace("./infrastructure/other", "./infrastructure/moved"))
    report = told(repository, capsys, *BASE_LAW)
    assert rules(report) == []
    assert report["comparison"]["law"] == []


def test_a_comment_that_is_taken_away(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was silenced was not known: it is new to whoever reads the report."""
    write(repository, {OTHER: f"resources:\n  - lost.yaml {SILENCED}\n"})
    commit(repository)
    write(repository, {OTHER: "resources:\n  - lost.yaml\n"})
    assert rules(told(repository, capsys)) == ["missing-kustomize-entry"]


# -- what is new -------------------------------------------------------------------------------------------------------


def test_a_second_one_above_the_first(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The two differ by an ordinal alone, and the line that was touched tells which one is new."""
    write(repository, {"infrastructure/other/kustomization.yaml": "resources:\n  - lost.yaml\n  - lost.yaml\n"})
    commit(repository)
    write(repository, {OTHER: "resources:\n  - lost.yaml\n  - gone.yaml\n  - lost.yaml\n"})
    (finding,) = told(repository, capsys)["findings"]
    assert (finding["path"], finding["line"]) == (OTHER, 3)


def test_one_more_of_what_is_known_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding stands for all who wait for the same: the base may know it, and not of the new one."""
    waiting = FLUX["clusters/home/web.yaml"] + "  dependsOn: [{name: nothing}]\n"
    first = waiting.replace("web", "first")
    write(repository, {"clusters/home/first.yaml": first, "infrastructure/first/c.yaml": config_map("first")})
    commit(repository)
    assert rules(told(repository, capsys)) == []
    second = waiting.replace("web", "second")
    write(repository, {"clusters/home/second.yaml": second, "infrastructure/second/c.yaml": config_map("second")})
    (found,) = told(repository, capsys)["findings"]
    assert (found["rule"], found["cause"]["path"]) == ("dangling-dependency", "clusters/home/second.yaml")


def test_no_tag_is_nothing_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are states of one repository, with one history."""
    write(repository, {SETTINGS: IN_CLUSTER + "profile: strict\n"})
    commit(repository)
    report = told(repository, capsys)
    assert rules(report) == []
    assert "no-release-tag" in {one["rule"] for one in report["hidden"]}


def test_a_file_that_moved_and_was_edited(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the finding is about has no identity: git tells what became of the file."""
    write(repository, {"infrastructure/web/odd.yaml": "a: [\n" + "# one line\n" * 20})
    commit(repository)
    git(repository, "mv", "infrastructure/web/odd.yaml", "infrastructure/web/even.yaml")
    write(repository, {"infrastructure/web/even.yaml": "a: [\n" + "# one line\n" * 20 + "# more\n"})
    git(repository, "add", "--all")
    report = told(repository, capsys)
    assert (rules(report), report["comparison"]["fixed"]) == ([], 0)


def test_a_file_that_moved_unknown_to_git(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository, {"infrastructure/web/odd.yaml": "kind: [\n"})
    commit(repository)
    (repository / "infrastructure/web/odd.yaml").rename(repository / "infrastructure/web/even.yaml")
    report = told(repository, capsys)
    assert (rules(report), report["comparison"]["fixed"]) == ([], 0)


def test_a_repository_in_a_directory_of_another(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sub = write(repository / "sub", {SETTINGS: IN_CLUSTER, **FLUX, "infrastructure/web/odd.yaml": "kind: [\n"})
    commit(repository)
    git(repository, "mv", "sub/infrastructure/web/odd.yaml", "sub/infrastructure/web/even.yaml")
    report = told(sub, capsys)
    assert (rules(report), report["comparison"]["fixed"]) == ([], 0)


def test_a_filter_of_git_is_not_run(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To compare the work tree git would run what the configuration of a clone names."""
    proof = repository / "proof"
    git(repository, "config", "filter.evil.clean", f"touch {proof}; cat")
    write(repository, {".gitattributes": "*.yaml filter=evil\n"})
    (repository / "infrastructure/web/config.yaml").write_text("changed: true\n")
    told(repository, capsys)
    assert not proof.exists()


def test_what_becomes_worse_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second owner that nothing reaches is a warning; the same one below a root is an error that fails the gate."""
    files = {path.replace("argocd-apps", "drafts"): text for path, text in ARGOCD.items()}
    root = ARGOCD["argocd-apps/web.yaml"].replace("web", "other")
    write(
        repository, {**files, "argocd-apps/other.yaml": root, "applications/other/a.yaml": CONFIG.replace("web", "b")}
    )
    commit(repository)
    git(repository, "mv", "drafts/web.yaml", "argocd-apps/web.yaml")
    report = told(repository, capsys, "--select", "two-controllers")
    assert {one["severity"] for one in report["findings"]} == {"error"}
    assert report["comparison"]["fixed"] == 0
