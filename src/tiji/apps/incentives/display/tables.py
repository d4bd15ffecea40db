"""A plan's own tables for people: where each row reaches, and what it gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from django.utils.translation import gettext as _

from tiji.kernel.commission import Plan
from tiji.kernel.engine.formulas import Bands, CurveTable, GridTable, StepTable, Table, Words, WordTable
from tiji.ui import formats


@dataclass(frozen=True)
class TableWords:
    """A table by its name, as rows of where and what."""

    name: str
    rows: list[tuple[str, str]]


def tables_of(plan: Plan) -> list[TableWords]:
    """Every table of the plan, in its order."""
    return [TableWords(named.name, list(_rows(named.table))) for named in plan.tables]


def _rows(table: Table) -> Iterator[tuple[str, str]]:
    match table:
        case StepTable(bands=bands):
            yield from ((reach, _number(band.value)) for reach, band in zip(_reaches(bands), bands.bands, strict=True))
        case CurveTable(bands=bands):
            for reach, band in zip(_reaches(bands), bands.bands, strict=True):
                ends = [band.value] if band.end is None or band.end == band.value else [band.value, band.end]
                yield reach, " → ".join(map(_number, ends))
        case WordTable():
            yield from ((word, _number(value)) for word, value in table.values)
            yield _("everything else"), _number(table.otherwise)
        case GridTable():
            axes = [axis.words if isinstance(axis, Words) else _reaches(axis) for axis in table.axes]
            yield from ((" · ".join(place), _number(table.values[at])) for at, place in enumerate(product(*axes)))


def _reaches(bands: Bands) -> list[str]:
    """From where to where each band reaches; limits that are shares of a quota as percents."""
    found = []
    for band in bands.bands:
        low, high = (_limit(bands, limit) for limit in (band.low, band.high))
        found.append(f"{low} – {high}" if high else _("over %(limit)s") % {"limit": low})
    return found


def _limit(bands: Bands, value: Decimal | None) -> str:
    if value is None:
        return ""
    return f"{_number(value * 100)}%" if bands.scaled else _number(value)


def _number(value: Decimal) -> str:
    """With as many decimals as it has."""
    plain = value.normalize()
    return formats.number(plain, max(0, -int(plain.as_tuple().exponent)))
