"""Flux's postBuild substitution: every form, every quirk, and every text that fails a build."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.builders.envsubst import MAX_DEPTH, MAX_WORK, VARIABLE, Unparsable, Use, extent, substitute, uses

VARIABLES = {
    "app": "web",
    "App_2": "second",
    "_x": "underscore",
    "host": "Shop.Example.com",
    "path": "/srv/media/file.tar.gz",
    "alphabet": "abcdefgh",
    "hay": "abcABC123ABCabc",
    "euro": "é€x",
    "empty": "",
    "minus": "-3",
    "plus": "+2",
    "one": "1",
    "star": "*.",
    "lines": "first\nsecond\n",
    "dollars": "a$$b${app}",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("no variable", "no variable"),
        ("${app}", "web"),
        ("a ${app} and ${app}.", "a web and web."),
        ("${app}${App_2}${_x}", "websecondunderscore"),
        ("${empty}", ""),
        ("${APP}", ""),
        ("a\n${app}\nb\n", "a\nweb\nb\n"),
        ("${lines}", "firstsecond"),
        ("${#lines}", "11"),
        ("${dollars}", "a$$b${app}"),
        ("{app} } {", "{app} } {"),
        ("${1}${2nd}", ""),
    ],
)
def test_a_variable_becomes_its_value(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$app", "$app"),
        ("$", "$"),
        ("a$ b", "a$ b"),
        ("$(app) $1 $@", "$(app) $1 $@"),
        ("$$", "$"),
        ("$$$", "$$"),
        ("$$$$", "$$"),
        ("$$app", "$app"),
        ("$${app}", "${app}"),
        ("$$${app}", "$web"),
        ("$$$${app}", "$${app}"),
        ("echo $$ > pid", "echo $ > pid"),
        ("$${app:-${app}}", "${app:-web}"),
        ("$${{ github.ref }}", "${{ github.ref }}"),
        ("$$$app", "$$app"),
        (r"a\\b \/ \$", r"a\\b \/ \$"),
        (r"\${app}", r"\web"),
    ],
)
def test_two_dollars_are_one_and_a_dollar_without_brace_is_just_that(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${app:-d}", "web"),
        ("${app-d}", "web"),
        ("${app:=d}", "web"),
        ("${app=d}", "web"),
        ("${none:-d}", "d"),
        ("${none-d}", "d"),
        ("${none:=d}", "d"),
        ("${none=d}", "d"),
        ("${empty:-d}", "d"),
        ("${empty-d}", "d"),
        ("${empty:=d}", "d"),
        ("${empty=d}", "d"),
        ("${none:-}", ""),
        ("${none=}", ""),
        ("${app:?message}", "web"),
        ("${none:?message}", "message"),
        ("${app:+other}", "web"),
        ("${none:+other}", "other"),
        ("${none:-a b: c}", "a b: c"),
        ('${none:="4"}', '"4"'),
        ("${none:-10.0.0.0/8}", "10.0.0.0/8"),
        ("${none:-:-}", ":-"),
        ("${none:-{a}}", "{a}"),
        ("${none:-${app}}", "web"),
        ("${app:-${host}}", "web"),
        ("${none:-${nothing}}", ""),
        ("${none:-${nothing:-${app}}}", "web"),
        ("${none:=${app}-data}", "web-data"),
        ("${none:=x-${app}-${_x}-y}", "x-web-underscore-y"),
        ("${none:-${app^^}}", "WEB"),
        ("${none:-a$b}", "a$b"),
        ("${none:-a$$b}", "a$$b"),
        ("${none:-$${app}}", "$web"),
        (r"${none:-a\\b\/c}", r"a\\b\/c"),
        ("${none:-two\nlines}", "two\nlines"),
    ],
)
def test_a_default_stands_in_for_what_is_empty(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${#app}", "3"),
        ("${#euro}", "6"),
        ("${#none}", "0"),
        ("${app^}", "Web"),
        ("${app^^}", "WEB"),
        ("${host,}", "shop.Example.com"),
        ("${host,,}", "shop.example.com"),
        ("${empty^}${empty,}", ""),
        ("${euro^}", "É€x"),
        ("${euro^^}", "É€X"),
        ("${app^,}", "web"),
    ],
)
def test_length_and_case(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


def test_a_character_whose_other_case_is_two_characters_stays_as_it_is() -> None:
    assert substitute("${v^^}", {"v": "straße"}).text == "STRAßE"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${alphabet:0}", "abcdefgh"),
        ("${alphabet:3}", "defgh"),
        ("${alphabet:8}", ""),
        ("${alphabet:99}", ""),
        ("${alphabet:2:3}", "cde"),
        ("${alphabet:2:0}", ""),
        ("${alphabet:6:99}", "gh"),
        ("${alphabet:99:1}", ""),
        ("${alphabet:2::3}", "cde"),
        ("${alphabet:${minus}}", "fgh"),
        ("${alphabet:${minus}:2}", "fg"),
        ("${alphabet:${plus}:${one}}", "c"),
        ("${app:${minus}}", "web"),
        ("${empty:${minus}}", ""),
        ("${alphabet: -1}", "abcdefgh"),
        ("${alphabet:x}", "abcdefgh"),
        ("${alphabet:1:x}", "abcdefgh"),
        ("${alphabet:1:2:3}", "abcdefgh"),
        ("${alphabet:1_0}", "abcdefgh"),
        ("${alphabet:9999999999999999999999}", "abcdefgh"),
        ("${none:0:5}", ""),
        ("${euro:2}", "€x"),
        ("${euro:0:2}", "é"),
        ("${euro:1:1}", "\ufffd"),
    ],
)
def test_a_substring_counts_bytes_and_ignores_what_is_no_number(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${path#/}", "srv/media/file.tar.gz"),
        ("${path#*/}", "srv/media/file.tar.gz"),
        ("${path##*/}", "file.tar.gz"),
        ("${path#/*/}", "media/file.tar.gz"),
        ("${path#media}", "/srv/media/file.tar.gz"),
        ("${path##/srv/media/file.tar.gz}", ""),
        ("${path%.*}", "/srv/media/file.tar"),
        ("${path%%.*}", "/srv/media/file"),
        ("${path%/*}", "/srv/media"),
        ("${path%.gz}", "/srv/media/file.tar"),
        ("${path%.zip}", "/srv/media/file.tar.gz"),
        ("${alphabet#*}", "bcdefgh"),
        ("${alphabet##*}", ""),
        ("${alphabet%*}", "abcdefg"),
        ("${alphabet%%*}", ""),
        ("${alphabet#?}", "bcdefgh"),
        ("${alphabet##??}", "cdefgh"),
        ("${alphabet%??}", "abcdef"),
        ("${alphabet#a*c}", "defgh"),
        ("${hay##*[0-9]}", "ABCabc"),
        ("${hay#[a-c]}", "bcABC123ABCabc"),
        ("${hay#[^A-Z]}", "bcABC123ABCabc"),
        ("${hay#[A-Z]}", "abcABC123ABCabc"),
        ("${hay#[!a]}", "bcABC123ABCabc"),
        ("${hay##*[3-1]}", "abcABC123ABCabc"),
        (r"${host#*\.}", "Example.com"),
        (r"${host#[\S]}", "hop.Example.com"),
        (r"${host%\.*}", "Shop.Example.com"),
        ("${hay%[a-c]}", "abcABC123ABCabc"),
        ("${alphabet#[a}", "abcdefgh"),
        ("${alphabet#[]}", "abcdefgh"),
        ("${alphabet#[^]}", "abcdefgh"),
        ("${alphabet#[a-]}", "abcdefgh"),
        ("${alphabet#*[}", "abcdefgh"),
        ("${alphabet#a\\}", "abcdefgh"),
        ("${host#${star}}", "Example.com"),
        ("${host#${empty}}", "Shop.Example.com"),
        ("${alphabet###}", "abcdefgh"),
        ("${empty#*}", ""),
        ("${none%%*}", ""),
    ],
)
def test_trimming_follows_globs(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${hay/abc/xyz}", "xyzABC123ABCabc"),
        ("${hay//abc/xyz}", "xyzABC123ABCxyz"),
        ("${hay/#abc/xyz}", "xyzABC123ABCabc"),
        ("${hay/#ABC/xyz}", "abcABC123ABCabc"),
        ("${hay/%abc/xyz}", "abcABC123ABCxyz"),
        ("${hay/%ABC/xyz}", "abcABC123ABCabc"),
        ("${hay/none/xyz}", "abcABC123ABCabc"),
        ("${hay/abc/}", "ABC123ABCabc"),
        ("${hay//abc/}", "ABC123ABC"),
        ("${hay/#abc/}", "abcABC123ABCabc"),
        ("${hay/%abc/}", "abcABC123ABCabc"),
        ("${hay/#abc/${empty}}", "ABC123ABCabc"),
        ("${hay/%abc/${empty}}", "abcABC123ABC"),
        ("${host/./-}", "Shop-Example.com"),
        ("${host//./-}", "Shop-Example-com"),
        ("${host/*/x}", "Shop.Example.com"),
        ("${host/S?op/x}", "Shop.Example.com"),
        (r"${path//\//-}", "-srv-media-file.tar.gz"),
        (r"${path/\/srv/\/mnt}", "/mnt/media/file.tar.gz"),
        (r"${host//./\\}", r"Shop\Example\com"),
        (r"${host/./\d}", r"Shop\dExample.com"),
        ("${host/./$$}", "Shop$Example.com"),
        ("${host/./$${app}", "Shop${appExample.com"),
        ("${dollars/$$/-}", "a-$b${app}"),
        ("${hay/abc//xyz}", "xyzABC123ABCabc"),
        ("${hay/${alphabet:0:3}/${app}}", "webABC123ABCabc"),
        ("${app/${empty}/-}", "-web"),
        ("${app//${empty}/-}", "-w-e-b-"),
        ("${hay/abc/a b:c}", "a b:cABC123ABCabc"),
        ("${app/}/-}", "web"),
        ("${none/a/b}", ""),
    ],
)
def test_replacing_is_literal(text: str, expected: str) -> None:
    assert substitute(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("${", 0),
        ("a: ${", 3),
        ("${}", 0),
        ("${ app }", 0),
        ("${.PVC.namespace}", 0),
        ("run: ${{ github.ref }}", 5),
        ("${-x}", 0),
        ("${*}", 0),
        ("${@}", 0),
        ("${?}", 0),
        ("${!app}", 0),
        ("${$}", 0),
        ("${app", 0),
        ("${app }", 0),
        ("${app.name}", 0),
        ("${my-app.name", 0),
        ("${app[0]}", 0),
        ("${app+x}", 0),
        ("${app?x}", 0),
        ("${app@Q}", 0),
        ("${app|x}", 0),
        ("${app${app}}", 0),
        ("${#}", 0),
        ("${##}", 0),
        ("${#app:-x}", 0),
        ("${app:}", 0),
        ("${app::1}", 0),
        ("${app:1:}", 0),
        ("${app:1", 0),
        ("${app:1:2", 0),
        ("${app:1${one}}", 0),
        ("${app:${one}1}", 0),
        ("${app:-x", 0),
        ("${app:-", 0),
        ("${app^^^}", 0),
        ("${app^a}", 0),
        ("${app#}", 0),
        ("${app%%}", 0),
        ("${app#x${one}}", 0),
        ("${app#${one}x}", 0),
        ("${app/a}", 0),
        ("${app/a", 0),
        ("${app/a/b", 0),
        ("${app///}", 0),
        ("${app/#/x}", 0),
        ("${app/a${one}/b}", 0),
        ("${app/a/b${one}}", 0),
        ("${app/a/${one}b}", 0),
        ("ok ${app} $${x} ${bad!}", 16),
        ("${none:-x${bad!}}", 9),
        ("${none:-${app}", 0),
        ("${alphabet:2:-1}", 0),
        ("${none:0:-1}", 0),
        ("x ${alphabet:0:${minus}}", 2),
    ],
)
def test_a_text_that_fails_the_build_says_where(text: str, offset: int) -> None:
    with pytest.raises(Unparsable) as caught:
        substitute(text, VARIABLES)
    assert caught.value.offset == offset
    assert caught.value.message == str(caught.value) != ""


def test_the_message_quotes_nothing_of_a_text_that_may_be_secret() -> None:
    with pytest.raises(Unparsable) as caught:
        substitute("${hunter2 is my password}", {})
    assert "hunter2" not in caught.value.message


def test_uses_are_found_at_any_depth_and_in_the_order_of_the_text() -> None:
    assert uses("$a $${b} ${c} ${d:-x${e^^}${f=}} ${#g} ${h/${i}/${j}}") == (
        Use("c", 9, has_default=False),
        Use("d", 14, has_default=True),
        Use("e", 20, has_default=False),
        Use("f", 26, has_default=True),
        Use("g", 33, has_default=False),
        Use("h", 39, has_default=False),
        Use("i", 43, has_default=False),
        Use("j", 48, has_default=False),
    )


def test_uses_needs_a_text_that_can_be_parsed() -> None:
    with pytest.raises(Unparsable):
        uses("${a} ${b")


def test_undefined_is_what_has_neither_a_value_nor_a_default() -> None:
    text = "${app} ${empty} ${none} ${none:-d} ${none-d} ${none:=d} ${none=d} ${gone^^}"
    result = substitute(text, VARIABLES)
    assert [(use.name, text[use.offset :][:6]) for use in result.undefined] == [
        ("none", "${none"),
        ("gone", "${gone"),
    ]
    assert result.uses == uses(text)


def test_a_default_is_evaluated_even_where_it_is_not_needed() -> None:
    result = substitute("${app:-${none}}", VARIABLES)
    assert result.text == "web"
    assert [use.name for use in result.undefined] == ["none"]


def test_values_are_not_substituted_again() -> None:
    result = substitute("${a}", {"a": "${b} $$", "b": "x"})
    assert result.text == "${b} $$"
    assert [use.name for use in result.uses] == ["a"]


@pytest.mark.parametrize("name", ["a", "_", "_1", "APP_NAME", "a1"])
def test_names_that_post_build_may_define(name: str) -> None:
    assert VARIABLE.match(name)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a.b", "é", "a b", "a\n"])
def test_names_that_post_build_may_not_define(name: str) -> None:
    assert not VARIABLE.match(name)


@pytest.mark.parametrize(
    ("text", "offset", "part"),
    [
        ("a ${b} c", 2, "${b}"),
        ("${a:-${b}} }", 0, "${a:-${b}}"),
        ("${a:-${b}} }", 5, "${b}"),
        ("${host.name is", 0, "${host.name"),
        ("a ${", 2, "${"),
        ("${{ x }}", 0, "${{ x }"),
    ],
)
def test_the_extent_of_an_expansion(text: str, offset: int, part: str) -> None:
    assert text[offset : extent(text, offset)] == part


# -- hostile texts --


def nested(depth: int) -> str:
    return "${none:-" * depth + "end" + "}" * depth


def test_defaults_nest_up_to_a_bound() -> None:
    assert substitute(nested(MAX_DEPTH), {}).text == "end"
    with pytest.raises(Unparsable, match="nested"):
        substitute(nested(100_000), {})


@pytest.mark.parametrize(
    "text",
    [
        "${v}" * 5,
        "${#v}" * 5,
        "${v:0:1}" * 5,
        "${v##*a?b}" * 5,
        "${v//a/" + "b" * 1000 + "}",
        "${v//${none}/" + "b" * 1000 + "}",
    ],
)
def test_a_text_may_not_ask_for_more_than_an_object_could_hold(text: str) -> None:
    with pytest.raises(Unparsable, match="too long"):
        substitute(text, {"v": "a" * (MAX_WORK // 4)})


def test_a_glob_of_many_stars_does_not_backtrack() -> None:
    value = "a" * 1000
    assert substitute("${v##" + "*a" * 100 + "b}", {"v": value}).text == value
    assert substitute("${v%%" + "a*" * 100 + "}", {"v": value}).text == ""


def test_half_a_surrogate_pair_is_survived() -> None:
    assert substitute("${#v} ${v^^} ${v#?}", {"v": "\ud800x"}).text == "4 \ud800X x"
    assert substitute("\ud800${v:3}", {"v": "\ud800x"}).text == "\ud800x"


@given(st.text())
def test_a_text_with_every_dollar_doubled_comes_back(text: str) -> None:
    assert substitute(text.replace("$", "$$"), {}).text == text


PIECES = st.sampled_from([*"${}:-=#%/^,*?[]\\ab1.", "${a", "${b:-", "${a/", "${a#", "$$", "é", "\n"])


@given(st.lists(PIECES, max_size=20).map("".join))
def test_any_text_is_substituted_or_unparsable(text: str) -> None:
    try:
        offsets = [use.offset for use in substitute(text, {"a": "a.b/a", "b": ""}).uses]
    except Unparsable as error:
        offsets = [error.offset]
    assert all(text.startswith("${", offset) for offset in offsets)


@given(st.text("ab/", max_size=8), st.text("ab*?", min_size=1, max_size=5))
def test_trimming_agrees_with_a_match_of_every_prefix_and_suffix(value: str, glob: str) -> None:
    sizes = range(1, len(value) + 1)
    heads = [size for size in sizes if fnmatchcase(value[:size], glob)] or [0]
    tails = [size for size in sizes if fnmatchcase(value[-size:], glob)] or [0]
    text = "${v#" + glob + "} ${v##" + glob + "} ${v%" + glob + "} ${v%%" + glob + "}"
    assert substitute(text, {"v": value}).text.split(" ") == [
        value[heads[0] :],
        value[heads[-1] :],
        value[: len(value) - tails[0]],
        value[: len(value) - tails[-1]],
    ]
