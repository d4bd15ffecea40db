"""Tables of a document that goes out as PDF and as a workbook: one definition, so both say the same.

In the workbook numbers are numbers and days are days; on paper they are written as on the pages.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

from tiji.shared import papers
from tiji.ui import formats
from tiji.ui.export import plain, write_cell

Kind = Literal["text", "amount", "rate", "count", "day"]
FORMATS: dict[str, str] = {"amount": "#,##0.00", "rate": "0.00######%", "count": "0", "day": "yyyy-mm-dd"}
_BAD_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class GridColumn:
    """`width` is its share of the paper's width, 0: not on paper; `filed`: whether the workbook has it."""

    label: str
    kind: Kind = "text"
    width: int = 10
    filed: bool = True


@dataclass(frozen=True, slots=True)
class Grid:
    """A table by its title: values as they are, a `foot` with the sums."""

    title: str
    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    foot: tuple[Any, ...] = ()


def grid_table(grid: Grid) -> papers.Table:
    """The grid on paper."""
    shown = [(at, column) for at, column in enumerate(grid.columns) if column.width]
    columns = tuple(
        papers.Column(column.label, column.width, right=column.kind in ("amount", "rate", "count"))
        for _at, column in shown
    )
    rows = tuple(tuple(written(row[at], column.kind) for at, column in shown) for row in grid.rows)
    foot = tuple(written(grid.foot[at], column.kind) for at, column in shown) if grid.foot else ()
    return papers.Table(columns, rows, foot)


def written(value: Any, kind: Kind) -> str:
    """A value as paper shows it; what is empty stays empty."""
    value = plain(value)
    if value is None or value == "":
        return ""
    if kind == "amount":
        return formats.number(value, 2)
    if kind == "rate":
        return rate_written(value)
    if kind == "day":
        return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
    return str(value)


def rate_written(rate: Decimal) -> str:
    """A share of 1 as a percentage with the decimals that it has, one at least: 1.6%, 2.25%."""
    shown = (rate * 100).normalize()
    return f"{formats.number(shown, max(1, -int(shown.as_tuple().exponent)))}%"


def workbook_of(facts: Grid, grids: Iterable[Grid]) -> Any:
    """An open file: a sheet of facts, then a sheet for every grid that has rows. Texts cannot become formulas."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (FileResponse closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": FORMATS["day"]})
    bold = book.add_format({"bold": True})
    shown = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
    for grid in (facts, *grids):
        if grid.rows:
            _write_sheet(book, grid, bold, shown)
    book.close()
    file.seek(0)
    return file


def _write_sheet(book: Any, grid: Grid, bold: Any, shown: dict[str, Any]) -> None:
    sheet = book.add_worksheet(grid.title.translate(_BAD_IN_NAMES)[:31])
    columns = [(at, column) for at, column in enumerate(grid.columns) if column.filed]
    for index, (_at, column) in enumerate(columns):
        sheet.set_column(index, index, 24 if column.kind == "text" else 15, shown.get(column.kind))
        sheet.write_string(0, index, column.label, bold)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate((*grid.rows, *([grid.foot] if grid.foot else [])), start=1):
        for index, (at, _column) in enumerate(columns):
            write_cell(sheet, line, index, plain(row[at]))
