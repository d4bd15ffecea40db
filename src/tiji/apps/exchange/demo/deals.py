"""Deals of the demo company: how each began, climbed its stages, was won, lost, put off or is open today."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tiji.apps.exchange.demo.words import LINES, NEXT_STEPS, REGIONS, RIVALS
from tiji.apps.exchange.demo.world import CustomerRow, DealRow, PersonRow, StageStep

# Chance to go on from each stage, and mean days in it.
PATHS = {
    "effectiveness": ((0.86, 5), (0.84, 16), (0.82, 22), (0.86, 17), (0.84, 19), (0.88, 24), (0.90, 16), (0.92, 9)),
    "efficiency": ((0.80, 3), (0.72, 9), (0.74, 12), (0.86, 10)),
}
NEW_DEALS_A_MONTH = {"effectiveness": 1.9, "efficiency": 3.4}
TEAM_TYPE = {team: kind for _c, _n, _e, _w, teams in REGIONS for team, _tn, _te, kind, _cities in teams}
# The North lost a big customer group this year: fewer new deals since January.
SLOW_REGION, SLOW_SHARE = "north", 0.62
REGION_OF = {team: code for code, _n, _e, _w, teams in REGIONS for team, _tn, _te, _tt, _cities in teams}
LOST_REASONS = (
    "lost-price",
    "lost-product",
    "lost-relation",
    "lost-budget",
    "lost-rival",
    "lost-timing",
    "lost-no-decision",
)
RIVAL_REASONS = {"lost-price", "lost-rival", "lost-relation"}
WON_REASONS = ("won-solution", "won-relation", "won-price", "won-service")
PAUSED_REASONS = ("paused-budget", "paused-timing", "paused-decision")
SOURCES = ("转介绍", "展会", "陌生拜访", "招标网", "官网", "渠道伙伴")
TIER_FACTOR = {"A": 2.6, "B": 1.35, "C": 0.75, "D": 0.45}
PRODUCTS = {code: (Decimal(price), Decimal(cost)) for _l, _n, _e, rows in LINES for code, _pn, _pe, price, cost in rows}
MAIN_PRODUCTS = ("EC-20", "EC-40", "EC-80", "EM-S", "EM-P", "PL-D", "PL-Y", "PL-C")


def make_deals(
    rng: Random, people: dict[str, PersonRow], customers: dict[str, CustomerRow], start: date, today: date
) -> list[DealRow]:
    """Every deal of every rep from `start` until today, in order of creation."""
    by_owner: dict[str, list[CustomerRow]] = {}
    for customer in customers.values():
        for _since, owner in customer.owners:
            by_owner.setdefault(owner, []).append(customer)
    deals: list[DealRow] = []
    for person in people.values():
        if person.key.startswith("rep-"):
            deals += _deals_of(rng, person, by_owner.get(person.key, []), start, today)
    deals.sort(key=lambda deal: (deal.created_on, deal.key))
    return deals


def _deals_of(rng: Random, person: PersonRow, customers: list[CustomerRow], start: date, today: date) -> list[DealRow]:
    deals: list[DealRow] = []
    day = max(start - timedelta(days=90), person.hired_on)
    while day < (person.left_on or today):
        team = person.unit_on(day)
        process = TEAM_TYPE[team]
        pace = NEW_DEALS_A_MONTH[process] * (0.7 + 0.3 * person.skill)
        if REGION_OF[team] == SLOW_REGION and day.year == today.year:
            pace *= SLOW_SHARE
        day += timedelta(days=max(1, round(rng.expovariate(pace / 30))))
        choices = [row for row in customers if row.created_on <= day and row.owner_on(day) == person.key]
        if day >= (person.left_on or today) or not choices:
            continue
        customer = rng.choices(choices, [TIER_FACTOR[row.tier] for row in choices])[0]
        deals.append(_deal(rng, f"{person.key}-{len(deals)}", person, customer, process, day, today))
    return deals


def _deal(
    rng: Random, key: str, person: PersonRow, customer: CustomerRow, process: str, day: date, today: date
) -> DealRow:
    lines = _lines(rng, customer.tier, process)
    amount = sum((quantity * price for _code, quantity, price in lines), Decimal(0))
    cost = sum((quantity * PRODUCTS[code][1] for code, quantity, _price in lines), Decimal(0))
    steps = _climb(rng, process, person, day, today)
    planned = day + timedelta(days=round(sum(days for _chance, days in PATHS[process]) * rng.uniform(0.8, 1.5)))
    expected, slips = _expected(rng, planned, steps, today)
    deal = DealRow(
        key=key,
        name=f"{customer.topic}{rng.choice(('', '', '一期', '二期', '扩容', '改造'))}",
        customer=customer.key,
        owner=person.key,
        process=process,
        amount=amount,
        cost=cost,
        lines=lines,
        steps=steps,
        expected_on=expected,
        first_expected_on=planned,
        slips=slips,
        source=rng.choice(SOURCES),
    )
    if deal.status in {"won", "lost", "paused"}:
        choices = {"won": WON_REASONS, "lost": LOST_REASONS, "paused": PAUSED_REASONS}[deal.status]
        deal.reason = rng.choice(choices)
        deal.rival = rng.choice(RIVALS) if deal.reason in RIVAL_REASONS else ""
        if deal.status == "paused":
            deal.resume_on = today + timedelta(days=rng.randint(10, 120))
    elif deal.status == "open":
        if rng.random() < 0.9:
            deal.next_step = rng.choice(NEXT_STEPS)
            deal.next_step_on = today + timedelta(days=rng.choice((-3, -1, 0, 0, 1, 2, 3, 5, 8, 12)))
        deal.rival = rng.choice(RIVALS) if rng.random() < 0.3 else ""
    return deal


def _lines(rng: Random, tier: str, process: str) -> list[tuple[str, Decimal, Decimal]]:
    """(product, quantity, price after discount)."""
    scale = TIER_FACTOR[tier] * (1.0 if process == "effectiveness" else 0.4)
    lines = []
    for code in rng.sample(MAIN_PRODUCTS, rng.choice((1, 1, 2))):
        price = PRODUCTS[code][0]
        wanted = Decimal(round(rng.lognormvariate(12.6, 0.55) * scale))
        quantity = max(Decimal(1), (wanted / price).quantize(Decimal(1)))
        lines.append((code, quantity, _discounted(rng, price)))
    if process == "effectiveness" and rng.random() < 0.6:
        lines.append(("SV-1", Decimal(rng.randint(3, 30)), PRODUCTS["SV-1"][0]))
    return lines


def _discounted(rng: Random, price: Decimal) -> Decimal:
    return (price * Decimal(100 - rng.choice((0, 2, 3, 5, 6, 8, 10))) / 100).quantize(Decimal(1))


def _climb(rng: Random, process: str, person: PersonRow, day: date, today: date) -> list[StageStep]:
    """The stages a deal entered until it was closed, or until today."""
    steps = [StageStep(day, 0)]
    path = PATHS[process]
    lift = 0.05 * (person.skill - 1)
    for stage, (chance, days) in enumerate(path):
        stay = max(0, round(rng.gammavariate(2.2, days / 2.2) / (0.8 + 0.2 * person.skill)))
        day += timedelta(days=stay)
        if day > today:
            return steps
        if rng.random() > chance + lift:
            wait = day + timedelta(days=round(rng.expovariate(1 / 20)))
            if wait <= today:
                steps.append(StageStep(wait, stage, "paused" if rng.random() < 0.06 else "lost"))
            return steps
        if rng.random() < 0.03 and stage >= 2:
            steps.append(StageStep(day, stage - 1))
        last = stage + 1 == len(path)
        steps.append(StageStep(day, stage + 1, "won" if last else "open"))
    return steps


def _expected(rng: Random, planned: date, steps: list[StageStep], today: date) -> tuple[date, int]:
    if steps[-1].status != "open":
        return (max(planned, steps[-1].on) if rng.random() < 0.4 else steps[-1].on), 0
    expected, slips = planned, 0
    while expected < today and rng.random() < 0.9:
        expected += timedelta(days=rng.choice((21, 30, 45)))
        slips += 1
    return expected, slips
