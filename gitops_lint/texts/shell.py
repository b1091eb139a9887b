"""The shell: which commands a text runs.

Reads what the shell reads (POSIX, Shell Command Language: quoting, token recognition, here-documents) as far as it
takes to tell one command from the next. Nothing is run. What only a run can tell, such as ``$(date)`` or a variable
that is set elsewhere, makes its word unknown; comments and here-documents are no commands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from gitops_lint.location import Span
from gitops_lint.texts.commands import Command, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

MAX_DEPTH = 20
"""Substitutions inside of substitutions that are looked into."""
FILLER = "\0"
"""A character that the reader passes over: it keeps offsets right where another language quotes the shell."""

_NAME = re.compile(r"[A-Za-z_]\w*")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([^'\n]*)'|\"([^\"\n]*)\"|\\?([^\s'\"|&;()<>\\]+))")
_OPENING = frozenset({"if", "then", "elif", "else", "do", "while", "until", "{", "}", "!", "time"})
"""Words of the shell before a command."""
_WRAPPERS = frozenset({"sudo", "command", "exec", "env", "nohup", "time"})
_DECLARING = frozenset({"export", "readonly", "declare", "local", "typeset"})
_BINDING = frozenset({"for", "select", "read", "getopts"})
"""Commands that give a value to variables that nobody can tell."""


def commands(
    text: str,
    variables: Mapping[str, str] | None = None,
    *,
    locate: Callable[[int, int], Span] | None = None,
    folded: bool = False,
) -> list[Command]:
    """The commands of a text, in its order, those inside of substitutions before the one that they stand in.

    ``variables`` are known beforehand; a literal assignment makes one known from there on, unless the text gives it
    another value elsewhere. ``locate`` tells the place of a stretch of the text, where that is not a file of its own;
    in a ``folded`` text a line end is a blank.
    """
    place = locate or locator(text)
    first = _Reader(text, dict(variables or {}), frozenset(), place, folded)
    found = first.read_all()
    if not first.given:
        return found
    second = _Reader(text, dict(variables or {}), first.ambiguous(), place, folded)
    return second.read_all()


@lru_cache(maxsize=8)
def line_starts(text: str) -> list[int]:
    """The offset at which each line of a text begins."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def locator(text: str, offset: int = 0) -> Callable[[int, int], Span]:
    """What tells the span between two offsets, counted from ``offset`` on in a text."""
    starts = line_starts(text)

    def locate(start: int, end: int) -> Span:
        start, end = start + offset, end + offset
        line, end_line = bisect_right(starts, start), bisect_right(starts, end)
        return Span(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)

    return locate


