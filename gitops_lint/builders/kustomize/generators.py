"""configMapGenerator and secretGenerator: objects made from files and literals, named with a hash of what is in them.

kustomize, api/internal/generators, api/hasher/hasher.go. Values of Secrets stay in the built data, for the hash and
the comparison of two builds; no output ever prints them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.builders.kustomize.decoding import STRICT, Reading, elements, flag, mapping, traced
from gitops_lint.builders.kustomize.fieldpaths import spelling
from gitops_lint.builders.kustomize.gojson import marshal
from gitops_lint.builders.kustomize.layer import Malformed
from gitops_lint.builders.kustomize.traced import Traced
from gitops_lint.identity import identify
from gitops_lint.model import Place, Places, Ref
from gitops_lint.paths import join
from gitops_lint.scalars import is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gitops_lint.builders.kustomize.faults import Faults
    from gitops_lint.builders.kustomize.layer import Entry, Layer
    from gitops_lint.builders.kustomize.resource import Resource
    from gitops_lint.model import Data

    Refuse = Callable[[str, Place], None]
    """Notes what kustomize would refuse: a message, and the place of it."""

KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
FIELDS = ("name", "namespace", "behavior", "files", "literals", "envs", "env", "options")
_HASH_ALPHABET = str.maketrans({"0": "g", "1": "h", "3": "k", "a": "m", "e": "t"})
_HASH_LENGTH = 10
_LINE = 70
"""Characters in a line of base64, as kustomize folds it."""
_QUOTES = "'\""
_BOM = b"\xef\xbb\xbf"
_UNPRINTABLE = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
"""Characters that kustomize writes as they are, and then cannot read again."""


class Options(NamedTuple):
    """``generatorOptions``, or the ``options`` of one generator."""

    labels: Mapping[str, Traced] = {}
    annotations: Mapping[str, Traced] = {}
    keeps_name: bool = False
    """Whether the name gets no hash (``disableNameSuffixHash``)."""
    immutable: bool = False


class Generator(NamedTuple):
    """What generates an object of a kind: an entry of a kustomization, or the configuration of a plugin."""

    entry: Entry
    kind: str
    options: Options
    """What the kustomization says for all of its generators."""
    reading: Reading = STRICT


class Generated(NamedTuple):
    """A generated object: how it meets one of its name below, and whether its name ends in a hash."""

    ref: Ref
    data: Data
    places: Places
    behavior: str
    hashed: bool
    open: tuple[str, ...]
    """The keys whose value comes from the environment of whoever builds."""


class Pair(NamedTuple):
    """A key and its value, and what gave it; ``open`` where the value is one of the environment."""

    key: str
    value: bytes
    place: Place
    open: bool = False


def options_of(layer: Layer, faults: Faults) -> Options:
    """The ``generatorOptions`` of a kustomization; none where they cannot be read, which is noted."""
    value = layer.data.get("generatorOptions")
    if value is None or layer.document is None:
        return Options()
    try:
        return _options(Traced(value, Places(Place(layer.document, ("generatorOptions",)))), STRICT)
    except Malformed as error:
        faults.malformed(error)
        return Options()


def _options(value: Traced, reading: Reading) -> Options:
    fields = reading.fields(value, ("labels", "annotations", "disableNameSuffixHash", "immutable"))
    labels, annotations = (
        {key: Traced(reading.text(each), Places(each.place)) for key, each in mapping(fields[field]).items()}
        if field in fields
        else {}
        for field in ("labels", "annotations")
    )
    keeps_name, immutable = (
        field in fields and flag(fields[field]) for field in ("disableNameSuffixHash", "immutable")
    )
    return Options(labels, annotations, keeps_name, immutable)


def generate(
    source: Generator, directory: str, content: Callable[[str], bytes | None], refuse: Refuse
) -> Generated | None:
    """The object of one generator; None where it has no name. Raises Malformed.

    ``content`` reads a file, None where there is none: who lists a file that is not there is told so elsewhere.
    """
    entry, kind, options, reading = source
    fields = reading.fields(traced(entry), (*FIELDS, "type") if kind == "Secret" else FIELDS)
    name, namespace, behavior, secret_type = (
        reading.text(fields[field]) if field in fields else "" for field in ("name", "namespace", "behavior", "type")
    )
    if not name:
        refuse(f"a {kind} must have a name", entry.place)
        return None
    local = _options(fields["options"], reading) if "options" in fields else Options()
    pairs = list(_sound(_pairs(fields, kind, directory, content, refuse, reading), kind, name, refuse))
    texts, binaries = _sort_out(pairs, kind, entry.place)
    data: dict[str, Data] = {"apiVersion": "v1", "kind": kind}
    if kind == "Secret":
        data["type"] = secret_type or "Opaque"
    if local.immutable or options.immutable:  # a generator cannot switch off what is on for all (mergeOptions)
        data["immutable"] = True
    whole = Traced(data, Places(entry.place)).with_fields(
        {
            "metadata": _metadata(name, namespace, options, local, entry.place),
            "data": texts if texts.data or kind == "Secret" else None,
            "binaryData": binaries if binaries.data else None,
        }
    )
    hashed = not (local.keeps_name or options.keeps_name)
    ref = identify(whole.data) or Ref("", kind, "", name)
    return Generated(ref, *whole, behavior, hashed, tuple(pair.key for pair in pairs if pair.open))


def _metadata(name: str, namespace: str, options: Options, local: Options, place: Place) -> Traced:
    head = Traced({"name": name, **({"namespace": namespace} if namespace else {})}, Places(place))
    pairs = {
        "labels": {**options.labels, **local.labels},
        "annotations": {**options.annotations, **local.annotations},
    }
    empty = Traced({}, Places(place))
    return head.with_fields({field: empty.with_fields(both) for field, both in pairs.items() if both})


def _sound(pairs: Iterator[Pair], kind: str, name: str, refuse: Refuse) -> Iterator[Pair]:
    """The pairs without those that kustomize refuses."""
    known: set[str] = set()
    for pair in pairs:
        if pair.key in known:
            refuse(f"{kind} {name} has the key {pair.key} twice", pair.place)
        elif not is_text(pair.key) or pair.key == "<<":
            refuse(f"the key {pair.key} of {kind} {name} is no text once it is YAML", pair.place)
        elif kind == "ConfigMap" and (found := _UNPRINTABLE.search(_decoded(pair.value) or "")):
            refuse(f"{pair.key} of {kind} {name} holds the control character {found[0]!a}", pair.place)
        else:
            yield pair
        known.add(pair.key)


def _pairs(
    fields: Mapping[str, Traced],
    kind: str,
    directory: str,
    content: Callable[[str], bytes | None],
    refuse: Refuse,
    reading: Reading,
) -> Iterator[Pair]:
    """The keys and values in kustomize's order: env files, literals, files (api/internal/loader, kv.go)."""

    def listed(field: str) -> list[tuple[str, Place]]:
        items = elements(fields[field]) if field in fields else []
        return [(reading.text(item), item.place) for item in items]

    def read(path: str) -> bytes | None:
        location = join(directory, path)
        return content(location) if location is not None else None

    single = [(reading.text(fields["env"]), fields["env"].place)] if "env" in fields else []
    for path, place in (*listed("envs"), *single):
        raw = read(path)
        yield from _env_lines(raw, path, place, refuse) if raw is not None else ()
    for literal, place in listed("literals"):
        key, separator, value = literal.partition("=")
        if key and separator:
            yield Pair(key, _unquoted(value).encode(), place)
        else:
            told = "a literal" if kind == "Secret" else f"the literal {key}"  # it may be the secret itself
            refuse(f"{told} is no key=value", place)
    for item, place in listed("files"):
        key, separator, path = item.partition("=")
        if not item or (separator and (not key or not path or "=" in path)):
            refuse("a file is written as path or key=path, and neither holds another =", place)
        elif (raw := read(path or item)) is not None:
            yield Pair(key if separator else item.rpartition("/")[2], raw, place)


