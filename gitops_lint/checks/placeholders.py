"""What somebody meant to fill in, and did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.context import MANIFESTS, OPAQUE, Confidence, Context, Hit, check, credentials, packed_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Ownership, Route, Spot

PLACEHOLDER = re2.compile(
    r"(?i:(change|replace|fill)[-_ ]?me|(change|replace)[-_ ]this|replace[-_ ](with|by)[-_ ].*)"
    r"|(?i:fill[-_ ](me|this)[-_ ]in)"
    r"|(?i:insert[-_ ].*[-_ ]here|(put|add)[-_ ]your[-_ ].*[-_ ]here|your[-_ ].*[-_ ]here)"
    r"|(?i:<\s*(your|insert|replace|change|todo|fill|put|add)\b[^<>]*>)"
    r"|(?i:(https?://)?([a-z0-9-]+\.)*(chart-example\.local|your-?(domain|company|org)\.[a-z]+)(:[0-9]+)?(/.*)?)"
    r"|TODO\b.*|FIXME\b.*|TBD|XXX+"
)
"""The whole of a value that stands for another one. In small letters, ``todo`` may be what an application does."""
HINT = re2.compile(
    r"(?i:(change|replace|fill)[-_ ]?(me|this|with|by)(\b|[-_])|(insert|your)[-_ ].*[-_ ]here|chart-example)"
    r"|(?i:<\s*(your|insert|replace|change|todo|fill|put|add)|your-?(domain|company|org)\.)"
    r"|[:=-]\s*[\"'|>-]*\s*(TODO|FIXME|TBD|XXX)"
)
"""What a file holds that may hold one. Most repositories have no such file, and then no object need be looked at."""
MAX_LENGTH = 200
"""The longest value that may be a mere placeholder."""
PROSE = ("description", "message", "summary", "runbook", "comment", "note", "title", "text")
"""How the names of fields end that are for people to read."""
UNLOOKED_AT = frozenset({"Secret", "CustomResourceDefinition"})
SHOWN = 3
"""How many fields a message names."""


class Leftover(NamedTuple):
    """A field and the placeholder in it."""

    route: Route
    value: str

    @property
    def field(self) -> str:
        """The field in the words of Kubernetes: ``spec.rules[0].host``."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.route).lstrip(".")


@check
def placeholder_left(context: Context) -> Iterator[Hit]:
    """Fields of applied objects that hold nothing but a placeholder; an object is one hit, however many it has.

    Passwords in Secrets and in the values of charts are another rule's, which knows those that everybody tries.
    """
    if not any(HINT.search(text) for text in _texts(context)):
        return
    told: set[Spot] = set()
    for (_, ref), owners in context.graph.objects.items():
        if ref.kind in UNLOOKED_AT or ref.group == OPAQUE:
            continue
        built = owners[0].built
        left = [leftover for leftover in _leftovers(owners[0]) if built.locate(leftover.route) not in told]
        if left:
            told.update(built.locate(leftover.route) for leftover in left)
            yield _hit(owners[0], left)


def _texts(context: Context) -> Iterator[str]:
    """The files from which objects are made: manifests, and what generators pack."""
    for path in context.walked.reads:
        if path.endswith(MANIFESTS) and context.repo.tree.is_file(path) and (file := context.repo.file(path)):
            yield file.text
    yield from (context.repo.content(path).decode(errors="replace") for path in packed_files(context.repo))


def _leftovers(ownership: Ownership) -> Iterator[Leftover]:
    is_order = ownership.built.ref.kind in ("HelmRelease", "Application")
    pending: list[tuple[Route, object]] = [((), ownership.built.data)]
    while pending:
        route, value = pending.pop()
        if isinstance(value, dict):
            pending += [((*route, key), below) for key, below in reversed(value.items())]
        elif isinstance(value, list):
            pending += [((*route, index), below) for index, below in reversed(list(enumerate(value)))]
        elif isinstance(value, str) and len(value) <= MAX_LENGTH and PLACEHOLDER.fullmatch(value.strip()):
            name = str(next((step for step in reversed(route) if isinstance(step, str)), ""))
            is_told = is_order and credentials.names_password(name)
            if not is_told and not name.lower().endswith(PROSE):
                yield Leftover(route, value.strip())


def _hit(ownership: Ownership, left: list[Leftover]) -> Hit:
    built = ownership.built
    fields = ", ".join(f"{leftover.field} is {leftover.value}" for leftover in left[:SHOWN])
    more = f" and {len(left) - SHOWN} more" if left[SHOWN:] else ""
    return Hit(
        message=f"{built.ref} still holds {'placeholders' if left[1:] else 'a placeholder'}: {fields}{more}",
        at=built.locate(left[0].route),
        label="to be filled in",
        subject=built.ref,
        clusters=(ownership.delivery.cluster,),
        owners=(ownership,),
        related=tuple((built.locate(leftover.route), "and here") for leftover in left[1:]),
        help="write what is meant, or let an overlay or a substitution put it there",
        confidence=Confidence.LIKELY,
        reach=ownership.reach,
    )
