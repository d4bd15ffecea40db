"""The products of a deal: typed, priced from the book in force, checked cell by cell, written as rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product
from tiji.apps.pipeline.models import Opportunity, OpportunityLine
from tiji.apps.pipeline.selectors.prices import prices_in_force
from tiji.kernel.money import Money
from tiji.shared.errors import DomainError

MOST = Decimal(10) ** 14
FIELDS = ("product_id", "quantity", "unit_price", "discount_rate", "amount")


@dataclass(frozen=True, slots=True)
class Line:
    """One product of a deal as it is typed.

    Units: `unit_price` in the deal's currency, None takes the price in force; `discount_rate` is a share of 1; `amount`
    is quantity × price × (1 − discount), rounded once to the minor unit, unless it is given.
    """

    product: Product
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    discount_rate: Decimal = Decimal(0)
    amount: Decimal | None = None


def priced(lines: Sequence[Line], currency: str, on: date) -> list[Line]:
    """The lines with a price each: what was left out is the price in force on the day.

    Raises: DomainError at the price of every product that has none.
    """
    known = prices_in_force([line.product for line in lines if line.unit_price is None], currency, on)
    text = _("“%(product)s” has no price in %(currency)s. Enter one.")
    missing = {
        place(at, "unit_price"): text % {"product": line.product, "currency": currency}
        for at, line in enumerate(lines)
        if line.unit_price is None and line.product.pk not in known
    }
    _refuse(missing, "line-price")
    return [line if line.unit_price is not None else replace(line, unit_price=known[line.product.pk]) for line in lines]


def line_amount(line: Line, currency: str) -> Decimal:
    """What a line comes to: as given, else quantity × price × (1 − discount), rounded once."""
    if line.amount is not None:
        return line.amount
    full = line.quantity * (line.unit_price or Decimal(0))
    return Money(full * (1 - line.discount_rate), currency).rounded().amount


def check_lines(lines: Sequence[Line], currency: str) -> None:
    """Raises: DomainError that names every wrong cell, as `lines/<row>/<column>`."""
    wrong: dict[str, str] = {}
    for at, line in enumerate(lines):
        wrong |= {place(at, name): text for name, text in _wrong(line, currency).items()}
    _refuse(wrong, "lines")
    if sum((line_amount(line, currency) for line in lines), Decimal(0)) >= MOST:
        raise DomainError(_("This amount is too large to be true. Check its digits."), field="lines")


def line_rows(opportunity: Opportunity, lines: Sequence[Line]) -> list[OpportunityLine]:
    """The rows of priced lines, unsaved, in their order."""
    return [
        OpportunityLine(
            opportunity=opportunity,
            product=line.product,
            quantity=line.quantity,
            unit_price=line.unit_price or Decimal(0),
            discount_rate=line.discount_rate,
            amount=line_amount(line, opportunity.currency),
            position=position,
        )
        for position, line in enumerate(lines, start=1)
    ]


def lines_total(lines: Sequence[Line], currency: str) -> Decimal:
    """What the lines add up to, each rounded once."""
    return sum((line_amount(line, currency) for line in lines), Decimal(0))


def replace_lines(opportunity: Opportunity, lines: Sequence[Line]) -> tuple[list[Any], list[Any]]:
    """Write the lines in place of those that stand there. Returns both for the log, empty when nothing differs.

    A line that came from elsewhere keeps its key there as long as its product stays.
    """
    there = list(opportunity.lines.all())
    rows = line_rows(opportunity, lines)
    before, after = [_recorded(row) for row in there], [_recorded(row) for row in rows]
    if before == after:
        return [], []
    keys: dict[int, list[OpportunityLine]] = {}
    for old in there:
        keys.setdefault(old.product_id, []).append(old)
    for row in rows:
        old_rows = keys.get(row.product_id)
        if old_rows:
            old = old_rows.pop(0)
            row.external_source, row.external_key = old.external_source, old.external_key
    opportunity.lines.all().delete()
    OpportunityLine.objects.bulk_create(rows)
    return before, after


def place(at: int, name: str) -> str:
    """How a refusal names a cell: `lines/0/quantity`."""
    return f"lines/{at}/{name}"


def _wrong(line: Line, currency: str) -> dict[str, str]:
    wrong = {}
    price = line.unit_price or Decimal(0)
    if line.quantity <= 0:
        wrong["quantity"] = _("A quantity is more than 0. Remove the empty line.")
    if price < 0:
        wrong["unit_price"] = _("Enter a price of 0 or more.")
    if not 0 <= line.discount_rate <= 1:
        wrong["discount_rate"] = _("A discount lies between 0 and 100%.")
    if line.quantity * price >= MOST:
        wrong.setdefault("unit_price", _("This amount is too large to be true. Check its digits."))
    if line.amount is not None:
        wrong |= _wrong_amount(line, currency)
    return wrong


def _wrong_amount(line: Line, currency: str) -> dict[str, str]:
    amount = line.amount or Decimal(0)
    if amount < 0 or amount >= MOST:
        return {"amount": _("Enter an amount of 0 or more.")}
    worked = line_amount(replace(line, amount=None), currency)
    if line.discount_rate and amount != worked:
        text = _("Quantity, price and discount give %(total)s. Leave the amount out, or the discount.")
        return {"amount": text % {"total": f"{worked:,.2f}"}}
    return {}


def _refuse(wrong: dict[str, str], code: str) -> None:
    if wrong:
        first = next(iter(wrong))
        raise DomainError(wrong[first], field=first, fields=wrong, code=code)


def _recorded(row: OpportunityLine) -> dict[str, Any]:
    found: dict[str, Any] = {"product_id": row.product_id}
    for name in FIELDS[1:]:
        found[name] = format(getattr(row, name).normalize(), "f")
    return found
