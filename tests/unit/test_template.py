"""Go templates: what each means stands in the documentation of text/template, sprig and Argo CD."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.builders.template import Template, Undefined, Unsupported, as_json

if TYPE_CHECKING:
    from gitops_lint.model import Data

DATA: Data = {
    "name": "web",
    "path": {"path": "apps/web", "basename": "web", "segments": ["apps", "web"]},
    "count": 3,
    "large": 1000000,
    "ratio": 0.5,
    "on": True,
    "off": False,
    "empty": "",
    "list": ["a", "b", "c"],
    "map": {"y": "2", "x": "1"},
    "nothing": None,
}

CASES = [
    ("plain", "plain"),
    ("{{.name}}", "web"),
    ("{{ .name }}", "web"),
    ("a{{ .name }}b{{ .name }}", "awebbweb"),
    ("{{ .path.basename }}", "web"),
    ("{{ index .path.segments 0 }}", "apps"),
    ("{{ index .map `x` }}", "1"),
    ('{{ index .path "basename" }}', "web"),
    ("{{ .missing }}", "<no value>"),
    ("{{ .nothing }}", "<no value>"),
    ("{{ .count }}", "3"),
    ("{{ .large }}", "1e+06"),
    ("{{ .ratio }}", "0.5"),
    ("{{ .on }}/{{ .off }}", "true/false"),
    ("{{ .list }}", "[a b c]"),
    ("{{ .map }}", "map[x:1 y:2]"),
    ("a {{- .name -}} b", "a{{- .name -}}b".replace("{{- .name -}}", "web")),
    ("a\n{{- /* a comment */ -}}\nb", "ab"),
    ("{{/* a comment */}}a", "a"),
    ("{{ if .on }}yes{{ else }}no{{ end }}", "yes"),
    ("{{ if .off }}yes{{ else }}no{{ end }}", "no"),
    ("{{ if .empty }}yes{{ end }}", ""),
    ("{{ if .missing }}yes{{ else if .on }}on{{ else }}no{{ end }}", "on"),
    ("{{ if not .off }}yes{{ end }}", "yes"),
    ('{{ if eq .name "web" }}yes{{ end }}', "yes"),
    ('{{ if ne .name "web" }}yes{{ else }}no{{ end }}', "no"),
    ('{{ if eq .name "api" "web" }}yes{{ end }}', "yes"),
    ('{{ if and .on (eq .name "web") }}yes{{ end }}', "yes"),
    ('{{ if or .off (hasPrefix "w" .name) }}yes{{ end }}', "yes"),
    ("{{ and .on .name }}", "web"),
    ("{{ or .empty .name }}", "web"),
    ("{{ if lt 1 2 }}yes{{ end }}{{ if ge 1 2 }}no{{ end }}", "yes"),
    ("{{ range .list }}{{ . }},{{ end }}", "a,b,c,"),
    ("{{ range $i, $v := .list }}{{ $i }}{{ $v }}{{ end }}", "0a1b2c"),
    ("{{ range $k, $v := .map }}{{ $k }}{{ $v }}{{ end }}", "x1y2"),
    ("{{ range $v := .list }}{{ $v }}{{ $.name }}{{ end }}", "awebbwebcweb"),
    ("{{ range .missing }}x{{ else }}none{{ end }}", "none"),
    ("{{ range .list }}{{ if eq . `b` }}{{ . }}{{ end }}{{ end }}", "b"),
    ("{{ with .path }}{{ .basename }}{{ end }}", "web"),
    ("{{ with .empty }}x{{ else }}{{ .name }}{{ end }}", "web"),
    ("{{ $x := .name }}{{ $x }}", "web"),
    ('{{ $x := "a" }}{{ if .on }}{{ $x = "b" }}{{ end }}{{ $x }}', "b"),
    ('{{ $x := "a" }}{{ if .on }}{{ $x := "b" }}{{ end }}{{ $x }}', "a"),
    ("{{ .name | upper }}", "WEB"),
    ("{{ .name | upper | lower }}", "web"),
    ('{{ .missing | default "none" }}', "none"),
    ('{{ default "none" .name }}', "web"),
    ('{{ printf "%s-%s" .name "dev" }}', "web-dev"),
    ('{{ printf "%v/%d/%05d%%" .on 7 42 }}', "true/7/00042%"),
    ('{{ printf "%q" .name }}', '"web"'),
    ('{{ .name | trimPrefix "w" }}{{ .name | trimSuffix "b" }}', "ebwe"),
    ('{{ replace "e" "a" .name }}', "wab"),
    ('{{ contains "e" .name }}', "true"),
    ('{{ join "-" .list }}', "a-b-c"),
    ('{{ splitList "/" .path.path | last }}', "web"),
    ('{{ (split "/" .path.path)._0 }}', "apps"),
    ("{{ first .list }}{{ last .list }}", "ac"),
    ("{{ trunc 2 .name }}{{ trunc -2 .name }}", "weeb"),
    ("{{ substr 1 3 .name }}", "eb"),
    ("{{ repeat 2 .name }}", "webweb"),
    ("{{ .name | quote }}{{ .name | squote }}", "\"web\"'web'"),
    ("{{ b64enc .name }}{{ b64dec `d2Vi` }}", "d2Vidweb".replace("d2Vid", "d2Vi")),
    ("{{ normalize `Feature/Web_1` }}", "feature-web-1"),
    ("{{ slugify 10 `Feature: a new web` }}", "feature-a"),
    ("{{ slugify 12 true `Feature: a new web` }}", "feature-a"),
    ("{{ add 1 2 }}{{ sub 5 2 }}{{ mul 2 3 }}", "336"),
    ("{{ int .count }}", "3"),
    ("{{ len .list }}{{ len .name }}", "33"),
    ('{{ ternary "a" "b" .on }}', "a"),
    ("{{ empty .empty }}", "true"),
    ('{{ coalesce .empty .missing "x" }}', "x"),
    ('{{ (dict "a" "b").a }}', "b"),
    ('{{ get .map "x" }}{{ hasKey .map "z" }}', "1false"),
    ("{{ toJson .list }}", '["a","b","c"]'),
    ("{{ list 1 2 | toJson }}", "[1,2]"),
    ("{{ nindent 2 .name }}", "\n  web"),
    ("{{ `{{` }}", "{{"),
    ('{{ "}}" }}', "}}"),
    ("{{ nospace ` a b ` }}{{ trim ` a ` }}", "aba"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "rendered"), CASES)
def test_rendered(template: str, rendered: str) -> None:
    assert Template(template).render(as_json(DATA)) == rendered


@pytest.mark.parametrize(
    "template",
    [
        "{{ .name",
        "{{ if .on }}x",
        "{{ end }}",
        "{{ unknown .name }}",
        '{{ template "x" }}',
        '{{ define "x" }}{{ end }}',
        "{{ .name.first }}",
        "{{ .missing.deeper }}",
        "{{ $nothing }}",
        "{{ index .list 9 }}",
        "{{ range .name }}{{ end }}",
        "{{ eq .list .list }}",
        "{{ eq .count `3` }}",
        "{{ .name .name }}",
        "{{ ( .name }}",
        '{{ repeat 100000000 "x" }}',
        "{{ range $i := 100000000 }}{{ range $j := 100000000 }}x{{ end }}{{ end }}",
        "{{ " + "(" * 200 + ".name" + ")" * 200 + " }}",
        "{{ if .on }}" * 200 + "{{ end }}" * 200,
    ],
)
def test_what_cannot_be_evaluated_is_said(template: str) -> None:
    with pytest.raises(Unsupported):
        Template(template).render(DATA)


def test_a_missing_key_is_an_error_where_the_template_wants_it_so() -> None:
    with pytest.raises(Undefined):
        Template("{{ .missing }}", strict=True).render(DATA)


def test_other_delimiters() -> None:
    assert Template("<< .name >>{{ .name }}", left="<<", right=">>").render(DATA) == "web{{ .name }}"


WORDS = st.sampled_from(["{{", "}}", " ", ".name", ".list", "|", "(", ")", "if", "end", "range", "$x", ":=", "printf", '"%s"', "eq", "-", "else", "1"])  # fmt: skip


@given(st.lists(WORDS | st.text(max_size=3), max_size=30).map("".join))
def test_nothing_but_this_is_raised(template: str) -> None:
    with contextlib.suppress(Unsupported):
        Template(template).render(DATA)


LARGE: Data = as_json({"x": "y" * 1_000_000, "lists": [[1] * 1000] * 200})


@pytest.mark.parametrize(
    "template",
    [
        "{{ cat" + " .x" * 20_000 + " }}",
        "{{ $a := list . . }}" + "{{ $a = list $a $a }}" * 60 + "{{ $a }}",
        "{{ range until 9999 }}{{ $y := quote $.lists }}{{ end }}",
        "{{ range until 9999 }}{{ $y := deepEqual $ $ }}{{ end }}",
        "{{ range .lists }}{{ range . }}{{ range $.lists }}{{ range . }}x{{ end }}{{ end }}{{ end }}{{ end }}",
        "{{ uniq (until 10000) }}",
        '{{ printf "' + "%s" * 3_000 + '"' + " .x" * 3_000 + " }}",
        '{{ $s := "x" }}{{ range until 99 }}{{ $s = print $s $s }}{{ end }}',
        '{{ replace "" "ab" .x }}',
        "{{ $a := list 1 }}{{ range until 9999 }}{{ $a = list $a }}{{ end }}{{ toJson $a }}",
        "{{ dict $ 1 }}",
        '{{ "' + '\\"' * 90_000,
        "{{-" * 60_000,
        "{{ " + "(" * 100_000,
        "{{ " + "1" * 5_000 + " }}",
        "{{ '\\nabc' }}",
    ],
    ids=lambda template: template[:30],
)
def test_nothing_grows_without_a_bound(template: str) -> None:
    with pytest.raises(Unsupported):
        Template(template).render(LARGE)


def test_what_is_made_of_many_renderings_is_counted() -> None:
    spent: list[int] = []
    Template("{{ range until 9 }}{{ . }}{{ end }}").render({}, spent.append)
    assert sum(spent) > 18


def test_a_fault_tells_its_place() -> None:
    with pytest.raises(Unsupported) as raised:
        Template("ab{{ .name | unheard }}").render(as_json(DATA))
    assert (raised.value.reason, raised.value.offset) == ("the function unheard is not known here", 13)
