"""Commands, as scripts and documents hold them: words, where each stands, and which of them are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Span


class Word(NamedTuple):
    """A word of a command without its quotes; ``known`` tells whether a run would see it as it is here."""

    text: str
    span: Span
    known: bool = True

    @property
    def is_pattern(self) -> bool:
        """Whether it may stand for several words."""
        return any(mark in self.text for mark in "*?[{")


class Command(NamedTuple):
    """A simple command: its words, without the shell's own and without ``NAME=value`` in front."""

    words: tuple[Word, ...]
    made: tuple[Word, ...] = ()
    """The files that it writes by redirection."""
    piped: bool = False
    """Whether it reads what another command writes."""

    @property
    def name(self) -> str:
        """The program, without the directory that it stands in."""
        return self.words[0].text.rpartition("/")[2]

    def option(self, *names: str) -> Word | None:
        """The value of an option: ``--name value``, ``--name=value``, ``-n value``; the last one counts.

        Where the value is a part of a word, the word that is given back is that part.
        """
        return next(iter([*self.options(*names)][::-1]), None)

    def options(self, *names: str) -> Iterator[Word]:
        """The values of an option that may be given many times."""
        for index, word in enumerate(self.words[1:], 1):
            for name in names:
                if word.text == name and index + 1 < len(self.words):
                    yield self.words[index + 1]
                elif name.startswith("--") and word.text.startswith(f"{name}="):
                    yield value_of(word)

    def has(self, *names: str) -> bool:
        """Whether an option is given, with or without a value."""
        return any(word.text.partition("=")[0] in names for word in self.words[1:])

    def arguments(self, *taking: str) -> list[Word]:
        """The words that are no options; ``taking`` are the options whose value is a word of its own."""
        found, is_value = [], False
        for word in self.words[1:]:
            if is_value:
                is_value = False
            elif word.text.startswith("-") and word.text != "-":
                is_value = word.text in taking
            else:
                found.append(word)
        return found


def value_of(word: Word) -> Word:
    """The part of ``--name=value`` behind the sign; where quotes shift it, its place is that of the whole word."""
    name, _, value = word.text.partition("=")
    span = word.span
    if span.line == span.end_line and span.end_column - span.column == len(word.text):
        span = span._replace(column=span.column + len(name) + 1)
    return Word(value, span, word.known)
