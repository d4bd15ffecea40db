"""A file as a table of texts: which sheet, which encoding, which delimiter, where the headings stand."""

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tiji.apps.exchange.services.imports.headings import known_headings, normal
from tiji.apps.exchange.services.imports.problems import Problem
from tiji.apps.exchange.services.imports.workbooks import (
    LOOKED_AT,
    best_sheet,
    is_web_page,
    is_workbook,
    open_workbook,
    refusal,
    texts_of,
)
from tiji.shared.errors import DomainError

DELIMITERS = ",;\t|"
SPREADSHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
PARQUET = ".parquet"
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

VERDICT = _lazy("To mend (this column is not loaded)")
"""The last column of a file of wrong rows."""


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
        raise refusal(_("This file is empty. Save it again, and hand that in."))
    if suffix not in (*SPREADSHEETS, *TEXTS, PARQUET):
        raise refusal(_("Choose a CSV file or an Excel workbook."))
    if suffix == PARQUET:
        found = _read_parquet(content)
    elif is_workbook(content):
        found = _read_workbook(content, sheet)
    elif is_web_page(content):
        raise refusal(_("This is a web page, not a table. Open it in Excel and save it as .xlsx."))
    else:
        found = _read_text(content)
    _drop_verdict(found)
    if not found.count:
        raise refusal(_("There are headings but no rows below them. Fill in rows, or choose the sheet that has them."))
    return found


def _drop_verdict(sheet: Sheet) -> None:
    """A mended file of wrong rows is read like the file it came from."""
    verdicts = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            verdicts.add(str(VERDICT))
    if sheet.headings and sheet.headings[-1] in verdicts:
        sheet.headings = sheet.headings[:-1]
        sheet.table = sheet.table.remove_column(sheet.table.num_columns - 1)


def _read_text(content: bytes) -> Sheet:
    encoding, text = decoded(content)
    delimiter = sniff_delimiter(text)
    _require_closed(text, delimiter)
    cells, at = headings_of(_some_rows(text, delimiter, LOOKED_AT))
    headings = unique_headings(cells)
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
    raise refusal(_("This is no text file in UTF-8 or GB18030. Save it as CSV UTF-8 or as an Excel workbook."))


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        message = _("The file says it is %(encoding)s but is not. Save it again as CSV UTF-8.")
        raise refusal(message % {"encoding": encoding}) from error


def sniff_delimiter(text: str) -> str:
    """The delimiter by which the first rows fall into the most columns alike."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in _some_rows(text, delimiter, LOOKED_AT) if any(row))
        if not widths:
            return (0, 0)
        width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
        return (times * (width > 1), width)

    return max(DELIMITERS, key=score)


def _require_closed(text: str, delimiter: str) -> None:
    """Raises: DomainError where a quotation mark is opened and never closed: it would swallow all rows below it."""
    if text.count('"') % 2 == 0:
        return
    number = 0
    try:
        for number, _row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):  # noqa: B007
            pass
    except csv.Error:
        message = _("A quotation mark opened in row %(row)s is never closed. Close it, or take it out.")
        raise refusal(message % {"row": number + 1}) from None


def _some_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    sample = text[: 256 * 1024]
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            rows.append([cell.strip() for cell in row])
            if len(rows) == count:
                break
    except csv.Error as error:
        raise _unreadable(len(rows) + 1) from error
    return rows


def _unreadable(row: int) -> DomainError:
    """The one thing Python's reader refuses is a cell longer than any text: mostly a quotation mark left open."""
    message = _("Row %(row)s has a cell of more than %(most)s characters. Look for a quotation mark left open.")
    return refusal(message % {"row": row, "most": csv.field_size_limit()})


def headings_of(head: list[list[str]]) -> tuple[list[str], int]:
    """The headings, and where the last row of them stands: headings of two rows become one, the lower word first.

    Raises: DomainError if no row looks like headings.
    """
    at = heading_row(head)
    cells = list(head[at])
    if at + 1 < len(head) and _all_known(head[at + 1]):
        below = head[at + 1] + [""] * (len(cells) - len(head[at + 1]))
        above = cells + [""] * (len(below) - len(cells))
        return [low or high for low, high in zip(below, above, strict=True)], at + 1
    if at:
        known = known_headings()
        above = head[at - 1][: len(cells)] + [""] * (len(cells) - len(head[at - 1]))
        cells = [cell or (up if normal(up) in known else "") for cell, up in zip(cells, above, strict=True)]
    return cells, at


def _all_known(row: list[str]) -> bool:
    """Two or more headings and nothing else."""
    words = [normal(cell) for cell in row if cell]
    return len(words) > 1 and known_headings().issuperset(words)


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
    raise refusal(_("No row of headings was found. Name each column in the first row."))


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
    number = 0
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
        raise _unreadable(number + 1) from error
    return _text_table(columns), pa.array(rows, pa.int32()), torn


def _text_table(columns: list[list[str]]) -> pa.Table:
    return pa.table({str(at): pa.array(column, pa.string()) for at, column in enumerate(columns)})


def _read_workbook(content: bytes, wanted: str) -> Sheet:
    book = open_workbook(content)
    names = list(book.sheet_names)
    if wanted and wanted not in names:
        message = _("There is no sheet “%(sheet)s”. The file has: %(names)s.")
        raise DomainError(message % {"sheet": wanted, "names": ", ".join(names)}, field="sheet", code="sheet")
    chosen = wanted or best_sheet(book)
    texts = texts_of(book, content, chosen)
    cells, at = headings_of(texts[:LOOKED_AT])
    while cells and not cells[-1] and not any(row[len(cells) - 1] for row in texts[at + 1 :]):
        cells.pop()
    headings = unique_headings(cells)
    body = [(number, row) for number, row in enumerate(texts[at + 1 :], start=at + 2) if any(row)]
    columns = [[row[place] for _number, row in body] for place in range(len(headings))]
    rows = pa.array([number for number, _row in body], pa.int32())
    return _tidy(Sheet(headings, _text_table(columns), rows, name=chosen, sheets=names))


def _read_parquet(content: bytes) -> Sheet:
    try:
        table = pa_parquet.read_table(io.BytesIO(content))
    except pa.ArrowInvalid as error:
        raise refusal(_("This Parquet file cannot be opened. Save it as CSV, and hand that in.")) from error
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
