"""A picture in DOT, the language of Graphviz (graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.output.picture import Box, Picture, numbered
from gitops_lint.output.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPES = {"source": "cylinder", "objects": "note", "object": "ellipse", "file": "folder"}
_CONTROLLERS = {"flux": "box", "argocd": "hexagon", "manual": "parallelogram"}
_COLORS = {
    "flux": ("#dbe9ff", "#326ce5"),
    "argocd": ("#ffe3d6", "#ef7b4d"),
    "manual": ("#eeeeee", "#666666"),
    "source": ("#e9f7e9", "#3c8a3c"),
    "file": ("#fffbe0", "#b59f00"),
}
"""The fill and the line of what a controller is, or what no controller is."""
_ARROWS = {"reads": "dashed", "waits for": "bold"}


def render(picture: Picture) -> str:
    """The picture as a directed graph; a cluster is a box around its nodes."""
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield "digraph gitops {"
    yield "  rankdir=LR;"
    yield '  node [style=filled, fontname="sans-serif", fontsize=11];'
    yield '  edge [fontname="sans-serif", fontsize=9];'
    names = {box.id: name for name, box in numbered(picture)}
    for number, (cluster, boxes) in enumerate(picture.clusters.items()):
        yield f"  subgraph cluster_{number} {{"
        yield f"    label={quoted(f'cluster {cluster}')};"
        yield from (f"    {names[box.id]} [{_node(box)}];" for box in boxes)
        yield "  }"
    for arrow in picture.arrows:
        style = f", style={_ARROWS[arrow.kind]}" if arrow.kind in _ARROWS else ""
        yield f"  {names[arrow.start]} -> {names[arrow.end]} [label={quoted(arrow.label)}{style}];"
    yield "}"


def _node(box: Box) -> str:
    fill, line = _COLORS.get(box.controller or box.kind, ("#ffffff", "#999999"))
    style = "filled" if box.reach == "live" else "filled,dashed"
    width = 4 if box.is_focus else 3 if box.root else 1
    shape = _SHAPES.get(box.kind) or _CONTROLLERS.get(box.controller, "box")
    look = {"shape": shape, "fillcolor": f'"{fill}"', "color": f'"{line}"', "penwidth": str(width)}
    class_name = box.controller or box.kind
    attributes = {"label": quoted(*box.lines), "class": f'"{class_name}"', **look, "style": f'"{style}"'}
    return ", ".join(f"{name}={value}" for name, value in attributes.items())


def quoted(*lines: str) -> str:
    r"""Foreign texts as one string: quotes, the escapes of labels (``\N``) and HTML entities mean themselves."""
    shown = (clean(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(shown) + '"'
