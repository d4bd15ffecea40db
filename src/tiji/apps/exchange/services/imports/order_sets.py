"""Order lines of a known system as orders, each with one invoice if wanted; those that are there already stay."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import Order
from tiji.apps.commerce.services.bulk_orders import insert_orders, order_tables
from tiji.apps.customers.models import Account
from tiji.apps.exchange.services.imports.context import CREATE, REFUSE, SAME, Context, remember_created
from tiji.apps.organization.models import Person
from tiji.shared import audit
from tiji.shared.errors import DomainError

ORDER = "commerce.order"
INVOICE = "commerce.invoice"
COUNTS = pa.decimal128(38, 4)


@dataclass(slots=True)
class Batch:
    """Order lines as columns, those of an order beside each other; what is said of the order is its first line's."""

    order: Any
    account_key: Any
    owner_key: Any
    ordered_on: Any
    product_id: Any
    quantity: Any
    unit_price: Any
    amount: Any
    currency: str
    cost: Any = None
    issued_on: Any = None
    due_on: Any = None
    attributes: list[dict[str, str]] | None = None
    bill: bool = True


def load_orders(batch: Batch, context: Context) -> dict[str, int]:
    """Raises: DomainError for a customer or person that is not there."""
    keys: list[str] = batch.order.to_pylist()
    there = set(Order.objects.filter(external_source=context.source).values_list("external_key", flat=True))
    firsts = [at for at, key in enumerate(keys) if at == 0 or keys[at - 1] != key]
    fresh = [at for at in firsts if keys[at] not in there]
    counts = {CREATE: len(fresh), "updated": 0, SAME: len(firsts) - len(fresh), REFUSE: 0}
    if not fresh:
        return counts
    context.told("orders", 0, len(fresh))
    orders, lines = _tables(batch, keys, fresh, context)
    loaded = insert_orders(actor=context.actor, orders=orders, lines=lines, source=context.source, bill=batch.bill)
    remember_created(context, ORDER, loaded.order_ids)
    remember_created(context, INVOICE, [key for key in loaded.invoice_ids if key])
    audit.record_batch(
        "order.import",
        Order,
        batch=context.batch,
        count=len(loaded.order_ids),
        digest=_digest(lines),
        summary={"lines": loaded.lines, "source": context.source},
        actor=context.actor,
    )
    context.told("orders", len(fresh), len(fresh))
    return counts


def _tables(batch: Batch, keys: list[str], fresh: list[int], context: Context) -> tuple[pa.Table, pa.Table]:
    accounts = dict(Account.objects.filter(external_source=context.source).values_list("external_key", "pk"))
    people = dict(Person.objects.filter(external_source=context.source).values_list("external_key", "pk"))
    rows = pa.array(fresh, pa.int64())
    attributes = batch.attributes
    heads: dict[str, Any] = {
        "account_id": _ids(batch.account_key.take(rows), accounts, _("There is no customer with the key %(key)s.")),
        "owner_id": _ids(batch.owner_key.take(rows), people, _("There is no person with the key %(key)s.")),
        "ordered_on": batch.ordered_on.take(rows),
        "currency": [batch.currency] * len(fresh),
        "key": [keys[at] for at in fresh],
        "number": [keys[at] for at in fresh],
        "attributes": [json.dumps(attributes[at], ensure_ascii=False) if attributes else "{}" for at in fresh],
    }
    for name in ("issued_on", "due_on"):
        if getattr(batch, name) is not None:
            heads[name] = getattr(batch, name).take(rows)
    place = {keys[at]: number for number, at in enumerate(fresh)}
    chosen = pa.array([at for at, key in enumerate(keys) if key in place], pa.int64())
    lines: dict[str, Any] = {
        "order": [place[key] for key in keys if key in place],
        "product_id": batch.product_id.take(chosen),
        "quantity": _counts(batch.quantity.take(chosen)),
        "unit_price": _counts(batch.unit_price.take(chosen)),
        "amount": _counts(batch.amount.take(chosen)),
    }
    if batch.cost is not None:
        lines["cost"] = _counts(batch.cost.take(chosen))
    return order_tables(orders=heads, lines=lines)


def _ids(keys: Any, known: dict[str, int], unknown: str) -> list[int]:
    found = []
    for key in keys.to_pylist():
        if key not in known:
            raise DomainError(unknown % {"key": key}, code="unknown")
        found.append(known[key])
    return found


def _counts(column: Any) -> Any:
    """Amounts as the integers of 1/10,000 that the database keeps."""
    exact = column.cast(pa.decimal128(24, 4)) if not pa.types.is_integer(column.type) else column.cast(pa.int64())
    if pa.types.is_integer(exact.type):
        return pc.multiply(exact, 10_000)
    return pc.multiply(exact, pa.scalar(Decimal(10_000), pa.decimal128(5, 0))).cast(pa.int64())


def _digest(lines: pa.Table) -> str:
    import hashlib

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, lines.schema) as stream:
        stream.write_table(lines)
    return hashlib.sha256(sink.getvalue()).hexdigest()
