"""Paths of this repository that scripts and documents name, and that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import re2

from gitops_lint.context import (
    Context,
    Fix,
    Hit,
    Location,
    Reword,
    Span,
    bases_of,
    bootstraps,
    check,
    closest,
    commands_in,
    glob,
    head,
    join,
    upwards,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitops_lint.context import Command, Markdown, Word

READING = {
    "kubectl": ("-f", "--filename", "-k", "--kustomize", "--patch-file", "--from-file", "--from-env-file"),
    "helm": ("-f", "--values"),
    "flux": ("--path", "--kustomization-file"),
    "argocd": ("-f", "--file"),
}
"""Options whose value is a file or directory that must be there."""
READERS = frozenset({"cat", "source", ".", "sops", "yq", "jq", "cd", "pushd", "kubeconform", "kubeval", "helmfile"})
"""Programs whose arguments are files or directories that must be there."""
RUNNERS = frozenset({"bash", "sh", "zsh", "python", "python3", "ansible-playbook"})
"""Programs whose first argument is one; the others belong to what they run."""
MAKERS = frozenset(
    {"mkdir", "touch", "tee", "cp", "mv", "install", "ln", "rm", "tar", "unzip", "curl", "wget", "test", "[", "[["}
    | {"sponge", "openssl", "age-keygen", "ssh-keygen", "terraform", "tofu", "talhelper", "talosctl", "git"}
)
"""Programs that may make, or do away with, the files that they name, or ask whether they are there."""
OUTPUTS = ("-o", "--output", "--output-dir", "-O", "--out", "--output-file")
PATH = re2.compile(r"(?:\./)?((?:[\w.@+~-]+/)+[\w.@+~-]*)")
STANDING_FOR = re2.compile(r"(?i)(?:^|[/_.-])(my|your|example|foo|bar|xxx|some|name|new)(?:[/_.-]|$)")
"""What stands for a name that the reader is to put in."""


class Mention(NamedTuple):
    """A path of the repository that a text names."""

    path: str
    at: Location


@check
def dead_path(context: Context) -> Iterator[Hit]:
    """Paths that scripts read, and that documents name, and that are not there; what names one path is one hit.

    Only words that are paths of this repository for certain: they begin with a directory at its top. Not what a
    script makes itself, what git ignores, and what a script names that goes elsewhere.
    """
    mentions: dict[str, list[Location]] = {}
    for mention in (*_in_scripts(context), *_in_documents(context)):
        mentions.setdefault(mention.path.rstrip("/"), []).append(mention.at)
    for path, places in mentions.items():
        # What the declared layout has is told by itself, with the directory or file that is missing.
        is_declared = context.is_in_layout(path)
        if not is_declared and context.repo.tree.left_out(path) is None and not context.repo.is_git_ignored(path):
            yield _hit(context, path, places)


def _hit(context: Context, path: str, places: Sequence[Location]) -> Hit:
    directory, _, name = path.rpartition("/")
    sibling = closest(name, context.repo.tree.entries(directory))
    nearest = f"{directory}/{sibling}" if sibling else context.repo.nearest(path)
    return Hit(
        message=f"{path} does not exist{f'; did you mean {nearest}?' if nearest else ''}",
        at=places[0],
        label="named here",
        related=tuple((place, "and here") for place in places[1:]),
        help=f"name {nearest} instead" if nearest else "name what took its place, or take the line out",
        fix=Fix(f"write {nearest}", tuple(Reword(place, path, nearest) for place in places)) if nearest else None,
    )


def _is_there(context: Context, path: str, bases: Iterable[str]) -> bool:
    tree = context.repo.tree
    found = (join(base, path) for base in bases)
    return any(one is not None and (tree.is_file(one) or tree.is_directory(one)) for one in found)


def _certain_path(context: Context, text: str) -> str | None:
    """The path that a text is, if it begins with a directory at the top of the repository; else None."""
    match = PATH.fullmatch(text)
    path = match.group(1) if match else ""
    top = path.partition("/")[0]
    is_path = top not in ("", ".", "..") and ".." not in path and path.rstrip("/") != top
    return path if is_path and context.repo.tree.is_directory(top) and not STANDING_FOR.search(path) else None


# -- scripts ---------------------------------------------------------------------------------------------------


def _in_scripts(context: Context) -> Iterator[Mention]:
    for script in context.scripts:
        if script.wanders or script.makes_a_cluster:
            continue
        for path, span in _dead_words(context, script.commands, script.bases):
            yield Mention(path, Location(script.path, span))


def _dead_words(context: Context, commands: Sequence[Command], bases: Sequence[str]) -> Iterator[tuple[str, Span]]:
    made = _made_by(commands)
    for command in commands:
        for word in _read(command):
            path = _certain_path(context, word.text) if word.known else None
            if path and not _is_there(context, path, bases) and not _is_made(path, made):
                yield path, word.span


def _made_by(commands: Iterable[Command]) -> set[str]:
    return {path for command in commands for path in _made(command)}


def _is_made(path: str, made: set[str]) -> bool:
    """Whether commands make a path, or a directory above it."""
    return not made.isdisjoint(upwards(path.rstrip("/")))


def _made(command: Command) -> Iterator[str]:
    """The paths that a command may make; of a pattern, the directory that all it stands for is in."""
    words = [*command.made, *command.options(*OUTPUTS)]
    if command.name in MAKERS:
        words += [word for word in command.words[1:] if not word.text.startswith("-")]
    for word in words:
        text = word.text.removeprefix("./")
        if path := head(text) if word.is_pattern else text.rstrip("/"):
            yield path


def _read(command: Command) -> Iterator[Word]:
    """The words of a command that name what must be there."""
    if "/" in command.words[0].text:
        yield command.words[0]
    words = command.arguments()
    if command.name in READING:
        if not any(True for _ in bootstraps([command])):  # which makes its path
            for word in command.options(*READING[command.name]):
                yield value_of(word) if "=" in word.text else word
    elif command.name in RUNNERS:
        yield from words[:1]
    elif command.name == "kustomize":
        yield from words[1:2] if words and words[0].text == "build" else ()
    elif command.name in READERS:
        outputs = list(command.options(*OUTPUTS))
        yield from (word for word in words if word not in outputs)


# -- documents -------------------------------------------------------------------------------------------------


def _in_documents(context: Context) -> Iterator[Mention]:
    """What READMEs and the documents that the configuration names say of the repository as it is."""
    named = glob(*context.settings.documents, *context.params["documents"])
    for path in sorted(context.repo.tree.files):
        document = context.markdown(path) if path.endswith(".md") and named(path) else None
        if document is None or context.repo.tree.resolve(path) != path:
            continue
        bases = bases_of(path)
        commands = [command for block in commands_in(document) for command in block]
        made = _made_by(commands)  # a document may tell its reader to make what it speaks of afterwards
        for mention in _in_prose(context, path, document, bases):
            if not _is_made(mention.path, made):
                yield mention
        for dead, span in _dead_words(context, commands, bases):
            yield Mention(dead, Location(path, span))


def _in_prose(context: Context, path: str, document: Markdown, bases: Sequence[str]) -> Iterator[Mention]:
    for code in document.code:
        named = _certain_path(context, code.text)
        if named and not _is_there(context, named, bases):
            yield Mention(named, Location(path, code.span))
    for link in document.links:
        target = unquote(link.text.partition("#")[0].partition("?")[0])
        linked = join(path.rpartition("/")[0], target) if "://" not in target and ":" not in target else None
        is_file = target.endswith("/") or "." in target.rpartition("/")[2].strip(".")
        known = _certain_path(context, linked) if linked and is_file else None
        if known and not _is_there(context, known, [""]):
            yield Mention(known, Location(path, link.span))
