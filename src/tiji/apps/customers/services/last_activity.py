"""When somebody last did something for a customer: told by the rooms above that keep activities."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Q

from tiji.apps.customers.models import Account


@transaction.atomic
def touch_accounts(days: Mapping[int, date]) -> None:
    """Account id → a day on which it was looked after; an earlier day than the one kept changes nothing."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for account, on in days.items():
        by_day[on].append(account)
    for on, accounts in by_day.items():
        older = Q(last_activity_on__isnull=True) | Q(last_activity_on__lt=on)
        Account.objects.filter(older, pk__in=accounts).update(last_activity_on=on)
