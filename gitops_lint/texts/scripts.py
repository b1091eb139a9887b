"""The scripts of a repository: what people and pipelines run by hand, as the commands that it holds.

Shell scripts, Makefiles, justfiles, Taskfiles, and the steps of GitHub and GitLab pipelines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import re2

from gitops_lint.glob import glob
from gitops_lint.paths import join, upwards
from gitops_lint.shape import mapping_at, text_at
from gitops_lint.texts.shell import FILLER, commands, line_starts, locator
from gitops_lint.tree import Unreadable

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.document import Document, File
    from gitops_lint.location import Route
    from gitops_lint.model import Data
    from gitops_lint.texts.commands import Command
    from gitops_lint.texts.markdown import Markdown
    from gitops_lint.tree import Tree

MAX_SCRIPT = 256 * 1024
"""The bytes of a script that are read."""

MAX_BASES = 50
"""The directories that the paths of one script are tried from."""

PIPELINE = "pipeline"
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("shell", ("**/*.sh", "**/*.bash")),
    ("make", ("**/Makefile", "**/makefile", "**/GNUmakefile", "**/*.mk")),
    ("just", ("**/justfile", "**/Justfile", "**/.justfile", "**/*.just")),
    ("task", ("**/{T,t}askfile.{yaml,yml}", "**/{T,t}askfile.dist.{yaml,yml}")),
    (PIPELINE, (".github/workflows/*.{yaml,yml}", ".github/actions/**/action.{yaml,yml}", ".gitlab-ci.{yaml,yml}")),
)
_NAMES = tuple(name for _, globs in _KINDS for name in globs)
_MAKE_VARIABLE = re2.compile(r"\$\(([A-Za-z_]\w*)\)")
_MAKE_ASSIGNMENT = re2.compile(r"(?m)^(?:export )?([A-Za-z_]\w*)[ \t]*(:{0,3}=|[?!+]=)[ \t]*([^\s#$]*)[ \t]*(?:#.*)?$")
_THROWAWAY = re2.compile(
    r"\bkind create cluster\b|\bk3d cluster create\b|\bminikube start\b|\b(kind|k3s|k3d)[\w-]*action\b"
)
_ELSEWHERE = re2.compile(r"(?m)^\s+(dir|working-directory):")
_ESCAPE = re2.compile(r"(?s)\\(.)")
_INSIDE = ("dirname", "BASH_SOURCE", "show-toplevel", "justfile_dir", "GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""What stands in the words by which a script goes to a directory of its own repository."""


class Script(NamedTuple):
    """A file with commands."""

    path: str
    kind: str
    text: str
    commands: tuple[Command, ...]
    wanders: bool
    """Whether it goes to a directory that nobody knows: its paths may start anywhere."""
    bases: tuple[str, ...]
    """The directories that a relative path of it may start from, the root of the repository first."""

    @property
    def makes_a_cluster(self) -> bool:
        """Whether it works on a cluster that it sets up for a test and throws away."""
        return _THROWAWAY.search(self.text) is not None


def _bases(path: str, found: Sequence[Command]) -> tuple[str, ...]:
    """The directories above a script, the root of the repository first, and those that it enters."""
    here = bases_of(path)
    bases = dict.fromkeys(here)
    for command in found:
        if command.name in ("cd", "pushd") and len(command.words) > 1 and len(bases) < MAX_BASES:
            entered = (join(base, command.words[1].text) for base in here)
            bases.update(dict.fromkeys(base for base in entered if base is not None))
    return tuple(bases)


def bases_of(path: str) -> list[str]:
    """The directories above a file, the root of the repository first."""
    return ["", *reversed([*upwards(path.rpartition("/")[0])])]


def kind_of(path: str) -> str | None:
    """What kind of script a file is by its name; None for any other file."""
    if not glob(*_NAMES)(path):  # as with nearly every file
        return None
    return next(kind for kind, globs in _KINDS if glob(*globs)(path))


def read_scripts(tree: Tree, parsed: Callable[[str], File | None]) -> Iterator[Script]:
    """The scripts of a tree, in the order of their paths; ``parsed`` reads a file of YAML."""
    for path in sorted(tree.files):
        kind = kind_of(path)
        if kind is None or tree.resolve(path) != path:
            continue
        try:
            content = tree.read(path)[:MAX_SCRIPT]
        except Unreadable:
            continue
        text = content.decode("utf-8-sig", errors="replace")
        if kind in ("task", PIPELINE):
            file = parsed(path)
            found = tuple(_embedded(file, kind)) if file else ()
            moved = _ELSEWHERE.search(text) is not None
        else:
            found, moved = tuple(_READERS[kind](text)), False
        yield Script(path, kind, text, found, moved or any(map(_wanders, found)), _bases(path, found))


def _wanders(command: Command) -> bool:
    if command.name == "git" and command.arguments("-C")[:1] and command.arguments("-C")[0].text == "clone":
        return True
    target = command.words[1] if command.name in ("cd", "pushd") and len(command.words) > 1 else None
    return target is not None and not target.known and not any(mark in target.text for mark in _INSIDE)


