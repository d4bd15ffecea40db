"""Orders in sets, for imports: Arrow in, a handful of statements out, the same rules as one order at a time.

    insert_orders(*, actor, orders, lines, source="", bill=False, payment_days=0) -> LoadedOrders

`orders`, one row an order, all confirmed: `account_id`, `owner_id` (int64), `ordered_on` (date32), `currency` (text),
and if there are any: `key` (the source's key), `number` (else `DD-2026-000001` …), `confirmed_on` (date32, else
ordered_on), `contract_id`, `opportunity_id` (int64), `attributes` (JSON text), `invoice_number` (text), `issued_on`,
`due_on` (date32, else ordered_on and `payment_days` later).
`lines`: `order` (int, the row of `orders`, from 0), `product_id` (int64), `quantity`, `unit_price`, `amount` (int64,
counts of 1/10,000), and if known `cost` (int64). The order of the lines within an order is kept as their position.
With `bill` every order of more than 0 gets one open invoice of its amount, rounded to what its currency is paid in.
Columns may also be plain Python lists in a dictionary: `order_tables(orders={…}, lines={…})` makes the tables.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Contract, Invoice, Measure, MeasureFact, Order, OrderLine
from tiji.apps.commerce.selectors.business_kind import signing_days
from tiji.apps.commerce.services.facts import recount_accounts
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.places import Places
from tiji.kernel.money import minor_units
from tiji.kernel.targets import business_kind
from tiji.shared.bulk import insert_in_sets, reserve_ids
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_numbers

ORDER_COLUMNS: dict[str, pa.DataType] = {
    "account_id": pa.int64(),
    "owner_id": pa.int64(),
    "ordered_on": pa.date32(),
    "currency": pa.string(),
    "key": pa.string(),
    "number": pa.string(),
    "confirmed_on": pa.date32(),
    "contract_id": pa.int64(),
    "opportunity_id": pa.int64(),
    "attributes": pa.string(),
    "invoice_number": pa.string(),
    "issued_on": pa.date32(),
    "due_on": pa.date32(),
}
LINE_COLUMNS: dict[str, pa.DataType] = {
    **dict.fromkeys(("order", "product_id", "quantity", "unit_price", "amount", "cost"), pa.int64())
}
NEEDED = {"account_id", "owner_id", "ordered_on", "currency"}
ASKED = 5000
MOMENT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class LoadedOrders:
    """What came in: keys in the order of the rows given; an order without an invoice has None."""

    order_ids: list[int]
    invoice_ids: list[int | None]
    lines: int
    facts: int


def order_tables(
    *, orders: Mapping[str, Sequence[Any]], lines: Mapping[str, Sequence[Any]]
) -> tuple[pa.Table, pa.Table]:
    """Tables of the right types from plain lists by column name."""
    return _typed(pa.table(dict(orders)), ORDER_COLUMNS), _typed(pa.table(dict(lines)), LINE_COLUMNS)


@transaction.atomic
def insert_orders(
    *,
    actor: User | None,
    orders: pa.Table,
    lines: pa.Table,
    source: str = "",
    bill: bool = False,
    payment_days: int = 0,
) -> LoadedOrders:
    """Write confirmed orders with their lines, invoices and facts, within the caller's transaction.

    Raises: DomainError when a line has no order, an order no line, or a needed value is missing: nothing is written.
    """
    if not orders.num_rows:
        return LoadedOrders([], [], 0, 0)
    heads, rows = _checked(_typed(orders, ORDER_COLUMNS), _typed(lines, LINE_COLUMNS))
    heads = _summed(heads, rows)
    heads = _placed(heads)
    keys = reserve_ids(Order, heads.num_rows)
    heads = _put(heads, "id", pa.array(keys, pa.int64()))
    stamps = _stamps(actor, heads.num_rows)
    # Lines first: under an order that is confirmed the database takes none.
    insert_in_sets(OrderLine, _line_rows(rows, heads.column("id")))
    insert_in_sets(Order, _order_rows(heads, source, stamps))
    invoices: list[int | None] = [None] * heads.num_rows
    if bill:
        invoices = _bill(heads, stamps, payment_days)
    facts = _facts(heads)
    insert_in_sets(MeasureFact, facts)
    recount_accounts(accounts=set(heads.column("account_id").to_pylist()))
    return LoadedOrders(keys, invoices, rows.num_rows, facts.num_rows)


def _typed(table: pa.Table, columns: Mapping[str, pa.DataType]) -> pa.Table:
    """The known columns of the table, each of its type; those left out are empty."""
    unknown = set(table.column_names) - columns.keys()
    if unknown:
        raise ValueError(f"unknown columns: {', '.join(sorted(unknown))}")
    size = table.num_rows
    found = {
        name: table.column(name).cast(kind) if name in table.column_names else pa.nulls(size, kind)
        for name, kind in columns.items()
    }
    return pa.table(found)


def _checked(heads: pa.Table, rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Both tables, the lines in the order of their orders."""
    empty = [name for name in sorted(NEEDED) if heads.column(name).null_count]
    empty += [name for name in LINE_COLUMNS if name != "cost" and rows.column(name).null_count]
    if empty:
        raise DomainError(_("These columns may not be empty: %(names)s.") % {"names": ", ".join(empty)})
    if rows.num_rows and not 0 <= pc.min(rows.column("order")).as_py() <= pc.max(rows.column("order")).as_py() < len(
        heads
    ):
        raise DomainError(_("A line belongs to an order that is not among those loaded."), field="lines")
    if pc.count_distinct(rows.column("order")).as_py() != heads.num_rows:
        raise DomainError(_("An order needs at least one line."), field="lines")
    rows = _put(rows, "at", pa.array(range(rows.num_rows), pa.int64()))
    rows = rows.sort_by([("order", "ascending"), ("at", "ascending")])
    return heads, _put(rows, "at", pa.array(range(rows.num_rows), pa.int64()))


