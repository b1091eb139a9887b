"""ApplicationSets: from generators to the Applications that they make, as far as this repository tells.

Semantics: argo-cd applicationset/generators, docs/operator-manual/applicationset. List and git generators are
evaluated; every other one is unknown, and said to be.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.document import read
from gitops_lint.glob import crossing, glob
from gitops_lint.model import dig
from gitops_lint.shape import list_at, mapping_at, mappings_at, text_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.location import Route
    from gitops_lint.model import Data
    from gitops_lint.repo import Recorder

PLACEHOLDER = re2.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
FIELD = re2.compile(r"^\.?[A-Za-z_][\w\-]*(\.[\w\-]+|\[[0-9]{1,9}\])*$")
MAX_APPLICATIONS = 5_000
MAX_PATTERNS = 100
"""The paths of one git generator; each of them is held against the whole tree."""
MAX_RENDERED = 4_000_000
"""Values and characters that all Applications of one set may consist of."""


class Unknown(NamedTuple):
    """What cannot be generated here, and why."""

    route: Route
    reason: str


class Made(NamedTuple):
    """A generated Application: its data, and the part of it that ``templatePatch`` has set."""

    data: Data
    patch: Data = None


def generate(data: Data, reader: Recorder, is_own: Callable[[str], bool]) -> Iterator[Made | Unknown]:
    """The template of an ApplicationSet, once for each parameter set of its generators."""
    template = mapping_at(data, ("spec", "template"))
    patch = dig(data, ("spec", "templatePatch"))
    rolling = dig(data, ("spec", "strategy", "type")) == "RollingSync"
    renderer = Renderer(go=dig(data, ("spec", "goTemplate")) is True)
    count = 0
    for index, generator in enumerate(list_at(data, ("spec", "generators")) if template else ()):
        for parameters in _parameters(generator, ("spec", "generators", index), reader, is_own):
            if isinstance(parameters, Unknown):
                yield parameters
                continue
            count += 1
            if count > MAX_APPLICATIONS:
                yield Unknown(("spec", "generators"), f"more than {MAX_APPLICATIONS:,} Applications")
                return
            try:
                made = _make(template, patch, parameters, renderer)
            except TooLarge:
                yield Unknown(("spec", "template"), "what its generators make of it is too large")
                return
            yield made._replace(data=_without_automation(made.data)) if rolling and isinstance(made, Made) else made


def _without_automation(data: Data) -> Data:
    """What RollingSync leaves of an Application: the set syncs it itself, step by step (docs, Progressive-Syncs.md)."""
    policy = mapping_at(data, ("spec", "syncPolicy"))
    kept = {key: value for key, value in policy.items() if key != "automated"}
    return {**data, "spec": {**data["spec"], "syncPolicy": kept}} if policy else data


def _make(template: Data, patch: Data, parameters: Mapping[str, Data], renderer: Renderer) -> Made | Unknown:
    made = renderer.render(template, parameters)
    name = text_at(made, ("metadata", "name"))
    if not name or "{{" in name:
        return Unknown(("spec", "template", "metadata", "name"), f"the name {name} cannot be evaluated here")
    if not isinstance(patch, str):
        return Made(made)
    text = renderer.text(patch, parameters)
    documents = read("templatePatch.yaml", text.encode()).documents
    change = documents[0].data if len(documents) == 1 else None
    patched = _merged(made, change)
    if "{{" in text or not text_at(patched, ("metadata", "name")):
        return Unknown(("spec", "templatePatch"), f"templatePatch cannot be evaluated here for {name}")
    return Made(patched, change)


def _merged(data: Data, patch: Data) -> Data:
    """The template under its patch: maps merge, ``null`` deletes, anything else replaces."""
    if not (isinstance(data, dict) and isinstance(patch, dict)):
        return patch
    kept = {key: value for key, value in data.items() if patch.get(key, value) is not None or key not in patch}
    return {
        **kept,
        **{key: _merged(data.get(key), value) for key, value in patch.items() if value is not None},
    }


def _parameters(
    generator: Data, route: Route, reader: Recorder, is_own: Callable[[str], bool]
) -> Iterator[Mapping[str, Data] | Unknown]:
    if not isinstance(generator, dict):
        return
    if isinstance(elements := dig(generator, ("list", "elements")), list):
        yield from (element for element in elements if isinstance(element, dict))
    elif isinstance(git := generator.get("git"), dict):
        url = text_at(git, ("repoURL",))
        if is_own(url):
            yield from _git(git, route, reader)
        else:
            yield Unknown((*route, "git"), f"the git generator reads {url}")
    else:
        kinds = ", ".join(sorted(set(generator) - {"selector", "template"})) or "empty"
        yield Unknown(route, f"the {kinds} generator needs a running cluster or service")


# -- git -------------------------------------------------------------------------------------------------------


def _git(git: Data, route: Route, reader: Recorder) -> Iterator[Mapping[str, Data] | Unknown]:
    wanted, unwanted, files = (
        _patterns(git, "directories", exclude=False),
        _patterns(git, "directories", exclude=True),
        _patterns(git, "files", exclude=False),
    )
    try:
        if max(map(len, (wanted, unwanted, files))) > MAX_PATTERNS:
            raise ValueError(f"there are more than {MAX_PATTERNS} of them")
        tests = [_segments(pattern) for pattern in wanted], [_segments(pattern) for pattern in unwanted]
        names = [crossing(pattern) for pattern in files]
    except ValueError as error:
        yield Unknown((*route, "git"), f"the paths of the git generator cannot be read: {error}")
        return
    values = {"values": mapping_at(git, ("values",))} if mapping_at(git, ("values",)) else {}
    for parameters in chain(_directories(*tests, reader), _files(names, reader)):
        yield {**parameters, **values}


def _patterns(git: Data, field: str, *, exclude: bool) -> list[str]:
    entries = mappings_at(git, (field,))
    return [text_at(entry, ("path",)) for entry in entries if bool(entry.get("exclude")) is exclude]


Segments = list["Callable[[str], bool]"]
"""A pattern for a directory: a test for each segment of its path."""


def _segments(pattern: str) -> Segments:
    """A pattern in which ``*`` stays inside a segment, as in Go's path.Match. Raises ValueError."""
    return [glob(part.replace("**", "*")) for part in pattern.strip("/").split("/")]


