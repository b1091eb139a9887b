"""The real kustomize as judge of names: prefixes, suffixes, namespaces, references, hashes, and vars."""

from __future__ import annotations

import pytest

from gitops_lint.builders.kustomize.scopes import CLUSTER_SCOPED
from tests.conformance.build_judge import compare_files

Files = dict[str, str]

RBAC = "rbac.authorization.k8s.io"


def thing(kind: str, name: str, namespace: str = "", version: str = "v1", more: str = "") -> str:
    """An object of a kind that needs no more than a name."""
    space = f", namespace: {namespace}" if namespace else ""
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}{space}}}\n{more}"


def role(kind: str, name: str, namespace: str = "", more: str = "") -> str:
    return thing(kind, name, namespace, f"{RBAC}/v1", more)


def binding(*subjects: str, kind: str = "RoleBinding", namespace: str = "", role_ref: str = "") -> str:
    """A binding of subjects to the Role ``reader``."""
    role_ref = role_ref or f"apiGroup: {RBAC}, kind: Role, name: reader"
    listed = ", ".join(f"{{{subject}}}" for subject in subjects)
    return role(kind, "bind", namespace, f"roleRef: {{{role_ref}}}\nsubjects: [{listed}]\n")


CONFIG = thing("ConfigMap", "a", more="data: {k: v}\n")
POD = thing("Pod", "pod", more="spec: {volumes: [{name: c, configMap: {name: a}}]}\n")
ACCOUNT = thing("ServiceAccount", "robot")
DEPLOYMENT = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      serviceAccountName: robot
      containers:
        - name: c
          image: x
          envFrom: [{configMapRef: {name: a}}, {secretRef: {name: a}}]
          env: [{name: N, valueFrom: {configMapKeyRef: {name: a, key: k}}}]
