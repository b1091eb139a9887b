"""``gitops-lint why``: who applies an object or a file, and through which chain."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.naming import closest, is_named
from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.world import check_cluster, is_empty, open_world, say, say_empty, wants_color
from gitops_lint.graph import nearest_miss
from gitops_lint.model import OPAQUE, Reach
from gitops_lint.output.console import chains
from gitops_lint.owners import owner_of
from gitops_lint.paths import normalise

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from gitops_lint.engine import World
    from gitops_lint.graph import Ownership
    from gitops_lint.model import Node


def run(options: argparse.Namespace) -> int:
    """Print every owner with its chain; 1 where nothing applies what was asked for."""
    world = open_world(options)
    if is_empty(world):
        return say_empty(options)
    check_cluster(world, options.cluster)
    path = normalise(options.subject.rstrip("/"))
    if path is not None and (world.repo.tree.is_file(path) or world.repo.tree.is_directory(path)):
        return _why_path(world, path, options)
    return _why_object(world, options)


# -- an object -------------------------------------------------------------------------------------------------


def _why_object(world: World, options: argparse.Namespace) -> int:
    nodes = [node for node in _nodes(world, options.subject) if options.cluster in (None, node[0])]
    for node in nodes:
        _print_owners(str(node[1]), world, list(world.graph.owners(node)), options)
    if nodes:
        return 0
    written = [manifest for manifest in world.repo.manifests if is_named(manifest.ref, options.subject)]
    for manifest in written:
        say(f"{manifest.ref}: nothing applies it; it is written in {manifest.locate(()).location}")
        _print_miss(world, manifest.path)
    if not written:
        hint = closest((ref for _, ref in world.graph.objects), options.subject)
        raise UsageError(f"there is no file and no object {options.subject}{hint}")
    return 1


def _nodes(world: World, asked: str) -> list[Node]:
    return [
        node for node in sorted(world.graph.objects, key=lambda node: (node[0], node[1])) if is_named(node[1], asked)
    ]


# -- a path ----------------------------------------------------------------------------------------------------


def _why_path(world: World, path: str, options: argparse.Namespace) -> int:
    owners = [
        owner
        for node, found in sorted(world.graph.objects.items(), key=lambda item: (item[0][0], item[0][1]))
        for owner in found
        if options.cluster in (None, node[0]) and _is_below(owner.built.path, path)
    ]
    if owners:
        for text, group in _by_reconciler(owners):
            _print_owners(f"{path}: {text}", world, group, options)
        return 0
    readers = sorted(
        {
            str(a.reconciler.subject.ref)
            for a in world.walked.applied
            if path in a.delivery.build.reads and a.reach is Reach.LIVE
        }
    )
    if readers:
        say(f"{path} holds no object of its own; it is read by {', '.join(readers)}")
        return 0
    say(f"{path}: nothing applies it")
    _print_miss(world, path)
    return 1


def _is_below(path: str, top: str) -> bool:
    return not top or path == top or path.startswith(f"{top}/")


def _by_reconciler(owners: list[Ownership]) -> Iterator[tuple[str, list[Ownership]]]:
    """One example for each reconciler and cluster, with the number of objects that it applies from there."""
    groups: dict[tuple[Node, str], list[Ownership]] = {}
    for owner in owners:
        groups.setdefault((owner.reconciler.node, owner.delivery.cluster), []).append(owner)
    for group in groups.values():
        first = min(group, key=lambda owner: (owner.built.ref.group == OPAQUE, owner.built.origin.location))
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        yield f"{first.built.ref}{more}", [first]


# -- printing --------------------------------------------------------------------------------------------------


def _print_owners(title: str, world: World, owners: list[Ownership], options: argparse.Namespace) -> None:
    shown = [owner_of(world.graph, owner) for owner in owners]
    several = len({owner.cluster for owner in shown} | {c.cluster for c in world.walked.roots}) > 1
    text = chains(title, shown, color=wants_color(options), unicode=wants_unicode(), name_clusters=several)
    sys.stdout.write(text)


def _print_miss(world: World, path: str) -> None:
    miss = nearest_miss(path, world.repo, world.walked.reads)
    if miss:
        say(f"  nearest miss: {miss.file} {'lists it in a comment only' if miss.disabled else 'does not list it'}")
