"""What the page of an asked run shows: how far it is, and what came of it."""

from fractions import Fraction
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from tiji.apps.incentives.display import words
from tiji.apps.incentives.display.runs import run_steps
from tiji.apps.incentives.models import Run, RunRequest, Statement
from tiji.apps.incentives.services.asking import has_died, nobody_came
from tiji.apps.incentives.services.progress import STAGES, called_off_by, running
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.money import Money


def asked_page(asked: RunRequest) -> dict[str, Any]:
    """The stages while it is open, the result once it is over."""
    now, told = timezone.now(), running()
    mine = told if told.get("request") == asked.pk else {}
    died = has_died(asked, now)
    steps = run_steps(mine)
    passed = sum(1 for step in steps if step["state"] == "done")
    return {
        "asked": asked,
        "month": words.month_label(fiscal_calendar().period(asked.period)),
        "board": f"{reverse('payouts')}?month={asked.period}",
        "busy": asked.is_open and not died,
        "died": died,
        "alone": nobody_came(asked, now),
        "other": told if told and not mine else None,
        "stopping": asked.is_open and called_off_by(asked.pk) is not None,
        "steps": steps,
        "share": Fraction(passed, len(STAGES)),
        "seconds": _seconds(asked),
        "sums": _sums(asked.run) if asked.run else (),
    }


def _seconds(asked: RunRequest) -> str:
    if asked.begun_at is None or asked.ended_at is None:
        return ""
    return f"{(asked.ended_at - asked.begun_at).total_seconds():.1f}"


def _sums(run: Run) -> list[tuple[Money, Money]]:
    """What the run says was earned and is to be paid, by currency."""
    rows = Statement.objects.filter(run=run).order_by("currency").values("currency")
    found = rows.annotate(amount=Sum("amount"), paid=Sum("paid"))
    return [(Money(row["amount"], row["currency"]), Money(row["paid"], row["currency"])) for row in found]
