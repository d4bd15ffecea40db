"""Spark computes what DuckDB computes: every expression, every stage, and where both must refuse."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import date, timedelta
from fractions import Fraction

import pyarrow as pa
import pytest

from tiji.kernel.engine import DuckEngine, EngineError, SparkEngine
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Select, Table, Union, keep
from tiji.kernel.engine.sql import _METHODS

pytestmark = pytest.mark.once

DUCK, SPARK = DuckEngine(threads=1), SparkEngine("local[2]")
LARGE = 9 * 10**18
WORDS = ["", "new", "newer", "it's", "a\\'b", 'say "no"', "两个字", "a\nb", "%", None]
FIELDS = {
    "row": ir.Field("int", 0, 10**6),
    "a": ir.Field("int", 2, 10**6),
    "b": ir.Field("int", 4, 10**9),
    "big": ir.Field("int", 6, LARGE),
    "day": ir.Field("date"),
    "word": ir.Field("text"),
    "yes": ir.Field("bool"),
}
ROW, A, B, BIG, DAY, WORD, YES = (ir.Column(name, field) for name, field in FIELDS.items())


def random_rows(seed: int, count: int = 400) -> pa.Table:
    dice = random.Random(seed)

    def some(values):
        return [None if dice.random() < 0.05 else values() for _ in range(count)]

    columns = {
        "row": pa.array(range(count), pa.int64()),
        "a": pa.array(some(lambda: dice.randint(-(10**6), 10**6)), pa.int64()),
        "b": pa.array(some(lambda: dice.choice([1, -1, 5, -5, dice.randint(-(10**9), 10**9)])), pa.int64()),
        "big": pa.array(some(lambda: dice.choice([LARGE, -LARGE, dice.randint(-LARGE, LARGE)])), pa.int64()),
        "day": pa.array(some(lambda: date(1999, 12, 1) + timedelta(days=dice.randint(0, 20_000))), pa.date32()),
        "word": pa.array(some(lambda: dice.choice(WORDS)), pa.string()),
        "yes": pa.array(some(lambda: dice.random() < 0.5), pa.bool_()),
    }
    return pa.table(columns)


def on_both(build, table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """What each engine gives for the relation that is built from the registered table."""
    found = []
    for engine in (DUCK, SPARK):
        with engine.session() as session:
            found.append(session.fetch(build(session.register("t", table, FIELDS))))
    return found[0], found[1]


# One of every node at least, on both sides of 64 bits.
EXPRESSIONS: dict[str, ir.Expr] = {
    "number": ir.Number(-(2**63)) + ir.Number(1),
    "text": ir.case((ROW.lt(ir.Number(100)), ir.Text("it's \\u0041 \\ \t 😀")), otherwise=ir.Text("x")),
    "day": ir.case((DAY.ge(ir.Day("2026-03-31")), ir.Day("2024-02-29")), otherwise=DAY),
    "truth": ir.either(ir.Truth(False), YES),
    "null": ir.Coalesce((ir.Null(ir.Field("int", 2, 10**6)), A)),
    "sum": A + B - BIG,
    "product": A * ir.Number(12345, 4),
    "least": ir.least(A, B, BIG),
    "greatest": ir.greatest(A, B),
    "absolute": ir.absolute(BIG),
    "cents": ir.Round(B, 2),
    "whole": ir.Round(BIG, 0),
    "cut": ir.Divide("//", BIG, ir.Number(-7)),
    "rest": ir.Divide("%", BIG, ir.Number(-7)),
    "scaled": ir.AtScale(A, 0),
    "told": ir.Bounded(BIG * ir.Number(1), LARGE),
    "not": ir.Not(A.lt(B)),
    "starts": ir.StartsWith(WORD, "new"),
    "quoted": ir.StartsWith(WORD, "it'"),
    "escaped": WORD.eq(ir.Text("a\\'b")),
    "empty": ir.both(ir.IsNull(A), ir.IsNull(B, negated=True)),
    "month": ir.MonthNumber(DAY),
    "days": ir.DayNumber(DAY),
    "compared": ir.both(A.le(B), A.ne(B), ir.either(A.gt(BIG), YES)),
    "counted": ir.Window("ROW_NUMBER", None, (WORD,), ((A, True), (ROW, False))),
    "next": ir.Window("LEAD", A, (WORD,), ((ROW, False),)),
    "running": ir.Window("SUM", A, (YES,), ((DAY, True), (ROW, False)), bound=10**12),
    "running_far": ir.Window("SUM", B, (YES,), ((DAY, False), (ROW, False)), bound=2**60),
    "together": ir.Window("SUM", A, (WORD,), bound=10**12),
}


def nodes(of: object):
    if isinstance(of, ir.Expr):
        yield type(of)
        for part in fields(of):
            yield from nodes(getattr(of, part.name))
    elif isinstance(of, tuple):
        for item in of:
            yield from nodes(item)


def test_the_expressions_below_have_every_node() -> None:
    tried = {kind for of in EXPRESSIONS.values() for kind in nodes(of)}
    assert set(_METHODS) - tried == {ir.Aggregate}  # see the groups


@pytest.mark.parametrize("seed", [1, 2])
def test_every_expression_is_the_same(seed: int) -> None:
    def build(table: Table) -> Select:
        return Select(table, {"row": ROW, **EXPRESSIONS}, order_by=("row",))

    duck, spark = on_both(build, random_rows(seed))
    assert duck.schema == spark.schema
    for name in duck.column_names:
        assert spark[name].to_pylist() == duck[name].to_pylist(), name


def test_wide_products_round_and_divide_exactly() -> None:
    """Against fractions: both could be wrong in the same way."""
    table = random_rows(3)
    rates = {cut: ir.Number(10 ** (cut // 2) * 7 + 3, cut) for cut in (1, 3, 6, 9, 14, 18)}

    def build(rows: Table) -> Select:
        exact = Select(rows, {"row": ROW, "big": BIG, **{f"x{cut}": BIG * rate for cut, rate in rates.items()}})
        rounded = {f"x{cut}": ir.Round(exact.col(f"x{cut}"), 2) for cut in rates}
        divided = {
            f"q{cut}": ir.Divide("//", exact.col(f"x{cut}"), ir.Number(10**9 + cut, 6)) for cut in rates if cut < 14
        }
        return Select(exact, {"row": exact.col("row"), **rounded, **divided}, order_by=("row",))

    duck, spark = on_both(build, table)
    assert spark.equals(duck)
    for at, big in enumerate(table["big"].to_pylist()):
        for cut, rate in rates.items():
            exact = None if big is None else Fraction(big * rate.value, 10 ** (6 + cut - 2))
            half = None if exact is None else int(abs(exact) + Fraction(1, 2)) * (1 if exact > 0 else -1)
            assert spark[f"x{cut}"][at].as_py() == half


def test_stages_joins_groups_and_unions_are_the_same() -> None:
    def build(table: Table) -> Select:
        left = Aliased(Select(table, {"k": WORD, "row": ROW, "a": A, "big": BIG, "day": DAY}), "l")
        right = Aliased(Select(table, {"k": WORD, "n": ROW}, where=ROW.lt(ir.Number(20))), "r")
        on = ir.both(left.col("k").eq(right.col("k")), left.col("row").gt(right.col("n")))
        joined = Select(Join(left, right, on, "LEFT"), {**keep(left), "n": right.col("n")})
        whole = Union((joined, Select(joined, keep(joined), where=ir.IsNull(joined.col("n")))))
        last = ir.Aggregate("LAST", whole.col("a"), order=(whole.col("day"), whole.col("row"), whole.col("n")))
        columns = {
            "k": whole.col("k"),
            "rows": ir.Aggregate("COUNT", ir.Number(1)),
            "sum": ir.Aggregate("SUM", whole.col("a")),
            "least": ir.Aggregate("MIN", whole.col("big")),
            "most": ir.Aggregate("MAX", whole.col("day")),
            "middle": ir.Aggregate("MEDIAN", whole.col("big")),
            "last": last,
        }
        return Select(whole, columns, group_by=("k",), order_by=("k",))

    duck, spark = on_both(build, random_rows(4))
    assert duck.num_rows == len(set(WORDS))
    assert spark.equals(duck)


def test_a_sum_does_not_depend_on_the_way_it_is_added() -> None:
    """Halfway the sum is beyond 64 bits, in any order of the parts."""
    numbers = [ir.INT64_MAX, ir.INT64_MAX, -ir.INT64_MAX, 12, -ir.INT64_MAX, 30]
    for order in (numbers, numbers[::-1]):
        table = pa.table({"x": pa.array(order, pa.int64())})
        with SPARK.session() as session:
            t = session.register("t", table, {"x": ir.Field("int")})
            assert session.fetch(Select(t, {"s": ir.Aggregate("SUM", t.col("x"))}))["s"].to_pylist() == [42]


WIDE = ir.Column("x", ir.Field("int", 0, ir.INT64_MAX)) * ir.Number(10**18)


@pytest.mark.parametrize(
    "of",
    [
        ir.Column("x", ir.Field("int", 0, 1)) + ir.Number(1),
        ir.Column("x", ir.Field("int", 0, 1)) * ir.Number(2),
        WIDE,
        ir.Bounded(WIDE, ir.INT64_MAX),
        ir.Divide("//", WIDE, ir.Number(3)),
        ir.Divide("//", ir.Number(1), ir.Column("zero", ir.Field("int", 0, 1))),
        ir.Aggregate("SUM", ir.greatest(ir.Column("x", ir.Field("int", 0, 1)) * ir.Number(1), ir.Number(2**40))),
        ir.Window("SUM", ir.Column("x", ir.Field("int", 0, 1)), ()),
    ],
    ids=["sum", "product", "wide", "bound", "quotient", "by zero", "aggregate", "window"],
)
def test_what_does_not_fit_raises_on_both_and_never_wraps(of: ir.Expr) -> None:
    table = pa.table({"x": pa.array([ir.INT64_MAX, ir.INT64_MAX], pa.int64()), "zero": pa.array([0, 0], pa.int64())})
    for engine in (DUCK, SPARK):
        with engine.session() as session:
            t = session.register("t", table, {"x": ir.Field("int", 0, ir.INT64_MAX), "zero": ir.Field("int", 0, 1)})
            with pytest.raises(EngineError):
                session.fetch(Select(t, {"n": of}))


def test_a_large_table_goes_through_files_and_comes_back_the_same(tmp_path) -> None:
    count = 300_000
    columns = {"row": pa.array(range(count), pa.int64()), "word": pa.array([WORDS[n % 10] for n in range(count)])}
    table = pa.table({**columns, "day": pa.array([date(2026, 1, 1 + n % 28) for n in range(count)])})
    kept = {name: FIELDS[name] for name in ("row", "word", "day")}
    for engine in (SPARK, replace(SPARK, exchange=str(tmp_path))):
        with engine.session() as session:
            t = session.register("t", table, kept)
            assert session.fetch(Select(t, keep(t), order_by=("row",))).equals(table)
            assert len(session.stream(t, 100_000).read_next_batch()) <= 100_000
    assert list(tmp_path.iterdir()) == []


def test_sessions_share_nothing_and_missing_columns_are_named() -> None:
    field, table = {"x": ir.Field("int")}, pa.table({"x": pa.array([1], pa.int64())})
    with SPARK.session() as one, SPARK.session() as two:
        kept = one.store("kept", one.register("t", table, field))
        assert one.fetch(kept).to_pylist() == [{"x": 1}]
        with pytest.raises(EngineError, match="kept"):
            two.fetch(kept)
        with pytest.raises(ValueError, match=r"lacks the columns \['x'\]"):
            two.register("t", pa.table({"y": [1]}), field)


def test_one_process_computes_on_one_spark_at_a_time() -> None:
    with (
        SPARK.session(),
        pytest.raises(EngineError, match=r"computes on local\[2\]"),
        SparkEngine("local[1]").session(),
    ):
        pass


def test_a_spark_that_has_died_is_told_and_the_next_session_has_a_new_one() -> None:
    table, field = pa.table({"x": pa.array([1, 2], pa.int64())}), {"x": ir.Field("int")}
    with SPARK.session() as session:
        t = session.register("t", table, field)
        session.store("kept", t)
        java = session._spark.sparkContext._gateway.proc
        java.kill()
        java.wait()
        with pytest.raises(EngineError):
            session.fetch(t)
    with SPARK.session() as session:
        again = session.register("t", table, field)
        assert session.fetch(Select(again, keep(again), order_by=("x",))).equals(table)
