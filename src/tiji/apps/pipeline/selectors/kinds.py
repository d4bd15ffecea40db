"""Existing or new business in an open deal: today's answer, from when its customer signed."""

from collections.abc import Iterable
from datetime import date

from tiji.apps.pipeline.models import AccountBuying
from tiji.kernel.targets import business_kind


def kinds_of_accounts(accounts: Iterable[int | None], on: date) -> dict[int | None, str]:
    """Account id → "existing" or "new" on that day; a deal without customer is new business. One query."""
    wanted = set(accounts)
    keys = [account for account in wanted if account is not None]
    spans = {row.account_id: [row.first_signed_on, row.last_signed_on] for row in
             AccountBuying.objects.filter(account_id__in=keys)} if keys else {}  # fmt: skip
    return {account: str(business_kind(spans.get(account, []), on)) for account in wanted}


def kind_of_account(account: int | None, on: date) -> str:
    """The same for one customer."""
    return kinds_of_accounts([account], on)[account]
