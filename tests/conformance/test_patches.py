"""The real kustomize as judge of patches and their targets: the same objects come out, or both refuse."""

from __future__ import annotations

import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gitops_lint.builders.kustomize.patch import Unpatchable, apply_operations, strategic_merge
from gitops_lint.builders.kustomize.selector import Target
from gitops_lint.identity import identify
from gitops_lint.model import Ref
from tests.conformance.judges import ask, decoded
from tests.unit.kustomize.drawn import OPERATIONS, PAIRS, POINTED, Object
from tests.unit.kustomize.test_patch import Paper, deployment, service, thing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_lint.model import Places
    from tests.unit.kustomize.drawn import Pair

REFUSED: Final = "refused"
BATCH: Final = 50
"""How many cases one build judges: a build costs far more than a patch."""


class Case(NamedTuple):
    """An object with a patch for it, which finds it by a target or, if strategic, by the name that it gives."""

    base: Object
    patch: Any
    targeted: bool = True

    @property
    def name(self) -> str:
        return str(self.base["metadata"]["name"])

    def named(self, name: str) -> Case:
        return Case(_named(self.base, name), _named(self.patch, name), self.targeted)


def _named(data: Any, name: str) -> Any:
    return {**data, "metadata": {**data["metadata"], "name": name}} if isinstance(data, dict) else data


def judged(cases: Sequence[Case]) -> list[Any]:
    """What comes of each base: an object, None for none, or REFUSED.

    What we take too goes into one build. What we refuse goes alone, for one refusal fails a whole build.
    """
    named = [case.named(f"n{index}") for index, case in enumerate(cases)]
    alone = [case for case in named if ours(case) == REFUSED]
    together = [case for case in named if case not in alone]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = [*_judged(together), *pool.map(lambda case: _judged([case])[0], alone)]
    found = {case.name: answer for case, answer in zip([*together, *alone], answers, strict=True)}
    return [found[case.name] for case in named]


def _judged(cases: Sequence[Case]) -> list[Any]:
    """The verdicts of one build, or of builds of halves of it, where something of it is refused."""
    built = _build([case.base for case in cases], [_entry(case) for case in cases])
    if built is not None:
        return [built.get(case.name) for case in cases]
    if len(cases) == 1:
        return [REFUSED]
    half = len(cases) // 2
    return _judged(cases[:half]) + _judged(cases[half:])


def _entry(case: Case) -> Object:
    entry: Object = {"patch": json.dumps(case.patch)}
    return {**entry, "target": {"name": case.name}} if case.targeted else entry


