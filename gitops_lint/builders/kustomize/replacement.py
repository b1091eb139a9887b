"""What ``replacements`` say, decoded. kustomize, api/types/replacement.go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from gitops_lint.builders.kustomize.decoding import LOOSE, STRICT, Reading, elements, flag, integer, traced
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.model import Place, Places
from gitops_lint.paths import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.step import Step

NAME: Final = "metadata.name"
"""The field that is meant where none is named."""

IDENTITY: Final = ("group", "version", "kind", "name", "namespace")
SELECTOR: Final = (*IDENTITY, "labelSelector", "annotationSelector")
OPTIONS: Final = ("delimiter", "index", "encoding", "create")


class Options(NamedTuple):
    """Which part of a text is meant, and whether missing fields are created (``encoding`` does nothing)."""

    delimiter: str = ""
    part: int = 0
    create: bool = False


class Source(NamedTuple):
    """The field to read: of the one object that is called so."""

    selector: dict[str, str]
    path: str
    options: Options


class Goal(NamedTuple):
    """The fields to set (``targets``), and where that is written."""

    select: dict[str, str] | None
    rejects: Sequence[dict[str, str]]
    paths: Sequence[str]
    options: Options
    place: Place


class Replacement(NamedTuple):
    """One replacement, and where it stands."""

    entry: Entry
    source: Source | None
    value: str | None
    goals: Sequence[Goal]


def of_entry(entry: Entry, step: Step, reading: Reading = STRICT) -> Iterator[Replacement]:
    """The replacements of an entry: itself, or those of the file that it names. Raises Malformed."""
    fields = reading.fields(traced(entry), ("path", "source", "sourceValue", "targets"))
    path = reading.text(fields["path"]) if "path" in fields else ""
    if path and ("source" in fields or "targets" in fields):
        raise Malformed("a replacement has a path or a source and targets, not both", entry.place)
    if not path:
        yield _replacement(entry, fields, reading)
        return
    location = join(step.layer.directory, path)
    file = step.reader.file(location) if location is not None and step.reader.is_file(location) else None
    for document in file.documents[:1] if file else ():
        whole = Traced(document.kustomize, Places(Place(document, ())))
        if not isinstance(whole.data, dict | list):
            raise Malformed(f"{path} holds no replacements", entry.place)
        for item in elements(whole) if isinstance(whole.data, list) else [whole]:
            yield _replacement(
                entry._replace(place=item.place), LOOSE.fields(item, ("source", "sourceValue", "targets")), LOOSE
            )


def _replacement(entry: Entry, fields: dict[str, Traced], reading: Reading) -> Replacement:
    source = _source(fields["source"], reading) if "source" in fields else None
    value = reading.text(fields["sourceValue"]) if "sourceValue" in fields else None
    goals = [_goal(goal, reading) for goal in elements(fields["targets"])] if "targets" in fields else []
    return Replacement(entry, source, value, goals)


def _source(value: Traced, reading: Reading) -> Source:
    fields = reading.fields(value, (*IDENTITY, "fieldPath", "options"))
    path = reading.text(fields["fieldPath"]) if "fieldPath" in fields else ""
    return Source(_texts(fields, IDENTITY, reading), path or NAME, _options(fields, reading))


def _goal(value: Traced, reading: Reading) -> Goal:
    fields = reading.fields(value, ("select", "reject", "fieldPaths", "options"))
    select = _selector(fields["select"], reading) if "select" in fields else None
    rejects = [_selector(item, reading) for item in elements(fields["reject"])] if "reject" in fields else []
    paths = [reading.text(path) for path in elements(fields["fieldPaths"])] if "fieldPaths" in fields else []
    return Goal(select, rejects, paths or [NAME], _options(fields, reading), value.place)


def _selector(value: Traced, reading: Reading) -> dict[str, str]:
    return _texts(reading.fields(value, SELECTOR), SELECTOR, reading)


def _options(fields: dict[str, Traced], reading: Reading) -> Options:
    options = reading.fields(fields["options"], OPTIONS) if "options" in fields else {}
    delimiter = reading.text(options["delimiter"]) if "delimiter" in options else ""
    index = integer(options["index"]) if "index" in options else 0
    return Options(delimiter, index, "create" in options and flag(options["create"]))


def _texts(fields: dict[str, Traced], names: Sequence[str], reading: Reading) -> dict[str, str]:
    return {name: found for name in names if name in fields and (found := reading.text(fields[name]))}
