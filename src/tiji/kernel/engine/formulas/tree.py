"""A formula as read: only what the language has, each part with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula. `span` is its place in the text, half-open."""

    span: Span


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class Word(Node):
    value: str


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Day(Node):
    value: date


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`op` is one of + - * /"""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`op` is one of = <> < <= > >="""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`op` is AND or OR"""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Empty(Node):
    """Whether a part has no value."""

    of: Node


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    of: Node
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """CASE: the answer of the first condition that holds."""

    whens: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A function with its arguments; the name is in small letters."""

    function: str
    arguments: tuple[Node, ...]
