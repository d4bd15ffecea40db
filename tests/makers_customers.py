"""Makers of customers through the product's own services, for tests that need them as users make them."""

from typing import Any

from makers import TODAY, moment
from tiji.apps.customers.models import Account, Contact, Division
from tiji.apps.customers.services.accounts import NewAccount, create_account, insert_accounts
from tiji.apps.customers.services.contacts import create_contact
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.customers.services.industries import found_industries
from tiji.apps.organization.models import User

NOON = moment(f"{TODAY.isoformat()}T04:00:00")
ACME = "无锡锡澄重工有限公司"
# A code made by the standard's own rule, see test_credit_codes.py.
ACME_CODE = "91350100M000100Y43"


def enter_account(actor: User, name: str = ACME, **facts: Any) -> Account:
    """A customer that `actor` entered."""
    return create_account(actor=actor, at=facts.pop("at", NOON), name=name, **facts)


def enter_contact(actor: User, account: Account, name: str = "王建国", **facts: Any) -> Contact:
    return create_contact(actor=actor, account=account, at=NOON, name=name, **facts)


def fill_accounts(count: int, owners: list[int | None], **facts: Any) -> list[Account]:
    """Many customers in one set, their owners in turn."""
    rows = [
        NewAccount(name=f"客户{number:06d}制造有限公司", owner_id=owners[number % len(owners)], **facts)
        for number in range(count)
    ]
    return insert_accounts(rows=rows, at=NOON)


def make_places() -> None:
    """The divisions and industries a company starts with."""
    if not Division.objects.exists():
        load_divisions()
    found_industries()