def _directories(wanted: list[Segments], unwanted: list[Segments], reader: Recorder) -> Iterator[Mapping[str, Data]]:
    """Every directory that a pattern matches and none excludes; hidden ones are none."""
    for path, is_directory in reader.below("") if wanted else ():
        names = path.split("/")
        if not is_directory or any(name.startswith(".") for name in names):
            continue
        taken = any(_matches(names, pattern) for pattern in wanted)
        if taken and not any(_matches(names, pattern) for pattern in unwanted):
            yield _path_parameters(path)


def _matches(names: list[str], pattern: Segments) -> bool:
    return len(names) == len(pattern) and all(test(name) for test, name in zip(pattern, names, strict=True))


def _files(tests: list[Callable[[str], bool]], reader: Recorder) -> Iterator[Mapping[str, Data]]:
    """The content of every file that a pattern matches; ``*`` crosses ``/`` (git ls-files pathspecs)."""
    for test in tests:
        for path, is_directory in reader.below(""):
            file = reader.file(path) if not is_directory and test(path) else None
            for document in file.documents if file else ():
                for item in document.data if isinstance(document.data, list) else [document.data]:
                    if isinstance(item, dict):
                        yield {**item, **_path_parameters(path.rpartition("/")[0], path.rpartition("/")[2])}


def _path_parameters(path: str, filename: str = "") -> Mapping[str, Data]:
    basename = path.rpartition("/")[2]
    return {
        "path": {
            "path": path,
            "basename": basename,
            "basenameNormalized": _normalised(basename),
            "segments": path.split("/"),
            "filename": filename,
            "filenameNormalized": _normalised(filename),
        }
    }


def _normalised(name: str) -> str:
    """A name fit for Kubernetes: lower case, other characters as ``-`` (applicationset/utils, SanitizeName)."""
    text = "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "-" for c in name.lower())
    return text.strip("-.")


# -- templates -------------------------------------------------------------------------------------------------


class TooLarge(Exception):
    """What was rendered is larger than anything that a person has written."""


class Renderer:
    """Fills placeholders in; keeps count of what it has made, so that a small file makes no endless one."""

    def __init__(self, *, go: bool) -> None:
        self._go = go
        self._left = MAX_RENDERED

    def render(self, template: Data, parameters: Mapping[str, Data]) -> Data:
        """The template with its placeholders filled in; one that is unknown stays. Raises TooLarge."""
        self._spend(1)
        if isinstance(template, str):
            return self.text(template, parameters)
        if isinstance(template, dict):
            return {self.text(key, parameters): self.render(value, parameters) for key, value in template.items()}
        if isinstance(template, list):
            return [self.render(value, parameters) for value in template]
        return template

    def text(self, template: str, parameters: Mapping[str, Data]) -> str:
        """One text with its placeholders filled in. Raises TooLarge."""
        if "{{" not in template:
            return template
        self._spend(len(template))
        return str(PLACEHOLDER.sub(lambda match: self._fill(match, parameters), template))

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooLarge

    def _fill(self, match: re2._Match[str], parameters: Mapping[str, Data]) -> str:
        name = match.group(1)
        if FIELD.match(name) and name.startswith(".") is self._go:
            value = _look_up(parameters, name.removeprefix("."), go=self._go)
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, str | int | float):
                self._spend(len(text := str(value)))
                return text
        return str(match.group(0))


def _look_up(parameters: Mapping[str, Data], name: str, *, go: bool) -> Data:
    """A parameter by its dotted name. Outside goTemplate, keys may hold dots, and ``path`` is the path itself."""
    if name in parameters and not isinstance(parameters[name], dict):
        return parameters[name]
    route: list[str | int] = []
    for part in name.replace("[", ".[").split("."):
        route.append(int(part[1:-1]) if part.startswith("[") else part)
    if not go and route[0] == "path":
        if len(route) == 1:
            route.append("path")
        elif isinstance(route[1], int):
            route.insert(1, "segments")
    return dig(parameters, tuple(route))
