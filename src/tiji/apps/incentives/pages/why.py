"""How a line of a statement came about, from the documents to the cent."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.incentives.display import words
from tiji.apps.incentives.display.whose import whose_event
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.selectors.traces import Line
from tiji.ui import formats


def why(page: StatementPage, line: Line) -> dict[str, Any]:
    """How a line came about, step by step; the slices add up to the line, and the last step says so."""
    money = page.money
    steps: list[dict[str, Any]] = []
    for kind, label in (
        ("receipt", pgettext("pay", "Received")),
        ("invoice", _("Invoice")),
        ("order", pgettext("pay", "Order")),
        ("contract", _("Contract")),
    ):
        document = line.documents.get(kind)
        if document:
            parts = (document.number, formats.day_long(document.on), document.customer, document.note)
            steps.append({"label": label, "text": " · ".join(part for part in parts if part), "value": ""})
    counted = _("Counts on %(day)s") % {"day": formats.day_long(line.event_on)}
    steps.append({"label": _("Counted"), "text": counted, "value": formats.number(line.event_amount, 2)})
    whose = whose_event(page.plans.get(line.plan_version), line, str(page.person))
    steps.append({"label": pgettext("pay", "Credit"), "text": whose, "value": formats.number(line.credit, 2)})
    steps.append({"label": _("Running total"), "text": _reached(page, line), "value": formats.number(line.after, 2)})
    for part in line.parts:
        steps.append(_slice_step(page, line, part))
    exact = sum((part.amount for part in line.parts), Decimal(0))
    joined = " + ".join(formats.number(part.amount, 2) for part in line.parts)
    steps.append({"label": _("Together"), "text": joined, "value": f"= {formats.number(exact, 2)}", "sum": True})
    plan = page.plans.get(line.plan_version)
    rule = f"{words.title_of(plan)} · {page.component_title(line)} v{plan.version}" if plan else ""
    title = _("Why %(amount)s?") % {"amount": formats.money_full(money(line.amount))}
    return {"title": title, "sub": rule, "steps": steps, "exact": exact == line.amount}


def _reached(page: StatementPage, line: Line) -> str:
    facts = {"before": formats.number(line.before, 2), "after": formats.number(line.after, 2)}
    if not line.quota:
        return _("from %(before)s to %(after)s") % facts
    facts |= {
        "quota": formats.number(line.quota, 2),
        "low": formats.percent(line.before / line.quota),
        "high": formats.percent(line.after / line.quota),
    }
    return _("from %(before)s to %(after)s; of the quota %(quota)s that is %(low)s to %(high)s") % facts


def _formula(page: StatementPage, line: Line) -> str:
    """What the plan says of the line, and what the event said: 3% · × at(overdue, days_past_due), days_past_due 45."""
    plan = page.plans.get(line.plan_version)
    if plan is None:
        return ""
    component = plan.component(line.component)
    flat = words.rate_text(component.rate.steps[0].rate) if component.rate.mode == "flat" else ""
    said = [
        f"{name} = {value}" for name, value in line.fields.items() if name in f"{component.pays} {component.factor}"
    ]
    told = [component.pays or flat or _("by the table"), *([f"× {component.factor}"] if component.factor else [])]
    return _(", ").join([" ".join(told), *said])


def _slice_step(page: StatementPage, line: Line, part: Any) -> dict[str, Any]:
    facts = {
        "low": formats.number(part.from_total, 2),
        "high": formats.number(part.to_total, 2),
        "width": formats.number(part.to_total - part.from_total, 2),
        "rate": words.rate_text(part.rate),
        "formula": _formula(page, line),
    }
    texts = {
        "tier": _("%(low)s → %(high)s: %(width)s × %(rate)s"),
        "rerate": _("The %(high)s before it change by %(rate)s"),
        "fixed": _("The step's fixed amount"),
        "cap": _("The cap takes off, or gives back, what is above it"),
        "formula": "%(formula)s",
    }
    tone = "bad" if part.amount < 0 else ""
    return {
        "label": page.part_name(part),
        "text": texts[part.kind] % facts,
        "value": formats.number(part.amount, 2),
        "tone": tone,
    }
