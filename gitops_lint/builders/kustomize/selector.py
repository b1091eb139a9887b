"""Which objects a patch is meant for: the ``target`` of a patch, with the selectors of Kubernetes.

kustomize, api/types/selector.go and api/resmap/reswrangler.go (Select); Kubernetes, apimachinery/pkg/labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import re2

from gitops_lint.builders.kustomize.traced import Unpatchable, text
from gitops_lint.identity import CLUSTER_SCOPED

if TYPE_CHECKING:
    from gitops_lint.model import Data, Ref

Requirement = Callable[[Mapping[str, str]], bool]
"""Whether labels, or annotations, are as one part of a selector wants them."""

_FIELDS = ("group", "version", "kind", "name", "namespace")
_SELECTORS = ("labelSelector", "annotationSelector")
_SPELT = {field.lower(): field for field in (*_FIELDS, *_SELECTORS)}
"""Go finds a field in any mixture of capitals."""
_NO_NAMESPACE: Final = "_non_namespaceable_"
"""What kustomize calls the namespace of an object that cannot have one (kyaml, resid.go)."""

_TOKEN = re.compile(r"[ \t\r\n]*(==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+)")
_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


class Target(NamedTuple):
    """The ``target`` of a patch, ready to be asked."""

    patterns: Mapping[str, Callable[[str], bool]]
    labels: Sequence[Requirement] = ()
    annotations: Sequence[Requirement] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Data]) -> Target:
        """The target as written. Raises Unpatchable for what kustomize cannot read, with the route to it."""
        written: dict[str, str] = {}
        for key, value in data.items():
            field = _SPELT.get(key.lower())
            if field is None:
                raise Unpatchable(f"a target has no field {key!r}", (key,))
            if value is not None and not isinstance(value, str):
                raise Unpatchable(f"{key} is no text", (key,))
            if value:
                written[field] = value
        patterns = {key: _pattern(key, written[key]) for key in _FIELDS if key in written}
        labels, annotations = (_selector(key, written.get(key, "")) for key in _SELECTORS)
        return cls(patterns, labels, annotations)

    def matches(
        self, refs: Sequence[Ref], version: str, labels: Mapping[str, Data], annotations: Mapping[str, Data]
    ) -> bool:
        """Whether an object is meant, given its identities: the current one, then former ones from the first on.

        kustomize asks for the current and for the first name and namespace only, for either one by itself: a name
        that an object bore in between selects nothing. Everything else must be so now.
        """
        current, first = refs[0], refs[min(1, len(refs) - 1)]
        return (
            self._accepts("group", current.group)
            and self._accepts("version", version)
            and self._accepts("kind", current.kind)
            and self._accepts("name", current.name, first.name)
            and self._accepts("namespace", effective_namespace(current), effective_namespace(first))
            and self.has(labels, annotations)
        )

    def has(self, labels: Mapping[str, Data], annotations: Mapping[str, Data]) -> bool:
        """Whether the labels and annotations of an object are as wanted."""
        return all(requirement(_texts(labels)) for requirement in self.labels) and all(
            requirement(_texts(annotations)) for requirement in self.annotations
        )

    def _accepts(self, key: str, *values: str) -> bool:
        pattern = self.patterns.get(key)
        return pattern is None or any(map(pattern, values))


def effective_namespace(ref: Ref) -> str:
    """The namespace that an object is in; kustomize writes it down so for an earlier identity (resid.go)."""
    if (ref.group, ref.kind) in CLUSTER_SCOPED:
        return _NO_NAMESPACE
    return ref.namespace or "default"


def _texts(data: Mapping[str, Data]) -> Mapping[str, str]:
    return {key: text(value) for key, value in data.items()} if isinstance(data, Mapping) else {}


def _pattern(key: str, pattern: str) -> Callable[[str], bool]:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(f"^(?:{pattern})$", options)
    except re2.error:
        raise Unpatchable(f"{key}: {pattern!r} is no regular expression that kustomize can read", (key,)) from None
    return lambda value: compiled.search(value) is not None


# -- selectors -----------------------------------------------------------------------------------------------------


def _selector(key: str, selector: str) -> list[Requirement]:
    """The requirements of a selector: ``a=b,c!=d,e in (f,g),h,!i,j>1``."""
    if not selector.strip(" \t\r\n"):
        return []
    parser = _Parser(selector)
    try:
        return parser.requirements()
    except ValueError as error:
        raise Unpatchable(f"{key} {selector!r} cannot be read: {error}", (key,)) from None


class _Parser:
    """A recursive descent over the tokens of a selector; raises ValueError for what does not belong there."""

    def __init__(self, selector: str) -> None:
        self.tokens = _TOKEN.findall(selector.rstrip(" \t\r\n"))
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def expect(self, *tokens: str) -> str:
        token = self.take()
        if token not in tokens:
            expected = " or ".join(repr(each) if each else "the end" for each in tokens)
            raise ValueError(f"{expected} is expected, not {token!r}")
        return token

    def word(self) -> str:
        token = self.take()
        if not token or token[0] in "=!(),<>":
            raise ValueError(f"a name or a value is expected, not {token!r}")
        return token

    def requirements(self) -> list[Requirement]:
        found = [self.requirement()]
        while self.expect(",", ""):
            found.append(self.requirement())
        return found

    def requirement(self) -> Requirement:
        if self.peek() == "!":
            self.take()
            absent = _name(self.word())
            return lambda labels: absent not in labels
        key = _name(self.word())
        if self.peek() in (",", ""):
            return lambda labels: key in labels
        operator = self.expect("=", "==", "!=", ">", "<", "in", "notin")
        if operator in (">", "<"):
            return _comparison(key, operator, self.value())
        values = self.values() if operator in ("in", "notin") else {self.value()}
        if operator in ("!=", "notin"):
            return lambda labels: labels.get(key) not in values
        return lambda labels: labels.get(key) in values

    def value(self) -> str:
        return _value("" if self.peek() in (",", "") else self.word())

    def values(self) -> set[str]:
        self.expect("(")
        found: set[str] = set()
        while True:
            found.add(_value("" if self.peek() in (",", ")") else self.word()))
            if self.expect(",", ")") == ")":
                return found


def _comparison(key: str, operator: str, bound: str) -> Requirement:
    if not _INTEGER.fullmatch(bound):
        raise ValueError(f"{operator} compares integers, not {bound!r}")

    def holds(labels: Mapping[str, str]) -> bool:
        value = labels.get(key, "")
        if not _INTEGER.fullmatch(value):
            return False
        return int(value) > int(bound) if operator == ">" else int(value) < int(bound)

    return holds


def _name(key: str) -> str:
    domain, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name) or (slash and not _DOMAIN.fullmatch(domain)):
        raise ValueError(f"{key!r} is no name of a label")
    return key


def _value(value: str) -> str:
    if value and not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no value of a label")
    return value
