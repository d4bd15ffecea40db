"""A draft as cards to fill in: its components, its tables, and a payee's month."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tiji.apps.incentives.display.plan_fields import TABLE_KINDS
from tiji.apps.incentives.display.plan_paths import can_be_named, value_at
from tiji.apps.incentives.pages.plan_cells import Block, Card, Cell, Grid, Row, Sheet
from tiji.apps.incentives.pages.plan_drafts import PLACE, Draft, axis_places
from tiji.apps.incentives.selectors.events import EVENT_FIELDS
from tiji.kernel.commission import PlanProblem

MOST_ROWS = 200
CELL_KINDS: dict[str, Any] = {
    "is": gettext_lazy("A value"),
    "pays": gettext_lazy("An amount that is earned"),
    "sum_of": gettext_lazy("A sum over people"),
    "share_out": gettext_lazy("An amount that people share"),
    "contest": gettext_lazy("Prizes for the best"),
}
STEP_KINDS: dict[str, Any] = {
    "floor": gettext_lazy("Guarantee"),
    "ceiling": gettext_lazy("Ceiling"),
    "draw": gettext_lazy("Draw"),
    "hold": gettext_lazy("Holdback"),
    "debt": gettext_lazy("Recovery"),
    "below_zero": gettext_lazy("Below zero"),
}
CELL_FIELDS = {
    "is": ("is", "title", "title_en"),
    "pays": ("pays", "to_date", "title", "title_en"),
    "sum_of": ("sum_of", "by"),
    "share_out": ("share_out", "weight", "by", "title", "title_en"),
    "contest": ("contest", "prizes", "ties", "by", "when", "title", "title_en"),
}
STEP_FIELDS = {
    "floor": ("floor", "when"),
    "ceiling": ("ceiling", "excess"),
    "draw": ("draw", "when", "recoverable", "recover", "recover_when", "limit"),
    "hold": ("hold", "release", "forfeit"),
    "debt": ("debt", "limit"),
    "below_zero": ("below_zero",),
}
CREDIT = ("event", "business", "role", "share")
RARE = (
    "credit.sharing",
    "credit.levels",
    "credit.hierarchy",
    "credit.when",
    "credit.value",
    "pays",
    "factor",
    "credit.valid_from",
    "credit.valid_until",
)
# What holds as a rule of the choices among them.
USUAL = ("split", "event")
RARE_FLAG = "credit.over_assignment"


@dataclass
class Design:
    """Everything that the form shows. `left` are problems without a field, `kept` what only YAML shows."""

    head: Block
    components: list[Card]
    tables: list[Card]
    fields: Grid
    facts: Grid
    cells: list[Card]
    payment: list[Card]
    left: list[tuple[str, str]]
    kept: list[str]
    offered: list[tuple[str, str]]


def design_of(draft: Draft, problems: list[PlanProblem]) -> Design:
    """The draft's cards, each with what is wrong at its fields."""
    sheet = Sheet(draft, problems)
    components = list(_components(sheet))
    tables, kept = _tables(sheet)
    fields = _named(sheet, "fields", [])
    design = Design(
        head=Block(_("The plan"), sheet.cells("", ("currency", "fiscal_start_month", "title", "title_en"))),
        components=components,
        tables=tables,
        fields=fields,
        facts=_named(sheet, "facts", ["kind", "optional"]),
        cells=list(_typed(sheet, "cells", CELL_KINDS, CELL_FIELDS)),
        payment=list(_typed(sheet, "payment", STEP_KINDS, STEP_FIELDS)),
        left=[],
        kept=kept,
        offered=_offered(sheet),
    )
    design.left = sheet.left()
    return design


def _offered(sheet: Sheet) -> list[tuple[str, str]]:
    """What events of this company say besides, and the draft does not use yet."""
    known = sheet.tree.get("fields")
    return [(f"add:fields:{name}", name) for name in EVENT_FIELDS if not isinstance(known, dict) or name not in known]


