"""Comments that silence findings: which one covers what, and which are findings themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gitops_lint.document import read
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.filter import Excuse, Suppressions, excuse_of
from gitops_lint.finding import Confidence, Finding, Mark, Report, Severity
from gitops_lint.location import Location, Revision, Span
from gitops_lint.rule import FrontMatter, Rule
from gitops_lint.tree import MemoryTree

PATH = "apps/web.yaml"


def rule(rule_id: str, category: str = "kustomize", aliases: tuple[str, ...] = ()) -> Rule:
    law = FrontMatter(title="a title", severity="error", check="some_check", aliases=aliases)
    return Rule(rule_id, category, law, "", 1, f"rules/{category}/{rule_id}.md")


RULES = (
    rule("missing-kustomize-entry", aliases=("dangling-path",)),
    rule("kustomize-build-fails"),
    rule("duplicate-key", category="yaml"),
)


def suppressions(text: str, *, reason_required: bool = False) -> Suppressions:
    return Suppressions([read(PATH, text.encode())], RULES, reason_required=reason_required)


def finding(line: int, rule_id: str = "missing-kustomize-entry", path: str = PATH) -> Finding:
    return Finding(
        rule=rule_id,
        case=None,
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        reach="live",
        message="a message",
        mark=Mark(Location(path, Span(line, 1, line, 2)), ""),
        object=None,
        clusters=(),
        owners=(),
        related=(),
        fingerprint="",
        help=None,
    )


# -- where a comment stands ------------------------------------------------------------------------------------


def test_a_comment_on_the_line_hides_the_finding_and_says_why() -> None:
    found = suppressions("a: 1\nb: 2 # gitops-lint: ignore[missing-kustomize-entry] made by CI\n")
    assert found.why_hidden(finding(2)) == "made by CI"


def test_a_comment_behind_something_covers_no_other_line() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[missing-kustomize-entry] made by CI\nb: 2\n")
    assert found.why_hidden(finding(2)) is None


def test_a_comment_above_the_line_covers_it() -> None:
    found = suppressions("# gitops-lint: ignore[missing-kustomize-entry] made by CI\na: 1\nb: 2\n")
    assert found.why_hidden(finding(2)) == "made by CI"
    assert found.why_hidden(finding(3)) is None


def test_several_comment_lines_may_stand_between() -> None:
    text = """\
