"""What commands of kubectl, helm and argocd work on."""

from __future__ import annotations

import pytest

from gitops_lint.texts.invocations import argocd, helm, kubectl, singular
from gitops_lint.texts.shell import commands


@pytest.mark.parametrize(
    ("text", "verb", "things"),
    [
        ("kubectl -n web delete deploy web api", "delete", ["deployment/web", "deployment/api"]),
        (
            "kubectl scale --replicas 0 statefulsets.apps/db deployment/web",
            "scale",
            ["statefulset/db", "deployment/web"],
        ),
        ("kubectl delete cm,secret web -n web", "delete", ["configmap/web", "secret/web"]),
        ("kubectl set image deployment/web web=nginx:1", "set", ["deployment/web"]),
        ("kubectl patch svc web -p '{}'", "patch", ["service/web"]),
        ("kubectl delete pod $NAME", "delete", []),
        ("kubectl apply -f a.yaml", "apply", []),
    ],
)
def test_kubectl(text: str, verb: str, things: list[str]) -> None:
    work = kubectl(commands(text)[0])
    assert work is not None
    assert (work.verb, [f"{thing.kind}/{thing.name}" for thing in work.things]) == (verb, things)


@pytest.mark.parametrize(
    "text",
    ["kubectl get pods", "kubectl", "kubectl delete --dry-run=client pod a", "kubectl rollout restart deploy/a", "ls"],
)
def test_what_changes_nothing(text: str) -> None:
    assert kubectl(commands(text)[0]) is None


def test_the_files_of_kubectl() -> None:
    work = kubectl(commands("kubectl apply -n web -f a.yaml --filename=b.yaml -k c")[0])
    assert work is not None
    assert [word.text for word in (*work.files, *work.kustomizations)] == ["a.yaml", "b.yaml", "c"]
    assert work.namespace is not None
    assert work.namespace.text == "web"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("deploy", "deployment"),
        ("Deployments", "deployment"),
        ("ingresses", "ingress"),
        ("ingress", "ingress"),
        ("storageclasses.storage.k8s.io", "storageclass"),
        ("networkpolicies", "networkpolicy"),
        ("ingressroute", "ingressroute"),
        ("helmreleases", "helmrelease"),
        ("ns", "namespace"),
    ],
)
def test_singular(kind: str, expected: str) -> None:
    assert singular(kind) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("helm install web charts/nginx -n web", ("web", "nginx", "web")),
        ("helm -n web upgrade --install --wait web oci://r.io/charts/nginx --version 1", ("web", "nginx", "web")),
        ("helm upgrade web ./charts/nginx/", ("web", "nginx", None)),
        ("helm upgrade web $CHART --namespace=web", ("web", "", "web")),
        ("helm install --generate-name charts/nginx", None),
        ("helm upgrade web charts/nginx --dry-run", None),
        ("helm template web charts/nginx", None),
        ("helm install $NAME charts/nginx", None),
        ("helm install", None),
    ],
)
def test_helm(text: str, expected: tuple[str, str, str | None] | None) -> None:
    install = helm(commands(text)[0])
    found = install and (install.name.text, install.chart_name, install.namespace and install.namespace.text)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("argocd app sync web --prune", ("sync", "web")),
        ("argocd --grpc-web app set argocd/web --revision next", ("set", "web")),
        ("argocd app list", None),
        ("argocd app sync $APP", None),
        ("argocd proj get web", None),
    ],
)
def test_argocd(text: str, expected: tuple[str, str] | None) -> None:
    call = argocd(commands(text)[0])
    assert (call and (call.verb, call.application.text)) == expected
