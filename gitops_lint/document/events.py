"""libyaml's events, and what a single one says: the only door to the parser. Both passes over a text begin here."""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

import yaml
from yaml.events import Event, ScalarEvent

if yaml.__with_libyaml__:
    from yaml._yaml import CParser

from gitops_lint import scalars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_lint.scalars import Scalar

_PARSER: Callable[[str], CParser | yaml.SafeLoader] = CParser if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's parser, or where PyYAML was built without it the same events in pure Python, many times slower."""
FOLDED: Final = ">"
_MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def events_of(text: str) -> Callable[[], Event]:
    """A function that returns the next event of a text at each call, up to the end of the stream."""
    return cast("Callable[[], Event]", _PARSER(text).get_event)


def offsets(event: Event) -> tuple[int, int]:
    """Where in its text an event begins and ends."""
    assert event.start_mark is not None  # the parsers always set both
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def parsable(path: str, text: str) -> str:
    """The text as YAML's parser can take it: JSON's surrogate pairs, which YAML does not know, become blanks."""
    return _SURROGATE.sub(r"\\u0020", text) if path.endswith(".json") else text


def scalar_of(event: ScalarEvent, resolve: Callable[[str], Scalar]) -> Scalar:
    """The value of a scalar, its tag obeyed. Raises ValueError where the text is not what the tag says."""
    if event.tag is not None:
        return scalars.tagged(event.tag, event.value, resolve, plain=not event.style)
    return event.value if event.style else resolve(event.value)


def is_merge(event: Event) -> bool:
    """Whether a key is a merge key: ``<<``, neither quoted nor tagged as anything else."""
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == _MERGE_TAG or (event.tag is None and not event.style)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Without garbage collection: it would walk all the new containers again and again, and free none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
