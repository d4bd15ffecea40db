"""Writing deals: creating, editing, sharing, handing over, archiving. Their steps are in `moves`."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from tiji.apps.organization.models import AccessGrant, AccessKind, Person, User
from tiji.apps.organization.selectors.company import business_date, company
from tiji.apps.organization.selectors.places import unit_of, units_of
from tiji.apps.organization.services.access import grant_access, revoke_access
from tiji.apps.pipeline.models import Opportunity, OpportunityLine, SalesProcess, Stage
from tiji.apps.pipeline.permissions import (
    can_archive_opportunity,
    can_change_opportunity_owner,
    can_create_opportunity,
    can_edit_opportunity,
    can_share_opportunity,
)
from tiji.apps.pipeline.selectors.processes import default_process, known_stages, stages_of
from tiji.apps.pipeline.services.conflicts import conflict_of
from tiji.apps.pipeline.services.facts import clean_currency, clean_facts, keys_of, put_off
from tiji.apps.pipeline.services.gates import REQUIRABLE, ask_for, missing_fields
from tiji.apps.pipeline.services.ledger import first_event
from tiji.apps.pipeline.services.lines import Line, check_lines, line_rows, lines_total, priced, replace_lines
from tiji.apps.pipeline.services.stages import hold_stages
from tiji.kernel.pipeline import stalls_on
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.numbers import next_number
from tiji.shared.permissions import require

NUMBER_KIND = "SJ"
SHARED = "pipeline:share"


@transaction.atomic
def create_opportunity(
    *,
    actor: User,
    name: str,
    at: datetime,
    owner: Person | None = None,
    process: SalesProcess | None = None,
    stage: Stage | None = None,
    lines: Sequence[Line] = (),
    external_source: str = "",
    external_key: str = "",
    **facts: Any,
) -> Opportunity:
    """Open a deal in the first stage of its process, or in `stage`; it belongs to `owner`, by default the actor.

    `facts`: account, amount (Decimal), gross_profit, currency, expected_on, forecast_category, rival, next_step,
    next_step_on, source, note, attributes. Without an amount the lines' sum is it.
    Raises: NotAllowed, DomainError at the field that is wrong or that the stage asks for.
    """
    holder = owner or actor.person
    if holder is None:
        raise DomainError(_("Choose who owns this opportunity."), field="owner")
    require(
        can_create_opportunity(actor, holder), _("You may open opportunities for yourself and for people you lead.")
    )
    on = business_date(at)
    hold_stages()
    deal = _opened(actor, holder, process, stage, at, on)
    deal.external_source, deal.external_key = external_source, external_key
    products = _products(deal, lines, facts, on)
    _fill(deal, {"name": name, **facts}, products)
    _must_have(deal, deal.stage, products)
    deal.save(force_insert=True)
    if products:
        OpportunityLine.objects.bulk_create(line_rows(deal, products))
    first_event(deal, on).save(force_insert=True)
    audit.record("opportunity.create", deal, None, audit.snapshot(deal, RECORDED), actor=actor)
    return deal


@transaction.atomic
def edit_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    expected_version: int,
    lines: Sequence[Line] | None = None,
    on: date | None = None,
    amount_follows: bool = True,
    **facts: Any,
) -> Opportunity:
    """Change some facts of a deal, and its lines when given; lines without a price take the one in force on that day.

    While there are lines the amount is their sum; an import that keeps its source's sets `amount_follows=False`.
    Raises: NotAllowed, Conflict with both, DomainError.
    """
    require(can_edit_opportunity(actor, opportunity), refusal(opportunity))
    deal = _locked(opportunity)
    if deal.version != expected_version:
        raise conflict_of(deal, facts, lines)
    before = audit.snapshot(deal, RECORDED)
    products = None if lines is None else _products(deal, lines, facts, on)
    kept = deal.lines.all() if products is None and amount_follows and "amount" in facts else ()
    _fill(deal, facts, products, kept)
    if deal.is_open:
        _must_have(deal, deal.stage, products if products is not None else deal.lines.all())
    old, new = audit.changes(before, deal)
    if products is not None:
        was, now = replace_lines(deal, products)
        old, new = (old | {"lines": was}, new | {"lines": now}) if was or now else (old, new)
    if not new:
        return deal
    deal.version += 1
    deal.save()
    audit.record("opportunity.edit", deal, old, new, actor=actor)
    return deal


@transaction.atomic
def set_next_step(
    *, actor: User, opportunity: Opportunity, next_step: str, next_step_on: date | None = None
) -> Opportunity:
    """Say what happens next on a deal, and when. Raises: NotAllowed, DomainError."""
    return edit_opportunity(
        actor=actor,
        opportunity=opportunity,
        expected_version=_locked(opportunity).version,
        next_step=next_step,
        next_step_on=next_step_on,
    )


@transaction.atomic
def change_owner(
    *, actor: User, opportunities: Iterable[Opportunity], to_owner: Person, on: date, reason: str = ""
) -> list[Opportunity]:
    """Hand deals over in a set: from now on they belong to `to_owner` and his unit; the ledger keeps who had them then.

    Raises: NotAllowed if one of them may not be handed over by the actor: then none is.
    """
    rows: Any = Opportunity.objects.select_for_update(of=("self",)).select_related("owner")
    deals = list(rows.filter(pk__in=[row.pk for row in opportunities]).order_by("pk"))
    for deal in deals:
        require(
            can_change_opportunity_owner(actor, deal, to_owner),
            _("You hand over opportunities among the people you lead. Ask sales operations for “%(name)s”.")
            % {"name": deal.name},
        )
    unit = units_of([to_owner.pk], on).get(to_owner.pk)
    moved = [deal for deal in deals if deal.owner_id != to_owner.pk]
    deeds = []
    for deal in moved:
        before = {"owner": str(deal.owner), "unit_id": deal.unit_id}
        deal.owner, deal.unit_id, deal.version, deal.updated_at = to_owner, unit, deal.version + 1, timezone.now()
        after = {"owner": str(to_owner), "unit_id": unit}
        deeds.append(audit.Deed("opportunity.owner", deal, before, after, reason))
    Opportunity.objects.bulk_update(moved, ["owner", "unit", "version", "updated_at"], batch_size=200)
    audit.record_many(deeds, actor=actor)
    return moved


@transaction.atomic
def share_opportunity(
    *, actor: User, opportunity: Opportunity, person: Person, on: date, may_change: bool = False
) -> AccessGrant:
    """Open a deal to a colleague, for change if wanted. Raises: NotAllowed, DomainError."""
    require(can_share_opportunity(actor, opportunity), refusal(opportunity))
    if person.pk == opportunity.owner_id:
        raise DomainError(_("%(name)s owns this opportunity.") % {"name": person}, field="person")
    kind, key = AccessKind.OPPORTUNITY, opportunity.pk
    for grant in AccessGrant.objects.on(on).filter(person=person, kind=kind, object_id=key, source=SHARED):
        if grant.may_change != may_change:
            revoke_access(actor=actor, grant=grant, on=on)
    return grant_access(
        actor=actor, person=person, kind=kind, object_id=key, on=on, source=SHARED, may_change=may_change
    )


@transaction.atomic
def unshare_opportunity(*, actor: User, opportunity: Opportunity, person: Person, on: date) -> None:
    """Close a deal to a colleague again; grants of other rooms stay. Raises: NotAllowed."""
    require(can_share_opportunity(actor, opportunity), refusal(opportunity))
    held = AccessGrant.objects.on(on).filter(
        person=person, kind=AccessKind.OPPORTUNITY, object_id=opportunity.pk, source=SHARED
    )
    for grant in held:
        revoke_access(actor=actor, grant=grant, on=on)


@transaction.atomic
def archive_opportunity(*, actor: User, opportunity: Opportunity, at: datetime, reason: str = "") -> Opportunity:
    """Take a deal out of lists and open sums; its history stays. Raises: NotAllowed."""
    require(can_archive_opportunity(actor, opportunity), _("Only a manager of the owner archives. Ask him."))
    deal = _locked(opportunity)
    if deal.archived_at is None:
        deal.archived_at, deal.version = at, deal.version + 1
        deal.save(update_fields=["archived_at", "version", "updated_at"])
        audit.record("opportunity.archive", deal, {"archived": False}, {"archived": True}, reason, actor=actor)
    return deal


@transaction.atomic
def restore_opportunity(*, actor: User, opportunity: Opportunity, reason: str = "") -> Opportunity:
    """Bring an archived deal back. Raises: NotAllowed."""
    require(can_archive_opportunity(actor, opportunity), _("Only a manager of the owner archives. Ask him."))
    deal = _locked(opportunity)
    if deal.archived_at is not None:
        deal.archived_at, deal.version = None, deal.version + 1
        deal.save(update_fields=["archived_at", "version", "updated_at"])
        audit.record("opportunity.restore", deal, {"archived": True}, {"archived": False}, reason, actor=actor)
    return deal


RECORDED = (
    *("name", "account", "amount", "gross_profit", "currency", "expected_on", "slips", "forecast_category", "rival"),
    *("next_step", "next_step_on", "source", "note", "attributes", "owner", "stage"),
)


def _products(deal: Opportunity, lines: Sequence[Line], facts: dict[str, Any], on: date | None) -> list[Line]:
    """The typed lines, priced and checked in the deal's currency. Raises: DomainError at the wrong cells."""
    currency = clean_currency(facts.get("currency") or deal.currency)
    if any(line.unit_price is None for line in lines):
        lines = priced(lines, currency, on or business_date(timezone.now()))
    check_lines(lines, currency)
    return list(lines)


