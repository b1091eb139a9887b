"""Texts on the way through YAML: how sigs.k8s.io/yaml writes one, and what it reads after somebody changed the writing.

Flux substitutes in the text of an object, not in its values (fluxcd/pkg, kustomize_varsub.go): the object is written by
JSONToYAML, which is go-yaml v2, changed, and read again by YAMLToJSON. What is written without quotes may so become a
number, a mapping or a comment. Only texts that hold a ``$`` come here: none of them means anything but a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint import scalars
from gitops_lint.document import read
from gitops_lint.quoting import escape, is_escaped, is_plain, is_printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_lint.model import Data

_SEPARATORS = frozenset("\u2028\u2029")
"""Line ends that go-yaml can write as they are; escaped, they are read as the same."""
_ORDINARY = re.compile(r"(?!-\Z)[A-Za-z0-9_./+-][A-Za-z0-9_./+@=$*()~^;-]*")
"""Texts of one word that YAML reads as they are, whatever stands around them."""
_READ_AS_TEXT = re.compile(r"[^'\"\\\n]*")


class Malformed(ValueError):
    """What became of a text is no YAML where it stands."""


class Marshalled(NamedTuple):
    """A text as it is written: ``quote`` is what stands around it, ``|`` where it is a block of lines."""

    body: str
    quote: str


def marshal(text: str, *, key: bool = False) -> Marshalled:
    """A text that holds a ``$`` as go-yaml v2 writes it, without its quotes or the indentation of a block."""
    lines = text.split("\n")
    odd = not is_printable(text) or not _SEPARATORS.isdisjoint(text)
    odd = odd or any(line.endswith(" ") for line in lines[:-1])
    if odd or (len(lines) > 1 and (key or text.endswith(" "))):
        return Marshalled("".join(escape(each) if is_escaped(each) else each for each in text), '"')
    if len(lines) > 1:
        return Marshalled(text, "|")
    return Marshalled(text, "") if is_plain(text) else Marshalled(text.replace("'", "''"), "'")


def rewritten(text: str, change: Callable[[str], str], *, element: bool = False) -> Data:
    """What a value becomes after a change of its writing: any data, ``text`` itself where nothing changed.

    ``element`` tells the element of a list from the value of a key: ``a: b`` is a mapping in the one, a fault in the
    other. Raises Malformed, and whatever ``change`` does.
    """
    written = marshal(text)
    body = change(written.body)
    if body == written.body:
        return text
    if written.quote == "|" or (written.quote and _READ_AS_TEXT.fullmatch(body)):
        return body
    if not written.quote and _ORDINARY.fullmatch(body):
        return scalars.received(scalars.direct(body))
    return _read(f"{written.quote}{body}{written.quote}", element=element)


def rewritten_key(text: str, change: Callable[[str], str]) -> str:
    """What a key becomes after a change of its writing. Raises Malformed, and whatever ``change`` does."""
    written = marshal(text, key=True)
    body = change(written.body)
    if body == written.body:
        return text
    if written.quote != '"' and _ORDINARY.fullmatch(body):
        return scalars.key(scalars.direct(body)) if not written.quote else body
    data = _parsed(f"{written.quote}{body}{written.quote}: 0\n")
    if not isinstance(data, dict) or len(data) != 1 or next(iter(data.values())) != 0:
        raise Malformed("what the text becomes is no key")
    return str(next(iter(data)))


def _read(writing: str, *, element: bool) -> Data:
    data = _parsed(f"- {writing}\n" if element else f"v: {writing}\n")
    if not isinstance(data, list if element else dict) or len(data) != 1:
        raise Malformed("what the text becomes is no YAML")
    return data[0] if isinstance(data, list) else data["v"]


def _parsed(text: str) -> Data:
    file = read("", text.encode("utf-8", "surrogatepass"))
    if file.faults or len(file.documents) != 1:
        raise Malformed("what the text becomes is no YAML")
    return file.documents[0].data