class _Reader:
    """One pass through a text. ``blocked`` are variables whose value depends on the way through it."""

    def __init__(
        self,
        text: str,
        known: dict[str, str],
        blocked: frozenset[str],
        locate: Callable[[int, int], Span],
        folded: bool,
    ) -> None:
        self.text, self.position = text, 0
        self.known, self.blocked = known, blocked
        self.given: dict[str, set[str | None]] = {name: {value} for name, value in known.items()}
        self.locate = locate
        self.blanks = " \t\r\n\0" if folded else " \t\r\0"
        self.folded = folded
        self.found: list[Command] = []
        self.depth = 0
        self.ends: list[tuple[str, bool]] = []  # the here-documents that begin behind this line

    def ambiguous(self) -> frozenset[str]:
        """The variables with several values, or one that nobody knows."""
        return frozenset(name for name, values in self.given.items() if len(values) > 1 or None in values)

    def read_all(self) -> list[Command]:
        while self.position < len(self.text):
            self.read_list(nested=False)
        return self.found

    def read_list(self, *, nested: bool) -> None:
        """Commands up to the end; in a substitution up to the parenthesis that closes it."""
        words: list[Word] = []
        made: list[Word] = []
        piped, open_parentheses = False, 0

        def finish(*, pipe: bool = False) -> None:
            nonlocal piped
            self._take(words, made, piped)
            words.clear()
            made.clear()
            piped = pipe

        while self.position < len(self.text):
            mark = self.text[self.position]
            if mark in self.blanks:
                self.position += 1
            elif self.text.startswith(("\\\n", "\\\r\n"), self.position):
                self.position = self.text.index("\n", self.position) + 1
            elif mark == "#":
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 or self.folded else end
            elif mark == ")" and nested and not open_parentheses:
                self.position += 1
                finish()
                return
            elif mark in "\n;&|()":
                open_parentheses += {"(": 1, ")": -1}.get(mark, 0)
                self._separate(mark, finish)
            elif redirected := self._redirection():
                made += redirected
            else:
                words.append(self._word())
        finish()

    def _separate(self, mark: str, finish: Callable[..., None]) -> None:
        """Go on behind what ends a command."""
        doubled = self.text.startswith(mark * 2, self.position) and mark in "|&;"
        if self.text.startswith("&>", self.position):
            self.position += 1
            return
        self.position += 2 if doubled else 1
        finish(pipe=mark == "|" and not doubled)
        if mark == "\n":
            self._skip_documents()

    # -- redirections ------------------------------------------------------------------------------------------

    def _redirection(self) -> list[Word] | None:
        """The files written by the redirection that begins here; an empty word for one that writes none."""
        start = self.position
        while self.position < len(self.text) and self.text[self.position].isdigit():
            self.position += 1
        mark = self.text[self.position : self.position + 1]
        if mark not in ("<", ">") or self.text.startswith(("<(", ">("), self.position):
            self.position = start
            return None
        document = _HEREDOC.match(self.text, self.position)
        if document and not self.text.startswith("<<<", self.position):
            self.ends.append((document.group(document.lastindex or 1), bool(document.group(1))))
            self.position = document.end()
            return [NOTHING]
        while self.position < len(self.text) and self.text[self.position] in "<>|&":
            self.position += 1
        while self.position < len(self.text) and self.text[self.position] in self.blanks:
            self.position += 1
        target = self._word() if self.text[self.position : self.position + 1] not in ("", "\n", ";", ")") else NOTHING
        return [target if mark == ">" else NOTHING]

    def _skip_documents(self) -> None:
        for end, stripped in self.ends:
            while self.position < len(self.text):
                stop = self.text.find("\n", self.position)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[self.position : stop].rstrip("\r")
                self.position = stop + 1
                if line == end or (line.strip() == end and (stripped or line != line.strip())):
                    break
        self.ends.clear()

    # -- words -------------------------------------------------------------------------------------------------

    def _word(self) -> Word:
        start, parts, known = self.position, list[str](), True
        while self.position < len(self.text):
            mark = self.text[self.position]
            if mark == FILLER:
                self.position += 1
                continue
            if (mark in self.blanks or mark in "\n;&|()<>") and not self._is_process():
                break
            if mark == "'":
                part, sure = self._single()
            elif mark == '"':
                part, sure = self._double()
            else:
                part, sure = self._piece(quoted=False)
            parts.append(part)
            known = known and sure
        if self.position == start:  # nothing that begins a word: never stand still
            self.position += 1
        return Word("".join(parts), self.locate(start, self.position), known)

    def _is_process(self) -> bool:
        return self.text.startswith(("<(", ">("), self.position)

    def _single(self) -> tuple[str, bool]:
        end = self.text.find("'", self.position + 1)
        end = len(self.text) if end < 0 else end
        part = self.text[self.position + 1 : end].replace(FILLER, "")
        self.position = end + 1
        return part, "{{" not in part

    def _double(self) -> tuple[str, bool]:
        self.position += 1
        parts, known = list[str](), True
        while self.position < len(self.text) and self.text[self.position] != '"':
            if self.text[self.position] == FILLER:
                self.position += 1
                continue
            part, sure = self._piece(quoted=True)
            parts.append(part)
            known = known and sure
        self.position += 1
        return "".join(parts), known

    def _piece(self, *, quoted: bool) -> tuple[str, bool]:
        """The next part of a word, and whether it is known."""
        text, start = self.text, self.position
        if text.startswith(("$(", "<(", ">("), start) and not (quoted and text[start] != "$"):
            self.position += 2
            self._nested()
            return text[start : self.position], False
        for opening, closing in (("${{", "}}"), ("{{", "}}"), ("`", "`")):
            if text.startswith(opening, start):
                end = text.find(closing, start + len(opening))
                self.position = len(text) if end < 0 else end + len(closing)
                return text[start : self.position], False
        if text[start] == "$":
            return self._variable()
        if text[start] == "\\" and start + 1 < len(text):
            self.position += 2
            following = text[start + 1]
            if following == "\n":
                return "", True
            return (following if not quoted or following in '$`"\\' else text[start : start + 2]), True
        self.position += 1
        return text[start], True

    def _nested(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.position = len(self.text)
        else:
            self.read_list(nested=True)
        self.depth -= 1

    def _variable(self) -> tuple[str, bool]:
        text, start = self.text, self.position
        if text.startswith("${", start):
            end = text.find("}", start)
            self.position = len(text) if end < 0 else end + 1
            name = text[start + 2 : self.position - 1]
        else:
            match = _NAME.match(text, start + 1)
            name = match.group() if match else ""
            self.position = match.end() if match else min(start + 2, len(text))
        if name in self.known and name not in self.blocked:
            return self.known[name], True
        return text[start : self.position], False

    # -- commands ----------------------------------------------------------------------------------------------

    def _take(self, words: Sequence[Word], made: Sequence[Word], piped: bool) -> None:
        """Note a command, or what it gives to variables."""
        rest = list(words)
        files = tuple(word for word in made if word is not NOTHING)
        while rest and rest[0].text in _OPENING:
            rest.pop(0)
        leading = list[Word]()
        while rest and _ASSIGNMENT.fullmatch(rest[0].text):
            leading.append(rest.pop(0))
        if not rest:
            self._assign(leading)
        elif rest[0].text in _DECLARING:
            self._assign(word for word in rest[1:] if _ASSIGNMENT.fullmatch(word.text))
        elif rest[0].text in _BINDING:
            for word in rest[1:]:
                self.given.setdefault(word.text, set()).add(None)
                self.known.pop(word.text, None)
        while len(rest) > 1 and rest[0].text in _WRAPPERS:
            rest.pop(0)
            while len(rest) > 1 and (rest[0].text.startswith("-") or _ASSIGNMENT.fullmatch(rest[0].text)):
                rest.pop(0)
        if rest:
            self.found.append(Command(tuple(rest), files, piped))

    def _assign(self, assignments: Iterator[Word] | Sequence[Word]) -> None:
        for word in assignments:
            name, _, value = word.text.partition("=")
            self.given.setdefault(name, set()).add(value if word.known else None)
            if word.known:
                self.known[name] = value
            else:
                self.known.pop(name, None)


NOTHING = Word("", Span(1, 1, 1, 1))
"""Where a redirection writes no file."""
