"""Workbooks: opened only when they are what they say and fit into memory; their cells as texts, errors told as such."""

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import Any
from xml.parsers.expat import ExpatError

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from tiji.apps.exchange.services.imports.formula_errors import OLE, column_number, formula_errors
from tiji.apps.exchange.services.imports.headings import known_headings, normal
from tiji.shared.errors import DomainError

PDF, ZIP = b"%PDF-", b"PK\x03\x04"
MOST_UNPACKED = 1_500_000_000
"""More bytes than this no table of a business has; a file made to break readers unpacks to any number."""
MOST_CELLS = 50_000_000
LOOKED_AT = 20
FILLED = re.compile(rb'<c r="([A-Z]+)(\d+)"(?:[^>]*[^/>])?>')
ROW = re.compile(rb'<row [^>]*?\br="(\d+)"')


def refusal(message: str) -> DomainError:
    """Why a file cannot be taken."""
    return DomainError(message, field="file", code="file")


def is_workbook(content: bytes) -> bool:
    """By its first bytes, whatever its name says. Raises: DomainError for what is no table at all."""
    if content.startswith(PDF):
        raise refusal(_("This is a PDF. Save the table as CSV or as an Excel workbook, and hand that in."))
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _protected()
        return True
    if not content.startswith(ZIP):
        return False
    names = _unpacked_names(content)
    if not any(name.startswith("xl/") or name == "content.xml" for name in names):
        raise refusal(_("This is an archive or a document, not a workbook. Hand in the CSV or Excel file itself."))
    return True


def is_web_page(content: bytes) -> bool:
    """Many systems call a web page .xls."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return head.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml"))


def open_workbook(content: bytes) -> Any:
    """Raises: DomainError that says what is wrong with it and what to do."""
    if content.startswith(ZIP):
        _require_room(content)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise _protected() from error
    except CalamineError as error:
        raise _broken() from error


def texts_of(book: Any, content: bytes, sheet: str) -> list[list[str]]:
    """Every cell of a sheet as a text, a formula's error as the error. Raises: DomainError."""
    try:
        cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _broken() from error
    texts = [[cell_text(cell) for cell in row] for row in cells]
    try:
        failed = formula_errors(content, book.sheet_names, sheet)
    except ExpatError as error:
        raise _broken() from error
    for row, column, error_text in failed:
        if row < len(texts) and column < len(texts[row]):
            texts[row][column] = error_text
    return texts


def best_sheet(book: Any) -> str:
    """The sheet whose first rows hold the most words we know; of equals the first that is seen, then the first."""
    known = known_headings()
    shown = {sheet.name: str(sheet.visible).endswith("Visible") for sheet in book.sheets_metadata}

    def score(name: str) -> tuple[int, bool]:
        try:
            rows = book.get_sheet_by_name(name).to_python(nrows=LOOKED_AT)
        except CalamineError:
            return (-2, False)
        words = (sum(normal(cell_text(cell)) in known for cell in row) for row in rows)
        return (max(words, default=-1), shown.get(name, True))

    return str(max(book.sheet_names, key=score))


def cell_text(cell: Any) -> str:
    """A cell as it would be typed: whole numbers without a point, days and moments as ISO."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip() if cell is not None else ""


def _protected() -> DomainError:
    return refusal(_("This workbook is protected by a password. Take the password off, save it, and hand it in again."))


def _broken() -> DomainError:
    return refusal(_("This workbook cannot be opened: it is damaged, or something else. Save it again as .xlsx."))


def _too_large() -> DomainError:
    return refusal(
        _("This workbook unpacks to far more than a table holds. Copy the table into a new one, or save it as CSV.")
    )


def _unpacked_names(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _broken() from error


def _require_room(content: bytes) -> None:
    """Raises: DomainError when the file would fill the memory: by its bytes, or by a cell far from all the others."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                raise _too_large()
            sheets = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
            if any(_cells(archive.read(name)) > MOST_CELLS for name in sheets):
                message = _("A cell far below or beside the table is filled. Delete what stands around the table.")
                raise refusal(message)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise _broken() from error


def _cells(xml: bytes) -> int:
    """How many cells lie between the first one and the last filled one; exactly only where it may be too many."""
    height = max((int(row) for row in ROW.findall(xml)), default=0)
    width = 16_384 if re.search(rb'<c r="[A-Z]{3}', xml) else 702
    if height * width <= MOST_CELLS:
        return height * width
    widest = tallest = 0
    for found in FILLED.finditer(xml):
        widest, tallest = max(widest, column_number(found[1])), max(tallest, int(found[2]))
    return widest * tallest
