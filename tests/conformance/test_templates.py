"""The real text/template and sprig as judges of templates: helm has both inside.

helm prints nothing for ``<no value>``, and puts its own functions beside sprig's; what it shares with Argo CD is judged.
"""

from __future__ import annotations

import base64
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_lint.builders.template import Template, Unsupported, as_json
from tests.conformance.judges import ask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_lint.model import Data

CHART = "apiVersion: v2\nname: judge\nversion: 0.1.0\n"
ALL_CASES = """\
{{- range $path, $content := .Files.Glob "cases/*" }}
{{ base $path }}: {{ tpl (toString $content) $.Values | b64enc | quote }}
{{- end }}
"""
DATA: Data = {
    "name": "web", "words": "Web App of-mine", "count": 3, "zero": 0, "large": 1000000, "ratio": 0.5, "neg": -7,
    "big": 12345678901234567890, "six": 123456, "tiny": 0.00001, "small": 0.0001, "long": 1234567.25,
    "on": True, "off": False, "empty": "", "nothing": None, "none": [], "uni": "äöü", "multi": "one\ntwo\n",
    "quotes": 'a"b\\c', "tab": "a\tb", "padded": "  pad  ", "version": "v1.2.3", "dashed-key": "dk", "html": "<a>&b",
    "list": ["a", "b", "c"], "nums": [3, 1, 2], "map": {"y": "2", "x": "1"}, "nested": {"a": {"b": {"c": "deep"}}},
    "path": {"path": "apps/web", "basename": "web", "segments": ["apps", "web"], "nil": {}},
    "elements": [{"n": "x", "p": 1}, {"n": "y", "p": 2}],
}  # fmt: skip

