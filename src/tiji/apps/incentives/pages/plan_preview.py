"""What a draft would do, beside its form: payout curves with where people stood, its sentences, and what it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median_low
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.incentives.display.plan_changes import PlanChange, plan_changes
from tiji.apps.incentives.display.words import INTERVALS, title_of
from tiji.apps.incentives.models import PlanVersion
from tiji.apps.incentives.pages.plans import PlanWords, words_of
from tiji.apps.incentives.selectors.attainments import Stood, alike, stood_last_quarter
from tiji.apps.organization.models import User
from tiji.kernel.commission import Component, CurvePoint, Plan, PlanProblem, curve_totals, payout_curve, plan_from_dict
from tiji.kernel.money import Money
from tiji.ui import formats

ROUND_QUOTA = 1_000_000
MOST_POINTS = 80


@dataclass(frozen=True)
class CurveView:
    """A component's curve, ready to be drawn. `note` says what it was drawn for, or why it was not."""

    id: str
    title: str
    data: dict[str, Any]
    table: dict[str, Any]
    summary: str
    note: str


@dataclass
class Preview:
    """What is shown beside a draft. `wrong` counts its problems."""

    wrong: int = 0
    curves: list[CurveView] = field(default_factory=list)
    words: PlanWords | None = None
    changes: list[PlanChange] | None = None
    since: int | None = None


def preview_of(
    plan: Plan | None, problems: Sequence[PlanProblem], *, viewer: User, on: date, last: PlanVersion | None
) -> Preview:
    """Curves, sentences and changes of a draft that stands; of one that does not, the number of its problems."""
    if plan is None:
        return Preview(wrong=len(problems))
    stood = stood_last_quarter(viewer, on)
    curves = [_curve(plan, part, alike(stood, part), at) for at, part in enumerate(plan.components)]
    preview = Preview(len(problems), curves, words_of(plan))
    if last is not None:
        preview.changes, preview.since = plan_changes(plan_from_dict(last.document), plan), last.number
    return preview


def _curve(plan: Plan, component: Component, stood: list[Stood], at: int) -> CurveView:
    """The component along its running total, with everybody at the place where he stood."""
    unit = 10**plan.digits
    quota = _usual_quota(stood, unit) if component.quota else None
    people = _thinned(stood)
    places = [one.total * quota // one.quota if quota and one.quota else one.total for one in people]
    reach = max([0, *(place * 21 // 20 for place in places)])
    totals = sorted({*curve_totals(component, plan.digits, quota, reach), *(place for place in places if place > 0)})
    points = payout_curve(plan, component, totals, quota)
    drawn = _data(plan, component, quota, points, _standing(people, places, points, plan))
    return CurveView(
        f"curve-{at}",
        title_of(component),
        drawn,
        _table(plan, component, quota, points),
        _summary(plan, component, quota, points),
        _note(plan, component, quota, people) if points else _("No plain event counts here, so there is no curve."),
    )


def _usual_quota(stood: list[Stood], unit: int) -> int:
    """The quota in the middle of those that people had, else a round one."""
    return median_low([one.quota for one in stood if one.quota] or [ROUND_QUOTA * unit])


def _thinned(stood: list[Stood]) -> list[Stood]:
    """Some of many, evenly from the lowest to the highest."""
    if len(stood) <= MOST_POINTS:
        return stood
    return [stood[at * (len(stood) - 1) // (MOST_POINTS - 1)] for at in range(MOST_POINTS)]


def _standing(
    people: Sequence[Stood], places: Sequence[int], points: Sequence[CurvePoint], plan: Plan
) -> list[dict[str, Any]]:
    """Each person on the curve: what the draft pays at his place."""
    pays = {point.total: point.pay for point in points}
    return [
        {"name": one.person, "at": place, "pay": pays[place], "text": _stood_text(one, plan)}
        for one, place in zip(people, places, strict=True)
        if place in pays
    ]


def _stood_text(one: Stood, plan: Plan) -> str:
    total = formats.money(Money.from_minor(one.total, plan.currency))
    share = formats.percent(Decimal(one.total) / one.quota, 1) if one.quota else ""
    return f"{one.person} · {one.quarter} · {share or total}"


def _data(
    plan: Plan, component: Component, quota: int | None, points: Sequence[CurvePoint], people: list[dict[str, Any]]
) -> dict[str, Any]:
    unit = Decimal(10**plan.digits)
    base = Decimal(quota) if quota else unit
    limits = {edge for step in component.rate.steps for edge in (step.from_, step.to) if edge}
    scale = Decimal(1) if quota and component.rate.unit == "attainment" else unit / base
    return {
        "percent": bool(quota),
        "curve": [[_digits(point.total / base), point.pay / unit] for point in points],
        "limits": sorted(_digits(limit * scale) for limit in limits),
        "people": [{"name": one["text"], "value": [_digits(one["at"] / base), one["pay"] / unit]} for one in people],
        "names": {
            "x": _("Attainment") if quota else _("Running total"),
            "y": _("Pay"),
            "curve": title_of(component),
            "people": _("Where people stood"),
        },
    }


def _digits(value: Decimal) -> Decimal:
    """As exact as a drawing needs."""
    return round(value, 6)


def _table(plan: Plan, component: Component, quota: int | None, points: Sequence[CurvePoint]) -> dict[str, Any]:
    head = [_("Attainment") if quota else _("Running total"), _("Pay")]
    rows: list[list[str]] = []
    last = CurvePoint(-1, -1)
    for point in _bends(component, plan, quota, points):
        place = _place(plan, quota, point.total)
        if rows and rows[-1][0] == place and point.pay - last.pay <= 10**plan.digits:
            continue  # a cent further on, and no jump
        rows.append([place, formats.money_full(Money.from_minor(point.pay, plan.currency))])
        last = point
    return {"head": head, "rows": rows}


def _place(plan: Plan, quota: int | None, total: int) -> str:
    if quota:
        return formats.percent(Decimal(total) / quota, 1)
    return formats.money(Money.from_minor(total, plan.currency))


def _bends(component: Component, plan: Plan, quota: int | None, points: Sequence[CurvePoint]) -> Iterable[CurvePoint]:
    """The points that a reader looks for: the limits, and every fifth of the way."""
    wanted = set(curve_totals(component, plan.digits, quota, points[-1].total if points else 0, parts=5))
    return [point for point in points if point.total in wanted]


def _summary(plan: Plan, component: Component, quota: int | None, points: Sequence[CurvePoint]) -> str:
    if not points:
        return title_of(component)
    last = points[-1]
    return _("%(title)s: %(place)s pays %(pay)s") % {
        "title": title_of(component),
        "place": _place(plan, quota, last.total),
        "pay": formats.money_full(Money.from_minor(last.pay, plan.currency)),
    }


def _note(plan: Plan, component: Component, quota: int | None, people: Sequence[Stood]) -> str:
    interval = INTERVALS[component.measure.interval]()
    told = _("Pay of one %(interval)s by its running total.") % {"interval": interval}
    if quota:
        facts = {"interval": interval, "quota": formats.money(Money.from_minor(quota, plan.currency))}
        told = _("Pay of one %(interval)s, for a quota of %(quota)s.") % facts
    if people:
        told += " " + _("Dots: where people stood in %(quarter)s.") % {"quarter": people[0].quarter}
    if component.by_formula:
        told += " " + _("Formulas are drawn for plain events, paid in time.")
    return told
