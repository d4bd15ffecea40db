"""The arithmetic of a model of pay, on plain tables: events that grow, sums by person, where the cost is the same.

Source: docs/how-to/pay-models.md
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.incentives.computing import RunTables, compute_run
from tiji.apps.incentives.selectors.events import STORED_DIGITS
from tiji.apps.incentives.selectors.inputs import PlanInputs
from tiji.kernel.commission import InputError, interval_dates, interval_no, plan_from_dict
from tiji.kernel.money import minor_units

WHOLE = 10_000
"""Growth is counted in hundredths of a percent."""
GROWTHS = (-2000, -1000, 0, 1000, 2000)
SEARCHES = 6


@dataclass
class Sum:
    """What somebody gets, and what is credited to him. Units: as stored."""

    amount: int = 0
    credit: int = 0


@dataclass(frozen=True)
class Reached:
    """A total against its quota in one interval. Units: minor units."""

    total: int
    quota: int


@dataclass
class Credited:
    """Counts what is credited to a person once for each event, however many components and months count it.

    What was seen is kept only for a plan whose components are paid by intervals of different lengths.
    """

    mixed: bool
    _seen: list[pa.Table] = field(default_factory=list)

    def of(self, tables: RunTables) -> dict[int, int]:
        """Person → what is credited to him here for the first time. Units: minor units."""
        if not tables["credits"].num_columns:
            return {}
        keys = ["payee_id", "event_id"]
        grouped = tables["credits"].select([*keys, "credit"]).group_by(keys)
        found = grouped.aggregate([("credit", "max"), ("credit", "min")])
        if self.mixed:
            if self._seen:
                found = found.join(pa.concat_tables(self._seen), keys, join_type="left anti")
            self._seen.append(found.select(keys))
        most = pc.if_else(pc.greater(found["credit_max"], 0), found["credit_max"], found["credit_min"])
        sums = (
            pa.table({"payee_id": found["payee_id"], "credit": most})
            .group_by("payee_id")
            .aggregate([("credit", "sum")])
        )
        return dict(zip(sums["payee_id"].to_pylist(), sums["credit_sum"].to_pylist(), strict=True))


def is_mixed(documents: Iterable[Mapping[str, Any]]) -> bool:
    """Whether some component of these plans is paid by an interval longer than a month."""
    return any(part.pay.interval != "month" for one in documents for part in plan_from_dict(one).components)


def computed(plans: Sequence[PlanInputs], growth: int, credited: Credited) -> tuple[dict[int, Sum], RunTables]:
    """One month by these plans, every event larger by `growth`; everybody they pay has an entry.

    Raises: InputError, EngineError.
    """
    tables = compute_run([grown(one, growth) for one in plans])
    sums: dict[int, Sum] = {person: Sum() for one in plans for person in one.payees}
    if not plans:
        return sums, tables
    stored = 10 ** (STORED_DIGITS - minor_units(plans[0].plan.currency))
    for row in tables["earnings"].select(["payee_id", "amount"]).to_pylist():
        sums.setdefault(row["payee_id"], Sum()).amount += row["amount"] * stored
    for row in tables["cells"].to_pylist():
        sums.setdefault(row["payee_id"], Sum()).amount += row["earned"] * stored
    for person, credit in credited.of(tables).items():
        sums.setdefault(person, Sum()).credit += credit * stored
    return sums, tables


def grown(one: PlanInputs, growth: int) -> PlanInputs:
    """The same inputs with every event's money larger by `growth`. Raises: InputError when that is too large."""
    if not growth:
        return one
    events = one.events
    for name in ("amount", *(own.name for own in one.plan.fields if own.kind == "money")):
        at = events.column_names.index(name)
        events = events.set_column(at, events.schema.field(at), times(events[name], WHOLE + growth))
    return replace(one, events=events)


def times(numbers: pa.ChunkedArray, factor: int) -> pa.ChunkedArray:
    """Whole numbers times `factor` in ten-thousandths, rounded half away from zero; exact, without wider numbers.

    Raises: InputError if one leaves 64 bits.
    """
    try:
        sizes = pc.abs_checked(numbers)
        whole = pc.divide(sizes, WHOLE)
        rest = pc.subtract(sizes, pc.multiply(whole, WHOLE))
        rest = pc.divide(pc.add(pc.multiply(rest, factor), WHOLE // 2), WHOLE)
        sizes = pc.add_checked(pc.multiply_checked(whole, factor), rest)
    except pa.ArrowInvalid as error:
        raise InputError("an amount is too large for this growth") from error
    return pc.multiply(sizes, pc.sign(numbers).cast(pa.int64()))


def measured(plans: Sequence[PlanInputs], tables: RunTables, code: str) -> dict[tuple[int, date], Reached]:
    """(person, first day of the interval) → how far the component of this code has come against its quota."""
    found: dict[tuple[int, date], Reached] = {}
    for one in plans:
        part = next((part for part in one.plan.components if part.code == code), None)
        if part is None or part.quota is None:
            continue
        first_month, interval = one.plan.fiscal_start_month, part.measure.interval
        number = interval_no(one.window.until - timedelta(days=1), interval, first_month)
        start = interval_dates(number, interval, first_month)[0]
        totals = {
            row["payee_id"]: row["total"]
            for row in tables["measures"].to_pylist()
            if (row["component"], row["interval_no"]) == (part.code, number)
        }
        for person in one.payees:
            if quota := one.quota_of.get((person, part.quota.code, start)):
                found[person, start] = Reached(totals.get(person, 0), quota)
    return found


def attainments(reached: dict[tuple[int, date], Reached]) -> dict[int, tuple[int, int]]:
    """Person → (totals, quotas) over all intervals."""
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (person, _start), one in reached.items():
        total, quota = found[person]
        found[person] = (total + one.total, quota + one.quota)
    return found


@dataclass(frozen=True)
class BreakEven:
    """Where a plan costs the same: between two growths that were computed, each with its cost. Equal when met."""

    low: int
    low_cost: int
    high: int
    high_cost: int


def break_even(costs: dict[int, int], cost: int, compute: Callable[[int], int]) -> BreakEven | None:
    """The growth at which the plan costs `cost`, looked for between the known `costs` by computing others.

    Of several it is the one nearest to no growth. None if all known costs lie on one side.
    """
    if costs.get(0) == cost:
        return BreakEven(0, cost, 0, cost)
    steps = sorted(costs)
    pairs = [pair for pair in pairwise(steps) if _between(costs, pair, cost)]
    if not pairs:
        return None
    low, high = min(pairs, key=lambda pair: max(abs(pair[0]), abs(pair[1])))
    known, beyond = dict(costs), 0
    for _search in range(SEARCHES):
        met = next((end for end in (low, high) if known[end] == cost), None)
        if met is not None:
            return BreakEven(met, cost, met, cost)
        if high - low <= 1:
            break
        guess = low + (cost - known[low]) * (high - low) // (known[high] - known[low]) + beyond
        guess = min(max(guess, low + 1), high - 1)
        known[guess] = compute(guess)
        # The next guess goes a step beyond, so that the other end comes close as well.
        low, high, beyond = (guess, high, 1) if _between(known, (guess, high), cost) else (low, guess, -1)
    return BreakEven(low, known[low], high, known[high])


def _between(costs: dict[int, int], pair: tuple[int, int], cost: int) -> bool:
    low, high = (costs[end] for end in pair)
    return min(low, high) <= cost <= max(low, high)
