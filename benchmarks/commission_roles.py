"""Crediting by role: a quarter's receipts credited to owners, to everybody above them, to those who keep product lines.

A thousand people in a hundred teams and ten regions; every receipt paid an order with two product lines. Measured in
processor time: making the shares of each role from the database, and computing a plan by them.
Run: python benchmarks/commission_roles.py [receipts] [orders]
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

HOME = Path(__file__).resolve().parent
sys.path[:0] = [str(HOME), str(HOME.parent / "src")]

from _setup import installation  # noqa: E402

STEPS = [{"from": "0", "to": "500000", "rate": "0.01"}, {"from": "500000", "rate": "0.02"}]
START, END = date(2026, 1, 1), date(2026, 4, 1)
PLAN = {
    "code": "roles",
    "currency": "CNY",
    "components": [
        {
            "code": "cash",
            "credit": {"event": "receipt"},
            "measure": {"interval": "quarter"},
            "rate": {"mode": "marginal", "steps": STEPS},
        }
    ],
}


def main() -> None:
    from django.core.management import call_command

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    orders = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    call_command("migrate", verbosity=0)
    people, keepers = build(orders)
    events = receipts(count, people, orders)
    base: float | None = None
    for role in ("owner", "manager", "product_manager"):
        paid = {"owner": people, "manager": managers(), "product_manager": keepers}[role]
        shares, made, computed, lines = measure(events, role, paid)
        base = base or made + computed
        spent = made + computed
        print(f"{role:16} {shares:8,} shares {made:6.2f} s  {lines:8,} lines {computed:6.2f} s  {spent / base:5.1f} x")


def build(orders: int) -> tuple[list[int], list[int]]:
    """The company, its two product lines and their keepers, and the orders. Returns the reps and the keepers."""
    import _company

    from tiji.apps.customers.services.accounts import NewAccount, insert_accounts
    from tiji.apps.organization.services.founding import found_company
    from tiji.shared.request_context import acting

    with acting(None, "command"):
        admin = found_company(name="Measured", currency="CNY", administrator_email="admin@example.com").administrator
        people = _company._people(admin)
        customer = [NewAccount(name="Customer", owner_id=people[0])]
        account = insert_accounts(rows=customer, at=datetime.now(UTC), actor=admin)[0]
    lead_teams(_company.BEGIN)
    sell(orders, account.pk, people[0], [keep(code, person) for code, person in zip("AB", people, strict=False)])
    return people, people[:2]


def lead_teams(begin: date) -> None:
    from tiji.apps.organization.models import Assignment, Person, Position, Role, Unit

    for unit in Unit.objects.filter(kind="team"):
        seat = Position.objects.create(unit=unit, role=Role.MANAGER, name="lead")
        Assignment.objects.create(person=Person.objects.create(name=str(unit)), position=seat, valid_from=begin)


def keep(code: str, person: int) -> int:
    """A product of a line that the person keeps."""
    from tiji.apps.catalog.models import Product, ProductLine
    from tiji.apps.organization.models import AccessGrant

    line = ProductLine.objects.create(code=code, name=code)
    grant = {
        "kind": "product_line",
        "object_id": line.pk,
        "person_id": person,
        "may_change": True,
        "source": "measured",
    }
    AccessGrant.objects.create(valid_from=date(2020, 1, 1), **grant)
    return int(Product.objects.create(code=code, name=code, currency="CNY", line=line).pk)


def sell(orders: int, account: int, owner: int, products: list[int]) -> None:
    """Orders over 1,000 of two products each."""
    from tiji.apps.commerce.models import Order, OrderLine

    facts = {"account_id": account, "owner_id": owner, "ordered_on": START, "currency": "CNY"}
    facts |= {"amount": Decimal(1000), "created_at": datetime.now(UTC)}
    made = [Order(number=f"O{key}", **facts) for key in range(orders)]
    Order.objects.bulk_create(made, batch_size=2000)
    rng, lines = random.Random(3), []
    for order in made:
        part = rng.randint(1, 999)
        for at, (product, amount) in enumerate(zip(products, (part, 1000 - part), strict=True)):
            line = OrderLine(order=order, position=at, product_id=product, quantity=1, unit_price=amount)
            line.amount = Decimal(amount)
            lines.append(line)
    OrderLine.objects.bulk_create(lines, batch_size=2000)


def managers() -> list[int]:
    from tiji.apps.organization.models import Assignment

    return list(Assignment.objects.filter(position__role="manager").values_list("person_id", flat=True))


def receipts(count: int, people: list[int], orders: int):
    """The events as a run reads them; amounts of whole fen, as stored."""
    import pyarrow as pa

    from tiji.apps.commerce.models import Order
    from tiji.apps.incentives.selectors.events import _SCHEMA, PRODUCT_SUBJECT

    rng, keys = random.Random(7), list(Order.objects.values_list("pk", flat=True))
    columns = {
        "event_id": list(range(1, count + 1)),
        "event_on": [START + timedelta(days=rng.randrange(90)) for _row in range(count)],
        "kind": ["receipt"] * count,
        "subject_id": [people[rng.randrange(len(people))] for _row in range(count)],
        "amount": [rng.randint(100, 5_000_000) * 100 for _row in range(count)],
        "currency": ["CNY"] * count,
        PRODUCT_SUBJECT: [-2 * keys[rng.randrange(orders)] - 1 for _row in range(count)],
    }
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in _SCHEMA
    ]
    return pa.table(arrays, schema=_SCHEMA)


def measure(events, role: str, paid: list[int]) -> tuple[int, float, float, int]:
    """Shares, seconds to make them, seconds to compute by them, lines: the best of three."""
    from tiji.apps.incentives.selectors.crediting import Crediting, with_roles
    from tiji.kernel.commission import QUOTA_SCHEMA, Window, compute, plan_from_dict
    from tiji.kernel.engine import DuckEngine
    from tiji.kernel.periods import FiscalCalendar

    document = {**PLAN, "components": [{**PLAN["components"][0], "credit": {"event": "receipt", "role": role}}]}
    if role == "manager":
        document["components"][0]["credit"]["sharing"] = "each"
    plan = with_roles(plan_from_dict(document))
    payees = {person: [(date(2020, 1, 1), None)] for person in paid}
    best_made = best_computed = 1e9
    for _round in range(3):
        begun = time.process_time()
        shares = Crediting(events, END, END, FiscalCalendar()).assignments(plan, payees)
        made = time.process_time()
        results = compute(
            plan, events, shares, QUOTA_SCHEMA.empty_table(), DuckEngine(), window=Window(START, END), amount_digits=4
        )
        best_made, best_computed = min(best_made, made - begun), min(best_computed, time.process_time() - made)
    return shares.num_rows, best_made, best_computed, results.trace.num_rows


if __name__ == "__main__":
    with installation():
        main()
