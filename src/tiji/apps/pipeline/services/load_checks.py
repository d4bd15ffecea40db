"""What may be wrong with deals that are loaded in sets, found in columns, told row by row."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person
from tiji.apps.organization.selectors.ids import among
from tiji.apps.pipeline.models import CloseReason, ForecastCategory, Opportunity, Rival, Stage
from tiji.shared.errors import DomainError

SHOWN = 1000
LONGEST = {"name": 200, "next_step": 200, "source": 40, "close_note": 500, "number": 30, "key": 120}
ASKED = ("account", "amount", "expected_on", "gross_profit", "next_step", "source")


class Problem(NamedTuple):
    """One thing that is wrong: in which table, which row (from 0), which column, and what to do."""

    table: str
    row: int
    field: str
    message: str


def refuse(problems: list[Problem]) -> None:
    """Raises: DomainError with every problem in `extra["problems"]`, if there is one."""
    if problems:
        first = problems[0]
        raise DomainError(
            _("%(count)s rows cannot be loaded. The first: row %(row)s, %(field)s: %(message)s")
            % {"count": len({(one.table, one.row) for one in problems}), "row": first.row + 1,
               "field": first.field, "message": first.message},
            code="bad-rows",
            problems=problems[:SHOWN],
        )  # fmt: skip


def check_load(deals: pa.Table, steps: pa.Table, lines: pa.Table, *, strict: bool) -> list[Problem]:
    """Every problem, in the order of tables and rows."""
    stages = {stage.pk: stage for stage in Stage.objects.all()}
    found = [*_deal_problems(deals), *_step_problems(deals, steps, stages), *_line_problems(deals, lines)]
    if strict and not found:
        found += _missing_fields(deals, steps, lines, stages)
    return sorted(found, key=lambda one: (one.table, one.row))


def _deal_problems(deals: pa.Table) -> Iterator[Problem]:
    table = "opportunities"
    yield from _at(table, "key", pc.is_null(deals["key"]), _("Every row needs a key."))
    yield from _repeated(deals)
    name = pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(deals["name"], "")))
    yield from _at(table, "name", pc.equal(name, 0), _("Say in a few words what this is about."))
    for column, limit in LONGEST.items():
        long = pc.greater(pc.utf8_length(pc.fill_null(deals[column], "")), limit)
        yield from _at(table, column, long, _("At most %(limit)s characters fit here.") % {"limit": limit})
    yield from _at(table, "owner_id", pc.is_null(deals["owner_id"]), _("Choose who owns this opportunity."))
    negative = pc.less(pc.fill_null(deals["amount"], 0), pa.scalar(0, pa.int64()).cast(pa.decimal128(38, 4)))
    yield from _at(table, "amount", negative, _("Enter an amount of 0 or more."))
    categories = pa.array([*ForecastCategory.values, ""])
    strange = pc.invert(pc.is_in(pc.fill_null(deals["forecast_category"], ""), categories))
    yield from _at(table, "forecast_category", strange, _("Choose a forecast category of the list."))
    for column, model, message in (
        ("owner_id", Person, _("There is no such person.")),
        ("account_id", Account, _("There is no such customer.")),
        ("close_reason_id", CloseReason, _("There is no such close reason.")),
        ("rival_id", Rival, _("There is no such competitor.")),
    ):
        yield from _unknown(table, deals, column, model, message)


def _step_problems(deals: pa.Table, steps: pa.Table, stages: dict[int, Stage]) -> Iterator[Problem]:
    keys = deals["key"].combine_chunks()
    lost = pc.is_null(pc.index_in(steps["key"].combine_chunks(), keys))
    yield from _at("steps", "key", lost, _("This step belongs to no opportunity of the set."))
    bare = pc.is_null(pc.index_in(keys, steps["key"].combine_chunks()))
    yield from _at("opportunities", "key", bare, _("An opportunity needs at least one step, its beginning."))
    yield from _at("steps", "at", pc.is_null(steps["at"]), _("A step needs its moment."))
    known = pc.is_in(steps["stage_id"], pa.array(sorted(stages), pa.int64()))
    yield from _at("steps", "stage_id", pc.invert(known), _("There is no such stage."))
    statuses = pc.is_in(pc.fill_null(steps["status"], "open"), pa.array(Opportunity.Status.values))
    yield from _at("steps", "status", pc.invert(statuses), _("A status is open, won, lost or paused."))
    yield from _unknown("steps", steps, "owner_id", Person, _("There is no such person."))
    yield from _mixed_processes(steps, stages)


def _mixed_processes(steps: pa.Table, stages: dict[int, Stage]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row, (key, stage) in enumerate(zip(steps["key"].to_pylist(), steps["stage_id"].to_pylist(), strict=True)):
        process = stages[stage].process_id if stage in stages else None
        if process is not None and seen.setdefault(key, process) != process:
            yield Problem("steps", row, "stage_id", _("All steps of an opportunity are of one sales process."))


def _line_problems(deals: pa.Table, lines: pa.Table) -> Iterator[Problem]:
    lost = pc.is_null(pc.index_in(lines["key"].combine_chunks(), deals["key"].combine_chunks()))
    yield from _at("lines", "key", lost, _("This line belongs to no opportunity of the set."))
    yield from _unknown("lines", lines, "product_id", Product, _("There is no such product."))
    yield from _at("lines", "product_id", pc.is_null(lines["product_id"]), _("A line needs its product."))


def _missing_fields(deals: pa.Table, steps: pa.Table, lines: pa.Table, stages: dict[int, Stage]) -> Iterator[Problem]:
    """What the stage of an open deal asks for and the row does not have."""
    last: dict[str, tuple[Any, int, int, str]] = {}
    statuses = pc.fill_null(steps["status"], "open").to_pylist()
    for row, step in enumerate(
        zip(
            steps["key"].to_pylist(),
            steps["at"].cast(pa.int64()).to_pylist(),
            steps["stage_id"].to_pylist(),
            strict=True,
        )
    ):
        key, at, stage = step
        if key not in last or (at, row) >= last[key][:2]:
            last[key] = (at, row, stage, statuses[row])
    empty = {name: _is_empty(deals, name) for name in ASKED}
    with_lines = set(lines["key"].to_pylist())
    for row, key in enumerate(deals["key"].to_pylist()):
        stage, status = last[key][2:]
        if status != Opportunity.Status.OPEN:
            continue
        for name in stages[stage].requires:
            if key not in with_lines if name == "lines" else empty[name][row]:
                message = _("“%(stage)s” asks for this. Fill it, or choose an earlier stage.")
                yield Problem("opportunities", row, name, message % {"stage": stages[stage]})


def _is_empty(deals: pa.Table, name: str) -> list[bool]:
    column = deals["account_id" if name == "account" else name]
    blank = pc.is_null(column)
    if pa.types.is_string(column.type):
        blank = pc.equal(pc.fill_null(column, ""), "")
    return blank.to_pylist()  # type: ignore[no-any-return]


def _repeated(deals: pa.Table) -> Iterator[Problem]:
    seen: set[str] = set()
    for row, key in enumerate(deals["key"].to_pylist()):
        if key in seen:
            yield Problem("opportunities", row, "key", _("This key stands in the set twice."))
        seen.add(key)


def _unknown(table: str, rows: pa.Table, column: str, model: Any, message: str) -> Iterator[Problem]:
    wanted = set(pc.unique(rows[column]).to_pylist()) - {None}
    if not wanted:
        return
    there = set(model.objects.filter(among("pk", wanted)).values_list("pk", flat=True))
    if wanted - there:
        strange = pc.is_in(rows[column], pa.array(sorted(wanted - there), pa.int64()))
        yield from _at(table, column, strange, message)


def _at(table: str, column: str, mask: Any, message: str) -> Iterator[Problem]:
    for row in pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist():
        yield Problem(table, row, column, message)
