"""What a component pays along its running total: the rule itself, run over events made for the purpose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tiji.kernel.commission.narrow import compute_narrow
from tiji.kernel.commission.plan import NO_SHEET, Component, Plan
from tiji.kernel.commission.schemas import NOTHING, SHARE_DIGITS, InputError
from tiji.kernel.money import round_half_away

DAY = date(2026, 1, 1)
PARTS = 40


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Units: minor units. `total` is the running total, `pay` everything it has earned."""

    total: int
    pay: int


def curve_totals(component: Component, digits: int, quota: int | None, reach: int = 0, parts: int = PARTS) -> list[int]:
    """Totals along which a curve shows all of its bends: even steps, every limit, and a cent above it.

    Units: minor units. `reach` is how far it goes at least; `quota` that of the payee drawn.
    """
    unit = Fraction(quota if component.rate.unit == "attainment" and quota else 10**digits)
    edges = {edge for step in component.rate.steps for edge in (step.from_, step.to) if edge}
    limits = sorted(int(round_half_away(Fraction(edge) * unit)) for edge in edges)
    top = max([reach, 10**digits, *(limit * 5 // 4 for limit in limits[-1:]), *([quota * 13 // 10] if quota else [])])
    even = {top * at // parts for at in range(1, parts + 1)}
    return sorted(total for total in {*even, *limits, *(limit + 1 for limit in limits)} if 0 < total <= top)


def payout_curve(plan: Plan, component: Component, totals: Iterable[int], quota: int | None = None) -> list[CurvePoint]:
    """What a payee has earned when his running total reaches each of the totals, by `compute_narrow`.

    The events are plain ones: without delay, of the first kind of business that the component counts, and their fields
    empty. Nothing comes back if the component counts no such event. A formula for what is credited may make other
    totals than those asked for; each point has the total that was reached.

    Units: minor units; `totals` ascending and above 0.
    Source: docs/kernel/commission-pipeline.md, "Curves"
    """
    alone = replace(plan, components=(component,), sheet=NO_SHEET)
    quotas = [{"payee_id": 1, "code": component.quota.code, "amount": quota}] if component.quota else []
    shares = [{"subject_id": 1, "role": component.credit.role, "seq": 1, "payee_id": 1, "share": 10**SHARE_DIGITS}]
    for event in _events(plan, component):
        rows = list(_rows(event, list(totals), component.credit.share))
        try:
            lines = compute_narrow(alone, rows, shares, quotas).lines
        except InputError:
            return []
        if any(line.credit for line in lines):
            return _summed((line.after, line.amount) for line in lines)
    return []


def _events(plan: Plan, component: Component) -> Iterable[dict[str, Any]]:
    """One event of each kind of business that the component may count, as plain as can be."""
    rule = component.credit
    day = rule.valid_from or (rule.valid_until - timedelta(days=1) if rule.valid_until else DAY)
    plain = {field.name: day if field.kind == "date" else NOTHING.get(field.kind) for field in plan.fields}
    for kind in rule.events:
        for business in rule.business or ("existing", "new"):
            yield {
                **plain,
                "event_on": day,
                "kind": kind,
                "business": business,
                "subject_id": 1,
                "currency": plan.currency,
            }


def _rows(event: dict[str, Any], totals: Sequence[int], share: Decimal) -> Iterable[dict[str, Any]]:
    """Events that bring the running total from one of the totals to the next."""
    before = 0
    for number, total in enumerate(totals, 1):
        amount = int(round_half_away(Fraction(total - before) / Fraction(share)))
        yield {**event, "event_id": number, "amount": amount}
        before = total


def _summed(lines: Iterable[tuple[int, int]]) -> list[CurvePoint]:
    points, paid = [CurvePoint(0, 0)], 0
    for after, amount in lines:
        paid += amount
        points.append(CurvePoint(after, paid))
    return points
