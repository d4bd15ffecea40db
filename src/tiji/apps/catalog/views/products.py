"""Pages of products and their prices."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from tiji.apps.catalog.forms import EndForm, PriceForm, ProductForm, posted
from tiji.apps.catalog.models import PriceBook, Product
from tiji.apps.catalog.pages.lists import ProductList
from tiji.apps.catalog.pages.products import product_differences, product_initial, product_page
from tiji.apps.catalog.permissions import can_create_product, can_edit_product, can_read_catalog, can_see_costs
from tiji.apps.catalog.services.prices import end_price, set_price
from tiji.apps.catalog.services.products import archive_product, create_product, edit_product, restore_product
from tiji.apps.catalog.views.dialogs import dialog
from tiji.shared.errors import Conflict
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response


@require_http_methods(["GET", "HEAD"])
@login_required
def products(request: HttpRequest) -> HttpResponseBase:
    require(can_read_catalog(request.user))  # type: ignore[arg-type]
    return ProductList(request).response()


def readable(request: HttpRequest, pk: int) -> Product:
    require(can_read_catalog(request.user))  # type: ignore[arg-type]
    found: Product = get_object_or_404(Product.objects.select_related("line"), pk=pk)
    return found


def editable(request: HttpRequest, pk: int) -> Product:
    found = readable(request, pk)
    require(can_edit_product(request.user, found.line))  # type: ignore[arg-type]
    return found


@require_http_methods(["GET", "HEAD"])
@login_required
def product(request: HttpRequest, pk: int) -> HttpResponse:
    found = readable(request, pk)
    return render(request, "catalog/product.html", product_page(found, request.user, timezone.localdate()))  # type: ignore[arg-type]


@login_required
def product_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_create_product(actor))
    form, act = ProductForm(posted(request), costs=can_see_costs(actor)), partial(create_product, actor=actor)
    return dialog(request, form, "catalog/product_form.html", act, message=_("Product added"))


@login_required
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found, actor = editable(request, pk), request.user
    form: Any = ProductForm(posted(request), initial=product_initial(found), costs=can_see_costs(actor), editing=True)  # type: ignore[arg-type]
    context = {"product": found, "form": form}
    if not (form.is_bound and form.is_valid()):
        return render(request, "catalog/product_form.html", context, status=422 if form.is_bound else 200)
    try:
        with errors_on(form):
            edit_product(actor=actor, product=found, **form.cleaned_data)  # type: ignore[arg-type]
    except Conflict as clash:
        context |= product_differences(form, clash)
        return render(request, "catalog/product_form.html", context, status=409)
    return form_response(request, form, "catalog/product_form.html", "form", context, then=found, message=_("Saved"))


@require_POST
@login_required
def product_archive(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(archive_product(actor=request.user, product=readable(request, pk), at=timezone.now()))  # type: ignore[arg-type]


@require_POST
@login_required
def product_restore(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(restore_product(actor=request.user, product=readable(request, pk)))  # type: ignore[arg-type]


@login_required
def price_set(request: HttpRequest, pk: int) -> HttpResponse:
    found, today = editable(request, pk), timezone.localdate()

    def act(**typed: Any) -> Product:
        set_price(actor=request.user, product=found, today=today, **typed)  # type: ignore[arg-type]
        return found

    form = PriceForm(posted(request), initial={"valid_from": today})
    return dialog(request, form, "catalog/price_form.html", act, message=_("Price set"), product=found)


@login_required
def price_end(request: HttpRequest, pk: int, book_pk: int) -> HttpResponse:
    found, today = editable(request, pk), timezone.localdate()
    book = get_object_or_404(PriceBook, pk=book_pk)

    def act(on: date) -> Product:
        end_price(actor=request.user, product=found, book=book, on=on, today=today)  # type: ignore[arg-type]
        return found

    form = EndForm(posted(request), today=today)
    return dialog(request, form, "catalog/price_end.html", act, message=_("Price ended"), product=found, book=book)
