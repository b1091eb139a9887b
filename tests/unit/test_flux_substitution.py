"""postBuild: what Flux makes of variables, in the objects of whole repositories."""

from __future__ import annotations

import pytest

from tests.unit.fluxworlds import Told, built_by, data_of, home, place, problems
from tests.unit.worlds import config_map, flux, kustomization

WEB = "clusters/home/web.yaml"
INLINE = (
    "  postBuild: {substitute: {DOMAIN: example.com, N: '3', FLAG: 'true', LIST: '[a, b]', PAIR: 'a: b', EMPTY: ''}}\n"
)


def settings(data: str, metadata: str = "") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, namespace: web{metadata}}}\ndata:\n{data}"


def variables(name: str, data: str, kind: str = "ConfigMap") -> str:
    field = "stringData" if kind == "Secret" else "data"
    return f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: flux-system}}\n{field}: {data}\n"


def built(data: str, more: str = INLINE, *, strict: bool | None = None, extra: dict[str, str] | None = None) -> object:
    """The data of the ConfigMap ``settings`` after the substitution."""
    files = {WEB: flux("web", "./web", more), "web/settings.yaml": settings(data), **(extra or {})}
    return data_of(home(files, strict=strict), "web")["ConfigMap web/settings"]["data"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${DOMAIN}", "example.com"),
        ("www.${DOMAIN}", "www.example.com"),
        ("'${N}'", 3),
        ('"${N}"', 3),
        ("${N}", 3),
        ("n${N}", "n3"),
        ("${FLAG}", True),
        ("${LIST}", ["a", "b"]),
        ("'x: ${N}'", "x: 3"),
        ("${EMPTY}", None),
        ("x${EMPTY}", "x"),
        ("$$", "$"),
        ("$DOMAIN $${DOMAIN}", "$DOMAIN ${DOMAIN}"),
        ("${NONE:-5}", 5),
        ("{a: '${N}', b: [x, '${PAIR}']}", {"a": 3, "b": ["x", {"a": "b"}]}),
        ("'1'", "1"),
    ],
)
def test_a_value_is_read_again_after_the_substitution(text: str, expected: object) -> None:
    assert built(f"  key: {text}\n") == {"key": expected}


def test_a_script_stays_a_text_and_its_comments_are_substituted_too() -> None:
    assert built("  run.sh: |\n    # for ${DOMAIN}\n    echo ${N} $$\n") == {"run.sh": "# for example.com\necho 3 $\n"}


def test_line_feeds_vanish_from_values() -> None:
    more = '  postBuild: {substitute: {LINES: "a\\nb\\n"}}\n'
    assert built("  key: ${LINES}\n", more) == {"key": "ab"}


def test_keys_are_substituted_and_lead_to_where_they_were_written() -> None:
    found = home(
        {WEB: flux("web", "./web", INLINE), "web/settings.yaml": settings("  ${DOMAIN}/x: {y: '${N}', z: w}\n")}
    )
    config = built_by(found, "web")["ConfigMap web/settings"]
    assert config.data["data"] == {"example.com/x": {"y": 3, "z": "w"}}
    assert place(found, config, ("data", "example.com/x", "y")) == "web/settings.yaml: '${N}'"
    assert place(found, config, ("data", "example.com/x", "z")) == "web/settings.yaml: w"


def test_a_key_in_a_key_keeps_its_places_too() -> None:
    found = home(
        {WEB: flux("web", "./web", INLINE), "web/settings.yaml": settings("  a${N}:\n    b${N}: '${DOMAIN}'\n")}
    )
    config = built_by(found, "web")["ConfigMap web/settings"]
    assert config.data["data"] == {"a3": {"b3": "example.com"}}
    assert place(found, config, ("data", "a3", "b3")) == "web/settings.yaml: '${DOMAIN}'"


def test_what_becomes_a_structure_leads_to_the_text_it_was() -> None:
    found = home({WEB: flux("web", "./web", INLINE), "web/settings.yaml": settings("  key: ${LIST}\n")})
    config = built_by(found, "web")["ConfigMap web/settings"]
    assert place(found, config, ("data", "key", 1)) == "web/settings.yaml: ${LIST}"


def test_identities_are_substituted() -> None:
    more = "  postBuild: {substitute: {APP: shop, NS: store}}\n"
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${APP}-settings', namespace: '${NS}'}\n"
    found = home({WEB: flux("web", "./web", more), "web/a.yaml": text})
    assert [*built_by(found, "web")] == ["ConfigMap store/shop-settings"]


