"""Pages of imports: the history, the two screens of a new one, its report and its undo."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tiji.apps.exchange.forms import UploadForm
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.pages.imports import (
    load_form,
    map_page,
    posted_mapping,
    report_page,
    undo_page,
    undo_refusal,
)
from tiji.apps.exchange.pages.lists import ImportList
from tiji.apps.exchange.permissions import can_import, can_view_imports
from tiji.apps.exchange.selectors.imports import imports as all_imports
from tiji.apps.exchange.services.imports.queue import is_quick, queue_import
from tiji.apps.exchange.services.imports.running import Chosen, choose, deny, sheet_of, start_import, wrong_rows
from tiji.shared.permissions import require
from tiji.ui.forms import Form, errors_on, form_response, page_response

OPEN = (Import.State.READY, Import.State.FAILED)


def visible(request: HttpRequest, pk: int) -> Import:
    require(can_view_imports(request.user), deny())
    imported: Import = get_object_or_404(all_imports(viewer=request.user), pk=pk)
    return imported


@require_http_methods(["GET", "HEAD"])
@login_required
def imports(request: HttpRequest) -> HttpResponseBase:
    require(can_view_imports(request.user), deny())
    return ImportList(request).response()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_new(request: HttpRequest) -> HttpResponse:
    require(can_import(request.user), deny())
    posted = request.method == "POST"
    told = {name: request.GET[name] for name in ("kind", "source") if name in request.GET}
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None, initial=told)
    if not posted:
        return page_response(request, "exchange/import_new.html", "form", {"form": form})
    made = None
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("kind", "source", "sheet")}
        with errors_on(form):
            made = start_import(actor=request.user, upload=form.cleaned_data["file"], at=timezone.now(), **facts)  # type: ignore[arg-type]
    then = reverse("import_map", args=[made.pk]) if made else None
    return form_response(request, form, "exchange/import_new.html", "form", then=then)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    imported, actor = visible(request, pk), request.user
    require(can_import(actor), deny())
    if imported.state not in OPEN:
        return redirect(imported)
    sent = request.POST if request.method == "POST" else None
    form = load_form(imported, sent)
    if sent is not None and form.is_valid():
        with errors_on(form):
            seen, imported = imported.sheet, _confirm(request, imported, form)
            if "load" in sent and imported.sheet == seen:
                return redirect(_queue(request, imported, here=is_quick(imported)))
    context = map_page(imported, actor, form, page=request.POST.get("look", ""))  # type: ignore[arg-type]
    return render(request, "exchange/import_map.html", context, status=422 if form.errors else 200)


def _confirm(request: HttpRequest, imported: Import, form: Any) -> Import:
    sheet, wanted = sheet_of(imported), form.cleaned_data.get("sheet")
    mapping = posted_mapping(sheet.headings, request.POST)
    imported.mapping = {heading: name for heading, name in mapping.items() if name}
    chosen = Chosen(mapping, form.options(), form.cleaned_data["bad_rows"], wanted)
    return choose(actor=request.user, imported=imported, chosen=chosen, at=timezone.now(), sheet=sheet)  # type: ignore[arg-type]


@require_GET
@login_required
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    imported = visible(request, pk)
    return page_response(request, "exchange/import_report.html", "state", report_page(imported, request.user))  # type: ignore[arg-type]


@require_GET
@login_required
def import_errors(request: HttpRequest, pk: int) -> HttpResponse:
    name, content = wrong_rows(actor=request.user, imported=visible(request, pk), at=timezone.now())  # type: ignore[arg-type]
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _attachment(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _attachment(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


@require_POST
@login_required
def import_load(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(_queue(request, visible(request, pk), here="here" in request.POST))


def _queue(request: HttpRequest, imported: Import, *, here: bool) -> Import:
    return queue_import(actor=request.user, imported=imported, at=timezone.now(), here=here)  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    imported, posted = visible(request, pk), request.method == "POST"
    require(can_import(request.user), deny())
    refused = undo_refusal(imported, request.user, here="here" in request.POST) if posted else {}  # type: ignore[arg-type]
    template = "exchange/import_undo.html"
    if posted and not refused:
        return form_response(request, Form({}), template, "form", then=imported)
    context = {**undo_page(imported), **refused}
    return page_response(request, template, "form", context, status=409 if refused else 200)