"""
FOO = thing("Foo", "f", version="x.io/v1", more="spec: {number: 5, text: t, empty: '', list: [a], map: {name: a}}\n")


def one(objects: str, fields: str = "", **files: str) -> Files:
    """A kustomization with fields and one file of objects; ``a_yaml`` among the further files is a.yaml."""
    named = {name.replace("_", "."): text for name, text in files.items()}
    return {"kustomization.yaml": f"resources: [objects.yaml]\n{fields}", "objects.yaml": objects, **named}


def over(fields: str, *bases: tuple[str, str, str]) -> Files:
    """A kustomization with fields over directories, each with a name, its objects and its fields."""
    files = {"kustomization.yaml": f"resources: [{', '.join(name for name, _, _ in bases)}]\n{fields}"}
    for name, objects, below in bases:
        files |= {f"{name}/{path}": text for path, text in one(objects, below).items()}
    return files


def twice(first: str, second: str, objects: str, beside: str = "", above: str = "") -> Files:
    """One base in two layers with fields of their own, an object beside them, and fields above all."""
    return {
        "kustomization.yaml": f"resources: [one, two{', beside.yaml' if beside else ''}]\n{above}",
        "one/kustomization.yaml": f"resources: [../base]\n{first}",
        "two/kustomization.yaml": f"resources: [../base]\n{second}",
        "beside.yaml": beside,
        **{f"base/{path}": text for path, text in one(objects).items()},
    }


def patched(kind: str, patch: str, options: str = "") -> str:
    extra = f", options: {{{options}}}" if options else ""
    return f"patches: [{{target: {{kind: {kind}}}, patch: '{patch}'{extra}}}]\n"


AFFIXES = {
    "prefix and suffix": one(CONFIG + POD, "namePrefix: p-\nnameSuffix: -s\n"),
    "affixes of two layers": over("namePrefix: q-\nnameSuffix: -t\n", ("low", CONFIG + POD, "namePrefix: p-\n")),
    "kinds that keep their names": one(
        thing("Namespace", "n")
        + thing("Namespace", "n", version="x.io/v1")
        + thing("CustomResourceDefinition", "c.d", version="apiextensions.k8s.io/v1")
        + thing("CustomResourceDefinition", "c.d", version="x.io/v1")
        + thing("APIService", "v1.x", version="apiregistration.k8s.io/v1", more="spec: {service: {name: s}}\n")
        + thing("APIService", "v1.x", version="x.io/v1")
        + thing("Service", "s"),
        "namePrefix: p-\nnameSuffix: -s\nnamespace: new\nsortOptions: {order: fifo}\n",
    ),
    "a kind that once kept its name": over(
        "namePrefix: p-\n",
        ("low", thing("Namespace", "n"), patched("Namespace", "[{op: replace, path: /kind, value: Secret}]")),
    ),
    "prefix that looks like a number": one(thing("ConfigMap", "'2'"), "namePrefix: '1'\n"),
    "prefix that meets another name": over(
        "", ("low", CONFIG, "namePrefix: p-\n"), ("other", thing("ConfigMap", "p-a"), "")
    ),
    **{
        f"prefix of spec.{field}": one(
            FOO, "namePrefix: p-\nconfigurations: [c.yaml]\n", c_yaml=f"namePrefix: [{{path: spec/{field}, kind: Foo}}]"
        )
        for field in ("number", "text", "empty", "list", "map", "missing")
    },
    "prefix that is created": one(
        FOO, "namePrefix: p-\nconfigurations: [c.yaml]\n", c_yaml="namePrefix: [{path: spec/new/name, create: true}]"
    ),
}

NAMESPACES = {
    "namespace on cluster-scoped kinds": one(
        "".join(
            thing(kind, "the-namespace" if kind == "Namespace" else f"x{index}", version=version)
            for index, (version, kind) in enumerate(sorted(CLUSTER_SCOPED))
        ),
        "namespace: new\n",
    ),
    "namespace on kinds that only a cluster knows to be cluster-scoped": one(
        thing("ClusterIssuer", "x", version="cert-manager.io/v1")
        + thing("ValidatingAdmissionPolicy", "x", version="admissionregistration.k8s.io/v1")
        + thing("FlowSchema", "x", version="flowcontrol.apiserver.k8s.io/v1")
        + thing("PriorityClass", "x", version="scheduling.k8s.io/v1alpha1"),
        "namespace: new\n",
    ),
    "namespace over namespace": over("namespace: new\n", ("low", CONFIG, "namespace: old\n")),
    "namespace that was null": one(thing("ConfigMap", "a", "null") + thing("ConfigMap", "b", "''"), "namespace: new\n"),
    "namespace that is a mapping": one(thing("ConfigMap", "a", "{a: b}"), "namespace: new\n"),
    "namespace that makes one of two": one(CONFIG + thing("ConfigMap", "a", "z"), "namespace: new\n"),
    "two Namespaces made one": one(thing("Namespace", "a") + thing("Namespace", "b"), "namespace: new\n"),
    "two layers made one": over(
        "namespace: new\n", ("one", CONFIG, "namespace: first\n"), ("two", CONFIG, "namespace: second\n")
    ),
    "default is no namespace": one(CONFIG + thing("ConfigMap", "a", "default"), ""),
    "webhook, conversion and API service": one(
        thing(
            "ValidatingWebhookConfiguration",
            "w",
            version="admissionregistration.k8s.io/v1",
            more="webhooks: [{name: x, clientConfig: {service: {name: s, namespace: old}}}, {name: z}]\n",
        )
        + thing(
            "CustomResourceDefinition",
            "c.d",
            version="apiextensions.k8s.io/v1",
            more="spec: {conversion: {webhook: {clientConfig: {service: {name: s, namespace: old}}}}}\n",
        )
        + thing("APIService", "v1.x", version="apiregistration.k8s.io/v1", more="spec: {service: {name: s}}\n")
        + thing("Service", "s", "old"),
        "namespace: new\nnamePrefix: p-\n",
    ),
    "fieldspecs of namespace": one(
        FOO,
        "namespace: new\nconfigurations: [c.yaml]\n",
        c_yaml="namespace: [{path: spec/text}, {path: spec/x/y, create: true}, {path: metadata/name, kind: Foo}]\n",
    ),
    "fieldspec to a mapping": one(
        FOO, "namespace: new\nconfigurations: [c.yaml]\n", c_yaml="namespace: [{path: spec/map}]\n"
    ),
    "fieldspec to the subjects": one(
        binding("kind: User, name: u, namespace: old"),
        "namespace: new\nconfigurations: [c.yaml]\n",
        c_yaml="namespace: [{path: subjects/namespace}]\n",
    ),
    "fieldspec to the subjects of a binding": one(
        binding("kind: User, name: u, namespace: old"),
        "namespace: new\nconfigurations: [c.yaml]\n",
        c_yaml="namespace: [{path: subjects/namespace, kind: RoleBinding}]\n",
    ),
    **{
        f"transformer for {mode}{' where unset' if unset else ''}": one(
            binding("kind: ServiceAccount, name: default, namespace: old", "kind: ServiceAccount, name: x")
            + CONFIG
            + thing("ConfigMap", "b", "old"),
            "transformers: [t.yaml]\n",
            t_yaml="apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: t, namespace: new}\n"
            f"setRoleBindingSubjects: {mode}\nunsetOnly: {unset}\n",
        )
        for mode in ("defaultOnly", "allServiceAccounts", "none", "some")
        for unset in ("true", "false")
    },
}

SUBJECTS = (
    "kind: ServiceAccount, name: default, namespace: old",
    "kind: ServiceAccount, name: robot",
    "kind: ServiceAccount, name: robot, namespace: old",
    "kind: ServiceAccount, name: robot, namespace: default",
    "kind: User, name: default",
)

BINDINGS = {
    "subjects": one(binding(*SUBJECTS) + ACCOUNT + role("Role", "reader"), "namespace: new\nnamePrefix: p-\n"),
    "subjects of an account that moved": one(
        binding(*SUBJECTS) + thing("ServiceAccount", "robot", "old"), "namespace: new\n"
    ),
    "subjects of a ClusterRoleBinding": one(
        binding(*SUBJECTS, kind="ClusterRoleBinding", role_ref=f"apiGroup: {RBAC}, kind: ClusterRole, name: reader")
        + ACCOUNT
        + role("ClusterRole", "reader"),
        "namespace: new\nnameSuffix: -s\n",
    ),
    "subject by the namespace it is in now": over(
        "",
        ("low", ACCOUNT, "namespace: z\nnamePrefix: p-\n"),
        ("top", binding("kind: ServiceAccount, name: robot, namespace: z", kind="ClusterRoleBinding"), ""),
    ),
    "subject whose namespace was written for another object": over(
        "",
        ("low", ACCOUNT, "namespace: z\nnamePrefix: p-\n"),
        ("mid", thing("ConfigMap", "a", "z"), ""),
        ("top", binding("kind: ServiceAccount, name: robot, namespace: z", kind="ClusterRoleBinding"), ""),
    ),
    "subject in a namespace out of sight": over(
        "",
        ("low", ACCOUNT, "namespace: z\nnamePrefix: p-\n"),
        ("top", binding("kind: ServiceAccount, name: robot", namespace="y"), ""),
    ),
    "subject without a name": one(binding("kind: ServiceAccount") + ACCOUNT, "namePrefix: p-\n"),
    "subject that is a text": one(role("RoleBinding", "b", more="subjects: [robot]\n") + CONFIG, "namePrefix: p-\n"),
    "subject in a namespace that is a number": one(
        binding("kind: ServiceAccount, name: robot, namespace: 5") + ACCOUNT, "namePrefix: p-\n"
    ),
    "subjects that are a mapping": one(role("RoleBinding", "b", more="subjects: {name: default}\n"), "namespace: n\n"),
    "role and cluster role of one name": one(
        binding(role_ref=f"apiGroup: {RBAC}, kind: ClusterRole, name: reader")
        + role("Role", "reader")
        + role("ClusterRole", "reader"),
        "namePrefix: p-\n",
    ),
    "role without its group": one(
        binding(role_ref="kind: Role, name: reader") + role("Role", "reader"), "namePrefix: p-\n"
    ),
    "role without its kind": one(
        binding(role_ref=f"apiGroup: {RBAC}, name: reader") + role("Role", "reader"), "namePrefix: p-\n"
    ),
}

REFERENCES = {
    "workload": one(DEPLOYMENT + CONFIG + thing("Secret", "a") + ACCOUNT, "namePrefix: p-\n"),
    "scaled workload": one(
        DEPLOYMENT
        + thing(
            "HorizontalPodAutoscaler",
            "h",
            version="autoscaling/v2",
            more="spec: {scaleTargetRef: {kind: Deployment, name: web}}\n",
        ),
        "namePrefix: p-\n",
    ),
    "volumes and classes": one(
        thing("PersistentVolumeClaim", "claim", more="spec: {volumeName: v, storageClassName: s}\n")
        + thing("PersistentVolume", "v", more="spec: {storageClassName: s}\n")
        + thing("StorageClass", "s", version="storage.k8s.io/v1")
        + thing(
            "Pod",
            "o",
            more="spec: {priorityClassName: pc, volumes: [{name: x, persistentVolumeClaim: {claimName: claim}}]}\n",
        )
        + thing("PriorityClass", "pc", version="scheduling.k8s.io/v1")
        + thing("IngressClass", "ic", version="networking.k8s.io/v1")
        + thing("Ingress", "i", version="networking.k8s.io/v1", more="spec: {ingressClassName: ic}\n"),
        "namePrefix: p-\n",
    ),
    "ingress": one(
        thing(
            "Ingress",
            "i",
            version="networking.k8s.io/v1",
            more="spec: {tls: [{secretName: a}], defaultBackend: {service: {name: svc}}}\n",
        )
        + thing("Secret", "a")
        + thing("Service", "svc"),
        "nameSuffix: -s\n",
    ),
    "admission policy": one(
        thing(
            "ValidatingAdmissionPolicyBinding",
            "b",
            version="admissionregistration.k8s.io/v1",
            more="spec: {policyName: pol}\n",
        )
        + thing("ValidatingAdmissionPolicy", "pol", version="admissionregistration.k8s.io/v1"),
        "namePrefix: p-\n",
    ),
    "one base in two layers": twice("namePrefix: x-\n", "namePrefix: y-\n", CONFIG + DEPLOYMENT),
    "one base in two namespaces": twice("namespace: one\n", "namespace: two\n", CONFIG + ACCOUNT + DEPLOYMENT),
    "a name that means neither of two": twice("namePrefix: x-\n", "namePrefix: y-\n", CONFIG, DEPLOYMENT),
    "a name that may mean two": twice("namePrefix: x-\n", "namePrefix: y-\n", CONFIG, DEPLOYMENT, "namePrefix: z-\n"),
    "two of one name, seen from a cluster role": one(
        role("ClusterRole", "cr", more="rules: [{resourceNames: [a, b]}]\n")
        + thing("Secret", "a", "x")
        + thing("Secret", "a", "y"),
        "namePrefix: p-\n",
    ),
    "another namespace": one(thing("ConfigMap", "a", "z") + DEPLOYMENT, "namePrefix: p-\n"),
    "namespace default": one(thing("ConfigMap", "a", "default") + DEPLOYMENT, "namePrefix: p-\n"),
    "renamed by operations": one(
        CONFIG + POD, patched("ConfigMap", '[{"op": "replace", "path": "/metadata/name", "value": "new"}]')
    ),
    "renamed by a patch that may": one(
        CONFIG + POD,
        patched("ConfigMap", "{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}", "allowNameChange: true"),
    ),
    "not renamed by a patch that may not": one(
        CONFIG + POD, patched("ConfigMap", "{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}")
    ),
    "another kind by a patch that may": one(
        thing("Secret", "a") + POD,
        "namePrefix: p-\n"
        + patched("Secret", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "allowKindChange: true"),
    ),
    "generated": one(POD, "namespace: n\nnamePrefix: p-\nconfigMapGenerator: [{name: a, literals: [k=v]}]\n"),
    "generated and merged": {
        "kustomization.yaml": "resources: [low, pod.yaml]\n"
        "configMapGenerator: [{name: a, behavior: merge, literals: [z=1]}]\n",
        "low/kustomization.yaml": "namePrefix: p-\nconfigMapGenerator: [{name: a, literals: [k=v]}]\n",
        "pod.yaml": POD,
    },
    "generated under a former name": over(
        "configMapGenerator: [{name: a, literals: [k=v]}]\n", ("low", CONFIG, "namePrefix: p-\n")
    ),
    "generated without a hash": one(
        POD, "namePrefix: p-\nconfigMapGenerator: [{name: a, options: {disableNameSuffixHash: true}}]\n"
    ),
    "custom reference": one(
        FOO + CONFIG,
        "namePrefix: p-\nconfigurations: [c.yaml]\n",
        c_yaml="nameReference: [{kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/list, kind: Foo},"
        " {path: spec/map, kind: Foo}, {path: spec/text, kind: Foo}]}]\n",
    ),
    "custom reference to any kind": one(
        FOO + CONFIG,
        "namePrefix: p-\nconfigurations: [c.yaml]\n",
        c_yaml="nameReference: [{fieldSpecs: [{path: spec/list, kind: Foo}]}]\n",
    ),
    "custom reference to a list of lists": one(
        FOO.replace("[a]", "[[a]]") + CONFIG,
        "namePrefix: p-\nconfigurations: [c.yaml]\n",
        c_yaml="nameReference: [{kind: ConfigMap, fieldSpecs: [{path: spec/list, kind: Foo}]}]\n",
    ),
}

USES = """---
apiVersion: v1
kind: Pod
metadata: {name: uses, annotations: {n: x-$(V)}}
spec:
  containers:
    - name: c
      args: [$(V), $$(V), a$$b, $(W), x$(V)y, $, a$, $(, $(V, $x(V), $(), $$$(V)]
      env: [{name: N, value: $(V)}, {name: M, value: 5}]
"""
LABELLED = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: labelled, labels: {l: $(V)}}\n"
VALUES = thing(
    "ConfigMap",
    "a",
    more="data: {k: v, a.b: dotted, '0': zero}\nlist: [1, two, {name: q, v: 7}]\n"
    "number: 12\nhex: 0x1F\noctal: 017\nfraction: 1.5\nflag: true\nday: 2020-01-01\nnothing: null\n",
)


def variable(field: str = "", names: str = "kind: ConfigMap, name: a, apiVersion: v1", name: str = "V") -> str:
    reference = f"  fieldref: {{fieldpath: '{field}'}}\n" if field else ""
    return f"- name: {name}\n  objref: {{{names}}}\n{reference}"


def variables(*entries: str) -> str:
    return f"vars:\n{''.join(entries)}"


VARIABLES = {
    **{
        f"the field {field or 'by default'}": one(VALUES + USES, variables(variable(field)))
        for field in (
            *("", "data", "data.k", "data.zz", r"data.a\.b", "data.[a.b]", "data.0", "data..k", "[data]", "data[k]"),
            *("list[0]", "list.[1]", "list.0", "list.-", "list[9]", "list.[name=q].v", "list[2].v", "list.*.v", "list"),
            *("number", "hex", "octal", "fraction", "flag", "day", "nothing", "metadata.namespace"),
        )
    },
    **{
        f"the object {{{names}}}": one(
            VALUES + DEPLOYMENT + thing("Namespace", "ns") + USES, variables(variable("", names))
        )
        for names in (
            "kind: ConfigMap, name: a",
            "kind: ConfigMap, name: zz, apiVersion: v1",
            "kind: ConfigMap, name: a, apiVersion: v1, namespace: default",
            "kind: ConfigMap, name: a, apiVersion: v1, namespace: other",
            "kind: Namespace, name: ns, apiVersion: v1, namespace: other",
            "kind: Deployment, name: web, group: apps, version: v1",
            "kind: Deployment, name: web, group: other, apiVersion: apps/v1",
        )
    },
    "of a name that has changed": one(VALUES + USES, "namePrefix: p-\n" + variables(variable())),
    "of a kind that has changed": one(
        thing("Secret", "a") + USES,
        patched("Secret", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "allowKindChange: true")
        + variables(variable("", "kind: Secret, name: a, apiVersion: v1")),
    ),
    "of a generated object": one(USES, "configMapGenerator: [{name: a, literals: [k=v]}]\n" + variables(variable())),
    "of a layer below": over("namePrefix: q-\n", ("low", VALUES, variables(variable())), ("uses", USES, "")),
    "of a component": {
        **one(VALUES + USES, "components: [part]\nnamePrefix: p-\n"),
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        + variables(variable()),
    },
    "of one of two objects": one(VALUES + thing("ConfigMap", "a", "z") + USES, variables(variable())),
    "without a name": one(VALUES + USES, "vars:\n- objref: {kind: ConfigMap, name: a, apiVersion: v1}\n"),
    "twice in a layer": one(VALUES + USES, variables(variable(), variable("data.k"))),
    "twice by one base": {
        **twice("namePrefix: x-\n", "namePrefix: y-\n", ""),
        **{f"base/{path}": text for path, text in one(VALUES, variables(variable())).items()},
    },
    "in another variable": one(
        VALUES + USES,
        variables(variable(), variable("spec.containers.0.args.0", "kind: Pod, name: uses, apiVersion: v1", "W")),
    ),
    "in a label": one(VALUES + LABELLED, variables(variable())),
    "nobody uses": one(VALUES, variables(variable())),
    "none at all": one(USES),
    **{
        f"beside {element} in a list": one(VALUES + USES.replace("[$(V),", f"[{element}, $(V),"), variables(variable()))
        for element in ("1", "null", "{a: b}")
    },
    "in a field of a custom varReference": one(
        VALUES + FOO.replace("text: t", "text: $(V)"),
        "configurations: [c.yaml]\n" + variables(variable()),
        c_yaml="varReference: [{path: spec/text, kind: Foo}]\n",
    ),
    "that is a number in a field that wants one": one(
        VALUES + thing("Service", "s", more="spec: {ports: [{port: $(V), targetPort: x$(V)}]}\n"),
        variables(variable("number")),
    ),
}


@pytest.mark.parametrize("name", AFFIXES)
def test_prefixes_and_suffixes(name: str) -> None:
    compare_files(AFFIXES[name])


@pytest.mark.parametrize("name", NAMESPACES)
def test_namespaces(name: str) -> None:
    compare_files(NAMESPACES[name])


@pytest.mark.parametrize("name", BINDINGS)
def test_subjects_and_roles_of_bindings(name: str) -> None:
    compare_files(BINDINGS[name])


@pytest.mark.parametrize("name", REFERENCES)
def test_references(name: str) -> None:
    compare_files(REFERENCES[name])


@pytest.mark.parametrize("name", VARIABLES)
def test_variables(name: str) -> None:
    compare_files(VARIABLES[name])
