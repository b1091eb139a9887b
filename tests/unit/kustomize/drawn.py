"""Small objects with patches for them, drawn by hypothesis: what goes through our engine and through the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

Object = dict[str, Any]
Pair = tuple[Object, Object]
"""An object and a strategic merge patch for it."""

_DIRECTIVES = st.sampled_from(["merge", "replace", "delete"])
_SCALARS = st.sampled_from([0, 7, 1.5, True, False, "x", "two words", "yes", "5", "true", ""])
_KEYS = st.sampled_from("abcd")
_TREES = st.recursive(
    _SCALARS | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def _object(version: str, kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Object]:
    head = {"apiVersion": st.just(version), "kind": st.just(kind), "metadata": _metadata()}
    return st.fixed_dictionaries(head, optional=fields)


def _metadata() -> st.SearchStrategy[Object]:
    texts = st.dictionaries(_KEYS, st.sampled_from(["1", "v", ""]), min_size=1, max_size=2)
    return st.fixed_dictionaries(
        {"name": st.just("name")},
        optional={
            "labels": texts,
            "annotations": texts,
            "finalizers": st.lists(_KEYS, max_size=3),
            "ownerReferences": _elements({"uid": _KEYS}, {"name": _KEYS}),
        },
    )


def _elements(
    keys: Mapping[str, st.SearchStrategy[Any]],
    optional: Mapping[str, st.SearchStrategy[Any]],
    *,
    patch: bool = False,
) -> st.SearchStrategy[list[Object]]:
    """A list of mappings with a few keys, so that those of a base and of its patch meet."""
    sometimes = {**optional, **({"$patch": _DIRECTIVES} if patch else {})}
    element = st.fixed_dictionaries(dict(keys), optional=sometimes)
    return st.lists(element, max_size=3)


def _containers(*, patch: bool) -> st.SearchStrategy[list[Object]]:
    return _elements(
        {"name": _KEYS},
        {
            "image": st.sampled_from(["a:1", "a:2"]) | (st.none() if patch else st.nothing()),
            "args": st.lists(_KEYS, max_size=2),
            "env": _elements({"name": _KEYS}, {"value": st.sampled_from(["1", "v"])}, patch=patch),
            "ports": _elements(
                {"containerPort": st.sampled_from([80, 81])},
                {"protocol": st.sampled_from(["TCP", "UDP"]), "hostPort": st.just(1)},
            ),
            "volumeMounts": _elements({"mountPath": st.sampled_from(["/a", "/b"])}, {"name": _KEYS}),
        },
        patch=patch,
    )


def _deployment(*, patch: bool) -> st.SearchStrategy[Object]:
    pod = st.fixed_dictionaries(
        {},
        optional={
            "containers": _containers(patch=patch),
            "initContainers": _containers(patch=patch),
            "volumes": _elements({"name": _KEYS}, {"emptyDir": st.just({})}, patch=patch),
            "tolerations": _elements({"key": _KEYS}, {}),
            "topologySpreadConstraints": _elements(
                {"topologyKey": _KEYS, "whenUnsatisfiable": st.sampled_from(["A", "B"])}, {"maxSkew": st.just(2)}
            ),
        },
    )
    template = st.fixed_dictionaries({"spec": pod})
    return _object("apps/v1", "Deployment", spec=st.fixed_dictionaries({"template": template}))


def _service(*, patch: bool) -> st.SearchStrategy[Object]:
    ports = _elements(
        {"port": st.sampled_from([80, 81])},
        {"protocol": st.sampled_from(["TCP", "UDP"]), "name": _KEYS, "targetPort": st.just(9)},
        patch=patch,
    )
    return _object("v1", "Service", spec=st.fixed_dictionaries({"ports": ports}))


def _config_map(*, patch: bool) -> st.SearchStrategy[Object]:
    texts = st.sampled_from(["1", "v", "several\nlines\n"])
    data = st.dictionaries(_KEYS, texts | st.none() if patch else texts, max_size=3)
    return _object("v1", "ConfigMap", data=data)


@st.composite
def _resource(draw: st.DrawFn) -> Pair:
    """A custom resource, and a patch that follows its form, so that most of them apply."""
    tree = draw(st.dictionaries(_KEYS, _TREES, max_size=4))
    head = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "name"}}
    return {**head, "spec": tree}, {**head, "spec": draw(_patch_of(tree))}


def _patch_of(tree: Any) -> st.SearchStrategy[Any]:
    if isinstance(tree, dict):
        known = {key: _patch_of(value) for key, value in tree.items()}
        new = dict.fromkeys("ef", _TREES)
        return st.fixed_dictionaries({}, optional={**known, **new, "$patch": _DIRECTIVES})
    if isinstance(tree, list):
        return st.lists(_TREES, max_size=2)
    return _TREES if tree is None else _SCALARS | st.none()


PAIRS: st.SearchStrategy[Pair] = st.one_of(
    st.tuples(_deployment(patch=False), _deployment(patch=True)),
    st.tuples(_service(patch=False), _service(patch=True)),
    st.tuples(_config_map(patch=False), _config_map(patch=True)),
    _resource(),
)

_PATHS = st.sampled_from(
    ["/a", "/l", "/l/0", "/l/1", "/l/2", "/l/-", "/l/-1", "/m", "/m/n", "/m/n/o", "/z", "/z/z", "/p~1q", "/l/1/k"]
).map("/spec".__add__)
_OPERATIONS = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(["add", "replace", "test"]), "path": _PATHS, "value": _TREES}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": _PATHS}),
    st.fixed_dictionaries({"op": st.sampled_from(["copy", "move"]), "path": _PATHS, "from": _PATHS}),
)
OPERATIONS: st.SearchStrategy[list[Object]] = st.lists(_OPERATIONS, min_size=1, max_size=2)
"""Operations on ``POINTED``, most of which find something to work on."""

POINTED: Object = {
    "apiVersion": "example.com/v1",
    "kind": "Thing",
    "metadata": {"name": "name"},
    "spec": {"a": 1, "l": [1, {"k": 2}], "m": {"n": {"o": None}}, "p/q": "slash"},
}
