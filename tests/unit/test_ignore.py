"""What source-controller leaves out of an artifact: the last pattern that matches decides."""

from __future__ import annotations

import pytest

from gitops_lint.ignore import DEFAULTS, VCS, Ignore, built_in, parse


def left_out(patterns: str, path: str, base: str = "") -> bool:
    pattern = Ignore(parse(patterns, ".sourceignore", base)).deciding(path)
    return pattern is not None and pattern.excludes


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        ("docs/", "docs/a.yaml", True),
        ("docs/", "x/docs/a.yaml", True),
        ("docs/", "docs", False),
        ("/docs/", "x/docs/a.yaml", False),
        ("*.md", "README.md", True),
        ("*.md", "a/b/README.md", True),
        ("a/*.md", "a/b/README.md", False),
        ("a/**/*.md", "a/b/c/README.md", True),
        ("**/*.md", "README.md", True),
        ("/*", "apps/a.yaml", True),
        ("/*\n!/apps", "apps/a.yaml", False),
        ("/*\n!/apps/", "apps/a.yaml", False),
        ("/*\n!/apps\n*.md", "apps/README.md", True),
        ("apps/\n!apps/keep.yaml", "apps/keep.yaml", False),
        ("a?.yaml", "ab.yaml", True),
        ("[ab].yaml", "b.yaml", True),
        ("[!ab].yaml", "b.yaml", False),
        ("# a.yaml\n\n", "a.yaml", False),
        (r"\#a.yaml", "#a.yaml", True),
        ("!a.yaml", "a.yaml", False),
        ("a.yaml", "a.yaml.bak", False),
    ],
)
def test_patterns(patterns: str, path: str, expected: bool) -> None:
    assert left_out(patterns, path) is expected


def test_those_of_a_directory_hold_below_it_only() -> None:
    assert left_out("/a.yaml", "apps/a.yaml", base="apps")
    assert not left_out("/a.yaml", "apps/x/a.yaml", base="apps")
    assert not left_out("a.yaml", "a.yaml", base="apps")
    assert not left_out("a.yaml", "apps.x/a.yaml", base="apps")


def test_a_pattern_says_where_it_stands() -> None:
    pattern = Ignore(parse("# all\n/*\n", "apps/.sourceignore", "apps")).deciding("apps/a.yaml")
    assert pattern is not None
    assert pattern.origin == "line 2 of apps/.sourceignore"


@pytest.mark.parametrize(
    "path", ["a/b.png", ".github/x.yaml", "x/.sops.yaml", ".git/config", ".gitignore", "a.tar.gz", "cloudbuild.yaml"]
)
def test_the_defaults(path: str) -> None:
    pattern = Ignore([*built_in(VCS), *built_in(DEFAULTS)]).deciding(path)
    assert pattern is not None
    assert pattern.excludes


def test_the_defaults_mean_what_they_would_in_a_file() -> None:
    """They are not translated by the library that translates what others write."""
    names = f"{VCS} {DEFAULTS}"
    written = parse(names.replace(" ", "\n"), "a file")
    plain = [pattern.expression.replace("(/)", "/") for pattern in written]
    assert [pattern.expression for pattern in built_in(names)] == plain


@pytest.mark.parametrize("path", ["a.yaml", "secret.sops.yaml", "github/x.yaml", "apps/zip/a.yaml"])
def test_what_the_defaults_keep(path: str) -> None:
    assert Ignore([*built_in(VCS), *built_in(DEFAULTS)]).deciding(path) is None


@pytest.mark.parametrize("patterns", ["", "[", "!", "\\", "[z-a]", "a" * 5000, "/", "\0", "**/" * 300 + "x"])
def test_odd_patterns_are_survived(patterns: str) -> None:
    assert not left_out(patterns, "apps/b.yaml")


def test_many_patterns_with_many_stars_take_no_time() -> None:
    assert not left_out("\n".join(["*a" * 100 + "b"] * 200), "a" * 200)
