"""The words of the command line. ``gitops-lint PATH`` is ``gitops-lint check PATH``."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import textwrap
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NoReturn

from gitops_lint import __version__
from gitops_lint.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
PLAN_FORMATS = ("text", "json", "markdown")
GRAPH_FORMATS = ("mermaid", "dot", "json")
SHELLS = ("bash", "zsh", "fish")
LEVELS = ("error", "warning", "info")


def _lazy(name: str) -> Callable[[argparse.Namespace], int]:
    """A command's ``run``, imported when it is called: most runs need one command."""

    def run(options: argparse.Namespace) -> int:
        module = importlib.import_module(f"gitops_lint.cli.{name}")
        code: int = module.run(options)
        return code

    return run


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    **{
        name: _lazy(name)
        for name in (
            *("check", "commits", "why", "matrix", "build", "graph", "impact", "baseline", "explain", "rules", "init"),
            "completion",
        )
    },
    "test-rules": _lazy("trial"),
}


SWITCHES = frozenset({"-q", "--quiet", "-v", "--verbose"})
"""What may stand before the command as well as behind it."""


UNRECOGNIZED = "unrecognized arguments: "


CHOICE = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)")
"""What argparse says of a value that is none of the choices, which it quotes until Python 3.11."""
EXITS = """Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the command line, the configuration or a rule page
    cannot be used, 3 a bug of gitops-lint, 4 nothing of Flux, Argo CD or kustomize is there."""