def _build(bases: Sequence[Object], patches: Sequence[Object]) -> dict[str, Object] | None:
    """The objects of a build by name, decoded by kubectl too; None where it is refused."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        kustomization = {"resources": ["bases.yaml"], "patches": list(patches)}
        (directory / "kustomization.yaml").write_text(json.dumps(kustomization))
        (directory / "bases.yaml").write_text(yaml.safe_dump_all(bases))
        run = ask("kubectl", "kustomize", name)
        if run.returncode:
            return None
        if not run.stdout.strip():
            return {}
        (directory / "built.yaml").write_bytes(run.stdout)
        objects = decoded(str(directory / "built.yaml"))
    return {item["metadata"]["name"]: _bare(item) for item in objects}


def _bare(data: Object) -> Object:
    """An object without labels or annotations where none are left: to label it and back again drops them, too."""
    metadata = data["metadata"]
    kept = {key: value for key, value in metadata.items() if value or key not in ("labels", "annotations")}
    return {**data, "metadata": kept}


def ours(case: Case) -> Any:
    base, patch = case.base, case.patch
    places = Paper("base.yaml", base).places, Paper("patch.yaml", patch).places
    try:
        patched = _patched(base, places[0], patch, places[1], targeted=case.targeted)
    except Unpatchable:
        return REFUSED
    return _bare(patched[0]) if patched is not None else None


def _patched(
    base: Object, places: Places, patch: Any, patch_places: Places, *, targeted: bool
) -> tuple[Any, Places] | None:
    if isinstance(patch, list):
        return apply_operations(base, places, patch, patch_places)
    group, _, version = base["apiVersion"].rpartition("/")
    return strategic_merge(
        base, places, patch, patch_places, group=group, version=version, kind=base["kind"], targeted=targeted
    )


def assert_agreement(cases: Sequence[Case]) -> None:
    for index, (case, real) in enumerate(zip(cases, judged(cases), strict=True)):
        assert ours(case.named(f"n{index}")) == real, case


def account(*secrets: str) -> Object:
    """A ServiceAccount: its secrets merge, its imagePullSecrets do not."""
    head = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "one"}}
    named = [{"name": secret} for secret in secrets]
    return {**head, "secrets": named, "imagePullSecrets": named}


def ingress(*hosts: str) -> Object:
    spec = {"rules": [{"host": host} for host in hosts], "tls": [{"hosts": list(hosts)}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "one"}, "spec": spec}


def webhooks(*names: str) -> Object:
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    return {**head, "metadata": {"name": "one"}, "webhooks": [{"name": name} for name in names]}


def cron_job(*names: str) -> Object:
    template = {"spec": {"template": {"spec": {"containers": [{"name": name} for name in names]}}}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "one"}, "spec": {"jobTemplate": template}}


def labelled(**labels: Any) -> Object:
    return {**thing(), "metadata": {"name": "one", "labels": labels}}


def pod_lists(*values: str) -> Object:
    """A pod with every list that merges by key but the containers, and with some that do not."""
    return deployment(
        volumes=[{"name": value} for value in values],
        imagePullSecrets=[{"name": value} for value in values],
        hostAliases=[{"ip": value, "hostnames": [value]} for value in values],
        ephemeralContainers=[{"name": value, "ports": [{"containerPort": 1, "name": value}]} for value in values],
        topologySpreadConstraints=[{"topologyKey": value, "whenUnsatisfiable": "A"} for value in values],
        tolerations=[{"key": value} for value in values],
        readinessGates=[{"conditionType": value} for value in values],
    )


CONTAINERS = deployment(containers=[{"name": "a", "image": "a:1"}, {"name": "b"}])
TABLE: Mapping[str, Case] = {
    "lists of a pod": Case(pod_lists("x", "y"), pod_lists("z", "x")),
    "secrets of an account": Case(account("a", "b"), account("c", "a")),
    "rules of an Ingress": Case(ingress("a", "b"), ingress("c")),
    "webhooks": Case(webhooks("a", "b"), webhooks("c", "b")),
    "a CronJob": Case(cron_job("a", "b"), cron_job("c", "b")),
    "a version it does not know": Case(
        {**CONTAINERS, "apiVersion": "apps/v9"}, {**deployment(containers=[{"name": "c"}]), "apiVersion": "apps/v9"}
    ),
    "an object inside": Case(
        thing(t={"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a"}]}}),
        thing(t={"spec": {"containers": [{"name": "b"}]}}),
    ),
    "delete an element": Case(CONTAINERS, deployment(containers=[{"name": "a", "$patch": "delete"}])),
    "replace an element": Case(CONTAINERS, deployment(containers=[{"name": "a", "$patch": "replace", "x": 1}])),
    "replace a list": Case(CONTAINERS, deployment(containers=[{"$patch": "replace"}, {"name": "c"}])),
    "delete a list": Case(CONTAINERS, deployment(containers=[{"$patch": "delete"}, {"name": "c"}])),
    "a directive in a new list": Case(deployment(x=1), deployment(containers=[{"$patch": "replace"}, {"name": "c"}])),
    "no key in the patch": Case(CONTAINERS, deployment(containers=[{"image": "c:1"}])),
    "no key in the base": Case(
        deployment(containers=[{"x": 1}, {"name": "b"}]), deployment(containers=[{"name": "c"}])
    ),
    "a key twice in the base": Case(
        deployment(containers=[{"name": "a", "x": 1}, {"name": "a"}]), deployment(containers=[{"name": "a", "y": 1}])
    ),
    "a key twice, untouched": Case(deployment(containers=[{"name": "a", "x": 1}, {"name": "a"}]), deployment(y=1)),
    "no list": Case(CONTAINERS, deployment(containers=None)),
    "an empty list": Case(CONTAINERS, deployment(containers=[])),
    "no protocol in the patch": Case(service({"port": 1, "protocol": "TCP"}), service({"port": 1, "name": "x"})),
    "no protocol in the base": Case(service({"port": 1, "name": "x"}), service({"port": 1, "protocol": "TCP"})),
    "no port": Case(service({"port": 1}, {"name": "x"}), service({"name": "y"}, {"port": 2, "protocol": "TCP"})),
    "order of ports": Case(
        service({"port": 1, "protocol": "TCP"}, {"port": 1, "protocol": "UDP"}),
        service({"port": 2, "protocol": "TCP"}, {"port": 1, "protocol": "UDP", "name": "x"}),
    ),
    "delete the object": Case(thing(a=1), {**thing(), "$patch": "delete"}),
    "replace the object": Case(thing(a=1), {**thing(b=2), "$patch": "replace"}),
    "replace the metadata": Case(labelled(a="1"), {**thing(), "metadata": {"name": "one", "$patch": "replace"}}),
    "null labels, targeted": Case(labelled(a="1", b="2"), labelled(a=None, c=5)),
    "null labels, by name": Case(labelled(a="1", b="2"), labelled(a=None, c="5"), targeted=False),
    "another namespace": Case(thing(), {**thing(), "metadata": {"name": "one", "namespace": "there"}}),
    "another version and kind": Case(thing(a=1), {**thing(b=1), "apiVersion": "other/v1", "kind": "Other"}),
    "quotes": Case(thing(quoted="5", plain="five", block="a\nb\n"), thing(quoted=6, plain=6, block=False)),
    "a mapping over a scalar": Case(thing(a=1), thing(a={"b": 1})),
    "a scalar over a list": Case(thing(a=[1]), thing(a=1)),
    "an unknown directive": Case(thing(a={"b": 1}), thing(a={"$patch": "remove"})),
    "retainKeys means nothing": Case(
        deployment(volumes=[{"name": "a", "emptyDir": {}}]),
        deployment(volumes=[{"name": "a", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/"}}]),
    ),
    "setElementOrder means nothing": Case(
        CONTAINERS, deployment(**{"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]})
    ),
    "annotations are there": Case(thing(), [{"op": "add", "path": "/metadata/annotations/a", "value": "b"}]),
    "labels are not": Case(thing(), [{"op": "add", "path": "/metadata/labels/a", "value": "b"}]),
    "no metadata left": Case(thing(), [{"op": "remove", "path": "/metadata"}]),
    "an index with a sign": Case(thing(l=[1, 2]), [{"op": "add", "path": "/spec/l/+1", "value": 3}]),
    "before the slash": Case(thing(a=1), [{"op": "remove", "path": "spec/a"}, {"op": "remove", "path": "x/spec/a"}]),
}


@pytest.fixture(scope="module")
def verdicts() -> Mapping[str, Any]:
    return dict(zip(TABLE, judged(list(TABLE.values())), strict=True))


@pytest.mark.parametrize("name", TABLE)
def test_a_patch_does_what_kustomize_does(name: str, verdicts: Mapping[str, Any]) -> None:
    assert ours(TABLE[name].named(f"n{list(TABLE).index(name)}")) == verdicts[name]


IN_BATCHES = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
"""Few examples, each a batch of cases; a failure names its case, so that nothing needs to be shrunk."""


@IN_BATCHES
@given(st.lists(st.tuples(PAIRS, st.booleans()), min_size=BATCH, max_size=BATCH))
def test_strategic_merge_does_what_kustomize_does(drawn: list[tuple[Pair, bool]]) -> None:
    assert_agreement([Case(base, patch, targeted) for (base, patch), targeted in drawn])


@IN_BATCHES
@given(st.lists(OPERATIONS, min_size=BATCH, max_size=BATCH))
def test_json6902_does_what_kustomize_does(drawn: list[list[Object]]) -> None:
    assert_agreement([Case(POINTED, operations) for operations in drawn])


def target_base(number: int, **metadata: Any) -> Object:
    return {**thing(), "metadata": {"name": f"one-{number}", **metadata}}


SELECTED: Sequence[Object] = (
    target_base(0),
    target_base(1, namespace="here", labels={"app": "web", "count": "5"}),
    target_base(2, namespace="default", labels={"app": "db", "count": "12"}, annotations={"app": "web"}),
    {**target_base(3, labels={"app": ""}), "kind": "Namespace", "apiVersion": "v1"},
    {**target_base(4), "kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1"},
    {**target_base(5), "apiVersion": "example.com/v2"},
)
TARGETS: Sequence[Object] = (
    *(
        {"name": name}
        for name in ("one", "one-[12]", "one-1|ne-2", "^one-3$", "(?i)ONE-4", "one-1)|(x", "(", "(?!o).*")
    ),
    *({"namespace": namespace} for namespace in ("default", "here", "_.*", "h")),
    *({"group": group} for group in ("^$", "example.com", "example")),
    *({"kind": kind} for kind in ("thing", "Thing|Namespace", "T.*")),
    {"version": "v2"},
    {"annotationSelector": "app=web"},
    *(
        {"labelSelector": selector}
        for selector in (
            *(
                "app",
                "!app",
                "app=",
                "app=web",
                "app==web",
                "app!=web",
                "app in (web, db)",
                "app notin (web)",
                "app in ()",
            ),
            *(
                "count>5",
                "count<6",
                "count>4,app=web",
                "app=web,app=db",
                " app = web ",
                "app in (web",
                "app>web",
                "app=b/c",
            ),
            *("app=", "app=web,", "=web", "app web", "!app=web", "-app", "Example.com/app", "app in web", "count>05"),
        )
    ),
)


def test_targets_select_what_they_select_in_kustomize() -> None:
    chosen: dict[str, set[str]] = {}
    for target in TARGETS:
        try:
            ours = Target.from_data(target)
        except Unpatchable:
            assert _build(SELECTED, [_mark(target)]) is None, target
        else:
            chosen[json.dumps(target)] = {base["metadata"]["name"] for base in SELECTED if _is_selected(ours, base)}
    built = _build(SELECTED, [_mark(json.loads(written)) for written in chosen])
    assert built is not None
    assert chosen == {written: {name for name, data in built.items() if written in data} for written in chosen}


def _mark(target: Object) -> Object:
    """A patch that leaves the text of its target as a field in every object that is selected."""
    path = "/" + json.dumps(target).replace("~", "~0").replace("/", "~1")
    return {"target": target, "patch": json.dumps([{"op": "add", "path": path, "value": True}])}


def _is_selected(target: Target, base: Object) -> bool:
    ref, metadata = identify(base), base["metadata"]
    assert ref is not None
    version = base["apiVersion"].rpartition("/")[2]
    return target.matches([ref], version, metadata.get("labels", {}), metadata.get("annotations", {}))


@pytest.mark.parametrize("key", ["name", "namespace"])
@pytest.mark.parametrize("pattern", ["first", "second", "third", "second-first", "third-second-first"])
def test_a_target_knows_the_first_and_the_current_identity(key: str, pattern: str, tmp_path: Path) -> None:
    operations = json.dumps([{"op": "add", "path": "/selected", "value": True}])
    layers: list[Object] = [
        {"resources": ["thing.yaml"], "namespace": "second", "namePrefix": "second-"},
        {"resources": ["../0"], "namespace": "third", "namePrefix": "third-"},
        {"resources": ["../1"], "patches": [{"target": {key: pattern}, "patch": operations}]},
    ]
    for number, layer in enumerate(layers):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "kustomization.yaml").write_text(json.dumps(layer))
    base = {**thing(), "metadata": {"name": "first", "namespace": "first"}}
    (tmp_path / "0" / "thing.yaml").write_text(json.dumps(base))
    names = ("third-second-first", "third"), ("first", "first"), ("second-first", "second")
    refs = [Ref("example.com", "Thing", namespace, name) for name, namespace in names]
    run = ask("kubectl", "kustomize", tmp_path / "2")
    assert run.returncode == 0
    assert Target.from_data({key: pattern}).matches(refs, "v1", {}, {}) == (b"selected" in run.stdout)
