"""What a mistyped name looks like, and what is just another name."""

from __future__ import annotations

import pytest

from gitops_lint.nearest import is_slip


@pytest.mark.parametrize(
    ("word", "other"),
    [("workload", "workloads"), ("platfrom-tools", "platform-tools"), ("Media", "media"), ("shop", "shops")],
)
def test_a_slip(word: str, other: str) -> None:
    assert is_slip(word, other)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("team-a", "team-b"),
        ("team1", "team2"),
        ("apps-eu1", "apps-eu2"),
        ("media-dev", "media-prod"),
        ("media", "media-apps"),
        ("prod", "preprod"),
    ],
)
def test_another_name(word: str, other: str) -> None:
    assert not is_slip(word, other)
