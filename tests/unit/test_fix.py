"""Changes of YAML: what is not changed keeps its bytes, and what cannot be changed for sure is left alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitops_lint.cli import main
from gitops_lint.document import read
from gitops_lint.engine import analyse
from gitops_lint.fix import Fix, Put, Remove, is_possible, repair_of, splice
from gitops_lint.mending import mend
from gitops_lint.model import Place, dig
from gitops_lint.tree import MemoryTree

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_lint.fix import Change
    from gitops_lint.location import Route

PATH = "object.yaml"


def changed(text: str, *changes: tuple[Route, object] | tuple[Route], document: int = 0) -> str | None:
    """A text after one fix: a route and a value put it there, a route alone takes out what is there."""
    file = read(PATH, text.encode())
    wanted: list[Change] = []
    for change in changes:
        place = Place(file.documents[document], change[0])
        wanted.append(Put(place, change[1]) if len(change) == 2 else Remove(place))
    fix = Fix("", tuple(wanted))
    repair = repair_of(fix, lambda _: file)
    assert is_possible(fix, lambda _: file) or repair is None
    return None if repair is None else splice(file.text, repair.edits)


PUTS = [
    ("a: 1\n", ("a",), 2, "a: 2\n"),
    ("a: 'x' # why\nb: 1\n", ("a",), "y", "a: 'y' # why\nb: 1\n"),
    ('a: "x"\n', ("a",), "y", 'a: "y"\n'),
    ("a: x\n", ("a",), "yes: no", "a: 'yes: no'\n"),
    ("a: x\n", ("a",), True, "a: true\n"),
    ("a:\n", ("a",), 1, None),
    ("a: 1", ("b",), True, "a: 1\nb: true\n"),
    ("a: 1 # why\n# about c\nc: 2\n", ("b",), True, "a: 1 # why\n# about c\nc: 2\nb: true\n"),
    ("a:\n  b: 1\nc: 2\n", ("a", "d"), "x", "a:\n  b: 1\n  d: x\nc: 2\n"),
    ("a:\n    b: 1\nc: 2\n", ("a", "d", "e"), "x", "a:\n    b: 1\n    d:\n      e: x\nc: 2\n"),
    ("a: {b: 1}\n", ("a", "c"), "x", "a: {b: 1, c: x}\n"),
    ("a: {b: 1 }\n", ("a", "c"), "x", "a: {b: 1, c: x }\n"),
    ("a: {}\n", ("a", "c"), "x", "a: {c: x}\n"),
    ("a: [1]\n", ("a", 1), "x", "a: [1, x]\n"),
    ("a:\n  - 1\n  - 2 # why\nb: 1\n", ("a", 2), "x", "a:\n  - 1\n  - 2 # why\n  - x\nb: 1\n"),
    ("a:\n- 1\nb: 1\n", ("a", 1), "x", "a:\n- 1\n- x\nb: 1\n"),
    ("a:\n- b: 1\n  c: 2\nd: 1\n", ("a", 0, "e"), [1], "a:\n- b: 1\n  c: 2\n  e:\n  - 1\nd: 1\n"),
    ("l:\n  - 1\na: 1\n", ("e",), ["x"], "l:\n  - 1\na: 1\ne:\n  - x\n"),
    ("a: 1\n", ("e",), ["x"], "a: 1\ne:\n  - x\n"),
    ("a: |\n  text\n\nb: 1\n", ("c",), 1, "a: |\n  text\n\nb: 1\nc: 1\n"),
    ("b: 1\na: |\n  text\n", ("c",), 1, "b: 1\na: |\n  text\nc: 1\n"),
    ("b: 1\na: |+\n  text\n\n\n", ("c",), 1, None),
    ("a: 1\r\nb:\r\n  c: 1\r\n", ("b", "d"), {"e": 1}, "a: 1\r\nb:\r\n  c: 1\r\n  d:\r\n    e: 1\r\n"),
    ("a: 1\n---\na: 2\n", ("b",), 1, "a: 1\nb: 1\n---\na: 2\n"),
    ("a: &x 1\nb: *x\n", ("a",), 2, None),
    ("a: &x 1\nb: *x\n", ("b",), 2, None),
    ("a: &x {c: 1}\nb:\n  <<: *x\n", ("b", "c"), 2, None),
    ("a: &x {c: 1}\nb:\n  <<: *x\n  d: 1\n", ("b", "d"), 2, "a: &x {c: 1}\nb:\n  <<: *x\n  d: 2\n"),
    ("a: |\n  text\n", ("a",), "x", None),
    ("a: x\n", ("a", "b"), "x", None),
    ("metadata:\n  name: x\n  annotations:\nspec: {}\n", ("metadata", "annotations", "k/y"), "v",
     "metadata:\n  name: x\n  annotations:\n    k/y: v\nspec: {}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "route", "value", "expected"), PUTS)
def test_put(text: str, route: Route, value: object, expected: str | None) -> None:
    assert changed(text, (route, value)) == expected


@pytest.mark.parametrize(("text", "route", "value", "expected"), [case for case in PUTS if case[3]])
def test_put_once_is_enough(text: str, route: Route, value: object, expected: str) -> None:
    """A second run finds the value there."""
    assert dig(read(PATH, expected.encode()).documents[0].data, route) == value


REMOVALS = [
    ("a: 1\nb: 2\n", ("a",), "b: 2\n"),
    ("a: 1\nb: 2", ("b",), "a: 1\n"),
    ("# top\na: 1 # why\n# about b\nb: 2\n", ("a",), "# top\n# about b\nb: 2\n"),
    ("a: 1\nb:\n  c:\n    - 1\nd: 1\n", ("b",), "a: 1\nd: 1\n"),
    ("a: 1\nb:\n  c:\n    d: 1\n", ("b", "c", "d"), "a: 1\n"),
    ("a: 1\nb:\n  c:\n    d: 1\n  e: 1\n", ("b", "c", "d"), "a: 1\nb:\n  e: 1\n"),
    ("a:\n  - x\n  - y\n", ("a", 0), "a:\n  - y\n"),
    ("a:\n- x\n- y\n", ("a", 1), "a:\n- x\n"),
    ("b: 1\na:\n- x\n", ("a", 0), "b: 1\n"),
    ("a:\n  - x: 1\n    z: 2\n", ("a", 0, "x"), "a:\n  - z: 2\n"),
    ("a:\n  - x: 1\n    z: 2\n", ("a", 0, "z"), "a:\n  - x: 1\n"),
    ("a: {x: 1, z: 2}\n", ("a", "x"), "a: {z: 2}\n"),
    ("a: {x: 1, z: 2}\n", ("a", "z"), "a: {x: 1}\n"),
    ("a: [x, y]\n", ("a", 1), "a: [x]\n"),
    ("a: 1\n", ("a",), None),
    ("a: 1\nb: &x 1\nc: *x\n", ("b",), None),
    ("a: 1\nb: |\n  text\n\n  more\nc: 1\n", ("b",), "a: 1\nc: 1\n"),
]


@pytest.mark.parametrize(("text", "route", "expected"), REMOVALS)
def test_remove(text: str, route: Route, expected: str | None) -> None:
    assert changed(text, (route,)) == expected


def test_two_changes_of_one_document() -> None:
    assert changed("a: 1\nb: 1\nc: 1\n", (("a",),), (("c",), 2)) == "b: 1\nc: 2\n"


def test_json_is_left_alone() -> None:
    file = read("object.json", b'{"a": 1}')
    assert repair_of(Fix("", (Put(Place(file.documents[0], ("a",)), 2),)), lambda _: file) is None


SCALARS = st.one_of(st.booleans(), st.integers(-99, 99), st.text(st.characters(codec="ascii"), max_size=12))
NAMES = st.sampled_from(["a", "b", "c", "kustomize.toolkit.fluxcd.io/prune", "x y"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.booleans(), st.booleans(), st.data())
def test_a_change_does_what_it_says_or_nothing(
    content: dict[str, object], flow: bool, indented: bool, data: st.DataObject
) -> None:
    """Whatever the style: after a put the value is there, after a removal the entry is gone, all else is as before."""
    import yaml

    text = yaml.safe_dump(content, default_flow_style=flow, indent=4 if indented else 2)
    key = data.draw(st.sampled_from(sorted(content)))
    value = data.draw(VALUES)
    put = changed(text, ((key,), value))
    if put is not None:
        assert read(PATH, put.encode()).documents[0].data == {**content, key: value}
    gone = changed(text, ((key,),))
    if gone is not None:
        assert read(PATH, gone.encode()).documents[0].data == {k: v for k, v in content.items() if k != key}


# -- the command -------------------------------------------------------------------------------------------------------

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop-prod  # the shop
  namespace: argocd
spec:
  project: "media"
  source:
    repoURL: https://example.com/repo
    targetRevision: main
    path: applications/shop/overlays/prod
  destination:
    server: https://kubernetes.default.svc
    namespace: media-prod
  syncPolicy:
    # as agreed
    automated:
      prune: true
    syncOptions: [ ApplyOutOfSyncOnly=true ] # gitops-lint: ignore[dev-manual-sync] not needed
"""
FILES = {
    ".gitops-lint.yaml": "extends: dual-gitops\nrepository: {urls: [https://example.com/repo]}\n",
    "argocd-apps/shop.yaml": APPLICATION,
    "applications/shop/overlays/prod/kustomization.yaml": "resources: [config.yaml]\n",
    "applications/shop/overlays/prod/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\n",
}
SELECT = ["--select", "prod-auto-sync", "--select", "dev-manual-sync", "--select", "unused-suppression"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_only_safe_repairs_are_made_unasked(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository), "--fix", *SELECT]) == 1
    text = (repository / "argocd-apps/shop.yaml").read_text()
    assert text == APPLICATION.replace(" # gitops-lint: ignore[dev-manual-sync] not needed", "")
    out, err = capsys.readouterr()
    assert err == "Fixed 1 finding in 1 file.\n"
    assert "remove syncPolicy.automated (--fix --unsafe-fixes)" in out


