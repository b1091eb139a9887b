"""The YAML room: what is read, what is a fault and where, and that nothing whatever breaks the reader."""

from __future__ import annotations

import gc
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.document import MAX_DEPTH, MAX_FAULTS, Document, File, events, read, reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route, Span


def file_of(text: str, path: str = "a.yaml") -> File:
    return read(path, text.encode())


def document_of(text: str, path: str = "a.yaml") -> Document:
    file = file_of(text, path)
    assert not file.faults
    (only,) = file.documents
    return only


def data_of(text: str) -> Any:
    return document_of(text).data


def data_in(file: File) -> list[Any]:
    return [each.data for each in file.documents]


def text_at(file: File, span: Span) -> str:
    lines = [file.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def located(text: str, *route: str | int, key: bool = False) -> str:
    only = document_of(text)
    return text_at(only.file, only.locate(route, key=key))


def fault_of(text: str, path: str = "a.yaml") -> tuple[int, int, str]:
    (fault,) = file_of(text, path).faults
    return fault.span.line, fault.span.column, fault.message


def marked(text: str) -> str:
    """The text that the only fault of a file points at."""
    file = file_of(text)
    (fault,) = file.faults
    return text_at(file, fault.span)


class TestDecoding:
    @pytest.mark.parametrize(
        "content",
        [
            "a: é\n".encode(),
            b"\xef\xbb\xbf" + "a: é\n".encode(),
            "\ufeffa: é\n".encode("utf-16-le"),
            "\ufeffa: é\n".encode("utf-16-be"),
            "a: é\r\n".encode(),
        ],
        ids=["UTF-8", "UTF-8 with a mark", "UTF-16 LE", "UTF-16 BE", "CRLF"],
    )
    def test_encodings(self, content: bytes) -> None:
        file = read("a.yaml", content)
        assert data_in(file) == [{"a": "é"}]
        assert file.faults == ()
        assert file.text.rstrip() == "a: é"
        assert file.documents[0].locate(("a",)) == (1, 4, 1, 5)

    def test_line_ends_are_kept_in_the_text_and_left_out_of_lines(self) -> None:
        file = file_of("a: |\r\n  x\r\n  y\r\nb: 1")
        assert file.text == "a: |\r\n  x\r\n  y\r\nb: 1"
        assert [file.line(number) for number in range(6)] == ["", "a: |", "  x", "  y", "b: 1", ""]
        assert file.documents[0].data == {"a": "x\ny\n", "b": 1}

    def test_invalid_bytes_are_named_by_line_and_column(self) -> None:
        file = read("a.yaml", b"a: 1\nb: \xc3\xa9 \xe9\n")
        (fault,) = file.faults
        assert (fault.kind, fault.span[:2], file.text, file.documents) == ("invalid-yaml", (2, 6), "", ())
        assert "UTF-8" in fault.message
        assert file.line(1) == ""

    def test_invalid_bytes_behind_a_byte_order_mark(self) -> None:
        (fault,) = read("a.yaml", b"\xef\xbb\xbfa: \xff\n").faults
        assert fault.span[:2] == (1, 4)

    def test_broken_utf_16(self) -> None:
        (fault,) = read("a.yaml", "\ufeffa: 1\n".encode("utf-16-le") + b"x").faults
        assert "UTF-16" in fault.message

    @pytest.mark.parametrize("content", [b"a: 1\nb: \0\0", "a: 1\n".encode("utf-16-le"), b"\x7fELF\0\0"])
    def test_binary_content_is_one_fault(self, content: bytes) -> None:
        file = read("a.yaml", content)
        (fault,) = file.faults
        assert "NUL" in fault.message
        assert file.documents == ()

    def test_a_file_that_is_too_large_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reader, "MAX_BYTES", 10)
        assert read("a.yaml", b"a: 4567890").faults == ()
        (fault,) = read("a.yaml", b"a: 45678901").faults
        assert "larger" in fault.message

    @pytest.mark.parametrize("character", ["\x80", "\x9f", "\x07", "\x7f", "\ufffe"])
    def test_control_characters_are_named_and_cost_their_document_only(self, character: str) -> None:
        file = file_of(f"a: 1\n---\nb: x{character}\n---\nc: 3\n")
        (fault,) = file.faults
        assert (fault.span[:2], fault.document) == ((3, 5), 1)
        assert f"U+{ord(character):04X}" in fault.message
        assert data_in(file) == [{"a": 1}, {"c": 3}]


