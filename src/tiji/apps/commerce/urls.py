"""Addresses of contracts, orders, invoices, receipts and receivables."""

from django.urls import path
from django.utils import timezone

from tiji.apps.commerce.selectors.receivables import overdue_count
from tiji.apps.commerce.views import contracts, invoices, orders, panels, receipts, receivables, shares
from tiji.ui.counts import Count, nav_count

urlpatterns = [
    path("contracts/", contracts.contracts, name="contracts"),
    path("contracts/new/", contracts.contract_new, name="contract_new"),
    path("contracts/<int:pk>/", contracts.contract, name="contract"),
    path("contracts/<int:pk>/edit/", contracts.contract_edit, name="contract_edit"),
    path("contracts/<int:pk>/drop/", contracts.contract_drop, name="contract_drop"),
    path("contracts/<int:pk>/sign/", contracts.contract_sign, name="contract_sign"),
    path("contracts/<int:pk>/reverse/", contracts.contract_reverse, name="contract_reverse"),
    path("contracts/<int:pk>/share/", shares.contract_share, name="contract_share"),
    path("orders/", orders.orders, name="orders"),
    path("orders/new/", orders.order_new, name="order_new"),
    path("orders/products/", orders.order_product_lookup, name="order_product_lookup"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/edit/", orders.order_edit, name="order_edit"),
    path("orders/<int:pk>/drop/", orders.order_drop, name="order_drop"),
    path("orders/<int:pk>/confirm/", orders.order_confirm, name="order_confirm"),
    path("orders/<int:pk>/reverse/", orders.order_reverse, name="order_reverse"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/new/", invoices.invoice_new, name="invoice_new"),
    path("invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/credit/", invoices.credit_note_new, name="credit_note_new"),
    path(
        "invoices/<int:pk>/credit-notes/<int:note_pk>/reverse/",
        invoices.credit_note_reverse,
        name="credit_note_reverse",
    ),
    path("receipts/", receipts.receipts, name="receipts"),
    path("receipts/new/", receipts.receipt_new, name="receipt_new"),
    path("receipts/open-items/", receipts.receipt_items, name="receipt_items"),
    path("receipts/rest/", receipts.receipt_rest, name="receipt_rest"),
    path("receipts/<int:pk>/", receipts.receipt, name="receipt"),
    path("receipts/<int:pk>/apply/", receipts.receipt_apply, name="receipt_apply"),
    path("receipts/<int:pk>/reverse/", receipts.receipt_reverse, name="receipt_reverse"),
    path("receipts/<int:pk>/take-back/<int:application_pk>/", receipts.receipt_unapply, name="receipt_unapply"),
    path("receivables/", receivables.receivables, name="receivables"),
    path("receivables/lane/", receivables.receivables_lane, name="receivables_lane"),
    path("customers/<int:pk>/cash/", panels.account_cash, name="account_cash"),
    path("opportunities/<int:pk>/cash/", panels.opportunity_cash, name="opportunity_cash"),
]


def overdue_for(user: object) -> Count | None:
    """The red number beside the entry of the navigation."""
    found = overdue_count(viewer=user, on=timezone.localdate())  # type: ignore[arg-type]
    return Count(found, hot=True) if found else None


nav_count("receivables", overdue_for)
