"""What a command of kubectl, helm or argocd works on, read from its words.

Options as the command lines document them (kubectl and helm ``--help``, argocd ``app``); one that is not known here
counts as a switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.texts.commands import Command, Word

_KUBECTL_TAKES = (
    *("-n", "--namespace", "--context", "--kubeconfig", "--cluster", "--user", "--server", "-s", "--token", "--as"),
    *("-f", "--filename", "-k", "--kustomize", "-l", "--selector", "-o", "--output", "-p", "--patch", "--patch-file"),
    *("--type", "--replicas", "--current-replicas", "--timeout", "--field-manager", "--from-file", "--from-literal"),
    *("--from-env-file", "--subresource", "--grace-period", "--field-selector", "--image", "--class", "--rule", "-c"),
)
_HELM_TAKES = (
    *("-n", "--namespace", "--kube-context", "--kubeconfig", "--version", "--repo", "-f", "--values", "--timeout"),
    *("--set", "--set-string", "--set-file", "--set-json", "--description", "--history-max", "--post-renderer"),
    *("--ca-file", "--cert-file", "--key-file", "--keyring", "--username", "--password", "-o", "--output"),
)
_ARGOCD_TAKES = (
    *("--server", "--auth-token", "--grpc-web-root-path", "--config", "--argocd-context", "--core-context"),
    *("-N", "--app-namespace", "--revision", "--resource", "--timeout", "-p", "--parameter", "--sync-policy"),
    *("--values", "--path", "--repo", "--project", "--dest-namespace", "--dest-server", "--dest-name", "--patch"),
    *(
        "--helm-set",
        "--type",
        "-l",
        "--selector",
        "--label",
        "--kustomize-image",
        "--release-name",
        "--source-position",
    ),
)
CHANGING = frozenset({"apply", "create", "replace", "patch", "edit", "scale", "delete", "set"})
"""Verbs of kubectl that change what is in the cluster."""
_PLURALS = {"ies": "y", "sses": "ss", "s": ""}
_SHORT = {
    "deploy": "deployment",
    "sts": "statefulset",
    "ds": "daemonset",
    "cm": "configmap",
    "svc": "service",
    "ing": "ingress",
    "ns": "namespace",
    "pv": "persistentvolume",
    "pvc": "persistentvolumeclaim",
    "sa": "serviceaccount",
    "cj": "cronjob",
    "crd": "customresourcedefinition",
    "sc": "storageclass",
    "netpol": "networkpolicy",
    "hr": "helmrelease",
    "ks": "kustomization",
    "app": "application",
    "apps": "application",
}
"""Short names of kinds, as ``kubectl api-resources`` lists them."""


_LOCAL = ("kind-", "k3d-", "minikube", "docker-desktop", "rancher-desktop", "colima", "orbstack")
"""How the contexts of clusters on one's own machine begin."""


class Thing(NamedTuple):
    """An object that a command names: its kind in small letters, its name, and where the name stands."""

    kind: str
    name: str
    word: Word


class Work(NamedTuple):
    """What a command of kubectl does: its verb, and to which files and objects."""

    verb: str
    files: tuple[Word, ...]
    kustomizations: tuple[Word, ...]
    things: tuple[Thing, ...]
    namespace: Word | None
    recursive: bool
    """Whether directories are read with all that is below."""
    details: str
    """The whole command in one text, to look for what it changes."""


class Install(NamedTuple):
    """A release that a command of helm installs or upgrades."""

    name: Word
    chart: Word | None
    namespace: Word | None

    @property
    def chart_name(self) -> str:
        """The name of the chart, without the repository in front of it; "" where nobody knows."""
        return self.chart.text.rstrip("/").rpartition("/")[2] if self.chart and self.chart.known else ""


class Call(NamedTuple):
    """What a command tells Argo CD about an Application."""

    verb: str
    application: Word


def kubectl(command: Command) -> Work | None:
    """What a command of kubectl changes; None for one that changes nothing, or only says what it would change."""
    words = command.arguments(*_KUBECTL_TAKES)
    if command.name != "kubectl" or not words or words[0].text not in CHANGING or _is_harmless(command):
        return None
    verb, rest = words[0].text, words[1:]
    if verb == "set":
        rest = rest[1:]  # what is set, such as ``image``
    things = () if verb in ("apply", "create", "replace") else tuple(_things(rest))
    return Work(
        verb,
        tuple(command.options("-f", "--filename")),
        tuple(command.options("-k", "--kustomize")),
        things,
        command.option("-n", "--namespace"),
        command.has("-R", "--recursive"),
        " ".join(word.text for word in command.words),
    )


def _is_harmless(command: Command) -> bool:
    """Whether a command only says what it would do, or works on a cluster of somebody's own."""
    context = command.option("--context", "--kube-context")
    return command.has("--dry-run") or (context is not None and context.text.startswith(_LOCAL))


def _things(words: list[Word]) -> Iterator[Thing]:
    """The objects that are named: ``kind/name ...``, or a kind and names; what holds a variable names none."""
    if not words or not words[0].known:
        return
    if "/" in words[0].text:
        for word in words:
            kind, slash, name = word.text.partition("/")
            if slash and word.known:
                yield Thing(singular(kind), name, word)
        return
    for kind in words[0].text.split(","):
        yield from (Thing(singular(kind), w.text, w) for w in words[1:] if w.known and "=" not in w.text)


def singular(kind: str) -> str:
    """A kind as it is in manifests, in small letters: ``deploy`` and ``deployments.apps`` are ``deployment``."""
    kind = kind.partition(".")[0].lower()
    if kind in _SHORT:
        return _SHORT[kind]
    for ending, replacement in _PLURALS.items():
        if kind.endswith(ending) and not kind.endswith(("ss", "ingress")):
            return kind.removesuffix(ending) + replacement
        if ending == "sses" and kind.endswith("sses"):
            return kind.removesuffix("es")
    return kind


def helm(command: Command) -> Install | None:
    """The release that a command of helm installs; None for any other command."""
    words = command.arguments(*_HELM_TAKES)
    if command.name != "helm" or len(words) < 2 or words[0].text not in ("install", "upgrade"):
        return None
    if command.has("--generate-name", "-g") or _is_harmless(command) or not words[1].known:
        return None
    return Install(words[1], words[2] if len(words) > 2 else None, command.option("-n", "--namespace"))


def argocd(command: Command) -> Call | None:
    """What a command of argocd does to an Application: ``argocd app <verb> <name>``."""
    words = command.arguments(*_ARGOCD_TAKES)
    if command.name != "argocd" or len(words) < 3 or words[0].text != "app" or not words[2].known:
        return None
    name = words[2]
    return Call(words[1].text, name._replace(text=name.text.rpartition("/")[2]))
