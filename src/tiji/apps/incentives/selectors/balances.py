"""The balances that payment left: what a month begins with, and what somebody's balances are today."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from tiji.apps.incentives.models import PaymentStep
from tiji.kernel.money import Money


def opening_balances(before: date) -> tuple[dict[int, dict[int, dict[str, int]]], dict[str, int]]:
    """What the last month before a day left, by plan, person and balance; and the runs it comes from, by month.

    Units: minor units of each plan's currency. Whoever was not paid for a while goes on where he stopped.
    """
    latest = Window(
        RowNumber(),
        partition_by=[F("plan_version__plan_id"), F("person_id"), F("balance")],
        order_by=F("run__pay_period__starts_on").desc(),
    )
    rows = PaymentStep.objects.current().filter(run__pay_period__starts_on__lt=before)
    newest = rows.order_by().annotate(latest=latest).filter(latest=1)
    found: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    basis: dict[str, int] = {}
    for plan, person, balance, closing, currency, month, run in newest.values_list(
        *("plan_version__plan_id", "person_id", "balance", "closing", "currency"),
        *("run__pay_period__key", "run_id"),
    ).iterator(chunk_size=10_000):
        basis[month] = run
        if closing:
            found[plan][person][balance] = Money(closing, currency).to_minor()
    return {plan: dict(people) for plan, people in found.items()}, basis


def standing_balances(person: int) -> dict[tuple[int, str], Decimal]:
    """(plan, balance) → what it is after the person's newest month."""
    rows = PaymentStep.objects.current().filter(person_id=person).order_by("run__pay_period__starts_on")
    return {
        (plan, balance): closing
        for plan, balance, closing in rows.values_list("plan_version__plan_id", "balance", "closing")
    }
