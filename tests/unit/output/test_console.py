"""The format for a terminal. The golden files are meant to be looked at."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest

from gitops_lint.finding import ClusterText, Confidence, Mark, Owner, Severity, Snippet, Step
from gitops_lint.location import Location, Span
from gitops_lint.output import console
from gitops_lint.output.text import width
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden

plainly = partial(console.render, color=False, unicode=True)
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def marked(line: str, start: int, length: int) -> str:
    """The report of a finding whose caret stands under some characters of a line, counted from 0."""
    location = Location("a.yaml", Span(7, start + 1, 7, start + length + 1))
    finding = samples.plain("missing-path", Severity.ERROR, "m", Mark(location, "", Snippet(7, (line,))))
    return plainly(samples.report(finding), quiet=True, columns=80)


# -- the whole ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [120, 80])
def test_a_whole_report(columns: int) -> None:
    assert_golden(f"full-{columns}.txt", plainly(samples.FULL, columns=columns))


def test_a_double_owner_shows_both_chains_side_by_side() -> None:
    assert_golden("double-owner.txt", plainly(samples.report(samples.DOUBLE_OWNER), quiet=True))


def test_the_same_in_color() -> None:
    colored = console.render(samples.FULL, color=True, unicode=True)
    assert_golden("full-color.ansi", colored)
    assert COLOR.sub("", colored) == plainly(samples.FULL)


def test_the_same_in_ascii() -> None:
    text = plainly(samples.FULL, unicode=False)
    assert text.isascii()
    assert_golden("full-ascii.txt", text)


def test_everything_that_can_be_shown() -> None:
    text = plainly(samples.SEVERAL_CLUSTERS, fold=False, severity=Severity.INFO, show_skipped=True, verbose=True)
    assert_golden("everything.txt", text)


def test_a_clean_run_says_what_was_looked_at_and_nothing_more() -> None:
    assert_golden("clean.txt", plainly(samples.EMPTY))
    assert plainly(samples.EMPTY, quiet=True) == ""


def test_quiet_leaves_out_all_but_findings() -> None:
    lines = plainly(samples.FULL, quiet=True).splitlines()
    assert lines[0].startswith("error[two-controllers]")
    assert not [line for line in lines if line.startswith(("Matrix", "cluster", "note:", "Found", "Next:"))]


# -- the source --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "caret"),
    [
        ("path: ./apps", "./apps"),
        ("\tpath: ./apps", "./apps"),
        ("名前: 日本 # ./apps", "./apps"),
        ("icon: 🚀 # 日本", "日本"),
        ("raw: \x1b[31m # ./apps", "./apps"),
    ],
)
def test_the_caret_stands_under_what_is_meant(line: str, caret: str) -> None:
    source, under = marked(line, line.index(caret), len(caret)).splitlines()[3:5]
    shown = source.index(caret)
    assert under.index("^") == width(source[:shown])
    assert under.count("^") == width(caret)


def test_a_line_of_any_length_is_cut_around_the_span() -> None:
    line = f"{'a' * 5_000_000} ./apps {'b' * 5_000_000}"
    source, under = marked(line, 5_000_001, 6).splitlines()[3:5]
    assert len(source) <= 80
    assert source.index("./apps") == under.index("^")
    assert source.startswith("7 | …a")
    assert source.endswith("b…")


def test_of_a_span_over_several_lines_the_first_is_underlined() -> None:
    location = Location("a.yaml", Span(2, 3, 4, 2))
    snippet = Snippet(1, ("one", "  two: |", "    three", "four", "five", "six"))
    finding = samples.plain("missing-path", Severity.ERROR, "m", Mark(location, "here", snippet))
    assert plainly(samples.report(finding), quiet=True).splitlines()[2:8] == [
        "  |",
        "1 | one",
        "2 |   two: |",
        "  |   ^^^^^^ here",
        "3 |     three",
        "4 | four",
    ]


def test_a_label_without_room_beside_the_caret_stands_below() -> None:
    text = plainly(samples.report(samples.DOUBLE_OWNER), quiet=True, columns=60)
    assert "   |           ^^^^^^^^\n   |   Argo CD Application argocd/api applies this directory\n" in text


def test_only_the_first_related_snippet_is_shown() -> None:
    other = samples.mark("b.yaml", 3, "x: 1", "x", "second of two")
    finding = replace(samples.DOUBLE_OWNER, related=(*samples.DOUBLE_OWNER.related, other))
    text = plainly(samples.report(finding), quiet=True)
    assert "  ::: b.yaml:3:1  second of two\n" in text
    assert "x: 1" not in text


def test_many_related_places_are_counted() -> None:
    related = tuple(Mark(samples.at(f"{number}.yaml", 1), "again") for number in range(8))
    report = samples.report(replace(samples.DOUBLE_OWNER, related=related))
    assert "… and 3 more places (-v)" in plainly(report)
    assert "7.yaml:1:1  again" in plainly(report, verbose=True)


# -- owners ------------------------------------------------------------------------------------------------------------


def test_a_long_chain_loses_its_middle_and_names_the_command_that_shows_it() -> None:
    steps = [samples.step(f"hop-{number}.yaml", 1, "Kustomization a/b") for number in range(8)]
    chain = (*steps, samples.step("settings.yaml", 1, "ConfigMap web/settings"))
    finding = replace(samples.DOUBLE_OWNER, owners=(replace(samples.FLUX, chain=chain),))
    text = plainly(samples.report(finding))
    assert "└─ … 4 more (gitops-lint why ConfigMap/web/settings)" in text
    assert "hop-4.yaml" not in text
    assert "hop-4.yaml" in plainly(samples.report(finding), verbose=True)


def test_a_cluster_is_named_where_there_are_several() -> None:
    one = samples.report(samples.DOUBLE_OWNER)
    assert "= cluster:" not in plainly(one)
    several = replace(one, clusters=(*one.clusters, ClusterText("dev", ())))
    assert "= cluster: prod\n" in plainly(several)


def test_each_owner_names_its_cluster_where_they_differ() -> None:
    elsewhere = replace(samples.ARGOCD, cluster="dev")
    finding = replace(samples.DOUBLE_OWNER, clusters=("dev", "prod"), owners=(samples.FLUX, elsewhere))
    text = plainly(replace(samples.report(finding), clusters=samples.SEVERAL_CLUSTERS.clusters))
    assert "path: ./clusters/prod  [cluster prod]\n" in text
    assert "path: argocd/apps  [cluster dev]\n" in text
    assert "= cluster:" not in text


def test_an_owner_that_no_root_reaches_is_tagged() -> None:
    declared = replace(samples.FLUX, reach="declared")
    finding = replace(samples.DOUBLE_OWNER, owners=(declared, samples.ARGOCD), confidence=Confidence.POSSIBLE)
    text = plainly(samples.report(finding))
    assert "path: ./clusters/prod  [declared]" in text
    assert "in cluster prod [possible]" in text


def test_what_is_said_of_a_message_stands_below_it_where_the_line_is_full() -> None:
    unsure = replace(samples.DOUBLE_OWNER, confidence=Confidence.POSSIBLE, message="x " * 22 + "x")
    fits, full = (
        plainly(samples.report(replace(unsure, message=unsure.message + more)), columns=80).splitlines()
        for more in ("", "xx")
    )
    assert any(line.endswith(" x [possible]") and len(line) == 80 for line in fits), fits
    assert "    [possible]" in full


def test_an_owner_without_a_chain_is_named() -> None:
    by_hand = Owner("manual", "prod", "helm install traefik", "live", ())
    text = plainly(samples.report(replace(samples.DOUBLE_OWNER, owners=(samples.FLUX, by_hand))))
    assert "   = by hand: helm install traefik\n" in text


def test_many_owners_are_counted() -> None:
    finding = replace(samples.DOUBLE_OWNER, owners=(samples.FLUX,) * 10)
    text = plainly(samples.report(finding))
    assert text.count("= Flux:") == 4
    assert "= others: 6 more (gitops-lint why Deployment/web/api)" in text


def test_why_prints_whole_chains_below_a_heading() -> None:
    steps = tuple(Step(Location(f"hop-{number}.yaml"), "Kustomization a/b") for number in range(9))
    owners = (replace(samples.FLUX, chain=steps), samples.ARGOCD)
    text = console.chains("Deployment web/api", owners, color=False, unicode=True, name_clusters=True)
    assert text.startswith("Deployment web/api\n  = Flux:    hop-0.yaml")
    assert text.count("hop-") == 9
    assert "path: argocd/apps  [cluster prod]" in text


# -- consequences, levels and commands ---------------------------------------------------------------------------------


def test_only_the_worst_consequences_are_listed() -> None:
    findings = samples.CONSEQUENCES * 3
    text = plainly(samples.report(replace(samples.CAUSE, folded=findings)))
    listed = text.splitlines()[-14:-3]
    assert [line[8:].partition("[")[0] for line in listed if "[" in line] == ["error"] * 3 + ["warning"] * 2
    assert listed[-1] == "     └─ … and 4 more (--no-fold)"


def test_consequences_stand_beside_their_places_where_all_of_them_fit() -> None:
    text = plainly(samples.report(samples.CAUSE), columns=160)
    assert "     ├─ clusters/prod/apps.yaml:14         error[missing-path]: dependsOn names" in text
    assert "…" not in text


def test_nothing_at_the_top_and_no_place_is_wider_than_the_terminal() -> None:
    roots = ("Kustomization flux-system/flux-system (gotk-sync)", "Application argocd/one (by hand)", "x" * 30)
    where = Location("infrastructure/monitoring/grafana/kustomization.yaml")
    finding = replace(samples.NOTE, severity=Severity.ERROR, mark=Mark(where, "nothing that is applied reads it"))
    report = replace(samples.report(finding), clusters=(ClusterText("prod", roots),))
    lines = plainly(report, columns=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert " " * len("cluster prod  ") + f"Application argocd/one (by hand), {'x' * 30}" in lines
    assert any(line.strip() == "nothing that is applied reads it" for line in lines)


def test_what_a_change_took_away_is_told_and_not_pointed_at() -> None:
    gone = Mark(Location("apps/shop"), "was deleted", gone=True)
    text = plainly(samples.report(replace(samples.CAUSE, cause=gone)))
    assert "= changed: apps/shop was deleted\n" in text
    assert "::: apps/shop" not in text


def test_consequences_below_the_level_are_counted_only() -> None:
    text = plainly(samples.report(replace(samples.CAUSE, consequences=None)), severity=Severity.ERROR)
    assert "= because of this: 3 more findings\n" in text
    assert "infrastructure/storage" not in text
    assert "--no-fold" not in text


def test_without_folding_consequences_follow_their_cause_in_full() -> None:
    text = plainly(samples.report(samples.CAUSE, samples.NOWHERE), fold=False)
    heads = [line.partition(":")[0] for line in text.splitlines() if line.startswith(("error", "warning"))]
    assert heads == [
        "error[missing-path]",
        "warning[unreachable-directory]",
        "warning[unreachable-directory]",
        "error[missing-path]",
        "error[no-root]",
    ]
    assert text.count("[consequence]") == 3


def test_findings_below_the_level_are_counted_only() -> None:
    assert "no-interval" not in plainly(samples.FULL)
    assert "info[no-interval]" in plainly(samples.FULL, severity=Severity.INFO)
    assert "warning[unreachable-directory]: no root reaches apps/legacy" not in plainly(
        samples.FULL, severity=Severity.ERROR
    )


def test_the_next_command_explains_what_has_no_owner_to_show() -> None:
    assert plainly(samples.report(samples.CAUSE)).endswith("Next: gitops-lint explain missing-path\n")


def test_a_foreign_name_is_quoted_in_a_command() -> None:
    finding = replace(samples.DOUBLE_OWNER, object="Deployment web/$(id)")
    assert plainly(samples.report(finding)).endswith("Next: gitops-lint why 'Deployment/web/$(id)'\n")


def test_many_clusters_and_roots_are_counted() -> None:
    text = plainly(samples.SEVERAL_CLUSTERS)
    assert "cluster edge-0   clusters/edge-0/a, clusters/edge-0/b, clusters/edge-0/c, … 2 more\n" in text
    assert "… and 2 more clusters (-v)\n" in text


# -- hostile text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [1, 40, 80, 500])
@pytest.mark.parametrize("fold", [True, False])
def test_hostile_text_steers_neither_a_terminal_nor_a_runner(columns: int, fold: bool) -> None:
    text = plainly(samples.FOREIGN, fold=fold, show_skipped=True, verbose=True, columns=columns)
    assert all(line.isprintable() for line in text.split("\n"))
    assert not [line for line in text.split("\n") if line.lstrip().startswith("::error")]
    assert "##[" not in text


def test_in_color_every_escape_is_ours() -> None:
    text = console.render(samples.FOREIGN, color=True, unicode=True, show_skipped=True, verbose=True)
    assert "\x1b" not in COLOR.sub("", text)
