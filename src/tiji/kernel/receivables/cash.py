"""Which open items a sum of money pays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tiji.kernel.money import CurrencyMismatch, Money


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is still to be paid of one invoice or instalment. Units: `balance` in whole minor units, 0 or more."""

    key: int
    due_on: date
    balance: Money


@dataclass(frozen=True, slots=True)
class CashApplication:
    """The outcome: money per item key, and what is left over. `applied` and `unapplied` add up to the sum applied."""

    applied: dict[int, Money]
    unapplied: Money


def apply_cash(amount: Money, items: Iterable[OpenItem], chosen: Mapping[int, Money] | None = None) -> CashApplication:
    """Spread a receipt over open items, earliest due date first, or give each chosen item the amount chosen.

    Shape: `applied` has one entry per item paid, keyed by `OpenItem.key`, in the order of paying.
    Units: amounts in the receipt's currency, already rounded to its minor unit.
    Raises: ValueError if `amount` is not positive, an item has another currency (CurrencyMismatch) or the same key
    twice, or the choice does not fit (an unknown item, more than the item's balance, more than the receipt).
    Source: docs/kernel/cash-application.md
    """
    if not amount.is_positive:
        raise ValueError(f"a receipt must be positive, not {amount}")
    open_items = _checked(amount, items)
    if chosen is not None:
        return _as_chosen(amount, open_items, chosen)
    applied, left = {}, amount
    for item in sorted(open_items.values(), key=lambda item: (item.due_on, item.key)):
        paid = min(left, item.balance)
        if paid.is_positive:
            applied[item.key] = paid
            left -= paid
    return CashApplication(applied, unapplied=left)


def apply_credit_note(
    amount: Money, items: Iterable[OpenItem], invoice: int | None = None, chosen: Mapping[int, Money] | None = None
) -> CashApplication:
    """Set a credit note off against open items: first the invoice it corrects, then the earliest due.

    With `chosen` the same choice as for a receipt is made instead.
    Shape, Units, Raises: as `apply_cash`; `invoice` may be paid already (then it is not among the items).
    Source: docs/kernel/cash-application.md, "Credit notes"
    """
    open_items = _checked(amount, items)
    own = open_items.get(invoice) if invoice is not None else None
    if chosen is not None or own is None or not amount.is_positive:
        return apply_cash(amount, open_items.values(), chosen)
    first = min(amount, own.balance)
    others = [item for key, item in open_items.items() if key != own.key]
    applied = {own.key: first} if first.is_positive else {}
    if first == amount:
        return CashApplication(applied, unapplied=Money.zero(amount.currency))
    rest = apply_cash(amount - first, others)
    return CashApplication(applied | rest.applied, rest.unapplied)


def reverse_application(application: CashApplication, only: Iterable[int] | None = None) -> CashApplication:
    """The rows that take an application back: negative per item, positive in what is unapplied; they add up to zero.

    `only` takes back some of the items.
    Raises: ValueError if an item was not paid by this application.
    Source: docs/kernel/cash-application.md, "Reversal"
    """
    keys = list(application.applied) if only is None else list(dict.fromkeys(only))
    unknown = [key for key in keys if key not in application.applied]
    if unknown:
        raise ValueError(f"items {unknown} were not paid by this receipt, so they cannot be taken back")
    freed = Money.zero(application.unapplied.currency)
    for key in keys:
        freed += application.applied[key]
    return CashApplication({key: -application.applied[key] for key in keys}, unapplied=freed)


def _checked(amount: Money, items: Iterable[OpenItem]) -> dict[int, OpenItem]:
    checked: dict[int, OpenItem] = {}
    for item in items:
        if item.balance.currency != amount.currency:
            raise CurrencyMismatch(f"item {item.key} is in {item.balance.currency}, the money in {amount.currency}")
        if item.balance.is_negative:
            raise ValueError(f"item {item.key} has a negative balance of {item.balance}")
        if item.key in checked:
            raise ValueError(f"item {item.key} is given twice")
        checked[item.key] = item
    return checked


def _as_chosen(amount: Money, items: Mapping[int, OpenItem], chosen: Mapping[int, Money]) -> CashApplication:
    applied, left = {}, amount
    for key, part in chosen.items():
        if key not in items:
            raise ValueError(f"item {key} is not open")
        if not part.is_positive:
            raise ValueError(f"the amount for item {key} must be positive, not {part}")
        if part > items[key].balance:
            raise ValueError(f"item {key} has only {items[key].balance} open, not {part}")
        if part > left:
            raise ValueError(f"the chosen amounts are more than the {amount} received")
        applied[key] = part
        left -= part
    return CashApplication(applied, unapplied=left)
