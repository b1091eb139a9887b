"""How go-yaml v2 writes a text: what stands without quotes, and what it escapes between double ones."""

from __future__ import annotations

import re
from functools import cache

SHORT = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e", '"': '"',
    "\\": "\\", "\x85": "N", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
"""YAML's short escapes (YAML 1.1, 5.6)."""
_INDICATOR = re.compile(r"""[#,\[\]{}&*!|>'"%@`]|[-?:](?: |\Z)|---|\.\.\.""")
"""What a text without quotes cannot begin with (emitterc.go, yaml_emitter_analyze_scalar)."""
_INNER_INDICATOR = re.compile(r" #|:(?: |\Z)")


def is_plain(text: str) -> bool:
    """Whether a printable text of one line can stand without quotes, whatever it would then mean."""
    edges = text[:1] == " " or text[-1:] == " "
    return not (edges or _INDICATOR.match(text) or _INNER_INDICATOR.search(text))


def is_printable(text: str) -> bool:
    """Whether go-yaml writes every character of a text as it is; lines may end in it."""
    return (text.isascii() and text.isprintable()) or not _special().search(text)


@cache
def _special() -> re.Pattern[str]:
    """What go-yaml escapes: controls and tabs, and all beyond the basic plane (yamlprivateh.go, is_printable).

    Compiled when it is first asked: so large a set takes milliseconds, and most runs need it for no text.
    """
    return re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")


def is_escaped(character: str) -> bool:
    """Whether go-yaml escapes a character between double quotes."""
    return character in SHORT or not is_printable(character)


def escape(character: str) -> str:
    """A character as an escape between double quotes."""
    if character in SHORT:
        return f"\\{SHORT[character]}"
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
