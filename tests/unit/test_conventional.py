"""What Conventional Commits 1.0.0 reads in a message."""

from __future__ import annotations

import pytest

from gitops_lint.facts import conventional
from gitops_lint.facts.conventional import Header


@pytest.mark.parametrize(
    ("subject", "header"),
    [
        ("feat: a probe", Header("feat", "", False, "a probe")),
        ("feat(shop): a probe", Header("feat", "shop", False, "a probe")),
        ("chore(deps)!: 2.0", Header("chore", "deps", True, "2.0")),
        ("Fix!: a probe", Header("Fix", "", True, "a probe")),
        ("fix(apps/shop, blog): a probe", Header("fix", "apps/shop, blog", False, "a probe")),
        ("feat:a probe", None),
        ("feat : a probe", None),
        ("feat(): a probe", None),
        ("feat(shop) a probe", None),
        ("feat!(shop): a probe", None),
        ("feat: ", None),
        (": a probe", None),
        (":sparkles: a probe", None),
        ("", None),
    ],
)
def test_the_header(subject: str, header: Header | None) -> None:
    assert conventional.header(subject) == header


@pytest.mark.parametrize(
    ("subject", "repaired"),
    [
        ("feat:a probe", "feat: a probe"),
        ("feat (shop) ! : a probe", "feat(shop)!: a probe"),
        ("feat(): a probe", "feat: a probe"),
        ("a probe", None),
        ("see https://example.com", None),
        ("https://example.com", None),
    ],
)
def test_a_header_that_is_missed_by_a_space(subject: str, repaired: str | None) -> None:
    assert conventional.repaired(subject) == repaired


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("feat: x\n\nBREAKING CHANGE: y", True),
        ("feat: x\n\nBREAKING-CHANGE: y", True),
        ("feat: x\n\nBREAKING CHANGE #12", True),
        ("feat: x\n\nBREAKING CHANGE:", False),
        ("feat: x\n\nbreaking change: y", False),
        ("feat: x\n\nno BREAKING CHANGE: y", False),
        ("feat!: x", False),
    ],
)
def test_the_footer_that_tells_what_breaks(message: str, expected: bool) -> None:
    assert conventional.has_breaking_footer(message) is expected


def test_a_body_is_more_than_footers() -> None:
    assert conventional.body(["feat!: x", "", "Signed-off-by: someone <a@example.com>", "Fixes #12"]) == []
    assert conventional.body(["feat!: x", "", "More."]) == ["More."]


def test_what_git_and_forges_write() -> None:
    for subject in ("Merge branch 'x'", "Merge pull request #1 from a/b", 'Revert "x"', 'Reapply "x"', "fixup! x"):
        assert conventional.is_generated(subject)
    for subject in ("Merge two files", "Revert the storage class", "fixup the ports"):
        assert not conventional.is_generated(subject)
    assert conventional.undoes("revert(shop): 1.4.2")
