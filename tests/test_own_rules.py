"""``gitops-lint test-rules``: the pages of a repository, tried on their examples; and the cookbook that ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitops_lint.cli import main
from tests.command import write

COOKBOOK = Path(__file__).parent.parent / "docs" / "cookbook"

PAGE = """\
---
title: a ConfigMap without a team
severity: warning
expression: has(object.metadata.labels) && "team" in object.metadata.labels
match: [{kind: ConfigMap}]
---
Somebody must be asked.

## Bad
```yaml title=apps/a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a # want "a ConfigMap without a team"
  namespace: web
```
## Good
```yaml title=apps/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: web, labels: {team: web}}
```
"""
APPLIED = "on: written\nmatch:"


def tried(root: Path, page: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    write(root, {".gitops-lint/rules/labels/no-team.md": page})
    code = main(["test-rules", str(root)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_page_that_keeps_its_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = tried(tmp_path, PAGE.replace("match:", APPLIED), capsys)
    assert (code, said) == (0, "1 rules, 2 examples: all as they say\n")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('# want "a ConfigMap', '# want "a Secret', "apps/a.yaml:4 should say 'a Secret without a team'"),
        (', labels: {team: web}}', "}", "apps/a.yaml:3 says 'a ConfigMap without a team'"),
        ("## Good", "## Worse", "there is no example under ## Good"),
        (' # want "a ConfigMap without a team"', "", 'nothing in it says # want "..."'),
    ],
)  # fmt: skip
def test_and_one_that_does_not(
    old: str, new: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = tried(tmp_path, PAGE.replace("match:", APPLIED).replace(old, new), capsys)
    assert code == 1
    assert fault in said


def test_without_a_page_there_is_nothing_to_try(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.yaml": ""})
    assert main(["test-rules", str(tmp_path)]) == 2
    assert "there is no rule page in .gitops-lint/rules/" in capsys.readouterr().err


def test_the_cookbook_keeps_its_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-rules", str(COOKBOOK)]) == 0
    assert capsys.readouterr().out == "3 rules, 6 examples: all as they say\n"


FIXED = """
## Fixed
```yaml title=apps/a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  namespace: web
  labels:
    team: platform
```
"""
REPAIRED = PAGE.replace("match:", f"fix: {{set: {{metadata.labels.team: platform}}}}\n{APPLIED}") + FIXED


def test_a_page_that_can_be_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tried(tmp_path, REPAIRED, capsys) == (0, "1 rules, 2 examples: all as they say\n")


def test_a_repair_that_is_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = tried(tmp_path, REPAIRED.replace("team: platform\n```", "team: media\n```"), capsys)
    assert code == 1
    assert "apps/a.yaml is not what stands below ## Fixed after the repair" in said


def test_a_repair_that_does_not_help(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = tried(tmp_path, REPAIRED.replace("labels.team: platform}", "labels.owner: platform}"), capsys)
    assert code == 1
    assert "a repair does not last" in said
