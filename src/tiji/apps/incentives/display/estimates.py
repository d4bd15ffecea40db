"""Estimates in words: what is paid, how it comes about, what is next, and why nothing is paid."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.incentives.display import words
from tiji.apps.incentives.selectors.estimates import RATE_DIGITS, PersonEstimate, PlanEstimate
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.commission import Component, EstimatedLine, Plan, Reached, interval_dates
from tiji.kernel.commission.plan import NO_SHEET
from tiji.kernel.money import Money
from tiji.ui import formats

WAITS = {
    "receipt": lambda: _("Money counts on the day it is applied to an invoice."),
    "signed": lambda: _("A contract counts on the day it is signed."),
}


@dataclass(frozen=True)
class Row:
    """A component of an estimate: what it pays, from where to where its total goes, and what is next."""

    title: str
    plan: str
    amount: Money
    reach: str
    path: list[dict[str, str]]
    next: str


def rows_of(found: PersonEstimate) -> list[Row]:
    """Every component that counts something of it, in the order of the plans."""
    return [_row(one, reached) for one in found.plans for reached in one.estimate.reached]


def _row(one: PlanEstimate, reached: Reached) -> Row:
    plan = one.place.plan
    component = plan.component(reached.component)
    lines = [
        line
        for line in one.estimate.lines
        if (line.component, line.interval_no) == (reached.component, reached.interval_no)
    ]
    return Row(
        title=words.title_of(component),
        plan=f"{one.place.version.plan.label} v{one.place.version.number}",
        amount=Money.from_minor(reached.amount, plan.currency),
        reach=_reach(plan, component, reached),
        path=[step for line in lines for step in _path(plan, component, line)],
        next=next_text(plan, component, reached),
    )


def _reach(plan: Plan, component: Component, reached: Reached) -> str:
    """The running total before and after, as amounts and shares of the quota."""
    facts = {
        "interval": words.INTERVALS[component.measure.interval](),
        "before": _money(plan, reached.before),
        "after": _money(plan, reached.after),
    }
    if not reached.quota:
        return _("Total of the %(interval)s: %(before)s → %(after)s") % facts
    facts |= {
        "low": formats.percent(Decimal(reached.before) / reached.quota),
        "high": formats.percent(Decimal(reached.after) / reached.quota),
    }
    return _("Total of the %(interval)s: %(before)s → %(after)s, %(low)s → %(high)s of the quota") % facts


def _path(plan: Plan, component: Component, line: EstimatedLine) -> list[dict[str, str]]:
    """The slices of a line, each with what it pays."""
    names = {
        "rerate": _("Earlier money at the new rate"),
        "cap": pgettext("pay", "Above the cap"),
        "fixed": _("The step's fixed amount"),
        "formula": _("By formula"),
    }
    steps = []
    for part in line.slices:
        rate = words.rate_text(Decimal(part.rate).scaleb(-RATE_DIGITS))
        width = formats.number(_units(plan, part.to_total - part.from_total), 2)
        text = names.get(part.kind) or f"{width} × {rate}"
        steps.append({"text": text, "value": formats.number(_units(plan, part.amount), 2)})
    return steps


def next_text(plan: Plan, component: Component, reached: Reached) -> str:
    """How far it is to the next step, what the way there pays and what is paid from there on."""
    if reached.capped:
        return _("The cap is reached: more of it pays nothing in this %(interval)s.") % {
            "interval": words.INTERVALS[component.measure.interval]()
        }
    step = reached.next
    if step is None:
        return ""
    fixed = component.pay.basis == "fixed"
    facts = {
        "distance": _money(plan, step.distance),
        "rate": formats.money_full(Money(step.value, plan.currency)) if fixed else words.rate_text(step.value),
        "way": "" if step.way is None else _money(plan, step.way),
    }
    if step.way is None:
        return _("%(distance)s more reach %(rate)s.") % facts
    return _("%(distance)s more reach %(rate)s; the way there pays %(way)s.") % facts


def reasons_of(found: PersonEstimate) -> list[str]:
    """Why something of it pays nothing, in words that say whom to ask."""
    if not found.plans:
        return [_("No pay plan pays on that day. Sales operations say who is paid by which plan.")]
    told = {
        "quota_missing": _(
            "There is no quota for “%(title)s” in %(periods)s yet, so what comes then is not estimated."
        ),
        "quota_not_positive": _("The quota for “%(title)s” in %(periods)s is 0, so what comes then pays nothing."),
    }
    periods: dict[tuple[str, str], list[str]] = {}
    for one in found.plans:
        for problem in one.estimate.problems:
            component = one.place.plan.component(problem.component)
            key = (problem.code, words.title_of(component))
            periods.setdefault(key, []).append(_period(one.place.plan, component, problem.interval_no))
    reasons = [
        told[code] % {"title": title, "periods": _(", ").join(names)} for (code, title), names in periods.items()
    ]
    if not reasons and len(found.uncounted) == len(found.supposed):
        reasons.append(_("None of the plans counts this. They count: %(what)s.") % {"what": counted_text(found)})
    return reasons


def counted_text(found: PersonEstimate) -> str:
    """What the person's plans count."""
    kinds = dict.fromkeys(
        kind for one in found.plans for part in one.place.plan.components for kind in part.credit.events
    )
    return _(", ").join(words.EVENTS[kind]() if kind in words.EVENTS else kind for kind in kinds)


def honest(found: PersonEstimate) -> list[str]:
    """What the figure stands for: as of when, what it waits for, and what it leaves out."""
    told = [_("As of %(moment)s, on top of everything credited until then.") % {"moment": formats.moment(found.as_of)}]
    counted = {kind for one in found.plans for part in one.place.plan.components for kind in part.credit.events}
    supposed = dict.fromkeys(one.kind for one in found.supposed)
    told += [WAITS[kind]() for kind in supposed if kind in WAITS and kind in counted]
    if any(one.place.plan.sheet != NO_SHEET for one in found.plans):
        told.append(_("Before guarantees, draws and what is held back of the month."))
    return told


def about(amounts: list[Money]) -> str:
    """The whole, in full digits."""
    return " + ".join(formats.money_full(one) for one in amounts) or formats.UNKNOWN


def _period(plan: Plan, component: Component, number: int) -> str:
    """The key of an interval, such as 2027-Q1."""
    interval = component.measure.interval
    first = interval_dates(number, interval, plan.fiscal_start_month)[0]
    return fiscal_calendar().period_of(first, interval).key


def _money(plan: Plan, minor: int) -> str:
    return formats.money(Money.from_minor(minor, plan.currency))


def _units(plan: Plan, minor: int) -> Decimal:
    return Money.from_minor(minor, plan.currency).amount
