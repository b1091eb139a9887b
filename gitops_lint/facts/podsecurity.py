"""The Pod Security Standards: what a namespace that enforces one refuses.

Kubernetes, concepts/security/pod-security-standards, and pod-security-admission, policy/check_*.go. What needs a newer
version of the standards than the first is left out: a namespace may pin an older one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitops_lint.model import dig
from gitops_lint.shape import list_at, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route
    from gitops_lint.model import Data

CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
CAPABILITIES = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
"""What ``baseline`` lets a container add."""
VOLUMES = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "name",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
"""The sources of volumes that ``restricted`` permits, and the name that each volume has."""
CONTEXT = "securityContext"


class Violation(NamedTuple):
    """What a Pod asks for that a level refuses, and where."""

    what: str
    route: Route


def violations(level: str, spec: Data) -> Iterator[Violation]:
    """What a level refuses in the spec of a Pod; nothing for ``privileged`` and for what is no level."""
    if level in ("baseline", "restricted"):
        yield from _baseline(spec)
    if level == "restricted":
        yield from _restricted(spec)


def _baseline(spec: Data) -> Iterator[Violation]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if dig(spec, (field,)) is True:
            yield Violation(field, (field,))
    for index, volume in enumerate(list_at(spec, ("volumes",))):
        if mapping_at(volume, ("hostPath",)):
            yield Violation(f"the hostPath {text_at(volume, ('hostPath', 'path'))}", ("volumes", index, "hostPath"))
    for container, route in _containers(spec):
        yield from _baseline_of(container, route)


def _baseline_of(container: Data, route: Route) -> Iterator[Violation]:
    context = (*route, CONTEXT)
    if dig(container, (CONTEXT, "privileged")) is True:
        yield Violation("a privileged container", (*context, "privileged"))
    for index, added in enumerate(list_at(container, (CONTEXT, "capabilities", "add"))):
        if isinstance(added, str) and added.removeprefix("CAP_") not in CAPABILITIES:
            yield Violation(f"the capability {added}", (*context, "capabilities", "add", index))
    for index, port in enumerate(list_at(container, ("ports",))):
        number = dig(port, ("hostPort",))
        if isinstance(number, int) and number > 0:
            yield Violation(f"the hostPort {number}", (*route, "ports", index, "hostPort"))


def _restricted(spec: Data) -> Iterator[Violation]:
    for index, volume in enumerate(list_at(spec, ("volumes",))):
        if isinstance(volume, dict) and not volume.get("hostPath") and not volume.keys() <= VOLUMES:
            kind = ", ".join(sorted(map(str, volume.keys() - VOLUMES)))
            yield Violation(f"a volume of the kind {kind}", ("volumes", index))
    for container, route in _containers(spec):
        yield from _restricted_of(spec, container, route)


def _restricted_of(spec: Data, container: Data, route: Route) -> Iterator[Violation]:
    """What has to be said, and is not; a field of the Pod stands in for that of its containers."""
    if dig(container, (CONTEXT, "allowPrivilegeEscalation")) is not False:
        yield Violation("privilege escalation, which it does not rule out", route)
    if not {"ALL"} & {str(name) for name in list_at(container, (CONTEXT, "capabilities", "drop"))}:
        yield Violation("all capabilities, which it does not drop", route)
    if _either(spec, container, "runAsNonRoot") is not True:
        yield Violation("a user that may be root: there is no runAsNonRoot", route)
    if dig(_either(spec, container, "seccompProfile"), ("type",)) not in ("RuntimeDefault", "Localhost"):
        yield Violation("system calls without a seccompProfile", route)
    if _either(spec, container, "runAsUser") == 0:
        yield Violation("the user root", route)


def _either(spec: Data, container: Data, field: str) -> Data:
    own = dig(container, (CONTEXT, field))
    return dig(spec, (CONTEXT, field)) if own is None else own


def _containers(spec: Data) -> Iterator[tuple[Data, Route]]:
    for field in CONTAINERS:
        for index, container in enumerate(list_at(spec, (field,))):
            if isinstance(container, dict):
                yield container, (field, index)
