"""What a source packs of the repository: what is left out or copied elsewhere is not there for its readers."""

from __future__ import annotations

import pytest

from gitops_lint.location import Location
from tests.unit.fluxworlds import Told, built_by, deliveries, home, problems
from tests.unit.worlds import application, applied, config_map, flux, gotk, kustomization, world

WEB = "clusters/home/web.yaml"


def objects(files: dict[str, str], source: str = "") -> list[str]:
    return [*built_by(home({WEB: flux("web", "./web"), **files}, source=source), "web")]


# -- .sourceignore and spec.ignore --


@pytest.mark.parametrize(
    "ignore",
    [
        {".sourceignore": "web/b.yaml\n"},
        {".sourceignore": "b.yaml"},
        {".sourceignore": "# all\n/*\n!/clusters\n!/web/\nb.*\n"},
        {"web/.sourceignore": "/b.yaml\n"},
        {".sourceignore": "*.yaml\n", "web/.sourceignore": "!a.yaml\n", "clusters/.sourceignore": "!*.yaml"},
    ],
)
def test_an_ignored_file_is_not_built(ignore: dict[str, str]) -> None:
    files = {"web/a.yaml": config_map("a"), "web/b.yaml": config_map("b"), **ignore}
    assert objects(files) == ["ConfigMap web/a"]


@pytest.mark.parametrize("ignore", [{"web/x/.sourceignore": "b.yaml"}, {".sourceignore": "# b.yaml\nweb/x/\n"}])
def test_other_patterns_leave_it_alone(ignore: dict[str, str]) -> None:
    assert objects({"web/b.yaml": config_map("b"), **ignore}) == ["ConfigMap web/b"]


def test_an_ignored_stray_file_fails_nothing() -> None:
    found = home(
        {WEB: flux("web", "./web"), "web/a.yaml": config_map("a"), "web/x.yaml": "1", ".sourceignore": "x.yaml"}
    )
    assert problems(found) == []


def test_a_listed_but_ignored_file_is_missing_and_says_why() -> None:
    files = {
        WEB: flux("web", "./web"),
        "web/kustomization.yaml": kustomization("a.yaml", "b.yaml"),
        "web/a.yaml": config_map("a"),
        "web/b.yaml": config_map("b"),
        ".sourceignore": "docs/\nb.yaml\n",
    }
    found = home(files)
    message = "web/kustomization.yaml names b.yaml in resources, but it is not in the artifact: line 2 of .sourceignore leaves it out"
    assert problems(found) == [Told("missing-kustomize-entry", message, "b.yaml")]
    assert [*built_by(found, "web")] == ["ConfigMap web/a"]


def test_the_defaults_leave_files_out_as_well() -> None:
    files = {
        WEB: flux("web", "./web"),
        "web/kustomization.yaml": kustomization(more="configMapGenerator: [{name: x, files: [logo.png]}]\n"),
        "web/logo.png": "x",
    }
    assert ["logo.png" in told.message and "default *.png" in told.message for told in problems(home(files))] == [True]


def test_spec_ignore_takes_the_place_of_the_defaults() -> None:
    files = {
        WEB: flux("web", "./web"),
        "clusters/home/kustomization.yaml": kustomization("flux-system/gotk-sync.yaml", "web.yaml"),
        "web/kustomization.yaml": kustomization(
            "a.yaml", "b.yaml", more="configMapGenerator: [{name: x, files: [logo.png]}]\n"
        ),
        "web/a.yaml": config_map("a"),
        "web/b.yaml": config_map("b"),
        "web/logo.png": "x",
    }
    found = home(files, source='ignore: "/web/b.yaml",')
    assert [told.message.partition(": ")[2] for told in problems(found)] == [
        "line 1 of spec.ignore of GitRepository flux-system/flux-system leaves it out"
    ]


def test_a_path_that_is_ignored() -> None:
    found = home({WEB: flux("web", "./web"), "web/a.yaml": config_map("a"), ".sourceignore": "/web/\n"})
    message = (
        "Kustomization flux-system/web reads ./web, which is not in the artifact of its source: "
        "line 1 of .sourceignore leaves it out"
    )
    assert problems(found) == [Told("flux-path-not-found", message, "./web")]


def test_argo_cd_reads_what_is_ignored() -> None:
    files = {"argo.yaml": application("web", "web"), "web/a.yaml": config_map("a"), ".sourceignore": "web/\n"}
    assert "in-cluster: ConfigMap web/a" in applied(world(files))


def test_sparse_checkout_packs_nothing_else() -> None:
    source = 'sparseCheckout: ["clusters", "./web/x/"],'
    root = {"clusters/home/kustomization.yaml": kustomization("flux-system/gotk-sync.yaml", "web.yaml")}
    files = {"web/a.yaml": config_map("a"), "web/x/b.yaml": config_map("b"), **root}
    assert objects(files, source) == ["ConfigMap web/b"]


