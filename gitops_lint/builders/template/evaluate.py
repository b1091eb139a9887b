"""Evaluates the nodes of a template over data (Go, text/template/exec.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_lint.builders.template import functions
from gitops_lint.builders.template.nodes import (
    Action,
    Block,
    Call,
    Chain,
    Jump,
    Literal,
    Pipeline,
    Text,
    Unsupported,
    Variable,
)
from gitops_lint.builders.template.syntax import parse
from gitops_lint.builders.template.values import MAX_TEXT, MAX_WEIGHT, Refused, kind, printed, truth, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitops_lint.builders.template.nodes import Node, Operand
    from gitops_lint.model import Data

MAX_STEPS = 100_000
"""Nodes that one rendering may look at, and hundreds of characters that its functions may."""


class Undefined(Unsupported):
    """A field that the data do not have, where the template must not go without: Go fails there, too."""


class Template:
    """A template that was read once, and may be rendered with many data. Raises Unsupported for what it cannot read."""

    def __init__(
        self, text: str, *, left: str = "{{", right: str = "}}", strict: bool = False, root: str | None = None
    ) -> None:
        self._nodes = parse(text, left, right)
        self._root = root
        """The name of a function that gives the data (``inputs`` of flux-operator)."""
        self._strict = strict
        """Whether a missing key is an error (``missingkey=error``) rather than ``<no value>``."""

    def render(self, data: Data, spend: Callable[[int], None] | None = None) -> str:
        """The text with everything filled in. Raises Unsupported, and Undefined for what is not there.

        The data are those of JSON (`as_json`): a whole number in them is a float, as it is for Go. ``spend`` is told
        of the steps that it takes, for who has a bound over many renderings.
        """
        try:
            return _Evaluation(data, strict=self._strict, root=self._root, spend=spend).text(self._nodes)
        except RecursionError as error:
            raise Unsupported("it is nested too deeply") from error


class _Jump(Exception):
    """``break`` and ``continue``: the rest of the body of a loop is left out."""

    def __init__(self, *, leaves: bool) -> None:
        super().__init__()
        self.leaves = leaves


class _Scope:
    """The variables of a block, and those around it."""

    def __init__(self, outer: _Scope | None = None) -> None:
        self.outer = outer
        self.values: dict[str, Data] = {}

    def holder(self, name: str) -> _Scope | None:
        """The innermost scope that has a variable."""
        if name in self.values:
            return self
        return self.outer.holder(name) if self.outer else None


class _Evaluation:
    """One rendering."""

    def __init__(self, data: Data, *, strict: bool, root: str | None, spend: Callable[[int], None] | None) -> None:
        self.strict = strict
        self.outer = spend
        self.root = root
        self.data = data
        self.left = MAX_STEPS
        self.size = 0
        self.scope = _Scope()
        self.scope.values[""] = data

    def text(self, nodes: Sequence[Node]) -> str:
        return "".join(self.parts(nodes, self.scope.values[""]))

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.outer is not None:
            self.outer(steps)
        if self.left < 0:
            raise Unsupported("it takes too many steps")

    def parts(self, nodes: Sequence[Node], dot: Data) -> Iterator[str]:
        for node in nodes:
            self.spend()
            if isinstance(node, Text):
                yield self.counted(node.text)
            elif isinstance(node, Action):
                value = self.pipeline(node.pipeline, dot)
                if not node.pipeline.names:
                    yield self.counted(printed(value))
            elif isinstance(node, Jump):
                raise _Jump(leaves=node.leaves)
            else:
                yield from self.block(node, dot)

    def counted(self, text: str) -> str:
        self.size += len(text)
        if self.size > MAX_TEXT:
            raise Unsupported("what it makes is too long")
        return text

    def block(self, block: Block, dot: Data) -> Iterator[str]:
        self.scope = _Scope(self.scope)
        try:
            if block.kind == "range":
                yield from self.loop(block, dot)
            else:
                value = self.pipeline(block.pipeline, dot)
                body = block.body if truth(value) else block.otherwise
                yield from self.parts(body, value if block.kind == "with" and truth(value) else dot)
        finally:
            self.scope = self.scope.outer or self.scope

    def loop(self, block: Block, dot: Data) -> Iterator[str]:
        names = block.pipeline.names
        items = list(_items(self.pipeline(block.pipeline._replace(names=()), dot), len(names)))
        for key, value in items:
            self.spend()
            self.scope.values.update(zip(names, (value,) if len(names) == 1 else (key, value), strict=False))
            try:
                yield from self.parts(block.body, value)
            except _Jump as jump:
                if jump.leaves:
                    break
        if not items:
            yield from self.parts(block.otherwise, dot)

    def pipeline(self, pipeline: Pipeline, dot: Data) -> Data:
        value: Data = None
        for index, command in enumerate(pipeline.commands):
            value = self.command(command, dot, (value,) if index else ())
        if pipeline.names:
            self.assign(pipeline.names[0], value, declares=pipeline.declares)
        return value

    def assign(self, name: str, value: Data, *, declares: bool) -> None:
        scope = self.scope if declares else self.scope.holder(name)
        if scope is None:
            raise Unsupported(f"the variable ${name} is not known")
        scope.values[name] = value

    def command(self, operand: Operand, dot: Data, last: tuple[Data, ...]) -> Data:
        if isinstance(operand, Call):
            return self.call(operand, dot, last)
        if last:
            raise Unsupported("a value takes no arguments")
        return self.value(operand, dot)

    def value(self, operand: Operand, dot: Data) -> Data:
        self.spend()
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Pipeline):
            return self.pipeline(operand, dot)
        if isinstance(operand, Call):
            return self.call(operand, dot, ())
        if isinstance(operand, Variable):
            return self.variable(operand)
        base = dot if operand.base is None else self.value(operand.base, dot)
        return self.fields(base, operand)

    def variable(self, variable: Variable) -> Data:
        scope = self.scope.holder(variable.name)
        if scope is None:
            raise Unsupported(f"the variable ${variable.name} is not known")
        return scope.values[variable.name]

    def fields(self, value: Data, chain: Chain) -> Data:
        for index, name in enumerate(chain.fields):
            path = ".".join(chain.fields[: index + 1])
            if not isinstance(value, dict):
                raise Undefined(f".{path} is asked of something that has no fields")
            if name not in value and self.strict:
                raise Undefined(f"there is no .{path}")
            value = value.get(name)
        return value

    def call(self, call: Call, dot: Data, last: tuple[Data, ...]) -> Data:
        if call.name in ("and", "or"):
            return self.either(call, dot, last)
        if call.name == self.root and not call.arguments:
            return self.data
        arguments = [*(self.value(argument, dot) for argument in call.arguments), *last]
        self.spend(weight(arguments) // 100)
        try:
            result = functions.call(call.name, arguments)
        except Refused as refused:
            raise Unsupported(str(refused), call.offset) from None
        if weight(result) > MAX_WEIGHT // 2:
            raise Unsupported(f"{call.name} makes too much", call.offset)
        return result

    def either(self, call: Call, dot: Data, last: tuple[Data, ...]) -> Data:
        """``and`` gives the first value that is not true, ``or`` the first one that is, else the last."""
        if not (call.arguments or last):
            raise Unsupported(f"{call.name} needs a value", call.offset)
        value: Data = None
        for argument in call.arguments:
            value = self.value(argument, dot)
            if truth(value) is (call.name == "or"):
                return value
        return last[0] if last else value


def _items(value: Data, names: int) -> Iterator[tuple[Data, Data]]:
    """What ``range`` goes through: a list, a map by its sorted keys, or the whole numbers below one."""
    if isinstance(value, dict):
        yield from ((key, value[key]) for key in sorted(value))
    elif isinstance(value, list):
        yield from enumerate(value)
    elif kind(value) == "int" and names < 2:
        yield from ((number, number) for number in range(min(value, MAX_STEPS)))
    elif value is not None:
        raise Unsupported(f"range goes through no {kind(value)}")
