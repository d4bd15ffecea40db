"""The same plan on a few rows in plain Python and exact fractions: for estimates, and as the wide run's second opinion.

It shares the plan's data classes and the reader of formulas with the wide run and nothing else: no expression, no SQL,
no fixed point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tiji.kernel.commission.periods import interval_dates, interval_no
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.schemas import NOTHING, SHARE_DIGITS, InputError, Window, subject_column
from tiji.kernel.engine.formulas import read_formula
from tiji.kernel.engine.formulas.exact import value_of
from tiji.kernel.money import largest_remainder, round_half_away

Row = Mapping[str, Any]
Slices = tuple[tuple[str, int, int, Fraction, int], ...]


@dataclass(frozen=True, slots=True)
class NarrowLine:
    """One credit and what it pays. Units: minor units. `slices`: (kind, from, to, rate, amount)."""

    component: str
    payee_id: int
    event_id: int
    seq: int
    event_on: date
    interval_no: int
    pay_no: int
    credit: int
    before: int
    after: int
    quota: int | None
    amount: int
    slices: Slices


@dataclass(slots=True)
class NarrowResults:
    """`earnings` by (component, payee, interval_no, pay_no); `uncredited` by (component, event)."""

    lines: list[NarrowLine] = field(default_factory=list)
    earnings: dict[tuple[str, int, int, int], int] = field(default_factory=dict)
    uncredited: dict[tuple[str, int], int] = field(default_factory=dict)
    problems: set[tuple[str, int, int, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Credit:
    event_on: date
    event_id: int
    seq: int
    payee_id: int
    amount: int
    share: Fraction
    event: Row


def compute_narrow(
    plan: Plan,
    events: Iterable[Row],
    assignments: Iterable[Row],
    quotas: Iterable[Row],
    *,
    window: Window | None = None,
    amount_digits: int | None = None,
) -> NarrowResults:
    """Run the plan over rows (mappings with the columns of the Arrow schemas), to the same cents as `compute`.

    Raises: InputError as `compute` for shares, seq, quotas and currencies.
    Source: docs/kernel/commission-pipeline.md
    """
    digits = plan.digits if amount_digits is None else amount_digits
    results = NarrowResults()
    event_rows, share_rows, quota_rows = list(events), list(assignments), list(quotas)
    if any(row["currency"] != plan.currency for row in event_rows):
        raise InputError(f"the plan pays in {plan.currency}; convert the other events first")
    for component in plan.components:
        counted = [row for row in event_rows if _counts(plan, component, row, window, digits)]
        credits = _credits(plan, component, counted, share_rows, digits, results)
        groups: dict[tuple[int, int], list[_Credit]] = {}
        for credit in credits:
            number = interval_no(credit.event_on, component.measure.interval, plan.fiscal_start_month)
            groups.setdefault((credit.payee_id, number), []).append(credit)
        for (payee_id, number), group in sorted(groups.items()):
            _earn(plan, component, payee_id, number, group, quota_rows, window, results, digits)
    return results


def _counts(plan: Plan, component: Component, row: Row, window: Window | None, digits: int) -> bool:
    rule, on = component.credit, row["event_on"]
    return (
        row["kind"] in rule.events
        and (not rule.business or row.get("business") in rule.business)
        and (rule.valid_from is None or on >= rule.valid_from)
        and (rule.valid_until is None or on < rule.valid_until)
        and (window is None or on < window.until)
        and (not rule.when or bool(plan_value(plan, rule.when, row, digits)))
    )


def _credits(
    plan: Plan, component: Component, events: list[Row], shares: list[Row], digits: int, results: NarrowResults
) -> list[_Credit]:
    rule, credits = component.credit, []
    for event in events:
        on = event.get("credit_on") or event["event_on"]
        subject = event.get(subject_column(rule.role)) or event["subject_id"]
        mine = [row for row in shares if row["subject_id"] == subject and row["role"] == rule.role and _holds(row, on)]
        mine.sort(key=lambda row: row["seq"])
        if rule.sharing == "split" and len({row["seq"] for row in mine}) != len(mine):
            raise InputError(f"event {event['event_id']} has two shares with the same seq")
        value = plan_value(plan, rule.value, event, digits) if rule.value else Fraction(event["amount"], 10**digits)
        counted = value * 10**plan.digits * Fraction(rule.share)
        parts = _parts(component, event, counted, [row["share"] for row in mine])
        given = 0
        for row, part in zip(mine, parts, strict=True):
            if row["payee_id"] is None:  # somebody whom the plan does not pay
                continue
            given += part
            share = Fraction(row["share"], 10**SHARE_DIGITS)
            credits.append(
                _Credit(event["event_on"], event["event_id"], row["seq"], row["payee_id"], part, share, event)
            )
        rest = _whole(counted) - given
        if rest and not (rule.sharing == "each" and mine):
            results.uncredited[component.code, event["event_id"]] = rest
    return credits


def _parts(component: Component, event: Row, counted: Fraction, shares: list[int]) -> list[int]:
    """What each share gets of an amount: of one sum that is cut, or each for itself."""
    rule, whole = component.credit, 10**SHARE_DIGITS
    each = rule.sharing == "each"
    if max([*shares, 0] if each else [sum(shares)]) > whole and not rule.over_assignment:
        raise InputError(f"the shares of event {event['event_id']} are more than 1 together")
    if each:
        return [_whole(counted * share / whole) for share in shares]
    return largest_remainder(_whole(counted * sum(shares) / whole), shares) if shares else []


def _holds(row: Row, on: date) -> bool:
    starts, ends = row.get("valid_from"), row.get("valid_until")
    return (starts is None or starts <= on) and (ends is None or on < ends)


def _earn(
    plan: Plan,
    component: Component,
    payee_id: int,
    number: int,
    credits: list[_Credit],
    quotas: list[Row],
    window: Window | None,
    results: NarrowResults,
    digits: int,
) -> None:
    quota = _quota(plan, component, payee_id, number, quotas)
    paid = [credit for credit in credits if window is None or credit.event_on >= window.from_]
    if component.quota is not None and (quota is None or quota <= 0):
        if paid:
            code = "quota_missing" if quota is None else "quota_not_positive"
            results.problems.add((component.code, payee_id, number, code))
        return
    curve = Curve(component, plan.digits, quota)
    before, earned = 0, Fraction(0)
    for credit in sorted(credits, key=lambda credit: (credit.event_on, credit.event_id, credit.seq)):
        after = before + credit.amount
        now = earned
        if component.by_formula:
            now += _step(plan, component, credit, (before, after, quota), curve, digits)
        if credit in paid:
            pay_no = interval_no(credit.event_on, component.pay.interval, plan.fiscal_start_month)
            if component.by_formula:
                amount, slices = curve.rounded(earned, now), curve.by_formula(before, after, earned, now)
            else:
                amount, slices = curve.line(before, after), curve.slices(before, after)
            key = (component.code, payee_id, number, pay_no)
            results.earnings[key] = results.earnings.get(key, 0) + amount
            results.lines.append(
                NarrowLine(
                    *(component.code, payee_id, credit.event_id, credit.seq, credit.event_on, number, pay_no),
                    *(credit.amount, before, after, quota, amount, slices),
                )
            )
        before, earned = after, now


def _step(
    plan: Plan,
    component: Component,
    credit: _Credit,
    totals: tuple[int, int, int | None],
    curve: Curve,
    digits: int,
) -> Fraction:
    """What a line pays by formula, exact, in minor units."""
    before, after, quota = totals
    unit = 10**plan.digits
    names = {"credit": credit.amount, "before": before, "after": after} | ({"quota": quota} if quota else {})
    own = {name: Fraction(value, unit) for name, value in names.items()} | {"share": credit.share}
    step = curve.gross(after) - curve.gross(before) if not component.pays else Fraction(0)
    if component.pays:
        step = plan_value(plan, component.pays, credit.event, digits, own) * unit
    if component.factor:
        step *= plan_value(plan, component.factor, credit.event, digits, own)
    return step


def plan_value(plan: Plan, text: str, event: Row, digits: int, own: Mapping[str, Any] | None = None) -> Any:
    """A formula of the plan about an event, and perhaps about its credit."""
    row: dict[str, Any] = {
        "amount": Fraction(event["amount"], 10**digits),
        "kind": event["kind"],
        "business": event.get("business") or "",
        "event_on": event["event_on"],
    }
    scales = {"money": 10**digits, "rate": 10**SHARE_DIGITS, "count": 1}
    for field_ in plan.fields:
        value = event.get(field_.name)
        if field_.kind in scales:
            value = Fraction(value or 0, scales[field_.kind])
        row[field_.name] = NOTHING.get(field_.kind) if value is None else value
    tables = {named.name: named.table for named in plan.tables}
    return value_of(read_formula(text), row | dict(own or {}), tables)


def _quota(plan: Plan, component: Component, payee_id: int, number: int, quotas: list[Row]) -> int | None:
    if component.quota is None:
        return None
    first = interval_dates(number, component.measure.interval, plan.fiscal_start_month)[0]
    found = [
        int(row["amount"])
        for row in quotas
        if row["payee_id"] == payee_id and row["code"] == component.quota.code and _holds(row, first)
    ]
    if len(found) > 1:
        raise InputError(f"payee {payee_id} has two quotas {component.quota.code} for one interval")
    return found[0] if found else None


class Curve:
    """What a running total earns in one component, for one payee and interval. Totals in minor units."""

    def __init__(self, component: Component, digits: int, quota: int | None) -> None:
        unit = Fraction(quota) if quota is not None else Fraction(10**digits)
        self.component = component
        self.cap = Fraction(component.cap.amount) * 10**digits if component.cap else None
        self.steps = [
            (
                Fraction(step.from_) * unit,
                None if step.to is None else Fraction(step.to) * unit,
                Fraction(step.rate) if step.rate is not None else Fraction(step.amount or 0) * 10**digits,
            )
            for step in component.rate.steps
        ]
        self.limits = sorted({edge for low, high, _ in self.steps for edge in (low, high) if edge})

    def line(self, before: int, after: int) -> int:
        """What the step from one total to the next pays, capped and rounded as the plan says."""
        start = self._capped(self.gross(before))
        return self._money(start, self._capped(self.gross(after)), start)

    def rate_at(self, total: Fraction) -> Fraction:
        """The value of the step that holds the total."""
        if total <= 0:
            return self.steps[0][2] if self.steps[0][0] == 0 and self.component.pay.basis == "credit" else Fraction(0)
        for low, high, value in self.steps:
            if self.component.rate.tie == "lower":
                inside = low < total and (high is None or total <= high)
            else:
                inside = low <= total and (high is None or total < high)
            if inside:
                return value
        return Fraction(0)

    def gross(self, total: Fraction | int) -> Fraction:
        """F(total) before the cap, exact."""
        total = Fraction(total)
        if self.component.pay.basis == "fixed":
            return self.rate_at(total)
        if self.component.rate.mode == "retroactive":
            return total * self.rate_at(total)
        if total < 0:
            return total * self.rate_at(total)
        return sum(
            (
                (min(total, total if high is None else high) - low) * rate
                for low, high, rate in self.steps
                if total > low
            ),
            Fraction(0),
        )

    def slices(self, before: int, after: int) -> Slices:
        """The parts of the line, in no particular order; their amounts add up to the line."""
        start, end = self.gross(before), self.gross(after)
        if self.component.pay.basis == "fixed":
            parts = [("fixed", before, after, Fraction(0), self._money(start, end, start))] if start != end else []
        elif self.component.rate.mode == "retroactive":
            parts = self._retroactive(before, after)
        else:
            parts = self._tiers(before, after)
        rest = self.line(before, after) - self._money(start, end, start)
        if rest:
            parts.append(("cap", before, after, Fraction(0), rest))
        return tuple(parts)

    def _tiers(self, before: int, after: int) -> list[tuple[str, int, int, Fraction, int]]:
        low, high = sorted((Fraction(before), Fraction(after)))
        points = [low, *(edge for edge in self.limits if low < edge < high), high]
        if after < before:
            points.reverse()
        parts = []
        for here, there in pairwise(points):
            middle = (here + there) / 2
            rate = self.rate_at(middle)
            money = self._money(self.gross(here), self.gross(there), self.gross(before))
            if here != there:
                parts.append(("tier", _whole(here), _whole(there), rate, money))
        return parts

    def _retroactive(self, before: int, after: int) -> list[tuple[str, int, int, Fraction, int]]:
        old, new = self.rate_at(Fraction(before)), self.rate_at(Fraction(after))
        start, parts = self.gross(before), []
        rerated = before * new
        if old != new and before:
            parts.append(("rerate", 0, before, new - old, self._money(start, rerated, start)))
        if before != after:
            parts.append(("tier", before, after, new, self._money(rerated, self.gross(after), start)))
        return parts

    def _capped(self, earned: Fraction) -> Fraction:
        return earned if self.cap is None else min(earned, self.cap)

    def rounded(self, here: Fraction, there: Fraction) -> int:
        """What the step between two exact earnings pays, capped and rounded."""
        return self._money(self._capped(here), self._capped(there), self._capped(here))

    def by_formula(self, before: int, after: int, here: Fraction, there: Fraction) -> Slices:
        """The slices of such a step: what the formula pays, and what the cap takes of it."""
        paid = self._money(here, there, here)
        rest = self.rounded(here, there) - paid
        parts = [("formula", before, after, Fraction(0), paid)] if here != there else []
        return tuple(parts + ([("cap", before, after, Fraction(0), rest)] if rest else []))

    def _money(self, here: Fraction, there: Fraction, start: Fraction) -> int:
        if self.component.rounding == "payout":
            return _whole(there) - _whole(here)
        return _whole(there - start) - _whole(here - start)


def _whole(value: Fraction) -> int:
    return int(round_half_away(value))
