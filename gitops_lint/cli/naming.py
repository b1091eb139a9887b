"""What an object is called on the command line: ``KIND/NAMESPACE/NAME``, or ``KIND/NAME``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.model import OPAQUE
from gitops_lint.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops_lint.model import Ref


def is_named(ref: Ref, asked: str) -> bool:
    """Whether an object is asked for; the kind in any case. The name of a remote base holds slashes."""
    kind, _, rest = asked.partition("/")
    is_kind = kind.lower().replace(" ", "") == ref.kind.lower().replace(" ", "")
    return is_kind and rest in (ref.name, f"{ref.namespace}/{ref.name}")


def spelled(ref: Ref) -> str:
    """The name by which one object is asked for."""
    return "/".join(filter(None, (ref.kind, ref.namespace, ref.name)))


def closest(refs: Iterable[Ref], asked: str) -> str:
    """``; did you mean 'x'?`` where one of these is named alike, else nothing."""
    return did_you_mean(asked, sorted({spelled(ref) for ref in refs if ref.group != OPAQUE}))
