"""Text → tree. sqlglot parses; what is not in the lists here is refused, with its place in the text.

Every argument of every sqlglot node must be consumed: an argument that nobody looked at would change the meaning
without an error. Source: docs/kernel/formulas.md
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from tiji.kernel.engine.formulas import tree
from tiji.kernel.engine.formulas.problems import FormulaError, refuse

LONGEST = 2_000
MOST_TOKENS = 600
DEEPEST = 40
_DIGITS = re.compile(r"\d{1,16}(\.\d{1,10})?|\.\d{1,10}")
_NAME = re.compile(r"[^\W\d]\w{0,59}")
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_COMPARISON: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_LOGIC: dict[type[exp.Expr], str] = {exp.And: "AND", exp.Or: "OR"}
# What sqlglot knows as functions of its own and the language has, too.
_FUNCTIONS: dict[type[exp.Expr], tuple[str, tuple[str, ...]]] = {
    exp.Abs: ("abs", ("this",)),
    exp.Coalesce: ("coalesce", ("this", "*expressions")),
    exp.Floor: ("floor", ("this",)),
    exp.Greatest: ("greatest", ("this", "*expressions")),
    exp.Least: ("least", ("this", "*expressions")),
    exp.Month: ("month", ("this",)),
    exp.Nullif: ("nullif", ("this", "expression")),
    exp.Quarter: ("quarter", ("this",)),
    exp.Round: ("round", ("this", "decimals")),
    exp.Sign: ("sign", ("this",)),
    exp.StartsWith: ("starts_with", ("this", "expression")),
    exp.Year: ("year", ("this",)),
}
_SYMBOLS = {
    TokenType.AND,
    TokenType.BETWEEN,
    TokenType.CASE,
    TokenType.COMMA,
    TokenType.DASH,
    TokenType.DATE,
    TokenType.ELSE,
    TokenType.END,
    TokenType.EQ,
    TokenType.FALSE,
    TokenType.GT,
    TokenType.GTE,
    TokenType.IN,
    TokenType.IS,
    TokenType.LT,
    TokenType.LTE,
    TokenType.L_PAREN,
    TokenType.NEQ,
    TokenType.NOT,
    TokenType.NULL,
    TokenType.NUMBER,
    TokenType.OR,
    TokenType.PLUS,
    TokenType.R_PAREN,
    TokenType.SLASH,
    TokenType.STAR,
    TokenType.STRING,
    TokenType.THEN,
    TokenType.TRUE,
    TokenType.WHEN,
}


def read_formula(text: str) -> tree.Node:
    """The tree of one formula. Raises: FormulaError at the first thing that is not part of the language."""
    if len(text) > LONGEST:
        raise refuse("long", (LONGEST, len(text)), limit=LONGEST)
    if not text.strip():
        raise refuse("empty", (0, len(text)))
    tokens = _tokens(text)
    try:
        parsed = DuckDB().parser().parse(tokens, text)
        if len(parsed) != 1 or parsed[0] is None:
            raise refuse("statement", (0, len(text)))
        return _Reader(text).node(parsed[0], 0)
    except ParseError as error:
        raise _unreadable(error, text) from error
    except RecursionError as error:
        raise refuse("deep", (0, len(text))) from error
    except SqlglotError as error:
        raise refuse("syntax", (0, len(text))) from error


def names_of(node: tree.Node) -> set[str]:
    """Every name that the formula mentions, tables included."""
    found = {node.name} if isinstance(node, tree.Name) else set()
    for part in parts_of(node):
        found |= names_of(part)
    return found


def parts_of(node: tree.Node) -> list[tree.Node]:
    """The parts right below a node, in the order of the text."""
    match node:
        case tree.Negative(of=of) | tree.Not(of=of) | tree.Empty(of=of):
            return [of]
        case tree.Arithmetic() | tree.Comparison() | tree.Logic():
            return [node.left, node.right]
        case tree.OneOf():
            return [node.of, *node.values]
        case tree.Choice():
            return [part for when in node.whens for part in when] + [node.otherwise]
        case tree.Apply():
            return list(node.arguments)
        case _:
            return []


def _tokens(text: str) -> list[Token]:
    try:
        tokens = DuckDB().tokenize(text)
    except TokenError as error:
        raise refuse("syntax", (0, len(text))) from error
    if len(tokens) > MOST_TOKENS:
        raise refuse("long", (tokens[MOST_TOKENS].start, len(text)), limit=LONGEST)
    depth = 0
    for token in tokens:
        _check_token(token, text)
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth > DEEPEST:
            raise refuse("deep", _place(token))
    return tokens


def _check_token(token: Token, text: str) -> None:
    if token.comments:
        raise refuse("comment", _place(token))
    if token.token_type == TokenType.SEMICOLON:
        raise refuse("statement", _place(token))
    written = text[token.start : token.end + 1]
    if token.token_type == TokenType.STRING and written != f"'{token.text}'":  # escapes, $$ and other quotes
        raise refuse("unusable", _place(token), what=written)
    if token.token_type == TokenType.NUMBER and not _DIGITS.fullmatch(written):
        raise refuse("digits", _place(token), value=written[:30])
    if token.token_type not in _SYMBOLS and not _NAME.fullmatch(written):
        raise refuse("unusable", _place(token), what=written)


def _place(token: Token) -> tree.Span:
    return token.start, token.end + 1


def _unreadable(error: ParseError, text: str) -> FormulaError:
    """The place that the parser names, as places in the text (its columns begin at 1 in each line)."""
    facts = error.errors[0] if error.errors else {}
    line, column = facts.get("line") or 1, facts.get("col") or 1
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    end = min(starts[min(line, len(starts)) - 1] + column, len(text))
    return refuse("syntax", (max(end - len(facts.get("highlight") or " "), 0), end))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.last = (0, len(text))

    def node(self, of: exp.Expr, depth: int) -> tree.Node:
        if depth > DEEPEST * 4:
            raise refuse("deep", self.span(of))
        if of.comments:
            raise refuse("comment", self.span(of))
        read = _READERS.get(type(of))
        if read is not None:
            return read(self, of, depth + 1)
        if type(of) in _FUNCTIONS:
            name, arguments = _FUNCTIONS[type(of)]
            return self.apply(of, name, arguments, depth + 1)
        for kinds, make in ((_ARITHMETIC, tree.Arithmetic), (_COMPARISON, tree.Comparison), (_LOGIC, tree.Logic)):
            if type(of) in kinds:
                left, right = self.pair(of, depth + 1)
                return make((left.span[0], right.span[1]), kinds[type(of)], left, right)
        raise refuse("unusable", self.span(of), what=self.written(of))

    def pair(self, of: exp.Expr, depth: int) -> tuple[tree.Node, tree.Node]:
        this, other = self.take(of, "this", "expression")
        return self.node(this, depth), self.node(other, depth)

    def take(self, of: exp.Expr, *names: str) -> list[Any]:
        """The named arguments of a node. Raises: FormulaError if one is missing, or another one says something."""
        for name, value in of.args.items():
            if name not in names and value not in (None, False, []) and not (name == "ignore_nulls" and value is True):
                raise refuse("unusable", self.span(of), what=self.written(of))
        found = [of.args.get(name) for name in names]
        if any(value is None for value in found):
            raise refuse("syntax", self.span(of))
        return found

    def apply(self, of: exp.Expr, name: str, wanted: tuple[str, ...], depth: int) -> tree.Node:
        given: list[exp.Expr] = []
        for argument in wanted:
            value = of.args.get(argument.lstrip("*"))
            if value is not None:
                given += value if isinstance(value, list) else [value]
        known = {argument.lstrip("*") for argument in wanted} & set(of.args)
        self.take(of, *(argument for argument in known if of.args.get(argument) is not None))
        arguments = tuple(self.node(value, depth) for value in given)
        return tree.Apply(self.around(of, arguments), name, arguments)

    def around(self, of: exp.Expr, parts: tuple[tree.Node, ...]) -> tree.Span:
        start, end = self.span(of)
        return start, max([end, *(part.span[1] for part in parts)])

    def span(self, of: exp.Expr) -> tree.Span:
        """Where a node stands: its own place, or from its first to its last part; else the whole text."""
        places = [part.meta for part in of.walk() if part.meta and "start" in part.meta]
        if not places:
            return 0, len(self.text)
        return min(place["start"] for place in places), max(place["end"] for place in places) + 1

    def written(self, of: exp.Expr) -> str:
        start, end = self.span(of)
        return self.text[start:end]


def _column(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    (identifier,) = reader.take(of, "this")
    if type(identifier) is not exp.Identifier or identifier.args.get("quoted"):
        raise refuse("unusable", reader.span(of), what=reader.written(of))
    name = str(identifier.this)
    if not _NAME.fullmatch(name):
        raise refuse("unusable", reader.span(of), what=name)
    return tree.Name(reader.span(of), name)


def _literal(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    span, value = reader.span(of), str(of.this)
    if of.args.get("is_string"):
        return tree.Word(span, value)
    if not _DIGITS.fullmatch(value):
        raise refuse("digits", span, value=value[:30])
    return tree.Number(span, Decimal(value))


def _boolean(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    return tree.Truth(reader.span(of), bool(of.this))


def _paren(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    (this,) = reader.take(of, "this")
    return reader.node(this, depth)


def _negative(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    (this,) = reader.take(of, "this")
    inner = reader.node(this, depth)
    return tree.Negative((max(inner.span[0] - 1, 0), inner.span[1]), inner)


def _not(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    (this,) = reader.take(of, "this")
    inner = reader.node(this, depth)
    return tree.Not(inner.span, inner)


def _is(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    this, what = reader.take(of, "this", "expression")
    if type(what) is not exp.Null:
        raise refuse("unusable", reader.span(of), what=reader.written(of))
    inner = reader.node(this, depth)
    return tree.Empty(inner.span, inner)


def _in(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    this, values = reader.take(of, "this", "expressions")
    inner = reader.node(this, depth)
    known = tuple(reader.node(value, depth) for value in values)
    return tree.OneOf((inner.span[0], known[-1].span[1]), inner, known)


def _between(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    this, low, high = reader.take(of, "this", "low", "high")
    inner, first, last = (reader.node(part, depth) for part in (this, low, high))
    span = (inner.span[0], last.span[1])
    return tree.Logic(span, "AND", tree.Comparison(span, ">=", inner, first), tree.Comparison(span, "<=", inner, last))


def _case(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    if of.args.get("this") is not None:  # CASE x WHEN 1 …: a comparison that is not written
        raise refuse("unusable", reader.span(of), what="CASE … WHEN")
    if of.args.get("default") is None:
        raise refuse("else", reader.span(of))
    ifs, default = reader.take(of, "ifs", "default")
    whens = []
    for part in ifs:
        test, answer = reader.take(part, "this", "true")
        whens.append((reader.node(test, depth), reader.node(answer, depth)))
    otherwise = reader.node(default, depth)
    return tree.Choice((whens[0][0].span[0], otherwise.span[1]), tuple(whens), otherwise)


def _day(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    """date '2026-01-31', which the parser gives as a cast of a text; every other cast is refused."""
    span = reader.span(of)
    this, to = of.args.get("this"), of.args.get("to")
    rest = {name for name, value in of.args.items() if value not in (None, False, []) and name not in ("this", "to")}
    written = reader.text[: span[0]].rstrip()[-4:].lower() == "date" and not rest
    is_date = isinstance(to, exp.DataType) and to.this == exp.DataType.Type.DATE
    if not (written and is_date and isinstance(this, exp.Literal) and this.args.get("is_string")):
        raise refuse("unusable", span, what=reader.written(of))
    try:
        return tree.Day(span, date.fromisoformat(str(this.this)))
    except ValueError as error:
        raise refuse("unusable", span, what=reader.written(of)) from error


def _anonymous(reader: _Reader, of: exp.Expr, depth: int) -> tree.Node:
    name = of.args.get("this")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise refuse("unusable", reader.span(of), what=reader.written(of))
    reader.take(of, "this", *(["expressions"] if of.expressions else []))
    arguments = tuple(reader.node(value, depth) for value in of.expressions)
    return tree.Apply(reader.around(of, arguments), name.lower(), arguments)


_READERS: dict[type[exp.Expr], Callable[[_Reader, Any, int], tree.Node]] = {
    exp.Anonymous: _anonymous,
    exp.Between: _between,
    exp.Boolean: _boolean,
    exp.Case: _case,
    exp.Cast: _day,
    exp.Column: _column,
    exp.In: _in,
    exp.Is: _is,
    exp.Literal: _literal,
    exp.Neg: _negative,
    exp.Not: _not,
    exp.Paren: _paren,
}
