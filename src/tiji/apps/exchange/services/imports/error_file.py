"""The wrong rows of a file as a file of the same form, with a column that says what is wrong: mend it and load it."""

import csv
import io
from pathlib import PurePath

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from tiji.apps.exchange.services.imports.context import Parsed
from tiji.apps.exchange.services.imports.sheets import SPREADSHEETS, VERDICT, Sheet


def error_file(parsed: Parsed, file_name: str) -> tuple[str, bytes]:
    """Name and content. Rows and cells are exactly those that were handed in."""
    rows = [[*_cells(parsed.sheet, index), _said(parsed, index)] for index in sorted(parsed.wrong)]
    head = [*parsed.sheet.headings, str(VERDICT)]
    path, told = PurePath(file_name), _("wrong rows")
    stem = path.stem.removesuffix(f"-{told}")
    if path.suffix.lower() in SPREADSHEETS:
        return f"{stem}-{told}.xlsx", _workbook(head, rows)
    return f"{stem}-{told}.csv", _text(head, rows, parsed.sheet.delimiter or ",")


def _cells(sheet: Sheet, index: int) -> list[str]:
    return [str(column[index]) for column in sheet.table.columns]


def _said(parsed: Parsed, index: int) -> str:
    told = dict.fromkeys(f"{one.heading}: {one.message}" if one.heading else one.message for one in parsed.wrong[index])
    return "; ".join(told)


def _text(head: list[str], rows: list[list[str]], delimiter: str) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows(rows)
    return sink.getvalue().encode("utf-8-sig")


def _workbook(head: list[str], rows: list[list[str]]) -> bytes:
    sink = io.BytesIO()
    with Workbook(sink, {"in_memory": True}) as book:
        page = book.add_worksheet()
        bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "#c0262d"})
        for at, text in enumerate(head):
            page.write_string(0, at, text, bold)
        for number, row in enumerate(rows, start=1):
            for at, text in enumerate(row):
                page.write_string(number, at, text, red if at == len(row) - 1 else None)
        page.freeze_panes(1, 0)
    return sink.getvalue()
