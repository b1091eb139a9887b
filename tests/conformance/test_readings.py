"""The real decoders as judges of both readings.

*direct* against ``kubectl label --local``, which prints what the API server would receive; *kustomize* against
``kubectl kustomize``. Each body is a few fields of an object, the judged ones under ``v``.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops_lint.document import File, read
from tests.conformance.judges import HEAD, Fields, built, built_objects, decoded, received

if TYPE_CHECKING:
    from pathlib import Path


def words(text: str) -> list[str]:
    return text.split()


WORDS = words("""
    y Y yes Yes YES yEs n N no No NO nO true True TRUE tRue false False FALSE on On ON oN off Off OFF
    ~ null Null NULL nULL = << inf nan Infinity .iNF +.nan a:b a#b a-b -- + ++1 +-1
""")
NUMBERS = words("""
    0 -0 +0 00 07 08 09 0644 -0644 +0644 0o17 0O17 -0o17 0o8 0b11 0B11 -0b11 0x1F 0X1f -0x1f 0x 0b 0o 012345678
    1_000 _1 1_ 1__0 0_7 0x_1 1_0.5_0 22:22 1:30:00 9223372036854775807 9223372036854775808 18446744073709551615
    18446744073709551616 -9223372036854775808 -9223372036854775809 123456789012345678901234567890
    0xFFFFFFFFFFFFFFFF 0xFFFFFFFFFFFFFFFFFF 01777777777777777777777 07777777777777777777777777
    1.0 1. .5 -.5 +.5 1e3 1E3 1e+3 1e-3 1e 1e999 -1e999 1e-999 1.e5 . .. .e5 .1_0 ._5 .5e1_0 1_0e1_0 0x1p3 -0.0
    1e18 1e19 1e20 1e21 1e-7 5e-324 9007199254740993.0 123456789.123456789
