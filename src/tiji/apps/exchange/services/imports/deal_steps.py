"""The steps of a loaded deal: what the file tells of its history, and no more than that."""

from datetime import datetime, time
from typing import Any

import pyarrow as pa

from tiji.apps.exchange.services.imports.context import Context, Parsed
from tiji.apps.exchange.services.imports.lookups import process_of
from tiji.apps.organization.selectors.company import business_zone
from tiji.apps.pipeline.models import Stage

OPEN, WON, LOST, PAUSED = "open", "won", "lost", "paused"


def first_stage(context: Context) -> int:
    """Where deals of the chosen process are born."""
    rows = Stage.objects.filter(process=process_of(context), archived_at__isnull=True).order_by("position")
    return int(rows.values_list("pk", flat=True)[0])


def state_of(parsed: Parsed) -> tuple[list[int | None], list[str]]:
    """Stage and status of each row: a column of statuses outweighs what the stage implies."""
    pairs = [text.split(":") if text else ("", OPEN) for text in parsed.values("stage")]
    stages = [int(stage) if stage else None for stage, _status in pairs]
    given = parsed.values("status", "")
    return stages, [one or implied for one, (_stage, implied) in zip(given, pairs, strict=True)]


def steps_of(parsed: Parsed, chosen: list[int], keys: pa.Array, context: Context, history: Any = None) -> pa.Table:
    """A birth for every deal; a second step where a date tells of one: the stage it entered, or its end.

    Shape: `history` maps a key to (stage, status, moment, amount) of each step an own file of histories told.
    """
    birth, zone = _birth(context), business_zone()
    won_stage = _won_stage(context)
    stages, statuses = state_of(parsed)
    created, entered = parsed.values("created_at"), parsed.values("entered_at")
    closed, expected = parsed.values("closed_on"), parsed.values("expected_on")
    fallback = context.options.get("undated_at") or context.at
    steps = _Steps()
    for index, key in zip(chosen, keys.to_pylist(), strict=True):
        stage, status = stages[index] or birth, statuses[index]
        if status == WON:
            stage = won_stage
        told = (history or {}).get(key)
        if told:
            steps.take_all(key, told)
            continue
        end = closed[index] or (expected[index] if status in (WON, LOST) else None)
        ended = datetime.combine(end, time(), zone) if end else None
        began = created[index] or _earlier(entered[index], ended) or fallback
        if status in (WON, LOST):
            steps.take(key, stage if status == LOST else birth, OPEN, began)
            steps.take(key, stage, status, max(ended or began, began))
        elif entered[index] and entered[index] > began and stage != birth:
            steps.take(key, birth, OPEN, began)
            steps.take(key, stage, status, entered[index])
        else:
            steps.take(key, stage, OPEN, began)
            if status == PAUSED:
                steps.take(key, stage, PAUSED, began)
    return steps.table()


def _birth(context: Context) -> int:
    """The stage a closed deal was in before its end, when the file says no more: the source's own, else the first."""
    code = context.options.get("birth")
    found = Stage.objects.filter(process=process_of(context), code=code).first() if code else None
    return found.pk if found else first_stage(context)


def _earlier(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _won_stage(context: Context) -> int:
    rows = Stage.objects.filter(process=process_of(context), outcome=Stage.Outcome.WON).order_by("-position")
    return int(rows.values_list("pk", flat=True)[0])


class _Steps:
    """Steps as columns."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._stages: list[int] = []
        self._statuses: list[str] = []
        self._moments: list[datetime] = []
        self._amounts: list[Any] = []

    def take(self, key: str, stage: int, status: str, at: datetime, amount: Any = None) -> None:
        self._keys.append(key)
        self._stages.append(stage)
        self._statuses.append(status)
        self._moments.append(at)
        self._amounts.append(amount)

    def take_all(self, key: str, told: list[tuple[int, str, datetime, Any]]) -> None:
        for stage, status, at, amount in told:
            self.take(key, stage, status, at, amount)

    def table(self) -> pa.Table:
        return pa.table(
            {
                "key": pa.array(self._keys, pa.string()),
                "stage_id": pa.array(self._stages, pa.int64()),
                "status": pa.array(self._statuses, pa.string()),
                "at": pa.array(self._moments, pa.timestamp("us", "UTC")),
                "amount": pa.array(self._amounts, pa.decimal128(38, 4)),
            }
        )
