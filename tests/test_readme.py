"""README's generated blocks are what the tool prints; ``UPDATE_EXPECTED=1`` writes them anew."""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_lint.cli import main
from gitops_lint.rule import Rule, shipped

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"<!-- generated: (?P<name>[\w-]+) -->\n(?P<text>.*?)<!-- end -->\n", re.DOTALL)


def console(*arguments: str, language: str = "text") -> Callable[[pytest.CaptureFixture[str]], str]:
    """What a command prints on a terminal without colour, as a fenced block."""

    def run(capsys: pytest.CaptureFixture[str]) -> str:
        main([*arguments, "--color", "never"])
        lines = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip("\n").split("\n"))
        return f"```{language}\n{lines}\n```\n"

    return run


def rule_table(_: pytest.CaptureFixture[str]) -> str:
    """Every shipped rule: id, level and title, a table a category; those of the strict profile say so."""
    tables = []
    for category, rules in groupby(shipped(), key=lambda rule: rule.category):
        rows = [f"| [`{rule.id}`]({rule.path}) | {_level(rule)} | {rule.law.title} |" for rule in rules]
        tables.append("\n".join([f"**{category}**", "", "| rule | at worst | finds |", "|---|---|---|", *rows, ""]))
    return "\n".join(tables)


def _level(rule: Rule) -> str:
    return rule.worst.word if rule.law.profile == "default" else f"{rule.worst.word}, {rule.law.profile}"


BLOCKS = {
    "double-owner": console("check", "tests/fixtures/double-owner"),
    "matrix": console("matrix", "tests/fixtures/three-clusters"),
    "why": console("why", "Deployment/web/shop", "tests/fixtures/double-owner"),
    "build": console(
        "build",
        "Kustomization/flux-system/storage",
        "tests/fixtures/three-clusters",
        "--cluster",
        "prod",
        "--provenance",
        language="yaml",
    ),
    "graph": console("graph", "--focus", "Deployment/web/api", "tests/fixtures/double-owner", language="mermaid"),
    "rules": rule_table,
}


def test_every_block_is_known() -> None:
    assert {match["name"] for match in BLOCK.finditer(README.read_text())} == set(BLOCKS)


@pytest.mark.parametrize("name", BLOCKS)
def test_block(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    made = BLOCKS[name](capsys)
    text = README.read_text()
    match = next(match for match in BLOCK.finditer(text) if match["name"] == name)
    if os.environ.get("UPDATE_EXPECTED"):
        README.write_text(text[: match.start("text")] + made + text[match.end("text") :])
    else:
        assert match["text"] == made
