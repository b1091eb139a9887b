"""Markdown for a comment: short enough to be taken, and nothing in it that a repository could say in our name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gitops_lint.finding import Finding, Mark, Severity, Snippet
from gitops_lint.output import gfm, markdown
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden


def many(number: int, text: str = "m") -> list[Finding]:
    return [
        samples.plain("missing-path", Severity.ERROR, f"{text}{n}", Mark(samples.at(f"{n}.yaml", n + 1), ""))
        for n in range(number)
    ]


def test_a_whole_report() -> None:
    assert_golden("report.md", markdown.render(samples.FULL))


def test_nothing_found_is_said() -> None:
    text = markdown.render(samples.EMPTY)
    assert text.startswith("### gitops-lint: nothing found\n")
    assert "| where |" not in text


def test_consequences_stand_in_the_table_and_infos_on_demand() -> None:
    assert markdown.render(samples.report(samples.CAUSE)).count("| 🟡 warning |") == 2
    assert "🔵" not in markdown.render(samples.report(samples.NOTE))
    assert "🔵 info" in markdown.render(samples.report(samples.NOTE), severity=Severity.INFO)


@pytest.mark.parametrize(("number", "text"), [(2_000, "m"), (300, "*" * 5_000), (3, "<" * 100_000)])
def test_a_comment_holds_it_and_what_is_left_out_is_counted(number: int, text: str) -> None:
    shown = markdown.render(samples.report(*many(number, text)))
    assert len(shown) < 65_536
    rows = shown.count("| 🔴 error |")
    more = re.search(r"^\| \| … \| (\d+) more findings? \|$", shown, re.MULTILINE)
    assert rows + (int(more[1]) if more else 0) == number
    details = shown.count("<details>")
    left = re.search(r"^The details of (\d+) more", shown, re.MULTILINE)
    assert details + (int(left[1]) if left else 0) == number
    assert details == shown.count("</details>")


def test_a_fence_is_longer_than_any_in_the_source() -> None:
    mark = Mark(samples.at("a.yaml", 1), "", Snippet(1, ("a: |", "  ````", "  <script>")))
    shown = markdown.render(samples.report(samples.plain("missing-path", Severity.ERROR, "m", mark)))
    assert shown.count("\n`````") == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("@team", "\\@&#8203;team"),
        ("fixes #1", "fixes \\#&#8203;1"),
        ("https://evil.example", "https:&#8203;//evil.example"),
        ("www.evil.example", "www&#8203;.evil.example"),
        ("<img>&lt;", "\\<img\\>&amp;lt;"),
        ("[a](b)", "\\[a\\]\\(b\\)"),
        ("a\n# b", "a\\\\n\\# b"),
    ],
)
def test_foreign_text_is_no_markup(text: str, shown: str) -> None:
    assert gfm.escaped(text) == shown


def test_foreign_text_in_html_is_no_markup() -> None:
    assert gfm.in_html("</summary>@a `b`") == "&lt;/summary&gt;@&#8203;a `b`"


def test_hostile_text_keeps_its_place() -> None:
    text = markdown.render(samples.FOREIGN)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if not line.isprintable() or line.lstrip().startswith("::")]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "error" in line]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [4, 4]


def test_a_long_chain_loses_its_middle() -> None:
    owner = replace(samples.FLUX, chain=tuple(samples.step(f"{n}.yaml", 1, "x") for n in range(12)))
    text = markdown.render(samples.report(replace(samples.DOUBLE_OWNER, owners=(owner,))))
    assert "<code>1.yaml:1</code> x → … → <code>7.yaml:1</code>" in text