class _Formatter(argparse.HelpFormatter):
    """Help whose words are never broken at their hyphens; a paragraph that is indented keeps its lines."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = (part if part.startswith("  ") else self._filled(part, width) for part in text.split("\n\n"))
        return textwrap.indent("\n\n".join(paragraphs), indent)

    def _filled(self, text: str, width: int) -> str:
        return "\n".join(self._split_lines(text, width))


class _Parser(argparse.ArgumentParser):
    """An argument parser that guesses what a mistyped option was meant to be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **options})

    def error(self, message: str) -> NoReturn:
        _, _, unknown = message.partition(UNRECOGNIZED)
        hint = did_you_mean(unknown.split(" ")[0].partition("=")[0], self._option_string_actions) if unknown else ""
        if choice := CHOICE.search(message):
            hint = did_you_mean(choice[1], choice[2].replace("'", "").split(", "))
        self.exit(2, f"error: {message}{hint}\nTry: {self.prog} --help\n")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The options of a command line; ends the process for ``--help``, ``--version`` and usage errors."""
    switches = list(takewhile(SWITCHES.__contains__, words))
    rest = list(words[len(switches) :])
    if rest[:1] and rest[0] in COMMANDS:
        arguments = [rest[0], *switches, *rest[1:]]
    elif rest[:1] and rest[0] in ("-h", "--help", "--version"):
        arguments = rest
    else:
        arguments = ["check", *words]
    parser, commands = parsers()
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        # Said by the command and not by the parser at the top: that one knows none of the options.
        commands[options.command].error(f"{UNRECOGNIZED}{' '.join(unknown)}")
    return options


def parsers() -> tuple[argparse.ArgumentParser, dict[str, _Parser]]:
    """The parser of the whole line, and that of each command."""
    parser = _Parser(
        prog="gitops-lint",
        description="Who applies every object of a GitOps repository, and may they?",
        epilog=f"gitops-lint PATH is gitops-lint check PATH; gitops-lint COMMAND --help tells all about one. {EXITS}",
    )
    parser.add_argument("--version", action="version", version=f"gitops-lint {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _check(commands.add_parser("check", help="find what is wrong (the default command)"))
    _impact(commands.add_parser("impact", help="what a change does to each cluster: deletes, moves, orphans, creates"))
    _commits(commands.add_parser("commits", help="the messages of commits, and what they change together"))
    _why(commands.add_parser("why", help="who applies this object or file, and through which chain"))
    _matrix(commands.add_parser("matrix", help="the responsibility matrix against what is applied"))
    _build(commands.add_parser("build", help="the objects that a directory or a reconciler builds, as YAML"))
    _graph(commands.add_parser("graph", help="who applies what, as a picture: Mermaid, DOT or JSON"))
    _baseline(commands.add_parser("baseline", help="record what is wrong today, so that check tells only what is new"))
    _explain(commands.add_parser("explain", help="the page of a rule"))
    _rules(commands.add_parser("rules", help="every rule, its level and its title"))
    _test_rules(commands.add_parser("test-rules", help="try the rule pages of a repository on their own examples"))
    _init(commands.add_parser("init", help="write a configuration that today's repository follows, hook and workflow"))
    _completion(commands.add_parser("completion", help="a script by which a shell completes these words"))
    for command in commands.choices.values():
        _common(command)
    return parser, commands.choices


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-q", "--quiet", action="store_true", help="say less")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more; a traceback for a bug")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="whether to colour (default: auto)"
    )


def _no_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="read and build everything anew, and keep nothing for the next run (default: what is kept below "
        "GITOPS_LINT_CACHE_DIR, else XDG_CACHE_HOME/gitops-lint, else ~/.cache/gitops-lint)",
    )


def _check(parser: argparse.ArgumentParser) -> None:
    parser.description = """Read the whole repository, as Flux, Argo CD and kustomize would, and tell what is wrong with
        it. FILES filter the report and never what is read: with them, only findings are shown that touch one of
        these files, by a place, by a step of the chains of their owners, or because one of them is gone."""
    parser.epilog = f"""{EXITS}\n\nExamples:\n
  gitops-lint                                      all of the repository in this directory
  gitops-lint --diff-base origin/main              only what this branch brings
  gitops-lint -o sarif=out.sarif -o junit=out.xml  the same run, also as files
  gitops-lint check . apps/shop                    only what touches apps/shop"""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")
    parser.add_argument(
        "touching",
        metavar="FILES",
        nargs="*",
        help="show only what touches these files or directories, as seen from the current directory",
    )
    parser.add_argument(
        "--staged",
        action="store_true",
        help="show only what touches the change that is staged in git; where nothing is staged, everything",
    )
    _report(parser)
    parser.add_argument(
        "--diff-base",
        metavar="REF",
        help="only what is new, or worse, since HEAD left REF (a commit, tag or branch), also where the change breaks "
        "what it does not touch. What REF has is counted, and listed with -v. A clone that does not go back so far is "
        "an error: fetch more of it",
    )
    parser.add_argument(
        "--law-from",
        choices=("head", "base"),
        default="head",
        help="with --diff-base: by whose configuration, rules and silencing comments both are judged. With head, a "
        "change of them is told; with base, it counts for nothing (default: head)",
    )
    known = parser.add_mutually_exclusive_group()
    known.add_argument(
        "--baseline",
        metavar="FILE",
        help="do not show the findings in this file (default: PATH/.gitops-lint-baseline.json, where it is there); "
        "exit 1 where it holds any that are repaired",
    )
    known.add_argument("--no-baseline", action="store_true", help="show all findings, known or not")
    parser.add_argument("--fix", action="store_true", help="repair what can be repaired without changing an object")
    parser.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: the other repairs, too")
    parser.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    _no_cache(parser)
    parser.add_argument("--show-skipped", action="store_true", help="list what could not be analysed")
    parser.add_argument(
        "--statistics", action="store_true", help="tell what was read, built and used again, and how long"
    )


def _impact(parser: argparse.ArgumentParser) -> None:
    parser.description = """What the work tree does to each cluster when it takes the place of BASE: what is deleted (by
        prune, finalizers and sync policies), moved from one owner to another, left without one, created, or given a
        second one. BASE is a commit or branch, of which the place counts where HEAD left it; without it, the default
        branch, and where HEAD has nothing new, HEAD itself: then the plan is about what is not committed yet."""
    parser.epilog = """Exit codes: 0, or 1 with --fail-on-delete; 2 where BASE or the configuration cannot be used."""
    parser.add_argument("base", metavar="BASE", nargs="?", help="a commit, tag or branch")
    parser.add_argument("path", metavar="REPOSITORY", nargs="?", default=".", help="default: .")
    _no_cache(parser)
    parser.add_argument("--config", metavar="FILE", help="a configuration instead of REPOSITORY/.gitops-lint.yaml")
    parser.add_argument("--output-format", choices=PLAN_FORMATS, default="text", help="what is printed (default: text)")
    parser.add_argument("--fail-on-delete", action="store_true", help="exit 1 where anything is or may be deleted")


def _baseline(parser: argparse.ArgumentParser) -> None:
    parser.description = """Write every finding of today, of all levels, into a file that belongs into the repository.
        From then on check shows only what is not in it. An entry is known by what it is about, not by its line, and
        check fails where one is repaired, so that the file only gets shorter: run this again to take it out."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")
    _no_cache(parser)
    parser.add_argument("--config", metavar="FILE", help="a configuration instead of PATH/.gitops-lint.yaml")
    parser.add_argument("--baseline", metavar="FILE", help="the file (default: PATH/.gitops-lint-baseline.json)")