def _fill(
    deal: Opportunity, facts: dict[str, Any], lines: Sequence[Line] | None, kept: Iterable[OpportunityLine] = ()
) -> None:
    """Put checked facts on the deal; the sum of its lines, typed or `kept`, is the amount, and a typed one agrees."""
    cleaned = clean_facts(facts, facts.get("currency") or deal.currency)
    expected = cleaned.pop("expected_on", deal.expected_on)
    for name, value in cleaned.items():
        if getattr(deal, name) != value:  # 500 over 500.0000 is no change
            setattr(deal, name, value)
    if expected != deal.expected_on:
        put_off(deal, expected)
    total = lines_total(lines, deal.currency) if lines else sum((row.amount for row in kept), Decimal(0))
    if lines or kept:
        if facts.get("amount") not in (None, total):
            raise DomainError(
                _("The products add up to %(total)s. Change them, or leave the amount to them.")
                % {"total": f"{total:,.2f}"},
                field="amount",
            )
        deal.amount = deal.amount if deal.amount == total else total
    if deal.gross_profit is not None and deal.amount is not None and deal.gross_profit > deal.amount:
        raise DomainError(_("The gross profit cannot be more than the amount."), field="gross_profit")
    deal.search_key, deal.search_grams = keys_of(deal.name, deal.number).values()


