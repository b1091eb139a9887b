"""The text of a template becomes pieces, and what stands in an action tokens (Go, text/template/parse/lex.go)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.template.nodes import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

SPACES = " \t\r\n"
"""What is trimmed beside an action with a hyphen."""
_STRING = r'"(?:[^"\\\n]|\\.)*"|`[^`]*`'
_RUNE = r"'(?:[^'\\\n]|\\.[^'\n]*)'"
_QUOTED = re.compile(f"{_STRING}|{_RUNE}")
_TOKEN = re.compile(
    rf"""\s+
    | (?P<string>{_STRING})
    | (?P<number>[+-]?(?:0[xXbBoO]\w+|\d[\d_]*\.?(?:[eE][+-]?\d+)?|\d*\.\d+(?:[eE][+-]?\d+)?))(?![\w.])
    | (?P<rune>{_RUNE})
    | (?P<variable>\$\w*)
    | (?P<field>\.[A-Za-z_]\w*)
    | (?P<dot>\.)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>:=|=|\||\(|\)|,)""",
    re.VERBOSE,
)
_TRIMS = re.compile(f"-[{SPACES}]")
_COMMENT = re.compile(r"/\*(?:(?!\*/).)*\*/", re.DOTALL)
_CODE = re.compile(r"\\(?:([xuU]))?([0-9a-fA-F]+)")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)")
_SHORT = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"',
}  # fmt: skip


class Token(NamedTuple):
    """A word of an action: its kind is the name of its group in the grammar."""

    kind: str
    text: str
    offset: int


class Piece(NamedTuple):
    """A part of the template: text, or what stands between delimiters."""

    is_action: bool
    text: str
    offset: int


def pieces(template: str, left: str, right: str) -> Iterator[Piece]:
    """Text and actions, the text trimmed where an action says so with a hyphen; comments are left out."""
    position, trims = 0, False
    while True:
        start = template.find(left, position)
        text = template[position:] if start < 0 else template[position:start]
        inside = start + len(left)
        opens_trimming = start >= 0 and _TRIMS.fullmatch(template, inside, inside + 2) is not None
        text = text.lstrip(SPACES) if trims else text
        text = text.rstrip(SPACES) if opens_trimming else text
        if text:
            yield Piece(is_action=False, text=text, offset=position)
        if start < 0:
            return
        begin = inside + opens_trimming
        end = _end_of_action(template, begin, right)
        inner = template[begin:end]
        trims = inner[-1:] == "-" and _TRIMS.fullmatch(inner[:-3:-1]) is not None
        inner = inner[:-1] if trims else inner
        position = end + len(right)
        if not _COMMENT.fullmatch(inner[opens_trimming : -1 if trims else None]):
            yield Piece(is_action=True, text=inner, offset=begin)


def _end_of_action(template: str, begin: int, right: str) -> int:
    """Where an action ends; a delimiter inside of a text or a comment is none."""
    comment = re.match(r"\s*/\*", template[begin : begin + 3])
    position = template.find("*/", begin) if comment else begin
    while 0 <= position < len(template):
        if template.startswith(right, position):
            return position
        if template[position] in "\"'`":
            quoted = _QUOTED.match(template, position)
            if quoted is None:
                raise Unsupported("a text is not closed", position)
            position = quoted.end()
        else:
            position += 1
    raise Unsupported("an action is not closed", begin)


def tokens(piece: Piece) -> Iterator[Token]:
    """The tokens of an action. Raises Unsupported for what is none."""
    position = 0
    while position < len(piece.text):
        match = _TOKEN.match(piece.text, position)
        if match is None:
            raise Unsupported(f"there is an unexpected {piece.text[position]}", piece.offset + position)
        if match.lastgroup is not None:
            yield Token(match.lastgroup, match[0], piece.offset + position)
        position = match.end()


def number(token: Token) -> float:
    """A number as written: whole ones may be hexadecimal, octal or binary (Go, strconv.ParseInt with base 0).

    Raises Unsupported for what is no number, or too large a one.
    """
    text = token.text
    try:
        if not re.match("[+-]?0[xXbBoO]", text) and set(text) & set(".eE"):
            return float(text)
        is_octal = re.fullmatch("[+-]?0[0-7_]+", text) is not None
        number = int(text, 8 if is_octal else 0) if len(text) < 70 else 2**64
    except ValueError as error:
        raise Unsupported(f"the number {text} cannot be read", token.offset) from error
    if not -(2**63) <= number < 2**63:
        raise Unsupported(f"the number {text} is too large", token.offset)
    return number


def unquoted(token: Token) -> str:
    """The text of a string, or the character of a rune. Raises Unsupported for an unknown escape."""
    text = token.text[1:-1]
    return text if token.text.startswith("`") else _ESCAPE.sub(lambda match: _unescaped(match[0], token), text)


def _unescaped(text: str, token: Token) -> str:
    """One character, as itself or as an escape of Go (strconv.UnquoteChar)."""
    if len(text) == 1:
        return text
    digits = _CODE.fullmatch(text)
    code = int(digits[2], 16 if digits[1] else 8) if digits else 0
    if digits and code < (0x110000 if digits[1] in ("u", "U") else 0x80) and not 0xD800 <= code < 0xE000:
        return chr(code)
    if text[1:] not in _SHORT or text[1:] == ('"' if token.kind == "rune" else "'"):
        raise Unsupported(f"the escape {text} is not known", token.offset)
    return _SHORT[text[1:]]