class TestDocuments:
    def test_empty_ones_are_left_out_but_counted(self) -> None:
        file = file_of("---\n# nothing\n---\na: 1\n---\n---\nnull\n---\n- b\n--- # c\nd\n---\n")
        assert [(each.index, each.data) for each in file.documents] == [(1, {"a": 1}), (4, ["b"]), (5, "d")]
        assert file.faults == ()

    @pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "---\n---\n"])
    def test_nothing_in_it(self, text: str) -> None:
        assert (file_of(text).documents, file_of(text).faults) == ((), ())

    def test_a_byte_order_mark_that_is_not_at_the_beginning(self) -> None:
        file = file_of("\ufeffa: 1\n---\n\ufeffb: 2\nc: x\ufeffy\n")
        assert data_in(file) == [{"a": 1}, {"b": 2, "c": "x\ufeffy"}]
        assert file.documents[1].locate(("b",)) == (3, 4, 3, 5)
        assert file_of("\n\ufeff").documents == ()
        assert located(" \ufeff? : 1\n", "\ufeff?") == "1"

    def test_each_knows_its_file(self) -> None:
        file = file_of("a: 1\n---\nb: 2\n", "apps/x.yaml")
        first, second = file.documents
        assert (first.file, second.path, second.index) == (file, "apps/x.yaml", 1)
        assert first != second
        assert len({first, second}) == 2

    def test_the_collector_is_left_as_it_was(self) -> None:
        assert gc.isenabled()
        read("a.yaml", b"a: [")
        assert gc.isenabled()
        gc.disable()
        try:
            read("a.yaml", b"a: 1")
            assert not gc.isenabled()
        finally:
            gc.enable()


