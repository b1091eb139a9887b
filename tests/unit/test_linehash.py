"""Lines are hashed as the upload action of code scanning hashes them: the first cases are those of its own tests."""

from __future__ import annotations

import pytest

from gitops_lint.linehash import MAX_BYTES, hasher, line_hashes
from gitops_lint.location import Location, Span

GREETINGS = [
    "8b7cf3e952e7aeb2:1",
    "b1ae1287ec4718d9:1",
    "bff680108adb0fcc:1",
    "c6805c5e1288b612:1",
    "b86d3392aea1be30:1",
    "e6ceba753e1a442:1",
]


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End", GREETINGS),
        (" hello; \t\rworld!!!\r\r\r  \t\tGreetings\r End", GREETINGS),
    ],
)
def test_the_hashes_are_those_of_the_action(text: str, hashes: list[str]) -> None:
    assert list(line_hashes(text).values()) == hashes


def test_equal_lines_are_counted() -> None:
    text = "".join(f"{'x' * 120}\n" for _ in range(3)) + "y\n"
    first, second, third, *_ = line_hashes(text).values()
    assert [one.partition(":")[2] for one in (first, second, third)] == ["1", "2", "3"]
    assert len({one.partition(":")[0] for one in (first, second, third)}) == 1


def test_a_line_keeps_its_hash_where_it_moves_and_where_it_is_indented() -> None:
    text = "kind: Deployment\n" * 20
    assert line_hashes(f"a: b\n{text}")[2] == line_hashes(text)[1]
    assert line_hashes(text.replace("kind", "  kind"))[1] == line_hashes(text)[1]


def test_a_character_beyond_the_first_plane_counts_twice() -> None:
    """As in JavaScript: of a hundred of them, fifty are hashed."""
    assert line_hashes("\U0001f600" * 50 + "a")[1] == line_hashes("\U0001f600" * 50 + "b")[1]
    assert line_hashes("é" * 50 + "a")[1] != line_hashes("é" * 50 + "b")[1]


def test_what_cannot_be_read_has_no_hash() -> None:
    contents = {"a.yaml": b"a: b\n", "long.yaml": b"a: b\n" * MAX_BYTES}
    hash_of = hasher(lambda path: contents.get(path, b""))
    span = Span(1, 1, 1, 2)
    assert hash_of(Location("a.yaml", span)) == line_hashes("a: b\n")[1]
    assert hash_of(Location("a.yaml")) == hash_of(Location("a.yaml", span))
    assert hash_of(Location("long.yaml", span)) is None
    assert hash_of(Location("a.yaml", Span(9, 1, 9, 2))) is None
