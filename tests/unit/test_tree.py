"""The tree: the same answers from memory, from a directory and from a git work tree; links; hostile disks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitops_lint import tree as tree_module
from gitops_lint.tree import MAX_BYTES, MemoryTree, Passed, Tree, Unreadable, WorkTree, join, normalise
from tests.command import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTENT: dict[str, str | bytes] = {
    "README.md": "# read me\n",
    "apps/kustomization.yaml": "resources: [web, web-extra.yaml]\n",
    "apps/web/deployment.yaml": "kind: Deployment\n",
    "apps/web/values/prod.yaml": "a: 1\n",
    "apps/web-extra.yaml": "kind: Service\n",
    "apps.yaml": "kind: List\n",
    "charts/redis/templates/_helpers.tpl": "{{ define }}\n",
    "infra/base/redis/release.yaml": "kind: HelmRelease\n",
    "infra/prod/redis/release.yaml": "kind: HelmRelease\n",
    "name with space/\u200emark.yaml": "kind: ConfigMap\n",
    "scripts/bootstrap.sh": b"#!/bin/sh\n\xff\x00",
}


@pytest.fixture(autouse=True)
def _no_pre_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRE_COMMIT", raising=False)


def in_memory(_root: Path) -> Tree:
    return MemoryTree(CONTENT)


def on_disk(root: Path) -> Tree:
    write(root, CONTENT)
    return WorkTree(root)


def in_git(root: Path) -> Tree:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    write(root, CONTENT)
    subprocess.run(["git", "init", "--quiet", root], check=True)
    return WorkTree(root)


@pytest.fixture(params=[in_memory, on_disk, in_git])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Tree:
    make: Callable[[Path], Tree] = request.param
    return make(tmp_path)


# The same answers everywhere.


def test_all_files_are_listed_not_only_yaml(tree: Tree) -> None:
    assert tree.files == frozenset(CONTENT)
    assert tree.passed == ()
    assert tree.notes == ()


def test_existence(tree: Tree) -> None:
    assert tree.is_file("apps/web-extra.yaml")
    assert tree.is_file("name with space/\u200emark.yaml")
    assert not tree.is_file("apps/web")
    assert not tree.is_file("apps/missing.yaml")
    assert not tree.is_file("")
    assert tree.is_directory("")
    assert tree.is_directory("apps/web/values")
    assert not tree.is_directory("apps/web-extra.yaml")
    assert not tree.is_directory("ap")


def test_entries_are_the_names_directly_inside(tree: Tree) -> None:
    assert tree.entries("apps") == ("kustomization.yaml", "web", "web-extra.yaml")
    assert tree.entries("apps/web/values") == ("prod.yaml",)
    assert tree.entries("apps.yaml") == ()
    assert tree.entries("missing") == ()
    assert "name with space" in tree.entries("")


def test_below_lists_every_depth_but_no_neighbour_of_a_similar_name(tree: Tree) -> None:
    assert tree.below("apps/web") == ("apps/web/deployment.yaml", "apps/web/values/prod.yaml")
    assert tree.below("") == tuple(sorted(CONTENT))
    assert tree.below("apps.yaml") == ()
    assert tree.below("missing") == ()


def test_read_gives_the_bytes(tree: Tree) -> None:
    assert tree.read("scripts/bootstrap.sh") == b"#!/bin/sh\n\xff\x00"
    assert tree.read("name with space/\u200emark.yaml") == b"kind: ConfigMap\n"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.yaml", "does not exist"),
        ("apps", "is a directory"),
        ("", "is a directory"),
        ("../outside.yaml", "does not exist"),
        ("/etc/passwd", "does not exist"),
        (".git/config", "does not exist"),
    ],
)
def test_what_is_no_file_of_the_tree_is_not_read(tree: Tree, path: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        tree.read(path)
    assert (caught.value.path, caught.value.reason) == (path, reason)


def test_ordinary_paths_are_real(tree: Tree) -> None:
    assert tree.resolve("apps/web") == "apps/web"
    assert tree.resolve("missing") == "missing"


@pytest.mark.parametrize(
    ("missing", "meant"),
    [
        ("apps/web/deployment.yml", "apps/web/deployment.yaml"),
        ("clusters/prod/redis/release.yaml", "infra/prod/redis/release.yaml"),
        ("apps/values/prod.yaml", "apps/web/values/prod.yaml"),
        ("infra/bootstrap.sh", "scripts/bootstrap.sh"),
        ("inf/prod", "infra/prod"),
        ("infra/bsae", "infra/base"),
        ("Apps", "apps"),
        ("apps/web/deploymnt.yml", "apps/web/deployment.yaml"),
        ("readme.md", "README.md"),
    ],
)
def test_the_nearest_path_is_what_was_meant(tree: Tree, missing: str, meant: str) -> None:
    assert tree.nearest(missing) == meant


@pytest.mark.parametrize("missing", ["monitoring", "apps/grafana.yaml", "x/y/z", "apps/" + "x" * 5000])
def test_nothing_is_guessed_where_nothing_is_close(tree: Tree, missing: str) -> None:
    assert tree.nearest(missing) is None


def test_a_name_that_everything_has_leads_to_nothing_else() -> None:
    """The base of the database is not what somebody meant who deleted that of Kafka; at the right depth it is."""
    tree = MemoryTree(
        {"infrastructure/database/base/a.yaml": "", "apps/jellyseerr/app/b.yaml": "", "x/shop/base/c": ""}
    )
    assert tree.nearest("infrastructure/kafka/base") is None
    assert tree.nearest("apps/jellyfin/app") is None
    assert tree.nearest("x/shop/overlays/base") == "x/shop/base"


def test_of_many_namesakes_only_one_like_the_missing_path_is_named() -> None:
    tree = MemoryTree({f"{name}/kustomization.yaml": "" for name in ("alpha", "beta", "gamma")})
    assert tree.nearest("gama/kustomization.yaml") == "gamma/kustomization.yaml"


def test_what_cannot_be_meant_is_not_the_nearest() -> None:
    tree = MemoryTree({"apps/atuin-ui/ks.yaml": "", "apps/actual/ks.yaml": "", "apps/history/ks.yaml": ""})
    assert tree.nearest("apps/atuin/ks.yaml") == "apps/atuin-ui/ks.yaml"
    assert tree.nearest("apps/atuin/ks.yaml", {"apps/atuin-ui/ks.yaml"}) == "apps/actual/ks.yaml"
    assert tree.nearest("apps/atuin-ui", {"apps/atuin-ui", "apps/actual"}) is None
    assert tree.nearest("somewhere/else/kustomization.yaml") is None


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"big.yaml": b"x" * 20, "small.yaml": b"x" * 10}
    monkeypatch.setattr(tree_module, "MAX_BYTES", 10)
    write(tmp_path, content)
    for tree in (MemoryTree(content), WorkTree(tmp_path)):
        assert tree.read("small.yaml") == b"x" * 10
        with pytest.raises(Unreadable, match="larger than"):
            tree.read("big.yaml")


def test_the_size_is_told_without_reading(tmp_path: Path) -> None:
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(100 * MAX_BYTES)
    with pytest.raises(Unreadable) as caught:
        WorkTree(tmp_path).read("huge.yaml")
    assert caught.value.reason == "larger than 16 MiB (1600 MiB)"


def test_memory_knows_what_it_is_told_of_git() -> None:
    tree = MemoryTree({}, remotes=["https://example.com/repo"], branch="main")
    assert (tree.remotes, tree.branch) == (("https://example.com/repo",), "main")
    assert tree.is_directory("")


# Links.


@pytest.fixture
def linked(tmp_path: Path) -> WorkTree:
    root = tmp_path / "root"
    write(tmp_path, {"secret.yaml": "password\n", "outside/secret.yaml": "password\n"})
    write(root, {"base/web.yaml": "kind: Deployment\n", "base/deep/db.yaml": "", "node_modules/x/y.yaml": ""})
    links = {
        "file.yaml": "base/web.yaml",
        "overlay/alias": "../base",
        "twice": "overlay/alias/deep",
        "base/up": "..",
        "base/self": ".",
        "out.yaml": "../secret.yaml",
        "away": "../outside",
        "there-and-back.yaml": "../root/base/web.yaml",
        "absolute.yaml": f"{root}/base/web.yaml",
        "dangling.yaml": "nowhere.yaml",
        "round": "circle",
        "circle": "round",
        "hidden": "node_modules/x",
    }
    for path, target in links.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).symlink_to(target)
    return WorkTree(root)


def test_links_exist_but_nothing_is_found_twice(linked: WorkTree) -> None:
    assert linked.files == {"base/web.yaml", "base/deep/db.yaml", "file.yaml"}
    assert linked.below("") == ("base/deep/db.yaml", "base/web.yaml")
    assert linked.entries("") == ("base", "file.yaml", "overlay", "twice")
    assert linked.entries("overlay") == ("alias",)


def test_links_are_followed_inside_the_tree(linked: WorkTree) -> None:
    assert linked.is_file("file.yaml")
    assert linked.read("file.yaml") == b"kind: Deployment\n"
    assert linked.is_directory("overlay/alias")
    assert linked.entries("overlay/alias") == ("deep", "self", "up", "web.yaml")
    assert linked.read("overlay/alias/web.yaml") == b"kind: Deployment\n"
    assert linked.resolve("overlay/alias/deep/db.yaml") == "base/deep/db.yaml"
    assert linked.resolve("twice") == "base/deep"
    assert linked.below("overlay/alias") == ("base/deep/db.yaml", "base/web.yaml")


def test_links_upwards_do_not_loop(linked: WorkTree) -> None:
    assert linked.resolve("base/up/base/self/self/up") == ""
    assert linked.entries("base/up/base/up") == linked.entries("")


def test_links_that_lead_out_or_nowhere_are_left_out_with_a_reason(linked: WorkTree) -> None:
    outside, nowhere = "the link leads out of the repository", "the link leads to nothing in the tree"
    assert linked.passed == (
        Passed("absolute.yaml", outside),
        Passed("away", outside),
        Passed("circle", "the link leads in a circle"),
        Passed("dangling.yaml", nowhere),
        Passed("hidden", nowhere),
        Passed("node_modules", "holds packages of Node.js"),
        Passed("out.yaml", outside),
        Passed("round", "the link leads in a circle"),
        Passed("there-and-back.yaml", outside),
    )


@pytest.mark.parametrize("path", ["out.yaml", "away/secret.yaml", "base/up/away/secret.yaml", "base/up/out.yaml"])
def test_nothing_outside_is_read(linked: WorkTree, path: str) -> None:
    assert not linked.is_file(path)
    with pytest.raises(Unreadable):
        linked.read(path)


def test_what_was_left_out_is_told_from_what_is_missing(linked: WorkTree) -> None:
    assert linked.left_out("away/secret.yaml") == "the link leads out of the repository"
    assert linked.left_out("node_modules/x/y.yaml") == "holds packages of Node.js"
    assert linked.left_out("base/missing.yaml") is None
    with pytest.raises(Unreadable, match=r"Node\.js"):
        linked.read("node_modules/x/y.yaml")


def test_a_link_put_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"secret.yaml": "password\n", "root/a.yaml": "", "root/b.yaml": ""})
    tree = WorkTree(tmp_path / "root")
    (tmp_path / "root/a.yaml").unlink()
    (tmp_path / "root/a.yaml").symlink_to("../secret.yaml")
    with pytest.raises(Unreadable):
        tree.read("a.yaml")


# The disk.


@pytest.mark.parametrize("root", ["missing", "file.yaml"])
def test_a_root_must_be_a_directory(tmp_path: Path, root: str) -> None:
    write(tmp_path, {"file.yaml": ""})
    with pytest.raises(Unreadable, match=r"does not exist|not a directory"):
        WorkTree(tmp_path / root)


def test_special_files_are_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    os.mkfifo("pipe.yaml")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")
        tree = WorkTree(tmp_path)
    assert tree.files == frozenset()
    assert tree.passed == (
        Passed("pipe.yaml", "is not a regular file"),
        Passed("socket.yaml", "is not a regular file"),
    )
    with pytest.raises(Unreadable, match="not a regular file"):
        tree.read("pipe.yaml")


def test_a_pipe_put_in_the_place_of_a_file_does_not_block(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ""})
    tree = WorkTree(tmp_path)
    (tmp_path / "a.yaml").unlink()
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(Unreadable, match="not a regular file"):
        tree.read("a.yaml")


def test_a_file_that_vanished_is_unreadable(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ""})
    tree = WorkTree(tmp_path)
    (tmp_path / "a.yaml").unlink()
    with pytest.raises(Unreadable) as caught:
        tree.read("a.yaml")
    assert (caught.value.path, caught.value.reason) == ("a.yaml", "does not exist")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"locked/a.yaml": "", "b.yaml": "", "c.yaml": ""})
    (tmp_path / "locked").chmod(0)
    (tmp_path / "b.yaml").chmod(0)
    try:
        tree = WorkTree(tmp_path)
        assert tree.files == {"b.yaml", "c.yaml"}
        assert tree.passed == (Passed("locked", "permission denied"),)
        with pytest.raises(Unreadable, match="permission denied"):
            tree.read("b.yaml")
    finally:
        (tmp_path / "locked").chmod(0o700)


def test_a_directory_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"locked/a.yaml": "", "b.yaml": ""})
    listing = os.scandir

    def scandir(path: str | Path) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    tree = WorkTree(tmp_path)
    assert tree.files == {"b.yaml"}
    assert tree.passed == (Passed("locked", "permission denied"),)


def test_names_that_are_not_text_are_left_out_under_a_printable_name(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.yaml")).touch()
        (tmp_path / os.fsdecode(b"\xff")).mkdir()
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")
    write(tmp_path, {"b.yaml": ""})
    tree = WorkTree(tmp_path)
    assert tree.files == {"b.yaml"}
    assert tree.passed == (
        Passed("\\xff", "the name is not UTF-8"),
        Passed("caf\\xe9.yaml", "the name is not UTF-8"),
    )


def test_a_repository_inside_is_not_part_of_this_one(tmp_path: Path) -> None:
    write(tmp_path, {"vendored/.git": "gitdir: elsewhere\n", "vendored/a.yaml": "", "b.yaml": ""})
    tree = WorkTree(tmp_path)
    assert tree.files == {"b.yaml"}
    assert tree.passed == (Passed("vendored", "is a repository of its own"),)


def test_excluded_files_and_directories_are_left_out_once(tmp_path: Path) -> None:
    kept = {"a.yaml": "", "apps/web.yaml": "", "apps/archive.yaml": ""}
    write(tmp_path, {**kept, "archive/1/a.yaml": "", "archive/2/b.yaml": "", "apps/x.gen.yaml": ""})
    (tmp_path / "link").symlink_to("archive")
    tree = WorkTree(tmp_path, exclude=["archive/", "**/*.gen.yaml"])
    assert tree.files == frozenset(kept)
    assert tree.passed == (
        Passed("apps/x.gen.yaml", "excluded by the configuration"),
        Passed("archive", "excluded by the configuration"),
        Passed("link", "the link leads to nothing in the tree"),
    )
    assert tree.left_out("archive/1/a.yaml") == "excluded by the configuration"


def test_an_unusable_exclusion_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="braces"):
        WorkTree(tmp_path, exclude=["{a"])


def test_a_directory_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_FILES", 2)
    write(tmp_path, {"a": "", "b": "", "c": ""})
    with pytest.raises(Unreadable, match="more than 2 files"):
        WorkTree(tmp_path)


# Paths.


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/../b", "b"),
        ("./a//b/", "a/b"),
        ("", ""),
        (".", ""),
        ("a/..", ""),
        ("../x", None),
        ("a/../../b", None),
        ("/a", None),
        ("..a/b..", "..a/b.."),
    ],
)
def test_normalise(path: str, expected: str | None) -> None:
    assert normalise(path) == expected


@pytest.mark.parametrize(
    ("directory", "path", "expected"),
    [
        ("a/b", "../c", "a/c"),
        ("a", "../../c", None),
        ("", "x.yaml", "x.yaml"),
        ("", "../x", None),
        ("a", "/etc", None),
        ("", "/etc", None),
        ("a", "", "a"),
        ("a", ".", "a"),
    ],
)
def test_join(directory: str, path: str, expected: str | None) -> None:
    assert join(directory, path) == expected
