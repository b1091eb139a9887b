"""What well-known Helm charts bring: ``charts.toml``, asked by the name of a chart."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    import tomllib  # only where somebody asks about a chart

    return tomllib.loads(Path(__file__).with_name("charts.toml").read_text(encoding="utf-8"))


def defines(chart: str, group: str, kind: str) -> bool:
    """Whether a chart brings the definition of a kind."""
    known = _table()["definitions"].get(chart, ())
    return group in known or f"{group}/{kind}" in known


def groups(chart: str) -> frozenset[str]:
    """The API groups of which a chart brings definitions."""
    return frozenset(entry.partition("/")[0] for entry in _table()["definitions"].get(chart, ()))


def asked_for_by(chart: str) -> tuple[str, ...]:
    """The values, as dotted paths, of which one has to be true for the chart to bring its definitions; any if empty."""
    return tuple(_table()["asked"].get(chart, ()))


def judges_pods(chart: str) -> bool:
    """Whether a chart brings webhooks that judge or change pods, whoever applies them."""
    return chart in _table()["webhooks"]["charts"]


def makes_storage_classes(chart: str) -> bool:
    """Whether a chart makes StorageClasses, or its name says that it has to do with storage."""
    return chart in _table()["storage"]["charts"] or any(word in chart for word in _table()["storage"]["words"])
