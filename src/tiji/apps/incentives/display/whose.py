"""For whom events count, in words: in a plan's sentences, and in the why of a line."""

from typing import Any

from django.utils.translation import gettext as _

from tiji.kernel.commission import CreditRule, Plan
from tiji.ui import formats


def counts_for(rule: CreditRule) -> str:
    """For whom the events of a rule count."""
    if rule.role == "manager":
        return _("for %(managers)s, by the hierarchy %(day)s") % {
            "managers": _managers(rule.levels),
            "day": HIERARCHIES[rule.hierarchy](),
        }
    if rule.role == "product_manager":
        return _("for whoever keeps the product line, with the part that its products make of the document")
    return _("for the owner, or those who share the contract, each with his part")


def _managers(levels: int | None) -> str:
    if levels is None:
        return _("everybody above the owner, each with the whole amount")
    if levels == 1:
        return _("the owner's direct manager, with the whole amount")
    return _("the managers up to %(levels)s levels above the owner, each with the whole amount") % {"levels": levels}


HIERARCHIES = {
    "event": lambda: _("of the day on which it counts"),
    "period_end": lambda: _("of the last day of the pay period"),
    "current": lambda: _("of the day of the run"),
}


def whose_event(plan: Plan | None, line: Any, person: str) -> str:
    """Why an event counts for the person of a line, in the role that its component credits."""
    role = plan.component(line.component).credit.role if plan else "owner"
    texts = {
        "manager": _("%(person)s stood above its owner on the day that counts and is credited with %(share)s of it"),
        "product_manager": _("%(share)s of the document is of product lines that %(person)s keeps"),
        "owner": _("%(person)s is its owner and holds %(share)s of it"),
        "shared": _("%(person)s shares the contract and holds %(share)s of it"),
    }
    alone = line.share == 1 or role != "owner"
    exact = line.share * 100 == int(line.share * 100)
    facts = {"person": person, "share": formats.percent(line.share, 0 if exact else 2)}
    return texts[role if alone else "shared"] % facts
