"""A picture as Mermaid, which GitHub, GitLab and many editors draw (mermaid.js.org, flowchart).

Mermaid draws nothing beyond 500 arrows and 50,000 characters, and nobody reads that many: a picture is folded long
before, and a comment says so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gitops_lint.output.picture import Box, Picture, fitted, numbered
from gitops_lint.output.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_EDGES: Final = 120
MAX_CHARACTERS: Final = 20_000
"""What can be read, far below Mermaid's limits (config.schema.yaml, maxEdges and maxTextSize; UTF-16 code units)."""
MAX_LABEL: Final = 120
"""The characters of a label that are shown."""

_RISKY = re.compile(r"""["#&<>`%{}\\;$]|:(?=\S*["#&<>`%{}\\;$])""")
"""What may end a label, begin an entity, a tag, a formula, a Markdown string or a directive; and the colon before an
entity, which Mermaid takes for a style and robs of its semicolon (utils.ts, encodeEntities)."""
_SHAPES = {
    ("reconciler", "argocd"): ("{{", "}}"),
    ("reconciler", "manual"): ("[/", "/]"),
    ("reconcilers", "argocd"): ("{{", "}}"),
    ("reconcilers", "manual"): ("[/", "/]"),
    ("source", ""): ("[(", ")]"),
    ("objects", ""): ("([", "])"),
    ("object", ""): ("(", ")"),
    ("file", ""): (">", "]"),
}
"""Flux is a rectangle, Argo CD a hexagon, what is done by hand a parallelogram."""
_ARROWS = {"applies": "-->", "reads": "-.->", "waits for": "==>"}
_CLASSES = {
    "flux": "fill:#dbe9ff,stroke:#326ce5,color:#10264d",
    "argocd": "fill:#ffe3d6,stroke:#ef7b4d,color:#4a1d08",
    "manual": "fill:#eeeeee,stroke:#666666,color:#222222",
    "source": "fill:#e9f7e9,stroke:#3c8a3c,color:#143314",
    "objects": "fill:#ffffff,stroke:#999999,color:#333333",
    "file": "fill:#fffbe0,stroke:#b59f00,color:#3d3600",
    "root": "stroke-width:3px",
    "unreached": "stroke-dasharray:5 4",
    "focus": "stroke:#c2185b,stroke-width:4px",
}


def render(picture: Picture) -> str:
    """The picture as the text of a flowchart."""
    return _text(fitted(picture, _fits))


def _fits(picture: Picture) -> bool:
    return len(picture.arrows) <= MAX_EDGES and _units(_text(picture)) <= MAX_CHARACTERS


def _units(text: str) -> int:
    """The length as JavaScript counts it."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def _text(picture: Picture) -> str:
    return "".join(f"{line}\n" for line in _lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield "flowchart LR"
    yield from (f"  %% folded: {told}" for told in picture.folded)
    names = {box.id: name for name, box in numbered(picture)}
    for number, (cluster, boxes) in enumerate(picture.clusters.items()):
        yield f'  subgraph c{number}["{escaped(f"cluster {cluster}")}"]'
        yield "    direction LR"  # a subgraph runs from the top down, whatever the picture does
        yield from (f"    {names[box.id]}{_shape(box)}" for box in boxes)
        yield "  end"
    for arrow in picture.arrows:
        label = f'|"{escaped(arrow.label)}"|' if arrow.label else ""
        yield f"  {names[arrow.start]} {_ARROWS.get(arrow.kind, '-->')}{label} {names[arrow.end]}"
    for name, style in _CLASSES.items():
        members = [names[box.id] for box in picture.boxes if name in _classes(box)]
        if members:
            yield f"  classDef {name} {style}"
            yield f"  class {','.join(members)} {name}"


def _shape(box: Box) -> str:
    opening, closing = _SHAPES.get((box.kind, box.controller), ("[", "]"))
    return f'{opening}"{_label(box.lines)}"{closing}'


def _label(lines: Iterable[str]) -> str:
    return "<br/>".join(map(escaped, lines))


def _classes(box: Box) -> Iterator[str]:
    yield box.controller or ("objects" if box.kind == "object" else box.kind)
    if box.root:
        yield "root"
    if box.reach != "live":
        yield "unreached"
    if box.is_focus:
        yield "focus"


def escaped(text: str) -> str:
    """A foreign text for a label in double quotes: on one line, with Mermaid's entities for all that it would obey."""
    short = text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"
    return _RISKY.sub(lambda match: f"#{ord(match[0])};", clean(short))
