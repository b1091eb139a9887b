"""The configuration: every mistake at once, at its place, with a guess at what was meant."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import gitops_lint
from gitops_lint.config import combine, json_schema, load, matrix_of, preset
from gitops_lint.model import Controller
from gitops_lint.validation import ConfigError

SCHEMA = Path(gitops_lint.__file__).parent / "config.schema.json"


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(".gitops-lint.yaml", text.encode())
    return [str(mistake) for mistake in caught.value.mistakes]


def test_every_mistake_is_told_at_once_with_line_and_column() -> None:
    text = """\
profile: strikt
clusters:
  prod: {rot: clusters/prod}
responsibilities:
  - component: traefik
    owner: fluxx
    match: [{char: traefik}, {path: [1]}]
  - owner: flux
rules:
  two-controllers: {severity: eror}
trees: {flux: ""}
"""
    assert mistakes(text) == [
        ".gitops-lint.yaml:1:10: profile is 'strikt'; it must be default or strict; did you mean 'strict'?",
        ".gitops-lint.yaml:3:10: unknown key 'rot'; did you mean 'root'?",
        ".gitops-lint.yaml:6:12: responsibilities[0].owner is 'fluxx'; it must be flux, argocd or manual;"
        " did you mean 'flux'?",
        ".gitops-lint.yaml:7:14: unknown key 'char'; did you mean 'chart'?",
        ".gitops-lint.yaml:7:37: responsibilities[0].match[1].path: a glob or a list of globs is expected",
        ".gitops-lint.yaml:8:5: responsibilities[1].component is missing",
        ".gitops-lint.yaml:10:31: rules.two-controllers.severity is 'eror'; it must be off, info, warning or error;"
        " did you mean 'error'?",
        ".gitops-lint.yaml:11:15: trees.flux: an empty glob would match everything",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: dual-gitop\n", "unknown preset 'dual-gitop'; did you mean 'dual-gitops'?"),
        ("- a list\n", "keys and values are expected here"),
        ("trees: {flux: ['a{b']}\n", "the braces of the glob"),
        ("rules: [\n", ""),
        ("profile: default\nprofile: strict\n", "profile"),
    ],
)
def test_one_mistake(text: str, said: str) -> None:
    (only,) = mistakes(text)
    assert said in only


def test_an_empty_file_is_fine() -> None:
    settings, _ = load(".gitops-lint.yaml", b"# nothing yet\n")
    assert settings.profile == "default"


def test_user_rows_come_first_and_replace_those_of_the_preset() -> None:
    own, _ = load(
        ".gitops-lint.yaml", b"extends: dual-gitops\nresponsibilities:\n  - {component: traefik, owner: flux}\n"
    )
    settings = combine(own, preset("dual-gitops")[0])
    matrix = matrix_of(settings, "test")
    assert matrix is not None
    assert matrix.components[0].name == "traefik"
    assert [c.owner for c in matrix.components if c.row == "traefik"] == [Controller.FLUX]
    assert "arr-stack" in matrix.rows()


def test_the_preset_has_the_nine_rows_of_the_document_each_with_its_reason() -> None:
    matrix = matrix_of(preset("dual-gitops")[0], "dual-gitops")
    assert matrix is not None
    owners = {row: next(c.owner.value for c in matrix.components if c.row == row) for row in matrix.rows()}
    assert owners == {
        "namespaces": "flux",
        "storage": "flux",
        "monitoring": "flux",
        "observability": "flux",
        "traefik": "manual",
        "argocd": "manual",
        "arr-stack": "argocd",
        "media-servers": "argocd",
        "supporting-apps": "argocd",
    }
    assert all(component.why for component in matrix.components)


def test_the_shipped_schema_is_up_to_date() -> None:
    made = json.dumps(json_schema(), indent=2) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        SCHEMA.write_text(made)
    assert SCHEMA.read_text() == made
