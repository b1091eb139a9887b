"""What a shell would run, and where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.document import read
from gitops_lint.texts.scripts import kind_of, read_scripts
from gitops_lint.texts.shell import commands
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from gitops_lint.texts.commands import Command


def words(command: Command) -> str:
    return " ".join(word.text if word.known else f"<{word.text}>" for word in command.words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kubectl apply -f a.yaml", ["kubectl apply -f a.yaml"]),
        ("kubectl apply \\\n  -f a.yaml\n", ["kubectl apply -f a.yaml"]),
        ("a; b && c || d | e & f", ["a", "b", "c", "d", "e", "f"]),
        ("# kubectl apply\na # b", ["a"]),
        ("echo a#b", ["echo a#b"]),
        ("a 'b c' \"d e\" f\\ g", ["a b c d e f g"]),
        ("if ! a; then b; else c; fi", ["a", "b", "c", "fi"]),
        ("X=1 Y=2 sudo -E env Z=3 helm install", ["helm install"]),
        ("cat <<EOF\nkubectl apply -f x\nEOF\nb", ["cat", "b"]),
        ("cat <<-'E O'\nE O\nb", ["cat", "b"]),
        ("cat <<-E\n\tkubectl x\n\tE\nb", ["cat", "b"]),
        ("tr a b <<< text\nb", ["tr a b", "b"]),
        ("(cd x && b)", ["cd x", "b"]),
        ("a > out 2>&1 < in", ["a"]),
        ("a $(b c)", ["b c", "a <$(b c)>"]),
        ('a "$(b "c d")"', ["b c d", 'a <$(b "c d")>']),
        ("a `b`", ["a <`b`>"]),
        ("diff <(a) <(b)", ["a", "b", "diff <<(a)> <<(b)>"]),
        ("a ${{ github.sha }} {{ .X }}", ["a <${{ github.sha }}> <{{ .X }}>"]),
        ("a ''", ["a "]),
        ("a &> log\nb", ["a", "b"]),
    ],
)
def test_commands(text: str, expected: list[str]) -> None:
    assert [words(command) for command in commands(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X=home\na $X", "a home"),
        ("export X='home'\na \"clusters/${X}\"", "a clusters/home"),
        ("X=home\nY=$X\na $Y", "a home"),
        ("a $X", "a <$X>"),
        ("X=home\nX=work\na $X", "a <$X>"),
        ("X=$(pwd)\na $X", "a <$X>"),
        ("a $X\nX=home", "a <$X>"),
        ("for X in a b; do a $X; done", "a <$X>"),
        ('X=home; read X\na "$X"', "a <$X>"),
        (': "${X:=home}"\na $X', "a <$X>"),
        ("X=home\na '$X'", "a $X"),
    ],
)
def test_a_variable_is_known_by_its_only_value(text: str, expected: str) -> None:
    found = [words(command) for command in commands(text)]
    assert expected in found


def test_each_word_knows_its_place() -> None:
    text = "set -e\nflux bootstrap git \\\n  --path=clusters/home \\\n  --url 'ssh://x'\n"
    command = commands(text)[1]
    path, url = command.option("--path"), command.option("--url")
    assert path is not None
    assert url is not None
    assert (path.text, path.span) == ("clusters/home", (3, 10, 3, 23))
    assert url.span == (4, 9, 4, 18)


def test_options_and_arguments() -> None:
    (command,) = commands("/usr/bin/kubectl -n web scale --replicas=0 deployment/web deployment/api > log")
    assert command.name == "kubectl"
    assert [word.text for word in command.arguments("-n")] == ["scale", "deployment/web", "deployment/api"]
    assert command.has("--replicas")
    assert [word.text for word in command.made] == ["log"]


def test_what_reads_from_a_pipe() -> None:
    first, second, third = commands("a | b || c")
    assert (first.piped, second.piped, third.piped) == (False, True, False)


@given(st.text(alphabet="ab \n\t\"'$(){}`\\;|&<>#=-\r\0é", max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    for command in commands(text):
        assert command.words


def test_deep_substitutions_end() -> None:
    assert commands("a " + "$(" * 5000)


# -- files -----------------------------------------------------------------------------------------------------


def in_file(path: str, text: str) -> list[tuple[str, int, int]]:
    """The commands of a file, each with the line and column of its first word."""
    tree = MemoryTree({path: text})
    (script,) = read_scripts(tree, lambda name: read(name, tree.read(name)))
    return [(words(command), *command.words[0].span[:2]) for command in script.commands]


def test_a_makefile() -> None:
    text = "CLUSTER := home\nNAME ?= x\n.PHONY: up\nup: down\n\t@kubectl apply -k clusters/$(CLUSTER) \\\n\t  -n $(NAME)\n\techo $$HOME\n"
    assert in_file("Makefile", text) == [
        ("kubectl apply -k clusters/home -n <${NAME}>", 5, 3),
        ("echo <$HOME>", 7, 2),
    ]


def test_a_justfile() -> None:
    text = "root := 'x'\n[private]\nup name:\n    @helm install {{name}} x\n"
    assert in_file("kubernetes/mod.just", text) == [("helm install <{{name}}> x", 4, 6)]


def test_a_taskfile() -> None:
    text = """\
version: "3"
tasks:
  one: kubectl apply -f a.yaml
  two:
    cmds:
      - "kubectl apply -f \\"a b.yaml\\""
      - task: one
      - cmd: 'helm install ''x'''
      - |
        set -e
        kubectl apply \\
          -f {{.FILE}}
      - >-
        flux bootstrap git
        --path=clusters/home
  three: [ls]
"""
    assert in_file(".taskfiles/flux/Taskfile.yaml", text) == [
        ("kubectl apply -f a.yaml", 3, 8),
        ("kubectl apply -f a b.yaml", 6, 10),
        ("helm install x", 8, 15),
        ("set -e", 10, 9),
        ("kubectl apply -f <{{.FILE}}>", 11, 9),
        ("flux bootstrap git --path=clusters/home", 14, 9),
        ("ls", 16, 11),
    ]


def test_pipelines() -> None:
    github = """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: kubectl apply -f ${{ inputs.file }}
"""
    assert in_file(".github/workflows/deploy.yaml", github) == [("kubectl apply -f <${{ inputs.file }}>", 7, 14)]
    gitlab = "deploy:\n  script:\n    - kubectl apply -k a\n  after_script: ls\n"
    assert in_file(".gitlab-ci.yml", gitlab) == [("kubectl apply -k a", 3, 7), ("ls", 4, 17)]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "tasks: 1\n", "tasks: {a: null, b: [1, {cmd: 2}], c: {cmds: x}}\n", "a: b: c\n"]
)
def test_odd_shapes(text: str) -> None:
    for path in ("Taskfile.yml", ".github/workflows/a.yml", ".gitlab-ci.yml"):
        in_file(path, text)


def test_kinds() -> None:
    paths = [
        "a.sh",
        "x/Makefile",
        "x/mod.just",
        "Taskfile.yml",
        ".taskfiles/a/Taskfile.yaml",
        ".github/workflows/a.yml",
    ]
    assert [kind_of(path) for path in paths] == ["shell", "make", "just", "task", "task", "pipeline"]
    assert kind_of("apps/web.yaml") is None
