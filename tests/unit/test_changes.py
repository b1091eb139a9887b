"""Lines that were edited and files that moved, between two trees."""

from __future__ import annotations

import pytest

from gitops_lint.changes import MAX_LINES, Changes
from gitops_lint.location import Location, Span
from gitops_lint.tree import MemoryTree


def lines(before: str, after: str) -> list[int]:
    found = Changes(MemoryTree({"a": before}), MemoryTree({"a": after})).lines("a")
    assert found is not None
    return sorted(found)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a\nb\n", "a\nb\n", []),
        ("a\nb\n", "a\nnew\nb\n", [2]),
        ("a\nb\n", "a\nB\n", [2]),
        ("a\nb\nc\n", "a\nc\n", []),
        ("a\na\n", "a\na\na\n", [3]),
        ("a\nb\nc\nd\n", "A\nb\nc\nD\n", [1, 4]),
        ("a\nb\n", "a\r\nb\r\n", []),
        ("a\u2028b\nc\n", "a\u2028b\nC\n", [2]),
        ("", "a", [1]),
    ],
)
def test_edited_lines(before: str, after: str, expected: list[int]) -> None:
    assert lines(before, after) == expected


def test_too_much_to_compare_is_all_of_it() -> None:
    many = [f"{number}\n" for number in range(MAX_LINES + 1)]
    found = lines("same\n" + "".join(many) + "end\n", "same\n" + "".join(reversed(many)) + "end\n")
    assert found == [*range(2, MAX_LINES + 3)]


def test_a_new_file_is_touched_everywhere_and_a_directory_nowhere() -> None:
    changes = Changes(MemoryTree({}), MemoryTree({"a/b": "x\n"}))
    assert changes.touches(Location("a/b"))
    assert changes.touches(Location("a/b", Span(7, 1, 7, 2)))
    assert not changes.touches(Location("a"))
    assert not changes.touches(Location("gone"))


def test_what_git_does_not_know_is_told_by_its_content() -> None:
    base = MemoryTree({"a/one": "1", "a/two": "2", "old": "same", "empty": ""})
    head = MemoryTree({"b/one": "1", "b/two": "2", "c/old": "same", "c/new": "same", "none": ""})
    assert Changes(base, head).origins == {"b/one": "a/one", "b/two": "a/two", "c/new": "old"}


def test_what_git_knows_counts_only_where_it_is_so() -> None:
    """The index may say of a file that it moved, and the work tree that it is where it was."""
    base, head = MemoryTree({"a": "1", "c": "3"}), MemoryTree({"a": "1", "b": "2", "d": "edited"})
    assert Changes(base, head, {"b": "a", "d": "c"}).origins == {"d": "c"}


def test_a_directory_moved_if_nothing_is_left_of_it() -> None:
    base = MemoryTree({"apps/shop/a": "1", "apps/shop/x/b": "2", "left/a": "3", "left/b": "4", "s/a": "5", "s/b": "6"})
    head = MemoryTree({"apps/store/a": "1", "apps/store/x/b": "2", "left/b": "4", "new/a": "3", "t/a": "5", "u/b": "6"})
    moves = Changes(base, head).moves
    assert {old: new for old, new in moves.items() if not base.is_file(old)} == {
        "apps/shop": "apps/store",
        "apps/shop/x": "apps/store/x",
    }


@pytest.mark.parametrize(
    ("before", "after", "line", "now"),
    [
        ("a b c", "a b c", 2, 2),
        ("a b c", "a c", 2, 2),
        ("a b c", "a b", 3, 2),
        ("a b c", "x a c", 2, 3),
        ("a", "", 1, 1),
    ],
)
def test_where_an_old_line_would_stand_now(before: str, after: str, line: int, now: int) -> None:
    base, head = (MemoryTree({"f": text.replace(" ", "\n")}) for text in (before, after))
    assert Changes(base, head).place_of("f", line) == now
