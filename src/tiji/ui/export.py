"""Exports of a list: exactly the columns and rows one sees, streamed, with cells that cannot become formulas."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from tiji.kernel.money import Money
from tiji.shared.pdf import PDF_TYPE

CHUNK = 2_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Decorate = Callable[[list[Any]], list[Any]]
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_response(
    kind: str, name: str, columns: Iterable[Any], found: QuerySet[Any], decorate: Decorate | None = None
) -> HttpResponseBase:
    """The rows as a file: `csv` (UTF-8 with a mark that Excel reads) or `xlsx`.

    `decorate` adds to a chunk of rows what the list's columns show of them, as it does for the page.
    """
    columns, rows = list(columns), Rows(found, decorate)
    filename = f"{name}-{timezone.localdate():%Y%m%d}.{kind}"
    if kind == "xlsx":
        return FileResponse(
            workbook(name, columns, rows), as_attachment=True, filename=filename, content_type=XLSX_TYPE
        )
    response = StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def pdf_response(content: bytes, filename: str) -> HttpResponse:
    """A PDF to be kept, private to whoever asked for it."""
    response = HttpResponse(content, content_type=PDF_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


@dataclass(frozen=True)
class Rows:
    """Rows read in chunks, each decorated as a whole."""

    found: QuerySet[Any]
    decorate: Decorate | None = None

    def iterator(self, chunk_size: int = CHUNK) -> Iterator[Any]:
        rows = self.found.iterator(chunk_size=chunk_size)
        while chunk := list(islice(rows, chunk_size)):
            yield from self.decorate(chunk) if self.decorate else chunk


class Echo:
    """A file that hands back what is written, so the csv module can stream."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: list[Any], rows: Rows | QuerySet[Any]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow([safe(str(column.label)) for column in columns])
    for row in rows.iterator(chunk_size=CHUNK):
        yield writer.writerow([csv_cell(column.raw(row)) for column in columns])


def workbook(name: str, columns: list[Any], rows: Rows | QuerySet[Any]) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 (FileResponse closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), bold)
        sheet.set_column(index, index, 14 if column.is_numeric else 22)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows.iterator(chunk_size=CHUNK), start=1):
        for index, column in enumerate(columns):
            write_cell(sheet, line, index, plain(column.raw(row)))
    book.close()
    file.seek(0)
    return file


def write_cell(sheet: Any, line: int, index: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, index, value)
    elif isinstance(value, int | Decimal):
        sheet.write_number(line, index, value)
    elif isinstance(value, date):
        sheet.write_datetime(line, index, value)
    else:
        sheet.write_string(line, index, safe(str(value)))


def csv_cell(value: Any) -> str:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return safe(str(value))


def plain(value: Any) -> Any:
    """Money as its amount, moments in the company's time, everything else as it is."""
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    return value


def safe(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