""")
TIMES = [
    *words("2020-01-01 2020-1-1 2020-13-01 2020-02-30 2020-02-29 2019-02-29 1900-02-29 0000-01-01 9999-12-31"),
    *words("2020-01 20200101 2020-001-01 2020-01-01T00:00 2020-01-01T00:00:00 2020-01-01T00:00:00Z"),
    *words("2020-01-01t1:2:3Z 2020-01-01T1:2:3z 2020-01-01T23:59:59.120000Z 2020-01-01T1:2:3,5Z"),
    *words("2020-01-01T1:2:3.123456789123Z 2020-01-01T24:00:00Z 2020-01-01T00:60:00Z 2020-01-01T00:00:60Z"),
    *words("2020-01-01T1:2:3+02:00 2020-01-01T1:2:3-00:00 2020-01-01T1:2:3+00:60 2020-01-01T1:2:3+0200"),
    *words("2020-01-01T1:2:3+23:59 2020-01-01T1:2:3+25:00"),
    "2020-01-01 00:00:00",
    "2020-01-01  1:2:3.50",
    "2020-01-01 00:00:00Z",
]
TAGGED = [
    *(f"!!str {text}" for text in ("yes", "1", "~", '""', "2020-01-01")),
    *(f"!!int {text}" for text in ("1", '"1"', "0x10", "1.0", "a", '""')),
    *(f"!!float {text}" for text in ("1", '"1"', "1e3", "0x10", "a")),
    *(f"!!bool {text}" for text in ("true", '"true"', "yes", "1")),
    *(f"!!null {text}" for text in ("~", '""', "a")),
    *(f"!!timestamp {text}" for text in ("2020-01-01", '"2020-01-01"', "a")),
    *(f"!!binary {text}" for text in ("aGVsbG8=", "/w==", '""', "x")),
    *(f"! {text}" for text in ("yes", "1", '"1"')),
    *(f"{tag} {text}" for tag in ("!include", "!secret", "!!python/name:os.system", "!!x") for text in ("", "a", "1")),
]
QUOTED = [
    '"yes"',
    "'on'",
    '"1"',
    '""',
    "''",
    '"2020-01-01"',
    '"\\x41\\u00e9\\U0001F600"',
    "'it''s'",
    "|\n  yes",
    ">\n  1",
]
SCALARS = [*WORDS, *NUMBERS, *TIMES, *TAGGED, *QUOTED]
KEYS = [
    *(word for word in WORDS if word != "<<"),
    *words("0644 1_000 1.5 1e3 1e7 0.1 123456789.123 1e21 1e-7 1e39 -0.0 .inf -.inf .nan 22:22 18446744073709551615"),
    *words("123456789012345678901234567890 9223372036854775807 2020-01-01 2020-01-01T1:2:3Z"),
    *words('"on" "1" "" !!str !!int !!binary'),
    *("!!str 1", '!!int "1"', '!!bool "true"', "! on", "!x a", "&k on"),
]
MAPS = "x: &x {a: 1, b: 2}\ny: &y {a: 10, c: 3}\nl: &l [*x]\n"
SHAPES = [
    *("v: {a}\n", "v: {a: , b: ~}\n", "v:\n  a:\n  b: {c: }\n", "v: [a: ]\n", "v:\n-\n- [~]\n", "v: {a: !!null }\n"),
    *("v: [2020-01-01, 2020-01-01T1:2:3Z]\n", "v: {2020-01-01 1:2:3: a}\n", "v: {on: a, b: on}\n", "v: [yes, 0644]\n"),
    *(f"{MAPS}v: {text}\n" for text in ("{a: 3, <<: *x}", "{<<: *x, a: 3}", "{b: 3, <<: *x, a: 4}", "{<<: [*x, *y]}")),
    *(f"{MAPS}v: {text}\n" for text in ("{<<: [*y, *x], a: 5}", "{<<: *x, <<: *y}", "{<<: *l}", "{<<: [*l]}")),
    *(f"{MAPS}v: {text}\n" for text in ("{!!merge <<: *x}", "{<<: {z: *x}}", "[*x, *l]", "{*x : 1}", "{<<: {}}")),
    *("v: {<<: 1}\n", "v: {<<: }\n", "v: {<<: [1]}\n", "x: &x {<<: {a: 1}, b: 2}\nv: {<<: *x, a: 3}\n"),
    *("x: &x 1\ny: &x 2\nv: [*x, &x 3, *x]\n", "x: &x {b: &x 1}\nv: *x\n", "x: &x [&x 1, *x]\nv: *x\n"),
    *("x: &x on\nv: {*x : *x}\n", "v: {&k on: 1, b: *k}\n", "x: &x\n  a:\nv: {b: *x, c: [*x]}\n", "v: *nothing\n"),
    *("v: {a: 1, a: 2}\n", "v: {1: a, 0x1: b}\n", "v: {a: {b: 1}, a: }\n", "v:\n  a: 1\n  a: 2\n"),
    *("v: {{ x }}\n", "v: {{ x }}: 1\n", "v:\n  ? [a]\n  : 1\n", "v: {? a : 1}\n", "v: {a:1}\n", 'v: {"a":1}\n'),
    *(
        'v: "a\n\n  b"\n',
        "v: a\n  b # c\n",
        "v: |+\n  a\n\n",
        "v: |2\n    a\n",
        "v: a\n\tb\n",
        "v:\n\ta: 1\n",
        "v: [\ta]\n",
    ),
    *("v: @a\n", "v: %a\n", "v: a: b\n", "v: - a\n", "v: [a\n", "v: {a: b\n", 'v: "a\n', 'v: "\\q"\n', "v: a\x07\n"),
    *("v: a\x80\n", 'v: "\\ud83d"\n', "v: \U0001f600\ufffd\u00a0\n", "v:\n- a\n -b\n", "v:\n  - a\n - b\n"),
]
FOLDED = [
    *("v: >\n  a\n    b\n", "v: >\n  a\n    b\n  c\n", "v: >\n\n  a\n    b\n", "v: >2\n\n    a\n  b\n    c\n"),
    *("v: >-\n  a\n    b\n    c\n  d\n", "v: >+\n  a\n    b\n\n\n", "v: >\n  a\n\n    b\n\n  c\n    d\n"),
    *("v: >\n  a\n  \tb\n", "v: >\n  a \n    b\n", "v: >\n  {\n    a\n  }\n", "v: >\n  a\n\n\n    b\n"),
]
BODIES = [
    *FOLDED,
    *(f"v: {text}\n" for text in SCALARS),
    *(f"v:\n  ? {text}\n  : 1\n" for text in KEYS),
    *SHAPES,
]


def ours(body: str) -> File:
    return read("judged.yaml", (HEAD.format(number=0) + body).encode())


def fields(data: Any) -> Fields:
    return {name: value for name, value in data.items() if name not in ("apiVersion", "kind", "metadata")}


def our_direct(body: str) -> Fields | None:
    file = ours(body)
    if any(fault.kind == "invalid-yaml" for fault in file.faults):
        return None
    return fields(file.documents[0].data)


def our_kustomize(body: str) -> Fields | None:
    file = ours(body)
    if file.faults or file.documents[0].refusals:
        return None
    return fields(file.documents[0].kustomize)


BUILDABLE = [body for body in BODIES if our_direct(body) is not None]
"""What neither decoder can parse is judged once only."""


def alike(mine: Any, theirs: Any) -> bool:
    """Equal, types too; but JSON prints a large float like an integer."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return mine.keys() == theirs.keys() and all(alike(mine[key], theirs[key]) for key in mine)
    if isinstance(mine, list) and isinstance(theirs, list):
        return len(mine) == len(theirs) and all(map(alike, mine, theirs))
    if isinstance(mine, int | float) and isinstance(theirs, int | float) and not isinstance(mine, bool):
        return not isinstance(theirs, bool) and float(mine) == float(theirs)
    return type(mine) is type(theirs) and bool(mine == theirs)


