"""ApplicationSets in whole repositories: the Applications that they make, and what these read."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitops_lint.builders import applicationset
from gitops_lint.config import load
from gitops_lint.engine import World, analyse
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import MemoryTree
from tests.unit.worlds import REPOSITORY, config_map, world


def application_set(generators: str, path: str, more: str = "", name: str = "", template: str = "") -> str:
    """A set in argocd-apps; its template reads ``path``."""
    go = "goTemplate" in more
    given = name or ("{{ .path.basename }}" if go else "{{ path.basename }}")
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set, namespace: argocd}\nspec:\n"
        f"{textwrap.indent(more, '  ')}  generators:\n{textwrap.indent(textwrap.dedent(generators).strip(), '    ')}\n"
        f"  template:\n    metadata: {{name: '{given}'}}\n    spec:\n      project: default\n"
        f"      source: {{repoURL: '{REPOSITORY}', targetRevision: main, path: '{path}'}}\n"
        f"      destination: {{server: 'https://kubernetes.default.svc', namespace: web}}\n{template}"
    )


GO = "goTemplate: true\ngoTemplateOptions: [missingkey=error]\n"
APPS = {
    "apps/web/a.yaml": config_map("web"),
    "apps/api/a.yaml": config_map("api"),
    "apps/old/a.yaml": config_map("old"),
    "apps/.hidden/a.yaml": config_map("hidden"),
    "apps/web/deep/a.yaml": config_map("deep"),
    "envs/dev/config.json": '{"env": "dev", "app": {"name": "web"}, "replicas": 2}',
    "envs/prod/eu/config.json": '{"env": "prod", "app": {"name": "api"}, "replicas": 3}',
}
SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: {name}
  namespace: argocd
  labels: {{argocd.argoproj.io/secret-type: cluster, env: {env}}}
stringData: {{name: {name}, server: "https://{name}.example.com"}}
"""
CLUSTERS = {"argocd/clusters.yaml": SECRET.format(name="east", env="prod") + "---\n" + SECRET.format(name="west", env="dev")}  # fmt: skip
DIRECTORIES = f"- git: {{repoURL: '{REPOSITORY}', revision: main, directories: [{{path: apps/*}}, {{path: apps/old, exclude: true}}]}}"
FILES = f"- git: {{repoURL: '{REPOSITORY}', revision: main, files: [{{path: 'envs/*/config.json'}}]}}"
LIST = "- list: {elements: [{env: dev, app: web}, {env: prod, app: api}]}"


def made(found: World) -> dict[str, str]:
    """The Applications that were made, and the paths that they read."""
    return {
        reconciler.subject.ref.name: reconciler.subject.data["spec"]["source"]["path"]
        for reconciler in found.walked.reconcilers
        if reconciler.subject.ref.kind == "Application"
    }


def unknown(found: World) -> list[str]:
    return [opaque.reason for opaque in found.walked.opaque if "ApplicationSet" in opaque.reason]


