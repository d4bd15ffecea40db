"""A company to measure on: regions, teams, a thousand people, ten thousand customers and as many deals as asked."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
from django.core.management import call_command
from django.db import transaction

from tiji.apps.customers.services.accounts import NewAccount, insert_accounts
from tiji.apps.organization.models import Role, User
from tiji.apps.organization.services.bulk import PersonRow, UnitRow, hire_people, place_units
from tiji.apps.organization.services.founding import found_company
from tiji.apps.organization.services.users import UserRow, invite_users
from tiji.apps.pipeline.models import Stage
from tiji.apps.pipeline.services.loading import insert_opportunities
from tiji.apps.pipeline.services.processes import found_processes
from tiji.shared.request_context import acting
from tiji.shared.tokens import make_token

TODAY = date.today()  # noqa: DTZ011
BEGIN = date(2020, 1, 1)
REGIONS, TEAMS, REPS = 10, 10, 10
BATCH = 100_000


def build(deals: int) -> dict[str, str]:
    """Fill an empty database; answers the secret tokens of an administrator and of a regional manager."""
    import tiji.api.root  # noqa: F401  makes the scopes of every room known

    call_command("migrate", verbosity=0)
    with acting(None, "command"):
        founded = found_company(name="Measured", currency="CNY", administrator_email="admin@example.com")
        admin = founded.administrator
        with transaction.atomic():
            people = _people(admin)
            accounts = _accounts(admin, people)
        rng = random.Random(7)
        stages = list(
            Stage.objects.filter(process=found_processes()["effectiveness"])
            .order_by("position")
            .values_list("pk", flat=True)
        )
        for start in range(0, deals, BATCH):
            _deals(rng, admin, range(start, min(deals, start + BATCH)), people, accounts, stages)
        manager = User.objects.get(email="head0@example.com")
        scopes = ["pipeline:read", "pipeline:write"]
        return {
            "administrator": make_token(actor=admin, name="bench", scopes=scopes)[1],
            "manager": make_token(actor=manager, name="bench", scopes=scopes)[1],
        }


def _people(admin: User) -> list[int]:
    units = [UnitRow(f"r{region}", f"Region {region}", kind="region", valid_from=BEGIN) for region in range(REGIONS)]
    units += [
        UnitRow(f"t{region}-{team}", f"Team {region}-{team}", parent_key=f"r{region}", valid_from=BEGIN)
        for region in range(REGIONS)
        for team in range(TEAMS)
    ]
    placed = place_units(actor=admin, rows=units)
    heads = [
        PersonRow(f"h{region}", f"Head {region}", placed[f"r{region}"], role=Role.MANAGER, assigned_on=BEGIN)
        for region in range(REGIONS)
    ]
    reps = [
        PersonRow(
            f"p{region}-{team}-{rep}", f"Rep {region}-{team}-{rep}", placed[f"t{region}-{team}"], assigned_on=BEGIN
        )
        for region in range(REGIONS)
        for team in range(TEAMS)
        for rep in range(REPS)
    ]
    hired = hire_people(actor=admin, rows=[*heads, *reps])
    invite_users(actor=admin, rows=[UserRow("head0@example.com", "Head 0", hired["h0"])])
    return [hired[row.key].pk for row in reps]


def _accounts(admin: User, people: list[int]) -> list[int]:
    rows = [NewAccount(name=f"Customer {index} Ltd", owner_id=people[index % len(people)]) for index in range(10_000)]
    return [account.pk for account in insert_accounts(rows=rows, at=datetime.now(UTC), actor=admin)]


def _deals(
    rng: random.Random, admin: User, numbers: range, people: list[int], accounts: list[int], stages: list[int]
) -> None:
    keys, names, owners, customers, amounts, expected = [], [], [], [], [], []
    step_keys, step_stages, step_at = [], [], []
    for number in numbers:
        begun = datetime.now(UTC) - timedelta(days=rng.randint(4, 540))
        top = rng.randint(0, len(stages) - 2)
        keys.append(f"d{number}")
        names.append(f"Deal {number}")
        owners.append(people[rng.randrange(len(people))])
        customers.append(accounts[rng.randrange(len(accounts))])
        amounts.append(Decimal(rng.randint(10_000, 4_000_000)))
        expected.append(TODAY + timedelta(days=rng.randint(-30, 360)))
        for place in range(top + 1):
            step_keys.append(f"d{number}")
            step_stages.append(stages[place])
            step_at.append(begun + timedelta(hours=8 * place))
    money = pa.decimal128(38, 4)
    insert_opportunities(
        actor=admin,
        opportunities=pa.table(
            {
                "key": keys,
                "name": names,
                "owner_id": owners,
                "account_id": customers,
                "amount": pa.array(amounts, money),
                "expected_on": expected,
                "next_step": ["call"] * len(keys),
            }
        ),
        steps=pa.table({"key": step_keys, "stage_id": step_stages, "at": pa.array(step_at, pa.timestamp("us", "UTC"))}),
        batch=f"bench-{numbers.start}",
        strict=False,
    )
