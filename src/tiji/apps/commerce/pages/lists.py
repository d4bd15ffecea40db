"""The lists of contracts, orders, invoices and receipts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from tiji.apps.commerce.models import BusinessKind, Contract, Order, Receipt
from tiji.apps.commerce.permissions import can_book_any, can_write_any
from tiji.apps.commerce.selectors import documents
from tiji.apps.commerce.selectors.receivables import bucket_named
from tiji.apps.pipeline.pages.lists import OwnerChoice, owner_options, today, unit_options, url_or_nothing
from tiji.kernel.money import Money
from tiji.kernel.receivables.ageing import ageing_buckets
from tiji.ui.filters import AmountRange, Choice, DateRange, Filter, Multi, Search
from tiji.ui.lists import Column, Empty, ListPage, View

CUSTOMER = Column(
    "account", pgettext_lazy("account", "Customer"), cell="commerce/cells/account.html", value="account.name"
)
OWNER = Column("owner", _("Owner"), show="who", value="owner.name")
UNIT = Column("unit", _("Unit"), value=lambda row: row.unit.label if row.unit else "", shown=False)
CURRENCY = Column("currency", _("Currency"), shown=False)
EXTERNAL = Column("external_key", _("Key in the source"), shown=False)


def bucket_label(name: str) -> Any:
    """A bucket of the ageing rule in words."""
    bucket = bucket_named(name) or ageing_buckets()[0]
    if bucket.from_days is None:
        return _("Not due")
    if bucket.to_days is None:
        return _("Over %(days)d days") % {"days": bucket.from_days - 1}
    if bucket.from_days == 1:
        return _("Overdue %(low)d–%(high)d days") % {"low": bucket.from_days, "high": bucket.to_days}
    return _("%(low)d–%(high)d days") % {"low": bucket.from_days, "high": bucket.to_days}


def lane_title(name: str) -> Any:
    """The same over a narrow lane, where its neighbours say that it is about overdue invoices."""
    bucket = bucket_named(name) or ageing_buckets()[0]
    if bucket.from_days is None:
        return _("Not due")
    if bucket.to_days is None:
        return pgettext("lane", "%(days)d+ days") % {"days": bucket.from_days}
    days = {"low": bucket.from_days, "high": bucket.to_days}
    if bucket.from_days == 1:
        return pgettext("first overdue lane", "%(low)d–%(high)d days") % days
    return _("%(low)d–%(high)d days") % days


def amount_column(key: str, label: Any, sort: str = "") -> Column:
    """Money of the row's own currency."""
    return Column(key, label, show="money", sort=sort, value=lambda row: Money(getattr(row, key), row.currency))


class AccountOnly(Filter):
    """Documents of one customer, from a link: a chip that can be taken off."""

    template: ClassVar[str] = "ui/filters/text.html"

    def read(self, params: Any) -> Any:
        value = params.get(self.key, "")
        return int(value) if value.isdecimal() and len(value) < 19 else None

    def apply(self, rows: Any, value: Any, request: Any) -> Any:
        return rows.filter(account_id=value)

    def text(self, value: Any, request: Any) -> str:
        from tiji.apps.customers.models import Account

        found = Account.objects.visible_to(request.user).filter(pk=value).values_list("name", flat=True).first()
        return str(found or "—")


def common_filters() -> list[Filter]:
    return [
        OwnerChoice(key="owner", label=_("Owner"), options=owner_options),
        Choice(
            key="unit",
            label=_("Unit"),
            options=unit_options,
            apply_with=lambda rows, unit: documents.in_unit(rows, int(unit), today()),
        ),
        AccountOnly(key="account", label=pgettext_lazy("account", "Customer number")),
    ]


class DocumentList(ListPage):
    """What the four lists share. Each says what it reads, who writes its documents, and what it says when empty."""

    source: ClassVar[Any] = None
    writers: ClassVar[Any] = None
    create_name: ClassVar[str] = ""
    nothing: ClassVar[Empty] = Empty()
    importable: ClassVar[bool] = False

    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = type(self).source(viewer=self.request.user)
        return rows.select_related("account", "owner", "unit")

    def context(self) -> dict[str, Any]:
        return {"today": today(), "section": self.name}

    @property
    def create_url(self) -> str:
        return reverse(self.create_name) if type(self).writers(self.request.user) else ""

    @property
    def empty(self) -> Empty:  # type: ignore[override]
        imports = url_or_nothing("imports") if self.importable else ""
        return replace(self.nothing, action=_("Import a file"), action_url=imports) if imports else self.nothing