@pytest.mark.parametrize(
    ("text", "applications"),
    [
        pytest.param(application_set(DIRECTORIES, "{{path}}"), {"web": "apps/web", "api": "apps/api"}, id="directories"),
        pytest.param(
            application_set(DIRECTORIES, "{{ .path.path }}", GO), {"web": "apps/web", "api": "apps/api"}, id="directories, go"
        ),
        pytest.param(
            application_set(DIRECTORIES, "{{path[0]}}/{{path[1]}}", name="{{path.basenameNormalized}}-x"),
            {"web-x": "apps/web", "api-x": "apps/api"},
            id="segments",
        ),
        pytest.param(
            application_set(DIRECTORIES, "{{ index .path.segments 0 }}/{{ .path.basename }}", GO),
            {"web": "apps/web", "api": "apps/api"},
            id="segments, go",
        ),
        pytest.param(
            application_set(FILES, "apps/{{app.name}}", name="{{env}}-{{path.basename}}"),
            {"dev-dev": "apps/web", "prod-eu": "apps/api"},
            id="files, whose star crosses slashes",
        ),
        pytest.param(
            application_set(FILES, "apps/{{ .app.name }}", GO, name="{{ .env }}-{{ .replicas }}-{{ .path.filename }}"),
            {"dev-2-config.json": "apps/web", "prod-3-config.json": "apps/api"},
            id="files, go",
        ),
        pytest.param(
            application_set(LIST, "apps/{{app}}", name="{{env}}"), {"dev": "apps/web", "prod": "apps/api"}, id="list"
        ),
        pytest.param(
            application_set(LIST, "apps/{{ .app }}", GO, name='{{ .env }}{{ if eq .env "prod" }}-careful{{ end }}'),
            {"dev": "apps/web", "prod-careful": "apps/api"},
            id="list, go",
        ),
        pytest.param(
            application_set("- list: {elementsYaml: '[{env: dev, app: web}]'}", "apps/{{app}}", name="{{env}}"),
            {"dev": "apps/web"},
            id="a list as a text",
        ),
        pytest.param(
            application_set(
                """
                - matrix:
                    generators:
                      - git: {repoURL: 'https://example.com/repo', revision: main, directories: [{path: apps/*}, {path: apps/old, exclude: true}]}
                      - list: {elements: [{env: dev}, {env: prod}]}
                """,
                "{{path}}",
                name="{{path.basename}}-{{env}}",
            ),
            {"web-dev": "apps/web", "web-prod": "apps/web", "api-dev": "apps/api", "api-prod": "apps/api"},
            id="matrix",
        ),
        pytest.param(
            application_set(
                """
                - matrix:
                    generators:
                      - list: {elements: [{env: dev}, {env: prod}]}
                      - git: {repoURL: 'https://example.com/repo', revision: main, files: [{path: 'envs/{{env}}/**'}]}
                """,
                "apps/{{app.name}}",
                name="{{env}}",
            ),
            {"dev": "apps/web", "prod": "apps/api"},
            id="a matrix whose second side uses the first",
        ),
        pytest.param(
            application_set(
                """
                - merge:
                    mergeKeys: [env]
                    generators:
                      - list: {elements: [{env: dev, app: web}, {env: prod, app: web}]}
                      - list: {elements: [{env: prod, app: api}, {env: other, app: old}]}
                """,
                "apps/{{app}}",
                name="{{env}}",
            ),
            {"dev": "apps/web", "prod": "apps/api"},
            id="merge",
        ),
        pytest.param(
            application_set(f"{LIST}\n  selector: {{matchLabels: {{env: dev}}}}", "apps/{{app}}", name="{{env}}"),
            {"dev": "apps/web"},
            id="a selector over parameters",
        ),
        pytest.param(
            application_set(
                LIST[:-1] + ", template: {metadata: {}, spec: {source: {path: apps/old}}}}", "apps/{{app}}", name="{{env}}"
            ),
            {"dev": "apps/old", "prod": "apps/old"},
            id="a template of the generator",
        ),
        pytest.param(
            application_set(
                LIST,
                "apps/{{ .app }}",
                GO,
                name="{{ .env }}",
                template='  templatePatch: |\n    {{ if eq .env "prod" }}\n    spec: {source: {path: apps/old}}\n    {{ end }}\n',
            ),
            {"dev": "apps/web", "prod": "apps/old"},
            id="a patch with a condition",
        ),
    ],
)  # fmt: skip
def test_what_is_made(text: str, applications: dict[str, str]) -> None:
    assert made(world({"argocd-apps/set.yaml": text, **APPS})) == applications


def test_what_the_applications_apply_is_applied() -> None:
    found = world({"argocd-apps/set.yaml": application_set(DIRECTORIES, "{{path}}"), **APPS})
    applied = {ref.name for (_, ref) in found.graph.objects if ref.kind == "ConfigMap"}
    assert applied == {"web", "api"}


CLUSTER_SET = "- clusters: {values: {tier: 'x-{{name}}'}}"


@pytest.mark.parametrize(
    ("generators", "names"),
    [
        (CLUSTER_SET, {"east", "west", "in-cluster"}),
        ("- clusters: {selector: {matchLabels: {env: prod}}}", {"east"}),
        ("- clusters: {selector: {matchExpressions: [{key: env, operator: NotIn, values: [prod]}]}}", {"west"}),
    ],
)
def test_clusters_come_from_their_secrets(generators: str, names: set[str]) -> None:
    found = world(
        {"argocd-apps/set.yaml": application_set(generators, "apps/web", name="{{name}}"), **APPS, **CLUSTERS}
    )
    assert set(made(found)) == names


def test_or_from_the_configuration() -> None:
    config = load(".gitops-lint.yaml", b"clusters: {far: {destinations: ['https://far.example.com']}}\n")
    files = {"argocd-apps/set.yaml": application_set("- clusters: {}", "apps/web", name="{{name}}"), **APPS}
    assert set(made(analyse(MemoryTree(files, remotes=(REPOSITORY,)), config))) == {"far", "in-cluster"}


