"""Opportunities with their ledger, and activities, of the demo company."""

from datetime import date
from typing import Any

from tiji.apps.catalog.models import Product
from tiji.apps.customers.models import Account
from tiji.apps.customers.services.last_activity import touch_accounts
from tiji.apps.exchange.demo.words import RIVALS
from tiji.apps.exchange.demo.world import ActivityRow, DealRow, World
from tiji.apps.exchange.services.demo.market import moment
from tiji.apps.exchange.services.demo.organization import Staff
from tiji.apps.organization.selectors.places import Places
from tiji.apps.pipeline.models import Activity, CloseReason, Stage
from tiji.apps.pipeline.services.loading import insert_opportunities
from tiji.apps.pipeline.services.processes import add_rivals, found_processes

OUR_HOURS = (9, 10, 11, 14, 15, 16, 17)


def store_deals(
    world: World, staff: Staff, accounts: dict[str, Account], products: dict[str, Product]
) -> dict[str, int]:
    """Every deal with its steps and lines. Deal key → id."""
    steps = _steps(world, staff)
    lines = [
        {"key": deal.key, "product_id": products[code].pk, "quantity": quantity, "unit_price": price}
        for deal in world.deals
        for code, quantity, price in deal.lines
    ]
    loaded = insert_opportunities(
        actor=staff.administrator,
        opportunities=_opportunities(world, staff, accounts),
        steps=steps,
        lines=lines,
        batch="demo",
        strict=False,
    )
    return {deal.key: pk for deal, pk in zip(world.deals, loaded.ids, strict=True)}


def _opportunities(world: World, staff: Staff, accounts: dict[str, Account]) -> list[dict[str, Any]]:
    """The deals as they stand today."""
    reasons = dict(CloseReason.objects.values_list("code", "pk"))
    rivals = {name: rival.pk for name, rival in add_rivals(RIVALS).items()}
    last_seen = _last_seen(world)
    return [
        {
            "key": deal.key,
            "name": deal.name,
            "account_id": accounts[deal.customer].pk,
            "owner_id": staff.people[_owner_now(world, deal)].pk,
            "amount": deal.amount,
            "gross_profit": deal.amount - deal.cost,
            "expected_on": deal.expected_on,
            "expected_first_on": deal.first_expected_on,
            "slips": deal.slips,
            "close_reason_id": reasons[deal.reason] if deal.reason else None,
            "rival_id": rivals.get(deal.rival),
            "next_step": deal.next_step,
            "next_step_on": deal.next_step_on,
            "resume_on": deal.resume_on,
            "source": deal.source,
            "last_activity_on": last_seen.get(deal.key),
        }
        for deal in world.deals
    ]


def _last_seen(world: World) -> dict[str, date]:
    """The day of each deal's last activity."""
    days: dict[str, date] = {}
    for activity in world.activities:
        if activity.done and activity.deal:
            days[activity.deal] = max(activity.on, days.get(activity.deal, activity.on))
    return days


def _steps(world: World, staff: Staff) -> list[dict[str, Any]]:
    """The way of every deal through the stages of its process."""
    stages = {
        code: list(Stage.objects.filter(process=process).order_by("position").values_list("pk", flat=True))
        for code, process in found_processes().items()
    }
    return [
        {
            "key": deal.key,
            "stage_id": stages[deal.process][step.stage],
            "status": step.status,
            "at": moment(step.on, 9 + min(place, 9)),
            "amount": deal.amount,
            "owner_id": staff.people[deal.owner].pk,
        }
        for deal in world.deals
        for place, step in enumerate(deal.steps)
    ]


def _owner_now(world: World, deal: DealRow) -> str:
    """Open deals of somebody who left or moved went with the customer."""
    return world.customers[deal.customer].owners[-1][1] if deal.status == "open" else deal.owner


def store_activities(world: World, staff: Staff, accounts: dict[str, Account], deals: dict[str, int]) -> int:
    """Visits, calls, meetings and tasks."""
    places = Places({person.pk for person in staff.people.values()})
    rows = [_activity(row, staff, accounts, deals, places) for row in world.activities]
    Activity.objects.bulk_create(rows, batch_size=1000)
    touch_accounts({accounts[row.customer].pk: row.on for row in world.activities if row.done})
    return len(rows)


def _activity(
    row: ActivityRow, staff: Staff, accounts: dict[str, Account], deals: dict[str, int], places: Places
) -> Activity:
    owner = staff.people[row.owner].pk
    when = moment(row.on, OUR_HOURS[len(row.subject) % len(OUR_HOURS)])
    return Activity(
        kind=row.kind,
        subject=row.subject,
        purpose=row.purpose,
        account=accounts[row.customer],
        opportunity_id=deals.get(row.deal),
        owner_id=owner,
        unit_id=places.unit(owner, row.on),
        planned_at=None if row.done else when,
        due_on=None if row.done else row.on,
        done_at=when if row.done else None,
        minutes=row.minute,
        result=row.result,
        note=row.note,
        next_step=row.next_step,
        created_at=when,
        created_by=staff.administrator,
    )
