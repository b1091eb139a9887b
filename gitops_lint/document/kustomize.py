"""The *kustomize* reading of a document, made from its tree; and what a kustomize build refuses in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from yaml.events import CollectionStartEvent, NodeEvent, ScalarEvent

from gitops_lint import scalars
from gitops_lint.document.composer import has_odd_annotations
from gitops_lint.document.events import FOLDED, is_merge, scalar_of
from gitops_lint.document.nodes import Node, direct_key, follow, merge_sources, scalar_event

if TYPE_CHECKING:
    from gitops_lint.model import Data

_STRING_TAG: Final = "tag:yaml.org,2002:str"


class KustomizeReading:
    """A document as kyaml takes it, and what a build fails at."""

    def __init__(self, root: Node, direct: Data) -> None:
        """``direct`` is the direct reading of the tree below ``root``; ``data`` is the very same where they agree."""
        self.data = direct
        self.refused: list[tuple[str, Node]] = []
        self._mappings: dict[tuple[int, bool], dict[str, Data]] = {}
        if not isinstance(root.event, NodeEvent):
            return
        data = self._value(root, in_flow=False)
        if has_odd_annotations(data):
            annotations = data["metadata"]["annotations"]
            for name in annotations:
                event = follow(root, ("metadata", "annotations", name))[-1][1].event
                annotations[name] = event.value if isinstance(event, ScalarEvent) else ""
        if data != direct:
            self.data = data

    def _value(self, node: Node, *, in_flow: bool) -> Data:
        event = node.event
        if isinstance(event, ScalarEvent):
            if in_flow and _is_quoted_in_flow(event):
                return event.value
            if event.style == FOLDED and event.tag is None:
                return scalars.refolded(event.value)
            try:
                return scalars.received(scalar_of(event, scalars.kustomize))
            except ValueError as error:
                self._refuse(str(error), node)
                return event.value
        in_flow = in_flow or bool(cast("CollectionStartEvent", event).flow_style)
        if node.is_mapping:
            return self._mapping(node, in_flow=in_flow)
        return [self._value(part, in_flow=in_flow) for part in node.parts]

    def _mapping(self, node: Node, *, in_flow: bool) -> dict[str, Data]:
        """A mapping, made once: one that is merged into others that are merged would take for ever."""
        known = (id(node), in_flow)
        if known not in self._mappings:
            self._mappings[known] = self._make(node, in_flow=in_flow)
        return self._mappings[known]

    def _make(self, node: Node, *, in_flow: bool) -> dict[str, Data]:
        """Merge as go-yaml v3 does: once, and under all the keys of the mapping, those before and those behind."""
        own: dict[str, Data] = {}
        merged: dict[str, Data] | None = None
        for key, value in node.pairs():
            if not is_merge(key.event):
                own[self._key(key, in_flow=in_flow)] = self._value(value, in_flow=in_flow)
                continue
            if merged is not None:
                self._refuse("a mapping has two merge keys ('<<')", key)
            merged = {}
            for source in reversed(merge_sources(value)):
                merged.update(self._mapping(source, in_flow=in_flow))
        return {**(merged or {}), **own}

    def _key(self, key: Node, *, in_flow: bool) -> str:
        """A build ends in JSON, whose keys are strings; kyaml makes no string of a number or a boolean."""
        event = scalar_event(key)
        text = event.value
        quoted = bool(event.style) or (in_flow and _is_quoted_in_flow(event))
        plain_text = isinstance(scalars.kustomize(text), str) and scalars.timestamp(text) is None
        if event.tag == _STRING_TAG or (event.tag in (None, "!") and (quoted or plain_text)):
            return text
        self._refuse(f"the key '{text}' is no string, so a kustomize build fails", key)
        return direct_key(key)

    def _refuse(self, message: str, node: Node) -> None:
        self.refused.append((message, node))


def _is_quoted_in_flow(event: ScalarEvent) -> bool:
    """Whether kyaml quotes a plain scalar inside {} or [], as it writes all nodes anew and reads that."""
    return event.tag is None and not event.style and (not event.value or ":" in event.value)
