"""Visits, calls and tasks of the demo company."""

from datetime import date, timedelta
from random import Random

from tiji.apps.exchange.demo.words import NEXT_STEPS, PURPOSES, VISIT_NOTES
from tiji.apps.exchange.demo.world import ActivityRow, CustomerRow, DealRow, PersonRow


def make_activities(
    rng: Random,
    people: dict[str, PersonRow],
    customers: dict[str, CustomerRow],
    deals: list[DealRow],
    start: date,
    today: date,
) -> list[ActivityRow]:
    """Two or three contacts for each deal while it lived, regular visits to customers, and today's plan of each rep."""
    rows: list[ActivityRow] = []
    for deal in deals:
        end = today if deal.status == "open" else deal.steps[-1].on
        day = deal.created_on + timedelta(days=rng.randint(0, 5))
        while day <= end:
            if day.weekday() < 5 and day >= start:
                rows.append(_contact(rng, deal.owner, deal.customer, deal.key, deal.name, day))
            day += timedelta(days=rng.randint(9, 30))
    open_deals: dict[str, list[DealRow]] = {}
    for deal in deals:
        if deal.status == "open":
            open_deals.setdefault(deal.owner, []).append(deal)
    for person in people.values():
        if person.key.startswith("rep-") and person.works_on(today):
            rows += _plan(rng, person, open_deals.get(person.key, []), customers, today)
    rows.sort(key=lambda row: (row.on, row.owner, row.subject))
    return rows


def _contact(rng: Random, owner: str, customer: str, deal: str, name: str, day: date) -> ActivityRow:
    kind = rng.choices(("visit", "call", "meeting", "message"), (45, 30, 15, 10))[0]
    purpose = rng.choice(PURPOSES)
    return ActivityRow(
        kind=kind,
        owner=owner,
        customer=customer,
        deal=deal,
        subject=f"{purpose} · {name}",
        on=day,
        done=True,
        minute=rng.choice((15, 30, 45, 60, 90)),
        purpose=purpose,
        result=rng.choices(("progress", "level", "risk"), (55, 33, 12))[0],
        note=rng.choice(VISIT_NOTES),
        next_step=rng.choice(NEXT_STEPS),
    )


def _plan(
    rng: Random, person: PersonRow, deals: list[DealRow], customers: dict[str, CustomerRow], today: date
) -> list[ActivityRow]:
    """Two or three things for the days around today."""
    rows = []
    for deal in rng.sample(deals, min(len(deals), 4)):
        customer = customers[deal.customer]
        rows.append(
            ActivityRow(
                kind=rng.choice(("visit", "visit", "task", "call")),
                owner=person.key,
                customer=deal.customer,
                deal=deal.key,
                subject=f"{customer.short_name}:{rng.choice(NEXT_STEPS)}",
                on=today + timedelta(days=rng.choice((-2, 0, 0, 0, 1, 2, 4))),
                done=False,
                minute=rng.choice((30, 60)),
            )
        )
    return rows
