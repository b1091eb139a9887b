"""What is written to the letter is read without pydantic: exactly as pydantic would, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitops_lint.baseline import Content
from gitops_lint.config import Settings, rules_directory
from gitops_lint.document import read
from gitops_lint.rule import FrontMatter
from gitops_lint.validation import ConfigError, _adapter, _data, _fit, _Odd, validate

FIXTURES = Path(__file__).parent.parent / "fixtures"
CONFIGURATIONS = sorted({*(rules_directory() / "presets").glob("*.yaml"), *FIXTURES.glob("**/.gitops-lint.yaml")})
RICH = """\
extends: dual-gitops
profile: strict
repository: {urls: ["https://example.com/repo"]}
clusters: {prod: {root: clusters/prod, destinations: [in-cluster]}, dev: {}}
environments: {prod: {paths: "**/prod/**", namespaces: [prod-*], sync: manual}}
trees: {flux: infrastructure/**, applications: []}
responsibilities:
- component: ingress
  owner: flux
  match: [{path: "**/ingress/**", kind: [Deployment, Service]}]
  members: {traefik: null, nginx: [{chart: nginx}]}
  via: HelmRelease
  planned: true
tiers: {first: "*"}
versions: {flux: "2.6"}
adoption: true
suppressions: {reason: required}
ignores: [{paths: a/**, rules: [unpinned-image], reason: later}]
rules: {two-controllers: off, flux: {severity: warning, params: {most: 3, names: [a, 1, null]}, paths: "b/**"}}
"""


def fit_and_validated(kind: type, text: str) -> tuple[object, object]:
    data = _data(read("a.yaml", text.encode()))
    return _fit(kind, data), _adapter(kind).validate_python(data)


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_configurations_are_read_as_pydantic_reads_them(path: Path) -> None:
    fit, validated = fit_and_validated(Settings, path.read_text())
    assert fit == validated
    assert repr(fit) == repr(validated)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Settings, RICH),
        (Settings, "{}"),
        (Content, "version: 1\nfindings: [{fingerprint: a, rule: b, path: c, message: d}]\n"),
        (FrontMatter, "title: a\nseverity: {one: info}\nexpression: 'true'\nfix: {set: {a: [1]}}\naliases: [b]\n"),
    ],
)
def test_what_is_written_to_the_letter_becomes_the_same(kind: type, text: str) -> None:
    fit, validated = fit_and_validated(kind, text)
    assert fit == validated
    assert repr(fit) == repr(validated)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "unknown: 1",
        "1: 2",
        "profile: strictly",
        "adoption: 1",
        "adoption: 'yes'",
        "extends: 1",
        "versions: {flux: 2.6}",
        "externals: ''",
        "externals: '{'",
        "externals: [1]",
        "layout: {a: b}",
        "ignores: [{paths: a}]",
        "ignores: {paths: a, rules: [b]}",
        "ignores: [{paths: a, rules: b}]",
        "ignores: [{paths: a, rules: [b], until: 2026-01-01}]",
        "responsibilities: [{component: a, owner: nobody}]",
        "clusters: {a: null}",
        "rules: {a: [off]}",
    ],
)
def test_anything_else_is_left_to_pydantic(text: str) -> None:
    with pytest.raises(_Odd):
        _fit(Settings, _data(read("a.yaml", text.encode())))


def test_what_pydantic_makes_fit_is_taken() -> None:
    settings = validate(Settings, read("a.yaml", b"ignores: [{paths: a, rules: [b], until: 2026-01-01}]\n"))
    assert str(settings.ignores[0].until) == "2026-01-01"


def test_what_pydantic_refuses_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="unknown key 'unknown'"):
        validate(Settings, read("a.yaml", b"unknown: 1\n"))
