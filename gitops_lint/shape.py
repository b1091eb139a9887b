"""The shape that data from a repository is hoped to have. What has another one counts as absent.

Nothing that was read is known to be a mapping, a list or a text before somebody has looked: a null, a number or a list
may stand anywhere, be it by mistake, by a template that is not filled in yet, or by malice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.model import dig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitops_lint.location import Route
    from gitops_lint.model import Data


def mapping_at(data: Data, route: Route) -> Mapping[str, Data]:
    """The mapping at a route; an empty one where there is none."""
    found = dig(data, route)
    return found if isinstance(found, dict) else {}


def list_at(data: Data, route: Route) -> Sequence[Data]:
    """The list at a route; an empty one where there is none."""
    found = dig(data, route)
    return found if isinstance(found, list) else ()


def mappings_at(data: Data, route: Route) -> Iterator[Mapping[str, Data]]:
    """The mappings among the elements of the list at a route."""
    return (element for element in list_at(data, route) if isinstance(element, dict))


def text_at(data: Data, route: Route) -> str:
    """The text at a route; an empty one where there is none."""
    found = dig(data, route)
    return found if isinstance(found, str) else ""


def words(data: Data, key: str) -> tuple[str, ...]:
    """The texts of a list, or the one text that stands in its place; none where there is neither."""
    found = dig(data, (key,))
    return (found,) if isinstance(found, str) else tuple(one for one in list_at(data, (key,)) if isinstance(one, str))
