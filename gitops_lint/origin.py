"""Which Git URLs and branches are this repository.

Known from the remotes, from the configuration and from the Flux roots (reference semantics: a root reads the tree
that it stands in). Where no manifest mentions any of those, the URL whose paths exist here is taken, and said so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.controllers import Verdict
from gitops_lint.controllers.appsource import sources
from gitops_lint.controllers.argocd import GROUP as ARGOCD
from gitops_lint.controllers.flux import KUSTOMIZATION
from gitops_lint.identity import normalise_url
from gitops_lint.model import dig
from gitops_lint.paths import join
from gitops_lint.shape import mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.model import Manifest
    from gitops_lint.repo import Repo

DEFAULT_BRANCHES = ("main", "master")


class Origin:
    """The identity of the linted repository."""

    def __init__(self, urls: Iterable[str]) -> None:
        self.urls = {normalise_url(url) for url in urls}
        self.branches: set[str] = set()
        """The branches that Flux roots read; empty where no root names one."""

    def learn(self, url: str | None, revision: str | None) -> None:
        """Take the source of a root for this repository."""
        if url:
            self.urls.add(normalise_url(url))
        if revision and not revision.startswith("@"):
            self.branches.add(revision)

    def judge(self, url: str, revision: str | None) -> Verdict:
        """Whether ``url`` at ``revision`` is what is checked out here."""
        if normalise_url(url) not in self.urls:
            return Verdict.ELSEWHERE
        if revision is None:
            return Verdict.SELF
        if revision.startswith("@"):
            return Verdict.PINNED
        if not self.branches:
            return Verdict.SELF if revision in DEFAULT_BRANCHES else Verdict.PINNED
        return Verdict.SELF if revision in self.branches else Verdict.ELSEWHERE


class Guess(NamedTuple):
    """A URL that seems to be this repository: how many of its paths exist here."""

    url: str
    hits: int
    paths: int


def guess(repo: Repo, known: set[str]) -> Guess | None:
    """The URL that most likely is this repository, unless a known one is mentioned anyway."""
    votes: dict[str, set[tuple[str, bool]]] = {}
    git = {m.ref.name: str(dig(m.data, ("spec", "url"))) for m in repo.manifests if m.ref.kind == "GitRepository"}
    for manifest in repo.manifests:
        mentions = _flux_mentions(manifest, git) if manifest.ref[:2] == KUSTOMIZATION else _mentions(manifest)
        for url, path in mentions:
            normal = normalise_url(url)
            if normal in known:
                return None
            location = join("", path)
            votes.setdefault(normal, set()).add((path, location is not None and repo.tree.is_directory(location)))
    guesses = [Guess(url, sum(hit for _, hit in paths), len(paths)) for url, paths in votes.items()]
    best = max(guesses, key=lambda g: (g.hits, g.url), default=None)
    return best if best and best.hits * 2 > best.paths else None


def _flux_mentions(manifest: Manifest, git: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The (URL, path) pair that a Kustomization reads; ``git`` maps the names of GitRepositories to their URLs."""
    reference, path = mapping_at(manifest.data, ("spec", "sourceRef")), text_at(manifest.data, ("spec", "path"))
    name = text_at(reference, ("name",))
    if reference.get("kind") == "GitRepository" and name in git and path.strip("./") and "${" not in path:
        yield git[name], path


def _mentions(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """The (URL, path) pairs that an Argo CD object reads. Paths that are no paths are left out."""
    data = manifest.data
    if manifest.ref.group != ARGOCD:
        return
    template = dig(data, ("spec", "template"))
    for source in sources(template if isinstance(template, dict) else data):
        url, path = source.text("repoURL"), source.text("path")
        if url and path.strip("./") and "{{" not in url + path and not source.text("chart"):
            yield url, path
    for generator in mappings_at(data, ("spec", "generators")):
        for entry in mappings_at(generator, ("git", "directories")):
            path = text_at(entry, ("path",)).partition("*")[0].rstrip("/")
            if path:
                yield text_at(generator, ("git", "repoURL")), path
