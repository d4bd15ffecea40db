"""Two people changed one deal: what stands there now and what the later one typed, in the words both read."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tiji.apps.pipeline.models import ForecastCategory, Opportunity
from tiji.apps.pipeline.services.lines import Line, line_amount
from tiji.shared.errors import Conflict
from tiji.shared.models.base import field_of

NOTHING = "—"


def conflict_of(deal: Opportunity, facts: dict[str, Any], lines: Sequence[Line] | None = None) -> Conflict:
    """The refusal that carries both versions of every field that was sent, by their labels."""
    labels = {name: label_of(name) for name in facts}
    current = {labels[name]: in_words(name, getattr(deal, name)) for name in facts}
    attempted = {labels[name]: in_words(name, value) for name, value in facts.items()}
    if lines is not None:
        rows = deal.lines.select_related("product")
        current[_("Products")] = _joined((row.product, row.quantity, row.amount) for row in rows)
        attempted[_("Products")] = _joined(
            (line.product, line.quantity, line_amount(line, deal.currency)) for line in lines
        )
    return Conflict(
        _("Somebody changed “%(name)s” while you had it open. Compare, then enter your change again.")
        % {"name": deal.name},
        current=current,
        attempted=attempted,
        version=deal.version,
    )


def label_of(name: str) -> str:
    """What a reader calls a field of a deal."""
    others = {"account": pgettext("account", "Customer"), "rival": _("Main competitor"), "attributes": _("More facts")}
    return str(others.get(name) or field_of(Opportunity, name).verbose_name)


def in_words(name: str, value: Any) -> str:
    """A value as it is read: amounts with separators, a category by its name."""
    if value in (None, "", {}):
        return NOTHING
    if name == "forecast_category" and value in ForecastCategory.values:
        return str(ForecastCategory(value).label)
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _joined(lines: Any) -> str:
    """边缘控制器 × 3 = 228,000.00; …"""
    texts = [f"{product} × {quantity.normalize():f} = {amount:,.2f}" for product, quantity, amount in lines]
    return "; ".join(texts) or NOTHING
