"""Commercial documents in sets, for imports and the demo company: the same rules, a few statements for thousands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from tiji.apps.commerce.models import Contract, Instalment, Invoice, Receipt, ReceiptApplication
from tiji.apps.commerce.selectors.business_kind import signing_days
from tiji.apps.commerce.services.contracts import PlannedInstalment
from tiji.apps.commerce.services.facts import post_contract_facts, post_receipt_facts
from tiji.apps.organization.models import User
from tiji.apps.organization.selectors.places import Places
from tiji.kernel.targets import business_kind
from tiji.shared.bulk import reserve_ids
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_numbers

BATCH = 1000


@dataclass(frozen=True)
class PaidInvoice:
    """A bill of a contract with the money that came for it: (received on, amount) each."""

    instalment: int
    issued_on: date
    due_on: date
    amount: Decimal
    paid: Sequence[tuple[date, Decimal]] = ()


@dataclass(frozen=True)
class SignedContract:
    """A contract signed in the past, with its plan, bills and money. `instalment` of a bill counts from 0."""

    name: str
    account_id: int
    owner_id: int
    signed_on: date
    amount: Decimal
    currency: str
    cost: Decimal | None = None
    opportunity_id: int | None = None
    instalments: Sequence[PlannedInstalment] = ()
    invoices: Sequence[PaidInvoice] = field(default_factory=tuple)

    def check(self) -> None:
        """Raises: DomainError when the plan, the bills or the money do not add up."""
        planned = sum((row.amount for row in self.instalments), Decimal(0))
        if self.instalments and planned != self.amount:
            raise DomainError(f"{self.name}: instalments {planned} ≠ contract {self.amount}", field="instalments")
        if sum((row.amount for row in self.invoices), Decimal(0)) > self.amount:
            raise DomainError(f"{self.name}: more is billed than signed", field="invoices")
        for bill in self.invoices:
            if sum((amount for _on, amount in bill.paid), Decimal(0)) > bill.amount:
                raise DomainError(f"{self.name}: more is paid than billed", field="invoices")


@transaction.atomic
def insert_signed_contracts(*, actor: User | None, contracts: Sequence[SignedContract]) -> list[Contract]:
    """Write contracts with their plans, invoices, receipts, applications and facts, in the order given.

    Raises: DomainError when one of them does not add up; then nothing is written.
    """
    for row in contracts:
        row.check()
    now = timezone.now()
    places = Places({row.owner_id for row in contracts})
    made = _contracts(actor, contracts, places, now)
    instalments = _instalments(contracts, made)
    # After the plans: under a contract that is signed the database takes no instalment.
    Contract.objects.bulk_create(made, batch_size=BATCH)
    invoices, payments = _invoices(actor, contracts, made, instalments, places, now)
    receipts = _receipts(actor, invoices, payments, places, now)
    post_contract_facts(contracts=made)
    for start in range(0, len(receipts), BATCH):
        ids = [receipt.pk for receipt in receipts[start : start + BATCH]]
        post_receipt_facts(receipts=Receipt.objects.filter(pk__in=ids).prefetch_related("applications"))
    return made


def _contracts(actor: User | None, rows: Sequence[SignedContract], places: Places, now: datetime) -> list[Contract]:
    days = signing_days({row.account_id for row in rows})
    kinds: dict[int, str] = {}
    for index in sorted(range(len(rows)), key=lambda at: (rows[at].signed_on, at)):
        row = rows[index]
        known = days.setdefault(row.account_id, [])
        kinds[index] = str(business_kind(known, row.signed_on))
        known.append(row.signed_on)
        known.sort()
    numbers = _numbers("HT", [row.signed_on for row in rows])
    keys = reserve_ids(Contract, len(rows))
    return [
        Contract(
            pk=keys[index],
            number=numbers[index],
            name=row.name,
            account_id=row.account_id,
            opportunity_id=row.opportunity_id,
            owner_id=row.owner_id,
            unit_id=places.unit(row.owner_id, row.signed_on),
            status=Contract.Status.SIGNED,
            signed_on=row.signed_on,
            amount=row.amount,
            cost=row.cost,
            currency=row.currency,
            kind=kinds[index],
            created_at=now,
            created_by=actor,
        )
        for index, row in enumerate(rows)
    ]


def _instalments(rows: Sequence[SignedContract], contracts: list[Contract]) -> list[list[Instalment]]:
    made = [
        [
            Instalment(
                contract=contract,
                position=position,
                label=plan.label,
                due_on=plan.due_on,
                amount=plan.amount,
                condition=plan.condition,
            )
            for position, plan in enumerate(row.instalments, start=1)
        ]
        for row, contract in zip(rows, contracts, strict=True)
    ]
    Instalment.objects.bulk_create([plan for plans in made for plan in plans], batch_size=BATCH)
    return made


def _invoices(
    actor: User | None,
    rows: Sequence[SignedContract],
    contracts: list[Contract],
    instalments: list[list[Instalment]],
    places: Places,
    now: datetime,
) -> tuple[list[Invoice], list[Sequence[tuple[date, Decimal]]]]:
    bills = [(at, bill) for at, row in enumerate(rows) for bill in row.invoices]
    numbers = _numbers("FP", [bill.issued_on for _at, bill in bills])
    made = []
    for index, (at, bill) in enumerate(bills):
        contract, plans = contracts[at], instalments[at]
        paid = sum((amount for _on, amount in bill.paid), Decimal(0))
        made.append(
            Invoice(
                number=numbers[index],
                account_id=contract.account_id,
                contract=contract,
                instalment=plans[bill.instalment] if bill.instalment < len(plans) else None,
                owner_id=contract.owner_id,
                unit_id=places.unit(contract.owner_id, bill.issued_on),
                issued_on=bill.issued_on,
                due_on=bill.due_on,
                amount=bill.amount,
                balance=bill.amount - paid,
                currency=contract.currency,
                created_at=now,
                created_by=actor,
            )
        )
    Invoice.objects.bulk_create(made, batch_size=BATCH)
    return made, [bill.paid for _at, bill in bills]


def _receipts(
    actor: User | None,
    invoices: list[Invoice],
    payments: list[Sequence[tuple[date, Decimal]]],
    places: Places,
    now: datetime,
) -> list[Receipt]:
    money = [(invoice, on, amount) for invoice, paid in zip(invoices, payments, strict=True) for on, amount in paid]
    money.sort(key=lambda row: row[1])
    numbers = _numbers("SK", [on for _invoice, on, _amount in money])
    receipts, applications = [], []
    for index, (invoice, on, amount) in enumerate(money):
        common = {
            "owner_id": invoice.owner_id,
            "unit_id": places.unit(invoice.owner_id, on),
            "amount": amount,
            "currency": invoice.currency,
            "created_at": now,
            "created_by": actor,
        }
        receipt = Receipt(
            number=numbers[index], account_id=invoice.account_id, received_on=on, unapplied=Decimal(0), **common
        )
        receipts.append(receipt)
        applications.append(ReceiptApplication(receipt=receipt, invoice=invoice, applied_on=on, **common))
    Receipt.objects.bulk_create(receipts, batch_size=BATCH)
    ReceiptApplication.objects.bulk_create(applications, batch_size=BATCH)
    return receipts


def _numbers(kind: str, days: Sequence[date]) -> list[str]:
    """A document number for each day, in order within its year."""
    by_year: dict[int, list[int]] = defaultdict(list)
    for index, day in enumerate(days):
        by_year[day.year].append(index)
    numbers = [""] * len(days)
    for year, indexes in by_year.items():
        for index, number in zip(indexes, next_numbers(kind, year, len(indexes)), strict=True):
            numbers[index] = number
    return numbers
