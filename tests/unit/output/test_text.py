"""Foreign text becomes harmless, and stays under its caret."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.finding import Owner, Severity
from gitops_lint.output.text import Pen, chain, clean, dump, summary, width
from tests.unit.output import samples

UNICODE, ASCII = Pen(color=False, unicode=True), Pen(color=False, unicode=False)
ANY_TEXT = st.text(st.characters(), max_size=80)


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("plain text", "plain text"),
        ("größer ./日本 👩‍💻", "größer ./日本 👩‍💻"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("one\r\ntwo\u2028three", "one\\r\\ntwo\\u2028three"),
        ("a\u202eb\u2066c\x7f", "a\\u202eb\\u2066c\\x7f"),
        ("file-\udc80", "file-\\udc80"),
        ("::error::x", "\\::error::x"),
        ("a ::set-env name=x::y", "a \\::set-env name=x::y"),
        ("a##[error]b", "a##\\[error]b"),
        ("cidr: ::/0, a::b", "cidr: ::/0, a::b"),
    ],
)
def test_what_steers_a_terminal_or_a_runner_is_made_visible(foreign: str, shown: str) -> None:
    assert clean(foreign) == shown


@given(ANY_TEXT)
def test_clean_text_is_one_line_that_can_be_encoded(foreign: str) -> None:
    text = clean(foreign)
    assert not {unicodedata.category(character) for character in text} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(text.splitlines()) <= 1
    text.encode("utf-8")


@given(ANY_TEXT)
def test_a_pen_without_unicode_writes_ascii(foreign: str) -> None:
    assert ASCII.text(foreign).isascii()


@given(ANY_TEXT)
def test_json_is_printable_ascii(foreign: str) -> None:
    text = dump(foreign)
    assert text.isascii()
    assert text.removesuffix("\n").isprintable()


def test_width_counts_columns_of_a_terminal() -> None:
    assert [width(text) for text in ("abc", "日本", "🚀", "e\u0301", "\x1b[1;31mred\x1b[0m")] == [3, 4, 2, 1, 3]


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("  path: ./apps", "./apps"),
        ("\t\tpath: ./apps", "./apps"),
        ("name: 日本 # ./apps", "./apps"),
        ("icon: 🚀 at 日本", "日本"),
        ("e\u0301\u0301: ./apps", "./apps"),
        (f"{'a' * 300}./apps{'b' * 300}", "./apps"),
        (f"path: ./{'x' * 300}", "./" + "x" * 300),
    ],
)
@pytest.mark.parametrize("pen", [UNICODE, ASCII])
def test_a_cut_line_fits_and_its_caret_stands_under_what_is_marked(pen: Pen, line: str, marked: str) -> None:
    start = line.index(marked)
    text, offset, length = pen.cut(line, start, start + len(marked), 60)
    assert width(text) <= 60
    under = "".join(text[i] for i in range(len(text)) if offset <= width(text[:i]) < offset + length)
    assert pen.text(marked).startswith(under)
    assert under == pen.text(marked) or (len(under) > 40 and text.endswith(pen.text("…")))


@given(ANY_TEXT, st.integers(0, 90), st.integers(0, 90), st.integers(10, 60))
def test_no_line_is_cut_to_more_than_its_room(line: str, start: int, length: int, room: int) -> None:
    text, offset, under = UNICODE.cut(line, start, start + length, room)
    assert width(text) <= room
    assert under >= 1
    assert offset <= room


def test_wrapped_text_loses_no_word_and_leaves_room_for_its_start() -> None:
    lines = UNICODE.wrap("one two three four five", 12, start=6, hang=2)
    assert lines == ["one", "  two three", "  four five"]
    assert UNICODE.wrap("  ", 12) == [""]


def test_a_chain_loses_its_middle_only_beyond_the_limit() -> None:
    steps = tuple(samples.step(f"hop-{number}.yaml", 1, f"Kustomization {number}") for number in range(1, 9))
    owner = Owner("flux", "prod", "Kustomization 7", "live", steps)
    assert len(chain(UNICODE, owner, name_cluster=False, limit=8)) == 8
    rows = chain(UNICODE, owner, name_cluster=False, limit=6, more="gitops-lint why x")
    assert [row.place for row in rows] == [
        "hop-1.yaml:1",
        "hop-2.yaml:1",
        "hop-3.yaml:1",
        "… 3 more (gitops-lint why x)",
        "hop-7.yaml:1",
        "hop-8.yaml:1",
    ]


def test_the_summary_counts_what_it_does_not_show() -> None:
    assert summary(samples.FULL, Severity.WARNING) == (
        "Found 3 errors, 1 warning (3 consequences, 1 suppressed, 1 info not shown)"
        " in 120 files, 340 objects, 21 reconcilers."
    )
    assert summary(samples.FULL, Severity.ERROR).startswith(
        "Found 3 errors (3 consequences, 1 suppressed, 1 warning not shown, 1 info not shown)"
    )
    assert summary(samples.EMPTY, Severity.INFO) == "No findings: looked at 120 files, 340 objects, 21 reconcilers."
    only_infos = summary(samples.report(samples.NOTE, samples.NOTE), Severity.WARNING)
    assert only_infos.startswith("No findings (2 infos not shown): looked at")
