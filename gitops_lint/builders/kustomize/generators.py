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
from gitops_lint.repo import identify
from gitops_lint.shape import mapping_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitops_lint.builders.kustomize.layer import Entry
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.builders.kustomize.traced import Traced
    from gitops_lint.location import Route
    from gitops_lint.model import Data

    Refuse = Callable[[str, Route], None]
    """Notes what kustomize would refuse: a message, and the route to it inside of the entry."""

KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_HASH_ALPHABET = str.maketrans({"0": "g", "1": "h", "3": "k", "a": "m", "e": "t"})
_HASH_LENGTH = 10
_LINE = 70
"""Characters in a line of base64, as kustomize folds it."""
_QUOTES = "'\""
_BOM = b"\xef\xbb\xbf"


class Generated(NamedTuple):
    """A generated object: how it meets one of its name below, and whether its name ends in a hash."""

    ref: Ref
    data: Data
    places: Places
    behavior: str
    hashed: bool


class Pair(NamedTuple):
    """A key and its value, with the route to what gave it; ``open`` where the value is one of the environment."""

    key: str
    value: bytes
    route: Route
    open: bool = False


def generate(
    entry: Entry, kind: str, directory: str, options: Data, content: Callable[[str], bytes | None], refuse: Refuse
) -> Generated | None:
    """The object of one generator; None where it has no name.

    ``content`` reads a file, None where there is none: who lists a file that is not there is told so elsewhere.
    """
    value = entry.value
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name:
        refuse(f"a {kind} must have a name", ())
        return None
    local = mapping_at(value, ("options",))
    pairs = list(_once(_pairs(value, directory, content, refuse), kind, name, refuse))
    data: dict[str, Data] = {"apiVersion": "v1", "kind": kind, "metadata": _metadata(value, options, local)}
    texts, binaries = _sort_out({pair.key: pair.value for pair in pairs}, kind)
    data |= {field: found for field, found in (("data", texts), ("binaryData", binaries)) if found}
    if kind == "Secret":
        data["type"] = value.get("type") or "Opaque"
    if _is_set("immutable", local, options):
        data["immutable"] = True
    places = Places(entry.place)
    for pair in pairs:
        below = Places(entry.place._replace(route=(*entry.place.route, *pair.route)))
        places = places.put(("data" if pair.key in texts else "binaryData", pair.key), below)
    hashed = not _is_set("disableNameSuffixHash", local, options)
    ref = identify(data) or Ref("", kind, "", name)
    return Generated(ref, data, places, str(value.get("behavior") or "create"), hashed)


def _metadata(value: Data, options: Data, local: Mapping[str, Data]) -> dict[str, Data]:
    metadata: dict[str, Data] = {"name": value["name"]}
    if isinstance(value.get("namespace"), str) and value["namespace"]:
        metadata["namespace"] = value["namespace"]
    for field in ("labels", "annotations"):
        both = {**mapping_at(options, (field,)), **mapping_at(local, (field,))}
        if both:
            metadata[field] = both
    return metadata


def _is_set(field: str, local: Mapping[str, Data], options: Data) -> bool:
    """An option that is on where either says so: a generator cannot switch off what is on for all (mergeOptions)."""
    return local.get(field) is True or mapping_at(options, ()).get(field) is True


def _once(pairs: Iterator[Pair], kind: str, name: str, refuse: Refuse) -> Iterator[Pair]:
    known: set[str] = set()
    for pair in pairs:
        if pair.key in known:
            refuse(f"{kind} {name} has the key {pair.key} twice", pair.route)
        known.add(pair.key)
        yield pair


def _pairs(value: Data, directory: str, content: Callable[[str], bytes | None], refuse: Refuse) -> Iterator[Pair]:
    """The keys and values in kustomize's order: env files, literals, files (api/internal/loader, kv.go)."""
    for path, route in (*_texts(value, "envs"), *_text(value, "env")):
        location = join(directory, path)
        raw = content(location) if location is not None else None
        yield from _env_lines(raw, path, route, refuse) if raw is not None else ()
    for literal, route in _texts(value, "literals"):
        key, separator, text = literal.partition("=")
        if key and separator:
            yield Pair(key, _unquoted(text).encode(), route)
        else:
            refuse(f"the literal {key} is no key=value", route)
    for item, route in _texts(value, "files"):
        key, separator, path = item.partition("=")
        if separator and (not key or not path or "=" in path):
            refuse("a file is written as path or key=path, and neither holds another =", route)
            continue
        location = join(directory, path or item)
        raw = content(location) if location is not None else None
        if raw is not None:
            yield Pair(key if separator else item.rpartition("/")[2], raw, route)


def _texts(value: Data, field: str) -> Iterator[tuple[str, Route]]:
    items = value.get(field)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, str):
            yield item, (field, index)


def _text(value: Data, field: str) -> Iterator[tuple[str, Route]]:
    if isinstance(value.get(field), str):
        yield value[field], (field,)


def _env_lines(raw: bytes, path: str, route: Route, refuse: Refuse) -> Iterator[Pair]:
    """The lines of an env file; what has no ``=`` takes its value from the environment of whoever builds."""
    for line in raw.removeprefix(_BOM).splitlines():
        try:
            text = line.decode().lstrip()
        except UnicodeDecodeError:
            refuse(f"{path} is no UTF-8", route)
            return
        if text and not text.startswith("#"):
            key, separator, found = text.partition("=")
            yield Pair(key, found.encode(), route, open=not separator)


def _unquoted(text: str) -> str:
    """A literal without the pair of quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES else text


def _sort_out(pairs: Mapping[str, bytes], kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """``data`` and ``binaryData``: a ConfigMap keeps text as text, a Secret has everything in base64."""
    texts: dict[str, str] = {}
    binaries: dict[str, str] = {}
    for key, raw in pairs.items():
        if kind == "Secret":
            texts[key] = _encoded(raw)
            continue
        try:
            texts[key] = raw.decode()
        except UnicodeDecodeError:
            binaries[key] = _encoded(raw)
    return texts, binaries


def _encoded(raw: bytes) -> str:
    """Base64, a long one in lines that each end in a line break."""
    text = base64.b64encode(raw).decode()
    if len(text) < _LINE:
        return text
    return "".join(f"{text[start : start + _LINE]}\n" for start in range(0, len(text), _LINE))


def merge(below: Resource, above: Resource, behavior: str) -> Resource:
    """A generated object over one of its name: ``merge`` keeps the keys that only the lower one has.

    It takes the place of the lower one, under the name that this has got by now, with the labels and annotations of
    both; everything else is its own (kustomize, resource.go, CopyMergeMetaDataFieldsFrom).
    """
    lower, metadata = below.traced, above.traced.child("metadata")
    for field in ("labels", "annotations"):
        metadata = metadata.with_fields(
            {field: _laid_over(lower.child("metadata").field(field), metadata.field(field))}
        )
    metadata = metadata.with_fields({field: lower.child("metadata").field(field) for field in ("name", "namespace")})
    merged = above.traced.with_fields({"metadata": metadata})
    if behavior == "merge":
        for field in ("data", "binaryData"):
            merged = merged.with_fields({field: _laid_over(lower.field(field), merged.field(field))})
    hashed = below.hashed and above.hashed
    return replace(below, data=merged.data, places=merged.places, via=above.via, hashed=hashed)


def _laid_over(below: Traced | None, above: Traced | None) -> Traced | None:
    """A mapping with the fields of another one, its own first."""
    if below is None or above is None or not isinstance(below.data, dict) or not isinstance(above.data, dict):
        return above if above is not None else below
    return below.with_fields({key: above.child(key) for key in above.data})


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
