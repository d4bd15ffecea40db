"""The ledger of loaded deals, worked out in columns: what each step came from, how long it took, where it stands."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.organization.models import Assignment
from tiji.apps.pipeline.models import Opportunity, Stage

Status = Opportunity.Status


class StageFact(NamedTuple):
    """What the ledger needs of a stage: `rank` is its place among the stages of its process."""

    process_id: int
    rank: int
    percent: int
    max_days: int | None


@dataclass(slots=True)
class History:
    """Steps in the order of deal and time, and what each deal says after its last one.

    Shape: `deal_at` is the row of the deal for each step; names with `last_` and `first_` have one value for each deal.
    """

    deal_at: Any
    stage: Any
    status: Any
    from_stage: Any
    from_status: Any
    cause: Any
    at: Any
    on: Any
    days: Any
    percent: Any
    amount: Any
    owner: Any
    unit: Any
    reason: Any
    first_at: Any
    last_at: Any
    last_stage: Any
    last_status: Any
    last_percent: Any
    last_process: Any
    last_unit: Any
    stalls_on: Any
    closed_on: Any


def stage_facts() -> dict[int, StageFact]:
    """Every stage, archived ones too: histories go back further than today's settings."""
    facts: dict[int, StageFact] = {}
    ranks: dict[int, int] = {}
    rows = Stage.objects.order_by("process_id", "position")
    for pk, process, percent, max_days in rows.values_list("pk", "process_id", "percent", "max_days"):
        ranks[process] = ranks.get(process, -1) + 1
        facts[pk] = StageFact(process, ranks[process], percent, max_days)
    return facts


class Units:
    """Where the owners of deals and steps were on a day: read once, asked a million times."""

    def __init__(self, deals: pa.Table, steps: pa.Table) -> None:
        owners = {owner for table in (deals, steps) for owner in pc.unique(table["owner_id"]).to_pylist()}
        rows = Assignment.objects.filter(person_id__in=owners - {None}).order_by("valid_from", "share_percent", "-pk")
        self._held: dict[int, list[tuple[date, date | None, int]]] = {}
        fields = ("person_id", "valid_from", "valid_until", "position__unit_id")
        for person, start, end, unit in rows.values_list(*fields):
            self._held.setdefault(person, []).append((start, end, unit))
        self._known: dict[tuple[int, date], int | None] = {}

    def on(self, owner: int, day: date) -> int | None:
        """The unit on that day, the last one when he had left, None before he came."""
        key = (owner, day)
        if key not in self._known:
            self._known[key] = self._find(owner, day)
        return self._known[key]

    def _find(self, owner: int, day: date) -> int | None:
        held = self._held.get(owner, [])
        begun = held[: bisect_right([start for start, _end, _unit in held], day)]
        holding = [unit for _start, end, unit in begun if end is None or end > day]
        units = holding or [unit for _start, _end, unit in begun]
        return units[-1] if units else None


def days_of(moments: Any, zone: Any) -> Any:
    """The company's date of each moment."""
    column = moments.combine_chunks() if isinstance(moments, pa.ChunkedArray) else moments
    return pc.local_timestamp(column.cast(pa.timestamp("us", str(zone)))).cast(pa.date32())


