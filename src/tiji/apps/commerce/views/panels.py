"""Panels on the pages of a customer and of a deal."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tiji.apps.commerce.models import Contract, Invoice, Order, Receipt, ReceiptApplication
from tiji.apps.commerce.permissions import can_book_any, can_draft_contract
from tiji.apps.commerce.selectors.pages import cash_sums, documents_of_account
from tiji.apps.commerce.views.doors import today
from tiji.apps.customers.models import Account
from tiji.apps.pipeline.models import Opportunity


@require_GET
@login_required
def account_cash(request: HttpRequest, pk: int) -> HttpResponse:
    viewer: Any = request.user
    account = get_object_or_404(Account.objects.visible_to(viewer), pk=pk)
    found = documents_of_account(viewer, account)
    money = Receipt.objects.visible_to(viewer).filter(account=account)
    context = {
        **found,
        "account": account,
        "today": today(),
        "sums": cash_sums(found["all_invoices"], money, today()),
        "can_draft": can_draft_contract(viewer, account) and not account.archived_at,
        "can_book": can_book_any(viewer),
    }
    return render(request, "commerce/account_cash.html", context)


@require_GET
@login_required
def opportunity_cash(request: HttpRequest, pk: int) -> HttpResponse:
    viewer: Any = request.user
    deal = get_object_or_404(Opportunity.objects.visible_to(viewer).select_related("account"), pk=pk)
    contracts = Contract.objects.visible_to(viewer).live().filter(opportunity=deal).select_related("owner")
    bills = Invoice.objects.visible_to(viewer).filter(contract__opportunity=deal)
    money = ReceiptApplication.objects.filter(invoice__in=bills.order_by().values("pk"))
    context = {
        "deal": deal,
        "today": today(),
        "contracts": list(contracts.order_by("-pk")[:8]),
        "orders": list(Order.objects.visible_to(viewer).live().filter(opportunity=deal).order_by("-pk")[:8]),
        "sums": cash_sums(bills, money, today()),
        "can_draft": deal.account is not None and can_draft_contract(viewer, deal.account, deal),
    }
    return render(request, "commerce/opportunity_cash.html", context)
