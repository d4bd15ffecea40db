"""A sheet and a mapping become columns of values, with every wrong cell noted where it stands."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from tiji.apps.exchange.services.imports.context import Context, Parsed
from tiji.apps.exchange.services.imports.fields import ATTRIBUTE, Field, fields_of, missing_fields
from tiji.apps.exchange.services.imports.lookups import FINDERS, look_up
from tiji.apps.exchange.services.imports.sheets import Sheet
from tiji.apps.exchange.services.imports.values import READERS, Read, Reading, read_text, zone_named
from tiji.apps.organization.selectors.company import business_zone
from tiji.shared.errors import DomainError

FORMULA_ERROR = r"^(#(N/A|DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)|Err:\d{3})$"


def parse(sheet: Sheet, kind: str, mapping: Mapping[str, str], context: Context) -> Parsed:
    """Raises: DomainError at `mapping` when a required field has no column or two columns have the same field."""
    check_mapping(kind, sheet, mapping)
    fields = fields_of(kind)
    named = {field: heading for heading, field in mapping.items() if field in fields}
    parsed = Parsed(kind, sheet, {}, named, attributes=_attributes(sheet, mapping))
    zone = context.options.get("zone")
    reading = Reading(zone_named(zone) if zone else business_zone(), context.options.get("day_first"))
    for torn in sheet.torn:
        index = sheet.rows.index(torn.row).as_py()
        parsed.wrong.setdefault(index, []).append(torn)
    for name, heading in named.items():
        _read(parsed, fields[name], _sound(parsed, heading), reading, context)
    for heading in (heading for heading, name in mapping.items() if name == ATTRIBUTE):
        _sound(parsed, heading)
    return parsed


def check_mapping(kind: str, sheet: Sheet, mapping: Mapping[str, str]) -> None:
    """Raises: DomainError at `mapping` that says what to map."""
    fields = fields_of(kind)
    used = [field for field in mapping.values() if field in fields]
    twice = sorted({field for field in used if used.count(field) > 1})
    unknown = sorted(set(mapping.values()) - set(fields) - {ATTRIBUTE, ""})
    strange = sorted(set(mapping) - set(sheet.headings))
    message = ""
    if unknown:
        message = _("There is no field “%(name)s” to map to.") % {"name": unknown[0]}
    elif strange:
        message = _("There is no column “%(name)s” in this file.") % {"name": strange[0]}
    elif twice:
        message = _("Two columns are mapped to “%(name)s”. Keep one of them.") % {"name": fields[twice[0]].label}
    elif missing := missing_fields(kind, used):
        message = _("No column is mapped to “%(name)s”. Choose one.") % {"name": missing[0].label}
    if message:
        raise DomainError(message, field="mapping", code="mapping")


def _sound(parsed: Parsed, heading: str) -> pa.Array:
    """The column without the cells in which a formula failed: they are wrong, whatever they are read as."""
    column = _column(parsed.sheet, heading)
    broken = pc.match_substring_regex(column, FORMULA_ERROR)
    if not pc.any(broken).as_py():
        return column
    for index in pc.indices_nonzero(broken).to_pylist():
        message = _("A formula failed in this cell. Mend the formula, or type the value.")
        parsed.refuse_cell(index, heading, message)
        parsed.settled.add((index, heading))
    return pc.if_else(broken, "", column)


def _column(sheet: Sheet, heading: str) -> pa.Array:
    column = sheet.table.column(sheet.headings.index(heading))
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _read(parsed: Parsed, field: Field, column: pa.Array, reading: Reading, context: Context) -> None:
    if field.type in FINDERS:
        read: Read = look_up(column, field.type, context)
    elif field.type == "text":
        read = read_text(column, reading, field.longest)
    else:
        read = READERS[field.type](column, reading)
    parsed.columns[field.name] = read.values
    for index, message in read.wrong.items():
        parsed.refuse(index, field.name, message)
    if field.required:
        for index in pc.indices_nonzero(pc.equal(column, "")).to_pylist():
            parsed.refuse(index, field.name, _("This may not be empty."))


def _attributes(sheet: Sheet, mapping: Mapping[str, str]) -> list[dict[str, Any]] | None:
    kept = [heading for heading, field in mapping.items() if field == ATTRIBUTE]
    if not kept:
        return None
    columns = [_column(sheet, heading).to_pylist() for heading in kept]
    return [
        {heading: value for heading, value in zip(kept, row, strict=True) if value}
        for row in zip(*columns, strict=True)
    ]
