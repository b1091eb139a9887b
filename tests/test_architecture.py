"""The plan of the house: imports go down only, siblings never import each other, one library has one room."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "gitops_lint"

FLOORS = (
    {"cli"},
    {"trial"},
    {"impact", "mending", "novelty", "proposal"},
    {"fate", "removals"},
    {"engine"},
    {"checks", "reporting"},
    {"exemptions", "fold", "owners", "touching"},
    {"filter"},
    {"losses"},
    {"rule"},
    {"context"},
    {"environment", "visibility", "precedence", "providers", "refusal"},
    {"installation"},
    {"graph"},
    {"roots"},
    {"walk"},
    {"origin"},
    {"controllers"},
    {"store"},
    {"builders"},
    {"artifact", "externals", "fluxversion", "law"},
    {"revisions"},
    {"baseline", "changes", "config", "history", "repo"},
    {"facts"},
    {"excerpt", "fix", "marshalled", "output", "snippet", "traits"},
    {"plan", "splice", "texts", "validation"},
    {"identity"},
    {"matrix", "shape", "document"},
    {"model"},
    {"finding"},
    {"tree"},
    {"listing", "git", "copying", "linehash"},
    {
        "location",
        "cache",
        "credentials",
        "example",
        "expression",
        "glob",
        "ignore",
        "nearest",
        "paths",
        "quoting",
        "scalars",
    },
)
"""From the top down; a module may import what stands below it, never what stands beside it."""


def modules() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


@cache
def imports(path: Path) -> frozenset[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(found)


def room(path: Path) -> str:
    """The room of a file: the module, or the package of a folder."""
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    return next(index for index, rooms in enumerate(FLOORS) if name in rooms)


def inner(name: str) -> str | None:
    """The room that an import leads to; None for what lies outside of the house."""
    parts = name.split(".")
    return (
        parts[1]
        if parts[0] == "gitops_lint"
        and len(parts) > 1
        and (HOUSE / parts[1]).exists() | (HOUSE / f"{parts[1]}.py").exists()
        else None
    )


def test_every_room_has_a_floor() -> None:
    rooms = {room(path) for path in modules()} - {"__init__", "__main__"}
    assert rooms <= set().union(*FLOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_go_down(path: Path) -> None:
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    for name in imports(path):
        there = inner(name)
        if there is not None and there != here:
            assert floor(there) > floor(here), f"{here} imports {name}, which does not stand below it"


@pytest.mark.parametrize("folder", ["checks", "facts", "output", "controllers", "cli", "builders"])
def test_siblings_do_not_import_each_other(folder: str) -> None:
    shared = {
        "output": {"gfm", "mermaid", "picture", "text", "yaml"},
        "controllers": {"appfailure", "appset", "appsource", "fluxrelease", "fluxsource"},
        "cli": {
            "base",
            "cached",
            "compared",
            "known",
            "naming",
            "parser",
            "progress",
            "repairs",
            "report",
            "touched",
            "world",
        },
        "builders": {"kustomize", "envsubst", "template", "trimming"},
    }
    paths = (HOUSE / folder).rglob("*.py") if folder == "checks" else (HOUSE / folder).glob("*.py")
    for path in paths:
        if path.name == "__init__.py":
            continue
        for name in imports(path):
            parts = name.split(".")
            is_module = folder == "checks" or (len(parts) > 2 and (HOUSE / folder / f"{parts[2]}.py").exists())
            if parts[:2] == ["gitops_lint", folder] and len(parts) > 2 and is_module:
                assert parts[2] in shared.get(folder, set()), f"{path.name} imports its sibling {parts[2]}"


KUSTOMIZE_FLOORS = (
    {"accumulate"},
    {"transformers", "plugins", "finish", "opening"},
    {"patches", "namespace", "names", "labels", "annotations", "images", "replicas", "replacements"},
    {"references", "order", "metadata", "patchfiles"},
    {"setters"},
    {"generators", "configurations", "schema", "openapi", "replacement"},
    {"decoding"},
    {"step"},
    {"gathered"},
    {"variables"},
    {"faults"},
    {"entries"},
    {"layer"},
    {"builtin"},
    {"namereferences"},
    {"fieldspec"},
    {"resource"},
    {"links"},
    {"patch"},
    {"listmerge"},
    {"mergekeys", "embedded"},
    {"selector", "fieldpaths"},
    {"traced", "kinds", "scopes", "krm", "gojson"},
)
"""The same inside of the builder of kustomize."""


DOCUMENT_FLOORS = (
    {"reader"},
    {"faults"},
    {"file"},
    {"kustomize", "comments"},
    {"nodes"},
    {"composer"},
    {"events"},
)
"""And of the reader of YAML."""


TEMPLATE_FLOORS = ({"evaluate"}, {"functions", "syntax"}, {"formats", "lists", "texts", "lexer"}, {"values", "nodes"})
"""Of the Go templates."""

APPLICATIONSET_FLOORS = (
    {"generate", "unmatched"},
    {"generators"},
    {"clusters", "git"},
    {"parameters", "selectors"},
    {"rendering"},
)
"""And of the ApplicationSets."""


@pytest.mark.parametrize(
    ("package", "floors"),
    [
        ("builders/kustomize", KUSTOMIZE_FLOORS),
        ("builders/template", TEMPLATE_FLOORS),
        ("builders/applicationset", APPLICATIONSET_FLOORS),
        ("document", DOCUMENT_FLOORS),
    ],
)
def test_a_package_has_floors_of_its_own(package: str, floors: tuple[set[str], ...]) -> None:
    inside = ["gitops_lint", *package.split("/")]
    for path in (HOUSE / package).glob("*.py"):
        for name in imports(path):
            parts = name.split(".")
            if parts[: len(inside)] == inside and len(parts) > len(inside) and path.name != "__init__.py":
                here, there = (next(i for i, f in enumerate(floors) if n in f) for n in (path.stem, parts[len(inside)]))
                assert there > here, f"{path.name} imports {name}"


ROOMS = {
    "yaml": {"document"},
    "ruamel": {"splice.py"},
    "networkx": {"graph.py"},
    "rich": {"output/console.py", "cli/explain.py", "cli/matrix.py", "cli/progress.py"},
    "subprocess": {"git.py"},
    "pydantic": {"validation.py"},
    "cel_expr_python": {"expression.py"},
    "pathspec": {"ignore.py"},
    "pickle": {"store.py"},
}
"""The modules and packages in which a library may be used."""


@pytest.mark.parametrize("library", ROOMS)
def test_one_library_has_one_room(library: str) -> None:
    users = [path for path in modules() if any(name.split(".")[0] == library for name in imports(path))]
    rooms = [HOUSE / name for name in ROOMS[library]]
    assert not [path for path in users if not any(path.is_relative_to(room) for room in rooms)]
