"""``gitops-lint impact``: the base comes out of git, and the work tree is left alone."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitops_lint.cli import main
from tests.command import write
from tests.unit.test_impact import ARGOCD, CLAIM, FLUX, IN_CLUSTER, SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

REMOTE = "https://example.com/repo"


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    subprocess.run(["git", *identity, "-C", str(root), *words], check=True, capture_output=True)


def commit(root: Path, message: str = "feat: a change") -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "remote", "add", "origin", REMOTE)
    write(tmp_path, {SETTINGS: IN_CLUSTER, **FLUX})
    commit(tmp_path)
    return tmp_path


def test_what_is_not_committed_yet(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "infrastructure/web/claim.yaml").unlink()
    assert main(["impact", "HEAD", str(repository)]) == 0
    out = capsys.readouterr().out
    assert "cluster home: 1 deleted (1 stateful)" in out
    assert "PersistentVolumeClaim web/data: holds data" in out
    assert "! Kustomization flux-system/web prunes" in out
    assert not (repository / "infrastructure/web/claim.yaml").exists()
    assert main(["impact", "HEAD", str(repository), "--fail-on-delete"]) == 1


def test_nothing_changes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "HEAD", str(repository)]) == 0
    assert capsys.readouterr().out.startswith("No cluster changes against HEAD")


def test_a_branch_is_compared_with_where_it_began(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the default branch got since is none of this change's business."""
    git(repository, "switch", "--quiet", "--create", "topic")
    write(repository, ARGOCD)
    commit(repository)
    git(repository, "switch", "--quiet", "main")
    (repository / "infrastructure/web/config.yaml").unlink()
    commit(repository)
    git(repository, "switch", "--quiet", "topic")
    assert main(["impact", "main", str(repository), "--output-format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {step["action"] for step in told["steps"]} == {"fights"}
    assert sum(len(step["objects"]) for step in told["steps"]) == 2
    assert told["base"].startswith("main (")


def test_markdown_is_safe(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "</details><b>|`@everyone`"
    write(repository, {"infrastructure/web/odd.yaml": CLAIM.replace("name: data", f"name: '{name}'")})
    assert main(["impact", "HEAD", str(repository), "--output-format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert "**creates**" in out
    assert name not in out
    assert "<b>" not in out


def test_a_repository_in_a_directory_of_another(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(repository / "sub", {SETTINGS: IN_CLUSTER, **FLUX})
    commit(repository)
    (repository / "sub/infrastructure/web/claim.yaml").unlink()
    assert main(["impact", "HEAD", str(repository / "sub")]) == 0
    assert "1 deleted" in capsys.readouterr().out


def test_links_and_large_files_of_the_base(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "infrastructure/link").symlink_to("web")
    write(repository, {"infrastructure/web/large.yaml": CLAIM + "# " + "x" * 2_000_000})
    commit(repository)
    assert main(["impact", "HEAD", str(repository)]) == 0
    assert capsys.readouterr().out.startswith("No cluster changes")


@pytest.mark.parametrize("base", ["nothing", "--all", "HEAD~99"])
def test_a_base_that_is_none(base: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["impact", "--", base, str(repository)] if base.startswith("-") else ["impact", base, str(repository)]
    assert main(words) == 2
    assert "git knows no commit" in capsys.readouterr().err


def test_outside_of_git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, FLUX)
    assert main(["impact", "HEAD", str(tmp_path)]) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_the_id_of_a_commit_is_told_once_and_short(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a workflow names is an id: nobody reads forty characters of it."""
    done = subprocess.run(["git", "-C", repository, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    name = done.stdout.strip()
    assert main(["impact", name, str(repository)]) == 0
    assert capsys.readouterr().out.startswith(f"No cluster changes against {name[:10]}.\n")
    main([str(repository), "--diff-base", name])
    assert f"known in {name[:10]}." in capsys.readouterr().out


def test_the_verdict_comes_first(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the base, in text and in Markdown; the picture names no cluster where there is one."""
    write(repository, ARGOCD)
    assert main(["impact", "HEAD", str(repository)]) == 0
    assert re.match(r"Against HEAD \(\w{10}\): 2 with a second owner in 1 cluster\.\n\n", capsys.readouterr().out)
    assert main(["impact", "HEAD", str(repository), "--output-format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("### Impact: 2 with a second owner\n")
    assert "\n#### Cluster home\n\n| | what |" in out
    assert '["Kustomization flux-system/web"]' in out
    assert '|"both apply 2 objects"|' in out


def test_what_cannot_be_built_any_more_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Even where nothing is lost by it: what the rest of the change would do does not come about."""
    write(repository, {"infrastructure/web/kustomization.yaml": "resources: [claim.yaml, config.yaml, lost.yaml]\n"})
    assert main(["impact", "HEAD", str(repository)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "note: Kustomization flux-system/web can no longer be built: what it would change reaches no cluster until "
        "that is repaired" in told
    )


def test_a_comment_is_never_longer_than_a_host_takes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = "---\n".join(CLAIM.replace("name: data", f"name: {'data' * 40}-{number}") for number in range(400))
    write(repository, {"infrastructure/web/many.yaml": claims})
    commit(repository)
    (repository / "infrastructure/web/many.yaml").unlink()
    assert main(["impact", "HEAD", str(repository), "--output-format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert len(out) < 65_536
    assert re.search(r"… and \d+ more \|", out)
    assert "400 deleted (400 stateful)" in out