def test_without_either_they_are_unknown() -> None:
    found = world(
        {"argocd-apps/set.yaml": application_set("- clusters: {}", "apps/{{name}}/x", name="{{name}}"), **APPS}
    )
    (reason,) = unknown(found)
    assert "the clusters are known to Argo CD only" in reason
    assert "what it makes reads apps/..." in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (application_set("- pullRequest: {github: {}}", "apps/x"), "the pullRequest generator needs a running"),
        (application_set(LIST, "apps/x", GO, name="{{ .nothing }}"), "there is no .nothing"),
        (application_set(LIST, "apps/x", "goTemplate: true\n", name="{{ unheard .env }}"), "cannot be evaluated here"),
        (application_set("- list: {elements: [{env: 1}]}", "apps/x", name="{{env}}"), "env must be a text"),
        (application_set(DIRECTORIES.replace(REPOSITORY, "https://example.com/other"), "x"), "reads https://example.com/other"),
        (application_set("- matrix: {generators: [{list: {elements: []}}]}", "x"), "exactly two generators"),
    ],
)  # fmt: skip
def test_what_is_unknown_is_said(text: str, reason: str) -> None:
    found = world({"argocd-apps/set.yaml": text, **APPS})
    assert made(found) == {}
    assert reason in " ".join(unknown(found))


def test_with_the_new_globbing_a_star_stays_in_its_directory() -> None:
    switch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cmd-params-cm, namespace: argocd}\ndata: {applicationsetcontroller.enable.new.git.file.globbing: 'true'}\n"
    text = application_set(FILES, "apps/{{app.name}}", name="{{env}}")
    assert made(world({"argocd-apps/set.yaml": text, "argocd/params.yaml": switch, **APPS})) == {"dev": "apps/web"}


# -- git ---------------------------------------------------------------------------------------------------------------


def git(field: str, *patterns: str, more: str = "") -> str:
    """A git generator over this repository; a pattern that begins with ``!`` leaves out."""
    entries = ", ".join(f"{{path: '{p.lstrip('!')}'{', exclude: true' * p.startswith('!')}}}" for p in patterns)
    return f"- git: {{repoURL: '{REPOSITORY}', revision: main, {field}: [{entries}]{more}}}"


TREE = {
    "apps/web/a.yaml": config_map("web"),
    "apps/web/deep/a.yaml": config_map("deep"),
    "apps/api/a.yaml": config_map("api"),
    "apps/.hidden/deep/a.yaml": config_map("hidden"),
    "config/many.yaml": "- {env: dev, count: 1000000, tags: {a: x, b: null}}\n- {env: test, count: 0.5}\n",
    "config/more/one.json": '{"env": "prod", "list": [1, true], "none": {}}',
    "config/none.yaml": "",
    "config/broken.yaml": "a: [",
    "top.yaml": "env: top\n",
}


@pytest.mark.parametrize(
    ("generator", "path", "more", "name", "applications"),
    [
        pytest.param(git("directories", "!apps/web", "apps/*"), "{{path}}", "", "", {"api": "apps/api"}, id="first left out"),
        pytest.param(git("directories", "apps/*/*"), "{{path}}", "", "", {"deep": "apps/web/deep"}, id="stars stay in segments"),
        pytest.param(git("directories", "*"), "{{path}}", "", "", {"apps": "apps", "argocd-apps": "argocd-apps", "config": "config"}, id="no root"),
        pytest.param(
            git("directories", "apps/w?b", more=", pathParamPrefix: my, values: {x: '{{my.path.basename}}-1'}"),
            "{{my.path}}", "", "{{values.x}}", {"web-1": "apps/web"}, id="a prefix, and values",
        ),
        pytest.param(
            git("directories", "apps/web", more=", pathParamPrefix: my, values: {x: '{{ .my.path.basename }}-1'}"),
            "{{ .my.path.path }}", GO, "{{ .values.x }}", {"web-1": "apps/web"}, id="a prefix, and values, go",
        ),
        pytest.param(
            git("files", "config/many.yaml"), "{{path}}/{{tags.b}}", "", "{{env}}-{{count}}",
            {"dev-1e+06": "config/<nil>", "test-0.5": "config/{{tags.b}}"}, id="flat texts as Go prints them",
        ),
        pytest.param(
            git("files", "config/more/*.json"), "{{path[1]}}", "", "{{env}}-{{list.0}}-{{list.1}}-{{path.filename}}",
            {"prod-1-true-one.json": "more"}, id="elements of lists",
        ),
        pytest.param(git("files", "config/none.yaml"), "{{path}}", "", "{{path.basename}}", {"config": "config"}, id="an empty file"),
        pytest.param(git("files", "top.yaml"), "{{path}}", "", "{{env}}", {"top": "."}, id="a file at the top"),
        pytest.param(
            git("files", "config/more"), "{{path}}", "", "{{env}}", {"prod": "config/more"}, id="a pathspec of a directory"
        ),
        pytest.param(
            git("files", "config/*", "!config/*/*", "!config/broken*"), "x", "", "{{env}}",
            {"dev": "x", "test": "x"}, id="files left out",
        ),
    ],
)  # fmt: skip
def test_what_git_gives(generator: str, path: str, more: str, name: str, applications: dict[str, str]) -> None:
    found = world({"argocd-apps/set.yaml": application_set(generator, path, more, name), **TREE})
    assert {key: value for key, value in made(found).items() if "{{" not in key} == applications