STATUS = Column("status", _("Status"), cell="commerce/cells/status.html", value=lambda row: row.get_status_display())
KIND = Column("kind", _("Business"), value=lambda row: row.get_kind_display() if row.kind else "")
KIND_FILTER = Choice(key="kind", label=_("Business"), options=BusinessKind.choices)
AMOUNT = amount_column("amount", _("Amount"), sort="amount")
AMOUNT_FILTER = AmountRange(key="amount", label=_("Amount"))


# What several lists show in the same order.
DEAL = [CUSTOMER, STATUS, AMOUNT, KIND]
HOLDER = [OWNER, UNIT]
ORIGIN = [CURRENCY, EXTERNAL]


def number_column(label: Any, cell: str = "number") -> Column:
    return Column("number", label, cell=f"commerce/cells/{cell}.html", value="number")


def dealt_filters(search: Search, statuses: Any, dealt: DateRange) -> list[Filter]:
    """The filters of contracts and orders: their text, their states and their day."""
    status = Multi(key="status", label=_("Status"), options=statuses)
    return [search, status, KIND_FILTER, *common_filters(), dealt, AMOUNT_FILTER]


def day_column(key: str, label: Any) -> Column:
    return Column(key, label, show="day", sort=key)


class ContractList(DocumentList):
    """Contracts, latest signing first, drafts last."""

    name, title, noun = "contracts", _("Contracts"), _("contracts")
    template = "commerce/contracts.html"
    source = staticmethod(documents.contracts)
    default_sort = "-signed_on"
    columns: ClassVar = [
        number_column(_("Contract"), "contract"),
        *DEAL,
        day_column("signed_on", _("Signed on")),
        *HOLDER,
        Column("name", _("Subject"), shown=False),
        *ORIGIN,
    ]
    filters: ClassVar = dealt_filters(
        Search(label=_("Number, subject, customer, pinyin"), apply_with=documents.found_contracts),
        Contract.Status.choices,
        DateRange(key="signed", label=_("Signed on"), field="signed_on"),
    )
    views: ClassVar = [
        View("all", pgettext_lazy("contracts", "All"), "", "file-text"),
        View("drafts", _("Drafts"), "status=draft", "file-pen-line"),
        View("mine", pgettext_lazy("contracts", "Mine"), "owner=me", "user-round"),
        View("reversed", _("Reversed"), "status=reversed", "undo-2"),
    ]
    create_label, create_name, writers = _("Draft a contract"), "contract_new", staticmethod(can_write_any)
    importable = True
    nothing = Empty(
        _("No contracts yet"),
        _("A contract says what was signed and when it is to be paid. Draft the first one, or import yours."),
        "file-text",
    )


class OrderList(DocumentList):
    """Orders, latest first."""

    name, title, noun = "orders", _("Orders"), _("orders")
    template = "commerce/contracts.html"
    source = staticmethod(documents.orders)
    default_sort = "-ordered_on"
    columns: ClassVar = [
        number_column(pgettext_lazy("document", "Order")),
        *DEAL,
        day_column("ordered_on", _("Ordered on")),
        Column("confirmed_on", _("Confirmed on"), show="day", shown=False),
        *HOLDER,
        *ORIGIN,
    ]
    filters: ClassVar = dealt_filters(
        Search(label=_("Number, customer, pinyin"), apply_with=documents.found_documents),
        Order.Status.choices,
        DateRange(key="ordered", label=_("Ordered on"), field="ordered_on"),
    )
    views: ClassVar = [
        View("all", pgettext_lazy("orders", "All"), "", "shopping-cart"),
        View("drafts", _("To be confirmed"), "status=draft", "file-pen-line"),
        View("mine", pgettext_lazy("orders", "Mine"), "owner=me", "user-round"),
    ]
    create_label, create_name, writers = _("Enter an order"), "order_new", staticmethod(can_write_any)
    importable = True
    nothing = Empty(
        _("No orders yet"),
        _("An order says which products were ordered. Enter the first one, or import your order book."),
        "shopping-cart",
    )


