"""The engine room: exact numbers, refused overflow, shut doors. Tables from docs/kernel/engine.md."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiji.kernel.engine import DuckEngine, EngineError
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.duck_sql import expr_sql, relation_sql
from tiji.kernel.engine.relation import Aliased, Join, Select, Table, Union, keep
from worked_tables import worked_table

ENGINE = DuckEngine(threads=1)


def ints(**columns: list[int | None]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()})


def compute(expr: ir.Expr, table: pa.Table, fields: dict[str, ir.Field]) -> list[int]:
    with ENGINE.session() as session:
        source = session.register("t", table, fields)
        return session.fetch(Select(source, {"n": expr}))["n"].to_pylist()


def test_rounding_as_in_the_worked_table() -> None:
    for row in worked_table("engine.md", "value at scale", "Round to", "result"):
        value, _, scale = row["value at scale"].partition(" at ")
        field = ir.Field("int", int(scale), 10**6)
        kept = int(Decimal(value).scaleb(int(scale)))
        to = int(row["Round to"])
        rounded = compute(ir.Round(ir.Column("x", field), to), ints(x=[kept]), {"x": field})
        assert rounded == [int(Decimal(row["result"]).scaleb(to))]


SMALL, LARGE = 10**6, ir.INT64_MAX
values = st.one_of(st.integers(-SMALL, SMALL), st.integers(-LARGE, LARGE))


@settings(max_examples=40, deadline=None)
@given(st.lists(values, min_size=1, max_size=30), st.integers(0, 8), st.data())
def test_rounding_is_half_away_from_zero_for_every_number(numbers, scale, data) -> None:
    to = data.draw(st.integers(0, scale))
    field = ir.Field("int", scale, max(map(abs, numbers)))
    found = compute(ir.Round(ir.Column("x", field), to), ints(x=numbers), {"x": field})
    step = Decimal(1).scaleb(-to)
    expected = [Decimal(n).scaleb(-scale).quantize(step, ROUND_HALF_UP) for n in numbers]
    assert found == [int(value.scaleb(to)) for value in expected]


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> tuple[ir.Expr, object]:
    """A random expression beside an independent reading of it: a function of the row in exact fractions."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        name, scale = draw(st.sampled_from([("a", 2), ("b", 4), (None, 3)]))
        if name is None:
            number = draw(st.integers(-2000, 2000))
            return ir.Number(number, scale), lambda row, value=Fraction(number, 1000): value
        return ir.Column(name, ir.Field("int", scale, SMALL)), lambda row: row[name]
    (left, one), (right, two) = draw(formulas(depth - 1)), draw(formulas(depth - 1))
    choices = {
        "+": (lambda: left + right, lambda row: one(row) + two(row)),
        "-": (lambda: left - right, lambda row: one(row) - two(row)),
        "*": (lambda: left * right, lambda row: one(row) * two(row)),
        "least": (lambda: ir.least(left, right), lambda row: min(one(row), two(row))),
        "greatest": (lambda: ir.greatest(left, right), lambda row: max(one(row), two(row))),
        "abs": (lambda: ir.absolute(left), lambda row: abs(one(row))),
        "case": (
            lambda: ir.case((left.lt(right), left), otherwise=right),
            lambda row: one(row) if one(row) < two(row) else two(row),
        ),
    }
    build, meaning = choices[draw(st.sampled_from(sorted(choices)))]
    try:
        return build(), meaning
    except OverflowError:  # more than 38 digits: refused, as it should be
        return left, one


rows = st.lists(st.tuples(st.integers(-SMALL, SMALL), st.integers(-SMALL, SMALL)), min_size=1, max_size=10)


@settings(max_examples=100, deadline=None)
@given(formulas(), rows)
def test_random_formulas_are_exact_or_refused(formula, pairs) -> None:
    expr, meaning = formula
    scale = expr.field.scale
    fields = {"a": ir.Field("int", 2, SMALL), "b": ir.Field("int", 4, SMALL)}
    exact = [meaning({"a": Fraction(a, 100), "b": Fraction(b, 10_000)}) * 10**scale for a, b in pairs]
    try:
        found = compute(expr, ints(a=[a for a, _ in pairs], b=[b for _, b in pairs]), fields)
    except EngineError:
        assert any(abs(value) > ir.INT64_MAX for value in exact)
        return
    assert found == exact
    assert all(abs(value) <= expr.field.bound for value in exact)


def test_a_product_beyond_64_bits_is_computed_wide_and_comes_back_narrow() -> None:
    field = ir.Field("int", 2, 9 * 10**18)
    with ENGINE.session() as session:
        table = session.register("t", ints(x=[9 * 10**18, -9 * 10**18]), {"x": field})
        product = Select(table, {"p": table.col("x") * ir.Number(33_333_333, 8)})
        rounded = session.fetch(Select(product, {"n": ir.Round(product.col("p"), 2)}))
        assert rounded["n"].to_pylist() == [2_999_999_970_000_000_000, -2_999_999_970_000_000_000]
        with pytest.raises(EngineError):
            session.fetch(product)


def test_overflow_raises_and_never_wraps() -> None:
    field = ir.Field("int", 0, 1)  # a bound that does not hold
    with pytest.raises(EngineError):
        compute(ir.Column("x", field) + ir.Number(1), ints(x=[ir.INT64_MAX]), {"x": field})
    with pytest.raises(EngineError):
        compute(ir.Aggregate("SUM", ir.Column("x", field)), ints(x=[ir.INT64_MAX, 1]), {"x": field})


def test_what_could_leave_38_digits_is_refused_when_it_is_built() -> None:
    large = ir.Column("x", ir.Field("int", 0, ir.INT64_MAX))
    with pytest.raises(OverflowError):
        _ = large * large * large


