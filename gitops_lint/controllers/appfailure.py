"""ApplicationSets whose templates Argo CD cannot render with the parameters that this repository gives them.

argo-cd, applicationset/controllers/applicationset_controller.go (Reconcile): one error of ``GenerateApplications``, and
nothing of the set is generated, changed or deleted until it is repaired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders import applicationset
from gitops_lint.controllers import Verdict
from gitops_lint.controllers.appsource import branch
from gitops_lint.model import Problem, dig
from gitops_lint.nearest import closest
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.controllers import View
    from gitops_lint.location import Route
    from gitops_lint.model import Data, Subject

SHOWN = 3
"""How many parameters a message names."""
LONG = 40
"""How long a value may be that a message names."""


def is_known(generator: Data, view: View, depth: int = 0) -> bool:
    """Whether all parameters of a generator are written here: those of clusters and services hold what nobody sees."""
    kind = applicationset.kind_of(generator)
    settings = mapping_at(generator, (str(kind),))
    if kind == "git":
        revision = branch(text_at(settings, ("revision",)))
        return view.judge_url(text_at(settings, ("repoURL",)), revision) is Verdict.SELF
    if kind in ("matrix", "merge") and depth < applicationset.MAX_DEPTH:
        return all(is_known(inner, view, depth + 1) for inner in list_at(settings, ("generators",)))
    return kind == "list"


def unrenderable(subject: Subject, failures: Sequence[applicationset.Failure], *, makes_any: bool) -> Iterator[Problem]:
    """One problem for each reason: at the element that lacks a value, or at the template that asks all of them."""
    by_reason: dict[str, list[applicationset.Failure]] = {}
    for failure in failures:
        by_reason.setdefault(failure.reason, []).append(failure)
    for reason, alike in by_reason.items():
        first = alike[0]
        element = _element(subject.data, first) if makes_any or len(failures) == 1 else None
        more = f" and {len(alike) - 1} more" if alike[1:] else ""
        path = _asked(reason)
        guess = closest(path, sorted(_names(first.parameters))) if path else None
        yield Problem(
            "unrenderable-applicationset",
            f"{reason} in the parameters {_described(first.parameters)}{more}, "
            f"so {subject.ref} generates, changes and deletes nothing at all",
            subject.locate(element or first.field),
            label=reason if element else "cannot be filled in",
            help=f"did you mean .{guess}?" if guess else "give the value everywhere, or let the template do without it",
        )


def _element(data: Data, failure: applicationset.Failure) -> Route | None:
    """Where the parameters are written, if they are an element of a list as it stands there."""
    route: Route = (*failure.generator, "list", "elements")
    elements = enumerate(list_at(data, route))
    return next(((*route, index) for index, element in elements if element is failure.parameters), None)


def _asked(reason: str) -> str:
    """The path of what is missing."""
    return reason.partition("there is no .")[2]


def _names(parameters: Data, prefix: str = "", depth: int = 0) -> Iterator[str]:
    for key, value in parameters.items() if isinstance(parameters, dict) and depth < SHOWN else ():
        yield f"{prefix}{key}"
        yield from _names(value, f"{prefix}{key}.", depth + 1)


def _described(parameters: applicationset.Parameters) -> str:
    """Parameters by their first plain values; those of a file or a directory by its path."""
    path = dig(dict(parameters), ("path", "path"))
    if isinstance(path, str):
        name = text_at(dict(parameters), ("path", "filename"))
        return f"of {path}/{name}" if name else f"of {path}"
    plain = [f"{key}: {value}" for key, value in parameters.items() if not isinstance(value, dict | list)]
    shown = [text for text in plain if len(text) <= LONG][:SHOWN]
    return f"{{{', '.join([*shown, *(['...'] if len(shown) < len(parameters) else [])])}}}"
