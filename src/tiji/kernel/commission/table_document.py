"""The fields and tables that a plan gives its formulas, from and to its document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from re import fullmatch
from typing import Any, get_args

from tiji.kernel.commission import plan as model
from tiji.kernel.commission.kinds import FieldKind
from tiji.kernel.commission.plan import EventField, NamedTable
from tiji.kernel.commission.reading import Reader
from tiji.kernel.commission.scopes import RESERVED
from tiji.kernel.engine.formulas import Band, Bands, CurveTable, GridTable, StepTable, Table, Words, WordTable

KINDS = ("steps", "curve", "words", "grid")
VALUE_DIGITS = 8
_NAME = r"[^\W\d_]\w{0,59}"


def read_fields(top: Reader, taken: set[str]) -> tuple[EventField, ...]:
    """`fields: {days_past_due: count, cost: money}`"""
    found = []
    for name, kind in top.named("fields"):
        where = f"fields.{name}"
        if not fullmatch(_NAME, name) or name in RESERVED or name in taken:
            top.wrong(where, "field", value=name, taken=", ".join((*RESERVED, *sorted(taken))))
        elif kind not in get_args(FieldKind):
            top.wrong(where, "choice", value=kind, choices=", ".join(get_args(FieldKind)))
        else:
            found.append(EventField(name, kind))
    return tuple(found)


def read_tables(top: Reader) -> tuple[NamedTable, ...]:
    """`tables: {overdue: {kind: steps, rows: [{from: "0", to: "30", value: "1"}, …]}}`"""
    found = []
    for name, value in top.named("tables"):
        reader = Reader(value, top.at(f"tables.{name}"), top.problems)
        if not fullmatch(_NAME, name) or name in RESERVED:
            top.wrong(f"tables.{name}", "field", value=name, taken=", ".join(RESERVED))
        table = _table(reader)
        if table is not None:
            found.append(NamedTable(name, table))
        reader.nothing_else()
    return tuple(found)


def _table(reader: Reader) -> Table | None:
    match reader.choice("kind", KINDS):
        case "steps":
            return StepTable(_bands(reader, "value"))
        case "curve":
            return CurveTable(_points(reader) if reader.has("points") else _curve(reader))
        case "words":
            return _words(reader)
        case "grid":
            return _grid(reader)
    return None


def _bands(reader: Reader, value: str | None, *, may_end: bool = False) -> Bands:
    """Rows from low to high; what they leave out is 0 if `gap: zero` says so. A curve that ends stays where it is."""
    gap = reader.choice("gap", get_args(model.Gap), "refuse")
    tie = reader.choice("tie", get_args(model.Tie), "lower")
    scaled = reader.choice("unit", get_args(model.Unit), "amount") == "attainment"
    bands: list[Band] = []
    end: Decimal | None = None
    for index, row in enumerate(reader.groups("rows")):
        low = row.decimal("from", VALUE_DIGITS) or Decimal(0)
        high = row.decimal("to", VALUE_DIGITS, None)
        worth = (row.decimal(value, VALUE_DIGITS) if value else None) or Decimal(0)
        row.nothing_else()
        if high is not None and high <= low:
            row.wrong("to", "above_from")
        if index == 0 and low > 0:
            end = Decimal(0)
        if index and (end is None or low < end):
            row.wrong("from", "overlap", value=low)
        elif end is not None and low > end:
            if gap == "refuse":
                row.wrong("from", "gap", low=end, high=low)
            bands.append(Band(end, low, Decimal(0)))
        bands.append(Band(low, high, worth))
        end = high
    if bands and bands[-1].high is not None:
        if gap == "refuse" and not may_end:
            reader.wrong(f"rows[{len(bands) - 1}].to", "open_end", value=bands[-1].high)
        bands.append(Band(bands[-1].high, None, Decimal(0)))
    return Bands(tuple(bands) or (Band(Decimal(0), None, Decimal(0)),), tie, scaled)


def _curve(reader: Reader) -> Bands:
    """Rows of amounts: a band that is crossed pays all of its amount, the last one reached its part of it."""
    bands = _bands(reader, "amount", may_end=True)
    risen, lines = Decimal(0), []
    for band in bands.bands:
        lines.append(Band(band.low, band.high, risen, risen + band.value if band.high is not None else risen))
        risen += band.value if band.high is not None else Decimal(0)
    return Bands(tuple(lines), bands.tie, bands.scaled)


def _points(reader: Reader) -> Bands:
    """Points with straight lines between; nothing below the first (`below: first`: as there), flat above the last."""
    scaled = reader.choice("unit", get_args(model.Unit), "amount") == "attainment"
    below = reader.choice("below", ("zero", "first"), "zero")
    tie = reader.choice("tie", get_args(model.Tie), "upper")
    points = []
    for row in reader.groups("points"):
        points.append((row.decimal("at", VALUE_DIGITS) or Decimal(0), row.decimal("value", VALUE_DIGITS) or Decimal(0)))
        if len(points) > 1 and points[-1][0] <= points[-2][0]:
            row.wrong("at", "overlap", value=points[-1][0])
        row.nothing_else()
    if not points:
        return Bands((Band(Decimal(0), None, Decimal(0)),), tie, scaled)
    bands = []
    first = points[0][1] if below == "first" else Decimal(0)
    if points[0][0] > 0:
        bands.append(Band(Decimal(0), points[0][0], first, first))
    for (low, value), (high, end) in pairwise(points):
        bands.append(Band(low, high, value, end))
    bands.append(Band(points[-1][0], None, points[-1][1], points[-1][1]))
    return Bands(tuple(bands), tie, scaled)


def _words(reader: Reader) -> WordTable:
    values: dict[str, Decimal] = {}
    for row in reader.groups("rows"):
        word = row.text("word")
        if word in values:
            row.wrong("word", "twice", value=word)
        values[word] = row.decimal("value", VALUE_DIGITS) or Decimal(0)
        row.nothing_else()
    return WordTable(tuple(values.items()), reader.decimal("otherwise", VALUE_DIGITS, Decimal(0)) or Decimal(0))


def _grid(reader: Reader) -> GridTable:
    """`axes: [{words: [A, B]}, {rows: [{from, to}, …]}]` and `values`, nested like the axes."""
    axes: list[Bands | Words] = []
    for axis in reader.groups("axes"):
        axes.append(Words(axis.codes("words")) if axis.has("words") else _bands(axis, None))
        axis.nothing_else()
    if not 2 <= len(axes) <= 3:
        reader.wrong("axes", "size", expected="2 – 3", given=len(axes))
    sizes = [len(axis.words) if isinstance(axis, Words) else len(axis.bands) for axis in axes]
    values: list[Decimal] = []
    _fill(reader, "values", reader.raw("values"), sizes, values)
    otherwise = reader.decimal("otherwise", VALUE_DIGITS, Decimal(0)) or Decimal(0)
    return GridTable(tuple(axes), tuple(values), otherwise)


def _fill(reader: Reader, where: str, given: Any, sizes: list[int], values: list[Decimal]) -> None:
    if not sizes:
        values.append(Reader({where: given}, reader.path, reader.problems).decimal(where, VALUE_DIGITS) or Decimal(0))
        return
    rows = given if isinstance(given, list | tuple) else []
    if len(rows) != sizes[0]:
        reader.wrong(where, "size", expected=sizes[0], given=len(rows))
    for index in range(sizes[0]):
        _fill(reader, f"{where}[{index}]", rows[index] if index < len(rows) else "0", sizes[1:], values)


def table_dict(table: Table) -> dict[str, Any]:
    """A table's document, which reads back as the same table."""
    match table:
        case StepTable(bands=bands):
            rows = [_row(band) | {"value": str(band.value)} for band in bands.bands]
            return {"kind": "steps", **_way(bands), "rows": rows}
        case CurveTable(bands=bands):
            points = [{"at": str(band.low), "value": str(band.value)} for band in bands.bands]
            return {"kind": "curve", **_way(bands), "points": points} if _joined(bands) else _rows_of(bands)
        case WordTable():
            rows = [{"word": word, "value": str(value)} for word, value in table.values]
            return {"kind": "words", "rows": rows, "otherwise": str(table.otherwise)}
        case GridTable():
            return _grid_dict(table)