# -- include --


def git(name: str, more: str = "", url: str = "https://example.com/repo") -> str:
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: {name}, namespace: flux-system}}
spec: {{interval: 1m, url: "{url}", ref: {{branch: main}}{more}}}
"""


@pytest.mark.parametrize(
    ("include", "path"),
    [
        ("{repository: {name: other}}", "./other/web"),
        ("{repository: {name: other}, toPath: parts}", "./parts/web"),
        ("{repository: {name: other}, fromPath: web, toPath: x/y}", "./x/y"),
    ],
)
def test_a_repository_that_includes_itself(include: str, path: str) -> None:
    files = {
        "clusters/home/sources.yaml": f"{git('one', f', include: [{include}]')}---\n{git('other')}",
        WEB: flux("web", path, source="GitRepository/one"),
        "web/kustomization.yaml": kustomization("../web/a.yaml"),
        "web/a.yaml": config_map("a"),
    }
    if "x/y" in path:
        files["web/kustomization.yaml"] = kustomization("../y/a.yaml")
    found = home(files)
    assert [*built_by(found, "web")] == ["ConfigMap web/a"]
    assert problems(found) == []
    assert [delivery.path for delivery in deliveries(found, "web")] == ["web"]
    assert "web/a.yaml" in found.walked.reads


def test_what_another_repository_brings_is_unknown_and_what_is_missing_beside_it_is_missing() -> None:
    include = ", include: [{repository: {name: other}, toPath: parts}]"
    sources = f"{git('one', include)}---\n{git('other', url='https://example.com/other')}"
    files = {
        "clusters/home/sources.yaml": sources,
        WEB: flux("web", "./web", source="GitRepository/one"),
        "web/kustomization.yaml": kustomization("a.yaml", "../parts/b.yaml", "../none/c.yaml"),
        "web/a.yaml": config_map("a"),
    }
    found = home(files)
    assert [told.at for told in problems(found)] == ["../none/c.yaml"]
    assert any("includes other" in opaque.reason for opaque in found.walked.opaque)


# -- ArtifactGenerator --


def generator(copy: str, name: str = "web", more: str = "") -> str:
    return f"""\
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {{name: parts, namespace: flux-system}}
spec:
  sources: [{{alias: repo, kind: GitRepository, name: flux-system}}, {{alias: chart, kind: OCIRepository, name: chart}}]
  artifacts:
    - name: {name}
{more}      copy: [{copy}]
"""


def artifact(path: str, copy: str, files: dict[str, str], **options: str) -> dict[str, str]:
    return {
        "clusters/home/parts.yaml": generator(copy, **options),
        WEB: flux("web", path, source="ExternalArtifact/web"),
        **files,
    }


FILES = {
    "apps/base/kustomization.yaml": kustomization("a.yaml"),
    "apps/base/a.yaml": config_map("a"),
    "apps/prod/kustomization.yaml": kustomization("../base", more="namePrefix: prod-\n"),
    "other/b.yaml": config_map("b"),
    "other/x/c.yaml": config_map("c"),
}


@pytest.mark.parametrize(
    ("path", "copy", "expected"),
    [
        ("./prod", '{from: "@repo/apps/**", to: "@artifact/"}', ["prod-a"]),
        ("./base", '{from: "@repo/apps/**", to: "@artifact/"}', ["a"]),
        ("./", '{from: "@repo/other/**", to: "@artifact/"}', ["b", "c"]),
        ("./", '{from: "@repo/other/*", to: "@artifact/"}', ["b", "c"]),
        ("./", '{from: "@repo/other/*.yaml", to: "@artifact/"}', ["b"]),
        ("./", '{from: "@repo/other/**/*.yaml", to: "@artifact/"}', ["b", "c"]),
        ("./", '{from: "@repo/other/b.yaml", to: "@artifact/"}', ["b"]),
        ("./", '{from: "@repo/other/b.yaml", to: "@artifact/x/z.yaml"}', ["b"]),
        ("./deep", '{from: "@repo/other/**", to: "@artifact/deep/"}', ["b", "c"]),
        ("./other", '{from: "@repo/other", to: "@artifact/"}', ["b", "c"]),
        ("./deep", '{from: "@repo/other", to: "@artifact/deep"}', ["b", "c"]),
        ("./", '{from: "@repo/other/**", to: "@artifact/", exclude: ["x/**"]}', ["b"]),
        ("./", '{from: "@repo/other/**", to: "@artifact/", exclude: ["**/c.yaml"]}', ["b"]),
        (
            "./p",
            '{from: "@repo/apps/base/**", to: "@artifact/base/"}, {from: "@repo/apps/prod/**", to: "@artifact/p/"}',
            ["prod-a"],
        ),
        (
            "./",
            '{from: "@repo/other/b.yaml", to: "@artifact/"}, {from: "@repo/apps/base/a.yaml", to: "@artifact/b.yaml"}',
            ["a"],
        ),
    ],
)
def test_an_artifact_is_put_together(path: str, copy: str, expected: list[str]) -> None:
    found = home(artifact(path, copy, FILES))
    assert [built.ref.name for built in built_by(found, "web").values()] == expected
    assert problems(found) == []


def test_what_is_not_copied_is_missing() -> None:
    found = home(artifact("./", '{from: "@repo/apps/prod/**", to: "@artifact/"}', FILES))
    message = "apps/prod/kustomization.yaml names ../base in resources, but it"
    assert [told.message.startswith(message) for told in problems(found)] == [True]


def test_what_is_not_copied_in_place_says_so() -> None:
    copies = '{from: "@repo/apps/prod/**", to: "@artifact/prod/"}'
    found = home(artifact("./prod", copies, FILES))
    assert [told.message.partition("but it ")[2] for told in problems(found)] == [
        "is not in the artifact: ArtifactGenerator flux-system/parts does not copy it"
    ]


def test_the_delivery_names_the_directory_in_the_repository() -> None:
    moved = '{from: "@repo/other/**", to: "@artifact/deep/"}, {from: "@repo/apps/base/**", to: "@artifact/z/"}'
    found = home(artifact("./deep", moved, FILES))
    assert [delivery.path for delivery in deliveries(found, "web")] == ["other"]
    assert {"other/b.yaml", "other/x/c.yaml"} <= found.walked.reads.keys()
    assert [built.origin.location.path for built in built_by(found, "web").values()] == [
        "other/b.yaml",
        "other/x/c.yaml",
    ]


def test_a_copy_from_elsewhere_makes_its_target_unknown() -> None:
    copies = '{from: "@repo/other/**", to: "@artifact/"}, {from: "@chart/**", to: "@artifact/chart/"}'
    files = {**FILES, "other/kustomization.yaml": kustomization("b.yaml", "chart/x.yaml", "none.yaml")}
    found = home(artifact("./", copies, files))
    assert [told.at for told in problems(found)] == ["none.yaml"]


@pytest.mark.parametrize(
    "copy",
    ['{from: "@chart/**", to: "@artifact/"}', '{from: "@nobody/**", to: "@artifact/"}', '{from: "@repo/{a/**"}', "7"],
)
def test_what_cannot_be_told_is_opaque(copy: str) -> None:
    found = home(artifact("./none", copy, FILES))
    assert built_by(found, "web") == {}
    assert [told for told in problems(found) if told.kind != "flux-path-not-found"] == []


def test_an_artifact_for_each_directory_that_matches() -> None:
    copy = '{from: "@repo/envs/{env}/**", to: "@artifact/{env}/"}'
    files = {"envs/dev/a.yaml": config_map("dev"), "envs/prod/a.yaml": config_map("prod"), "envs/README.md": ""}
    more = '      pathPattern: "@repo/envs/{env}"\n'
    found = home(
        {
            "clusters/home/parts.yaml": generator(copy, "app-{env}", more),
            WEB: flux("web", "./prod", source="ExternalArtifact/app-prod"),
            **files,
        }
    )
    assert [*built_by(found, "web")] == ["ConfigMap web/prod"]
    assert problems(found) == []


def test_each_cluster_has_its_own_generator() -> None:
    files = {
        "clusters/home/parts.yaml": generator('{from: "@repo/apps/**", to: "@artifact/"}'),
        "clusters/lab/flux-system/gotk-sync.yaml": gotk("./clusters/lab"),
        "clusters/lab/parts.yaml": generator('{from: "@repo/other/**", to: "@artifact/"}'),
        "clusters/lab/web.yaml": flux("web", "./x", source="ExternalArtifact/web"),
        WEB: flux("web", "./base", source="ExternalArtifact/web"),
        **FILES,
    }
    found = home(files)
    assert problems(found) == []
    assert {delivery.cluster: delivery.path for delivery in deliveries(found, "web")} == {
        "home": "apps/base",
        "lab": "other/x",
    }


def test_an_artifact_made_of_itself_is_opaque() -> None:
    text = generator('{from: "@repo/**", to: "@artifact/"}').replace(
        "kind: GitRepository, name: flux-system", "kind: ExternalArtifact, name: web"
    )
    found = home({"clusters/home/parts.yaml": text, WEB: flux("web", "./none", source="ExternalArtifact/web")})
    assert problems(found) == []
    assert built_by(found, "web") == {}


def test_several_kustomization_files_in_an_artifact_are_told() -> None:
    files = {**FILES, "apps/base/kustomization.yml": kustomization("a.yaml")}
    found = home(artifact("./base", '{from: "@repo/apps/**", to: "@artifact/"}', files))
    spots = [fault.problem.place.location for fault in found.walked.faults]
    assert spots == [Location("apps/base/kustomization.yml")]
