"""What is secret and stands in Git for everybody to read.

No hit shows a value: messages name keys, and a place is chosen whose line does not hold the value.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.context import (
    OPAQUE,
    Confidence,
    Context,
    Hit,
    Location,
    Place,
    Reach,
    check,
    credentials,
    dig,
    read,
    sources,
    text_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gitops_lint.context import Route, Spot, Subject

SHOWN = 3
"""How many keys a message names."""

PATCHES = frozenset({"patches", "patchesStrategicMerge", "patchesJson6902"})
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
    """A value with a name: where it stands in its object, what it is once it is decoded, and what it stands under."""

    key: str
    value: str
    route: Route
    under: Route = ()


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
    kind = text_at(secret.data, ARGOCD_TYPE)
    if kind and entry.key not in ARGOCD_CREDENTIALS and not (entry.key == "config" and _has_token(entry.value)):
        return False
    return credentials.is_exposed(entry.key, entry.value)


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
    if not credentials.names_password(entry.key) or not credentials.is_default(entry.value.strip()):
        return False
    around = [credentials.plain_name(step) for step in entry.under if isinstance(step, str)]
    is_name = credentials.plain_name(entry.value) in credentials.PASSWORDS
    return not (is_name and any("secret" in word or "keys" in word for word in around))


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
            *under, key = name.split(".")
            yield Entry(key, value, (*route, "parameters", index, "value"), tuple(under))
        text = text_at(application.data, (*route, "values"))
        for document in read("values.yaml", text.encode("utf-8", "surrogatepass")).documents if text else ():
            for leaf in _leaves(document.data, ()):
                yield leaf._replace(route=(*route, "values"))


def _leaves(data: object, route: Route) -> Iterator[Entry]:
    """The texts in a tree of values, each with the key that it stands under, or the name beside it in its pair."""
    pending = [(data, route)]
    names: dict[Route, str] = {}
    while pending:
        value, at = pending.pop()
        if isinstance(value, dict):
            names[at] = text_at(value, ("name",))
            pending += [(below, (*at, key)) for key, below in reversed(value.items())]
        elif isinstance(value, list):
            pending += [(below, (*at, index)) for index, below in reversed(list(enumerate(value)))]
        elif isinstance(value, str | int) and not isinstance(value, bool) and at:
            key = names.get(at[:-1], "") if at[-1] == "value" else ""
            yield Entry(key or str(at[-1]), str(value), at, at[len(route) : -1])


# -- configuration ---------------------------------------------------------------------------------------------


@check
def secret_in_plain_config(context: Context) -> Iterator[Hit]:
    """Secrets in ConfigMaps, in the environment of containers and in values: all show to whoever may list objects."""
    for subject, reach in _built(context, *HOLDERS):
        case, found = HOLDERS[subject.ref.kind]
        entries = list(found(subject))
        keys = [entry for entry in entries if credentials.is_private_key(entry.value)]
        is_secret = _is_secret_value if case == "values" else _is_secret_setting
        words = [entry for entry in entries if is_secret(entry)]
        yield from _config_hits(context, subject, keys, "private-key", reach)
        yield from _config_hits(context, subject, words, case, reach)


def _is_secret_setting(entry: Entry) -> bool:
    return credentials.is_secret_setting(entry.key, entry.value)


def _is_secret_value(entry: Entry) -> bool:
    """Whether a value of a chart is a secret that not everybody knows: that one is told elsewhere."""
    names = [step for step in (*entry.under, entry.key) if isinstance(step, str)]
    return credentials.is_secret_value(names, entry.value) and not credentials.is_default(entry.value.strip())


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


HOLDERS: Mapping[str, tuple[str, Callable[[Subject], Iterator[Entry]]]] = {
    "ConfigMap": ("config-map", _settings),
    "HelmRelease": ("values", _release_values),
    "Application": ("values", _chart_values),
    **dict.fromkeys(TEMPLATES, ("environment", _environment)),
}
"""What shows its settings: the case, and where they are found."""


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


def _named(keys: Iterable[str]) -> str:
    unique = list(dict.fromkeys(keys))
    more = f" and {len(unique) - SHOWN} more" if len(unique) > SHOWN else ""
    return ", ".join(unique[:SHOWN]) + more