def _env_lines(raw: bytes, path: str, place: Place, refuse: Refuse) -> Iterator[Pair]:
    """The lines of an env file; what has no ``=`` takes its value from the environment of whoever builds."""
    for line in raw.removeprefix(_BOM).split(b"\n"):
        text = _decoded(line.removesuffix(b"\r"))
        if text is None:
            refuse(f"{path} is no UTF-8", place)
            return
        text = text.lstrip()
        key, separator, found = text.partition("=")
        if key and not text.startswith("#"):
            yield Pair(key, found.encode(), place, open=not separator)


def _unquoted(text: str) -> str:
    """A literal without the pair of quotes around it."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES else text


def _sort_out(pairs: Sequence[Pair], kind: str, place: Place) -> tuple[Traced, Traced]:
    """``data`` and ``binaryData``: a ConfigMap keeps text as text, a Secret has everything in base64."""
    texts: dict[str, Traced | None] = {}
    binaries: dict[str, Traced | None] = {}
    for pair in pairs:
        text = _decoded(pair.value)
        where = binaries if text is None and kind != "Secret" else texts
        value = _encoded(pair.value) if text is None or kind == "Secret" else text
        where[pair.key] = Traced(value, Places(pair.place))
    empty = Traced({}, Places(place))
    return empty.with_fields(texts), empty.with_fields(binaries)


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


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
            texts = _as_texts(lower.field(field))
            merged = merged.with_fields({field: _laid_over(texts, merged.field(field))})
    hashed = below.hashed and above.hashed
    return replace(below, data=merged.data, places=merged.places, via=above.via, hashed=hashed)


def _as_texts(field: Traced | None) -> Traced | None:
    """The values of a mapping as the texts that they are written as."""
    if field is None or not isinstance(field.data, dict):
        return field
    values = {key: field.child(key) for key in field.data}
    return field.with_fields({key: Traced(spelling(value), value.places) for key, value in values.items()})


def _laid_over(below: Traced | None, above: Traced | None) -> Traced | None:
    """A mapping with the fields of another one, its own first."""
    if below is None or above is None or not isinstance(below.data, dict) or not isinstance(above.data, dict):
        return above if above is not None else below
    return below.with_fields({key: above.child(key) for key in above.data})


def hash_suffix(data: Data) -> str:
    """The suffix of a generated object's name: ten characters of the SHA-256 of its kind and content.

    hasher.go means to hash the name too, but looks it up by a path that does not exist and hashes an empty one.
    """
    hashed = {"kind": data["kind"], "name": "", "data": data.get("data", "")}
    if data["kind"] == "Secret":
        hashed["type"] = data.get("type", "")
    for field in ("binaryData",) if data["kind"] == "ConfigMap" else ("stringData",):
        if data.get(field):
            hashed[field] = data[field]
    digest = hashlib.sha256(marshal(hashed).encode()).hexdigest()
    return digest[:_HASH_LENGTH].translate(_HASH_ALPHABET)
