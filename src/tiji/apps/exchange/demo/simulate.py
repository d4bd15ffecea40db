"""The simulation as a whole: the same seed and day always give the same company."""

from datetime import date, timedelta
from random import Random

from tiji.apps.exchange.demo.activities import make_activities
from tiji.apps.exchange.demo.cash import make_contracts
from tiji.apps.exchange.demo.customers import make_customers
from tiji.apps.exchange.demo.deals import make_deals
from tiji.apps.exchange.demo.people import first_of_month, make_people, make_units
from tiji.apps.exchange.demo.stories import tell
from tiji.apps.exchange.demo.world import World

SEED = 20260901
CUSTOMERS = 2000
MONTHS = 18


def simulate(today: date, *, seed: int = SEED, customers: int = CUSTOMERS) -> World:
    """Eighteen months of the demo company up to `today`."""
    rng = Random(seed)  # noqa: S311
    start = first_of_month(today)
    for _month in range(MONTHS):
        start = first_of_month(start - timedelta(days=1))
    people = make_people(rng, start, today)
    accounts = make_customers(rng, customers, people, start, today)
    deals = make_deals(rng, people, accounts, start, today)
    world = World(
        today=today,
        start=start,
        units=make_units(start, today),
        people=people,
        customers=accounts,
        deals=deals,
        contracts=make_contracts(rng, people, accounts, deals, start, today),
        activities=make_activities(rng, people, accounts, deals, start, today),
    )
    tell(world)
    return world
