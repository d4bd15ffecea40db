"""Pages of product lines and price books."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.catalog.forms import BookForm, LineForm, ManagerForm, posted
from tiji.apps.catalog.models import PriceBook, ProductLine
from tiji.apps.catalog.pages import lines_page
from tiji.apps.catalog.permissions import can_assign_product_line, can_edit_catalog, can_read_catalog
from tiji.apps.catalog.selectors.products import possible_line_managers, price_books
from tiji.apps.catalog.services.lines import (
    archive_product_line,
    assign_product_line,
    create_product_line,
    edit_product_line,
)
from tiji.apps.catalog.services.prices import archive_price_book, create_price_book, edit_price_book
from tiji.shared.permissions import require
from tiji.ui.forms import errors_on, form_response, page_response

LINE = "catalog/line_form.html"
BOOK = "catalog/book_form.html"
MANAGER = "catalog/manager_form.html"


@require_GET
@login_required
def product_lines(request: HttpRequest) -> HttpResponse:
    require(can_read_catalog(request.user))  # type: ignore[arg-type]
    return render(request, "catalog/lines.html", lines_page(request.user, timezone.localdate()))  # type: ignore[arg-type]


@require_GET
@login_required
def books(request: HttpRequest) -> HttpResponse:
    require(can_read_catalog(request.user))  # type: ignore[arg-type]
    context = {"books": price_books(), "can_edit": can_edit_catalog(request.user)}  # type: ignore[arg-type]
    return render(request, "catalog/books.html", context)


@login_required
def line_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_edit_catalog(actor))
    form = LineForm(posted(request))
    if request.method != "POST":
        return page_response(request, LINE, "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            create_product_line(actor=actor, **form.cleaned_data)
    return form_response(request, form, LINE, "form", then="product_lines", message=_("Saved"))


@login_required
def line_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    require(can_edit_catalog(actor))
    line = get_object_or_404(ProductLine, pk=pk)
    form = LineForm(posted(request), initial=line.__dict__)
    if request.method != "POST":
        return page_response(request, LINE, "form", {"form": form, "line": line})
    if form.is_valid():
        with errors_on(form):
            edit_product_line(actor=actor, line=line, **form.cleaned_data)
    return form_response(request, form, LINE, "form", {"line": line}, then="product_lines", message=_("Saved"))


@require_POST
@login_required
def line_archive(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    require(can_edit_catalog(actor))
    archive_product_line(actor=actor, line=get_object_or_404(ProductLine, pk=pk), at=timezone.now())
    return redirect("product_lines")


@login_required
def line_assign(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    require(can_assign_product_line(actor))
    line, today = get_object_or_404(ProductLine, pk=pk), timezone.localdate()
    form = ManagerForm(posted(request), people=possible_line_managers(today), initial={"valid_from": today})
    if request.method != "POST":
        return page_response(request, MANAGER, "form", {"form": form, "line": line})
    if form.is_valid():
        with errors_on(form):
            assign_product_line(actor=actor, line=line, **form.cleaned_data)
    return form_response(request, form, MANAGER, "form", {"line": line}, then="product_lines", message=_("Saved"))


@login_required
def book_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_edit_catalog(actor))
    form = BookForm(posted(request))
    if request.method != "POST":
        return page_response(request, BOOK, "form", {"form": form})
    if form.is_valid():
        with errors_on(form):
            create_price_book(actor=actor, **form.cleaned_data)
    return form_response(request, form, BOOK, "form", then="price_books", message=_("Saved"))


@login_required
def book_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    require(can_edit_catalog(actor))
    book = get_object_or_404(PriceBook, pk=pk)
    form = BookForm(posted(request), initial=book.__dict__)
    if request.method != "POST":
        return page_response(request, BOOK, "form", {"form": form, "book": book})
    if form.is_valid():
        with errors_on(form):
            edit_price_book(actor=actor, book=book, **form.cleaned_data)
    return form_response(request, form, BOOK, "form", {"book": book}, then="price_books", message=_("Saved"))


@require_POST
@login_required
def book_archive(request: HttpRequest, pk: int) -> HttpResponse:
    actor: Any = request.user
    require(can_edit_catalog(actor))
    archive_price_book(actor=actor, book=get_object_or_404(PriceBook, pk=pk), at=timezone.now())
    return redirect("price_books")