def _way(bands: Bands) -> dict[str, str]:
    return {"unit": "attainment" if bands.scaled else "amount", "tie": bands.tie}


def _row(band: Band) -> dict[str, str]:
    return {"from": str(band.low)} | ({"to": str(band.high)} if band.high is not None else {})


def _joined(bands: Bands) -> bool:
    """Whether each line begins where the one before ended, so that points say it all."""
    ends = [band.end for band in bands.bands[:-1]]
    return ends == [band.value for band in bands.bands[1:]] and bands.bands[0].low == 0


def _rows_of(bands: Bands) -> dict[str, Any]:
    """A curve with a jump, which only points with `below: zero` make: what lies below the first is left out."""
    points = [{"at": str(band.low), "value": str(band.value)} for band in bands.bands[1:]]
    return {"kind": "curve", **_way(bands), "points": points}


def _grid_dict(table: GridTable) -> dict[str, Any]:
    axes: list[Mapping[str, Any]] = []
    for axis in table.axes:
        if isinstance(axis, Words):
            axes.append({"words": list(axis.words)})
        else:
            axes.append({"tie": axis.tie, "rows": [_row(band) for band in axis.bands]})
    sizes = [len(axis.words) if isinstance(axis, Words) else len(axis.bands) for axis in table.axes]
    values: list[Any] = [str(value) for value in table.values]
    for size in reversed(sizes[1:]):
        values = [values[at : at + size] for at in range(0, len(values), size)]
    return {"kind": "grid", "axes": axes, "values": values, "otherwise": str(table.otherwise)}
