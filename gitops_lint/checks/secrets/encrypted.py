"""What SOPS has encrypted and nobody decrypts.

Semantics: kustomize-controller decrypts for a Kustomization with ``spec.decryption`` alone, also where a key is given
to the whole controller; it refuses an encrypted Secret without it (kustomization_controller.go, IsEncryptedSecret).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from gitops_lint.context import (
    Context,
    Controller,
    Hit,
    check,
    dig,
    mapping_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops_lint.context import Built, Data, Node, Place, Reconciler

NAME = ("metadata", "name")
DECRYPTION = ("spec", "decryption")
SEALS = ("mac", "version")
"""What SOPS writes about itself under ``sops`` in every file that it encrypts."""


@check
def undecrypted(context: Context) -> Iterator[Hit]:
    """A Flux Kustomization that applies what SOPS has encrypted as it is: one hit for all of its objects."""
    decrypting: set[Node] | None = None
    for reconciler in context.graph.reconcilers.values():
        if not _is_kustomization(context, reconciler) or dig(reconciler.subject.data, DECRYPTION):
            continue
        applied = context.graph.applied_by(reconciler)
        sealed = [ownership.built for ownership in applied if _is_sealed(ownership.built.data)]
        if not sealed:
            continue
        decrypting = set(_decrypting(context)) if decrypting is None else decrypting
        if reconciler.node not in decrypting:
            yield _undecrypted(reconciler, sorted(sealed, key=lambda built: (built.path, built.ref)))


def _is_kustomization(context: Context, reconciler: Reconciler) -> bool:
    """Whether it is one of Flux, at work, that stands in Git: what is only told by a script may say more there."""
    subject = reconciler.subject
    is_flux = reconciler.controller is Controller.FLUX and subject.ref.kind == "Kustomization"
    return is_flux and context.is_at_work(reconciler.node) and subject.locate(NAME).path in context.repo.by_path


def _decrypting(context: Context) -> Iterator[Node]:
    """The Kustomizations that decrypt as somebody applies them: a root is applied by itself, with patches at times."""
    for applied in context.walked.applied:
        for built in applied.delivery.build.objects:
            if built.ref.kind == "Kustomization" and dig(built.data, DECRYPTION):
                yield applied.delivery.cluster, built.ref


def _is_sealed(data: Data) -> bool:
    sops: Mapping[str, Data] = mapping_at(data, ("sops",))
    return any(sops.get(seal) for seal in SEALS)


def _undecrypted(reconciler: Reconciler, sealed: list[Built]) -> Hit:
    subject = reconciler.subject
    secrets = [built for built in sealed if (built.ref.group, built.ref.kind) == ("", "Secret")]
    what = str(sealed[0].ref) if len(sealed) == 1 else f"{len(sealed)} objects"
    refused = secrets[0].ref if secrets else sealed[0].ref
    return Hit(
        message=f"{subject.ref} applies {what} that SOPS has encrypted, and decrypts nothing",
        at=subject.locate(NAME),
        label="has no spec.decryption",
        subject=subject.ref,
        clusters=(reconciler.cluster,),
        related=tuple(_related(sealed)),
        help="add spec.decryption with provider: sops, and a secretRef to the key",
        effect=f"kustomize-controller refuses {refused}: nothing of {subject.ref.name} is applied or updated"
        if secrets
        else f"{refused} is refused for its field sops, or what uses it gets the ciphertext",
    )


def _related(sealed: list[Built]) -> Iterator[tuple[Place, str]]:
    """The first encrypted object of each file."""
    for _, group in groupby(sealed, key=lambda built: built.path):
        built, *others = group
        more = f" and {len(others)} more" if others else ""
        yield built.locate(NAME), f"{built.ref}{more}: encrypted"
