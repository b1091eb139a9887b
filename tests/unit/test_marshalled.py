"""What a text becomes whose writing as YAML was changed: what go-yaml writes without quotes may become anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_lint.marshalled import Malformed, Marshalled, marshal, rewritten, rewritten_key

if TYPE_CHECKING:
    from gitops_lint.model import Data


def become(text: str, value: str, *, element: bool = False) -> Data:
    return rewritten(text, lambda writing: writing.replace("${V}", value), element=element)


@pytest.mark.parametrize(
    ("text", "body", "quote"),
    [
        ("${V}", "${V}", ""),
        ("a ${V}.b", "a ${V}.b", ""),
        ("${V:-a}", "${V:-a}", ""),
        ("http://${V}/", "http://${V}/", ""),
        ("${V}#x", "${V}#x", ""),
        ("-${V}", "-${V}", ""),
        ("a:\u00a0${V}", "a:\u00a0${V}", ""),
        ("\U0001f680 ${V}", "\\U0001F680 ${V}", '"'),
        ("${V}: x", "${V}: x", "'"),
        ("${V}:", "${V}:", "'"),
        ("${V} # x", "${V} # x", "'"),
        ("- ${V}", "- ${V}", "'"),
        ("{${V}", "{${V}", "'"),
        ("@${V}", "@${V}", "'"),
        (" ${V}", " ${V}", "'"),
        ("${V} ", "${V} ", "'"),
        ("it's: ${V}", "it''s: ${V}", "'"),
        ("it's ${V}", "it's ${V}", ""),
        ("${V}\t\\x", "${V}\\t\\\\x", '"'),
        ("a\n${V}\n", "a\n${V}\n", "|"),
        ("a \n${V}", "a \\n${V}", '"'),
        ("é ${V}", "é ${V}", ""),
        ("\x1b${V}", "\\e${V}", '"'),
        ("\u2028${V}", "\\L${V}", '"'),
    ],
)
def test_how_go_yaml_writes_a_text(text: str, body: str, quote: str) -> None:
    assert marshal(text) == Marshalled(body, quote)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("${V}", "web", "web"),
        ("${V}", "5", 5),
        ("${V}", "0644", 420),
        ("${V}", "1.50", 1.5),
        ("${V}", "true", True),
        ("${V}", "yes", True),
        ("${V}", "null", None),
        ("${V}", "", None),
        ("${V}", "'5'", "5"),
        ("${V}", '"true"', "true"),
        ("${V}", "2020-01-01", "2020-01-01"),
        ("${V}", "22:22", "22:22"),
        ("${V}", "1.2.3", "1.2.3"),
        ("${V}", "{a: 1}", {"a": 1}),
        ("${V}", "[a, b]", ["a", "b"]),
        ("${V}", "a # b", "a"),
        ("${V}", "  a  ", "a"),
        ("${V}", "!!str 5", "5"),
        ("${V}", "|", ""),
        ("v${V}", "5", "v5"),
        ("${V} x", "5", "5 x"),
        ("${V}: x", "5", "5: x"),
        (" ${V}", "5", " 5"),
        ("\t${V}", "5", "\t5"),
        ("\t${V}", "\\n", "\t\n"),
        ("a\n${V}", "b: c", "a\nb: c"),
        ("${V}", "${V}", "${V}"),
    ],
)
def test_a_value(text: str, value: str, expected: Data) -> None:
    found = become(text, value)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    "value", ["a: b", "- a", "{a", "[a", "'a", '"a', "*a", "%a", "@a", "a:", "-", "- - a", "a: b: c"]
)
def test_a_value_that_breaks_the_yaml(value: str) -> None:
    with pytest.raises(Malformed):
        become("${V}", value)


@pytest.mark.parametrize(("text", "value"), [("${V}: x", "it's"), ("\t${V}", 'say "x"'), ("\t${V}", "\\q")])
def test_a_value_that_ends_the_quotes_around_it(text: str, value: str) -> None:
    with pytest.raises(Malformed):
        become(text, value)


@pytest.mark.parametrize(("value", "expected"), [("a: 1", {"a": 1}), ("- a", ["a"]), ("5", 5), ("x", "x")])
def test_an_element_of_a_list_may_become_a_mapping(value: str, expected: Data) -> None:
    assert become("${V}", value, element=True) == expected


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("${V}", "a", "a"),
        ("a/${V}", "b", "a/b"),
        ("${V}", "5", "5"),
        ("${V}", "yes", "true"),
        ("${V}", "'5'", "5"),
        ("${V}: x", "a", "a: x"),
        ("${V}", "a b", "a b"),
        ("none", "a", "none"),
    ],
)
def test_a_key(text: str, value: str, expected: str) -> None:
    assert rewritten_key(text, lambda writing: writing.replace("${V}", value)) == expected


@pytest.mark.parametrize("value", ["a: b", "[a]", "{a: b}", "# a"])
def test_a_key_that_is_none_any_more(value: str) -> None:
    with pytest.raises(Malformed):
        rewritten_key("${V}", lambda writing: writing.replace("${V}", value))
