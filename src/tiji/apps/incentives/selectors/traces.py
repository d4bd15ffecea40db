"""The lines of a statement, read from the trace that its run left behind, with the documents they name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.urls import reverse

from tiji.apps.commerce.models import Contract, Invoice, Order, Receipt
from tiji.apps.incentives.models import Run, Statement
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.kernel.commission import SLICE_FACTS, Slice, own_slice, parse_fields, parse_refs
from tiji.kernel.money import minor_units
from tiji.shared.errors import NotFound

RATE_DIGITS = 8


@dataclass(frozen=True)
class Part:
    """A slice of a line: from where to where in the running total, at which rate, how much."""

    kind: str
    from_total: Decimal
    to_total: Decimal
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Document:
    """A document that a line names: evidence for whoever sees the line. Opening it is another right."""

    kind: str
    pk: int
    number: str
    customer: str
    on: date | None = None
    note: str = ""

    @property
    def url(self) -> str:
        return reverse(self.kind, args=[self.pk])


@dataclass(frozen=True)
class Line:
    """One credit of a statement: the event, the person's share of it, and what it pays."""

    plan_version: int
    component: str
    event_id: int
    seq: int
    event_on: date
    kind: str
    business: str
    event_amount: Decimal
    share: Decimal
    credit: Decimal
    before: Decimal
    after: Decimal
    quota: Decimal | None
    amount: Decimal
    is_reversal: bool
    parts: tuple[Part, ...]
    refs: tuple[tuple[str, int], ...]
    documents: dict[str, Document] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.plan_version}-{self.event_id}-{self.seq}-{self.component}"

    @property
    def rates(self) -> list[Decimal]:
        """The rates of its tiers, lowest total first."""
        return list(dict.fromkeys(part.rate for part in self.parts if part.kind in ("tier", "rerate")))

    @property
    def main(self) -> Document | None:
        """What was agreed: the contract, else the order, else the invoice."""
        found = (self.documents.get(kind) for kind in ("contract", "order", "invoice", "receipt"))
        return next((document for document in found if document), None)

    @cached_property
    def customer(self) -> str:
        return self.main.customer if self.main else ""


def lines_of(statement: Statement, run: Run | None = None) -> list[Line]:
    """Every line of a statement, oldest first, read by person from the run's artifact and named in four queries."""
    run = run or statement.run
    scale = minor_units(statement.currency)
    rows = _rows(run, "trace", statement.person_id)
    parts: dict[tuple[Any, ...], list[Part]] = defaultdict(list)
    if any(row.get("rate") is None for row in rows):
        for row in _rows(run, "slices", statement.person_id):
            parts[_key(row)].append(_part(Slice(*(row[name] for name in SLICE_FACTS)), scale))
    names = documents_of({ref for row in rows for ref in parse_refs(row["refs"])})
    return [_line(row, _parts(row, scale) or tuple(parts[_key(row)]), names, scale) for row in rows]


def _parts(row: dict[str, Any], scale: int) -> tuple[Part, ...]:
    return tuple(_part(one, scale) for one in own_slice(row))


def _part(one: Slice, scale: int) -> Part:
    rate = Decimal(one.rate or 0).scaleb(-RATE_DIGITS)
    return Part(one.kind, _money(one.from_total, scale), _money(one.to_total, scale), rate, _money(one.amount, scale))


def _rows(run: Run, name: str, person: int) -> list[dict[str, Any]]:
    path = Path(settings.ARTIFACTS_DIR) / run.artifact_path / f"{name}.parquet"
    if not path.is_file():
        raise NotFound(f"{run.artifact_path}/{name}.parquet")
    rows: list[dict[str, Any]] = pq.read_table(path, filters=[("payee_id", "=", person)]).to_pylist()
    return rows


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["plan_version"], row["component"], row["event_id"], row["seq"])


def _money(minor: int, scale: int) -> Decimal:
    return Decimal(minor).scaleb(-scale)


def _line(row: dict[str, Any], parts: tuple[Part, ...], names: dict[tuple[str, int], Document], scale: int) -> Line:
    refs = parse_refs(row["refs"])
    return Line(
        plan_version=row["plan_version"],
        component=row["component"],
        event_id=row["event_id"],
        seq=row["seq"],
        event_on=row["event_on"],
        kind=row["kind"],
        business=row["business"] or "",
        event_amount=_money(row["event_amount"], STORED_DIGITS),
        share=Decimal(row["share"]).scaleb(-RATE_DIGITS),
        credit=_money(row["credit"], scale),
        before=_money(row["before"], scale),
        after=_money(row["after"], scale),
        quota=None if row["quota"] is None else _money(row["quota"], scale),
        amount=_money(row["amount"], scale),
        is_reversal=row["reverses_id"] is not None,
        parts=parts,
        refs=refs,
        documents={ref[0]: names[ref] for ref in refs if ref in names},
        fields=parse_fields(row.get("fields")),
    )


def documents_of(refs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Document]:
    """The documents that lines name, in a query a kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, key in refs:
        wanted[kind].add(key)
    readers: dict[str, tuple[Any, str, str]] = {
        "receipt": (Receipt, "received_on", "bank_reference"),
        "invoice": (Invoice, "issued_on", ""),
        "order": (Order, "confirmed_on", ""),
        "contract": (Contract, "signed_on", "name"),
    }
    found: dict[tuple[str, int], Document] = {}
    for kind, (model, day, note) in readers.items():
        if not wanted[kind]:
            continue
        rows = model.objects.filter(pk__in=wanted[kind]).select_related("account")
        for row in rows:
            text = getattr(row, note) if note else ""
            found[kind, row.pk] = Document(kind, row.pk, row.number, row.account.name, getattr(row, day), text)
    return found