def test_the_rest_where_asked(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository), "--fix", "--unsafe-fixes", *SELECT]) == 0
    text = (repository / "argocd-apps/shop.yaml").read_text()
    assert text.endswith("  syncPolicy:\n    # as agreed\n    syncOptions: [ ApplyOutOfSyncOnly=true ]\n")
    assert "Fixed 2 findings in 1 file." in capsys.readouterr().err
    assert main([str(repository), "--fix", "--unsafe-fixes", *SELECT]) == 0
    assert (repository / "argocd-apps/shop.yaml").read_text() == text


def test_a_diff_changes_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository), "--diff", "--unsafe-fixes", *SELECT]) == 1
    out, err = capsys.readouterr()
    assert (repository / "argocd-apps/shop.yaml").read_text() == APPLICATION
    assert "--- a/argocd-apps/shop.yaml\n+++ b/argocd-apps/shop.yaml\n" in out
    assert "\n-    automated:\n-      prune: true\n" in out
    assert err == "Would fix 2 findings.\n"


def test_nothing_to_fix(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(repository), "--diff", "--select", "dev-manual-sync"]) == 0
    assert capsys.readouterr() == ("", "Would fix 0 findings.\n")


def test_a_file_keeps_its_mark_its_line_ends_and_its_mode(repository: Path) -> None:
    file = repository / "argocd-apps/shop.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + APPLICATION.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    assert main([str(repository), "--fix", "--unsafe-fixes", *SELECT]) == 0
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfapiVersion")
    assert content.count(b"\r\n") == content.count(b"\n") == APPLICATION.count("\n") - 2
    assert file.stat().st_mode & 0o777 == 0o640


