"""Which versions of charts are certain, and which texts are placeholders."""

from __future__ import annotations

import pytest

from gitops_lint.engine import Selection, World, check
from tests.unit.fluxworlds import home
from tests.unit.worlds import flux

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: web, namespace: web}}
spec:
  interval: 1h
  chart: {{spec: {{chart: web, version: {version}, sourceRef: {{kind: HelmRepository, name: charts}}}}}}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: web, namespace: web}}
data: {{{key}: "{value}"}}
"""


def world(manifest: str) -> World:
    return home({"clusters/home/web.yaml": flux("web", "./web"), "web/manifest.yaml": manifest})


def cases(version: str) -> list[str | None]:
    rules = ("unpinned-chart", "chart-version-range")
    report = check(world(RELEASE.format(version=version)), Selection(select=rules))
    return [finding.case for finding in report.findings]


@pytest.mark.parametrize("version", ["'*'", "x", "''", "null", "'>=0.0.0-0'", "'>0'", "'>= 0.0.1-0'", "x.x"])
def test_whatever_there_is(version: str) -> None:
    assert cases(version) == ["any"]


@pytest.mark.parametrize(
    "version",
    ["1.x", "'1'", "^1.2.3", "'>=1.0.0'", "'>=1.0.0, <2'", "1.0.0 - 2.0.0", "1.x.x", "'<2'", "1.2.3 || 2.0.0"],
)
def test_a_range(version: str) -> None:
    assert cases(version) == ["range"]


@pytest.mark.parametrize("version", ["~1.2.3", "1.2.x", "'1.2.*'", "'1.2'", "~v1.2"])
def test_a_range_of_patches(version: str) -> None:
    assert cases(version) == ["patch"]


@pytest.mark.parametrize(
    "version", ["1.2.3", "v1.2.3", "1.2.3-rc.1+x", "=1.2.3", "'${VERSION}'", "1.2", "[1]", "{a: 1}"]
)
def test_a_certain_version_and_one_that_is_none_of_ours(version: str) -> None:
    assert cases(version) == []


def told(value: str, key: str = "KEY") -> bool:
    report = check(world(CONFIG.format(key=key, value=value)), Selection(select=("placeholder-left",)))
    return bool(report.findings)


@pytest.mark.parametrize(
    "value",
    [
        *("changeme", "CHANGE_ME", "change-this", "ReplaceMe", "REPLACE_WITH_YOUR_KEY", "fill_me_in"),
        *(
            "INSERT_TOKEN_HERE",
            "your-key-here",
            "put your name here",
            "<your-domain>",
            "<REPLACE ME>",
            "TODO",
            "TODO: key",
        ),
        *("FIXME", "TBD", "XXX", "chart-example.local", "https://your-domain.com/x", "a.yourdomain.tld", " CHANGEME "),
    ],
)
def test_a_placeholder(value: str) -> None:
    assert told(value)


@pytest.mark.parametrize(
    "value",
    [
        *("todo", "todo-list", "placeholder", "example", "web.example.com", "your name", "xxx", "<path:a/b#c>", "<p>"),
        *("${CHANGE_ME}", "https://github.com/your-name/repo", "exchange-me", "changed", "yours", "TODOS", "XX"),
    ],
)
def test_no_placeholder(value: str) -> None:
    assert not told(value)


def test_what_people_read_is_no_placeholder() -> None:
    assert not told("TODO: say what this is", key="description")
