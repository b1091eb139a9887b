"""The tree of a git work tree: what git would keep, what it knows of itself, and what it must never run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gitops_lint import git as git_module
from gitops_lint.engine import Selection, analyse, check
from gitops_lint.tree import Passed, Unreadable, WorkTree
from tests.unit.worlds import application

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(autouse=True)
def _only_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration of the user's and no variables of a hook that runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "PRE_COMMIT"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com")
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"# {path}\n")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit on the branch main; the files stand for what has happened to them."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    write(root, "tracked.yaml", "deleted.yaml", "apps/tracked.yaml")
    (root / ".gitignore").write_text("ignored*\n")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=first")
    (root / "deleted.yaml").unlink()
    write(root, "untracked.yaml", "apps/untracked.yaml", "ignored.yaml", "ignored/deep.yaml")
    return root


# Which files.


def test_what_git_would_keep_is_listed(repository: Path) -> None:
    tree = WorkTree(repository)
    kept = {"tracked.yaml", "untracked.yaml", "apps/tracked.yaml", "apps/untracked.yaml", ".gitignore"}
    assert tree.files == kept
    assert tree.passed == ()
    assert tree.notes == ()


def test_a_directory_inside_is_listed_alone_and_relative_to_itself(repository: Path) -> None:
    write(repository, "apps/ignored.yaml")
    tree = WorkTree(repository / "apps")
    assert tree.files == {"tracked.yaml", "untracked.yaml"}
    assert tree.read("tracked.yaml") == b"# apps/tracked.yaml\n"


def test_a_link_to_the_repository_will_do(repository: Path) -> None:
    link = repository.parent / "link"
    link.symlink_to(repository)
    assert WorkTree(link).files == WorkTree(repository).files


def test_under_pre_commit_only_tracked_files_count(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRE_COMMIT", "1")
    tree = WorkTree(repository)
    assert tree.files == {"tracked.yaml", "apps/tracked.yaml", ".gitignore"}
    assert tree.left_out("apps/untracked.yaml") == "is not tracked by git"
    assert tree.left_out("ignored.yaml") is None


def test_what_git_keeps_out_of_every_clone_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, "new/untracked.yaml")
    (repository / "link").symlink_to("ignored")
    paths = (
        "ignored.yaml",
        "ignored",
        "ignored/deep.yaml",
        "untracked.yaml",
        "new",
        "link/deep.yaml",
        "no.yaml",
        "../x",
    )
    ignored = dict.fromkeys(("ignored.yaml", "ignored", "ignored/deep.yaml"), "git ignores it")
    assert {path: why for path in paths if (why := WorkTree(repository).unkept(path))} == ignored
    monkeypatch.setenv("PRE_COMMIT", "1")
    untracked = dict.fromkeys(("untracked.yaml", "new"), "git does not track it")
    assert {path: why for path in paths if (why := WorkTree(repository).unkept(path))} == ignored | untracked


def test_nothing_is_ignored_where_git_has_no_say(tmp_path: Path) -> None:
    write(tmp_path, "tracked.yaml")
    assert WorkTree(tmp_path).unkept("tracked.yaml") is None


def test_a_kustomization_that_lists_what_git_ignores(repository: Path) -> None:
    (repository / "kustomization.yaml").write_text("resources: [ignored.yaml, ignored]\n")
    findings = check(analyse(WorkTree(repository)), Selection(select=("missing-kustomize-entry",))).findings
    assert [finding.message for finding in findings] == [
        f"kustomization.yaml names {name} in resources, but git ignores it: it is missing in every clone"
        for name in ("ignored.yaml", "ignored")
    ]


def test_an_application_that_reads_what_git_ignores(repository: Path) -> None:
    values = "  sources:\n    - repoURL: https://example.com/repo\n      path: apps\n      helm: {valueFiles: [../ignored.yaml]}\n"
    git(repository, "remote", "add", "origin", "https://example.com/repo")
    (repository / "apps/Chart.yaml").write_text("name: apps\n")
    (repository / "one.yaml").write_text(application("one", "ignored"))
    (repository / "two.yaml").write_text(application("two", "apps", values))
    rules = ("argocd-path-not-found", "missing-value-file")
    findings = check(analyse(WorkTree(repository)), Selection(select=rules)).findings
    assert [finding.message for finding in findings] == [
        "Application argocd/one reads ignored, which is missing in every clone: git ignores it",
        "Application argocd/two takes values from ../ignored.yaml, which is missing in every clone: git ignores it",
    ]


def test_under_pre_commit_nothing_tracked_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "untracked.yaml")
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert WorkTree(tmp_path).files == frozenset()


def test_names_that_git_would_quote(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    names = {"with space.yaml", "\u200emark.yaml", "ä.yaml", 'quo"te.yaml', "new\nline.yaml"}
    write(tmp_path, *names)
    git(tmp_path, "add", ".")
    assert WorkTree(tmp_path).files == names


def test_submodules_and_repositories_inside_are_left_out(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD").strip()
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{commit},submodule")
    git(repository, "init", "--quiet", "submodule")
    git(repository, "init", "--quiet", "clone")
    write(repository, "submodule/a.yaml", "clone/b.yaml")
    tree = WorkTree(repository)
    assert tree.passed == (
        Passed("clone", "is a repository of its own"),
        Passed("submodule", "is a repository of its own"),
    )
    assert not any(tree.is_file(path) for path in ("submodule/a.yaml", "clone/b.yaml"))


def test_tracked_packages_of_node_are_left_out(repository: Path) -> None:
    write(repository, "web/node_modules/x/chart.yaml")
    git(repository, "add", ".")
    tree = WorkTree(repository)
    assert tree.passed == (Passed("web/node_modules", "holds packages of Node.js"),)


def test_a_tracked_directory_that_became_a_link_is_not_followed(repository: Path) -> None:
    write(repository.parent, "outside/tracked.yaml")
    shutil.rmtree(repository / "apps")
    (repository / "apps").symlink_to("../outside")
    tree = WorkTree(repository)
    assert not tree.is_file("apps/tracked.yaml")
    assert tree.passed == (Passed("apps", "the link leads out of the repository"),)


def test_a_tracked_file_that_became_a_pipe_is_not_opened(repository: Path) -> None:
    (repository / "tracked.yaml").unlink()
    os.mkfifo(repository / "tracked.yaml")
    assert WorkTree(repository).passed == (Passed("tracked.yaml", "is not a regular file"),)


def test_a_conflict_lists_a_file_once(repository: Path) -> None:
    for branch in ("one", "two"):
        git(repository, "checkout", "--quiet", "-b", branch, "main")
        (repository / "tracked.yaml").write_text(f"{branch}\n")
        git(repository, "commit", "--quiet", "--all", f"--message={branch}")
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "one")
    assert WorkTree(repository).below("").count("tracked.yaml") == 1


def test_a_directory_that_git_ignores_is_read_all_the_same(repository: Path) -> None:
    tree = WorkTree(repository / "ignored")
    assert tree.files == {"deep.yaml"}
    assert tree.notes == ("git ignores this directory; all of it is read",)


def test_exclusions_apply_on_top(repository: Path) -> None:
    tree = WorkTree(repository, exclude=["apps", "untracked.yaml"])
    assert tree.files == {"tracked.yaml", ".gitignore"}
    assert [passed.path for passed in tree.passed] == ["apps", "untracked.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_directory_that_git_cannot_open_is_told(repository: Path) -> None:
    write(repository, "apps/locked/a.yaml")
    (repository / "apps/locked").chmod(0)
    try:
        assert WorkTree(repository).passed == (Passed("apps/locked", "permission denied"),)
        assert WorkTree(repository / "apps").passed == (Passed("locked", "permission denied"),)
    finally:
        (repository / "apps/locked").chmod(0o700)


def test_a_sparse_checkout_is_told(repository: Path) -> None:
    git(repository, "sparse-checkout", "set", "--no-cone", "/apps/")
    tree = WorkTree(repository)
    assert not tree.is_file("tracked.yaml")
    assert tree.notes == ("the checkout is sparse; files outside of it seem to be missing",)


# Remotes and branch.


def test_remotes_and_branch_are_told_at_the_top_only(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://example.com/repo")
    git(repository, "remote", "add", "with.dot", "git@example.com:org/mirror.git")
    tree = WorkTree(repository)
    assert tree.remotes == ("https://example.com/repo", "git@example.com:org/mirror.git")
    assert tree.branch == "main"
    inside = WorkTree(repository / "apps")
    assert (inside.remotes, inside.branch) == ((), None)


def test_a_rewritten_url_is_told_in_both_spellings(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "gh:org/repo")
    git(repository, "config", "url.https://github.com/.insteadOf", "gh:")
    git(repository, "config", "url.https://example.com/.insteadOf", "g")
    assert WorkTree(repository).remotes == ("gh:org/repo", "https://github.com/org/repo")


def test_credentials_in_a_url_stay_where_they_are(repository: Path) -> None:
    git(repository, "remote", "add", "one", "https://user:p@ss@example.com/repo")
    git(repository, "remote", "add", "two", "https://token@example.com/repo")
    git(repository, "remote", "add", "three", "ssh://git@example.com/repo")
    assert WorkTree(repository).remotes == ("https://example.com/repo", "ssh://git@example.com/repo")


def test_a_detached_head_is_no_branch(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--detach")
    assert WorkTree(repository).branch is None


def test_a_branch_without_a_commit_is_one(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    assert WorkTree(tmp_path).branch == "trunk"


# Where git does not answer.


def test_outside_of_a_repository_all_is_read_without_a_word(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    tree = WorkTree(tmp_path)
    assert tree.files == {"a.yaml"}
    assert (tree.notes, tree.remotes, tree.branch) == ((), (), None)


def test_a_refused_ownership_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repository, "remote", "add", "origin", "https://example.com/repo")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    tree = WorkTree(repository)
    assert tree.is_file("tracked.yaml")
    assert tree.is_file("ignored.yaml")
    assert (tree.remotes, tree.branch) == ((), None)
    (note,) = tree.notes
    assert "dubious ownership" in note
    assert "safe.directory" in note


def test_a_bare_repository_inside_another_is_not_obeyed(repository: Path) -> None:
    git(repository, "init", "--quiet", "--bare", "trap")
    git(repository / "trap", "config", "core.bare", "false")
    git(repository / "trap", "config", "core.worktree", "..")
    (note,) = WorkTree(repository / "trap").notes
    assert "bare repository" in note


def test_a_broken_repository_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    tree = WorkTree(tmp_path)
    assert tree.files == {"a.yaml"}
    assert tree.notes == ("git says: not a git repository: /nowhere; what git ignores is read, too",)


def test_a_missing_git_is_told_where_it_would_matter(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository.parent, "plain/a.yaml")
    monkeypatch.setenv("PATH", str(repository))
    assert WorkTree(repository.parent / "plain").notes == ()
    tree = WorkTree(repository / "apps")
    assert tree.files == {"tracked.yaml", "untracked.yaml"}
    assert tree.notes == ("git cannot be run: does not exist; what git ignores is read, too",)


def program(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def test_a_git_that_hangs_is_given_up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = program(repository.parent / "bin/git", "exec sleep 60")
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "GIT_SECONDS", 0.1)
    tree = WorkTree(repository)
    assert tree.is_file("tracked.yaml")
    assert "did not answer" in tree.notes[0]


# Variables of a hook.


def test_the_repository_of_a_hook_is_not_mistaken_for_the_one_asked_about(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet", "--initial-branch=other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("PRE_COMMIT", "1")
    tree = WorkTree(repository)
    assert tree.branch == "main"
    assert tree.is_file("tracked.yaml")


def test_a_partial_commit_is_seen_as_it_will_be(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`git commit tracked.yaml` leaves out what else is staged, and says so by the index of its hooks."""
    git(repository, "add", "untracked.yaml")
    (repository / "tracked.yaml").write_text("changed\n")
    seen = repository.parent / "seen"
    look = f"import os; open({str(seen)!r}, 'w').write(os.environ['GIT_INDEX_FILE'])"
    program(
        repository / ".git/hooks/pre-commit",
        f'{sys.executable} -c "{look}"',
        'cp "$GIT_INDEX_FILE" .git/kept',
    )
    git(repository, "commit", "--quiet", "--message=second", "tracked.yaml")
    assert Path(seen.read_text()).name != "index"

    monkeypatch.setenv("PRE_COMMIT", "1")
    assert WorkTree(repository).is_file("untracked.yaml")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/kept")
    tree = WorkTree(repository)
    assert tree.is_file("tracked.yaml")
    assert tree.left_out("untracked.yaml") == "is not tracked by git"