RENDERED = r"""
{{ .large }} {{ .big }} {{ .ratio }} {{ .neg }} {{ .zero }} {{ .six }} {{ .tiny }} {{ .small }} {{ .long }}
{{ 1000000 }} {{ 1e6 }} {{ 0x10 }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 'a' }} {{ '\n' }} {{ 1.50 }} {{ 1e100 }}
{{ -3 }} {{ +3 }} {{ .5 }} {{ 0.00001 }} {{ 123456789.0 }} {{ 100000.0 }}
{{ .list }} {{ .map }} {{ .nothing }} {{ .on }} {{ .none }} {{ .path.nil }} {{ .elements }} {{ list nil }} {{ dict "a" nil }}
{{ .nested.a.b.c }} {{ .nested.x }} {{ .missing }} {{ index . "dashed-key" }} {{ (.path).basename }} {{ $.path.basename }}
{{ index .list 1 }} {{ index .map "x" }} {{ index .map "nope" }} {{ index .nested "a" "b" "c" }} {{ index .name 0 }}
{{ (index .elements 0).n }} {{ ((.name)) }} {{ (1) }} {{ ($).name }}
{{ len .name }} {{ len .list }} {{ len .map }} {{ len .uni }} {{ len (list) }}
{{ eq .count 3.0 }} {{ eq .name "web" }} {{ ne .name "web" }} {{ eq .name "a" "web" }} {{ eq .on true }} {{ eq .missing "a" }}
{{ eq .missing nil }} {{ eq .nothing nil }} {{ ne .missing "a" }} {{ lt .count 5.0 }} {{ gt .ratio 0.1 }} {{ le 1 2 }} {{ ge 2 2 }}
{{ lt "a" "b" }} {{ gt "b" "a" }} {{ ge .count 1.0 }} {{ eq (int .count) 3 }} {{ eq (.count | toString) "3" }}
{{ and 1 0 "x" }} {{ or 0 "" "x" }} {{ and 1 2 }} {{ or "" 0 }}| {{ or .missing "d" }} {{ and .missing "d" }}
{{ "x" | and .on }} {{ "x" | or .off }} {{ not .on }} {{ not .missing }} {{ not (eq .name "x") }} {{ and (not .off) (eq 1 1) }}
{{ if .missing }}a{{ else if .off }}b{{ else if .on }}c{{ else }}d{{ end }}
{{ if and .on (or .off .name) }}y{{ end }}{{ if true }}a{{end}}{{if false}}b{{end}}{{ true }} {{ false }}
{{ if .none }}y{{ else }}n{{ end }}{{ if .path.nil }}y{{ else }}n{{ end }}{{ if .zero }}y{{ else }}n{{ end }}{{ if 0.0 }}y{{ else }}n{{ end }}
{{ with .path }}{{ .basename }} {{ $.name }}{{ end }}{{ with .missing }}x{{ else }}y{{ end }}
{{ with .missing }}x{{ else with .name }}{{ . }}{{ end }}{{ with $x := .name }}{{ $x }}{{ end }}{{ if $x := .name }}{{ $x }}{{ end }}
{{ range .list }}{{ . }},{{ end }}{{ range $i, $v := .list }}{{ $i }}={{ $v }},{{ end }}{{ range $v := .list }}{{ $v }},{{ end }}
{{ range $k, $v := .map }}{{ $k }}={{ $v }},{{ end }}{{ range $k := .map }}{{ $k }},{{ end }}
{{ range .none }}x{{ else }}none{{ end }}{{ range .missing }}x{{ else }}none{{ end }}{{ range .nothing }}x{{ else }}none{{ end }}
{{ range 3 }}{{ . }}{{ end }}{{ range $i := 3 }}{{ $i }}{{ end }}{{ range until 3 }}{{ . }}{{ end }}{{ range until (int .count) }}{{ . }}{{ end }}
{{ range .list }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }} {{ range .list }}{{ if eq . "b" }}{{ continue }}{{ end }}{{ . }}{{ end }}
{{ range .list }}{{ range $.list }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }}{{ . }}{{ end }}
{{ range $i, $e := .elements }}{{ if $i }},{{ end }}{{ $e.n }}:{{ $e.p }}{{ end }}{{ range .elements }}{{ .n }}{{ $.name }}{{ end }}
{{ range $k, $v := .nested }}{{ $k }}{{ range $v }}{{ .c }}{{ end }}{{ end }}
{{ $x := 1 }}{{ if .on }}{{ $x = 2 }}{{ end }}{{ $x }} {{ $y := 1 }}{{ if .on }}{{ $y := 2 }}{{ end }}{{ $y }}
{{ $x := 1 }}{{ range .list }}{{ $x = . }}{{ end }}{{ $x }} {{ $m := .map }}{{ $m.x }} {{ $l := list 1 2 }}{{ index $l 1 }}
a {{- .name -}} b|a  {{- /* c */ -}}  b|a{{/* c */}}b|a {{-3 }} b|a {{- 3 }} b|{{ .name -}}   x
{{ if eq .name "web" -}} yes {{- else -}} no {{- end }}
{{"a"}}{{`raw\n`}}{{"esc\n\t\"\\\u00e9"}}{{ "a\x41\101\U0001F600" }}{{ `{{` }}{{ "}}" }}
{{ .name | upper | lower | quote }} {{ upper (printf "%s-%d" .name 3) }} {{.name|upper|lower}} {{ 3 | printf "%d" }}
{{ printf "%v" .count }} {{ printf "%v" .large }} {{ printf "%.2f" .ratio }} {{ printf "%5s|%-5s|" "a" "b" }} {{ printf "%05d" 42 }}
{{ printf "%x" 255 }} {{ printf "%X" 255 }} {{ printf "%q" .quotes }} {{ printf "%t" .on }} {{ printf "%%" }} {{ printf "%o" 8 }}
{{ printf "%s" .list }} {{ printf "%v" .map }} {{ printf "%v" .missing }} {{ printf "%.0f" .count }} {{ printf "%6.2f|" 1.5 }} {{ printf "%+d" 5 }}
{{ printf "%.3s" "abcdef" }} {{ print "a" "b" 1 2 "c" }} {{ print .count .name }} {{ println "a" 1 }}
{{ default "d" .missing }} {{ default "d" .empty }} {{ default "d" .name }} {{ .zero | default 5 }} {{ default "d" .off }} {{ default "d" }}
{{ coalesce .missing .empty .name }} {{ coalesce .missing .empty }}| {{ ternary "a" "b" .on }} {{ .off | ternary "a" "b" }}
{{ empty .missing }} {{ empty .name }} {{ empty 0 }} {{ or (index .map "nope") "other" }} {{ .name | default "x" | printf "%s-%s" "a" }}
{{ lower "ABC" }} {{ upper .uni }} {{ title "hello wOrld foo-bar o'neil a_b" }} {{ untitle "Hello World-Wide" }} {{ title .uni }}
{{ trim .padded }}|{{ trimAll "$" "$5.00$" }} {{ trimSuffix "eb" .name }} {{ trimPrefix "w" .name }} {{ trimPrefix "x" .name }}
{{ replace "e" "E" .name }} {{ replace "" "-" "ab" }} {{ contains "e" .name }} {{ hasPrefix "w" .name }} {{ hasSuffix "b" .name }}
{{ quote .name }} {{ squote .name }} {{ quote .quotes }} {{ quote .count }} {{ quote .missing }} {{ quote "a" "b" nil }} {{ quote .tab }}
{{ quote .uni }} {{ quote .on }} {{ quote .list }} {{ quote .multi }} {{ quote .html }} {{ squote "it's" }} {{ squote .count .on }}
{{ quote "\u0001" }} {{ quote "é日\u200b" }} {{ quote "\u00a0\U0001F600" }}
{{ toString .count }} {{ toString .large }} {{ toString .list }} {{ toString .on }} {{ toString .missing }} {{ cat "a" "b" 1 }}
{{ splitList "/" "a/b/c" }} {{ splitList "" "abc" }} {{ splitList "/" "" }} {{ (split "/" "a/b")._1 }} {{ (split "/" "a/b")._9 }}
{{ join "-" .list }} {{ join "," .nums }} {{ join "," .name }} {{ join "," .none }} {{ join "-" .missing }} {{ join "," (list "a" nil "b") }}
{{ first .list }} {{ last .list }} {{ rest .list }} {{ initial .list }} {{ first .none }} {{ reverse .list }} {{ slice .list 1 2 }} {{ slice .list 1 }}
{{ uniq (list 1 1 2) }} {{ uniq (list 1 1.0 "1") }} {{ without .list "a" }} {{ has "a" .list }} {{ has "z" .list }} {{ has 3 .nums }} {{ has 3.0 .nums }}
{{ compact (list 0 1 "" "a") }} {{ concat .list .nums }} {{ append .list "d" }} {{ prepend .list "z" }} {{ tuple 1 2 }} {{ list 1 "a" true }} {{ list }}
{{ sortAlpha .list }} {{ sortAlpha .nums }} {{ sortAlpha "x" }} {{ keys .map | sortAlpha }} {{ keys .nested | len }}
{{ trunc 2 .name }} {{ trunc -2 .name }} {{ trunc 10 .name }} {{ trunc -10 .name }} {{ trunc 0 .name }}| {{ trunc 2 .uni }}
{{ substr 1 2 .name }} {{ substr -1 2 .name }} {{ substr 1 -1 .name }} {{ substr 0 10 .name }} {{ substr 0 2 .uni }}
{{ repeat 3 "ab" }} {{ repeat 0 "ab" }}| {{ nospace "a b  c" }} {{ nospace .multi }} {{ indent 4 .multi }}| {{ nindent 2 .multi }}| {{ indent 0 "a" }}
{{ b64enc .name }} {{ b64dec "d2Vi" }} {{ b64enc .uni }} {{ sha256sum "x" }} {{ base "a/b" }} {{ dir "a/b/c" }} {{ base "" }} {{ dir "a" }} {{ base "a/" }}
{{ int "5" }} {{ int 3.7 }} {{ int -3.7 }} {{ int "x" }} {{ int .large }} {{ int "0x1f" }} {{ int "010" }} {{ int .on }} {{ int "3.7" }} {{ int64 "7" }}
{{ int .missing }} {{ int "-4" }} {{ int " 4" }} {{ int "" }} {{ int "09" }} {{ atoi "12" }} {{ atoi "x" }} {{ atoi "-3" }} {{ atoi "010" }}
{{ add 1 2 3 }} {{ add .count 1 }} {{ sub 5 3 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ mod 7 3 }} {{ div -7 2 }} {{ mod -7 3 }} {{ add1 4 }} {{ max 1 5 3 }} {{ min 4 2 }}
{{ add "1" "2" }} {{ add 1.9 1 }} {{ add .missing 1 }} {{ sub .count .ratio }} {{ add 9223372036854775807 1 }} {{ mul 9223372036854775807 2 }}
{{ dict "a" 1 "b" 2 }} {{ dict "a" }} {{ dict }} {{ (dict "a" "x").a }} {{ get .map "x" }} {{ get .map "zz" }}| {{ hasKey .map "x" }} {{ hasKey .map "zz" }}
{{ pick .map "x" }} {{ omit .map "x" }} {{ dig "a" "b" "c" "none" .nested }} {{ dig "a" "z" "none" .nested }} {{ deepEqual .list .list }}
{{ toJson .map }} {{ toJson .list }} {{ toJson .large }} {{ toJson .html }} {{ toJson .uni }} {{ toJson .missing }} {{ toJson .ratio }} {{ toJson "a\"b" }} {{ toJson .big }}
{{ toJson .nested }} {{ toJson "\u0001" }} {{ toJson 1 }} {{ toJson .none }} {{ (fromJson "{\"a\":{\"b\":2}}").a.b }} {{ fromJson "{\"a\":1}" }}
{{ toYaml .map }}
{{ toYaml .nested }}
{{ toYaml .list }}
{{ toYaml .elements }}
{{ toYaml .name }} {{ toYaml .count }} {{ toYaml "true" }} {{ toYaml "1" }} {{ toYaml .large }} {{ toYaml .multi }} {{ toYaml .missing }} {{ toYaml .empty }} {{ toYaml .none }}
{{ (fromYaml "a: 1\nb: [x]").b }} {{ fromYaml "a: 1" }}
{{ regexMatch "^w" .name }} {{ regexReplaceAll "e" .name "x" }} {{ regexReplaceAll "(w)(e)" .name "${2}${1}" }} {{ regexFind "[a-z]+" "12ab" }}
{{ regexReplaceAll "(?P<a>w)" .name "${a}$a-$$-$1x-${9}" }} {{ regexReplaceAllLiteral "e" .name "$1" }} {{ regexReplaceAll "[^a-z0-9]+" .words "-" }}
{{ kindOf .name }} {{ kindOf .count }} {{ kindOf .list }} {{ kindOf .map }} {{ kindIs "string" .name }} {{ kindOf .missing }} {{ kindOf 1 }} {{ kindOf .on }}
{{ .path.segments | join "/" | replace "/" "-" | trunc 63 | trimSuffix "-" }} {{ .list | len | add 1 }} {{ splitList "." .version | first | trimPrefix "v" }}
{{ .on | ternary 1 2 | add 3 }} {{ trimSuffix "\n" .multi | nindent 4 }} {{ until -2 }}
""".strip("\n").split("\n")  # fmt: skip

