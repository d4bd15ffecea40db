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
from django.views.decorators.http import require_GET

from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetEdit
from tiji.apps.targets.pages.sheets import preview_of, workbook_of
from tiji.apps.targets.services.typing import type_targets
from tiji.apps.targets.views.common import either, grid_url, require_typing, sent, version_or_404
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError
from tiji.ui.export import XLSX_TYPE
from tiji.ui.forms import Form, errors_on, form_response, page_response

TEMPLATE = "targets/import.html"


class FileForm(Form):
    """The workbook, or what of it was looked at and shall be typed."""

    file = forms.FileField(label=gettext_lazy("Workbook (.xlsx)"), required=False)
    agreed = forms.CharField(widget=forms.HiddenInput, required=False)
    state = forms.IntegerField(widget=forms.HiddenInput, required=False)


@require_GET
@login_required
def target_export(request: HttpRequest, pk: int) -> HttpResponse:
    page = GridPage(request, version_or_404(request, pk))
    plan = page.frame.plan
    response = HttpResponse(workbook_of(page), content_type=XLSX_TYPE)
    name = f"targets-{plan.fiscal_year}-{plan.measure}-v{page.opened.version.number}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@either
@login_required
def target_import(request: HttpRequest, pk: int) -> HttpResponse:
    """A workbook is looked at first: what it would change and what is wrong; then typed as one act."""
    require_typing(request)
    version = version_or_404(request, pk)
    form, context = FileForm(sent(request), request.FILES or None), {"version": version}
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            if form.cleaned_data["agreed"]:
                _apply(request, version, form.cleaned_data)
            else:
                context |= _look(request, version, form)
    if request.method == "GET" or "preview" in context:
        return page_response(request, TEMPLATE, "form", {**context, "form": form})
    return form_response(request, form, TEMPLATE, "form", context, then=grid_url(version), message=_("Loaded."))


def _look(request: HttpRequest, version: Any, form: FileForm) -> dict[str, Any]:
    """What the file would change, and the form to agree to it. Raises: DomainError at the file."""
    upload = form.cleaned_data["file"]
    if not upload:
        raise DomainError(_("Choose a file."), field="file")
    preview = preview_of(GridPage(request, version), upload.read())
    agreed = [[*cell, None if amount is None else str(amount)] for cell, amount in preview.cells.items()]
    return {"preview": preview, "agreed": json.dumps(agreed), "state": version.version}


def _apply(request: HttpRequest, version: Any, data: dict[str, Any]) -> None:
    actor: Any = request.user
    type_targets(
        actor=actor,
        version=version,
        amounts=_agreed(data["agreed"]),
        at=timezone.now(),
        action=TargetEdit.Action.IMPORT,
        expected_version=data["state"],
    )


def _agreed(text: str) -> dict[Cell, Decimal | None]:
    """The cells that were looked at. Raises: DomainError when they come back changed beyond reading."""
    try:
        return {
            Cell(str(node), str(period), str(kind)): None if amount is None else Decimal(amount)
            for node, period, kind, amount in json.loads(text)
        }
    except (ValueError, TypeError, InvalidOperation):
        raise DomainError(_("Choose the file again.")) from None