# Hostile repositories.


@pytest.fixture
def trapped(repository: Path) -> tuple[Path, Path]:
    """A repository that names a program wherever git takes one, and the file that the program writes."""
    marker = repository.parent / "marker"
    trap = program(repository.parent / "trap", f'echo "$0 $*" >> {marker}', "cat")
    for key in (
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"),
        *(
            "core.alternateRefsCommand",
            "diff.external",
            "diff.all.textconv",
            "diff.all.command",
            "pager.ls-files",
        ),
        *("pager.config", "filter.all.clean", "filter.all.smudge", "filter.all.process", "credential.helper"),
        *("uploadpack.packObjectsHook", "remote.origin.uploadpack", "remote.origin.vcs", "sequence.editor"),
    ):
        git(repository, "config", key, str(trap))
    for command in ("ls-files", "rev-parse", "config", "symbolic-ref"):
        git(repository, "config", f"alias.{command}", f"!{trap}")
    git(repository, "config", "core.hooksPath", str(repository / "hooks"))
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"):
        for directory in (repository / "hooks", repository / ".git/hooks"):
            directory.mkdir(exist_ok=True)
            shutil.copy(trap, directory / hook)
    (repository / ".gitattributes").write_text("* filter=all diff=all\n")
    git(repository, "config", "remote.origin.url", f"ext::{trap}")
    marker.unlink(missing_ok=True)
    return repository, marker