def test_types_are_kept_apart() -> None:
    number, word = ir.Column("x", ir.Field("int")), ir.Column("w", ir.Field("text"))
    with pytest.raises(TypeError):
        _ = number + word
    with pytest.raises(TypeError):
        number.lt(word)
    with pytest.raises(TypeError):
        ir.Round(number + number, 0)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        ir.rescale(ir.Number(1, 4), 2)
    table = Table("t", {"x": ir.Field("int"), "w": ir.Field("text")})
    with pytest.raises(TypeError):
        Union((Select(table, keep(table, "x")), Select(table, keep(table, "w"))))


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**9))
@settings(max_examples=20, deadline=None)
def test_division_truncates_towards_zero_and_keeps_its_remainder(a, b) -> None:
    fields = {"a": ir.Field("int", 0, 10**12), "b": ir.Field("int", 0, 10**9)}
    left, right = (ir.Column(name, field) for name, field in fields.items())
    table = ints(a=[a], b=[b])
    (quotient,) = compute(ir.Divide("//", left, right), table, fields)
    (remainder,) = compute(ir.Divide("%", left, right), table, fields)
    assert quotient == int(Fraction(a, b))
    assert quotient * b + remainder == a


def test_running_sums_are_the_same_in_doubles_and_in_integers() -> None:
    numbers = [2**40 + 7, -(2**39), 3, 2**51, -1, 5]
    table, sums = ints(k=list(range(6)), x=numbers), [sum(numbers[: n + 1]) for n in range(6)]
    fields = {"k": ir.Field("int"), "x": ir.Field("int")}
    key, value = (ir.Column(name, field) for name, field in fields.items())
    for bound in (sum(map(abs, numbers)), 2**60):
        running = ir.Window("SUM", value, (), ((key, False),), bound=bound)
        assert sorted(compute(running, table, fields)) == sorted(sums)
        assert ("DOUBLE" in expr_sql(running)) == (bound < 2**53)


def test_joins_groups_and_streams() -> None:
    left, right = ints(k=[1, 1, 2, 3], x=[1, 2, 4, 8]), ints(k=[1, 2], y=[10, 20])
    with ENGINE.session() as session:
        a = Aliased(session.register("a", left, {"k": ir.Field("int"), "x": ir.Field("int")}), "a")
        b = Aliased(session.register("b", right, {"k": ir.Field("int"), "y": ir.Field("int")}), "b")
        both = Select(Join(a, b, a.col("k").eq(b.col("k")), "LEFT"), {**keep(a, "k", "x"), "y": b.col("y")})
        sums = Select(
            both,
            {"k": both.col("k"), "x": ir.Aggregate("SUM", both.col("x")), "y": ir.Aggregate("MAX", both.col("y"))},
            group_by=("k",),
            order_by=("k",),
        )
        assert session.fetch(sums).to_pylist() == [
            {"k": 1, "x": 3, "y": 10},
            {"k": 2, "x": 4, "y": 20},
            {"k": 3, "x": 8, "y": None},
        ]
        assert session.stream(sums, 2).read_all().num_rows == 3


def test_dates_and_words_are_printed_as_values() -> None:
    table = pa.table({"on": pa.array([date(2026, 3, 31)]), "w": pa.array(["it's; DROP TABLE t --"])})
    with ENGINE.session() as session:
        t = session.register("t", table, {"on": ir.Field("date"), "w": ir.Field("text")})
        hit = ir.both(t.col("w").eq(ir.Text("it's; DROP TABLE t --")), t.col("on").le(ir.Day("2026-03-31")))
        months = {"month": ir.MonthNumber(t.col("on")), "day": ir.DayNumber(t.col("on"))}
        found = session.fetch(Select(t, months, where=hit)).to_pylist()
        assert found == [{"month": 2026 * 12 + 2, "day": (date(2026, 3, 31) - date(1970, 1, 1)).days}]
        assert session.fetch(Select(t, {"n": ir.Aggregate("COUNT", ir.Number(1))})).to_pylist() == [{"n": 1}]
    with pytest.raises(ValueError, match="not a date"):
        expr_sql(ir.Day("2026-01-01' OR TRUE --"))
    assert relation_sql(Table('a"; DROP', {})) == 'SELECT * FROM "a""; DROP"'


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "COPY (SELECT 1) TO '/tmp/tiji-engine-test.csv'",
        "ATTACH '/tmp/tiji-engine-test.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "SET enable_external_access = true",
        "SELECT * FROM python_variable",
    ],
)
def test_a_session_has_no_door_to_the_outside(statement) -> None:
    python_variable = ints(x=[1])
    assert python_variable.num_rows == 1
    with ENGINE.session() as session, pytest.raises(duckdb.Error):
        session._connection.execute(statement).fetchall()


def test_sessions_share_nothing_and_missing_columns_are_named() -> None:
    field = {"x": ir.Field("int")}
    with ENGINE.session() as one, ENGINE.session() as two:
        one.store("kept", one.register("t", ints(x=[1]), field))
        with pytest.raises(EngineError, match="kept"):
            two.fetch(Table("kept", field))
        with pytest.raises(ValueError, match=r"lacks the columns \['x'\]"):
            two.register("t", ints(y=[1]), field)


def test_settings_bound_a_run(tmp_path) -> None:
    engine = DuckEngine(threads=1, memory_limit="100MB", spill_directory=str(tmp_path))
    with engine.session() as session:
        rows = session._connection.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name IN ('threads', 'memory_limit', 'lock_configuration')"
        ).fetchall()
    assert dict(rows)["threads"] == "1"
    assert dict(rows)["lock_configuration"] == "true"
    assert dict(rows)["memory_limit"] == "95.3 MiB"
