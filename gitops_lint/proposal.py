"""What a repository may say about itself: the configuration that ``gitops-lint init`` proposes, out of what is there.

Every section has several wordings, the most telling first. Which of them today's repository follows, whoever asks
finds out; the last one of each is a comment.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint import __version__
from gitops_lint.context.seen import order_to
from gitops_lint.engine import HOME
from gitops_lint.matrix import Clause, Component, Matrix
from gitops_lint.model import Controller, Reach, dig
from gitops_lint.paths import clamp
from gitops_lint.scalars import direct
from gitops_lint.traits import traits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitops_lint.engine import World
    from gitops_lint.graph import Ownership

ENVIRONMENT_NAMES = {
    "prod": ("prod", "production"),
    "staging": ("staging", "stage"),
    "dev": ("dev", "development"),
}
SYNC = {"prod": "manual", "dev": "auto"}
SCHEMA = f"{HOME.replace('github.com', 'raw.githubusercontent.com')}/v{__version__}/gitops_lint/config.schema.json"
PLAIN = re.compile(r"[A-Za-z0-9.][\w./*-]*", re.ASCII)
"""A text that needs no quotes, unless it means something else without."""
WILDCARDS = frozenset("*?{}[]!\\")

Lines = tuple[str, ...]


class Section(NamedTuple):
    """A part of the file: what it is about, and its wordings."""

    about: str
    wordings: tuple[Lines, ...]


def sections(world: World) -> list[Section]:
    """The sections of the file in their order, each with a comment as its last wording."""
    found = [_clusters(world), _environments(world), _trees(world), _rows(world)]
    return [Section(about, (*wordings, _withheld(wordings[0]))) for about, wordings in found]


def text_of(world: World, chosen: Sequence[tuple[Section, Lines]]) -> str:
    """The file with the wordings that were chosen."""
    lines = [
        f"# yaml-language-server: $schema={SCHEMA}",
        "# Written by gitops-lint init from what this repository holds. Correct what it got wrong.",
    ]
    if world.config.file is None and world.config.matrix is not None:
        lines.append(f"extends: {world.config.matrix.name}")
    for section, wording in chosen:
        lines += ["", f"# {section.about}", *wording]
    return "\n".join(lines) + "\n"


def _withheld(lines: Lines) -> Lines:
    return ("# Not so today: with these lines gitops-lint finds fault with what is here.", *(f"# {x}" for x in lines))


# -- clusters, environments, trees -----------------------------------------------------------------------------


def _clusters(world: World) -> Section:
    """The clusters that have a Flux root, and the destinations that nobody has mapped yet."""
    roots: dict[str, str] = {}
    for root in world.walked.roots:
        path = dig(root.subject.data, ("spec", "path"))
        if root.controller is Controller.FLUX and isinstance(path, str):
            roots.setdefault(root.cluster, clamp(path) or ".")
    asked = tuple(
        f"  # which cluster is this? destinations: [{word(destination)}]"
        for destination in sorted(world.walked.unmapped)
    )
    here = ['"https://kubernetes.default.svc"'] if len(roots) == 1 else []
    names = f"destinations: [{', '.join(here)}]"
    whole = (f"  {word(name)}: {{root: {word(path)}, {names}}}" for name, path in sorted(roots.items()))
    brief = (f"  {word(name)}: {{{names}}}" for name in sorted(roots))
    head = "clusters:" if roots else "clusters: {}"
    return Section(
        "A cluster: the directory that its Flux reads, and the names by which Argo CD calls it.",
        ((head, *whole, *asked), (head, *brief, *asked)),
    )


def _environments(world: World) -> Section:
    directories = {part for path in world.repo.tree.files for part in path.split("/")[:-1]}
    found = {name: [d for d in spellings if d in directories] for name, spellings in ENVIRONMENT_NAMES.items()}
    paths = {name: ", ".join(f'"**/{one}/**"' for one in spellings) for name, spellings in found.items() if spellings}

    def wording(sync: Mapping[str, str]) -> Lines:
        head = "environments:" if paths else "environments: {}"
        return head, *(
            f"  {name}: {{paths: [{globs}], sync: {sync.get(name, 'any')}}}" for name, globs in paths.items()
        )

    about = "How to tell an environment, and whether its Applications sync by themselves (auto, manual, any)."
    return Section(about, (wording(SYNC), wording({})))


def _trees(world: World) -> Section:
    """The top-level directories by the controller that applies from them; mixed ones are left out."""
    owned = {name: who for name, who in world.graph.observed() if name.endswith("/")}
    applications = sorted(
        {
            m.path.partition("/")[0]
            for m in world.repo.manifests
            if m.ref.kind in ("Application", "ApplicationSet") and "/" in m.path
        }
    )
    lines = ["trees:"]
    for controller in (Controller.FLUX, Controller.ARGOCD):
        mine = sorted(top for top, owners in owned.items() if owners == {controller})
        lines.append(f"  {controller.value}: [{_globs(mine)}]")
    lines.append(f"  applications: [{_globs(f'{top}/' for top in applications)}]")
    return Section(
        "Which directories belong to whom; applications: where the Application objects are to stand.", (tuple(lines),)
    )


def _globs(directories: Iterable[str]) -> str:
    """Globs for all that is below directories; a name with a wildcard in it has none."""
    return ", ".join(word(f"{directory}**") for directory in directories if not WILDCARDS & set(directory))


# -- the matrix ------------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    name: str
    owner: Controller
    key: str
    globs: tuple[str, ...]

    def __str__(self) -> str:
        listed = ", ".join(map(word, self.globs))
        return f"  - {{component: {word(self.name)}, owner: {self.owner.value}, match: [{{{self.key}: [{listed}]}}]}}"


def _rows(world: World) -> Section:
    """A matrix that today's repository follows; where a preset is in force, its rows are the law."""
    rows = [] if world.config.matrix else _needed(world, [*_by_namespace(world), *_by_directory(world)])
    head = "responsibilities:" if rows else "responsibilities: []"
    about = (
        "The matrix: what belongs to whom, as observed; the first row that matches counts. A why is told with findings."
    )
    if world.config.matrix:
        about = "The matrix: what belongs to whom, and why. A row that names a component of the preset replaces it."
    return Section(about, ((head, *map(str, rows)),))


