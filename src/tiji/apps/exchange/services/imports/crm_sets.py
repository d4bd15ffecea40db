"""Exports of other CRM systems, by their headings: the files of a folder, each after those it builds on."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.services.imports.context import Context
from tiji.apps.exchange.services.imports.deal_steps import first_stage
from tiji.apps.exchange.services.imports.lookups import find_stage
from tiji.apps.exchange.services.imports.remembered import known_sources, propose
from tiji.apps.exchange.services.imports.set_parts import column, load_kind, read_file
from tiji.apps.exchange.services.imports.sheets import Sheet
from tiji.apps.exchange.services.imports.values import amount_of, moment_of, zone_named
from tiji.apps.organization.selectors.company import business_zone
from tiji.apps.pipeline.services.processes import define_process
from tiji.shared.errors import DomainError

Counts = dict[str, dict[str, int]]
Steps = dict[str, list[tuple[int, str, datetime, Decimal | None]]]


def load_known(source: str, folder: Path, context: Context) -> Counts:
    """Every known file that is there. People must be there already: owners are found by e-mail, name or key.

    Raises: DomainError that names the file and the row.
    """
    known = known_sources()[source]
    context.options.update(known.get("options") or {})
    counts: Counts = {}
    for file in known["files"]:
        name = next((name for name in file["names"] if (folder / name).is_file()), "")
        if not name:
            continue
        sheet = _without_deleted(read_file(folder, name), known.get("deleted", ""))
        counts[file["kind"]] = _load_file(sheet, name, file, known, folder, context)
    if not counts:
        names = ", ".join(name for file in known["files"] for name in file["names"])
        raise DomainError(_("None of these files is there: %(names)s.") % {"names": names}, field="path", code="file")
    return counts


def _load_file(
    sheet: Sheet, name: str, file: dict[str, Any], known: dict[str, Any], folder: Path, context: Context
) -> dict[str, int]:
    kind = file["kind"]
    told = known["kinds"][kind]
    extra: dict[str, Any] = {}
    if kind == Kind.OPPORTUNITIES:
        context.options["process"] = define_process(actor=context.actor, **told["process"]).pk
        there: Iterable[str] = (one for one in file.get("history", ()) if (folder / one).is_file())
        history = next(iter(there), "")
        if history:
            extra["history"] = _history(read_file(folder, history), known["history"], context)
    mapping = propose(kind, sheet.headings, context.source).mapping
    return load_kind(sheet, kind, mapping, context, name=name, extra=extra)


def _without_deleted(sheet: Sheet, heading: str) -> Sheet:
    """Rows the other system had thrown away stay away."""
    if heading and heading in sheet.headings:
        keep = pa.array([text.casefold() not in ("1", "true") for text in column(sheet, heading)])
        sheet.table, sheet.rows = sheet.table.filter(keep), sheet.rows.filter(keep)
    return sheet


def _history(sheet: Sheet, names: dict[str, str], context: Context) -> Steps:
    """Key → its steps in time; rows that only change an amount or a date are no steps."""
    find = find_stage(context)
    zone = zone_named(context.options["zone"]) if context.options.get("zone") else business_zone()
    sheet = _without_deleted(sheet, "IsDeleted")
    texts = (column(sheet, names[field]) for field in ("key", "stage", "at", "amount"))
    found: Steps = {}
    birth = first_stage(context)
    try:
        rows = [
            (key, find(stage), moment_of(at, zone), amount_of(amount) if amount else None)
            for key, stage, at, amount in zip(*texts, strict=True)
        ]
    except ValueError as error:
        raise DomainError(f"OpportunityHistory.csv: {error}", code="bad-rows") from error
    for key, state, at, amount in sorted(rows, key=lambda row: (row[0], row[2])):
        text, status = state.split(":")
        steps = found.setdefault(key, [])
        stage = int(text) if text else (steps[-1][0] if steps else birth)
        if not steps or steps[-1][:2] != (stage, status):
            steps.append((stage, status, at, amount))
    return found


load_salesforce = partial(load_known, "salesforce")
load_hubspot = partial(load_known, "hubspot")
