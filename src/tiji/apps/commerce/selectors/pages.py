"""What the pages of one document show, each in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from tiji.apps.commerce.models import Contract, CreditNote, Instalment, Invoice, Order, Receipt, ReceiptApplication
from tiji.apps.commerce.selectors.sums import amount_of, total_of
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import User
from tiji.kernel.money import Money

LATEST = 50


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One instalment with what was billed of it (less credit notes) and what of that is paid."""

    row: Instalment
    amount: Money
    billed: Money
    paid: Money
    state: str

    @property
    def left(self) -> Money:
        """What may still be billed."""
        return self.amount - self.billed

    @property
    def share(self) -> Decimal:
        """Paid of planned, a share of 1."""
        return self.paid.amount / self.amount.amount if self.amount else Decimal(0)


def plan_of(contract: Contract, today: date) -> list[PlanLine]:
    """The instalments of a contract and how far each has come. One query."""
    rows = contract.instalments.annotate(
        gross=total_of(Invoice.objects.all(), "instalment"),
        credited=total_of(CreditNote.objects.all(), "invoice__instalment"),
        unpaid=total_of(Invoice.objects.all(), "instalment", "balance"),
    )
    return [_plan_line(row, contract.currency, today) for row in rows]


def _plan_line(row: Any, currency: str, today: date) -> PlanLine:
    amount, billed = Money(row.amount, currency), Money(row.gross - row.credited, currency)
    paid = Money(billed.amount - row.unpaid, currency)
    state = "open"
    if paid >= amount:
        state = "paid"
    elif row.due_on < today:
        state = "late"
    elif billed.is_positive:
        state = "billed"
    return PlanLine(row, amount, billed, paid, state)


def contract_sums(contract: Contract) -> dict[str, Money]:
    """Billed less credited, paid, and still open of a contract. One query."""
    found = Contract.objects.filter(pk=contract.pk).annotate(
        gross=total_of(Invoice.objects.all(), "contract"),
        credited=total_of(CreditNote.objects.all(), "invoice__contract"),
        unpaid=total_of(Invoice.objects.all(), "contract", "balance"),
    )
    gross, credited, unpaid = found.values_list("gross", "credited", "unpaid")[0]
    billed = Money(gross - credited, contract.currency)
    still = Money(unpaid, contract.currency)
    return {"billed": billed, "open": still, "paid": billed - still, "unbilled": contract.money - billed}


def bills_of(basis: Contract | Order) -> QuerySet[Invoice]:
    """The invoices of a contract or an order, earliest first."""
    rows: QuerySet[Invoice] = basis.invoices.order_by("issued_on", "pk")[:LATEST]
    return rows


def cash_of(basis: Contract | Order | Invoice) -> QuerySet[ReceiptApplication]:
    """What was applied to the invoices of a contract or an order, or to one invoice, latest first."""
    path = {Contract: "invoice__contract", Order: "invoice__order", Invoice: "invoice"}[type(basis)]
    rows = ReceiptApplication.objects.filter(**{path: basis}).select_related("receipt", "invoice", "reversed_by")
    return rows.order_by("-applied_on", "-pk")[:LATEST]


def left_to_bill(basis: Contract | Order | Instalment) -> Decimal:
    """What may still be billed of a contract, an order or an instalment. One query."""
    key = {Contract: "contract", Order: "order", Instalment: "instalment"}[type(basis)]
    rows: Any = type(basis)._default_manager.filter(pk=basis.pk)
    left = rows.annotate(
        left=amount_of(
            F("amount") - total_of(Invoice.objects.all(), key) + total_of(CreditNote.objects.all(), f"invoice__{key}")
        )
    ).values_list("left", flat=True)[0]
    return max(Decimal(left), Decimal(0))


def open_items_of(account: Account | int, currency: str) -> list[Invoice]:
    """The open invoices of a customer in one currency, in the order in which money pays them. One query."""
    key = account if isinstance(account, int) else account.pk
    rows = Invoice.objects.open().filter(account_id=key, currency=currency).order_by("due_on", "pk")
    return list(rows[:200])


def applications_of(receipt: Receipt) -> QuerySet[ReceiptApplication]:
    """What a receipt paid, in the order in which it was applied."""
    rows = receipt.applications.select_related("invoice", "reversed_by", "owner").order_by("applied_on", "pk")
    return rows[: LATEST * 4]


@dataclass(frozen=True, slots=True)
class Cash:
    """What a customer's or a deal's contracts and invoices have come to, in one currency."""

    currency: str
    open: Money
    overdue: Money
    received: Money


def cash_sums(invoices: Any, receipts: Any, today: date) -> list[Cash]:
    """Open, overdue and received by currency; `receipts` are receipts or applications. Three queries at most."""
    still = dict(invoices.filter(balance__gt=0).order_by().values_list("currency").annotate(t=Sum("balance")))
    late = dict(
        invoices.filter(balance__gt=0, due_on__lt=today).order_by().values_list("currency").annotate(t=Sum("balance"))
    )
    came = dict(receipts.order_by().values_list("currency").annotate(t=Sum("amount")))

    def of(found: dict[str, Decimal], currency: str) -> Money:
        return Money(found.get(currency, Decimal(0)), currency)

    currencies = sorted(still.keys() | came.keys())
    return [Cash(one, of(still, one), of(late, one), of(came, one)) for one in currencies]


def documents_of_account(viewer: User, account: Account) -> dict[str, Any]:
    """The latest contracts, and the open invoices, of a customer."""
    contracts = Contract.objects.visible_to(viewer).live().filter(account=account).select_related("owner")
    invoices = Invoice.objects.visible_to(viewer).live().filter(account=account)
    return {
        "contracts": list(contracts.order_by("-pk")[:8]),
        "invoices": list(invoices.open().order_by("due_on", "pk")[:8]),
        "all_invoices": invoices,
    }
