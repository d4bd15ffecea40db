"""Pages of orders: the list, one order, entering, confirming, taking back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.catalog.models import Product
from tiji.apps.commerce.forms import ConfirmForm, OrderForm, order_rows, ordered, posted
from tiji.apps.commerce.lists import OrderList
from tiji.apps.commerce.models import Contract, Order
from tiji.apps.commerce.order_pages import line_texts, written
from tiji.apps.commerce.permissions import can_book_any, can_edit_order, can_reverse_order, can_write_any
from tiji.apps.commerce.selectors.pages import bills_of, cash_of
from tiji.apps.commerce.services.orders import confirm_order, create_order, reverse_order
from tiji.apps.commerce.views.contracts import mark
from tiji.apps.commerce.views.doors import act, asked_for, require_lists, reverse_dialog, today, visible
from tiji.shared.permissions import require
from tiji.ui.formats import company_currency
from tiji.ui.forms import errors_on, form_response, lookup_response, page_response


@require_http_methods(["GET", "HEAD"])
@login_required
def orders(request: HttpRequest) -> HttpResponseBase:
    require_lists(request)
    return OrderList(request).response()


@require_GET
@login_required
def order(request: HttpRequest, pk: int) -> HttpResponse:
    found, viewer = visible(request, Order, pk), request.user
    stands = found.status == Order.Status.CONFIRMED and found.reverses_id is None
    context = {
        "order": found,
        "today": today(),
        "lines": line_texts(found),
        "total": written(found.amount),
        "cost": written(found.cost),
        "invoices": list(bills_of(found)),
        "applications": list(cash_of(found)),
        "can_confirm": found.status == Order.Status.DRAFT and can_edit_order(viewer, found),  # type: ignore[arg-type]
        "can_reverse": stands and can_reverse_order(viewer, found),  # type: ignore[arg-type]
        "can_bill": stands and can_book_any(viewer),  # type: ignore[arg-type]
    }
    return render(request, "commerce/order.html", context)


@login_required
def order_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_write_any(actor), _("You may not enter orders. Ask whoever sells to this customer."))
    contract = asked_for(request, Contract, "contract")
    initial = {"account": request.GET.get("account")} if request.GET.get("account", "").isdecimal() else {}
    form = OrderForm(posted(request), actor=actor, contract=contract, today=today(), initial=initial)
    rows = order_rows(posted(request))
    template, context = "commerce/order_new.html", {"rows": rows, "contract": contract}
    if request.method != "POST":
        return page_response(request, template, "form", {**context, "form": form})
    made = None
    if form.is_valid() & mark(form, rows):
        facts = {"account": contract.account if contract else None, **form.cleaned_data}
        currency = contract.currency if contract else company_currency()
        with errors_on(form):
            made = create_order(actor=actor, currency=currency, contract=contract, lines=ordered(rows), **facts)
    return form_response(request, form, template, "form", context, then=made, message=_("Order entered"))


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