REFUSED = r"""
{{ .nested.x.y }}
{{ .name.first }}
{{ .nothing.x }}
{{ index .list 5 }}
{{ index .list -1 }}
{{ index .missing "a" }}
{{ index .list "a" }}
{{ index .list .zero }}
{{ len .count }}
{{ len nil }}
{{ nil }}
{{ if nil }}x{{ end }}
{{ eq .count 3 }}
{{ eq .name 3 }}
{{ eq .on "true" }}
{{ eq .list .list }}
{{ eq 1 1.0 }}
{{ lt .count 5 }}
{{ lt "a" 1 }}
{{ lt .missing 1 }}
{{ and }}
{{ not }}
{{ range .name }}x{{ end }}
{{ range .count }}x{{ end }}
{{ range $i, $v := 3 }}{{ $i }}{{ end }}
{{ range $a, $b, $c := .list }}{{ end }}
{{ range .list }}a{{ else if .on }}b{{ end }}
{{ if .on }}a{{ else with .on }}b{{ end }}
{{ if .on }}a{{ else }}b{{ else }}c{{ end }}
{{ if .on }}a{{ end now }}
{{ if .on }}
{{ if }}x{{ end }}
{{ end }}
{{ else }}
{{ break }}
{{ $undefined }}
{{ $x = 1 }}
{{ $x, $y := .list }}
{{ if .on }}{{ $y := 1 }}{{ end }}{{ $y }}
a{{ /* c */ }}b
a{{/* c */ }}b
{{ "unterminated }}
{{ "\'" }}
{{ "\q" }}
{{ .name
{{ .name "x" }}
{{ "a" "b" }}
{{ .list.0 }}
{{ .dashed-key }}
{{ 9223372036854775808 }}
{{ 09 }}
{{ unknownfn .name }}
{{ lower }}
{{ lower "a" "b" }}
{{ upper .missing }}
{{ upper .count }}
{{ trim .count }}
{{ hasPrefix "w" .missing }}
{{ contains "a" .list }}
{{ b64enc .count }}
{{ repeat 3 .missing }}
{{ repeat -1 "ab" }}
{{ trunc "2" .name }}
{{ trunc .count .name }}
{{ substr 2 1 .name }}
{{ indent .count "a" }}
{{ nindent "2" "a" }}
{{ until .count }}
{{ first .name }}
{{ ternary "a" "b" .name }}
{{ get .name "x" }}
{{ get .map .count }}
{{ div 1 0 }}
{{ regexReplaceAll "(" .name "" }}
""".strip("\n").split("\n")  # fmt: skip


