"""The plan as a workbook, and back."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tiji.apps.targets.planning import GridPage
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.sheets import Preview, preview_of, workbook_of
from tiji.apps.targets.views.grid import require_typing
from tiji.apps.targets.views.versions import grid_url, sent, version_or_404
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError
from tiji.ui.export import XLSX_TYPE
from tiji.ui.forms import Form, errors_on, form_response, page_response


class FileForm(Form):
    """The workbook, or what of it was looked at and shall be typed."""

    file = forms.FileField(label=gettext_lazy("Workbook (.xlsx)"), required=False)
    agreed = forms.CharField(widget=forms.HiddenInput, required=False)
    state = forms.IntegerField(widget=forms.HiddenInput, required=False)


@require_GET
@login_required
def target_export(request: HttpRequest, pk: int) -> HttpResponse:
    page = GridPage(request, version_or_404(pk))
    plan = page.frame.plan
    response = HttpResponse(workbook_of(page), content_type=XLSX_TYPE)
    name = f"targets-{plan.fiscal_year}-{plan.measure}-v{page.opened.version.number}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@login_required
def target_import(request: HttpRequest, pk: int) -> HttpResponse:
    """A workbook is looked at first: what it would change and what is wrong; then typed as one act."""
    require_typing(request)
    version = version_or_404(pk)
    form, template = FileForm(sent(request), request.FILES or None), "targets/import.html"
    context: dict[str, Any] = {"version": version, "form": form}
    if request.method == "GET":
        return page_response(request, template, "form", context)
    preview: Preview | None = None
    if form.is_valid():
        with errors_on(form):
            if form.cleaned_data["agreed"]:
                _apply(request, version, form.cleaned_data)
            else:
                preview = _look(request, version, form)
    if preview is None:
        return form_response(request, form, template, "form", context, then=grid_url(version), message=_("Loaded."))
    agreed = [[*cell, None if amount is None else str(amount)] for cell, amount in preview.cells.items()]
    context |= {"preview": preview, "agreed": json.dumps(agreed), "state": version.version}
    return page_response(request, template, "form", context)


def _look(request: HttpRequest, version: Any, form: FileForm) -> Preview:
    upload = form.cleaned_data["file"]
    if not upload:
        raise DomainError(_("Choose a file."), field="file")
    return preview_of(GridPage(request, version), upload.read())


def _apply(request: HttpRequest, version: Any, data: dict[str, Any]) -> None:
    try:
        rows = json.loads(data["agreed"])
        cells = {
            Cell(str(node), str(period), str(kind)): None if amount is None else Decimal(amount)
            for node, period, kind, amount in rows
        }
    except (ValueError, TypeError, InvalidOperation):
        raise DomainError(_("Choose the file again.")) from None
    actor: Any = request.user
    type_targets(
        actor=actor,
        version=version,
        amounts=cells,
        at=timezone.now(),
        action="import",
        expected_version=data["state"],
    )
