"""Reports made by hand: all that a renderer can meet."""

from __future__ import annotations

from dataclasses import replace

from gitops_lint.finding import (
    ClusterText,
    Confidence,
    Counts,
    Finding,
    Mark,
    Owner,
    Repair,
    Report,
    RuleText,
    Severity,
    Skipped,
    Snippet,
    Step,
)
from gitops_lint.location import Location, Span


def at(path: str, line: int, column: int = 1, length: int = 4) -> Location:
    return Location(path, Span(line, column, line, column + length))


def mark(path: str, line: int, text: str, marked: str, message: str) -> Mark:
    """A mark with its line as a snippet; ``marked`` is what the caret stands under."""
    column = text.index(marked) + 1
    return Mark(at(path, line, column, len(marked)), message, Snippet(line, (text,)))


def step(path: str, line: int, text: str, field: str = "") -> Step:
    return Step(at(path, line), text, field)


def rule(name: str, category: str, title: str, severity: Severity) -> RuleText:
    text = f"{title.capitalize()}: why it hurts.\n\nWhat to do instead: one `owner` for each object."
    return RuleText(name, category, title, severity, text, f"https://example.com/rules/{category}/{name}")


RULES = (
    rule("two-controllers", "ownership", "two controllers apply one object", Severity.ERROR),
    rule("missing-path", "references", "a path does not exist", Severity.ERROR),
    rule("unreachable-directory", "reach", "no root reaches a directory", Severity.WARNING),
    rule("no-root", "reach", "no root was found", Severity.ERROR),
    rule("no-interval", "flux", "an interval is missing", Severity.INFO),
    replace(rule("switched-off", "flux", "a rule that is off", Severity.ERROR), enabled=False),
)

FLUX = Owner(
    controller="flux",
    cluster="prod",
    reconciler="Kustomization flux-system/apps",
    reach="live",
    chain=(
        step(
            "clusters/prod/flux-system/gotk-sync.yaml",
            16,
            "Kustomization flux-system/flux-system",
            "path: ./clusters/prod",
        ),
        step("clusters/prod/apps.yaml", 1, "Kustomization flux-system/apps", "path: ./apps"),
        step("apps/kustomization.yaml", 4, "resources: api"),
        step("apps/api/deployment.yaml", 2, "Deployment web/api"),
    ),
)
ARGOCD = Owner(
    controller="argocd",
    cluster="prod",
    reconciler="Application argocd/api",
    reach="live",
    chain=(
        step("argocd/root.yaml", 1, "Application argocd/root", "path: argocd/apps"),
        step("argocd/apps/api.yaml", 1, "Application argocd/api", "path: apps/api"),
        step("apps/api/kustomization.yaml", 3, "resources: deployment.yaml"),
        step("apps/api/deployment.yaml", 2, "Deployment web/api"),
    ),
)

DOUBLE_OWNER = Finding(
    rule="two-controllers",
    case=None,
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    reach="live",
    message="Deployment web/api is applied by two controllers in cluster prod",
    mark=mark(
        "argocd/apps/api.yaml",
        11,
        "    path: apps/api",
        "apps/api",
        "Argo CD Application argocd/api applies this directory",
    ),
    object="Deployment web/api",
    clusters=("prod",),
    owners=(FLUX, ARGOCD),
    related=(
        mark(
            "clusters/prod/apps.yaml",
            9,
            "  path: ./apps",
            "./apps",
            "Flux Kustomization flux-system/apps applies it as well",
        ),
    ),
    fingerprint="a1" * 32,
    help='remove "api" from apps/kustomization.yaml, or delete argocd/apps/api.yaml',
    effect="both set spec.replicas (3 and 5); they will overwrite each other at every sync",
)


def plain(name: str, severity: Severity, message: str, marked: Mark | None, fingerprint: str = "00") -> Finding:
    """A finding with nothing but the necessary."""
    return Finding(
        rule=name,
        case=None,
        severity=severity,
        confidence=Confidence.CERTAIN,
        reach="live",
        message=message,
        mark=marked,
        object=None,
        clusters=("prod",),
        owners=(),
        related=(),
        fingerprint=fingerprint * 32,
        help=None,
    )


CONSEQUENCES = (
    plain(
        "unreachable-directory",
        Severity.WARNING,
        "no root reaches infrastructure/storage",
        Mark(Location("infrastructure/storage"), ""),
        "c1",
    ),
    plain(
        "unreachable-directory",
        Severity.WARNING,
        "no root reaches infrastructure/monitoring/grafana",
        Mark(Location("infrastructure/monitoring/grafana"), ""),
        "c2",
    ),
    plain(
        "missing-path",
        Severity.ERROR,
        "dependsOn names Kustomization flux-system/storage, which nothing applies",
        Mark(at("clusters/prod/apps.yaml", 14, 7), ""),
        "c3",
    ),
)

