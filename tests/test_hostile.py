"""The check of a pull request runs on strangers' files: whatever stands in them, there is a message and an end to it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from gitops_lint.engine import check
from tests.command import run, write
from tests.unit.worlds import REPOSITORY, application, config_map, flux, gotk, kustomization, world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from subprocess import CompletedProcess

ROOT = {"clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home")}
"""A Flux root that reads everything below ``clusters/home``."""
HEAD = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
UNREADABLE, DEEP = "apps/bad.yaml", 10_000
BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" if n else "a0: &a0 [x]\n" for n in range(12))
"""Aliases of aliases: some 31 billion values in 400 bytes."""


def lint(root: Path, *words: str) -> CompletedProcess[str]:
    """A run that must end with findings or a message: never in a traceback, in code 3, or not at all."""
    done = run("check", root, "--severity", "info", *words)
    assert done.returncode in (0, 1, 2, 4), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr
    return done


def rules(done: CompletedProcess[str]) -> set[str]:
    """The rules of the findings of a run with ``--output-format json``."""
    findings = json.loads(done.stdout)["findings"]
    return {one["rule"] for finding in findings for one in (finding, *finding["folded"])}


def lint_root(root: Path, files: Mapping[str, str | bytes]) -> set[str]:
    """The rules that a repository breaks: ``files`` beside a Flux root."""
    return rules(lint(write(root, {**ROOT, **files}), "--output-format", "json"))


# -- texts -------------------------------------------------------------------------------------------------------------

TEXTS = {
    "alias bomb": BOMB,
    "alias bomb in keys": BOMB + "".join(f"? *a{n}\n: x\n" for n in range(12)),
    "merge bomb": "".join(
        f"m{n}: &m{n} {{<<: [{f'*m{n - 1}, ' * 9}]}}\n" if n else "m0: &m0 {x: y}\n" for n in range(12)
    ),
    "alias of itself": "a: &a [*a]\n",
    "nested blocks": "".join(" " * n + f"k{n}:\n" for n in range(2_000)),
    "nested lists": "a: " + "- " * DEEP + "x\n",
    "nested flow": "a: " + "[" * DEEP + "]" * DEEP + "\n",
    "nested flow, open": "a: " + "{a: " * DEEP + "\n",
    "binary": bytes(range(256)) * 100,
    "NUL": b"apiVersion: v1\0kind: Secret\n",
    "UTF-16 cut short": b"\xff\xfea",
    "lone surrogates": 'a: "\\ud800"\nb: "\\uDFFF"\n',
    "control characters": b"a: \x1b[31m\x07\n",
    "huge number": "a: " + "9" * 100_000 + "\nb: 1e999999999\nc: .inf\n",
    "huge line": "a: " + "x" * 5_000_000 + "\n",
    "endless documents": "---\n" * 200_000,
    "endless broken documents": "---\na: [\n" * 100_000,
    "dates": "a: 9999-99-99\nb: 2020-01-01T99:99:99Z\n",
    "python": "a: !!python/object/apply:os.system ['touch pwned']\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("path", [UNREADABLE, "apps/kustomization.yaml"])
def test_a_manifest_that_is_made_to_break_readers(path: str, text: str | bytes, tmp_path: Path) -> None:
    body = text if isinstance(text, bytes) else text.encode()
    content = body if body.startswith(b"\xff\xfe") else HEAD + body
    files: dict[str, str | bytes] = {path: content, "apps/fine.yaml": config_map("fine")}
    lint_root(tmp_path, {**files, "clusters/home/a.yaml": flux("a", "./apps")})
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_configuration_that_is_made_to_break_readers(text: str | bytes, tmp_path: Path) -> None:
    body = text if isinstance(text, bytes) else text.encode()
    done = lint(write(tmp_path, {**ROOT, ".gitops-lint.yaml": body + b"\n---\nx: y\n"}))
    assert done.returncode == 2
    assert ".gitops-lint.yaml" in done.stderr


@pytest.mark.parametrize("text", ["[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP, "9" * 100_000])
def test_json_that_is_made_to_break_readers(text: str, tmp_path: Path) -> None:
    lint_root(tmp_path, {"apps/bad.json": f'{{"apiVersion": "v1", "a": {text}}}'})


def test_a_rule_page_of_the_repository_is_no_program(tmp_path: Path) -> None:
    page = "---\ntitle: x\nseverity: error\ncheck: __import__('os').system('touch pwned')\n---\n"
    done = lint(write(tmp_path, {**ROOT, ".gitops-lint/rules/mine/evil.md": page}))
    assert done.returncode == 2
    assert "a rule of a repository asks by an expression" in done.stderr
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "expression",
    [
        "[1,2,3].all(a, " * 5 + "true" + ")" * 5,
        "object.metadata.name.matches('(a+)+$')",
        "'" + "x" * 20_000 + "' == ''",
        "(" * 300 + "true" + ")" * 300,
        "(" * 5_000 + "true" + ")" * 5_000,
        "object.l.all(a, object.l.all(b, object.l.all(c, object.l.all(d, true))))",
    ],
)
def test_an_expression_of_the_repository_does_not_run_for_ever(expression: str, tmp_path: Path) -> None:
    page = f'---\ntitle: x\nseverity: error\non: written\nexpression: "{expression}"\n---\n'
    numbers = f"l: [{', '.join(map(str, range(500)))}]\n"
    files = {"big.yaml": f"{config_map('big')}{numbers}", ".gitops-lint/rules/mine/slow.md": page}
    assert lint(write(tmp_path, {**ROOT, **files})).returncode in (0, 1, 2)


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_passed_over_and_said_so(tmp_path: Path) -> None:
    write(tmp_path, ROOT)
    with (tmp_path / "large.yaml").open("wb") as stream:
        stream.truncate(100 << 20)
    assert "large.yaml  larger than 16 MiB (100 MiB)" in lint(tmp_path, "--show-skipped").stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_passed_over_and_said_so(tmp_path: Path) -> None:
    write(tmp_path, {**ROOT, UNREADABLE: config_map("x")})
    (tmp_path / UNREADABLE).chmod(0)
    assert f"{UNREADABLE}  permission denied" in lint(tmp_path, "--show-skipped").stdout


def test_a_directory_that_is_named_like_a_file(tmp_path: Path) -> None:
    nested = {"apps/kustomization.yaml/a.yaml": config_map("a"), "apps/b.yaml/kustomization.yml/c": ""}
    lint_root(
        tmp_path, {**nested, "clusters/home/apps.yaml": flux("apps", "./apps"), "app.yaml": application("a", "apps")}
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(
        tmp_path, {**ROOT, "clusters/home/kustomization.yaml": kustomization("pipe.yaml", "flux-system/gotk-sync.yaml")}
    )
    os.mkfifo(tmp_path / "clusters/home/pipe.yaml")
    assert "clusters/home/pipe.yaml  is not a regular file" in lint(tmp_path, "--show-skipped").stdout


LINKS: dict[str, Callable[[Path], dict[str, str]]] = {
    "out of the tree": lambda outside: {
        "apps/out": str(outside),
        "apps/up": "../../outside",
        "apps/s.yaml": f"{outside}/s.yaml",
    },
    "to itself": lambda outside: {"apps/a": "a", "apps/b.yaml": "b.yaml"},
    "in a circle": lambda outside: {"apps/a": "../b", "b/y": "../c", "c/z": "../b", "c/up": "..", "apps/here": "."},
    "doubling": lambda outside: (
        {f"d{n}/{side}": f"../d{n + 1}" for n in range(40) for side in "lr"} | {"apps/d": "../d0"}
    ),
    "kustomization": lambda outside: {"apps/kustomization.yaml": "../../../../../../etc/passwd"},
}


@pytest.mark.parametrize("links", LINKS.values(), ids=LINKS)
def test_links_lead_neither_out_nor_on_and_on(links: Callable[[Path], dict[str, str]], tmp_path: Path) -> None:
    outside = write(
        tmp_path / "outside", {"s.yaml": config_map("taken-from-outside"), "kustomization.yaml": "resources: [s.yaml]"}
    )
    root = write(tmp_path / "root", {**ROOT, "apps/a.yaml": config_map("a"), "d40/x.yaml": config_map("x")})
    write(root, {"clusters/home/apps.yaml": flux("apps", "./apps"), "clusters/home/k.yaml": flux("k", "./k")})
    write(root, {"app.yaml": application("app", "apps", more="") + "---\n" + recursive("rec", "apps")})
    write(
        root, {"k/kustomization.yaml": kustomization("../apps/out", "../apps/up/s.yaml", "../apps/s.yaml", "../apps/a")}
    )
    for link, target in links(outside).items():
        (root / link).parent.mkdir(exist_ok=True, parents=True)
        (root / link).symlink_to(target)
    assert "taken-from-outside" not in lint(root, "--show-skipped", "--verbose").stdout


def recursive(name: str, path: str, **options: object) -> str:
    """An Application over a directory and all that is below it."""
    return application(name, path, f"  sources: {json.dumps([source(path, directory={'recurse': True, **options})])}")


def source(path: str, **options: object) -> dict[str, object]:
    """A source of an Application: a path of this repository."""
    return {"repoURL": REPOSITORY, "targetRevision": "main", "path": path, **options}


def test_directories_that_are_nested_as_deep_as_a_disk_allows() -> None:
    deep = {f"apps/{'d/' * 2_000}x.yaml": config_map("x"), "clusters/home/apps.yaml": flux("apps", "./apps")}
    git = {"git": {"repoURL": REPOSITORY, "directories": [{"path": "*"}], "files": [{"path": "*"}]}}
    report = check(world({**ROOT, **deep, "a.yaml": recursive("a", "apps"), "set.yaml": application_set("s", git)}))
    assert report.counts.objects == 3


ESCAPES = (
    "../../../../../../etc",
    "/etc",
    "..",
    "../../../../etc/passwd",
    "\0",
    "",
    ".",
    "a/../../..",
    "//etc",
    "~",
    "\\etc",
)


@pytest.mark.parametrize("path", ESCAPES)
def test_a_path_leads_nowhere_else(path: str, tmp_path: Path) -> None:
    word = json.dumps(path)
    entries = {
        "resources": [path],
        "bases": [path],
        "components": [path],
        "crds": [path],
        "configurations": [path],
        "patches": [{"path": path, "target": {"kind": "ConfigMap"}}, {"path": path}],
        "patchesStrategicMerge": [path],
        "patchesJson6902": [{"path": path, "target": {"kind": "ConfigMap", "name": "x", "version": "v1"}}],
        "configMapGenerator": [{"name": "x", "files": [path, f"k={path}"], "envs": [path], "env": path}],
        "secretGenerator": [{"name": "x", "files": [path]}],
        "helmCharts": [{"name": "x", "valuesFile": path}],
        "replacements": [{"path": path}],
        "openapi": {"path": path},
    }
    git = {"git": {"repoURL": REPOSITORY, "directories": [{"path": path}], "files": [{"path": path}]}}
    files: dict[str, str | bytes] = {
        "apps/kustomization.yaml": json.dumps(entries),
        "clusters/home/a.yaml": flux("a", "./apps"),
        "clusters/home/b.yaml": flux("b", word),
        "clusters/home/c.yaml": flux("c", "./apps", f"  components: [{word}]\n"),
        "argocd/a.yaml": application("a", "apps"),
        "argocd/b.yaml": application(
            "b", "x", f"  sources: {json.dumps([source(path), source('apps', directory={'include': path})])}"
        ),
        "argocd/c.yaml": application_set("c", git),
        "bootstrap.sh": f"flux bootstrap git --path={path}\n",
    }
    write(tmp_path, {**ROOT, **files})
    done = lint(tmp_path, "--show-skipped", "--verbose")
    assert "root:x:0" not in done.stdout


# -- graphs ------------------------------------------------------------------------------------------------------------


def application_set(name: str, *generators: object, template: str = "{{path}}") -> str:
    """An ApplicationSet whose Applications read what its generators name."""
    body = {
        "metadata": {"name": "{{name}}"},
        "spec": {"source": source(template), "destination": {"server": "https://kubernetes.default.svc"}},
    }
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: {name}, namespace: argocd}}\n"
        f"spec: {json.dumps({'generators': generators, 'template': body})}\n"
    )


def test_kustomizations_that_include_each_other(tmp_path: Path) -> None:
    circle = {f"k{n}/kustomization.yaml": kustomization(f"../k{(n + 1) % 3}") for n in range(3)}
    broken = lint_root(
        tmp_path, {**circle, "k3/kustomization.yaml": kustomization("."), "clusters/home/k.yaml": flux("k", "./k0")}
    )
    assert "kustomize-build-fails" in broken


def test_kustomizations_that_double_at_each_level(tmp_path: Path) -> None:
    layers = {f"k{n}/kustomization.yaml": kustomization(f"../k{n + 1}", f"./../k{n + 1}") for n in range(50)}
    files = {**layers, "k50/kustomization.yaml": kustomization("x.yaml"), "k50/x.yaml": config_map("x")}
    assert "kustomize-build-fails" in lint_root(tmp_path, {**files, "clusters/home/k.yaml": flux("k", "./k0")})


def test_applications_that_apply_themselves_and_each_other(tmp_path: Path) -> None:
    files = {"a/a.yaml": application("a", "a"), "b/c.yaml": application("c", "c"), "c/b.yaml": application("b", "b")}
    lint_root(tmp_path, {**files, "d/d.yaml": recursive("d", ".")})


def test_flux_kustomizations_that_apply_themselves_and_each_other(tmp_path: Path) -> None:
    files = {
        "a/a.yaml": flux("a", "./a"),
        "b/c.yaml": flux("c", "./c"),
        "c/b.yaml": flux("b", "./b"),
        "d.yaml": flux("d", "./"),
    }
    lint_root(tmp_path, files)


def test_artifacts_that_are_made_of_each_other(tmp_path: Path) -> None:
    def generator(name: str, *sources: str) -> str:
        listed = [{"alias": f"s{n}", "kind": "ExternalArtifact", "name": each} for n, each in enumerate(sources)]
        made = [{"name": name, "copy": [{"from": "@s0/**", "to": "@artifact/"}]}]
        head = "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
        return (
            head
            + f"metadata: {{name: {name}, namespace: flux-system}}\nspec: {json.dumps({'sources': listed, 'artifacts': made})}\n"
        )

    chain = {f"clusters/home/g{n}.yaml": generator(f"g{n}", *[f"g{n + 1}"] * 9) for n in range(30)}
    files = {
        "clusters/home/own.yaml": generator("own", "own"),
        "clusters/home/g30.yaml": generator("g30", "g0"),
        **chain,
    }
    for name in ("own", "g0"):
        files[f"clusters/home/k-{name}.yaml"] = flux(f"k-{name}", "./x", source=f"ExternalArtifact/{name}")
    lint_root(tmp_path, files)


MILLION = [{"name": f"n{n}", "path": "apps"} for n in range(1_000)]
GENERATORS: dict[str, object] = {
    "a million in a matrix": {"matrix": {"generators": [{"list": {"elements": MILLION}}] * 2}},
    "a million in a list": {"list": {"elements": MILLION * 1_000}},
    "a million in files": {"git": {"repoURL": REPOSITORY, "files": [{"path": "*.json"}] * 100}},
    "a hundred thousand patterns": {"git": {"repoURL": REPOSITORY, "directories": [{"path": "*"}] * 100_000}},
    "braces": {"git": {"repoURL": REPOSITORY, "directories": [{"path": "{a"}], "files": [{"path": "a}"}]}},
    "everything": {"git": {"repoURL": REPOSITORY, "directories": [{"path": "*" * 500}], "files": [{"path": "**"}]}},
}


@pytest.mark.parametrize("generator", GENERATORS.values(), ids=GENERATORS)
def test_a_generator_that_makes_more_than_anybody_wants(generator: object, tmp_path: Path) -> None:
    files = {
        "apps/a.yaml": config_map("a"),
        "set.yaml": application_set("s", generator),
        "many.json": json.dumps(MILLION * 100),
    }
    lint_root(tmp_path, files)


def test_a_template_that_grows_beyond_all_bounds(tmp_path: Path) -> None:
    element = {"name": "x", "path": "y" * 1_000_000, "long": "[" + "9" * 5_000 + "]"}
    files = {"set.yaml": application_set("s", {"list": {"elements": [element] * 5}}, template="{{path}}" * 100_000)}
    files["index.yaml"] = application_set(
        "i", {"list": {"elements": [element]}}, template="{{ path[" + "9" * 5_000 + "] }}"
    )
    lint_root(tmp_path, files)


def test_a_repository_that_builds_itself_thousands_of_times(tmp_path: Path) -> None:
    many = "---\n".join(flux(f"f{n}", "./") for n in range(3_000))
    objects = "---\n".join(config_map(f"c{n}") for n in range(3_000))
    write(tmp_path, {**ROOT, "clusters/home/many.yaml": many, "apps/objects.yaml": objects})
    done = lint(tmp_path)
    assert done.returncode == 2
    assert "takes more than" in done.stderr


def test_thousands_of_orders_that_nothing_applies(tmp_path: Path) -> None:
    many = {
        f"lost/{n}.yaml": application(f"a{n}", f"lost/x{n}") + "---\n" + flux(f"f{n}", f"./lost/y{n}")
        for n in range(3_000)
    }
    lint_root(tmp_path, dict(many))


# -- expressions ---------------------------------------------------------------------------------------------------------

EVIL = (
    "(a+)+$",
    "(((((((((((a*)*)*)*)*)*)*)*)*)*)*",
    "(" * 5_000,
    "a{1000}{1000}{1000}",
    "[",
    "(?P<x",
    "(?=a)",
    "\\1",
    "x" * 100_000,
)


@pytest.mark.parametrize("pattern", EVIL, ids=range(len(EVIL)))
def test_a_pattern_that_is_made_to_run_for_ever(pattern: str, tmp_path: Path) -> None:
    patch = {
        "target": {"name": pattern, "kind": pattern, "labelSelector": pattern},
        "patch": "- {op: test, path: /a, value: 1}",
    }
    files: dict[str, str | bytes] = {
        "apps/kustomization.yaml": json.dumps(
            {"resources": ["a.yaml"], "patches": [patch, {**patch, "target": {"name": pattern}}]}
        ),
        "apps/a.yaml": config_map("a" * 250),
        "clusters/home/apps.yaml": flux("apps", "./apps"),
        "app.yaml": recursive("x", "clusters", include=pattern, exclude=pattern),
        "clusters/home/subst.yaml": flux("s", "./apps", f"  postBuild: {json.dumps({'substitute': {'a': pattern}})}\n"),
    }
    lint_root(tmp_path, files)


@pytest.mark.parametrize(
    "glob", ["{", "}", "{a,{b}", "*" * 2_000, "{" * 400 + "a" + "}" * 400, ",".join(["{a,b}"] * 150)]
)
def test_a_glob_that_cannot_be_used_is_unknown(glob: str, tmp_path: Path) -> None:
    files = {
        "app.yaml": recursive("x", "apps", include=glob),
        "apps/a.yaml": config_map("a"),
        "b.yaml": recursive("y", "apps", exclude=glob),
    }
    lint_root(tmp_path, dict(files))
    write(tmp_path, {".gitops-lint.yaml": json.dumps({"exclude": [glob], "trees": {"flux": [glob]}})})
    assert lint(tmp_path).returncode in (0, 2)


@pytest.mark.parametrize(
    "text", ["${" * 10_000, "${a:-" * 5_000 + "}" * 5_000, "${a//" + "*" * 1_000 + "/x}", "${a:99999999999999999999}"]
)
def test_a_substitution_that_is_made_to_run_for_ever(text: str, tmp_path: Path) -> None:
    files = {
        "apps/a.yaml": config_map("a") + f"data: {json.dumps({'x': text})}\n",
        "clusters/home/apps.yaml": flux(
            "apps", "./apps", f"  postBuild: {json.dumps({'substitute': {'a': 'a' * 10_000}})}\n"
        ),
    }
    lint_root(tmp_path, dict(files))


# -- programs ------------------------------------------------------------------------------------------------------------


def test_programs_that_the_repository_names_are_not_run(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {**ROOT, "evil.sh": f"#!/bin/sh\ntouch {tmp_path}/pwned\ncat\n", "git": f"#!/bin/sh\ntouch {tmp_path}/pwned\n"},
    )
    for name in ("evil.sh", "git"):
        (root / name).chmod(0o755)
    evil = root / "evil.sh"
    hooks = {
        f".git/hooks/{name}": f"#!/bin/sh\n{evil}\n"
        for name in ("post-index-change", "pre-commit", "reference-transaction")
    }
    settings = f"""[core]
