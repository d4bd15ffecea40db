"""When customers bought: told by commerce, read by pipeline, so that an open deal knows new business from existing."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from tiji.apps.pipeline.models import AccountBuying


@transaction.atomic
def record_account_buying(*, spans: Mapping[int, tuple[date, date] | None]) -> None:
    """Account id → first and last day on which it signed what still stands; None when nothing does any more.

    Called by commerce with every signing, confirming and reversing, for all accounts it touches in one set.
    """
    gone = [account for account, span in spans.items() if span is None]
    if gone:
        AccountBuying.objects.filter(account_id__in=gone).delete()
    AccountBuying.objects.bulk_create(
        [
            AccountBuying(account_id=key, first_signed_on=span[0], last_signed_on=span[1])
            for key, span in spans.items()
            if span
        ],
        batch_size=500,
        update_conflicts=True,
        update_fields=["first_signed_on", "last_signed_on"],
        unique_fields=["account"],
    )