def _commits(parser: argparse.ArgumentParser) -> None:
    parser.description = """Judge commits by the rules of the category commits. RANGE is A..B, or one commit; of a merge
        commit, what it brings. Without it: the commits of HEAD that the default branch lacks (origin's, else the
        upstream, else main or master), and where there are none, HEAD alone. Merges are not judged themselves, and of
        more than 1,000 commits the newest are."""
    parser.add_argument("range", metavar="RANGE", nargs="?", help="commits, as git names them")
    parser.add_argument("path", metavar="REPOSITORY", nargs="?", default=".", help="default: .")
    parser.add_argument(
        "--message-file",
        metavar="FILE",
        nargs="?",
        const="",
        help="judge the commit that is being made: its message in FILE (- is standard input), with what is staged; "
        "for the hook commit-msg. FILE may also stand in the place of RANGE",
    )
    # No rule about commits is an error, and a hook that passes shows nothing.
    _report(parser, fail_on="warning")
    parser.set_defaults(show_skipped=False)


def _report(parser: argparse.ArgumentParser, fail_on: str = "error") -> None:
    parser.add_argument("--config", metavar="FILE", help="a configuration instead of PATH/.gitops-lint.yaml")
    parser.add_argument("--select", action="append", default=[], metavar="RULE", help="only these rules or categories")
    parser.add_argument("--ignore", action="append", default=[], metavar="RULE", help="not these rules or categories")
    parser.add_argument(
        "--severity", choices=LEVELS, default="warning", help="show findings from here up (default: warning)"
    )
    parser.add_argument("--fail-on", choices=LEVELS, default=fail_on, help=f"exit 1 from here up (default: {fail_on})")
    parser.add_argument("--exit-zero", action="store_true", help="exit 0 even with findings")
    parser.add_argument("--output-format", choices=FORMATS, default="full", help="what is printed (default: full)")
    parser.add_argument(
        "-o",
        dest="files",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="write a file as well, in any of these formats; repeatable",
    )
    parser.add_argument("--no-fold", action="store_true", help="show consequences in full, after their cause")
    parser.add_argument("--sarif-category", metavar="NAME", help="the category of the SARIF run")


