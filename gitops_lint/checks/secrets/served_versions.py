"""Objects in versions of their API that the operator serves no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2

from gitops_lint.context import OPAQUE, RELEASE, Context, Hit, check, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Reach, Subject

GROUP = "external-secrets.io"
BETA = f"{GROUP}/v1beta1"
KINDS = frozenset({"ExternalSecret", "ClusterExternalSecret", "SecretStore", "ClusterSecretStore"})
CHART = "external-secrets"
MINOR = re2.compile(r"^v?0\.([0-9]+)(\.|$)")
FIRST_WITHOUT = 17
"""The minor version of external-secrets that stopped to serve the beta (0.17.0, release notes)."""


@check
def external_secrets_beta(context: Context) -> Iterator[Hit]:
    """Objects of external-secrets in its beta version; nothing where an older operator is installed from here."""
    if any(_serves_the_beta(version) for version in _installed(context)):
        return
    for subject, reach, clusters in _objects(context):
        if text_at(subject.data, ("apiVersion",)) == BETA:
            yield Hit(
                message=f"{subject.ref} is written in {BETA}, which external-secrets serves no more since 0.17",
                at=subject.locate(("apiVersion",)),
                subject=subject.ref,
                clusters=clusters,
                reach=reach,
            )


def _objects(context: Context) -> Iterator[tuple[Subject, Reach, tuple[str, ...]]]:
    for (cluster, ref), owners in context.graph.objects.items():
        if ref.group == GROUP and ref.kind in KINDS:
            yield owners[0].built, owners[0].reach, (cluster,)


def _installed(context: Context) -> Iterator[str]:
    """The versions of the operator's chart that are installed from here, also those of its artifact."""
    for (_, ref), owners in context.graph.objects.items():
        data = owners[0].built.data
        if (ref.group, ref.kind) == (OPAQUE, RELEASE) and data.get("chart") == CHART:
            yield str(data.get("version", ""))
        elif ref.kind == "OCIRepository" and text_at(data, ("spec", "url")).endswith(f"/{CHART}"):
            yield text_at(data, ("spec", "ref", "tag"))


def _serves_the_beta(version: str) -> bool:
    found = MINOR.match(version)
    return found is not None and int(found.group(1)[:4]) < FIRST_WITHOUT
