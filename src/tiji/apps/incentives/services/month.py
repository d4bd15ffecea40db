"""Everything a run of a month reads, as of one moment: what the month earns from, and what it takes over."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tiji.apps.incentives.models import PayPeriod, PayState
from tiji.apps.incentives.selectors.adjustments import AddedPay, approved_adjustments
from tiji.apps.incentives.selectors.balances import opening_balances
from tiji.apps.incentives.selectors.closed import awaited_corrections
from tiji.apps.incentives.selectors.inputs import RunInputs, inputs_of
from tiji.apps.incentives.services.corrections import ClosedMonth, closed_months
from tiji.kernel.periods import Period
from tiji.shared.snapshots import snapshot


@dataclass(frozen=True)
class MonthRead:
    """`current` and `state` are the month's as they were read; `basis` the runs it builds on, by month; `checked` the
    closed months with the hash as which each is known, `changed` those that are known otherwise than before.
    """

    inputs: RunInputs
    current: int | None
    state: str
    opening: Mapping[int, Mapping[int, Mapping[str, int]]]
    basis: Mapping[str, int]
    checked: Mapping[str, str]
    changed: tuple[ClosedMonth, ...]
    adjusted: tuple[AddedPay, ...] = ()

    @cached_property
    def digest(self) -> str:
        """The hash of everything. A month that takes nothing over is what it earns from."""
        changed = [
            [
                month.period.key,
                month.inputs.digest,
                sorted((*key, str(paid.amount)) for key, paid in month.paid.items()),
            ]
            for month in self.changed
        ]
        adjusted = sorted((row.id, row.person_id, row.currency, row.amount) for row in self.adjusted)
        if not (self.opening or changed or adjusted):
            return self.inputs.digest
        taken_over = json.dumps([self.opening, changed, adjusted], sort_keys=True)
        return hashlib.sha256(f"{self.inputs.digest}{taken_over}".encode()).hexdigest()


def read_month(month: Period, on: date) -> MonthRead:
    """Read all of it within one snapshot; nobody who writes has to wait. `on` is the day of the run."""
    with snapshot():
        row = PayPeriod.objects.filter(key=month.key).first()
        opening, basis = opening_balances(month.start)
        checked, changed = closed_months(month, on)
        awaited = awaited_corrections(month)
        inputs = inputs_of(month, on)
        adjusted = tuple(approved_adjustments(month.key))
    paying = {one.version.plan_id for one in inputs.plans if one.plan.by_month}
    return MonthRead(
        inputs,
        row.current_id if row else None,
        row.state if row else PayState.OPEN,
        {plan: people for plan, people in opening.items() if plan in paying},
        awaited | (basis if paying & opening.keys() else {}),
        checked,
        tuple(changed),
        adjusted,
    )
