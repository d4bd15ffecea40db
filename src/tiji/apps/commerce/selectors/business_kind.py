"""Whether a customer was already buying on a day: looked up for many at once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from tiji.apps.commerce.models import Contract, Invoice, Order
from tiji.apps.organization.selectors.ids import among
from tiji.kernel.targets import business_kind


def signing_days(accounts: Iterable[int]) -> dict[int, list[date]]:
    """Account id → the days on which it signed something that stands, in order. Two queries."""
    ids = set(accounts)
    days: dict[int, list[date]] = defaultdict(list)
    mine = among("account_id", ids)
    contracts = Contract.objects.filter(mine, status=Contract.Status.SIGNED, reverses__isnull=True)
    orders = Order.objects.filter(mine, status=Order.Status.CONFIRMED, reverses__isnull=True, contract__isnull=True)
    for account, on in [
        *contracts.values_list("account_id", "signed_on"),
        *orders.values_list("account_id", "confirmed_on"),
    ]:
        days[account].append(on)
    for found in days.values():
        found.sort()
    return days


def kinds_on(pairs: Iterable[tuple[int, date]]) -> dict[tuple[int, date], str]:
    """(account id, day) → existing or new, by what the account had signed before that day."""
    wanted = set(pairs)
    days = signing_days({account for account, _on in wanted})
    return {(account, on): str(business_kind(days.get(account, []), on)) for account, on in wanted}


def kind_on(account_id: int, on: date) -> str:
    """Existing or new, by what the account had signed before that day."""
    return kinds_on([(account_id, on)])[account_id, on]


def kinds_of_invoices(invoices: Iterable[int]) -> dict[int, str]:
    """Invoice id → the kind frozen on its contract or order; without either, by the account on the day of issue."""
    rows = list(
        Invoice.objects.filter(pk__in=set(invoices)).values_list(
            "pk", "contract__kind", "order__kind", "account_id", "issued_on"
        )
    )
    loose = kinds_on(
        [(account, on) for _pk, by_contract, by_order, account, on in rows if not by_contract and not by_order]
    )
    return {pk: by_contract or by_order or loose[account, on] for pk, by_contract, by_order, account, on in rows}
