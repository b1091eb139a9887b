"""Text -> documents with their places: the only room that knows YAML. It opens no file and raises for no content.

One quick pass over libyaml's events (``composer``) makes plain data, in the *direct* reading, and keeps no places. What
needs a closer look works on the tree of one document (``nodes``), made on demand: places (``file``), repeated keys
(``faults``), the *kustomize* reading (``kustomize``). ``reader`` leads through all of it.
"""

from gitops_lint.document.comments import Directive
from gitops_lint.document.composer import MAX_DEPTH
from gitops_lint.document.file import Document, Fault, File
from gitops_lint.document.nodes import Node
from gitops_lint.document.reader import MAX_FAULTS, read

__all__ = ["MAX_DEPTH", "MAX_FAULTS", "Directive", "Document", "Fault", "File", "Node", "read"]
