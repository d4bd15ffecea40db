"""Random formulas with a second opinion: a value of exact fractions that knows nothing of the product's reader."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tiji.kernel.engine.formulas import DAY, TEXT, Band, Bands, CurveTable, Scope, StepTable, WordTable, money, rate

SCOPE = Scope(
    {
        "amount": money(2),
        "cost": money(2),
        "quota": money(2, positive=True),
        "extra": money(2, optional=True),
        "share": rate(),
        "business": TEXT,
        "paid_on": DAY,
        "due_on": DAY,
    },
    {
        "tiers": StepTable(
            Bands(
                (
                    Band(Decimal(0), Decimal(1000), Decimal("0.01")),
                    Band(Decimal(1000), Decimal("3000.5"), Decimal("0.025")),
                    Band(Decimal("3000.5"), None, Decimal("0.04")),
                )
            )
        ),
        "reached": StepTable(
            Bands(
                (
                    Band(Decimal(0), Decimal("0.8"), Decimal(0)),
                    Band(Decimal("0.8"), Decimal("1.05"), Decimal("0.9")),
                    Band(Decimal("1.05"), None, Decimal("1.2")),
                ),
                tie="upper",
                scaled=True,
            )
        ),
        "bonus": CurveTable(
            Bands(
                (
                    Band(Decimal(0), Decimal(700), Decimal(0), Decimal(10)),
                    Band(Decimal(700), Decimal(3000), Decimal(10), Decimal(50)),
                    Band(Decimal(3000), None, Decimal(50), Decimal(50)),
                )
            )
        ),
        "kinds": WordTable((("new", Decimal("1.5")), ("existing", Decimal("0.75"))), Decimal(0)),
    },
)


@dataclass(frozen=True)
class Part:
    text: str
    kind: str
    of: Any  # a function of a row that gives a Fraction, a text, a truth or None

    def __call__(self, row: dict[str, Any]) -> Any:
        return self.of(row)


def away(value: Fraction, digits: int) -> Fraction:
    """Rounded, halves away from zero."""
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(-whole if value < 0 else whole, 10**digits)


def step_of(name: str, total: Fraction, scale: Fraction = Fraction(1)) -> tuple[int, Any]:
    bands = SCOPE.tables[name].bands  # type: ignore[union-attr]
    for index, band in enumerate(bands.bands[:-1]):
        limit = Fraction(band.high) * scale
        if total < limit or (total == limit and bands.tie == "lower"):
            return index, band
    return len(bands.bands) - 1, bands.bands[-1]


def marginal(name: str, total: Fraction) -> Fraction:
    """Slice by slice, from the bottom up; below zero at the first rate."""
    bands = SCOPE.tables[name].bands.bands  # type: ignore[union-attr]
    if total < 0:
        return total * Fraction(bands[0].value)
    paid = Fraction(0)
    for band in bands:
        low = Fraction(band.low)
        high = total if band.high is None else min(total, Fraction(band.high))
        paid += max(high - low, Fraction(0)) * Fraction(band.value)
    return paid


def on_curve(name: str, total: Fraction) -> Fraction:
    _, band = step_of(name, total)
    if band.high is None:
        return Fraction(band.value)
    way = (total - Fraction(band.low)) / (Fraction(band.high) - Fraction(band.low))
    return Fraction(band.value) + way * (Fraction(band.end) - Fraction(band.value))


def rows(seed: int, count: int) -> list[dict[str, Any]]:
    """Rows with values on the limits and far from them."""
    dice = random.Random(seed)
    limits = [0, 1, -1, 100_000, 300_050, 300_051, 70_000, 5]
    amounts = [lambda: dice.choice(limits), lambda: dice.randint(-500_000, 500_000), lambda: dice.randint(0, 10**11)]
    first = date(2024, 1, 1)
    return [
        {
            "amount": dice.choice(amounts)(),
            "cost": dice.choice(amounts)(),
            "quota": dice.choice([1, 100_000, 299_999, dice.randint(1, 10**9)]),
            "extra": dice.choice([None, None, 0, dice.randint(-(10**6), 10**6)]),
            "share": dice.choice([0, 10**8, 33_333_333, dice.randint(0, 2 * 10**8)]),
            "business": dice.choice(["new", "existing", ""]),
            "paid_on": first + timedelta(days=dice.randint(0, 800)),
            "due_on": first + timedelta(days=dice.randint(0, 800)),
        }
        for _ in range(count)
    ]


def formula(dice: random.Random, depth: int = 3) -> Part:
    """A formula that ends in whole hundredths."""
    inner = _number(dice, depth)
    digits = dice.choice([0, 1, 2, 4])
    return Part(f"round({inner.text}, {digits})", "number", lambda row: away(inner(row), digits))


def _number(dice: random.Random, depth: int) -> Part:
    if depth == 0:
        return dice.choice([_name, _literal])(dice)
    makers = [_sum, _product, _case, _extreme, _rounded, _ratio, _coalesced, _table, _days, _floor]
    return dice.choice(makers)(dice, depth - 1)


def _name(dice: random.Random) -> Part:
    name = dice.choice(["amount", "cost", "quota", "share"])
    scale = 10**8 if name == "share" else 100
    return Part(name, "number", lambda row: Fraction(row[name], scale))


def _literal(dice: random.Random) -> Part:
    text = dice.choice(["0", "1", "2.5", "0.035", "100", "0.0001", "1000"])
    return Part(text, "number", lambda _row: Fraction(text))


def _sum(dice: random.Random, depth: int) -> Part:
    left, right, op = _number(dice, depth), _number(dice, depth), dice.choice("+-")
    sign = 1 if op == "+" else -1
    return Part(f"({left.text} {op} {right.text})", "number", lambda row: left(row) + sign * right(row))


def _product(dice: random.Random, depth: int) -> Part:
    left, right = _rounded(dice, max(depth - 1, 0)), dice.choice([_literal, _name])(dice)
    return Part(f"{left.text} * {right.text}", "number", lambda row: left(row) * right(row))


def _condition(dice: random.Random, depth: int) -> Part:
    kind = dice.randint(0, 3)
    if kind == 0:
        word = dice.choice(["new", "existing"])
        return Part(f"business = '{word}'", "bool", lambda row: row["business"] == word)
    if kind == 1:
        return Part("not extra is null", "bool", lambda row: row["extra"] is not None)
    left, right, op = _number(dice, depth), _number(dice, depth), dice.choice(["<", "<=", ">", ">=", "=", "<>"])
    compared = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "=": lambda a, b: a == b,
        "<>": lambda a, b: a != b,
    }[op]
    return Part(f"{left.text} {op} {right.text}", "bool", lambda row: compared(left(row), right(row)))


def _case(dice: random.Random, depth: int) -> Part:
    test, yes, no = _condition(dice, max(depth - 1, 0)), _number(dice, depth), _number(dice, depth)
    text = f"case when {test.text} then {yes.text} else {no.text} end"
    return Part(text, "number", lambda row: yes(row) if test(row) else no(row))


def _extreme(dice: random.Random, depth: int) -> Part:
    name, pick = dice.choice([("least", min), ("greatest", max)])
    parts = [_number(dice, depth) for _ in range(2)]
    text = f"{name}({', '.join(part.text for part in parts)})"
    return Part(text, "number", lambda row: pick(part(row) for part in parts))


def _rounded(dice: random.Random, depth: int) -> Part:
    inner, digits = _number(dice, depth), dice.choice([0, 2, 4])
    return Part(f"round({inner.text}, {digits})", "number", lambda row: away(inner(row), digits))


def _ratio(dice: random.Random, depth: int) -> Part:
    top, bottom = _number(dice, max(depth - 1, 0)), dice.choice(["quota", "cost", "extra"])

    def value(row: dict[str, Any]) -> Fraction:
        return top(row) * 100 / row[bottom] if row[bottom] else Fraction(0)

    text = f"{top.text} / quota" if bottom == "quota" else f"coalesce({top.text} / nullif({bottom}, 0), 0)"
    return Part(f"round({text}, 4)", "number", lambda row: away(value(row), 4))


def _coalesced(dice: random.Random, depth: int) -> Part:
    other = _number(dice, depth)
    text = f"coalesce(extra, {other.text})"
    return Part(text, "number", lambda row: other(row) if row["extra"] is None else Fraction(row["extra"], 100))


def _table(dice: random.Random, depth: int) -> Part:
    total, kind = _number(dice, max(depth - 1, 0)), dice.randint(0, 4)
    if kind == 0:
        return Part(f"marginal(tiers, {total.text})", "number", lambda row: marginal("tiers", total(row)))
    if kind == 1:
        whole = f"whole(tiers, {total.text})"
        return Part(whole, "number", lambda row: total(row) * Fraction(step_of("tiers", total(row))[1].value))
    if kind == 2:
        at = f"at(reached, {total.text}, quota)"
        scale = Fraction(1, 100)
        return Part(at, "number", lambda row: Fraction(step_of("reached", total(row), row["quota"] * scale)[1].value))
    if kind == 3:
        return Part(
            f"round(curve(bonus, {total.text}), 2)", "number", lambda row: away(on_curve("bonus", total(row)), 2)
        )
    words = {"new": Fraction("1.5"), "existing": Fraction("0.75")}
    return Part("at(kinds, business)", "number", lambda row: words.get(row["business"], Fraction(0)))


def _days(dice: random.Random, depth: int) -> Part:
    if dice.random() < 0.5:
        return Part("days(due_on, paid_on)", "number", lambda row: Fraction((row["paid_on"] - row["due_on"]).days))
    return Part("(month(paid_on) + quarter(due_on) + year(paid_on))", "number", _date_parts)


def _date_parts(row: dict[str, Any]) -> Fraction:
    return Fraction(row["paid_on"].month + (row["due_on"].month + 2) // 3 + row["paid_on"].year)


def _floor(dice: random.Random, depth: int) -> Part:
    inner = _number(dice, depth)
    return Part(f"floor({inner.text})", "number", lambda row: Fraction(inner(row).__floor__()))
