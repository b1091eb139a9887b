"""A picture for programs. Its schema, version 1, is ``graph.schema.json`` beside this file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.output.text import dump

if TYPE_CHECKING:
    from gitops_lint.location import Location
    from gitops_lint.output.picture import Arrow, Box, Picture

VERSION = 1
"""The version of the format: it grows when a key changes its meaning or goes, not when one is added."""

Object = dict[str, object]


def render(picture: Picture) -> str:
    """The whole picture as one JSON object; nothing is folded to make it fit."""
    return dump(
        {
            "version": VERSION,
            "clusters": list(picture.clusters),
            "nodes": [_node(box) for box in picture.boxes],
            "edges": [_edge(arrow) for arrow in picture.arrows],
        },
        indent=2,
    )


def _node(box: Box) -> Object:
    return {
        "id": box.id,
        "kind": box.kind,
        "cluster": box.cluster,
        "title": box.title,
        "object": box.ref._asdict() if box.ref else None,
        "controller": box.controller or None,
        "reach": box.reach,
        "root": box.root,
        "focus": box.is_focus,
        "counts": dict(sorted(box.counts.items())),
        **_place(box.location),
    }


def _edge(arrow: Arrow) -> Object:
    return {
        "from": arrow.start,
        "to": arrow.end,
        "kind": arrow.kind,
        "label": arrow.label,
        "field": arrow.route or None,
        **_place(arrow.location),
    }


def _place(location: Location | None) -> Object:
    """Where the node is written, or the field that makes the edge; a line counts from 1."""
    return {"path": location.path if location else None, "line": location.line if location else None}