class TestDirectReading:
    """The table that the real decoder judges stands in tests/conformance; here is what nobody may break unseen."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *(("yes", True), ("on", True), ("y", True), ("no", False), ("off", False), ("N", False), ("oN", "oN")),
            *(("0644", 420), ("0o17", 15), ("012345678", 12345678), ("0x1F", 31), ("1_000", 1000), ("08", 8)),
            *(("22:22", "22:22"), ("2020-01-01", "2020-01-01"), ("=", "="), ("~", None), ("", None), ("1.5", 1.5)),
            *(("1e3", 1000), ("1.0", 1), (".inf", float("inf")), ("1e999", "1e999"), ('"on"', "on"), ("'1'", "1")),
        ],
    )
    def test_scalars(self, text: str, value: Any) -> None:
        read_back = data_of(f"v: {text}\n")["v"]
        assert read_back == value
        assert type(read_back) is type(value)

    def test_large_integers_are_floats_as_in_json(self) -> None:
        assert data_of("[9223372036854775807, 9223372036854775808]") == [2**63 - 1, float(2**63)]
        assert isinstance(data_of("- 9223372036854775808")[0], float)

    def test_a_number_of_any_length_is_read(self) -> None:
        assert data_of(f"v: {'1' * 5000}\n")["v"] == "1" * 5000
        assert data_of(f"v: {'0x' + 'f' * 5000}\n")["v"] == "0x" + "f" * 5000

    def test_keys_are_strings(self) -> None:
        keys = list(data_of("{on: 1, 80: 2, 1.5: 3, 0644: 4, False: 5, '0644': 6, 1_000: 7, x: 8}"))
        assert keys == ["true", "80", "1.5", "420", "false", "0644", "1000", "x"]

    def test_data_fits_into_json_and_keys_sort(self) -> None:
        data = data_of("a: {1: 2020-01-01, b: 22:22, 2020-01-01: =}\n")
        assert json.loads(json.dumps(data, sort_keys=True)) == data

    def test_a_redefined_anchor_counts_from_there_on(self) -> None:
        assert data_of("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}

    def test_an_anchor_in_an_anchor_of_the_same_name_wins(self) -> None:
        assert data_of("a: &x {b: &x 1}\nc: *x\n")["c"] == 1

    def test_anchors_do_not_outlive_their_document(self) -> None:
        file = file_of("a: &x 1\n---\nb: *x\n")
        assert [fault.document for fault in file.faults] == [1]

    @pytest.mark.parametrize(
        "tag", ["!include", "!secret", "!ENV", "!!python/name:os.system", "!<x>", "!!python/object/apply:os.system"]
    )
    def test_foreign_tags_run_nothing_and_hide_nothing(self, tag: str) -> None:
        assert data_of(f"a: {tag} x.yaml\nb: {tag} [1]\nc: {tag} {{d: 1}}\n") == {
            "a": "x.yaml",
            "b": [1],
            "c": {"d": 1},
        }

    def test_core_tags(self) -> None:
        assert data_of('[!!str 1, !!int "1", !!float 1, !!bool "true", !!binary aGVsbG8=]') == [
            "1",
            1,
            1,
            True,
            "hello",
        ]

    def test_merge_keys(self) -> None:
        anchors = "x: &x {a: 1, b: 1}\ny: &y {a: 2, c: 2}\n"
        assert data_of(anchors + "v: {<<: *x, a: 3}")["v"] == {"a": 3, "b": 1}
        assert data_of(anchors + "v: {<<: [*x, *y]}")["v"] == {"a": 1, "b": 1, "c": 2}
        assert data_of(anchors + "v: {a: 3, <<: *x}")["v"] == {"a": 1, "b": 1}
        assert data_of("v: {'<<': 1}")["v"] == {"<<": 1}

    def test_templates_that_are_yaml_are_data(self) -> None:
        text = "kind: ExternalSecret\ndata: '{{ .password }}'\nnote: |\n  {{ range . }}\n"
        assert data_of(text)["data"] == "{{ .password }}"


class TestKustomizeReading:
    def test_is_the_same_object_where_nothing_differs(self) -> None:
        for text in ("a: 1\nb: [x, 'on', {c: ~}]\n", "a: &x {b: 1}\nc: *x\n", "a: !!str 1\n"):
            only = document_of(text)
            assert only.kustomize is only.data

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *(("on", "on"), ("y", "y"), ("No", "No"), ("true", True), ("0644", 420), ("012345678", 12345678)),
            *(("2020-01-01", "2020-01-01T00:00:00Z"), ("2020-1-1 1:2:3.50", "2020-01-01T01:02:03.5Z")),
            *(("2020-02-30", "2020-02-30"), ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00")),
            *(("{on: off}", {"on": "off"}), ("{a}", {"a": ""}), ("[2020-01-01T1:2:3Z]", ["2020-01-01T1:2:3Z"])),
            ("! 1", 1),
        ],
    )
    def test_differences(self, text: str, value: Any) -> None:
        only = document_of(f"v: {text}\n")
        assert only.kustomize == {"v": value}
        assert only.refusals == ()

    def test_own_keys_win_over_merged_ones_wherever_they_stand(self) -> None:
        only = document_of("x: &x {a: 1, b: 1}\nv: {a: 3, <<: *x}\n")
        assert (only.data["v"]["a"], only.kustomize["v"]["a"]) == (1, 3)

    def test_annotations_are_text_as_written(self) -> None:
        only = document_of("metadata: {annotations: {a: 1.0, b: yes, c: 0644, d: [x], e: ~}, labels: {a: 1.0}}\n")
        assert only.kustomize == {
            "metadata": {"annotations": {"a": "1.0", "b": "yes", "c": "0644", "d": "", "e": "~"}, "labels": {"a": 1}}
        }

    @pytest.mark.parametrize("key", ["8080", "true", "1.5", "2020-01-01", "!x a"])
    def test_a_key_that_is_no_string_fails_a_build_only(self, key: str) -> None:
        file = file_of(f"data:\n  {key}: x\n")
        (refusal,) = file.documents[0].refusals
        assert file.faults == ()
        assert (refusal.kind, text_at(file, refusal.span)) == ("invalid-yaml", key)

    @pytest.mark.parametrize("text", ["v: !!bool yes\n", "x: &x {}\nv: {<<: *x, <<: *x}\n"])
    def test_other_refusals(self, text: str) -> None:
        assert len(document_of(text).refusals) == 1


SYNTAX = [
    ("a: b: c\n", 1, 5, "mapping"),
    ("a: 1\n b: 2\n", 2, 3, "mapping"),
    ("a:\n  - b\n c: 1\n", 3, 2, "indentation"),
    ("a:\n\tb: 1\n", 2, 1, "tab"),
    ("a:\n  b: 1\n\tc: 2\n", 3, 1, "tab"),
    ("a: x\n\tb\n", 2, 1, "tab"),
    ("a: @b\n", 1, 4, "'@'"),
    ("a: `b`\n", 1, 4, "'`'"),
    ("k: v\nword\nl: v\n", 2, 1, "neither a key"),
    ('a: "b\nc: d\n', 1, 4, "never closed"),
    ("a: 'b\n---\nc: 1\n", 1, 4, "never closed"),
    ("a: [b\n", 1, 4, "']'"),
    ("a: {b: 1\n", 1, 4, "'}'"),
    ("a: [b c: d: e]\n", 1, 11, "']'"),
    ("- a\nb: 1\n", 2, 1, "list item"),
    ("a: - b\n", 1, 4, "list"),
    ('a: "\\q"\n', 1, 5, "escape"),
    ("a: |x\n  b\n", 1, 5, "'|'"),
    ("a: 1\n...\nb: 2\n", 3, 1, "'---'"),
    ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> main\n", 2, 1, "merge conflict"),
    ("a: *b\n", 1, 4, "'*b' has no anchor"),
    ("a: &b [*b]\n", 1, 8, "contains itself"),
    ("a: &b {c: {d: *b}}\n", 1, 15, "contains itself"),
    ("{{ x }}: 1\n", 1, 1, "quotes"),
    ("a: {{ x }}\n", 1, 5, "quotes"),
    ("? [a, b]\n: 1\n", 1, 3, "list or mapping"),
    ("a: &x [1]\nb: {*x : 1}\n", 2, 5, "list or mapping"),
    ("a: {~: 1}\n", 1, 5, "null"),
    ("a: {18446744073709551615: 1}\n", 1, 5, "number"),
    ("a: {<<: 1}\n", 1, 9, "merge key"),
    ("a: !!int x\n", 1, 4, "no !!int"),
    ("a: !!binary x\n", 1, 4, "base64"),
    ("a: 1\n%\n", 2, 1, ""),
]


class TestFaults:
    @pytest.mark.parametrize(("text", "line", "column", "words"), SYNTAX)
    def test_place_and_words(self, text: str, line: int, column: int, words: str) -> None:
        fault = file_of(text).faults[0]
        assert (fault.kind, fault.span[:2]) == ("invalid-yaml", (line, column))
        assert words in fault.message
        assert not re.search(r"line \d", fault.message)

    def test_documents_around_a_broken_one_survive(self) -> None:
        file = file_of("a: 1\n---\nb: [\n---\nc: 3\n--- # d\n{{ d }}\n---\ne: 5\n")
        assert [(each.index, each.data) for each in file.documents] == [(0, {"a": 1}), (2, {"c": 3}), (4, {"e": 5})]
        assert [(fault.document, fault.span.line) for fault in file.faults] == [(1, 3), (3, 7)]
        assert text_at(file, file.documents[2].locate(("e",))) == "5"

    def test_a_separator_in_a_block_of_text_starts_nothing(self) -> None:
        file = file_of("a: |\n  ---\n  b: 1\nc: [\n---\nd: 1\n")
        assert data_in(file) == [{"d": 1}]

    def test_a_file_of_broken_documents_is_given_up(self) -> None:
        assert len(file_of("---\n@\n" * 1000).faults) == MAX_FAULTS

    def test_a_file_of_repeated_keys_is_given_up(self) -> None:
        assert len(file_of("a: 1\n" * 1000).faults) == MAX_FAULTS
        assert len(file_of("a: 1\na: 1\n---\n" * 1000).faults) == MAX_FAULTS

    def test_a_repeated_key_names_the_first(self) -> None:
        file = file_of("spec:\n  x: 1\n  z: 2\n  x: 3\n")
        (fault,) = file.faults
        assert (fault.kind, fault.span) == ("duplicate-key", (4, 3, 4, 4))
        assert "'x'" in fault.message
        assert "line 2" in fault.message
        assert data_in(file) == [{"spec": {"x": 3, "z": 2}}]

    @pytest.mark.parametrize("text", ["{a: 1, 'a': 2}", "{1: a, 0x1: b}", "{on: a, true: b}", "[{a: {b: 1, b: 2}}]"])
    def test_repeated_keys_in_other_spellings(self, text: str) -> None:
        assert [fault.kind for fault in file_of(text).faults] == ["duplicate-key"]

    @pytest.mark.parametrize(
        "text", ["x: &x {a: 1}\nb: {<<: *x, a: 2}", "- {a: 1}\n- {a: 1}", "a: {a: {a: 1}}", "{a: 1, A: 2}"]
    )
    def test_no_repeated_keys(self, text: str) -> None:
        assert file_of(text).faults == ()

    def test_a_missing_separator_is_one_fault(self) -> None:
        one = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {a: b}\n"
        file = file_of(f"x: 1\n---\n{one}{one}")
        (fault,) = file.faults
        assert (fault.kind, fault.span, fault.document) == ("duplicate-key", (8, 1, 8, 11), 1)
        assert "'---'" in fault.message
        assert fault.help is not None
        assert "line 8" in fault.help

    def test_a_kind_that_repeats_alone_is_no_second_object(self) -> None:
        (fault,) = file_of("apiVersion: v1\nkind: A\nkind: B\n").faults
        assert "'kind'" in fault.message


class TestBounds:
    @pytest.mark.parametrize(
        "text",
        ["[" * 10_000 + "]" * 10_000, "{a: " * 10_000 + "}" * 10_000, "- " * 10_000 + "x", "[" * 100_000],
        ids=["brackets", "braces", "dashes", "never closed"],
    )
    @pytest.mark.parametrize("path", ["a.yaml", "a.json"])
    def test_deep_nesting_is_a_fault(self, text: str, path: str) -> None:
        file = file_of(text, path)
        assert f"more than {MAX_DEPTH} levels" in file.faults[0].message
        assert file.documents == ()

    def test_the_deepest_document_can_be_used(self) -> None:
        only = document_of("[" * MAX_DEPTH + "on" + "]" * MAX_DEPTH)
        assert text_at(only.file, only.locate((0,) * MAX_DEPTH)) == "on"
        assert only.kustomize != only.data
        assert json.dumps(only.data)

    def test_aliases_count_as_what_they_stand_for(self) -> None:
        deep = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))
        assert "excessive aliasing" in fault_of(deep)[2]

    def test_alias_bombs(self) -> None:
        bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
        assert "excessive aliasing" in fault_of(bomb)[2]
        merged = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}\n"
        assert "excessive aliasing" in fault_of(merged + "".join(f"b{n}: {{<<: *a}}\n" for n in range(500)))[2]

    def test_honest_aliases_are_fine(self) -> None:
        assert len(data_of("- &a [x, y, z]\n" + "- *a\n" * 10_000)) == 10_001

    def test_a_long_chain_of_merges(self) -> None:
        chain = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}}}\n" for n in range(1, 1000))
        only = document_of(chain)
        assert only.data["a999"] == {"k": 1}
        assert only.locate(("a999", "k")).line >= 1
        assert only.kustomize == only.data


TREE = """\
# comment
apiVersion: v1
metadata:
  name: a-name   # why
  labels: {one: 'x y', "two": !!str 2}
