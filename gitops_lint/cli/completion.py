"""``gitops-lint completion``: what a shell offers behind each word, generated from the parser.

The scripts hold all that they offer, so that pressing TAB starts no Python.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.cli.parser import FORMATS, parsers
from gitops_lint.rule import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES, DIRECTORIES, REVISIONS, RULES = "@files", "@directories", "@revisions", "@rules"
"""What is offered besides words."""
_KINDS = {
    "FILE": FILES,
    "FILES": FILES,
    "OBJECT": FILES,
    "PATH": DIRECTORIES,
    "REPOSITORY": DIRECTORIES,
    "BASE": REVISIONS,
    "RANGE": REVISIONS,
    "RULE": RULES,
}
"""What stands for a value, by the first word of how the help calls it."""


class Option(NamedTuple):
    """An option, or with no names a word without: how it is written, what it says, what comes behind it."""

    names: tuple[str, ...]
    help: str
    takes: str | None = None
    """The words to choose from, or a kind; empty for any text, None for an option without a value."""


class Command(NamedTuple):
    """A command and what may stand behind it."""

    name: str
    help: str
    options: tuple[Option, ...]
    positional: str
    """What its first word is; those behind it are files."""


def run(options: argparse.Namespace) -> int:
    """Print the script for a shell."""
    commands = list(_commands())
    ids = sorted({rule.id for rule in shipped()})
    categories = sorted({rule.category for rule in shipped()})
    script = {"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell](commands, [*ids, *categories])
    sys.stdout.write("\n".join(script) + "\n")
    return 0


def _commands() -> Iterator[Command]:
    """The commands as the parser knows them."""
    parser, choices = parsers()
    (listed,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    helps = {action.dest: action.help or "" for action in listed._choices_actions}
    for name, command in choices.items():
        actions = [action for action in command._actions if action.help != argparse.SUPPRESS]
        options = tuple(
            Option(tuple(action.option_strings), action.help or "", _takes(action))
            for action in actions
            if action.option_strings
        )
        first = next((action for action in actions if not action.option_strings), None)
        yield Command(name, helps[name], options, (_takes(first) or "") if first else "")


def _takes(action: argparse.Action) -> str | None:
    if action.nargs == 0:
        return None
    if action.choices:
        return " ".join(map(str, action.choices))
    metavar = str(action.metavar or "")
    if metavar == "FORMAT=FILE":
        return " ".join(f"{name}=" for name in FORMATS)
    return _KINDS.get(re.split(r"\W", metavar)[0], "")


# -- bash and zsh ----------------------------------------------------------------------------------------------


def _offer(takes: str) -> str:
    """What bash fills COMPREPLY with, for the word ``$cur``."""
    ways = {
        FILES: "-f",
        DIRECTORIES: "-d",
        REVISIONS: "-W \"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)\"",
        RULES: '-W "$rules"',
    }
    words = f'-W "{takes}"'
    return f'COMPREPLY=($(compgen {ways.get(takes, words)} -- "$cur"))'


def _bash(commands: list[Command], rules: list[str]) -> Iterator[str]:
    names = " ".join(command.name for command in commands)
    yield "# gitops-lint: completion for bash"
    yield "_gitops_lint() {"
    yield '  local cur="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" command=check word'
    yield f'  local commands="{names}" rules="{" ".join(rules)}"'
    yield '  for word in "${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do'
    yield '    case " $commands " in *" $word "*) command=$word; break ;; esac'
    yield "  done"
    yield "  COMPREPLY=()"
    yield '  case "$command $before" in'
    for command in commands:
        for option in command.options:
            if option.takes:
                patterns = "|".join(f'"{command.name} {name}"' for name in option.names)
                yield f"    {patterns}) {_offer(option.takes)}; return ;;"
    yield "  esac"
    yield '  case "$command $cur" in'
    for command in commands:
        offered = " ".join(name for option in command.options for name in option.names)
        yield f'    "{command.name} -"*) {_offer(offered)}; return ;;'
    yield "  esac"
    yield f'  if [ "$COMP_CWORD" = 1 ]; then {_offer("$commands --help --version")}; [ "$COMPREPLY" ] && return; fi'
    yield '  case "$command $before" in'
    for command in commands:
        if command.positional:
            yield f'    "{command.name} {command.name}") {_offer(command.positional)}; return ;;'
    yield "  esac"
    yield f"  {_offer(FILES)}"
    yield "}"
    yield "complete -F _gitops_lint gitops-lint"


def _zsh(commands: list[Command], rules: list[str]) -> Iterator[str]:
    """The function of bash, which zsh runs with a compgen of its own."""
    yield "autoload -U +X bashcompinit && bashcompinit"
    yield from _bash(commands, rules)


# -- fish ------------------------------------------------------------------------------------------------------


def _fish(commands: list[Command], rules: list[str]) -> Iterator[str]:
    names = " ".join(command.name for command in commands)
    yield "# gitops-lint: completion for fish"
    yield f"set -g __gitops_lint_rules {' '.join(rules)}"
    yield "complete -c gitops-lint -n __fish_use_subcommand -l help -s h -d 'show this help'"
    yield "complete -c gitops-lint -n __fish_use_subcommand -l version -d 'show the version'"
    for command in commands:
        yield f"complete -c gitops-lint -n __fish_use_subcommand -a {command.name} -d {_quoted(command.help)}"
        here = f"__fish_seen_subcommand_from {command.name}"
        if command.name == "check":
            here = f"not __fish_seen_subcommand_from {names.replace('check ', '', 1)}"
        condition = f"complete -c gitops-lint -n {_quoted(here)}"
        if command.positional and command.positional != FILES:
            yield f"{condition} -f -a {_source(command.positional)}"
        for option in command.options:
            written = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            yield f"{condition} {written}{_value(option.takes)} -d {_quoted(option.help)}"


def _value(takes: str | None) -> str:
    if takes is None:
        return ""
    return " -r" if takes in ("", FILES) else f" -x -a {_source(takes)}"


def _source(takes: str) -> str:
    ways = {
        DIRECTORIES: "(__fish_complete_directories)",
        REVISIONS: "(git for-each-ref --format='%(refname:short)' 2>/dev/null)",
        RULES: "$__gitops_lint_rules",
    }
    return f'"{ways.get(takes, takes)}"'


def _quoted(text: str) -> str:
    """A text in single quotes, as fish reads them."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