@cache
def direct_verdicts() -> dict[str, Fields | None]:
    return dict(zip(BODIES, received(BODIES), strict=True))


@cache
def kustomize_verdicts() -> dict[str, Fields | None]:
    # Those that probably fail stand together: then the others need few runs.
    bodies = sorted(BUILDABLE, key=lambda body: our_kustomize(body) is None)
    return dict(zip(bodies, built(bodies), strict=True))


@pytest.mark.parametrize("body", BODIES)
def test_direct_reading(body: str) -> None:
    theirs = direct_verdicts()[body]
    assert alike(our_direct(body), theirs), theirs


@pytest.mark.parametrize("body", BUILDABLE)
def test_kustomize_reading(body: str) -> None:
    theirs = kustomize_verdicts()[body]
    assert alike(our_kustomize(body), theirs), theirs


def test_annotations_are_text_after_a_build() -> None:
    annotations = "  annotations: {a: 1.0, b: 0644, c: yes, d: 2020-01-01, e: ~, f: {g: 1}, h: !!int '1'}\n"
    (theirs,) = built_objects([HEAD.format(number=0) + annotations])
    assert ours(annotations).documents[0].kustomize["metadata"] == theirs["metadata"]
    assert received([annotations]) == [None], "the API server takes nothing but text"


KNOWN_DIRECT = [
    pytest.param('v: "a\\/b"\n', {"v": "a/b"}, None, id="libyaml knows the escape of a slash, go-yaml does not"),
    pytest.param("v: [a:]\n", None, {"v": ["a:"]}, id="libyaml takes a colon before a bracket for a mistake"),
    pytest.param("v: [.inf]\n", {"v": [math.inf]}, None, id="JSON knows no infinity"),
]
KNOWN_KUSTOMIZE = [
    pytest.param("v: {'<<': 1}\n", {"v": {"<<": 1}}, {"v": {}}, id="kyaml loses a quoted merge key"),
    pytest.param('v: "\\x7f"\n', {"v": "\x7f"}, None, id="kyaml cannot write a control character"),
    pytest.param("v: {? }\n", None, {"v": {"": ""}}, id="kyaml makes text of a null key in braces"),
    pytest.param('v: {on: a, "on": b}\n', {"v": {"on": "b"}}, None, id="a key twice only if 'on' is text"),
    pytest.param('v: {on: a, "true": b}\n', None, {"v": {"on": "a", "true": "b"}}, id="twice only if 'on' is true"),
    pytest.param("v: 2020-01-01T0:0:0+24:00\n", {"v": "2020-01-01T0:0:0+24:00"}, None, id="an offset of a whole day"),
]


@pytest.mark.parametrize(("body", "mine", "theirs"), KNOWN_DIRECT)
def test_known_disagreements_of_the_direct_reading(body: str, mine: Fields | None, theirs: Fields | None) -> None:
    assert our_direct(body) == mine
    assert received([body]) == [theirs]


@pytest.mark.parametrize(("body", "mine", "theirs"), KNOWN_KUSTOMIZE)
def test_known_disagreements_of_the_kustomize_reading(body: str, mine: Fields | None, theirs: Fields | None) -> None:
    assert our_kustomize(body) == mine
    assert built([body]) == [theirs]


