"""Whose a supposed event is and which quota stands against it, for one payee. Source: docs/kernel/estimate.md"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiji.kernel.commission.line_closures import Counted, Row
from tiji.kernel.commission.periods import interval_dates, interval_no
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.schemas import SHARE_DIGITS, InputError, subject_column
from tiji.kernel.money import largest_remainder

WHOLE = 10**SHARE_DIGITS


@dataclass(frozen=True, slots=True)
class Credit:
    """The payee's part of an event: the number and size of his share, and the amount in minor units."""

    seq: int
    share: int
    amount: int


@dataclass(frozen=True, slots=True)
class Held:
    """Shares that split one amount, in order of seq, and what they are together."""

    rows: list[Row]
    together: int


class Book:
    """Shares and quotas, found quickly."""

    def __init__(self, plan: Plan, payee_id: int, shares: Iterable[Row], quotas: Iterable[Row]) -> None:
        self.plan, self.payee_id = plan, payee_id
        self._shares: dict[tuple[int, str], list[Row]] = {}
        for row in shares:
            self._shares.setdefault((row["subject_id"], row["role"]), []).append(row)
        for rows in self._shares.values():
            rows.sort(key=lambda row: row["seq"])
        self._quotas = [row for row in quotas if row["payee_id"] == payee_id]
        self._found: dict[tuple[str, int], int | None] = {}
        self._on: dict[tuple[int, str, str, date], list[Held]] = {}

    def held(self, component: Component, event: Row) -> list[Held]:
        """What the payee holds of the event: the split that he is part of, or every share that he has for himself.

        Raises: InputError if shares are more than 1 and the plan does not allow it, or the event has another currency.
        """
        if event["currency"] != self.plan.currency:
            raise InputError(f"the plan pays in {self.plan.currency}; convert the other events first")
        found = self._held(component, event)
        if any(one.together > WHOLE for one in found) and not component.credit.over_assignment:
            raise InputError(f"the shares of event {event['event_id']} are more than 1 together")
        return found

    def credits(self, held: Held, target: int) -> list[Credit]:
        """The payee's parts of what the shares get together: largest remainder, ties in order of seq."""
        parts = largest_remainder(target, [row["share"] for row in held.rows])
        both = zip(held.rows, parts, strict=True)
        return [Credit(row["seq"], row["share"], part) for row, part in both if row["payee_id"] == self.payee_id]

    def _held(self, component: Component, event: Row) -> list[Held]:
        on, rule = event.get("credit_on") or event["event_on"], component.credit
        subject = event.get(subject_column(rule.role)) or event["subject_id"]
        key = (subject, rule.role, rule.sharing, on)
        if key not in self._on:
            rows = [row for row in self._shares.get(key[:2], []) if _holds(row, on)]
            mine = [row for row in rows if row["payee_id"] == self.payee_id]
            together = [Held(rows, sum(int(row["share"]) for row in rows))] if mine else []
            self._on[key] = [Held([row], int(row["share"])) for row in mine] if rule.sharing == "each" else together
        return self._on[key]

    def line(self, component: Component, event: Row, credit: Credit, counted: Counted, before: int) -> dict[str, Any]:
        """The line of a credit as the run's tables hold it."""
        return {
            "payee_id": self.payee_id,
            "event_id": event["event_id"],
            "seq": credit.seq,
            "event_on": event["event_on"],
            "interval_no": counted.interval_no,
            "pay_no": counted.pay_no,
            "row_no": event["event_id"],
            "share": credit.share,
            "credit": credit.amount,
            "before": before,
            "after": before + credit.amount,
            "quota": self.quota(component, counted.interval_no),
        }

    def interval(self, component: Component, on: date) -> int:
        """The number of the component's interval that a day is in."""
        return interval_no(on, component.measure.interval, self.plan.fiscal_start_month)

    def quota(self, component: Component, number: int) -> int | None:
        """The quota that holds on the interval's first day. Raises: InputError if there are two."""
        if component.quota is None:
            return None
        key = (component.code, number)
        if key not in self._found:
            first = interval_dates(number, component.measure.interval, self.plan.fiscal_start_month)[0]
            rows = [row for row in self._quotas if row["code"] == component.quota.code and _holds(row, first)]
            if len(rows) > 1:
                raise InputError(f"payee {self.payee_id} has two quotas {component.quota.code} for one interval")
            self._found[key] = int(rows[0]["amount"]) if rows else None
        return self._found[key]

    def problem(self, code: str, number: int) -> str:
        """Why the component cannot pay in the interval, or nothing."""
        component = self.plan.component(code)
        if component.quota is None:
            return ""
        quota = self.quota(component, number)
        if quota is None:
            return "quota_missing"
        return "" if quota > 0 else "quota_not_positive"


def _holds(row: Row, on: date) -> bool:
    starts, ends = row.get("valid_from"), row.get("valid_until")
    return (starts is None or starts <= on) and (ends is None or on < ends)
