"""What a kustomization takes in from elsewhere: remote bases and charts.

kustomize, api/internal/git/repospec.go; argo-cd, docs/user-guide/kustomize.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2

from gitops_lint.context import (
    REMOTE_BASE,
    Context,
    Hit,
    Place,
    Reach,
    check,
    is_resolved,
    mapping_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Hop, Ownership, Spot

# -- remote bases ----------------------------------------------------------------------------------------------

PINNED = ("ref", "version")
BRANCHES = frozenset({"main", "master", "HEAD", "develop", "dev", "trunk", "latest"})
"""What surely is no tag."""
_RAW = re2.compile(r"^https?://raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?([^/]+)/")
_RELEASE = re2.compile(r"^https?://[^/]+/[^/]+/[^/]+/releases/(latest)/")
_REVISION = re2.compile(r"[?&](?:ref|version)=([^&]*)")


@check
def unpinned_remote_base(context: Context) -> Iterator[Hit]:
    """Remote bases that follow a branch: what they hold changes without a commit in this repository."""
    seen: dict[Place, list[Ownership]] = {}
    for owners in context.graph.objects.values():
        for ownership in owners:
            if ownership.built.ref.kind == REMOTE_BASE and ownership.reach is Reach.LIVE:
                seen.setdefault(ownership.built.origin, []).append(ownership)
    for at, ownerships in seen.items():
        url = ownerships[0].built.ref.name
        branch = _branch(url)
        if branch is not None and is_resolved(ownerships[0].built.ref):
            follows = f"the branch {branch}" if branch else "the default branch"
            yield Hit(
                message=f"{at.path} takes in {url}, which follows {follows}",
                at=at,
                label="changes without a commit here",
                case="branch" if branch else "none",
                clusters=tuple(sorted({each.delivery.cluster for each in ownerships})),
                help="name a tag or a commit: ?ref=v1.2.3",
                effect="what is pushed there is applied here at the next build, reviewed by nobody",
            )


def _branch(url: str) -> str | None:
    """The branch that a URL follows, empty for the default one; None where it is pinned or nobody can tell."""
    for pattern in (_RAW, _RELEASE):
        if found := pattern.match(url):
            return found.group(1) if found.group(1) in BRANCHES else None
    if found := _REVISION.search(url):
        revision = found.group(1).removeprefix("refs/heads/")
        return revision if revision in BRANCHES or found.group(1).startswith("refs/heads/") else None
    is_file = url.startswith(("http://", "https://")) and url.partition("?")[0].endswith((".yaml", ".yml", ".json"))
    return None if is_file else ""


# -- charts ----------------------------------------------------------------------------------------------------

SETTINGS = "argocd-cm"
OPTIONS = "kustomize.buildOptions"
ENABLED = "--enable-helm"


@check
def charts_not_enabled(context: Context) -> Iterator[Hit]:
    """Charts in a kustomization that Argo CD builds, where its settings stand here and do not allow that."""
    options = list(_options(context))
    if not options or any(ENABLED in text for text, _ in options):
        return
    seen: dict[Place, list[Ownership]] = {}
    for owners in context.graph.objects.values():
        for ownership in owners:
            hop = ownership.built.via
            is_built_by_argo = ownership.reconciler.subject.ref.kind == "Application" and ownership.reach is Reach.LIVE
            if is_built_by_argo and hop is not None and _is_chart(hop) and isinstance(hop.place, Place):
                seen.setdefault(hop.place, []).append(ownership)
    for at, ownerships in seen.items():
        application = ownerships[0].reconciler.subject.ref
        yield Hit(
            message=f"{at.path} inflates a Helm chart for {application}, and Argo CD is not told to: "
            f"{OPTIONS} has no {ENABLED}",
            at=at,
            label="not inflated",
            subject=application,
            clusters=tuple(sorted({each.delivery.cluster for each in ownerships})),
            related=((options[0][1], "the settings of Argo CD"),),
            help=f"set {OPTIONS}: {ENABLED} there, or let an Application name the chart",
            effect=f"{application} cannot be built: nothing of it is synced",
        )


def _is_chart(hop: Hop) -> bool:
    return hop.text.startswith(("helmCharts", "helmChartInflationGenerator"))


def _options(context: Context) -> Iterator[tuple[str, Spot]]:
    """What the settings of Argo CD tell kustomize, with their places."""
    for config in context.installation.named(SETTINGS):
        at = config.place(OPTIONS)
        if OPTIONS not in config.settings and isinstance(at, Place):
            at = at._replace(route=at.route[:-1])
        yield _joined(config.settings), at


def _joined(settings: object) -> str:
    return " ".join(str(value) for key, value in mapping_at(settings, ()).items() if str(key).startswith(OPTIONS))