@pytest.mark.parametrize(
    ("generator", "reason"),
    [
        (git("files", "config/broken.yaml"), "config/broken.yaml cannot be read as parameters"),
        (git("directories", "apps/[a-w]*"), "apps/[a-w]* holds a ["),
        (git("directories", *["apps/*"] * 101), "there are more than 100 of them"),
    ],
)
def test_what_git_does_not_tell(generator: str, reason: str) -> None:
    found = world({"argocd-apps/set.yaml": application_set(generator, "x"), **TREE})
    assert made(found) == {}
    assert reason in " ".join(unknown(found))


# -- clusters ----------------------------------------------------------------------------------------------------------


def test_all_clusters_may_be_one_list() -> None:
    name = "{{ range .clusters }}{{ .name }}.{{ end }}x"
    text = application_set("- clusters: {flatList: true}", "apps/web", GO, name)
    assert made(world({"argocd-apps/set.yaml": text, **CLUSTERS})) == {"east.west.in-cluster.x": "apps/web"}


def test_labels_of_clusters_are_parameters() -> None:
    east = "- clusters: {selector: {matchLabels: {env: prod}}}"
    flat = application_set(east, "apps/{{metadata.labels.env}}", name="{{name}}")
    tree = application_set(east, "apps/{{ .metadata.labels.env }}", GO, "{{ .nameNormalized }}")
    for text in (flat, tree):
        assert made(world({"argocd-apps/set.yaml": text, **CLUSTERS})) == {"east": "apps/prod"}


EXTERNAL = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: north, namespace: argocd}
spec:
  target: {template: {metadata: {labels: {argocd.argoproj.io/secret-type: cluster, env: prod}}}}
"""


@pytest.mark.parametrize("secret", [EXTERNAL, SECRET.format(name="'ENC[AES256]'", env="prod")])
def test_a_cluster_of_a_secret_that_nobody_can_read_is_unknown(secret: str) -> None:
    text = application_set("- clusters: {selector: {matchLabels: {env: prod}}}", "apps/web", name="{{name}}")
    found = world({"argocd-apps/set.yaml": text, "argocd/north.yaml": secret, **CLUSTERS})
    assert made(found) == {"east": "apps/web"}
    assert "a cluster Secret is encrypted" in " ".join(unknown(found))


# -- combinations, templates and patches -------------------------------------------------------------------------------


def test_a_matrix_fills_in_all_of_its_second_generator() -> None:
    generators = """
    - matrix:
        generators:
          - list: {elements: [{env: prod, values: {a: x}}]}
          - clusters: {selector: {matchLabels: {env: '{{ .env }}'}}, values: {b: z}}
    """
    text = application_set(generators, "apps/web", GO, "{{ .name }}-{{ .values.a }}{{ .values.b }}")
    assert made(world({"argocd-apps/set.yaml": text, **CLUSTERS})) == {"east-xz": "apps/web"}


def test_a_matrix_may_stand_in_a_merge() -> None:
    generators = """
    - merge:
        mergeKeys: [app, env]
        generators:
          - matrix:
              generators:
                - list: {elements: [{app: web}, {app: api}]}
                - list: {elements: [{env: dev, from: a}, {env: prod, from: a}]}
          - list: {elements: [{app: api, env: prod, from: b}]}
    """
    text = application_set(generators, "apps/{{from}}", name="{{app}}-{{env}}")
    expected = {"web-dev": "apps/a", "web-prod": "apps/a", "api-dev": "apps/a", "api-prod": "apps/b"}
    assert made(world({"argocd-apps/set.yaml": text})) == expected


PATCH = """\
  templatePatch: |
    metadata: {name: other, labels: {from: patch}}
    spec:
      project: other
      {{- if .auto }}
      syncPolicy: {automated: {prune: true}}
      {{- end }}