class InvoiceList(DocumentList):
    """Invoices, latest first, with what is still open."""

    name, title, noun = "invoices", _("Invoices"), _("invoices")
    template = "commerce/cash_list.html"
    source = staticmethod(documents.invoices)
    default_sort = "-issued_on"
    columns: ClassVar = [
        number_column(_("Invoice")),
        CUSTOMER,
        AMOUNT,
        amount_column("balance", _("Outstanding"), sort="balance"),
        Column("due_on", pgettext_lazy("payment", "Due on"), cell="commerce/cells/due.html", sort="due_on"),
        day_column("issued_on", _("Issued on")),
        *HOLDER,
        *ORIGIN,
    ]
    filters: ClassVar = [
        Search(label=_("Number, customer, pinyin"), apply_with=documents.found_documents),
        Choice(
            key="state",
            label=_("State"),
            options=[("open", _("Outstanding")), ("overdue", _("Overdue")), ("paid", pgettext_lazy("invoice", "Paid"))],
            apply_with=lambda rows, state: documents.in_state(rows, state, today()),
        ),
        Choice(
            key="age",
            label=_("Age"),
            options=lambda request: [(str(one), bucket_label(str(one))) for one in ageing_buckets()],
            apply_with=lambda rows, name: documents.of_age(rows, name, today()),
        ),
        *common_filters(),
        DateRange(key="due", label=pgettext_lazy("payment", "Due on"), field="due_on"),
        DateRange(key="issued", label=_("Issued on"), field="issued_on"),
        AMOUNT_FILTER,
    ]
    views: ClassVar = [
        View("all", pgettext_lazy("invoices", "All"), "", "receipt"),
        View("overdue", _("Overdue"), "state=overdue&sort=due_on", "circle-alert"),
        View("open", _("Outstanding"), "state=open&sort=due_on", "clock"),
        View("paid", pgettext_lazy("invoice", "Paid"), "state=paid", "check"),
    ]
    create_label, create_name, writers = _("Issue an invoice"), "invoice_new", staticmethod(can_book_any)
    nothing = Empty(
        _("No invoices yet"),
        _("Finance issues invoices from the instalments of a contract or from an order."),
        "receipt",
    )


class ReceiptList(DocumentList):
    """Receipts, latest first."""

    name, title, noun = "receipts", _("Receipts"), _("receipts")
    template = "commerce/cash_list.html"
    source = staticmethod(documents.receipts)
    default_sort = "-received_on"
    columns: ClassVar = [
        number_column(pgettext_lazy("document", "Receipt"), "receipt"),
        CUSTOMER,
        AMOUNT,
        Column(
            "unapplied",
            _("Not applied yet"),
            cell="commerce/cells/unapplied.html",
            numeric=True,
            value=lambda row: Money(row.unapplied, row.currency) if row.unapplied else Decimal(0),
        ),
        Column("method", _("Method"), value=lambda row: row.get_method_display()),
        day_column("received_on", _("Received on")),
        *HOLDER,
        Column("bank_reference", _("Bank reference"), shown=False),
        CURRENCY,
    ]
    filters: ClassVar = [
        Search(label=_("Number, bank reference, customer, pinyin"), apply_with=documents.found_documents),
        Choice(
            key="rest",
            label=_("Not applied yet"),
            options=[("1", _("Yes"))],
            apply_with=lambda rows, _yes: documents.with_remainder(rows),
        ),
        Choice(key="method", label=_("Method"), options=Receipt.Method.choices),
        *common_filters(),
        DateRange(key="received", label=_("Received on"), field="received_on"),
        AMOUNT_FILTER,
    ]
    views: ClassVar = [
        View("all", pgettext_lazy("receipts", "All"), "", "banknote"),
        View("rest", _("To be applied"), "rest=1", "hourglass"),
    ]
    create_label, create_name, writers = _("Record a receipt"), "receipt_new", staticmethod(can_book_any)
    nothing = Empty(
        _("No receipts yet"), _("Finance records the money that comes in and applies it to invoices."), "banknote"
    )

    def row_tone(self, row: Any) -> str:
        return "off" if row.reverses_id else ""
