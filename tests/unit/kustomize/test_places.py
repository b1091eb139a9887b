"""Identity and places agree: what a build holds is what stands where it says that it stands.

Random stacks, without the real kustomize: this is about ours alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings

from gitops_lint.builders.kustomize import Rules, build
from gitops_lint.builders.kustomize.traced import text
from gitops_lint.identity import identify
from gitops_lint.model import OPAQUE, dig
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import MemoryTree
from tests.conformance.stacks import stacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Built, Data
    from tests.conformance.stacks import Files

MANIFESTS = ("objects.yaml", "more.yaml")
"""The files in a stack that hold objects; all else is kustomizations and what they name."""


def leaves(data: Data, route: Route = ()) -> Iterator[tuple[Route, Data]]:
    """Every scalar in data, with its route."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*route, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, (*route, index))
    else:
        yield route, data


def disagreements(built: Built, repo: Repo) -> Iterator[str]:
    """The values that a manifest is said to have set, though something else stands there."""
    for route, value in leaves(built.data):
        place = built.locate(route)
        assert place.location.span is not None, f"{built.ref} {route} stands nowhere"
        if not place.path.endswith(MANIFESTS):
            continue
        file = repo.file(place.path)
        assert file is not None
        written = {text(dig(document.kustomize, place.route)) for document in file.documents}
        if text(value) not in written and "$" not in str(written):
            yield f"{built.ref} {route}: {value!r}, but {place.location} holds {written}"


@given(stacks())
@settings(
    max_examples=150, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
def test_what_is_built_stands_where_it_says(files: Files) -> None:
    repo = Repo(MemoryTree(files))
    result = build(Recorder(repo, set()), "top", Rules())
    assert result is not None
    for built in result.objects:
        if built.ref.group != OPAQUE:
            assert identify(built.data) == built.ref
            assert list(disagreements(built, repo)) == []
