"""A file as a table of texts: which sheet, which encoding, which delimiter, where the headings stand."""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from tiji.apps.exchange.services.imports.headings import known_headings, normal
from tiji.apps.exchange.services.imports.problems import Problem
from tiji.shared.errors import DomainError

LOOKED_AT = 20
DELIMITERS = ",;\t|"
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(slots=True)
class Sheet:
    """One table of texts, trimmed. `rows` holds the number each row has in the file, as a spreadsheet shows it."""

    headings: list[str]
    table: pa.Table
    rows: pa.Array
    name: str = ""
    sheets: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    torn: list[Problem] = field(default_factory=list)

    @property
    def count(self) -> int:
        return int(self.table.num_rows)


def read_sheet(name: str, content: bytes, *, sheet: str = "") -> Sheet:
    """Read a CSV, Excel or Parquet file. Raises: DomainError at `file` or `sheet` that says what is wrong with it."""
    suffix = Path(name).suffix.lower()
    if not content:
        raise _refusal(_("This file is empty."))
    if suffix in SPREADSHEETS:
        found = _read_workbook(content, sheet)
    elif suffix in TEXTS:
        found = _read_text(content)
    elif suffix == ".parquet":
        found = _read_parquet(content)
    else:
        raise _refusal(_("Choose a CSV file or an Excel workbook."))
    if not found.count:
        raise _refusal(_("There are headings but no rows below them."))
    return found


def _refusal(message: str) -> DomainError:
    return DomainError(message, field="file", code="file")


def _read_text(content: bytes) -> Sheet:
    encoding, text = decoded(content)
    delimiter = sniff_delimiter(text)
    head = list(_some_rows(text, delimiter, LOOKED_AT))
    at = heading_row(head)
    headings = unique_headings(head[at])
    table, rows, torn = _columns(text, delimiter, at, len(headings))
    return _tidy(Sheet(headings, table, rows, encoding=encoding, delimiter=delimiter, torn=torn))


def decoded(content: bytes) -> tuple[str, str]:
    """Encoding and text. Raises: DomainError when the bytes are no text in an encoding we know."""
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return encoding, _decode(content, encoding)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return encoding, text
    raise _refusal(_("This is no text file in UTF-8 or GB18030. Save it as CSV UTF-8 or as an Excel workbook."))


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        message = _("The file says it is %(encoding)s but is not. Save it again as CSV UTF-8.")
        raise _refusal(message % {"encoding": encoding}) from error