CAUSE = replace(
    plain(
        "missing-path",
        Severity.ERROR,
        "spec.path ./infrastucture does not exist",
        mark(
            "clusters/prod/infrastructure.yaml",
            10,
            "  path: ./infrastucture",
            "./infrastucture",
            "no such directory; did you mean ./infrastructure?",
        ),
        "b1",
    ),
    object="Kustomization flux-system/infrastructure",
    help="write ./infrastructure",
    repair=Repair("write ./infrastructure", safe=False),
    folded=CONSEQUENCES,
    consequences="2 directories, 23 objects reach no cluster",
)

WHOLE_FILE = replace(
    plain(
        "unreachable-directory",
        Severity.WARNING,
        "no root reaches apps/legacy",
        Mark(Location("apps/legacy/kustomization.yaml"), "nothing refers to this file"),
        "d1",
    ),
    confidence=Confidence.POSSIBLE,
    reach="declared",
)
NOWHERE = plain("no-root", Severity.ERROR, "no root of a cluster was found", None, "e1")
NOTE = plain(
    "no-interval",
    Severity.INFO,
    "spec.interval is not set",
    mark("clusters/prod/apps.yaml", 5, "spec:", "spec", "here"),
    "f1",
)

HOSTILE_TEXT = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\n::error::owned\r\n%0A::set-env name=A::B ::error::x "
    "##[error]x \u202eevil\u2066 \x7f\udc80 [a](b) \\ `|"
)
"""Escape sequences, workflow commands, reordered text, a lone surrogate, a link."""
HOSTILE = Finding(
    rule="two-controllers",
    case=None,
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    reach="live",
    message=HOSTILE_TEXT,
    mark=Mark(
        at(f"::error file=a,b::{HOSTILE_TEXT}.yaml", 3, 3),
        HOSTILE_TEXT,
        Snippet(3, (f"# {HOSTILE_TEXT}",)),
    ),
    object=f"Deployment {HOSTILE_TEXT}/x",
    clusters=(HOSTILE_TEXT,),
    owners=(
        Owner("flux", HOSTILE_TEXT, HOSTILE_TEXT, "live", (step(HOSTILE_TEXT, 1, HOSTILE_TEXT, HOSTILE_TEXT),)),
        Owner(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT, ()),
    ),
    related=(
        Mark(at(HOSTILE_TEXT, 1), HOSTILE_TEXT, Snippet(1, (HOSTILE_TEXT,))),
        Mark(at(HOSTILE_TEXT, 2), HOSTILE_TEXT),
    ),
    fingerprint="99" * 32,
    help=HOSTILE_TEXT,
    effect=HOSTILE_TEXT,
    folded=(plain("no-root", Severity.ERROR, HOSTILE_TEXT, Mark(at(HOSTILE_TEXT, 1), HOSTILE_TEXT)),),
    consequences=HOSTILE_TEXT,
    hidden=HOSTILE_TEXT,
)


def report(*findings: Finding, hidden: tuple[Finding, ...] = ()) -> Report:
    """A report of one cluster with these findings."""
    return Report(
        version="0.1.0",
        law="Matrix dual-gitops: both controllers, infrastructure/ and argocd-apps/ are here, and no configuration.",
        matrix="dual-gitops",
        clusters=(ClusterText("prod", ("clusters/prod/flux-system (gotk-sync)", "argocd/root.yaml (by hand)")),),
        findings=findings,
        hidden=hidden,
        notes=(),
        skipped=(),
        counts=Counts(files=120, objects=340, reconcilers=21),
        rules=RULES,
    )


EMPTY = report()
FULL = replace(
    report(
        DOUBLE_OWNER,
        CAUSE,
        NOWHERE,
        WHOLE_FILE,
        NOTE,
        hidden=(replace(WHOLE_FILE, hidden="ignored in apps/legacy/kustomization.yaml:1: until the move"),),
    ),
    notes=("the destination staging is mapped to no cluster; clusters.staging.destinations would map it",),
    skipped=(
        Skipped(at("apps/web/kustomization.yaml", 5, 5), "remote base https://example.com/base?ref=v1"),
        Skipped(Location("charts/web"), "a Helm chart"),
    ),
)
SEVERAL_CLUSTERS = replace(
    FULL,
    clusters=(
        *FULL.clusters,
        ClusterText("staging", ("clusters/staging/flux-system (gotk-sync)",)),
        *(
            ClusterText(f"edge-{number}", tuple(f"clusters/edge-{number}/{root}" for root in "abcde"))
            for number in range(5)
        ),
    ),
)
FOREIGN = replace(
    report(HOSTILE, hidden=(HOSTILE,)),
    law=HOSTILE_TEXT,
    clusters=(ClusterText(HOSTILE_TEXT, (HOSTILE_TEXT,)), ClusterText("b", ())),
    notes=(HOSTILE_TEXT,),
    skipped=(Skipped(at(HOSTILE_TEXT, 1), HOSTILE_TEXT),),
    rules=(
        *RULES[1:],
        RuleText("two-controllers", HOSTILE_TEXT, HOSTILE_TEXT, Severity.ERROR, HOSTILE_TEXT, HOSTILE_TEXT),
    ),
)
