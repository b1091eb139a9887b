"""What is secret and stands in Git for everybody to read, and what gives more power than it needs.

No hit shows a value: messages name keys, and a place is chosen whose line does not hold the value.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from gitops_lint.rule import (
    OPAQUE,
    Confidence,
    Context,
    Controller,
    Hit,
    Location,
    Place,
    Reach,
    check,
    dig,
    glob,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops_lint.rule import Route, Spot, Subject

SHOWN = 3
"""How many keys a message names."""

DEFAULTS = frozenset(
    {"123456", "12345678", "admin", "admin123", "changeit", "changeme", "guest", "letmein", "minioadmin", "password"}
    | {"password123", "postgres", "prom-operator", "root"}
)
"""Passwords that everybody tries first: those of charts and images, and those of their documentation."""
HASHES = frozenset(
    hashlib.new(algorithm, word.encode(), usedforsecurity=False).hexdigest()
    for algorithm in ("md5", "sha1", "sha256")
    for word in DEFAULTS
) | {"$2a$10$rRyBsGSHK6.uc8fntPwVIuLVHgsAhAX7TcdrqW/RADU0uh7CaChLa"}
"""The same as hashes: those without salt, and the bcrypt one of the FAQ of Argo CD."""

PASSWORDS = ("password", "passwd", "passphrase", "pwd", "adminpass", "dbpass", "rootpass", "userpass")
OTHERS = ("token", "secret", "apikey", "secretkey", "privatekey", "accesskey")
"""How the names of secrets end, in small letters and without separators."""
OPEN_NAMES = (
    *("bucket", "database", "domain", "email", "endpoint", "host", "login"),
    *("name", "namespace", "port", "region", "server", "type", "user"),
)
"""How the names of what stands in a Secret beside a password, and is none, end."""
PATCHES = frozenset({"patches", "patchesStrategicMerge", "patchesJson6902"})
PUBLIC_FILES = (".crt", ".pub", "known_hosts")
REFERENCES = ("{{", "<<", "${", "$(", "op://", "ref+", "vault:", "<path:", "ENC[", "<%", "{%")
"""What stands for a value that comes from elsewhere: templates, substitutions, vaults and SOPS."""
PLACEHOLDER = re.compile(
    r"<[^<>]*>|[x*._-]*|(replace|change|insert|put|fill|set)[-_ ]?(me|this|with|in|here|it)\b.*|your[-_ ].*"
    r"|(dummy|example|placeholder|todo|fake|redacted|managed|ignored|null|none|true|false|yes|no)"
    r"|(enabled|disabled|required|optional)",
    re.IGNORECASE,
)
MAX_PLACEHOLDER = 200
"""The longest value, in characters, that may be a mere placeholder."""
TOKEN = re.compile(r"(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])[A-Za-z0-9+=_.\-]{16,}")
"""What looks drawn by lot: a word that is called a secret may be the name of one."""

SHORTEST_NUMBER = 5
"""The fewest digits of a number that may be a password, and no length or switch."""

ARGOCD_TYPE = ("metadata", "labels", "argocd.argoproj.io/secret-type")
ARGOCD_CREDENTIALS = frozenset({"password", "sshPrivateKey", "githubAppPrivateKey", "bearerToken", "tlsClientCertKey"})
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet"})
TEMPLATES: Mapping[str, Route] = {
    **dict.fromkeys(sorted(WORKLOADS), ("spec", "template", "spec")),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Pod": ("spec",),
}
"""Where the specification of pods stands in an object."""


class Entry(NamedTuple):
    """A value with a name: where it stands in its object, and what it is once it is decoded."""

    key: str
    value: str
    route: Route


# -- Secrets ---------------------------------------------------------------------------------------------------


@check
def plaintext_secret(context: Context) -> Iterator[Hit]:
    """Secrets as written, and what kustomizations add to Secrets, whose values anybody who reads Git can read."""
    for manifest in context.repo.of_kind("", "Secret"):
        plain = [entry for entry in _entries(manifest) if _is_plain(manifest, entry)]
        if plain:
            reach = context.walked.reads.get(manifest.path, Reach.VIRTUAL)
            yield _plain_hit(manifest, manifest.locate(plain[0].route), plain, "manifest", reach)
    for secret, reach in (*_built(context, "Secret"), *_unused(context)):
        for entry in _entries(secret):
            if _is_added(secret.locate(entry.route)) and _is_plain(secret, entry):
                yield _plain_hit(secret, _beside(context, secret, entry), [entry], "kustomization", reach)


def _plain_hit(secret: Subject, at: Spot, plain: list[Entry], case: str, reach: Reach) -> Hit:
    return Hit(
        message=f"{secret.ref} stands in Git unencrypted: {_named(entry.key for entry in plain)}",
        at=at,
        label="anybody who reads the repository reads this",
        case=case,
        subject=secret.ref,
        help="change it where it is used, then encrypt it with SOPS, seal it or let an ExternalSecret fetch it",
        effect="it stays in the history of Git, even after the file is deleted",
        reach=reach,
    )


def _is_added(place: Place) -> bool:
    """Whether a generator or a patch sets a value: what stands in a Secret is looked at as it is written."""
    return place.route[:1] == ("secretGenerator",) or any(step in PATCHES for step in place.route)


def _is_plain(secret: Subject, entry: Entry) -> bool:
    """Whether a value of a Secret is one that must not be seen, and can be."""
    name, value = _plain_name(entry.key), entry.value.strip()
    kind = text_at(secret.data, ARGOCD_TYPE)
    if kind and entry.key not in ARGOCD_CREDENTIALS and not (entry.key == "config" and _has_token(value)):
        return False
    if "PRIVATE KEY-----" in value or _has_password(value):
        return not _is_reference(value)
    is_public = entry.key.endswith(PUBLIC_FILES) or value.startswith(("-----BEGIN CERT", "-----BEGIN PUBLIC", "ssh-"))
    is_open = is_public or name.endswith(OPEN_NAMES) or _is_open_url(value)
    return not (is_open or _is_no_secret(value) or _is_default(value))


def _has_token(config: str) -> bool:
    """Whether the ``config`` of an Argo CD cluster holds what logs in there, not only how it is reached."""
    return any(f'"{field}"' in config for field in ("bearerToken", "password", "keyData"))


def _entries(secret: Subject) -> Iterator[Entry]:
    """The values of a Secret, unless SOPS has encrypted them or the cluster fills them in."""
    data = secret.data
    if dig(data, ("sops",)) or text_at(data, ("type",)) == "kubernetes.io/service-account-token":
        return
    for field in ("stringData", "data"):
        values = dig(data, (field,))
        for key, value in values.items() if isinstance(values, dict) else ():
            if isinstance(value, str):
                yield Entry(key, _decoded(value) if field == "data" else value, (field, key))


def _decoded(value: str) -> str:
    """The text behind base64; the value as it is where it is none, as with ``${VARIABLE}``."""
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return value


# -- defaults --------------------------------------------------------------------------------------------------


@check
def default_credential(context: Context) -> Iterator[Hit]:
    """Passwords that everybody knows, in Secrets and in the values of charts, as they are applied."""
    for kind, found in (("Secret", _entries), ("HelmRelease", _release_values), ("Application", _chart_values)):
        for subject, reach in _built(context, kind):
            weak = [entry for entry in found(subject) if _is_weak(entry)]
            for at, entries in _by_place(context, subject, weak):
                yield Hit(
                    message=f"{subject.ref} keeps a password that everybody knows: "
                    f"{_named(entry.key for entry in entries)}",
                    at=at,
                    label="one of the first that anybody tries",
                    case="secret" if kind == "Secret" else "values",
                    subject=subject.ref,
                    help="draw a new one by lot, and keep it in a Secret that is encrypted",
                    reach=reach,
                )


def _is_weak(entry: Entry) -> bool:
    """Whether an entry is a password that everybody knows, and not the name that one has in a Secret."""
    if not _ends_in(entry.key, PASSWORDS) or not _is_default(entry.value.strip()):
        return False
    around = [_plain_name(step) for step in entry.route[:-1] if isinstance(step, str)]
    return not (_plain_name(entry.value) in PASSWORDS and any("secret" in word or "keys" in word for word in around))


def _release_values(release: Subject) -> Iterator[Entry]:
    yield from _leaves(dig(release.data, ("spec", "values")), ("spec", "values"))


def _chart_values(application: Subject) -> Iterator[Entry]:
    """The values of an Application: an object, parameters, and lines of a text."""
    for source in sources(application.data):
        route = (*source.route, "helm")
        yield from _leaves(dig(application.data, (*route, "valuesObject")), (*route, "valuesObject"))
        parameters = dig(application.data, (*route, "parameters"))
        for index, parameter in enumerate(parameters if isinstance(parameters, list) else ()):
            name, value = text_at(parameter, ("name",)), text_at(parameter, ("value",))
            yield Entry(name.rpartition(".")[2], value, (*route, "parameters", index, "value"))
        for line in text_at(application.data, (*route, "values")).splitlines():
            key, separator, value = line.partition(": ")
            if separator and not key.lstrip().startswith("#"):
                yield Entry(key.strip(" \"'-"), value.partition(" #")[0].strip(" \"'"), (*route, "values"))


def _leaves(data: object, route: Route) -> Iterator[Entry]:
    """The texts in a tree of values, each with the key that it stands under."""
    pending = [(data, route)]
    while pending:
        value, at = pending.pop()
        if isinstance(value, dict):
            pending += [(below, (*at, key)) for key, below in reversed(value.items())]
        elif isinstance(value, list):
            pending += [(below, (*at, index)) for index, below in reversed(list(enumerate(value)))]
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield Entry(str(at[-1]), str(value), at)


# -- configuration ---------------------------------------------------------------------------------------------


@check
def secret_in_plain_config(context: Context) -> Iterator[Hit]:
    """Secrets in ConfigMaps and in the environment of containers: both are shown to whoever may list objects."""
    for subject, reach in _built(context, "ConfigMap", *TEMPLATES):
        case = "config-map" if subject.ref.kind == "ConfigMap" else "environment"
        entries = list(_settings(subject) if case == "config-map" else _environment(subject))
        keys = [entry for entry in entries if _is_private_key(entry.value)]
        words = [entry for entry in entries if _is_secret_setting(entry)]
        yield from _config_hits(context, subject, keys, "private-key", reach)
        yield from _config_hits(context, subject, words, case, reach)


def _config_hits(context: Context, subject: Subject, entries: list[Entry], case: str, reach: Reach) -> Iterator[Hit]:
    for at, there in _by_place(context, subject, entries):
        what = "a private key" if case == "private-key" else "what looks like a secret"
        yield Hit(
            message=f"{subject.ref} holds {what} in plain text: {_named(entry.key for entry in there)}",
            at=at,
            label="no Secret, and not encrypted",
            case=case,
            subject=subject.ref,
            help="change it where it is used, then move it to a Secret that is encrypted, and refer to that",
            confidence=Confidence.CERTAIN if case == "private-key" else Confidence.LIKELY,
            reach=reach,
        )


def _settings(config: Subject) -> Iterator[Entry]:
    data = dig(config.data, ("data",))
    for key, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, str):
            yield Entry(key, value, ("data", key))


def _environment(workload: Subject) -> Iterator[Entry]:
    pod = TEMPLATES[workload.ref.kind]
    for field in ("initContainers", "containers"):
        containers = dig(workload.data, (*pod, field))
        for index, container in enumerate(containers if isinstance(containers, list) else ()):
            variables = dig(container, ("env",))
            for number, variable in enumerate(variables if isinstance(variables, list) else ()):
                route = (*pod, field, index, "env", number, "value")
                yield Entry(text_at(variable, ("name",)), text_at(variable, ("value",)), route)


def _is_private_key(value: str) -> bool:
    return "-----BEGIN " in value and "PRIVATE KEY-----\n" in value and not _is_reference(value)


def _is_secret_setting(entry: Entry) -> bool:
    """Whether name and value say that this is a secret, not the name, the file or the address of one."""
    value = entry.value.strip()
    if not value or len(value.split()) > 1 or _is_no_secret(value) or _plain_name(value) == _plain_name(entry.key):
        return False
    if "://" in value:
        return _has_password(value)
    if value.startswith(("/", "./", "~")) or (value.isdigit() and len(value) < SHORTEST_NUMBER):
        return False
    return _ends_in(entry.key, PASSWORDS) or (_ends_in(entry.key, OTHERS) and bool(TOKEN.fullmatch(value)))


# -- power -----------------------------------------------------------------------------------------------------


@check
def cluster_admin_for_applications(context: Context) -> Iterator[Hit]:
    """Bindings to cluster-admin that come with an application, and not with the platform."""
    is_application = glob(*context.tree(Controller.ARGOCD))
    for ownerships in context.graph.objects.values():
        first = next((each for each in ownerships if each.controller is Controller.ARGOCD), ownerships[0])
        binding = first.built
        is_theirs = first.controller is Controller.ARGOCD or is_application(binding.path)
        if not is_theirs or binding.ref.kind != "ClusterRoleBinding" or not dig(binding.data, ("subjects",)):
            continue
        if text_at(binding.data, ("roleRef", "name")) == "cluster-admin":
            yield Hit(
                message=f"{binding.ref} makes an application the master of the whole cluster",
                at=binding.locate(("roleRef", "name")),
                label="every verb on every object",
                subject=binding.ref,
                clusters=(first.delivery.cluster,),
                help="bind a Role with the verbs and the kinds that it needs",
                reach=first.reach,
            )


# -- words -----------------------------------------------------------------------------------------------------


def _is_no_secret(value: str) -> bool:
    """Whether a value is nothing, stands for another one, or waits for somebody to fill it in."""
    return _is_reference(value) or (len(value) <= MAX_PLACEHOLDER and bool(PLACEHOLDER.fullmatch(value)))


def _is_reference(value: str) -> bool:
    return any(mark in value for mark in REFERENCES)


def _is_default(value: str) -> bool:
    return value.lower() in DEFAULTS or _plain_name(value) in DEFAULTS or value in HASHES


def _is_open_url(value: str) -> bool:
    """Whether a value is one address, and nobody logs in by it."""
    return "://" in value and len(value.split()) == 1 and not _has_password(value) and "?" not in value


def _has_password(url: str) -> bool:
    try:
        password = urlsplit(url).password
    except ValueError:
        return False
    return bool(password) and not _is_no_secret(password or "")


def _plain_name(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _ends_in(key: str, words: tuple[str, ...]) -> bool:
    return _plain_name(key).endswith(words)


def _named(keys: Iterable[str]) -> str:
    unique = list(dict.fromkeys(keys))
    more = f" and {len(unique) - SHOWN} more" if len(unique) > SHOWN else ""
    return ", ".join(unique[:SHOWN]) + more


# -- places ----------------------------------------------------------------------------------------------------


def _built(context: Context, *kinds: str) -> Iterator[tuple[Subject, Reach]]:
    """The objects of some kinds as they are applied, and the roots, which nobody applies."""
    for (_, ref), owners in context.graph.objects.items():
        if ref.kind in kinds and ref.group != OPAQUE:
            yield owners[0].built, owners[0].reach
    for reconciler in context.walked.reconcilers:
        subject = reconciler.subject
        if subject.ref.kind in kinds and not context.graph.owners(reconciler.node):
            yield subject, context.graph.reach(reconciler.node)


def _unused(context: Context) -> Iterator[tuple[Subject, Reach]]:
    """What kustomizations that nobody applies would make."""
    for _, build in context.walked.virtual:
        yield from ((built, Reach.VIRTUAL) for built in build.objects if built.ref.kind == "Secret")


def _by_place(context: Context, subject: Subject, entries: Iterable[Entry]) -> Iterator[tuple[Spot, list[Entry]]]:
    """Entries by where they are to be shown: two values of one line make one hit."""
    groups: dict[Location, tuple[Spot, list[Entry]]] = {}
    for entry in entries:
        spot = _beside(context, subject, entry)
        groups.setdefault(spot.location, (spot, []))[1].append(entry)
    yield from groups.values()


MASKED = (("stringData",), ("data",), ("items",), ("secretGenerator",))
"""Where the values of Secrets begin in a document, and no output shows them."""


def _beside(context: Context, subject: Subject, entry: Entry) -> Spot:
    """The innermost place around a value whose line does not show it: only those of Secrets are masked."""
    value = subject.locate(entry.route)
    if subject.ref.kind == "Secret" and value.route[:1] in MASKED:
        return value
    parts = [part.strip() for part in entry.value.splitlines() if part.strip()]
    for length in range(len(value.route), 0, -1):
        place = Place(value.document, value.route[:length])
        key = Location(place.path, place.document.locate(place.route, key=True))
        for spot in (place, key):
            if not _shows(context, spot.location, value, parts):
                return spot
    return Location(value.path)


def _shows(context: Context, location: Location, value: Place, parts: list[str]) -> bool:
    """Whether a line holds some of a value, be it as it is or in any spelling that YAML has for it."""
    file, line = context.repo.file(location.path), location.line
    if file is None or line is None:
        return True
    text, span = file.line(line), value.document.locate(value.route)
    is_inside = location.path == value.path and span.line <= line <= span.end_line
    is_header = line == span.line and text[span.column - 1 : span.column] in ("|", ">")
    is_file = value.route[-2:-1] in (("files",), ("envs",))  # of a generator: the value stands in another file
    return (is_inside and not is_header and not is_file) or any(part in text for part in parts)
