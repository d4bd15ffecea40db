"""Pages of product lines and price books."""

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tiji.apps.catalog.forms import BookForm, EndForm, LineForm, ManagerForm, posted
from tiji.apps.catalog.models import PriceBook, ProductLine
from tiji.apps.catalog.pages.products import lines_page
from tiji.apps.catalog.permissions import can_assign_product_line, can_edit_catalog, can_read_catalog
from tiji.apps.catalog.selectors.products import line_grants, possible_line_managers, price_books
from tiji.apps.catalog.services.lines import (
    archive_product_line,
    assign_product_line,
    create_product_line,
    edit_product_line,
    end_product_line,
)
from tiji.apps.catalog.services.prices import archive_price_book, create_price_book, edit_price_book
from tiji.apps.catalog.views.dialogs import dialog
from tiji.shared.permissions import require

LINE = "catalog/line_form.html"
BOOK = "catalog/book_form.html"
MANAGER = "catalog/manager_form.html"
END = "catalog/manager_end.html"


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


def keeper(request: HttpRequest) -> Any:
    """The actor, if he keeps the catalog. Raises: NotAllowed."""
    require(can_edit_catalog(request.user))  # type: ignore[arg-type]
    return request.user


@login_required
def line_new(request: HttpRequest) -> HttpResponse:
    act = partial(create_product_line, actor=keeper(request))
    return dialog(request, LineForm(posted(request)), LINE, act, then="product_lines")


@login_required
def line_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor, line = keeper(request), get_object_or_404(ProductLine, pk=pk)
    form, act = LineForm(posted(request), initial=line.__dict__), partial(edit_product_line, actor=actor, line=line)
    return dialog(request, form, LINE, act, then="product_lines", line=line)


@require_POST
@login_required
def line_archive(request: HttpRequest, pk: int) -> HttpResponse:
    actor = keeper(request)
    archive_product_line(actor=actor, line=get_object_or_404(ProductLine, pk=pk), at=timezone.now())
    return redirect("product_lines")


def assigner(request: HttpRequest) -> Any:
    """The actor, if he says who keeps which line. Raises: NotAllowed."""
    require(can_assign_product_line(request.user))  # type: ignore[arg-type]
    return request.user


@login_required
def line_assign(request: HttpRequest, pk: int) -> HttpResponse:
    actor, today = assigner(request), timezone.localdate()
    line = get_object_or_404(ProductLine, pk=pk)
    form = ManagerForm(posted(request), people=possible_line_managers(today), initial={"valid_from": today})
    act = partial(assign_product_line, actor=actor, line=line)
    return dialog(request, form, MANAGER, act, then="product_lines", line=line)


@login_required
def line_manager_end(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    actor, today = assigner(request), timezone.localdate()
    line = get_object_or_404(ProductLine, pk=pk)
    grant = get_object_or_404(line_grants(line), pk=grant_pk)
    act = partial(end_product_line, actor=actor, line=line, grant=grant, today=today)
    return dialog(
        request, EndForm(posted(request), today=today), END, act, then="product_lines", line=line, grant=grant
    )


@login_required
def book_new(request: HttpRequest) -> HttpResponse:
    act = partial(create_price_book, actor=keeper(request))
    return dialog(request, BookForm(posted(request)), BOOK, act, then="price_books")


@login_required
def book_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor, book = keeper(request), get_object_or_404(PriceBook, pk=pk)
    form, act = BookForm(posted(request), initial=book.__dict__), partial(edit_price_book, actor=actor, book=book)
    return dialog(request, form, BOOK, act, then="price_books", book=book)


@require_POST
@login_required
def book_archive(request: HttpRequest, pk: int) -> HttpResponse:
    actor = keeper(request)
    archive_price_book(actor=actor, book=get_object_or_404(PriceBook, pk=pk), at=timezone.now())
    return redirect("price_books")
