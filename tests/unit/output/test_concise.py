"""One line a finding."""

from __future__ import annotations

from gitops_lint.finding import Severity
from gitops_lint.output import concise
from tests.unit.output import samples
from tests.unit.output.goldens import assert_golden


def test_a_whole_report() -> None:
    assert_golden("concise.txt", concise.render(samples.FULL))


def test_a_consequence_follows_its_cause() -> None:
    lines = concise.render(samples.report(samples.CAUSE), quiet=True).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [
        "clusters/prod/infrastructure.yaml:10:9:",
        "infrastructure/storage:",
        "infrastructure/monitoring/grafana:",
        "clusters/prod/apps.yaml:14:7:",
    ]


def test_findings_below_the_level_are_counted_only() -> None:
    report = samples.report(samples.NOTE)
    assert concise.render(report) == (
        "No findings (1 info not shown): looked at 120 files, 340 objects, 21 reconcilers.\n"
    )
    assert concise.render(report, severity=Severity.INFO, quiet=True) == (
        "clusters/prod/apps.yaml:5:1: info[no-interval] spec.interval is not set\n"
    )


def test_hostile_text_stays_on_its_line_and_is_no_command() -> None:
    lines = concise.render(samples.FOREIGN).splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert not [line for line in lines if line.startswith("::")]
