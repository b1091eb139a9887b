"""Scripts and documents of strangers: however long and odd, they are read in a moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gitops_lint.engine import Selection, check
from tests.unit.worlds import config_map, flux, gotk, kustomization, world

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES = (
    *("applied-by-hand", "release-installed-by-hand", "dead-path", "bootstrap-path-differs", "misdescribed-command"),
    *("stale-tree-drawing", "stale-responsibility-table", "credentials-in-document", "missing-directory"),
)
SECONDS = 60
"""Of the processor, many times what any of them takes: what grows with the square of a text takes minutes."""
BASE = {
    ".gitops-lint.yaml": "extends: dual-gitops\ndocuments: ['docs/**']\n",
    "clusters/home/flux-system/gotk-sync.yaml": gotk("clusters/home"),
    "clusters/home/flux-system/kustomization.yaml": kustomization("gotk-sync.yaml"),
    "clusters/home/web.yaml": flux("web", "infrastructure/web"),
    "infrastructure/web/web.yaml": config_map("web"),
}
TEXTS = {
    "words": {"a.sh": "infrastructure/x " * 15_000},
    "substitutions": {"a.sh": "a " + "$(" * 100_000},
    "quotes": {"a.sh": "'\"`{{${{" * 30_000},
    "heredocs": {"a.sh": "cat <<A <<B <<C\n" * 15_000},
    "redirections": {"a.sh": "<" * 200_000 + "\n" + ">&" * 20_000},
    "directories": {"a.sh": "".join(f"cd d{n}\ncat infrastructure/{n}\n" for n in range(2_000))},
    "made": {"a.sh": "".join(f"touch infrastructure/{n}/\ncat infrastructure/{n}/a\n" for n in range(4_000))},
    "objects": {"a.sh": "kubectl -n web delete configmap " + "web " * 50_000},
    "assignments": {"Makefile": "A := " + " " * 200_000 + "x y\n" + "\t$(A)\n"},
    "a task": {"Taskfile.yaml": "tasks:\n  a: |\n" + "    b $X \\\n" * 20_000},
    "many tasks": {"Taskfile.yaml": "tasks:\n" + "".join(f"  t{n}: kubectl apply -k x\n" for n in range(3_000))},
    "branches": {"docs/a.md": "```\n" + "│ " * 200_000 + "\n" + "├── a\n" * 50_000 + "```\n"},
    "deep": {"docs/a.md": "```\n" + "".join(f"{'│ ' * (n % 500)}├── a{n}\n" for n in range(900)) + "```\n"},
    "bars": {"docs/a.md": "|" * 200_000 + "\n" + "|-" * 100_000 + "|\n" + "|" * 200_000},
    "passwords": {"docs/a.md": "login: a / " * 20_000 + "password: " * 20_000 + "=" * 100_000},
    "claims": {"docs/a.md": "argocd app sync --force " * 20_000 + "flux uses " * 20_000},
    "fences": {"docs/a.md": "```bash\n" * 60_000},
}


@pytest.mark.parametrize("files", TEXTS.values(), ids=TEXTS)
def test_a_long_text(files: Mapping[str, str]) -> None:
    start = time.process_time()
    check(world({**BASE, **files}), Selection(select=RULES))
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("content", ["", "\0", "\ufeff", "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")])
def test_an_odd_text(content: str) -> None:
    names = ("a.sh", "Makefile", "justfile", "Taskfile.yaml", ".github/workflows/a.yaml", ".gitlab-ci.yml", "docs/a.md")
    check(world({**BASE, **dict.fromkeys(names, content)}), Selection(select=RULES))