def sniff_delimiter(text: str) -> str:
    """The delimiter by which the first rows fall into the most columns alike."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in _some_rows(text, delimiter, LOOKED_AT) if any(row))
        if not widths:
            return (0, 0)
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        return (times * (width > 1), width)

    return max(DELIMITERS, key=score)


def _some_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    sample = text[: 256 * 1024]
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            rows.append([cell.strip() for cell in row])
            if len(rows) == count:
                break
    except csv.Error as error:
        raise _refusal(_("This file cannot be read as CSV: %(reason)s") % {"reason": error}) from error
    return rows


def heading_row(head: list[list[str]]) -> int:
    """Which of the first rows are the headings: the one with most words we know, else the first that is full enough.

    Raises: DomainError if no row looks like headings.
    """
    known = known_headings()
    width = max((sum(map(bool, row)) for row in head), default=0)
    best, most = -1, 0
    for at, row in enumerate(head):
        words = sum(normal(cell) in known for cell in row if cell)
        if words > most and words * 3 >= sum(map(bool, row)):
            best, most = at, words
    if best >= 0:
        return best
    for at, row in enumerate(head):
        cells = [cell for cell in row if cell]
        if cells and len(cells) * 2 >= width and not any(_is_number(cell) for cell in cells):
            return at
    raise _refusal(_("No row of headings was found. Name each column in the first row."))


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").replace("-", "").isdecimal()


def unique_headings(cells: list[str]) -> list[str]:
    """Every column has a name of its own: an empty one its letter, the second of two a number."""
    seen: Counter[str] = Counter()
    found = []
    for at, cell in enumerate(cells):
        name = " ".join(cell.replace("\0", "").split())[:120] or _("Column %(number)s") % {"number": at + 1}
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _columns(text: str, delimiter: str, at: int, width: int) -> tuple[pa.Table, pa.Array, list[Problem]]:
    """The fast way for files whose rows all fit; row by row for those with torn or empty lines."""
    names = [str(place) for place in range(width)]
    try:
        table = pa_csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows_after_names=at + 1),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        return _columns_by_row(text, delimiter, at, width)
    rows = pa.array(range(at + 2, at + 2 + table.num_rows), pa.int32())
    return table.rename_columns(names), rows, []


def _columns_by_row(text: str, delimiter: str, at: int, width: int) -> tuple[pa.Table, pa.Array, list[Problem]]:
    columns: list[list[str]] = [[] for _place in range(width)]
    rows: list[int] = []
    torn = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if number <= at + 1 or not any(cell.strip() for cell in row):
                continue
            rows.append(number)
            if any(cell.strip() for cell in row[width:]) or len(row) < width - 1:
                message = _("This row has %(count)s cells, the headings have %(width)s. Mend its quotes or commas.")
                torn.append(Problem(number, "", "", message % {"count": len(row), "width": width}))
            for place, column in enumerate(columns):
                column.append(row[place] if place < len(row) else "")
    except csv.Error as error:
        raise _refusal(_("This file cannot be read as CSV: %(reason)s") % {"reason": error}) from error
    return _text_table(columns), pa.array(rows, pa.int32()), torn


def _text_table(columns: list[list[str]]) -> pa.Table:
    return pa.table({str(at): pa.array(column, pa.string()) for at, column in enumerate(columns)})


def _read_workbook(content: bytes, wanted: str) -> Sheet:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = list(book.sheet_names)
        if wanted and wanted not in names:
            message = _("There is no sheet “%(sheet)s”. The file has: %(names)s.")
            raise DomainError(message % {"sheet": wanted, "names": ", ".join(names)}, field="sheet", code="sheet")
        chosen = wanted or _best_sheet(book, names)
        cells = book.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _refusal(_("This workbook cannot be opened. Save it again as .xlsx without a password.")) from error
    texts = [[cell_text(cell) for cell in row] for row in cells]
    at = heading_row(texts[:LOOKED_AT])
    while texts[at] and not texts[at][-1]:
        texts = [row[:-1] for row in texts]
    headings = unique_headings(texts[at])
    body = [(number, row) for number, row in enumerate(texts[at + 1 :], start=at + 2) if any(row)]
    columns = [[row[place] for _number, row in body] for place in range(len(headings))]
    rows = pa.array([number for number, _row in body], pa.int32())
    return _tidy(Sheet(headings, _text_table(columns), rows, name=chosen, sheets=names))


def _best_sheet(book: Any, names: list[str]) -> str:
    """The sheet whose first rows hold the most words we know; of equals the first."""
    known = known_headings()

    def score(name: str) -> int:
        rows = book.get_sheet_by_name(name).to_python(nrows=LOOKED_AT)
        return max((sum(normal(cell_text(cell)) in known for cell in row) for row in rows), default=-1)

    return max(names, key=score)


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


def _read_parquet(content: bytes) -> Sheet:
    try:
        table = pa_parquet.read_table(io.BytesIO(content))
    except pa.ArrowInvalid as error:
        raise _refusal(_("This Parquet file cannot be opened.")) from error
    columns = {str(at): pc.fill_null(column.cast(pa.string()), "") for at, column in enumerate(table.columns)}
    rows = pa.array(range(2, table.num_rows + 2), pa.int32())
    return _tidy(Sheet(unique_headings(table.column_names), pa.table(columns), rows))


def _tidy(sheet: Sheet) -> Sheet:
    """Texts without spaces around them, zero bytes and no-break spaces; rows with nothing in them are left out."""
    plain = [
        pc.utf8_trim_whitespace(pc.replace_substring(pc.replace_substring(column, "\0", ""), "\u00a0", " "))
        for column in sheet.table.columns
    ]
    sheet.table = pa.table(dict(zip(sheet.table.column_names, plain, strict=True))).combine_chunks()
    if not plain:
        return sheet
    filled = pc.not_equal(sheet.table.column(0), "")
    for column in sheet.table.columns[1:]:
        filled = pc.or_(filled, pc.not_equal(column, ""))
    if not pc.all(filled).as_py():
        sheet.table, sheet.rows = sheet.table.filter(filled), sheet.rows.filter(filled.combine_chunks())
    return sheet