# gitops-lint: ignore[missing-kustomize-entry] made by CI
# gitops-lint: ignore[duplicate-key] read by a tool that takes the last one
# and this is only a remark
a: 1
"""
    found = suppressions(text)
    assert found.why_hidden(finding(4)) == "made by CI"
    assert found.why_hidden(finding(4, "duplicate-key")) == "read by a tool that takes the last one"


@pytest.mark.parametrize("between", ["\n", "b: 2\n"], ids=["an empty line", "a line of YAML"])
def test_nothing_but_comments_may_stand_between(between: str) -> None:
    found = suppressions(f"# gitops-lint: ignore[missing-kustomize-entry] x\n{between}a: 1\n")
    assert found.why_hidden(finding(3)) is None


def test_a_comment_counts_in_its_own_file_only() -> None:
    found = suppressions("# gitops-lint: ignore[missing-kustomize-entry] x\na: 1\n")
    assert found.why_hidden(finding(2, path="apps/other.yaml")) is None


def test_text_in_quotes_is_no_comment() -> None:
    found = suppressions('a: "# gitops-lint: ignore[missing-kustomize-entry] x"\n')
    assert found.why_hidden(finding(1)) is None


# -- what a comment names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["missing-kustomize-entry", "dangling-path", "kustomize"])
def test_a_rule_goes_by_its_id_its_former_id_and_its_category(name: str) -> None:
    assert suppressions(f"a: 1 # gitops-lint: ignore[{name}] x\n").why_hidden(finding(1)) == "x"


def test_another_rule_is_not_hidden() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[duplicate-key] x\n")
    assert found.why_hidden(finding(1)) is None


def test_a_finding_without_a_reason_is_hidden_all_the_same() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[duplicate-key, kustomize]\n")
    assert found.why_hidden(finding(1)) == "suppressed by a comment"


def test_where_a_reason_is_required_a_comment_without_one_hides_nothing() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[missing-kustomize-entry]\n", reason_required=True)
    assert found.why_hidden(finding(1)) is None
    assert [hit.message for hit in found.unknown()] == [
        "ignore[missing-kustomize-entry] gives no reason, so it silences nothing"
    ]
    assert list(found.unused({rule.id for rule in RULES})) == []


# -- comments that cannot be obeyed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore", "the comment names no rule, so it silences nothing"),
        ("ignore all of it", "the comment names no rule, so it silences nothing"),
        ("ignore[]", "'gitops-lint: ignore[]' is no directive, so it silences nothing"),
        ("disable[duplicate-key]", "'gitops-lint: disable' is no directive, so it silences nothing"),
        ("ingore[duplicate-key]", "'gitops-lint: ingore' is no directive, so it silences nothing"),
    ],
)
def test_a_comment_without_sense_is_reported_and_hides_nothing(comment: str, message: str) -> None:
    found = suppressions(f"a: 1 # gitops-lint: {comment}\n")
    assert found.why_hidden(finding(1, "duplicate-key")) is None
    assert [hit.message for hit in found.unknown()] == [message]


def test_prose_about_the_linter_is_no_directive() -> None:
    assert suppressions("# gitops-lint: the law of this repository\na: 1\n").unknown() == []


def test_an_unknown_name_is_told_with_the_one_that_was_meant() -> None:
    (hit,) = suppressions("a: 1 # gitops-lint: ignore[duplicate-keys] x\n").unknown()
    assert hit.message == "ignore[duplicate-keys] names no rule, so it silences nothing"
    assert hit.help == "did you mean duplicate-key?"
    assert hit.at == Location(PATH, Span(1, 6, 1, 45))


def test_an_unknown_name_does_not_spoil_the_others() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[nonsense, missing-kustomize-entry] x\n")
    assert found.why_hidden(finding(1)) == "x"
    assert len(found.unknown()) == 1


# -- comments that nobody needs --------------------------------------------------------------------------------


def unused(found: Suppressions, *ran: str) -> list[str]:
    return [hit.message for hit in found.unused(set(ran))]


def test_a_name_that_hid_nothing_is_unused() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[missing-kustomize-entry, duplicate-key] x\n")
    found.why_hidden(finding(1))
    (hit,) = found.unused({"missing-kustomize-entry", "duplicate-key"})
    assert hit.message == "ignore[duplicate-key] silences nothing: there is no such finding here"
    assert hit.help == "take duplicate-key out of the list"


def test_a_rule_that_did_not_run_cannot_call_a_comment_unused() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[missing-kustomize-entry] x\n")
    assert unused(found, "duplicate-key") == []
    assert len(unused(found, "missing-kustomize-entry")) == 1


def test_a_category_is_unused_only_by_the_word_of_all_its_rules() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[kustomize] x\n")
    assert unused(found, "missing-kustomize-entry") == []
    assert len(unused(found, "missing-kustomize-entry", "kustomize-build-fails")) == 1


# -- in a whole run --------------------------------------------------------------------------------------------

GOTK_SYNC = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: https://example.com/repo}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/home, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
APPS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  path: ./app
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
NAMED = "metadata: {name: apps, namespace: flux-system}"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: web}\n"


def report(*select: str, listed: str = "resources:\n  - flux-system/gotk-sync.yaml\n", **files: str) -> Report:
    tree = {
        "clusters/home/kustomization.yaml": listed,
        "clusters/home/flux-system/gotk-sync.yaml": GOTK_SYNC,
        "clusters/home/apps.yaml": APPS,
        "apps/web.yaml": CONFIG_MAP,
        **files,
    }
    return check(analyse(MemoryTree(tree)), Selection(select=select))


MISSPELT = "resources:\n  - flux-system/gotk-sync.yaml\n  - app.yaml\n"


def test_a_folded_finding_can_be_hidden_too() -> None:
    rules = ("missing-kustomize-entry", "unreached-flux-object")
    (cause,) = report(*rules, listed=MISSPELT).findings
    assert [folded.rule for folded in cause.folded] == ["unreached-flux-object"]

    silenced = APPS.replace(NAMED, f"# gitops-lint: ignore[unreached-flux-object] not yet\n{NAMED}")
    found = report(*rules, listed=MISSPELT, **{"clusters/home/apps.yaml": silenced})
    (cause,) = found.findings
    assert cause.folded == ()
    assert [(hidden.rule, hidden.hidden) for hidden in found.hidden] == [("unreached-flux-object", "not yet")]


def test_a_consequence_comes_to_light_when_its_cause_is_hidden() -> None:
    listed = MISSPELT.replace("app.yaml", "app.yaml # gitops-lint: ignore[missing-kustomize-entry] made by CI")
    found = report("missing-kustomize-entry", "unreached-flux-object", listed=listed)
    assert [shown.rule for shown in found.findings] == ["unreached-flux-object"]
    assert [hidden.rule for hidden in found.hidden] == ["missing-kustomize-entry"]


def test_asked_for_unused_comments_alone_the_rules_that_they_name_run_in_silence() -> None:
    listed = MISSPELT.replace("app.yaml", "app.yaml # gitops-lint: ignore[missing-kustomize-entry] made by CI")
    unneeded = f"{CONFIG_MAP}# gitops-lint: ignore[missing-kustomize-entry] x\ndata: {{}}\n"
    found = report("unused-suppression", listed=listed, **{"apps/web.yaml": unneeded})
    assert [shown.mark and shown.mark.location.path for shown in found.findings] == ["apps/web.yaml"]
    assert found.hidden == ()


def test_another_rule_asked_for_alone_calls_no_comment_unused() -> None:
    unneeded = f"{CONFIG_MAP}# gitops-lint: ignore[missing-kustomize-entry] x\ndata: {{}}\n"
    assert report("unreached-application", **{"apps/web.yaml": unneeded}).findings == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("gitops-lint: ignore[duplicate-key] as agreed", "as agreed"),
        ("Gitops-Lint: ignore[kustomize-build-fails, duplicate-key]", "suppressed by the message"),
        ("gitops-lint: ignore[yaml] as agreed", "as agreed"),
        ("gitops-lint: ignore[kustomize-build-fails] as agreed", None),
        ("see gitops-lint: ignore[duplicate-key]", None),
    ],
)
def test_a_commit_is_excused_by_its_message(line: str, reason: str | None) -> None:
    location = Location("commit 1234567890", Span(1, 1, 1, 2), Revision(0, "1234567890abcdef"))
    found = replace(finding(1, "duplicate-key"), mark=Mark(location, ""))
    said = Suppressions([], RULES, lambda revision: f"feat: {revision.id}\n\n{line}\n")
    assert said.why_hidden(found) == reason
    strict = Suppressions([], RULES, lambda _: line, reason_required=True)
    assert strict.why_hidden(found) == (reason if reason == "as agreed" else None)


# -- dates -------------------------------------------------------------------------------------------------------------

LAST = "a: 1 # gitops-lint: ignore[duplicate-key] until=2026-12-31 a tool reads it\n"


@pytest.mark.parametrize(
    ("today", "hidden", "expired"),
    [
        (date(2026, 12, 30), "a tool reads it (until 2026-12-31)", []),
        (date(2026, 12, 31), "a tool reads it (until 2026-12-31)", []),
        (date(2027, 1, 1), None, ["ignore[duplicate-key] ended on 2026-12-31, so it silences nothing"]),
    ],
)
def test_a_date_is_the_last_day(today: date, hidden: str | None, expired: list[str]) -> None:
    found = Suppressions([read(PATH, LAST.encode())], RULES, today=today)
    assert found.why_hidden(finding(1, "duplicate-key")) == hidden
    assert [hit.message for hit in found.expired()] == expired
    assert list(found.unknown()) == []


def test_what_has_expired_is_not_called_unused_as_well() -> None:
    found = Suppressions([read(PATH, LAST.encode())], RULES, today=date(2027, 1, 1))
    assert list(found.unused({"duplicate-key"})) == []


def test_the_engine_asks_the_clock_only_where_it_is_told_no_day() -> None:
    listed = MISSPELT.replace("app.yaml", "app.yaml # gitops-lint: ignore[missing-kustomize-entry] until=2026-12-31")
    tree = {"clusters/home/kustomization.yaml": listed, "clusters/home/flux-system/gotk-sync.yaml": GOTK_SYNC}
    world = analyse(MemoryTree(tree))
    select = ("missing-kustomize-entry", "expired-suppression")
    for today, rules in ((date(2026, 12, 31), []), (date(2027, 1, 1), sorted(select))):
        found = check(world, Selection(select=select, today=today))
        assert sorted(shown.rule for shown in found.findings) == rules


@pytest.mark.parametrize(
    ("text", "excuse"),
    [
        ("", Excuse("")),
        ("why", Excuse("why")),
        ("until=2026-12-31 why", Excuse("why", date(2026, 12, 31))),
        ("why until=2026-12-31", Excuse("why", date(2026, 12, 31))),
        ("until=2026-12-31", Excuse("", date(2026, 12, 31))),
        ("until the move on 2026-12-31", Excuse("until the move on 2026-12-31")),
        ("see https://example.com/?until=soon", Excuse("see https://example.com/?until=soon")),
    ],
)
def test_a_reason_is_read(text: str, excuse: Excuse) -> None:
    assert excuse_of(text) == excuse


@pytest.mark.parametrize(
    "text", ["until=", "until=soon", "until=2026-02-30", "until=20261231", "until=2026-W01-1", "until=２０２６-12-31"]
)
def test_a_date_that_is_none_silences_nothing(text: str) -> None:
    found = suppressions(f"a: 1 # gitops-lint: ignore[duplicate-key] {text} x\n")
    assert found.why_hidden(finding(1, "duplicate-key")) is None
    assert [hit.message for hit in found.unknown()] == [f"{text} is no date, so the comment silences nothing"]
    assert list(found.unused({"duplicate-key"})) == []


def test_two_dates_are_none() -> None:
    found = suppressions("a: 1 # gitops-lint: ignore[duplicate-key] until=2026-12-31 until=2027-12-31\n")
    assert "more than one date" in found.unknown()[0].message


def test_a_date_is_no_reason() -> None:
    text = "a: 1 # gitops-lint: ignore[duplicate-key] until=2026-12-31\n"
    assert "gives no reason" in suppressions(text, reason_required=True).unknown()[0].message
    assert suppressions(text).why_hidden(finding(1, "duplicate-key")) == "suppressed by a comment (until 2026-12-31)"


def test_taking_a_name_out_keeps_the_date() -> None:
    text = "a: 1 # gitops-lint: ignore[duplicate-key, yaml, kustomize] until=2026-12-31 x\n"
    found = suppressions(text)
    assert found.why_hidden(finding(1, "duplicate-key"))
    [hit] = found.unused({"missing-kustomize-entry", "kustomize-build-fails"})
    assert hit.fix
    assert "until=2026-12-31 x" in str(hit.fix.changes)


@pytest.mark.parametrize(
    ("words", "today", "reason"),
    [
        ("until=2026-12-31 as agreed", date(2026, 12, 31), "as agreed (until 2026-12-31)"),
        ("until=2026-12-31 as agreed", date(2027, 1, 1), None),
        ("until=soon as agreed", date(2026, 1, 1), None),
    ],
)
def test_the_message_of_a_commit_excuses_until_a_day_as_well(words: str, today: date, reason: str | None) -> None:
    location = Location("commit 1234567890", Span(1, 1, 1, 2), Revision(0, "1234567890abcdef"))
    found = replace(finding(1, "duplicate-key"), mark=Mark(location, ""))
    said = Suppressions([], RULES, lambda _: f"feat: x\n\ngitops-lint: ignore[duplicate-key] {words}\n", today=today)
    assert said.why_hidden(found) == reason
