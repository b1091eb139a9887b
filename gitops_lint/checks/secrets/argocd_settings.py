"""Settings of Argo CD by which it is open to more people than it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.context import Context, Hit, Reach, check, mapping_at, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.context import Config, Subject

OPEN = (
    ("argocd-cm", "users.anonymous.enabled", "true", "anonymous", "lets in everybody, without a login"),
    ("argocd-rbac-cm", "policy.default", "role:admin", "admin", "makes everybody who logs in an administrator"),
)
"""ConfigMap, setting, value, case, and what it does (argo-cd, docs/operator-manual/rbac.md, user-management)."""
ADVICE = {
    "anonymous": "take the setting out; for a public view, let policy.default be role:readonly in a cluster of its own",
    "admin": "set role:readonly or an empty text, and give role:admin to a group in policy.csv",
}
EFFECTS = {
    "anonymous": "whatever policy.default permits, anybody may do who reaches the server",
    "admin": "whoever logs in may sync, delete and change whatever Argo CD applies",
}
INSECURE = "server.insecure"
SERVER = "argocd-server"
EXPOSED = ("LoadBalancer", "NodePort")
ENCRYPTING = ("ssl", "tls", "cert", "backend-protocol")
"""Words in the annotations of a Service whose load balancer encrypts."""


@check
def open_argocd(context: Context) -> Iterator[Hit]:
    """Settings in argocd-cm, argocd-rbac-cm and argocd-cmd-params-cm (or values) that open doors."""
    for name, key, value, case, what in OPEN:
        for config in context.installation.named(name):
            if config.text(key).strip() == value:
                yield _hit(config, key, case, f"{key}: {value} {what}", ADVICE[case])
    exposed = [service for service in _servers(context) if _is_exposed(service)]
    for config in context.installation.named("argocd-cmd-params-cm") if exposed else ():
        if config.text(INSECURE) == "true":
            kind = text_at(exposed[0].data, ("spec", "type"))
            message = f"{INSECURE}: true, and {exposed[0].ref} is a {kind}: passwords pass the network in plain text"
            advice = "let a proxy that encrypts stand in front and make it a ClusterIP, or take the setting out"
            yield _hit(config, INSECURE, "insecure", message, advice)


def _hit(config: Config, key: str, case: str, message: str, advice: str) -> Hit:
    return Hit(
        message=message,
        at=config.place(key),
        label=f"of {config.name}",
        case=case,
        help=advice,
        effect=EFFECTS.get(case),
        reach=config.reach if config.reach is not Reach.VIRTUAL else Reach.DECLARED,
    )


def _servers(context: Context) -> Iterator[Subject]:
    """The Services of the server of Argo CD, as they are applied, else as they are written."""
    built = False
    for (_, ref), owners in context.graph.objects.items():
        if (ref.group, ref.kind, ref.name) == ("", "Service", SERVER):
            built = True
            yield owners[0].built
    if not built:
        yield from (m for m in context.repo.of_kind("", "Service") if m.ref.name == SERVER)


def _is_exposed(service: Subject) -> bool:
    """Whether a Service leads out of the cluster by itself, through nothing that encrypts."""
    annotations = " ".join(map(str, mapping_at(service.data, ("metadata", "annotations"))))
    encrypts = any(word in annotations for word in ENCRYPTING)
    return text_at(service.data, ("spec", "type")) in EXPOSED and not encrypts
