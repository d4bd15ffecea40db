"""Loading deals with the history that the file tells: columns in, columns out."""

import json
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Model
from django.utils.translation import gettext as _

from tiji.apps.exchange.services.imports.context import (
    CREATE,
    UPDATE,
    Context,
    Parsed,
    Plan,
    attempt,
    remember_changed,
    remember_created,
)
from tiji.apps.exchange.services.imports.deal_changes import apply, compare
from tiji.apps.exchange.services.imports.deal_steps import state_of, steps_of
from tiji.apps.organization.selectors.company import company
from tiji.apps.pipeline.models import Opportunity, Stage
from tiji.apps.pipeline.services.gates import REQUIRABLE
from tiji.apps.pipeline.services.loading import insert_opportunities
from tiji.apps.pipeline.services.stages import hold_stages
from tiji.kernel.money import minor_units
from tiji.shared.bulk import watched

MONEY = pa.decimal128(38, 4)
THING = "pipeline.opportunity"
DIRECT = ("name", "amount", "gross_profit", "currency", "expected_on", "next_step", "next_step_on", "source",
          "forecast_category", "note")  # fmt: skip


def plan(parsed: Parsed, context: Context) -> Plan:
    """By key; a file without keys by subject and customer. What a page would refuse is refused here, at its cell."""
    found = Plan(parsed)
    _check_owner(parsed, context)
    _check_amounts(parsed)
    _check_days(parsed)
    found.extra["keys"] = keys = _keys(parsed)
    _refuse_twins(parsed, keys)
    _find_existing(found, keys, context)
    compare(found, context)
    if context.options.get("strict", True):
        _check_required(found)
    return found


def _check_required(found: Plan) -> None:
    """What the stage of an open deal asks for has to stand in its row, as on a page."""
    parsed = found.parsed
    asked = {stage.pk: stage for stage in Stage.objects.all() if stage.requires}
    stages, statuses = state_of(parsed)
    columns = {name: parsed.values("product" if name == "lines" else name) for name in REQUIRABLE}
    for index, (stage, status) in enumerate(zip(stages, statuses, strict=True)):
        if status != "open" or stage not in asked or index in found.existing or index in parsed.wrong:
            continue
        for name in asked[stage].requires:
            if columns[name][index] in (None, ""):
                message = _("“%(stage)s” asks for this. Fill it, or choose an earlier stage.")
                parsed.refuse(index, "product" if name == "lines" else name, message % {"stage": asked[stage]})


def _keys(parsed: Parsed) -> list[str]:
    """The file's own keys, or subject and customer where it has none."""
    if "key" in parsed.columns:
        given = parsed.values("key")
        for index in [at for at, key in enumerate(given) if not key]:
            parsed.refuse(index, "key", _("Every row needs a key, since this file has a column of keys."))
        return given
    pairs = zip(parsed.values("name", ""), parsed.values("account"), strict=True)
    return [f"{account or ''}:{name}"[:120] for name, account in pairs]


def _refuse_twins(parsed: Parsed, keys: list[str]) -> None:
    first: dict[str, int] = {}
    for index, key in enumerate(keys):
        if key and first.setdefault(key, index) != index and index not in parsed.wrong:
            row = {"row": parsed.sheet.rows[first[key]].as_py()}
            field = "key" if "key" in parsed.columns else "name"
            parsed.refuse(index, field, _("Row %(row)s is the same opportunity. Keep one of the two.") % row)


def _find_existing(found: Plan, keys: list[str], context: Context) -> None:
    source = context.source
    rows = Opportunity.objects.filter(external_source=source).exclude(external_key="").select_related("stage")
    if not rows.exists():
        return
    known = {row.external_key: row for row in rows.iterator(chunk_size=5000)}
    for index, key in enumerate(keys):
        deal = known.get(key)
        if deal is None or index in found.parsed.wrong:
            continue
        if deal.archived_at is not None:
            found.parsed.refuse(index, "key", _("This opportunity is archived. Bring it back, then load again."))
        else:
            found.existing[index] = deal


def _check_owner(parsed: Parsed, context: Context) -> None:
    """Every deal has an owner: the row's, or the one chosen for rows without."""
    if "owner" not in parsed.columns:
        parsed.columns["owner"] = pa.nulls(parsed.count, pa.int64())
    owner = parsed.columns["owner"]
    if default := context.options.get("owner"):
        filled = pc.fill_null(owner, pa.scalar(default, pa.int64()))
        parsed.columns["owner"] = filled
        return
    for index in pc.indices_nonzero(pc.is_null(owner)).to_pylist():
        if not any(one.heading == parsed.headings.get("owner", "") for one in parsed.wrong.get(index, ())):
            message = _("This row has no owner. Fill it, or choose an owner for rows without one.")
            parsed.refuse(index, "owner", message)


