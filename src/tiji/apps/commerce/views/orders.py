"""Pages of orders: the list, one order, entering, confirming, taking back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.catalog.models import Product
from tiji.apps.commerce.forms import ConfirmForm, OrderForm, order_rows, ordered, posted
from tiji.apps.commerce.models import Contract, Order
from tiji.apps.commerce.pages.lists import OrderList
from tiji.apps.commerce.pages.orders import both_versions, form_of, order_page
from tiji.apps.commerce.permissions import can_edit_order, can_reverse_order, can_write_any
from tiji.apps.commerce.services.drafts import drop_order
from tiji.apps.commerce.services.orders import confirm_order, create_order, edit_order, reverse_order
from tiji.apps.commerce.views.doors import (
    act,
    asked_for,
    drop_dialog,
    edit_draft,
    listing,
    reverse_dialog,
    today,
    visible,
)
from tiji.shared.permissions import require
from tiji.ui.formats import company_currency
from tiji.ui.forms import lookup_response

orders = listing(OrderList)


@require_GET
@login_required
def order(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Order, pk)
    return render(request, "commerce/order.html", order_page(found, request.user, today()))  # type: ignore[arg-type]


@login_required
def order_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_write_any(actor), _("You may not enter orders. Ask whoever sells to this customer."))
    contract, key = asked_for(request, Contract, "contract"), request.GET.get("account", "")
    initial = {"account": key} if key.isdecimal() else {}
    form = OrderForm(posted(request), actor=actor, contract=contract, today=today(), initial=initial)
    rows = order_rows(posted(request))

    def enter(form: Any) -> Order:
        facts = {"account": contract and contract.account, **form.cleaned_data}
        currency = contract.currency if contract else company_currency()
        return create_order(actor=actor, currency=currency, contract=contract, lines=ordered(rows), **facts)

    context = {"rows": rows, "contract": contract}
    return act(request, form, "commerce/order_new.html", context, enter, _("Order entered"))


@login_required
def order_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    found = visible(request, Order, pk)
    require(can_edit_order(actor, found), _("Only the owner and those above him change a draft."))
    form = OrderForm(posted(request), actor=actor, order=found, today=today(), initial=form_of(found))
    rows = order_rows(posted(request), found)

    def save(form: Any) -> Order:
        version, on = form.cleaned_data.get("version") or 0, form.cleaned_data["ordered_on"]
        return edit_order(actor=actor, order=found, expected_version=version, ordered_on=on, lines=ordered(rows))

    context = {"order": found, "form": form, "rows": rows}
    return edit_draft(request, found, "commerce/order_edit.html", context, save, both_versions)


@login_required
def order_drop(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Order, pk)
    actor: Any = request.user
    require(can_edit_order(actor, found), _("Only the owner and those above him drop a draft."))

    def drop(**said: Any) -> Order:
        return drop_order(order=found, **said)

    return drop_dialog(request, found, _("Drop draft %(n)s") % {"n": found.number}, drop)


@login_required
def order_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Order, pk)
    actor: Any = request.user
    require(can_edit_order(actor, found), _("Only the owner and those above him confirm an order."))
    form = ConfirmForm(posted(request), today=today())

    def confirm(form: Any) -> Order:
        return confirm_order(actor=actor, order=found, **form.cleaned_data)

    return act(request, form, "commerce/order_confirm.html", {"order": found}, confirm, _("Order confirmed"))


@login_required
def order_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Order, pk)
    actor: Any = request.user
    require(can_reverse_order(actor, found), _("Ask the owner's manager or finance to take an order back."))

    def take_back(**typed: Any) -> Order:
        return reverse_order(order=found, **typed)

    consequence = _("A second order with the negated amount counts on that day. Months before it stay as they are.")
    return reverse_dialog(request, found, _("Take order %(n)s back") % {"n": found.number}, consequence, take_back)


@require_GET
@login_required
def order_product_lookup(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    rows = Product.objects.filter(archived_at__isnull=True).select_related("line")
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_en__icontains=text))
    found = rows.order_by("sort_key", "pk")[:12]
    return lookup_response(
        request, [{"value": row.pk, "label": str(row), "detail": f"{row.code} · {row.line}"} for row in found]
    )
