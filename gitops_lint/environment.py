"""Which environment an Application belongs to: dev, prod, or none that anybody declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.controllers.appsource import sources
from gitops_lint.glob import crossing, glob
from gitops_lint.model import dig
from gitops_lint.shape import text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Set

    from gitops_lint.config import EnvironmentSettings
    from gitops_lint.model import Subject

LABELS = ("environment", "env", "app.kubernetes.io/environment")
_WORDS = re.compile(r"[a-z0-9]+")
_NEGATIONS = frozenset({"pre", "non", "not", "no", "post"})
"""Words that turn the next one into something else: ``non-prod`` and ``pre-prod`` are not prod."""


class Environment(NamedTuple):
    """An environment, what told it, and whether that is more than a name."""

    name: str
    why: str
    certain: bool = True


def environment_of(
    subject: Subject,
    clusters: Set[str],
    environments: Mapping[str, EnvironmentSettings],
    namespace_labels: Mapping[str, str],
) -> Environment | None:
    """The environment of an Application, by the first evidence that tells; None where nothing does.

    Configured paths and clusters, a label of its own, a segment of its path, its destination, a label of the
    destination namespace (``namespace_labels``), and last its name. ``clusters`` are those that it applies to.
    """
    return next(_evidence(subject, clusters, environments, namespace_labels), None)


def _evidence(
    subject: Subject,
    clusters: Set[str],
    environments: Mapping[str, EnvironmentSettings],
    namespace_labels: Mapping[str, str],
) -> Iterator[Environment | None]:
    data = subject.data
    paths = [source.text("path").strip("/").removeprefix("./") for source in sources(data) if source.text("path")]
    namespace = text_at(data, ("spec", "destination", "namespace"))
    for name, settings in environments.items():
        if any(glob(*settings.paths)(f"{path}/") or glob(*settings.paths)(path) for path in paths):
            yield Environment(name, "its path")
        if settings.clusters and clusters and clusters <= set(settings.clusters):
            yield Environment(name, "its cluster")
    for field in ("labels", "annotations"):
        yield from _labelled(dig(data, ("metadata", field)), environments, f"its {field.removesuffix('s')}")
    for name, settings in environments.items():
        if any(name in path.split("/") for path in paths):
            yield Environment(name, "its path")
        if namespace and not _is_negated(name, namespace) and crossing(*settings.namespaces)(namespace):
            yield Environment(name, "its destination namespace")
        if clusters == {name}:
            yield Environment(name, "its destination cluster")
    yield from _labelled(namespace_labels, environments, "its namespace's label")
    for name in environments:
        if name in _WORDS.findall(subject.ref.name) and not _is_negated(name, subject.ref.name):
            yield Environment(name, "its name", certain=False)


def _labelled(
    labels: object, environments: Mapping[str, EnvironmentSettings], whose: str
) -> Iterator[Environment | None]:
    """What labels tell; one that names an environment that nobody declared tells that it is none of those."""
    for label in LABELS:
        value = dig(labels, (label,))
        if isinstance(value, str) and value:
            yield Environment(value, f"{whose} {label}") if value in environments else None


def _is_negated(name: str, text: str) -> bool:
    """Whether a text has the word only behind one that negates it."""
    words = _WORDS.findall(text)
    before = [words[index - 1] if index else "" for index, word in enumerate(words) if word == name]
    return bool(before) and all(word in _NEGATIONS for word in before)