def _components(sheet: Sheet) -> Iterator[Card]:
    for at, part in enumerate(_list(sheet.tree.get("components"))):
        path = f"components[{at}]"
        if not isinstance(part, dict):
            yield Card(path, _("Component %(name)s") % {"name": at + 1}, "", [], sheet.take(path))
            continue
        blocks = [
            Block("", sheet.cells(path, ("title", "title_en", "code"))),
            Block(_("What counts"), sheet.cells(f"{path}.credit", CREDIT), error=sheet.take(f"{path}.credit")),
            Block(
                _("Added up and measured"),
                [sheet.cell(f"{path}.measure.interval"), sheet.cell(f"{path}.quota.code")],
                error=f"{sheet.take(f'{path}.measure')} {sheet.take(f'{path}.quota')}".strip(),
            ),
            _rate(sheet, path, part),
            Block(_("How it is paid"), sheet.cells(path, ("pay.basis", "pay.interval", "rounding", "cap.amount"))),
            _rare(sheet, path),
        ]
        title = str(part.get("title") or part.get("code") or at + 1)
        yield Card(path, title, _("Component"), blocks, sheet.take(path))


def _rare(sheet: Sheet, path: str) -> Block:
    """What few components say, folded away where nothing of it is said."""
    cells = sheet.cells(path, (*RARE, RARE_FLAG))
    said = any((cell.value and cell.value not in USUAL) or cell.error for cell in cells)
    return Block(_("Formulas, days and exceptions"), cells, folded=not said, foldable=True)


def _rate(sheet: Sheet, path: str, part: dict[str, Any]) -> Block:
    where = f"{path}.rate"
    if not isinstance(part.get("rate"), dict):
        return Block(_("Rate table"), adds=[(f"add:{where}", _("Add a rate table"))], error=sheet.take(where))
    fixed = value_at(part, "pay.basis") == "fixed"
    value = "amount" if fixed else "rate"
    adds = [(f"add:{where}.steps", _("Add a step"))]
    grid = sheet.grid(f"{where}.steps", _("Steps"), ("from", "to", value), adds)
    cells = sheet.cells(where, ("mode", "unit", "tie", "gap"))
    removes = f"remove:{where}" if part.get("pays") else ""
    return Block(_("Rate table"), cells, grid, removes, error=sheet.take(where))


def _tables(sheet: Sheet) -> tuple[list[Card], list[str]]:
    """Every table with its rows; those that are too long or odd for a form stay in the YAML."""
    cards, kept = [], []
    tables = sheet.tree.get("tables")
    for name, table in (tables if isinstance(tables, dict) else {}).items():
        blocks = _table(sheet, f"tables.{name}", table) if can_be_named(str(name)) else None
        if blocks is None:
            kept.append(str(name))
            continue
        path = f"tables.{name}"
        head = Block("", [sheet.name_cell(path, _("Name of the table"))])
        head.cells[0].hidden_label = False
        kinds = {key: str(label) for key, label in TABLE_KINDS()}
        title = pgettext("pay", "Table %(name)s") % {"name": name}
        cards.append(Card(path, title, kinds.get(table.get("kind"), ""), [head, *blocks], sheet.take(path)))
    return cards, kept


def _table(sheet: Sheet, path: str, table: Any) -> list[Block] | None:
    if not isinstance(table, dict) or any(len(_list(table.get(name))) > MOST_ROWS for name in ("rows", "points")):
        return None
    build = _TABLES.get(table.get("kind", ""))
    return build(sheet, path, table) if build else None


def _steps(sheet: Sheet, path: str, _table: Any) -> list[Block]:
    return [_banded(sheet, path, "value")]


def _curve(sheet: Sheet, path: str, table: dict[str, Any]) -> list[Block]:
    if "points" not in table:
        return [_banded(sheet, path, "amount")]
    adds = [(f"add:{path}.points", _("Add a point"))]
    grid = sheet.grid(f"{path}.points", _("Points"), ("at", "value"), adds)
    return [Block("", sheet.cells(path, ("unit", "below", "tie")), grid)]


def _words(sheet: Sheet, path: str, _table: Any) -> list[Block]:
    grid = sheet.grid(f"{path}.rows", _("Rows"), ("word", "value"), [(f"add:{path}.rows:word", _("Add a row"))])
    return [Block("", sheet.cells(path, ("otherwise",)), grid)]