def _ownerships(world: World) -> Iterator[tuple[str, Ownership]]:
    """What is applied, or may be, with the cluster; orders to controllers are nobody's component."""
    for (cluster, ref), owners in sorted(world.graph.objects.items()):
        if order_to(ref) is None:
            yield from ((cluster, owner) for owner in owners)


def _by_namespace(world: World) -> Iterator[_Row]:
    """The namespaces of each controller, where there are both; a namespace of two belongs to nobody."""
    found: dict[str, set[Controller]] = {}
    for _, owner in _ownerships(world):
        if owner.built.ref.namespace:
            found.setdefault(owner.built.ref.namespace, set()).add(owner.controller)
    everyone = sorted({who for some in found.values() for who in some})
    for controller in everyone if len(everyone) > 1 else ():
        mine = sorted(n for n, some in found.items() if some == {controller} and not WILDCARDS & set(n))
        if mine:
            yield _Row(f"namespaces of {controller.label}", controller, "namespace", tuple(mine))


def _by_directory(world: World) -> Iterator[_Row]:
    """The top-level directories; one that both apply from, by the parts of it that one alone does."""
    owners: dict[str, set[Controller]] = {}
    for _, owner in _ownerships(world):
        owners.setdefault(owner.built.path, set()).add(owner.controller)
    tops: dict[tuple[str, Controller], list[str]] = {}
    for glob, controller in _territories("", owners):
        tops.setdefault((glob.partition("/")[0] if "/" in glob else "the top", controller), []).append(glob)
    shares = Counter(top for top, _ in tops)
    for (top, controller), globs in sorted(tops.items()):
        yield _Row(f"{top} of {controller.label}" if shares[top] > 1 else top, controller, "path", tuple(globs))


def _territories(prefix: str, owners: Mapping[str, set[Controller]]) -> Iterator[tuple[str, Controller]]:
    """Globs of the largest directories below a prefix that a controller has for itself, and of single files."""
    below: dict[str, dict[str, set[Controller]]] = {}
    for path, who in owners.items():
        step, slash, _ = path.removeprefix(prefix).partition("/")
        below.setdefault(f"{prefix}{step}{slash}", {})[path] = who
    for part, inside in sorted(below.items()):
        everyone = set().union(*inside.values())
        if len(everyone) == 1 and not WILDCARDS & set(part):
            yield (f"{part}**" if part.endswith("/") else part), everyone.pop()
        elif part.endswith("/"):
            yield from _territories(part, inside)


def _needed(world: World, rows: Sequence[_Row]) -> list[_Row]:
    """The rows that something falls under: any other would be missed."""
    components = [Component(r.name, r.name, r.owner, (Clause({r.key: r.globs}),), "") for r in rows]
    matrix = Matrix("", tuple(components))
    live = ((cluster, owner) for cluster, owner in _ownerships(world) if owner.reach is Reach.LIVE)
    matches = (matrix.match(traits_of(owner.built, cluster)) for cluster, owner in live)
    names = {match.component.name for match in matches if match}
    return [row for row in rows if row.name in names]


# -- words -----------------------------------------------------------------------------------------------------


def word(text: str) -> str:
    """A foreign text as a value of YAML: as it is where it can be, else in quotes, what cannot be seen as an escape."""
    if PLAIN.fullmatch(text) and direct(text) == text:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '\\"':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
