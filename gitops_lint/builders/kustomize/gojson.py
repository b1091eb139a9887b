"""JSON as Go's encoding/json writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitops_lint.model import Data

_ESCAPED = "<>&\u2028\u2029"
"""What Go escapes in texts, so that they may stand in HTML and in JavaScript."""


def marshal(data: Data, *, indented: bool = False) -> str:
    """Data in one line without blanks, or indented by two; the keys of mappings are sorted."""
    separators = (",", ": ") if indented else (",", ":")
    text = json.dumps(data, sort_keys=True, separators=separators, ensure_ascii=False, indent=2 if indented else None)
    for character in _ESCAPED:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
