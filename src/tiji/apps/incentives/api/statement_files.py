"""Statements over REST as files, as the page hands them out."""

from django.http import FileResponse, HttpResponse
from django.utils import timezone

from tiji.apps.incentives.api.router import router
from tiji.apps.incentives.pages.statement_files import statement_name, statement_paper, statement_workbook
from tiji.apps.incentives.pages.statements import StatementPage
from tiji.apps.incentives.selectors.statements import all_versions
from tiji.shared.pdf import PDF_TYPE, pdf_of
from tiji.shared.rest import ApiRequest, Id, file_answer, found
from tiji.ui.export import XLSX_TYPE, pdf_response


@router.get("/statements/{statement_id}/pdf", response={200: None}, openapi_extra=file_answer(PDF_TYPE))
def read_statement_pdf(request: ApiRequest, statement_id: Id) -> HttpResponse:
    """One statement on paper, in the caller's language."""
    page = StatementPage(found(all_versions(request.actor), statement_id), timezone.localdate())
    return pdf_response(pdf_of(statement_paper(page)), statement_name(page, "pdf"))


@router.get("/statements/{statement_id}/xlsx", response={200: None}, openapi_extra=file_answer(XLSX_TYPE))
def read_statement_xlsx(request: ApiRequest, statement_id: Id) -> FileResponse:
    """One statement as a workbook: a sheet a table, numbers as numbers."""
    page = StatementPage(found(all_versions(request.actor), statement_id), timezone.localdate())
    file, name = statement_workbook(page), statement_name(page, "xlsx")
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)
