"""What formulas mean, on worked values, and what is refused, where, with which hint."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from random_formulas import SCOPE
from tiji.kernel.engine.closure import closure_of
from tiji.kernel.engine.formulas import FormulaError, compile_formula, names_of, read_formula

ROW = {
    "amount": 150_000,  # 1,500.00
    "cost": -20_000,
    "quota": 100_000,
    "extra": None,
    "share": 50_000_000,  # 0.5
    "business": "new",
    "paid_on": date(2026, 5, 17),
    "due_on": date(2026, 3, 31),
}


def worked(text: str, **row: object) -> tuple[int, int]:
    """The integer and its scale."""
    program = compile_formula(text, SCOPE)
    return closure_of({"it": program})(ROW | row)["it"], program.field.scale


@pytest.mark.parametrize(
    ("text", "value", "scale"),
    [
        ("amount * 0.035", 5_250_000, 5),
        ("round(amount * 0.035, 2)", 5_250, 2),
        ("round(0.125, 2)", 13, 2),
        ("round(2.675, 2)", 268, 2),
        ("round(-0.125, 2)", -13, 2),
        ("round(amount / quota, 4)", 15_000, 4),
        ("round(cost / quota, 1)", -2, 1),
        ("round(2 / 3, 4)", 6_667, 4),
        ("round(-2 / 3, 4)", -6_667, 4),
        ("round(coalesce(amount / nullif(extra, 0), 9), 0)", 9, 0),
        ("marginal(tiers, amount)", 2_250_000, 5),  # 1,000 × 1% + 500 × 2.5% = 22.50
        ("whole(tiers, amount)", 3_750_000, 5),  # 1,500 × 2.5% = 37.50
        ("at(tiers, 1000)", 10, 3),  # a limit belongs to the step below
        ("at(reached, quota * 0.8, quota)", 9, 1),  # here to the one above
        ("round(curve(bonus, 1850), 2)", 3_000, 2),  # half way from 10 to 50
        ("at(kinds, business)", 150, 2),
        ("case when amount >= quota and business = 'new' then 1 else 0 end", 1, 0),
        ("case when business in ('a', 'b') or amount between 1500 and 1600 then 1 else 0 end", 1, 0),
        ("days(due_on, paid_on)", 47, 0),
        ("months(due_on, paid_on)", 2, 0),
        ("year(paid_on) * 100 + month(paid_on) * 10 + quarter(paid_on)", 202_652, 0),
        ("floor(-0.5)", -1, 0),
        ("floor(amount / quota)", 1, 0),
        ("sign(cost) + abs(cost)", 19_900, 2),
        ("least(amount, quota, 7)", 700, 2),
        ("greatest(amount / quota, 0.5) * 1", None, 0),
        ("case when starts_with(business, 'ne') then 3 else 4 end", 3, 0),
        ("case when paid_on > date '2026-05-16' then 3 else 4 end", 3, 0),
        ("- - amount", 150_000, 2),
    ],
)
def test_a_formula_gives_its_worked_value(text: str, value: int | None, scale: int) -> None:
    if value is None:
        with pytest.raises(FormulaError, match="must be rounded"):
            worked(text)
        return
    assert worked(text) == (value, scale)


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestion"),
    [
        ("amuont * 2", "unknown_name", "amuont", "amount"),
        ("rond(amount, 2)", "unknown_function", "rond(amount, 2", "round"),
        ("amount + business", "not_number", "business", ""),
        ("extra + 1", "maybe_empty", "extra + 1", ""),
        ("amount / cost", "maybe_zero", "cost", ""),
        ("amount / 0", "maybe_zero", "0", ""),
        ("amount / quota", "divided", "amount / quota", ""),
        ("case when amount > 0 then 1 end", "else", "amount > 0 then 1", ""),
        ("case when amount then 1 else 0 end", "boolean", "amount", ""),
        ("case when amount > 0 then 1 else 'x' end", "not_one_kind", "1", ""),
        ("amount = 'x'", "compare", "amount = 'x'", ""),
        ("business > 'a'", "compare", "business > 'a'", ""),
        ("round(amount, cost)", "not_plain", "cost", ""),
        ("round(amount, 12)", "not_plain", "12", ""),
        ("round(amount)", "arguments", "round(amount", ""),
        ("tiers + 1", "table_value", "tiers", ""),
        ("marginal(teirs, amount)", "not_table", "teirs", "tiers"),
        ("marginal(kinds, amount)", "table_kind", "marginal(kinds, amount", ""),
        ("at(reached, amount)", "table_axes", "at(reached, amount", ""),
        ("at(reached, amount, cost)", "maybe_zero", "cost", ""),
        ("days(amount, paid_on)", "result", "amount", ""),
        ("amount * amount * amount * amount", "overflow", "amount * amount * amount", ""),
        ("amount > 1", "result", "amount > 1", ""),
        ("12345678901234567890", "digits", "12345678901234567890", ""),
        ("", "empty", "", ""),
        ("amount +", "syntax", "+", ""),
    ],
)
def test_a_mistake_is_refused_at_its_place(text: str, code: str, place: str, suggestion: str) -> None:
    with pytest.raises(FormulaError) as refused:
        compile_formula(text, SCOPE)
    problem = refused.value.problem
    assert (problem.code, text[problem.start : problem.end], problem.suggestion) == (code, place, suggestion)
    assert problem.message


HOSTILE = (
    *("select 1", "amount; drop table people", "(select 1)", "exists (select 1)", "amount in (select 1)"),
    *("drop table people", "attach 'x' as y", "copy facts to 'x'", "pragma version", "set memory_limit = '1'"),
    *("read_csv('/etc/passwd')", "read_text('x')", "getenv('HOME')", "current_setting('x')", "version()"),
    *("random()", "now()", "current_date", "nextval('s')", "sleep(10)", "pg_sleep(1)", "uuid()", "query('x')"),
    *("sum(amount)", "count(*)", "sum(amount) over ()", "row_number() over (order by amount)", "max(amount)"),
    *("amount::int", "cast(amount as int)", "try_cast(amount as int)", "amount::double", "date amount"),
    *("amount -- x", "amount /* x */", "/* */ amount", "amount # x", "amount -- ', 1"),
    *('"amount"', "`amount`", "[amount]", "t.amount", "facts.amount", "*", "facts.*", "amount as x", "amount x"),
    *("@amount", "amount ** 2", "amount ^ 2", "amount % 2", "amount // 2", "amount & 1", "amount | 1", "~1", "1 << 2"),
    *("amount || 'x'", "'a' || 'b'", "amount !~ 'x'", "business like '%'", "business similar to 'x'", "business ~ 'x'"),
    *("case amount when 1 then 2 else 3 end", "if(amount > 0, 1, 2)", "iff(amount > 0, 1, 2)", "decode(amount, 1, 2)"),
    *("round(amount, amount)", "round(amount, -2)", "round(amount, 2, 1)", "round(amount, 2.5)", "trunc(amount, 2)"),
    *("1e5", "1e400", "0x10", "1_000", ".5.5", "1.", "NaN", "inf", "1.23456789012", "00000000000000000001"),
    *("$1", "?", ":x", "{amount}", "{{ amount }}", "{% x %}", "%(amount)s", "${amount}", "#{amount}", "`id`"),
    *("x -> x + 1", "list_transform([1], x -> x)", "[1, 2]", "{'a': 1}", "struct_pack(a := 1)", "map {1: 2}"),
    *("array[1]", "amount[1]", "business[1:2]", "row(1, 2)", "(1, 2)", "unnest([1])", "(amount, cost) = (1, 2)"),
    *("__import__('os')", "amount.__class__", "lambda: 1", "eval('1')", "exec('1')", "open('x')", "().__class__"),
    *("interval '1' day", "paid_on + interval '1' day", "timestamp '2026-01-01'", "time '10:00'", "date '2026-13-01'"),
    *("date 'x'", "paid_on::date", "'2026-01-01'::date", "extract(year from paid_on)", "amount at time zone 'x'"),
    *("amount is true", "amount is distinct from 1", "amount = null", "null", "not", "and", "amount and", "(amount"),
    *("amount)", "((amount)", "round(", "round()", ",", "amount,,cost", "amount <> <> cost", "amount between 1"),
    *("e'x'", "x'41'", "b'1'", "u&'x'", "$$x$$", "'a''b'", "'unclosed", '"unclosed', "/* unclosed", "\\", "amount\\"),
    *("amount collate nocase", "amount filter (where true)", "amount ignore nulls", "distinct amount", "all amount"),
    *("any(amount)", "some(amount)", "amount = any([1])", "values (1)", "with x as (select 1) select 1", "from facts"),
    *("describe facts", "explain select 1", "create macro f(a) as a", "load httpfs", "install httpfs", "call f()"),
    *(
        "(" * 50 + "amount" + ")" * 50,
        "-" * 300 + "amount",
        "not " * 300 + "true",
        "1" + "+1" * 400,
        "abs(" * 200 + "1",
    ),
    *(
        "amount " * 400,
        "case when true then " * 60 + "1" + " else 0 end" * 60,
        "a" * 3000,
        "\x00",
        "amount\x00",
        "\ufeff1",
    ),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_outside_of_the_language_is_taken(text: str) -> None:
    for expects in ("number", "bool", "text", "date"):
        with pytest.raises(FormulaError):
            compile_formula(text, SCOPE, expects)  # type: ignore[arg-type]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        names_of(read_formula(text))
        return
    except FormulaError as error:
        problem = error.problem
    assert 0 <= problem.start <= problem.end <= max(len(text), 1)


_PIECES = [
    "amount",
    "quota",
    "extra",
    "business",
    "round(",
    ")",
    "(",
    ",",
    "2",
    "0.5",
    "'new'",
    "+",
    "-",
    "*",
    "/",
    "=",
    "<",
    "and",
    "or",
    "not",
    "case",
    "when",
    "then",
    "else",
    "end",
    "is",
    "null",
    "in",
    "between",
    "coalesce(",
    "nullif(",
    "at(",
    "tiers",
    "marginal(",
    "date",
    "'2026-01-01'",
    ";",
    "--",
    "/*",
    "::",
    '"',
    "over",
    "select",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=14))
@settings(max_examples=500, deadline=None)
def test_whatever_is_taken_can_be_computed(pieces: list[str]) -> None:
    text = " ".join(pieces)
    try:
        program = compile_formula(text, SCOPE)
    except FormulaError:
        return
    assert isinstance(closure_of({"it": program})(ROW)["it"], int)