def _banded(sheet: Sheet, path: str, value: str) -> Block:
    adds = [(f"add:{path}.rows", _("Add a row"))]
    grid = sheet.grid(f"{path}.rows", _("Rows"), ("from", "to", value), adds)
    return Block("", sheet.cells(path, ("unit", "tie", "gap")), grid)


def _matrix(sheet: Sheet, path: str, table: dict[str, Any]) -> list[Block] | None:
    axes = _list(table.get("axes"))
    if len(axes) != 2 or any(not isinstance(axis, dict) or axis_places(axis) > MOST_ROWS for axis in axes):
        return None
    blocks = [_axis(sheet, f"{path}.axes[{at}]", axis, at) for at, axis in enumerate(axes)]
    down, across = (_places(axis) for axis in axes)
    rows = []
    for at, name in enumerate(down):
        cells = []
        for to, other in enumerate(across):
            cell = sheet.cell(f"{path}.values[{at}][{to}]", label=f"{name} · {other}", hidden_label=True)
            cells.append(cell)
        rows.append(Row("", cells, name, sheet.take(f"{path}.values[{at}]")))
    values = Grid(f"{path}.values", _("Values"), across, rows, [], sheet.take(f"{path}.values"), ordered=False)
    return [*blocks, Block(_("Values"), sheet.cells(path, ("otherwise",)), values, error=sheet.take(f"{path}.axes"))]


_TABLES: dict[str, Callable[[Sheet, str, dict[str, Any]], list[Block] | None]] = {
    "steps": _steps,
    "curve": _curve,
    "words": _words,
    "grid": _matrix,
}


def _axis(sheet: Sheet, path: str, axis: dict[str, Any], at: int) -> Block:
    title = _("Down") if at == 0 else _("Across")
    if "words" in axis:
        return Block(title, sheet.cells(path, ("words",)), error=sheet.take(path))
    grid = sheet.grid(f"{path}.rows", title, ("from", "to"), [(f"add:{path}.rows", _("Add a row"))])
    return Block(title, sheet.cells(path, ("unit", "tie")), grid, error=sheet.take(path))


def _places(axis: dict[str, Any]) -> list[str]:
    if isinstance(axis.get("words"), list):
        return [str(word) for word in axis["words"]]
    rows = [row if isinstance(row, dict) else {} for row in _list(axis.get("rows"))]
    return [f"{row.get('from', '')} – {row.get('to') or ''}" for row in rows]


def _named(sheet: Sheet, name: str, more: list[str]) -> Grid:
    """Names that the author chose, each with its kind."""
    found = sheet.tree.get(name)
    rows = []
    for key in found if isinstance(found, dict) else {}:
        path = f"{name}.{key}"
        if not can_be_named(str(key)):
            continue
        places = [f"{path}.{one}" for one in more] or [path]
        first = sheet.name_cell(path, _("Name"))
        cells = [first, *(sheet.cell(place, hidden_label=True) for place in places)]
        for cell in cells:
            cell.label = f"{key}: {cell.label}"
        rows.append(Row(path, cells, str(key)))
    heads = [pgettext("pay", "Name"), _("Kind"), *([_("May be missing")] if more else [])]
    title = _("What is known of a person") if name == "facts" else _("What formulas know of an event")
    adds = [("add:facts", _("Add a fact"))] if name == "facts" else []
    return Grid(name, title, heads, rows, adds, sheet.take(name))


def _typed(sheet: Sheet, name: str, kinds: dict[str, Any], fields: dict[str, tuple[str, ...]]) -> Iterator[Card]:
    """Entries of which each is of one kind: calculations, and steps of the payment."""
    for at, part in enumerate(_list(sheet.tree.get(name))):
        path = f"{name}[{at}]"
        word = next((one for one in fields if isinstance(part, dict) and one in part), "")
        kind = Cell(f"{PLACE}{path}#word", _("Kind"), "choice", word, redraw=True)
        kind.choices = [*([] if word else [("", "—")]), *((key, str(label)) for key, label in kinds.items())]
        cells = [kind]
        if isinstance(part, dict):
            cells += sheet.cells(path, ("code", *fields.get(word, ())))
        title = str(part.get("title") or part.get("code") or at + 1) if isinstance(part, dict) else str(at + 1)
        yield Card(path, title, str(kinds.get(word, "")), [Block("", cells)], sheet.take(path))


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