spec:

  sources:
  - path: ./a
    text: |
      first
        second

  - path: "./b"  # 😀
    list: [p, q,
           r]
  empty:
  on: 😀😀 z
"""


class TestPlaces:
    @pytest.mark.parametrize(
        ("route", "value", "key"),
        [
            (("apiVersion",), "v1", "apiVersion"),
            (("metadata", "name"), "a-name", "name"),
            (("metadata", "labels"), "{one: 'x y', \"two\": !!str 2}", "labels"),
            (("metadata", "labels", "one"), "'x y'", "one"),
            (("metadata", "labels", "two"), "!!str 2", '"two"'),
            (("spec", "sources", 0, "path"), "./a", "path"),
            (("spec", "sources", 0, "text"), "|\n      first\n        second", "text"),
            (("spec", "sources", 0), "path: ./a\n    text: |\n      first\n        second", None),
            (("spec", "sources", 1, "path"), '"./b"', "path"),
            (("spec", "sources", 1, "list", 2), "r", None),
            (("spec", "sources", 1, "list"), "[p, q,\n           r]", "list"),
            (("spec", "empty"), "", "empty"),
            (("spec", "true"), "😀😀 z", "on"),
            (("spec", "on"), "😀😀 z", "on"),
        ],
    )
    def test_values_and_keys(self, route: Route, value: str, key: str | None) -> None:
        assert located(TREE, *route) == value
        if key is not None:
            assert located(TREE, *route, key=True) == key

    def test_the_span_of_everything(self) -> None:
        assert document_of(TREE).locate(()) == (2, 1, 18, 11)
        assert document_of(TREE).locate((), key=True) == (2, 1, 18, 11)

    @pytest.mark.parametrize(
        ("route", "nearest"),
        [
            (("metadata", "missing"), ("metadata",)),
            (("metadata", "name", "below"), ("metadata", "name")),
            (("spec", "sources", 9, "path"), ("spec", "sources")),
            (("spec", "sources", -1), ("spec", "sources")),
            (("spec", "sources", "0"), ("spec", "sources")),
            (("nothing", "at", "all"), ()),
            ((0,), ()),
        ],
    )
    @pytest.mark.parametrize("key", [False, True])
    def test_what_is_not_there_is_at_what_is_around_it(self, route: Route, nearest: Route, key: bool) -> None:
        only = document_of(TREE)
        assert only.locate(route, key=key) == only.locate(nearest)

    def test_through_an_alias_to_the_anchor(self) -> None:
        text = "a: &x\n  b: 1\nc: *x\nd: &x [5]\ne: *x\n"
        assert document_of(text).locate(("c", "b")) == (2, 6, 2, 7)
        assert located(text, "e") == "&x [5]"
        assert located(text, "e", key=True) == "e"

    def test_through_a_merge_key_to_the_anchor(self) -> None:
        text = "x: &x {a: 1, b: 2}\ny: &y {<<: *x, c: 3}\nv:\n  b: 4\n  <<: [*y]\n  c: 5\n"
        assert document_of(text).locate(("v", "a")) == (1, 11, 1, 12)
        assert located(text, "v", "b") == "2"
        assert located(text, "v", "c") == "5"
        assert located(text, "v", "a", key=True) == "a"

    def test_of_a_repeated_key_the_last_one_counts(self) -> None:
        file = file_of("a: 1\na: 2\n")
        assert file.documents[0].locate(("a",)).line == 2

    def test_in_a_later_document(self) -> None:
        file = file_of("a: 1\n---\n# c\nb: {c: 2}\n")
        assert file.documents[1].locate(("b", "c")) == (4, 8, 4, 9)

    def test_lines_are_those_of_an_editor(self) -> None:
        file = file_of('a: "x\u2028y\x85z"\nb: 1\n')
        assert file.documents[0].locate(("b",)) == (2, 4, 2, 5)
        assert file.line(2) == "b: 1"


class TestJson:
    def test_tabs_and_surrogate_pairs(self) -> None:
        text = '{\n\t"a": "\\ud83d\\ude00\\/",\n\t"b": {"c\\u00e9": [1.0, 2e2]}\n}\n'
        only = document_of(text, "a.json")
        assert only.data == {"a": "😀/", "b": {"cé": [1, 200]}}
        assert text_at(only.file, only.locate(("b", "cé", 1))) == "2e2"
        assert text_at(only.file, only.locate(("a",))) == '"\\ud83d\\ude00\\/"'

    def test_half_a_pair_can_be_printed(self) -> None:
        data = document_of('{"a": "\\ud83d", "b": "\\\\ud83d"}', "a.json").data
        assert data == {"a": "\ufffd", "b": "\\ud83d"}

    def test_what_yaml_does_not_know_is_located_as_a_whole(self) -> None:
        only = document_of('{"a"\n: 1}\n', "a.json")
        assert only.data == {"a": 1}
        assert only.locate(("a",)) == (1, 1, 2, 5)

    def test_repeated_keys(self) -> None:
        file = file_of('{"a": 1, "a": 2}', "a.json")
        assert [fault.kind for fault in file.faults] == ["duplicate-key"]
        assert data_in(file) == [{"a": 2}]

    @pytest.mark.parametrize("text", ['{"a": 1,', '{"a": [1}', '{"a": "\\x"}'])
    def test_what_is_neither_json_nor_yaml(self, text: str) -> None:
        assert [fault.kind for fault in file_of(text, "a.json").faults] == ["invalid-yaml"]

    def test_numbers_too_large_are_what_yaml_makes_of_them(self) -> None:
        assert document_of('{"a": 1e400, "b": 12345678901234567890}', "a.json").data == {
            "a": "1e400",
            "b": 12345678901234567890.0,
        }


class TestDirectives:
    @pytest.mark.parametrize(
        ("comment", "verb", "rules", "reason"),
        [
            ("# gitops-lint: ignore[rule-a] a reason", "ignore", ("rule-a",), "a reason"),
            ("# gitops-lint: ignore[rule-a, rule-b]", "ignore", ("rule-a", "rule-b"), ""),
            ("#gitops-lint:ignore[ rule-a ,]", "ignore", ("rule-a",), ""),
            ("# gitops-lint: ignore  all of it ", "ignore", (), "all of it"),
            ("# gitops-lint: ingore[rule-a] x", "ingore", ("rule-a",), "x"),
            ("# gitops-lint: ignore[rule-a", "ignore[rule-a", (), ""),
            ("# gitops-lint: ignore[] x", "ignore[]", (), "x"),
            ("# gitops-lint:", "", (), ""),
        ],
    )
    def test_forms(self, comment: str, verb: str, rules: tuple[str, ...], reason: str) -> None:
        (directive,) = file_of(f"a: 1\n{comment}\nb: 2\n").directives
        assert (directive.verb, directive.rules, directive.reason) == (verb, rules, reason)
        assert directive.own_line
        assert directive.span == (2, 1, 2, len(comment.rstrip()) + 1)

    def test_behind_something(self) -> None:
        (directive,) = file_of("a: 1\n  \nb: 2  # gitops-lint: ignore[x]\r\n").directives
        assert (directive.own_line, directive.span[:2], directive.rules) == (False, (3, 7), ("x",))

    def test_indented_alone(self) -> None:
        (directive,) = file_of("a:\n  # gitops-lint: ignore[x]\n  b: 1\n").directives
        assert directive.own_line

    def test_text_is_no_comment(self) -> None:
        text = (
            'a: "# gitops-lint: ignore[x]"\n'
            "b: ' # gitops-lint: ignore[x]\n\n  # gitops-lint: ignore[x]'\n"
            "c: |  # gitops-lint: ignore[head]\n  # gitops-lint: ignore[x]\n\n  # gitops-lint: ignore[x]\n"
            " # gitops-lint: ignore[behind]\n"
            "d: >-\n\n    x # gitops-lint: ignore[x]\n"
            "e: x#gitops-lint:ignore\n"
            "f: http://x/#gitops-lint:ignore\n"
        )
        assert [directive.rules for directive in file_of(text).directives] == [("head",), ("behind",)]

    def test_every_document_but_the_broken_one(self) -> None:
        part = "# gitops-lint: ignore[{0}]\na: {1}\n---\n"
        text = part.format("a", 1) + part.format("b", "[") + part.format("c", '"# gitops-lint: ignore[x]"')
        assert [directive.rules for directive in file_of(text).directives] == [("a",), ("c",)]

    def test_a_file_without_documents(self) -> None:
        assert len(file_of("# gitops-lint: ignore[x]\n").directives) == 1


@pytest.fixture(params=["libyaml", "pure Python"])
def _both_parsers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure Python":
        monkeypatch.setattr(events, "_PARSER", yaml.SafeLoader)


@pytest.mark.usefixtures("_both_parsers")
class TestBothParsers:
    def test_data_and_places(self) -> None:
        only = document_of(TREE)
        assert only.data["spec"]["sources"][1] == {"path": "./b", "list": ["p", "q", "r"]}
        assert only.locate(("spec", "sources", 0, "text")) == (10, 11, 12, 15)
        assert only.kustomize["spec"]["on"] == "😀😀 z"

    def test_faults(self) -> None:
        file = file_of("a: 1\n---\nb: x\x07\n---\nc: @\n---\nd: 4\nd: 5\n")
        assert [(fault.kind, fault.span[:2]) for fault in file.faults] == [
            ("invalid-yaml", (3, 5)),
            ("invalid-yaml", (5, 4)),
            ("duplicate-key", (8, 1)),
        ]
        assert data_in(file) == [{"a": 1}, {"d": 5}]


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)
NESTED = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)
FLOW = st.sampled_from((True, False, None))


def routes(data: Any, route: Route = ()) -> Iterator[tuple[Route, Any]]:
    yield route, data
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from routes(value, (*route, step))


@given(NESTED, FLOW, st.booleans())
def test_every_route_has_a_span_whose_text_parses_to_its_value(data: Any, flow: bool | None, unicode: bool) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=unicode, width=40)
    for only in file_of(text).documents:
        for route, value in routes(only.data):
            span = only.locate(route)
            again = file_of(" " * (span.column - 1) + text_at(only.file, span)).documents
            assert [each.data for each in again] == ([] if value is None else [value])
            if route and isinstance(route[-1], str):
                key = text_at(only.file, only.locate(route, key=True))
                assert list(data_of(f"? {key}\n: 1\n")) == [route[-1]]


@given(st.binary())
def test_no_bytes_raise(content: bytes) -> None:
    for path in ("a.yaml", "a.json"):
        exercise(read(path, content))


PIECES = st.sampled_from(
    [
        *": - ? , [ ] { } ' \" | > & * ! # % @ ` --- ... \\ \t \r = ~ \ufeff \x80 \x85 \u2028 \0",
        *("a", "é", "😀", "1", "0x", "on", "2020-01-01", "&a ", "*a", "!!int ", "!!str ", "!x ", "<<: ", "<<<<<<< "),
        *(" ", "  ", "\n", "\n  ", ": ", "- ", "a: ", "\n---\n", " #", "# gitops-lint: ignore[x] y"),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_text_raises(text: str) -> None:
    for path in ("a.yaml", "a.json"):
        exercise(read(path, text.encode()))


def exercise(file: File) -> None:
    """Ask a file everything it can be asked."""
    for only in file.documents:
        for route, _ in routes(only.data):
            assert only.locate(route).line >= 1
        for route, _ in routes(only.kustomize):
            assert only.locate((*route, "nothing"), key=True).line >= 1
        assert all(fault.kind == "invalid-yaml" for fault in only.refusals)
    for fault in file.faults:
        assert 1 <= fault.span.line <= fault.span.end_line
        assert fault.span[:2] <= fault.span[2:]
    assert all(directive.span.line >= 1 for directive in file.directives)
