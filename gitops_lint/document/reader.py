"""Bytes become a file: decoded, document by document, and on behind whatever is broken."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from yaml.error import YAMLError
from yaml.reader import ReaderError

from gitops_lint import scalars
from gitops_lint.document.composer import MAX_DEPTH, Broken, Composer, measure
from gitops_lint.document.events import collector_at_rest, parsable
from gitops_lint.document.faults import explain, repeated_keys
from gitops_lint.document.file import Document, Fault, File
from gitops_lint.location import Span

MAX_BYTES: Final = 16 << 20
"""Larger files are not read: four times the largest YAML file (3.7 MB) in 71 public GitOps repositories."""
MAX_FAULTS: Final = 100
"""The faults of a file after which no more are looked for: what holds more is no YAML, or made to harm."""

_SEPARATOR = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_LINE_MARK = re.compile("^\ufeff+", re.MULTILINE)


def read(path: str, content: bytes) -> File:
    """The documents of a file and what is wrong with it. Raises for no content whatever."""
    with collector_at_rest():
        text, fault = _decode(content)
        file = File(path, text)
        if fault is not None:
            file.faults = (fault,)
        else:
            _read_documents(file)
            if path.endswith(".json"):
                _read_json(file)
        return file


def _decode(content: bytes) -> tuple[str, Fault | None]:
    """The text of UTF-8 or, behind a byte order mark, UTF-16; else "" and the reason."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding = "utf-16" if wide else "utf-8-sig"
    before = ""
    try:
        if len(content) > MAX_BYTES:
            reason = f"the file is larger than {MAX_BYTES >> 20} MiB and was not read"
        else:
            text = content.decode(encoding)
            if "\ufeff" in text:  # files with marks, joined: go-yaml drops them at the beginning of a line
                text = _LINE_MARK.sub("", text)
            before, nul, _ = text.partition("\0")
            if not nul:
                return text, None
            reason = "a NUL character: the file is binary, or UTF-16 without a byte order mark"
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(encoding, "replace")
        reason = f"bytes that are no {'UTF-16' if wide else 'UTF-8'} text"
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return "", Fault("invalid-yaml", reason, Span(line, column, line, column + 1), None, 0)


def _read_documents(file: File) -> None:
    """Fill in documents and faults; behind a broken document go on at the next line that begins with ``---``."""
    source = parsable(file.path, file.text)
    documents: list[Document] = []
    faults: list[Fault] = []
    sound: list[tuple[int, int]] = []
    position, stop, index = 0, len(source), 0
    while position < len(source) and len(faults) < MAX_FAULTS:
        composer = Composer(source[position:stop])
        try:
            for data in composer.documents():
                extent = (position + composer.start, position + composer.end)
                if data is not None:
                    documents.append(Document(file, index, data, extent, differs=composer.differs))
                if composer.repeats and len(faults) < MAX_FAULTS:
                    faults.extend(sorted(islice(repeated_keys(documents[-1]), MAX_FAULTS), key=_by_span))
                index += 1
            end = following = stop
        except (YAMLError, Broken) as error:
            end, following = position + composer.start, _separator(source, position + composer.inside)
            if isinstance(error, ReaderError) and following < stop:
                following = end  # libyaml reads ahead: this document may be sound, so try it alone
            else:
                faults.append(explain(file, source[:following], error, position, end, index))
                index += 1
        sound.append((position, end))
        position, stop = following, _separator(source, following + 1)
    file.documents, file.faults, file.sound = tuple(documents), tuple(faults), tuple(sound)


def _by_span(fault: Fault) -> Span:
    return fault.span


def _separator(source: str, position: int) -> int:
    """The offset of the next line that begins with ``---``, or the end."""
    match = _SEPARATOR.search(source, position)
    return match.start() if match else len(source)


def _read_json(file: File) -> None:
    """Give JSON's own reader the last word on JSON, as in kubectl; on anything else YAML's verdict stands."""
    try:
        data = scalars.json_data(file.text)
    except (ValueError, RecursionError):
        return
    if measure(data)[1] > MAX_DEPTH:
        return
    if data is not None:
        file.documents = (Document(file, 0, data, (0, len(file.text)), differs=False),)
    file.faults = tuple(fault for fault in file.faults if fault.kind == "duplicate-key")
