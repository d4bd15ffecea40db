"""Statements handed out: on paper and as a workbook, to whoever may see the statement."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tiji.apps.incentives.pages.statement_files import statement_name, statement_paper, statement_workbook
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.views.doors import today, visible_statement
from tiji.shared.pdf import pdf_of
from tiji.ui.export import XLSX_TYPE, pdf_response


@require_GET
@login_required
def statement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    page = StatementPage(visible_statement(request, pk), today())
    return pdf_response(pdf_of(statement_paper(page)), statement_name(page, "pdf"))


@require_GET
@login_required
def statement_xlsx(request: HttpRequest, pk: int) -> FileResponse:
    page = StatementPage(visible_statement(request, pk), today())
    file, name = statement_workbook(page), statement_name(page, "xlsx")
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)
