"""``gitops-lint graph``: who applies what, as a picture."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING

from gitops_lint.cli import UsageError
from gitops_lint.cli.naming import closest, is_named
from gitops_lint.cli.parser import wants_unicode
from gitops_lint.cli.progress import progress
from gitops_lint.cli.world import check_cluster, is_empty, open_world, say_empty
from gitops_lint.location import Location, describe
from gitops_lint.model import Hop, Place
from gitops_lint.output.picture import Arrow, Box, Picture
from gitops_lint.paths import normalise

if TYPE_CHECKING:
    import argparse

    from gitops_lint.engine import World
    from gitops_lint.graph import Ownership
    from gitops_lint.model import Delivery, Node, Reconciler

FORMATS = {"mermaid": "mermaid", "dot": "dot", "json": "graph_json"}
"""What ``--format`` names, and the module that draws it."""


def run(options: argparse.Namespace) -> int:
    """Print the picture; 1 where nothing applies what is in the focus."""
    with progress(options):
        world = open_world(options)
        if is_empty(world):
            return say_empty(options)
        check_cluster(world, options.cluster)
        drawing = Drawing(world)
        if options.focus is None:
            drawing.overview()
        else:
            drawing.focus(_Focus(world, options.focus), options.depth)
        picture = drawing.picture(options.cluster)
    text: str = import_module(f"gitops_lint.output.{FORMATS[options.format]}").render(picture)
    sys.stdout.write(text if wants_unicode() else text.encode("ascii", "replace").decode("ascii"))
    if not picture.boxes:
        print("nothing is applied there", file=sys.stderr)
    return 0 if picture.boxes else 1


class _Focus:
    """What the picture is about: a file or a directory, or the objects of an identity."""

    def __init__(self, world: World, asked: str) -> None:
        path = normalise(asked.rstrip("/"))
        tree = world.repo.tree
        self.path = path if path is not None and (tree.is_file(path) or tree.is_directory(path)) else None
        known = {*world.graph.objects, *world.graph.reconcilers, *(need.target for need in world.graph.needs)}
        self.nodes: set[Node] = set()
        if self.path is None:
            self.nodes = {node for node in known if is_named(node[1], asked)}
            if not self.nodes:
                raise UsageError(f"there is no file and no object {asked}{closest((ref for _, ref in known), asked)}")

    def holds(self, path: str) -> bool:
        """Whether a file lies in the focus."""
        return self.path is not None and (not self.path or path == self.path or path.startswith(f"{self.path}/"))

    def is_about(self, ownership: Ownership) -> bool:
        """Whether the object, or a file on the way to it, is in the focus."""
        if self.path is None:
            return (ownership.delivery.cluster, ownership.built.ref) in self.nodes
        hops = ownership.built.via.walk() if ownership.built.via else ()
        return self.holds(ownership.built.path) or any(self.holds(hop.place.path) for hop in hops)


class Drawing:
    """A picture in the making: boxes and arrows, each once, in the order in which they are met."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.graph = world.graph
        self.boxes: dict[str, Box] = {}
        self.arrows: dict[tuple[str, str, str, str], Arrow] = {}
        self.focused: set[Node] = set()
        self.sources = {need.target for need in world.graph.needs if need.kind == "reads"}

    def picture(self, cluster: str | None) -> Picture:
        """What was drawn; of one cluster: what is in it, and what leads into it."""
        arrows = list(self.arrows.values())
        if cluster is None:
            return Picture(tuple(self.boxes.values()), tuple(arrows))
        inside = {name for name, box in self.boxes.items() if box.cluster == cluster}
        arrows = [arrow for arrow in arrows if arrow.end in inside]
        kept = inside | {arrow.start for arrow in arrows}
        return Picture(tuple(box for name, box in self.boxes.items() if name in kept), tuple(arrows))

    # -- all of it ---------------------------------------------------------------------------------------------

    def overview(self) -> None:
        """Every reconciler and source; other objects by their number."""
        drawn = {*self.graph.reconcilers, *(need.target for need in self.graph.needs)}
        for node in sorted(self.graph.reconcilers):
            self.node(node)
        for applied in self.world.walked.applied:
            self._delivery(applied.reconciler, applied.delivery, drawn)
        self._needs(drawn)

    def _delivery(self, reconciler: Reconciler, delivery: Delivery, drawn: set[Node]) -> None:
        start, counts = self.node(reconciler.node), Counter[str]()
        for ownership in self.graph.applied_by(reconciler):
            if ownership.delivery is delivery:
                node = (delivery.cluster, ownership.built.ref)
                if node in drawn:
                    self.hop(start, self.node(node), delivery.hop)
                else:
                    counts[node[1].kind] += 1
        is_unknown = not delivery.build.objects and bool(delivery.build.opaque)
        if counts or is_unknown:
            name = f"{start} -> {delivery.cluster}, {delivery.hop.text}"
            title = "content unknown" if is_unknown else ""
            reach = self.boxes[start].reach
            self.boxes[name] = Box(name, "objects", delivery.cluster, title, reach=reach, counts=counts)
            self.hop(start, name, delivery.hop)

    def _needs(self, among: set[Node]) -> None:
        """The arrows to sources and to what is waited for."""
        for need in self.graph.needs:
            if need.owner in among and need.target in among:
                self.hop(self.node(need.owner), self.node(need.target), need.hop, need.kind)

    # -- the focus ---------------------------------------------------------------------------------------------

    def focus(self, focus: _Focus, depth: int) -> None:
        """The chains to what is in the focus, file by file, and what is around it."""
        about = [o for owners in self.graph.objects.values() for o in owners if focus.is_about(o)]
        self.focused = set(focus.nodes)
        chained: set[tuple[Node, Node]] = set()
        for ownership in self.graph.chains(about):
            self._chain(ownership, focus)
            chained.add((ownership.reconciler.node, (ownership.delivery.cluster, ownership.built.ref)))
        centre = focus.nodes | {(o.delivery.cluster, o.built.ref) for o in about}
        near = self.graph.around(centre, depth) if centre and depth else centre
        for node in sorted(near):
            self.node(node)
        for reconciler in (self.graph.reconcilers[node] for node in sorted(near) if node in self.graph.reconcilers):
            for ownership in self.graph.applied_by(reconciler):
                node = (ownership.delivery.cluster, ownership.built.ref)
                if node in near and (reconciler.node, node) not in chained:
                    self.hop(self.node(reconciler.node), self.node(node), ownership.delivery.hop)
        self._needs(near)

    def _chain(self, ownership: Ownership, focus: _Focus) -> None:
        """One link of a chain: from the reconciler through its files to the object."""
        cluster, here = ownership.delivery.cluster, self.node(ownership.reconciler.node)
        hop, kind = ownership.delivery.hop, "applies"
        for following in ownership.built.via.walk() if ownership.built.via else ():
            there = self.file(cluster, following.place.path, focus)
            self.hop(here, there, hop, kind)
            here, hop, kind = there, following, "includes"
        if focus.holds(ownership.built.path):
            there = self.file(cluster, ownership.built.path, focus)
            self.hop(here, there, hop, kind)
            here, hop, kind = there, Hop(ownership.built.origin, ""), "includes"
        self.hop(here, self.node((cluster, ownership.built.ref)), hop, kind)

    # -- boxes and arrows --------------------------------------------------------------------------------------

    def node(self, node: Node) -> str:
        """The box of a reconciler, a source or another object, drawn when it is first asked for."""
        cluster, ref = node
        name = f"{cluster}|{'/'.join(ref)}"
        if name not in self.boxes:
            self.boxes[name] = self._box(name, node)
        return name

    def _box(self, name: str, node: Node) -> Box:
        cluster, ref = node
        reconciler = self.graph.reconcilers.get(node)
        owners = self.graph.owners(node)
        subject = reconciler.subject if reconciler else owners[0].built if owners else None
        return Box(
            name,
            "reconciler" if reconciler else "source" if node in self.sources else "object",
            cluster,
            str(ref),
            controller=reconciler.controller.value if reconciler else "",
            reach=self.graph.reach(node).value if subject else "live",
            root=reconciler.root if reconciler else None,
            location=subject.locate(()).location if subject else None,
            ref=ref,
            is_focus=node in self.focused,
        )

    def file(self, cluster: str, path: str, focus: _Focus) -> str:
        """The box of a file or directory on the way to an object."""
        name = f"{cluster}|{path}"
        if name not in self.boxes:
            title, location = path or ".", Location(path)
            self.boxes[name] = Box(name, "file", cluster, title, location=location, is_focus=focus.holds(path))
        return name

    def hop(self, start: str, end: str, hop: Hop, kind: str = "applies") -> None:
        """The arrow of a hop; none from a box to itself."""
        if start != end:
            route = describe(hop.place.route) if isinstance(hop.place, Place) else ""
            arrow = Arrow(start, end, kind, hop.text, route, hop.place.location)
            self.arrows.setdefault((start, end, kind, hop.text), arrow)