\trepositoryformatversion = 0
\tbare = false
\tfsmonitor = {evil}
\thooksPath = {root}/.git/hooks
\tpager = {evil}
\tsshCommand = {evil}
\teditor = {evil}
\tattributesFile = {root}/.gitattributes
[filter "x"]
\tclean = {evil}
\tsmudge = {evil}
\tprocess = {evil}
[diff]
\texternal = {evil}
[alias]
\tls-files = !{evil}
\tconfig = !{evil}
[credential]
\thelper = {evil}
"""
    basics = {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/.keep": "", ".git/objects/.keep": ""}
    write(root, {**basics, **hooks, ".git/config": settings, ".gitattributes": "* filter=x diff=x\n"})
    for name in hooks:
        (root / name).chmod(0o755)
    done = run("check", ".", cwd=root, PATH=f".:{os.environ['PATH']}")
    assert done.returncode in (0, 1), done.stderr
    assert not (root / "pwned").exists()


# -- what is printed -----------------------------------------------------------------------------------------------------

FOUL = "x\x1b[2J\n::error file=pwned::pwned\r\n##[command]\u202e\u2028\x07\x9b"
FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")


@pytest.mark.parametrize("output", FORMATS)
def test_foreign_text_gives_orders_to_nobody(output: str, tmp_path: Path) -> None:
    word = json.dumps(FOUL)
    named = config_map("x").replace("name: x", f"name: {word}")
    files = {
        "apps/a.yaml": named,
        "apps/b.yaml": named,
        "apps/kustomization.yaml": json.dumps({"resources": ["a.yaml", "b.yaml", FOUL]}),
        f"clusters/home/{FOUL.partition('/')[0].strip()}.yaml": flux("apps", "./apps"),
        "clusters/home/b.yaml": flux("b", word).replace("name: b", f"name: {word}"),
        "clusters/home/broken.yaml": f"apiVersion: v1\n# gitops-lint: ignore[x\x1b[2J] {FOUL.splitlines()[0]}\na: b: {word}\n",
        "app.yaml": application("a", "nowhere").replace("name: a,", f"name: {word},"),
    }
    done = lint(write(tmp_path, {**ROOT, **files}), "--output-format", output, "--show-skipped", "--verbose")
    assert done.returncode == 1
    shown = done.stdout + done.stderr
    assert not set(shown) & set("\x1b\r\x07\x9b\u202e\u2028")
    for line in shown.splitlines():
        assert not line.lstrip().startswith("::error file=pwned")
        assert "##[" not in line


@pytest.mark.parametrize(
    "words", [["why", FOUL], ["why", f"ConfigMap/{FOUL}"], ["explain", FOUL], ["check", "--select", FOUL], [FOUL]]
)
def test_words_of_the_command_line_give_no_orders_either(words: list[str], tmp_path: Path) -> None:
    done = run(*words, cwd=write(tmp_path, {**ROOT, "clusters/home/a.yaml": config_map("a")}))
    assert done.returncode == 2
    assert not set(done.stdout + done.stderr) & set("\x1b\r\x07\x9b\u202e\u2028")
    assert len(done.stderr.splitlines()) == 1
