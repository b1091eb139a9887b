"""Annotations: as many as GitHub shows, and nothing that a repository could smuggle in."""

from __future__ import annotations

import re
from dataclasses import replace

from gitops_lint.finding import Finding, Mark, Severity
from gitops_lint.location import Location, Span
from gitops_lint.output import github
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden

COMMAND = re.compile(r"::(error|warning|notice) (.*?)::(.*)")


def commands(*findings: Finding, severity: Severity = Severity.WARNING) -> list[tuple[str, dict[str, str], str]]:
    """The level, the properties and the body of each line."""
    found = []
    for line in github.render(samples.report(*findings), severity=severity).splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        found.append((match[1], properties, match[3].replace("%0A", "\n")))
    return found


def numbered(severity: Severity, number: int, path: str | None = None) -> list[Finding]:
    """Findings in different files, or in one."""
    return [
        samples.plain(
            "missing-path", severity, f"m{n}", Mark(samples.at(path or f"{severity.word}-{n}.yaml", n + 1), "")
        )
        for n in range(number)
    ]


def test_a_whole_report() -> None:
    assert_golden("github.txt", github.render(samples.FULL))


def test_chains_and_help_are_lines_of_the_body() -> None:
    [(level, properties, body)] = commands(samples.DOUBLE_OWNER)
    assert level == "error"
    assert properties == {
        "file": "argocd/apps/api.yaml",
        "line": "11",
        "endLine": "11",
        "col": "11",
        "endColumn": "19",
        "title": "two-controllers%3A two controllers apply one object",
    }
    assert [line.partition(":")[0] for line in body.split("\n")[1:]] == ["Flux", "Argo CD", "Effect", "Help"]


def test_ten_annotations_of_a_level_and_a_notice_for_the_rest() -> None:
    found = commands(*numbered(Severity.WARNING, 12), *numbered(Severity.ERROR, 11))
    assert [level for level, _, _ in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"]
    assert found[-1][2].startswith("3 more findings than fit")


def test_the_last_notice_finds_room_among_the_notices() -> None:
    found = commands(*numbered(Severity.INFO, 12), severity=Severity.INFO)
    assert len(found) == 10
    assert found[-1][2].startswith("3 more findings than fit")


def test_findings_of_a_rule_in_a_file_are_one_annotation() -> None:
    [(_, properties, body)] = commands(*numbered(Severity.ERROR, 3, "a.yaml"))
    assert properties["line"] == "1"
    assert body == "m0\nand 2 more in this file, at line 2, 3"


def test_consequences_are_told_with_their_cause() -> None:
    [(_, _, body)] = commands(samples.CAUSE)
    assert "Because of this: 2 directories, 23 objects reach no cluster" in body


def test_infos_are_not_annotated_unless_asked_for() -> None:
    assert commands(samples.NOTE) == []
    assert [level for level, _, _ in commands(samples.NOTE, severity=Severity.INFO)] == ["notice"]


def test_columns_are_left_out_where_a_span_leaves_its_line() -> None:
    mark = Mark(Location("a.yaml", Span(2, 3, 4, 5)), "")
    [(_, properties, _)] = commands(samples.plain("missing-path", Severity.ERROR, "m", mark))
    assert properties.keys() == {"file", "line", "title"}


def test_a_finding_without_a_file_has_a_title_only() -> None:
    assert [properties.keys() for _, properties, _ in commands(samples.NOWHERE)] == [{"title"}]


def test_a_long_chain_loses_its_middle() -> None:
    owner = replace(samples.FLUX, chain=tuple(samples.step(f"{n}.yaml", 1, "x") for n in range(9)))
    [(_, _, body)] = commands(replace(samples.DOUBLE_OWNER, owners=(owner,)))
    assert "Flux: 0.yaml:1 → 1.yaml:1 → … → 8.yaml:1" in body


def test_no_body_is_longer_than_the_page_shows() -> None:
    finding = replace(samples.DOUBLE_OWNER, message="m" * 1000, help="h" * 500, owners=(samples.FLUX,) * 50)
    assert max(len(body) for _, _, body in commands(finding)) <= 600


def test_hostile_text_cannot_end_its_command() -> None:
    [line] = github.render(samples.FOREIGN).splitlines()
    assert line.isprintable()
    match = COMMAND.fullmatch(line)
    assert match
    names = [pair.partition("=")[0] for pair in match[2].split(",")]
    assert names == ["file", "line", "endLine", "col", "endColumn", "title"]
    assert "%250A::set-env" in match[3]


def test_several_rules_at_one_line_are_one_annotation_of_the_worst() -> None:
    here = Mark(samples.at("a.yaml", 7), "")
    found = commands(
        samples.plain("no-root", Severity.ERROR, "bad", here),
        *numbered(Severity.ERROR, 1, "b.yaml"),
        samples.plain("missing-path", Severity.WARNING, "not good", here),
    )
    assert [(level, properties["line"]) for level, properties, _ in found] == [("error", "7"), ("error", "1")]
    assert found[0][2] == "bad\nwarning[missing-path]: not good"


def test_whole_files_and_commits_are_not_one_place() -> None:
    whole = [samples.plain(name, Severity.ERROR, "m", Mark(Location("a"), "")) for name in ("no-root", "missing-path")]
    assert len(commands(*whole)) == 2


def test_all_that_found_no_room_is_counted() -> None:
    rules = ("no-root", "missing-path")
    findings = [
        samples.plain(name, Severity.ERROR, "m", Mark(samples.at(f"{n}.yaml", 1), ""))
        for n in range(12)
        for name in rules
    ]
    found = commands(*findings)
    assert len(found) == 11
    assert found[-1][2].startswith("4 more findings than fit")