# -- files of lines --------------------------------------------------------------------------------------------


def _make(text: str) -> list[Command]:
    """The recipes of a Makefile (GNU make, Recipe Syntax): lines that begin with a tab."""
    assignments = list(_MAKE_ASSIGNMENT.finditer(text))
    values: dict[str, set[str]] = {}
    for match in assignments:
        values.setdefault(match.group(1), set()).add(match.group(3) if match.group(2).strip(":") == "=" else "")
    known = {name: next(iter(found)) for name, found in values.items() if len(found) == 1 and "" not in found}
    shell = _MAKE_VARIABLE.sub(r"${\1}", _recipes(text, "\t")).replace("$$", f"{FILLER}$")
    return commands(shell, known, locate=locator(text))


def _just(text: str) -> list[Command]:
    """The recipes of a justfile: lines that are indented."""
    return commands(_recipes(text, " \t"), locate=locator(text))


def _recipes(text: str, indents: str) -> str:
    """The text with blanks in place of all but the recipes; every character keeps its offset."""
    lines, goes_on = [], False
    for line in text.splitlines(keepends=True):
        body = line.rstrip("\r\n")
        if body[:1] and body[0] in indents:
            stripped = body.lstrip(" \t")
            marks = 0 if goes_on else len(stripped) - len(stripped.lstrip("@-+"))
            indent = len(body) - len(stripped)
            body = " " * (indent + marks) + stripped[marks:]
            goes_on = body.endswith("\\")
        else:
            body, goes_on = " " * len(body), False
        lines.append(body + line[len(body) :])
    return "".join(lines)


_READERS: dict[str, Callable[[str], list[Command]]] = {"shell": commands, "make": _make, "just": _just}

# -- documents -------------------------------------------------------------------------------------------------

SHELLS = frozenset({"bash", "sh", "shell", "console", "zsh"})
"""The languages of the blocks of a document that show commands."""
_PROMPT = re2.compile(r"^(\s*)\$ ")


def commands_in(document: Markdown) -> Iterator[list[Command]]:
    """The commands of each block of shell in a document, without the prompts in front of them."""
    for fence in document.fences:
        if fence.language in SHELLS and fence.lines:
            lines = "\n".join(_PROMPT.sub(r"\1  ", line.text) for line in fence.lines)
            yield commands("\n" * (fence.lines[0].span.line - 1) + lines)


# -- files of YAML ---------------------------------------------------------------------------------------------


def _embedded(file: File, kind: str) -> Iterator[Command]:
    for document in file.documents[:1]:
        routes = _tasks(document.data) if kind == "task" else _steps(document.data)
        for route in routes:
            yield from _commands_at(document, route)


def _tasks(data: Data) -> Iterator[Route]:
    """The commands of a Taskfile (taskfile.dev, schema: ``cmds`` and ``cmd`` of each task, or the task itself)."""
    for name, task in mapping_at(data, ("tasks",)).items():
        top: Route = ("tasks", name)
        if isinstance(task, (str, list)):
            yield from _texts(task, top)
            continue
        for field in ("cmds", "cmd"):
            yield from _texts(mapping_at(task, ()).get(field), (*top, field))


def _texts(value: Data, route: Route) -> Iterator[Route]:
    if isinstance(value, str):
        yield route
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, str):
            yield (*route, index)
        elif text_at(entry, ("cmd",)):
            yield (*route, index, "cmd")


def _steps(data: Data) -> Iterator[Route]:
    """The ``run`` of GitHub's jobs and actions, the ``script`` of GitLab's jobs."""
    tops: list[Route] = [("runs",), *(("jobs", name) for name in mapping_at(data, ("jobs",)))]
    for top in tops:
        steps = mapping_at(data, top).get("steps")
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            if text_at(step, ("run",)):
                yield (*top, "steps", index, "run")
    for name, job in mapping_at(data, ()).items():
        if name not in ("jobs", "runs"):
            for field in ("before_script", "script", "after_script"):
                yield from _texts(mapping_at(job, ()).get(field), (name, field))


def _commands_at(document: Document, route: Route) -> list[Command]:
    """The commands in the text at a route, each where it is written in the file."""
    file, span = document.file, document.locate(route)
    starts = line_starts(file.text)
    start = starts[span.line - 1] + span.column - 1
    end = starts[span.end_line - 1] + span.end_column - 1
    written = file.text[start:end][:MAX_SCRIPT]
    style, folded = written[:1], span.line != span.end_line
    if style in ("|", ">"):
        start, written = start + len(written.partition("\n")[0]), "".join(written.partition("\n")[1:])
        folded = style == ">"
    elif style == '"':
        written = FILLER + _ESCAPE.sub(_unescaped, written[1:-1])
    elif style == "'":
        written = FILLER + written[1:-1].replace("''", f"{FILLER}'")
    return commands(written, locate=locator(file.text, start), folded=folded)


def _unescaped(match: re.Match[str]) -> str:
    return FILLER + {"n": "\n", "t": "\t"}.get(match.group(1), match.group(1))
