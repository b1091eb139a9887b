"""What is offered for a directory that a Flux Kustomization reads and that is not there."""

from __future__ import annotations

import pytest

from tests.unit.worlds import config_map, flux, gotk, kustomization, world


@pytest.mark.parametrize(
    ("order", "path", "stands", "meant"),
    [
        ("apps/history/ks.yaml", "./apps/atuin/app", ["apps/history/app", "apps/actual/app"], "./apps/history/app"),
        (
            "apps/fresh/ks.yaml",
            "./apps/fresh/app",
            ["apps/fresh/application", "apps/mail/app"],
            "./apps/fresh/application",
        ),
        ("apps/fresh/ks.yaml", "./apps/fresh/app", ["apps/fresh/one", "apps/fresh/two"], None),
        ("clusters/home/web.yaml", "./base/web", ["infrastructure/base/web"], "./infrastructure/base/web"),
    ],
    ids=["moved with its order", "the only one beside it", "one of two", "moved down"],
)
def test_what_may_be_meant(order: str, path: str, stands: list[str], meant: str | None) -> None:
    files = {
        "clusters/home/flux-system/gotk-sync.yaml": gotk("./clusters/home"),
        "clusters/home/kustomization.yaml": kustomization("flux-system/gotk-sync.yaml", f"../../{order}"),
        order: flux("shop", path),
        **{f"{directory}/config.yaml": config_map(f"c{number}") for number, directory in enumerate(stands)},
    }
    (problem,) = [fault.problem for fault in world(files).walked.faults if fault.problem.kind == "flux-path-not-found"]
    assert problem.help == (
        f"did you mean {meant}?" if meant else "name a directory of this repository, or take the object out"
    )
