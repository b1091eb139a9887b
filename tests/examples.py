"""How the examples of a page are read: under ``dual-gitops``, unless they bring a ``.gitops-lint.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.config import load

if TYPE_CHECKING:
    from gitops_lint.config import Settings
    from gitops_lint.document import File
    from gitops_lint.example import Example

DEFAULT = b"extends: dual-gitops\n"


def example_settings(example: Example) -> tuple[Settings, File]:
    """The settings of an example."""
    own = example.files.get(".gitops-lint.yaml")
    return load(".gitops-lint.yaml", own.encode() if own is not None else DEFAULT)