def _summed(heads: pa.Table, rows: pa.Table) -> pa.Table:
    """Amount and cost of each order; a cost is known when that of every line is."""
    nulls = pc.CountOptions(mode="only_null")
    sums = rows.group_by("order").aggregate(
        [("amount", "sum"), ("cost", "sum"), ("cost", "count", nulls), ("at", "min")]
    )
    sums = sums.sort_by("order")
    known = pc.equal(sums.column("cost_count"), 0)
    heads = _put(heads, "amount", sums.column("amount_sum"))
    heads = _put(heads, "cost", pc.if_else(known, sums.column("cost_sum"), pa.scalar(None, pa.int64())))
    return _put(heads, "first", sums.column("at_min"))


def _placed(heads: pa.Table) -> pa.Table:
    """Day, unit and kind of business: once for each person and day, and for each customer and day."""
    days = pc.coalesce(heads.column("confirmed_on"), heads.column("ordered_on"))
    heads = _put(heads, "confirmed_on", days)
    when: list[date] = days.to_pylist()
    owners, accounts = heads.column("owner_id").to_pylist(), heads.column("account_id").to_pylist()
    places = Places(set(owners))
    units = {pair: places.unit(*pair) for pair in set(zip(owners, when, strict=True))}
    heads = _put(heads, "unit_id", pa.array([units[pair] for pair in zip(owners, when, strict=True)], pa.int64()))
    kinds = _kinds(heads, list(zip(accounts, when, strict=True)))
    contracts = heads.column("contract_id").to_pylist()
    frozen = dict(Contract.objects.filter(pk__in={key for key in contracts if key}).values_list("pk", "kind"))
    chosen = [frozen.get(key) or kind for key, kind in zip(contracts, kinds, strict=True)]
    heads = _put(heads, "kind", pa.array(chosen, pa.string()))
    numbers = _numbers(Order, heads.column("number").to_pylist(), "DD", when)
    return _put(heads, "number", pa.array(numbers, pa.string()))


