"""The grammar of Go templates: a text becomes a tree of nodes (Go, text/template/parse/parse.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from gitops_lint.builders.template.lexer import Piece, number, pieces, tokens, unquoted
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops_lint.builders.template.lexer import Token
    from gitops_lint.builders.template.nodes import Node, Operand

MAX_LENGTH = 200_000
"""The longest template that is read, in characters."""
MAX_NESTING = 50
CONSTANTS = {"true": True, "false": False, "nil": None}


def parse(template: str, left: str, right: str) -> tuple[Node, ...]:
    """The nodes of a template. Raises Unsupported."""
    if len(template) > MAX_LENGTH:
        raise Unsupported("it is too long")
    reader = _Reader(list(pieces(template, left, right)))
    nodes, end = reader.nodes(0)
    if end is not None:
        raise Unsupported(f"there is an unexpected {end.text}", end.offset)
    return nodes


class _Reader:
    """Reads pieces into nodes."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces
        self.position = 0
        self.loops = 0
        """The loops around the position."""

    def nodes(self, depth: int) -> tuple[tuple[Node, ...], Piece | None]:
        """Nodes up to an ``end`` or ``else`` that is none of theirs, and that."""
        if depth > MAX_NESTING:
            raise Unsupported("its blocks are nested too deeply")
        found: list[Node] = []
        while self.position < len(self.pieces):
            piece = self.pieces[self.position]
            self.position += 1
            if not piece.is_action:
                found.append(Text(piece.text))
                continue
            word = piece.text.split(None, 1)[0] if piece.text.strip() else ""
            if word in ("end", "else"):
                return tuple(found), piece
            if word in ("if", "with", "range"):
                found.append(self.block(word, piece, depth))
            elif piece.text.strip() in ("break", "continue") and self.loops:
                found.append(Jump(leaves=word == "break"))
            elif word in ("define", "template", "block", "break", "continue"):
                raise Unsupported(f"{word} is not evaluated", piece.offset)
            else:
                pipeline = _Expression(piece).whole()
                if len(pipeline.names) > 1:
                    raise Unsupported("only range sets two variables", piece.offset)
                found.append(Action(pipeline))
        return tuple(found), None

    def block(self, kind: str, piece: Piece, depth: int) -> Block:
        skipped = piece.text.index(kind) + len(kind)
        pipeline = _Expression(Piece(True, piece.text[skipped:], piece.offset + skipped)).whole()
        if len(pipeline.names) > 1 + (kind == "range"):
            raise Unsupported(f"{kind} sets no {len(pipeline.names)} variables", piece.offset)
        self.loops += kind == "range"
        body, end = self.nodes(depth + 1)
        self.loops -= kind == "range"
        if end is None:
            raise Unsupported(f"{kind} has no end", piece.offset)
        words = end.text.split()
        if words == ["end"]:
            return Block(kind, pipeline, body)
        if words[:2] == ["else", kind] and kind != "range":
            skipped = end.text.index(words[1])
            inner = self.block(words[1], Piece(True, end.text[skipped:], end.offset + skipped), depth + 1)
            return Block(kind, pipeline, body, (inner,))
        otherwise, last = self.nodes(depth + 1)
        if words != ["else"] or last is None or last.text.split() != ["end"]:
            raise Unsupported(f"{kind} has no end", piece.offset)
        return Block(kind, pipeline, body, otherwise)


class _Expression:
    """Reads the inside of an action."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.tokens = list(tokens(piece))
        self.position = 0

    def whole(self) -> Pipeline:
        """The whole as one pipeline. Raises Unsupported."""
        pipeline = self.pipeline(0)
        if self.position < len(self.tokens):
            self.refuse(f"there is an unexpected {self.tokens[self.position].text}")
        return pipeline

    def refuse(self, reason: str) -> NoReturn:
        at = self.tokens[min(self.position, len(self.tokens) - 1)].offset if self.tokens else self.piece.offset
        raise Unsupported(reason, at)

    def peek(self, ahead: int = 0) -> Token | None:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def is_mark(self, *marks: str, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token is not None and token.kind == "mark" and token.text in marks

    def pipeline(self, depth: int) -> Pipeline:
        if depth > MAX_NESTING:
            self.refuse("its parentheses are nested too deeply")
        names, declares = self.assigned()
        commands = [self.command(depth)]
        while self.is_mark("|"):
            self.position += 1
            commands.append(self.command(depth))
        return Pipeline(tuple(commands), names, declares)

    def assigned(self) -> tuple[tuple[str, ...], bool]:
        """The variables that a pipeline is assigned to: ``$x :=``, ``$x =``, ``$k, $v :=``."""
        ahead, names = 0, list[str]()
        while (token := self.peek(ahead)) is not None and token.kind == "variable":
            names.append(token.text[1:])
            if self.is_mark(",", ahead=ahead + 1):
                ahead += 2
            elif self.is_mark(":=", "=", ahead=ahead + 1):
                declares = self.is_mark(":=", ahead=ahead + 1)
                self.position += ahead + 2
                return tuple(names), declares
            else:
                break
        return (), True

    def command(self, depth: int) -> Operand:
        token = self.peek()
        if token is not None and token.text == "nil":
            self.refuse("nil is no command")
        first = self.operand(depth)
        if isinstance(first, Call):
            return first._replace(arguments=tuple(self.arguments(depth)))
        if self.peek() is not None and not self.is_mark("|", ")"):
            self.refuse("a value is no function, and takes no arguments")
        return first

    def arguments(self, depth: int) -> Iterator[Operand]:
        while self.peek() is not None and not self.is_mark("|", ")"):
            yield self.operand(depth)

    def operand(self, depth: int) -> Operand:
        token = self.peek()
        if token is None:
            self.refuse("a value is missing")
        self.position += 1
        if token.kind == "word":
            return self.word(token)
        if token.kind in ("string", "number", "rune"):
            return Literal(_value(token))
        if token.kind == "dot":
            return Chain(None, ())
        if token.kind == "field":
            return Chain(None, (token.text[1:], *self.fields(token)))
        if token.kind == "variable":
            return Chain(Variable(token.text[1:]), self.fields(token))
        if token.text != "(":
            self.position -= 1
            self.refuse(f"there is an unexpected {token.text}")
        inner = self.pipeline(depth + 1)
        if not self.is_mark(")"):
            self.refuse("a parenthesis is not closed")
        close = self.tokens[self.position]
        self.position += 1
        return Chain(inner, fields) if (fields := self.fields(close)) else inner

    def word(self, token: Token) -> Operand:
        """A constant, or a function without arguments, of whose result a field may be asked."""
        if token.text in CONSTANTS:
            return Literal(CONSTANTS[token.text])
        call = Call(token.text, (), token.offset)
        return Chain(Pipeline((call,)), fields) if (fields := self.fields(token)) else call

    def fields(self, before: Token) -> tuple[str, ...]:
        """The fields that follow without a space between them."""
        found, end = [], before.offset + len(before.text)
        while (token := self.peek()) is not None and token.kind == "field" and token.offset == end:
            found.append(token.text[1:])
            end += len(token.text)
            self.position += 1
        return tuple(found)


def _value(token: Token) -> str | float:
    if token.kind == "number":
        return number(token)
    text = unquoted(token)
    if token.kind == "rune" and len(text) != 1:
        raise Unsupported(f"{token.text} is no character", token.offset)
    return ord(text) if token.kind == "rune" else text
