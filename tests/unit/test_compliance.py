"""Pages that ask by an expression: those of a linted repository, and what they may be wrong about."""

from __future__ import annotations

import pytest

from gitops_lint.engine import analyse, check
from gitops_lint.tree import MemoryTree
from gitops_lint.validation import ConfigError
from tests.unit.worlds import REPOSITORY, config_map, flux, gotk

PAGE = """\
---
title: a ConfigMap without a team
severity: warning
expression: |
  has(object.metadata.labels) &&
  object.metadata.labels.?team.orValue("") in params.teams
params: {teams: [media, web]}
match: [{kind: ConfigMap}]
message: "{object} has no label team"
at: metadata
---
Somebody must be asked.

## Bad
## Good
"""
FILES = {
    "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
    "clusters/home/apps.yaml": flux("apps", "./apps"),
    "apps/kustomization.yaml": "resources: [a.yaml, b.yaml]\ncommonLabels: {team: web}\n",
    "apps/a.yaml": config_map("a"),
    "apps/b.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: web}\n",
}


def said(page: str, files: dict[str, str] = FILES, config: str = "") -> list[str]:
    tree = {**files, ".gitops-lint/rules/labels/no-team.md": page, ".gitops-lint.yaml": config or "profile: default\n"}
    report = check(analyse(MemoryTree(tree, remotes=(REPOSITORY,))))
    return [f"{f.severity.word}[{f.rule}] {f.mark.location if f.mark else ''}: {f.message}" for f in report.findings]


def test_objects_are_asked_as_they_are_applied() -> None:
    assert said(PAGE) == []


def test_and_one_that_does_not_comply_is_told() -> None:
    files = {**FILES, "apps/kustomization.yaml": "resources: [a.yaml]\n"}
    assert said(PAGE, files) == ["warning[no-team] apps/a.yaml:3: ConfigMap web/a has no label team"]


def test_a_manifest_may_be_asked_as_it_is_written() -> None:
    assert len(said(PAGE.replace("match:", "on: written\nmatch:"))) == 1


def test_all_of_a_cluster_may_be_one_finding() -> None:
    files = {**FILES, "apps/kustomization.yaml": "resources: [a.yaml, c.yaml]\n", "apps/c.yaml": config_map("c")}
    assert said(PAGE.replace("match:", "together: true\nmatch:"), files) == [
        "warning[no-team] apps/a.yaml:3: ConfigMap web/a and 1 more has no label team"
    ]


def test_parameters_and_levels_come_from_the_configuration() -> None:
    config = "rules: {no-team: {severity: error, params: {teams: [media]}}}\n"
    assert said(PAGE, config=config)[0].startswith("error[no-team]")
    assert said(PAGE, config="rules: {labels: off}\n") == []


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("cluster == 'home' && path == 'apps/a.yaml'", True),
        ("owners.all(o, o.controller == 'flux' && o.kind == 'Kustomization' && o.name == 'apps')", True),
        ("environment == '' && component == ''", True),
        ("false", False),
    ],
)
def test_what_an_expression_may_speak_of(expression: str, answer: bool) -> None:
    page = PAGE.replace("params: {teams: [media, web]}\n", "")
    begin, end = page.index("expression:"), page.index("match:")
    assert (said(f'{page[:begin]}expression: "{expression}"\n{page[end:]}') == []) is answer


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (PAGE.replace("object.metadata.labels.?team", "objekt"), "labels/no-team.md:6:3: expression: undeclared reference"),
        (PAGE.replace('orValue("") in', 'orValue("") +'), "no-team.md:"),
        (PAGE.replace("expression: |", "expresion: |"), "unknown key 'expresion'; did you mean 'expression'?"),
        (PAGE.replace("title: a", "check: two_owners\ntitle: a"), "either a check or an expression"),
        (PAGE.replace("expression: |\n", "check: two_owners\nx: |\n"), "unknown key 'x'"),
        (PAGE.replace("in params.teams", "in params.nobody"), "no-team.md:5:3: expression for ConfigMap web/a (apps/a.yaml:"),
        (PAGE.replace("has(object.metadata.labels) &&", "1 +"), "no-team.md:"),
        ("no front matter\n", "no-team.md:1:1: a rule page begins with its front matter"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(page: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        said(page)
    assert message in str(raised.value)


def test_a_name_is_taken_once() -> None:
    tree = {**FILES, ".gitops-lint/rules/labels/two-controllers.md": PAGE}
    with pytest.raises(ConfigError, match="there is a rule two-controllers already"):
        analyse(MemoryTree(tree, remotes=(REPOSITORY,)))
