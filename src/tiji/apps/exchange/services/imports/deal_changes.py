"""Deals that are there already: what a row changes, and changing it the way a page does."""

from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account
from tiji.apps.exchange.services.imports.context import Context, Parsed, Plan
from tiji.apps.exchange.services.imports.deal_steps import state_of
from tiji.apps.organization.models import Person
from tiji.apps.organization.selectors.company import business_date, business_zone
from tiji.apps.pipeline.models import CloseReason, Opportunity, Stage
from tiji.apps.pipeline.services.moves import (
    lose_opportunity,
    move_opportunity,
    pause_opportunity,
    reopen_opportunity,
    win_opportunity,
)
from tiji.apps.pipeline.services.opportunities import change_owner, edit_opportunity

FACTS = ("name", "account", "amount", "gross_profit", "currency", "expected_on", "next_step", "next_step_on", "source",
         "forecast_category", "note")  # fmt: skip
NOW = {"account": "account_id", "owner": "owner_id"}


def compare(found: Plan, context: Context) -> None:
    """An empty cell leaves what is there; anything else that differs is a change."""
    parsed = found.parsed
    if not found.existing:
        return
    columns = {name: parsed.values(name) for name in (*FACTS, "owner") if name in parsed.columns}
    stages, statuses = state_of(parsed)
    for index, deal in found.existing.items():
        changes: dict[str, Any] = {}
        for name, values in columns.items():
            value = values[index]
            if value not in (None, "") and value != getattr(deal, NOW.get(name, name)):
                changes[name] = value
        if parsed.attributes and {**deal.attributes, **parsed.attributes[index]} != deal.attributes:
            changes["attributes"] = {**deal.attributes, **parsed.attributes[index]}
        if _moved(deal, stages[index], statuses[index]):
            changes["step"] = [stages[index], statuses[index]]
        if changes:
            found.changes[index] = changes


def _moved(deal: Opportunity, stage: int | None, status: str) -> bool:
    if status != deal.status:
        return True
    return status == Opportunity.Status.OPEN and stage is not None and stage != deal.stage_id


def apply(found: Plan, index: int, context: Context) -> tuple[int, int, dict[str, Any]]:
    """Change one deal. Returns key, version afterwards and what stood there before. Raises: DomainError."""
    deal, changes = found.existing[index], dict(found.changes[index])
    before = {
        name: [deal.stage_id, deal.status] if name == "step" else plain(getattr(deal, NOW.get(name, name)))
        for name in changes
    }
    change(deal, changes, context, parsed=found.parsed, index=index)
    deal.refresh_from_db()
    return deal.pk, deal.version, before


def plain(value: Any) -> Any:
    """What JSON keeps without loss."""
    return value if value is None or isinstance(value, int | str | dict) else str(value)


def change(
    deal: Opportunity, changes: dict[str, Any], context: Context, parsed: Parsed | None = None, index: int = 0
) -> None:
    """Owner, facts and step, each by its service."""
    step, owner = changes.pop("step", None), changes.pop("owner", None)
    if owner is not None:
        person = Person.objects.get(pk=owner)
        change_owner(
            actor=context.actor,
            opportunities=[deal],
            to_owner=person,
            on=business_date(context.at),
            reason=_("Imported"),
        )
        deal.refresh_from_db()
    if changes.get("account"):
        changes["account"] = Account.objects.get(pk=changes["account"])
    if changes:
        deal = edit_opportunity(
            actor=context.actor, opportunity=deal, expected_version=deal.version, amount_follows=False, **changes
        )
    if step is not None:
        _take_step(deal, step[0], step[1], context, parsed, index)


def _take_step(
    deal: Opportunity, stage_id: int | None, status: str, context: Context, parsed: Parsed | None, index: int
) -> None:
    reason = _("Imported")
    at = _moment(deal, status, context, parsed, index)
    told: dict[str, Any] = {"actor": context.actor, "opportunity": deal, "at": at}
    if status == Opportunity.Status.WON:
        win_opportunity(**told, close_reason=_close_reason(parsed, index), note=reason)
    elif status == Opportunity.Status.LOST:
        lose_opportunity(**told, close_reason=_close_reason(parsed, index), note=reason)
    elif status == Opportunity.Status.PAUSED:
        pause_opportunity(**told, resume_on=None, note=reason)
    elif not deal.is_open:
        reopen_opportunity(**told, reason=reason, to_stage=_stage(stage_id))
    else:
        to_stage = _stage(stage_id)
        if to_stage is not None:
            move_opportunity(**told, to_stage=to_stage, reason=reason)


def _stage(pk: int | None) -> Stage | None:
    return Stage.objects.filter(pk=pk).first() if pk else None


def _moment(deal: Opportunity, status: str, context: Context, parsed: Parsed | None, index: int) -> datetime:
    """The file's own date of the step, but never before the last one; else the moment of the import."""
    if parsed is None:
        return context.at
    day = parsed.values("closed_on")[index] if status in ("won", "lost") and "closed_on" in parsed.columns else None
    entered = parsed.columns["entered_at"][index].as_py() if "entered_at" in parsed.columns else None
    told = datetime.combine(day, time(), business_zone()) if day else entered
    return max(told, deal.entered_stage_at) if told and told <= context.at else context.at


def _close_reason(parsed: Parsed | None, index: int) -> CloseReason | None:
    if parsed is None or "close_reason" not in parsed.columns:
        return None
    found: CloseReason | None = CloseReason.objects.filter(pk=parsed.columns["close_reason"][index].as_py()).first()
    return found
