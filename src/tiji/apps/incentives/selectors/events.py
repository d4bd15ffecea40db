"""What commission counts, read from commerce in sets as Arrow: receipts applied and documents signed.

An event's subject is the person the document counts for, or the contract once several people share it. For those who
keep a product line it is the document with the products.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tiji.apps.commerce.models import Contract, Measure, MeasureFact, Order, ReceiptApplication
from tiji.apps.commerce.selectors.shares import shared_since
from tiji.kernel.commission import EVENT_SCHEMA, FIELD_TYPES, FieldKind, subject_column

RECEIPT, SIGNED = "receipt", "signed"
EVENT_KINDS = (RECEIPT, SIGNED)
# What events say besides, for a plan's formulas: its name and kind. Documents without an invoice have none of it.
EVENT_FIELDS: dict[str, FieldKind] = {"due_on": "date", "days_past_due": "count"}
# Amounts of events are integers with this many decimals, as they are stored.
STORED_DIGITS = 4
# An event's number is its document's, times 4, plus the table it stands in.
APPLICATION, CONTRACT, ORDER = 0, 1, 2
_TABLES = 4
# The document whose products an event is of: what product managers' shares are agreed on.
PRODUCT_SUBJECT = subject_column("product_manager")

_COLUMNS: dict[str, pa.DataType] = {
    "pk": pa.int64(),
    "event_on": pa.date32(),
    "credit_on": pa.date32(),
    "business": pa.string(),
    "subject_id": pa.int64(),
    "amount": pa.int64(),
    "currency": pa.string(),
    "reverses": pa.int64(),
}

_SCHEMA = pa.schema(
    [
        *EVENT_SCHEMA,
        *(pa.field(name, FIELD_TYPES[kind]) for name, kind in EVENT_FIELDS.items()),
        pa.field(PRODUCT_SUBJECT, pa.int64()),
    ]
)


# While events are read they name their contract, too.
CONTRACT_OF = "contract_of"
_READ = _SCHEMA.append(pa.field(CONTRACT_OF, pa.int64()))


def subject_of_contract(contract: int) -> int:
    """The subject of events of a contract that several people share, or whose products count. People are above 0."""
    return -2 * contract


def contract_of_subject(subject: int) -> int:
    return subject // -2


def document_of_subject(subject: int) -> tuple[str, int]:
    """What a subject below 0 stands for: order or contract, and its id."""
    return ("order", (-subject - 1) // 2) if subject % 2 else ("contract", -subject // 2)


def events_between(start: date, end: date, kinds: Sequence[str], *, owner: int | None = None) -> pa.Table:
    """Everything of these kinds that counts from `start` until before `end`. With `owner` only one person's.

    Shape: the kernel's EVENT_SCHEMA, then EVENT_FIELDS and PRODUCT_SUBJECT. A receipt is as late as the day on which it
    was applied to its invoice; a reversal as late as what it takes back.
    Units: amounts in 1/10,000; a reversal is negative, names what it takes back and carries its day in `credit_on`.
    """
    readers: dict[str, list[Callable[[date, date, Q], pa.Table]]] = {
        RECEIPT: [_applications],
        SIGNED: [_contracts, _orders],
    }
    mine = Q() if owner is None else Q(owner_id=owner)
    parts = [read(start, end, mine) for kind in dict.fromkeys(kinds) for read in readers[kind]]
    return _shared(pa.concat_tables(parts)) if parts else _SCHEMA.empty_table()


def _shared(events: pa.Table) -> pa.Table:
    """The events of contracts that are shared on their day count for the contract in place of its owner."""
    since, contract = shared_since(), events[CONTRACT_OF].combine_chunks()
    if not since:
        return events.select(_SCHEMA.names)
    shared = pc.index_in(contract, pa.array(since, pa.int64()))
    begins = pa.array(since.values(), pa.date32()).take(shared)
    day = pc.coalesce(events["credit_on"], events["event_on"]).combine_chunks()
    owner, together = events["subject_id"].combine_chunks(), pc.multiply(contract, -2)
    subject = pc.if_else(pc.fill_null(pc.less_equal(begins, day), False), together, owner)
    at = events.schema.get_field_index("subject_id")
    return events.set_column(at, _SCHEMA.field("subject_id"), subject).select(_SCHEMA.names)


def _applications(start: date, end: date, mine: Q) -> pa.Table:
    fact = MeasureFact.objects.filter(
        measure=Measure.CASH, source=MeasureFact.Source.APPLICATION, source_id=OuterRef("pk"), part=0
    )
    rows = ReceiptApplication.objects.filter(mine, applied_on__gte=start, applied_on__lt=end).order_by("pk")
    rows = rows.annotate(kind=Coalesce(Subquery(fact.values("kind")[:1]), Value("")))
    found = rows.values_list(
        *("pk", "applied_on", "reverses__applied_on", "kind", "owner_id", "amount", "currency", "reverses_id"),
        *("receipt_id", "invoice_id", "invoice__order_id", "invoice__contract_id", "invoice__due_on"),
        "invoice__order__contract_id",
    )
    return _events(found, RECEIPT, APPLICATION, ("application", "receipt", "invoice", "order", "contract"))


def _contracts(start: date, end: date, mine: Q) -> pa.Table:
    rows = Contract.objects.exclude(status=Contract.Status.DRAFT).filter(mine, signed_on__gte=start, signed_on__lt=end)
    found = rows.order_by("pk").values_list(
        *("pk", "signed_on", "reverses__signed_on", "kind", "owner_id", "amount", "currency", "reverses_id"),
    )
    return _events(found, SIGNED, CONTRACT, ("contract",))


def _orders(start: date, end: date, mine: Q) -> pa.Table:
    """An order of a contract was counted with it."""
    rows = Order.objects.exclude(status=Order.Status.DRAFT).filter(contract__isnull=True)
    rows = rows.filter(mine, confirmed_on__gte=start, confirmed_on__lt=end).order_by("pk")
    found = rows.values_list(
        *("pk", "confirmed_on", "reverses__confirmed_on", "kind", "owner_id", "amount", "currency", "reverses_id"),
    )
    return _events(found, SIGNED, ORDER, ("order",))


def _events(rows: "QuerySet[Any, Any]", kind: str, table: int, parents: tuple[str, ...]) -> pa.Table:
    """The query's rows as events: the columns of _COLUMNS, then the ids of the parents after the document itself."""
    due = {"due_on": pa.date32(), "order_contract": pa.int64()} if kind == RECEIPT else {}
    types = [*_COLUMNS.values(), *[pa.int64()] * (len(parents) - 1), *due.values()]
    columns = dict(zip([*_COLUMNS, *parents[1:], *due], _arrow(_stored(rows), types), strict=True))
    pk, reverses = columns["pk"], columns["reverses"]
    columns.setdefault("due_on", pa.nulls(len(pk), pa.date32()))
    columns |= _documents(columns, table)
    chain = [columns["pk"], *[columns[name] for name in parents[1:]]]
    columns |= {
        "event_id": _number(pk, table),
        "kind": pa.array([kind] * len(pk), pa.string()),
        "reverses_id": _number(reverses, table),
        "refs": _refs(parents, chain),
        "days_past_due": _days_late(columns),
    }
    return pa.table({field.name: columns[field.name] for field in _READ}, schema=_READ)


