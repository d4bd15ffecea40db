"""The history of a deal as people read it."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.pipeline.models import Opportunity
from tiji.kernel.money import Money
from tiji.shared.audit import AuditFilters, audit_entries
from tiji.ui import formats
from tiji.ui.changes import Deed, History

ACTIONS = {
    "opportunity.create": _("Opened it"),
    "opportunity.edit": _("Edited it"),
    "opportunity.move": _("Moved it"),
    "opportunity.win": _("Won it"),
    "opportunity.lose": _("Lost it"),
    "opportunity.pause": _("Paused it"),
    "opportunity.reopen": _("Opened it again"),
    "opportunity.owner": _("Handed it over"),
    "opportunity.archive": _("Archived it"),
    "opportunity.restore": _("Brought it back"),
}
LABELS = {
    "account": pgettext_lazy("account", "Customer"),
    "owner": _("Owner"),
    "unit": _("Unit"),
    "stage": _("Stage"),
    "rival": _("Main competitor"),
    "close_reason": _("Close reason"),
    "lines": _("Products"),
    "archived": _("Archived"),
    "attributes": _("More facts"),
}


def deal_changes(deal: Opportunity, limit: int) -> list[Deed]:
    """What was done to a deal, latest first."""
    entries = list(audit_entries(AuditFilters(object_type="pipeline.opportunity", object_id=deal.pk))[:limit])
    keys = {line["product_id"] for entry in entries for line in _lines(entry.before) + _lines(entry.after)}
    products = Product.objects.in_bulk(keys) if keys else {}

    def say_lines(lines: Any) -> str:
        return "; ".join(line_text(line, products, deal.currency) for line in lines)

    history = History(Opportunity, labels=LABELS, actions=ACTIONS, say={"lines": say_lines}, currency=deal.currency)
    return history.deeds(entries)


def line_text(line: dict[str, Any], products: dict[int, Product], currency: str) -> str:
    """边缘控制器 × 3 = ¥228,000.00 (−5%)"""
    product = products.get(line["product_id"])
    amount = formats.money_full(Money(Decimal(line["amount"]), currency))
    rate = formats.exact(line["discount_rate"])
    discount = f" (−{formats.percent(rate)})" if rate else ""
    return f"{product.label if product else line['product_id']} × {line['quantity']} = {amount}{discount}"


def _lines(values: dict[str, Any] | None) -> list[dict[str, Any]]:
    return (values or {}).get("lines") or []
