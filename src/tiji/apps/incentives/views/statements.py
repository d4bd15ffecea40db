"""The pay board, statements, and why a line pays what it pays."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.incentives.pages.inquiries import asked_about, beside_statement
from tiji.apps.incentives.pages.lists import OwnStatements, PayBoard
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.pages.why import why
from tiji.apps.incentives.permissions import can_see_pay_board
from tiji.apps.incentives.selectors.traces import Line
from tiji.apps.incentives.views.doors import today, visible_statement
from tiji.ui.export import Echo, csv_cell, safe


@require_http_methods(["GET", "HEAD"])
@login_required
def payouts(request: HttpRequest) -> HttpResponseBase:
    """The pay of a month for whoever sees more than his own; his own statements for everybody else."""
    if can_see_pay_board(request.user):
        return PayBoard(request).response()
    return OwnStatements(request).response()


@require_http_methods(["GET", "HEAD"])
@login_required
def statements(request: HttpRequest) -> HttpResponseBase:
    return OwnStatements(request).response()


@require_GET
@login_required
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    page = StatementPage(visible_statement(request, pk), today())
    opened = request.GET.get("line", "")
    line = next((line for line in page.lines if line.key == opened), None)
    context = {"page": page, "opened": opened, "why": why(page, line) if line else None}
    asked = asked_about(page.statement, opened, request.user) if line else None
    beside = beside_statement(page.statement, request.user)
    return render(request, "incentives/statement.html", {**context, **beside, "asked": asked})


def _line(page: StatementPage, key: str) -> Line:
    found = next((line for line in page.lines if line.key == key), None)
    if found is None:
        raise Http404
    return found


@require_GET
@login_required
def statement_line(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Why one line pays what it pays; the same row closed again with `?closed=1`."""
    page = StatementPage(visible_statement(request, pk), today())
    line = _line(page, key)
    shown = None if request.GET.get("closed") else why(page, line)
    asked = asked_about(page.statement, key, request.user) if shown else None
    return render(request, "incentives/statement_line.html", {"page": page, "line": line, "why": shown, "asked": asked})


@require_GET
@login_required
def statement_csv(request: HttpRequest, pk: int) -> HttpResponse:
    page = StatementPage(visible_statement(request, pk), today())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"statement-{page.run.pay_period.key}-{page.person.pk}-v{page.run.number}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff" + "".join(_csv_lines(page)))
    return response


def _csv_lines(page: StatementPage) -> Any:
    writer = csv.writer(Echo())
    heads = (pgettext("pay", "Day"), _("Customer"), _("Document"), _("Receipt"), pgettext("pay", "Component"))
    sums = (_("Counted"), pgettext("pay", "Share"), pgettext("pay", "Credit"), pgettext("pay", "Before"))
    more = (pgettext("pay", "After"), _("Earned"), _("Currency"))
    yield writer.writerow([safe(str(head)) for head in (*heads, *sums, *more)])
    for line in page.lines:
        receipt, main = line.documents.get("receipt"), line.main
        numbers = (main.number if main else "", receipt.number if receipt else "")
        values = (line.event_on, line.customer, *numbers, page.component_title(line), line.event_amount, line.share)
        totals = (line.credit, line.before, line.after, line.amount, page.statement.currency)
        yield writer.writerow([csv_cell(value) for value in (*values, *totals)])