def _why(parser: argparse.ArgumentParser) -> None:
    parser.description = """Tell who applies an object, or everything that comes from a file or directory, and show the
        whole chain for each: from the root of the cluster, file by file, down to the manifest."""
    parser.add_argument("subject", metavar="PATH|KIND/[NAMESPACE/]NAME", help="a file, a directory or an object")
    parser.add_argument("path", metavar="REPOSITORY", nargs="?", default=".", help="default: .")
    _no_cache(parser)
    parser.add_argument("--config", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--cluster", metavar="C", help="only this cluster")


def _matrix(parser: argparse.ArgumentParser) -> None:
    parser.description = """Hold the responsibility matrix against what is applied: for each component who should own
        it, who does, and the verdict. Without a matrix: who applies from each directory and to each namespace."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")
    _no_cache(parser)
    parser.add_argument("--config", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--cluster", metavar="C", help="only this cluster")


def _build(parser: argparse.ArgumentParser) -> None:
    parser.description = """Print the built objects as YAML. A directory is built as plain kustomize would; a
        reconciler (Kustomization/flux-system/apps, Application/argocd/shop) as its controller would, in every cluster.
        What is wrong with the build stands on standard error, and the exit code is 1 where it would be refused."""
    parser.add_argument(
        "subject", metavar="PATH|KIND/NAMESPACE/NAME", nargs="?", default=".", help="a directory or a reconciler"
    )
    parser.add_argument("path", metavar="REPOSITORY", nargs="?", default=".", help="default: .")
    _no_cache(parser)
    parser.add_argument("--config", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--cluster", metavar="C", help="only this cluster")
    parser.add_argument(
        "--provenance",
        action="store_true",
        help="a comment with file and line on every field that a patch, an overlay or a transformer set",
    )
    parser.add_argument("--show-secrets", action="store_true", help="do not mask the values of Secrets")


def _graph(parser: argparse.ArgumentParser) -> None:
    parser.description = """Draw who applies what: reconcilers, the sources that they read and what they wait for, a
        box for each cluster, objects counted by their kind. With --focus: an object or a file, the chains that lead to
        it, and its neighbours."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")
    _no_cache(parser)
    parser.add_argument("--config", metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--format", choices=GRAPH_FORMATS, default="mermaid", help="default: mermaid")
    parser.add_argument("--focus", metavar="OBJECT", help="KIND/[NAMESPACE/]NAME, a file or a directory")
    parser.add_argument("--depth", metavar="N", type=_depth, default=1, help="steps around the focus (default: 1)")
    parser.add_argument("--cluster", metavar="C", help="only this cluster")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.description = """Print the script by which a shell completes commands, options, their values and the ids of
        rules. bash: eval "$(gitops-lint completion bash)" in ~/.bashrc. zsh: the same with zsh, in ~/.zshrc behind
        compinit. fish: gitops-lint completion fish > ~/.config/fish/completions/gitops-lint.fish."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"one of {', '.join(SHELLS)}")


def _explain(parser: argparse.ArgumentParser) -> None:
    parser.description = """Show the page of a rule: what it finds, why that breaks clusters and since when that is
        known, and examples of what is wrong and what is right."""
    parser.add_argument("rule", metavar="RULE", help="a rule id")


def _rules(parser: argparse.ArgumentParser) -> None:
    parser.description = "List every rule by category: its id, its level at worst, and what it finds."
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="default: text")


def _test_rules(parser: argparse.ArgumentParser) -> None:
    parser.description = """Try the rules that a repository wrote for itself, the pages in .gitops-lint/rules, on the
        examples that stand on them: the bad ones must be found where they say so, the good ones must not."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.description = """Write .gitops-lint.yaml, with the matrix that the repository follows already, so that
        nothing is found which is not wrong without it; .pre-commit-config.yaml with the hook, or its lines where that
        file is there; the workflow of GitHub Actions, where it would run; and .gitops-lint-baseline.json with what is
        wrong today, if anything is, so that gitops-lint exits with 0 from the start. Nothing is overwritten."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: .)")
    parser.add_argument("--print", action="store_true", help="write to standard output instead")
    parser.add_argument(
        "--force", action="store_true", help="overwrite what init wrote before; never the hooks of others"
    )


def _depth(word: str) -> int:
    """A number of steps. Raises ArgumentTypeError."""
    if not (word.isascii() and word.isdigit() and len(word) < 4):
        raise argparse.ArgumentTypeError(f"{word!r} is no number from 0 to 999")
    return int(word)


def wants_unicode() -> bool:
    """Whether standard output can carry more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