def histories(deals: pa.Table, steps: pa.Table, stages: dict[int, StageFact], zone: Any, units: Units) -> History:
    """Put steps in order and work out the rest. Their checks have passed: every key and stage is known."""
    deal_at, ordered = _in_order(deals, steps)
    at = ordered["at"].combine_chunks()
    on = days_of(at, zone)
    owner = pc.coalesce(ordered["owner_id"].combine_chunks(), deals["owner_id"].combine_chunks().take(deal_at))
    unit = [units.on(*pair) for pair in zip(owner.to_pylist(), on.to_pylist(), strict=True)]
    walk = _Walk(stages)
    statuses = pc.fill_null(ordered["status"], "open").to_pylist()
    days = on.cast(pa.int32()).to_pylist()
    for step in zip(deal_at.to_pylist(), ordered["stage_id"].to_pylist(), statuses, days, strict=True):
        walk.take(*step)
    last = walk.last_rows()
    ends = [stages[walk.stage[row]] for row in last]
    return History(
        deal_at=deal_at,
        stage=walk.stage,
        status=statuses,
        from_stage=pa.array(walk.from_stage, pa.int64()),
        from_status=walk.from_status,
        cause=walk.cause,
        at=at,
        on=on,
        days=walk.days,
        percent=walk.percent,
        amount=ordered["amount"].combine_chunks(),
        owner=owner,
        unit=pa.array(unit, pa.int64()),
        reason=pc.fill_null(ordered["reason"], "").combine_chunks(),
        first_at=at.take(pa.array(walk.first_rows, pa.int64())),
        last_at=at.take(pa.array(last, pa.int64())),
        last_stage=[walk.stage[row] for row in last],
        last_status=[statuses[row] for row in last],
        last_percent=[walk.percent[row] for row in last],
        last_process=[end.process_id for end in ends],
        last_unit=pa.array([unit[row] for row in last], pa.int64()),
        stalls_on=_dates(_stall_day(statuses[row], days[row], end) for row, end in zip(last, ends, strict=True)),
        closed_on=_dates(days[row] if statuses[row] in (Status.WON, Status.LOST) else None for row in last),
    )


def _in_order(deals: pa.Table, steps: pa.Table) -> tuple[Any, pa.Table]:
    """Steps by deal, moment and the order given, and the row of the deal for each."""
    deal_at = pc.index_in(steps["key"].combine_chunks(), deals["key"].combine_chunks())
    order = pc.sort_indices(
        pa.table({"deal": deal_at, "at": steps["at"].combine_chunks(), "row": pa.array(range(steps.num_rows))}),
        sort_keys=[("deal", "ascending"), ("at", "ascending"), ("row", "ascending")],
    )
    return deal_at.take(order), steps.take(order).combine_chunks()


def _stall_day(status: str, since: int, stage: StageFact) -> int | None:
    """The first day on which an open deal has been too long in its stage, in days since 1970."""
    return since + stage.max_days + 1 if status == Status.OPEN and stage.max_days is not None else None


class _Walk:
    """Goes over the steps once, in their order, and notes what each came from."""

    def __init__(self, stages: dict[int, StageFact]) -> None:
        self.stages = stages
        self.stage: list[int] = []
        self.from_stage: list[int | None] = []
        self.from_status: list[str] = []
        self.cause: list[str] = []
        self.days: list[int] = []
        self.percent: list[int] = []
        self.first_rows: list[int] = []
        self._deal = -1
        self._before = (0, "", 0)

    def take(self, deal: int, stage: int, status: str, day: int) -> None:
        before, before_status, before_day = self._before
        if deal != self._deal:
            self._deal = deal
            self.first_rows.append(len(self.stage))
            self.from_stage.append(None)
            self.from_status.append("")
            self.cause.append("created")
            self.days.append(0)
        else:
            self.from_stage.append(before)
            self.from_status.append(before_status)
            self.cause.append(self._cause(before, before_status, stage, status))
            self.days.append(max(0, day - before_day))
        self.stage.append(stage)
        self.percent.append(_PERCENT.get(status, self.stages[stage].percent))
        self._before = (stage, status, day)

    def last_rows(self) -> list[int]:
        return [row - 1 for row in self.first_rows[1:]] + [len(self.stage) - 1]

    def _cause(self, before: int, before_status: str, stage: int, status: str) -> str:
        """The same word as the move service gives."""
        if status != "open":
            return "closed"
        if before_status != "open":
            return "reopened"
        jump = self.stages[stage].rank - self.stages[before].rank
        return "returned" if jump < 0 else "skipped" if jump > 1 else "moved"


_PERCENT = {"won": 100, "lost": 0}


def _dates(days: Iterable[int | None]) -> Any:
    return pa.array(days, pa.int32()).cast(pa.date32())
