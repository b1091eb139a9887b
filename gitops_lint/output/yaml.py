"""Built objects as YAML, byte for byte as ``kustomize build`` prints them: with the style of go-yaml v2.

kustomize goes through JSON (kustomize, api/resource/resource.go, AsYAML; sigs.k8s.io/yaml, JSONToYAML): keys are
sorted, lists stand at the indentation of their key, long texts are wrapped behind column 80. The one difference is on
purpose: a text that could steer a terminal, or that the Actions runner would obey, is quoted, and what does so is
escaped.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import cmp_to_key
from typing import TYPE_CHECKING, Final, NamedTuple

from gitops_lint.output.text import clean, visible
from gitops_lint.quoting import escape, is_escaped, is_plain, is_printable
from gitops_lint.scalars import direct, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.model import Data

WIDTH: Final = 80
"""The column behind which a text is wrapped at its next single space (emitterc.go, best_width)."""
SIMPLE_KEY: Final = 128
"""The longest key in bytes that may stand without a question mark (emitterc.go, yaml_emitter_check_simple_key)."""

_PLAIN = re.compile(r"[A-Za-z/_][A-Za-z0-9./_-]*")
"""A text that needs no quotes, unless it means something else without them: most are of this kind."""
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
"""What YAML 1.1 takes for a number to base 60; go-yaml does not, and yet quotes it (encode.go, isBase60Float)."""
_LINE_END = re.compile("[\n\r\x85\u2028\u2029]")
_SPACES = re.compile(" +")
_DIGITS = re.compile(r"[0-9]+")


class Notes(NamedTuple):
    """Comments for a value and what is in it: ``text`` is for the value itself, without ``#``."""

    text: str = ""
    inner: Mapping[str | int, Notes] = {}

    def child(self, step: str | int) -> Notes:
        return self.inner.get(step, _NONE)


_NONE = Notes()


def render(data: Data, notes: Notes = _NONE, *, unicode: bool = True) -> str:
    """One object as a YAML document, without the ``---`` between two; not ``unicode``: in ASCII, with escapes.

    The notes become comments: behind a scalar, behind the key of a mapping or list, behind the ``|`` of a block of
    text, and on a line of its own above an element that is a mapping or list, whose first line is also another's.
    """
    return "".join(f"{line}\n" for line in _Writer(unicode).document(data, notes))


def comment(text: str, *, unicode: bool = True) -> str:
    """A foreign text as a comment of one line: nothing in it ends the line or is refused by a reader of YAML."""
    words = "".join(each if is_printable(each) else _visible(each) for each in clean(text))
    return f"# {words if unicode else words.encode('ascii', 'backslashreplace').decode('ascii')}"


