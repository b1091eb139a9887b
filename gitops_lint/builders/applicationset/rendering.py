"""Fills templates in: ``{{param}}`` as fasttemplate does, or as Go templates where the set says ``goTemplate``.

Keeps count of what it has made, so that a small file makes no endless one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import re2

from gitops_lint.builders.template import Template, Undefined, Unsupported, as_json, formatted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.model import Data

PLACEHOLDER = re2.compile(r"\{\{([^{}]*)\}\}")
MAX_RENDERED = 4_000_000
"""Values and characters that all Applications of one set may consist of."""


class TooLarge(Exception):
    """What was rendered is larger than anything that a person has written."""


class Renderer:
    """Renders the templates of one set."""

    def __init__(self, *, go: bool, strict: bool = False) -> None:
        self.go = go
        self.strict = strict
        self._left = MAX_RENDERED
        self._templates: dict[str, Template | None] = {}
        self._converted: tuple[Mapping[str, Data] | None, Data] = (None, None)
        """The parameters that were asked for last, and what Go has of them."""

    def render(self, template: Data, parameters: Mapping[str, Data]) -> Data:
        """Data with the placeholders in it filled in; what cannot be stays. Raises TooLarge and Undefined."""
        self.spend(1)
        if isinstance(template, str):
            return self.text(template, parameters)
        if isinstance(template, dict):
            return {self.text(str(key), parameters): self.render(value, parameters) for key, value in template.items()}
        if isinstance(template, list):
            return [self.render(value, parameters) for value in template]
        return template

    def text(self, template: str, parameters: Mapping[str, Data]) -> str:
        """One text with its placeholders filled in. Raises TooLarge, and Undefined where Argo CD would fail."""
        if "{{" not in template:
            return template
        self.spend(len(template))
        return self._go_text(template, parameters) if self.go else self._fast_text(template, parameters)

    def spend(self, steps: int) -> None:
        """Count work. Raises TooLarge where it is too much for one set."""
        self._left -= steps
        if self._left < 0:
            raise TooLarge

    def _go_text(self, template: str, parameters: Mapping[str, Data]) -> str:
        if template not in self._templates:
            try:
                self._templates[template] = Template(template, strict=self.strict)
            except Unsupported:
                self._templates[template] = None
        compiled = self._templates[template]
        try:
            rendered = compiled.render(self._as_json(parameters), self.spend) if compiled else template
        except Undefined:
            raise
        except Unsupported:
            return template
        self.spend(len(rendered))
        return rendered

    def _as_json(self, parameters: Mapping[str, Data]) -> Data:
        if self._converted[0] is not parameters:
            self._converted = (parameters, as_json(dict(parameters)))
        return self._converted[1]

    def _fast_text(self, template: str, parameters: Mapping[str, Data]) -> str:
        def fill(match: re2._Match[str]) -> str:
            value = parameters.get(match.group(1).strip())
            text = str(match.group(0)) if value is None else formatted(as_json(value))
            self.spend(len(text))
            return text

        return str(PLACEHOLDER.sub(fill, template))