def _check_amounts(parsed: Parsed) -> None:
    places = minor_units(company().currency)
    for name in ("amount", "gross_profit"):
        if name not in parsed.columns:
            continue
        column = parsed.columns[name]
        if name == "amount":
            negative = pc.less(column, pa.scalar(0, pa.int64()).cast(column.type))
            for index in pc.indices_nonzero(pc.fill_null(negative, False)).to_pylist():
                parsed.refuse(index, name, _("Enter an amount of 0 or more."))
        fine = pc.not_equal(pc.round(column, places), column)
        for index in pc.indices_nonzero(pc.fill_null(fine, False)).to_pylist():
            message = _("An amount in %(currency)s has at most %(places)s decimals.")
            parsed.refuse(index, name, message % {"currency": company().currency, "places": places})


def _check_days(parsed: Parsed) -> None:
    if "closed_on" not in parsed.columns or "created_at" not in parsed.columns:
        return
    closed, created = parsed.columns["closed_on"], parsed.columns["created_at"]
    before = pc.less(pc.add(closed.cast(pa.timestamp("us")), pa.scalar(86_400_000_000, pa.duration("us"))),
                     created.cast(pa.timestamp("us")))  # fmt: skip
    for index in pc.indices_nonzero(pc.fill_null(before, False)).to_pylist():
        parsed.refuse(index, "closed_on", _("It cannot be closed before it was created."))


def write(found: Plan, context: Context) -> None:
    """Load the new ones with their steps in one set; change the others as a page would."""
    hold_stages()
    _create(found, context)
    parsed, changed = found.parsed, []
    rows = found.rows(UPDATE)
    for done, index in enumerate(rows, start=1):
        after = attempt(parsed, index, partial(apply, found, index, context))
        changed += [after] if after else []
        if done % 100 == 0:
            context.told("opportunities", done, len(rows))
    remember_changed(context, THING, changed)


def _create(found: Plan, context: Context) -> None:
    parsed = found.parsed
    chosen = found.rows(CREATE)
    if not chosen:
        return
    indices = pa.array(chosen, pa.int64())
    keys = pa.array([found.extra["keys"][index] for index in chosen], pa.string())
    steps = steps_of(parsed, chosen, keys, context, found.extra.get("history"))
    columns: dict[str, Any] = {name: parsed.columns[name].take(indices) for name in DIRECT if name in parsed.columns}
    columns |= {"key": keys, "owner_id": parsed.columns["owner"].take(indices)}
    for name, column in (("account", "account_id"), ("close_reason", "close_reason_id"), ("created_at", "created_at")):
        if name in parsed.columns:
            columns[column] = parsed.columns[name].take(indices)
    if "currency" in columns:
        columns["currency"] = pc.if_else(pc.equal(columns["currency"], ""), None, columns["currency"])
    if parsed.attributes:
        columns["attributes"] = pa.array([json.dumps(parsed.attributes[index], ensure_ascii=False) for index in chosen])
    remember_created(context, THING, _insert(pa.table(columns), steps, _lines(parsed, indices, keys), context))


def _insert(deals: pa.Table, steps: pa.Table, lines: Any, context: Context) -> list[int]:
    """All in one set: a set after another costs SQLite twice the time and more."""
    written = 0

    def seen(model: type[Model], rows: int) -> None:
        nonlocal written
        written += rows if model is Opportunity else 0
        context.told("opportunities", min(written, deals.num_rows - 1), deals.num_rows)

    context.told("opportunities", 0, deals.num_rows)
    with watched(seen):
        loaded = insert_opportunities(
            actor=context.actor,
            opportunities=deals,
            steps=steps,
            lines=lines,
            source=context.source,
            batch=context.batch,
            strict=bool(context.options.get("strict", True)),
        )
    context.told("opportunities", deals.num_rows, deals.num_rows)
    return loaded.ids


def _lines(parsed: Parsed, indices: pa.Array, keys: pa.Array) -> Any:
    """One line for a deal that names its product, worth the whole amount."""
    if "product" not in parsed.columns:
        return ()
    product = parsed.columns["product"].take(indices)
    amount = (
        parsed.columns["amount"].take(indices)
        if "amount" in parsed.columns
        else pa.nulls(len(keys), pa.decimal128(38, 4))
    )
    amount = pc.coalesce(amount, pa.scalar(0, pa.int64()).cast(pa.decimal128(38, 4)))
    table = pa.table({"key": keys, "product_id": product, "unit_price": amount, "amount": amount})
    return table.filter(pc.is_valid(product))


__all__ = ["THING", "plan", "write"]
