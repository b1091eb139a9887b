"""Patch targets: patterns for identities, selectors for labels and annotations."""

from __future__ import annotations

from typing import Any

import pytest

from gitops_lint.builders.kustomize.patch import Unpatchable
from gitops_lint.builders.kustomize.selector import Target
from gitops_lint.model import Ref

CONFIG = Ref("", "ConfigMap", "", "config")
DEPLOYMENT = Ref("apps", "Deployment", "shop", "web")


def matches(target: dict[str, Any], *refs: Ref, **labels: Any) -> bool:
    return Target.from_data(target).matches(refs or (DEPLOYMENT,), "v1", labels, {})


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({}, True),
        ({"kind": "Deployment", "name": None, "namespace": ""}, True),
        ({"group": "apps", "version": "v1", "kind": "Deployment", "name": "web", "namespace": "shop"}, True),
        ({"name": "w.*"}, True),
        ({"name": "we"}, False),
        ({"name": "web|db"}, True),
        ({"name": "b|we"}, False),
        ({"kind": "deployment"}, False),
        ({"group": "^$"}, False),
        ({"version": "v2"}, False),
        ({"namespace": "default"}, False),
    ],
)
def test_patterns_are_anchored_at_both_ends(target: dict[str, Any], expected: bool) -> None:
    assert matches(target) is expected


def test_an_object_without_a_namespace_is_in_the_default_one() -> None:
    assert matches({"namespace": "default"}, CONFIG)
    assert matches({"group": "^$"}, CONFIG)


def test_an_object_that_cannot_have_a_namespace_is_in_none() -> None:
    role = Ref("rbac.authorization.k8s.io", "ClusterRole", "", "reader")
    assert not matches({"namespace": "default"}, role)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"name": "prod-web-2"}, True),
        ({"name": "web"}, True),
        ({"name": "web-2"}, False),
        ({"namespace": "prod"}, True),
        ({"namespace": "default"}, True),
        ({"namespace": "middle"}, False),
        ({"name": "web", "namespace": "prod"}, True),
    ],
)
def test_the_current_and_the_first_name_count_each_by_itself_but_none_in_between(
    target: dict[str, Any], expected: bool
) -> None:
    first = DEPLOYMENT._replace(namespace="")
    middle = DEPLOYMENT._replace(name="web-2", namespace="middle")
    current = DEPLOYMENT._replace(name="prod-web-2", namespace="prod")
    assert matches(target, current, first, middle) is expected


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("app=web", True),
        ("app==web", True),
        (" app = web , tier ", True),
        ("app!=web", False),
        ("other!=web", True),
        ("app", True),
        ("!app", False),
        ("! other", True),
        ("app in (web, db)", True),
        ("app in ()", False),
        ("empty in (a,)", True),
        ("empty=", True),
        ("app notin (web)", False),
        ("other notin (web)", True),
        ("count>4,count<6", True),
        ("count>5", False),
        ("app>1", False),
        ("app=web,app=db", False),
        ("example.com/name=x", True),
        ("in in (in)", True),
        ("", True),
    ],
)
def test_selectors(selector: str, expected: bool) -> None:
    labels = {"app": "web", "tier": "front", "count": "5", "empty": "", "example.com/name": "x", "in": "in"}
    assert Target.from_data({"labelSelector": selector}).matches((DEPLOYMENT,), "v1", labels, {}) is expected
    assert Target.from_data({"annotationSelector": selector}).matches((DEPLOYMENT,), "v1", {}, labels) is expected


def test_labels_that_are_no_texts_are_read_as_such() -> None:
    assert matches({"labelSelector": "count=5,flag=true"}, count=5, flag=True)


@pytest.mark.parametrize(
    "selector",
    [
        "a in b",
        "a=b c",
        "a=b,",
        ",",
        "=b",
        "a=!b",
        "(a)",
        "a>b",
        "a>=4",
        "!a=b",
        "a b",
        "a=b/c",
        "-a",
        "x/y/z",
        "a in (b",
    ],
)
def test_a_selector_that_kustomize_cannot_read_is_refused(selector: str) -> None:
    with pytest.raises(Unpatchable, match="cannot be read") as refused:
        Target.from_data({"annotationSelector": selector})
    assert refused.value.route == ("annotationSelector",)


@pytest.mark.parametrize("target", [{"name": "("}, {"name": "(?!x)a"}, {"name": 1}, {"kind": ["A"]}, {"nam": "x"}])
def test_a_target_that_kustomize_cannot_read_is_refused(target: dict[str, Any]) -> None:
    with pytest.raises(Unpatchable) as refused:
        Target.from_data(target)
    assert refused.value.route == tuple(target)


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not matches({"name": "(a*)*b"}, DEPLOYMENT._replace(name="a" * 5000))