def _kinds(heads: pa.Table, pairs: list[tuple[int, date]]) -> list[str]:
    """Existing or new for each order: of the days before, only the first and the latest matter."""
    counting = heads.column("contract_id").is_null().to_pylist()
    days: dict[int, set[date]] = defaultdict(set)
    for account, found in signing_days({account for account, _on in pairs}).items():
        days[account].update(found)
    for (account, on), counts in zip(pairs, counting, strict=True):
        if counts:
            days[account].add(on)
    kinds: dict[tuple[int, date], str] = {}
    asked: dict[int, set[date]] = defaultdict(set)
    for account, on in set(pairs):
        asked[account].add(on)
    for account, wanted in asked.items():
        known = sorted(days[account])
        before: list[date] = []
        at = 0
        for on in sorted(wanted):
            while at < len(known) and known[at] < on:
                before = [known[0], known[at]]
                at += 1
            kinds[account, on] = str(business_kind(before, on))
    return [kinds[pair] for pair in pairs]


def _numbers(model: Any, given: list[str | None], kind: str, days: list[date]) -> list[str]:
    """The source's numbers where there are any, the next ones of each year where not.

    A number stays with the document that had it first, also when that was taken back: the next is “SO43659-2”.
    """
    numbers = _free(model, [number or "" for number in given])
    missing: dict[int, list[int]] = defaultdict(list)
    for at, number in enumerate(numbers):
        if not number:
            missing[days[at].year].append(at)
    for year, places in sorted(missing.items()):
        for at, number in zip(places, next_numbers(kind, year, len(places)), strict=True):
            numbers[at] = number
    return numbers


def _free(model: Any, numbers: list[str]) -> list[str]:
    """Each number, or the first of “number-2”, “number-3”, … that no document has: a few queries for a whole load."""
    found: dict[str, str] = {}
    asked, count = {number: number for number in numbers if number}, 1
    while asked:
        names, taken = sorted(asked.values()), set()
        for start in range(0, len(names), ASKED):
            part = names[start : start + ASKED]
            taken.update(model.objects.filter(number__in=part).values_list("number", flat=True))
        found |= {number: name for number, name in asked.items() if name not in taken}
        count += 1
        asked = {number: f"{number}-{count}" for number, name in asked.items() if name in taken}
    return [found.get(number, "") for number in numbers]


def _put(table: pa.Table, name: str, column: Any) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.append_column(name, column) if at < 0 else table.set_column(at, name, column)


def _same(value: Any, size: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), size)


def _stamps(actor: User | None, size: int) -> dict[str, pa.Array]:
    now = timezone.now()
    return {
        "created_at": _same(now, size, MOMENT),
        "created_by_id": _same(actor.pk if actor else None, size, pa.int64()),
    }


def _order_rows(heads: pa.Table, source: str, stamps: dict[str, pa.Array]) -> pa.Table:
    size = heads.num_rows
    kept = (
        *("id", "account_id", "owner_id", "unit_id", "contract_id", "opportunity_id", "number", "ordered_on"),
        *("confirmed_on", "amount", "cost", "currency", "kind"),
    )
    keys = pc.fill_null(heads.column("key"), "")
    return pa.table(
        {
            **{name: heads.column(name) for name in kept},
            "status": _same(Order.Status.CONFIRMED.value, size, pa.string()),
            "reason": _same("", size, pa.string()),
            "attributes": pc.fill_null(heads.column("attributes"), "{}"),
            "external_source": pc.if_else(pc.equal(keys, ""), "", source),
            "external_key": keys,
            "version": _same(1, size, pa.int64()),
            "updated_at": stamps["created_at"],
            **stamps,
        }
    )


