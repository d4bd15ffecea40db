"""Customers of the demo company, spread over the teams' cities."""

from datetime import date, timedelta
from random import Random

from tiji.apps.exchange.demo.people import new_name
from tiji.apps.exchange.demo.words import (
    COINED_FIRST,
    COINED_SECOND,
    COMPANY_SUFFIXES,
    CONTACT_TITLES,
    REGIONS,
    TRADES,
)
from tiji.apps.exchange.demo.world import CustomerRow, PersonRow

# (team, owner's seat, short name, trade index, tier): the customers the stories are told of.
NAMED = (
    ("sunan", 0, "澄湖精密", "苏州澄湖精密制造有限公司", 2, "A"),
    ("shanghai", 0, "科岛半导体", "上海科岛半导体有限公司", 8, "A"),
    ("zhejiang", 1, "瓯江阀门", "浙江瓯江阀门有限公司", 1, "C"),
    ("sunan", 1, "锡澄重工", "无锡锡澄重工有限公司", 0, "A"),
    ("zhejiang", 2, "江海船舶", "宁波江海船舶有限公司", 17, "C"),
)
TIERS = (("A", 0.07), ("B", 0.25), ("C", 0.45), ("D", 0.23))
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def make_customers(
    rng: Random, count: int, people: dict[str, PersonRow], start: date, today: date
) -> dict[str, CustomerRow]:
    """`count` accounts with contacts; whoever owned one when he left handed it to his team's lead's next rep."""
    teams = [(team, cities, weight) for _c, _n, _e, weight, rows in REGIONS for team, _tn, _te, _tt, cities in rows]
    sellers = {team: [p for p in people.values() if p.key.startswith(f"rep-{team}-")] for team, _c, _w in teams}
    taken: set[str] = {name for _team, _seat, short, name, _trade, _tier in NAMED for name in (short, name)}
    taken_people: set[str] = {person.name for person in people.values()}
    customers: dict[str, CustomerRow] = {}
    for index, (team, seat, short, name, trade, tier) in enumerate(NAMED):
        owner = people[f"rep-{team}-{seat}"]
        cities = next(rows for code, rows, _w in teams if code == team)
        row = _customer(rng, f"c{index}", name, short, trade, tier, team, cities[0][0], owner, start, today)
        row.contacts = _contacts(rng, taken_people, 4)
        customers[row.key] = row
    weights = [weight * len(sellers[team]) for team, _cities, weight in teams]
    for index in range(len(NAMED), count):
        team, cities, _weight = rng.choices(teams, weights)[0]
        division, city = rng.choice(cities)
        owner = rng.choice(sellers[team])
        trade = rng.randrange(len(TRADES))
        name, short = _company_name(rng, city, trade, taken)
        tier = rng.choices([tier for tier, _ in TIERS], [share for _, share in TIERS])[0]
        row = _customer(rng, f"c{index}", name, short, trade, tier, team, division, owner, start, today)
        row.contacts = _contacts(rng, taken_people, rng.choice((1, 1, 2, 3)))
        customers[row.key] = row
    _hand_over(customers, people)
    return customers


def _customer(
    rng: Random,
    key: str,
    name: str,
    short: str,
    trade: int,
    tier: str,
    team: str,
    division: str,
    owner: PersonRow,
    start: date,
    today: date,
) -> CustomerRow:
    created = start - timedelta(days=rng.randint(40, 1100))
    if rng.random() < 0.45:
        created = start + timedelta(days=rng.randint(0, (today - start).days - 20))
    created = max(created, owner.hired_on)
    industry, _word, topic = TRADES[trade]
    return CustomerRow(
        key=key,
        name=name,
        short_name=short,
        credit_body=_credit_body(rng, division),
        industry=industry,
        division=division,
        tier=tier,
        topic=topic,
        team=team,
        created_on=created,
        owners=[(created, owner.key)],
    )


def _company_name(rng: Random, city: str, trade: int, taken: set[str]) -> tuple[str, str]:
    word = TRADES[trade][1]
    while True:
        coined = rng.choice(COINED_FIRST) + rng.choice(COINED_SECOND)
        short = coined + word
        name = city + short + rng.choice(COMPANY_SUFFIXES)
        if short not in taken and name not in taken and coined[0] != coined[1]:
            taken.update((short, name))
            return name, short


def _credit_body(rng: Random, division: str) -> str:
    """The first 17 characters of a unified credit code; the check character is put on when it is stored."""
    area = division.ljust(6, "0")
    return "91" + area + "".join(rng.choice(CREDIT_ALPHABET) for _ in range(9))


def _contacts(rng: Random, taken: set[str], count: int) -> list[tuple[str, str, str]]:
    """(name, role, job title)."""
    chosen = rng.sample(CONTACT_TITLES, count)
    return [(new_name(rng, set(taken)), role, title) for role, title in chosen]


def _hand_over(customers: dict[str, CustomerRow], people: dict[str, PersonRow]) -> None:
    """Accounts of whoever left or moved go to a colleague of his team on that day."""
    for person in people.values():
        day = person.left_on or (person.places[1][0] if len(person.places) > 1 else None)
        if day is None:
            continue
        team = person.places[0][1]
        heirs = [p.key for p in people.values() if p.key.startswith(f"rep-{team}-") and p.key != person.key]
        owned = [row for row in customers.values() if row.owners[-1][1] == person.key]
        for index, row in enumerate(owned):
            row.owners.append((max(day, row.created_on + timedelta(days=1)), heirs[index % len(heirs)]))