def _visible(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


# -- order -------------------------------------------------------------------------------------------------------------


def in_order(keys: Sequence[str]) -> list[str]:
    """Keys as go-yaml v2 sorts them (sorter.go): numbers by their value, and letters behind everything else."""
    return sorted(keys, key=cmp_to_key(_compared)) if len(keys) > 1 else list(keys)


def _compared(one: str, other: str) -> int:
    at = next((index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return len(one) - len(other)
    letters = one[at].isalpha(), other[at].isalpha()
    if letters == (False, False):
        begun = "1" if "0" in (one[at], other[at]) and _is_inside_number(one, at) else ""
        numbers = _number(one, at, begun), _number(other, at, begun)
        if numbers[0] != numbers[1]:
            return -1 if numbers[0] < numbers[1] else 1
    if letters[0] != letters[1]:
        return 1 if letters[0] else -1
    return -1 if one[at] < other[at] else 1


def _number(text: str, start: int, begun: str) -> tuple[int, int]:
    """The value and the length of the digits at an index; with ``begun`` they go on with a number."""
    match = _DIGITS.match(text, start)
    digits = match[0] if match else ""
    return int((begun + digits)[:18] or "0"), len(digits)


def _is_inside_number(text: str, index: int) -> bool:
    """Whether digits that are not all zeros stand right before an index."""
    before = text[:index]
    return before[len(before.rstrip("0123456789")) :].strip("0") != ""


# -- scalars -----------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A number as Go prints one that came through JSON: whole ones without a point, large ones with an exponent."""
    if math.isnan(value) or math.isinf(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    whole = int(Decimal(repr(value)))
    if float(value).is_integer() and -(2**63) <= whole < 2**64:
        return str(whole)
    digits = next(count for count in range(18) if float(f"{value:.{count}e}") == value)
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    if -4 <= int(exponent) < 6:  # strconv, ftoa.go: the shortest form
        return f"{value:.{max(digits - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def _is_quoted(text: str) -> bool:
    """Whether a text without quotes would be something else than a text."""
    return not isinstance(direct(text), str) or timestamp(text) is not None or bool(_SEXAGESIMAL.fullmatch(text))


def _header(text: str) -> str:
    """What follows the ``|`` of a block of text: an indentation that cannot be seen in it, and how it ends."""
    hint = "2" if text[0] in " \n" else ""
    if not text.endswith("\n"):
        return f"{hint}-"
    return f"{hint}+" if text == "\n" or text.endswith("\n\n") else hint


def _wrapped(text: str, column: int, indent: str) -> Iterator[str]:
    """The lines of a scalar that begins in a column: each goes on to the first space behind `WIDTH` where it may end.

    That is a single space; between double quotes also the first of several, and a backslash keeps the others.
    """
    style, start, lead = text[:1], 0, ""
    for spaces in _SPACES.finditer(text):
        at, is_single = spaces.start(), len(spaces[0]) == 1
        is_inside = style not in ("'", '"') or 1 < at < len(text) - 2
        if column + at - start > WIDTH and is_inside and (is_single or style == '"'):
            yield lead + text[start:at]
            start, lead = at + 1, indent if is_single else f"{indent}\\"
            column = len(lead)
    yield lead + text[start:]


class _Writer:
    """The lines of one document."""

    def __init__(self, unicode: bool) -> None:
        self.unicode = unicode

    def document(self, data: Data, notes: Notes) -> Iterator[str]:
        if isinstance(data, dict) and data:
            yield from self.mapping(data, 0, "", notes)
        else:
            yield from self.scalar(data, "", 0, notes.text)

    # -- collections -------------------------------------------------------------------------------------------

    def mapping(self, data: Mapping[str, Data], indent: int, lead: str, notes: Notes) -> Iterator[str]:
        """The entries; ``lead`` is what stands before the first one on its line."""
        for key in in_order(list(data)):
            yield from self.entry(key, data[key], indent, lead, notes.child(key))
            lead = " " * indent

    def entry(self, key: str, value: Data, indent: int, lead: str, notes: Notes) -> Iterator[str]:
        if not self.is_simple(key):
            yield from self.scalar(key, f"{lead}?", indent, "")
            yield from self.below(value, f"{' ' * indent}:", indent, notes)
            return
        head = f"{lead}{self.quoted(key)}:"
        if not value or not isinstance(value, dict | list):
            yield from self.scalar(value, head, indent, notes.text)
            return
        yield self.noted(head, notes.text)
        if isinstance(value, dict):
            yield from self.mapping(value, indent + 2, " " * (indent + 2), notes)
        else:
            yield from self.sequence(value, indent, " " * indent, notes)

    def sequence(self, items: Sequence[Data], indent: int, lead: str, notes: Notes) -> Iterator[str]:
        """The elements; ``lead`` is what stands before the first one on its line."""
        for index, item in enumerate(items):
            yield from self.below(item, f"{lead}-", indent, notes.child(index))
            lead = " " * indent

    def below(self, value: Data, head: str, indent: int, notes: Notes) -> Iterator[str]:
        """A value on the line of the sign that it belongs to, be it a collection or not."""
        if not value or not isinstance(value, dict | list):
            yield from self.scalar(value, head, indent, notes.text)
            return
        if notes.text:
            yield f"{head[: len(head) - len(head.lstrip())]}{comment(notes.text, unicode=self.unicode)}"
        if isinstance(value, dict):
            yield from self.mapping(value, indent + 2, f"{head} ", notes)
        else:
            yield from self.sequence(value, indent + 2, f"{head} ", notes)

    # -- scalars -----------------------------------------------------------------------------------------------

    def scalar(self, value: Data, head: str, indent: int, note: str) -> Iterator[str]:
        """A scalar, or a collection without anything in it, behind ``head``."""
        head = f"{head} " if head else ""
        if isinstance(value, str):
            yield from self.text(value, head, " " * (indent + 2), note)
        elif value is None or isinstance(value, bool):
            yield self.noted(head + ("null" if value is None else "true" if value else "false"), note)
        elif isinstance(value, dict | list):
            yield self.noted(head + ("{}" if isinstance(value, dict) else "[]"), note)
        else:
            yield self.noted(head + number(value), note)

    def text(self, text: str, head: str, indent: str, note: str) -> Iterator[str]:
        if "\n" in text and self.is_block(text):
            yield self.noted(f"{head}|{_header(text)}", note)
            body = text.removesuffix("\n").split("\n")
            yield from (indent + line if line else "" for line in body)
            return
        lines = list(_wrapped(self.quoted(text), len(head), indent))
        lines[-1] = self.noted(lines[-1], note)
        yield head + lines[0]
        yield from lines[1:]

    def quoted(self, text: str) -> str:
        """A text on one line, in the first style that can hold it: plain, in single quotes, in double quotes."""
        if _PLAIN.fullmatch(text) and not _is_quoted(text):
            return text
        if "\n" in text or _is_quoted(text) or not self.is_clean(text):
            return f'"{"".join(map(self.escaped, text, visible(text)))}"'
        return text if is_plain(text) else "'{}'".format(text.replace("'", "''"))

    def is_simple(self, key: str) -> bool:
        """Whether a key can stand without a question mark."""
        return len(key.encode(errors="replace")) <= SIMPLE_KEY and not _LINE_END.search(key)

    def is_block(self, text: str) -> bool:
        """Whether a text of several lines can stand as it is (emitterc.go: no space before a line's end)."""
        return " \n" not in text and not text.endswith(" ") and self.is_clean(text)

    def is_clean(self, text: str) -> bool:
        """Whether nothing in a text has to be escaped; lines may end in it."""
        if not self.unicode and not text.isascii():
            return False
        return is_printable(text) and clean(flat := text.replace("\n", " ")) == flat

    def escaped(self, character: str, shown: str) -> str:
        """A character between double quotes; ``shown`` is what a terminal may see of it."""
        is_odd = shown != character or not (self.unicode or character.isascii())
        return escape(character) if is_odd or is_escaped(character) else character

    def noted(self, line: str, note: str) -> str:
        return f"{line} {comment(note, unicode=self.unicode)}" if note else line
