"""configMapGenerator and secretGenerator: objects made from files and literals, named with a hash of what is in them.

kustomize, api/internal/generators, api/hasher/hasher.go. Values of Secrets stay in the built data, for the hash and
the comparison of two builds; no output ever prints them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import Places, Ref
from gitops_lint.paths import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Data

KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_HASH_ALPHABET = str.maketrans({"0": "g", "1": "h", "3": "k", "a": "m", "e": "t"})
_HASH_LENGTH = 10
_QUOTES = "'\""


class Generated(NamedTuple):
    """A generated object: how it meets one of its name below, and whether its name ends in a hash."""

    ref: Ref
    data: Data
    places: Places
    behavior: str
    hashed: bool


def generate(entry: Entry, directory: str, options: Data, content: Callable[[str], bytes | None]) -> Generated | None:
    """The object of one generator; None where it has no name. ``content`` reads a file, None where there is none."""
    value = entry.value
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    kind = KINDS[entry.field]
    merged = {**_mapping(options), **_mapping(value.get("options"))}
    texts, binaries = _sort_out(dict(_pairs(value, directory, content)), kind)
    metadata = {"name": value["name"]}
    if isinstance(value.get("namespace"), str):
        metadata["namespace"] = value["namespace"]
    for field in ("labels", "annotations"):
        both = {**_mapping(_mapping(options).get(field)), **_mapping(_mapping(value.get("options")).get(field))}
        if both:
            metadata[field] = both
    data: dict[str, Data] = {"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": texts}
    if binaries:
        data["binaryData"] = binaries
    if kind == "Secret":
        data["type"] = value.get("type") or "Opaque"
    if merged.get("immutable") is True:
        data["immutable"] = True
    ref = Ref("", kind, str(metadata.get("namespace", "")), value["name"])
    hashed = merged.get("disableNameSuffixHash") is not True
    return Generated(ref, data, Places(entry.place), str(value.get("behavior") or "create"), hashed)


def _mapping(value: Data) -> Mapping[str, Data]:
    return value if isinstance(value, dict) else {}


def _pairs(value: Data, directory: str, content: Callable[[str], bytes | None]) -> Iterator[tuple[str, bytes]]:
    """The keys and values in kustomize's order: env files, files, literals."""
    for field, split in (("envs", True), ("files", False)):
        for item in _texts(value.get(field)):
            key, separator, path = item.partition("=") if not split else ("", "", item)
            location = join(directory, path if separator or split else item)
            raw = content(location) if location is not None else None
            if raw is None:
                continue
            if split:
                yield from _env_lines(raw)
            else:
                yield (key if separator else item.rpartition("/")[2]), raw
    for item in _texts(value.get("literals")):
        key, separator, text = item.partition("=")
        if separator:
            yield key, _unquoted(text).encode()


def _texts(value: Data) -> Iterator[str]:
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, str))


def _env_lines(raw: bytes) -> Iterator[tuple[str, bytes]]:
    for line in raw.decode(errors="replace").splitlines():
        key, separator, text = line.lstrip().partition("=")
        if key and separator and not key.startswith("#"):
            yield key, text.encode()


def _unquoted(text: str) -> str:
    """A literal without the pair of quotes around it (kustomize, ParseLiteralSource)."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES else text


def _sort_out(pairs: Mapping[str, bytes], kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """``data`` and ``binaryData``: a ConfigMap keeps text as text, a Secret has everything in base64."""
    texts: dict[str, str] = {}
    binaries: dict[str, str] = {}
    for key, raw in pairs.items():
        encoded = base64.b64encode(raw).decode()
        if kind == "Secret":
            texts[key] = encoded
            continue
        try:
            texts[key] = raw.decode()
        except UnicodeDecodeError:
            binaries[key] = encoded
    return texts, binaries


def merge(below: Resource, above: Resource, behavior: str) -> Resource:
    """A generated object over one of its name: ``merge`` keeps the keys that only the lower one has."""
    if behavior == "replace":
        kept = {**above.data, "metadata": {**above.data["metadata"], "name": below.ref.name}}
        return replace(below, data=kept, places=above.places, hashed=below.hashed)
    merged, places = below.data, below.places
    for field in ("data", "binaryData"):
        values = above.data.get(field) or {}
        if values:
            merged = {**merged, field: {**(merged.get(field) or {}), **values}}
        for key in values:
            places = places.put((field, key), Places(above.places.locate((field, key))))
    for field in ("labels", "annotations"):
        values = above.data["metadata"].get(field) or {}
        if values:
            metadata = {**merged["metadata"], field: {**(merged["metadata"].get(field) or {}), **values}}
            merged = {**merged, "metadata": metadata}
    return replace(below, data=merged, places=places)


def hash_suffix(data: Data) -> str:
    """The suffix of a generated object's name: ten characters of the SHA-256 of its kind and content.

    hasher.go means to hash the name too, but looks it up by a path that does not exist and hashes an empty one.
    """
    hashed = {"kind": data["kind"], "name": "", "data": data.get("data") or ""}
    if data["kind"] == "Secret":
        hashed["type"] = data.get("type", "")
    if data.get("binaryData"):
        hashed["binaryData"] = data["binaryData"]
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":  # as Go's encoding/json writes them
        text = text.replace(character, f"\\u{ord(character):04x}")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return digest[:_HASH_LENGTH].translate(_HASH_ALPHABET)
