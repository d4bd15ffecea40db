"""The plan as a workbook and back: one row a node and kind, months as columns, keys in hidden columns."""

import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from tiji.apps.targets.display import amounts
from tiji.apps.targets.display.planning import GridPage
from tiji.apps.targets.models import TargetPlan
from tiji.apps.targets.selectors.grids import from_units
from tiji.kernel.money import round_half_away
from tiji.kernel.targets import Cell
from tiji.shared.errors import DomainError

HEAD = 2  # rows above the first node
FIXED = ("node", "kind")
NAMES = 4  # hidden keys, name, kind
MOST_BYTES = 5_000_000


@dataclass
class Preview:
    """What a file would change, and what is wrong in it."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    cells: dict[Cell, Decimal | None] = field(default_factory=dict)


def workbook_of(page: GridPage) -> bytes:
    """The version as the viewer sees it: his rows, the year and the months of each kind, in whole money."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(_("Targets")[:31])
    plan, grid = page.frame.plan, page.opened.grid
    places = "#,##0.00" if plan.places else "#,##0"
    style = {
        "head": book.add_format({"bold": True, "bg_color": "#EEF1F7", "border": 1}),
        "open": book.add_format({"num_format": places, "locked": False}),
        "typed": book.add_format({"num_format": places, "locked": False, "bold": True, "bg_color": "#E8EEFF"}),
        "shut": book.add_format({"num_format": places, "font_color": "#777777", "bg_color": "#F3F3F3"}),
    }
    periods = [str(plan.fiscal_year), *(month.key for month in page.frame.months)]
    sheet.write_row(0, 0, ["tiji-targets", plan.pk, plan.measure, plan.fiscal_year])
    names = ["node", "kind", _("Unit or person"), _("Kind")]
    for column, title in enumerate([*names, *periods]):
        sheet.write_string(1, column, title, style["head"])
    row = HEAD
    labels = {"existing": _("Existing"), "new": _("New customers")}
    for node in page.nodes:
        for kind in grid.setup.kinds:
            name = "    " * (node.depth - page.frame.base) + str(page.label(node.key))
            for column, text in enumerate((node.key, kind, name, labels[kind])):
                sheet.write_string(row, column, text)
            _write_cells(sheet, row, page, Cell(node.key, "", kind), periods, style)
            row += 1
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.set_column(0, 1, None, None, {"hidden": True})
    sheet.set_column(2, 2, 30)
    sheet.set_column(3, 3, 10)
    sheet.set_column(NAMES, NAMES + len(periods), 14)
    sheet.freeze_panes(HEAD, NAMES)
    book.close()
    return buffer.getvalue()


def _write_cells(sheet: Any, row: int, page: GridPage, cell: Cell, periods: list[str], style: dict[str, Any]) -> None:
    plan, grid = page.frame.plan, page.opened.grid
    typed = grid.typed.get((cell.node, cell.kind)) or {}
    for at, period in enumerate(periods):
        units = grid.amount(cell.node, period, cell.kind)
        shut = period in page.opened.version.locked_months or cell.node not in page.frame.may_type
        look = style["shut"] if shut else style["typed"] if grid.setup.span(period) in typed else style["open"]
        if units is None:
            sheet.write_blank(row, NAMES + at, None, look)
        else:
            # A cell of a workbook is a binary number anyway: 15 digits, more than a target has.
            sheet.write_number(row, NAMES + at, float(from_units(plan, units)), look)


def preview_of(page: GridPage, content: bytes) -> Preview:
    """Compare a file with the version. Raises: DomainError when it is not a workbook of this plan."""
    rows = _rows_of(content)
    plan = page.frame.plan
    mark = [str(value) for value in rows[0][:2]] if rows else []
    if len(mark) < 2 or mark[0] != "tiji-targets" or _whole(mark[1]) != str(plan.pk):
        raise DomainError(
            _("This is not an export of this plan. Export it, fill it in, and load that file."), field="file"
        )
    if len(rows) < HEAD or [str(value) for value in rows[1][:2]] != list(FIXED):
        raise DomainError(_("The columns of keys are missing. Do not delete hidden columns."), field="file")
    periods = [_whole(str(value)) for value in rows[1][NAMES:]]
    found = Preview()
    for at, row in enumerate(rows[HEAD:], start=HEAD + 1):
        _read_row(page, found, at, row, periods)
    return found


def _whole(text: str) -> str:
    return text.removesuffix(".0")


def _rows_of(content: bytes) -> list[list[Any]]:
    if len(content) > MOST_BYTES:
        raise DomainError(_("The file is larger than a plan can be."), field="file")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise DomainError(_("This file cannot be read as a workbook (.xlsx)."), field="file") from error


def _read_row(page: GridPage, found: Preview, line: int, row: list[Any], periods: list[str]) -> None:
    node, kind = (str(value) for value in [*row, "", ""][:2])
    if not node and not kind:
        return
    grid = page.opened.grid
    if node not in {one.key for one in page.nodes} or kind not in grid.setup.kinds:
        found.errors.append({"cell": f"A{line}", "text": _("This row is not in the plan.")})
        return
    for at, period in enumerate(periods):
        if period in grid.setup.spans:
            value = row[NAMES + at] if NAMES + at < len(row) else ""
            _read_cell(page, found, f"{_column(NAMES + at)}{line}", Cell(node, period, kind), value)


def _read_cell(page: GridPage, found: Preview, place: str, cell: Cell, value: Any) -> None:
    plan, grid = page.frame.plan, page.opened.grid
    units = grid.amount(*cell)
    now = None if units is None else from_units(plan, units)
    try:
        new = _amount(plan, value)
    except DomainError as error:
        found.errors.append({"cell": place, "text": str(error.message)})
        return
    if new == now:
        return
    words = {"cell": place, "label": str(page.label(cell.node)), "period": cell.period, "kind": cell.kind}
    words["when"] = page.period_words(cell.period)
    first, after = grid.setup.span(cell.period)
    if all(month in grid.setup.closed for month in range(first, after)):
        found.errors.append({"cell": place, "text": _("This month is closed. Its target stands.")})
    elif cell.node not in page.frame.may_type:
        found.errors.append({"cell": place, "text": _("You can read this row, not change it.")})
    else:
        found.cells[cell] = new
        found.changes.append({**words, "before": amounts.full(plan, now), "after": amounts.full(plan, new)})


def _amount(plan: TargetPlan, value: Any) -> Decimal | None:
    """A workbook's number, rounded to the cent. Raises: DomainError."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        if not isinstance(value, str):
            raise DomainError(_("This is not an amount."))
        try:
            value = Decimal(value.replace(",", "").strip())
        except ArithmeticError:
            raise DomainError(_("“%(text)s” is not an amount. Type a number.") % {"text": str(value)[:40]}) from None
    amount = Decimal(str(value))
    if not amount.is_finite() or amount < 0:
        raise DomainError(_("A target is 0 or more."))
    if plan.places == 0 and amount != amount.to_integral_value():
        raise DomainError(_("Type whole customers."))
    if amount >= 10**13:
        raise DomainError(_("This is more than can be kept."))
    return round_half_away(amount, plan.places)


def _column(at: int) -> str:
    """A column's letter, from 0."""
    return chr(ord("A") + at) if at < 26 else "A" + chr(ord("A") + at - 26)
