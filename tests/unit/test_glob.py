"""The two dialects of globs: for paths, and for names."""

from __future__ import annotations

import pytest

from gitops_lint.glob import MAX_LENGTH, crossing, glob, head, matches


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("apps/*.yaml", "apps/web.yaml"),
        ("apps/?.yaml", "apps/a.yaml"),
        ("apps/*/base", "apps/web/base"),
        ("**/overlays/prod/**", "overlays/prod/web.yaml"),
        ("**/overlays/prod/**", "apps/web/overlays/prod/deep/er.yaml"),
        ("apps/**/kustomization.yaml", "apps/kustomization.yaml"),
        ("apps/**/kustomization.yaml", "apps/a/b/kustomization.yaml"),
        ("**", "any/thing.yaml"),
        ("apps/**", "apps"),
        ("apps/**", "apps/web/deployment.yaml"),
        ("{apps,infra}/**", "infra/dns.yaml"),
        ("{a{1,2},b}.yaml", "a2.yaml"),
        ("{**/x,y}.yaml", "deep/x.yaml"),
        ("{a/**,b}", "a/c/d.yaml"),
        ("/apps", "apps"),
        ("./apps/web.yaml", "apps/web.yaml"),
        (".", "apps/web.yaml"),
        ("a,b.yaml", "a,b.yaml"),
        ("a+(b).[c]", "a+(b).[c]"),
        ("ä b\u200e.yaml", "ä b\u200e.yaml"),
        ("a\nb*", "a\nb\nc"),
    ],
)
def test_matches(pattern: str, path: str) -> None:
    assert matches(path, pattern)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("apps/*.yaml", "apps/web/deployment.yaml"),
        ("*.yaml", "apps/web.yaml"),
        ("apps/?.yaml", "apps/ab.yaml"),
        ("a?b", "a/b"),
        ("apps/*", "apps/web/deployment.yaml"),
        ("**/prod/**", "production/web.yaml"),
        ("**/prod", "apps/nonprod"),
        ("apps/**", "apps-of-apps/web.yaml"),
        ("apps/**/web.yaml", "apps/otherweb.yaml"),
        ("apps", "Apps"),
        ("a.yaml", "abyaml"),
        ("{apps,infra}/*", "other/web.yaml"),
    ],
)
def test_does_not_match(pattern: str, path: str) -> None:
    assert not matches(path, pattern)


@pytest.mark.parametrize("pattern", ["apps/base", "apps/*ll/base", "{apps,infra}/base"])
def test_a_last_segment_without_wildcard_names_a_file_or_a_whole_directory(pattern: str) -> None:
    pattern = pattern.replace("*ll", "*")
    root = "apps/web" if "*" in pattern else "apps"
    assert matches(f"{root}/base", pattern)
    assert matches(f"{root}/base/web/deployment.yaml", pattern)
    assert not matches(f"{root}/based/web.yaml", pattern)


def test_a_trailing_slash_names_a_directory_only() -> None:
    assert matches("vendor/x.yaml", "vendor/")
    assert matches("vendor/", "vendor/")
    assert not matches("vendor", "vendor/")


def test_any_of_several_patterns_suffices_and_none_matches_nothing() -> None:
    either = glob("apps/**", "*.yaml")
    assert either("apps/a/b.yaml")
    assert either("c.yaml")
    assert not either("infra/c.yaml")
    assert not glob()("")


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*/traefik", "docker.io/library/traefik"),
        ("docker.io/**", "docker.io/library/traefik"),
        ("apps/*.yaml", "apps/web/deployment.yaml"),
        ("**/*.yaml", "a/b.yaml"),
        ("{dev,prod}-*", "prod-eu"),
        ("a?b", "a/b"),
    ],
)
def test_in_names_wildcards_cross_slashes(pattern: str, name: str) -> None:
    assert crossing(pattern)(name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*/traefik", "traefik"),
        ("**/traefik", "traefik"),
        ("traefik/**", "traefik"),
        ("traefik", "traefik/traefik"),
    ],
)
def test_in_names_a_pattern_matches_the_whole_and_every_slash_counts(pattern: str, name: str) -> None:
    assert not crossing(pattern)(name)


@pytest.mark.parametrize("pattern", ["{a,b", "a}", "}a{", "x" * (MAX_LENGTH + 1)])
@pytest.mark.parametrize("dialect", [glob, crossing])
def test_a_pattern_that_cannot_be_used_is_refused_with_a_message(dialect: type, pattern: str) -> None:
    with pytest.raises(ValueError, match="glob"):
        dialect(pattern)


def test_too_many_patterns_are_refused_and_not_printed_to_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ValueError, match="too many"):
        glob(*(f"{number}" + "?" * 900 for number in range(3000)))
    assert capfd.readouterr() == ("", "")


def test_a_pattern_made_to_backtrack_is_answered_at_once() -> None:
    assert not matches("a" * 5000, "*a" * 300 + "b")


@pytest.mark.parametrize(
    ("pattern", "directory"),
    [
        ("infrastructure/**", "infrastructure"),
        ("./kubernetes/apps/*/app/**", "kubernetes/apps"),
        ("applications/", "applications"),
        ("clusters/{home,lab}/**", "clusters"),
        ("**/overlays/prod/**", ""),
    ],
)
def test_the_head_of_a_pattern_is_the_directory_of_all_its_matches(pattern: str, directory: str) -> None:
    assert head(pattern) == directory
