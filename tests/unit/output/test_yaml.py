"""Objects as YAML: what go-yaml prints, byte for byte, and with comments still the same data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_lint.document import read
from gitops_lint.output.yaml import Notes, comment, in_order, number, render

if TYPE_CHECKING:
    from collections.abc import Iterable

LONG = "aaaaaaaaa bbbbbbbbbbbbb cccccccccccccccc dddddddddddddddd eeeeeeeeeeeeeeee fffffffffffffffff ggg"
WRAPPED = "aaaaaaaaa bbbbbbbbbbbbb cccccccccccccccc dddddddddddddddd eeeeeeeeeeeeeeee fffffffffffffffff\n  ggg"

TEXTS = {
    "plain": "plain",
    "": '""',
    "yes": '"yes"',
    "n": '"n"',
    "~": '"~"',
    "1e3": '"1e3"',
    "0x1F": '"0x1F"',
    "12:30:45": '"12:30:45"',
    "2020-01-01": '"2020-01-01"',
    "=": "=",
    "1e400": "1e400",
    "NaN": "NaN",
    "a: b": "'a: b'",
    "a #b": "'a #b'",
    "it's": "it's",
    "'it's'": "'''it''s'''",
    " lead": "' lead'",
    "trail ": "'trail '",
    "-": "'-'",
    "-x": "-x",
    "?x": "?x",
    "--- x": "'--- x'",
    "{{ x }}": "'{{ x }}'",
    "a:": "'a:'",
    "a\tb": '"a\\tb"',
    "\x1b[0m": '"\\e[0m"',
    "é": "é",
    "😀": '"\\U0001F600"',
    "a\nb\n": "|\n  a\n  b",
    "a\nb": "|-\n  a\n  b",
    "a\n\n": "|+\n  a\n",
    "\n": "|2+\n",
    " a\nb\n": "|2\n   a\n  b",
    "a \nb\n": '"a \\nb\\n"',
    "a\n\tb": '"a\\n\\tb"',
    LONG: WRAPPED,
    f"{LONG}: x": f"'{WRAPPED}: x'",
    f"\t{LONG}": f'"\\t{WRAPPED}"',
}
"""What ``kubectl kustomize`` (5.5 and 5.8) prints for a text behind the key ``k``."""


@pytest.mark.parametrize(("text", "printed"), TEXTS.items(), ids=map(repr, TEXTS))
def test_a_text(text: str, printed: str) -> None:
    assert render({"k": text}) == f"k: {printed}\n"


@pytest.mark.parametrize(
    ("value", "printed"),
    [(1.5, "1.5"), (1.0, "1"), (1e6, "1000000"), (1000000.5, "1.0000005e+06"), (1e-5, "1e-05"), (1e21, "1e+21")],
)
def test_a_number(value: float, printed: str) -> None:
    assert number(value) == printed


def test_keys_are_sorted_as_go_yaml_does() -> None:
    keys = ["1", "2", "10", "A3", "a-b", "a.b", "a_b", "a0", "a00", "a1", "a01", "a2", "a10", "aé", "b", "é"]
    assert in_order(keys[::-1]) == keys


def test_collections() -> None:
    data = {"e": {}, "l": [[1, [2]], [], {"b": 1, "a": ["x"]}], "m": {"n": None}}
    assert render(data) == 'e: {}\nl:\n- - 1\n  - - 2\n- []\n- a:\n  - x\n  b: 1\nm:\n  "n": null\n'


def test_long_keys_stand_behind_a_question_mark() -> None:
    key = "k" * 129
    printed = render({"x": {key: {"a": 1, "b": 2}, f"{key}l": [1, 2], "a\nb": 1}})
    assert printed == f"x:\n  ? |-\n    a\n    b\n  : 1\n  ? {key}\n  : a: 1\n    b: 2\n  ? {key}l\n  : - 1\n    - 2\n"


# -- comments ----------------------------------------------------------------------------------------------------------


def test_comments_stand_where_yaml_allows_them() -> None:
    data = {"a": "x", "b": {"c": 1}, "l": [{"m": 1, "o": 2}, "s"], "t": "x\ny\n", "z": []}
    element = Notes("l", {"m": Notes("m")})
    notes = Notes(
        "",
        {
            "a": Notes("a"),
            "b": Notes("b"),
            "l": Notes("", {0: element, 1: Notes("s")}),
            "t": Notes("t"),
            "z": Notes("z"),
        },
    )
    assert render(data, notes) == (
        "a: x # a\nb: # b\n  c: 1\nl:\n# l\n- m: 1 # m\n  o: 2\n- s # s\nt: | # t\n  x\n  y\nz: [] # z\n"
    )


def test_a_comment_stays_on_its_line() -> None:
    assert comment("a\nb: c\u2028\x1b[0m\uffff") == r"# a\nb: c\u2028\x1b[0m\uffff"


def everywhere(data: Any) -> Notes:
    """A note on every value."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(data, dict | list):
        items = data.items() if isinstance(data, dict) else enumerate(data)
    return Notes("note: it's #1", {step: everywhere(value) for step, value in items})


texts = st.one_of(
    st.text(max_size=200),
    st.text("ab :#-?'\"\n\t\\|>", max_size=120),
    st.sampled_from(sorted(TEXTS)),
)
documents = st.recursive(
    texts | st.booleans() | st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e6, 1e6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("unicode", [True, False])
@settings(max_examples=150)
@given(data=documents)
def test_everything_comes_back(unicode: bool, data: Any) -> None:
    """With a comment on every value, too: and nothing but printable text is printed."""
    for notes in (Notes(), everywhere({"k": data})):
        printed = render({"k": data}, notes, unicode=unicode)
        file = read("built.yaml", printed.encode())
        assert file.faults == ()
        assert file.documents[0].data == {"k": data}
        assert not unicode or all(c == "\n" or c.isprintable() or ord(c) > 0x7F for c in printed)
        assert unicode or printed.isascii()


@pytest.mark.parametrize(
    "text", ["\x1b]0;x\x07", "\u202edlrow", "::error::x", "a\n  ::error::x\n", "##[error]x", "\u2028"]
)
def test_what_steers_a_terminal_or_a_runner_is_escaped(text: str) -> None:
    printed = render({"k": text, f"k{text}": 1})
    assert not [character for character in printed if character != "\n" and not character.isprintable()]
    assert " ::" not in printed
    assert "##[" not in printed
    assert read("built.yaml", printed.encode()).documents[0].data == {"k": text, f"k{text}": 1}