def judged(cases: Sequence[str]) -> dict[str, str] | None:
    """What helm renders of each case over the data; None where it refuses any of them."""
    with tempfile.TemporaryDirectory() as name:
        chart = Path(name)
        for directory in ("templates", "cases"):
            (chart / directory).mkdir()
        (chart / "Chart.yaml").write_text(CHART)
        (chart / "values.yaml").write_text(json.dumps(DATA))
        (chart / "templates" / "all.yaml").write_text(ALL_CASES)
        for index, case in enumerate(cases):
            (chart / "cases" / f"n{index}").write_text(case)
        run = ask("helm", "template", "x", name)
    if run.returncode:
        return None
    lines = (line.split(": ") for line in run.stdout.decode().splitlines() if line.startswith("n"))
    texts = {name: base64.b64decode(text.strip('"')).decode() for name, text in lines}
    return {case: texts[f"n{index}"] for index, case in enumerate(cases)}


def test_what_is_rendered_is_what_go_renders() -> None:
    theirs = judged(RENDERED)
    assert theirs is not None, "helm refuses a case of this table"
    for case in RENDERED:
        assert Template(case).render(as_json(DATA)).replace("<no value>", "") == theirs[case], case


def test_what_go_refuses_is_refused() -> None:
    with ThreadPoolExecutor(2) as pool:
        theirs = dict(zip(REFUSED, pool.map(lambda case: judged([case]), REFUSED), strict=True))
    for case in REFUSED:
        assert theirs[case] is None, f"helm renders {case}"
        with pytest.raises(Unsupported):
            Template(case).render(as_json(DATA))
