"""``gitops-lint build``: the objects as YAML, where each field was set, what must not be seen, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gitops_lint.builders import kustomize
from gitops_lint.cli.build import masked
from gitops_lint.document import read
from gitops_lint.output import objects
from gitops_lint.repo import Recorder, Repo
from gitops_lint.tree import WorkTree
from tests.command import run, write
from tests.conformance.judges import ask
from tests.unit.worlds import flux, gotk, kustomization

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURES = Path(__file__).parent / "fixtures"
DOUBLE_OWNER, THREE_CLUSTERS = FIXTURES / "double-owner", FIXTURES / "three-clusters"

SHOP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
      - image: registry.example.com/shop:1.4.2
        name: shop
"""
STORAGE = """\
allowVolumeExpansion: true
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
parameters:
  encrypted: "true" # platform/storage/overlays/prod/storage-class.yaml:8
  iops: "6000" # platform/storage/overlays/prod/storage-class.yaml:7
  type: gp3 # platform/storage/overlays/prod/storage-class.yaml:6
provisioner: ebs.csi.aws.com
reclaimPolicy: Retain # platform/storage/overlays/prod/storage-class.yaml:9
volumeBindingMode: WaitForFirstConsumer
"""


def parsed(text: str) -> list[Any]:
    file = read("built.yaml", text.encode())
    assert file.faults == ()
    return [document.data for document in file.documents]


def directories() -> Iterator[Any]:
    """Every kustomization of the fixtures, as a repository and a directory in it."""
    for repository in sorted(path for path in FIXTURES.iterdir() if path.is_dir() and path.name != "broken"):
        for file in sorted(repository.rglob("kustomization.yaml")):
            directory = file.parent.relative_to(repository).as_posix()
            yield pytest.param(repository, directory, id=f"{repository.name}-{directory}")


# -- what is printed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("repository", "directory"), list(directories()))
def test_a_directory_is_printed_as_kustomize_does(repository: Path, directory: str) -> None:
    """Byte for byte, in the order of kustomize: no style differs on these."""
    real = ask("kubectl", "kustomize", repository / directory)
    build = kustomize.build(Recorder(Repo(WorkTree(repository)), set()), directory, kustomize.Rules())
    assert build is not None
    if real.returncode != 0:
        assert build.problems or build.opaque
    elif not build.opaque:
        assert objects.render([objects.Part("", build.objects)]) == real.stdout.decode()


@pytest.mark.parametrize(("repository", "directory"), list(directories()))
def test_provenance_changes_no_data(repository: Path, directory: str) -> None:
    build = kustomize.build(Recorder(Repo(WorkTree(repository)), set()), directory, kustomize.Rules())
    assert build is not None
    parts = [objects.Part("", build.objects)]
    assert parsed(objects.render(parts, provenance=True)) == parsed(objects.render(parts))


def test_a_directory() -> None:
    done = run("build", "apps/shop", DOUBLE_OWNER)
    assert (done.returncode, done.stdout, done.stderr) == (0, SHOP, "")


def test_the_repository_is_this_directory_unless_it_is_named() -> None:
    assert run("build", "./apps/shop/", cwd=DOUBLE_OWNER).stdout == SHOP
    assert run("build", cwd=DOUBLE_OWNER / "apps" / "shop").stdout == SHOP


def test_a_reconciler_in_one_cluster() -> None:
    done = run("build", "Kustomization/flux-system/storage", THREE_CLUSTERS, "--cluster", "prod", "--provenance")
    assert (done.returncode, done.stdout, done.stderr) == (0, STORAGE, "")


def test_a_reconciler_in_every_cluster() -> None:
    done = run("build", "kustomization/storage", THREE_CLUSTERS)
    titles = [line for line in done.stdout.splitlines() if line.startswith("#")]
    assert titles == [
        f"# cluster {name}: Kustomization flux-system/storage, path ./platform/storage/overlays/{name}"
        for name in ("dev", "prod", "staging")
    ]
    assert [data["reclaimPolicy"] for data in parsed(done.stdout)] == ["Delete", "Retain", "Delete"]