def test_no_program_that_the_repository_names_is_run(trapped: tuple[Path, Path]) -> None:
    root, marker = trapped
    tree = WorkTree(root)
    for path in tree.files:
        tree.read(path)
    assert tree.notes == ()
    assert tree.is_file("untracked.yaml")
    assert not marker.exists()


def test_the_trap_of_the_test_above_would_shut(trapped: tuple[Path, Path]) -> None:
    root, marker = trapped
    subprocess.run(["git", "-C", root, "status"], capture_output=True, check=False)
    assert marker.exists()


def test_objects_that_a_partial_clone_lacks_are_not_fetched(repository: Path) -> None:
    """To list a sparse index git reads trees; one that is missing it would fetch, through a program."""
    marker = repository.parent / "marker"
    trap = program(repository.parent / "trap", f"touch {marker}")
    write(repository, "infra/web.yaml")
    git(repository, "add", "infra")
    git(repository, "commit", "--quiet", "--message=second")
    git(repository, "sparse-checkout", "set", "--cone", "--sparse-index", "apps")
    missing = git(repository, "rev-parse", "HEAD:infra").strip()
    (repository / ".git/objects" / missing[:2] / missing[2:]).unlink()
    git(repository, "config", "core.repositoryFormatVersion", "1")
    git(repository, "config", "extensions.partialClone", "origin")
    git(repository, "config", "protocol.ext.allow", "always")
    git(repository, "remote", "add", "origin", f"ext::{trap}")

    subprocess.run(["git", "-C", repository, "ls-files"], capture_output=True, check=False)
    assert marker.exists(), "the trap would not shut"
    marker.unlink()
    assert WorkTree(repository).is_file("apps/tracked.yaml")
    assert not marker.exists()


def test_a_program_named_git_in_the_repository_is_not_run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = repository.parent / "marker"
    program(repository / "git", f"touch {marker}")
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    assert WorkTree(".").branch == "main"
    assert not marker.exists()


def test_git_never_names_a_file_outside(repository: Path) -> None:
    """A configuration may call the whole disk the work tree; the directory asked about stays the root."""
    write(repository.parent, "secret.yaml")
    git(repository, "config", "core.worktree", str(repository.parent))
    tree = WorkTree(repository)
    assert "secret.yaml" not in {path.rpartition("/")[2] for path in tree.files}
    with pytest.raises(Unreadable):
        tree.read("../secret.yaml")
