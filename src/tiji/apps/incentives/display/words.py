"""Plans, rates and months in the reader's language, for pages and exports."""

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.incentives.display.whose import counts_for
from tiji.kernel.commission import Component, Plan
from tiji.kernel.commission.sheet_plan import Cell, Contest, ShareOut
from tiji.kernel.periods import Period
from tiji.ui import formats


def title_of(thing: Component | Plan | Cell | ShareOut | Contest) -> str:
    """What a plan or component is called in the reader's language, else in the other, else its code."""
    names = (thing.title_en, thing.title) if (get_language() or "").startswith("en") else (thing.title, thing.title_en)
    return next((name for name in names if name), thing.code)


def named(part: Any) -> str:
    """What a part of a payee's month is called: its title in the reader's language, else its code."""
    names = (getattr(part, "title", ""), getattr(part, "title_en", ""))
    english = (get_language() or "").startswith("en")
    return next((name for name in (reversed(names) if english else names) if name), str(part.code))


def month_label(period: Period) -> str:
    """2026 年 10 月."""
    return _("%(year)s-%(month)s") % {"year": period.start.year, "month": f"{period.start.month:02d}"}


def rate_text(rate: Decimal | None) -> str:
    """A rate with as many decimals as it has: 1.6%, 2.25%."""
    if rate is None:
        return formats.UNKNOWN
    return f"{formats.number(rate * 100, max(1, _places(rate * 100)))}%"


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


def limit_text(component: Component, value: Decimal) -> str:
    """A limit of the rate table: a share of the quota, or an amount."""
    if component.rate.unit == "attainment":
        return (
            f"{formats.number((value * 100).normalize(), max(0, -int((value * 100).normalize().as_tuple().exponent)))}%"
        )
    return formats.money(value)


def step_text(component: Component, low: Decimal, high: Decimal | None) -> str:
    """From where to where a step reaches."""
    if high is None:
        return _("over %(limit)s") % {"limit": limit_text(component, low)}
    return f"{limit_text(component, low)} – {limit_text(component, high)}"


EVENTS = {
    "receipt": lambda: _("money received and applied to invoices"),
    "signed": lambda: _("contracts and orders signed"),
}
INTERVALS = {
    "month": lambda: pgettext("interval", "month"),
    "quarter": lambda: pgettext("interval", "quarter"),
    "year": lambda: pgettext("interval", "year"),
}
MODES = {
    "flat": lambda: _("One rate for everything."),
    "marginal": lambda: _("Each slice of the total is paid at the rate of its own step."),
    "retroactive": lambda: _("The whole total is paid at the rate of the step that it reaches."),
}


def _paid_by_table(component: Component) -> str:
    if component.pay.basis == "fixed":
        return _("Pays the fixed amount of the step that the total reaches.")
    return MODES[component.rate.mode]()


def sentences(component: Component) -> list[str]:
    """What a component says, in words."""
    rule, interval = component.credit, INTERVALS[component.measure.interval]()
    kinds = dict(BusinessKind.choices)
    events = _(", ").join(EVENTS[kind]() if kind in EVENTS else kind for kind in rule.events)
    told = [_("Counts %(event)s, %(whose)s.") % {"event": events, "whose": counts_for(rule)}]
    if rule.when:
        told.append(_("Only where: %(formula)s.") % {"formula": rule.when})
    if rule.value:
        told.append(_("Counted with: %(formula)s.") % {"formula": rule.value})
    if rule.business:
        told.append(_("Only: %(kinds)s.") % {"kinds": _(", ").join(str(kinds.get(one, one)) for one in rule.business)})
    told.append(_("Added up by the %(interval)s, starting from nothing.") % {"interval": interval})
    if component.quota:
        measure = dict(Measure.choices).get(component.quota.code, component.quota.code)
        told.append(
            _("Measured against the %(interval)s's quota: %(measure)s.") % {"interval": interval, "measure": measure}
        )
    told.append(_("Pays: %(formula)s.") % {"formula": component.pays} if component.pays else _paid_by_table(component))
    if component.factor:
        told.append(_("Times: %(formula)s.") % {"formula": component.factor})
    told.append(_("Paid by the %(interval)s.") % {"interval": INTERVALS[component.pay.interval]()})
    if component.cap:
        told.append(
            _("At most %(cap)s by the %(interval)s.")
            % {"cap": formats.money_full(component.cap.amount), "interval": interval}
        )
    return told


def steps(component: Component) -> list[dict[str, Any]]:
    """The rate table, ready to be shown."""
    return [
        {
            "reach": step_text(component, step.from_, step.to) if component.rate.mode != "flat" else _("all"),
            "rate": rate_text(step.rate) if step.rate is not None else formats.money_full(step.amount),
        }
        for step in component.rate.steps
    ]