def test_a_chart_is_said_to_be_unknown() -> None:
    done = run("build", "HelmRelease/cert-manager/cert-manager", THREE_CLUSTERS, "--cluster", "dev")
    assert (done.returncode, done.stdout) == (
        0,
        "# not built here: platform/cert-manager/helmrelease.yaml:11: the content of the Helm chart cert-manager\n",
    )


APPLICATION = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Application",
    "metadata": {"name": "web", "namespace": "argocd"},
    "spec": {
        "source": {"repoURL": "https://example.com/repo", "path": "web", "targetRevision": "main"},
        "destination": {"name": "in-cluster", "namespace": "web"},
    },
}
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  kept: as it is\n"


def test_the_namespace_of_a_destination_leads_to_it(tmp_path: Path) -> None:
    write(tmp_path, {"app.json": json.dumps(APPLICATION, indent=1), "web/c.yaml": CONFIG_MAP})
    done = run("build", "Application/argocd/web", tmp_path, "--provenance")
    assert "  name: c\n  namespace: web # app.json:16\n" in done.stdout
    assert done.stdout.count("#") == 1


def test_provenance_of_lists_blocks_and_generated_fields(tmp_path: Path) -> None:
    base = (
        "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: t\nspec:\n"
        "  list: [a, {b: 1}]\n  text: |\n    one\n    two\n  same: 1\n"
    )
    patch = '- {op: add, path: /spec/list/0, value: {new: 1}}\n- {op: replace, path: /spec/text, value: "x\\ny\\n"}\n'
    write(
        tmp_path,
        {
            "thing.yaml": base,
            "patch.yaml": patch,
            "kustomization.yaml": "resources: [thing.yaml]\nnamePrefix: my-\n"
            "patches:\n- path: patch.yaml\n  target: {kind: Thing}\n",
        },
    )
    done = run("build", ".", tmp_path, "--provenance")
    assert done.stdout == (
        "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: my-t # kustomization.yaml:2\nspec:\n"
        "  list:\n  # patch.yaml:1\n  - new: 1\n  - a\n  - b: 1\n  same: 1\n"
        "  text: | # patch.yaml:2\n    x\n    y\n"
    )


def test_a_substituted_text_leads_to_its_variable(tmp_path: Path) -> None:
    post_build = "  postBuild:\n    substitute:\n      other: x\n      host: example.com\n"
    text = CONFIG_MAP + "  url: https://${host}/\n  left: $HOME\n  escaped: $${host}\n"
    files = {"apps/c.yaml": text, "clusters/home/apps.yaml": flux("apps", "./apps", post_build)}
    write(tmp_path, {**files, "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home")})
    done = run("build", "Kustomization/flux-system/apps", tmp_path, "--provenance")
    assert "  url: https://example.com/ # clusters/home/apps.yaml:12\n" in done.stdout
    assert "  escaped: ${host} # clusters/home/apps.yaml:9\n" in done.stdout
    assert done.stdout.count("#") == 2


# -- secrets -----------------------------------------------------------------------------------------------------------

VALUE = "hunter2"
SECRET = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: web}}\nstringData: {{p: {VALUE}}}\n"
WITH_SECRETS = {
    "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
    "clusters/home/apps.yaml": flux("apps", "./apps", f"  patches: [{{patch: 'kind: Secret, {VALUE}'}}]\n"),
    "apps/secret.yaml": SECRET,
    "apps/kustomization.yaml": json.dumps(
        {"resources": ["secret.yaml"], "secretGenerator": [{"name": "g", "literals": [f"p={VALUE}"]}]}
    ),
}


@pytest.mark.parametrize("subject", ["apps", "Kustomization/flux-system/apps", "Kustomization/flux-system/flux-system"])
def test_values_of_secrets_are_masked(subject: str, tmp_path: Path) -> None:
    write(tmp_path, WITH_SECRETS)
    done = run("build", subject, tmp_path, "--provenance")
    assert VALUE not in done.stdout + done.stderr
    assert "aHVudGVyMg" not in done.stdout
    assert "*****" in done.stdout


def test_secrets_are_shown_on_demand(tmp_path: Path) -> None:
    done = run("build", "apps", write(tmp_path, WITH_SECRETS), "--show-secrets")
    assert f"p: {VALUE}\n" in done.stdout
    assert "p: aHVudGVyMg==\n" in done.stdout