def _line_rows(rows: pa.Table, order_ids: pa.ChunkedArray) -> pa.Table:
    first = rows.group_by("order").aggregate([("at", "min")]).sort_by("order").column("at_min")
    position = pc.add(pc.subtract(rows.column("at"), pc.take(first, rows.column("order"))), 1)
    kept = ("product_id", "quantity", "unit_price", "amount", "cost")
    return pa.table(
        {
            "order_id": pc.take(order_ids, rows.column("order")),
            "position": position,
            **{name: rows.column(name) for name in kept},
        }
    )


def _bill(heads: pa.Table, stamps: dict[str, pa.Array], payment_days: int) -> list[int | None]:
    """One open invoice for each order of more than 0; returns the keys by order, None where there is none."""
    amounts = [
        _payable(amount, currency)
        for amount, currency in zip(
            heads.column("amount").to_pylist(), heads.column("currency").to_pylist(), strict=True
        )
    ]
    heads = _put(heads, "amount", pa.array(amounts, pa.int64()))
    stamped = pa.table({**{name: heads.column(name) for name in heads.column_names}, **stamps})
    billed = stamped.filter(pc.greater(stamped.column("amount"), 0))
    issued = pc.coalesce(billed.column("issued_on"), billed.column("ordered_on"))
    term = timedelta(days=payment_days)
    due = [
        max(given or on + term, on)
        for given, on in zip(billed.column("due_on").to_pylist(), issued.to_pylist(), strict=True)
    ]
    numbers = _numbers(Invoice, billed.column("invoice_number").to_pylist(), "FP", issued.to_pylist())
    keys = reserve_ids(Invoice, billed.num_rows)
    size = billed.num_rows
    kept = (
        *("account_id", "owner_id", "unit_id", "contract_id", "amount", "currency"),
        *("created_at", "created_by_id"),
    )
    table = pa.table(
        {
            **{name: billed.column(name) for name in kept},
            "id": pa.array(keys, pa.int64()),
            "order_id": billed.column("id"),
            "number": pa.array(numbers, pa.string()),
            "issued_on": issued,
            "due_on": pa.array(due, pa.date32()),
            "balance": billed.column("amount"),
            "external_source": _same("", size, pa.string()),
            "external_key": _same("", size, pa.string()),
        }
    )
    insert_in_sets(Invoice, table)
    by_order = dict(zip(billed.column("id").to_pylist(), keys, strict=True))
    return [by_order.get(key) for key in heads.column("id").to_pylist()]


def _payable(count: int, currency: str) -> int:
    """An amount in 1/10,000 rounded, half away from zero, to what its currency is paid in."""
    step: int = 10 ** max(0, 4 - minor_units(currency))
    whole = (abs(count) * 2 + step) // (2 * step) * step
    return whole if count >= 0 else -whole


def _facts(heads: pa.Table) -> pa.Table:
    """Signed amount and gross profit on the day of confirming, of the orders that stand without a contract."""
    rows = heads.filter(heads.column("contract_id").is_null())
    profit = rows.filter(rows.column("cost").is_valid())
    gained = pc.subtract(profit.column("amount"), profit.column("cost"))
    return pa.concat_tables(
        [
            _fact_rows(rows, Measure.SIGNED.value, rows.column("amount")),
            _fact_rows(profit, Measure.GROSS_PROFIT.value, gained),
        ]
    )


def _fact_rows(rows: pa.Table, measure: str, amounts: Any) -> pa.Table:
    size = rows.num_rows
    kept = ("kind", "account_id", "owner_id", "unit_id", "currency")
    return pa.table(
        {
            "measure": _same(measure, size, pa.string()),
            "on": rows.column("confirmed_on"),
            **{name: rows.column(name) for name in kept},
            "amount": amounts,
            "source": _same(MeasureFact.Source.ORDER.value, size, pa.string()),
            "source_id": rows.column("id"),
            "part": _same(0, size, pa.int64()),
        }
    )