def _must_have(deal: Opportunity, stage: Stage, lines: Any) -> None:
    """What the stage asks for stays filled. Raises: DomainError naming every empty field."""
    asked = [name for name in stage.requires if name in REQUIRABLE and name != "lines"]
    missing = [name for name in missing_fields(deal, stage) if name in asked] if asked else []
    if "lines" in stage.requires and not list(lines):
        missing.append("lines")
    if missing:
        fields = {name: ask_for(name, stage) for name in missing}
        first = missing[0]
        raise DomainError(fields[first], field=first, fields=fields, code="required-fields", missing=missing)


def _opened(
    actor: User, holder: Person, process: SalesProcess | None, stage: Stage | None, at: datetime, on: date
) -> Opportunity:
    """A deal in the stage it starts in, unsaved and without its facts."""
    unit = unit_of(holder, on)
    entered = _entered(process or (stage.process if stage else None) or default_process(unit), stage)
    return Opportunity(
        number=next_number(NUMBER_KIND, on.year),
        owner=holder,
        unit=unit,
        process_id=entered.process_id,
        stage=entered,
        percent=entered.percent,
        currency=company().currency,
        entered_stage_at=at,
        stalls_on=stalls_on(on, entered.max_days),
        created_at=at,
        created_by=actor,
    )


def _entered(process: SalesProcess, stage: Stage | None) -> Stage:
    if stage is None:
        stages = stages_of(process.pk)
        if not stages:
            raise DomainError(_("This sales process has no stages. Add one in its settings."), field="process")
        first: Stage = stages[0]
        return first
    stage = known_stages().get(stage.pk, stage)
    if stage.process_id != process.pk or stage.archived_at is not None or stage.outcome != Stage.Outcome.OPEN:
        raise DomainError(_("Choose an open stage of this sales process."), field="stage")
    return stage


def _locked(opportunity: Opportunity) -> Opportunity:
    rows: Any = Opportunity.objects.select_for_update(of=("self",)).select_related("stage", "account", "rival", "owner")
    deal: Opportunity = rows.get(pk=opportunity.pk)
    return deal


def _refusal(opportunity: Opportunity) -> str:
    """Who may change a deal, for those who may not."""
    return _("Only %(owner)s, those above him, or who was given it for change may do this.") % {
        "owner": opportunity.owner
    }


# Read when somebody is refused, not each time somebody is asked for.
refusal = lazy(_refusal, str)
