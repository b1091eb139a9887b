"""Which Flux runs in a cluster, as far as the repository tells: some of what Flux does depends on it.

The header of gotk-components.yaml, the image of kustomize-controller, and the distribution of a FluxInstance tell it.
Where a range of versions may be installed, its lowest one counts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import dig
from gitops_lint.shape import list_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.location import Route
    from gitops_lint.model import Data, Manifest
    from gitops_lint.repo import Repo

COMPONENTS = "gotk-components.yaml"
STRICT_SINCE = (2, 9)
"""From this one on an undefined variable fails the build (kustomize-controller, CHANGELOG 1.9.0)."""
STRICT_GATE = re.compile(r"\bStrictPostBuildSubstitutions=(true|false)\b")
"""The feature gate that says so whatever the version, as an argument of kustomize-controller."""

_HEADER = re.compile(r"^# Flux [Vv]ersion: *(v?[0-9][^\s]*)", re.MULTILINE)
_HEADER_SIZE = 1_000
_NUMBER = r"v?(\d{1,4})(?:\.(\d{1,4}|[xX*]))?(?:\.(?:\d{1,6}|[xX*]))?(?:[-+][0-9A-Za-z.+-]*)?"
_VERSION = re.compile(_NUMBER)
_COMPARATOR = re.compile(rf"(>=|<=|!=|>|<|=|~>?|\^)?\s*{_NUMBER}(?=[\s,|]|$)")
_SEPARATORS = re.compile(r"[\s,]*(?:-\s)?[\s,]*")

Version = tuple[int, int]
"""Major and minor: all that the behaviour of Flux depends on."""


class Evidence(NamedTuple):
    """What a file tells of the Flux of its cluster; None where it does not tell that."""

    path: str
    version: Version | None
    strict: bool | None = None
    """How the feature gate of strict substitution is set."""


def is_strict(evidence: Sequence[Evidence], configured: str | None = None) -> bool | None:
    """Whether an undefined variable fails a build; None where nothing tells. A configured version wins."""
    if configured is not None:
        version = lowest(configured)
        return version >= STRICT_SINCE if version else None
    gates = {found.strict for found in evidence if found.strict is not None}
    if gates:
        return gates.pop() if len(gates) == 1 else None
    versions = [found.version for found in evidence if found.version is not None]
    return min(versions) >= STRICT_SINCE if versions else None


def lowest(text: str) -> Version | None:
    """The lowest version that a version or a range of versions allows; None for what is none, such as ``latest``.

    ``2.x``, ``>=2.6 <3.0``, ``~2.8.1``, ``^2.7``, ``2.6 - 2.8``, ``<2.6 || >=2.9``: the grammar of Masterminds/semver,
    which FluxInstance uses (flux-operator, fluxinstance_types.go).
    """
    floors = [_floor(alternative) for alternative in text.split("||")]
    known = [floor for floor in floors if floor is not None]
    return min(known) if len(known) == len(floors) else None


def _floor(text: str) -> Version | None:
    """The lowest version for which all comparators of one alternative hold."""
    floor, position = (0, 0), 0
    text = text.strip()
    while position < len(text):
        found = _COMPARATOR.match(text, position)
        if found is None:
            return None
        is_bound_below = found[1] not in ("<", "<=", "!=") and not _closes_range(text, found.start())
        if is_bound_below:
            floor = max(floor, _version(found[2], found[3]))
        separator = _SEPARATORS.match(text, found.end())
        position = separator.end() if separator else found.end()
    return floor if text else None


def _closes_range(text: str, position: int) -> bool:
    """Whether a version stands behind the hyphen of ``2.6 - 2.8``."""
    return text[:position].rstrip().endswith("-")


def _version(major: str, minor: str | None) -> Version:
    return int(major), int(minor) if minor and minor.isdigit() else 0


@lru_cache(maxsize=8)
def evidence(repo: Repo) -> tuple[Evidence, ...]:
    """All that the repository tells of the versions of Flux in its clusters."""
    return (*_components(repo), *_controllers(repo), *_instances(repo))


def _components(repo: Repo) -> Iterator[Evidence]:
    """What ``flux bootstrap`` wrote, and the feature gates that the kustomization beside it may set."""
    for path in sorted(repo.tree.files):
        directory, _, name = path.rpartition("/")
        if name != COMPONENTS:
            continue
        file = repo.file(path)
        header = _HEADER.search(file.text[:_HEADER_SIZE]) if file else None
        beside = repo.file(f"{directory}/kustomization.yaml" if directory else "kustomization.yaml")
        yield Evidence(path, lowest(header[1]) if header else None, _gate(beside.text if beside else ""))


def _controllers(repo: Repo) -> Iterator[Evidence]:
    """kustomize-controller 1.N belongs to Flux 2.N."""
    for manifest in repo.of_kind("apps", "Deployment"):
        if manifest.ref.name != "kustomize-controller":
            continue
        for container in list_at(manifest.data, ("spec", "template", "spec", "containers")):
            name, _, tag = text_at(container, ("image",)).partition("@")[0].rpartition(":")
            found = _VERSION.fullmatch(tag) if name.endswith("/kustomize-controller") else None
            gates = " ".join(map(str, list_at(container, ("args",))))
            if found:
                major, minor = _version(found[1], found[2])
                yield Evidence(manifest.path, (major + 1, minor), _gate(gates))


def _instances(repo: Repo) -> Iterator[Evidence]:
    """FluxInstances, also those that the flux-instance chart makes."""
    for manifest in repo.of_kind("fluxcd.controlplane.io", "FluxInstance"):
        yield _instance(manifest, ("spec",))
    for manifest in repo.of_kind("helm.toolkit.fluxcd.io", "HelmRelease"):
        route: Route = ("spec", "values", "instance")
        if text_at(manifest.data, (*route, "distribution", "version")):
            yield _instance(manifest, route)


def _instance(manifest: Manifest, route: Route) -> Evidence:
    version = text_at(manifest.data, (*route, "distribution", "version"))
    patches = list_at(manifest.data, (*route, "kustomize", "patches"))
    return Evidence(manifest.path, lowest(version), _gate(" ".join(_texts(patches))))


def _texts(patches: Sequence[Data]) -> Iterator[str]:
    return (patch for patch in (dig(entry, ("patch",)) for entry in patches) if isinstance(patch, str))


def _gate(text: str) -> bool | None:
    """How the feature gate is set in a text, by the last one that sets it."""
    settings = STRICT_GATE.findall(text)
    return settings[-1] == "true" if settings else None
