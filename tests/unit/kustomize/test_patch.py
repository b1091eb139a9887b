"""Strategic merge and JSON6902: the results, and the places that come with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from gitops_lint.builders.kustomize.patch import Unpatchable, apply_operations, strategic_merge
from gitops_lint.builders.kustomize.traced import MAX_STEPS, text
from gitops_lint.document import MAX_DEPTH
from gitops_lint.model import Place, Places, dig
from tests.unit.kustomize.drawn import OPERATIONS, PAIRS, POINTED, Object, Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.location import Route, Span


@dataclass(frozen=True, eq=False)
class Paper:
    """A document that is nothing but its data."""

    path: str
    data: Any

    def locate(self, route: Route, *, key: bool = False) -> Span:
        raise NotImplementedError

    @property
    def places(self) -> Places:
        return Places(Place(self, ()))


Patched = tuple[Any, Places]


def merged(base: Object, patch: Any, *, targeted: bool = False) -> Patched | None:
    group, _, version = base["apiVersion"].rpartition("/")
    return strategic_merge(
        base,
        Paper("base.yaml", base).places,
        patch,
        Paper("patch.yaml", patch).places,
        group=group,
        version=version,
        kind=base["kind"],
        targeted=targeted,
    )


def edited(base: Object, *operations: Any) -> Patched:
    listed = list(operations)
    return apply_operations(base, Paper("base.yaml", base).places, listed, Paper("patch.yaml", listed).places)


def data(patched: Patched | None) -> Any:
    assert patched is not None
    return patched[0]


def where(patched: Patched | None, *route: str | int) -> tuple[str, Route]:
    assert patched is not None
    place = patched[1].locate(route)
    return place.path, place.route


def deployment(**pod: Any) -> Object:
    spec = {"template": {"spec": pod}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def service(*ports: Object) -> Object:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": list(ports)}}


def thing(**spec: Any) -> Object:
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one"}, "spec": spec}


def pod(patched: Patched | None) -> Any:
    return data(patched)["spec"]["template"]["spec"]


class TestStrategicMerge:
    def test_mappings_merge_and_null_removes(self) -> None:
        result = merged(thing(a={"b": 1, "c": 2}, d=3), thing(a={"b": None, "e": 4}))
        assert data(result)["spec"] == {"a": {"c": 2, "e": 4}, "d": 3}

    def test_nulls_of_the_base_stay_and_those_of_a_new_mapping_go(self) -> None:
        result = merged(thing(a={"b": None}), thing(a={"c": {"d": None, "e": 1}}))
        assert data(result)["spec"] == {"a": {"b": None, "c": {"e": 1}}}

    def test_a_list_of_a_custom_resource_is_replaced(self) -> None:
        result = merged(thing(containers=[{"name": "a"}]), thing(containers=[{"name": "b"}]))
        assert data(result)["spec"]["containers"] == [{"name": "b"}]

    def test_so_is_every_list_of_a_version_that_kustomize_does_not_know(self) -> None:
        base = {**deployment(containers=[{"name": "a"}]), "apiVersion": "apps/v9"}
        patch = {**deployment(containers=[{"name": "b"}]), "apiVersion": "apps/v9"}
        assert pod(merged(base, patch))["containers"] == [{"name": "b"}]

    def test_containers_merge_by_name_those_of_the_patch_first(self) -> None:
        base = deployment(containers=[{"name": "a", "image": "a:1"}, {"name": "b"}, {"name": "c"}])
        result = merged(base, deployment(containers=[{"name": "new"}, {"name": "c", "image": "c:2"}]))
        assert pod(result)["containers"] == [
            {"name": "new"},
            {"name": "c", "image": "c:2"},
            {"name": "a", "image": "a:1"},
            {"name": "b"},
        ]

    def test_scalars_that_merge(self) -> None:
        base, patch = deployment(), deployment()
        base["metadata"] = {"name": "web", "finalizers": ["x", "y"]}
        patch["metadata"] = {"name": "web", "finalizers": ["z", "x"]}
        assert data(merged(base, patch))["metadata"]["finalizers"] == ["z", "x", "y"]

    def test_ports_merge_by_port_and_protocol(self) -> None:
        tcp, udp = {"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}
        result = merged(service(tcp, udp), service({**udp, "name": "dns"}))
        assert data(result)["spec"]["ports"] == [tcp, {**udp, "name": "dns"}]

    def test_a_port_without_the_protocol_that_the_base_gives_is_lost(self) -> None:
        base = service({"port": 80, "protocol": "TCP"})
        assert data(merged(base, service({"port": 80, "targetPort": 8080}))) == base

    def test_an_element_without_its_key_takes_the_others_with_it(self) -> None:
        result = merged(deployment(containers=[{"name": "a"}]), deployment(containers=[{"image": "a:2"}]))
        assert pod(result)["containers"] == []

    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ([{"name": "a", "$patch": "delete"}], [{"name": "b"}]),
            ([{"$patch": "replace"}, {"name": "c"}], [{"name": "c"}]),
            ([{"$patch": "merge"}, {"name": "c"}], [{"name": "c"}, {"name": "a"}, {"name": "b"}]),
            ([{"$patch": "delete"}], None),
        ],
    )
    def test_directives_in_lists(self, patch: Any, expected: Any) -> None:
        result = merged(deployment(containers=[{"name": "a"}, {"name": "b"}]), deployment(containers=patch))
        assert pod(result).get("containers") == expected

    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ({"$patch": "delete"}, {}),
            ({"$patch": "replace", "c": 3}, {"a": {"c": 3}}),
            ({"$patch": "merge", "c": 3}, {"a": {"b": 1, "c": 3}}),
        ],
    )
    def test_directives_in_mappings(self, patch: Any, expected: Any) -> None:
        assert data(merged(thing(a={"b": 1}), thing(a=patch)))["spec"] == expected

    def test_delete_at_the_top_removes_the_object(self) -> None:
        assert merged(thing(a=1), {**thing(), "$patch": "delete"}) is None

    def test_replace_at_the_top_does_nothing(self) -> None:
        base = thing(a=1)
        assert data(merged(base, {**thing(b=2), "$patch": "replace"})) is base

    def test_an_unknown_directive_is_refused_at_its_place(self) -> None:
        with pytest.raises(Unpatchable, match="'remove'") as refused:
            merged(thing(a={"b": 1}), thing(a={"$patch": "remove"}))
        assert refused.value.route == ("spec", "a", "$patch")

    @pytest.mark.parametrize("other", [{"x": 1}, [1]])
    def test_a_value_of_another_type_is_refused_at_its_place(self, other: Any) -> None:
        with pytest.raises(Unpatchable, match="a scalar stands") as refused:
            merged(thing(a=1), thing(a=other))
        assert refused.value.route == ("spec", "a")

    @pytest.mark.parametrize("patch", [None, [], "text"])
    def test_what_is_no_object_is_refused(self, patch: Any) -> None:
        with pytest.raises(Unpatchable):
            merged(thing(), patch)

    def test_the_object_keeps_its_identity(self) -> None:
        base = {**thing(), "metadata": {"name": "one", "namespace": "here"}}
        patch = {"apiVersion": "other/v2", "kind": "Other", "metadata": {"name": "two", "namespace": "there"}}
        assert data(merged(base, {**patch, "spec": {"a": 1}})) == {**base, "spec": {"a": 1}}

    def test_it_may_change_name_and_kind_where_that_is_allowed(self) -> None:
        base, patch = thing(), {"apiVersion": "other/v2", "kind": "Other", "metadata": {"name": "two"}}
        papers = Paper("base.yaml", base).places, Paper("patch.yaml", patch).places
        result = strategic_merge(
            base,
            papers[0],
            patch,
            papers[1],
            group="example.com",
            version="v1",
            kind="Thing",
            may_rename=True,
            may_change_kind=True,
        )
        assert data(result) == {**base, "kind": "Other", "metadata": {"name": "two"}}

    def test_a_null_label_removes_unless_a_target_chose_the_patch(self) -> None:
        base = {**thing(), "metadata": {"name": "one", "labels": {"a": "1", "b": "2"}}}
        patch = {**thing(), "metadata": {"name": "one", "labels": {"a": None}}}
        assert data(merged(base, patch))["metadata"]["labels"] == {"b": "2"}
        assert data(merged(base, patch, targeted=True))["metadata"]["labels"] == {"a": "null", "b": "2"}

    def test_a_quoted_text_lends_its_quotes(self) -> None:
        result = merged(thing(quoted="5", plain="five"), thing(quoted=6, plain=6))
        assert data(result)["spec"] == {"quoted": "6", "plain": 6}

    def test_an_object_inside_of_another_one_merges_by_its_own_kind(self) -> None:
        def template(name: str) -> Object:
            return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": name}]}}

        result = merged(thing(template=template("a")), thing(template=template("b")))
        assert data(result)["spec"]["template"]["spec"]["containers"] == [{"name": "b"}, {"name": "a"}]

    def test_what_is_made_to_take_for_ever_is_refused(self) -> None:
        twice = [{"name": f"c{index // 2}"} for index in range(MAX_STEPS // 500)]
        with pytest.raises(Unpatchable, match="steps"):
            merged(deployment(containers=twice), deployment())

    def test_the_depth_that_a_document_may_have_is_no_trouble(self) -> None:
        tree: Any = 1
        for _ in range(MAX_DEPTH):
            tree = {"a": tree}
        assert data(merged(thing(), thing(a=tree))) == thing(a=tree)


class TestPlacesOfAMerge:
    base = deployment(
        replicas=1, containers=[{"name": "a", "image": "a:1"}, {"name": "b", "env": [{"name": "X", "value": "1"}]}]
    )
    patch = deployment(containers=[{"name": "new"}, {"name": "b", "env": [{"name": "Y"}]}])

    def containers(self, *route: str | int) -> tuple[str, Route]:
        return where(merged(self.base, self.patch), "spec", "template", "spec", "containers", *route)

    def test_an_untouched_value_keeps_its_place(self) -> None:
        assert where(merged(self.base, self.patch), "kind") == ("base.yaml", ("kind",))

    def test_a_new_element_leads_into_the_patch(self) -> None:
        assert self.containers(0, "name") == ("patch.yaml", ("spec", "template", "spec", "containers", 0, "name"))

    def test_an_element_of_the_base_keeps_its_place_at_another_index(self) -> None:
        assert self.containers(2, "image") == ("base.yaml", ("spec", "template", "spec", "containers", 0, "image"))

    def test_a_merged_element_is_that_of_the_base_with_what_the_patch_set(self) -> None:
        assert self.containers(1) == ("base.yaml", ("spec", "template", "spec", "containers", 1))
        assert self.containers(1, "env", 0, "name")[0] == "patch.yaml"
        assert self.containers(1, "env", 1, "value") == (
            "base.yaml",
            ("spec", "template", "spec", "containers", 1, "env", 0, "value"),
        )

    def test_what_the_base_took_from_elsewhere_leads_there_still(self) -> None:
        overlay = Paper("overlay.yaml", "b:2")
        places = Paper("base.yaml", self.base).places.put(
            ("spec", "template", "spec", "containers", 1, "env", 0, "value"), overlay.places
        )
        result = strategic_merge(
            self.base,
            places,
            self.patch,
            Paper("patch.yaml", self.patch).places,
            group="apps",
            version="v1",
            kind="Deployment",
        )
        assert where(result, "spec", "template", "spec", "containers", 1, "env", 1, "value") == ("overlay.yaml", ())

    def test_nothing_is_copied_that_did_not_change(self) -> None:
        base = thing(a={"b": [1]}, c={"d": 1})
        result = merged(base, thing(c={"e": 2}))
        assert data(result)["spec"]["a"] is base["spec"]["a"]
        assert data(merged(base, thing()))["spec"] is base["spec"]


class TestJson6902:
    base = thing(a=1, l=[1, 2, 3], m={"x": {"y": 1}}, **{"p/q": 1, "t~u": 2})

    def spec(self, *operations: Any) -> Any:
        return data(edited(self.base, *operations))["spec"]

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/spec/l/-", [1, 2, 3, 9]),
            ("/spec/l/0", [9, 1, 2, 3]),
            ("/spec/l/3", [1, 2, 3, 9]),
            ("/spec/l/-1", [1, 2, 3, 9]),
            ("spec-is-not-looked-at/spec/l/1", [1, 9, 2, 3]),
        ],
    )
    def test_add_to_a_list(self, path: str, expected: Any) -> None:
        assert self.spec({"op": "add", "path": path, "value": 9})["l"] == expected

    def test_a_path_is_unescaped(self) -> None:
        changed = self.spec(
            {"op": "replace", "path": "/spec/p~1q", "value": 8}, {"op": "replace", "path": "/spec/t~0u", "value": 9}
        )
        assert (changed["p/q"], changed["t~u"]) == (8, 9)

    def test_remove_replace_move_and_copy(self) -> None:
        assert self.spec({"op": "remove", "path": "/spec/l/1"})["l"] == [1, 3]
        assert self.spec({"op": "replace", "path": "/spec/l/1", "value": 9})["l"] == [1, 9, 3]
        assert self.spec({"op": "move", "from": "/spec/l/0", "path": "/spec/l/2"})["l"] == [2, 3, 1]
        assert self.spec({"op": "copy", "from": "/spec/m", "path": "/spec/m/x/y"})["m"] == {"x": {"y": {"x": {"y": 1}}}}

    def test_operations_build_on_each_other(self) -> None:
        changed = self.spec(
            {"op": "add", "path": "/spec/new", "value": {}}, {"op": "add", "path": "/spec/new/inner", "value": 1}
        )
        assert changed["new"] == {"inner": 1}

    def test_replace_sets_a_missing_field_too(self) -> None:
        assert self.spec({"op": "replace", "path": "/spec/new", "value": 1})["new"] == 1

    def test_replace_may_change_the_whole_object(self) -> None:
        assert data(edited(self.base, {"op": "replace", "path": "", "value": thing()})) == thing()

    def test_there_are_always_annotations_to_add_to(self) -> None:
        result = data(edited(self.base, {"op": "add", "path": "/metadata/annotations/a", "value": "b"}))
        assert result["metadata"] == {"name": "one", "annotations": {"a": "b"}}
        assert data(edited(self.base)) == self.base

    @pytest.mark.parametrize(
        ("path", "value", "holds"),
        [
            ("/spec/a", 1, True),
            ("/spec/a", 1.0, True),
            ("/spec/a", True, False),
            ("/spec/a", "1", False),
            ("/spec/missing", None, True),
            ("/spec/m", {"x": {"y": 1}}, True),
            ("/spec/m", {"x": {}}, False),
        ],
    )
    def test_test(self, path: str, value: Any, holds: bool) -> None:
        operation = {"op": "test", "path": path, "value": value}
        if holds:
            assert self.spec(operation) == self.base["spec"]
        else:
            with pytest.raises(Unpatchable, match=f"{path} fails"):
                self.spec(operation)

    @pytest.mark.parametrize(
        ("operation", "field"),
        [
            ({"op": "add", "path": "/spec/q/z", "value": 1}, "path"),
            ({"op": "add", "path": "/spec/l/4", "value": 1}, "path"),
            ({"op": "add", "path": "/spec/l/x", "value": 1}, "path"),
            ({"op": "add", "path": "", "value": 1}, "path"),
            ({"op": "remove", "path": "/spec/z"}, "path"),
            ({"op": "remove", "path": "/spec/l/-"}, "path"),
            ({"op": "replace", "path": "/spec/l/3", "value": 1}, "path"),
            ({"op": "move", "from": "/spec/z", "path": "/spec/y"}, "from"),
            ({"op": "move", "from": "/spec/m", "path": "/spec/m/x"}, "path"),
            ({"op": "copy", "path": "/spec/y"}, "from"),
            ({"op": "add", "value": 1}, "path"),
            ({"op": "push", "path": "/spec/a"}, "op"),
        ],
        ids=json.dumps,
    )
    def test_what_does_not_apply_is_refused_at_its_place(self, operation: Object, field: str) -> None:
        with pytest.raises(Unpatchable) as refused:
            self.spec({"op": "test", "path": "/spec/a", "value": 1}, operation)
        assert refused.value.route == (1, field)

    @pytest.mark.parametrize("operation", [None, [], "remove"])
    def test_what_is_no_operation_is_refused(self, operation: Any) -> None:
        with pytest.raises(Unpatchable):
            self.spec(operation)

    @pytest.mark.parametrize("path", ["/kind", "/metadata", "/metadata/name"])
    def test_an_object_must_be_left(self, path: str) -> None:
        with pytest.raises(Unpatchable, match="without"):
            self.spec({"op": "remove", "path": path})

    def test_a_bomb_is_refused(self) -> None:
        copies = [{"op": "copy", "from": "/spec", "path": f"/spec/{index}"} for index in range(64)]
        with pytest.raises(Unpatchable):
            self.spec(*copies)

    def test_nesting_without_end_is_refused(self) -> None:
        deeper = [{"op": "add", "path": "/spec" + "/d" * index, "value": {}} for index in range(1, MAX_DEPTH + 1)]
        with pytest.raises(Unpatchable, match="deep"):
            self.spec(*deeper)

    def test_places_lead_to_the_value_of_the_operation_and_move_along(self) -> None:
        result = edited(
            self.base,
            {"op": "add", "path": "/spec/l/0", "value": {"k": [5]}},
            {"op": "move", "from": "/spec/a", "path": "/spec/b"},
        )
        assert where(result, "spec", "l", 0, "k", 0) == ("patch.yaml", (0, "value", "k", 0))
        assert where(result, "spec", "l", 2) == ("base.yaml", ("spec", "l", 1))
        assert where(result, "spec", "b") == ("base.yaml", ("spec", "a"))


def scalars(value: Any, route: Route = ()) -> Iterator[tuple[Route, Any]]:
    """Every scalar of a tree, with the way to it."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from scalars(inner, (*route, step))
    else:
        yield route, value


def assert_places_agree(patched: Patched) -> None:
    """Every scalar stands where its place leads, but for a text that a patch made of a scalar by quoting it."""
    for route, value in scalars(patched[0]):
        place = patched[1].locate(route)
        assert isinstance(place.document, Paper)
        there = dig(place.document.data, place.route)
        assert there == value or (isinstance(value, str) and text(there) == value), route


@given(pair=PAIRS)
def test_identity_and_places_agree_after_a_merge(pair: Pair) -> None:
    before = json.dumps(pair)
    try:
        result = merged(*pair)
    except Unpatchable:
        result = None
    if result is not None:
        assert_places_agree(result)
    assert json.dumps(pair) == before, "a patch changes what it is given"


@given(operations=OPERATIONS)
def test_identity_and_places_agree_after_operations(operations: list[Object]) -> None:
    before = json.dumps((POINTED, operations))
    try:
        result = edited(POINTED, *operations)
    except Unpatchable:
        return
    for route, value in scalars(result[0]):
        place = result[1].locate(route)
        assert isinstance(place.document, Paper)
        there = dig(place.document.data, place.route)
        assert there == value or (value is None and there["op"] == "copy"), route
    assert json.dumps((POINTED, operations)) == before, "a patch changes what it is given"