@pytest.mark.parametrize(
    "more",
    ["", "  postBuild: {}\n", "  postBuild: {substitute: {}}\n", "  postBuild: null\n"],
)
def test_without_a_variable_nothing_is_substituted(more: str) -> None:
    assert built("  key: $$${NONE:-x}\n", more) == {"key": "$$${NONE:-x}"}


def test_with_the_strategy_always_it_is_substituted_without_a_variable() -> None:
    assert built("  key: $$${NONE:-x}\n", "  postBuild: {substituteStrategy: Always}\n") == {"key": "$x"}


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_an_object_switches_it_off(field: str) -> None:
    switch = f", {field}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}"
    found = home({WEB: flux("web", "./web", INLINE), "web/a.yaml": settings("  key: ${.x} ${N}\n", switch)})
    assert data_of(found, "web")["ConfigMap web/settings"]["data"] == {"key": "${.x} ${N}"}
    assert problems(found) == []


# -- where variables come from --


FROM = """\
  postBuild:
    substituteFrom: [{kind: ConfigMap, name: one}, {kind: ConfigMap, name: two}]
    substitute: {C: inline}
"""


def test_later_sources_win_and_inline_wins_over_all() -> None:
    extra = {
        "clusters/home/one.yaml": variables("one", "{A: one, B: one, C: one}"),
        "clusters/home/two.yaml": variables("two", "{B: two, C: two}"),
    }
    assert built("  key: ${A} ${B} ${C}\n", FROM, extra=extra) == {"key": "one two inline"}


def test_a_source_that_is_not_in_git_leaves_what_it_may_define() -> None:
    extra = {"clusters/home/one.yaml": variables("one", "{A: one}")}
    data = "  known: ${A}\n  unknown: ${B}\n  both: ${A} ${B}\n  default: ${B:-x}\n"
    assert built(data, FROM, strict=True, extra=extra) == {
        "known": "one",
        "unknown": "${B}",
        "both": "${A} ${B}",
        "default": "${B:-x}",
    }


def test_the_names_in_a_secret_are_known_and_its_values_are_not() -> None:
    more = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: one}, {kind: Secret, name: two}]}\n"
    files = {
        WEB: flux("web", "./web", more),
        "clusters/home/one.yaml": variables("one", "{A: one, TOKEN: one}"),
        "clusters/home/two.yaml": variables("two", "{TOKEN: 'ENC[AES256_GCM,data:x]', B: plain}", "Secret"),
        "web/a.yaml": settings("  a: ${A}\n  token: ${TOKEN}\n  b: ${B}\n  c: ${C:-default}\n"),
    }
    found = home(files, strict=True)
    assert data_of(found, "web")["ConfigMap web/settings"]["data"] == {
        "a": "one",
        "token": "${TOKEN}",
        "b": "${B}",
        "c": "default",
    }
    assert problems(found) == []


def test_an_optional_source_that_is_absent_may_be_in_the_cluster() -> None:
    more = "  postBuild: {substitute: {A: a}, substituteFrom: [{kind: Secret, name: two, optional: true}]}\n"
    assert built("  key: ${A} ${B}\n", more, strict=True) == {"key": "${A} ${B}"}


def test_a_source_in_another_namespace_is_none() -> None:
    extra = {"clusters/home/one.yaml": variables("one", "{A: one}").replace("flux-system", "other")}
    more = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: one}]}\n"
    assert built("  key: ${A}\n", more, strict=True, extra=extra) == {"key": "${A}"}


def test_a_source_that_another_kustomization_brings_is_waited_for() -> None:
    extra = {
        "clusters/home/zz.yaml": flux("zz", "./zz"),
        "zz/one.yaml": variables("one", "{A: one}"),
    }
    more = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: one}]}\n"
    assert built("  key: ${A}\n", more, extra=extra) == {"key": "one"}


def test_a_parent_substitutes_in_its_children() -> None:
    parent = flux("apps", "./apps", "  postBuild: {substitute: {NAME: shop, N: '3'}}\n")
    child = flux("shop", "./stores/${NAME}", "  postBuild: {substitute: {REPLICAS: '${N}'}}\n")
    found = home(
        {
            "clusters/home/apps.yaml": parent,
            "apps/shop.yaml": child,
            "stores/shop/a.yaml": settings("  key: ${REPLICAS} ${NAME:-none}\n"),
        }
    )
    assert data_of(found, "shop")["ConfigMap web/settings"]["data"] == {"key": "3 none"}
    assert problems(found) == []