ONE = HEAD.format(number=1)
JSON = """{\n\t"apiVersion": "example.com/v1",\n\t"kind": "Judged",\n\t"metadata": {"name": "n1"},\n\t"v": %s\n}\n"""
LONG = "k" * 1100
FILES = {
    "a byte order mark.yaml": b"\xef\xbb\xbf" + ONE.encode(),
    "joined.yaml": f"\ufeff{ONE}---\n\ufeff{HEAD.format(number=2)}".encode(),
    "little-endian.yaml": ("\ufeff" + ONE).encode("utf-16-le"),
    "big-endian.yaml": ("\ufeff" + ONE).encode("utf-16-be"),
    "carriage returns.yaml": (ONE + "v: |\n  a\n---\n" + HEAD.format(number=2)).replace("\n", "\r\n").encode(),
    "documents.yaml": f"---\n# none\n--- # one\n{ONE}---\t\n{HEAD.format(number=2)}...\n---\n".encode(),
    "broken behind.yaml": f"{ONE}---\n{HEAD.format(number=2)}v: [\n".encode(),
    "tabs and pairs.json": (JSON % '"\\ud83d\\ude00\\/ \\u00e9"').encode(),
    "half a pair.json": (JSON % '["\\ud83d", "\\ude00x", "\\\\ud83d"]').encode(),
    "numbers.json": (JSON % "[1.0, 1e3, 12345678901234567890, -0, -0.0, 0.1, 1E2, 1e21]").encode(),
    "twice.json": (JSON % '1, "v": 2').encode(),
    "long keys.json": (JSON % f'{{"{LONG}": 1, "a"\n: 2}}').encode(),
    "yaml.json": (JSON % "{on: [yes, 0644], a: NaN} # not quite JSON").encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_whole_files(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    theirs = decoded(str(tmp_path))
    mine = [document.data for document in read(name, FILES[name]).documents]
    assert theirs
    assert [data["metadata"]["name"] for data in mine] == [item["metadata"]["name"] for item in theirs]
    assert all(alike(fields(data), fields(item)) for data, item in zip(mine, theirs, strict=True))


def spelled(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


INTEGERS = spelled(r"[-+]?(0[xXoObB]?)?[0-9a-f_]{1,20}")
FLOATS = spelled(r"[-+]?[0-9_]{0,4}\.?[0-9_]{0,20}([eE][-+]?[0-9_]{1,3})?")
DATES = spelled(r"(2020|2000|[0-9]{4})-(0?[0-9]|1[0-3])-([0-3]?[0-9])")
CLOCKS = spelled(r"([Tt]|  ?)[0-2]?[0-9]:[0-6]?[0-9]:[0-6]?[0-9]([.,][0-9]{0,11})?(Z|[-+](0[0-9]|1[0-3]):[0-6][0-9])?")
TEXTS = st.one_of(
    INTEGERS,
    FLOATS,
    DATES,
    st.builds(str.__add__, DATES, CLOCKS),
    st.builds(str.__add__, st.sampled_from(WORDS), st.sampled_from(("", "_", ".", "0", "s"))),
)
TAGS = st.sampled_from(("", "", "", "!!int ", "!!float ", "!!bool ", "!!str ", "!!timestamp ", "! ", "!x "))
PLAIN = st.builds(str.__add__, TAGS, TEXTS)
GENERATED = st.lists(
    st.one_of(PLAIN.map("v: {}\n".format), PLAIN.map("v:\n  ? {}\n  : 1\n".format), PLAIN.map("v:\n- {}\n".format)),
    min_size=100,
    max_size=150,
    unique=True,
)
few = settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@few
@given(GENERATED)
def test_direct_reading_of_anything(bodies: list[str]) -> None:
    for body, theirs in zip(bodies, received(bodies), strict=True):
        mine = our_direct(body)
        if theirs is not None or mine is None or is_finite(mine):
            assert alike(mine, theirs), (body, mine, theirs)


@few
@given(GENERATED)
def test_kustomize_reading_of_anything(bodies: list[str]) -> None:
    accepted = [body for body in bodies if (mine := our_kustomize(body)) is not None and is_finite(mine)]
    for body, theirs in zip(accepted, built(accepted), strict=True):
        mine = our_kustomize(body)
        assert alike(mine, theirs), (body, mine, theirs)


def is_finite(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(is_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)
