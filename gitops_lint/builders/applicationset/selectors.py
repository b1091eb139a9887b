"""Label selectors of Kubernetes (apimachinery, pkg/apis/meta/v1/types.go, LabelSelector)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.model import Data


def is_open(selector: Data) -> bool:
    """Whether a selector asks for nothing."""
    return not (mapping_at(selector, ("matchLabels",)) or list_at(selector, ("matchExpressions",)))


def lets_through(selector: Data, labels: Mapping[str, str]) -> bool:
    """Whether labels fulfil all that a selector asks for."""
    wanted = mapping_at(selector, ("matchLabels",))
    if any(labels.get(str(key)) != str(value) for key, value in wanted.items()):
        return False
    return all(_holds(expression, labels) for expression in mappings_at(selector, ("matchExpressions",)))


def _holds(expression: Mapping[str, Data], labels: Mapping[str, str]) -> bool:
    key, operator = text_at(expression, ("key",)), text_at(expression, ("operator",))
    values = [str(value) for value in list_at(expression, ("values",))]
    if operator in ("Exists", "DoesNotExist"):
        return (key in labels) is (operator == "Exists")
    if operator == "In":
        return labels.get(key) in values
    return operator == "NotIn" and labels.get(key) not in values