def test_a_value_that_still_holds_a_variable_is_not_known() -> None:
    more = "  postBuild: {substitute: {HOST: 'www.${DOMAIN}'}}\n"
    assert built("  key: ${HOST}\n", more, strict=True) == {"key": "${HOST}"}


# -- what is not defined --


@pytest.mark.parametrize(
    ("strict", "expected"),
    [(True, "a ${NONE} $$"), (False, "a  $"), (None, "a ${NONE} $$")],
)
def test_an_undefined_variable_fails_or_is_empty_or_nobody_knows(strict: bool | None, expected: str) -> None:
    assert built("  key: 'a ${NONE} $$'\n", strict=strict) == {"key": expected}


@pytest.mark.parametrize(
    ("strict", "expected"),
    [
        (True, [("that fails the build", "${NONE}")]),
        (False, [("it becomes empty", "${NONE}")]),
        (None, []),
    ],
)
def test_an_undefined_variable_is_told_at_its_place(strict: bool | None, expected: list[tuple[str, str]]) -> None:
    files = {WEB: flux("web", "./web", INLINE), "web/a.yaml": settings('  key: "www.${NONE}.${DOMAIN}"\n')}
    message = "ConfigMap web/settings uses the variable NONE, which nothing defines: "
    told = [Told("undefined-variable", message + end, at) for end, at in expected]
    assert problems(home(files, strict=strict)) == told


def test_the_version_in_the_repository_decides() -> None:
    files = {
        "clusters/home/flux-system/gotk-components.yaml": "# Flux Version: v2.9.0\n" + config_map("x"),
        WEB: flux("web", "./web", INLINE),
        "web/a.yaml": settings("  key: ${NONE}\n"),
    }
    assert [told.kind for told in problems(home(files))] == ["undefined-variable"]
    assert [told.message[-16:] for told in problems(home(files, strict=False))] == ["it becomes empty"]


def test_each_cluster_has_a_version_of_its_own() -> None:
    files = {
        "clusters/home/flux-system/gotk-components.yaml": "# Flux Version: v2.8.0\n" + config_map("x"),
        "clusters/lab/flux-system/gotk-components.yaml": "# Flux Version: v2.9.0\n" + config_map("x"),
        WEB: flux("web", "./web", INLINE),
        "web/a.yaml": settings("  key: ${NONE}\n"),
    }
    assert [told.message[-16:] for told in problems(home(files))] == ["it becomes empty"]


def test_a_secret_is_not_quoted() -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: web}\nstringData: {password: 'x${hunter2}'}\n"
    )
    found = home({WEB: flux("web", "./web", INLINE), "web/a.yaml": secret}, strict=True)
    assert len(problems(found)) == 1
    assert "hunter2" not in problems(found)[0].message


# -- what fails --


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("www.${.x} y", "${.x}"),
        ('"a ${DOMAIN} ${b"', "${b"),
        ("'it''s ${.x}'", "'it''s ${.x}'"),
        ("'a: ${.x}'", "${.x}"),
    ],
)
def test_the_fault_points_to_the_expansion(text: str, at: str) -> None:
    found = home({WEB: flux("web", "./web", INLINE), "web/a.yaml": settings(f"  key: {text}\n")})
    assert [(told.kind, told.at) for told in problems(found)] == [("substitution-syntax", at)]


@pytest.mark.parametrize("text", ["${PAIR}", "'{${PAIR}'", "'${QUOTE}: x'"])
def test_what_becomes_no_yaml_fails_and_the_object_stays(text: str) -> None:
    more = "  postBuild: {substitute: {PAIR: 'a: b', QUOTE: \"it's\"}}\n"
    found = home({WEB: flux("web", "./web", more), "web/a.yaml": settings(f"  key: {text}\n")})
    kinds = [told.kind for told in problems(found)]
    assert kinds == ([] if text == "'{${PAIR}'" else ["substitution-syntax"])


def test_a_name_that_is_none_fails_the_build() -> None:
    more = "  postBuild: {substitute: {my-domain: example.com}}\n"
    found = home({WEB: flux("web", "./web", more), "web/a.yaml": config_map("a")})
    assert [told.message for told in problems(found)] == [
        "Kustomization flux-system/web defines my-domain, which is no name of a variable"
    ]


def test_remote_bases_are_left_alone() -> None:
    base = kustomization("https://example.com/${DOMAIN}?ref=${.x}")
    found = home({WEB: flux("web", "./web", INLINE), "web/kustomization.yaml": base})
    assert problems(found) == []