"""


def test_a_patch_changes_neither_name_nor_project_and_its_values_lead_to_it() -> None:
    generators = (
        "- list: {elements: [{name: a, auto: true}, {name: b, auto: false}], template: {spec: {source: {path: own}}}}"
    )
    text = application_set(generators, "apps/web", GO, "{{ .name }}", PATCH)
    found = world({"argocd-apps/set.yaml": text})
    one, other = (r.subject for r in found.walked.reconcilers if r.subject.ref.kind == "Application")
    assert (one.ref.name, other.ref.name) == ("a", "b")
    assert one.data["spec"]["project"] == "default"
    assert one.data["metadata"]["labels"] == {"from": "patch"}
    assert one.data["spec"]["syncPolicy"] == {"automated": {"prune": True}}
    assert "syncPolicy" not in other.data["spec"]
    lines = text.splitlines()
    for route, holds in (
        (("spec", "destination", "namespace"), "destination:"),
        (("spec", "source", "path"), "- list:"),
        (("spec", "source", "repoURL"), "source: {repoURL"),
        (("metadata", "labels", "from"), "templatePatch:"),
        (("metadata", "name"), "metadata: {name: '{{"),
    ):
        line = one.locate(route).location.line
        assert line is not None
        assert holds in lines[line - 1], route


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (application_set("- scmProvider: {github: {}}", "apps/base/{{repository}}/x"), "what it makes reads apps/base/..."),
        (application_set("- plugin: {}\n  selector: {}", "x"), "the plugin generator needs a running"),
        (application_set("- clusterDecisionResource: {}", "x"), "the clusterDecisionResource generator"),
        (application_set(LIST, "x", "goTemplate: true\n", "{{ .nobody }}"), "the name <no value> cannot be evaluated"),
        (application_set(LIST, "x", name="{{nobody}}"), "the name {{nobody}} cannot be evaluated here"),
        (application_set(LIST, "x", GO, "{{ .env }}").replace("https://kubernetes.default.svc", "{{ now }}"), "the server {{ now }}"),
        (application_set(LIST, "x", GO, "{{ .env }}", "  templatePatch: '{{ now }}'\n"), "templatePatch cannot be evaluated"),
        (application_set(LIST, "x", GO, "{{ .env }}", "  templatePatch: 'a: ['\n"), "templatePatch cannot be evaluated"),
        (
            application_set("- merge: {mergeKeys: [a], generators: [{list: {elements: [{a: x}, {a: x}]}}, {list: {}}]}", "x"),
            "have the same mergeKeys",
        ),
        (
            application_set("- matrix: {generators: [{list: {elements: [{a: x}]}}, {list: {elements: [{a: z}]}}]}", "x"),
            "both generators of the matrix set a",
        ),
    ],
)  # fmt: skip
def test_why_nothing_is_made_is_said(text: str, reason: str) -> None:
    found = world({"argocd-apps/set.yaml": text, **APPS})
    assert made(found) == {}
    assert reason in " ".join(unknown(found))


KEYS = [
    "list",
    "elements",
    "elementsYaml",
    "git",
    "repoURL",
    "directories",
    "files",
    "path",
    "exclude",
    "matrix",
    "merge",
    "mergeKeys",
    "generators",
    "clusters",
    "selector",
    "matchLabels",
    "values",
    "template",
    "flatList",
]
NONSENSE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["{{a}}", "{{ .a", "apps/*", "[", "a", REPOSITORY]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.lists(NONSENSE, max_size=3), NONSENSE, NONSENSE, st.booleans())
def test_nonsense_raises_nothing(generators: list[object], template: object, patch: object, go: bool) -> None:
    spec = {"generators": generators, "template": template, "templatePatch": patch, "goTemplate": go}
    data = {"spec": spec}
    reader = Recorder(Repo(MemoryTree(TREE)), set())
    list(applicationset.generate(data, applicationset.Sources(reader, reader, lambda url: True, [])))


def test_what_a_generator_looks_at_is_not_read() -> None:
    """A file that merely stands in the repository is no part of what an ApplicationSet applies."""
    files = {**APPS, "notes/a.yaml": config_map("a"), "apps/web/cluster.json": '{"name": "web"}'}
    given = application_set(git("files", "apps/*/cluster.json"), "{{path}}", name="{{name}}")
    reads = world({**files, "argocd-apps/set.yaml": given}).walked.reads
    assert {"apps/web/cluster.json", "apps/web/a.yaml"} <= reads.keys()
    assert not {"notes/a.yaml", "apps/api/a.yaml"} & reads.keys()


@pytest.mark.parametrize(
    ("generator", "found"),
    [
        (git("directories", "app/*"), ["app/* -> apps/*"]),
        (git("directories", "apps/*", "previews/*"), []),
        (git("directories", "apps/*", "previews"), ["previews -> None"]),
        (git("directories", "apps/*", "{{name}}/x"), []),
        (git("files", "apps/*/none.json"), ["apps/*/none.json -> None"]),
    ],
)
def test_what_is_not_there_is_told(generator: str, found: list[str]) -> None:
    given = application_set(generator, "{{path}}", "goTemplate: true\n" if "{{name}}" in generator else "")
    problems = [fault.problem for fault in world({**APPS, "argocd-apps/set.yaml": given}).walked.faults]
    told = [problem for problem in problems if problem.kind == "unmatched-generator"]
    hints = [(problem.help or "").removeprefix("did you mean ").removesuffix("?") for problem in told]
    names = [problem.message.split(" is ")[1].partition(", so")[0] for problem in told]
    assert [f"{name} -> {hint if ' ' not in hint else None}" for name, hint in zip(names, hints, strict=True)] == found


@pytest.mark.parametrize(
    ("generator", "more", "name", "found"),
    [
        pytest.param("- list: {elements: [{env: a}, {enw: b}]}", GO, "{{ .env }}", ["there is no .env"], id="one element"),
        pytest.param("- list: {elements: [{env: a}]}", GO, "{{ .env.x }}", [".env.x is asked of something that has no fields"], id="no fields"),
        pytest.param("- list: {elements: [{env: a}, {enw: b}]}", "goTemplate: true\n", "{{ .env }}", [], id="no value"),
        pytest.param(FILES, GO, "{{ .env }}-{{ .tier }}", ["there is no .tier"], id="files"),
        pytest.param(FILES.replace("revision: main", "revision: v1"), GO, "{{ .env }}-{{ .tier }}", [], id="files of a tag"),
        pytest.param(CLUSTER_SET, GO, "{{ .name }}-{{ .tier }}", [], id="clusters"),
        pytest.param(
            "- merge: {mergeKeys: [a], generators: [{list: {elements: [{a: x}]}}, {clusters: {}}]}", GO, "{{ .b }}", [], id="clusters in a merge",
        ),
        pytest.param(
            "- merge: {mergeKeys: [a], generators: [{list: {elements: [{a: x}]}}, {list: {elements: [{a: y, b: z}]}}]}",
            GO, "{{ .a }}-{{ .b }}", ["there is no .b"], id="a merge of lists",
        ),
        pytest.param(
            f"- merge: {{mergeKeys: [a], generators: [{{list: {{elements: [{{a: x}}]}}}}, {git('files', 'config/broken.yaml')[2:]}]}}",
            GO, "{{ .a }}-{{ .b }}", [], id="a merge with a file that nobody can read",
        ),
    ],
)  # fmt: skip
def test_what_argocd_cannot_render_is_told(generator: str, more: str, name: str, found: list[str]) -> None:
    files = {**APPS, **CLUSTERS, "config/broken.yaml": "a: ["}
    given = application_set(generator, "apps/web", more, name)
    faults = world({**files, "argocd-apps/set.yaml": given}).walked.faults
    told = [fault.problem.message for fault in faults if fault.problem.kind == "unrenderable-applicationset"]
    assert [message.partition(" in the parameters")[0] for message in told] == found


def test_it_is_told_at_the_element_or_where_all_are_asked() -> None:
    for elements, name, line in (
        ("{env: a}, {enw: b}", "env", "- list:"),
        ("{env: a}, {env: b}", "envs", "metadata: {name: '{{"),
    ):
        given = application_set(f"- list: {{elements: [{elements}]}}", "apps/web", GO, f"{{{{ .{name} }}}}")
        (fault,) = world({**APPS, "argocd-apps/set.yaml": given}).walked.faults
        at = fault.problem.place.location.line
        assert at is not None
        assert line in given.splitlines()[at - 1]
        assert fault.problem.help == f"did you mean .{'enw' if name == 'env' else 'env'}?"
