"""Results that stay good for as long as nothing changes of what was read for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

T = TypeVar("T")


class Readable(Protocol):
    """Something that results are made from."""

    def state(self, path: str) -> Hashable:
        """What stands at a path, as something to compare: equal states are equal content, or equal absence."""
        ...


class Made(NamedTuple, Generic[T]):
    """A result, and every path that was read or probed for it."""

    value: T
    reads: Iterable[str]


class _Kept(NamedTuple, Generic[T]):
    source: Readable
    made: Made[T]

    def is_good_for(self, source: Readable) -> bool:
        return source is self.source or all(source.state(path) == self.source.state(path) for path in self.made.reads)


class Memo(Generic[T]):
    """Results by what was asked for. One is used again where every path that it read is as it was."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, list[_Kept[T]]] = {}
        self.asked = 0
        self.made = 0

    def get(self, key: Hashable, source: Readable, make: Callable[[], Made[T]]) -> T:
        """The result for a key, made only if none that is known is good for this source."""
        self.asked += 1
        for kept in self._kept.get(key, ()):
            if kept.is_good_for(source):
                return kept.made.value
        made = make()
        self.made += 1
        self.add(key, source, made)
        return made.value

    def add(self, key: Hashable, source: Readable, made: Made[T]) -> None:
        """Take a result that was made elsewhere."""
        self._kept.setdefault(key, []).append(_Kept(source, made))

    def good_for(self, source: Readable) -> Iterator[tuple[Hashable, Made[T]]]:
        """What is known and could be used for a source, with what it was made for."""
        for key, results in self._kept.items():
            yield from ((key, kept.made) for kept in results if kept.is_good_for(source))
