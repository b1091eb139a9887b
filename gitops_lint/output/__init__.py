"""The output formats: one file a format, each a function from a report to a text. Nothing here prints.

``text`` is the common ground; the formats know it and not each other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = {
    "full": "console",
    "concise": "concise",
    "json": "json",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
}
"""What ``--output-format`` names, and the module that renders it."""


def renderer(name: str) -> Callable[..., str]:
    """The function of a format: it takes the report, and by keyword what that format lets be chosen.

    A format is imported when it is asked for: most runs need one.
    """
    render: Callable[..., str] = import_module(f"gitops_lint.output.{FORMATS[name]}").render
    return render
