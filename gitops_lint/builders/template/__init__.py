"""Go templates, as far as a linter needs them: Argo CD's ``goTemplate`` and flux-operator's ResourceSets.

Evaluated are text, comments, whitespace trimming, fields, variables, pipelines, parentheses, literals, ``if``,
``range``, ``with``, ``else``, ``break`` and ``continue``, and the functions of ``functions.py`` (Go's own, the common
ones of sprig, and Argo CD's). Everything else makes the template unknown, which is said and never guessed. Nothing
runs for long: steps and output are bounded.
"""

from gitops_lint.builders.template.evaluate import Template, Undefined
from gitops_lint.builders.template.nodes import Unsupported
from gitops_lint.builders.template.texts import normalize
from gitops_lint.builders.template.values import as_json, formatted, weight

__all__ = ["Template", "Undefined", "Unsupported", "as_json", "formatted", "normalize", "weight"]