def test_json_tells_what_could_be_fixed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(repository), "--output-format", "json", *SELECT])
    fixes = [finding["fix"] for finding in json.loads(capsys.readouterr().out)["findings"]]
    assert {"title": "remove syncPolicy.automated", "safe": False} in fixes
    assert {"title": "remove the comment", "safe": True} in fixes


def test_secrets_are_masked_in_a_diff(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: argocd}\nstringData:\n  key: hunter2\n"
    (repository / "argocd-apps/shop.yaml").write_text(APPLICATION + secret)
    assert main([str(repository), "--diff", *SELECT]) == 1
    out = capsys.readouterr().out
    assert "hunter2" not in out
    assert "-    syncOptions: [ ApplyOutOfSyncOnly=true ] # gitops-lint: ignore" in out


def test_objects_stay_as_they_are_by_safe_repairs() -> None:
    """What safe means: everything is built as before."""
    tree = MemoryTree(FILES, remotes=("https://example.com/repo",))
    world = analyse(tree)
    mended = mend(world)
    assert [finding.rule for finding in mended.repaired] == ["unused-suppression"]
    after = analyse(MemoryTree({**FILES, **mended.contents}))
    assert {node: owners[0].built.data for node, owners in world.graph.objects.items()} == {
        node: owners[0].built.data for node, owners in after.graph.objects.items()
    }
