"""The demo company as a whole: simulated, then stored room by room in one transaction."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils import translation

from tiji.apps.exchange.demo.simulate import simulate
from tiji.apps.exchange.demo.world import World
from tiji.apps.exchange.services.demo.cash import store_contracts
from tiji.apps.exchange.services.demo.market import store_catalog, store_customers
from tiji.apps.exchange.services.demo.organization import store_organization
from tiji.apps.exchange.services.demo.pay import store_pay
from tiji.apps.exchange.services.demo.pipeline import store_activities, store_deals
from tiji.apps.exchange.services.demo.targets import store_targets
from tiji.shared.request_context import acting
from tiji.shared.statistics import after_many_rows

Report = Callable[[str], None]
LANGUAGE = "zh-hans"  # what the demo company writes, whatever language the terminal speaks


@transaction.atomic
@after_many_rows()
def build_demo(*, today: date, customers: int | None = None, report: Report = lambda step: None) -> World:
    """Make the demo company in an empty database; a part that fails leaves nothing.

    Raises: DomainError if the database already holds a company.
    """
    world = simulate(today, **({} if customers is None else {"customers": customers}))
    with acting(None, "system"), translation.override(LANGUAGE):
        report("organisation")
        staff = store_organization(world)
        report("customers")
        products = store_catalog(world, staff)
        accounts = store_customers(world, staff)
        report("opportunities")
        deals = store_deals(world, staff, accounts, products)
        report("contracts, invoices, receipts")
        store_contracts(world, staff, accounts, deals)
        report("activities")
        store_activities(world, staff, accounts, deals)
        report("targets")
        store_targets(world, staff)
        report("pay")
        store_pay(world, staff)
    return world