def test_what_is_no_mapping_is_masked_as_a_whole_and_the_object_stays() -> None:
    last = "kubectl.kubernetes.io/last-applied-configuration"
    secret = {"kind": "Secret", "data": [VALUE], "metadata": {"annotations": {last: VALUE, "other": "x"}}}
    assert masked(secret) == {
        "kind": "Secret",
        "data": "*****",
        "metadata": {"annotations": {last: "*****", "other": "x"}},
    }
    assert secret["data"] == [VALUE]


# -- what cannot be built ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["clusters"], "clusters holds no kustomization file; clusters/prod/flux-system has one"),
        (["argocd-apps"], "argocd-apps holds no kustomization file; gitops-lint build KIND/NAMESPACE/NAME prints"),
        (["argocd-apps/api.yaml"], "argocd-apps/api.yaml is a file: name the directory of its kustomization"),
        (["Kustomization/flux-system/app"], "did you mean 'Kustomization/flux-system/apps'?"),
        (["Deployment/web/shop"], "Deployment/web/shop builds nothing; it is built by Kustomization/flux-system/apps"),
        (["/etc"], "there is no directory and no reconciler /etc"),
        (["../double-owner"], "there is no directory and no reconciler ../double-owner"),
        (["apps", "--cluster", "prod"], "--cluster narrows what a reconciler builds; apps is a directory"),
        (["Application/argocd/api", "--cluster", "prd"], "unknown cluster 'prd'; did you mean 'prod'?"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_is_asked_for_is_not_there(words: list[str], message: str) -> None:
    done = run("build", *words[:1], DOUBLE_OWNER, *words[1:])
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_directory_without_anything_is_told_from_a_clean_one(tmp_path: Path) -> None:
    assert run("build", "Kustomization/a/b", tmp_path).returncode == 4


REFUSED: dict[str, tuple[str, str]] = {
    "a missing resource": (kustomization("gone.yaml"), "apps/kustomization.yaml:4:5: "),
    "broken text": ("resources: [\n", "apps/kustomization.yaml:1:12: "),
    "a key twice": (kustomization("twice.yaml"), "apps/twice.yaml:7:1: "),
}


@pytest.mark.parametrize("subject", ["apps", "Kustomization/flux-system/apps"])
@pytest.mark.parametrize(("text", "place"), REFUSED.values(), ids=REFUSED)
def test_a_build_that_is_refused(text: str, place: str, subject: str, tmp_path: Path) -> None:
    files = {**WITH_SECRETS, "apps/kustomization.yaml": text, "apps/twice.yaml": f"{CONFIG_MAP}data: {{}}\n"}
    done = run("build", subject, write(tmp_path, files))
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith(place)], done.stderr


def test_a_fault_that_no_controller_minds(tmp_path: Path) -> None:
    two = f"{kustomization('c.yaml')}---\n{kustomization('d.yaml')}"
    done = run("build", ".", write(tmp_path, {"kustomization.yaml": two, "c.yaml": CONFIG_MAP}))
    assert done.returncode == 0
    assert "drops all but the first document" in done.stderr


def test_hostile_text_reaches_no_terminal(tmp_path: Path) -> None:
    text = json.dumps("\x1b]0;x\x07 \u202e\n::error::x ##[error]")
    files = {"kustomization.yaml": kustomization("c.yaml"), "c.yaml": f"{CONFIG_MAP}  hostile: {text}\n"}
    done = run("build", ".", write(tmp_path, files), "--provenance")
    assert all(character == "\n" or character.isprintable() for character in done.stdout)
    assert "##[" not in done.stdout
    assert parsed(done.stdout)[0]["data"]["hostile"] == json.loads(text)


def test_a_terminal_without_unicode_gets_the_same_data(tmp_path: Path) -> None:
    files = {"kustomization.yaml": kustomization("c.yaml"), "c.yaml": f"{CONFIG_MAP}  é: ü — 🎉\n"}
    done = run("build", ".", write(tmp_path, files), PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert parsed(done.stdout)[0]["data"]["é"] == "ü — 🎉"
