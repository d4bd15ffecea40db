"""Amounts of the planning grid as text, and text as amounts: a plain number is meant in the unit of the columns."""

import unicodedata
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from tiji.apps.targets.models import TargetPlan
from tiji.kernel.money import round_half_away
from tiji.shared.errors import DomainError
from tiji.ui import formats

UNITS = {
    "元": Decimal(1),
    "万元": Decimal(10_000),
    "万": Decimal(10_000),
    "亿元": Decimal(100_000_000),
    "亿": Decimal(100_000_000),
    "k": Decimal(1_000),
    "m": Decimal(1_000_000),
}
FINE_BELOW = 100


def is_count(plan: TargetPlan) -> bool:
    return plan.places == 0


def unit_of_columns(plan: TargetPlan) -> Decimal:
    """What 1 in a column stands for."""
    return Decimal(1) if is_count(plan) else formats.column_unit()[0]


def short(plan: TargetPlan, amount: Decimal | None) -> str:
    """An amount as a cell shows it: 412 under 万元, 41.2 where that is more than nothing of use."""
    if amount is None:
        return ""
    if is_count(plan):
        return formats.number(amount)
    scaled = amount / formats.column_unit()[0]
    return formats.in_unit(amount, 0 if abs(scaled) >= FINE_BELOW or scaled == scaled.to_integral_value() else 1)


def full(plan: TargetPlan, amount: Decimal | None) -> str:
    """The same with every digit."""
    return formats.number(amount) if is_count(plan) else formats.money_full(amount, plan.currency)


def editable(plan: TargetPlan, amount: Decimal | None) -> str:
    """The same as one would type it: exact, in the unit of the columns."""
    if amount is None:
        return ""
    text = format((amount / unit_of_columns(plan)).normalize(), "f")
    return text if text != "-0" else "0"


def typed(plan: TargetPlan, text: str) -> Decimal | None:
    """What somebody typed as an amount, None for nothing; rounded to the cent. Raises: DomainError in his words."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").replace("¥", "").lower()
    if not plain:
        return None
    unit = unit_of_columns(plan)
    for suffix, factor in sorted(UNITS.items(), key=lambda item: -len(item[0])):
        if plain.endswith(suffix):
            plain, unit = plain.removesuffix(suffix), factor
            break
    try:
        amount = Decimal(plain) * unit
    except InvalidOperation:
        raise DomainError(
            _("“%(text)s” is not an amount. Type a number such as 412 or 41.5.") % {"text": text[:40]},
            field="amount",
            code="not-a-number",
        ) from None
    if not amount.is_finite() or abs(amount) >= 10**13:
        raise DomainError(_("This is more than can be kept."), field="amount", code="too-large")
    return amount if is_count(plan) else round_half_away(amount, plan.places)
