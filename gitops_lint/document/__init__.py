"""Text -> documents with their places: the only room that knows YAML. It opens no file and raises for no content.

One quick pass over libyaml's events (``composer``) makes plain data, in the *direct* reading, and keeps no places. What
needs a closer look works on the tree of one document (``nodes``), made on demand: places (``file``), repeated keys
(``faults``), the *kustomize* reading (``kustomize``). ``reader`` leads through all of it.
"""

import yaml

from gitops_lint.document.comments import Directive
from gitops_lint.document.composer import MAX_DEPTH
from gitops_lint.document.events import collector_at_rest
from gitops_lint.document.file import Document, Fault, File
from gitops_lint.document.nodes import Node
from gitops_lint.document.reader import MAX_FAULTS, read

YAML_VERSION = yaml.__version__

__all__ = [
    "MAX_DEPTH",
    "MAX_FAULTS",
    "YAML_VERSION",
    "Directive",
    "Document",
    "Fault",
    "File",
    "Node",
    "collector_at_rest",
    "read",
]
