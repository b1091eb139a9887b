"""What is kept on disk of one run makes the next one shorter, holds no secret, and is not believed blindly."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_lint import store
from gitops_lint.builders.kustomize import Rules, shared_build
from gitops_lint.cli import main
from gitops_lint.repo import Repo
from gitops_lint.store import Former, Store
from gitops_lint.tree import MemoryTree
from tests.command import run, write
from tests.unit.test_cache import FILES as CACHED
from tests.unit.worlds import application, config_map, kustomization

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_lint.document import Document
    from gitops_lint.model import Build

FILES = {path: text for path, text in CACHED.items() if path != "other/c.yaml"}
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: web}\nstringData: {password: hunter2}\n"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LEAST_FILES", 0)


def built(files: Mapping[str, str], former: Former | None = None, path: str = "apps") -> tuple[Repo, Build]:
    """A repository of which one directory was built."""
    repo = Repo(MemoryTree(files), former)
    assert repo.manifests
    return repo, shared_build(repo, path, Rules())


def kept(directory: Path, files: Mapping[str, str]) -> Former | None:
    """What the next run finds of a repository."""
    Store(Path("repository"), directory).keep(built(files)[0])
    return Store(Path("repository"), directory).recall()


def document(repo: Repo, path: str) -> Document:
    """The only document of a file."""
    file = repo.file(path)
    assert file is not None
    (only,) = file.documents
    return only


def on_disk(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_what_did_not_change_is_neither_read_nor_built(tmp_path: Path) -> None:
    former = kept(tmp_path, FILES)
    assert former is not None
    repo, build = built({**FILES, "other.yaml": config_map("other")}, former)
    assert repo.builds.made == 0
    assert sorted(one.ref.name for one in build.objects) == ["a", "b"]
    origins = {one.origin.document for one in build.objects}
    assert origins == {document(repo, path) for path in ("apps/a.yaml", "base/b.yaml")}


@pytest.mark.parametrize(
    "change",
    [
        {"base/b.yaml": config_map("changed")},
        {"base/Kustomization": kustomization("b.yaml")},
        {"apps/a.yaml": None},
    ],
    ids=["content", "appears", "goes"],
)
def test_what_changed_is_built_anew(change: dict[str, str | None], tmp_path: Path) -> None:
    files = {path: text for path, text in {**FILES, **change}.items() if text is not None}
    repo, build = built(files, kept(tmp_path, FILES))
    assert repo.builds.made == 1
    fresh = built(files)[1]
    assert [(one.ref, one.data) for one in build.objects] == [(one.ref, one.data) for one in fresh.objects]
    assert [one.message for one in build.problems] == [one.message for one in fresh.problems]


def test_places_lead_into_the_text_again(tmp_path: Path) -> None:
    build = built(FILES, kept(tmp_path, FILES))[1]
    assert {one.locate(("metadata", "name")).location.span for one in build.objects} == {
        one.locate(("metadata", "name")).location.span for one in built(FILES)[1].objects
    }


def test_both_of_two_states_take_it_up(tmp_path: Path) -> None:
    """The base of a comparison is like its head, and that is like what was kept: of the base, perhaps."""
    former = kept(tmp_path, FILES)
    head = Repo(MemoryTree({**FILES, "base/b.yaml": config_map("changed")}), former)
    base = Repo(MemoryTree(FILES), head)
    builds = [shared_build(repo, "apps", Rules()) for repo in (head, base)]
    assert head.builds.made == 1
    documents = {one.origin.document for one in builds[1].objects}
    assert documents == {document(base, path) for path in ("apps/a.yaml", "base/b.yaml")}


# -- secrets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {"apps/kustomization.yaml": kustomization("secret.yaml"), "apps/secret.yaml": SECRET},
        {"apps/kustomization.yaml": kustomization() + "secretGenerator: [{name: s, literals: [password=hunter2]}]\n"},
        {
            "apps/kustomization.yaml": kustomization() + "secretGenerator: [{name: s, files: [values.yaml]}]\n",
            "apps/values.yaml": "apiVersion: v1\nkind: Values\nmetadata: {name: v}\npassword: hunter2\n",
        },
        {
            "apps/kustomization.yaml": kustomization() + "secretGenerator: [{name: s, envs: [.env]}]\n",
            "apps/.env": "password=hunter2\n",
        },
        {
            "apps/kustomization.yaml": kustomization("a.yaml")
            + "patches: [{target: {kind: Secret}, patch: '[{op: add, path: /data/password, value: hunter2}]'}]\n",
            "apps/a.yaml": config_map("a"),
        },
        {
            "apps/kustomization.yaml": kustomization("list.yaml"),
            "apps/list.yaml": "kind: List\nitems: [{kind: Secret, data: {password: hunter2}}]\n",
        },
        {"apps/kustomization.yaml": kustomization(), "apps/broken.yaml": f"{SECRET}  broken: [\n"},
    ],
)
def test_no_value_of_a_secret_is_kept(files: dict[str, str], tmp_path: Path) -> None:
    assert kept(tmp_path, {**FILES, **files, "b/kustomization.yaml": kustomization()}) is not None
    assert b"hunter2" not in on_disk(tmp_path)
    assert b"base/b.yaml" in on_disk(tmp_path)


def test_a_build_with_a_fault_is_not_kept(tmp_path: Path) -> None:
    """What is said of a missing path rests on paths that nothing read: one that is called alike may come."""
    files = {**FILES, "apps/kustomization.yaml": kustomization("missing.yaml")}
    repo, _ = built(files, kept(tmp_path, files))
    assert repo.builds.made == 1


# -- what is not believed ----------------------------------------------------------------------------------------------


class _Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


@pytest.mark.parametrize(
    "payload",
    [
        pickle.dumps(_Hostile()),
        pickle.dumps(Path("/")),
        pickle.dumps(({}, {}, "no builds")),
        b"cgitops_lint.tree\nput\n.",
        b"cgitops_lint.store\nos.system\n.",
        b"\x80\x05.",
        b"",
    ],
    ids=["a command", "another class", "another shape", "a function", "a module's module", "nothing", "empty"],
)
def test_a_file_that_holds_anything_else_is_made_anew(payload: bytes, tmp_path: Path) -> None:
    assert kept(tmp_path, FILES) is not None
    (file,) = tmp_path.iterdir()
    head, _, _ = file.read_bytes().partition(b"\n")
    file.write_bytes(head + b"\n" + payload)
    assert Store(Path("repository"), tmp_path).recall() is None


@pytest.mark.parametrize("length", [0, 10, 300, -1])
def test_a_file_that_is_cut_off_is_made_anew(length: int, tmp_path: Path) -> None:
    assert kept(tmp_path, FILES) is not None
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:length])
    assert Store(Path("repository"), tmp_path).recall() is None


def test_another_version_keeps_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept(tmp_path, FILES) is not None
    monkeypatch.setattr(store, "_head", lambda: b"gitops-lint 9.9\n")
    assert Store(Path("repository"), tmp_path).recall() is None


def test_a_file_of_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept(tmp_path, FILES) is not None
    monkeypatch.setattr(os, "getuid", lambda: -2, raising=False)
    assert Store(Path("repository"), tmp_path).recall() is None


def test_repositories_keep_apart(tmp_path: Path) -> None:
    assert kept(tmp_path, FILES) is not None
    assert Store(Path("elsewhere"), tmp_path).recall() is None


# -- when it is written ------------------------------------------------------------------------------------------------


def test_it_is_written_for_oneself_alone_and_when_enough_is_new(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "cache"
    many = FILES | {f"more/{number}.yaml": config_map(f"m{number}") for number in range(100)}
    kept(directory, many)
    (file,) = directory.iterdir()
    assert (file.stat().st_mode & 0o077, directory.stat().st_mode & 0o077) == (0, 0)
    written = file.read_bytes()
    for new, rewritten in ((5, False), (30, True)):
        store_of_next = Store(Path("repository"), directory)
        files = many | {f"more/{number}.yaml": config_map("new") for number in range(new)}
        store_of_next.keep(built(files, store_of_next.recall())[0])
        assert (file.read_bytes() != written) is rewritten


def test_what_nobody_wrote_for_long_goes(tmp_path: Path) -> None:
    old, other = tmp_path / "old.pickle", tmp_path / "other"
    for path in (old, other):
        path.write_bytes(b"")
        os.utime(path, (0, 0))
    kept(tmp_path, FILES)
    assert (old.exists(), other.exists()) == (False, True)


def test_a_disk_that_takes_nothing_costs_no_more_than_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert kept(tmp_path / "file", FILES) is None


# -- the command -------------------------------------------------------------------------------------------------------

REPOSITORY = {"root.yaml": application("shop", "apps"), **FILES}


def test_a_run_keeps_what_it_read_and_the_next_one_says_the_same(tmp_path: Path) -> None:
    root, cache = write(tmp_path / "repo", REPOSITORY), tmp_path / "cache"
    more = {f"apps/more/{number}.yaml": config_map(f"m{number}") for number in range(60)}
    write(root, more)
    first, second, third = (
        run(root, "--statistics", *words, GITOPS_LINT_CACHE_DIR=str(cache)) for words in ((), (), ("--no-cache",))
    )
    assert len([*cache.iterdir()]) == 1
    assert first.stdout == second.stdout == third.stdout
    made = [re.findall(r"(\d+) builds", one.stderr) for one in (first, second, third)]
    assert made == [["3"], ["0"], ["3"]]


def test_without_a_cache_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITOPS_LINT_CACHE_DIR", str(tmp_path / "cache"))
    main([str(write(tmp_path / "repo", REPOSITORY)), "--no-cache"])
    assert not (tmp_path / "cache").exists()


def test_a_directory_in_the_repository_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path / "repo", REPOSITORY)
    monkeypatch.setenv("GITOPS_LINT_CACHE_DIR", str(root / ".cache"))
    assert main([str(root)]) == 2
    assert "lies in the repository" in capsys.readouterr().err


def test_the_home_of_a_user_may_be_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path, REPOSITORY)
    monkeypatch.delenv("GITOPS_LINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(root / ".cache"))
    assert main([str(root)]) in (0, 1)
    assert not (root / ".cache").exists()


def test_what_was_looked_up_in_a_document_is_not_kept() -> None:
    only = document(Repo(MemoryTree(FILES)), "apps/a.yaml")
    only.locate(("metadata", "name"))
    again = pickle.loads(pickle.dumps(only))
    assert only._spans
    assert not again._spans