def _documents(columns: dict[str, pa.Array], table: int) -> dict[str, pa.Array]:
    """The contract that an event belongs to, and the subject of its products: the order's, else the contract's.

    What takes a document back belongs to that document.
    """
    nothing = pa.nulls(len(columns["pk"]), pa.int64())
    own = pc.coalesce(columns["reverses"], columns["pk"])
    order, contract = {
        APPLICATION: lambda: (columns["order"], columns["contract"]),
        CONTRACT: lambda: (nothing, own),
        ORDER: lambda: (own, nothing),
    }[table]()
    products = pc.coalesce(pc.subtract(pc.multiply(order, -2), 1), pc.multiply(contract, -2))
    return {CONTRACT_OF: pc.coalesce(contract, columns.get("order_contract", nothing)), PRODUCT_SUBJECT: products}


def _days_late(columns: dict[str, pa.Array]) -> pa.Array:
    """Whole days from the day due to the day paid, 0 if in time."""
    paid_on = pc.coalesce(columns["credit_on"], columns["event_on"])
    late = pc.subtract(paid_on.cast(pa.int32()), columns["due_on"].cast(pa.int32()))
    return pc.max_element_wise(late.cast(pa.int64()), 0, skip_nulls=False)


def _number(keys: pa.Array, table: int) -> pa.Array:
    return pc.add(pc.multiply(keys, _TABLES), table)


def _refs(names: tuple[str, ...], keys: list[pa.Array]) -> pa.Array:
    """Document>parent>…, without those there are not."""
    links = [
        pc.binary_join_element_wise(name, pc.cast(key, pa.string()), ":") for name, key in zip(names, keys, strict=True)
    ]
    if len(links) == 1:
        return links[0]
    return pc.binary_join_element_wise(*links, ">", null_handling="skip")


def _stored(rows: "QuerySet[Any, Any]") -> list[Sequence[Any]]:
    """The rows as the database holds them: amounts stay integers."""
    sql, params = rows.query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _arrow(rows: list[Sequence[Any]], types: list[pa.DataType]) -> list[pa.Array]:
    if not rows:
        return [pa.array([], kind) for kind in types]
    return [_column(values, kind) for values, kind in zip(zip(*rows, strict=True), types, strict=True)]


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.date32() and any(isinstance(value, str) for value in values):
        return pa.array(values, pa.string()).cast(kind)
    return pa.array(values, kind)
